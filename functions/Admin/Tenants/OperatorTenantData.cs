using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Takes a tenant's data out and away. Deleting takes three steps, so that nobody does it by mistake or without a copy:
/// suspend, export, and delete with the value that the export ended with.
/// </summary>
public sealed class OperatorTenantData(TenantPipeline pipeline, TenantStore tenants, TenantData data)
{
    static readonly TimeSpan MaxTime = TimeSpan.FromMinutes(1); // The front end gives up after 230 seconds.

    /// <summary>
    /// <c>GET /operator/admin/tenants/{id}/export</c>: JSON lines of every row but keys, secrets and notes of work; a
    /// file's record says in <c>blob</c> in which container and blob (and snapshot) its bytes are. The last line is <c>{"complete":true,"rows":n}</c>, with <c>confirm</c> if the
    /// tenant is suspended; without it the export broke off.
    /// </summary>
    [Function("operator-tenant-export")]
    public Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = "{tenant}/admin/tenants/{id}/export")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Operator, async caller =>
        {
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            return new JsonLines(Lines(tenant, caller.Cancel), $"tenant-{tenant.Id}.jsonl");
        });

    /// <summary>
    /// <c>DELETE /operator/admin/tenants/{id}</c> <c>{confirm}</c> → 204; 202 if there was more than a minute's work: send it
    /// again. 409 <c>tenant_not_suspended</c>, <c>not_exported</c>.
    /// </summary>
    [Function("operator-tenant-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "{tenant}/admin/tenants/{id}")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var confirm = (await JsonBody.Read<Confirmation>(request)).Confirm;
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            if (tenant.Id == Tenant.Operator) throw Problem.Conflict("tenant_reserved", "The operators' tenant can't be deleted.");
            if (tenant.SuspendedBecause is null) throw Problem.Conflict("tenant_not_suspended", "Suspend the tenant first, then export it.");
            var good = tenant.DeleteConfirmation is { } hash && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(hash), Encoding.UTF8.GetBytes(Client.HashSecret(confirm)));
            if (!good) throw Problem.Conflict("not_exported", "confirm is not the value that the newest export of the suspended tenant ended with.");
            // Half a tenant is of no use: it is finished even if the caller hangs up.
            return await data.Delete(tenant, MaxTime, CancellationToken.None)
                ? Results.NoContent() : Results.Json(new { done = false }, statusCode: 202);
        });

    async IAsyncEnumerable<object> Lines(Tenant tenant, [EnumeratorCancellation] CancellationToken cancel)
    {
        var rows = 0;
        await foreach (var line in data.Export(tenant.Id, cancel))
        {
            rows++;
            yield return line;
        }
        var confirm = tenant.SuspendedBecause is null ? null : await Confirm(tenant.Id, cancel);
        yield return new { complete = true, rows, confirm };
    }

    // Only if it is suspended still: then nothing was written since the export began.
    async Task<string?> Confirm(string id, CancellationToken cancel)
    {
        var confirm = Ids.New();
        var changed = await OptimisticChange.Apply(() => tenants.FindNow(id, cancel),
            tenant => tenant with { DeleteConfirmation = tenant.SuspendedBecause is null ? null : Client.HashSecret(confirm) },
            tenant => tenants.TryReplace(tenant, cancel));
        return changed?.DeleteConfirmation is null ? null : confirm;
    }

    sealed record Confirmation(string Confirm);
}
