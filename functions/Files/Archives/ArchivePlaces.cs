using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// How many archives a process makes at the same time: eight in all, four of a tenant, two of a user. People with a
/// link have three of their own, two of a tenant, and take none from the others. A caller who reads slowly holds a
/// place, and for twenty minutes at most, which is less than the time that Azure gives a function.
/// </summary>
public sealed class ArchivePlaces(TimeProvider clock)
{
    const int Total = 8;
    const string Busy = "Too many archives are being made at the same time. Try again.";

    const int TotalOfLinks = 3;

    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(20);

    readonly Places ofTenants = new(Total, perKey: 4, Busy);
    readonly Places ofLinks = new(TotalOfLinks, perKey: 2, Busy);
    readonly Places ofUsers = new(Total, perKey: 2, Busy);

    /// <summary>Each tenant's share of the time of this process for archives that jobs make.</summary>
    public TenantShare Share { get; } = new(clock);

    /// <summary>Takes a place, which is given back when it is disposed of, or when its time is up.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public ArchivePlace Take(Caller caller) => Take(caller.Tenant.Id, caller.Token.Subject);

    /// <summary>The same for somebody who has a link of the tenant.</summary>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public ArchivePlace TakeForLink(string tenant)
    {
        ofLinks.Take(tenant);
        return new(MaxTime, () => ofLinks.Release(tenant));
    }

    internal ArchivePlace Take(string tenant, string subject)
    {
        var user = $"{tenant}|{subject}";
        ofUsers.Take(user);
        try
        {
            ofTenants.Take(tenant);
        }
        catch
        {
            ofUsers.Release(user);
            throw;
        }
        return new(MaxTime, () =>
        {
            ofTenants.Release(tenant);
            ofUsers.Release(user);
        });
    }
}

/// <summary>A place that is taken.</summary>
public sealed class ArchivePlace : IDisposable
{
    readonly CancellationTokenSource time;
    readonly Action release;
    int isReleased;

    internal ArchivePlace(TimeSpan maxTime, Action release)
    {
        (time, this.release) = (new(maxTime), release);
        TimeIsUp = time.Token;
        TimeIsUp.Register(Release); // Also if nobody ever sends the response.
    }

    /// <summary>Cancelled when its time is up.</summary>
    public CancellationToken TimeIsUp { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Release();
        time.Dispose();
    }

    void Release()
    {
        if (Interlocked.Exchange(ref isReleased, 1) == 0) release();
    }
}
