using System.Text.RegularExpressions;
using Azure.Bicep.Types.Concrete;
using Latchkey.Infra.Tests.Checks;
using Latchkey.Infra.Tests.Evaluation;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>
/// Names are derived, deterministic and legal:
/// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
/// </summary>
public sealed class NameTests
{
    // Where the published types say nothing of a name's form, the page above does.
    private static readonly Dictionary<string, string> Rules = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.Resources/resourceGroups"] = @"^[-\w._()]{0,89}[-\w_()]$",
        ["Microsoft.KeyVault/vaults"] = "^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$",
        ["Microsoft.Web/sites"] = "^[a-zA-Z0-9][a-zA-Z0-9-]{0,58}[a-zA-Z0-9]$",
        ["Microsoft.Web/serverfarms"] = "^[a-zA-Z0-9-]{1,60}$",
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$",
        ["Microsoft.Insights/components"] = @"^[^%&\\?/]{0,259}[^%&\\?/. ]$",
        ["Microsoft.Insights/actionGroups"] = @"^[^:<>+/&%\\?|]{0,259}[^:<>+/&%\\?|. ]$",
        ["Microsoft.Insights/metricAlerts"] = @"^[^*#&+:<>?@%{}\\/|]{0,259}[^*#&+:<>?@%{}\\/|. ]$",
        ["Microsoft.Insights/diagnosticSettings"] = "^[a-z-]{1,64}$",
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = "^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$",
        ["Microsoft.Network/virtualNetworks"] = @"^[a-zA-Z0-9][\w.-]{0,62}[\w]$",
        ["Microsoft.Network/privateEndpoints"] = @"^[a-zA-Z0-9][\w.-]{0,62}[\w]$",
        ["Microsoft.Network/privateEndpoints/privateDnsZoneGroups"] = "^[a-z]{1,80}$",
        ["Microsoft.Network/privateDnsZones"] = @"^(?=.{1,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$",
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = @"^[a-zA-Z0-9][\w.-]{0,78}[\w]$",
        ["Microsoft.Authorization/roleAssignments"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["Microsoft.Insights/workbooks"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        ["Microsoft.Consumption/budgets"] = "^[a-zA-Z0-9_-]{1,63}$",
        ["Microsoft.Web/sites/certificates"] = "^[a-zA-Z0-9-]{1,260}$",
        ["Microsoft.Web/sites/hostNameBindings"] = @"^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$",
    };

    [Theory]
    [InlineData("dev", "westeurope")]
    [InlineData("a", "eastus2euap")]
    [InlineData("UPPER_and-lower", "West Europe")]
    [InlineData("dots.and(brackets).", "germanywestcentral")]
    [InlineData("sixty-four-characters-is-the-most-that-an-environment-may-have-x", "southafricanorth")]
    public void Every_name_is_legal_whatever_the_environment_is_called(string environment, string location)
    {
        var resources = Deployment.Full(environment, location);
        Assert.NotEmpty(resources);
        Assert.All(resources, AssertLegal);
    }

    [Fact]
    public void Names_are_the_same_for_the_same_input_and_differ_for_another()
    {
        Assert.Equal(Names("prod", "westeurope"), Names("prod", "westeurope"));
        Assert.Equal(Names("prod", "westeurope")[1..], Names("PROD", "West Europe")[1..]);
        Assert.Empty(Global("prod", "westeurope").Intersect(Global("dev", "westeurope")));
        Assert.Empty(Global("prod", "westeurope").Intersect(Global("prod", "northeurope")));
    }

    [Fact]
    public void No_two_resources_of_a_kind_share_a_name()
    {
        var twice = Deployment.Full().GroupBy(r => (r.Kind, r.Name, r.At("parent"), r.At("scope"))).Where(g => g.Count() > 1);
        Assert.Empty(twice.Select(g => g.Key));
    }

    private static void AssertLegal(DeployedResource resource)
    {
        var type = AzureTypes.All.Find(resource.Type)!.Body.Type is ObjectType known ? known.Properties["name"].Type.Type : null;
        var constraint = Rules.GetValueOrDefault(resource.Kind) ?? (type as StringType)?.Pattern;
        if (constraint is null)
        {
            // What is left has one fixed name, which the type check holds.
            Assert.True(type is null or StringLiteralType or UnionType, $"no rule for names of {resource.Kind}");
            return;
        }
        Assert.Matches(new Regex(constraint), resource.Name);
        if (type is StringType limits) Assert.InRange(resource.Name.Length, limits.MinLength ?? 1, limits.MaxLength ?? 260);
    }

    private static List<string> Names(string environment, string location) =>
        [.. Deployment.Full(environment, location).Select(r => r.Name)];

    // Names that must be free in all of Azure.
    private static IEnumerable<string> Global(string environment, string location) => Deployment.Full(environment, location)
        .Where(r => r.Kind is "Microsoft.Web/sites" or "Microsoft.KeyVault/vaults" or "Microsoft.Storage/storageAccounts")
        .Select(r => r.Name);
}
