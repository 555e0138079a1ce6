namespace Latchkey.Http;

/// <summary>How the user of an access token signed in (RFC 9068 §2.2.1).</summary>
/// <param name="Time">Its <c>auth_time</c>: seconds since 1970.</param>
/// <param name="Context">Its <c>acr</c>.</param>
/// <param name="Methods">Its <c>amr</c>.</param>
public sealed record TokenAuthentication(long Time, string Context, IReadOnlyList<string> Methods);

/// <summary>An access token as sent with a request, not verified yet.</summary>
/// <param name="Encoded">The JWT.</param>
/// <param name="WithProof">Sent with the scheme <c>DPoP</c> (RFC 9449 §7.1), not <c>Bearer</c>.</param>
public sealed record SentToken(string Encoded, bool WithProof);
