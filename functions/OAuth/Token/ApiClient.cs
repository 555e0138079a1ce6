using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>A client that gets a token for an API.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Client">The client.</param>
/// <param name="Api">The API.</param>
public sealed record ApiClient(Tenant Tenant, Client Client, Api Api);
