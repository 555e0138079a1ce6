using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.OAuth;

/// <summary>What wrong passwords leave, for tests of what comes after them.</summary>
static class FailedSignIns
{
    /// <summary>
    /// Writes the rows of so many failed sign-ins to an account of tenant demo, without the sign-ins; the last is at this moment. Those
    /// of the callers' addresses are not written.
    /// </summary>
    public static Task Fail(this TestHost host, string user, int failures, TimeSpan apart = default) => host.WriteRows(
        TableNames.Attempts + ExpiringTables.Bucket(host.Clock.Now),
        RowKeys.Attempts("demo", "account", UserStore.Normalize(user)),
        failures,
        n => new TableEntity("", RowKeys.Attempt(n)) { ["At"] = host.Clock.Now - (failures - 1 - n) * apart, ["Failed"] = true });
}
