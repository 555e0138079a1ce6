using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Queues.Models;

namespace Latchkey.Storage;

/// <summary>A message that is not one of ours. Its function fails, so the Functions host puts it aside.</summary>
public sealed class UnknownMessageException(Exception? cause = null) : Exception("The message is not one of this queue.", cause);

/// <summary>
/// Sends messages to the queues of <see cref="QueueNames"/>, on which functions with a queue trigger work. A message is a JSON object of
/// ids with a version (<c>v</c>). It is delivered at least once, so whatever reads one must do no harm the second time.
/// </summary>
public sealed class WorkQueues(StorageClients storage)
{
    const int Version = 1;
    const string VersionName = "v";
    const int MaxPeeked = 32; // Storage shows no more at a time.

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        NumberHandling = JsonNumberHandling.Strict,
        MaxDepth = 8,
    };

    /// <summary>Sends a message. It costs one request, and two more if the queue is not there yet.</summary>
    /// <param name="queue">One of <see cref="QueueNames"/>.</param>
    /// <param name="message">A record of ids, at most 48 KiB as JSON.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="delay">How long nobody gets it; seven days at most. Null: not at all.</param>
    public async Task Send<T>(string queue, T message, CancellationToken cancel, TimeSpan? delay = null) where T : notnull
    {
        var body = JsonSerializer.SerializeToNode(message, Json)!.AsObject();
        body.Insert(0, VersionName, Version);
        var (text, client) = (body.ToJsonString(), storage.Queues.GetQueueClient(queue));
        try
        {
            await client.SendMessageAsync(text, delay, cancellationToken: cancel);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            await client.CreateIfNotExistsAsync(cancellationToken: cancel);
            await client.SendMessageAsync(text, delay, cancellationToken: cancel);
        }
    }

    /// <summary>
    /// True if a message of another tenant is among the first 32 that wait in a queue whose messages say their tenant; true as well if one
    /// can't be read. It costs one request.
    /// </summary>
    /// <param name="queue">One of <see cref="QueueNames"/>, which is there.</param>
    /// <param name="tenant">The tenant.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task<bool> HasOthers(string queue, string tenant, CancellationToken cancel)
    {
        try
        {
            var waiting = (await storage.Queues.GetQueueClient(queue).PeekMessagesAsync(MaxPeeked, cancel)).Value;
            return waiting.Any(message => TenantOf(message.MessageText) != tenant);
        }
        catch (FormatException)
        {
            return true; // One is no Base64, for which the SDK shows none of them.
        }
    }

    static string? TenantOf(string text)
    {
        try
        {
            return JsonNode.Parse(text)?["tenant"]?.GetValue<string>();
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Reads a message. Whoever may write to the queue could have written it, so every id in it is still to be checked.</summary>
    /// <exception cref="UnknownMessageException">It is not a <typeparamref name="T"/> of our version, with all properties and no
    /// others.</exception>
    public static T Read<T>(string text) where T : class
    {
        try
        {
            var body = JsonNode.Parse(text, documentOptions: new() { MaxDepth = 8, AllowDuplicateProperties = false }) as JsonObject;
            if (body?[VersionName] is not JsonValue version || !version.TryGetValue(out int number) || number != Version)
                throw new UnknownMessageException();
            body.Remove(VersionName);
            return body.Deserialize<T>(Json) ?? throw new UnknownMessageException();
        }
        catch (JsonException other)
        {
            throw new UnknownMessageException(other);
        }
    }
}
