using System.Text.Json;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tenancy;

/// <summary>The row of a tenant's own wording (SCHEMA.md, table Tenants).</summary>
static class TenantTexts
{
    public static TableEntity Row(Tenant tenant)
    {
        var row = new TableEntity(tenant.Id, RowKeys.Texts);
        Columns.PutLong(row, "Json", JsonSerializer.Serialize(tenant.Texts));
        return row;
    }

    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Read(TableEntity row) =>
        JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string>>>(Columns.GetLong(row, "Json"))!
            .ToDictionary(texts => texts.Key, IReadOnlyDictionary<string, string> (texts) => texts.Value, StringComparer.Ordinal);
}
