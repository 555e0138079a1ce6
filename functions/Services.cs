using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Latchkey.Admin;
using Latchkey.Files;
using Latchkey.Files.Checking;
using Latchkey.Files.Sharing;
using Latchkey.Files.Tus;
using Latchkey.Http;
using Latchkey.Keys;
using Latchkey.OAuth;
using Latchkey.OAuth.Authorization;
using Latchkey.OAuth.Grants;
using Latchkey.OAuth.Mail;
using Latchkey.OAuth.Registration;
using Latchkey.OAuth.Sessions;
using Latchkey.OpenApi;
using Latchkey.Pages;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Latchkey;

/// <summary>The one place that wires everything, the same for the isolated worker and for LocalHost.</summary>
public static class Services
{
    /// <summary>Adds all of Latchkey but its triggers.</summary>
    /// <exception cref="SettingsException">Settings are wrong; the message lists every fault.</exception>
    public static IServiceCollection AddLatchkey(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = Settings.Read(configuration);
        services.AddSingleton(settings);
#pragma warning disable RS0030 // This is where the clock is injected.
        services.TryAddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        services.TryAddSingleton(StorageRetries.Usual);
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        // Their request lines hold whole addresses, with share links' and resets' tokens.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error) // The worker's MVC brings it; nothing of ours is protected by it.
            .AddFilter("System.Net.Http", LogLevel.Warning));
        Exporting.Add(services, settings);
        // A client's state of 16 KiB, escaped, is longer than the 8 KiB that a request line has otherwise.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = 72 * 1024);
        return services.AddStorage(settings).AddKeys(settings).AddTenancy().AddOAuth().AddMail(settings).AddPages().AddFiles(settings).AddAdmin();
    }

    static IServiceCollection AddStorage(this IServiceCollection services, Settings settings) => services
        .AddSingleton<RoundTrips>()
        .AddSingleton(provider => settings.ConnectionString is { } emulator
            ? new StorageClients(emulator, provider.GetRequiredService<RoundTrips>(), provider.GetRequiredService<StorageRetries>())
            : new StorageClients(settings.TableEndpoint!, settings.BlobEndpoint!,
                provider.GetRequiredService<TokenCredential>(), provider.GetRequiredService<RoundTrips>(), provider.GetRequiredService<StorageRetries>(),
                provider.GetService<HttpPipelineTransport>()));

    static IServiceCollection AddKeys(this IServiceCollection services, Settings settings)
    {
        var local = settings.SigningMode == SigningMode.Local;
        var vaultSigns = settings.SigningMode == SigningMode.KeyVault;
        services.TryAddSingleton(KeyMaker.Usual);
        services.AddSingleton<JwtWriter>().AddSingleton<JwkSet>().AddSingleton<BearerToken>().AddSingleton<DPoPNonces>();
        if (local) services.AddSingleton<IKeyStore>(_ => new KeyFile(settings.KeyFile));
        else services.AddVault(settings).AddSingleton<IKeyStore, WrappedKeyTable>();
        services.AddSingleton<ISigner>(provider => vaultSigns
            ? new KeyVaultSigner(provider.GetRequiredService<Vault>(), settings.AccessTokenKey, settings.IdTokenKey)
            : new LocalSigner(provider.GetRequiredService<OwnKeys>()));
        return services
            .AddSingleton(provider => new OwnKeys(provider.GetRequiredService<IKeyStore>(), vaultSigns ? OwnKey.MacOnly : OwnKey.All,
                provider.GetRequiredService<KeyMaker>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OwnKeys>>()))
            .AddSingleton(provider => new KeyRing(provider.GetRequiredService<OwnKeys>()))
            .AddSingleton(provider => new KeyRotation(provider.GetRequiredService<OwnKeys>(), provider.GetRequiredService<ISigner>(),
                settings.RotationPeriod, provider.GetRequiredService<ILogger<KeyRotation>>()));
    }

    static IServiceCollection AddVault(this IServiceCollection services, Settings settings) => services
        .AddSingleton(provider => new Vault(settings.Vault!, provider.GetRequiredService<TokenCredential>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Vault>>(),
            provider.GetService<HttpPipelineTransport>()))
        .AddSingleton(provider => new KeySeal(
            provider.GetRequiredService<Vault>(), settings.WrapKey, provider.GetRequiredService<ILogger<KeySeal>>()));

    static IServiceCollection AddTenancy(this IServiceCollection services) => services
        .AddSingleton<Endpoint>()
        .AddSingleton<Gate>()
        .AddSingleton<OpenApiDocument>()
        .AddSingleton<SuspendedRequests>()
        .AddSingleton<AnonymousRows>()
        .AddSingleton<AuditTables>()
        .AddSingleton<AuditLog>()
        .AddHostedService(provider => provider.GetRequiredService<AuditLog>())
        .AddSingleton<TenantStore>()
        .AddSingleton<Domains>()
        .AddSingleton<ClientStore>()
        .AddSingleton<UserStore>()
        .AddSingleton<GroupStore>()
        .AddSingleton<IssuedTokens>()
        .AddSingleton<Attempts>()
        .AddSingleton<PasswordHashing>()
        .AddSingleton<SingleUse>()
        .AddSingleton<DPoP>()
        .AddSingleton<ClientAssertions>()
        .AddSingleton<ClientAuthentication>()
        .AddHostedService<DemoData>();

    static IServiceCollection AddOAuth(this IServiceCollection services) => services
        .AddSingleton<Macs>()
        .AddSingleton<AccessTokens>()
        .AddSingleton<IdTokens>()
        .AddSingleton<SessionStore>()
        .AddSingleton<RefreshTokens>()
        .AddSingleton<Codes>()
        .AddSingleton<UserSessions>()
        .AddSingleton<SignIns>()
        .AddSingleton<InitialAccessTokens>()
        .AddSingleton<Registrations>()
        .AddSingleton<DeveloperApps>()
        .AddSingleton<SignOuts>()
        .AddSingleton<Logouts>()
        .AddSingleton<PasswordChange>()
        .AddSingleton<SignInAttempts>()
        .AddSingleton<KnownDevices>()
        .AddSingleton<BrowserCookies>()
        .AddSingleton<RefreshCookies>()
        .AddSingleton<BrowserSignIns>()
        .AddSingleton<Approvals>()
        .AddSingleton<IdTokenHints>()
        .AddSingleton<RequestReader>()
        .AddSingleton<RequestTables>()
        .AddSingleton<PushedRequests>()
        .AddSingleton<DeviceRequests>()
        .AddSingleton<PendingRequests>()
        .AddSingleton<AuthorizationDecision>()
        .AddSingleton<AuthorizationAnswers>()
        .AddSingleton<Passwords>()
        .AddSingleton<CodeRedemption>()
        .AddSingleton<IGrant, ClientCredentialsGrant>()
        .AddSingleton<IGrant, DeviceCodeGrant>()
        .AddSingleton<IGrant, AuthorizationCodeGrant>()
        .AddSingleton<IGrant, RefreshTokenGrant>()
        .AddSingleton<IGrant, PasswordGrant>();

    static IServiceCollection AddMail(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(provider => new PasswordResets(
            provider.GetRequiredService<RequestTables>(), provider.GetRequiredService<UserStore>(),
            provider.GetRequiredService<PasswordChange>(), provider.GetRequiredService<SignInAttempts>(),
            provider.GetRequiredService<KnownDevices>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<ILogger<PasswordResets>>(),
            provider.GetService<IMail>()));
        return settings.Mail.Mode switch
        {
            MailMode.File => services.AddSingleton<IMail>(p => new FileMail(settings.Mail, p.GetRequiredService<TimeProvider>())),
            MailMode.Smtp => services.AddSingleton<IMail>(p => new SmtpMail(settings.Mail, p.GetRequiredService<TimeProvider>())),
            MailMode.Azure => services.AddSingleton<IMail>(p => new AzureMail(
                settings.Mail, p.GetRequiredService<TokenCredential>(), p.GetService<HttpClient>() ?? new HttpClient())),
            _ => services,
        };
    }

    static IServiceCollection AddPages(this IServiceCollection services) => services
        .AddSingleton<PageRenderer>()
        .AddSingleton<ResponsePages>()
        .AddSingleton<OwnPages>()
        .AddSingleton<AccountLists>()
        .AddSingleton(provider => new BytesOrigin(provider.GetRequiredService<BlobStore>().Origin))
        .AddSingleton<FormTokens>();

    static IServiceCollection AddFiles(this IServiceCollection services, Settings settings) => services
        .AddSingleton<BlobStore>()
        .AddSingleton(provider => new DelegationKeys(
            provider.GetRequiredService<StorageClients>().Blobs, settings.LongestUrlTime,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<DelegationKeys>>()))
        .AddSingleton(provider => new Sas(
            provider.GetRequiredService<BlobStore>(),
            settings.OnEmulator ? null : provider.GetRequiredService<DelegationKeys>(),
            httpsOnly: !settings.Development, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<TenantTotals>()
        .AddSingleton<SpaceUsage>()
        .AddSingleton<FileStore>()
        .AddSingleton<Uploads>()
        .AddSingleton<UploadLook>()
        .AddSingleton<FileListing>()
        .AddSingleton<Folders>()
        .AddSingleton<DueFiles>()
        .AddSingleton<FilePurge>()
        .AddSingleton<SpaceRemoval>()
        .AddSingleton<Copies>()
        .AddSingleton<Check>()
        .AddSingleton<CheckSteps>()
        .AddSingleton<CheckStore>()
        .AddSingleton<ShareStore>()
        .AddSingleton<SharedWithMe>()
        .AddSingleton<Spaces>()
        .AddSingleton<FileRights>()
        .AddSingleton<FileUrls>()
        .AddSingleton<StagedBlobs>()
        .AddSingleton<UploadCheck>()
        .AddSingleton<SingleUpload>()
        .AddSingleton<StagedUpload>()
        .AddSingleton<Completion>()
        .AddSingleton<FormIntake>()
        .AddSingleton<TusReception>()
        .AddSingleton<TusProgress>();

    static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<HealthChecks>()
        .AddSingleton<AuditReader>()
        .AddSingleton<EndSessions>()
        .AddSingleton<RemovalNotes>()
        .AddSingleton<ClientRemoval>()
        .AddSingleton<UserRemoval>()
        .AddSingleton<TenantData>();
}
