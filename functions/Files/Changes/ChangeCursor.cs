using System.Globalization;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Files;

/// <summary>A place in the changes of a space: behind the change with this number.</summary>
/// <param name="Space">The space's key, which is the hash of its tenant and owner.</param>
/// <param name="Incarnation">The space's incarnation (<see cref="Usage.Incarnation"/>); empty if there was nothing of it yet.</param>
/// <param name="Number">The number of the change; 0 is before the first.</param>
public sealed record ChangeCursor(string Space, string Incarnation, long Number)
{
    /// <summary>Reads the query's cursor; null without one.</summary>
    /// <exception cref="Problem">400 <c>invalid_cursor</c>.</exception>
    public static ChangeCursor? Read(Query query) => Paging.After(query) is not { } text ? null
        : text.Split('|') is ["changes", var space, var incarnation, var number] && Ids.IsBase32(space, 16) && IsIncarnation(incarnation)
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
        ? new(space, incarnation, parsed) : throw Paging.InvalidCursor();

    /// <summary>The text that callers get.</summary>
    public string Text => Paging.Cursor(string.Create(CultureInfo.InvariantCulture, $"changes|{Space}|{Incarnation}|{Number}"))!;

    static bool IsIncarnation(string text) => text.Length == 0 || Ids.IsBase32(text, 17);
}
