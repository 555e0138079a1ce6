using System.Text.Json.Nodes;

namespace Latchkey.Tests.OpenApi;

/// <summary>
/// What is made of the API's description: docs/reference/errors.md and clients/bruno. The files are as they would be made now, and have
/// every code and every operation. <c>dotnet dev.cs reference</c> runs these tests with LATCHKEY_WRITE_REFERENCE, and then they write
/// the files.
/// </summary>
public sealed class ReferenceTests
{
    static readonly bool Writes = Environment.GetEnvironmentVariable("LATCHKEY_WRITE_REFERENCE") == "1";

    [Fact]
    public void The_errors_have_every_code_of_the_api_with_its_status_and_no_other()
    {
        var said = ErrorsPage.Rows.Where(row => row.Section != ErrorsPage.OfPages).Select(row => (row.Code, row.Status)).ToHashSet();
        var documented = Documented();
        Assert.True(documented.Count > 120);
        Assert.True(documented.SetEquals(said),
            $"Add to {ErrorsPage.Source}: {string.Join(", ", documented.Except(said).Order())}. Remove: "
                + $"{string.Join(", ", said.Except(documented).Order())}.");
    }

    [Fact]
    public void The_errors_have_every_code_that_only_pages_say() => Assert.Equal(
        DocumentTests.OfPages.Order(StringComparer.Ordinal),
        ErrorsPage.Rows.Where(row => row.Section == ErrorsPage.OfPages).Select(row => row.Code).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_code_says_in_sentences_what_happened_and_what_to_do() => Assert.All(ErrorsPage.Rows, row =>
    {
        Assert.EndsWith(".", row.Happened.TrimEnd(')'), StringComparison.Ordinal);
        if (row.Section != ErrorsPage.OfPages) Assert.EndsWith(".", row.Cure!.TrimEnd(')'), StringComparison.Ordinal);
    });

    [Fact]
    public void The_page_of_errors_is_made_of_them() => Hold(new() { [ErrorsPage.Path] = ErrorsPage.Make() });

    [Fact]
    public void The_Bruno_collection_has_every_operation_for_programs_and_nothing_else()
    {
        var files = BrunoCollection.Make();
        if (!Writes)
        {
            var there = Directory.EnumerateFiles(Repository.Path(BrunoCollection.Folder), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Repository.Path("."), file).Replace('\\', '/'));
            Assert.Equal(files.Keys.Append($"{BrunoCollection.Folder}/README.md").Order(), there.Order());
        }
        else
        {
            foreach (var folder in Directory.GetDirectories(Repository.Path(BrunoCollection.Folder)))
                Directory.Delete(folder, recursive: true);
        }
        Hold(files);
    }

    static void Hold(Dictionary<string, string> files)
    {
        foreach (var (path, text) in files)
        {
            var file = Repository.Path(path);
            if (Writes)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
            }
            Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == text,
                $"{path} is not current. Run: dotnet dev.cs reference");
        }
    }

    static HashSet<(string Code, string Status)> Documented() =>
    [
        .. from operation in Contract.Operations
           from response in operation.Says["responses"]!.AsObject()
           from content in response.Value!["content"]?.AsObject() ?? []
           from member in (string[])["code", "error"]
           let codes = content.Value!["schema"]!["allOf"]?[1]?["properties"]?[member]?["enum"] as JsonArray
           where codes is not null
           from code in codes
           select ((string)code!, response.Key),
    ];
}
