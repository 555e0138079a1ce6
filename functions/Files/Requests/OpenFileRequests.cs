using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A request as whoever has its address sees it.</summary>
/// <param name="Request">The request.</param>
/// <param name="By">Who asks.</param>
public sealed record OpenFileRequest(FileRequest Request, Sharer By);

/// <summary>
/// Finds requests by their addresses. The secret in it is the key: an address that was never given out, or whose sender may not share the
/// space any more, leads nowhere, and nothing tells the two apart.
/// </summary>
public sealed class OpenFileRequests(
    FileRequestStore requests, BoundFolders bound, Sharers sharers, LinkPasswords passwords, TimeProvider clock)
{
    /// <summary>The request, also one that has ended; null if the address leads to none. It ends if its folder was moved or
    /// deleted.</summary>
    public async Task<OpenFileRequest?> Find(Tenant tenant, string? token, CancellationToken cancel)
    {
        if (token?.Split('.') is not [var id, { Length: 43 } secret]) return null;
        if (await requests.Find(tenant.Id, id, cancel) is not { } request) return null;
        if (!Ids.IsSameHash(request.SecretHash, Ids.Hash(secret))) return null;
        if (await sharers.Find(tenant, request.Owner, request.CreatedBy, cancel) is not { } by) return null;
        if (request.ClosedAt is not null) return new(request, by);
        return await bound.Find(tenant.Id, request.Owner, request.Folder, request.FolderIdentity, cancel) switch
        {
            BoundFolder.Same => new(request, by),
            BoundFolder.Gone when await requests.Close(tenant, id, clock.GetUtcNow(), cancel) is { } closed => new(closed, by),
            _ => null,
        };
    }

    /// <summary>The request; like <see cref="Find"/>.</summary>
    /// <exception cref="Problem">404 <c>request_not_found</c></exception>
    public async Task<FileRequest> Get(Tenant tenant, string? token, CancellationToken cancel) =>
        (await Find(tenant, token, cancel) ?? throw Problem.NotFound("request_not_found", "The request was not found.")).Request;

    /// <summary>Verifies the password of a request that has one.</summary>
    /// <exception cref="Problem">403 <c>wrong_password</c>; 429 <c>too_many_passwords</c>.</exception>
    public async Task EnsurePassword(FileRequest request, string? password, CancellationToken cancel)
    {
        if (request.PasswordHash is not { } hash) return;
        string? verified;
        try
        {
            verified = password is null ? null : await passwords.Verify(request.Tenant, request.Id, hash, password, cancel);
        }
        catch (OAuthError locked)
        {
            throw new Problem(429, "too_many_passwords", "Too many passwords were wrong.") { RetryAfter = locked.RetryAfter ?? 1 };
        }
        if (verified is null) throw new Problem(403, "wrong_password", "The password is wrong, or was left out.");
    }
}
