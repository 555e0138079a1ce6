using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Latchkey.Http;

/// <summary>The claim <c>act</c> (RFC 8693 §4.1): who acts for the user, the latest outside, whoever acted before inside.</summary>
public static class ActorChain
{
    /// <summary>How many actors a token can name. What is longer is more likely a loop than a chain of services.</summary>
    public const int Max = 4;

    /// <summary>The claim of these clients, the latest first; null if there are none.</summary>
    public static Dictionary<string, object>? Claim(IReadOnlyList<string> actors)
    {
        Dictionary<string, object>? claim = null;
        foreach (var actor in actors.Reverse())
        {
            var former = claim;
            claim = new Dictionary<string, object> { ["sub"] = actor };
            if (former is not null) claim["act"] = former;
        }
        return claim;
    }

    /// <summary>The clients in a verified token's claim, the latest first.</summary>
    internal static IReadOnlyList<string> Read(JsonWebToken jwt)
    {
        var actors = new List<string>();
        if (!jwt.TryGetPayloadValue<JsonElement>("act", out var act)) return actors;
        while (act.ValueKind == JsonValueKind.Object && act.TryGetProperty("sub", out var sub))
        {
            actors.Add(sub.GetString() ?? "");
            if (!act.TryGetProperty("act", out act)) break;
        }
        return actors;
    }
}
