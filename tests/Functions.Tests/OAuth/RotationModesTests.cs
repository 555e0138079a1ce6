using Latchkey.Keys;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>Rotation where the keys are not wrapped: in the key file, and in the vault; and what bounds it.</summary>
public sealed class RotationModesTests
{
    const string Timer = "rotate-keys";

    [Fact]
    public async Task The_key_file_rotates_too()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var host = await TestHost.Start(settings: new() { ["Latchkey:Signing:KeyFile"] = file });
        try
        {
            var refresh = (await host.Tokens("demo")).RefreshToken!;
            var old = await host.SigningKid();
            await host.Rotate();
            Assert.Equal(2, (await host.Published()).Count);
            Assert.Equal(old, await host.SigningKid());
            host.Clock.Advance(TimeSpan.FromMinutes(11));
            Assert.NotEqual(old, await host.SigningKid());
            await host.Refreshed(refresh);
            host.Clock.Advance(TimeSpan.FromHours(24));
            await host.RunTimer(Timer);
            Assert.Equal([await host.SigningKid()], await host.Published());
            Assert.DoesNotContain(await host.Keys(), key => key.Kid == old);
        }
        finally
        {
            File.Delete(file);
            File.Delete(file + ".lock");
        }
    }

    [Fact]
    public async Task Where_the_vault_signs_it_rotates_the_signing_keys_and_we_the_others()
    {
        await using var shared = await SharedAccount.Create();
        shared.Vault.Keys.AddEc("access");
        shared.Vault.Keys.AddRsa("id");
        var host = await shared.Start(("Signing:Mode", "KeyVault"), ("Signing:AccessTokenKey", "access"), ("Signing:IdTokenKey", "id"));
        var refresh = (await host.Tokens("demo")).RefreshToken!;
        await Assert.ThrowsAsync<VaultRotatesKeysException>(() => host.Rotate());
        Assert.Equal(["ES256", "RS256", "HS256"], (await host.Keys()).Select(key => key.Algorithm));

        shared.Vault.Keys.AddEc("access");
        shared.Clock.Advance(TimeSpan.FromDays(91));
        await host.RunTimer(Timer);
        var keys = await host.Keys();
        Assert.Equal(["ES256", "ES256", "RS256", "HS256", "HS256"], keys.Select(key => key.Algorithm));
        Assert.Equal(keys[0].SignsFrom, keys[1].SignsUntil);
        Assert.Equal(await host.SigningKid(), keys[0].Kid);
        Assert.Equal(400, (int)(await host.Refresh("demo", refresh)).StatusCode); // Its session is over.
        await host.Refreshed((await host.Tokens("demo")).RefreshToken!);
    }

    [Theory]
    [InlineData(86401, 86400)]
    [InlineData(600, 366 * 86400 + 1)]
    public async Task No_client_may_have_tokens_that_outlive_the_keys(int accessTokenSeconds, int sessionSeconds)
    {
        Assert.Equal(Client.MaxAccessTokenSeconds, KeyRow.MaxTokenLifetime.TotalSeconds);
        Assert.Equal(Client.MaxSessionSeconds, KeyRow.MaxSessionLifetime.TotalSeconds);
        await using var host = await TestHost.Start();
        var tenant = (await host.Service<TenantStore>().Find("demo", CancellationToken.None))!;
        var client = (await host.Service<ClientStore>().Find(tenant, "service", CancellationToken.None))!;
        await Assert.ThrowsAsync<ArgumentException>(() => host.Service<ClientStore>().Save(
            tenant, client with { AccessTokenSeconds = accessTokenSeconds, SessionSeconds = sessionSeconds }, CancellationToken.None));
    }
}
