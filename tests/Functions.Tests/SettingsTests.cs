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
        Assert.Contains("The settings have 7 errors:", fault, StringComparison.Ordinal);
        foreach (var name in new[] { "Origin", "Storage__ConnectionString", "Signing__Mode", "Signing__KeyFile", "CacheSeconds",
            "PasswordIterations" })
            Assert.Contains($"Latchkey__{name} ", fault, StringComparison.Ordinal);
        Assert.Contains("ASPNETCORE_FORWARDEDHEADERS_ENABLED must be true", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_configuration_in_production_names_what_is_needed()
    {
        var fault = Refused([]);
        foreach (var name in new[] { "Origin", "Storage__TableEndpoint", "Storage__BlobEndpoint",
            "Storage__QueueEndpoint", "Signing__Vault", "Signing__AccessTokenKey", "Signing__IdTokenKey", "Signing__WrapKey" })
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
        Assert.Contains("Latchkey__Signing__WrapKey must be a key name", Refused(new()
        {
            ["Latchkey:Signing:Mode"] = "KeyVaultWrapped",
            ["Latchkey:Signing:WrapKey"] = "wrap-{tenant}",
        }), StringComparison.Ordinal); // One key wraps for all.
    }

    [Fact]
    public void A_header_with_a_certificate_is_believed_only_on_Azure_and_only_with_the_address_for_it()
    {
        Dictionary<string, string?> settings = new() { ["Latchkey:MutualTls:FromPlatform"] = "true" };
        Assert.Contains("Latchkey__MutualTls__Origin is missing", Refused(settings), StringComparison.Ordinal);
        settings["Latchkey:MutualTls:Origin"] = "https://mtls.example.com";
        Assert.Contains("Latchkey__MutualTls__FromPlatform can be true only on Azure", Refused(settings), StringComparison.Ordinal);
        settings["WEBSITE_SITE_NAME"] = "func-latchkey-mtls";
        Assert.DoesNotContain("MutualTls", Refused(settings), StringComparison.Ordinal);
        settings["Latchkey:MutualTls:Origin"] = "http://mtls.example.com";
        Assert.Contains("Latchkey__MutualTls__Origin must be like", Refused(settings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "nonsense")]
    [InlineData("APPLICATIONINSIGHTS_CONNECTION_STRING", "IngestionEndpoint=https://in.example/")]
    public void A_place_for_telemetry_that_can_not_be_one_stops_the_start_and_is_not_shown(string name, string value)
    {
        var fault = Refused(new() { [name] = value });
        Assert.Contains($"{name} must be", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(value, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://wps.example.com")]
    [InlineData("https://wps.example.com/path")]
    [InlineData("Endpoint=https://wps.example.com;AccessKey=secret;Version=1.0;")]
    public void An_address_for_messages_that_can_not_be_one_stops_the_start_and_is_not_shown(string value)
    {
        var fault = Refused(new() { ["Latchkey:Messages:Endpoint"] = value });
        Assert.Contains("Latchkey__Messages__Endpoint must be an https URL", fault, StringComparison.Ordinal);
        Assert.DoesNotContain(value, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Origins_of_this_machine_are_for_Development_and_are_origins()
    {
        Assert.Contains("Latchkey__LocalOrigins is only for Development",
            Refused(new() { ["Latchkey:LocalOrigins"] = "http://localhost:5173" }), StringComparison.Ordinal);
        var fault = Refused(Development(("LocalOrigins", "http://localhost:6006 http://localhost:5173/ *")));
        Assert.Contains("not 'http://localhost:5173/'", fault, StringComparison.Ordinal);
        Assert.Contains("not '*'", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("6006", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://login.example.com/path")]
    [InlineData("https://LOGIN.example.com")]
    [InlineData("https://login.example.com:443")]
    [InlineData("ftp://login.example.com")]
    [InlineData("login.example.com")]
    [InlineData("https://user@login.example.com")]
    [InlineData("https://b\u00FCcher.example")] // Goes into headers: RFC 5890's xn-- form, please.
    [InlineData("https://login.example.com?")]
    public void An_origin_is_an_origin_and_nothing_more(string origin) =>
        Assert.Contains("Latchkey__Origin must be like", Refused(new() { ["Latchkey:Origin"] = origin }), StringComparison.Ordinal);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("AccountName=x;AccountKey=not base64")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=customers;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=core.windows.net")]
    [InlineData("DefaultEndpointsProtocol=http;AccountName=customers;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=core.windows.net")]
    public void A_connection_string_that_is_not_the_emulators_is_refused_and_not_shown(string connectionString)
    {
        // Demo users with known passwords are made wherever it leads.
        var fault = Refused(Development(("Storage:ConnectionString", connectionString)));
        Assert.Contains("Latchkey__Storage__ConnectionString must be the emulator's", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_in_the_place_of_an_address_is_not_shown()
    {
        var fault = Refused(new() { ["Latchkey:Storage:TableEndpoint"] = "DefaultEndpointsProtocol=https;AccountKey=c2VjcmV0LWtleQ==" });
        Assert.Contains("Latchkey__Storage__TableEndpoint must be an https URL", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_key_file_stops_the_start()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "{");
        Assert.Contains("Latchkey__Signing__KeyFile", Refused(Development(("Signing:KeyFile", path))), StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_key_name_must_fit_the_longest_tenant() => Assert.Contains("Latchkey__Signing__AccessTokenKey must be",
        Refused(new() { ["Latchkey:Signing:AccessTokenKey"] = new string('k', 100) + "{tenant}" }), StringComparison.Ordinal);

    [Fact]
    public void In_production_the_host_must_tell_where_callers_are() => Assert.DoesNotContain("ASPNETCORE_FORWARDEDHEADERS_ENABLED",
        Refused(new() { ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true" }), StringComparison.Ordinal);

    [Fact]
    public void A_front_doors_id_is_a_guid() => Assert.Contains("Latchkey__FrontDoorId must be a GUID",
        Refused(Development(("FrontDoorId", "my-front-door"))), StringComparison.Ordinal);

    static Dictionary<string, string?> Development((string Name, string Value) wrong) => new()
    {
        ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
        ["Latchkey:Origin"] = "http://localhost:7071",
        ["Latchkey:Storage:ConnectionString"] = "UseDevelopmentStorage=true",
        ["Latchkey:Signing:Mode"] = "Local",
        ["Latchkey:Signing:KeyFile"] = Path.Combine(Path.GetTempPath(), "latchkey-no-such-file.json"),
        [$"Latchkey:{wrong.Name}"] = wrong.Value,
    };

    static string Refused(Dictionary<string, string?> settings) =>
        Assert.Throws<SettingsException>(() => LocalApp.Build(settings)).Message;
}
