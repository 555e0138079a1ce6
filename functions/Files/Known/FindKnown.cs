using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Files;

/// <summary>Whether the space has a file.</summary>
/// <param name="Known">True if it has it.</param>
/// <param name="Id">The id of one that it has.</param>
public sealed record KnownResponse(bool Known, string? Id);

/// <summary>The answers, in the order of the questions.</summary>
public sealed record KnownItemsResponse(IReadOnlyList<KnownResponse> Items);

/// <summary>
/// Says which of many files a space has already, so that an app that backs up a phone uploads only the others. What is in the
/// trash does not count.
/// </summary>
public sealed class FindKnown(TenantPipeline pipeline, Spaces spaces, KnownFiles known)
{
    const int MaxItems = 1000;
    const int MaxBodyBytes = 2 << 20;

    /// <summary><c>POST /{tenant}/files/known</c> <c>{space?, items: [{sha256} or {name, size, modifiedAt}]}</c></summary>
    [Function("files-known")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = "{tenant}/files/known")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.FilesRead, async caller =>
        {
            var asked = await JsonBody.Read<KnownRequest>(request, MaxBodyBytes);
            if (asked.Items.Count is 0 or > MaxItems) throw Invalid($"there must be 1 to {MaxItems}");
            var keys = asked.Items.Select(KeyOf).ToList();
            var owner = await spaces.Find(caller, asked.Space, Permission.Read);
            var ids = await known.Find(caller.Tenant.Id, owner.SpaceKey(caller.Tenant.Id), keys, caller.Cancel);
            return FileJson.Ok(new KnownItemsResponse([.. ids.Select(id => new KnownResponse(id is not null, id))]));
        });

    // Null for a name that no file here can have.
    static string? KeyOf(KnownItem? item) => item switch
    {
        { Sha256: { Length: 64 } hash, Name: null, Size: null, ModifiedAt: null } when hash.All(char.IsAsciiHexDigit) =>
            KnownFile.ByContent(hash.ToLowerInvariant()),
        { Sha256: null, Name: { } name, Size: { } size and >= 0, ModifiedAt: { Length: > 0 } modified } =>
            FileName.TryRead(name) is not { } valid ? null : KnownFile.ByName(valid, size, FileTime.Read(modified, "modifiedAt")!.Value),
        _ => throw Invalid("each must have either sha256, in 64 hex digits, or name, size and modifiedAt"),
    };

    static Problem Invalid(string why) => Problem.BadRequest("invalid_items", $"Invalid items: {why}.");

    sealed record KnownRequest
    {
        public string? Space { get; init; }

        public required List<KnownItem?> Items { get; init; }
    }

    sealed record KnownItem
    {
        public string? Sha256 { get; init; }

        public string? Name { get; init; }

        public long? Size { get; init; }

        public string? ModifiedAt { get; init; }
    }
}
