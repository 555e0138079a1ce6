namespace Latchkey.Bench;

/// <summary>Where things are, from the root of the repository.</summary>
static class Paths
{
    /// <summary>What a run writes; Git ignores it.</summary>
    public const string Local = ".local/bench";

    /// <summary>The page that has the table.</summary>
    public const string Page = "docs/benchmarks.md";
}
