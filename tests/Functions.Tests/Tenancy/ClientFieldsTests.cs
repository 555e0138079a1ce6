using System.Reflection;
using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Admin;
using Latchkey.Http;
using Latchkey.OpenApi;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Tenancy;

/// <summary>A client's fields are written in several places. A field that is added to one of them must not be forgotten in the
/// others.</summary>
public sealed class ClientFieldsTests
{
    static readonly Tenant Tenant = new() { Id = "demo", Name = "Demo", Issuer = "https://id.example.com/demo" };

    [Fact]
    public void A_client_comes_back_from_its_row_as_it_was()
    {
        var client = WithEverything();
        Assert.Equal(JsonSerializer.Serialize(client), JsonSerializer.Serialize(ClientRow.Read(ClientRow.Of(Tenant, client))));
    }

    [Fact]
    public void The_client_of_this_test_differs_from_a_new_one_in_every_field()
    {
        var plain = new Client { Id = "", Name = "", Grants = [], Scope = Scope.None };
        var full = WithEverything();
        foreach (var property in typeof(Client).GetProperties().Where(property => property.SetMethod is { IsPublic: true }))
            Assert.NotEqual(JsonSerializer.Serialize(property.GetValue(plain)), JsonSerializer.Serialize(property.GetValue(full)));
    }

    [Fact]
    public void What_an_administrator_can_set_is_a_field_of_the_client_is_answered_and_is_described()
    {
        var answered = ClientResponse.Of(WithEverything()).Keys;
        var schemas = OpenApiDocument.Build("https://id.example.com")["components"]!["schemas"]!;
        foreach (var property in typeof(ClientBody).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var name = JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            Assert.NotNull(typeof(Client).GetProperty(property.Name));
            Assert.Contains(name, answered);
            Assert.NotNull(schemas["ClientBody"]!["properties"]![name]);
            Assert.NotNull(schemas["Client"]!["properties"]![name]);
        }
    }

    [Fact]
    public void The_audit_names_every_field_that_was_sent()
    {
        var body = JsonBody.Read<ClientBody>("""{"name":"A","relaxedRedirects":true,"forwardsAddress":false,"jwks":""}"""u8.ToArray());
        Assert.Equal(["name", "jwks", "relaxedRedirects", "forwardsAddress"], body.Describe());
    }

    [Fact]
    public void A_client_that_is_written_as_it_was_is_no_event()
    {
        Client Stored() => ClientRow.Read(ClientRow.Of(Tenant, WithEverything()));
        Assert.Empty(ClientEvents.Of(Tenant, Stored() with { Stored = Stored() }));
        var changed = Stored() with { Stored = Stored(), Name = "B" };
        Assert.Equal(EventTypes.ClientChanged, Assert.Single(ClientEvents.Of(Tenant, changed)).Type);
    }

    [Fact]
    public void A_row_of_events_among_clients_can_be_read_as_one_that_may_do_nothing()
    {
        var note = new EventNote("demo", "20260101", "id", TableNames.Clients, "demo", DateTimeOffset.UnixEpoch);
        var client = ClientRow.Read((TableEntity)new PreparedEvents(note, []).Row.Entity); // As the former version does.
        Assert.Empty(client.Grants);
        Assert.Equal(Scope.None, client.Scope);
    }

    static Client WithEverything() => new()
    {
        Id = "app",
        Name = "App",
        MetadataUrl = "https://app.example.com/client.json",
        SecretHashes = ["hash 1", "hash"],
        Grants = [GrantType.AuthorizationCode, GrantType.RefreshToken],
        Scope = Scope.Of("openid", "files.read"),
        RedirectUris = ["https://app.example.com/callback"],
        Native = true,
        AccessTokenSeconds = 60,
        SessionIdleSeconds = 300,
        SessionSeconds = 301,
        RetryWindowSeconds = 7,
        IdTokenAlgorithm = "ES256",
        RequirePushedRequests = true,
        RequirePkce = false,
        LegacyImplicit = true,
        FirstParty = true,
        RelaxedRedirects = true,
        ForwardsAddress = true,
        WebsiteUri = "https://app.example.com",
        LogoUri = "https://app.example.com/logo.png",
        PostLogoutRedirectUris = ["https://app.example.com/out"],
        BackchannelLogoutUri = "https://app.example.com/ended",
        BackchannelLogoutSession = true,
        AuthMethod = ClientAuthMethod.PrivateKeyJwt,
        Jwks = """{"keys":[]}""",
        JwksUri = "https://app.example.com/keys",
        CertificateSubject = new("san_dns", "app.example.com"),
        CertificateThumbprints = ["thumbprint"],
        CertificateBoundTokens = true,
        RequireDpop = true,
        RegistrationTokenHash = "hash",
        RegisteredAt = DateTimeOffset.UnixEpoch,
        OpenlyRegistered = true,
        RefreshByCookie = true,
        RegisteredBy = "user",
        SessionsNotBefore = DateTimeOffset.UnixEpoch,
        Incarnation = "second",
        SetByAdministrator = ["name"],
    };
}
