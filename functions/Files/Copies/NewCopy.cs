using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>The record of a copy that begins.</summary>
static class NewCopy
{
    /// <summary>A copy with the source's name and folder.</summary>
    /// <param name="source">The source.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="owner">Whose space the copy is in.</param>
    /// <param name="client">The client that asks for it.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="Problem">415 <c>content_type_not_allowed</c>.</exception>
    public static FileRecord Of(FileRecord source, Tenant tenant, Owner owner, string client, DateTimeOffset now) => new()
    {
        Tenant = tenant.Id,
        Id = FileRecord.NewId(tenant.Id, owner),
        Owner = owner,
        CreatedBy = client,
        Name = source.Name,
        Folder = source.Folder,
        ContentType = ContentTypeCheck.IsAllowed(tenant.Limits, source.ContentType)
            ? source.ContentType : throw MediaType.NotAllowed(source.ContentType, tenant.Limits),
        DeclaredContentType = source.DeclaredContentType,
        Size = source.Size,
        Md5 = source.ServedMd5,
        Sha256 = source.ServedSha256,
        Md5Verified = source.Md5Verified || source.Clean is not null,
        Sha256Verified = source.Sha256Verified || source.Clean is not null,
        ModifiedAt = source.ModifiedAt,
        TakenAt = source.TakenAt,
        Metadata = source.Metadata,
        Tags = source.Tags,
        CreatedAt = now,
        Status = FileStatus.Copying,
        CopyOf = source.Id,
        CopyOfContent = source.Content,
    };
}
