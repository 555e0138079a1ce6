using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Latchkey.Storage;

/// <summary>How long to wait before a failed request to storage is retried. Tests wait less.</summary>
/// <param name="InitialDelay">The wait before the first retry; it doubles each time.</param>
/// <param name="MaxDelay">The longest wait.</param>
public sealed record StorageRetries(TimeSpan InitialDelay, TimeSpan MaxDelay)
{
    /// <summary>The waits of a deployment.</summary>
    public static StorageRetries Default { get; } = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1));
}

/// <summary>
/// The clients of Table, Blob and Queue Storage. In Azure they use the app's identity; on the emulator they use its account key,
/// which SAS need there. Both give up within seconds, so that a storage outage is a 503 and not a hanging request.
/// </summary>
public sealed class StorageClients
{
    /// <summary>Connects with an identity (Azure). Tests pass a <paramref name="transport"/> that trusts their own certificate.</summary>
    public StorageClients(
        Uri tables, Uri blobs, Uri queues, TokenCredential credential, RoundTrips roundTrips, StorageRetries retries,
        HttpPipelineTransport? transport = null)
    {
        Tables = new TableServiceClient(tables, credential, Bounded(ForTables(), roundTrips, retries, transport));
        Blobs = new BlobServiceClient(blobs, credential, Bounded(new BlobClientOptions(), roundTrips, retries, transport));
        Queues = new QueueServiceClient(queues, credential, Bounded(ForQueues(), roundTrips, retries, transport));
    }

    /// <summary>Connects with a connection string (the emulator). Tests pass a <paramref name="transport"/> that they can cut.</summary>
    public StorageClients(string connectionString, RoundTrips roundTrips, StorageRetries retries, HttpPipelineTransport? transport = null)
    {
        Tables = new TableServiceClient(connectionString, Bounded(ForTables(), roundTrips, retries, transport));
        Blobs = new BlobServiceClient(connectionString, Bounded(new BlobClientOptions(), roundTrips, retries, transport));
        Queues = new QueueServiceClient(connectionString, Bounded(ForQueues(), roundTrips, retries, transport));
    }

    /// <summary>
    /// True if the connection string is an emulator's: plain HTTP, and the account in the path. Azure has it in the host.
    /// </summary>
    public static bool IsEmulators(string connectionString)
    {
        try
        {
            Uri[] addresses = [new TableServiceClient(connectionString).Uri, new BlobServiceClient(connectionString).Uri];
            return Array.TrueForAll(addresses, uri => uri.Scheme == Uri.UriSchemeHttp && uri.AbsolutePath.Length > 1);
        }
        catch (Exception broken) when (broken is ArgumentException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Table Storage.</summary>
    public TableServiceClient Tables { get; }

    /// <summary>Blob Storage.</summary>
    public BlobServiceClient Blobs { get; }

    /// <summary>Queue Storage. Messages are in base64, as the Functions host expects them.</summary>
    public QueueServiceClient Queues { get; }

    static TableClientOptions ForTables()
    {
        var options = new TableClientOptions();
        options.AddPolicy(new RowReader(), HttpPipelinePosition.PerRetry);
        return options;
    }

    static QueueClientOptions ForQueues() => new() { MessageEncoding = QueueMessageEncoding.Base64 };

    static T Bounded<T>(T options, RoundTrips roundTrips, StorageRetries retries, HttpPipelineTransport? transport)
        where T : ClientOptions
    {
        if (transport is not null) options.Transport = transport;
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = retries.InitialDelay;
        options.Retry.MaxDelay = retries.MaxDelay;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(5);
        options.Diagnostics.IsLoggingContentEnabled = false;
        options.Diagnostics.IsLoggingEnabled = false; // It would log SAS query strings.
        options.AddPolicy(roundTrips, HttpPipelinePosition.PerRetry);
        return options;
    }
}
