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
/// The one place that hashes passwords, of users and of links: ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512), one hash
/// at a time for each processor. A bounded number waits for a bounded time; the rest are told to come back (503), so that
/// nobody can take all of an instance's time by guessing.
/// </summary>
public sealed class PasswordHashing
{
    const string Line = "hash";
    const int WaitingPerProcessor = 32;
    const int RetryAfterSeconds = 2;

    /// <summary>The most UTF-16 units of any password: normalizing takes time by the square of them.</summary>
    public const int MaxChars = 256;

    static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    readonly Turns turns = new(WaitingPerProcessor * Environment.ProcessorCount, MaxWait);
    readonly PasswordHasher<object> hasher;
    readonly int iterations;

    long verified;

    /// <summary>Hashes with the iterations of the settings.</summary>
    public PasswordHashing(Settings settings)
    {
        iterations = settings.PasswordIterations;
        hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
    }

    /// <summary>How many passwords this process has compared with a hash.</summary>
    public long Verified => Interlocked.Read(ref verified);

    /// <summary>
    /// The one form of a password, however it was typed (RFC 8265 §4.2.2, OpaqueString; NIST SP 800-63B §5.1.1.2): every
    /// space is U+0020, and NFC.
    /// </summary>
    public static string Normalize(string password) =>
        UnicodeText.Normalize(string.Concat(password.EnumerateRunes().Select(Spaced)), NormalizationForm.FormC);

    /// <summary>True if a password can be set: forms can't carry U+0000, so nobody could type it.</summary>
    public static bool IsTypable(string password) => !password.Contains('\0', StringComparison.Ordinal);

    /// <summary>The hash to store for a password.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public Task<string> Hash(string password, CancellationToken cancel) =>
        InTurn(() => hasher.HashPassword(this, Normalize(password)), cancel);

    /// <summary>
    /// Compares a password with a hash. A hash from before passwords were normalized matches the password as it was typed;
    /// then it is to be made anew. Once begun, it ends whether or not the caller hangs up.
    /// </summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public async Task<PasswordVerificationResult> Verify(string hash, string password, CancellationToken cancel) =>
        password.Length > MaxChars ? PasswordVerificationResult.Failed : await InTurn(() =>
    {
        Interlocked.Increment(ref verified);
        var normalized = Normalize(password);
        var result = hasher.VerifyHashedPassword(this, hash, normalized);
        if (result != PasswordVerificationResult.Failed || normalized == password) return result;
        return hasher.VerifyHashedPassword(this, hash, password) == PasswordVerificationResult.Failed
            ? PasswordVerificationResult.Failed : PasswordVerificationResult.SuccessRehashNeeded;
    }, cancel);

    /// <summary>A hash that no password has and that takes as long to compare with: for names that nobody has.</summary>
    public string OfNobody()
    {
        // Identity's format 1: marker, PRF (2: HMAC-SHA512), iterations, length of the salt, salt, subkey.
        var bytes = new byte[13 + 16 + 32];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), (uint)iterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), 16);
        RandomNumberGenerator.Fill(bytes.AsSpan(13));
        return Convert.ToBase64String(bytes);
    }

    async Task<T> InTurn<T>(Func<T> work, CancellationToken cancel)
    {
        using var turn = await turns.Take(Line, Environment.ProcessorCount, cancel)
            ?? throw new Problem(503, "server_busy", "Too many passwords are being checked at once.")
            {
                RetryAfter = RetryAfterSeconds,
                Extensions = new Dictionary<string, object?> { ["error"] = "temporarily_unavailable" },
            };
        // A thread of its own: the pool's threads go on answering everybody else.
        return await Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    static Rune Spaced(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator ? new Rune(' ') : rune;
}
