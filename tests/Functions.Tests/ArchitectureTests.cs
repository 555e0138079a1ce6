using System.Text.RegularExpressions;
using Latchkey.OAuth;
using Latchkey.Tenancy;

namespace Latchkey.Tests;

/// <summary>Holds the rooms of docs/architecture.md: who may know whom, and what every trigger goes through.</summary>
public sealed partial class ArchitectureTests
{
    // Room → the rooms that it may name. The root (Services, Settings, DemoData) wires everything.
    static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Telemetry"] = [],
        ["Protocol"] = [],
        ["Keys"] = [],
        ["Storage"] = ["Telemetry"],
        ["Http"] = ["Protocol", "Keys", "Telemetry"],
        ["Tenancy"] = ["Protocol", "Storage", "Http", "Telemetry"],
        ["OAuth"] = ["Protocol", "Keys", "Storage", "Http", "Tenancy", "Telemetry"],
        ["Pages"] = ["Protocol", "Http", "Tenancy", "OAuth"],
        ["Files"] = ["Protocol", "Storage", "Http", "Tenancy"],
        ["Admin"] = ["Protocol", "Keys", "Storage", "Http", "Tenancy", "OAuth", "Files", "Telemetry"],
        ["OpenApi"] = ["Http", "Telemetry"],
    };

    [Fact]
    public void Rooms_know_only_whom_they_may_know()
    {
        var faults =
            from file in Sources()
            let room = Room(file)
            where room is not null
            from Match match in RoomName().Matches(File.ReadAllText(file))
            let named = match.Groups["room"].Value
            where named != room && !Arrows[room].Contains(named)
            select $"{Relative(file)} names {named}";
        Assert.Empty(faults.Distinct());
    }

    [Fact]
    public void The_page_about_the_architecture_has_the_same_rooms_and_arrows() => Assert.Equal(
        Arrows.Select(room => $"{room.Key}: {string.Join(", ", room.Value.Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal),
        File.ReadLines(Repository.Path("docs/architecture.md")).Select(line => RoomRow().Match(line)).Where(row => row.Success)
            .Select(row => $"{row.Groups[1].Value}: {row.Groups[2].Value.Replace("`", "", StringComparison.Ordinal).Trim('–')}").Order(StringComparer.Ordinal));

    [Fact]
    public void Every_room_is_in_the_table_and_its_namespace_is_its_folder()
    {
        foreach (var file in Sources().Where(file => file.EndsWith(".cs", StringComparison.Ordinal)))
        {
            var folder = Path.GetRelativePath(Repository.Path("functions"), Path.GetDirectoryName(file)!);
            if (folder == ".") continue;
            Assert.True(Arrows.ContainsKey(Room(file)!), $"{folder} is in no room");
            Assert.Contains($"namespace Latchkey.{folder.Replace(Path.DirectorySeparatorChar, '.')};", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_trigger_goes_through_the_wrapper_and_leaves_authorization_to_it()
    {
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly))
        {
            var needs = function.Method.DeclaringType!.GetConstructors().Single().GetParameters().Select(p => p.ParameterType);
            Assert.True(needs.Contains(typeof(TenantPipeline)) || needs.Contains(typeof(Http.ErrorBoundary)), $"{function.Name} takes neither Gate nor Endpoint");
            var source = File.ReadAllText(SourceOf(function.Method.DeclaringType!));
            Assert.DoesNotContain("AuthorizationLevel.Function", source, StringComparison.Ordinal);
            Assert.Equal(typeof(Task<Microsoft.AspNetCore.Http.IResult>), function.Method.ReturnType);
        }
    }

    [Fact]
    public void Every_trigger_that_takes_get_takes_head_too() => Assert.Empty(
        from function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
        where function.Methods.Contains("get") && !function.Methods.Contains("head")
        select $"{function.Name} takes GET and not HEAD (RFC 9110 §9.1)");

    [Fact]
    public void An_interface_has_two_implementations_or_is_not_there()
    {
        var types = typeof(TokenEndpoint).Assembly.GetTypes();
        var lonely =
            from seam in types.Where(type => type.IsInterface)
            let count = types.Count(type => type is { IsClass: true, IsAbstract: false } && seam.IsAssignableFrom(type))
            where count < 2
            select $"{seam.Name} has {count}";
        Assert.Empty(lonely);
    }

    [Fact]
    public void Files_are_short() => Assert.Empty(
        from file in Sources()
        let lines = File.ReadLines(file).Count()
        where lines > 220
        select $"{Relative(file)} has {lines} lines");

    static IEnumerable<string> Sources() =>
        from file in Directory.EnumerateFiles(Repository.Path("functions"), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
        where !Relative(file).StartsWith("bin", StringComparison.Ordinal) && !Relative(file).StartsWith("obj", StringComparison.Ordinal)
        select file;

    static string SourceOf(Type type) =>
        Sources().Single(file => Path.GetFileNameWithoutExtension(file) == type.Name && Room(file) == type.Namespace!.Split('.')[1]);

    static string? Room(string file) => Relative(file).Split(Path.DirectorySeparatorChar) is { Length: > 1 } parts ? parts[0] : null;

    static string Relative(string file) => Path.GetRelativePath(Repository.Path("functions"), file);

    [GeneratedRegex(@"^\| `([A-Z]\w+)` \| .+ \| ([^|]+) \|$")]
    private static partial Regex RoomRow();

    // `using Latchkey.Room…`, `Latchkey.Room.Type` and `Room.Type`, but not a longer name's end nor a doc's RFC word.
    [GeneratedRegex(@"(?:(?<=\bLatchkey\.)|(?<![\w.""/]))(?<room>Protocol|Keys|Storage|Http|Tenancy|OAuth|Pages|Files|Admin|OpenApi|Telemetry)(?=[.;][A-Z\s]|;)")]
    private static partial Regex RoomName();
}
