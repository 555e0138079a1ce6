using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests.OAuth;

/// <summary>Mode KeyVaultWrapped over HTTP: several instances, and a vault that fails.</summary>
public sealed class WrappedSigningTests : IAsyncLifetime
{
    SharedAccount shared = null!;

    public async Task InitializeAsync() => shared = await SharedAccount.Create();

    public async Task DisposeAsync() => await shared.DisposeAsync();

    [Fact]
    public async Task Tokens_are_signed_and_verified_without_a_call_to_the_vault()
    {
        var host = await shared.Start();
        await host.Opens(await host.AccessToken());
        Assert.Single(await host.Published("ES256"));
        Assert.Single(await host.Published("RS256"));
        shared.Vault.Forget();

        for (var n = 0; n < 5; n++)
        {
            await host.Opens(await host.AccessToken());
            await host.Refreshed((await host.Tokens("demo")).RefreshToken!);
            shared.Clock.Advance(TimeSpan.FromMinutes(6));
        }

        Assert.Empty(shared.Vault.Calls);
    }

    [Fact]
    public async Task Instances_that_start_at_once_have_the_same_keys()
    {
        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shared.Start()));

        var sets = await Task.WhenAll(hosts.Select(host => host.Http.GetStringAsync("/demo/oauth/jwks")));
        Assert.Single(sets.Distinct());

        var tokens = await hosts[0].Tokens("demo");
        foreach (var host in hosts[1..]) await host.Opens(tokens.AccessToken);
        await hosts[1].Refreshed(tokens.RefreshToken!);
        Assert.NotEqual(await hosts[0].Published(), await hosts[0].Published(tenant: "acme"));
    }

    [Fact]
    public async Task While_the_vault_is_down_a_warm_instance_goes_on_and_a_cold_one_answers_503_until_it_is_back()
    {
        var warm = await shared.Start();
        var signed = await warm.SigningKid();
        var cold = await shared.Start();
        await shared.Vault.Down();

        for (var n = 0; n < 3; n++)
        {
            shared.Clock.Advance(TimeSpan.FromHours(25));
            await warm.Opens(await warm.AccessToken());
            Assert.Equal([signed], await warm.Published());
            await warm.Refreshed((await warm.Tokens("demo")).RefreshToken!);
        }
        Assert.Equal(200, (int)(await cold.Http.GetAsync("/health/live")).StatusCode);
        await cold.ClientToken().IsUnavailable();
        await cold.Http.GetAsync("/demo/oauth/jwks").IsUnavailable();
        await cold.Send(HttpMethod.Get, "/demo/files", await warm.AccessToken()).IsUnavailable();
        await warm.ClientToken("acme").IsUnavailable(); // A tenant that it has not met.

        await shared.Vault.Up();
        Assert.Equal(signed, await cold.SigningKid());
        await warm.AccessToken("acme");
    }

    [Fact]
    public async Task A_throttling_vaults_Retry_After_reaches_the_app_of_a_cold_instance_only()
    {
        var warm = await shared.Start();
        await warm.AccessToken();
        var cold = await shared.Start();
        shared.Vault.Fail(429, retryAfter: "7");
        shared.Vault.Forget();

        await cold.ClientToken().IsUnavailable(retryAfter: 7);
        Assert.True(shared.Vault.Count("failed") <= 3, "It is not asked again for a key within a request.");
        await warm.Opens(await warm.AccessToken());

        shared.Vault.Recover();
        await cold.AccessToken();
    }

    [Fact]
    public async Task A_disabled_wrapping_key_stops_cold_instances_only_and_new_versions_dont_matter()
    {
        var warm = await shared.Start();
        var kid = await warm.SigningKid();
        shared.Vault.Keys.AddRsa("wrap");
        Assert.Equal(kid, await (await shared.Start()).SigningKid());

        shared.WrapKey.Enabled = false;
        var cold = await shared.Start();
        await cold.ClientToken().IsUnavailable();
        await warm.AccessToken();
        Assert.Equal(kid, await warm.SigningKid());

        shared.WrapKey.Enabled = true;
        Assert.Equal(kid, await cold.SigningKid());
    }

    [Fact]
    public async Task Another_tenants_key_row_is_refused()
    {
        var warm = await shared.Start();
        await warm.AccessToken();
        await warm.AccessToken("acme");
        var table = warm.Service<StorageClients>().Tables.GetTableClient("Keys");
        TableEntity row = await table.GetEntityAsync<TableEntity>("acme", RowKeys.Key("ES256", 1));
        row.PartitionKey = "demo";
        await table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Replace);

        var cold = await shared.Start();
        await cold.ClientToken().IsUnavailable();
        await cold.AccessToken("acme");
        Assert.Contains(cold.Log.Lines, line => line.StartsWith("Error: The stored key ES256", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_table_holds_no_key_in_the_clear()
    {
        var host = await shared.Start();
        await host.AccessToken();
        var rows = 0;
        await foreach (var row in host.Service<StorageClients>().Tables.GetTableClient("Keys").QueryAsync<TableEntity>())
        {
            rows++;
            Assert.Equal(
                ["Algorithm", "Created", "Kid", "Number", "Sealed", "SignsFrom", "WrapKeyId", "WrappedKey"],
                row.Keys.Except(["odata.etag", "PartitionKey", "RowKey", "Timestamp"]).Order(StringComparer.Ordinal));
            // Every PKCS #8 names its algorithm: 1.2.840… as DER.
            Assert.Equal(-1, row.GetBinary("Sealed").AsSpan().IndexOf<byte>([0x2A, 0x86, 0x48]));
        }
        Assert.Equal(3, rows);
    }
}
