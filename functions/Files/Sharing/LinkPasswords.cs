using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Latchkey.Files.Sharing;

/// <summary>The passwords of links, hashed with ASP.NET Core Identity's hasher (PBKDF2-HMAC-SHA512).</summary>
public sealed class LinkPasswords(Settings settings)
{
    readonly PasswordHasher<Share> hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = settings.PasswordIterations }));

    /// <summary>The hash to store.</summary>
    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <summary>True if it is the link's password.</summary>
    public bool Matches(Share link, string password) =>
        hasher.VerifyHashedPassword(link, link.PasswordHash!, password) != PasswordVerificationResult.Failed;
}
