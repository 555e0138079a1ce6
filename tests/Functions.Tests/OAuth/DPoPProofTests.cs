using System.Text.Json;
using Latchkey.Http;
using Latchkey.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Latchkey.Tests.OAuth;

/// <summary>The examples of RFC 9449 and RFC 7638.</summary>
public sealed class DPoPProofTests
{
    const string Header =
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";

    // §4.2, figure 2; and §7.1, figure 12.
    const string ForToken = Header + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    const string ForResource = Header + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const string AccessToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const string Thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"; // §6.1, figure 9.

    [Fact]
    public async Task The_proof_of_RFC_9449_for_a_token_request_is_read()
    {
        var proof = await DPoPProof.Read(ForToken, "POST", new Uri("https://server.example.com/token"));
        Assert.Equal(new DPoPProof(Thumbprint, "-BwC3ESc6acc2lTc", DateTimeOffset.FromUnixTimeSeconds(1562262616), null, null), proof);
        Assert.False(proof.IsFor(AccessToken));
    }

    [Fact]
    public async Task The_proof_of_RFC_9449_for_a_resource_is_for_its_access_token_only()
    {
        var proof = await DPoPProof.Read(ForResource, "GET", new Uri("https://resource.example.org/protectedresource?query=1"));
        Assert.Equal(Thumbprint, proof.Jkt);
        Assert.True(proof.IsFor(AccessToken));
        Assert.False(proof.IsFor(AccessToken + "x"));
    }

    [Theory]
    [InlineData("GET", "https://server.example.com/token")]
    [InlineData("post", "https://server.example.com/token")]
    [InlineData("POST", "https://server.example.com/Token")]
    [InlineData("POST", "https://server.example.com/token/")]
    [InlineData("POST", "http://server.example.com/token")]
    [InlineData("POST", "https://server.example.com:8443/token")]
    public async Task A_proof_is_good_for_no_other_method_or_url(string method, string url)
    {
        var fault = await Assert.ThrowsAsync<DPoPFault>(() => DPoPProof.Read(ForToken, method, new Uri(url)));
        Assert.Equal("invalid_dpop_proof", fault.Code);
    }

    [Fact]
    public async Task No_character_of_a_proof_can_be_changed()
    {
        for (var at = 0; at < ForToken.Length - 1; at++) // The last character of a base64url text has bits that say nothing.
        {
            var changed = ForToken[..at] + (ForToken[at] == 'A' ? 'B' : 'A') + ForToken[(at + 1)..];
            if (changed == ForToken) continue;
            await Assert.ThrowsAsync<DPoPFault>(() => DPoPProof.Read(changed, "POST", new Uri("https://server.example.com/token")));
        }
    }

    [Fact]
    public void The_thumbprint_of_RFC_7638_is_computed()
    {
        const string Jwk = """
            {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}
            """;
        using var document = JsonDocument.Parse(Jwk);
        var thumbprint = Base64UrlEncoder.Encode(PublicJwk.Parse(document.RootElement).ComputeJwkThumbprint());
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", thumbprint);
    }

    [Theory]
    [InlineData("[]", "object")]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0"}""", "public")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "kty")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}""", "32 bytes")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}""", "not a valid key")]
    [InlineData("""{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","use":"enc"}""", "use")]
    [InlineData("""{"kty":"RSA","n":"AQAB","e":"AQAB"}""", "bits")]
    [InlineData("""{"kty":"EC","crv":7}""", "string")]
    [InlineData("""{"kty":"EC","crv":"\ud800"}""", "string")]
    public void A_key_that_is_private_weak_or_broken_is_refused(string jwk, string why)
    {
        using var document = JsonDocument.Parse(jwk);
        var fault = Assert.Throws<FormatException>(() => PublicJwk.Parse(document.RootElement));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }
}
