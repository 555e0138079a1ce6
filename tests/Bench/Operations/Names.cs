namespace Latchkey.Bench.Operations;

/// <summary>The operations, in the order of the table, and what was set as a goal for each: microseconds of CPU, for the start
/// milliseconds.</summary>
static class Names
{
    public const string ClientCredentials = "client_credentials (ES256)";
    public const string Refresh = "refresh with an RS256 ID token";
    public const string Code = "code exchange";
    public const string Authorize = "authorize with a cookie";
    public const string List = "list 20 files";
    public const string One = "one file";
    public const string Download = "download URL";
    public const string Begin = "begin";
    public const string Complete = "complete of 1 KB";
    public const string BadSignature = "401 for a bad signature";
    public const string Tus = "tus, a piece of 8 MiB";
    public const string Straight = "8 MiB by one PUT, not by tus";
    public const string Start = "start to first token";

    public static readonly (string Name, int? Goal)[] All =
    [
        (ClientCredentials, 150), (Refresh, 400), (Code, 600), (Authorize, 900), (List, 300), (One, 200), (Download, 250), (Begin, 500),
        (Complete, 800), (BadSignature, 60), (Tus, null), (Straight, null),
        (Start, 420),
    ];
}
