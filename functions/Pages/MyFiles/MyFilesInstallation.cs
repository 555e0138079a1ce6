using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Latchkey.Languages;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>
/// What makes the page my-files an app that a phone or computer installs: the manifest (W3C Web Application Manifest), its icons in the
/// tenant's colour, and the service worker (W3C Service Workers), which shows the page without a network.
/// </summary>
static class MyFilesInstallation
{
    const string Worker = "service-worker.js";

    // All that the page consists of, but what only the system reads. A change of any of them is another version.
    static readonly string[] Parts =
        [.. PageFile.NamesIn(MyFilesClient.Id).Where(name => name != Worker && !name.EndsWith(".png", StringComparison.Ordinal))];

    static readonly string Version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(
        PageFile.NamesIn(MyFilesClient.Id).Select(name => PageFile.Of(MyFilesClient.Id, name).ETag)))))[..16];

    /// <summary>The file that is made for a tenant, or null if the name is none of one.</summary>
    public static PageFile? Find(Tenant tenant, string? name) => name switch
    {
        "manifest.webmanifest" => PageFile.Made(Manifest(tenant), "application/manifest+json"),
        "icon.svg" => PageFile.Made(Style.Svg(BrandColor.Of(tenant), tenant.Name), "image/svg+xml"),
        "icon-maskable.svg" => PageFile.Made(Style.Svg(BrandColor.Of(tenant), tenant.Name, radius: 0), "image/svg+xml"),
        Worker => PageFile.Made(ServiceWorker(tenant), "text/javascript; charset=utf-8"),
        _ => null,
    };

    /// <summary>Answers with a file that <see cref="Find"/> gave.</summary>
    public static IResult Serve(HttpResponse response, Tenant tenant, PageFile file)
    {
        response.Headers["Service-Worker-Allowed"] = Page(tenant); // The page stands beside the folder, not in it.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; connect-src 'self'; style-src 'none'";
        response.Headers.Append("Vary", "Accept-Language, Cookie"); // The manifest has the reader's language.
        return PageFile.Serve(response, file);
    }

    static string Page(Tenant tenant) => $"/{tenant.Id}/{MyFilesClient.Id}";

    static string Manifest(Tenant tenant)
    {
        var (page, language) = (Page(tenant), LanguageContext.Current.Language);
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["id"] = page,
            ["name"] = $"{tenant.Name} · {Strings.MyFiles}",
            ["short_name"] = tenant.Name,
            ["lang"] = language.Tag,
            ["dir"] = language.Direction,
            ["start_url"] = page,
            ["scope"] = page,
            ["display"] = "standalone",
            ["theme_color"] = BrandColor.Of(tenant),
            ["background_color"] = "#ffffff",
            ["icons"] = new[]
            {
                Icon($"{page}/icon.svg", "image/svg+xml", "any"),
                Icon($"{page}/icon-maskable.svg", "image/svg+xml", "any", "maskable"),
                Icon($"{page}/icon-192.png", "image/png", "192x192"),
                Icon($"{page}/icon-512.png", "image/png", "512x512"),
            },
        });
    }

    static Dictionary<string, string> Icon(string address, string type, string sizes, string purpose = "any") =>
        new() { ["src"] = address, ["type"] = type, ["sizes"] = sizes, ["purpose"] = purpose };

    // Its text has the version, because a browser looks for an update by comparing bytes.
    static string ServiceWorker(Tenant tenant)
    {
        var page = Page(tenant);
        var source = Encoding.UTF8.GetString(PageFile.Of(MyFilesClient.Id, Worker).Bytes);
        return $"const version = {JsonSerializer.Serialize(Version)};\nconst page = {JsonSerializer.Serialize(page)};\n"
            + $"const parts = {JsonSerializer.Serialize(Parts.Select(name => $"{page}/{name}"))};\n{source}";
    }
}
