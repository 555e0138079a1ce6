using System.Text.Json.Nodes;

namespace Latchkey.Tests.OpenApi;

/// <summary>docs/reference/errors.md, made of functions/OpenApi/errors.json.</summary>
static class ErrorsPage
{
    public const string Source = "functions/OpenApi/errors.json";
    public const string Path = "docs/reference/errors.md";

    /// <summary>The section whose codes are seen in the audit only.</summary>
    public const string OfPages = "Pages";

    static readonly JsonObject Read = JsonNode.Parse(
        File.ReadAllText(Repository.Path(Source)), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!
        .AsObject();

    /// <summary>Every code with its status, its section, what happened and what to do.</summary>
    public static IReadOnlyList<(string Section, string Status, string Code, string Happened, string? Cure)> Rows { get; } =
    [
        .. from section in Read["sections"]!.AsArray()
           from error in section["errors"]!.AsArray()
           from code in ((string)error["code"]!).Split(' ')
           select ((string)section["title"]!, $"{(int)error["status"]!}", code, (string)error["happened"]!, (string?)error["cure"]),
    ];

    /// <summary>The page.</summary>
    public static string Make() => $"# Errors\n\n{Lines(Read["before"])}{string.Concat(Read["sections"]!.AsArray().Select(Section!))}";

    static string Section(JsonNode section)
    {
        var errors = section["errors"]!.AsArray();
        var head = errors[0]!["cure"] is null ? "| status | code | what happened |\n| --- | --- | --- |\n"
            : "| status | code | what happened | what to do |\n| --- | --- | --- | --- |\n";
        var before = section["before"] is { } text ? Lines(text) + "\n" : "";
        var after = section["after"] is { } more ? "\n" + Lines(more) : "";
        return $"\n## {(string)section["title"]!}\n\n{before}{head}{string.Concat(errors.Select(Row!))}{after}";
    }

    static string Row(JsonNode error)
    {
        var codes = string.Join(", ", ((string)error["code"]!).Split(' ').Select(code => $"`{code}`"));
        var cure = (string?)error["cure"] is { } text ? $" {text} |" : "";
        return $"| {(int)error["status"]!} | {codes} | {(string)error["happened"]!} |{cure}\n";
    }

    static string Lines(JsonNode? lines) => string.Concat(lines!.AsArray().Select(line => (string)line! + "\n"));
}
