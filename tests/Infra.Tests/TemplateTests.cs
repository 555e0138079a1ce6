using System.Text.Json.Nodes;
using Xunit;

namespace Latchkey.Infra.Tests;

/// <summary>The templates of infra/ under the compiler that deploys them: build, build-params, lint, format.</summary>
public sealed class TemplateTests
{
    public static TheoryData<string> Files => [.. Repository.Templates("bicep").Concat(Repository.Templates("bicepparam"))];

    // Without an error and without a warning, the linter's included (infra/bicepconfig.json): a property that Azure's types do
    // not know is but a warning of the compiler's.
    [CompilerTheory]
    [MemberData(nameof(Files))]
    public void A_template_builds_and_the_linter_has_nothing_to_say(string path)
    {
        var compiled = Compiler.Compile(Repository.At(path));
        Assert.Empty(compiled.Said);
        Assert.NotNull(compiled.Template);
    }

    [CompilerTheory]
    [MemberData(nameof(Files))]
    public void A_template_is_written_as_the_formatter_writes_it(string path) =>
        Assert.Equal(Repository.Read(path), Compiler.Format(Repository.At(path)).ReplaceLineEndings("\n"));

    [CompilerFact]
    public void Every_module_comes_after_what_it_uses() =>
        Assert.Empty(OrderCheck.Faults(JsonNode.Parse(Compiler.Compile(Repository.At("infra/main.bicep")).Template!)!));

    // Whatever is reached through a registry needs the network, and a version that somebody else may move.
    [Fact]
    public void No_template_is_fetched_from_a_registry() => Assert.All(Repository.Templates("bicep"),
        path => Assert.DoesNotMatch(@"(?m)^(module|import|using|extension)\b.*'(br|ts)[:/]", Repository.Read(path)));
}
