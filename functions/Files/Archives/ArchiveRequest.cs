using Latchkey.Access;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>What an archive is asked to hold: files by their ids, or a folder with all below it.</summary>
/// <param name="Ids">The files, each once; null for a folder.</param>
/// <param name="Folder">The folder; null for files.</param>
/// <param name="Space">The space of the folder, as the caller names it.</param>
/// <param name="Name">What the archive is to be called.</param>
public sealed record ArchiveRequest(IReadOnlyList<string>? Ids, string? Folder, string? Space, string Name)
{
    /// <summary>The most files that can be named.</summary>
    public const int MaxIds = 1000;

    const int MaxBodyBytes = 64 * 1024; // A thousand ids.

    /// <summary>Reads <c>{files: [id, …]}</c> or <c>{folder, space?}</c>, with <c>name?</c>.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>, <c>invalid_folder</c>, <c>invalid_name</c>.</exception>
    public static async Task<ArchiveRequest> Read(HttpRequest request)
    {
        var asked = await JsonBody.Read<Body>(request, MaxBodyBytes);
        var folder = asked.Folder is null ? null : FileName.ReadFolder(asked.Folder);
        var name = asked.Name is null ? DefaultName(folder) : FileName.Read(asked.Name);
        return (asked.Files, folder) switch
        {
            ({ Count: > 0 and <= MaxIds } ids, null) when asked.Space is null =>
                new([.. ids.Distinct(StringComparer.Ordinal)], null, null, name),
            (null, not null) => new(null, folder, asked.Space, name),
            _ => throw Problem.InvalidField("files",
                $"must hold 1 to {MaxIds} ids, or be left out and folder be given instead, with space or without"),
        };
    }

    /// <summary>Finds what it asks for.</summary>
    /// <exception cref="Problem">As <see cref="ArchiveContents"/> says.</exception>
    public Task<ArchivedFiles> Find(Caller caller, ArchiveContents contents) =>
        Ids is not null ? contents.OfFiles(caller, Ids) : contents.OfFolder(caller, Space, Folder!);

    static string DefaultName(string? folder) => string.IsNullOrEmpty(folder) ? "files.zip" : $"{folder.Split('/')[^1]}.zip";

    sealed record Body
    {
        public IReadOnlyList<string>? Files { get; init; }

        public string? Folder { get; init; }

        public string? Space { get; init; }

        public string? Name { get; init; }
    }
}
