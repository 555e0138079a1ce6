using System.Globalization;
using System.Text;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>
/// How the pieces (PATCH) of an upload lie in storage. Each becomes a run of blocks with names that nobody else has, and
/// counts once the blob's list of blocks has grown by them. The list is written if it is still what the piece began
/// from: of pieces at once one is kept, and what was acknowledged stays.
/// </summary>
static class TusBlocks
{
    /// <summary>The most bytes of a block: what a request holds in memory.</summary>
    public const int MaxBytes = 4 << 20;

    const int RunChars = 8;

    /// <summary>A new run.</summary>
    public static string NewRun() => Ids.NewBase32()[..RunChars];

    /// <summary>The id, base64, of a run's block that begins at this offset.</summary>
    public static string Id(long offset, int number, string run) => Convert.ToBase64String(Encoding.ASCII.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{offset:D15}{number:D5}{run}")));
}
