using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The templates of infra/ against Azure's published types.</summary>
public sealed class TemplateTests
{
    public static TheoryData<string> Files => [.. Repository.Templates("bicep").Concat(Repository.Templates("bicepparam"))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_template_has_no_fault(string path) => Assert.Empty(Repository.Check(path));
}
