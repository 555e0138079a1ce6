using Latchkey.Infra.Tests.Checks;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The check finds what it claims to find: a sound template, broken in one place at a time.</summary>
public sealed class RejectionTests
{
    private const string Main = """
        param location string
        @allowed(['Standard_LRS', 'Standard_ZRS'])
        param sku string = 'Standard_LRS'

        resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
          name: 'stexample'
          location: location
          kind: 'StorageV2'
          sku: {
            name: sku
          }
          properties: {
            allowSharedKeyAccess: false
            networkAcls: {
              defaultAction: 'Deny'
            }
          }
        }

        resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
          parent: account
          name: 'default'
          properties: {
            deleteRetentionPolicy: {
              enabled: true
              days: 7
            }
          }
        }

        var folders = [
          { name: 'in', public: 'None' }
          { name: 'out', public: 'None' }
        ]

        resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
          for folder in folders: if (folder.name != 'off') {
            parent: blobs
            name: '${folder.name}-box'
            properties: {
              publicAccess: folder.public
            }
          }
        ]

        module vault 'vault.bicep' = {
          name: 'vault'
          params: {
            name: 'kv-example'
            location: location
          }
        }

        output uri string = vault.outputs.uri
        output endpoint string = account.properties.primaryEndpoints.blob
        """;

    private const string Vault = """
        param name string
        param location string
        @minValue(7)
        param retention int = 90

        resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
          name: name
          location: location
          properties: {
            tenantId: tenant().tenantId
            softDeleteRetentionInDays: retention
            sku: {
              family: 'A'
              name: 'standard'
            }
          }
        }

        output uri string = vault.properties.vaultUri
        """;

    private const string Parameters = """
        using 'main.bicep'
        param location = 'westeurope'
        """;

    [Fact]
    public void A_sound_template_is_let_through() => Assert.Empty(Check(Main, Vault, Parameters));

    [Theory]
    [InlineData("allowSharedKeyAccess: false", "allowSharedKeyAcces: false", "has no property 'allowSharedKeyAcces'")]
    [InlineData("allowSharedKeyAccess: false", "AllowSharedKeyAccess: false", "is it 'allowSharedKeyAccess'?")]
    [InlineData("defaultAction: 'Deny'", "defaultAction: 'Deny', defaultActions: 'Deny'", "has no property 'defaultActions'")]
    public void A_misspelled_property_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("storageAccounts@2024-01-01'", "storageAccounts@2024-02-30'", "no such version; there are 2025-01-01")]
    [InlineData("Microsoft.Storage/storageAccounts/blobServices@", "Microsoft.Storage/storageAccounts/blobService@", "no such type")]
    public void A_wrong_type_or_API_version_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("  kind: 'StorageV2'\n", "", "account.kind is required")]
    [InlineData("defaultAction: 'Deny'", "bypass: 'None'", "account.properties.networkAcls.defaultAction is required")]
    [InlineData("  location: location\n  kind", "  kind", "account.location is required")]
    [InlineData("kind: 'StorageV2'", "kind: null", "account.kind is required")]
    public void A_missing_required_value_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("defaultAction: 'Deny'", "defaultAction: 'Refuse'", "'Refuse' is not 'Allow' | 'Deny'")]
    [InlineData("'out', public: 'None'", "'out', public: 'All'", "'All' is not 'Container' | 'Blob' | 'None'")]
    [InlineData("name: 'default'", "name: 'other'", "'other' is not 'default'")]
    [InlineData("defaultAction: 'Deny'", "defaultAction: sku == 'x' ? 'Allow' : 'Never'", "'Never' is not")]
    public void An_illegal_enum_value_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("days: 7", "days: 366", "366 is not an int of 1..365")]
    [InlineData("days: 7", "days: '7'", "'7' is not an int")]
    [InlineData("enabled: true", "enabled: 'true'", "'true' is not a bool")]
    [InlineData("name: 'stexample'", "name: 'st-example'", "'st-example' is not a string like")]
    [InlineData("    networkAcls: {", "    networkAcls: [", "expected the end of the line")]
    public void A_value_of_the_wrong_kind_or_size_is_rejected(string sound, string broken, string says) =>
        AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("allowSharedKeyAccess: false", "creationTime: 'now'", "account.properties.creationTime is read-only")]
    [InlineData("name: 'stexample'", "name: 'stexample'\n  id: 'x'", "account.id is read-only")]
    public void A_read_only_property_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("name: 'kv-example'", "name: 'kv-example'\n    purge: true", "module 'vault' has no parameter 'purge'")]
    [InlineData("    name: 'kv-example'\n", "", "module 'vault' requires the parameter 'name'")]
    [InlineData("name: 'kv-example'", "name: 3", "'name' is string; it is given Int")]
    [InlineData("name: 'kv-example'", "name: 'kv-example'\n    retention: 6", "'retention' is at least 7")]
    [InlineData("'vault.bicep'", "'vaults.bicep'", "there is no such file")]
    [InlineData("vault.outputs.uri", "vault.outputs.url", "module 'vault' has no output 'url'")]
    public void What_a_module_does_not_declare_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Theory]
    [InlineData("location: location\n  kind", "location: region\n  kind", "'region' is not declared")]
    [InlineData("${folder.name}", "${folder.title}", "'folder' has no 'title'")]
    [InlineData("for folder in", "for box in", "'folder' is not declared")]
    [InlineData("primaryEndpoints.blob", "primaryEndpoints.blobs", "has no property 'blobs' to read")]
    [InlineData("parent: account", "parent: vault", "it must be Microsoft.Storage/storageAccounts")]
    [InlineData("  parent: account\n", "", "blobs needs a parent")]
    [InlineData("param location string", "param location string\nparam unused string = ''", "'unused' is declared and never used")]
    [InlineData("param location", "targetScope = 'subscription'\nparam location", "can't be deployed at the scope Subscription")]
    [InlineData("param location string", "func f() string => 'x'\nparam location string", "does not know 'func'")]
    public void What_does_not_hang_together_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [Fact]
    public void A_module_that_does_not_wait_for_what_it_uses_is_rejected()
    {
        const string Sound = """
            var names = { vault: 'kv-example' }

            module maker 'vault.bicep' = {
              params: { name: names.vault, location: 'westeurope' }
            }

            module user 'user.bicep' = {
              params: { vaultName: names.vault }
              dependsOn: [maker]
            }
            """;
        const string User = """
            param vaultName string

            resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
              name: vaultName
            }

            output uri string = vault.properties.vaultUri
            """;
        Assert.Empty(Faults(Sound));
        var fault = Assert.Single(Faults(Sound.Replace("  dependsOn: [maker]\n", "", StringComparison.Ordinal)));
        Assert.Contains("uses names.vault, which module 'maker' makes", fault.Message, StringComparison.Ordinal);

        static IReadOnlyList<Fault> Faults(string main) => TemplateCheck.Check("main.bicep", path => path switch
        {
            "main.bicep" => main,
            "vault.bicep" => Vault,
            "user.bicep" => User,
            _ => null,
        });
    }

    [Theory]
    [InlineData("param location = 'westeurope'", "param region = 'westeurope'", "has no parameter 'region'")]
    [InlineData("param location = 'westeurope'", "", "requires the parameter 'location'")]
    [InlineData("param location = 'westeurope'", "param location = 'westeurope'\nparam sku = 'Premium'", "'sku' does not allow Premium")]
    public void A_parameter_file_that_does_not_fit_is_rejected(string sound, string broken, string says)
    {
        Assert.Contains(sound, Parameters, StringComparison.Ordinal);
        var faults = Check(Main, Vault, Parameters.Replace(sound, broken, StringComparison.Ordinal));
        Assert.Contains(faults, f => f.Message.Contains(says, StringComparison.Ordinal));
    }

    private static void AssertRejected(string sound, string broken, string says)
    {
        Assert.Contains(sound, Main, StringComparison.Ordinal);
        var faults = Check(Main.Replace(sound, broken, StringComparison.Ordinal), Vault, Parameters);
        Assert.Contains(faults, f => f.Message.Contains(says, StringComparison.Ordinal));
    }

    private static IReadOnlyList<Fault> Check(string main, string vault, string parameters) =>
        TemplateCheck.Check("example.bicepparam", path => path switch
        {
            "example.bicepparam" => parameters,
            "main.bicep" => main,
            "vault.bicep" => vault,
            _ => null,
        });
}
