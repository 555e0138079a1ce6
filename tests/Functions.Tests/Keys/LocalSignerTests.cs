using System.Text.Json;
using Latchkey.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.Keys;

public sealed class LocalSignerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("latchkey-keys-").FullName;
    private readonly CancellationToken none = CancellationToken.None;

    private string KeyPath => Path.Combine(folder, "made", "keys.json");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("ES256", 64)]
    [InlineData("RS256", 256)]
    public async Task A_token_verifies_against_the_published_set(string algorithm, int signatureBytes)
    {
        var signer = new ManagedKeysOf(new KeyFile(KeyPath)).Signer;
        var claims = new Dictionary<string, object>
        {
            ["iss"] = "i",
            ["name"] = "José +1",
            ["roles"] = new[] { "a", "b" },
            ["iat"] = 1767225600L
        };

        var token = await new JwtWriter(signer).Write("demo", algorithm, "at+jwt", claims, none);

        var read = await Tokens.Verify(token, await new JwkSet(signer).Json("demo", none));
        Assert.Equal(algorithm, read.Alg);
        Assert.Equal("at+jwt", read.Typ);
        Assert.Equal("José +1", read.GetPayloadValue<string>("name"));
        Assert.Equal(["a", "b"], read.GetPayloadValue<string[]>("roles"));
        Assert.Equal(1767225600L, read.GetPayloadValue<long>("iat"));
        Assert.Equal(signatureBytes, Base64UrlEncoder.DecodeBytes(token.Split('.')[2]).Length);
    }

    [Fact]
    public async Task The_key_that_signs_first_was_published_before()
    {
        var signer = new ManagedKeysOf(new KeyFile(KeyPath)).Signer;

        var published = await signer.PublicKeys("demo", none);

        foreach (var algorithm in new[] { "ES256", "RS256" })
        {
            var current = await signer.Current("demo", algorithm, none);
            Assert.Contains(published, key => key.Kid == current.Kid && key.Alg == algorithm && key.Use == "sig");
        }
    }

    [Fact]
    public async Task The_set_holds_public_members_only()
    {
        using var set = JsonDocument.Parse(await new JwkSet(new ManagedKeysOf(new KeyFile(KeyPath)).Signer).Json("demo", none));

        var keys = set.RootElement.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], Members(keys.Single(key => key.GetProperty("kty").ValueEquals("EC"))));
        Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], Members(keys.Single(key => key.GetProperty("kty").ValueEquals("RSA"))));

        static IEnumerable<string> Members(JsonElement key) =>
            key.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Keys_survive_a_restart_and_differ_between_tenants()
    {
        var first = new ManagedKeysOf(new KeyFile(KeyPath));
        var second = new ManagedKeysOf(new KeyFile(KeyPath));

        var before = await Kids(first, "demo");
        var mac = await first.Ring.MacKeys("demo", none);

        Assert.Equal(before, await Kids(second, "demo"));
        Assert.Equal(mac, await second.Ring.MacKeys("demo", none));
        Assert.Empty(before.Intersect(await Kids(second, "acme")));
        Assert.NotEqual(mac, await second.Ring.MacKeys("acme", none));
    }

    [Fact]
    public async Task A_key_is_refused_to_another_tenant()
    {
        var signer = new ManagedKeysOf(new KeyFile(KeyPath)).Signer;
        var key = await signer.Current("demo", "ES256", none);

        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.Sign("acme", key, "x"u8.ToArray(), none));
    }

    [Fact]
    public async Task An_algorithm_that_is_not_ours_is_refused()
    {
        var signer = new ManagedKeysOf(new KeyFile(KeyPath)).Signer;

        await Assert.ThrowsAsync<ArgumentException>(() => signer.Current("demo", "none", none).AsTask());
        Assert.False(File.Exists(KeyPath));
    }

    [Fact]
    public async Task A_hundred_threads_sign_at_once()
    {
        var signer = new ManagedKeysOf(new KeyFile(KeyPath)).Signer;
        var writer = new JwtWriter(signer);

        var tokens = await Task.WhenAll(Enumerable.Range(0, 100).Select(n => Task.Run(() =>
            writer.Write("demo", n % 2 == 0 ? "ES256" : "RS256", "JWT", new Dictionary<string, object> { ["n"] = n }, none))));

        var set = await new JwkSet(signer).Json("demo", none);
        foreach (var (n, token) in tokens.Index()) Assert.Equal(n, (await Tokens.Verify(token, set)).GetPayloadValue<int>("n"));
    }

    private async Task<IEnumerable<string>> Kids(ManagedKeysOf keys, string tenant) =>
        (await keys.Signer.PublicKeys(tenant, none)).Select(key => key.Kid);
}
