using Azure.Storage.Blobs.Models;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>A file out of a form: its record, and the blocks that its bytes lie in.</summary>
public sealed record ReceivedForm(FileRecord File, IReadOnlyList<string> Blocks);

/// <summary>
/// Puts the file of a form into blocks as it comes, 4 MiB in memory at most. It is made a blob only once the form has
/// come to its end and its record is written.
/// </summary>
public sealed class FormIntake(Spaces spaces, Uploads uploads, StagedBlobs staged, Settings settings, TimeProvider clock)
{
    const int BlockBytes = 4 << 20;
    const int MaxParts = 32;

    /// <summary>Reads the form to its end.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="space">The space; it decides the blob's name, so it can't be a field behind the file.</param>
    /// <param name="form">The form.</param>
    /// <exception cref="Problem">400, 413 or 415 and a code for what is wrong with the form or the file.</exception>
    public async Task<ReceivedForm> Receive(Caller caller, string? space, FormReader form)
    {
        var (owner, now) = (await spaces.Find(caller, space, Right.Write), clock.GetUtcNow());
        var id = FileRecord.NewId(caller.Tenant.Id, owner);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        (string Name, string? Type, long Size, List<string> Blocks)? file = null;
        for (var parts = 0; await form.Next(); parts++)
        {
            if (parts == MaxParts) throw FormReader.Invalid($"it has more than {MaxParts} parts");
            if (form.FileName is not { } fileName)
            {
                if (!fields.TryAdd(form.Name, await form.Text())) throw FormReader.Invalid("a field is there twice");
                continue;
            }
            if (file is not null) throw Problem.BadRequest("too_many_files", "A form brings one file.");
            await uploads.Note(caller.Tenant.Id, id, now, caller.Cancel);
            var (size, blocks) = await Stage(caller, FileRecord.BlobNameOf(id, staged: false), form);
            file = (fileName, form.ContentType, size, blocks);
        }
        if (file is not { } found) throw Problem.BadRequest("file_missing", "The form has no part with a filename.");
        var asked = new BeginRequest
        {
            Name = fields.GetValueOrDefault("name") ?? found.Name,
            ContentType = fields.GetValueOrDefault("contentType") ?? found.Type ?? "application/octet-stream",
            Size = found.Size,
            Folder = fields.GetValueOrDefault("folder"),
            Md5 = fields.GetValueOrDefault("md5"),
            Sha256 = fields.GetValueOrDefault("sha256"),
            Resumable = false,
        };
        return new(asked.ToRecord(caller, owner, settings, now) with { Id = id }, found.Blocks);
    }

    /// <summary>Makes the blob of its blocks. No URL was ever issued for it.</summary>
    public Task Commit(ReceivedForm form, CancellationToken cancel) =>
        staged.Commit(form.File.Tenant, form.File.BlobName, form.Blocks, new BlobHttpHeaders(), cancel);

    async Task<(long Size, List<string> Blocks)> Stage(Caller caller, string blob, FormReader form)
    {
        var buffer = new byte[BlockBytes];
        var (size, blocks) = (0L, new List<string>());
        int length;
        while ((length = await form.Fill(buffer)) > 0)
        {
            blocks.Add(BlockPlan.Id(blocks.Count));
            await staged.Stage(caller.Tenant.Id, blob, blocks[^1], buffer.AsMemory(0, length), caller.Cancel);
            size += length;
        }
        return (size, blocks);
    }
}
