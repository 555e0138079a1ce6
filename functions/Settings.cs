using Microsoft.Extensions.Configuration;

namespace Latchkey;

/// <summary>How JWTs are signed (design: README, "Signing").</summary>
public enum SigningMode
{
    /// <summary>A key file; development only.</summary>
    Local,

    /// <summary>Each token is signed by Key Vault.</summary>
    KeyVault,
}

/// <summary>The settings, validated at start; the README's table describes each. Names are <c>Latchkey__…</c> as environment variables.</summary>
public sealed record Settings
{
    /// <summary>True on a developer's machine: http origins, the emulator, a key file and demo data are allowed.</summary>
    public required bool Development { get; init; }

    /// <summary>Scheme, host and port under which the service is reached, without a slash at the end.</summary>
    public required string Origin { get; init; }

    /// <summary>The emulator's connection string, or null.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The account's table endpoint, where the app's identity is used.</summary>
    public Uri? TableEndpoint { get; init; }

    /// <summary>The account's blob endpoint, where the app's identity is used.</summary>
    public Uri? BlobEndpoint { get; init; }

    /// <summary>How JWTs are signed.</summary>
    public required SigningMode SigningMode { get; init; }

    /// <summary>Path of the key file (<see cref="SigningMode.Local"/>).</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The vault (<see cref="SigningMode.KeyVault"/>).</summary>
    public Uri? Vault { get; init; }

    /// <summary>Name of the EC P-256 key that signs access tokens; may hold <c>{tenant}</c>.</summary>
    public string AccessTokenKey { get; init; } = "";

    /// <summary>Name of the RSA key that signs ID tokens; may hold <c>{tenant}</c>.</summary>
    public string IdTokenKey { get; init; } = "";

    /// <summary>Name of the RSA key that wraps the symmetric keys.</summary>
    public string WrapKey { get; init; } = "";

    /// <summary>The one-time secret that makes the first operator, or null: then nobody can.</summary>
    public string? OperatorSecret { get; init; }

    /// <summary>How many proxies in front of us append to X-Forwarded-For (Azure's own front end is one).</summary>
    public required int TrustedProxies { get; init; }

    /// <summary>How long tenants and clients are cached: a change is seen this late.</summary>
    public required TimeSpan CacheTime { get; init; }

    /// <summary>How long the audit is kept.</summary>
    public required TimeSpan AuditTime { get; init; }

    /// <summary>PBKDF2-HMAC-SHA512 iterations of password hashes.</summary>
    public required int PasswordIterations { get; init; }

    /// <summary>How long an upload URL lives.</summary>
    public required TimeSpan UploadUrlTime { get; init; }

    /// <summary>How long a download URL lives.</summary>
    public required TimeSpan DownloadUrlTime { get; init; }

    /// <summary>How long any URL lives at most.</summary>
    public TimeSpan LongestUrlTime => UploadUrlTime > DownloadUrlTime ? UploadUrlTime : DownloadUrlTime;

    /// <summary>The largest file, in bytes.</summary>
    public required long MaxFileBytes { get; init; }

    /// <summary>True on the emulator: only there are account keys used and demo data made.</summary>
    public bool OnEmulator => ConnectionString is not null;

    /// <summary>Reads and checks all settings.</summary>
    /// <exception cref="SettingsException">Some are wrong; the message lists every fault.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var read = new SettingsReader(configuration);
        var environment = configuration["AZURE_FUNCTIONS_ENVIRONMENT"] ?? configuration["DOTNET_ENVIRONMENT"];
        var development = string.Equals(environment, "Development", StringComparison.OrdinalIgnoreCase);
        var connectionString = read.Text("Storage:ConnectionString");
        var mode = read.OneOf("Signing:Mode", SigningMode.KeyVault);
        var onVault = mode == SigningMode.KeyVault;
        var settings = new Settings
        {
            Development = development,
            Origin = read.Origin("Origin", httpToo: development),
            ConnectionString = connectionString,
            TableEndpoint = connectionString is null ? read.Https("Storage:TableEndpoint") : null,
            BlobEndpoint = connectionString is null ? read.Https("Storage:BlobEndpoint") : null,
            SigningMode = mode,
            KeyFile = onVault ? "" : read.Needed("Signing:KeyFile"),
            Vault = onVault ? read.Https("Signing:Vault") : null,
            AccessTokenKey = onVault ? read.KeyName("Signing:AccessTokenKey") : "",
            IdTokenKey = onVault ? read.KeyName("Signing:IdTokenKey") : "",
            WrapKey = onVault ? read.KeyName("Signing:WrapKey") : "",
            OperatorSecret = read.Text("OperatorSecret"),
            TrustedProxies = (int)read.Number("TrustedProxies", development ? 0 : 1, 0, 5),
            CacheTime = TimeSpan.FromSeconds(read.Number("CacheSeconds", 30, 0, 300)),
            AuditTime = TimeSpan.FromDays(read.Number("AuditDays", 365, 1, 3650)),
            PasswordIterations = (int)read.Number("PasswordIterations", 210_000, development ? 1 : 210_000, 10_000_000),
            UploadUrlTime = TimeSpan.FromMinutes(read.Number("Files:UploadUrlMinutes", 60, 1, 24 * 60)),
            DownloadUrlTime = TimeSpan.FromMinutes(read.Number("Files:DownloadUrlMinutes", 15, 1, 24 * 60)),
            MaxFileBytes = read.Number("Files:MaxBytes", 5000L << 20, 1, 5000L << 20),
        };
        if (connectionString is not null && !development)
            read.Fault("Storage:ConnectionString", "is for the emulator in Development; elsewhere set Storage__TableEndpoint and Storage__BlobEndpoint");
        if (mode == SigningMode.Local && !development)
            read.Fault("Signing:Mode", "Local is for Development; elsewhere use KeyVault");
        if (settings.OperatorSecret is { Length: < 32 })
            read.Fault("OperatorSecret", "must have 32 characters or more; it is used once");
        read.ThrowIfAny();
        return settings;
    }
}

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
        Fault(name, $"must be an https address, not '{text}'");
        return null;
    }

    public string KeyName(string name)
    {
        var text = Needed(name);
        if (text.Length > 0 && !Keys.KeyVaultSigner.IsKeyName(text)) Fault(name, $"must be a key's name (letters, digits, hyphens), not '{text}'");
        return text;
    }

    public string Origin(string name, bool httpToo)
    {
        var text = Needed(name);
        if (text.Length == 0) return text;
        var good = Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (httpToo && uri.Scheme == Uri.UriSchemeHttp))
            && uri.UserInfo.Length == 0 && uri.GetLeftPart(UriPartial.Authority) == text;
        if (!good) Fault(name, $"must be like {(httpToo ? "http://localhost:7071" : "https://login.example.com")}, lower-case, without path or slash at the end, not '{text}'");
        return text;
    }
}
