using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Jobs over folders, requests over many files, and what these share with requests over one.
public static partial class Services
{
    static IServiceCollection AddFolders(this IServiceCollection services) => services
        .AddSingleton<FileDeletion>()
        .AddSingleton<FileEdits>()
        .AddSingleton<CopyStarter>()
        .AddSingleton<BulkChanges>()
        .AddSingleton<FolderContents>()
        .AddSingleton<FolderJobs>()
        .AddSingleton<FolderJobRights>()
        .AddSingleton<FolderJobTurns>()
        .AddSingleton<FolderCopyCheck>()
        .AddSingleton<FolderEnd>()
        .AddSingleton<FolderMoves>()
        .AddSingleton<FolderCopies>()
        .AddSingleton<FolderRestores>()
        .AddSingleton<FolderWork>()
        .AddSingleton<FolderJobStarter>()
        .AddSingleton<FolderJobWatch>()
        .AddSingleton<SpaceUpkeep>();
}
