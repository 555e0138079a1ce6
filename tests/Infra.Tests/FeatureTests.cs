using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>What a whole deployment has, so that a module that is no longer called, or a value that is lost, is told.</summary>
public sealed class FeatureTests
{
    private static readonly string[] Troubles =
    [
        "audit-dropped", "error-rate", "failed-sign-ins", "latency", "log-cap-reached", "not-ready", "poison-queue", "refresh-reused",
        "throttled-stfiles", "throttled-sthost", "throttled-sttables", "timers-failed", "unreachable", "vault-throttled",
    ];

    private static readonly JsonSerializerOptions Plainly =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // In this order.
    private static readonly string[] Steps =
    [
        "environment:\n      name: ${{ inputs.environment }}", "id-token: write", "azure/login@", "az deployment sub create",
        "functionapp deployment source config-zip", "/health/ready", "failure()",
    ];

    [CompilerTheory]
    [InlineData("EC", "properties.curveName", "P-256", "P90D")]
    [InlineData("RSA", "properties.keySize", 2048L, "P90D")]
    [InlineData("RSA", "properties.keySize", 3072L, "P365D")]
    public void The_vault_has_the_keys_and_rotates_them(string kind, string path, object size, string every)
    {
        var key = Assert.Single(Of("Microsoft.KeyVault/vaults/keys"), key =>
            Equals(key.At("properties.kty"), kind) && Equals(key.At(path), size));
        var actions = ((List<object?>)key.At("properties.rotationPolicy.lifetimeActions")!).Cast<Dictionary<string, object?>>().ToList();
        var rotate = Assert.Single(actions, action => Equals(Inner(action, "action")["type"], "rotate"));
        Assert.Equal(every, Inner(rotate, "trigger")["timeAfterCreate"]);
    }

    [CompilerFact]
    public void What_was_deleted_or_overwritten_in_the_files_account_can_be_had_again()
    {
        var blobs = Assert.Single(Of("Microsoft.Storage/storageAccounts/blobServices"), service =>
            Equals(service.At("properties.isVersioningEnabled"), true));
        Assert.Equal(true, blobs.At("properties.deleteRetentionPolicy.enabled"));
        Assert.Equal(true, blobs.At("properties.containerDeleteRetentionPolicy.enabled"));
    }

    [CompilerFact]
    public void It_is_watched()
    {
        Assert.Equal(5, Of("Microsoft.Insights/diagnosticSettings").Count); // The vault, files, tables, the app, messages.
        var alerts = Of("Microsoft.Insights/scheduledQueryRules").Concat(Of("Microsoft.Insights/metricAlerts")).ToList();
        Assert.Equal(Troubles,
            alerts.Select(alert => Regex.Replace(alert.Name, "^latchkey-[a-z2-7]{13}-|[a-z2-7]{13}$", "")).Order(StringComparer.Ordinal));
        var group = Assert.Single(Of("Microsoft.Insights/actionGroups"));
        Assert.All(alerts, alert =>
            Assert.Contains(group.Id, JsonSerializer.Serialize(alert.At("properties.actions")), StringComparison.Ordinal));
        // The operator's page says what to do about each.
        Assert.All(Troubles, name =>
            Assert.Contains($"`{(name.StartsWith("throttled-", StringComparison.Ordinal) ? "throttled-…" : name)}`",
                Repository.Read("infra/README.md"), StringComparison.Ordinal));
        // Nobody asked for: as many watch, but the one that asks from outside.
        Assert.Equal(Troubles.Length - 1,
            Deployment.Least().Resources.Count(r =>
                r.Kind is "Microsoft.Insights/scheduledQueryRules" or "Microsoft.Insights/metricAlerts"));
        Assert.Equal("https://login.company.com/health/ready",
            Assert.Single(Of("Microsoft.Insights/webtests")).At("properties.Request.RequestUrl"));
        Assert.Single(Of("Microsoft.Insights/workbooks"));
    }

    // The query's list is the code's: a new timer is watched too.
    [CompilerFact]
    public void Every_timer_is_watched()
    {
        var timers = Directory.EnumerateFiles(Repository.At("functions"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)
            .SelectMany(text =>
                Regex.Matches(text, @"\[Function\(""([\w-]+)""\)\]\s+public (?:async )?Task \w+\(\[TimerTrigger")
                    .Select(match => match.Groups[1].Value))
            .Order(StringComparer.Ordinal).ToList();
        Assert.Equal(9, timers.Count);
        var rule = Of("Microsoft.Insights/scheduledQueryRules")
            .Single(rule => rule.Name.EndsWith("-timers-failed", StringComparison.Ordinal));
        Assert.Contains($"Name in ('{string.Join("', '", timers)}')", JsonSerializer.Serialize(rule.At("properties.criteria"), Plainly),
            StringComparison.Ordinal);
        // What they survive they log, by their class.
        var classes = Regex.Matches(JsonSerializer.Serialize(rule.At("properties.criteria"), Plainly), @"'Latchkey\.(\w+)\.(\w+)'");
        Assert.Equal(7, classes.Count);
        Assert.All(classes, name =>
        {
            var (room, type) = (name.Groups[1].Value, name.Groups[2].Value);
            var source = Directory.GetFiles(Repository.At($"functions/{room}"), $"{type}.cs", SearchOption.AllDirectories).Single();
            Assert.Contains($"ILogger<{type}>", File.ReadAllText(source), StringComparison.Ordinal);
        });
    }

    [CompilerFact]
    public void What_can_be_chosen_is_there_once_it_is()
    {
        Assert.Equal(10L,
            Assert.Single(Of("Microsoft.Security/defenderForStorageSettings")).At("properties.malwareScanning.onUpload.capGBPerMonth"));
        Assert.Equal(50L, Assert.Single(Of("Microsoft.Consumption/budgets")).At("properties.amount"));
        Assert.Equal(4, Of("Microsoft.Network/privateEndpoints").Count);
        Assert.NotEmpty(Of("Microsoft.Web/sites/hostNameBindings"));
        Assert.Equal(true, Assert.Single(Of("Microsoft.Web/serverfarms")).At("properties.zoneRedundant"));
        var app = Assert.Single(Of("Microsoft.Web/sites"));
        Assert.NotNull(app.At("properties.virtualNetworkSubnetId"));
        Assert.IsType<long>(app.At("properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB"));
        var ready = ((List<object?>)app.At(
            "properties.functionAppConfig.scaleAndConcurrency.alwaysReady")!).Cast<Dictionary<string, object?>>().Single();
        Assert.Equal(("http", 1L), ((string)ready["name"]!, (long)ready["instanceCount"]!));
    }

    // Anything but Required would let a caller state a certificate without its key.
    [CompilerFact]
    public void The_app_for_mutual_TLS_requires_certificates_and_alone_believes_the_header()
    {
        var apps = Deployment.MutualTls().All("Microsoft.Web/sites");
        var mutual = Assert.Single(apps, app => app.Name.EndsWith("-mtls", StringComparison.Ordinal));
        var plain = Assert.Single(apps, app => app != mutual);
        Assert.Equal((true, "Required"), (mutual.At("properties.clientCertEnabled"), mutual.At("properties.clientCertMode")));
        Assert.Equal((false, null), (plain.At("properties.clientCertEnabled"), plain.At("properties.clientCertMode")));
        var (own, others) = (Deployment.SettingsOf(mutual), Deployment.SettingsOf(plain));
        Assert.Equal($"https://{mutual.Name}.azurewebsites.net", own["Latchkey__MutualTls__Origin"]);
        Assert.Equal(own["Latchkey__MutualTls__Origin"], others["Latchkey__MutualTls__Origin"]);
        Assert.Equal("true", own["Latchkey__MutualTls__FromPlatform"], ignoreCase: true);
        Assert.False(others.ContainsKey("Latchkey__MutualTls__FromPlatform"));
        Assert.False(own.ContainsKey("Latchkey__FrontDoorId"));
        Assert.Equal(own["Latchkey__Origin"], others["Latchkey__Origin"]);
        Assert.False(Deployment.Least().Settings.ContainsKey("Latchkey__MutualTls__Origin"));
    }

    [Fact]
    public void One_command_of_azd_finds_template_parameters_and_app()
    {
        var azd = Repository.Read("azure.yaml");
        Assert.Matches(@"path: infra\s", azd);
        Assert.Matches(@"project: functions\s", azd);
        Assert.Contains("infra/dev.bicepparam", Repository.Templates("bicepparam"));
    }

    [Fact]
    public void A_deployment_signs_in_without_a_secret_waits_for_approval_is_asked_and_goes_back()
    {
        var text = Repository.Read(".github/workflows/deploy-environment.yml");
        var places = Steps.Select(part => text.IndexOf(part, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        foreach (var file in new[] { "ci", "deploy", "deploy-environment", "codeql", "release" })
            Assert.DoesNotContain("secrets.", Repository.Read($".github/workflows/{file}.yml"), StringComparison.Ordinal);
        var deploy = Repository.Read(".github/workflows/deploy.yml");
        Assert.Contains("az deployment sub what-if", deploy, StringComparison.Ordinal);
        Assert.Matches(@"\n  package:\n    needs: ci\n", deploy);
        Assert.Matches(@"\n  dev:\n    needs: package\n", deploy);
        Assert.Matches(@"\n  prod:\n    needs: dev\n", deploy);
    }

    private static List<DeployedResource> Of(string kind) => Deployment.Full().All(kind);

    private static Dictionary<string, object?> Inner(Dictionary<string, object?> value, string name) =>
        (Dictionary<string, object?>)value[name]!;
}
