using System.Buffers;
using Azure.Storage.Blobs.Models;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Storage;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// A file that was received in a form: its record, and the blocks that hold its bytes; none for a file that the same Idempotency-Key
/// has uploaded before.
/// </summary>
public sealed record ReceivedFile(FileRecord File, IReadOnlyList<string>? Blocks);

/// <summary>
/// Receives a form's file and writes its record. The bytes go to storage in blocks as they arrive, so at most 4 MiB are in memory.
/// The blocks become a blob afterwards.
/// </summary>
public sealed class FormReceiver(
    Spaces spaces, UploadStarter uploads, UploadKeys keys, BlobStore blobs, StagedBlobs staged, IssuedTokens issued, Settings settings,
    TimeProvider clock)
{
    const int BlockBytes = 4 << 20;
    const int MaxParts = 32;

    static readonly string[] Fields = ["name", "folder", "contentType", "md5", "sha256", "modifiedAt", "takenAt", "metadata", "tags"];

    /// <summary>Reads the whole form and writes the record. Nothing is left of a form that is refused.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="space">The space. The blob's name depends on it, so it can't be a field that follows the file.</param>
    /// <param name="target">The file whose bytes are to be replaced, in its own space; null for a new file.</param>
    /// <param name="form">The form.</param>
    /// <exception cref="Problem">
    /// 400, 413 or 415 with a code for what is wrong with the form or the file; 403 <c>quota_exceeded</c>; 401 if the token was
    /// revoked meanwhile.
    /// </exception>
    public async Task<ReceivedFile> Receive(Caller caller, string? space, VersionTarget? target, FormReader form)
    {
        var owner = target?.File.Owner ?? await spaces.Find(caller, space, Permission.Write);
        return await Receive(new FormSender(caller.Tenant, owner, Owner.Of(caller.Token), caller.Token.ClientId,
            () => issued.EnsureLive(caller.Tenant, caller.Token, Scopes.FilesWrite, caller.Cancel), caller.Cancel)
        {
            UploadKey = IdempotencyKey.Read(caller.Http, Owner.Of(caller.Token), caller.Token.ClientId),
            Target = target,
        }, form);
    }

    /// <summary>The same, for a sender who has no token and may write to the space.</summary>
    /// <exception cref="Problem">The same; 403 <c>quota_exceeded</c>.</exception>
    public async Task<ReceivedFile> Receive(FormSender sender, FormReader form)
    {
        var id = FileRecord.NewId(sender.Tenant.Id, sender.Space);
        try
        {
            var received = await ReadParts(sender, id, form);
            // The body may have taken minutes. If the user was deleted meanwhile, nobody would ever remove the file.
            await sender.EnsureLive();
            var file = await keys.AddOrReplace(received.File, sender.Self, sender.Cancel);
            if (file.Id == id) return received;
            await Discard(sender.Tenant.Id, id);
            return new(file, null);
        }
        catch (Exception refused) when (form.HasBytes && (refused is Problem or BadHttpRequestException or OperationCanceledException))
        {
            await Discard(sender.Tenant.Id, id);
            throw;
        }
    }

    async Task<ReceivedFile> ReadParts(FormSender sender, string id, FormReader form)
    {
        var now = clock.GetUtcNow();
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        (string Name, string? Type, long Size, List<string> Blocks)? file = null;
        for (var parts = 0; await form.MoveNext(); parts++)
        {
            if (parts == MaxParts) throw FormReader.Invalid($"it has more than {MaxParts} parts");
            if (form.FileName is not { } fileName)
            {
                // Other fields are skipped without being read, however long they are.
                if (Fields.Contains(form.Name) && !fields.TryAdd(form.Name, await form.ReadText()))
                    throw FormReader.Invalid($"the field {form.Name} is sent twice");
                continue;
            }
            if (file is not null) throw Problem.BadRequest("too_many_files", "A form can hold only one file.");
            await uploads.AddNote(sender.Tenant.Id, id, now, sender.Cancel);
            var (size, blocks, type) = await Stage(sender, FileRecord.BlobNameOf(id, staged: false), form);
            file = (fileName, type ?? form.ContentType, size, blocks);
        }
        if (file is not { } found) throw Problem.BadRequest("file_missing", "The form has no file: no part has a filename.");
        // Browsers send inputs that were left blank, too.
        string? Field(string name) => fields.GetValueOrDefault(name) is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;
        var (tenant, asked) = (sender.Tenant, new DeclaredUpload
        {
            Name = Field("name"),
            ContentType = Field("contentType") ?? found.Type,
            Size = found.Size,
            Folder = Field("folder"),
            Md5 = Field("md5"),
            Sha256 = Field("sha256"),
            ModifiedAt = Field("modifiedAt"),
            TakenAt = Field("takenAt"),
            Metadata = FileMetadata.Pairs(Field("metadata")),
            Tags = FileTags.Items(Field("tags")),
            Resumable = false,
        });
        // A file whose bytes are replaced keeps its name, whatever that of the other one is.
        var record = sender.Target?.RecordOf(asked, asked.Name, tenant, sender.Client, settings, now)
            ?? asked.ToRecord(asked.Name ?? found.Name, tenant, sender.Space, sender.Client, settings, now);
        return new(record with { Id = id, UploadKey = sender.UploadKey }, found.Blocks);
    }

    /// <summary>Deletes the blocks of a refused form, which no quota counts and storage would keep for a week.</summary>
    async Task Discard(string tenant, string id)
    {
        var blob = FileRecord.BlobNameOf(id, staged: false);
        await staged.DropBlocks(tenant, blob, CancellationToken.None); // The caller may have hung up.
        await blobs.Delete(tenant, blob, CancellationToken.None);
    }

    /// <summary>Makes a blob of the blocks. No URL was ever issued for it.</summary>
    public Task Commit(ReceivedFile form, CancellationToken cancel) =>
        staged.Commit(form.File.Tenant, form.File.BlobName, form.Blocks!, new BlobHttpHeaders(), cancel);

    async Task<(long Size, List<string> Blocks, string? Type)> Stage(FormSender sender, string blob, FormReader form)
    {
        var (size, blocks, type) = (0L, new List<string>(), (string?)null);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(BlockBytes, form.Length ?? BlockBytes));
        int length;
        while ((length = await form.ReadBytes(buffer.AsMemory(0, Math.Min(buffer.Length, BlockBytes)))) > 0)
        {
            if (size == 0) type = sender.TypeOf?.Invoke(buffer.AsMemory(0, length));
            blocks.Add(BlockPlan.Id(blocks.Count));
            await staged.Stage(sender.Tenant.Id, blob, blocks[^1], buffer.AsMemory(0, length), sender.Cancel);
            size += length;
        }
        ArrayPool<byte>.Shared.Return(buffer);
        if (size == 0) sender.TypeOf?.Invoke(default);
        return (size, blocks, type);
    }
}
