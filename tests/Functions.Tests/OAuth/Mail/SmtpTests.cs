using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Latchkey.OAuth;
using Latchkey.Tests.Worker;
using MailKit.Security;

namespace Latchkey.Tests.OAuth.Mail;

/// <summary>Mail by SMTP: over TLS or not at all, to one mailbox, within a bounded time.</summary>
[Collection(DemoWorkerGroup.Name)]
public sealed class SmtpTests(DemoWorker demo)
{
    static readonly Message Message = new("alice@demo.example", "Füße", "Hello\n\n日本\n.\nend");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_link_arrives_over_TLS_by_STARTTLS_and_from_the_first_byte(bool implicitTls)
    {
        var (worker, server) = implicitTls ? (demo.BehindFrontDoor, demo.MailFromFirstByte) : (demo.Worker, demo.Mail);
        var before = server.Heard.Count;
        await Ask(worker);
        await Eventually.True(() => !server.Taken.IsEmpty);
        var mail = Assert.Single(server.Taken);
        Assert.StartsWith("MAIL FROM:<latchkey@demo.example>", mail.From, StringComparison.Ordinal);
        Assert.Equal(["RCPT TO:<alice@demo.example>"], mail.To);
        Assert.Equal(("\"Latchkey\" <latchkey@demo.example>", "alice@demo.example"), ($"{mail.Content.From}", $"{mail.Content.To}"));
        Assert.Matches("http://127.0.0.1:[0-9]+/demo/reset[?]", mail.Content.TextBody);
        Assert.StartsWith("multipart/alternative", mail.Content.Body!.ContentType.MimeType, StringComparison.Ordinal);
        Assert.Contains("/demo/reset?link=", mail.Content.HtmlBody, StringComparison.Ordinal);
        Assert.Equal(implicitTls ? 0 : 1, server.Heard.Skip(before).Count(line => line == "STARTTLS"));
    }

    [Fact]
    public async Task A_trusted_certificate_of_another_name_gets_neither_password_nor_message()
    {
        var (worker, server) = (demo.Worker, demo.Mail);
        var (heard, told) = (server.Heard.Count, Told());
        server.HasAnotherName = true;
        try
        {
            await Ask(worker);
            await Eventually.True(() => Told() > told);
        }
        finally
        {
            server.HasAnotherName = false; // It is other tests' server too.
        }
        AssertNothingSaid(server.Heard.Skip(heard));

        int Told() => worker.Log.Count(line => line.Contains("a reset link could not be sent", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(2465, true)]
    public async Task A_certificate_that_nobody_vouches_for_gets_neither_password_nor_message(int port, bool implicitTls)
    {
        await using var server = SmtpServer.Start(port, implicitTls);
        await Assert.ThrowsAsync<SslHandshakeException>(() => Mail(server.Address).Send(Message, CancellationToken.None));
        AssertNothingSaid(server.Heard);
    }

    [Fact]
    public async Task A_server_that_is_silent_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = (IPEndPoint)silent.LocalEndpoint;
        var slow = await Assert.ThrowsAsync<TimeoutException>(() => Mail(address, new HastyClock()).Send(Message, CancellationToken.None));
        Assert.Equal($"127.0.0.1:{address.Port} did not accept the message within 30 seconds.", slow.Message);
    }

    [Theory]
    [InlineData("alice@demo.example\r\nBcc: eve@evil.example")]
    [InlineData("alice@demo.example>\r\nRCPT TO:<eve@evil.example")]
    [InlineData("alice@demo.example, eve@evil.example")]
    [InlineData("\"a\r\nBcc: eve@evil.example\"@demo.example")]
    public async Task An_address_that_is_more_than_one_mailbox_is_refused(string to)
    {
        var mail = Mail(new IPEndPoint(IPAddress.Loopback, 1));
        await Assert.ThrowsAsync<MimeKit.ParseException>(() => mail.Send(Message with { To = to }, CancellationToken.None));
    }

    // Alice asks for a reset link.
    static async Task Ask(WorkerProcess worker)
    {
        var page = await worker.Http.GetAsync("/demo/reset");
        var form = Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"form\" value=\"(?<value>[^\"]+)\"").Groups["value"].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post,
            "/demo/reset")
        { Content = TestHost.Form(("form", form), ("username", "alice")) };
        request.Headers.Add("Cookie", page.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
        Assert.Equal(HttpStatusCode.OK, (await worker.Http.SendAsync(request)).StatusCode);
    }

    static void AssertNothingSaid(IEnumerable<string> heard) => Assert.DoesNotContain(heard,
        line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));

    static SmtpMail Mail(IPEndPoint address, TimeProvider? clock = null) => new(
        new(MailMode.Smtp, "latchkey@demo.example", "", $"{address.Address}", address.Port, SmtpServer.User, SmtpServer.Password, null),
        clock ?? new TestClock());

    // Thirty seconds pass in a tenth of one.
    sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime / 300, period);
    }
}
