using System.Net;
using Spectre.Console;

namespace Latchkey.Workshop;

/// <summary>Bytes that move under a progress bar, where the output is a terminal.</summary>
static class Progress
{
    public const int BufferBytes = 1 << 16;

    /// <summary>Does the work, which says after each part how many bytes have moved.</summary>
    public static Task<T> Show<T>(string way, long length, Func<Action<int>, Task<T>> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
            return work(_ => { });
        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn())
            .StartAsync(bars =>
            {
                var bar = bars.AddTask(way, maxValue: length);
                return work(count => bar.Increment(count));
            });
    }

    /// <summary>A request body that is read from a file as it is sent: its length is known, so it is not chunked.</summary>
    public sealed class FileContent(FileStream file, Action<int> sent) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var buffer = new byte[BufferBytes];
            while (await file.ReadAsync(buffer, Shell.Stopping) is > 0 and var count)
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), Shell.Stopping);
                sent(count);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = file.Length;
            return true;
        }
    }
}
