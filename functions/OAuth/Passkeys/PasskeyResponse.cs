using System.Buffers.Text;
using System.Text.Json;
using Fido2NetLib;
using Fido2NetLib.Objects;
using Latchkey.Protocol;

namespace Latchkey.OAuth;

/// <summary>What a page's script sends of an authenticator's response: a part of WebAuthn Level 3 §5.1's JSON.</summary>
sealed record PasskeyResponse
{
    const int MaxChars = 16 * 1024;

    // §5.8.3 and §4: a credential id has at most 1,023 bytes, a user handle 64.
    const int MaxIdBytes = 1023;
    const int MaxHandleBytes = 64;
    const int MaxTransports = 8;
    const int MaxTransportChars = 20;

    PasskeyResponse()
    {
    }

    /// <summary>The credential id.</summary>
    public required byte[] Id { get; init; }

    /// <summary>What the browser signed over (§5.8.1).</summary>
    public required byte[] ClientData { get; init; }

    /// <summary>The challenge in it.</summary>
    public required byte[] Challenge { get; init; }

    /// <summary>The origin in it.</summary>
    public required string Origin { get; init; }

    /// <summary>True if the page was in a frame of another origin.</summary>
    public required bool CrossOrigin { get; init; }

    /// <summary>Of a registration: how the authenticator can be reached.</summary>
    public IReadOnlyList<string> Transports { get; init; } = [];

    ResponseBody Body { get; init; } = null!;

    /// <summary>The user handle of an assertion, as text; empty if there is none.</summary>
    public string UserHandle => System.Text.Encoding.UTF8.GetString(Bytes(Body.UserHandle, MaxHandleBytes));

    /// <summary>Reads the JSON.</summary>
    /// <exception cref="PasskeyRefusal">It is malformed or too large.</exception>
    public static PasskeyResponse Read(string? json) => Guard(() =>
    {
        if (json is null or { Length: > MaxChars }) throw new FormatException();
        var body = JsonSerializer.Deserialize<CredentialBody>(json, JsonSerializerOptions.Web)!;
        var client = Bytes(body.Response.ClientDataJson, MaxChars);
        using var parsed = JsonDocument.Parse(client);
        return new PasskeyResponse
        {
            Id = Bytes(body.Id, MaxIdBytes) is { Length: > 0 } id ? id : throw new FormatException(),
            ClientData = client,
            Challenge = Base64Url.DecodeFromChars(parsed.RootElement.GetProperty("challenge").GetString()),
            Origin = parsed.RootElement.GetProperty("origin").GetString()!,
            CrossOrigin = parsed.RootElement.TryGetProperty("crossOrigin", out var crossed) && crossed.ValueKind != JsonValueKind.False,
            Transports = [.. (body.Response.Transports ?? []).Where(IsTransport).Distinct(StringComparer.Ordinal).Take(MaxTransports)],
            Body = body.Response,
        };
    });

    /// <summary>The assertion for the library.</summary>
    /// <exception cref="PasskeyRefusal">It is malformed.</exception>
    public AuthenticatorAssertionRawResponse Assertion() => Guard(() =>
    {
        var data = Bytes(Body.AuthenticatorData, MaxChars);
        if (!CborBounds.HoldData(data)) throw new FormatException();
        return new AuthenticatorAssertionRawResponse
        {
            Id = Base64Url.EncodeToString(Id),
            RawId = Id,
            Type = PublicKeyCredentialType.PublicKey,
            ClientExtensionResults = new(),
            Response = new()
            {
                AuthenticatorData = data,
                ClientDataJson = ClientData,
                Signature = Bytes(Body.Signature, MaxChars),
                UserHandle = Bytes(Body.UserHandle, MaxHandleBytes),
            },
        };
    });

    /// <summary>The attestation for the library.</summary>
    /// <exception cref="PasskeyRefusal">It is malformed.</exception>
    public AuthenticatorAttestationRawResponse Attestation() => Guard(() =>
    {
        var attestation = Bytes(Body.AttestationObject, MaxChars);
        if (!CborBounds.HoldAttestation(attestation)) throw new FormatException();
        return new AuthenticatorAttestationRawResponse
        {
            Id = Base64Url.EncodeToString(Id),
            RawId = Id,
            Type = PublicKeyCredentialType.PublicKey,
            ClientExtensionResults = new(),
            Response = new() { AttestationObject = attestation, ClientDataJson = ClientData, Transports = [] },
        };
    });

    /// <summary>Runs a step over bytes from a stranger: whatever goes wrong in it is the stranger's fault.</summary>
    /// <exception cref="PasskeyRefusal">It went wrong.</exception>
    public static async Task<T> Guard<T>(Func<Task<T>> step, string code)
    {
        try
        {
            return await step();
        }
#pragma warning disable CA1031 // Readers of JSON, CBOR and keys, the library among them, throw many types; the step does nothing else.
        catch (Exception fault) when (fault is not PasskeyRefusal)
#pragma warning restore CA1031
        {
            throw new PasskeyRefusal(code);
        }
    }

    static T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
#pragma warning disable CA1031 // As above.
        catch
#pragma warning restore CA1031
        {
            throw new PasskeyRefusal(PasskeyRefusal.Malformed);
        }
    }

    static byte[] Bytes(string? text, int max) =>
        text is null ? [] : Base64Url.DecodeFromChars(text) is { } bytes && bytes.Length <= max ? bytes : throw new FormatException();

    static bool IsTransport(string text) => text.Length <= MaxTransportChars && FieldRules.IsDisplayText(text);

    sealed record CredentialBody(string Id, ResponseBody Response);

    sealed record ResponseBody(
        string ClientDataJson, string? AttestationObject = null, string? AuthenticatorData = null, string? Signature = null,
        string? UserHandle = null, IReadOnlyList<string>? Transports = null);
}
