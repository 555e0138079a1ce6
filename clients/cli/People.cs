using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>
/// Signs a person in: through the browser of this machine (authorization code with PKCE, RFC 8252), or on another device
/// (RFC 8628) where there is no browser. No password is typed here.
/// </summary>
sealed class People(Terminal terminal, Connection connection, string tenant, string client, CancellationToken cancel)
{
    /// <summary>What is asked for; empty: what the client gets by itself.</summary>
    public string Scope { get; init; } = "";

    const string DeviceGrant = "urn:ietf:params:oauth:grant-type:device_code";

    /// <summary>Through the browser; on another device if there is none.</summary>
    public async Task<SignIn> Login(bool device)
    {
        var about = await connection.About(tenant);
        if (device) return await OnAnotherDevice(about);
        using var loopback = new Loopback();
        var (state, verifier) = (Random(), Random());
        var address = $"{Checked(about, "authorization_endpoint")}?response_type=code&client_id={Uri.EscapeDataString(client)}"
            + $"&redirect_uri={Uri.EscapeDataString(loopback.Address)}&state={state}&code_challenge_method=S256"
            + (Scope.Length == 0 ? "" : $"&scope={Uri.EscapeDataString(Scope)}")
            + $"&code_challenge={Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))}";
        if (!terminal.Browser(address)) return await OnAnotherDevice(about);
        await terminal.Error.WriteLineAsync(
            $"Sign in with the browser that has opened. If none has, open this address on this machine, or use --device:\n{address}");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(10));
        var answer = await Patiently(loopback.Answer(state, patience.Token));
        // A mix-up.
        if (answer.GetValueOrDefault("iss") != (string?)about["issuer"]) throw new Failure(
            "The answer is from another deployment (RFC 9207).");
        if (answer.TryGetValue("error", out var error)) throw new Failure($"{error}: {answer.GetValueOrDefault("error_description")}");
        return await connection.Token(tenant, new()
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = client,
            ["code"] = answer.GetValueOrDefault("code") ?? "",
            ["redirect_uri"] = loopback.Address,
            ["code_verifier"] = verifier,
        }) with
        { Client = client };
    }

    async Task<SignIn> OnAnotherDevice(JsonNode about)
    {
        _ = Checked(about, "device_authorization_endpoint");
        var begun = await connection.Form(tenant, "device_authorization",
            new() { ["client_id"] = client, ["scope"] = Scope });
        await terminal.Error.WriteLineAsync(
            $"On any device, open {begun["verification_uri"]} and type {begun["user_code"]}, or open\n"
                + $"{begun["verification_uri_complete"]}");
        var (interval, end) = ((int?)begun["interval"] ?? 5, terminal.Clock.GetUtcNow().AddSeconds((int)begun["expires_in"]!));
        while (terminal.Clock.GetUtcNow() < end)
        {
            await Task.Delay(TimeSpan.FromSeconds(interval), terminal.Clock, cancel);
            try
            {
                return await connection.Token(tenant,
                    new()
                    {
                        ["grant_type"] = DeviceGrant,
                        ["client_id"] = client,
                        ["device_code"] = (string)begun["device_code"]!
                    }) with
                { Client = client };
            }
            catch (Failure failure) when (failure.Status == 400
                && failure.Message.Contains(" authorization_pending:", StringComparison.Ordinal))
            {
            }
            catch (Failure failure) when (failure.Status == 400 && failure.Message.Contains(" slow_down:", StringComparison.Ordinal))
            {
                interval += 5; // RFC 8628 §3.5
            }
        }
        throw new Failure("Nobody signed in; the code has expired.");
    }

    async Task<T> Patiently<T>(Task<T> answer)
    {
        try
        {
            return await answer;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new Failure("Nobody signed in within ten minutes.");
        }
    }

    static string Checked(JsonNode about, string endpoint) =>
        Uri.TryCreate((string?)about[endpoint], UriKind.Absolute, out var uri)
            && (uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback))
            ? uri.AbsoluteUri : throw new Failure($"The deployment has no {endpoint} that is safe to use.");

    static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
