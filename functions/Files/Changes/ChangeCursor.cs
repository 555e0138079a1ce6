using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A place in the changes of a space: behind the change with this number.</summary>
/// <param name="Space">The space's key, which is the hash of its tenant and owner.</param>
/// <param name="Incarnation">The space's incarnation (<see cref="Usage.Incarnation"/>); empty if there was nothing of it yet.</param>
/// <param name="Number">The number of the change; 0 is before the first.</param>
public sealed record ChangeCursor(string Space, string Incarnation, long Number);

/// <summary>
/// Writes and reads the texts of cursors. They have a MAC of the tenant's key, so nobody can make one: who may read a space today
/// gets no changes from before.
/// </summary>
public sealed class ChangeCursors(Macs macs)
{
    const string Prefix = "changes";
    const string Purpose = "change-cursor";

    /// <summary>The text that callers get.</summary>
    public async Task<string> Write(string tenant, ChangeCursor cursor, CancellationToken cancel)
    {
        var text = TextOf(cursor);
        return Paging.Cursor($"{text}|{await macs.Make(Purpose, tenant, text, cancel)}")!;
    }

    /// <summary>Reads the query's cursor; null without one.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public async Task<ChangeCursor?> Read(string tenant, Query query, CancellationToken cancel)
    {
        if (Paging.After(query) is not { } sent) return null;
        if (sent.Split('|') is not [Prefix, var space, var incarnation, var number, var mac]
            || !Ids.IsBase32(space, 16) || !IsIncarnation(incarnation)
            || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) throw Paging.InvalidCursor();
        var cursor = new ChangeCursor(space, incarnation, parsed);
        return await macs.Verify(Purpose, tenant, TextOf(cursor), mac, cancel) ? cursor : throw Paging.InvalidCursor();
    }

    static string TextOf(ChangeCursor cursor) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}|{cursor.Space}|{cursor.Incarnation}|{cursor.Number}");

    static bool IsIncarnation(string text) => text.Length == 0 || Ids.IsBase32(text, 17);
}
