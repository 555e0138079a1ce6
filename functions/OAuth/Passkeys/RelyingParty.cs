using System.Buffers.Text;
using System.Text;
using Fido2NetLib;
using Fido2NetLib.Objects;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// A tenant as a relying party (WebAuthn Level 3 §4): its id is the host of the tenant's own origin. It makes the options for browsers
/// and checks responses with the library Fido2: user verification is always required, attestation never asked for.
/// </summary>
sealed class RelyingParty(Tenant tenant)
{
    // An RSA key of 4,096 bits fits. Verifying with a much larger one would cost seconds.
    const int MaxKeyBytes = 600;

    const int TimeoutMilliseconds = 5 * 60 * 1000;

    readonly string origin = tenant.OwnOrigin;

    static readonly PubKeyCredParam[] Algorithms = [PubKeyCredParam.ES256, PubKeyCredParam.Ed25519, PubKeyCredParam.RS256];

    string Id => new Uri(origin).Host;

    /// <summary>The origin of an Android app, as Android's Credential Manager states it: the hash of its certificate.</summary>
    /// <param name="app">An entry of <see cref="AccountRules.AndroidApps"/>.</param>
    public static string OriginOf(string app)
    {
        var fingerprint = Convert.FromHexString(app.Split(' ')[1].Replace(":", "", StringComparison.Ordinal));
        return $"android:apk-key-hash:{Base64Url.EncodeToString(fingerprint)}";
    }

    /// <summary>The options with which a browser makes a passkey (§5.4).</summary>
    public CredentialCreateOptions CreationOptions(User user, IEnumerable<Passkey> existing, byte[] challenge) => new()
    {
        Rp = new PublicKeyCredentialRpEntity(Id, tenant.Name),
        User = new Fido2User { Id = Encoding.UTF8.GetBytes(user.Id), Name = user.UserName, DisplayName = user.Name },
        Challenge = challenge,
        PubKeyCredParams = Algorithms,
        Timeout = TimeoutMilliseconds,
        Attestation = AttestationConveyancePreference.None,
        AuthenticatorSelection = new AuthenticatorSelection
        {
            ResidentKey = ResidentKeyRequirement.Required,
            UserVerification = UserVerificationRequirement.Required,
        },
        ExcludeCredentials = [.. existing.Select(passkey => new PublicKeyCredentialDescriptor(
            PublicKeyCredentialType.PublicKey, Base64Url.DecodeFromChars(passkey.CredentialId)))],
    };

    /// <summary>The options with which a browser signs in (§5.5), with whichever passkey its user chooses.</summary>
    public AssertionOptions RequestOptions(byte[] challenge) => new()
    {
        RpId = Id,
        Challenge = challenge,
        Timeout = TimeoutMilliseconds,
        UserVerification = UserVerificationRequirement.Required,
        AllowCredentials = [],
    };

    /// <summary>Checks where a response was made: on our own page, in no frame of another origin, or in one of the tenant's apps.</summary>
    /// <exception cref="PasskeyRefusal">Anywhere else.</exception>
    public void CheckOrigin(PasskeyResponse response)
    {
        if (response.CrossOrigin || (response.Origin != origin && !tenant.Accounts.AndroidApps.Select(OriginOf).Contains(response.Origin)))
            throw new PasskeyRefusal(PasskeyRefusal.Origin);
    }

    /// <summary>Verifies a registration (§7.1) whose challenge and origin have been checked.</summary>
    /// <exception cref="PasskeyRefusal">It is not valid.</exception>
    public async Task<RegisteredPublicKeyCredential> Verify(User user, PasskeyResponse response)
    {
        var attestation = response.Attestation();
        return await PasskeyResponse.Guard(async () =>
        {
            var format = AuthenticatorAttestationResponse.Parse(attestation).AttestationObject.Fmt;
            // We ask for none; some authenticators send a self attestation all the same. The others would have us read certificates.
            if (format is not ("none" or "packed")) throw new FormatException();
            var credential = await LibraryFor(response).MakeNewCredentialAsync(new MakeNewCredentialParams
            {
                AttestationResponse = attestation,
                OriginalOptions = CreationOptions(user, [], response.Challenge),
                IsCredentialIdUniqueToUserCallback = (_, _) => Task.FromResult(true), // The store's insert decides.
            });
            var isSound = credential.Id.AsSpan().SequenceEqual(response.Id) && credential.PublicKey.Length <= MaxKeyBytes
                && (credential.IsBackupEligible || !credential.IsBackedUp);
            return isSound ? credential : throw new FormatException();
        }, PasskeyRefusal.Invalid);
    }

    /// <summary>
    /// Verifies an assertion (§7.2) whose challenge and origin have been checked, except its counter and whose passkey it is.
    /// </summary>
    /// <returns>Its counter, and whether the passkey is synced now.</returns>
    /// <exception cref="PasskeyRefusal">It is not valid.</exception>
    public async Task<(uint Counter, bool BackedUp)> Verify(Passkey passkey, PasskeyResponse response)
    {
        var assertion = response.Assertion();
        return await PasskeyResponse.Guard(async () =>
        {
            var data = AuthenticatorData.Parse(assertion.Response.AuthenticatorData);
            if (data.IsBackupEligible != passkey.BackupEligible || (data.IsBackedUp && !data.IsBackupEligible)) throw new FormatException();
            var result = await LibraryFor(response).MakeAssertionAsync(new MakeAssertionParams
            {
                AssertionResponse = assertion,
                OriginalOptions = RequestOptions(response.Challenge),
                StoredPublicKey = Base64Url.DecodeFromChars(passkey.PublicKey),
                StoredSignatureCounter = 0,
                IsUserHandleOwnerOfCredentialIdCallback = (_, _) => Task.FromResult(true),
            });
            return (result.SignCount, result.IsBackedUp);
        }, PasskeyRefusal.Invalid);
    }

    // The library compares origins without regard to case, and an Android app's is a hash: CheckOrigin has compared them before.
    Fido2 LibraryFor(PasskeyResponse response) => new(new Fido2Configuration
    {
        RPID = Id,
        RPName = tenant.Name,
        Origins = new HashSet<string> { response.Origin },
    });
}
