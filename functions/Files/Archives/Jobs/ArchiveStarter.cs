using System.Security.Cryptography;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>Begins jobs that make archives, in the space of whom they are for: there they count, whatever they hold.</summary>
public sealed class ArchiveStarter(
    StorageClients storage, BlobStore blobs, FolderJobs jobs, FilePermissions permissions, Spaces spaces, TimeProvider clock)
{
    /// <summary>The most archives of a user, or an app, that are at work at the same time.</summary>
    public const int MaxAtOnce = 3;

    const int MaxAttempts = 10;

    // No folder has this path, so the claim keeps nobody from any.
    const string NoFolder = "/";

    readonly Table table = new(storage.Tables.GetTableClient(TableNames.Files));

    /// <summary>Begins one.</summary>
    /// <exception cref="Problem">404 <c>file_not_found</c>, <c>space_not_found</c>; 403, 409, 410 as for a download; 429
    /// <c>too_many_jobs</c>.</exception>
    public async Task<FolderJob> Begin(Caller caller, ArchiveRequest asked)
    {
        var self = Owner.Of(caller.Token);
        if (asked.Ids is not null) await permissions.GetServable(caller, asked.Ids, Permission.Read);
        var source = asked.Ids is not null ? self : await spaces.Find(caller, asked.Space, Permission.Read);
        await blobs.EnsureContainer(caller.Tenant.Id, caller.Cancel);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var job = New(caller, asked, self, source);
            var claims = await FolderClaims.In(table, job.Partition, caller.Cancel);
            if (claims.All.Count(claim => claim.Path == NoFolder) >= MaxAtOnce) throw TooMany();
            claims = claims.With(new FolderClaim(job.Id, Reads: true, NoFolder));
            if (!claims.HasRoom) throw FolderJobStarter.TooMany();
            if (await jobs.TryBegin(job, [claims.Write()], caller.Cancel) is { } begun)
            {
                await jobs.Send(begun, null); // Nobody waits for it in the request.
                return begun;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(5 + 10 * attempt)), clock, caller.Cancel);
        }
        throw FolderJobStarter.TooMany(); // Others keep beginning some.
    }

    static Problem TooMany() =>
        new(429, "too_many_jobs", $"At most {MaxAtOnce} archives can be made for you at the same time. Try again later.")
        {
            RetryAfter = 30,
        };

    FolderJob New(Caller caller, ArchiveRequest asked, Owner self, Owner source)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            Tenant = caller.Tenant.Id,
            Id = FileRecord.NewId(caller.Tenant.Id, self),
            Kind = FolderJobKind.Archive,
            Owner = self,
            Source = source,
            Path = asked.Folder ?? "",
            By = self,
            Client = caller.Token.ClientId,
            CreatedAt = now,
            ProgressAt = now,
            KeptUntil = now + FolderJobs.Kept,
            Archive = new() { Files = asked.Ids, Name = asked.Name },
        };
    }
}
