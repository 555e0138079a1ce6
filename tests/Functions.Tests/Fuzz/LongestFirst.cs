using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Latchkey.Tests.Fuzz.LongestFirst", "Functions.Tests")]

namespace Latchkey.Tests.Fuzz;

/// <summary>Has the fuzzer, whose minute is fixed, begin with the suite: its minute is over long before the other tests are.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => !collection.DisplayName.Contains(nameof(FuzzTests), StringComparison.Ordinal));
}
