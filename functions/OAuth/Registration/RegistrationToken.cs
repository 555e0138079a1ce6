using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.OAuth;

/// <summary>The bearer token of a registration request: an initial access token, or a client's registration access token.</summary>
static class RegistrationToken
{
    /// <summary>The token of the request.</summary>
    /// <exception cref="Problem">401: the token is missing or was not sent as a Bearer token.</exception>
    public static string Of(HttpRequest request)
    {
        if (request.Headers.Authorization.Count == 0)
            throw new Problem(401, "invalid_token", "A registration token is required.") { Challenge = "Bearer" };
        var sent = BearerToken.Sent(request);
        return sent.WithProof ? throw Refused() : sent.Encoded;
    }

    /// <summary>
    /// RFC 7592 §2.1: also the answer for an unknown client, so that nobody learns which clients exist. An access token is
    /// not a registration token.
    /// </summary>
    public static Problem Refused() => Problem.Unauthorized("The registration token is not valid here.");
}
