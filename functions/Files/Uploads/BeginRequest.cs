using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>What the caller declares about a new file.</summary>
sealed record BeginRequest : UploadRequest
{
    public required string Name { get; init; }

    /// <summary>The record of the file.</summary>
    /// <exception cref="Problem">Those of <see cref="UploadRequest.ToRecord"/>.</exception>
    public FileRecord ToRecord(Tenant tenant, Owner owner, string client, Settings settings, DateTimeOffset now) =>
        ToRecord(Name, tenant, owner, client, settings, now);
}
