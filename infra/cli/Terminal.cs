using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Latchkey.Cli;

/// <summary>What the command line reads from and writes to; tests bring their own.</summary>
sealed class Terminal(TextReader input, TextWriter output, TextWriter error, Func<string, string?> environment)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public TextWriter Output => output;

    public TextWriter Error => error;

    /// <summary>An environment variable, or null if it is not set or empty.</summary>
    public string? Variable(string name) => environment(name) is { Length: > 0 } value ? value : null;

    bool IsConsole => ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;

    /// <summary>Asks for a secret, unseen; from a pipe it is the next line. Never an argument: those are for everybody to see.</summary>
    public string Secret(string what)
    {
        if (!ReferenceEquals(input, Console.In) || Console.IsInputRedirected)
            return input.ReadLine() ?? throw new Failure($"{what} is expected on the standard input.");
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
        var table = new Spectre.Console.Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(column);
        foreach (var item in items) table.AddRow(columns.Select(column => Markup.Escape(Text(item?[column]))).ToArray());
        Write(table);
    }

    /// <summary>One thing for people: a line for each of its fields that says something.</summary>
    public void Fields(JsonNode? item)
    {
        var table = new Spectre.Console.Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("");
        foreach (var (name, value) in Flat("", item as JsonObject ?? []))
        {
            if (Text(value) is { Length: > 0 } text) table.AddRow(Markup.Escape(name), Markup.Escape(text));
        }
        Write(table);
    }

    // A field of a field is `limits.fileBytes`.
    static IEnumerable<(string Name, JsonNode? Value)> Flat(string start, JsonObject item) => item.SelectMany(field =>
        field.Value is JsonObject inner ? Flat($"{start}{field.Key}.", inner) : [($"{start}{field.Key}", field.Value)]);

    void Write(Spectre.Console.Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!IsConsole) console.Profile.Width = 400; // Nothing is cut where nobody sees an edge.
        console.Write(table);
    }

    static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonArray many => string.Join(' ', many.Select(Text)),
        _ => value.ToString(),
    };
}

/// <summary>What went wrong, in words for the person at the terminal.</summary>
sealed class Failure(string message) : Exception(message);
