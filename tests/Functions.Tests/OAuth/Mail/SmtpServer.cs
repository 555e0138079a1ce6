using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MimeKit;

namespace Latchkey.Tests.OAuth.Mail;

/// <summary>A message as the server got it.</summary>
/// <param name="From">Of the envelope.</param>
/// <param name="To">Of the envelope.</param>
/// <param name="Content">Headers and body.</param>
sealed record Delivered(string From, IReadOnlyList<string> To, MimeMessage Content);

/// <summary>
/// A submission server (RFC 5321, RFC 3207 STARTTLS, RFC 4954 AUTH PLAIN) with a certificate made on the spot. It takes messages
/// over TLS alone, from one user.
/// </summary>
sealed class SmtpServer : IAsyncDisposable
{
    public const string User = "latchkey";
    public const string Password = "only-for-the-mail-server";

    readonly TcpListener listener;
    readonly bool implicitTls;
    readonly X509Certificate2 certificate, another;
    readonly Task serving;

    SmtpServer(TcpListener listener, bool implicitTls)
    {
        (this.listener, this.implicitTls) = (listener, implicitTls);
        certificate = Certificate(names => names.AddIpAddress(Address.Address));
        another = Certificate(names => names.AddDnsName("mail.example"));
        serving = Serve();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>What clients said, with their secrets.</summary>
    public ConcurrentQueue<string> Heard { get; } = new();

    public ConcurrentQueue<Delivered> Taken { get; } = new();

    /// <summary>Its certificate and the one of another name, for those who are to trust them.</summary>
    public string Pem => $"{certificate.ExportCertificatePem()}\n{another.ExportCertificatePem()}\n";

    /// <summary>Whether it shows the certificate of another name.</summary>
    public bool HasAnotherName { get; set; }

    /// <summary>Starts one. Where ports are fixed (465, 2465) each server has a loopback address of its own.</summary>
    /// <param name="port">0 for any.</param>
    /// <param name="implicitTls">TLS from the first byte instead of STARTTLS.</param>
    public static SmtpServer Start(int port, bool implicitTls)
    {
        byte[] own = [127, .. RandomNumberGenerator.GetBytes(2), 1];
        var address = port == 0 || OperatingSystem.IsMacOS() ? IPAddress.Loopback : new IPAddress(own);
        var listener = new TcpListener(address, port);
        listener.Start();
        return new SmtpServer(listener, implicitTls);
    }

    public async ValueTask DisposeAsync()
    {
        listener.Dispose();
        await serving;
        certificate.Dispose();
        another.Dispose();
    }

    // Authorities of one name would be taken for each other.
    static X509Certificate2 Certificate(Action<SubjectAlternativeNameBuilder> name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=latchkey-test-mail-{Guid.NewGuid():n}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    async Task Serve()
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await Talk(client.GetStream());
            }
            catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
            {
                // This client hung up, or does not like the certificate.
            }
            // Stopped while, or before, it waits; disposed too.
            catch (Exception fault) when (fault is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    async Task<Stream> Secure(Stream plain)
    {
        var tls = new SslStream(plain);
        await tls.AuthenticateAsServerAsync(HasAnotherName ? another : certificate);
        return tls;
    }

    async Task Talk(Stream stream)
    {
        var secure = implicitTls;
        if (secure) stream = await Secure(stream);
        await Say(stream, "220 test ESMTP");
        var (signedIn, from, to) = (false, "", new List<string>());
        while (await Line(stream) is { } line)
        {
            Heard.Enqueue(line);
            switch (line.Split(' ')[0].ToUpperInvariant())
            {
                case "EHLO":
                    await Say(stream, secure ? "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN" : "250-test\r\n250 STARTTLS");
                    break;
                case "STARTTLS" when !secure:
                    await Say(stream, "220 go on");
                    (stream, secure) = (await Secure(stream), true);
                    break;
                case "AUTH" when secure:
                    signedIn = line.EndsWith(Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{User}\0{Password}")),
                        StringComparison.Ordinal);
                    await Say(stream, signedIn ? "235 welcome" : "535 wrong");
                    break;
                case "MAIL" when signedIn:
                    (from, to) = (line, []);
                    await Say(stream, "250 ok");
                    break;
                case "RCPT" when from.Length > 0:
                    to.Add(line);
                    await Say(stream, "250 ok");
                    break;
                case "DATA" when to.Count > 0:
                    await Say(stream, "354 go on");
                    Taken.Enqueue(new Delivered(from, to, await Data(stream)));
                    await Say(stream, "250 taken");
                    break;
                default:
                    await Say(stream, "503 not now");
                    break;
            }
        }
    }

    static async Task<MimeMessage> Data(Stream stream)
    {
        var text = new StringBuilder();
        while (await Line(stream) is { } line && line != ".") text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        return await MimeMessage.LoadAsync(bytes);
    }

    static async Task Say(Stream stream, string line) => await stream.WriteAsync(Encoding.ASCII.GetBytes($"{line}\r\n"));

    // Byte by byte, because what follows STARTTLS is no longer text.
    static async Task<string?> Line(Stream stream)
    {
        var (line, one) = (new StringBuilder(), new byte[1]);
        while (await stream.ReadAsync(one) == 1)
        {
            if (one[0] == '\n') return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        return null;
    }
}
