using Azure.Core;
using Azure.Core.Pipeline;
using Latchkey.Http;
using Latchkey.Keys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Latchkey;

// The services of the keys: where keys are stored and who signs, by mode (docs/operating/signing.md).
public static partial class Services
{
    static IServiceCollection AddKeys(this IServiceCollection services, Settings settings)
    {
        var local = settings.SigningMode == SigningMode.Local;
        var vaultSigns = settings.SigningMode == SigningMode.KeyVault;
        services.TryAddSingleton(KeyMaker.Default);
        services.AddSingleton<JwtWriter>().AddSingleton<JwkSet>().AddSingleton<BearerToken>().AddSingleton<DPoPNonces>();
        if (local) services.AddSingleton<IKeyStore>(_ => new KeyFile(settings.KeyFile));
        else services.AddVault(settings).AddSingleton<IKeyStore, WrappedKeyStore>();
        services.AddSingleton<ISigner>(provider => vaultSigns
            ? new KeyVaultSigner(provider.GetRequiredService<Vault>(), settings.AccessTokenKey, settings.IdTokenKey)
            : new LocalSigner(provider.GetRequiredService<ManagedKeys>()));
        return services
            .AddSingleton(provider =>
                new ManagedKeys(provider.GetRequiredService<IKeyStore>(), vaultSigns ? ManagedKey.MacOnly : ManagedKey.All,
                provider.GetRequiredService<KeyMaker>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ManagedKeys>>()))
            .AddSingleton(provider => new MacKeyRing(provider.GetRequiredService<ManagedKeys>()))
            // A ring of its own: no tenant has such a key before it has a secret to encrypt, and nothing rotates or removes it.
            .AddSingleton(provider => new SecretEncryption(new ManagedKeys(provider.GetRequiredService<IKeyStore>(), ManagedKey.Encryption,
                provider.GetRequiredService<KeyMaker>(), provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ManagedKeys>>())))
            .AddSingleton(provider => new KeyRotation(provider.GetRequiredService<ManagedKeys>(), provider.GetRequiredService<ISigner>(),
                settings.RotationPeriod, provider.GetRequiredService<ILogger<KeyRotation>>()));
    }

    static IServiceCollection AddVault(this IServiceCollection services, Settings settings) => services
        .AddSingleton(provider => new Vault(settings.Vault!, provider.GetRequiredService<TokenCredential>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Vault>>(),
            provider.GetService<HttpPipelineTransport>()))
        .AddSingleton(provider => new KeySeal(
            provider.GetRequiredService<Vault>(), settings.WrapKey, provider.GetRequiredService<ILogger<KeySeal>>()));
}
