using System.Text.RegularExpressions;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>
/// Names are derived, deterministic and legal:
/// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
/// </summary>
public sealed class NameTests
{
    // A child's rule is for its own part of the name. Letters that only one name may be are in one place: the fixed ones.
    private static readonly Dictionary<string, string> Rules = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.Storage/storageAccounts"] = "^[a-z0-9]{3,24}$",
        ["Microsoft.KeyVault/vaults/keys"] = "^[a-zA-Z0-9-]{1,127}$",
        ["Microsoft.OperationalInsights/workspaces"] = "^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$",
        ["Microsoft.Insights/scheduledQueryRules"] = @"^[^*#&+:<>?@%{}\\/|]{0,259}[^*#&+:<>?@%{}\\/|. ]$",
        ["Microsoft.Insights/webtests"] = @"^[a-zA-Z0-9-]{1,260}$",
        ["Microsoft.Communication/communicationServices"] = "^[a-zA-Z0-9-]{1,63}$",
        ["Microsoft.Communication/emailServices"] = "^[a-zA-Z0-9-]{1,63}$",
        ["Microsoft.Communication/emailServices/domains"] = "^AzureManagedDomain$",
        ["Microsoft.Storage/storageAccounts/blobServices"] = "^default$",
        ["Microsoft.Storage/storageAccounts/managementPolicies"] = "^default$",
        ["Microsoft.Web/sites/basicPublishingCredentialsPolicies"] = "^(ftp|scm)$",
        ["Microsoft.Security/defenderForStorageSettings"] = "^current$",
        ["Microsoft.Resources/resourceGroups"] = @"^[-\w._()]{0,89}[-\w_()]$",
        ["Microsoft.KeyVault/vaults"] = "^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$",
        ["Microsoft.Web/sites"] = "^[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]$",
        ["Microsoft.Web/serverfarms"] = "^[a-zA-Z0-9-]{1,60}$",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$",
        ["Microsoft.Insights/components"] = @"^[^%&\\?/]{0,259}[^%&\\?/. ]$",
        ["Microsoft.Insights/actionGroups"] = @"^[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]$",
        ["Microsoft.Insights/metricAlerts"] = @"^[^*#&+:<>?@%{}\\/|]{0,259}[^*#&+:<>?@%{}\\/|. ]$",
        ["Microsoft.Insights/diagnosticSettings"] = "^[a-z-]{1,64}$",
        ["Microsoft.Storage/storageAccounts/queueServices"] = "^default$",
        ["Microsoft.Storage/storageAccounts/queueServices/queues"] = "^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        ["Microsoft.Network/virtualNetworks"] = @"^[a-zA-Z0-9][\w.-]{0,62}[\w]$",
        ["Microsoft.Network/privateEndpoints"] = @"^[a-zA-Z0-9][\w.-]{0,62}[\w]$",
        ["Microsoft.Network/privateEndpoints/privateDnsZoneGroups"] = "^[a-z]{1,80}$",
        ["Microsoft.Network/privateDnsZones"] = @"^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$",
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = @"^[a-zA-Z0-9][\w.-]{0,78}[\w]$",
        ["Microsoft.Authorization/roleAssignments"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["Microsoft.EventGrid/topics/eventSubscriptions"] = "^[a-zA-Z0-9-]{3,64}$",
        ["Microsoft.SignalRService/webPubSub"] = "^[a-zA-Z][a-zA-Z0-9-]{1,61}[a-zA-Z0-9]$",
        ["Microsoft.EventGrid/topics"] = "^[a-zA-Z0-9-]{3,50}$",
        ["Microsoft.Insights/workbooks"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["Microsoft.Consumption/budgets"] = "^[a-zA-Z0-9_-]{1,63}$",
        ["Microsoft.Web/sites/certificates"] = "^[a-zA-Z0-9-]{1,260}$",
        ["Microsoft.Web/sites/hostNameBindings"] = @"^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$",
    };

    [CompilerTheory]
    [InlineData("dev", "westeurope")]
    [InlineData("a", "eastus2euap")]
    [InlineData("UPPER_and-lower", "West Europe")]
    [InlineData("dots.and(brackets).", "germanywestcentral")]
    [InlineData("sixty-four-characters-is-the-most-that-an-environment-may-have-x", "southafricanorth")]
    public void Every_name_is_legal_whatever_the_environment_is_called(string environment, string location)
    {
        var resources = Deployment.Full(environment, location).Resources;
        Assert.NotEmpty(resources);
        Assert.All(resources, AssertLegal);
    }

    [CompilerFact]
    public void Names_are_the_same_for_the_same_input_and_differ_for_another()
    {
        Assert.Equal(Names("prod", "westeurope"), Names("prod", "westeurope"));
        Assert.Equal(Names("prod", "westeurope"), Names("PROD", "West Europe"));
        Assert.Empty(Global("prod", "westeurope").Intersect(Global("dev", "westeurope")));
        Assert.Empty(Global("prod", "westeurope").Intersect(Global("prod", "northeurope")));
    }

    [CompilerFact]
    public void No_two_resources_of_a_kind_share_a_name()
    {
        var twice = Deployment.Full().Resources.GroupBy(r => r.Id).Where(g => g.Count() > 1);
        Assert.Empty(twice.Select(g => g.Key));
    }

    private static void AssertLegal(DeployedResource resource)
    {
        Assert.True(Rules.TryGetValue(resource.Kind, out var rule), $"no rule for names of {resource.Kind}");
        Assert.Matches(new Regex(rule), resource.Name);
    }

    private static List<string> Names(string environment, string location) =>
        [.. Deployment.Full(environment, location).Resources.Select(r => r.Name)];

    // Names that must be free in all of Azure.
    private static IEnumerable<string> Global(string environment, string location) => Deployment.Full(environment, location).Resources
        .Where(r => r.Kind is "Microsoft.Web/sites" or "Microsoft.KeyVault/vaults" or "Microsoft.Storage/storageAccounts")
        .Select(r => r.Name);
}
