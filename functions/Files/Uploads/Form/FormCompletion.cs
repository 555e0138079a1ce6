using Latchkey.Http;

namespace Latchkey.Files;

/// <summary>Makes a file of what a form brought: checks the bytes and makes the record available.</summary>
public sealed class FormCompletion(FormReceiver receiver, FileStore files, FilePurge purge, Completion completion)
{
    /// <summary>Completes the file. Nothing is left of one that is refused.</summary>
    /// <param name="received">The file.</param>
    /// <param name="read">Reads its record.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="Problem">409 or 422 with a code for what is wrong.</exception>
    public async Task<FileRecord> Run(ReceivedFile received, Func<Task<FileRecord>> read, CancellationToken cancel)
    {
        try
        {
            await receiver.Commit(received, cancel);
            return await completion.Run(read, null, cancel);
        }
        catch (Problem)
        {
            // The caller doesn't know the id, so nobody would retry. If this fails too, the sweep removes the file.
            if (await files.Find(received.File.Tenant, received.File.Id, cancel) is { } file)
                await purge.TryPurge(file, isDue: false, cancel);
            throw;
        }
    }
}
