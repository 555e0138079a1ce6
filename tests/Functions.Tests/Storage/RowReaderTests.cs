using System.Net;
using System.Text;
using Azure.Data.Tables;
using Latchkey.Storage;
using Latchkey.Tests.Files;

namespace Latchkey.Tests.Storage;

/// <summary>Rows are what the SDK itself would have made of them.</summary>
public sealed class RowReaderTests : IAsyncLifetime
{
    TableServiceClient tables = null!;

    public async Task InitializeAsync() =>
        tables = new StorageClients((await Azurite.Shared).NewAccount(), new RoundTrips(), StorageRetries.Default).Tables;

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_row_is_read_with_all_its_types_as_the_SDK_reads_it()
    {
        var client = await Client("types");
        var table = new Table(client);
        var row = new TableEntity("a'b|Ü", "row \"1\"")
        {
            ["Text"] = "öäü \"quoted\" \\ and 'more' \u2028 😀",
            ["Empty"] = "",
            ["LooksLikeTime"] = "2026-11-26T17:00:00Z",
            ["Number"] = int.MinValue,
            ["Long"] = long.MaxValue,
            ["Half"] = 0.5,
            ["Whole"] = 3.0,
            ["Yes"] = true,
            ["No"] = false,
            ["Time"] = new DateTimeOffset(2026, 11, 26, 17, 0, 0, TimeSpan.Zero).AddTicks(1234567),
            ["Bytes"] = new byte[] { 0, 1, 255 },
            ["Id"] = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e"),
            ["Nothing"] = null,
        };
        await table.Put(row, default);
        var theirs = (await client.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey)).Value;
        var found = (await table.Find(row.PartitionKey, row.RowKey, default))!;
        var listed = Assert.Single(await table.Partition(row.PartitionKey, default).ToListAsync());
        foreach (var ours in new[] { found, listed })
        {
            Assert.Equal(theirs.ETag, ours.ETag);
            Assert.Equal(theirs.Timestamp, ours.Timestamp);
            Assert.Equal(Columns(theirs), Columns(ours));
        }
        var some = (await table.Find(row.PartitionKey, row.RowKey, ["Text", "Long", "None"], default))!;
        Assert.Equal(["Long", "Text", "odata.etag"], some.Keys.Order(StringComparer.Ordinal));
        Assert.True(await table.TryReplace(found, default)); // It has all that a write needs.
        Assert.Null(await table.Find(row.PartitionKey, "another", default));
        Assert.Null(await new Table(tables.GetTableClient("missing")).Find("a", "b", default));
        Assert.Empty(await new Table(tables.GetTableClient("missing")).Partition("a", default).ToListAsync());
    }

    [Fact]
    public async Task Rows_follow_each_other_over_pages_in_their_order()
    {
        var table = new Table(await Client("pages"));
        foreach (var n in Enumerable.Range(0, 7)) await table.Put(new TableEntity("p", $"{n}") { ["N"] = n }, default);
        var rows = await table.Range("p", "1", "6", 2, default).ToListAsync();
        Assert.Equal([1, 2, 3, 4, 5], rows.Select(row => row.GetInt32("N")!.Value));
        var (first, next) = await table.Page($"PartitionKey eq 'p'", null, 3, default);
        var (rest, end) = await table.Page($"PartitionKey eq 'p'", next, 10, default);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], first.Concat(rest).Select(row => row.RowKey));
        Assert.Null(end);
    }

    [Theory] // Azurite says a type before its value, and names no column that is not there.
    [InlineData("""{"N@odata.type":"Edm.Int64","N":"7"}""")]
    [InlineData("""{"N":"7","N@odata.type":"Edm.Int64"}""")]
    [InlineData("""{"N@odata.type":"Edm.Int64","M":null,"odata.id":"x","N":"7","O@odata.type":"Edm.DateTime","O":null}""")]
    [InlineData("""{"odata.metadata":"m","value":[{"N":"7","N@odata.type":"Edm.Int64"}]}""", true)]
    [InlineData("""{"N":"7","N@odata.type":"Edm.Int64","O":null,"O@odata.type":"Edm.DateTime","P@odata.type":"Edm.Guid"}""")]
    public void A_type_may_stand_before_or_behind_its_value_and_null_is_no_value(string answer, bool isPage = false)
    {
        var rows = new Rows(isPage);
        rows.Read(Encoding.UTF8.GetBytes(answer));
        var column = Assert.Single(Assert.Single(rows.All));
        Assert.Equal(("N", (object)7L), (column.Key, column.Value));
    }

    [Fact]
    public async Task What_is_no_answer_of_storage_is_an_outage_and_never_no_rows()
    {
        using var storage = await CuttableStorage.Start();
        await using var host = await storage.Host();
        var alice = await host.As("alice");
        var file = await alice.Upload([1, 2, 3]);
        string[] objects =
        [
            "", "{}", "[]", "null", "<html>Sign in to the network</html>", """{"error":{"code":"x"}}""", """{"N":1""",
            """{"odata.etag":"e","N":[1],"M":2}""", """{"odata.etag":"e","N":{"M":1}}""",
            """{"odata.etag":"e","N@odata.type":1}""", """{"odata.etag":"e","N@odata.type":"Edm.Int64","N":"x"}""",
        ];
        string[] pages =
        [
            .. objects, .. objects.Where(row => row.Length > 0).Select(row => $$"""{"value":[{{row}}]}"""),
            """{"value":""", """{"value":{}}""", """{"value":[1]}""",
            """{"value":[{"odata.etag":"e","N":1},""", """{"value":[{"odata.etag":"e","N":1}]""",
        ];
        foreach (var (path, what, answers) in new[] { ("", "/Files()", pages), ($"/{file}", "/Files(Part", objects) })
        {
            foreach (var answer in answers)
            {
                storage.Instead = request => request.StartsWith("GET ", StringComparison.Ordinal)
                    && request.Contains(what, StringComparison.Ordinal) ? answer : null;
                await AssertOutage(await alice.Send(HttpMethod.Get, path), answer);
                storage.Instead = null;
                await alice.Send(HttpMethod.Get, path).Is(200);
            }
        }
    }

    static async Task AssertOutage(HttpResponseMessage response, string answer)
    {
        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{(int)response.StatusCode} after {answer}");
        await response.Fails(503, "storage_unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public void A_client_without_the_reader_has_no_rows_by_mistake() =>
        Assert.Throws<InvalidOperationException>(() => new Rows(isPage: true).All);

    async Task<TableClient> Client(string name)
    {
        var client = tables.GetTableClient(name);
        await client.CreateIfNotExistsAsync();
        return client;
    }

    static List<(string, string?, Type)> Columns(TableEntity row) =>
        [.. row.Where(column => !column.Key.StartsWith("odata.", StringComparison.Ordinal)).OrderBy(column => column.Key)
            .Select(column => (column.Key, column.Value is byte[] bytes ? Convert.ToHexString(bytes) : $"{column.Value}",
                column.Value.GetType()))];
}
