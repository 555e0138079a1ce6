using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace Latchkey.Storage;

/// <summary>
/// Reads the rows of an answer straight from its bytes (Azure Table Storage, "Payload format for Table service operations"). The SDK makes
/// a document of them and then several dictionaries of each row, which costs more than the service itself. So this policy takes the rows
/// for <see cref="Table"/> and leaves the SDK an answer without any. The request, its retries, the identity and the spans are the SDK's.
/// </summary>
sealed class RowReader : HttpPipelinePolicy
{
    static readonly AsyncLocal<Rows?> Wanted = new();

    /// <summary>Collects the rows of the answers to what the calling method asks for from now on.</summary>
    /// <param name="isPage">True for a query, false for a row by its keys.</param>
    public static Rows Collect(bool isPage) => Wanted.Value = new Rows(isPage);

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Response.Status == 200) Wanted.Value?.Take(message.Response);
    }

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        if (message.Response.Status == 200) Wanted.Value?.Take(message.Response);
    }
}

/// <summary>The rows of an answer.</summary>
sealed class Rows(bool isPage)
{
    const string TypeSuffix = "@odata.type";
    const string ETag = "odata.etag";
    const string Time = "Edm.DateTime";
    const int MaxName = 300; // A column's name has at most 255 characters.
    const int MaxKnownNames = 2000;

    static readonly byte[] nothing = """{"value":[]}"""u8.ToArray();

    // The names of columns are few, and come with every row.
    static readonly ConcurrentDictionary<string, string> names = new();
    static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> known =
        names.GetAlternateLookup<ReadOnlySpan<char>>();

    readonly List<TableEntity> all = [];
    readonly Dictionary<string, object> columns = [];

    bool isTaken;

    /// <summary>The rows, in order.</summary>
    /// <exception cref="InvalidOperationException">No answer came by: the client has no <see cref="RowReader"/>.</exception>
    public IReadOnlyList<TableEntity> All => isTaken ? all : throw new InvalidOperationException("Nobody has read the rows.");

    /// <summary>Takes the rows out of an answer.</summary>
    /// <exception cref="RequestFailedException">Table Storage has not sent this, or not all of it.</exception>
    public void Take(Response answer)
    {
        var content = answer.Content.ToMemory();
        try
        {
            Read(content.Span);
            if (all.Exists(row => !row.ContainsKey(ETag))) throw new JsonException(); // Every row has one, whatever was asked for.
        }
        catch (Exception broken) when (broken is JsonException or FormatException or InvalidOperationException
            or OverflowException or ArgumentException)
        {
            throw new RequestFailedException(answer.Status, "The answer of Table Storage could not be read.", "MalformedAnswer", broken);
        }
        answer.ContentStream = new MemoryStream(nothing, writable: false);
    }

    internal void Read(ReadOnlySpan<byte> text)
    {
        all.Clear();
        var json = new Utf8JsonReader(text);
        json.Read();
        // No rows may only mean that there are none.
        if (json.TokenType != JsonTokenType.StartObject || (isPage && !MoveToRows(ref json))) throw new JsonException();
        if (!isPage) all.Add(Row(ref json));
        else
        {
            while (json.Read() && json.TokenType == JsonTokenType.StartObject) all.Add(Row(ref json));
            if (json.TokenType != JsonTokenType.EndArray) throw new JsonException();
        }
        while (json.Read()) { } // A cut answer ends too early.
        isTaken = true;
    }

    static bool MoveToRows(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isRows = json.ValueTextEquals("value"u8);
            json.Read();
            if (isRows) return json.TokenType == JsonTokenType.StartArray;
            json.Skip();
        }
        return false;
    }

    TableEntity Row(ref Utf8JsonReader json)
    {
        columns.Clear();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Name(ref json, out var isType);
            json.Read();
            if (isType) SetType(name, json.GetString()!);
            else if (!name.StartsWith("odata.", StringComparison.Ordinal) || name == ETag) SetValue(name, ref json);
        }
        if (json.TokenType != JsonTokenType.EndObject) throw new JsonException();
        // A type without a value, or behind one that is null.
        foreach (var (name, value) in columns)
        {
            if (value is ColumnType) columns.Remove(name);
        }
        return new TableEntity(columns);
    }

    // A type may stand before or behind its value.
    void SetType(string name, string type)
    {
        if (!columns.TryGetValue(name, out var value)) columns[name] = new ColumnType(type);
        else if (value is string text) columns[name] = Typed(text, type);
    }

    void SetValue(string name, ref Utf8JsonReader json)
    {
        var type = columns.TryGetValue(name, out var before) && before is ColumnType known ? known.Name : TypeOf(name);
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                columns[name] = type == Time && json.TryGetDateTimeOffset(out var time) ? time : Typed(json.GetString()!, type);
                break;
            case JsonTokenType.Number:
                columns[name] = type is null && json.TryGetInt32(out var number) ? (object)number : json.GetDouble();
                break;
            case JsonTokenType.True or JsonTokenType.False:
                columns[name] = json.GetBoolean();
                break;
            case JsonTokenType.Null:
                columns.Remove(name); // A column that was asked for and has no value.
                break;
            default:
                throw new JsonException(); // No column has several values.
        }
    }

    // Of columns that every row has, no type is said.
    static string? TypeOf(string name) => name == "Timestamp" ? Time : null;

    static object Typed(string text, string? type) => type switch
    {
        "Edm.Int64" => long.Parse(text, CultureInfo.InvariantCulture),
        Time => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        "Edm.Binary" => Convert.FromBase64String(text),
        "Edm.Guid" => Guid.Parse(text),
        "Edm.Double" => double.Parse(text, CultureInfo.InvariantCulture),
        _ => text,
    };

    static string Name(ref Utf8JsonReader json, out bool isType)
    {
        Span<char> buffer = stackalloc char[MaxName];
        ReadOnlySpan<char> name = buffer[..json.CopyString(buffer)];
        isType = name.EndsWith(TypeSuffix, StringComparison.Ordinal);
        if (isType) name = name[..^TypeSuffix.Length];
        if (known.TryGetValue(name, out var found)) return found;
        var made = name.ToString();
        if (names.Count < MaxKnownNames) names.TryAdd(made, made);
        return made;
    }

    sealed record ColumnType(string Name);
}
