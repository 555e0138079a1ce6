using System.Diagnostics;
using Azure.Data.Tables;

namespace Latchkey.Tests.Storage;

/// <summary>infra/tables.sh, the backup of the tables, against storage that takes an identity and no key.</summary>
public sealed class TablesScriptTests(SecureStorage storage) : IClassFixture<SecureStorage>
{
    readonly SecureAzurite azurite = storage.Azurite;

    [BashFact]
    public async Task What_was_exported_is_back_after_an_import_with_every_type_and_key_and_what_lives_for_hours_is_not()
    {
        var tables = azurite.Clients.Tables;
        var users = tables.GetTableClient("Users");
        await users.CreateAsync();
        var kept = new TableEntity("acme|O'Brien & Söhne", "file|a+b%20c=")
        {
            ["Text"] = "Zeile 1\nline \"2\" \\ 日本",
            ["Number"] = 7,
            ["Long"] = 5_000_000_000L,
            ["At"] = new DateTimeOffset(2026, 11, 25, 12, 30, 45, 678, TimeSpan.Zero),
            ["Sealed"] = new byte[] { 0, 255, 13, 10 },
            ["Disabled"] = true,
        };
        await users.AddEntityAsync(kept);
        // More than one page of the service's answers.
        for (var hundred = 0; hundred < 11; hundred++)
        {
            await users.SubmitTransactionAsync(Enumerable.Range(0, 100).Select(i =>
                new TableTransactionAction(TableTransactionActionType.Add,
                    new TableEntity("many", $"{hundred * 100 + i:d6}") { ["Name"] = "x" })));
        }
        foreach (var table in new[] { "Sessions20261125", "UserSessions" })
        {
            await tables.GetTableClient(table).CreateAsync();
            await tables.GetTableClient(table).AddEntityAsync(new TableEntity("acme", "session"));
        }
        await tables.GetTableClient("Audit20261125").CreateAsync();

        var folder = Directory.CreateTempSubdirectory("latchkey-tables").FullName;
        try
        {
            var (code, output) = await Run("export", folder);
            Assert.True(code == 0, output);
            Assert.Equal(["Audit20261125.jsonl", "Users.jsonl"], Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order());
            Assert.Contains("Users: 1101 rows", output, StringComparison.Ordinal);
            await users.DeleteAsync();

            (code, output) = await Run("import", folder);
            Assert.True(code == 0, output);
            var back = (await users.GetEntityAsync<TableEntity>(kept.PartitionKey, kept.RowKey)).Value;
            foreach (var (name, value) in kept) Assert.Equal(value, back[name]);
            Assert.Equal(kept.Count + 2, back.Count); // And its Timestamp and ETag.
            var rows = 0;
            await foreach (var _ in users.QueryAsync<TableEntity>(select: ["RowKey"])) rows++;
            Assert.Equal(1101, rows);

            // Once more over what is there, as after an import that was cut off.
            (code, output) = await Run("import", folder);
            Assert.True(code == 0, output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [BashFact]
    public async Task An_export_that_is_refused_says_so()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-tables").FullName;
        var (code, output) = await Run("export", folder, token: "not-a-token");
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual(0, code);
        Assert.Contains("403", output, StringComparison.Ordinal);
    }

    async Task<(int Code, string Output)> Run(string verb, string folder, string? token = null)
    {
        var start = new ProcessStartInfo("bash", [Repository.Path("infra/tables.sh"), verb, azurite.TableEndpoint.AbsoluteUri, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CURL_CA_BUNDLE"] = azurite.CertificatePath;
        start.Environment["LATCHKEY_STORAGE_TOKEN"] = token ?? SecureAzurite.Token;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("tables.sh did not end.");
        }
        return (process.ExitCode, await output + await errors);
    }

    sealed class BashFactAttribute : FactAttribute
    {
        public BashFactAttribute()
        {
            var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
            var missing = new[] { "bash", "curl", "jq" }.Where(tool => !paths.Any(path => File.Exists(Path.Combine(path, tool)))).ToList();
            if (missing.Count > 0) Skip = $"infra/tables.sh needs {string.Join(" and ", missing)}, which is not here.";
        }
    }
}
