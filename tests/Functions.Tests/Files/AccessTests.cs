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
        var (alice, bob) = (await host.As("alice"), await host.As("bob"));
        var id = await alice.Upload([1, 2, 3], folder: "private");
        var pending = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(pending, [1, 2, 3]);

        foreach (var (method, path) in BadInputTests.Endpoints(id).Concat(BadInputTests.Endpoints(pending.Id)))
            await bob.Send(method, path).Fails(404, "file_not_found");
        Assert.Empty((await bob.List("?folder=private")).Files);
        Assert.Equal([1, 2, 3], await (await alice.Download(id)).Content.ReadAsByteArrayAsync());
        Assert.Equal("pending", (await alice.Read(pending.Id)).Status);
    }

    [Fact]
    public async Task A_record_says_itself_whose_it_is()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1, 2, 3], folder: "moved");
        var table = host.Service<StorageClients>().Tables.GetTableClient("Files");
        await foreach (var row in table.QueryAsync<TableEntity>(row => row.PartitionKey == $"demo|{id.Substring(0, 16)}"))
        {
            if (row.GetString("Id") != id) continue;
            row["OwnerId"] = "somebody else";
            await table.UpdateEntityAsync(row, row.ETag);
        }
        foreach (var (method, path) in BadInputTests.Endpoints(id))
            await alice.Send(method, path).Fails(404, "file_not_found");
        Assert.Empty((await alice.List("?folder=moved")).Files);
    }

    [Fact]
    public async Task The_same_file_id_at_another_tenant_is_not_found()
    {
        var here = await host.As("alice");
        var there = await host.As("alice", "acme");
        var id = await here.Upload([1, 2, 3]);
        await there.Send(HttpMethod.Get, $"/{id}").Fails(404, "file_not_found");
    }

    [Fact]
    public async Task A_revoked_session_reaches_no_file_endpoint()
    {
        var alice = await host.As("alice");
        var id = await alice.Upload([1, 2, 3]);
        var begun = await alice.Begin(FilesClient.Declaration());
        await FilesClient.Stored(begun, [1, 2, 3]);
        await Revoke(alice.Token);

        foreach (var (method, path) in AllEndpoints(id).Concat(AllEndpoints(begun.Id)))
        {
            var answer = await alice.Send(method, path, method == HttpMethod.Post && path == "" ? FilesClient.Declaration() : null);
            await answer.Fails(401, "invalid_token");
            Assert.Null(answer.Headers.Location);
        }
        var again = await host.As("alice");
        Assert.Equal("available", (await again.Read(id)).Status);
        Assert.Equal("pending", (await again.Read(begun.Id)).Status);
    }

    async Task Revoke(string token)
    {
        var session = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).GetClaim("sid").Value;
        var (bucket, id) = BucketId.ParseId(session)!.Value;
        var row = new TableEntity(RowKeys.SessionPartition("demo", id), RowKeys.Session) { ["RevokedAt"] = host.Clock.Now };
        Assert.True(await host.Service<IssuedTokens>().Tables.For(bucket).TryMerge(row, default));
    }

    [Theory]
    [InlineData("files.read", "files.write")]
    [InlineData("files.write", "files.read")]
    public async Task Each_endpoint_asks_for_the_right_that_it_needs(string has, string lacks)
    {
        var token = (await host.Tokens("demo", "alice", has)).AccessToken;
        var id = await (await host.As("alice")).Upload([1, 2, 3]);
        var limited = new FilesClient(host, token);
        foreach (var (method, path) in AllEndpoints(id))
        {
            var needs = method == HttpMethod.Get && !path.EndsWith("/upload", StringComparison.Ordinal) ? "files.read" : "files.write";
            if (needs != lacks) continue;
            var answer = await limited.Send(method, path);
            var problem = await answer.Problem(403);
            Assert.Equal("insufficient_scope", problem.Code);
            Assert.Equal(lacks, problem.Scope);
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
