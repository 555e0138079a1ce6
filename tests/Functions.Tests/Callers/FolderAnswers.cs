namespace Latchkey.Tests.Callers;

/// <summary>A folder that was made.</summary>
sealed record FolderAnswer
{
    public required string Path { get; init; }
    public required string Name { get; init; }
    public required string Space { get; init; }
}

/// <summary>A job over a folder.</summary>
sealed record JobAnswer
{
    public required string Id { get; init; }
    public required string Kind { get; init; }
    public required string Status { get; init; }
    public required string Space { get; init; }
    public string? Path { get; init; }
    public string? Name { get; init; }
    public long? Bytes { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public required long Done { get; init; }
    public required long Failed { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? To { get; init; }
    public long? Total { get; init; }
    public string? Code { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>What became of many files.</summary>
sealed record BulkAnswer
{
    public required List<BulkResultAnswer> Results { get; init; }
}

/// <summary>What became of one of them.</summary>
sealed record BulkResultAnswer
{
    public required string Id { get; init; }
    public required int Status { get; init; }
    public string? Code { get; init; }
}

/// <summary>A caller who works on folders.</summary>
sealed class FoldersClient(TestHost host, string token, string tenant = "demo") : FilesClient(host, token, tenant)
{
    readonly TestHost host = host;
    readonly string tenant = tenant;

    public static async Task<FoldersClient> As(TestHost host, string user = "alice", string tenant = "demo") =>
        new(host, await host.Session(user, tenant), tenant);

    /// <summary>The raw way: any request to the endpoints of folders.</summary>
    public Task<HttpResponseMessage> Folders(HttpMethod method, object? json = null, string more = "") =>
        host.Send(method, $"/{tenant}/folders{more}", Token, json);

    public Task<FolderAnswer> Make(string path, string space = "me") =>
        Folders(HttpMethod.Post, new { path, space }).Read<FolderAnswer>(201);

    public Task<JobAnswer> Move(string path, string to, string space = "me") =>
        Ended(Folders(HttpMethod.Patch, new { path, to, space }));

    public Task<JobAnswer> TrashFolder(string path, string space = "me") =>
        Ended(Folders(HttpMethod.Delete, null, $"?path={Uri.EscapeDataString(path)}&space={space}"));

    public Task<JobAnswer> RestoreFolder(string path, string? deletion = null) =>
        Ended(Folders(HttpMethod.Post, deletion is null ? new { path } : new { path, deletion }, "/restore"));

    public Task<JobAnswer> CopyFolder(string path, string to, string space = "me", string toSpace = "me") =>
        Ended(Folders(HttpMethod.Post, new { path, to, space, toSpace }, "/copy"));

    /// <summary>The job that a request has begun, at its end: on a slow machine the queue has something left to do.</summary>
    public async Task<JobAnswer> Ended(Task<HttpResponseMessage> request)
    {
        return await Ended(await request.Read<JobAnswer>(202));
    }

    /// <summary>The same job, at its end.</summary>
    public async Task<JobAnswer> Ended(JobAnswer job)
    {
        for (var tries = 0; tries < 60 && job.Status is "queued" or "running"; tries++)
        {
            if (await host.RunQueues() == 0) await Task.Delay(200); // Storage is still copying.
            job = await Job(job.Id);
        }
        return job;
    }

    /// <summary>The URL of the archive that a job has made.</summary>
    public async Task<string> Download(JobAnswer job) =>
        (await host.Send(HttpMethod.Get, $"/{tenant}/jobs/{job.Id}/download", Token).Read<DownloadAnswer>()).Url;

    /// <summary>Asks for it in vain.</summary>
    public async Task Download(JobAnswer job, int status, string code) =>
        await host.Send(HttpMethod.Get, $"/{tenant}/jobs/{job.Id}/download", Token).Fails(status, code);

    public Task<JobAnswer> Job(string id) => host.Send(HttpMethod.Get, $"/{tenant}/jobs/{id}", Token).Read<JobAnswer>();

    public async Task<List<BulkResultAnswer>> Bulk(object request) =>
        (await Send(HttpMethod.Post, "/bulk", request).Read<BulkAnswer>()).Results;

    /// <summary>All that a folder holds: the paths of files and folders, in order; those of folders end with a slash.</summary>
    public async Task<string> Tree(string folder, string space = "me")
    {
        var found = new List<string>();
        await Walk(folder, "");
        return string.Join(' ', found.Order(StringComparer.Ordinal));

        async Task Walk(string at, string prefix)
        {
            var page = await List($"?folder={Uri.EscapeDataString(at)}&space={space}&limit=200");
            found.AddRange(page.Files.Select(file => prefix + file.Name));
            foreach (var name in page.Folders!)
            {
                found.Add($"{prefix}{name}/");
                await Walk(at.Length == 0 ? name : $"{at}/{name}", $"{prefix}{name}/");
            }
        }
    }
}
