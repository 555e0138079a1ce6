using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Latchkey.Infra.Tests;

/// <summary>What `az deployment sub create` would make of infra/main.bicep, evaluated by the compiler itself (`bicep snapshot`).</summary>
internal sealed record Deployment(IReadOnlyList<DeployedResource> Resources, IReadOnlyDictionary<string, object?> Outputs)
{
    private const string Subscription = "6f0e0a7e-9a64-4ab1-bf33-4ab5b4d0c3f1";

    // What has no default: a deployment that forgets one of them is refused.
    private const string Needed = """
        param environmentName = 'dev'
        param location = 'westeurope'
        param domain = 'azurewebsites.net'
        param frontDoorId = ''
        param mailMode = 'None'
        param alertEmail = ''
        """;

    private static readonly ConcurrentDictionary<string, Lazy<Deployment>> Made = new(StringComparer.Ordinal);

    private static int _files;

    /// <summary>With everything optional switched on.</summary>
    public static Deployment Full(string environment = "prod", string location = "westeurope") => Of($"""
        param environmentName = '{environment}'
        param location = '{location}'
        param domain = 'login.company.com'
        param frontDoorId = ''
        param mailMode = 'Azure'
        param alertEmail = 'operator@company.com'
        param privateNetwork = true
        param zoneRedundant = true
        param storageSku = 'Standard_ZRS'
        param probeReadiness = true
        param malwareScanCapGB = 10
        param eventGridTopic = true
        param messages = 'Standard_S1'
        param monthlyBudget = 50
        param alwaysReadyHttp = 1
        param otlpEndpoint = 'https://otlp.company.com'
        param operatorSecretHash = '{new string('a', 64)}'
        """);

    /// <summary>With only what must be given, and what else a test says.</summary>
    public static Deployment Least(params string[] lines)
    {
        // A line of the test's takes the place of the line that must be given.
        var names = lines.Select(line => line.Split('=')[0]).ToList();
        var needed = Needed.ReplaceLineEndings("\n").Split('\n').Where(line => !names.Contains(line.Split('=')[0]));
        return Of(string.Join('\n', needed.Concat(lines)));
    }

    /// <summary>With a mail server.</summary>
    public static Deployment Smtp() => Least("param mailMode = 'Smtp'", "param mailFrom = 'no-reply@company.com'",
        "param mailSmtpHost = 'smtp.company.com'", "param mailSmtpUser = 'latchkey'");

    /// <summary>With an app for mutual TLS.</summary>
    public static Deployment MutualTls() => Least("param mutualTls = true", "param frontDoorId = '3b1f7c5e-8a4d-4f0e-9c55-0d6f2f6f1a10'");

    /// <summary>As a .bicepparam file asks for it, with a host name in the place of the one that must be replaced.</summary>
    public static Deployment OfFile(string path) => Of(Repository.Read(path)
        .Replace("using 'main.bicep'\n", "", StringComparison.Ordinal)
            .Replace("login.example.com", "login.company.com", StringComparison.Ordinal));

    /// <summary>With these lines of a parameter file.</summary>
    public static Deployment Of(string parameters) => Made.GetOrAdd(parameters, text => new(() => Make(text))).Value;

    /// <summary>Writes a parameter file over main.bicep into the test's output folder.</summary>
    public static string WriteParameters(string parameters)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "parameters")).FullName;
        var main = Path.GetRelativePath(folder, Repository.At("infra/main.bicep")).Replace('\\', '/');
        var file = Path.Combine(folder, $"{Interlocked.Increment(ref _files)}.bicepparam");
        File.WriteAllText(file, $"using '{main}'\n{parameters}\n");
        return file;
    }

    /// <summary>The resources of one kind, by its name without a version.</summary>
    public List<DeployedResource> All(string kind) => [.. Resources.Where(resource => resource.Kind == kind)];

    /// <summary>The app.</summary>
    public DeployedResource App => All("Microsoft.Web/sites").Single();

    /// <summary>The app's settings.</summary>
    public Dictionary<string, string> Settings => SettingsOf(App);

    /// <summary>An app's settings.</summary>
    public static Dictionary<string, string> SettingsOf(DeployedResource app) =>
        ((List<object?>)app.At("properties.siteConfig.appSettings")!).Cast<Dictionary<string, object?>>()
            .ToDictionary(setting => (string)setting["name"]!, setting => (string)setting["value"]!);

    private static Deployment Make(string parameters)
    {
        var made = Compiler.Snapshot(WriteParameters(parameters), Subscription);
        return new Deployment(
            [.. made["predictedResources"]!.AsArray().Select(node => new DeployedResource((Dictionary<string, object?>)Plain(node)!))],
            (Dictionary<string, object?>)Plain(made["outputs"])!);
    }

    private static object? Plain(JsonNode? node) => node switch
    {
        null => null,
        JsonObject body => body.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)),
        JsonArray list => list.Select(Plain).ToList(),
        JsonValue value when value.TryGetValue(out bool flag) => flag,
        JsonValue value when value.TryGetValue(out long number) => number,
        _ => (string)node!,
    };
}

/// <summary>
/// A resource that a deployment makes. What only Azure knows stays an expression in brackets, such as
/// <c>[reference('…').primaryEndpoints.blob]</c>, so that a test still sees where it comes from.
/// </summary>
internal sealed partial record DeployedResource(Dictionary<string, object?> Body)
{
    /// <summary>The type without its version.</summary>
    public string Kind => (string)Body["type"]!;

    /// <summary>The last part of the name: a child's own.</summary>
    public string Name =>
        InPublicCloud().Replace((string)Body["name"]!, "$1core.windows.net") is var name
            && ChildOfUnknown().Match(name) is { Success: true } child
        ? child.Groups[1].Value
        : name.Split('/')[^1];

    /// <summary>The whole id.</summary>
    public string Id => (string)Body["id"]!;

    /// <summary>What an extension, such as a role assignment, is on: <c>{kind} {name}</c>.</summary>
    public string On
    {
        get
        {
            var parts = Id[..Id.LastIndexOf("/providers/", StringComparison.Ordinal)].Split('/');
            return $"{parts[^2]} {parts[^1]}";
        }
    }

    // The names of private DNS zones end as the cloud's storage does, which a snapshot leaves open.
    [GeneratedRegex(@"^\[format\('([^{]*)\{0\}', environment\(\)\.suffixes\.storage\)\]$")]
    private static partial Regex InPublicCloud();

    [GeneratedRegex(@"^\[format\('\{0\}/\{1\}', .*, '([^']+)'\)\]$")]
    private static partial Regex ChildOfUnknown();

    /// <summary>A value inside the body, e.g. <c>properties.sku.name</c>; null when it is not set.</summary>
    public object? At(string place) => place.Split('.').Aggregate((object?)Body, (at, key) =>
        at is Dictionary<string, object?> body ? body.GetValueOrDefault(key) : null);
}
