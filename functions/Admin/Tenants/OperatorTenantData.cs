using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Latchkey.Access;
using Latchkey.Account;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Exports and deletes a tenant. Deletion takes three steps, so that nobody does it by mistake or without a copy: suspend,
/// export, then delete with the confirmation value at the end of the export.
/// </summary>
public sealed class OperatorTenantData(TenantPipeline pipeline, TenantStore tenants, TenantData data)
{
    const string ItemRoute = "{tenant}/admin/tenants/{id}";

    /// <summary>
    /// <c>GET /operator/admin/tenants/{id}/export</c>: JSON lines of every row except keys, secrets and internal work queues. In a
    /// file's record <c>blob</c> names the container, blob and snapshot that hold its bytes. The last line is
    /// <c>{"complete":true,"rows":n}</c>, with <c>confirm</c> if the tenant is suspended; an export without it was cut short.
    /// </summary>
    [Function("operator-tenant-export")]
    public Task<IResult> Export(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "options", Route = ItemRoute + "/export")] HttpRequest request) =>
        pipeline.AuthorizeRead(request, Scopes.Operator, async caller =>
        {
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            return new JsonLines(Lines(tenant, caller.Cancel), $"tenant-{tenant.Id}.jsonl");
        });

    /// <summary>
    /// <c>DELETE /operator/admin/tenants/{id}</c> <c>{confirm}</c> → 204; 202 if one minute was not enough: repeat the request.
    /// 409 <c>tenant_not_suspended</c>, <c>not_exported</c>.
    /// </summary>
    [Function("operator-tenant-delete")]
    public Task<IResult> Delete(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = ItemRoute)] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Operator, async caller =>
        {
            var confirm = (await JsonBody.Read<Confirmation>(request)).Confirm;
            var tenant = await tenants.FindNow(OperatorTenants.Id(request), caller.Cancel) ?? throw OperatorTenants.NotFound();
            if (tenant.Id == Tenant.Operator) throw Problem.Conflict("tenant_reserved", "The operators' tenant cannot be deleted.");
            if (tenant.SuspendedBecause is null)
                throw Problem.Conflict("tenant_not_suspended", "Suspend the tenant first, then export it.");
            var isConfirmed = tenant.DeleteConfirmation is { } hash && CryptographicOperations.FixedTimeEquals(
                Encoding.UTF8.GetBytes(hash), Encoding.UTF8.GetBytes(Client.HashSecret(confirm)));
            if (!isConfirmed)
            {
                throw Problem.Conflict("not_exported",
                    "confirm must be the value at the end of the newest export of the suspended tenant.");
            }
            // Half a tenant is useless: the deletion continues even if the caller hangs up.
            return await data.Delete(tenant, RemovalNotes.MaxRequestTime, CancellationToken.None)
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

    // Only while the tenant is still suspended: then nothing was written since the export began.
    async Task<string?> Confirm(string id, CancellationToken cancel)
    {
        var confirm = Ids.New();
        var changed = await OptimisticUpdate.Run(() => tenants.FindNow(id, cancel),
            tenant => tenant with { DeleteConfirmation = tenant.SuspendedBecause is null ? null : Client.HashSecret(confirm) },
            tenant => tenants.TryReplace(tenant, cancel));
        return changed?.DeleteConfirmation is null ? null : confirm;
    }

    sealed record Confirmation(string Confirm);
}
