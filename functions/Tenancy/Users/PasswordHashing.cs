using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Latchkey.Tenancy;

/// <summary>
/// The only place that hashes passwords, of users and of links: ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512), at most
/// one hash per processor at a time. A bounded number of callers waits for a bounded time; the rest get 503 and may retry. So
/// nobody can occupy a whole instance by guessing. It also verifies hashes that were imported from other systems
/// (<see cref="ImportedHash"/>).
/// </summary>
public sealed class PasswordHashing
{
    const string Key = "hash";
    const int WaitingPerProcessor = 32;
    const int RetryAfterSeconds = 2;

    /// <summary>Maximum length of a password, in UTF-16 units: the time to normalize grows with the square of the length.</summary>
    public const int MaxChars = 256;

    static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    readonly KeyedSemaphore semaphore = new(WaitingPerProcessor * Environment.ProcessorCount, MaxWait);
    readonly PasswordHasher<object> hasher;
    readonly int iterations;

    long verified;

    /// <summary>Uses the number of iterations in the settings.</summary>
    public PasswordHashing(Settings settings)
    {
        iterations = settings.PasswordIterations;
        hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
    }

    /// <summary>How many passwords this process has verified.</summary>
    public long Verified => Interlocked.Read(ref verified);

    /// <summary>
    /// The canonical form of a password, however it was typed (RFC 8265 §4.2.2, OpaqueString; NIST SP 800-63B §5.1.1.2): every
    /// space becomes U+0020, then NFC.
    /// </summary>
    public static string Normalize(string password) =>
        UnicodeText.Normalize(string.Concat(password.EnumerateRunes().Select(Spaced)), NormalizationForm.FormC);

    /// <summary>True if the password can be typed: a form cannot carry U+0000.</summary>
    public static bool IsTypable(string password) => !password.Contains('\0', StringComparison.Ordinal);

    /// <summary>Hashes a password for storage.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public Task<string> Hash(string password, CancellationToken cancel) =>
        Limited(() => hasher.HashPassword(this, Normalize(password)), cancel);

    /// <summary>
    /// Compares a password with a hash. A hash made before passwords were normalized matches the password as typed, and so does an
    /// imported one; such a match is reported for rehashing. Once the work has begun it finishes, even if the caller hangs up.
    /// </summary>
    /// <remarks>
    /// A failure costs the same work whatever it was that failed: a hash of ours, an imported one, or that of nobody. What the
    /// comparison itself did not need is done after it, for nothing: one hash of ours, and one of each imported kind of the
    /// tenant. So the time tells neither who exists nor who was imported. A success needs no such thing.
    /// </remarks>
    /// <param name="hash">The stored hash.</param>
    /// <param name="password">The password as typed.</param>
    /// <param name="imported">The kinds of hashes that were imported into the tenant (<see cref="Tenant.ImportedHashes"/>).</param>
    /// <param name="cancel">Cancels the wait for a processor.</param>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<PasswordVerificationResult> Verify(
        string hash, string password, IReadOnlyList<HashKind> imported, CancellationToken cancel) =>
        password.Length > MaxChars ? PasswordVerificationResult.Failed : await Limited(() =>
    {
        Interlocked.Increment(ref verified);
        var normalized = Normalize(password);
        IReadOnlyList<string> forms = normalized == password ? [password] : [normalized, password];
        var foreign = ImportedHash.Is(hash) ? ImportedHash.Parse(hash) : null;
        var result = foreign is null ? VerifyOwn(hash, forms)
            : forms.Any(foreign.Verify) ? PasswordVerificationResult.SuccessRehashNeeded : PasswordVerificationResult.Failed;
        if (result == PasswordVerificationResult.Failed)
            foreach (var form in forms) SpendTheRest(form, foreign?.Kind.Cost, imported);
        return result;
    }, cancel);

    PasswordVerificationResult VerifyOwn(string hash, IReadOnlyList<string> forms)
    {
        var result = hasher.VerifyHashedPassword(this, hash, forms[0]);
        if (result != PasswordVerificationResult.Failed || forms.Count == 1) return result;
        return hasher.VerifyHashedPassword(this, hash, forms[1]) == PasswordVerificationResult.Failed
            ? PasswordVerificationResult.Failed : PasswordVerificationResult.SuccessRehashNeeded;
    }

    void SpendTheRest(string password, HashKind? done, IReadOnlyList<HashKind> imported)
    {
        if (done is not null) hasher.VerifyHashedPassword(this, Dummy(), password);
        foreach (var kind in imported) kind.Spend(Encoding.UTF8.GetBytes(password), kind.Family == done?.Family ? done : null);
    }

    /// <summary>A hash that matches no password and takes as long to verify as any: for user names that do not exist.</summary>
    public string Dummy()
    {
        // Format 1 of ASP.NET Core Identity: marker, PRF (2: HMAC-SHA512), iterations, length of the salt, salt, subkey.
        var bytes = new byte[13 + 16 + 32];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), (uint)iterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), 16);
        RandomNumberGenerator.Fill(bytes.AsSpan(13, 16)); // The subkey of zeros, which no password has, is how such a hash is known.
        return Convert.ToBase64String(bytes);
    }

    /// <summary>True if it is a hash that no password matches (<see cref="Dummy"/>): the user has no password.</summary>
    public static bool IsOfNothing(string hash)
    {
        Span<byte> bytes = stackalloc byte[61];
        return Convert.TryFromBase64String(hash, bytes, out var length) && length == bytes.Length
            && !bytes[29..].ContainsAnyExcept((byte)0);
    }

    async Task<T> Limited<T>(Func<T> work, CancellationToken cancel)
    {
        using var entered = await semaphore.Enter(Key, Environment.ProcessorCount, cancel)
            ?? throw new Problem(503, "server_busy", "Too many passwords are being checked at the same time. Try again.")
            {
                RetryAfter = RetryAfterSeconds,
                Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
            };
        // A thread of its own, so that the pool's threads keep serving everybody else.
        return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    static Rune Spaced(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? new Rune(' ') : rune;
}
