using Latchkey.LocalHost;

namespace Latchkey.Tests;

/// <summary>Wrong settings stop the start with one message that lists every fault.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void All_faults_are_told_at_once()
    {
        var fault = Refused(new()
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production",
            ["Latchkey:Origin"] = "http://login.example.com/",
            ["Latchkey:Storage:ConnectionString"] = "UseDevelopmentStorage=true",
            ["Latchkey:Signing:Mode"] = "Local",
            ["Latchkey:CacheSeconds"] = "soon",
            ["Latchkey:PasswordIterations"] = "1",
        });
        Assert.Contains("6 fault(s)", fault, StringComparison.Ordinal);
        foreach (var name in new[] { "Origin", "Storage__ConnectionString", "Signing__Mode", "Signing__KeyFile", "CacheSeconds", "PasswordIterations" })
            Assert.Contains($"Latchkey__{name} ", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_configuration_in_production_names_what_is_needed()
    {
        var fault = Refused([]);
        foreach (var name in new[] { "Origin", "Storage__TableEndpoint", "Storage__BlobEndpoint", "Signing__Vault", "Signing__AccessTokenKey", "Signing__IdTokenKey", "Signing__WrapKey" })
            Assert.Contains($"Latchkey__{name} is missing.", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrapped_signing_needs_the_vault_and_the_wrapping_key_only()
    {
        var fault = Refused(new() { ["Latchkey:Signing:Mode"] = "KeyVaultWrapped", ["Latchkey:Signing:RotationDays"] = "0" });
        foreach (var name in new[] { "Signing__Vault is missing", "Signing__WrapKey is missing", "Signing__RotationDays must be" })
            Assert.Contains($"Latchkey__{name}", fault, StringComparison.Ordinal);
        foreach (var name in new[] { "AccessTokenKey", "IdTokenKey", "KeyFile" })
            Assert.DoesNotContain($"Signing__{name}", fault, StringComparison.Ordinal);
        Assert.Contains("Latchkey__Signing__WrapKey must be a key's name", Refused(new()
        {
            ["Latchkey:Signing:Mode"] = "KeyVaultWrapped", ["Latchkey:Signing:WrapKey"] = "wrap-{tenant}",
        }), StringComparison.Ordinal); // One key wraps for all.
    }

    [Theory]
    [InlineData("https://login.example.com/path")]
    [InlineData("https://LOGIN.example.com")]
    [InlineData("https://login.example.com:443")]
    [InlineData("ftp://login.example.com")]
    [InlineData("login.example.com")]
    [InlineData("https://user@login.example.com")]
    public void An_origin_is_an_origin_and_nothing_more(string origin) =>
        Assert.Contains("Latchkey__Origin must be like", Refused(new() { ["Latchkey:Origin"] = origin }), StringComparison.Ordinal);

    static string Refused(Dictionary<string, string?> settings) =>
        Assert.Throws<SettingsException>(() => LocalApp.Build([], settings)).Message;
}
