using Azure.Data.Tables;
using Latchkey.Protocol;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>The columns of a client (SCHEMA.md, table Clients). Both directions stand together: a new field needs a line in each.</summary>
static class ClientRow
{
    /// <summary>The row of a client.</summary>
    /// <exception cref="ArgumentException">Its tokens or sessions would outlive the keys that they need.</exception>
    public static TableEntity Of(Tenant tenant, Client client)
    {
        if (client.AccessTokenSeconds > Client.MaxAccessTokenSeconds || client.SessionSeconds > Client.MaxSessionSeconds)
            throw new ArgumentException("Its tokens or sessions would outlive the keys that they need.", nameof(client));
        return new(tenant.Id, client.Id)
        {
            ["Name"] = client.Name,
            ["MetadataUrl"] = client.MetadataUrl,
            ["SecretHashes"] = Columns.Join(client.SecretHashes),
            ["Grants"] = Columns.Join(client.Grants),
            ["Scope"] = client.Scope.ToString(),
            ["RedirectUris"] = Columns.Join(client.RedirectUris),
            ["Native"] = client.Native,
            ["AuthMethod"] = client.AuthMethod,
            ["Jwks"] = client.Jwks,
            ["JwksUri"] = client.JwksUri,
            ["CertificateSubject"] = client.CertificateSubject?.ToString(),
            ["CertificateThumbprints"] = Columns.Join(client.CertificateThumbprints),
            ["CertificateBoundTokens"] = client.CertificateBoundTokens ? true : null,
            ["RequireDpop"] = client.RequireDpop,
            ["AccessTokenSeconds"] = client.AccessTokenSeconds,
            ["SessionIdleSeconds"] = client.SessionIdleSeconds,
            ["SessionSeconds"] = client.SessionSeconds,
            ["RetryWindowSeconds"] = client.RetryWindowSeconds,
            ["IdTokenAlgorithm"] = client.IdTokenAlgorithm,
            ["RequirePushedRequests"] = client.RequirePushedRequests,
            ["RequirePkce"] = client.RequirePkce,
            ["LegacyImplicit"] = client.LegacyImplicit,
            ["FirstParty"] = client.FirstParty,
            ["RelaxedRedirects"] = client.RelaxedRedirects,
            ["ForwardsAddress"] = client.ForwardsAddress,
            ["WebsiteUri"] = client.WebsiteUri,
            ["LogoUri"] = client.LogoUri,
            ["PostLogoutRedirectUris"] = Columns.Join(client.PostLogoutRedirectUris),
            ["BackchannelLogoutUri"] = client.BackchannelLogoutUri,
            ["BackchannelLogoutSession"] = client.BackchannelLogoutSession,
            ["RegistrationTokenHash"] = client.RegistrationTokenHash,
            ["RegisteredAt"] = client.RegisteredAt,
            ["OpenlyRegistered"] = client.OpenlyRegistered,
            ["RefreshByCookie"] = client.RefreshByCookie,
            ["RegisteredBy"] = client.RegisteredBy,
            ["SessionsNotBefore"] = client.SessionsNotBefore,
            ["Incarnation"] = client.Incarnation.Length > 0 ? client.Incarnation : null,
            ["SetByAdministrator"] = Columns.Join(client.SetByAdministrator),
        };
    }

    /// <summary>The client of a row.</summary>
    public static Client Read(TableEntity row) =>
        new()
        {
            Id = row.RowKey,
            Name = row.GetString("Name"),
            MetadataUrl = row.GetString("MetadataUrl"),
            SecretHashes = Columns.Split(row.GetString("SecretHashes")),
            SessionsNotBefore = row.GetDateTimeOffset("SessionsNotBefore"),
            Incarnation = row.GetString("Incarnation") ?? "",
            SetByAdministrator = Columns.Split(row.GetString("SetByAdministrator")),
            Grants = Columns.Split(row.GetString("Grants")),
            Scope = Scope.Parse(row.GetString("Scope")),
            RedirectUris = Columns.Split(row.GetString("RedirectUris")),
            Native = row.GetBoolean("Native") is true,
            AuthMethod = row.GetString("AuthMethod"),
            Jwks = row.GetString("Jwks"),
            JwksUri = row.GetString("JwksUri"),
            CertificateSubject = CertificateSubject.Read(row.GetString("CertificateSubject")),
            CertificateThumbprints = Columns.Split(row.GetString("CertificateThumbprints")),
            CertificateBoundTokens = row.GetBoolean("CertificateBoundTokens") is true,
            RequireDpop = row.GetBoolean("RequireDpop") is true,
            AccessTokenSeconds = row.GetInt32("AccessTokenSeconds")!.Value,
            SessionIdleSeconds = row.GetInt32("SessionIdleSeconds")!.Value,
            SessionSeconds = row.GetInt32("SessionSeconds")!.Value,
            RetryWindowSeconds = row.GetInt32("RetryWindowSeconds")!.Value,
            // Rows from before these columns lack them; what is missing is the safe choice.
            IdTokenAlgorithm = row.GetString("IdTokenAlgorithm") ?? "RS256",
            RequirePushedRequests = row.GetBoolean("RequirePushedRequests") is true,
            RequirePkce = row.GetBoolean("RequirePkce") is not false,
            LegacyImplicit = row.GetBoolean("LegacyImplicit") is true,
            FirstParty = row.GetBoolean("FirstParty") is true,
            RelaxedRedirects = row.GetBoolean("RelaxedRedirects") is true,
            ForwardsAddress = row.GetBoolean("ForwardsAddress") is true,
            WebsiteUri = row.GetString("WebsiteUri"),
            LogoUri = row.GetString("LogoUri"),
            PostLogoutRedirectUris = Columns.Split(row.GetString("PostLogoutRedirectUris")),
            BackchannelLogoutUri = row.GetString("BackchannelLogoutUri"),
            BackchannelLogoutSession = row.GetBoolean("BackchannelLogoutSession") is true,
            RegistrationTokenHash = row.GetString("RegistrationTokenHash"),
            RegisteredAt = row.GetDateTimeOffset("RegisteredAt"),
            OpenlyRegistered = row.GetBoolean("OpenlyRegistered") is true,
            RefreshByCookie = row.GetBoolean("RefreshByCookie") is true,
            RegisteredBy = row.GetString("RegisteredBy"),
            ETag = row.ETag,
        };
}
