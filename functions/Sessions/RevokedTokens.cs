using System.Globalization;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;

namespace Latchkey.Sessions;

/// <summary>
/// The access tokens of a session that were revoked one by one: a column of the session's row, one line each with the
/// token's <c>jti</c> and its expiry in seconds since 1970. What has expired is left out when the list is written.
/// </summary>
sealed class RevokedTokens
{
    const string Column = "RevokedTokens";

    // A column holds 32 Ki characters and a line takes 43. A session that revokes more within one token's life is ended.
    const int Max = 500;

    readonly IReadOnlyList<string> lines;

    RevokedTokens(IReadOnlyList<string> lines) => this.lines = lines;

    public static RevokedTokens Of(TableEntity session) => new(Columns.Split(session.GetString(Column)));

    public bool Has(string tokenId) => lines.Any(line => line.StartsWith($"{tokenId} ", StringComparison.Ordinal));

    public RevokedTokens With(AccessToken token, DateTimeOffset now)
    {
        var live = lines.Where(line => Expiry(line) > now.ToUnixTimeSeconds()).ToList();
        if (!Has(token.TokenId)) live.Add($"{token.TokenId} {token.ExpiresAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}");
        return new RevokedTokens(live);
    }

    public void Write(TableEntity session, DateTimeOffset now)
    {
        if (lines.Count <= Max)
        {
            session[Column] = Columns.Join(lines);
            return;
        }
        session["RevokedAt"] = now;
        session["RevokedBecause"] = "too many of its access tokens were revoked";
    }

    static long Expiry(string line) => long.Parse(line.AsSpan(line.IndexOf(' ', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
