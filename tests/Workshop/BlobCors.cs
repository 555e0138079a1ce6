using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace Latchkey.Workshop;

/// <summary>
/// CORS of the emulator's blob service (Set Blob Service Properties), so that scripts in web views and on the service's own page
/// can put and get bytes. In Azure the templates do this: infra/modules/files.bicep has the same rule.
/// </summary>
static class BlobCors
{
    const string Version = "2021-12-02";

    /// <summary>Allows these origins, and no others.</summary>
    /// <param name="host">The address of this machine where Azurite listens.</param>
    /// <param name="port">Azurite's blob port.</param>
    /// <param name="key">The account's key, base64.</param>
    /// <param name="origins">Those that the service allows, and its own, from which its own page comes.</param>
    /// <exception cref="Failure">Azurite refused it.</exception>
    public static async Task Allow(string host, int port, string key, IEnumerable<string> origins)
    {
        var body = Encoding.UTF8.GetBytes(Rule(origins).ToString());
        using var request = new HttpRequestMessage(
            HttpMethod.Put, $"http://{host}:{port}/{Azurite.Account}/?restype=service&comp=properties")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/xml") } },
        };
        var date = DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture);
        request.Headers.Add("x-ms-date", date);
        request.Headers.Add("x-ms-version", Version);
        request.Headers.Authorization = new AuthenticationHeaderValue("SharedKey",
            $"{Azurite.Account}:{Signature(body.Length, date, key)}");
        using var http = new HttpClient();
        using var answer = await http.SendAsync(request, Shell.Stopping);
        if (!answer.IsSuccessStatusCode)
            throw new Failure(
                $"Azurite refused the CORS rule: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Shell.Stopping)}");
    }

    /// <summary>The key of the account that every emulator has, as Azurite itself knows it.</summary>
    public static async Task<string> UsualKey() => (await Shell.Capture("node", "-p",
        $"require('./{Azurite.Folder}/node_modules/azurite/dist/src/blob/utils/constants.js').EMULATOR_ACCOUNT_KEY_STR")).Output.Trim();

    static XElement Rule(IEnumerable<string> origins) => new("StorageServiceProperties", new XElement("Cors", new XElement("CorsRule",
        new XElement("AllowedOrigins", string.Join(',', origins)),
        new XElement("AllowedMethods", "GET,HEAD,PUT,OPTIONS"),
        new XElement("AllowedHeaders", "content-type,content-md5,range,if-match,if-none-match,x-ms-*"),
        new XElement("ExposedHeaders", "content-length,content-md5,content-range,content-type,etag,x-ms-*"),
        new XElement("MaxAgeInSeconds", 3600))));

    // Shared Key (Authorize with Shared Key, "Blob, Queue, and File services"): the empty lines are headers that are not sent.
    static string Signature(int length, string date, string key)
    {
        var signed = $"PUT\n\n\n{length}\n\napplication/xml\n\n\n\n\n\n\nx-ms-date:{date}\nx-ms-version:{Version}\n"
            + $"/{Azurite.Account}/{Azurite.Account}/\ncomp:properties\nrestype:service";
        return Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(signed)));
    }
}
