using System.Globalization;
using System.Text;
using QRCoder;

namespace Latchkey.Pages;

/// <summary>Draws QR codes (ISO/IEC 18004) as the path of an inline SVG, which needs no image source in the page's policy.</summary>
static class QrCode
{
    /// <summary>The path, in a square of <c>Size</c> units with a margin.</summary>
    public static (string Path, int Size) Draw(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var path = new StringBuilder();
        for (var y = 0; y < code.ModuleMatrix.Count; y++)
        {
            var row = code.ModuleMatrix[y];
            for (var x = 0; x < row.Count; x++)
            {
                if (row[x]) path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
            }
        }
        return (path.ToString(), code.ModuleMatrix.Count);
    }
}
