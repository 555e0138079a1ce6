using Latchkey.Keys;
using Latchkey.Tests.Keys;

/// <summary>
/// Runs in a second process of this assembly, before its empty Main: <see cref="Latchkey.Tests.Keys.KeyFileTests"/>
/// starts eight of them on one key file. .NET prescribes the name, the missing namespace and Initialize.
/// </summary>
#pragma warning disable CA1050 // .NET looks for the type outside of any namespace.
internal static class StartupHook
{
    internal const string KeyFileVariable = "LATCHKEY_TEST_KEY_FILE";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(KeyFileVariable) is not { } path) return;
        Console.WriteLine(new ManagedKeysOf(new KeyFile(path)).Describe().GetAwaiter().GetResult());
    }
}
