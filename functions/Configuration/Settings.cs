using Microsoft.Extensions.Configuration;

namespace Latchkey;

/// <summary>
/// The settings, validated at start; the table in docs/operating/settings.md describes each. As environment variables they are
/// named <c>Latchkey__…</c>.
/// </summary>
public sealed record Settings
{
    /// <summary>True on a developer's machine: http origins, the emulator, a key file and demo data are allowed.</summary>
    public required bool Development { get; init; }

    /// <summary>The public scheme, host and port of the service, without a trailing slash.</summary>
    public required string Origin { get; init; }

    /// <summary>The web origins that every tenant allows; none outside Development.</summary>
    public required IReadOnlyList<string> LocalOrigins { get; init; }

    /// <summary>The emulator's connection string, or null.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>The account's table endpoint, used with the app's identity.</summary>
    public Uri? TableEndpoint { get; init; }

    /// <summary>The account's blob endpoint, used with the app's identity.</summary>
    public Uri? BlobEndpoint { get; init; }

    /// <summary>The queue endpoint of the Functions host's own account, used with the app's identity.</summary>
    public Uri? QueueEndpoint { get; init; }

    /// <summary>How JWTs are signed.</summary>
    public required SigningMode SigningMode { get; init; }

    /// <summary>Path of the key file (<see cref="SigningMode.Local"/>).</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The vault (all modes except <see cref="SigningMode.Local"/>).</summary>
    public Uri? Vault { get; init; }

    /// <summary>Name of the P-256 key that signs access tokens (<see cref="SigningMode.KeyVault"/>); may contain <c>{tenant}</c>.</summary>
    public string AccessTokenKey { get; init; } = "";

    /// <summary>Name of the RSA key that signs ID tokens (<see cref="SigningMode.KeyVault"/>); may contain <c>{tenant}</c>.</summary>
    public string IdTokenKey { get; init; } = "";

    /// <summary>Name of the RSA key that wraps the stored keys.</summary>
    public string WrapKey { get; init; } = "";

    /// <summary>The age at which a key of our own gets a successor.</summary>
    public required TimeSpan RotationPeriod { get; init; }

    /// <summary>
    /// SHA-256 of the one-time secret that creates the first operator; null if nobody may. Reading the settings is not enough to
    /// use it.
    /// </summary>
    public byte[]? OperatorSecretHash { get; init; }

    /// <summary>The id of the Azure Front Door in front of the service (its X-Azure-FDID), or null.</summary>
    public Guid? FrontDoorId { get; init; }

    /// <summary>Mutual TLS: where clients reach the deployment with certificates.</summary>
    public required MutualTlsSettings MutualTls { get; init; }

    /// <summary>
    /// How long clients and memberships are cached; tenants, roles and a user's state for 5 seconds at most. Other instances see a
    /// change after this time at the latest.
    /// </summary>
    public required TimeSpan CacheTime { get; init; }

    /// <summary>How long the audit is kept.</summary>
    public required TimeSpan AuditTime { get; init; }

    /// <summary>PBKDF2-HMAC-SHA512 iterations of password hashes.</summary>
    public required int PasswordIterations { get; init; }

    /// <summary>Lockout: how many wrong passwords lock an account, except for devices that are known to be the user's.</summary>
    public required int LockoutAccountTries { get; init; }

    /// <summary>Lockout: how many wrong passwords lock an address.</summary>
    public required int LockoutAddressTries { get; init; }

    /// <summary>Lockout: how many more an address may fail for each user who has signed in from it.</summary>
    public required int LockoutAddressRoom { get; init; }

    /// <summary>Lockout: how long an account or address stays locked.</summary>
    public required TimeSpan LockoutTime { get; init; }

    /// <summary>Minimum lifetime of an upload URL; longer for a large file (<see cref="Files.UploadDeadline.UrlLifetime"/>).</summary>
    public required TimeSpan UploadUrlTime { get; init; }

    /// <summary>Minimum lifetime of a download URL, which stays the same for a while (<see cref="Storage.Sas.ToReadCached"/>).</summary>
    public required TimeSpan DownloadUrlTime { get; init; }

    /// <summary>Maximum lifetime of any URL.</summary>
    public TimeSpan LongestUrlTime =>
        TimeSpan.FromTicks(
            Math.Max(Files.UploadDeadline.MaxUrlLifetime.Ticks, (DownloadUrlTime + Storage.Sas.Window(DownloadUrlTime)).Ticks));

    /// <summary>Maximum size of a file, in bytes.</summary>
    public required long MaxFileBytes { get; init; }

    /// <summary>The size from which a file is uploaded in blocks, unless the caller decides otherwise; in bytes.</summary>
    public required long ResumableFromBytes { get; init; }

    /// <summary>The size up to which the bytes are read back to verify a declared hash; in bytes.</summary>
    public required long VerifyBytes { get; init; }

    /// <summary>Maximum size of a file in a multipart form, in bytes.</summary>
    public required long MultipartBytes { get; init; }

    /// <summary>How long a deleted file stays in the trash.</summary>
    public required TimeSpan TrashTime { get; init; }

    /// <summary>The OTLP endpoint for telemetry, or null. The exporter reads this and its other <c>OTEL_…</c> settings itself.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>The connection string of Application Insights, or null.</summary>
    public string? MonitorConnection { get; init; }

    /// <summary>The percentage of requests that is traced.</summary>
    public required int TracePercent { get; init; }

    /// <summary>How mail is sent.</summary>
    public required MailSettings Mail { get; init; }

    /// <summary>The endpoint of the Event Grid topic that all events go to, or null.</summary>
    public Uri? EventGridTopic { get; init; }

    /// <summary>The endpoint of the Azure Web PubSub that messages go through, or null: then there are none.</summary>
    public Uri? Messages { get; init; }

    /// <summary>Who looks for malware in files.</summary>
    public required ScanSettings Scan { get; init; }

    /// <summary>True on the emulator: only there are account keys used and demo data created.</summary>
    public bool OnEmulator => ConnectionString is not null;

    /// <summary>Reads and checks all settings.</summary>
    /// <exception cref="SettingsException">Settings are invalid; the message lists every fault.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var read = new SettingsReader(configuration);
        var environment = configuration["AZURE_FUNCTIONS_ENVIRONMENT"] ?? configuration["DOTNET_ENVIRONMENT"];
        var development = string.Equals(environment, "Development", StringComparison.OrdinalIgnoreCase);
        var connectionString = read.Text("Storage:ConnectionString");
        var mode = read.OneOf("Signing:Mode", SigningMode.KeyVault);
        var (onVault, vaultSigns) = (mode != SigningMode.Local, mode == SigningMode.KeyVault);
        var settings = new Settings
        {
            Development = development,
            Origin = read.Origin("Origin", httpToo: development),
            LocalOrigins = read.LocalOrigins("LocalOrigins", development),
            ConnectionString = connectionString,
            TableEndpoint = connectionString is null ? read.Https("Storage:TableEndpoint") : null,
            BlobEndpoint = connectionString is null ? read.Https("Storage:BlobEndpoint") : null,
            QueueEndpoint = connectionString is null ? read.Https("Storage:QueueEndpoint") : null,
            SigningMode = mode,
            KeyFile = onVault ? "" : read.KeyFile("Signing:KeyFile"),
            Vault = onVault ? read.Https("Signing:Vault") : null,
            AccessTokenKey = vaultSigns ? read.KeyName("Signing:AccessTokenKey", Keys.KeyVaultSigner.IsKeyName) : "",
            IdTokenKey = vaultSigns ? read.KeyName("Signing:IdTokenKey", Keys.KeyVaultSigner.IsKeyName) : "",
            WrapKey = onVault ? read.KeyName("Signing:WrapKey", Keys.Vault.IsKeyName) : "",
            RotationPeriod = TimeSpan.FromDays(read.Number("Signing:RotationDays", 90, 1, 730)),
            OperatorSecretHash = read.Sha256("OperatorSecretHash"),
            FrontDoorId = read.Guid("FrontDoorId"),
            MutualTls = MutualTlsSettings.Read(read, configuration, development),
            CacheTime = TimeSpan.FromSeconds(read.Number("CacheSeconds", 30, 0, 300)),
            AuditTime = TimeSpan.FromDays(read.Number("AuditDays", 365, 1, 3650)),
            PasswordIterations = (int)read.Number("PasswordIterations", 210_000, development ? 1 : 210_000, 10_000_000),
            LockoutAccountTries = (int)read.Number("Lockout:AccountTries", 10, 2, 100),
            LockoutAddressTries = (int)read.Number("Lockout:AddressTries", 100, 2, 500),
            LockoutAddressRoom = (int)read.Number("Lockout:AddressRoom", 5, 0, 5),
            LockoutTime = TimeSpan.FromMinutes(read.Number("Lockout:Minutes", 15, 1, 60)),
            UploadUrlTime = TimeSpan.FromMinutes(read.Number("Files:UploadUrlMinutes", 30, 1, 24 * 60)),
            DownloadUrlTime = TimeSpan.FromMinutes(read.Number("Files:DownloadUrlMinutes", 15, 1, 24 * 60)),
            MaxFileBytes = read.Number("Files:MaxBytes", 5000L << 20, 1, Files.BlockPlan.MaxFile),
            ResumableFromBytes = read.Number("Files:ResumableFromBytes", 64 << 20, 1, Files.BlockPlan.MaxSinglePut),
            VerifyBytes = read.Number("Files:VerifyBytes", 256 << 20, 0, Files.BlockPlan.MaxFile),
            MultipartBytes = read.Number("Files:MultipartBytes", 20 << 20, 1, 31 << 20), // The Functions host lets 32 MiB through.
            TrashTime = TimeSpan.FromDays(read.Number("Files:TrashDays", 30, 0, 3650)),
            TracePercent = (int)read.Number("TracePercent", 100, 0, 100),
            OtlpEndpoint = read.OtlpEndpoint(),
            MonitorConnection = read.MonitorConnection(),
            Mail = MailSettings.Read(read, development),
            Scan = ScanSettings.Read(read),
            EventGridTopic = read.OptionalHttps("EventGridTopic"),
            Messages = read.OptionalService("Messages:Endpoint", httpToo: development),
        };
        if (connectionString is not null) read.CheckEmulator(connectionString, development);
        if (mode == SigningMode.Local && !development)
            read.Fault("Signing:Mode", "can be Local only in Development; use KeyVault or KeyVaultWrapped");
        // In Azure a proxy is in front of the Functions host, which passes the caller's address on only with this setting.
        if (!development)
            read.MustBeTrue("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "otherwise all callers have the same address, and share one lockout");
        read.ThrowIfAny();
        return settings;
    }
}
