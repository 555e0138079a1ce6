using System.Text.Json;
using System.Text.Json.Serialization;

namespace Latchkey.Keys;

/// <summary>
/// Reads and replaces the key file, whole: a writer holds <c>{path}.lock</c> open for itself alone, writes
/// <c>{path}.tmp</c> and renames it, so that a reader never sees half a file, wherever the writer dies. The operating
/// system frees the lock of a process that died.
/// </summary>
internal sealed class KeyFileStore(string path)
{
    private const int Version = 2;
    private static readonly TimeSpan lockPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan lockPatience = TimeSpan.FromSeconds(30);

    private static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>The file's content; empty when there is no file.</summary>
    /// <exception cref="KeyFileException">The file can't be read or understood.</exception>
    public KeyFileContent Read()
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = JsonSerializer.Deserialize<KeyFileContent>(file, json) ?? throw new JsonException("The file holds null.");
            if (content.Version != Version) throw new JsonException($"The file has version {content.Version}, this program knows {Version}.");
            if (content.Tenants.Values.Any(keys => keys is null || keys.Contains(null!))) throw new JsonException("A tenant's keys are null.");
            return content with { Tenants = new(content.Tenants, StringComparer.Ordinal) };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new KeyFileContent(Version, new(StringComparer.Ordinal));
        }
        catch (JsonException e)
        {
            throw Fault("is damaged or no key file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("can't be read", e);
        }
    }

    /// <summary>Replaces the file. Only under <see cref="Lock"/>.</summary>
    /// <exception cref="KeyFileException">The file can't be written; the old one still stands.</exception>
    public void Write(KeyFileContent content)
    {
        var draft = path + ".tmp";
        try
        {
            File.Delete(draft); // Left by a writer that died.
            using (var file = new FileStream(draft, Secret(FileMode.CreateNew, FileShare.None)))
            {
                JsonSerializer.Serialize(file, content, json);
                file.Flush(flushToDisk: true);
            }
            File.Move(draft, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("can't be written", e);
        }
    }

    /// <summary>Waits until no other writer is at work; disposing the answer lets the next one in.</summary>
    /// <exception cref="KeyFileException">Another process held the lock for 30 seconds, or the folder can't be written.</exception>
    public async Task<IDisposable> Lock(CancellationToken cancel)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault("can't be made", e);
        }

        for (var waited = TimeSpan.Zero; ; waited += lockPause)
        {
            try
            {
                return new FileStream(path + ".lock", Secret(FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException) when (waited < lockPatience)
            {
                await Task.Delay(lockPause, cancel);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw Fault("is locked by another process, or its folder can't be written", e);
            }
        }
    }

    /// <summary>The exception that says what is wrong with this file.</summary>
    public KeyFileException Fault(string what, Exception cause) => new(
        $"The key file {Path.GetFullPath(path)} {what}: {cause.Message} It is left as it is. Put a good copy in its place; " +
        "or, if every token signed so far may become invalid, delete it and start again.", cause);

    private static FileStreamOptions Secret(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}

/// <summary>The file as JSON.</summary>
internal sealed record KeyFileContent(int Version, Dictionary<string, List<KeyFileEntry>> Tenants);

/// <summary>One key as JSON: base64 of PKCS #8, or of a MAC key's 32 bytes.</summary>
internal sealed record KeyFileEntry(string Algorithm, int Number, DateTimeOffset Created, DateTimeOffset SignsFrom, string Key)
{
    public bool Is(KeyRow row) => Algorithm == row.Algorithm && Number == row.Number;
}
