namespace Latchkey.Tests.OAuth;

/// <summary>RFC 9449 §8 and §11.1: how long nonces and proofs are good.</summary>
public sealed class DPoPTimeTests : IAsyncLifetime
{
    static readonly (string, string)[] Service =
    [
        ("grant_type", "client_credentials"), ("client_id", "service"), ("client_secret", "service-secret-for-local-runs-only"),
    ];

    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.Start();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_nonce_is_good_for_five_minutes_at_least_and_ten_at_most()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        var nonce = app.Nonce;
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await app.TokenWith([app.Proof("POST", app.TokenUrl)], Service).Is(200);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        app.Nonce = nonce;
        await app.TokenWith([app.Proof("POST", app.TokenUrl)], Service).Refused("use_dpop_nonce");
        await app.TokenWith([app.Proof("POST", app.TokenUrl)], Service).Is(200); // With the nonce of the refusal.
    }

    [Fact]
    public async Task A_phone_whose_clock_is_nine_minutes_off_gets_its_token()
    {
        using var app = new DPoPApp(host);
        await app.LearnNonce();
        foreach (var off in new[] { -540, 540 })
        {
            var proof = app.Proof("POST", app.TokenUrl, claims: claims => claims["iat"] = (long)claims["iat"]! + off);
            await app.TokenWith([proof], Service).Is(200);
        }
    }

    [Fact]
    public async Task A_proof_is_not_good_again_on_the_next_day()
    {
        host.Clock.Now = new DateTimeOffset(host.Clock.Now.UtcDateTime.Date.AddDays(1).AddMinutes(-11), TimeSpan.Zero);
        using var app = new DPoPApp(host);
        for (var minute = 0; minute < 12; minute++, host.Clock.Advance(TimeSpan.FromMinutes(1)))
        {
            await app.LearnNonce();
            var proof = app.Proof("POST", app.TokenUrl);
            await app.TokenWith([proof], Service).Is(200);
            host.Clock.Advance(TimeSpan.FromSeconds(59));
            await app.TokenWith([proof], Service).Refused("invalid_dpop_proof");
            host.Clock.Advance(TimeSpan.FromSeconds(-59));
            app.Nonce = null;
        }
    }

    [Fact]
    public async Task The_sweep_drops_what_was_seen()
    {
        using var app = new DPoPApp(host);
        await app.Token(Service).Is(200);
        var tables = host.Service<Latchkey.Storage.StorageClients>().Tables;
        Assert.NotEmpty(await Names(tables));
        host.Clock.Advance(TimeSpan.FromDays(3));
        await host.RunTimer("sweep");
        Assert.Empty(await Names(tables));
    }

    static async Task<List<string>> Names(Azure.Data.Tables.TableServiceClient tables)
    {
        var names = new List<string>();
        await foreach (var table in tables.QueryAsync()) if (table.Name.StartsWith("Seen", StringComparison.Ordinal)) names.Add(table.Name);
        return names;
    }
}
