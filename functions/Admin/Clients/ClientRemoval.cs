using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Admin;

/// <summary>
/// Deletes a client. Its row goes first: with it all sessions and tokens end, and nobody writes to its spaces any more. The
/// files go then, if that was asked for; what a crash leaves of them, the same request finds again, and until they are gone
/// no client of the same id is made.
/// </summary>
public sealed class ClientRemoval(ClientStore clients, SpaceRemoval spaces)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1); // The front end gives up after 230 seconds.

    /// <summary>Deletes the client; false if the time was over before. Null if there is neither a client nor anything of one.</summary>
    /// <exception cref="Problem">409 <c>client_has_files</c>.</exception>
    public async Task<bool?> TryRun(Tenant tenant, string id, bool purge, CancellationToken cancel)
    {
        if (await clients.FindNow(tenant, id, cancel) is null && await IsClear(tenant, id, cancel)) return null;
        if (!purge && await Files(tenant, id, cancel) is > 0 and var files) throw HasFiles(files);
        await clients.Delete(tenant, id, cancel);
        if (!purge) return true;
        foreach (var owner in Owners(id))
        {
            if (!await spaces.TryRun(tenant.Id, owner, MaxTime, CancellationToken.None)) return false;
        }
        return true;
    }

    /// <summary>Refuses to give an id to a client while files of another that had it are there.</summary>
    /// <exception cref="Problem">409 <c>client_has_files</c>.</exception>
    public async Task EnsureClear(Tenant tenant, string id, CancellationToken cancel)
    {
        if (!await IsClear(tenant, id, cancel)) throw HasFiles(await Files(tenant, id, cancel));
    }

    async Task<bool> IsClear(Tenant tenant, string id, CancellationToken cancel)
    {
        foreach (var owner in Owners(id))
        {
            if (!await spaces.IsEmpty(tenant.Id, owner, cancel)) return false;
        }
        return true;
    }

    async Task<long> Files(Tenant tenant, string id, CancellationToken cancel)
    {
        var files = 0L;
        foreach (var owner in Owners(id)) files += await spaces.CountFiles(tenant.Id, owner, cancel);
        return files;
    }

    // The space that all users of the app share, and the client's own.
    static Owner[] Owners(string id) => [Owner.App(id), new("client", id)];

    static Problem HasFiles(long files) => new(409, "client_has_files", "The client's spaces have files; deleting it with files=purge removes them for good.")
    {
        Extensions = new Dictionary<string, object?> { ["files"] = files },
    };
}
