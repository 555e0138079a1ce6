using System.Globalization;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// How the pieces (PATCH) of a tus upload are stored. Each piece becomes a run of blocks with unique names, and counts once they are
/// appended to the blob's block list. The list is written only if it has not changed since the piece began, so of concurrent pieces
/// one is kept, and acknowledged bytes stay.
/// </summary>
static class TusBlocks
{
    /// <summary>The most bytes of a block.</summary>
    public const int MaxBytes = 4 << 20;

    /// <summary>How many blocks a request holds in memory: one is received while the one before is stored.</summary>
    public const int AtOnce = 2;

    const int RunChars = 8;

    /// <summary>The name of a new run.</summary>
    public static string NewRun() => Ids.NewBase32()[..RunChars];

    /// <summary>The id (base64) of the block of a run that begins at this offset.</summary>
    public static string Id(long offset, int number, string run) => Convert.ToBase64String(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{offset:D15}{number:D5}{run}")));
}
