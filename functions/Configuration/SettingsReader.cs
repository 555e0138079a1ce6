using System.Text;
using Microsoft.Extensions.Configuration;

namespace Latchkey;

/// <summary>Settings are invalid; the message lists every fault.</summary>
public sealed class SettingsException(IReadOnlyList<string> faults)
    : Exception($"{Count(faults.Count)}:{Environment.NewLine}  {string.Join(Environment.NewLine + "  ", faults)}")
{
    static string Count(int faults) => faults == 1 ? "The settings have one error" : $"The settings have {faults} errors";
}

/// <summary>Reads single settings and collects their faults.</summary>
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

    public string Required(string name)
    {
        if (Text(name) is { } value) return value;
        Fault(name, "is missing");
        return "";
    }

    public long Number(string name, long fallback, long min, long max)
    {
        if (Text(name) is not { } text) return fallback;
        if (long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max) return value;
        Fault(name, $"must be a whole number from {min} to {max}, not '{text}'");
        return fallback;
    }

    public bool Flag(string name)
    {
        if (Text(name) is not { } text) return false;
        if (bool.TryParse(text, out var value)) return value;
        Fault(name, $"must be true or false, not '{text}'");
        return false;
    }

    public Guid? Guid(string name)
    {
        if (Text(name) is not { } text) return null;
        if (System.Guid.TryParseExact(text, "D", out var value)) return value;
        Fault(name, $"must be a GUID, not '{text}'");
        return null;
    }

    public byte[]? Sha256(string name)
    {
        if (Text(name) is not { } text) return null;
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit)) return Convert.FromHexString(text);
        Fault(name, "must be the secret's SHA-256 in 64 hex digits");
        return null;
    }

    public void MustBeTrue(string name, string why)
    {
        if (!bool.TryParse(configuration[name], out var value) || !value) faults.Add($"{name} must be true: {why}.");
    }

    public T OneOf<T>(string name, T fallback) where T : struct, Enum
    {
        if (Text(name) is not { } text) return fallback;
        foreach (var value in Enum.GetValues<T>())
        {
            if (text.Equals(value.ToString(), StringComparison.OrdinalIgnoreCase)) return value;
        }
        Fault(name, $"must be one of {string.Join(", ", Enum.GetNames<T>())}, not '{text}'");
        return fallback;
    }

    public Uri? Https(string name)
    {
        var text = Required(name);
        if (text.Length == 0) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps) return uri;
        Fault(name, "must be an https URL"); // The value is not shown: it may be a connection string, with its key, in the wrong place.
        return null;
    }

    // A service's address: scheme, host and port.
    public Uri? OptionalService(string name, bool httpToo)
    {
        if (Text(name) is not { } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { PathAndQuery: "/", UserInfo.Length: 0 }
            && (uri.Scheme == Uri.UriSchemeHttps || (httpToo && uri.Scheme == Uri.UriSchemeHttp))) return uri;
        Fault(name, "must be an https URL without a path"); // It may be a connection string, with its key, in the wrong place.
        return null;
    }

    public Uri? OptionalHttps(string name) => Text(name) is null ? null : Https(name);

    public void CheckEmulator(string connection, bool development)
    {
        const string Name = "Storage:ConnectionString"; // It holds a key: never shown.
        if (!development)
            Fault(Name,
                "is only for the emulator in Development; otherwise set Storage__TableEndpoint, __BlobEndpoint and __QueueEndpoint");
        else if (!Storage.StorageClients.IsEmulators(connection)) Fault(Name, "must be the emulator's, such as UseDevelopmentStorage=true");
    }

    // Neither value is shown: both may hold a key.
    public Uri? OtlpEndpoint()
    {
        const string Name = "OTEL_EXPORTER_OTLP_ENDPOINT";
        if (configuration[Name]?.Trim() is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https")) return uri;
        faults.Add($"{Name} must be an http or https URL.");
        return null;
    }

    public string? MonitorConnection()
    {
        const string Name = "APPLICATIONINSIGHTS_CONNECTION_STRING";
        if (configuration[Name]?.Trim() is not { Length: > 0 } text) return null;
        if (text.Split(';').Any(part => part.StartsWith("InstrumentationKey=", StringComparison.OrdinalIgnoreCase))) return text;
        faults.Add($"{Name} must be an Application Insights connection string with an InstrumentationKey.");
        return null;
    }

    public string KeyName(string name, Predicate<string> isKeyName)
    {
        var text = Required(name);
        if (text.Length > 0 && !isKeyName(text)) Fault(name, $"must be a key name (letters, digits, hyphens), not '{text}'");
        return text;
    }

    public string KeyFile(string name)
    {
        var path = Required(name);
        if (path.Length == 0) return path;
        try
        {
            new Keys.KeyFile(path).Check();
        }
        catch (Keys.KeyFileException bad)
        {
            Fault(name, $"is not usable: {bad.Message.TrimEnd('.')}");
        }
        return path;
    }

    // Separated by spaces; the usual ones are always among them.
    public IReadOnlyList<string> LocalOrigins(string name, bool development)
    {
        var named = Text(name)?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (named.Length > 0 && !development) Fault(name, "is only for Development; give each tenant its own origins instead");
        foreach (var wrong in named.Where(origin => !Latchkey.LocalOrigins.IsOrigin(origin)))
            Fault(name, $"must contain origins like http://localhost:5173, lower-case and without a path, not '{wrong}'");
        return development ? [.. Latchkey.LocalOrigins.Usual.Union(named)] : [];
    }

    public string Origin(string name, bool httpToo)
    {
        var text = Required(name);
        if (text.Length == 0) return text;
        var good = Ascii.IsValid(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (httpToo && uri.Scheme == Uri.UriSchemeHttp))
            && uri.UserInfo.Length == 0 && uri.GetLeftPart(UriPartial.Authority) == text;
        if (!good)
        {
            var example = httpToo ? "http://localhost:7071" : "https://login.example.com";
            Fault(name, $"must be like {example}, lower-case, without a path or trailing slash, not '{text}'");
        }
        return text;
    }
}
