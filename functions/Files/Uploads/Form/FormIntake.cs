using Azure.Storage.Blobs.Models;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>A file out of a form: its record, and the blocks that its bytes lie in.</summary>
public sealed record ReceivedForm(FileRecord File, IReadOnlyList<string> Blocks);

/// <summary>
/// Puts the file of a form into blocks as it comes, 4 MiB in memory at most, and writes its record. It is made a blob
/// only after that.
/// </summary>
public sealed class FormIntake(
    Spaces spaces, Uploads uploads, FileStore files, BlobStore blobs, StagedBlobs staged, IssuedTokens issued, Settings settings,
    TimeProvider clock)
{
    const int BlockBytes = 4 << 20;
    const int MaxParts = 32;

    static readonly string[] Fields = ["name", "folder", "contentType", "md5", "sha256"];

    /// <summary>Reads the form to its end and writes the record; of a form that is refused nothing is left.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="space">The space; it decides the blob's name, so it can't be a field behind the file.</param>
    /// <param name="form">The form.</param>
    /// <exception cref="Problem">
    /// 400, 413 or 415 and a code for what is wrong with the form or the file; 403 <c>quota_exceeded</c>; 401 if the token
    /// was revoked meanwhile.
    /// </exception>
    public async Task<ReceivedForm> Receive(Caller caller, string? space, FormReader form)
    {
        var owner = await spaces.Find(caller, space, Permission.Write);
        var id = FileRecord.NewId(caller.Tenant.Id, owner);
        try
        {
            var received = await ReadParts(caller, owner, id, form);
            // A body takes minutes: its user may have been deleted since, and nobody would ever remove the file.
            await issued.EnsureLive(caller.Tenant, caller.Token, Scopes.FilesWrite, caller.Cancel);
            await files.Add(received.File, Owner.Of(caller.Token), caller.Cancel);
            return received;
        }
        catch (Exception refused) when (form.HasBytes && (refused is Problem or BadHttpRequestException or OperationCanceledException))
        {
            await Discard(caller.Tenant.Id, id);
            throw;
        }
    }

    async Task<ReceivedForm> ReadParts(Caller caller, Owner owner, string id, FormReader form)
    {
        var now = clock.GetUtcNow();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        (string Name, string? Type, long Size, List<string> Blocks)? file = null;
        for (var parts = 0; await form.MoveNext(); parts++)
        {
            if (parts == MaxParts) throw FormReader.Invalid($"it has more than {MaxParts} parts");
            if (form.FileName is not { } fileName)
            {
                // The next part skips what nobody asked for, however long it is and how often it comes.
                if (Fields.Contains(form.Name) && !fields.TryAdd(form.Name, await form.ReadText())) throw FormReader.Invalid("a field is there twice");
                continue;
            }
            if (file is not null) throw Problem.BadRequest("too_many_files", "A form brings one file.");
            await uploads.AddNote(caller.Tenant.Id, id, now, caller.Cancel);
            var (size, blocks) = await Stage(caller, FileRecord.BlobNameOf(id, staged: false), form);
            file = (fileName, form.ContentType, size, blocks);
        }
        if (file is not { } found) throw Problem.BadRequest("file_missing", "The form has no part with a filename.");
        // An input that was left blank is sent as well.
        string? Field(string name) => fields.GetValueOrDefault(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
        var asked = new BeginRequest
        {
            Name = Field("name") ?? found.Name,
            ContentType = Field("contentType") ?? found.Type,
            Size = found.Size,
            Folder = Field("folder"),
            Md5 = Field("md5"),
            Sha256 = Field("sha256"),
            Resumable = false,
        };
        return new(asked.ToRecord(caller, owner, settings, now) with { Id = id }, found.Blocks);
    }

    /// <summary>Frees the room of a form that was refused: nothing counts blocks, and storage would keep them for a week.</summary>
    async Task Discard(string tenant, string id)
    {
        var blob = FileRecord.BlobNameOf(id, staged: false);
        await staged.DropBlocks(tenant, blob, CancellationToken.None); // Whoever sent it may have hung up.
        await blobs.Delete(tenant, blob, CancellationToken.None);
    }

    /// <summary>Makes the blob of its blocks. No URL was ever issued for it.</summary>
    public Task Commit(ReceivedForm form, CancellationToken cancel) =>
        staged.Commit(form.File.Tenant, form.File.BlobName, form.Blocks, new BlobHttpHeaders(), cancel);

    async Task<(long Size, List<string> Blocks)> Stage(Caller caller, string blob, FormReader form)
    {
        var buffer = new byte[BlockBytes];
        var (size, blocks) = (0L, new List<string>());
        int length;
        while ((length = await form.ReadBytes(buffer)) > 0)
        {
            blocks.Add(BlockPlan.Id(blocks.Count));
            await staged.Stage(caller.Tenant.Id, blob, blocks[^1], buffer.AsMemory(0, length), caller.Cancel);
            size += length;
        }
        return (size, blocks);
    }
}
