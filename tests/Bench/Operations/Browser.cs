using System.Net;
using System.Text.RegularExpressions;
using Latchkey.Workshop;

namespace Latchkey.Bench.Operations;

/// <summary>A browser that signs alice in where a form asks for it, and keeps its cookies.</summary>
sealed partial class Browser(HttpClient http)
{
    const int MostPages = 12;

    readonly Dictionary<string, string> cookies = [];

    /// <summary>Its cookies, as a header.</summary>
    public string Cookies => string.Join("; ", cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>Opens an address and goes on until the app has its answer; the address of that.</summary>
    /// <exception cref="Failure">The pages do not end there.</exception>
    public async Task<string> Visit(string address, string redirectUri)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        for (var page = 0; page < MostPages; page++)
        {
            var (response, body) = await Send(request);
            if (response.Headers.Location is { } location)
            {
                if (location.OriginalString.StartsWith(redirectUri, StringComparison.Ordinal)) return location.OriginalString;
                request = new HttpRequestMessage(HttpMethod.Get, new Uri(response.RequestMessage!.RequestUri!, location));
                continue;
            }
            if (Action().Match(body) is not { Success: true } form)
                throw new Failure($"{response.RequestMessage!.RequestUri!.AbsolutePath}: {(int)response.StatusCode} {body}");
            request = new HttpRequestMessage(HttpMethod.Post, WebUtility.HtmlDecode(form.Groups[1].Value)) { Content = Fields(body) };
        }
        throw new Failure("The sign-in does not end.");
    }

    async Task<(HttpResponseMessage, string)> Send(HttpRequestMessage request)
    {
        if (cookies.Count > 0) request.Headers.TryAddWithoutValidation("Cookie", Cookies);
        var response = await http.SendAsync(request, Shell.Stopping);
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var parts = cookie.Split(';')[0].Split('=', 2);
            if (parts[1].Length == 0) cookies.Remove(parts[0]);
            else cookies[parts[0]] = parts[1];
        }
        return (response, await response.Content.ReadAsStringAsync(Shell.Stopping));
    }

    static FormUrlEncodedContent Fields(string html)
    {
        var fields = new Dictionary<string, string>();
        foreach (Match hidden in Hidden().Matches(html)) fields[hidden.Groups[1].Value] = WebUtility.HtmlDecode(hidden.Groups[2].Value);
        if (html.Contains("name=\"password\"", StringComparison.Ordinal))
            (fields["username"], fields["password"]) = ("alice", "alice-password");
        else fields["action"] = "allow";
        return new FormUrlEncodedContent(fields);
    }

    [GeneratedRegex("""<form method="post" action="([^"]*)">""")]
    private static partial Regex Action();

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>""")]
    private static partial Regex Hidden();
}
