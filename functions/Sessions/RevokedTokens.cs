using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Sessions;

/// <summary>
/// The access tokens of a session that were revoked one by one: a column of the session's row, with one line per token that
/// holds its <c>jti</c> and its expiry in seconds since 1970. Expired lines are dropped when the column is written.
/// </summary>
sealed class RevokedTokens
{
    public const string Column = "RevokedTokens";

    // A column holds 32 Ki characters and a line takes 43. A session with more than this within one token's life is ended.
    const int MaxTokens = 500;

    readonly IReadOnlyList<string> entries;

    RevokedTokens(IReadOnlyList<string> entries) => this.entries = entries;

    public static RevokedTokens Of(TableEntity session) => new(Columns.Split(session.GetString(Column)));

    public bool Has(string tokenId) => entries.Any(entry => entry.StartsWith($"{tokenId} ", StringComparison.Ordinal));

    public RevokedTokens With(AccessToken token, DateTimeOffset now)
    {
        var live = entries.Where(entry => Expiry(entry) > now.ToUnixTimeSeconds()).ToList();
        if (!Has(token.TokenId)) live.Add($"{token.TokenId} {token.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        return new RevokedTokens(live);
    }

    public void Write(TableEntity session, DateTimeOffset now)
    {
        if (entries.Count <= MaxTokens)
        {
            session[Column] = Columns.Join(entries);
            return;
        }
        session["RevokedAt"] = now;
        session["RevokedBecause"] = "too many of its access tokens were revoked";
    }

    static long Expiry(string entry) =>
        long.Parse(entry.AsSpan(entry.IndexOf(' ', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
