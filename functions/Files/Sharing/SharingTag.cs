using System.Globalization;
using System.Text.Json;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>
/// The entity tags of links and requests for files, of what people can change of them: a download or a file that is handed in makes no
/// other one.
/// </summary>
static class SharingTag
{
    /// <summary>The tag of these values, in quotes.</summary>
    public static string Of(params object?[] values) => EntityTag.Of(JsonSerializer.SerializeToUtf8Bytes(
        values.Select(value => Convert.ToString(value is DateTimeOffset time ? time.UtcTicks : value, CultureInfo.InvariantCulture))));

    /// <summary>Refuses a change of something that has another tag than the one in If-Match, if there is one.</summary>
    /// <exception cref="Problem">412 <c>etag_mismatch</c></exception>
    public static void Ensure(HttpRequest request, string tag)
    {
        if (!EntityTag.IsWanted(request, tag))
            throw new Problem(412, "etag_mismatch", "It was changed since it was read. Read it again.");
    }
}
