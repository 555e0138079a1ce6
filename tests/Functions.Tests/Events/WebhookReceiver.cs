using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using StandardWebhooks;

namespace Latchkey.Tests.Events;

/// <summary>What a webhook's receiver was sent.</summary>
sealed record Hook(string Path, IHeaderDictionary Headers, string Body)
{
    public string Id => Headers["webhook-id"].Single()!;

    public string[] Signatures => Headers["webhook-signature"].Single()!.Split(' ');

    public JsonElement Event => JsonDocument.Parse(Body).RootElement;

    public string Type => Event.GetProperty("type").GetString()!;

    public JsonElement Data => Event.GetProperty("data");

    public string? Of(string name) => Data.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>What the signature with a secret is, by our own hands (Standard Webhooks, "Signature scheme").</summary>
    public string SignatureWith(string secret) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{Id}.{Headers["webhook-timestamp"]}.{Body}")));

    /// <summary>True if the stock library accepts it.</summary>
    public bool IsAccepted(byte[] key, string signature)
    {
        try
        {
            new StandardWebhook($"whsec_{Convert.ToBase64String(key)}").Verify(Body, new HeaderDictionary
            {
                ["webhook-id"] = Id,
                ["webhook-timestamp"] = Headers["webhook-timestamp"],
                ["webhook-signature"] = signature,
            });
            return true;
        }
        catch (StandardWebhooks.Diagnostics.WebhookVerificationException)
        {
            return false;
        }
    }
}

/// <summary>A receiver of webhooks on this machine.</summary>
sealed class WebhookReceiver : IAsyncDisposable
{
    readonly WebApplication web;
    readonly SemaphoreSlim arrived = new(0);
    readonly CancellationTokenSource stop = new();

    public WebhookReceiver()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        web = builder.Build();
        web.Urls.Add(Origin);
        web.MapPost("/{path}", Receive);
    }

    public string Origin { get; } = $"http://127.0.0.1:{Azurite.FreePort()}";

    /// <summary>All that has arrived and was not asked for yet.</summary>
    public ConcurrentQueue<Hook> Received { get; } = [];

    public int Status { get; set; } = 200;

    public int? RetryAfter { get; set; }

    /// <summary>Answers as it likes instead.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>Ends when the receiver does.</summary>
    public CancellationToken Stopping => stop.Token;

    public Task Start() => web.StartAsync();

    public async Task<Hook> Next()
    {
        Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(20)), "Nothing has arrived.");
        Assert.True(Received.TryDequeue(out var one));
        return one;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await web.DisposeAsync();
        stop.Dispose();
        arrived.Dispose();
    }

    async Task Receive(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Received.Enqueue(
            new(context.Request.Path, new HeaderDictionary(context.Request.Headers.ToDictionary()), await reader.ReadToEndAsync()));
        arrived.Release();
        context.Response.StatusCode = Status;
        if (RetryAfter is { } seconds) context.Response.Headers.RetryAfter = $"{seconds}";
        if (Answer is { } answer) await answer(context);
    }
}
