namespace Latchkey.Infra.Tests.Checks;

/// <summary>One thing that the Bicep compiler or Azure would refuse, and where.</summary>
internal sealed record Fault(string File, int Line, string Message)
{
    public override string ToString() => $"{File}({Line}): {Message}";
}

/// <summary>Collects the faults of one file.</summary>
internal sealed class Faults(string file)
{
    private readonly List<Fault> _all = [];

    public IReadOnlyList<Fault> All => _all;

    public void Add(int line, string message) => _all.Add(new Fault(file, line, message));
}
