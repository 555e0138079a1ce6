using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using Latchkey.Keys;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A second factor that is being set up: nothing is stored before its user has entered a right code.</summary>
/// <param name="Encrypted">Secret, user and expiry for the form that confirms it.</param>
/// <param name="Typed">The secret, for typing.</param>
/// <param name="Uri">The secret, for a QR code.</param>
public sealed record SecondFactorSetUp(string Encrypted, string Typed, string Uri);

/// <summary>
/// Sets up second factors. The secret travels in the form, encrypted, until a right code shows that the user's app has it.
/// </summary>
public sealed class SecondFactorSetUps(
    SecondFactorStore store, UserStore users, SecretEncryption encryption, SecondFactorMail mail, TimeProvider clock)
{
    const int MaxEncryptedChars = 200;
    const int TimeBytes = sizeof(long);

    static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    /// <summary>Begins to set up a second factor.</summary>
    /// <exception cref="SigningUnavailableException">The vault cannot unwrap the key at the moment.</exception>
    public async Task<SecondFactorSetUp> Begin(Tenant tenant, User user, CancellationToken cancel)
    {
        var secret = AuthenticatorApp.NewSecret();
        var text = new byte[TimeBytes + secret.Length];
        BinaryPrimitives.WriteInt64BigEndian(text, (clock.GetUtcNow() + Life).ToUnixTimeMilliseconds());
        secret.CopyTo(text, TimeBytes);
        return Of(tenant, user, secret, Base64Url.EncodeToString(await encryption.Encrypt(tenant.Id, Purpose(user), text, cancel)));
    }

    /// <summary>The set-up that a form carries, to show it again; null if it is not this user's or too old.</summary>
    public async Task<SecondFactorSetUp?> Read(Tenant tenant, User user, string? encrypted, CancellationToken cancel) =>
        await Secret(tenant, user, encrypted, cancel) is { } secret ? Of(tenant, user, secret, encrypted!) : null;

    /// <summary>Sets up a second factor, if the code shows that the user's app has its secret.</summary>
    /// <returns>
    /// The user as stored, and the recovery codes, which are never shown again. Null if the code is wrong, if the set-up is too old,
    /// or if the user has a second factor already.
    /// </returns>
    public async Task<(User User, IReadOnlyList<string> Codes)?> TrySetUp(
        Tenant tenant, User user, string? encrypted, string? code, CancellationToken cancel)
    {
        if (await Secret(tenant, user, encrypted, cancel) is not { } secret) return null;
        if (AuthenticatorApp.StepOf(secret, SecondFactors.Digits(code), clock.GetUtcNow()) is not { } step) return null;
        var (incarnation, codes) = (Ids.New(), RecoveryCodes.New());
        var encryptedSecret = await encryption.Encrypt(tenant.Id, SecondFactors.Purpose(user, incarnation), secret, cancel);
        var factor = new SecondFactor(incarnation, encryptedSecret, step,
            [.. codes.Select(one => RecoveryCodes.Mac(secret, one))], clock.GetUtcNow());
        while (await users.Find(tenant, user.Id, cancel) is { Disabled: false } current)
        {
            if (current.SecondFactor is null && !await store.TryAdd(tenant, current, factor, cancel)) continue;
            var stored = await users.Find(tenant, user.Id, cancel);
            if (stored?.SecondFactor != incarnation) return null; // There was one before.
            mail.Notify(tenant, stored, SecondFactorEvent.SetUp);
            return (stored, codes);
        }
        return null;
    }

    async Task<byte[]?> Secret(Tenant tenant, User user, string? encrypted, CancellationToken cancel)
    {
        if (encrypted is not { Length: > 0 and <= MaxEncryptedChars }) return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(encrypted.Length)];
        if (Base64Url.DecodeFromChars(encrypted, bytes, out _, out var length) != OperationStatus.Done) return null;
        var text = await encryption.TryDecrypt(tenant.Id, Purpose(user), bytes[..length], cancel);
        return text is not null && clock.GetUtcNow().ToUnixTimeMilliseconds() < BinaryPrimitives.ReadInt64BigEndian(text)
            ? text[TimeBytes..] : null;
    }

    static SecondFactorSetUp Of(Tenant tenant, User user, byte[] secret, string encrypted) =>
        new(encrypted, AuthenticatorApp.Typed(secret), AuthenticatorApp.Uri(tenant, user, secret));

    static string Purpose(User user) => $"totp-set-up|{user.Id}";
}
