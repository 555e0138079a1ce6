using Latchkey.Protocol;

namespace Latchkey.Tests.Protocol;

/// <summary>RFC 7636.</summary>
public sealed class PkceTests
{
    const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_vector_of_appendix_B_verifies() => Assert.True(Pkce.Verify(Verifier, Challenge));

    [Theory]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", Challenge)]
    [InlineData(Challenge, Challenge)] // plain
    [InlineData("", Challenge)]
    [InlineData("short", Challenge)]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX é", Challenge)]
    public void No_other_code_verifier_fits_the_challenge(string verifier, string challenge) =>
        Assert.False(Pkce.Verify(verifier, challenge));

    [Theory]
    [InlineData(Challenge, true)]
    [InlineData(Challenge + "=", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false)]
    [InlineData("abc", false)]
    public void A_challenge_is_43_characters_of_base64url(string text, bool good) => Assert.Equal(good, Pkce.IsChallenge(text));
}
