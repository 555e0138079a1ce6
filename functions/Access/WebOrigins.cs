using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Access;

/// <summary>Which web origins may call a tenant: those of its own list, and in Development those of <see cref="LocalOrigins"/>.</summary>
public sealed class WebOrigins(Settings settings, Refusals refusals)
{
    /// <summary>True if scripts of this origin may read the tenant's answers.</summary>
    public bool Allows(Tenant tenant, string origin) =>
        tenant.Origins.Contains(origin, StringComparer.Ordinal) || settings.LocalOrigins.Contains(origin, StringComparer.Ordinal);

    /// <summary>Sets the CORS headers, or says in the developer's log that the origin gets none.</summary>
    public void Apply(HttpRequest http, Tenant tenant, bool credentials = false) => Cors.Apply(http, origin =>
    {
        if (Allows(tenant, origin)) return true;
        if (origin != tenant.OwnOrigin) refusals.Origin(tenant, origin); // Our own pages need no CORS.
        return false;
    }, credentials);
}
