using System.Formats.Cbor;
using System.Text.Json;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages;

/// <summary>Passkeys under attack: every answer that is not exactly what was asked for is refused, and nothing is written.</summary>
public sealed class PasskeyHostileTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Answers_of_another_place_person_or_time_sign_nobody_in_and_the_audit_says_why()
    {
        var (user, other) = (await PasskeyUser.New(host), await PasskeyUser.New(host));
        var (mine, theirs) = (await user.Register(), await other.Register());
        await AssertRefused("passkey_origin", mine.With(origin: "https://phish.example"));
        await AssertRefused("passkey_origin", mine.With(origin: host.Origin + "/"));
        await AssertRefused("passkey_origin", mine.With(origin: "android:apk-key-hash:AAAA"));
        await AssertRefused("passkey_origin", mine.With(crossOrigin: true));
        await AssertRefused("passkey_invalid", mine.With(relyingParty: "phish.example"));
        await AssertRefused("passkey_invalid", mine.With(flags: SoftwareAuthenticator.Present)); // Not verified.
        await AssertRefused("passkey_invalid", mine.With(flags: SoftwareAuthenticator.Verified & ~1)); // Not even there.
        await AssertRefused("passkey_invalid", mine.With(flags: 0x05)); // No longer one that may be synced: it is another one.
        await AssertRefused("passkey_invalid", theirs.With(id: mine.Id, userHandle: mine.UserHandle)); // Another key.
        await AssertRefused("passkey_unknown", mine.With(userHandle: theirs.UserHandle));
        await AssertRefused("passkey_unknown", mine.With(userHandle: ""));
        await AssertRefused("passkey_unknown", new SoftwareAuthenticator(host.Origin) { UserHandle = mine.UserHandle });

        // The same passkey in another tenant of the same host.
        await (await host.Admin("acme")).Patch("accounts", new { passkeys = true });
        var abroad = await PasskeySignInPage.Open(host, "acme");
        Assert.Contains("failed=passkey", Browser.Location(await abroad.Send(mine.Get(abroad.Options))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_challenge_is_good_once_for_its_own_request_in_its_own_browser_and_ten_minutes()
    {
        var user = await PasskeyUser.New(host);
        var authenticator = await user.Register();
        var (page, second) = (await PasskeySignInPage.Open(host), await PasskeySignInPage.Open(host));
        var answer = authenticator.Get(page.Options);
        Assert.Contains("failed=passkey", Browser.Location(await second.Send(answer)), StringComparison.Ordinal);
        Assert.Equal("/demo/account", Browser.Location(await page.Send(answer)));
        Assert.Contains("failed=passkey", Browser.Location(await page.Send(answer)), StringComparison.Ordinal);
        // Twenty at once.
        page = await PasskeySignInPage.Open(host);
        answer = authenticator.Get(page.Options);
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => page.Send(answer)));
        Assert.Single(all, one => Browser.Location(one) == "/demo/account");
        // A registration's challenge is not one for a sign-in, nor the other way round.
        var (token, creation) = await user.Form();
        page = await PasskeySignInPage.Open(host);
        using var mixed = JsonDocument.Parse(page.Options.GetRawText().Replace(
            page.Options.GetProperty("challenge").GetString()!, creation.GetProperty("challenge").GetString()!, StringComparison.Ordinal));
        var foreign = await page.Send(authenticator.Get(mixed.RootElement));
        Assert.Contains("failed=passkey", Browser.Location(foreign), StringComparison.Ordinal);
        page = await PasskeySignInPage.Open(host);
        answer = authenticator.Get(page.Options);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Contains("failed=passkey", Browser.Location(await page.Send(answer)), StringComparison.Ordinal);
        Assert.NotEmpty(token);
    }

    [Fact]
    public async Task A_counter_that_goes_back_is_refused_and_one_that_stays_at_zero_is_not()
    {
        var user = await PasskeyUser.New(host);
        var counting = await user.Register(new SoftwareAuthenticator(host.Origin) { Counter = 5 });
        await AssertSignsIn(counting.With(counter: 6));
        await AssertRefused("passkey_counter", counting.With(counter: 6));
        await AssertRefused("passkey_counter", counting.With(counter: 0));
        await AssertSignsIn(counting.With(counter: 7));
        var synced = await user.Register();
        await AssertSignsIn(synced);
        await AssertSignsIn(synced);
    }

    [Fact]
    public async Task A_disabled_user_signs_in_with_no_passkey()
    {
        var user = await PasskeyUser.New(host);
        var authenticator = await user.Register();
        await (await host.Admin()).ChangeUser(user.Id, new { disabled = true });
        await AssertRefused("user_disabled", authenticator);
    }

    [Fact]
    public async Task Garbage_is_refused_before_it_is_read_and_registers_nothing()
    {
        var user = await PasskeyUser.New(host);
        var authenticator = new SoftwareAuthenticator(host.Origin);
        var (token, options) = await user.Form();
        var nested = Enumerable.Repeat((byte)0x81, 11_000).ToArray(); // Each an array with one item: the next.
        string[] bad =
        [
            "", "{}", "[]", "null", "{\"id\":\"AA\"}", "{\"id\":\"AA\",\"response\":null}", new('x', 17_000), new('[', 10_000),
            authenticator.Attestation(options, []), authenticator.Attestation(options, [0xFF]), authenticator.Attestation(options, nested),
            authenticator.Attestation(options, Map(("fmt", Text("none")), ("attStmt", [0xA0]), ("authData", Bytes([])))),
            authenticator.Attestation(options, Map(("fmt", Text("none")), ("attStmt", nested), ("authData", Bytes([])))),
            // Behind a tag, which the look at the depth would skip.
            authenticator.Attestation(options, [0xC1, .. nested]),
            authenticator.Attestation(options, Map(("fmt", Text("none")), ("attStmt", [0xC1, 0xA0]), ("authData", Bytes(new byte[37])))),
            // The nesting is where the public key should be.
            authenticator.Attestation(options, Map(("fmt", Text("none")), ("attStmt", [0xA0]),
                ("authData", Bytes([.. new byte[32], 0x45, 0, 0, 0, 0, .. new byte[16], 0, 1, 7, .. nested])))),
            authenticator.Attestation(options, Map(("fmt", Text("tpm")), ("attStmt", [0xA0]), ("authData", Bytes(new byte[37])))),
            authenticator.With(id: new byte[1024]).Create(options), authenticator.With(id: []).Create(options),
            authenticator.With(origin: "https://phish.example").Create(options),
            authenticator.With(relyingParty: "phish.example").Create(options),
            authenticator.With(flags: SoftwareAuthenticator.Present).Create(options),
            authenticator.With(crossOrigin: true).Create(options),
        ];
        foreach (var credential in bad) await user.Post(token, ("action", "add"), ("credential", credential)).Is(400);
        var page = await PasskeySignInPage.Open(host);
        foreach (var credential in bad)
            Assert.Contains("failed=passkey", Browser.Location(await page.Send(credential)), StringComparison.Ordinal);
        Assert.Empty(await user.Passkeys());
        await user.Post(token, ("action", "add"), ("credential", authenticator.Create(options))).Is(303); // The challenge was not used up.
        var another = new SoftwareAuthenticator(host.Origin).Create(options);
        await user.Post(token, ("action", "add"), ("credential", another)).Is(400); // Now it is.
    }

    [Fact]
    public async Task A_credential_is_one_users_and_nobody_has_more_than_twenty_however_many_come_at_once()
    {
        var (user, other) = (await PasskeyUser.New(host), await PasskeyUser.New(host));
        var authenticator = await user.Register();
        var (token, options) = await other.Form();
        await other.Post(token, ("action", "add"), ("credential", authenticator.With(userHandle: "x").Create(options))).Is(400);
        var forms = new List<(string Token, JsonElement Options)>();
        for (var i = 0; i < 24; i++) forms.Add(await other.Form());
        var answers = await Task.WhenAll(forms.Select(form => other.Post(
            form.Token, ("action", "add"), ("credential", new SoftwareAuthenticator(host.Origin).Create(form.Options)))));
        Assert.Equal(20, answers.Count(answer => (int)answer.StatusCode == 303));
        Assert.Equal(20, (await other.Passkeys()).Count);
        // The same credential in two forms at once.
        var (first, second) = (await user.Form(), await user.Form());
        var twin = new SoftwareAuthenticator(host.Origin);
        var both = await Task.WhenAll(new[] { first, second }.Select(form => user.Post(
            form.FormToken, ("action", "add"), ("credential", twin.Create(form.Options)))));
        Assert.Equal([303, 400], both.Select(answer => (int)answer.StatusCode).Order());
    }

    async Task AssertSignsIn(SoftwareAuthenticator authenticator)
    {
        var page = await PasskeySignInPage.Open(host);
        Assert.Equal("/demo/account", Browser.Location(await page.Send(authenticator.Get(page.Options))));
    }

    async Task AssertRefused(string reason, SoftwareAuthenticator authenticator)
    {
        var page = await PasskeySignInPage.Open(host);
        var before = page.Browser.Cookies.Keys.Order().ToList();
        Assert.Contains("failed=passkey", Browser.Location(await page.Send(authenticator.Get(page.Options))), StringComparison.Ordinal);
        Assert.Equal(before, page.Browser.Cookies.Keys.Order());
        var line = host.Log.Lines.Last(line => line.Contains("sign-in by passkey refused", StringComparison.Ordinal));
        Assert.Contains($"refused: {reason}", line, StringComparison.Ordinal);
    }

    static byte[] Map(params (string Key, byte[] Value)[] entries)
    {
        byte[] map = [(byte)(0xA0 + entries.Length)];
        return [.. map, .. entries.SelectMany(entry => Text(entry.Key).Concat(entry.Value))];
    }

    static byte[] Text(string text)
    {
        var writer = new CborWriter();
        writer.WriteTextString(text);
        return writer.Encode();
    }

    static byte[] Bytes(byte[] bytes)
    {
        var writer = new CborWriter();
        writer.WriteByteString(bytes);
        return writer.Encode();
    }
}
