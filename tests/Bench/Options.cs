using System.Globalization;

namespace Latchkey.Bench;

/// <summary>What a run was asked for.</summary>
/// <param name="Name">Only operations whose names contain this; null: all.</param>
/// <param name="Seconds">How long a window is measured.</param>
/// <param name="Callers">How many callers there are at once.</param>
/// <param name="Write">Whether the table goes into docs/benchmarks.md.</param>
sealed record Options(string? Name, double Seconds, int Callers, bool Write)
{
    const double MostSeconds = 60;
    const int MostCallers = 256;

    /// <summary>Reads a command line; null if it is not one.</summary>
    public static Options? Read(IReadOnlyList<string> arguments)
    {
        var options = new Options(null, Seconds: 5, Callers: 8, Write: false);
        for (var at = 0; at < arguments.Count; at++)
        {
            var value = at + 1 < arguments.Count ? arguments[at + 1] : "";
            switch (arguments[at])
            {
                case "--write":
                    options = options with { Write = true };
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds)
                    && seconds is > 0 and <= MostSeconds:
                    options = options with { Seconds = seconds };
                    at++;
                    break;
                case "--callers" when int.TryParse(value, CultureInfo.InvariantCulture, out var callers)
                    && callers is > 0 and <= MostCallers:
                    options = options with { Callers = callers };
                    at++;
                    break;
                case var name when options.Name is null && !name.StartsWith('-'):
                    options = options with { Name = name };
                    break;
                default:
                    return null;
            }
        }
        return options;
    }
}
