using System.Text;
using System.Text.Json;
using Latchkey.Workshop;

namespace Latchkey.Bench.Operations;

/// <summary>An answer, read to its end.</summary>
sealed record Answer(int Status, string Body, HttpResponseMessage Message)
{
    /// <summary>Where it leads.</summary>
    public string Location => Message.Headers.Location?.OriginalString ?? throw new Failure($"No redirect: {Status} {Body}");

    /// <summary>A text of its JSON object.</summary>
    public string Text(string member)
    {
        using var json = JsonDocument.Parse(Body);
        return json.RootElement.GetProperty(member).GetString()!;
    }
}

/// <summary>Sends requests and checks what comes back: a server that answers wrongly is not fast.</summary>
static class Caller
{
    public static HttpRequestMessage Request(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public static HttpContent Form(params (string Name, string Value)[] fields) =>
        new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    public static HttpContent Json(object value) =>
        new StringContent(JsonSerializer.Serialize(value), Encoding.UTF8, "application/json");

    public static (string, string) Bearer(string token) => ("Authorization", $"Bearer {token}");

    public static (string, string) Basic(string client, string secret) =>
        ("Authorization", $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client}:{secret}"))}");

    /// <summary>Sends it. The answer must have this status and hold this text.</summary>
    /// <exception cref="Failure">It has not.</exception>
    public static async Task<Answer> Send(this HttpClient http, HttpRequestMessage request, int status, string text = "")
    {
        using (request)
        {
            using var message = await http.SendAsync(request, Shell.Stopping);
            var answer = new Answer((int)message.StatusCode, await message.Content.ReadAsStringAsync(Shell.Stopping), message);
            if (answer.Status == status && answer.Body.Contains(text, StringComparison.Ordinal)) return answer;
            throw new Failure($"{request.Method} {request.RequestUri?.OriginalString.Split('?')[0]} was answered with {answer.Status}, not "
                + $"with {status}{(text.Length > 0 ? $" and {text}" : "")}: {answer.Body[..Math.Min(answer.Body.Length, 300)]}");
        }
    }
}
