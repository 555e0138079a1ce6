using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Latchkey.Access;
using Latchkey.OAuth;

namespace Latchkey.Tests;

/// <summary>Holds the rooms of docs/architecture.md: who may know whom, and what every trigger goes through.</summary>
public sealed partial class ArchitectureTests
{
    // Room → the rooms that it may name. The root, Configuration and Demo wire everything.
    static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Telemetry"] = [],
        ["Languages"] = [],
        ["Protocol"] = [],
        ["Storage"] = ["Telemetry"],
        ["Keys"] = ["Storage"],
        ["Http"] = ["Protocol", "Keys", "Telemetry"],
        ["Tenancy"] = ["Protocol", "Storage", "Http", "Telemetry"],
        ["Events"] = ["Http", "Keys", "Storage", "Telemetry", "Tenancy"],
        ["Sessions"] = ["Protocol", "Storage", "Http", "Tenancy"],
        ["Access"] = ["Languages", "Protocol", "Storage", "Http", "Tenancy", "Sessions"],
        ["OAuth"] = ["Languages", "Protocol", "Keys", "Storage", "Http", "Tenancy", "Sessions", "Access", "Telemetry"],
        ["Messages"] = ["Access", "Events", "Http", "Protocol", "Storage", "Telemetry", "Tenancy"],
        ["Account"] = ["Messages", "Languages", "Protocol", "Storage", "Http", "Tenancy", "Sessions", "Access", "OAuth", "Files",
            "Telemetry"],
        ["Scim"] = ["Access", "Account", "Http", "OAuth", "Protocol", "Sessions", "Storage", "Tenancy"],
        ["Pages"] = ["Account", "Languages", "Protocol", "Http", "Tenancy", "Sessions", "Access", "OAuth", "Files"],
        ["Files"] = ["Protocol", "Storage", "Http", "Tenancy", "Sessions", "Access"],
        ["Admin"] = ["Account", "Languages", "Protocol", "Keys", "Storage", "Http", "Tenancy", "Sessions", "Access", "OAuth", "Files",
            "Scim", "Telemetry", "Events"],
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
            .Select(row => $"{row.Groups[1].Value}: {row.Groups[2].Value.Replace("`", "", StringComparison.Ordinal).Trim('–')}")
                .Order(StringComparer.Ordinal));

    [Fact]
    public void Every_folder_is_a_room_and_the_namespace_is_the_room()
    {
        foreach (var file in Sources().Where(file => file.EndsWith(".cs", StringComparison.Ordinal)))
        {
            var folder = Relative(file).Split(Path.DirectorySeparatorChar)[0];
            var room = Room(file);
            Assert.True(room is null || Arrows.ContainsKey(room), $"{folder} is no room");
            Assert.Contains(room is null ? "Latchkey" : $"namespace Latchkey.{room};", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_folder_holds_more_than_twenty_files() => Assert.Empty(
        from folder in Directory.EnumerateDirectories(Repository.Path("functions"), "*", SearchOption.AllDirectories)
            .Append(Repository.Path("functions"))
        where !IsBuilt(Relative(folder))
        let files = Directory.EnumerateFiles(folder).Count()
        where files > 20
        select $"{Relative(folder)} holds {files} files");

    [Fact]
    public void Every_room_says_what_it_owns() =>
        Assert.All(Arrows.Keys, room =>
            Assert.True(File.Exists(Repository.Path($"functions/{room}/README.md")), $"{room} has no README.md"));

    [Fact]
    public void Every_trigger_goes_through_the_wrapper_and_leaves_authorization_to_it()
    {
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly))
        {
            var needs = function.Method.DeclaringType!.GetConstructors().Single().GetParameters().Select(p => p.ParameterType);
            // ScimPipeline is a way into TenantPipeline.
            Assert.True(needs.Intersect([typeof(TenantPipeline), typeof(Http.ErrorBoundary), typeof(Latchkey.Scim.ScimPipeline)]).Any(),
                $"{function.Name} takes neither TenantPipeline nor ErrorBoundary");
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
        where lines > 200
        select $"{Relative(file)} has {lines} lines");

    [Fact]
    public void No_method_has_more_than_six_parameters_and_no_constructor_more_than_nine()
    {
        const BindingFlags declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var faults =
            from type in typeof(TokenEndpoint).Assembly.GetTypes()
            where type.Namespace?.StartsWith("Latchkey", StringComparison.Ordinal) is true && !IsGenerated(type)
            from member in type.GetMethods(declared).Cast<MethodBase>().Concat(type.GetConstructors(declared))
                // Local functions and lambdas carry what they close over, a [LoggerMessage] one value for each placeholder, and a record
                // one for each member of what it describes.
            where !member.Name.Contains('<', StringComparison.Ordinal) && member.Name != "Deconstruct" && type.Name != "Log"
            where !member.IsConstructor || type.GetMethod("<Clone>$") is null
            let count = member.GetParameters().Length
            where count > (member.IsConstructor ? 9 : 6)
            select $"{type.Name}{(member.IsConstructor ? "" : $".{member.Name}")} has {count} parameters";
        var all = string.Join(", ", faults.Order(StringComparer.Ordinal));
        Assert.True(all.Length == 0, all);
    }

    static bool IsGenerated(Type type) =>
        type.Name.StartsWith("__", StringComparison.Ordinal) || type.IsDefined(typeof(CompilerGeneratedAttribute), false)
            || (type.DeclaringType is { } outer && IsGenerated(outer));

    static IEnumerable<string> Sources() =>
        from file in Directory.EnumerateFiles(Repository.Path("functions"), "*.*", SearchOption.AllDirectories)
        where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal)
        where !IsBuilt(Relative(file))
        select file;

    static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj";

    static string SourceOf(Type type) =>
        Sources().Single(file => Path.GetFileNameWithoutExtension(file) == type.Name && Room(file) == type.Namespace!.Split('.')[1]);

    // Null for what wires the rooms: the root, Configuration and Demo.
    static string? Room(string file) =>
        Relative(file).Split(Path.DirectorySeparatorChar) is { Length: > 1 } parts && parts[0] is not ("Configuration" or "Demo")
            ? parts[0] : null;

    static string Relative(string file) => Path.GetRelativePath(Repository.Path("functions"), file);

    [GeneratedRegex(@"^\| `([A-Z]\w+)` \| .+ \| ([^|]+) \|$")]
    private static partial Regex RoomRow();

    // `using Latchkey.Room…`, `Latchkey.Room.Type` and `Room.Type`, but not a longer name's end nor a doc's RFC word.
    [GeneratedRegex(@"(?:(?<=\bLatchkey\.)|(?<![\w.""/]))(?<room>Protocol|Keys|Storage|Http|Tenancy|Sessions|Access(?!\.ToString)|Account|OAuth|Pages|Files|Admin|OpenApi|Scim|Telemetry)(?=[.;][A-Z\s]|;)")]
    private static partial Regex RoomName();
}
