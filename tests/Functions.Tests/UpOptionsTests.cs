using System.Net;
using System.Net.Sockets;
using Latchkey.Workshop;

namespace Latchkey.Tests;

/// <summary>The options of <c>dotnet dev.cs up</c>, and what is said of wrong ones.</summary>
public sealed class UpOptionsTests
{
    [Fact]
    public void Without_options_it_is_at_localhost_on_the_usual_ports_with_the_usual_origins()
    {
        var options = UpOptions.Parse([]);
        Assert.Equal(("http://localhost:7071", "http://127.0.0.1:10000", ".local", ""),
            (options.Instance.Origin, options.Instance.UploadOrigin, options.Instance.Folder, options.Instance.Options));
        Assert.Equal(LocalOrigins.Usual, options.AllOrigins);
        Assert.False(options.Reset || options.WithIdp || options.WithSample);
        Assert.True(UpOptions.Parse(["--sample"]).WithSample);
    }

    [Fact]
    public void A_port_gives_a_second_one_ports_and_a_folder_of_its_own()
    {
        var its = UpOptions.Parse(["--port=7081", "--reset"]).Instance;
        Assert.Equal(("http://localhost:7081", ".local/7081", " --port 7081"), (its.Origin, its.Folder, its.Options));
        var usual = new Instance();
        int[] all = [its.Port, its.DemoId, its.Broker, .. its.Azurite, usual.Port, usual.DemoId, usual.Broker, .. usual.Azurite];
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    [Fact]
    public void Origins_add_up_and_a_host_brings_those_of_development_servers_at_its_address()
    {
        var options = UpOptions.Parse(
            ["--origin", "http://localhost:6006", "--host", "127.0.0.1", "--origin=https://app.example",
                "--origin", "http://localhost:6006"]);
        Assert.Equal(["http://localhost:6006", "https://app.example"], options.Origins);
        string[] wanted = [.. LocalOrigins.Usual, .. options.Origins, "http://127.0.0.1:5173", "http://127.0.0.1:8100"];
        Assert.Empty(wanted.Except(options.AllOrigins));
        Assert.Equal(("http://127.0.0.1:7071", " --host 127.0.0.1"), (options.Instance.Origin, options.Instance.Options));
    }

    [Theory]
    [InlineData("--port needs a value, such as: --port 7081", "--port")]
    [InlineData("--port needs a value", "--port", "--reset")]
    [InlineData("--port must be a whole number from 1024 to 65530, not '80'.", "--port", "80")]
    [InlineData("not '65531'", "--port=65531")]
    [InlineData("not 'x'", "--port", "x")]
    [InlineData("--host must be an IPv4 address of this machine, or auto, not 'my-laptop'. This machine has", "--host", "my-laptop")]
    [InlineData("not '127.1'", "--host", "127.1")]
    [InlineData("not '::1'", "--host", "::1")]
    [InlineData("--host 0.0.0.0 is no address that a phone could use.", "--host", "0.0.0.0")]
    [InlineData("198.51.100.7 is not an address of this machine.", "--host", "198.51.100.7")]
    [InlineData("not 'http://localhost:6006/'. Did you mean http://localhost:6006?", "--origin", "http://localhost:6006/")]
    [InlineData("Did you mean http://localhost:6006?", "--origin", "localhost:6006")]
    [InlineData("Did you mean https://app.example?", "--origin", "HTTPS://App.example/path?x=1")]
    [InlineData("not '*'. One is http://localhost:5173.", "--origin", "*")]
    [InlineData("not 'http://a,http://b'. One is", "--origin", "http://a,http://b")]
    [InlineData("up does not know --orgin. It knows --host, --origin, --port, --reset, --sample and --with-idp.",
        "--orgin", "http://localhost:1")]
    [InlineData("'http://b' belongs to no option.", "--origin", "http://a", "http://b")]
    [InlineData("Demo Id is for this machine alone", "--with-idp", "--host", "127.0.0.1")]
    public void A_wrong_value_is_told_with_what_would_be_right(string said, params string[] args) =>
        Assert.Contains(said, Assert.Throws<Failure>(() => UpOptions.Parse(args)).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_commands_find_the_service_by_the_same_options_and_keep_their_own()
    {
        var (named, others) = Instance.Take(["--port", "7081", "photo.jpg", "--password"]);
        Assert.Equal((new Instance(null, 7081), "photo.jpg --password"), (named, string.Join(' ', others)));
        Assert.Null(Instance.Take(["photo.jpg"]).Named);
        Assert.Equal(new Instance(), Instance.Take(["--host", "localhost"]).Named);
    }

    [Fact]
    public void Auto_is_the_address_from_which_this_machine_reaches_its_network()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(IPAddress.Parse("192.0.2.1"), 9);
        }
        catch (SocketException)
        {
            Assert.Contains("finds no network", Assert.Throws<Failure>(() => UpOptions.Parse(["--host", "auto"])).Message,
                StringComparison.Ordinal);
            return;
        }
        Assert.Equal($"{((IPEndPoint)socket.LocalEndPoint!).Address}", UpOptions.Parse(["--host", "auto"]).Instance.Host);
    }
}
