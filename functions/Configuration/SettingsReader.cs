using System.Text;
using Microsoft.Extensions.Configuration;

namespace Latchkey;

/// <summary>The settings are wrong; the message lists every fault.</summary>
public sealed class SettingsException(IReadOnlyList<string> faults)
    : Exception($"The settings have {faults.Count} fault(s):{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", faults)}");

/// <summary>Reads single settings and gathers the faults.</summary>
sealed class SettingsReader(IConfiguration configuration)
{
    readonly List<string> faults = [];

    public void Fault(string name, string what) => faults.Add($"Latchkey__{name.Replace(":", "__")} {what}.");

    public void ThrowIfAny()
    {
        if (faults.Count > 0) throw new SettingsException(faults);
    }

    public string? Text(string name) =>
        configuration[$"Latchkey:{name}"]?.Trim() is { Length: > 0 } value ? value : null;

    public string Needed(string name)
    {
        if (Text(name) is { } value) return value;
        Fault(name, "is missing");
        return "";
    }

    public long Number(string name, long standard, long least, long most)
    {
        if (Text(name) is not { } text) return standard;
        if (long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        Fault(name, $"must be a whole number from {least} to {most}, not '{text}'");
        return standard;
    }

    public Guid? Guid(string name)
    {
        if (Text(name) is not { } text) return null;
        if (System.Guid.TryParseExact(text, "D", out var value)) return value;
        Fault(name, $"must be a GUID, not '{text}'");
        return null;
    }

    public void MustBeTrue(string name, string why)
    {
        if (!bool.TryParse(configuration[name], out var value) || !value) faults.Add($"{name} must be true: {why}.");
    }

    public T OneOf<T>(string name, T standard) where T : struct, Enum
    {
        if (Text(name) is not { } text) return standard;
        foreach (var value in Enum.GetValues<T>())
        {
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)) return value;
        }
        Fault(name, $"must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'");
        return standard;
    }

    public Uri? Https(string name)
    {
        var text = Needed(name);
        if (text.Length == 0) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps) return uri;
        Fault(name, "must be an https address"); // Not shown: it may be a connection string, with its key, in the wrong place.
        return null;
    }

    // Neither value is shown: both may hold a key.
    public Uri? OtlpEndpoint()
    {
        const string Name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (configuration[Name]?.Trim() is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)) return uri;
        faults.Add($"{Name} must be an http or https address.");
        return null;
    }

    public string? MonitorConnection()
    {
        const string Name = "APPLICATIONINSIGHTS_CONNECTION_STRING";
        if (configuration[Name]?.Trim() is not { Length: > 0 } text) return null;
        if (text.Split(';').Any(part => part.StartsWith("InstrumentationKey=", StringComparison.OrdinalIgnoreCase))) return text;
        faults.Add($"{Name} must be a connection string of Application Insights, with its InstrumentationKey.");
        return null;
    }

    public string KeyName(string name, Predicate<string> isKeyName)
    {
        var text = Needed(name);
        if (text.Length > 0 && !isKeyName(text)) Fault(name, $"must be a key's name (letters, digits, hyphens), not '{text}'");
        return text;
    }

    public string KeyFile(string name)
    {
        var path = Needed(name);
        if (path.Length == 0) return path;
        try
        {
            new Keys.KeyFile(path).Check();
        }
        catch (Keys.KeyFileException bad)
        {
            Fault(name, $"can't be used: {bad.Message.TrimEnd('.')}");
        }
        return path;
    }

    public string Origin(string name, bool httpToo)
    {
        var text = Needed(name);
        if (text.Length == 0) return text;
        var good = Ascii.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (httpToo && uri.Scheme == Uri.UriSchemeHttp))
            && uri.UserInfo.Length == 0 && uri.GetLeftPart(UriPartial.Authority) == text;
        if (!good) Fault(name, $"must be like {(httpToo ? "http://localhost:7071" : "https://login.example.com")}, lower-case, without path or slash at the end, not '{text}'");
        return text;
    }
}
