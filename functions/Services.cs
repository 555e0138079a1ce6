using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Latchkey.Account;
using Latchkey.Access;
using Latchkey.Admin;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.OpenApi;
using Latchkey.Pages;
using Latchkey.Sessions;
using Latchkey.Storage;
using Latchkey.Telemetry;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Latchkey;

/// <summary>The one place that registers every service, for the isolated worker and for LocalHost alike.</summary>
public static partial class Services
{
    /// <summary>Adds all of Latchkey except its triggers.</summary>
    /// <exception cref="SettingsException">Settings are invalid; the message lists every fault.</exception>
    public static IServiceCollection AddLatchkey(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = Settings.Read(configuration);
        services.AddSingleton(settings);
#pragma warning disable RS0030 // This is where the clock is injected.
        services.TryAddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        services.TryAddSingleton(StorageRetries.Default);
        services.TryAddSingleton(AuditPause.Default);
        services.TryAddSingleton<TokenCredential>(_ => new DefaultAzureCredential());
        // These categories log whole URLs, with the tokens of share links and password resets.
        services.AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error) // Comes with the worker's MVC; we protect nothing with it.
            .AddFilter("System.Net.Http", LogLevel.Warning));
        Exporting.Add(services, settings);
        // A client's state of 16 KiB, escaped, exceeds the default limit of 8 KiB for a request line.
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = 72 * 1024);
        return services.AddStorage(settings).AddKeys(settings).AddTenancy().AddOAuth().AddSignUp().AddPasskeys().AddSecondFactor()
            .AddLeaving().AddMail(settings).AddProviders().AddPages().AddFiles(settings).AddSharing().AddBackup().AddRenditions()
            .AddArchives().AddFolders().AddVersions().AddScim().AddAdmin().AddAccount().AddGroups().AddEvents().AddMessages()
                .AddScanning(settings);
    }

    static IServiceCollection AddStorage(this IServiceCollection services, Settings settings) => services
        .AddSingleton<RoundTrips>()
        .AddSingleton(provider => settings.ConnectionString is { } emulator
            ? new StorageClients(emulator, provider.GetRequiredService<RoundTrips>(), provider.GetRequiredService<StorageRetries>())
            : new StorageClients(settings.TableEndpoint!, settings.BlobEndpoint!, settings.QueueEndpoint!,
                provider.GetRequiredService<TokenCredential>(), provider.GetRequiredService<RoundTrips>(),
                provider.GetRequiredService<StorageRetries>(), provider.GetService<HttpPipelineTransport>()))
        .AddSingleton<WorkQueues>();

    static IServiceCollection AddTenancy(this IServiceCollection services) => services
        .AddSingleton<ErrorBoundary>()
        .AddSingleton<PageLanguage>()
        .AddSingleton<TenantPipeline>().AddSingleton<WebOrigins>().AddSingleton<Refusals>()
        .AddSingleton<OpenApiDocument>()
        .AddSingleton<ReferencePage>()
        .AddSingleton<SuspendedRequests>()
        .AddSingleton<AnonymousLimiter>()
        .AddSingleton<AuditTables>()
        .AddSingleton<AuditLog>()
        .AddHostedService(provider => provider.GetRequiredService<AuditLog>())
        .AddSingleton<TenantStore>()
        .AddSingleton<Domains>()
        .AddSingleton<ClientStore>()
        .AddSingleton<ApiStore>()
        .AddSingleton<UserStore>()
        .AddSingleton<IssuedTokens>()
        .AddSingleton<Lockout>()
        .AddSingleton<PasswordHashing>()
        .AddSingleton<ReplayCache>()
        .AddSingleton<DPoP>()
        .AddSingleton<ClientAssertions>()
        .AddSingleton<ClientKeySets>()
        .AddSingleton<CertificateAuthorityStore>()
        .AddSingleton<CertificateAuthentication>()
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
        .AddSingleton<SessionIssuer>()
        .AddSingleton<InitialAccessTokens>()
        .AddSingleton<Registrations>()
        .AddSingleton<DeveloperApps>()
        .AddSingleton<SessionRevocation>()
        .AddSingleton<SessionBound>()
        .AddSingleton<LogoutNotices>()
        .AddSingleton<BackchannelLogout>()
        .AddHostedService<LogoutSender>()
        .AddSingleton<TokenAuthorization>()
        .AddSingleton<Logouts>()
        .AddSingleton<PasswordChange>()
        .AddSingleton<SignInLockout>()
        .AddSingleton<KnownDevices>()
        .AddSingleton<OneTimeCodes>()
        .AddSingleton<BrowserCookies>()
        .AddSingleton<RefreshCookies>()
        .AddSingleton<SsoSessions>()
        .AddSingleton<Consents>()
        .AddSingleton<ConsentWithdrawal>()
        .AddSingleton<IdTokenHints>()
        .AddSingleton<DocumentHttp>()
        .AddSingleton<ClientIdDocuments>()
        .AddSingleton<RequestReader>()
        .AddSingleton<RequestTables>()
        .AddSingleton<SweptTables>()
        .AddSingleton<PushedRequests>()
        .AddSingleton<DeviceRequests>()
        .AddSingleton<DeviceApproval>()
        .AddSingleton<PendingRequests>()
        .AddSingleton<InteractionPolicy>()
        .AddSingleton<AuthorizationResponder>()
        .AddSingleton<Passwords>()
        .AddSingleton<CodeRedemption>()
        .AddSingleton<IGrant, AuthorizationCodeGrant>() // Discovery lists the grants in this order.
        .AddSingleton<IGrant, ClientCredentialsGrant>()
        .AddSingleton<IGrant, RefreshTokenGrant>()
        .AddSingleton<IGrant, DeviceCodeGrant>()
        .AddSingleton<IGrant, PasswordGrant>()
        .AddSingleton<IGrant, TokenExchangeGrant>();

    static IServiceCollection AddPages(this IServiceCollection services) => services
        .AddSingleton<PageRenderer>()
        .AddSingleton<ResponsePages>()
        .AddSingleton<FailurePage>(provider => provider.GetRequiredService<ResponsePages>().Failure)
        .AddSingleton<AuthorizationFlow>()
        .AddSingleton<PasswordSignIn>()
        .AddSingleton<SignInCompletion>()
        .AddSingleton<BuiltInPages>()
        .AddSingleton<AccountLists>()
        .AddSingleton<AccountSessions>()
        .AddSingleton<PasswordForm>()
        .AddSingleton(provider => new BlobOrigin(provider.GetRequiredService<BlobStore>().Origin))
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
        .AddSingleton<TenantQuota>()
        .AddSingleton<SpaceQuota>()
        .AddSingleton<FileStore>()
        .AddSingleton<FileListing>()
        .AddSingleton<FileSearch>()
        .AddSingleton<Folders>()
        .AddSingleton<FileSchedule>()
        .AddSingleton<FilePurge>()
        .AddSingleton<SpaceRemoval>()
        .AddSingleton<BlobCopier>()
        .AddSingleton<IntegrityCheck>()
        .AddSingleton<IntegrityCheckSteps>()
        .AddSingleton<IntegrityCheckStore>()
        .AddSingleton<ShareStore>()
        .AddSingleton<SharedWithMe>()
        .AddSingleton<LinkPasswords>()
        .AddSingleton<LinkDownloads>()
        .AddSingleton<Spaces>()
        .AddSingleton<FilePermissions>()
        .AddSingleton<FileUrls>()
        .AddSingleton<StagedBlobs>()
        .AddSingleton<UploadCheck>()
        .AddSingleton<SingleUpload>()
        .AddSingleton<StagedUpload>()
        .AddSingleton<Completion>()
        .AddSingleton<FormReceiver>()
        .AddSingleton<FormCompletion>()
        .AddSingleton<TusReception>()
        .AddSingleton<TusProgress>();

    static IServiceCollection AddAdmin(this IServiceCollection services) => services
        .AddSingleton<StartWork>().AddSingleton<HealthChecks>()
        .AddSingleton<AuditReader>()
        .AddSingleton<RemovalNotes>()
        .AddSingleton<ClientRemoval>()
        .AddSingleton<UserRemoval>()
        .AddSingleton<GroupRemoval>()
        .AddSingleton<TenantData>();
}
