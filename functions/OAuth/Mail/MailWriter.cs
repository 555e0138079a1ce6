using System.Globalization;
using System.Net;
using System.Text;
using Latchkey.Languages;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Writes a mail piece by piece, as text and as HTML in the tenant's colours and the reader's language. The HTML has no image from
/// elsewhere, which would tell somebody that the mail was opened, and no text that is not in the other part.
/// </summary>
/// <param name="tenant">The tenant whose name and colour it shows.</param>
sealed class MailWriter(Tenant tenant)
{
    const int MaxName = 40;

    // Mail programs ignore style sheets, so each element has its style. Colours of text and background are left to the program, which
    // may be dark; a border of grey is visible on both.
    const string Font = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif";

    readonly StringBuilder text = new();
    readonly StringBuilder html = new();

    /// <summary>
    /// A tenant's name as a mail may show it: only its words, without characters that a mail program would turn into a link.
    /// </summary>
    public static string NameOf(Tenant tenant) => Words(tenant.Name);

    /// <summary>The same of any name that an administrator chose.</summary>
    public static string Words(string plain)
    {
        var words = string.Concat(plain.Select(c => char.IsLetterOrDigit(c) || c is '-' or '\'' or '&'
            || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark ? c : ' '));
        var name = string.Join(' ', words.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return name.Length <= MaxName ? name : name[..MaxName].TrimEnd();
    }

    /// <summary>A paragraph.</summary>
    public MailWriter Say(string paragraph)
    {
        text.Append(paragraph).Append("\n\n");
        html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 16px\">{Encode(paragraph)}</p>\n");
        return this;
    }

    /// <summary>A button that leads to an address of ours; the text part has the address.</summary>
    public MailWriter Link(string label, string url)
    {
        text.Append(url).Append("\n\n");
        var color = BrandColor.Of(tenant);
        html.Append(CultureInfo.InvariantCulture,
            $"<p style=\"margin:24px 0\"><a href=\"{Encode(url)}\" style=\"display:inline-block;padding:12px 24px;border:1px solid #868e9c;"
            + $"border-radius:12px;background:{color};color:{BrandColor.TextOn(color)};font-weight:600;text-decoration:none\">"
            + $"{Encode(label)}</a></p>\n");
        return this;
    }

    /// <summary>A code to copy or type.</summary>
    public MailWriter Code(string code)
    {
        text.Append(code).Append("\n\n");
        html.Append(CultureInfo.InvariantCulture,
            $"<p dir=\"ltr\" style=\"margin:24px 0;font-size:32px;font-weight:700;letter-spacing:4px\">{Encode(code)}</p>\n");
        return this;
    }

    /// <summary>The message.</summary>
    public Message To(string address, string subject)
    {
        var (language, color) = (LanguageContext.Current.Language, BrandColor.Of(tenant));
        var name = NameOf(tenant);
        var document = $"""
            <!DOCTYPE html>
            <html lang="{language.Tag}" dir="{language.Direction}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{Encode(subject)}</title>
            </head>
            <body style="margin:0;padding:24px 16px;{Font}">
            <div style="max-width:480px;margin:0 auto;padding:24px;border:1px solid #868e9c;border-top:6px solid {color}">
            <p style="margin:0 0 24px;font-size:18px;font-weight:700">{Encode(name)}</p>
            {html}</div>
            </body>
            </html>

            """;
        return new Message(address, subject, text.ToString().TrimEnd()) { Html = document.ReplaceLineEndings("\n") };
    }

    static string Encode(string plain) => WebUtility.HtmlEncode(plain);
}
