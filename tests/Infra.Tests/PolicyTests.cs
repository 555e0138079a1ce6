using System.Text.RegularExpressions;
using Latchkey.Infra.Tests.Evaluation;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>What a deployment must never lose, whatever is changed in the templates.</summary>
public sealed class PolicyTests
{
    // Built-in roles: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
    private static readonly Dictionary<string, string> Roles = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["db58b8e5-c6ad-4a2a-8342-4190687cbf4a"] = "Storage Blob Delegator",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["12338af0-0e69-4776-bea7-57ae8d297424"] = "Key Vault Crypto User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    public static TheoryData<string> Files => [.. Repository.Templates("bicepparam")];

    [Fact]
    public void No_storage_account_takes_keys_or_shows_a_container_to_the_public()
    {
        var accounts = Of("Microsoft.Storage/storageAccounts", Deployment.Least());
        Assert.Equal(3, accounts.Count);
        Assert.All(accounts, account =>
        {
            Assert.Equal(false, account.At("properties.allowSharedKeyAccess"));
            Assert.Equal(false, account.At("properties.allowBlobPublicAccess"));
            Assert.Equal(true, account.At("properties.supportsHttpsTrafficOnly"));
            Assert.Equal("TLS1_2", account.At("properties.minimumTlsVersion"));
            Assert.Equal("1.00:00:00", account.At("properties.sasPolicy.sasExpirationPeriod"));
        });
    }

    [Fact]
    public void The_vault_goes_by_roles_and_can_not_be_purged()
    {
        var vault = Of("Microsoft.KeyVault/vaults", Deployment.Least()).Single();
        Assert.Equal(true, vault.At("properties.enableRbacAuthorization"));
        Assert.Equal(true, vault.At("properties.enablePurgeProtection"));
        Assert.Null(vault.At("properties.accessPolicies"));
    }

    [Fact]
    public void Telemetry_takes_no_keys() =>
        Assert.Equal(true, Of("Microsoft.Insights/components", Deployment.Least()).Single().At("properties.DisableLocalAuth"));

    [Fact]
    public void A_private_deployment_leaves_only_the_files_open()
    {
        var open = Deployment.Full().Where(r => r.Kind is "Microsoft.Storage/storageAccounts" or "Microsoft.KeyVault/vaults")
            .Where(r => !Equals(r.At("properties.publicNetworkAccess"), "Disabled")
                || !Equals(r.At("properties.networkAcls.defaultAction"), "Deny"));
        Assert.StartsWith("stfiles", Assert.Single(open).Name, StringComparison.Ordinal);
    }

    [Fact]
    public void The_app_has_these_roles_and_no_others()
    {
        var given = Of("Microsoft.Authorization/roleAssignments", Deployment.Least()).Select(a =>
        {
            var id = (string)a.At("properties.roleDefinitionId")!;
            var on = Regex.Replace((string)a.At("scope")!, "[‹›]|[a-z2-7]{13}(?=›)", "");
            return $"{Roles[id[^37..^1]]} on {on}";
        });
        Assert.Equal(
            [
                "Key Vault Crypto User on keys[0]",
                "Key Vault Crypto User on keys[1]",
                "Key Vault Crypto User on keys[2]",
                "Monitoring Metrics Publisher on appi-latchkey-",
                "Storage Blob Data Contributor on stfiles",
                "Storage Blob Data Owner on sthost",
                "Storage Blob Delegator on stfiles",
                "Storage Table Data Contributor on sttables",
            ],
            given.Order(StringComparer.Ordinal));
    }

    // The operator's page lets the deployer give these roles only.
    [Fact]
    public void The_operators_page_names_each_of_these_roles() =>
        Assert.All(Roles.Keys, id => Assert.Contains(id, Repository.Read("infra/README.md")!, StringComparison.Ordinal));

    [Fact]
    public void The_app_gets_the_settings_that_it_reads()
    {
        var settings = Settings(Deployment.Least());
        var names = settings.Keys.Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
                "APPLICATIONINSIGHTS_CONNECTION_STRING",
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED",
                "AZURE_CLIENT_ID",
                "AzureFunctionsJobHost__logging__logLevel__Function",
                "AzureWebJobsStorage__accountName",
                "AzureWebJobsStorage__clientId",
                "AzureWebJobsStorage__credential",
                "Latchkey__OperatorSecretHash",
                "Latchkey__Origin",
                "Latchkey__Signing__AccessTokenKey",
                "Latchkey__Signing__IdTokenKey",
                "Latchkey__Signing__Mode",
                "Latchkey__Signing__Vault",
                "Latchkey__Signing__WrapKey",
                "Latchkey__Storage__BlobEndpoint",
                "Latchkey__Storage__TableEndpoint",
                "Latchkey__TracePercent",
            ],
            names);
        Assert.Matches(@"^https://func-latchkey-\w{13}\.azurewebsites\.net$", settings["Latchkey__Origin"]);
        Assert.Matches(@"^‹sttables\w{13}›\.properties\.primaryEndpoints\.table$", settings["Latchkey__Storage__TableEndpoint"]);
        Assert.Matches(@"^‹stfiles\w{13}›\.properties\.primaryEndpoints\.blob$", settings["Latchkey__Storage__BlobEndpoint"]);
        Assert.Matches(@"^‹kv-\w{13}›\.properties\.vaultUri$", settings["Latchkey__Signing__Vault"]);
        Assert.Equal("access-token", settings["Latchkey__Signing__AccessTokenKey"]);
        Assert.Equal("id-token", settings["Latchkey__Signing__IdTokenKey"]);
        Assert.Equal("wrap", settings["Latchkey__Signing__WrapKey"]);
        Assert.Equal("true", settings["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
    }

    [Fact]
    public void Of_the_one_time_secret_only_a_hash_is_deployed_and_no_deployment_remembers_it()
    {
        Assert.Equal("", Settings(Deployment.Least())["Latchkey__OperatorSecretHash"]);
        Assert.Equal(new string('a', 64), Settings(Deployment.Full())["Latchkey__OperatorSecretHash"]);
        foreach (var file in new[] { "infra/main.bicep", "infra/modules/functionApp.bicep" })
            Assert.Matches(@"@secure\(\)\r?\nparam operatorSecretHash string", Repository.Read(file)!);
        Assert.DoesNotContain("output", Repository.Read("infra/main.bicep")!.Split('\n').Where(line => line.Contains("operatorSecretHash", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0]));
        foreach (var file in Repository.Templates("bicepparam")) // Never in a file; from the environment of the one deployment.
            Assert.Contains("param operatorSecretHash = readEnvironmentVariable('LATCHKEY_OPERATOR_SECRET_HASH', '')", Repository.Read(file)!, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_of_ones_own_becomes_the_origin() =>
        Assert.Equal("https://login.example.com", Settings(Deployment.Full())["Latchkey__Origin"]);

    [Fact]
    public void Our_own_page_and_web_views_may_put_blocks_and_nobody_else_may()
    {
        var services = Of("Microsoft.Storage/storageAccounts/blobServices", Deployment.Full()).Single(r => r.At("properties.cors") is not null);
        var rule = ((List<object?>)services.At("properties.cors.corsRules")!).Cast<Dictionary<string, object?>>().Single();
        List<string> Texts(string name) => [.. ((List<object?>)rule[name]!).Cast<string>()];
        Assert.Equal(["capacitor://localhost", "ionic://localhost", "http://localhost", "https://localhost", "https://login.example.com"], Texts("allowedOrigins"));
        // The emulator's rule (tests/Workshop/BlobCors.cs) is the same.
        Assert.Equal("GET,HEAD,PUT,OPTIONS", string.Join(',', Texts("allowedMethods")));
        Assert.Equal("content-type,content-md5,range,if-match,if-none-match,x-ms-*", string.Join(',', Texts("allowedHeaders")));
        Assert.Equal("content-length,content-md5,content-range,content-type,etag,x-ms-*", string.Join(',', Texts("exposedHeaders")));
    }

    [Fact]
    public void No_lifecycle_rule_ends_a_file_or_a_snapshot_that_serves_one()
    {
        var policy = Of("Microsoft.Storage/storageAccounts/managementPolicies", Deployment.Least()).Single();
        var actions = ((List<object?>)policy.At("properties.policy.rules")!).Cast<Dictionary<string, object?>>()
            .Select(r => (Dictionary<string, object?>)((Dictionary<string, object?>)r["definition"]!)["actions"]!);
        Assert.All(actions, a => Assert.Equal(["version"], a.Keys));
    }

    [Fact]
    public void The_least_deployment_has_nothing_that_costs_by_the_hour()
    {
        var kinds = Deployment.Least().Select(r => r.Kind).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(kinds, k => k.Split('/')[0] is "Microsoft.Network" or "Microsoft.Security");
        Assert.Empty((List<object?>)App(Deployment.Least()).At("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")!);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_parameter_file_deploys_the_app_on_NET_10_on_Flex_Consumption(string file)
    {
        var resources = Deployment.OfFile(file);
        Assert.Equal("FC1", Of("Microsoft.Web/serverfarms", resources).Single().At("sku.name"));
        Assert.Equal("dotnet-isolated", App(resources).At("properties.functionAppConfig.runtime.name"));
        Assert.Equal("10.0", App(resources).At("properties.functionAppConfig.runtime.version"));
    }

    private static DeployedResource App(IReadOnlyList<DeployedResource> resources) => Of("Microsoft.Web/sites", resources).Single();

    private static List<DeployedResource> Of(string kind, IReadOnlyList<DeployedResource> resources) =>
        [.. resources.Where(r => r.Kind == kind)];

    private static Dictionary<string, string> Settings(IReadOnlyList<DeployedResource> resources) =>
        ((List<object?>)App(resources).At("properties.siteConfig.appSettings")!)
        .Cast<Dictionary<string, object?>>()
        .ToDictionary(s => (string)s["name"]!, s => (string)s["value"]!);
}
