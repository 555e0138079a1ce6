using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Latchkey.Files;

/// <summary>
/// ClamAV's daemon, by its command INSTREAM (clamd(8)): chunks that each have their length before them, then a length of zero, then one
/// line of answer. Only the two lines that are a verdict count as one.
/// </summary>
public sealed class ClamAvScanner(ScanSettings settings)
{
    const int ChunkBytes = 128 * 1024;
    const int LengthBytes = 4;

    // Little, so that nearly all has to be taken before the last chunk is sent: an answer that comes too early is there by then.
    const int SendBufferBytes = 2 * ChunkBytes;

    const int MaxAnswerBytes = 4096;
    const string Prefix = "stream: ";
    const string Found = " FOUND";

    static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(5);

    /// <summary>How long the scanner may take for a chunk, and for its answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>Sends bytes to the scanner; what it says about them.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="size">How many there must be: a verdict about fewer is none.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="NoVerdictException">The scanner did not answer, or not as it should.</exception>
    public async Task<ScanVerdict> Scan(Stream bytes, long size, CancellationToken cancel)
    {
        await using var scanner = await Connect(cancel);
        var isWhole = await TrySend(scanner, bytes, size, cancel);
        var answer = await ReadAnswer(scanner, cancel);
        return Read(answer) switch
        {
            { Failure: not null } failed => failed,
            { } verdict when isWhole => verdict,
            _ => throw new NoVerdictException($"clamd answered '{answer}'."),
        };
    }

    /// <summary>Asks whether the scanner is there.</summary>
    /// <exception cref="NoVerdictException">It is not.</exception>
    public async Task EnsureUp(CancellationToken cancel)
    {
        await using var scanner = await Connect(cancel);
        await Write(scanner, "zPING\0"u8.ToArray(), cancel);
        if (await ReadAnswer(scanner, cancel) is not "PONG" and var other) throw new NoVerdictException($"clamd answered '{other}'.");
    }

    /// <summary>True if the scanner is there.</summary>
    public async Task<bool> IsUp(CancellationToken cancel)
    {
        try
        {
            await EnsureUp(cancel);
            return true;
        }
        catch (NoVerdictException)
        {
            return false;
        }
    }

    // Null for what is no verdict.
    static ScanVerdict? Read(string answer)
    {
        if (answer == "INSTREAM size limit exceeded. ERROR") return ScanVerdict.None(ScanVerdict.TooLarge);
        if (!answer.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var words = answer[Prefix.Length..];
        if (words == "OK") return ScanVerdict.Clean;
        if (words.Length <= Found.Length || !words.EndsWith(Found, StringComparison.Ordinal)) return null;
        var threat = words[..^Found.Length];
        // With AlertExceedsMax: nobody has seen the rest.
        return threat.StartsWith("Heuristics.Limits.Exceeded", StringComparison.Ordinal)
            ? ScanVerdict.None(ScanVerdict.LimitsExceeded) : ScanVerdict.Infected(threat);
    }

    async Task<NetworkStream> Connect(CancellationToken cancel)
    {
        var socket = settings.Socket is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.SendBufferSize = SendBufferBytes;
        try
        {
            await Within(ConnectTime, async stop => await socket.ConnectAsync(settings.Socket is { } path
                ? new UnixDomainSocketEndPoint(path) : new DnsEndPoint(settings.Host!, settings.Port), stop), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // False if it hung up or answered early: clamd does that when a file is too large.
    async Task<bool> TrySend(NetworkStream scanner, Stream bytes, long size, CancellationToken cancel)
    {
        if (!await TryWrite("zINSTREAM\0"u8.ToArray())) return false;
        var (chunk, sent) = (new byte[LengthBytes + ChunkBytes], 0L);
        while (await bytes.ReadAtLeastAsync(chunk.AsMemory(LengthBytes), ChunkBytes, false, cancel) is var read and > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(chunk, read);
            if (!await TryWrite(chunk.AsMemory(0, LengthBytes + read))) return false;
            sent += read;
        }
        if (scanner.DataAvailable) return false; // A verdict about what it has not seen.
        if (sent != size) throw new NoVerdictException($"Storage sent {sent} bytes of {size}.");
        return await TryWrite(new byte[LengthBytes]);

        async Task<bool> TryWrite(ReadOnlyMemory<byte> part)
        {
            try
            {
                await Write(scanner, part, cancel);
                return true;
            }
            catch (NoVerdictException hungUp) when (hungUp.InnerException is IOException)
            {
                return false;
            }
        }
    }

    Task Write(NetworkStream scanner, ReadOnlyMemory<byte> part, CancellationToken cancel) =>
        Within(Patience, async stop => await scanner.WriteAsync(part, stop), cancel);

    async Task<string> ReadAnswer(NetworkStream scanner, CancellationToken cancel)
    {
        var (answer, length) = (new byte[MaxAnswerBytes], 0);
        await Within(Patience, async stop =>
        {
            while (length < MaxAnswerBytes && await scanner.ReadAsync(answer.AsMemory(length), stop) is var read and > 0)
            {
                length += read;
                if (answer[length - 1] == 0) return; // The z before a command: answers end so, too.
            }
        }, cancel);
        var text = Encoding.ASCII.GetString(answer, 0, length);
        return text.EndsWith('\0') ? text[..^1] : throw new NoVerdictException("clamd hung up before its answer had ended.");
    }

    static async Task Within(TimeSpan time, Func<CancellationToken, Task> step, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(time);
        try
        {
            await step(limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new NoVerdictException($"clamd did not answer within {time.TotalSeconds} seconds.");
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new NoVerdictException("clamd can't be reached, or has hung up.", fault);
        }
    }
}
