using System.Text.Json;

namespace Latchkey.WorkerHost;

/// <summary>What <c>func start</c> does with local.settings.json.</summary>
static class LocalSettings
{
    /// <summary>Puts the file's Values into this process's environment, which the worker inherits; what is there already wins.</summary>
    public static void Apply(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        foreach (var value in document.RootElement.GetProperty("Values").EnumerateObject())
        {
            if (Environment.GetEnvironmentVariable(value.Name) is null) Environment.SetEnvironmentVariable(value.Name,
                value.Value.GetString());
        }
    }
}
