using Azure.Bicep.Types;
using Azure.Bicep.Types.Az;
using Azure.Bicep.Types.Concrete;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>The resource types that Azure publishes for the Bicep compiler (Azure.Bicep.Types.Az).</summary>
internal sealed class AzureTypes
{
    private readonly AzTypeLoader _loader = new();
    private readonly Dictionary<string, CrossFileTypeReference> _index;
    private readonly Dictionary<string, ResourceType> _loaded = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();

    private AzureTypes() => _index = new(_loader.LoadTypeIndex().Resources, StringComparer.OrdinalIgnoreCase);

    /// <summary>Loaded once: the index has tens of thousands of entries.</summary>
    public static AzureTypes All { get; } = new();

    /// <summary>The type of <c>Provider/type@version</c>, or null when Azure publishes none.</summary>
    public ResourceType? Find(string typeAndVersion)
    {
        lock (_lock)
        {
            if (_loaded.TryGetValue(typeAndVersion, out var known)) return known;
            if (!_index.TryGetValue(typeAndVersion, out var reference)) return null;
            return _loaded[typeAndVersion] = _loader.LoadResourceType(reference);
        }
    }

    /// <summary>The versions of a type, newest first; none when the type itself is unknown.</summary>
    public IEnumerable<string> Versions(string type) => _index.Keys
        .Where(k => k.StartsWith(type + "@", StringComparison.OrdinalIgnoreCase))
        .Select(k => k[(type.Length + 1)..])
        .OrderDescending(StringComparer.Ordinal);
}
