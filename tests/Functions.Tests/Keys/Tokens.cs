using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.Keys;

/// <summary>Checks a token's signature the way a resource server does: from the JWK Set alone.</summary>
internal static class Tokens
{
    public static async Task<JsonWebToken> Verify(string token, byte[] set)
    {
        var result = await Try(token, set);
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }

    private static Task<TokenValidationResult> Try(string token, byte[] set) =>
        new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = new JsonWebKeySet(Encoding.UTF8.GetString(set)).GetSigningKeys(),
            TryAllIssuerSigningKeys = false, // The kid has to lead to the key.
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
}
