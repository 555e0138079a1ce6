using System.Globalization;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>Writes each message to a file of its own, for local runs; its HTML to a file beside it, for a look in a browser.</summary>
public sealed class FileMail(MailSettings settings, TimeProvider clock) : IMail
{
    /// <inheritdoc/>
    public async Task Send(Message message, CancellationToken cancel)
    {
        Directory.CreateDirectory(settings.Folder);
        var time = clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var path = Path.Combine(settings.Folder, $"{time}-{Ids.New()}.txt");
        // Written under another name first, so that nobody reads half a message.
        var text = $"From: {settings.From}\nTo: {message.To}\nSubject: {message.Subject}\n\n{message.Text}\n";
        await File.WriteAllTextAsync($"{path}.part", text, cancel);
        if (message.Html is not null) await File.WriteAllTextAsync(Path.ChangeExtension(path, ".html"), message.Html, cancel);
        File.Move($"{path}.part", path);
    }
}
