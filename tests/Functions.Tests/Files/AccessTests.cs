using System.Net;
using Azure.Data.Tables;
using Latchkey.Sessions;
using Latchkey.Storage;

namespace Latchkey.Tests.Files;

/// <summary>Who may do what with whose files.</summary>
public sealed class AccessTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    [Fact]
    public async Task Somebody_elses_file_is_not_found_whatever_is_done_with_it()
    {
        var (alice, bob) = (await FilesOf.SignedIn(host), await FilesOf.SignedIn(host, "bob"));
        var id = await alice.Upload([1, 2, 3], folder: "private");
        var pending = await alice.Begin(FilesOf.Declaration());
        await FilesOf.Stored(pending, [1, 2, 3]);

        foreach (var (method, path) in BadInputTests.Endpoints(id).Concat(BadInputTests.Endpoints(pending.Id)))
            Assert.Equal("file_not_found", await FilesOf.Code(await bob.Send(method, path), 404));
        Assert.Empty((await bob.List("?folder=private")).Files);
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        Assert.Equal("pending", (await alice.Read(pending.Id)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_record_says_itself_whose_it_is()
    {
        var alice = await FilesOf.SignedIn(host);
        var id = await alice.Upload([1, 2, 3], folder: "moved");
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        await foreach (var row in table.QueryAsync<TableEntity>(row => row.PartitionKey == $"demo|{id.Substring(0, 16)}"))
        {
            if (row.GetString("Id") != id) continue;
            row["OwnerId"] = "somebody else";
            await table.UpdateEntityAsync(row, row.ETag);
        }
        foreach (var (method, path) in BadInputTests.Endpoints(id))
            Assert.Equal("file_not_found", await FilesOf.Code(await alice.Send(method, path), 404));
        Assert.Empty((await alice.List("?folder=moved")).Files);
    }

    [Fact]
    public async Task The_same_file_id_at_another_tenant_is_not_found()
    {
        var here = await FilesOf.SignedIn(host);
        var there = await FilesOf.SignedIn(host, tenant: "acme");
        var id = await here.Upload([1, 2, 3]);
        Assert.Equal("file_not_found", await FilesOf.Code(await there.Send(HttpMethod.Get, $"/{id}"), 404));
    }

    [Fact]
    public async Task A_revoked_session_reaches_no_file_endpoint()
    {
        var alice = await FilesOf.SignedIn(host);
        var id = await alice.Upload([1, 2, 3]);
        var begun = await alice.Begin(FilesOf.Declaration());
        await FilesOf.Stored(begun, [1, 2, 3]);
        await Revoke(alice.Token);

        foreach (var (method, path) in AllEndpoints(id).Concat(AllEndpoints(begun.Id)))
        {
            var answer = await alice.Send(method, path, method == HttpMethod.Post && path == "" ? FilesOf.Declaration() : null);
            Assert.Equal("invalid_token", await FilesOf.Code(answer, 401));
            Assert.Null(answer.Headers.Location);
        }
        var again = await FilesOf.SignedIn(host);
        Assert.Equal("available", (await again.Read(id)).GetProperty("status").GetString());
        Assert.Equal("pending", (await again.Read(begun.Id)).GetProperty("status").GetString());
    }

    async Task Revoke(string token)
    {
        var session = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).GetClaim("sid").Value;
        Assert.True(IssuedTokens.TrySplit(session, out var bucket, out var id));
        var row = new TableEntity(RowKeys.SessionPartition("demo", id), RowKeys.Session) { ["RevokedAt"] = host.Clock.Now };
        Assert.True(await host.Service<IssuedTokens>().Tables.For(bucket).TryMerge(row, default));
    }

    [Theory]
    [InlineData("files.read", "files.write")]
    [InlineData("files.write", "files.read")]
    public async Task Each_endpoint_asks_for_the_right_that_it_needs(string has, string lacks)
    {
        var token = (await host.SignIn("demo", "alice", has)).GetProperty("access_token").GetString()!;
        var id = await (await FilesOf.SignedIn(host)).Upload([1, 2, 3]);
        var limited = new FilesOf(host, token);
        foreach (var (method, path) in AllEndpoints(id))
        {
            var needs = method == HttpMethod.Get && !path.EndsWith("/upload", StringComparison.Ordinal) ? "files.read" : "files.write";
            if (needs != lacks) continue;
            var answer = await limited.Send(method, path);
            var problem = await TestHost.Json(answer, 403);
            Assert.Equal("insufficient_scope", problem.GetProperty("code").GetString());
            Assert.Equal(lacks, problem.GetProperty("scope").GetString());
        }
    }

    [Fact]
    public async Task Every_route_answers_the_preflight_of_a_web_view()
    {
        foreach (var (_, path) in AllEndpoints(new string('a', 32)))
        {
            var request = new HttpRequestMessage(HttpMethod.Options, $"/demo/files{path}");
            request.Headers.Add("Origin", "capacitor://localhost");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            var answer = await host.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal("capacitor://localhost", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        }
    }

    static IEnumerable<(HttpMethod Method, string Path)> AllEndpoints(string id) =>
        [(HttpMethod.Post, ""), (HttpMethod.Get, ""), .. BadInputTests.Endpoints(id)];
}
