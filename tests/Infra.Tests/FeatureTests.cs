using Latchkey.Infra.Tests.Evaluation;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>What a whole deployment has, so that a module that is no longer called, or a value that is lost, is told.</summary>
public sealed class FeatureTests
{
    private static readonly IReadOnlyList<DeployedResource> Full = Deployment.Full();

    private static readonly string[] Troubles = ["error", "latency", "throttled", "sign"];

    // In this order.
    private static readonly string[] Steps =
    [
        "environment:\n      name: ${{ inputs.environment }}", "id-token: write", "azure/login@", "az deployment sub create",
        "functionapp deployment source config-zip", "/health/ready", "failure()",
    ];

    [Theory]
    [InlineData("EC", "properties.curveName", "P-256", "P90D")]
    [InlineData("RSA", "properties.keySize", 2048L, "P90D")]
    [InlineData("RSA", "properties.keySize", 3072L, "P365D")]
    public void The_vault_has_the_keys_and_rotates_them(string kind, string path, object size, string every)
    {
        var key = Assert.Single(Of("Microsoft.KeyVault/vaults/keys"), key => Equals(key.At("properties.kty"), kind) && Equals(key.At(path), size));
        var actions = ((List<object?>)key.At("properties.rotationPolicy.lifetimeActions")!).Cast<Dictionary<string, object?>>().ToList();
        var rotate = Assert.Single(actions, action => Equals(Inner(action, "action")["type"], "rotate"));
        Assert.Equal(every, Inner(rotate, "trigger")["timeAfterCreate"]);
    }

    [Fact]
    public void What_was_deleted_or_overwritten_in_the_files_account_can_be_had_again()
    {
        var blobs = Assert.Single(Of("Microsoft.Storage/storageAccounts/blobServices"), service => Equals(service.At("properties.isVersioningEnabled"), true));
        Assert.Equal(true, blobs.At("properties.deleteRetentionPolicy.enabled"));
        Assert.Equal(true, blobs.At("properties.containerDeleteRetentionPolicy.enabled"));
    }

    [Fact]
    public void It_is_watched()
    {
        Assert.Equal(4, Of("Microsoft.Insights/diagnosticSettings").Count); // The vault, files, tables, the app.
        var alerts = Of("Microsoft.Insights/scheduledQueryRules").Concat(Of("Microsoft.Insights/metricAlerts"))
            .Select(alert => alert.Name).ToList();
        Assert.Equal(4, alerts.Count);
        foreach (var word in Troubles)
            Assert.Single(alerts, name => name.Contains(word, StringComparison.OrdinalIgnoreCase));
        Assert.Single(Of("Microsoft.Insights/workbooks"));
        Assert.Single(Of("Microsoft.Insights/actionGroups"));
    }

    [Fact]
    public void What_can_be_chosen_is_there_once_it_is()
    {
        Assert.Equal(10L, Assert.Single(Of("Microsoft.Security/defenderForStorageSettings")).At("properties.malwareScanning.onUpload.capGBPerMonth"));
        Assert.Equal(50L, Assert.Single(Of("Microsoft.Consumption/budgets")).At("properties.amount"));
        Assert.Equal(3, Of("Microsoft.Network/privateEndpoints").Count);
        Assert.NotEmpty(Of("Microsoft.Web/sites/hostNameBindings"));
        var app = Assert.Single(Of("Microsoft.Web/sites"));
        Assert.NotNull(app.At("properties.virtualNetworkSubnetId"));
        Assert.IsType<long>(app.At("properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB"));
        var ready = ((List<object?>)app.At("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")!).Cast<Dictionary<string, object?>>().Single();
        Assert.Equal(("http", 1L), ((string)ready["name"]!, (long)ready["instanceCount"]!));
    }

    [Fact]
    public void One_command_of_azd_finds_template_parameters_and_app()
    {
        var azd = Repository.Read("azure.yaml")!;
        Assert.Matches(@"path: infra\s", azd);
        Assert.Matches(@"project: functions\s", azd);
        Assert.NotNull(Repository.Read("infra/dev.bicepparam"));
    }

    [Fact]
    public void A_deployment_signs_in_without_a_secret_waits_for_approval_is_asked_and_goes_back()
    {
        var text = Repository.Read(".github/workflows/deploy-environment.yml")!;
        var places = Steps.Select(part => text.IndexOf(part, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        foreach (var file in new[] { "ci", "deploy", "deploy-environment", "codeql" })
            Assert.DoesNotContain("secrets.", Repository.Read($".github/workflows/{file}.yml")!, StringComparison.Ordinal);
        var deploy = Repository.Read(".github/workflows/deploy.yml")!;
        Assert.Contains("az deployment sub what-if", deploy, StringComparison.Ordinal);
        Assert.Matches(@"\n  package:\n    needs: ci\n", deploy);
        Assert.Matches(@"\n  dev:\n    needs: package\n", deploy);
        Assert.Matches(@"\n  prod:\n    needs: dev\n", deploy);
    }

    private static List<DeployedResource> Of(string kind) => [.. Full.Where(resource => resource.Kind == kind)];

    private static Dictionary<string, object?> Inner(Dictionary<string, object?> value, string name) => (Dictionary<string, object?>)value[name]!;
}
