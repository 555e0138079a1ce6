using System.Collections.Concurrent;
using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.Tests;

/// <summary>
/// The demo data of a host that is started like most: the first on an Azurite makes it, as `dotnet dev.cs up` does, and those after it
/// get a copy (tests/azurite/copied-accounts.cjs). The copy also has the tables that a first sign-in and a first file make.
/// </summary>
static class DemoCopy
{
    // Settings that change the data.
    static readonly string[] Own =
    [
        "AZURE_FUNCTIONS_ENVIRONMENT", "urls", "Latchkey:Origin", "Latchkey:OperatorSecretHash", "Latchkey:LocalOrigins",
        "Latchkey:Messages", "Latchkey:PasswordIterations", "Latchkey:EventGridTopic",
    ];

    // By the port of Azurite's tables and the day: the name of the table to create, without the asking host's port.
    static readonly ConcurrentDictionary<(int, string), string> known = [];

    static string Day => ExpiringTables.Bucket(Now);

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow(); // Where most tests' clocks begin.

    /// <summary>True if hosts with these settings have the same demo data as others.</summary>
    public static bool IsUsual(Dictionary<string, string?>? settings) =>
        settings is null || !settings.Keys.Any(name => Own.Any(own => name.StartsWith(own, StringComparison.Ordinal)));

    /// <summary>Gives an account that nobody has used the demo data, for a host on the port; false if there is none to copy yet.</summary>
    public static async Task<bool> TryFill(string account, int port)
    {
        var tables = new TableServiceClient(account);
        if (!known.TryGetValue((tables.Uri.Port, Day), out var source)) return false;
        await tables.CreateTableAsync($"{source}{port}");
        return true;
    }

    /// <summary>Keeps what a host on the port has just made.</summary>
    public static async Task Keep(Azurite azurite, string account, int port)
    {
        var (from, kept) = (new TableServiceClient(account), new TableServiceClient(azurite.NewAccount()));
        await kept.CreateTableAsync($"CopyOf{from.AccountName}x{port}x{port}");
        var (day, end) = (Day, ExpiringTables.Bucket(Now.AddDays(90))); // Of a session.
        foreach (var name in new[]
        {
            TableNames.UserSessions, TableNames.Sessions + end, TableNames.Attempts + day, TableNames.Audit + day, TableNames.Files,
            TableNames.Uploads + day,
        }) await kept.CreateTableAsync(name);
        known.TryAdd((kept.Uri.Port, day), $"CopyOf{kept.AccountName}x{port}x");
    }
}
