using System.Text;

namespace Latchkey.Admin;

/// <summary>The attributes of a user as an administrator sends them.</summary>
static class UserAttributes
{
    /// <summary>What a name must be.</summary>
    public const string NameRule = "must have names of 1 to 64 characters of A-Z, a-z, 0-9, _ . and -";

    const int MaxPairs = 20;

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameChars = 64;

    /// <summary>The longest value, in characters.</summary>
    public const int MaxValueChars = 256;

    /// <summary>The most that all names and values of a user have together, in bytes of UTF-8.</summary>
    public const int MaxBytes = 2048;

    /// <summary>True if an attribute can have this name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameChars
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');

    /// <summary>The attributes with this change: null, or an empty text, removes one.</summary>
    /// <exception cref="Http.Problem">400 <c>invalid_field</c></exception>
    public static IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string?>? change)
    {
        if (change is null) return before;
        var after = new Dictionary<string, string>(before, StringComparer.Ordinal);
        foreach (var (name, value) in change)
        {
            if (!IsName(name)) throw FieldChecks.Fault("attributes", NameRule);
            if (string.IsNullOrEmpty(value)) after.Remove(name);
            else after[name] = FieldChecks.DisplayText($"attributes.{name}", value, MaxValueChars);
        }
        return after.Count <= MaxPairs
            && after.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value)) <= MaxBytes ? after
            : throw FieldChecks.Fault("attributes", $"must be at most {MaxPairs} and {MaxBytes} bytes together");
    }
}
