using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Core;

namespace Latchkey.OAuth;

/// <summary>
/// Sends messages through Azure Communication Services Email by its REST API ("Email - Send", version 2023-03-31), with the
/// app's identity. 202 means that the service has accepted the message.
/// </summary>
public sealed class AzureMail(MailSettings settings, TokenCredential credential, HttpClient http) : IMail
{
    static readonly TokenRequestContext Audience = new(["https://communication.azure.com/.default"]);

    /// <inheritdoc/>
    public async Task Send(Message message, CancellationToken cancel)
    {
        var token = await credential.GetTokenAsync(Audience, cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Endpoint!, "/emails:send?api-version=2023-03-31"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Token);
        request.Content = JsonContent.Create(new
        {
            senderAddress = settings.From,
            recipients = new { to = new[] { new { address = message.To } } },
            content = new { subject = message.Subject, plainText = message.Text, html = message.Html },
        }, options: new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });
        using var response = await http.SendAsync(request, cancel);
        response.EnsureSuccessStatusCode();
    }
}
