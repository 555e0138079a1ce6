namespace Latchkey.Tenancy;

/// <summary>What a change of a client's row means to others.</summary>
static class ClientEvents
{
    public static TenantEvent Created(Client client) => new(EventTypes.ClientCreated, ("clientId", client.ClientId));

    /// <param name="id">The id under which it is stored: of a client with a metadata document no other is known any more.</param>
    public static TenantEvent Deleted(string id) => new(EventTypes.ClientDeleted, ("clientId", id));

    /// <summary>The events of a change; none if the client was not read from the table, or if its row stays as it is.</summary>
    public static IEnumerable<TenantEvent> Of(Tenant tenant, Client after)
    {
        if (after.Stored is not { } before) yield break;
        // The end of its sessions is no change of the client.
        if (!ClientRow.Of(tenant, after with { SessionsNotBefore = before.SessionsNotBefore }).SequenceEqual(ClientRow.Of(tenant, before)))
            yield return new(EventTypes.ClientChanged, ("clientId", after.ClientId));
        if (after.SessionsNotBefore != before.SessionsNotBefore) yield return new(EventTypes.SessionEnded, ("clientId", after.ClientId));
    }
}
