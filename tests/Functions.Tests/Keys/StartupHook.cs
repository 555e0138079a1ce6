using Latchkey.Keys;

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
        using var file = new KeyFile(path);
        Console.WriteLine(Describe(file).GetAwaiter().GetResult());
    }

    /// <summary>The keys of one tenant, so that two processes can be compared.</summary>
    internal static async Task<string> Describe(KeyFile file)
    {
        var mac = await KeyRing.Local(file).MacKeys("demo", CancellationToken.None);
        var keys = await new LocalSigner(file).PublicKeys("demo", CancellationToken.None);
        return string.Join(' ', [.. keys.Select(key => key.Kid), Convert.ToHexStringLower(mac[0])]);
    }
}
