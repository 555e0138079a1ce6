using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Core;
using Latchkey.OAuth;

namespace Latchkey.Tests.OAuth.Mail;

/// <summary>What goes over the wire to those who send our mail.</summary>
public sealed class MailTests
{
    static readonly Message Message = new("alice@demo.example", "Füße", "Hello\n\n日本") { Html = "<p>日本</p>" };

    [Fact]
    public async Task Azure_gets_the_message_as_its_REST_reference_says()
    {
        using var listener = new HttpListener();
        var origin = $"http://127.0.0.1:{Azurite.FreePort()}/";
        listener.Prefixes.Add(origin);
        listener.Start();
        using var http = new HttpClient();
        var sending = new AzureMail(Settings(MailMode.Azure, endpoint: new Uri(origin)), new Credential(), http).Send(Message,
            CancellationToken.None);
        var context = await listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var body = System.Text.Json.JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
        context.Response.StatusCode = 202;
        context.Response.Close();
        await sending;
        Assert.Equal("/emails:send?api-version=2023-03-31", context.Request.RawUrl);
        Assert.Equal("Bearer https://communication.azure.com/.default", context.Request.Headers["Authorization"]);
        Assert.Equal("latchkey@demo.example", body.GetProperty("senderAddress").GetString());
        Assert.Equal("alice@demo.example", body.GetProperty("recipients").GetProperty("to")[0].GetProperty("address").GetString());
        Assert.Equal(("Füße", "Hello\n\n日本"),
            (body.GetProperty("content").GetProperty("subject").GetString(),
                body.GetProperty("content").GetProperty("plainText").GetString()));
        Assert.Equal("<p>日本</p>", body.GetProperty("content").GetProperty("html").GetString());
    }

    [Fact]
    public async Task A_server_without_TLS_gets_neither_password_nor_message()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var heard = Serve(server);
        var settings = Settings(MailMode.Smtp, port: ((IPEndPoint)server.LocalEndpoint).Port) with
        {
            SmtpUser = "user",
            SmtpPassword = "secret"
        };
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            new SmtpMail(settings, new TestClock()).Send(Message, CancellationToken.None));
        server.Stop();
        Assert.DoesNotContain(await heard, line =>
            line.StartsWith("AUTH", StringComparison.OrdinalIgnoreCase) || line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase));
    }

    static MailSettings Settings(MailMode mode, int port = 587, Uri? endpoint = null) =>
        new(mode, "latchkey@demo.example", "", "127.0.0.1", port, null, null, endpoint);

    // A server that offers no STARTTLS.
    static async Task<List<string>> Serve(TcpListener server)
    {
        var heard = new List<string>();
        using var client = await server.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 test");
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                heard.Add(line);
                await writer.WriteLineAsync(line.StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase) ? "502 no" : "250 test");
            }
        }
        catch (IOException)
        {
            // It hung up, as it should.
        }
        return heard;
    }

    sealed class Credential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(requestContext.Scopes.Single(), DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }
}
