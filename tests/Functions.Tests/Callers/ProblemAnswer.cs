using System.Text.Json;

namespace Latchkey.Tests.Callers;

/// <summary>A problem (RFC 9457) or an OAuth error (RFC 6749 §5.2); further members by name.</summary>
sealed class ProblemAnswer(JsonElement json)
{
    /// <summary>The stable code of a problem.</summary>
    public string? Code => Find("code");

    /// <summary>The error of an OAuth endpoint.</summary>
    public string? Error => Find("error");

    public string? ErrorDescription => Find("error_description");

    public string? Detail => Find("detail");

    /// <summary>The scope that the token lacks.</summary>
    public string? Scope => Find("scope");

    /// <summary>The field of the body that is wrong.</summary>
    public string? Field => Find("field");

    /// <summary>A member that must be there.</summary>
    public JsonElement this[string name] => json.GetProperty(name);

    /// <summary>A text that must be there.</summary>
    public string? Text(string name) => json.GetProperty(name).GetString();

    /// <summary>A number that must be there.</summary>
    public long Number(string name) => json.GetProperty(name).GetInt64();

    public override string ToString() => json.GetRawText();

    string? Find(string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
