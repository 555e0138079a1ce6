using Latchkey.LocalHost;

namespace Latchkey.Bench.Servers;

/// <summary>Latchkey on plain Kestrel (tests/LocalHost), in a process of its own, with the environment as its settings.</summary>
static class LocalServer
{
    public static async Task Run(string origin)
    {
        var settings = new Dictionary<string, string?> { ["urls"] = origin };
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            settings[$"{variable.Key}".Replace("__", ":", StringComparison.Ordinal)] = $"{variable.Value}";
        await LocalApp.Build(settings).RunAsync();
    }
}
