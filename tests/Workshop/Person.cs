using System.Net;
using System.Text.RegularExpressions;
using System.Web;

namespace Latchkey.Workshop;

/// <summary>A demo user at the sign-in pages, with a browser that knows cookies, redirects and forms.</summary>
sealed class Person(string name) : IDisposable
{
    const int MostPages = 10;

    // Its own client: the app's must know neither the cookies nor where the pages lead.
    readonly HttpClient browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    int signIns;

    /// <summary>Opens an address, signs in and allows what is asked; the address at which the app gets its answer.</summary>
    /// <exception cref="Failure">A page is not as expected, or the pages do not end.</exception>
    public async Task<Uri> Visit(Uri address, string redirect)
    {
        var answer = await Send("Open the sign-in in a browser", new(HttpMethod.Get, address));
        for (var page = 0; page < MostPages; page++)
        {
            address = answer.RequestMessage!.RequestUri!;
            if (answer.StatusCode == HttpStatusCode.SeeOther)
            {
                var next = new Uri(address, answer.Headers.Location ?? throw new Failure("A redirect has no Location."));
                if (next.AbsoluteUri.StartsWith($"{redirect}?", StringComparison.Ordinal))
                    return next;
                answer = await Send("Follow the redirect", new(HttpMethod.Get, next));
                continue;
            }
            var html = await answer.Content.ReadAsStringAsync(Shell.Stopping);
            answer = await Send(html.Contains("name=\"password\"", StringComparison.Ordinal) ? "Send the sign-in form" : "Allow it",
                new(HttpMethod.Post, Target(html, address)) { Content = new FormUrlEncodedContent(Fields(html)) });
        }
        throw new Failure($"The sign-in did not end within {MostPages} pages.");
    }

    public void Dispose() => browser.Dispose();

    async Task<HttpResponseMessage> Send(string what, HttpRequestMessage request)
    {
        var answer = await browser.SendAsync(request, Shell.Stopping);
        await Steps.Check(what, request, answer, expected: 303);
        return answer;
    }

    Dictionary<string, string> Fields(string html)
    {
        var hidden = Regex.Matches(html, """<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>""");
        var fields = hidden.ToDictionary(input => input.Groups[1].Value, input => HttpUtility.HtmlDecode(input.Groups[2].Value));
        if (!html.Contains("name=\"password\"", StringComparison.Ordinal))
        {
            fields["action"] = "allow";
            return fields;
        }
        if (++signIns > 1)
            throw new Failure("The sign-in form appeared again: the password was refused.");
        fields["username"] = name;
        fields["password"] = $"{name}-password";
        return fields;
    }

    static Uri Target(string html, Uri page) => Regex.Match(html, """<form method="post" action="([^"]*)">""") is { Success: true } form
        ? new Uri(page, HttpUtility.HtmlDecode(form.Groups[1].Value))
        : throw new Failure($"{page.GetLeftPart(UriPartial.Path)} has no form to fill in.");
}
