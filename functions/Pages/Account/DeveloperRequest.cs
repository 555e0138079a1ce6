using Latchkey.Access;
using Latchkey.Tenancy;

namespace Latchkey.Pages;

/// <summary>A request by a user who has the right to register apps.</summary>
public sealed record DeveloperRequest : TenantRequest
{
    internal DeveloperRequest(TenantRequest request, User developer) : base(request) => Developer = developer;

    /// <summary>The user who is signed in.</summary>
    public User Developer { get; }
}
