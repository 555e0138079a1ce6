namespace Latchkey.Bench;

/// <summary>What stands beside Latchkey, from npm.</summary>
static class Peers
{
    public const string Folder = "tests/Bench/peers";
}
