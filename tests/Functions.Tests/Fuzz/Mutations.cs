using System.Text;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.Fuzz;

/// <summary>What is done to a good request.</summary>
static class Mutations
{
    // As characters; a lone surrogate has no UTF-8 and is put in raw where bytes are sent.
    static readonly string[] Texts =
    [
        "", " ", "\uFFFE", "\uFFFF", "a\uFFFEb", "\uFDD0", "\u0000", "a\u0000b", "\u0001", "\u007F", "\u0085", "\u2028", "\u202E", "\u200D",
        "\uFEFFx", "e\u0301", "🙂",
        "\U0001FFFE", "\U0010FFFF", "-1", "0", "1", "2147483648", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999999", "1e400", "1.5", "NaN", "٣",
        "0x10", "null", "undefined", "true", "[]", "{}", "'\"<script>alert(1)</script>", "../../etc/passwd", "a/b", "a\\b", "%", "%zz",
        "%00", "%2F", "%25", "+", "a|b", "a#b?c",
        "a;b", "a,b", "a=b&c=d", "\r\nX-Evil: 1", "\t", "https://evil.example/", "javascript:alert(1)", "group:", "group:\uFFFE", "app",
        "me", "99999999.x", "20261122.AbCd",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00+14:00", "*", "openid openid",
        "KELVIN\u212A", "ſ", "ı",
        new('a', 300), new('ä', 1100), new('\uFFFE', 200), new('a', 5000), "~", "-", "_", "..x", "x..", "demo", "operator", "new",
    ];

    // As they are sent: encodings that are none, overlong, of a lone surrogate.
    static readonly string[] Encoded =
        ["%", "%z", "%ED%A0%80", "%C0%80", "%FF", "%E2%82", "%u0041", "%EF%BF%BE", "%F4%90%80%80", "+", "%2B", "%26", "%3D"];

    static readonly (string, string)[] Headers =
    [
        ("Range", "bytes=0-"), ("Range", "bytes=5-1"), ("Range", "x"), ("If-None-Match", "*"), ("If-None-Match", "\"a\", W/\"b\", c"),
        ("If-Match", "\"a\""), ("If-Match", "*"),
        ("If-Modified-Since", "yesterday"), ("Accept", "x"), ("Accept", "*/*;q=9"), ("Accept-Language", "xx-\uFFFE"),
        ("Accept-Encoding", "br;q=0"), ("Origin", "null"),
        ("Origin", "https://evil.example"), ("Origin", ""), ("Cookie", "="), ("Cookie", "a=b; =; ;;c"),
        ("Cookie", "browser-demo=\u00e4; request=%FF"), ("Cookie", "device-demo=x.y.z; signin-demo=1.2"),
        ("Authorization", "Bearer"), ("Authorization", "Bearer a.b.c"), ("Authorization", "Basic !!!"), ("Authorization", "Basic Og=="),
        ("Authorization", "Basic /////w=="),
        ("Authorization", "Basic JUZGOiVFRCVBMCU4MA=="), ("Authorization", "DPoP eyJhbGciOiJub25lIn0.e30."), ("Authorization", ""),
        ("DPoP", "a.b.c"), ("DPoP", ""),
        ("DPoP", "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjpudWxsfQ.e30.AAAA"), ("traceparent", "00-x"),
        ("traceparent", "00-00000000000000000000000000000000-0000000000000000-ff"),
        ("Content-Encoding", "gzip"), ("Upload-Offset", "-1"), ("Upload-Offset", "99999999999999999999"), ("Upload-Length", "x"),
        ("Upload-Length", "1e3"), ("Upload-Metadata", "filename"),
        ("Upload-Metadata", "filename 77++,filetype"), ("Upload-Metadata", "filename AGEA,filename YQ=="), ("Upload-Metadata", ",,"),
        ("Upload-Checksum", "sha1 x"), ("Upload-Checksum", "md9 AA=="),
        ("Upload-Concat", "partial"), ("Upload-Defer-Length", "1"), ("Tus-Resumable", "0.2.2"), ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method-Override", "nonsense"),
        ("X-Forwarded-For", "not an address"), ("X-Azure-SocketIP", "::1"), ("User-Agent", ""), ("User-Agent", "Mozilla/5.0 \u00ff"),
        ("Referer", "x"), ("Access-Control-Request-Method", "x"),
    ];

    static readonly string[] Types =
    [
        "", ";", "x", "application/json", "application/json; charset=utf-16", "application/json; charset=nonsense", "APPLICATION/JSON;;",
        "text/plain", "text/html; charset=utf-7",
        "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\uFFFE\"",
        "application/x-www-form-urlencoded; charset=latin1", "application/offset+octet-stream",
        "application/json, application/json",
    ];

    public static void Mutate(FuzzRequest request, Dice dice)
    {
        var ways = new List<Action>
        {
            () => request.Headers.Add(dice.Of(Headers)),
            () => request.Headers.Add(dice.Of(Headers)),
            () => request.Query.Add(dice.Once(3) ? (dice.Of(Encoded), null) : (Escape(dice.Of(Texts)), Value(dice))),
            () => { if (request.Headers.Count > 0) request.Headers.Add(dice.Of(request.Headers)); },
            () => { if (request.Headers.Count > 0) request.Headers.RemoveAt(dice.Next(request.Headers.Count)); },
        };
        var named = request.Path.Keys.Where(name => name != "tenant" || dice.Once(5)).ToList();
        if (named.Count > 0)
        {
            ways.Add(() => request.Path[dice.Of(named)] = InPath(dice));
            ways.Add(() => request.Path[dice.Of(named)] = InPath(dice));
        }
        if (request.Query.Count > 0)
        {
            ways.Add(() => ChangeQuery(request, dice));
            ways.Add(() => ChangeQuery(request, dice));
        }
        if (request.Body is not null)
        {
            for (var n = 0; n < 4; n++) ways.Add(() => ChangeBody(request, dice));
            ways.Add(() => request.ContentType = dice.Of(Types));
        }
        for (var n = dice.Once(4) ? 3 : 1; n > 0; n--) dice.Of(ways)();
    }

    static void ChangeQuery(FuzzRequest request, Dice dice)
    {
        var at = dice.Next(request.Query.Count);
        var (name, value) = request.Query[at];
        if (dice.Once(4)) request.Query.Add((name, dice.Once(2) ? value : Value(dice)));
        else request.Query[at] = (name, dice.Once(8) ? null : Value(dice));
    }

    // No dots alone: the server takes them out of a path before it looks for the operation.
    static string InPath(Dice dice)
    {
        var text = dice.Once(4) ? dice.Of(Encoded) : Escape(dice.Of(Texts));
        return text.Length == 0 ? "%20" : text;
    }

    static string Value(Dice dice) => dice.Once(4) ? dice.Of(Encoded) : Escape(dice.Of(Texts));

    static string Escape(string text) => Uri.EscapeDataString(text);

    static void ChangeBody(FuzzRequest request, Dice dice)
    {
        var text = Encoding.UTF8.GetString(request.Body!);
        switch (dice.Next(12))
        {
            case 0: request.Body = request.Body![..dice.Next(request.Body!.Length + 1)]; return;
            case 1: request.Body = [.. request.Body!, .. (byte[])[0xFF, 0xED, 0xA0, 0x80, 0x00]]; return;
            case 2:
                request.Body = Encoding.UTF8.GetBytes(
                dice.Of((string[])["", "[]", "null", "1", "\"x\"", "{", "{}", "[null]", "\uFEFF{}", "{\"\":null}", "&&&===",
                    new string('[', 300), $"{{\"a\":{new string('[', 100)}{new string(']', 100)}}}"])); return;
            case 3: request.Body = Encoding.Unicode.GetBytes(text); return;
        }
        if (request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true && TryParse(text) is JsonObject json)
            request.Body = Encoding.UTF8.GetBytes(Changed(json, dice));
        else if (request.ContentType?.StartsWith("application/x-www-form",
            StringComparison.Ordinal) == true) request.Body = Encoding.UTF8.GetBytes(ChangedForm(text, dice));
        else
        {
            var bytes = request.Body!.ToArray();
            for (var n = 0; n < 5 && bytes.Length > 0; n++) bytes[dice.Next(bytes.Length)] = (byte)dice.Next(256);
            request.Body = bytes;
        }
    }

    static JsonNode? TryParse(string text)
    {
        try
        {
            var node = JsonNode.Parse(text);
            Collect(node, []); // Finds members that are there twice,
            node?.ToJsonString(); // and this lone surrogates.
            return node;
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    static string ChangedForm(string text, Dice dice)
    {
        var pairs = text.Split('&').ToList();
        var at = dice.Next(pairs.Count);
        var name = pairs[at].Split('=')[0];
        if (dice.Once(5)) pairs.Add($"{name}={Value(dice)}");
        else if (dice.Once(5)) pairs.RemoveAt(at);
        else pairs[at] = $"{name}={Value(dice)}";
        return string.Join('&', pairs);
    }

    // One member anywhere becomes something else, as text: what no serializer writes, too.
    static string Changed(JsonObject json, Dice dice)
    {
        const string Mark = "\"@@here@@\"";
        var holders = new List<JsonObject>();
        Collect(json, holders);
        var holder = dice.Of(holders);
        var name = holder.Count == 0 || dice.Once(12) ? dice.Of(Texts) : dice.Of(holder.Select(member => member.Key).ToList());
        var before = holder[name]?.ToJsonString() ?? "null";
        if (dice.Once(10)) holder.Remove(name);
        else holder[name] = "@@here@@";
        var text = json.ToJsonString();
        if (dice.Once(12)) return text.Replace(Mark, $"{before},{JsonValue.Create(name)!.ToJsonString()}:{Raw(dice)}",
            StringComparison.Ordinal);
        return text.Replace(Mark, dice.Once(4) ? $"[{before},{Raw(dice)}]" : Raw(dice), StringComparison.Ordinal);
    }

    static void Collect(JsonNode? node, List<JsonObject> into)
    {
        if (node is JsonObject holder) into.Add(holder);
        foreach (var child in node switch { JsonObject o => o.Select(member => member.Value), JsonArray a => a, _ => [] }) Collect(child,
            into);
    }

    static string Raw(Dice dice) => dice.Next(6) switch
    {
        0 => dice.Of(
            (string[])["null", "true", "0", "-1", "1.5", "1e999", "-0", "9223372036854775808", "123456789012345678901234567890", "01"]),
        1 => dice.Of(
            (string[])["[]", "{}", "[null]", "[[]]", "[\"\"]", "[null,\"a\"]", "[\"a\",\"a\"]", "[1]", "{\"a\":null}",
                $"{new string('[', 60)}{new string(']', 60)}", $"{new string('[', 2000)}"]),
        2 => dice.Of(
            (string[])["\"\\ud800\"", "\"a\\udfffb\"", "\"\\u0000\"", "\"\\ufffe\"", "\"\\ud83d\\ude42\"", "\"\\x\"", "\"\n\"", "'a'"]),
        _ => JsonValue.Create(dice.Of(Texts))!.ToJsonString(),
    };
}
