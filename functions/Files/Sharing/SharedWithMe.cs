using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// The files that others share with a user, found through the user's index and those of the user's groups. An index row only
/// leads to a share; the record and the share decide. What has ended or gone is left out.
/// </summary>
public sealed class SharedWithMe(ShareStore shares, FileStore files, Memberships memberships, TimeProvider clock)
{
    const int ReadsAtOnce = 16;
    const int RecipientsAtOnce = 10;
    const int RecipientsOfPage = 50;

    /// <summary>
    /// A page, and where the next begins. A page may hold fewer files than <paramref name="limit"/> although there are more, because it
    /// looks at so many shares, each of which costs two reads.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="cursor">Where the last page ended, or null.</param>
    /// <param name="limit">How many shares it looks at.</param>
    /// <param name="fits">Which files are wanted; null for all.</param>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public async Task<(IReadOnlyList<FileResponse> Files, string? Next)> Page(
        Caller caller, string? cursor, int limit, Func<FileRecord, bool>? fits = null)
    {
        var self = Owner.Of(caller.Token);
        if (self.Kind != "user") return ([], null); // Nothing can be shared with a client.
        var recipients = await Recipients(caller, self);
        var (index, after) = ReadCursor(cursor, recipients);
        // Many groups share nothing. Some are looked at together, and not all of very many by one request.
        var (atOnce, end) = (1, Math.Min(index + RecipientsOfPage, recipients.Count));
        for (; index < end; atOnce = RecipientsAtOnce)
        {
            var some = recipients[index..Math.Min(index + atOnce, end)];
            var read = await Task.WhenAll(some.Select((recipient, n) =>
                shares.SharedWith(caller.Tenant.Id, recipient, n == 0 ? after : "", limit, caller.Cancel)));
            var first = Array.FindIndex(read, found => found.Count > 0);
            if (first < 0)
            {
                (index, after) = (index + some.Count, "");
                continue;
            }
            var found = read[first];
            var page = new FileResponse?[found.Count];
            var work = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = caller.Cancel };
            await Parallel.ForAsync(0, found.Count, work, async (n, _) =>
                page[n] = await Load(caller, found[n].FileId, found[n].ShareId, fits));
            var next = found.Count == limit ? Position(some[first], found[^1].Key) : Start(recipients, index + first + 1);
            return ([.. page.OfType<FileResponse>()], next);
        }
        return ([], Start(recipients, index));
    }

    // The user first, then their groups in a stable order.
    async Task<List<Owner>> Recipients(Caller caller, Owner self)
    {
        var mine = await memberships.Of(memberships.Who(caller.Http, caller.Tenant, self.Id), caller.Cancel);
        return [self, .. mine.Select(membership => Owner.Group(membership.Group.Id))];
    }

    async Task<FileResponse?> Load(Caller caller, string fileId, string shareId, Func<FileRecord, bool>? fits)
    {
        var finding = files.Find(caller.Tenant.Id, fileId, caller.Cancel);
        var sharing = shares.Find(caller.Tenant.Id, fileId, shareId, caller.Cancel);
        await Task.WhenAll(finding, sharing);
        if (await finding is not { Status: FileStatus.Available } file) return null;
        if (fits?.Invoke(file) is false) return null;
        if (await sharing is not { } share || !share.IsLive(clock.GetUtcNow())) return null;
        return FileResponse.Of(file) with
        {
            Space = Owner.Shared,
            Access = share.Access.ToString().ToLowerInvariant(),
            Request = null,
            Sender = null,
        };
    }

    static string? Start(List<Owner> recipients, int index) => index < recipients.Count ? Position(recipients[index], "") : null;

    static string Position(Owner recipient, string key) => $"{recipient.Kind}:{recipient.Id}:{key}";

    // If the user has left the group meanwhile, the list goes on with the next one.
    static (int Index, string After) ReadCursor(string? cursor, List<Owner> recipients)
    {
        if (cursor is null) return (0, "");
        if (cursor.Split(':') is not [("user" or "group") and var kind, var id, var key] || !key.All(IsKeyCharacter))
            throw Paging.InvalidCursor();
        var index = recipients.IndexOf(new Owner(kind, id));
        if (index >= 0) return (index, key + "0"); // No key is a prefix of another.
        var next = recipients.FindIndex(other =>
            kind == "group" && other.Kind == "group" && string.CompareOrdinal(other.Id, id) > 0);
        return (next < 0 ? recipients.Count : next, "");
    }

    static bool IsKeyCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '|';
}
