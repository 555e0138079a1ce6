using System.Security.Cryptography.X509Certificates;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth.Certificates;

/// <summary>Which certificates a tenant trusts: its own authorities, their revocation lists, pinning and time.</summary>
public sealed class CertificateAuthorityTests(MutualTlsHost mutual) : IClassFixture<MutualTlsHost>
{
    readonly TestHost host = mutual.Host;

    [Fact]
    public async Task A_certificate_that_is_not_good_is_refused_with_the_reason()
    {
        var (root, _) = await Trust("reasons");
        await AddClient("reasons");
        var now = host.Clock.Now;
        await Refused("expired on", root.Issue("CN=reasons", from: now.AddDays(-9), to: now.AddDays(-1)));
        await Refused("not valid before", root.Issue("CN=reasons", from: now.AddDays(1), to: now.AddDays(9)));
        await Refused("not issued by an authority that this tenant trusts", TestAuthority.New("root of reasons", now).Issue("CN=reasons"));
        await Refused("not issued by an authority that this tenant trusts",
            TestAuthority.SelfSigned("CN=reasons", now.AddDays(-1), now.AddDays(1)));
        await Refused("not meant for client authentication", root.Issue("CN=reasons", usage: "1.3.6.1.5.5.7.3.1"));
        using var good = root.Issue("CN=reasons");
        await mutual.Token(good, "reasons").Is(200);

        async Task Refused(string why, X509Certificate2 certificate)
        {
            using (certificate)
            {
                var refused = await mutual.Token(certificate, "reasons").Refused("invalid_client", 401);
                Assert.Contains(why, refused.ErrorDescription, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_authority_counts_for_its_own_tenant_only_and_no_longer_than_it_is_there()
    {
        var (root, id) = await Trust("other tenant's", "acme");
        await AddClient("tenants", "acme");
        await AddClient("tenants");
        using var certificate = root.Issue("CN=tenants");
        await mutual.Token(certificate, "tenants", "acme").Is(200);
        await mutual.Token(certificate, "tenants").Refused("invalid_client", 401);
        await (await host.Admin()).Send(HttpMethod.Delete, $"certificate-authorities/{id}").Fails(404, "authority_not_found");
        await (await host.Admin("acme")).Do(HttpMethod.Delete, $"certificate-authorities/{id}");
        await mutual.Token(certificate, "tenants", "acme").Refused("invalid_client", 401);
    }

    [Fact]
    public async Task An_authority_below_the_root_issues_too()
    {
        var now = host.Clock.Now;
        var root = TestAuthority.New("top", now);
        var below = TestAuthority.New("issuing", now, root);
        using var certificate = below.Issue("CN=below");
        await (await host.Admin()).Post("certificate-authorities", new { name = "two", certificates = $"{below.Pem}\n{root.Pem}" });
        await AddClient("below");
        await mutual.Token(certificate, "below").Is(200);
    }

    [Fact]
    public async Task A_revocation_list_refuses_what_it_names_and_everything_once_it_has_ended()
    {
        var admin = await host.Admin();
        var (root, id) = await Trust("revoking");
        await AddClient("revoking");
        using var bad = root.Issue("CN=revoking");
        using var good = root.Issue("CN=revoking");
        await mutual.Token(bad, "revoking").Is(200);
        var now = host.Clock.Now;
        var list = $"certificate-authorities/{id}/revocation-list";
        var put = await admin.Send(HttpMethod.Put, list, new { list = root.Revoke(now, now.AddMinutes(10), bad) }).Json();
        Assert.Equal(1, put.GetProperty("revocationLists")[0].GetProperty("certificates").GetInt32());
        var refused = await mutual.Token(bad, "revoking").Refused("invalid_client", 401);
        Assert.Contains("has been revoked", refused.ErrorDescription, StringComparison.Ordinal);
        await mutual.Token(good, "revoking").Is(200);
        // An older list takes nothing back, and nobody else's is taken.
        await admin.Send(HttpMethod.Put, list, new { list = root.Revoke(now.AddMinutes(-1), now.AddMinutes(10)) })
            .Fails(409, "list_outdated");
        await admin.Send(HttpMethod.Put, list, new { list = TestAuthority.New("root of revoking", now).Revoke(now, now.AddMinutes(9)) })
            .Fails(400, "invalid_field");
        foreach (var no in new[] { "", "AAAA", "???", root.Pem, root.Revoke(now.AddDays(-2), now.AddDays(-1)) })
            await admin.Send(HttpMethod.Put, list, new { list = no }).Fails(400, "invalid_field");
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        admin = await host.Admin();
        var stale = await mutual.Token(good, "revoking").Refused("invalid_client", 401);
        Assert.Contains("An administrator must upload the next one.", stale.ErrorDescription, StringComparison.Ordinal);
        await admin.Do(HttpMethod.Delete, list);
        await mutual.Token(good, "revoking").Is(200);
    }

    [Fact]
    public async Task Each_authority_below_the_root_has_a_full_list_and_they_are_renewed_and_deleted()
    {
        var (admin, now) = (await host.Admin(), host.Clock.Now);
        var root = TestAuthority.New("full root", now);
        var all = Enumerable.Range(0, 7).Select(number => TestAuthority.New($"full {number}", now, root)).Prepend(root).ToList();
        var id = (await admin.Post("certificate-authorities",
            new { name = "Full", certificates = string.Join('\n', all.Select(one => one.Pem)) })).GetProperty("id").GetString()!;
        await AddClient("full");
        var clients = all.Select(one => one.Issue("CN=full")).ToList();
        var list = $"certificate-authorities/{id}/revocation-list";
        foreach (var one in all) // More than 100 KiB each; a row holds one MiB.
            await admin.Send(HttpMethod.Put, list, new { list = one.Revoke(2700, now, now.AddMinutes(10)) }).Is(200);
        foreach (var client in clients) await mutual.Token(client, "full").Is(200);
        var put = await admin.Send(HttpMethod.Put, list,
            new { list = all[1].Revoke(2700, now.AddMinutes(1), now.AddMinutes(10), clients[1]) }).Json();
        Assert.Equal([.. Enumerable.Repeat(2700, 7), 2701], put.GetProperty("revocationLists").EnumerateArray()
            .Select(one => one.GetProperty("certificates").GetInt32()).Order());
        var refused = await mutual.Token(clients[1], "full").Refused("invalid_client", 401);
        Assert.Contains("has been revoked", refused.ErrorDescription, StringComparison.Ordinal);
        await mutual.Token(clients[2], "full").Is(200);
        await admin.Do(HttpMethod.Delete, list);
        await mutual.Token(clients[1], "full").Is(200);
        await admin.Send(HttpMethod.Put, list, new { list = root.Revoke(now, now.AddMinutes(10)) }).Is(200);
        await admin.Do(HttpMethod.Delete, $"certificate-authorities/{id}");
        await admin.Send(HttpMethod.Put, list, new { list = root.Revoke(now, now.AddMinutes(10)) }).Fails(404, "authority_not_found");
        foreach (var client in clients)
        {
            await mutual.Token(client, "full").Refused("invalid_client", 401);
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_pinned_certificate_is_the_only_one()
    {
        var (root, _) = await Trust("pinning");
        using var pinned = root.Issue("CN=pinning");
        using var other = root.Issue("CN=pinning");
        await AddClient("pinning");
        var admin = await host.Admin();
        await admin.Patch("clients/pinning", new { certificateThumbprints = new[] { TestAuthority.Thumbprint(pinned) } });
        await mutual.Token(pinned, "pinning").Is(200);
        await mutual.Token(other, "pinning").Refused("invalid_client", 401);
        await admin.Send(HttpMethod.Patch, "clients/pinning", new { certificateThumbprints = new[] { "abc" } }).Fails(400, "invalid_field");
    }

    [Fact]
    public async Task Only_authorities_can_be_added_and_they_are_shown_with_their_end()
    {
        var admin = await host.Admin("acme");
        var now = host.Clock.Now;
        var root = TestAuthority.New("shown", now);
        var added = await admin.Post("certificate-authorities", new { name = "Shown", certificates = root.Pem });
        var shown = await admin.Get($"certificate-authorities/{added.GetProperty("id").GetString()}");
        var certificate = shown.GetProperty("certificates")[0];
        Assert.Equal("CN=shown", certificate.GetProperty("subject").GetString());
        Assert.Equal(root.Certificate.NotAfter.ToUniversalTime(), certificate.GetProperty("notAfter").GetDateTime().ToUniversalTime());
        Assert.Contains((await admin.Get("certificate-authorities")).GetProperty("authorities").EnumerateArray(),
            one => one.GetProperty("name").GetString() == "Shown");
        using var leaf = root.Issue("CN=leaf");
        using var key = leaf.GetECDsaPrivateKey()!;
        foreach (var no in new[]
        {
            "", "nothing", leaf.ExportCertificatePem(), $"{root.Pem}\n{leaf.ExportCertificatePem()}",
            $"{root.Pem}\n{TestAuthority.New("second", now).Pem}",
            $"{root.Pem}\n{key.ExportPkcs8PrivateKeyPem()}", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
            TestAuthority.New("old", now.AddYears(-5)).Pem,
        }) await admin.Send(HttpMethod.Post, "certificate-authorities", new { name = "x", certificates = no }).Fails(400, "invalid_field");
        await admin.Send(HttpMethod.Get, "certificate-authorities/none").Fails(404, "authority_not_found");
    }

    async Task<(TestAuthority Root, string Id)> Trust(string name, string tenant = "demo")
    {
        var root = TestAuthority.New($"root of {name}", host.Clock.Now);
        var added = await (await host.Admin(tenant)).Post("certificate-authorities", new { name, certificates = root.Pem });
        return (root, added.GetProperty("id").GetString()!);
    }

    Task<Client> AddClient(string name, string tenant = "demo") => host.AddClient(name,
        client => client with { AuthMethod = ClientAuthMethod.Tls, CertificateSubject = new("subject_dn", $"CN={name}") }, tenant);
}
