using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Latchkey.OAuth;
using Latchkey.OpenApi;

namespace Latchkey.Tests.OpenApi;

/// <summary>The document against the code: routes, codes, and itself. What the answers are is held by
/// <see cref="ContractHandler"/>.</summary>
public sealed partial class DocumentTests
{
    // Codes that only pages say, in words.
    internal static readonly string[] OfPages =
        ["sign_in_expired", "sign_in_finished", "cookies_off", "other_browser", "unknown_action", "app_changed", "secret_set",
            "app_not_found", "no_mail", "link_not_good", "insufficient_right",
            "part_not_found", "sign_up_off", "mail_codes_off", "provider_denied", "provider_invalid", "provider_unavailable",
            "no_account", "identity_linked", "account_disabled", "link_used_up", "invalid_ticket"];

    [Fact]
    public void Every_route_is_documented_and_nothing_else()
    {
        var routes =
            (from function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly)
             from method in function.Methods
             where method != "options" && !(method == "head" && function.Methods.Contains("get")) // Said once, for all.
             select $"{method.ToUpperInvariant()} /{function.Route}").ToHashSet();
        var documented = Contract.Operations.Select(operation => $"{operation.Method} {operation.Path}").ToHashSet();
        Assert.True(routes.SetEquals(documented),
            $"Add to the area's file in functions/OpenApi: {string.Join(", ", routes.Except(documented))}. "
            + $"Remove, there is no such route: {string.Join(", ", documented.Except(routes))}.");
    }

    [Fact]
    public void No_operation_promises_a_405() => Assert.DoesNotContain(Contract.Operations, operation =>
        operation.Says["responses"]!.AsObject().ContainsKey("405")); // Of a wrong method the Functions host knows only 404.

    [Fact]
    public void An_operations_id_begins_with_its_functions_name_and_is_its_alone()
    {
        foreach (var function in LocalHost.Functions.Http(typeof(TokenEndpoint).Assembly))
        {
            foreach (var operation in Contract.Operations.Where(operation =>
                operation.Path == $"/{function.Route}" && function.Methods.Contains(operation.Method.ToLowerInvariant())))
                Assert.True(operation.Id.StartsWith(function.Name, StringComparison.Ordinal),
                    $"id should begin with {function.Name}: {operation.Source}");
        }
        Assert.Equal(Contract.Operations.Count, Contract.Operations.Select(operation => operation.Id).Distinct().Count());
    }

    [Fact]
    public void Every_file_is_an_area() => Assert.Equal(
        Directory.GetFiles(Repository.Path("functions/OpenApi/areas"), "*.json", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name != "common").Order(),
        OpenApiDocument.Areas.Order());

    [Fact]
    public void Every_code_that_the_code_throws_is_documented()
    {
        var thrown =
            from file in Sources()
            from Match match in Thrown().Matches(File.ReadAllText(file))
            let code = match.Groups["code"].Value
            where !OfPages.Contains(code) && !Codes().Contains(code)
            select $"{Path.GetFileName(file)}: {code}";
        Assert.Empty(thrown.Distinct());
    }

    [Fact]
    public void Every_code_that_is_documented_is_in_the_code()
    {
        var sources = string.Concat(Sources().Select(File.ReadAllText));
        // Whole, or made of a parameter's name and the rest.
        bool IsThere(string code) => sources.Contains($"\"{code}\"", StringComparison.Ordinal) || Enumerable.Range(0, code.Length)
            .Any(at => code[at] == '_' && sources.Contains($"}}{code[at..]}\"", StringComparison.Ordinal));
        Assert.All(Codes(), code => Assert.True(IsThere(code), $"{code} is documented, but nothing says it"));
    }

    [Fact]
    public void Every_part_is_used_and_every_reference_leads_somewhere()
    {
        var text = Contract.Root.ToJsonString();
        var used = Reference().Matches(text).Select(match => match.Groups["to"].Value).ToHashSet();
        var there =
            from kind in (string[])["schemas", "parameters", "headers"]
            from part in Contract.Root["components"]![kind]!.AsObject()
            select $"{kind}/{part.Key}";
        Assert.Equal(there.Order(), used.Order());
        var schemes = Contract.Operations.SelectMany(operation => operation.Says["security"]!.AsArray()).SelectMany(way => way!.AsObject())
            .Select(way => way.Key);
        Assert.Equal(Contract.Root["components"]!["securitySchemes"]!.AsObject().Select(scheme => scheme.Key).Order(),
            schemes.Distinct().Order());
    }

    [Fact]
    public void Every_example_is_as_its_schema_says()
    {
        var count = 0;
        foreach (var operation in Contract.Operations)
        {
            var bodies = operation.Says["responses"]!.AsObject().Select(response => response.Value!["content"])
                .Append(operation.Says["requestBody"]?["content"]).OfType<JsonObject>().SelectMany(contents => contents);
            foreach (var (_, content) in bodies.Where(content => content.Value!["example"] is not null))
            {
                Assert.Equal([],
                    Contract.Schemas.Faults(content!["schema"]!, JsonSerializer.SerializeToElement(content["example"]))
                        .Select(fault => $"{fault}: {operation.Source}"));
                count++;
            }
        }
        Assert.True(count > 20);
    }

    [Fact]
    public void A_scope_is_one_that_a_flow_offers() => Assert.Subset(
        Contract.Root["components"]!["securitySchemes"]!["oauth2"]!["flows"]!.AsObject()
            .SelectMany(flow => flow.Value!["scopes"]!.AsObject()).Select(scope => scope.Key).ToHashSet(),
        Contract.Operations.Select(operation => operation.Scope).OfType<string>().ToHashSet());

    static HashSet<string> Codes() =>
    [
        .. from operation in Contract.Operations
           from response in operation.Says["responses"]!.AsObject()
           from content in response.Value!["content"]?.AsObject() ?? []
           from property in content.Value!["schema"]!["allOf"]?[1]?["properties"]?.AsObject() ?? []
           where property.Key is "code" or "error" && property.Value!["enum"] is not null
           from code in property.Value!["enum"]!.AsArray()
           select (string)code!,
    ];

    static IEnumerable<string> Sources() =>
        from file in Directory.EnumerateFiles(Repository.Path("functions"), "*.cs", SearchOption.AllDirectories)
        let folder = Path.GetRelativePath(Repository.Path("functions"), file)
        where !folder.StartsWith("bin", StringComparison.Ordinal) && !folder.StartsWith("obj", StringComparison.Ordinal)
        select file;

    [GeneratedRegex(@"(?:new(?: Problem)?\(\d+|BadRequest\(|NotFound\(|Conflict\(|Refused\(|Unavailable\()[,\s]*""(?<code>[a-z]+_[a-z_0-9]+)""")]
    private static partial Regex Thrown();

    [GeneratedRegex("#/components/(?<to>[A-Za-z]+/[A-Za-z-]+)")]
    private static partial Regex Reference();
}
