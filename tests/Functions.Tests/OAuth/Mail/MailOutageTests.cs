using Latchkey.Tests.Account;
using Latchkey.Tests.OAuth.Authorization;
using Latchkey.Tests.Pages;

namespace Latchkey.Tests.OAuth.Mail;

/// <summary>
/// A mail server that takes nothing: what people are told is true, says nothing of whether an account exists, and the same works once
/// the server does.
/// </summary>
public sealed class MailOutageTests(SignUpHost host) : IClassFixture<SignUpHost>
{
    readonly TestHost app = host.Host;

    [Fact]
    public async Task Whoever_signs_up_is_asked_for_the_code_whether_the_address_is_known_or_not_and_gets_it_when_asking_again()
    {
        await host.Rules(new { signUp = "open" });
        var (known, fresh) = (await AccountOwner.New(app), $"fresh{Guid.CreateVersion7():n}@people.example");
        var (one, other) = (new Browser(app), new Browser(app));
        string[] pages;
        using (host.NoMail())
        {
            var asked = await Task.WhenAll(host.Begin(one, fresh), host.Begin(other, known.Email));
            pages = asked;
            var texts = await Task.WhenAll(Text(one, asked[0]), Text(other, asked[1]));
            Assert.Equal(Alike(texts[0], fresh), Alike(texts[1], known.Email));
            Assert.Contains("Send a new code", texts[0], StringComparison.Ordinal);
        }
        await Task.WhenAll(Again(one, pages[0]), Again(other, pages[1]));
        await SignUpHost.Enter(one, pages[0], await host.Code(fresh)).Is(303);
        Assert.Equal("Ada", (await host.User(fresh))!.Name);
        Assert.Contains("already", await host.Mail(known.Email), StringComparison.Ordinal);
        Silent(fresh, known.Email);

        static async Task Again(Browser browser, string page) => await browser.Post("/demo/signup",
            [.. await Browser.Fields(await browser.Get(page)), ("action", "resend")]);
    }

    [Fact]
    public async Task Whoever_forgot_the_password_hears_the_same_known_or_not_and_gets_the_link_when_asking_again()
    {
        var owner = await AccountOwner.New(app);
        using (host.NoMail())
        {
            var texts = await Task.WhenAll(Ask(owner.Email), Ask("nobody@people.example"));
            Assert.Equal(texts[0], texts[1]);
        }
        Assert.Empty(host.Mails(owner.Email));
        await Ask(owner.Email); // What was not sent does not count.
        Assert.StartsWith("/demo/reset?link=", await host.ResetLink(owner.Email, 1), StringComparison.Ordinal);
        Silent(owner.Email, "nobody@people.example");

        async Task<string> Ask(string name)
        {
            var browser = new Browser(app);
            var answer = await browser.Post("/demo/reset",
                [.. await Browser.Fields(await browser.Get("/demo/reset")), ("username", name)]).Is(200);
            return await answer.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task What_a_user_does_to_the_account_is_done_though_nobody_can_be_told_and_a_code_can_be_asked_for_again()
    {
        var (owner, other) = (await AccountOwner.New(app), await AccountOwner.New(app));
        var next = $"new-{owner.Email}";
        using (host.NoMail())
        {
            await owner.Send(HttpMethod.Put, "/password", new { current = SignUpHost.Password, @new = "a new long password" }).Is(204);
            var answers = await Task.WhenAll(owner.Post("/email", new { email = next }), owner.Post("/email", new { email = other.Email }));
            Assert.All(answers, answer => Assert.Equal(202, (int)answer.StatusCode));
        }
        await owner.SignedIn("a new long password");
        var codeId = (await owner.Post("/email", new { email = next }).Json(202)).GetProperty("codeId").GetString();
        await owner.Post("/email/confirm", new { codeId, code = await host.Code(next) }).Is(204);
        Assert.Equal(next, (await owner.Get()).GetProperty("email").GetString());
        Silent(owner.Email, other.Email, next);
    }

    // The log says that a mail was not sent, and not to whom.
    void Silent(params IEnumerable<string> addresses)
    {
        var lines = app.Log.Lines.ToList();
        Assert.Contains(lines, line => line.Contains("mail could not be sent", StringComparison.Ordinal));
        foreach (var address in addresses) Assert.DoesNotContain(lines, line => line.Contains(address, StringComparison.OrdinalIgnoreCase));
    }

    static async Task<string> Text(Browser browser, string path) => await (await browser.Get(path).Is(200)).Content.ReadAsStringAsync();

    // What differs between any two such pages: the address, and what is random.
    static string Alike(string html, string email) => System.Text.RegularExpressions.Regex.Replace(
        html.Replace(email, "ADDRESS", StringComparison.Ordinal), "value=\"[^\"]*\"|request=[^\"&]*|sent=[^\"&]*", "");
}
