using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

// What those who hand files in have under way. Whoever has many addresses fills a request, but nobody else's, and not for long.
public sealed partial record FileRequest
{
    /// <summary>How many bytes a request takes if whoever asks does not say, or the whole space if that is smaller.</summary>
    public const long DefaultTotalBytes = 10L << 30;

    /// <summary>How many files that are not complete there may be at a time.</summary>
    public const int MaxPending = 100;

    /// <summary>How many of them may come from one address.</summary>
    public const int MaxPendingOfSender = 20;

    /// <summary>How many files of one address may be given up, or refused once they were sent, within an hour.</summary>
    public const int MaxRefusedOfSender = 20;

    const int MaxRefused = 200;
    const int RetryPendingAfter = 60;
    const string SenderKind = "request";

    static readonly TimeSpan RefusedWindow = TimeSpan.FromHours(1);

    /// <summary>The senders of the files that were begun and are not complete.</summary>
    public IReadOnlyList<string> Pending { get; init; } = [];

    /// <summary>The files of the last hour that were begun and given up, or refused.</summary>
    public IReadOnlyList<RefusedFile> Refused { get; init; } = [];

    /// <summary>Who uploads by it, whoever that is.</summary>
    public Owner Sender => SenderOf(Id);

    /// <summary>Who has handed a file in, whoever that is.</summary>
    /// <param name="request">The request's id.</param>
    public static Owner SenderOf(string request) => new(SenderKind, request);

    /// <summary>
    /// Who uploads from this address, as it is counted until the file is received. The address can't be told from it without the request.
    /// </summary>
    public Owner SenderAt(string address) => new(SenderKind, $"{Id}.{Ids.HashBase32($"{SecretHash}|{address}")}");

    /// <summary>Refuses one more file of a sender who has too many under way, or has had too many refused.</summary>
    /// <exception cref="Problem">429 <c>too_many_uploads</c></exception>
    public void EnsureMayBegin(Owner sender, DateTimeOffset now)
    {
        var key = KeyOf(sender);
        if (Pending.Count >= MaxPending || Pending.Count(one => one == key) >= MaxPendingOfSender) throw TooMany(RetryPendingAfter);
        var recent = Refused.Where(one => one.BegunAt > now - RefusedWindow).OrderByDescending(one => one.BegunAt).ToList();
        var theirs = recent.Where(one => one.Sender == key).ToList();
        var last = theirs.Count >= MaxRefusedOfSender ? theirs[MaxRefusedOfSender - 1] : recent.Count >= MaxRefused ? recent[^1] : null;
        if (last is not null) throw TooMany(Math.Max(1, (int)Math.Ceiling((last.BegunAt + RefusedWindow - now).TotalSeconds)));
    }

    /// <summary>The request after one more file has begun.</summary>
    public FileRequest Begin(long size, Owner sender) =>
        this with { Begun = Begun + 1, Bytes = Bytes + size, Pending = [.. Pending, KeyOf(sender)] };

    /// <summary>The request after a file that was begun was received.</summary>
    public FileRequest Receive(FileRecord file) => this with { Received = Received + 1, Pending = Without(file) };

    /// <summary>The request after a file that was begun was given up or refused.</summary>
    public FileRequest GiveBack(FileRecord file) => this with
    {
        Begun = Math.Max(0, Begun - 1),
        Bytes = Math.Max(0, Bytes - file.Size),
        Pending = Without(file),
        Refused = [.. Refused.Where(one => one.BegunAt > file.CreatedAt - RefusedWindow)
            .Append(new(KeyOf(file.UploadedBy), file.CreatedAt)).TakeLast(MaxRefused)],
    };

    List<string> Without(FileRecord file)
    {
        var left = Pending.ToList();
        left.Remove(KeyOf(file.UploadedBy));
        return left;
    }

    static string KeyOf(Owner? sender) =>
        sender is { Kind: SenderKind } who ? who.Id[(who.Id.IndexOf('.', StringComparison.Ordinal) + 1)..] : "?";

    static Problem TooMany(int retryAfter) => new(429, "too_many_uploads", "Too many uploads are not complete, or were refused.")
    {
        RetryAfter = retryAfter,
    };
}

/// <summary>A file that was begun and never received.</summary>
/// <param name="Sender">Who began it (<see cref="FileRequest.SenderAt"/>).</param>
/// <param name="BegunAt">When it was begun, in whole seconds.</param>
public sealed record RefusedFile(string Sender, DateTimeOffset BegunAt)
{
    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static RefusedFile Read(string line) => line.Split(' ') is [var sender, var seconds]
        ? new(sender, DateTimeOffset.FromUnixTimeSeconds(long.Parse(seconds, CultureInfo.InvariantCulture)))
        : throw new FormatException("A line of refused files has two words.");

    /// <summary>A line for a column.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sender} {BegunAt.ToUnixTimeSeconds()}");
}
