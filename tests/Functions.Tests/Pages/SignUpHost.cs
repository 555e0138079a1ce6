using System.Text.RegularExpressions;
using Latchkey.Tenancy;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>One host with a mailbox, on storage that can be cut off, for the tests of how people come to an account.</summary>
public sealed partial class SignUpHost : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    readonly string folder = Directory.CreateTempSubdirectory("latchkey-signup").FullName;

    internal CuttableStorage Storage { get; private set; } = null!;

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Storage = await CuttableStorage.Start();
        Host = await Storage.Host(new()
        {
            ["Latchkey:Mail:Folder"] = folder,
            ["Latchkey:Lockout:AddressTries"] = "500", // All of these tests come from one address.
        });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        Storage.Dispose();
        await Eventually.Gone(folder);
    }

    /// <summary>Changes a tenant's rules.</summary>
    public async Task Rules(object change, string tenant = "demo") =>
        await (await Host.Admin(tenant)).Patch("accounts", change);

    /// <summary>Until it is disposed, no mail is accepted: the folder has become a file.</summary>
    public IDisposable NoMail() => new Outage(folder);

    sealed class Outage : IDisposable
    {
        readonly string folder;

        public Outage(string folder)
        {
            this.folder = folder;
            Directory.Move(folder, folder + ".away");
            File.WriteAllText(folder, "");
        }

        public void Dispose()
        {
            File.Delete(folder);
            Directory.Move(folder + ".away", folder);
        }
    }

    /// <summary>The mails to an address, the oldest first.</summary>
    public IReadOnlyList<string> Mails(string email) =>
        [.. Directory.GetFiles(folder, "*.txt").OrderBy(File.GetCreationTimeUtc).Select(File.ReadAllText)
            .Where(mail => mail.Contains($"To: {email}\n", StringComparison.Ordinal))];

    /// <summary>The mail to an address, once there are so many.</summary>
    public async Task<string> Mail(string email, int count = 1)
    {
        await Eventually.True(() => Mails(email).Count >= count);
        return Mails(email)[count - 1];
    }

    /// <summary>The code in the mail to an address.</summary>
    public async Task<string> Code(string email, int count = 1) => CodeLine().Match(await Mail(email, count)).Groups[1].Value;

    /// <summary>The last link in the mail to an address.</summary>
    public async Task<string> LinkTo(string email, int count = 1) =>
        new Uri(Link().Matches(await Mail(email, count))[^1].Value).PathAndQuery;

    /// <summary>The link to a new password that was mailed to an address; beside it, the address hears of each new password.</summary>
    public async Task<string> ResetLink(string email, int count)
    {
        string[] Links() =>
            [.. Mails(email).Select(mail => AnyResetLink().Match(mail)).Where(found => found.Success).Select(found => found.Value)];
        await Eventually.True(() => Links().Length >= count);
        return new Uri(Links()[count - 1]).PathAndQuery;
    }

    /// <summary>Sends the form of the sign-up page that is shown at this path.</summary>
    public static async Task<HttpResponseMessage> Ask(
        Browser browser, string path, string email, string name = "Ada", string password = Password, string? terms = null)
    {
        var tenant = path.Split('/')[1];
        List<(string, string)> typed = [("name", name), ("email", email), ("new", password), ("action", "ask")];
        if (terms is not null) typed.Add(("terms", terms));
        return await browser.Post($"/{tenant}/signup", [.. await Browser.Fields(await browser.Get(path)), .. typed]);
    }

    /// <summary>Sends the code, from the page that is shown at this path.</summary>
    public static async Task<HttpResponseMessage> Enter(Browser browser, string path, string code) =>
        await browser.Post($"/{path.Split('/')[1]}/signup",
            [.. await Browser.Fields(await browser.Get(path)), ("code", code), ("action", "code")]);

    /// <summary>Begins a sign-up without an app and asks for a code; where the code is entered.</summary>
    public async Task<string> Begin(Browser browser, string email, string tenant = "demo", string? terms = null)
    {
        var start = Browser.Location(await browser.Get($"/{tenant}/signup"));
        return Browser.Location(await Ask(browser, start, email, terms: terms));
    }

    /// <summary>The user of an address, or null.</summary>
    public async Task<User?> User(string email, string tenant = "demo") =>
        await Host.Service<UserStore>().FindByName(await Host.Tenant(tenant), email, default);

    [GeneratedRegex(@"^(\d{6})\r?$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();

    [GeneratedRegex(@"http://\S+/reset\?link=\S+")]
    private static partial Regex AnyResetLink();

    [GeneratedRegex(@"http://\S+")]
    private static partial Regex Link();
}
