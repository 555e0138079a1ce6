using System.Text;
using Latchkey.Tests.OpenApi;

namespace Latchkey.Tests.Fuzz;

/// <summary>A request that may be broken in any way that a socket allows: nothing is escaped, joined or checked on the way.</summary>
sealed class FuzzRequest(Documented operation)
{
    public Documented Operation => operation;

    /// <summary>What stands in place of the path's parameters, as it is sent.</summary>
    public Dictionary<string, string> Path { get; } = [];

    /// <summary>Names and values as they are sent; a null value has no equals sign.</summary>
    public List<(string Name, string? Value)> Query { get; } = [];

    public List<(string Name, string Value)> Headers { get; } = [];

    public byte[]? Body { get; set; }

    public string? ContentType { get; set; }

    string Target
    {
        get
        {
            var path = Path.Aggregate(operation.Path, (text, part) =>
                text.Replace($"{{{part.Key}}}", part.Value, StringComparison.Ordinal));
            return Query.Count == 0 ? path
                : $"{path}?{string.Join('&', Query.Select(pair => pair.Value is null ? pair.Name : $"{pair.Name}={pair.Value}"))}";
        }
    }

    public HttpRequestMessage Message(string origin)
    {
        // Otherwise .NET would mend what is broken.
        var uri = new Uri(origin + Target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(operation.Method), uri);
        if (Body is not null) message.Content = new ByteArrayContent(Body);
        if (ContentType is not null) (message.Content ??= new ByteArrayContent([])).Headers.TryAddWithoutValidation("Content-Type",
            ContentType);
        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }

    /// <summary>The same for bash.</summary>
    public string Curl(string origin)
    {
        var line = new StringBuilder("curl --path-as-is -g -i");
        line.Append(operation.Method == "HEAD" ? " -I" : $" -X {operation.Method}").Append(' ').Append(Quoted(origin + Target));
        foreach (var (name, value) in Headers) line.Append(" -H ").Append(Quoted(value.Length == 0 ? $"{name};" : $"{name}: {value}"));
        if (ContentType is not null) line.Append(" -H ").Append(Quoted($"Content-Type: {ContentType}"));
        // Latin-1 here means bytes: whatever they are, bash gets the same ones.
        if (Body is not null) line.Append(" --data-binary @<(printf ").Append(Quoted(Encoding.Latin1.GetString(Body), inPrintf: true))
            .Append(')');
        return line.ToString();
    }

    static string Quoted(string text, bool inPrintf = false)
    {
        if (!inPrintf && text.All(c => c is >= ' ' and <= '~' and not '\'')) return $"'{text}'";
        var bytes = inPrintf ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
        var escaped = string.Concat(bytes.Select(b => b is >= (byte)' ' and <= (byte)'~' && b is not ((byte)'\'' or (byte)'\\' or (byte)'%')
            ? $"{(char)b}" : inPrintf ? $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}" : $"\\x{b:x2}"));
        return inPrintf ? $"'{escaped}'" : $"$'{escaped}'";
    }
}
