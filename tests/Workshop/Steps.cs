using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Workshop;

/// <summary>The demo's steps: each is a request, and says what it is, where it goes and with what status it ended.</summary>
static class Steps
{
    static int step;

    public static HttpClient Http { get; } = new() { Timeout = TimeSpan.FromMinutes(30) };

    /// <summary>What <see cref="Ask"/> sends along, once there is one.</summary>
    public static string? AccessToken { get; set; }

    /// <summary>One step: sends, prints the status, and answers the JSON of a 2xx.</summary>
    public static async Task<JsonNode> Ask(string what, HttpMethod method, string url, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        if (AccessToken is not null)
            request.Headers.Authorization = new("Bearer", AccessToken);
        using var answer = await Http.SendAsync(request, Shell.Stopping);
        await Check(what, request, answer);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(Shell.Stopping)) ?? throw new Failure($"{what}: the answer is null.");
    }

    /// <summary>Prints a step and its status.</summary>
    /// <exception cref="Failure">The status is none of success, or the redirect that was <paramref name="expected"/>.</exception>
    public static async Task Check(string what, HttpRequestMessage request, HttpResponseMessage answer, int expected = 200)
    {
        Console.WriteLine($"{++step,2}.  {what}\n     {request.Method} {Shown(request.RequestUri!)} -> {(int)answer.StatusCode}");
        if (answer.IsSuccessStatusCode || (int)answer.StatusCode == expected)
            return;
        var why = Why(await answer.Content.ReadAsStringAsync(Shell.Stopping));
        throw new Failure($"{what} failed with {(int)answer.StatusCode}: {why}");
    }

    /// <summary>An address; of a query no value, but for what a SAS permits and until when.</summary>
    static string Shown(Uri url)
    {
        var permitted = Regex.Matches(url.Query, "(?<=[?&])s[pe]=[^&]*").Select(match => match.Value).ToArray();
        if (url.Query.Length > 0 && permitted.Length == 0)
            return $"{url.GetLeftPart(UriPartial.Path)}?{string.Join('&', url.Query[1..].Split('&').Select(pair => pair.Split('=')[0]))}";
        return permitted.Length == 0 ? url.AbsoluteUri : $"{url.GetLeftPart(UriPartial.Path)}?...{string.Join('&', permitted)}...";
    }

    /// <summary>Code and detail of a problem (RFC 9457), an OAuth error (RFC 6749 section 5.2) or a storage error (XML).</summary>
    static string Why(string body)
    {
        try
        {
            var node = JsonNode.Parse(body)!;
            return $"{node["code"] ?? node["error"]}: {node["detail"] ?? node["error_description"] ?? node["title"]}";
        }
        catch (JsonException)
        {
            var said = Regex.Matches(body, "(?<=<(Code|Message)>)[^<\n]*").Select(match => match.Value);
            return string.Join(": ", said.DefaultIfEmpty("no reason given"));
        }
    }

    /// <summary>A text of an answer that must be there.</summary>
    public static string Text(JsonNode node, string name) => (string?)node[name] ?? throw new Failure($"The answer has no \"{name}\".");
}
