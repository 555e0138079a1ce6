using Latchkey.Protocol;

namespace Latchkey.Tests.Protocol;

/// <summary>RFC 8628 §6.1.</summary>
public sealed class UserCodeTests
{
    [Theory]
    [InlineData("BCDF-GHJK", "BCDFGHJK")]
    [InlineData("bcdf ghjk", "BCDFGHJK")]
    [InlineData(" b.c.d.f_g–h·j/k ", "BCDFGHJK")]
    [InlineData("ＢＣＤＦ－ＧＨＪＫ", "BCDFGHJK")]
    public void What_is_typed_is_read_whatever_its_case_width_and_punctuation(string typed, string code) =>
        Assert.Equal(code, UserCode.Read(typed));

    [Theory]
    [InlineData("")]
    [InlineData("BCDF-GHJ")]
    [InlineData("BCDF-GHJK-L")]
    [InlineData("BCDF-GHJA")] // No vowels.
    [InlineData("BCDF-GHJ1")]
    [InlineData("ВСDF-GHJK")] // Cyrillic.
    public void What_can_be_no_code_is_none(string typed) => Assert.Null(UserCode.Read(typed));

    [Fact]
    public void Codes_are_read_back_as_they_are_shown()
    {
        for (var i = 0; i < 100; i++)
        {
            var code = UserCode.New();
            Assert.Equal(code, UserCode.Read(UserCode.Format(code)));
        }
    }
}
