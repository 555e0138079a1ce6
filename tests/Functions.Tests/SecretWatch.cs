using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Latchkey.Tests;

/// <summary>
/// Remembers every secret that goes over an HTTP client, in requests (forms, JSON, headers) and answers (JSON, redirects,
/// cookies): of tokens the part that makes them good.
/// </summary>
public sealed class SecretWatch() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
{
    const int LeastChars = 12; // Shorter texts are words that a log may hold for other reasons.

    static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "access_token", "refresh_token", "id_token", "id_token_hint", "token", "client_secret", "secret", "password", "newPassword",
        "passwordHash", "registration_access_token", "device_code", "device_token", "user_code", "code_verifier", "subject_token",
        "actor_token", "client_assertion",
        "accessToken", "url", "verification_uri_complete",
    };

    readonly ConcurrentDictionary<string, bool> seen = new(StringComparer.Ordinal);

    /// <summary>The secrets so far.</summary>
    public IReadOnlyCollection<string> Seen => (IReadOnlyCollection<string>)seen.Keys;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Headers.Authorization is { Parameter: { } parameter } sent)
        {
            if (sent.Scheme == "Basic") Basic(parameter);
            else Keep(parameter);
        }
        if (request.Content is ByteArrayContent { Headers.ContentType.MediaType: "application/x-www-form-urlencoded" } form)
            Query(await form.ReadAsStringAsync(cancellationToken), alsoCode: true);
        else if (request.Content is System.Net.Http.Json.JsonContent json)
            Json(await json.ReadAsStringAsync(cancellationToken));
        var answer = await base.SendAsync(request, cancellationToken);
        await Answered(answer, cancellationToken);
        return answer;
    }

    async Task Answered(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.Headers.Location is { } location) Query(location.OriginalString.Split('?', 2)[^1], alsoCode: true);
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            foreach (var cookie in cookies) Keep(cookie.Split(';')[0].Split('=', 2)[^1]);
        }
        if (answer.Content.Headers.ContentType?.MediaType != "application/json") return;
        try
        {
            await answer.Content.LoadIntoBufferAsync(cancel);
        }
        catch (HttpRequestException)
        {
            return; // The test finds the same when it reads.
        }
        Json(await answer.Content.ReadAsStringAsync(cancel));
    }

    void Basic(string parameter)
    {
        var buffer = new byte[parameter.Length];
        if (Convert.TryFromBase64String(parameter, buffer, out var length))
            Keep(Uri.UnescapeDataString(Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2)[^1]));
    }

    void Query(string text, bool alsoCode)
    {
        var pairs = HttpUtility.ParseQueryString(text);
        foreach (var name in pairs.AllKeys.OfType<string>()
            .Where(name => Names.Contains(name) || (alsoCode && name == "code"))) Keep(pairs[name]!);
        Signature(text);
    }

    void Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            Members(document.RootElement);
        }
        catch (JsonException)
        {
            // A test that sends or gets broken JSON.
        }
    }

    void Members(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray()) Members(item);
        }
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String) Members(member.Value);
            else if (!Names.Contains(member.Name)) continue;
            else if (member.Name is "url" or "verification_uri_complete") Signature(member.Value.GetString()!);
            else Keep(member.Value.GetString()!);
        }
    }

    // Raw and decoded: either would open the blob.
    void Signature(string url)
    {
        var at = url.IndexOf("sig=", StringComparison.Ordinal);
        if (at < 0) return;
        var signature = url[(at + 4)..].Split('&')[0];
        Keep(signature);
        Keep(Uri.UnescapeDataString(signature));
    }

    void Keep(string secret)
    {
        // Of a token with parts the last one: without it the rest opens nothing, and ids may be logged.
        var part = secret.Split('.') is { Length: > 2 } parts && parts[^1].Length >= LeastChars ? parts[^1] : secret;
        if (part.Length >= LeastChars) seen[part] = true;
    }
}
