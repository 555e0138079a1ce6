using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>What the command line reads from and writes to; tests bring their own.</summary>
sealed class Terminal(TextReader input, TextWriter output, TextWriter error, Func<string, string?> environment)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public TextReader Input => input;

    public TextWriter Output => output;

    public TextWriter Error => error;

    /// <summary>What relative times are measured from.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Columns of the screen; where nobody sees an edge there is none.</summary>
    public int Width { get; init; } = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected && Console.WindowWidth > 0
        ? Console.WindowWidth : int.MaxValue;

    /// <summary>Somebody is there to answer a question.</summary>
    public bool Interactive { get; init; } = ReferenceEquals(input, Console.In) && !Console.IsInputRedirected;

    /// <summary>Shows an address in the user's browser; false if there is none.</summary>
    public Func<string, bool> Browser { get; init; } = _ => false;

    /// <summary>The browser of this machine, if it has a screen and the user is at it.</summary>
    public static bool OpenBrowser(string address)
    {
        if (Environment.GetEnvironmentVariable("SSH_CONNECTION") is { Length: > 0 }) return false;
        var screen = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
            || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 }
                || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        if (!screen) return false;
        try
        {
            using var process = OperatingSystem.IsWindows() ? Process.Start(new ProcessStartInfo(address) { UseShellExecute = true })
                : Process.Start(
                    new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address])
                    {
                        RedirectStandardOutput = true,
                        RedirectStandardError = true
                    });
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // There is no such program.
        }
    }

    /// <summary>An environment variable, or null if it is not set or empty.</summary>
    public string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;

    /// <summary>Asks before something that can't be undone.</summary>
    /// <exception cref="Failure">No, or nobody is there to say so.</exception>
    public void Confirm(string what)
    {
        if (!Interactive) throw new Failure($"{what} Nobody is at the terminal to confirm it: use --yes.", code: 2);
        error.Write($"{what} Continue? [y/N] ");
        if (input.ReadLine()?.Trim().ToUpperInvariant() is not ("Y" or "YES")) throw new Failure("Nothing was done.");
    }

    /// <summary>Asks for a secret, unseen; from a pipe it is the next line. Never an argument, because everybody on the machine can see
    /// those.</summary>
    public string Secret(string what)
    {
        if (!ReferenceEquals(input, Console.In) || Console.IsInputRedirected)
            return input.ReadLine() ?? throw new Failure($"{what} is expected on standard input.");
        error.Write($"{what}: ");
        var text = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace) text.Length = Math.Max(0, text.Length - 1);
            else if (!char.IsControl(key.KeyChar)) text.Append(key.KeyChar);
        }
        error.WriteLine();
        return text.ToString();
    }

    /// <summary>JSON for programs.</summary>
    public void Json(JsonNode? json) => output.WriteLine(json?.ToJsonString(Indented) ?? "{}");

    /// <summary>A list for people: these columns of each item.</summary>
    public void Rows(IEnumerable<JsonNode?> items, params IReadOnlyList<string> columns)
    {
        var rows = items.Select(item => columns.Select(column => Text(item?[column], Times.Ago)).ToArray()).ToList();
        foreach (var line in new Table(columns, rows).Lines(Width)) output.WriteLine(line);
    }

    /// <summary>One thing for people: a line for each of its fields that says something.</summary>
    public void Fields(JsonNode? item)
    {
        var fields = Flat("", item as JsonObject ?? [])
            .Select(field => (field.Name, Text: Text(field.Value, (time, now) => $"{time:yyyy-MM-dd HH:mm:ss}Z ({Times.Ago(time, now)})")))
            .Where(field => field.Text.Length > 0).ToList();
        foreach (var line in Table.Fields(fields)) output.WriteLine(line);
    }

    // A field of a field is `limits.fileBytes`.
    static IEnumerable<(string Name, JsonNode? Value)> Flat(string start, JsonObject item) => item.SelectMany(field =>
        field.Value is JsonObject inner ? Flat($"{start}{field.Key}.", inner) : [($"{start}{field.Key}", field.Value)]);

    string Text(JsonNode? value, Func<DateTimeOffset, DateTimeOffset, string> time) => value switch
    {
        null => "",
        JsonArray many => string.Join(' ', many.Select(one => Text(one, time))),
        JsonValue text when Times.Read(text) is { } at => time(at, Clock.GetUtcNow()),
        // No text of anybody's moves the cursor or colours the screen.
        _ => string.Concat(value.ToString().Select(c => char.IsControl(c) ? '\uFFFD' : c)),
    };
}

/// <summary>What went wrong, in words for the person at the terminal.</summary>
/// <param name="message">The words.</param>
/// <param name="code">The program's exit code: 1 if it was refused, 2 if it was not understood.</param>
/// <param name="status">The answer's status, if it was the deployment that refused.</param>
sealed class Failure(string message, int code = 1, int status = 0) : Exception(message)
{
    public int Code => code;

    public int Status => status;

    /// <summary>When the deployment wants to be asked again, if it says so.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
