using Latchkey.Files;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Jobs over folders, and requests over many files.
public static partial class Services
{
    static IServiceCollection AddFolders(this IServiceCollection services) => services
        .AddSingleton<FileDeletion>()
        .AddSingleton<BulkChanges>()
        .AddSingleton<FolderContents>()
        .AddSingleton<FolderJobs>()
        .AddSingleton<FolderJobRights>()
        .AddSingleton<FolderEnd>()
        .AddSingleton<FolderMoves>()
        .AddSingleton<FolderCopies>()
        .AddSingleton<FolderRestores>()
        .AddSingleton<FolderWork>()
        .AddSingleton<FolderJobStarter>()
        .AddSingleton<FolderJobWatch>()
        .AddSingleton<SpaceUpkeep>();
}
