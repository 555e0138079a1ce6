using System.Text.Json.Nodes;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The compiler refuses what it must: a sound template, broken in one place at a time.</summary>
public sealed class RejectionTests
{
    private const string Main = """
        param location string
        @allowed(['Standard_LRS', 'Standard_ZRS'])
        param sku string = 'Standard_LRS'

        resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
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

        resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
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

        resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-06-01' = [
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

        resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
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

    [CompilerFact]
    public void A_sound_template_is_let_through() => Assert.Empty(Check(Main, Parameters));

    [CompilerTheory]
    [InlineData("allowSharedKeyAccess: false", "allowSharedKeyAcces: false", "\"allowSharedKeyAcces\" is not allowed")]
    [InlineData("allowSharedKeyAccess: false", "AllowSharedKeyAccess: false", "Did you mean \"allowSharedKeyAccess\"?")]
    [InlineData("defaultAction: 'Deny'", "defaultAction: 'Deny', defaultActions: 'Deny'", "\"defaultActions\" is not allowed")]
    public void A_misspelled_property_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("storageAccounts@2026-06-01'", "storageAccounts@2024-02-28'", "does not have types available")]
    [InlineData("storageAccounts@2026-06-01'", "storageAccounts@2024-01-01'",
        "Use more recent API version for 'Microsoft.Storage/storageAccounts'")]
    [InlineData("Microsoft.Storage/storageAccounts/blobServices@", "Microsoft.Storage/storageAccounts/blobService@",
        "does not have types available")]
    public void A_wrong_type_or_API_version_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("  kind: 'StorageV2'\n", "", "missing the following required properties: \"kind\"")]
    [InlineData("defaultAction: 'Deny'", "bypass: 'None'", "missing the following required properties: \"defaultAction\"")]
    [InlineData("  location: location\n  kind", "  kind", "missing the following required properties: \"location\"")]
    [InlineData("kind: 'StorageV2'", "kind: null", "\"kind\" expected a value")]
    public void A_missing_required_value_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("defaultAction: 'Deny'", "defaultAction: 'Refuse'", "\"'Allow' | 'Deny'\" but the provided value is of type \"'Refuse'\"")]
    [InlineData("'out', public: 'None'", "'out', public: 'All'", "provided value is of type \"'All' | 'None'\"")]
    [InlineData("name: 'default'", "name: 'other'", "\"'default'\" but the provided value is of type \"'other'\"")]
    [InlineData("defaultAction: 'Deny'", "defaultAction: sku == 'x' ? 'Allow' : 'Never'",
        "provided value is of type \"'Allow' | 'Never'\"")]
    public void An_illegal_enum_value_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("days: 7", "days: 366", "the maximum allowable value is 365")]
    [InlineData("days: 7", "days: '7'", "\"days\" expected a value of type \"int")]
    [InlineData("enabled: true", "enabled: 'true'", "\"enabled\" expected a value of type \"bool")]
    [InlineData("name: 'stexample'", "name: 'st-example'", "does not match the expected pattern")]
    [InlineData("    networkAcls: {", "    networkAcls: [", "Expected a new line")]
    public void A_value_of_the_wrong_kind_or_size_is_rejected(string sound, string broken, string says) =>
        AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("allowSharedKeyAccess: false", "creationTime: 'now'", "\"creationTime\" is read-only")]
    [InlineData("name: 'stexample'", "name: 'stexample'\n  id: 'x'", "\"id\" is read-only")]
    public void A_read_only_property_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("name: 'kv-example'", "name: 'kv-example'\n    purge: true", "\"purge\" is not allowed on objects of type \"params\"")]
    [InlineData("    name: 'kv-example'\n", "", "missing the following required properties: \"name\"")]
    [InlineData("name: 'kv-example'", "name: 3", "\"name\" expected a value of type \"string\"")]
    [InlineData("name: 'kv-example'", "name: 'kv-example'\n    retention: 6", "the minimum allowable value is 7")]
    [InlineData("'vault.bicep'", "'vaults.bicep'", "Could not find file")]
    [InlineData("vault.outputs.uri", "vault.outputs.url", "\"outputs\" does not contain property \"url\"")]
    public void What_a_module_does_not_declare_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    [CompilerTheory]
    [InlineData("location: location\n  kind", "location: region\n  kind", "\"region\" does not exist")]
    [InlineData("${folder.name}", "${folder.title}", "does not contain property \"title\"")]
    [InlineData("for folder in", "for box in", "\"folder\" does not exist")]
    [InlineData("primaryEndpoints.blob", "primaryEndpoints.blobs", "does not contain property \"blobs\"")]
    [InlineData("parent: account", "parent: vault", "\"parent\" expected a value of type \"Microsoft.Storage/storageAccounts\"")]
    [InlineData("  parent: account\n", "", "number of name segments must match")]
    [InlineData("param location string", "param location string\nparam unused string = ''", "\"unused\" is declared but never used")]
    [InlineData("param location", "targetScope = 'subscription'\nparam location", "Scope \"subscription\" is not valid")]
    public void What_does_not_hang_together_is_rejected(string sound, string broken, string says) => AssertRejected(sound, broken, says);

    // What infra/bicepconfig.json makes an error.
    [CompilerTheory]
    [InlineData("output uri string = vault.outputs.uri", "output key string = account.listKeys().keys[0].value",
        "Outputs should not contain secrets")]
    [InlineData("param location string", "@secure()\nparam password string = 'of-ours'\nparam location string",
        "Secure parameters should not have hardcoded defaults")]
    [InlineData("location: location\n  kind", "location: 'westeurope'\n  kind", "location should not use a hard-coded string")]
    public void What_tells_a_secret_or_fixes_a_place_is_rejected(string sound, string broken, string says) =>
        AssertRejected(sound, broken, says);

    [CompilerFact]
    public void A_module_that_does_not_wait_for_what_it_uses_is_rejected()
    {
        const string Sound = """
            var names = { vault: 'kv-example' }

            module maker 'vault.bicep' = {
              name: 'maker'
              params: { name: names.vault, location: 'westeurope' }
            }

            module user 'user.bicep' = {
              name: 'user'
              params: { vaultName: names.vault }
              dependsOn: [maker]
            }
            """;
        const string User = """
            param vaultName string

            resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
              name: vaultName
            }

            output uri string = vault.properties.vaultUri
            """;
        Assert.Empty(Faults(Sound));
        var fault = Assert.Single(Faults(Sound.ReplaceLineEndings("\n").Replace("  dependsOn: [maker]\n", "", StringComparison.Ordinal)));
        Assert.Equal("module 'user' uses vault, which module 'maker' makes: it must depend on it", fault);

        static List<string> Faults(string main) => InFolder(folder =>
        {
            File.WriteAllText(Path.Combine(folder, "user.bicep"), User);
            File.WriteAllText(Path.Combine(folder, "order.bicep"), main);
            return OrderCheck.Faults(JsonNode.Parse(Compiler.Compile(Path.Combine(folder, "order.bicep")).Template!)!).ToList();
        });
    }

    [CompilerTheory]
    [InlineData("param location = 'westeurope'", "param region = 'westeurope'",
        "\"region\" is assigned in the params file without being declared")]
    [InlineData("param location = 'westeurope'", "", "missing an assignment in the params file: \"location\"")]
    [InlineData("param location = 'westeurope'", "param location = 'westeurope'\nparam sku = 'Premium'",
        "provided value is of type \"'Premium'\"")]
    public void A_parameter_file_that_does_not_fit_is_rejected(string sound, string broken, string says)
    {
        Assert.Contains(sound, Parameters, StringComparison.Ordinal);
        Assert.Contains(Check(Main, Parameters.Replace(sound, broken, StringComparison.Ordinal)),
            one => one.Message.Contains(says, StringComparison.Ordinal));
    }

    private static void AssertRejected(string sound, string broken, string says)
    {
        var main = Main.ReplaceLineEndings("\n");
        Assert.Contains(sound, main, StringComparison.Ordinal);
        var said = Check(main.Replace(sound, broken, StringComparison.Ordinal), Parameters);
        Assert.True(said.Any(one => one.Message.Contains(says, StringComparison.Ordinal)), string.Join('\n', said));
    }

    private static IReadOnlyList<Diagnostic> Check(string main, string parameters) => InFolder(folder =>
    {
        File.WriteAllText(Path.Combine(folder, "main.bicep"), main);
        File.WriteAllText(Path.Combine(folder, "example.bicepparam"), parameters);
        return Compiler.Compile(Path.Combine(folder, "example.bicepparam")).Said;
    });

    // With the module and the linter's rules of infra/ in it.
    private static T InFolder<T>(Func<string, T> check)
    {
        var folder = Directory.CreateTempSubdirectory("bicep-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "vault.bicep"), Vault);
            File.Copy(Repository.At("infra/bicepconfig.json"), Path.Combine(folder, "bicepconfig.json"));
            return check(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
