using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Latchkey.Files;

/// <summary>The page of a link: no script, one style, one form; light or dark as the device is. All that is not ours is encoded.</summary>
static class LinkHtml
{
    const string Style = """
        :root{color-scheme:light dark;font:1.0625rem/1.5 system-ui,sans-serif}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;box-sizing:border-box}
        main{width:100%;max-width:26rem}
        h1{font-size:1.375rem;line-height:1.3;margin:0 0 .25rem;overflow-wrap:anywhere}
        p{margin:0 0 1.5rem}
        label{display:block;margin:0 0 .25rem}
        input,button{font:inherit;width:100%;min-height:3rem;box-sizing:border-box;border-radius:.5rem;padding:.5rem .75rem}
        input{border:1px solid GrayText;margin:0 0 1rem;background:Field;color:FieldText}
        button{border:0;background:#0b57d0;color:#fff;font-weight:600;cursor:pointer}
        button:focus-visible,input:focus-visible{outline:3px solid #7cacf8;outline-offset:2px}
        .wrong{color:#b3261e;font-weight:600;margin:0 0 1rem}
        @media(prefers-color-scheme:dark){.wrong{color:#f2b8b5}}
        """;

    /// <summary>What the Content-Security-Policy calls the style.</summary>
    public static readonly string StyleHash = $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}";

    /// <summary>The page of a live link.</summary>
    public static string Of(FileRecord file, bool password, string? wrong) => Page(file.Name, $"""
        <h1 dir="auto">{Text(file.Name)}</h1>
        <p>{Size(file.Size)}</p>
        {(wrong is null ? "" : $"<p class=\"wrong\" role=\"alert\">{Text(wrong)}</p>")}
        <form method="post">
        {(password ? Password : "")}
        <button>Download</button>
        </form>
        """);

    /// <summary>A page that only says something.</summary>
    public static string Message(string title, string text) => Page(title, $"""
        <h1>{Text(title)}</h1>
        <p>{Text(text)}</p>
        """);

    const string Password = """
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="off" required autofocus>
        """;

    static string Page(string title, string main) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Text(title)}</title>
        <style>{Style}</style>
        </head>
        <body>
        <main>
        {main}
        </main>
        </body>
        </html>
        """;

    static string Text(string text) => HtmlEncoder.Default.Encode(text);

    static string Size(long bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1000 && unit < units.Length - 1; unit++) size /= 1000;
        size = Math.Round(size, unit == 0 || size >= 100 ? 0 : 1);
        return string.Create(CultureInfo.InvariantCulture, $"{size} {units[unit]}");
    }
}
