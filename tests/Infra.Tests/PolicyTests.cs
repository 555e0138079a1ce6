using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["12338af0-0e69-4776-bea7-57ae8d297424"] = "Key Vault Crypto User",
        ["4633458b-17de-408a-b874-0445c86b69e6"] = "Key Vault Secrets User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        ["d5a91429-5739-47e2-a06b-3470a27159e7"] = "EventGrid Data Sender",
        ["12cf5a90-567b-43ae-8102-96cf46c7d9b4"] = "Web PubSub Service Owner",
        ["09976791-48a7-449e-bb21-39d1a415f350"] = "Communication and Email Service Owner",
    };

    private static readonly string[] Everywhere =
    [
        "Key Vault Crypto User on keys access-token",
        "Key Vault Crypto User on keys id-token",
        "Key Vault Crypto User on keys wrap",
        "Monitoring Metrics Publisher on components appi-latchkey-",
        "Storage Blob Data Contributor on storageAccounts stfiles",
        "Storage Blob Data Owner on storageAccounts sthost",
        "Storage Blob Delegator on storageAccounts stfiles",
        "Storage Queue Data Contributor on storageAccounts sthost",
        "Storage Table Data Contributor on storageAccounts sttables",
    ];

    public static TheoryData<string> Files => [.. Repository.Templates("bicepparam")];

    [CompilerFact]
    public void No_storage_account_takes_keys_or_shows_a_container_to_the_public()
    {
        var accounts = Deployment.Least().All("Microsoft.Storage/storageAccounts");
        Assert.Equal(3, accounts.Count);
        Assert.All(accounts, account =>
        {
            Assert.Equal(false, account.At("properties.allowSharedKeyAccess"));
            Assert.Equal(false, account.At("properties.allowBlobPublicAccess"));
            Assert.Equal(true, account.At("properties.supportsHttpsTrafficOnly"));
            Assert.Equal("TLS1_2", account.At("properties.minimumTlsVersion"));
            Assert.Equal("1.00:00:00", account.At("properties.sasPolicy.sasExpirationPeriod"));
        });
        Assert.All(Deployment.Full().All("Microsoft.Storage/storageAccounts/blobServices/containers"),
            container => Assert.Equal("None", container.At("properties.publicAccess")));
    }

    [CompilerFact]
    public void The_vault_goes_by_roles_and_can_not_be_purged()
    {
        var vault = Deployment.Least().All("Microsoft.KeyVault/vaults").Single();
        Assert.Equal(true, vault.At("properties.enableRbacAuthorization"));
        Assert.Equal(true, vault.At("properties.enablePurgeProtection"));
        Assert.Null(vault.At("properties.accessPolicies"));
    }

    [CompilerFact]
    public void Telemetry_and_mail_take_no_keys()
    {
        Assert.Equal(true, Deployment.Full().All("Microsoft.Insights/components").Single().At("properties.DisableLocalAuth"));
        Assert.Equal(true,
            Deployment.Full().All("Microsoft.OperationalInsights/workspaces").Single().At("properties.features.disableLocalAuth"));
        Assert.Equal(true,
            Deployment.Full().All("Microsoft.Communication/communicationServices").Single().At("properties.disableLocalAuth"));
    }

    [CompilerFact]
    public void The_topic_for_events_takes_no_keys_and_the_app_knows_its_endpoint()
    {
        var topic = Deployment.Full().All("Microsoft.EventGrid/topics")
            .Single(topic => topic.Name.StartsWith("evgt-latchkey-", StringComparison.Ordinal));
        Assert.Equal(true, topic.At("properties.disableLocalAuth"));
        Assert.Equal("CloudEventSchemaV1_0", topic.At("properties.inputSchema"));
        Assert.Equal("1.2", topic.At("properties.minimumTlsVersionAllowed"));
        Assert.Contains("/evgt-latchkey-", Deployment.Full().Settings["Latchkey__EventGridTopic"], StringComparison.Ordinal);
        Assert.Empty(Deployment.Least().All("Microsoft.EventGrid/topics"));
        Assert.Equal("", Deployment.Least().Settings["Latchkey__EventGridTopic"]);
    }

    [CompilerFact]
    public void The_service_for_messages_takes_no_keys_is_watched_and_the_app_knows_its_endpoint()
    {
        var service = Deployment.Full().All("Microsoft.SignalRService/webPubSub").Single();
        Assert.Equal(true, service.At("properties.disableLocalAuth"));
        Assert.Equal("Standard_S1", service.At("sku.name"));
        Assert.Contains("/wps-latchkey-", Deployment.Full().Settings["Latchkey__Messages__Endpoint"], StringComparison.Ordinal);
        Assert.Equal("Free",
            Deployment.Least("param messages = 'Free_F1'").All("Microsoft.SignalRService/webPubSub").Single().At("sku.tier"));
        Assert.Empty(Deployment.Least().All("Microsoft.SignalRService/webPubSub"));
        Assert.Equal("", Deployment.Least().Settings["Latchkey__Messages__Endpoint"]);
    }

    [CompilerFact]
    public void Defenders_results_come_from_its_own_topic_into_the_queue_and_the_app_knows_the_topic()
    {
        var full = Deployment.Full();
        var topic = full.All("Microsoft.EventGrid/topics").Single(topic => topic.Name.StartsWith("evgt-scan-", StringComparison.Ordinal));
        Assert.Equal("EventGridSchema", topic.At("properties.inputSchema"));
        var delivery = full.All("Microsoft.EventGrid/topics/eventSubscriptions").Single();
        const string To = "properties.deliveryWithResourceIdentity";
        Assert.Equal("StorageQueue", delivery.At($"{To}.destination.endpointType"));
        Assert.Equal("scan-results", delivery.At($"{To}.destination.properties.queueName"));
        Assert.Contains("/sthost", (string)delivery.At($"{To}.destination.properties.resourceId")!, StringComparison.Ordinal);
        Assert.Contains("/id-latchkey-", (string)delivery.At($"{To}.identity.userAssignedIdentity")!, StringComparison.Ordinal);
        Assert.Equal(["Microsoft.Security.MalwareScanningResult"], (List<object?>)delivery.At("properties.filter.includedEventTypes")!);
        Assert.Equal("scan-results", full.All("Microsoft.Storage/storageAccounts/queueServices/queues").Single().Name);
        var defender = full.All("Microsoft.Security/defenderForStorageSettings").Single();
        var named = (string)defender.At("properties.malwareScanning.scanResultsEventGridTopicResourceId")!;
        Assert.EndsWith($"/Microsoft.EventGrid/topics/{topic.Name}", named, StringComparison.Ordinal);
        Assert.Equal(("Defender", named), (full.Settings["Latchkey__Scan__Mode"], full.Settings["Latchkey__Scan__Topic"]));
        Assert.False(Deployment.Least().Settings.ContainsKey("Latchkey__Scan__Mode"));
        Assert.Empty(Deployment.Least().All("Microsoft.Security/defenderForStorageSettings"));
        var clamAv = Deployment.Least("param clamAvAddress = 'clamav.internal:3310'").Settings;
        Assert.Equal(("ClamAv", "clamav.internal:3310"), (clamAv["Latchkey__Scan__Mode"], clamAv["Latchkey__Scan__Address"]));
    }

    [CompilerFact]
    public void A_private_deployment_leaves_only_the_files_open()
    {
        var full = Deployment.Full();
        var open = full.Resources.Where(r => r.Kind is "Microsoft.Storage/storageAccounts" or "Microsoft.KeyVault/vaults")
            .Where(r => !Equals(r.At("properties.publicNetworkAccess"), "Disabled")
                || !Equals(r.At("properties.networkAcls.defaultAction"), "Deny"));
        Assert.StartsWith("stfiles", Assert.Single(open).Name, StringComparison.Ordinal);
        var connections = full.All("Microsoft.Network/privateEndpoints")
            .Select(endpoint =>
                ((List<object?>)endpoint.At("properties.privateLinkServiceConnections")!).Cast<Dictionary<string, object?>>().Single())
            .Select(connection => (Dictionary<string, object?>)connection["properties"]!)
            .Select(to => $"{((string)to["privateLinkServiceId"]!).Split('/')[^1][..^13]} {((List<object?>)to["groupIds"]!).Single()}");
        Assert.Equal(["kv- vault", "sthost blob", "sthost queue", "sttables table"], connections.Order(StringComparer.Ordinal));
    }

    [CompilerFact]
    public void The_app_has_these_roles_and_no_others() => Assert.Equal(Everywhere, Given(Deployment.Least()));

    [CompilerFact]
    public void Mail_adds_one_role_each_way_and_a_topic_for_events_and_messages_one_each()
    {
        Assert.Equal(
            [.. Everywhere.Append("Communication and Email Service Owner on communicationServices acs-latchkey-")
                .Append("EventGrid Data Sender on topics evgt-latchkey-")
                .Append("Web PubSub Service Owner on webPubSub wps-latchkey-")
                .Order(StringComparer.Ordinal)],
            Given(Deployment.Full()));
        Assert.Equal([.. Everywhere.Append("Key Vault Secrets User on secrets smtp-password").Order(StringComparer.Ordinal)],
            Given(Deployment.Smtp()));
    }

    [CompilerFact]
    public void Every_role_is_the_apps_own() => Assert.All(Deployment.Full().All("Microsoft.Authorization/roleAssignments"), given =>
    {
        Assert.Matches("userAssignedIdentities/id-latchkey-", (string)given.At("properties.principalId")!);
        Assert.Equal("ServicePrincipal", given.At("properties.principalType"));
    });

    // The operator's page lets the deployer give these roles only.
    [Fact]
    public void The_operators_page_names_each_of_these_roles() =>
        Assert.All(Roles.Keys, id => Assert.Contains(id, Repository.Read("infra/README.md"), StringComparison.Ordinal));

    [CompilerFact]
    public void The_app_finds_its_own_surroundings()
    {
        var settings = Deployment.Least().Settings;
        Assert.Matches(@"^https://func-latchkey-\w{13}\.azurewebsites\.net$", settings["Latchkey__Origin"]);
        Assert.Matches(@"^\[reference\('/[^']+/sttables\w{13}', '[\d-]+'\)\.primaryEndpoints\.table\]$",
            settings["Latchkey__Storage__TableEndpoint"]);
        Assert.Matches(@"^\[reference\('/[^']+/stfiles\w{13}', '[\d-]+'\)\.primaryEndpoints\.blob\]$",
            settings["Latchkey__Storage__BlobEndpoint"]);
        // The account where the host's queue triggers look.
        Assert.Matches(@"^\[reference\('/[^']+/sthost\w{13}', '[\d-]+'\)\.primaryEndpoints\.queue\]$",
            settings["Latchkey__Storage__QueueEndpoint"]);
        Assert.Matches(@"^sthost\w{13}$", settings["AzureWebJobsStorage__accountName"]);
        Assert.Matches(@"^\[reference\('/[^']+/kv-\w{13}', '[\d-]+'\)\.vaultUri\]$", settings["Latchkey__Signing__Vault"]);
        Assert.Equal("access-token", settings["Latchkey__Signing__AccessTokenKey"]);
        Assert.Equal("id-token", settings["Latchkey__Signing__IdTokenKey"]);
        Assert.Equal("wrap", settings["Latchkey__Signing__WrapKey"]);
    }

    [CompilerFact]
    public void The_host_shows_no_page_of_its_own_takes_small_bodies_and_tells_the_callers_address()
    {
        var least = Deployment.Least();
        Assert.Equal("true", least.Settings["AzureWebJobsDisableHomepage"]);
        Assert.Equal("33554432", least.Settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]);
        Assert.Equal("true", least.Settings["ASPNETCORE_FORWARDEDHEADERS_ENABLED"]);
        Assert.Equal("1.2", least.App.At("properties.siteConfig.minTlsVersion"));
        Assert.Equal("1.2", least.App.At("properties.siteConfig.scmMinTlsVersion"));
        Assert.Equal(true, least.App.At("properties.siteConfig.http20Enabled"));
        Assert.Equal(true, least.App.At("properties.httpsOnly"));
    }

    // Measured on the worker with bodies of 100 MiB: one takes 596 MB, four at once 1,810.
    [CompilerTheory]
    [InlineData(512)]
    [InlineData(2048)]
    [InlineData(4096)]
    public void As_many_requests_as_an_instance_takes_at_once_fit_into_its_memory(int memory)
    {
        var least = Deployment.Least($"param instanceMemoryMB = {memory}");
        var atOnce = (long)least.App.At("properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency")!;
        const double PerMiB = (1810 - 596) / 300.0;
        const double Idle = 596 - 100 * PerMiB;
        var each = long.Parse(least.Settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"], null) / 1048576.0 * PerMiB;
        Assert.True(atOnce >= 2, "One request at a time would hold up the next behind a slow upload.");
        Assert.InRange(Idle + atOnce * each, 0, memory);
        Assert.True(Idle + (atOnce + 1) * each > memory, "More would fit.");
    }

    [CompilerFact]
    public void Of_the_one_time_secret_only_a_hash_is_deployed_and_no_deployment_remembers_it()
    {
        // Secure: not even a snapshot shows its value.
        Assert.Equal("[parameters('operatorSecretHash')]", Deployment.Full().Settings["Latchkey__OperatorSecretHash"]);
        foreach (var file in new[] { "infra/main.bicep", "infra/modules/functionApp.bicep" })
        {
            var parameter = JsonNode.Parse(Compiler.Compile(Repository.At(file)).Template!)!["parameters"]!["operatorSecretHash"]!;
            Assert.Equal("securestring", ((string)parameter["type"]!).ToLowerInvariant());
            Assert.True(file != "infra/main.bicep" || (string?)parameter["defaultValue"] == "");
        }
        foreach (var file in Repository.Templates("bicepparam")) // Never in a file; from the environment of the one deployment.
            Assert.Contains("param operatorSecretHash = readEnvironmentVariable('LATCHKEY_OPERATOR_SECRET_HASH', '')",
                Repository.Read(file), StringComparison.Ordinal);
    }

    [CompilerFact]
    public void No_output_tells_a_secret()
    {
        // Everything that a deployment's history shows to whoever may read it.
        Assert.Equal(
            [
                "AZURE_CLIENT_ID", "AZURE_FUNCTION_APP", "AZURE_RESOURCE_GROUP", "CUSTOM_DOMAIN_VERIFICATION_ID", "LATCHKEY_ORIGIN",
                "LATCHKEY_SIGNING_ACCESS_TOKEN_KEY", "LATCHKEY_SIGNING_ID_TOKEN_KEY", "LATCHKEY_SIGNING_MODE", "LATCHKEY_SIGNING_VAULT",
                "LATCHKEY_SIGNING_WRAP_KEY", "LATCHKEY_STORAGE_BLOB_ENDPOINT", "LATCHKEY_STORAGE_QUEUE_ENDPOINT",
                "LATCHKEY_STORAGE_TABLE_ENDPOINT", "MUTUAL_TLS_FUNCTION_APP",
            ],
            Deployment.Full().Outputs.Keys.Order(StringComparer.Ordinal));
        // The modules' too: those are in the history of the resource group.
        var templates = Repository.Templates("bicep").Select(file => JsonNode.Parse(Compiler.Compile(Repository.At(file)).Template!)!);
        Assert.All(templates.SelectMany(template => template["outputs"]?.AsObject().Select(output => output.Value!.ToJsonString()) ?? []),
            output => Assert.DoesNotMatch("(?i)list[a-z]*\\(|connectionString|instrumentationKey|password|secretHash", output));
    }

    [CompilerFact]
    public void A_domain_of_ones_own_becomes_the_origin()
    {
        Assert.Equal("https://login.company.com", Deployment.Full().Settings["Latchkey__Origin"]);
        Assert.Contains(Deployment.Full().All("Microsoft.Web/sites/hostNameBindings"), binding => binding.Name == "login.company.com");
        Assert.Empty(Deployment.Least().All("Microsoft.Web/sites/hostNameBindings"));
    }

    [CompilerFact]
    public void Behind_Front_Door_nobody_else_gets_in_and_the_domain_is_Front_Doors()
    {
        const string Id = "3b1f7c5e-8a4d-4f0e-9c55-0d6f2f6f1a10";
        var behind = Deployment.Least($"param frontDoorId = '{Id}'", "param domain = 'login.company.com'");
        Assert.Equal(Id, behind.Settings["Latchkey__FrontDoorId"]);
        Assert.Equal("https://login.company.com", behind.Settings["Latchkey__Origin"]);
        Assert.Equal("Deny", behind.App.At("properties.siteConfig.ipSecurityRestrictionsDefaultAction"));
        var rule = ((List<object?>)behind.App.At("properties.siteConfig.ipSecurityRestrictions")!).Cast<Dictionary<string, object?>>()
            .Single();
        Assert.Equal(("Allow", "ServiceTag", "AzureFrontDoor.Backend"), (rule["action"], rule["tag"], rule["ipAddress"]));
        Assert.Equal([Id], (List<object?>)((Dictionary<string, object?>)rule["headers"]!)["x-azure-fdid"]!);
        Assert.Empty(behind.All("Microsoft.Web/sites/hostNameBindings"));
        Assert.DoesNotContain("Latchkey__FrontDoorId", Deployment.Least().Settings.Keys);
        Assert.Equal("Allow", Deployment.Least().App.At("properties.siteConfig.ipSecurityRestrictionsDefaultAction"));
    }

    // What a deployment changes for everybody has no default to fall back to.
    [CompilerTheory]
    [InlineData("environmentName")]
    [InlineData("location")]
    [InlineData("domain")]
    [InlineData("frontDoorId")]
    [InlineData("mailMode")]
    [InlineData("alertEmail")]
    public void A_parameter_file_that_forgets_a_choice_is_refused(string choice)
    {
        foreach (var path in Repository.Templates("bicepparam"))
        {
            var text = Regex.Replace(Repository.Read(path), $"(?m)^param {choice} = .*\n", "")
                .Replace("using 'main.bicep'\n", "", StringComparison.Ordinal);
            Assert.NotEqual(Repository.Read(path).Length, text.Length + "using 'main.bicep'\n".Length);
            var said = Compiler.Compile(Deployment.WriteParameters(text)).Said;
            Assert.Contains(said, one => one.Level == "Error" && one.Message.Contains($"\"{choice}\"", StringComparison.Ordinal));
        }
    }

    [CompilerFact]
    public void A_parameter_file_whose_domain_was_never_set_can_not_be_deployed()
    {
        var refused = Assert.Throws<CompilerException>(() => Deployment.Least("param domain = 'login.example.com'").App);
        Assert.Contains("Set the parameter domain", refused.Message, StringComparison.Ordinal);
        Assert.Contains("param domain = 'login.example.com'", Repository.Read("infra/prod.bicepparam"), StringComparison.Ordinal);
    }

    [CompilerFact]
    public void What_a_deployment_chooses_is_in_its_parameter_file_and_not_in_a_variable_that_a_run_may_lack()
    {
        foreach (var path in Repository.Templates("bicepparam"))
        {
            var read = Regex.Matches(Repository.Read(path), @"readEnvironmentVariable\('(\w+)'").Select(match => match.Groups[1].Value);
            Assert.Empty(read.Except(["AZURE_ENV_NAME", "AZURE_LOCATION", "LATCHKEY_OPERATOR_SECRET_HASH"]));
        }
        // The deployment and its what-if take the same file, and add nothing to it.
        foreach (var workflow in new[] { "deploy", "deploy-environment" })
        {
            var text = Repository.Read($".github/workflows/{workflow}.yml");
            Assert.Contains("--parameters \"infra/$ENVIRONMENT.bicepparam\"", text, StringComparison.Ordinal);
            Assert.Single(Regex.Matches(text, "--parameters"));
        }
    }

    [CompilerFact]
    public void A_budget_starts_in_the_month_of_its_deployment() =>
        Assert.Equal("[utcNow('yyyy-MM-01')]",
            Deployment.Full().All("Microsoft.Consumption/budgets").Single().At("properties.timePeriod.startDate"));

    [CompilerFact]
    public void Mail_goes_out_through_Azure_or_through_a_server_whose_password_stays_in_the_vault()
    {
        var azure = Deployment.Full().Settings;
        Assert.Equal("Azure", azure["Latchkey__Mail__Mode"]);
        Assert.Matches(@"^\[format\('https://\{0\}', reference\('[^']+/acs-latchkey-\w+', '[\d-]+'\)\.hostName\)\]$",
            azure["Latchkey__Mail__Endpoint"]);
        Assert.Matches("^\\[format\\('DoNotReply@\\{0\\}', reference\\('[^']+/AzureManagedDomain', '[\\d-]+'\\)\\.fromSenderDomain\\)\\]$",
            azure["Latchkey__Mail__From"]);
        var smtp = Deployment.Smtp().Settings;
        Assert.Equal(("Smtp", "no-reply@company.com", "smtp.company.com", "587", "latchkey"),
            (smtp["Latchkey__Mail__Mode"], smtp["Latchkey__Mail__From"],
            smtp["Latchkey__Mail__SmtpHost"], smtp["Latchkey__Mail__SmtpPort"], smtp["Latchkey__Mail__SmtpUser"]));
        Assert.Matches(@"^@Microsoft\.KeyVault\(VaultName=kv-\w{13};SecretName=smtp-password\)$", smtp["Latchkey__Mail__SmtpPassword"]);
        Assert.Contains("id-latchkey-", (string)Deployment.Smtp().App.At("properties.keyVaultReferenceIdentity")!,
            StringComparison.Ordinal);
        Assert.Empty(Deployment.Smtp().All("Microsoft.Communication/communicationServices"));
        var refused = Assert.Throws<CompilerException>(() => Deployment.Least("param mailMode = 'Smtp'").App);
        Assert.Contains("needs mailSmtpHost and mailFrom", refused.Message, StringComparison.Ordinal);
    }

    [CompilerFact]
    public void A_sender_of_ones_own_is_made_in_ones_own_domain()
    {
        var own = Deployment.Least("param mailMode = 'Azure'", "param mailFrom = 'sign-in@company.com'");
        Assert.Equal("sign-in@company.com", own.Settings["Latchkey__Mail__From"]);
        var domain = own.All("Microsoft.Communication/emailServices/domains").Single();
        Assert.Equal(("company.com", "CustomerManaged"), (domain.Name, domain.At("properties.domainManagement")));
        Assert.Equal("sign-in",
            own.All("Microsoft.Communication/emailServices/domains/senderUsernames").Single().At("properties.username"));
    }

    [CompilerFact]
    public void Our_own_page_and_web_views_may_put_blocks_and_nobody_else_may()
    {
        var services = Deployment.Full().All("Microsoft.Storage/storageAccounts/blobServices")
            .Single(r => r.At("properties.cors") is not null);
        var rule = ((List<object?>)services.At("properties.cors.corsRules")!).Cast<Dictionary<string, object?>>().Single();
        List<string> Texts(string name) => [.. ((List<object?>)rule[name]!).Cast<string>()];
        Assert.Equal(["capacitor://localhost", "ionic://localhost", "http://localhost", "https://localhost", "https://login.company.com"],
            Texts("allowedOrigins"));
        // The emulator's rule (tests/Workshop/BlobCors.cs) is the same.
        Assert.Equal("GET,HEAD,PUT,OPTIONS", string.Join(',', Texts("allowedMethods")));
        Assert.Equal("content-type,content-md5,range,if-match,if-none-match,x-ms-*", string.Join(',', Texts("allowedHeaders")));
        Assert.Equal("content-length,content-md5,content-range,content-type,etag,x-ms-*", string.Join(',', Texts("exposedHeaders")));
    }

    [CompilerFact]
    public void No_lifecycle_rule_ends_a_file_or_a_snapshot_that_serves_one()
    {
        var policy = Deployment.Least().All("Microsoft.Storage/storageAccounts/managementPolicies").Single();
        var actions = ((List<object?>)policy.At("properties.policy.rules")!).Cast<Dictionary<string, object?>>()
            .Select(r => (Dictionary<string, object?>)((Dictionary<string, object?>)r["definition"]!)["actions"]!);
        Assert.All(actions, a => Assert.Equal(["version"], a.Keys));
    }

    [CompilerFact]
    public void The_least_deployment_has_nothing_that_costs_by_the_hour()
    {
        var kinds = Deployment.Least().Resources.Select(r => r.Kind).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(kinds, k => k.Split('/')[0] is "Microsoft.Network" or "Microsoft.Security" or "Microsoft.Communication");
        Assert.DoesNotContain("Microsoft.Insights/webtests", kinds);
        Assert.Empty((List<object?>)Deployment.Least().App.At("properties.functionAppConfig.scaleAndConcurrency.alwaysReady")!);
        Assert.Equal(false, Deployment.Least().All("Microsoft.Web/serverfarms").Single().At("properties.zoneRedundant"));
    }

    [CompilerTheory]
    [MemberData(nameof(Files))]
    public void A_parameter_file_deploys_the_app_on_NET_10_on_Flex_Consumption(string file)
    {
        var deployed = Deployment.OfFile(file);
        Assert.Equal("FC1", deployed.All("Microsoft.Web/serverfarms").Single().At("sku.name"));
        Assert.Equal("dotnet-isolated", deployed.App.At("properties.functionAppConfig.runtime.name"));
        Assert.Equal("10.0", deployed.App.At("properties.functionAppConfig.runtime.version"));
    }

    private static string[] Given(Deployment deployment) =>
        [.. deployment.All("Microsoft.Authorization/roleAssignments").Select(assignment =>
        {
            var role = Roles[((string)assignment.At("properties.roleDefinitionId")!)[^36..]];
            return $"{role} on {Regex.Replace(assignment.On, "[a-z2-7]{13}$", "")}";
        }).Order(StringComparer.Ordinal)];
}
