using System.Text.Json;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>
/// A change of a link: a JSON Merge Patch (RFC 7396), in which null removes. What the link leads to stays: for that there is another link.
/// </summary>
sealed record SpaceLinkPatch(
    PatchedText Title = default, PatchedText Password = default, PatchedText Until = default, JsonElement MaxDownloads = default)
{
    /// <summary>The names of what is changed.</summary>
    public IReadOnlyList<string> Fields() => [.. new[]
    {
        (Title.IsSent, "title"), (Password.IsSent, "password"), (Until.IsSent, "until"),
        (MaxDownloads.ValueKind != JsonValueKind.Undefined, "maxDownloads"),
    }.Where(field => field.Item1).Select(field => field.Item2)];

    /// <summary>What it changes of a link.</summary>
    /// <exception cref="Problem">400 <c>invalid_field</c>; 503 <c>server_busy</c>.</exception>
    public async Task<Func<SpaceLink, SpaceLink>> Read(PasswordHashing hashing, DateTimeOffset now, CancellationToken cancel)
    {
        var title = Title.Value is { } text ? SharingFields.Title(text) : null;
        var (until, most) = (SpaceLinkBody.ReadUntil(Until.Value, now), ReadMaxDownloads());
        var hash = SharingFields.Password(Password.Value) is { } password ? await hashing.Hash(password, cancel) : null;
        return link => link with
        {
            Title = Title.IsSent ? title : link.Title,
            PasswordHash = Password.IsSent ? hash : link.PasswordHash,
            Until = Until.IsSent ? until : link.Until,
            MaxDownloads = MaxDownloads.ValueKind == JsonValueKind.Undefined ? link.MaxDownloads : most,
        };
    }

    long? ReadMaxDownloads() => MaxDownloads.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.Number when MaxDownloads.TryGetInt64(out var most) && most >= 1 => most,
        _ => throw Problem.InvalidField("maxDownloads", SpaceLinkBody.MaxDownloadsRule),
    };
}
