using System.Diagnostics;
using Latchkey.Keys;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Latchkey.Tests.Keys;

public sealed class VaultFailureTests : IAsyncLifetime
{
    private readonly TestClock clock = new();
    private readonly CancellationToken none = CancellationToken.None;
    private StandInVault vault = null!;

    public async Task InitializeAsync()
    {
        vault = await StandInVault.Start(clock);
        vault.Keys.AddEc("access");
        vault.Keys.AddRsa("id");
    }

    public async Task DisposeAsync() => await vault.DisposeAsync();

    [Fact]
    public async Task A_vault_that_is_down_at_start_is_found_again_without_a_restart()
    {
        await vault.Down();
        var signer = Signer();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));
        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.PublicKeys("demo", none).AsTask());

        await vault.Up();

        await Tokens.Verify(await Write(signer), await new JwkSet(signer).Json("demo", none));
    }

    [Fact]
    public async Task A_vault_that_goes_down_stops_signing_but_not_verifying()
    {
        var signer = Signer();
        var token = await Write(signer);
        await signer.PublicKeys("demo", none);
        await vault.Down();

        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));
        clock.Advance(TimeSpan.FromHours(23));
        await Tokens.Verify(token, await new JwkSet(signer).Json("demo", none));
        clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.PublicKeys("demo", none).AsTask());

        await vault.Up();
        await Tokens.Verify(await Write(signer), await new JwkSet(signer).Json("demo", none));
    }

    [Fact]
    public async Task While_the_vault_fails_an_old_list_is_renewed_at_most_every_30_seconds()
    {
        var signer = Signer();
        await signer.Current("demo", "ES256", none);
        vault.Fail(500);
        vault.Forget();
        clock.Advance(TimeSpan.FromMinutes(10));

        for (var n = 0; n < 20; n++) await signer.Current("demo", "ES256", none);
        Assert.Equal(["failed", "failed", "failed"], vault.Calls);

        clock.Advance(TimeSpan.FromSeconds(30));
        vault.Recover();
        for (var n = 0; n < 20; n++) await signer.Current("demo", "ES256", none);
        Assert.Equal(1, vault.Count("list"));
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("120", 120)]
    [InlineData(null, null)]
    [InlineData("soon", null)]
    public async Task Throttling_is_passed_on_at_once_and_not_retried(string? header, int? seconds)
    {
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        vault.Fail(429, header, "Throttled");
        vault.Forget();

        var failure = await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        Assert.Equal(seconds, failure.RetryAfter?.TotalSeconds);
        Assert.Equal(["failed"], vault.Calls);
        vault.Recover();
        await Write(signer);
    }

    [Fact]
    public async Task Throttling_names_a_date_that_is_turned_into_a_wait()
    {
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        vault.Fail(503, clock.Now.AddSeconds(40).ToString("R"));

        var failure = await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        // An HTTP date has no fractions of a second.
        Assert.InRange(failure.RetryAfter!.Value.TotalSeconds, 39, 40);
    }

    [Fact]
    public async Task Throttling_at_the_first_list_is_passed_on_too()
    {
        vault.Fail(429, "9", "Throttled");

        var failure = await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(Signer()));

        Assert.Equal(9, failure.RetryAfter?.TotalSeconds);
    }

    [Fact]
    public async Task A_passing_fault_is_retried_twice()
    {
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        vault.Forget();
        vault.FailOnce(500);
        vault.FailOnce(503);

        await Write(signer);

        Assert.Equal(["failed", "failed", "sign"], vault.Calls);
    }

    [Fact]
    public async Task A_vault_that_never_answers_is_given_up_within_five_seconds()
    {
        var signer = Signer();
        await signer.PublicKeys("demo", none);
        vault.Delay = TimeSpan.FromMinutes(1);

        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Every_refusal_is_unavailability_and_is_logged(int status)
    {
        var log = new Lines();
        var signer = new KeyVaultSigner(new Vault(vault.Address, vault.Credential, clock, log, vault.Transport), "access", "id");
        await signer.PublicKeys("demo", none);
        vault.Fail(status);

        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        var line = Assert.Single(log.Written);
        var word = status switch { 429 => "throttles", 401 or 403 => "refused", 404 => "does not exist", _ => "could not sign" };
        Assert.Contains(word, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_disabled_while_it_signs_gives_way_to_the_other_version()
    {
        clock.Advance(TimeSpan.FromDays(1));
        var second = vault.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromDays(1));
        var signer = Signer();
        var before = await signer.Current("demo", "ES256", none);
        clock.Advance(TimeSpan.FromMinutes(1));

        second.Enabled = false;
        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));

        await Eventually.True(() => vault.Count("list") == 2);
        await Eventually.True(async () => await signer.Current("demo", "ES256", none) != before);
        await Write(signer);
        Assert.DoesNotContain(await signer.PublicKeys("demo", none), key => key.Kid == before.Kid);
    }

    [Fact]
    public async Task A_vault_without_keys_is_unavailable_and_its_key_is_found_when_made()
    {
        await using var empty = await StandInVault.Start(clock);
        var signer = Signer(empty);
        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(signer));
        await Assert.ThrowsAsync<SigningUnavailableException>(() => signer.PublicKeys("demo", none).AsTask());

        empty.Keys.AddEc("access");
        clock.Advance(TimeSpan.FromMinutes(5));

        await Tokens.Verify(await Write(signer), await new JwkSet(signer).Json("demo", none));
    }

    [Fact]
    public async Task A_challenge_for_another_resource_gets_no_token()
    {
        vault.Resource = "https://evil.example";

        await Assert.ThrowsAsync<SigningUnavailableException>(() => Write(Signer()));

        Assert.All(vault.Calls, call => Assert.Equal("challenge", call));
    }

    [Fact]
    public void A_vault_without_tls_is_refused() => Assert.Throws<ArgumentException>(() =>
        new Vault(new Uri("http://demo.vault.azure.net"), vault.Credential, clock, NullLogger<Vault>.Instance));

    private KeyVaultSigner Signer() => Signer(vault);

    private KeyVaultSigner Signer(StandInVault at) =>
        new(new Vault(at.Address, at.Credential, clock, NullLogger<Vault>.Instance, at.Transport), "access", "id");

    private Task<string> Write(KeyVaultSigner signer) =>
        new JwtWriter(signer).Write("demo", "ES256", "JWT", new Dictionary<string, object> { ["sub"] = "alice" }, none);

    private sealed class Lines : ILogger<Vault>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? e, Func<TState, Exception?, string> format)
        {
            lock (Written) Written.Add(format(state, e));
        }
    }
}
