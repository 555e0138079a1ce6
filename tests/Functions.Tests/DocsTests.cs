using System.Text.RegularExpressions;

namespace Latchkey.Tests;

/// <summary>The pages for people: what they link to is there, all of them can be found, and the README stays short.</summary>
public sealed partial class DocsTests
{
    const string Readme = "README.md";
    const int MostReadmeLines = 160;
    const int MostQuickstartLines = 79;

    static readonly string[] Generated = ["node_modules", "bin", "obj"];

    static readonly Dictionary<string, Page> Pages = Markdown().ToDictionary(path => path, Page.Read);

    [Fact]
    public void The_readme_is_short() => Assert.InRange(File.ReadLines(Repository.Path(Readme)).Count(), 1, MostReadmeLines);

    [Fact]
    public void Every_relative_link_leads_to_a_file_and_a_heading_that_exist() => Assert.Empty(
        from page in Pages.Values
        from link in page.Links
        where !Exists(link)
        select $"{page.Path} links to {link.Path}{(link.Heading is null ? "" : $"#{link.Heading}")}");

    [Fact]
    public void Every_page_of_docs_is_found_from_the_readme()
    {
        var found = new HashSet<string>([Readme]);
        var next = new Queue<string>(found);
        while (next.TryDequeue(out var path))
        {
            foreach (var link in Pages[path].Links.Where(link => Pages.ContainsKey(link.Path) && found.Add(link.Path))) next.Enqueue(
                link.Path);
        }
        Assert.Empty(Pages.Keys.Where(path => path.StartsWith("docs/", StringComparison.Ordinal)).Except(found));
    }

    [Fact]
    public void Every_quickstart_is_one_short_page_in_the_index_that_ends_with_what_was_checked()
    {
        var index = Pages["docs/quickstarts/README.md"].Links.ConvertAll(link => link.Path);
        var quickstarts = Pages.Keys.Where(path => path.StartsWith("docs/quickstarts/", StringComparison.Ordinal)
            && !path.EndsWith("README.md", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(quickstarts, index.Order(StringComparer.Ordinal));
        Assert.All(quickstarts, path =>
        {
            var lines = File.ReadAllLines(Repository.Path(path));
            Assert.InRange(lines.Length, 1, MostQuickstartLines);
            Assert.StartsWith("**Checked:** ", lines[^1], StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_page_and_heading_that_a_comment_cites_exists() => Assert.Empty(
        from file in Sources()
        from Match cited in Citation().Matches(File.ReadAllText(Repository.Path(file)))
        let heading = cited.Groups["heading"] is { Success: true, Value: var text } ? Slug(text) : null
        where !Exists(new Link(cited.Groups["page"].Value, heading))
        select $"{file} cites {cited.Value}");

    [Fact]
    public void Every_decision_says_its_context_what_was_decided_and_what_follows()
    {
        var decisions = Pages.Keys.Where(path => DecisionName().IsMatch(path)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Enumerable.Range(1, decisions.Count),
            decisions.Select(path => int.Parse(DecisionName().Match(path).Groups[1].Value, null)));
        Assert.All(decisions, path =>
            Assert.Matches(@"(?s)^# \d{4} .*\n\*\*Context\.\*\* .*\n\*\*Decision\.\*\* .*\n\*\*Consequences\.\*\* ",
                File.ReadAllText(Repository.Path(path))));
    }

    static bool Exists(Link link) => link.Heading is null
        ? Path.Exists(Repository.Path(link.Path))
        : Pages.TryGetValue(link.Path, out var page) && page.Headings.Contains(link.Heading);

    static IEnumerable<string> Markdown() =>
        Files("docs", "*.md").Concat(Files(".github", "*.md")).Concat(Files("infra", "*.md")).Concat(Files("clients", "*.md"))
            .Concat(Files("functions", "*.md")).Concat(Files("tests", "*.md"))
            .Append(Readme).Append("CHANGELOG.md");

    static IEnumerable<string> Sources() =>
        from folder in (string[])["functions", "clients", "infra", "tests", ".github"]
        from file in Files(folder, "*.*")
        where Path.GetExtension(file) is ".cs" or ".js" or ".mjs" or ".razor" or ".bicep" or ".bicepparam" or ".yml" or ".json"
        select file;

    static IEnumerable<string> Files(string folder, string pattern) =>
        from file in Directory.EnumerateFiles(Repository.Path(folder), pattern, SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Path("."), file).Replace('\\', '/')
        where !path.Split('/').Intersect(Generated).Any()
        select path;

    // As GitHub makes it of a heading.
    static string Slug(string heading) => NotInSlug().Replace(heading.Trim().ToLowerInvariant(), "").Replace(' ', '-');

    sealed record Link(string Path, string? Heading);

    sealed record Page(string Path, HashSet<string> Headings, List<Link> Links)
    {
        public static Page Read(string path)
        {
            var text = Fence().Replace(File.ReadAllText(Repository.Path(path)), "");
            var headings = new HashSet<string>();
            foreach (var slug in Heading().Matches(text).Select(match => Slug(match.Groups[1].Value)))
            {
                for (var same = 0; !headings.Add(same == 0 ? slug : $"{slug}-{same}");) same++;
            }
            var links = RelativeLink().Matches(text)
                .Select(match =>
                    new Link(From(path, match.Groups[1].Value), match.Groups[2] is { Success: true, Value: var slug } ? slug : null));
            return new Page(path, headings, [.. links]);
        }

        static string From(string page, string target) => target.Length == 0 ? page : System.IO.Path.GetRelativePath(
            Repository.Path("."), System.IO.Path.Combine(Repository.Path(page), "..", target)).Replace('\\', '/');
    }

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]+))?\)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"(?<![\w/.])(?<page>(?:docs|infra)/[\w/-]+\.md)(?:, \\?""(?<heading>[^""\\]+)\\?"")?")]
    private static partial Regex Citation();

    [GeneratedRegex(@"^docs/decisions/(\d{4})-")]
    private static partial Regex DecisionName();
}
