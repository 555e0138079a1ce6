using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Latchkey.Workshop;

/// <summary>One service on this machine: where it and what belongs to it listen, and where its data are.</summary>
/// <param name="Host">An IPv4 address of this machine that others reach too; null: localhost, which nobody else reaches.</param>
/// <param name="Port">The service's port. Any other than the usual one has the five ports after it for what belongs to it.</param>
sealed record Instance(string? Host = null, int Port = Instance.UsualPort)
{
    public const int UsualPort = 7071;

    const int LowestPort = 1024, HighestPort = 65530;

    bool IsUsual => Port == UsualPort;

    public string Origin => $"http://{Host ?? "localhost"}:{Port}";

    /// <summary>Where what is reached from outside listens.</summary>
    public string Address => Host ?? "127.0.0.1";

    public string Folder => IsUsual ? ".local" : $".local/{Port}";

    public int DemoId => Port + 1;

    public int Broker => Port + 2;

    /// <summary>Azurite's blobs, queues and tables.</summary>
    public int[] Azurite => IsUsual ? [10000, 10001, 10002] : [Port + 3, Port + 4, Port + 5];

    /// <summary>Where uploads go.</summary>
    public string UploadOrigin => $"http://{Address}:{Azurite[0]}";

    /// <summary>The options of every command that name it, each after a space.</summary>
    public string Options => (Host is null ? "" : $" --host {Host}") + (IsUsual ? "" : $" --port {Port}");

    /// <summary>Takes <c>--host</c> and <c>--port</c> out of a command's arguments.</summary>
    /// <returns>What they name, or null if neither is there; and the other arguments.</returns>
    /// <exception cref="Failure">A value is missing or wrong.</exception>
    public static (Instance? Named, string[] Others) Take(string[] args)
    {
        var (host, port, isNamed) = ((string?)null, UsualPort, false);
        var others = new List<string>();
        for (var at = 0; at < args.Length; at++)
        {
            if (Value(args, ref at, "--host", "auto") is { } hostText) (host, isNamed) = (HostOf(hostText), true);
            else if (Value(args, ref at, "--port", "7081") is { } portText) (port, isNamed) = (PortOf(portText), true);
            else others.Add(args[at]);
        }
        return (isNamed ? new Instance(host, port) : null, [.. others]);
    }

    /// <summary>The value of an option that may stand at this place, as <c>--name value</c> or <c>--name=value</c>; null if it does
    /// not.</summary>
    /// <exception cref="Failure">The option is there without a value.</exception>
    public static string? Value(string[] args, ref int at, string name, string example)
    {
        if (args[at].StartsWith($"{name}=", StringComparison.Ordinal)) return args[at][(name.Length + 1)..];
        if (args[at] != name) return null;
        if (at + 1 == args.Length || args[at + 1].StartsWith('-'))
            throw new Failure($"{name} needs a value, such as: {name} {example}");
        return args[++at];
    }

    static int PortOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= LowestPort and <= HighestPort ? port
            : throw new Failure($"--port must be a whole number from {LowestPort} to {HighestPort}, not '{text}'.");

    // The text goes into URLs and into what browsers send as their origin: it must be the one way to write the address.
    static string? HostOf(string text)
    {
        if (text is "localhost") return null;
        if (text is "auto") return OfTheNetwork();
        if (!IPAddress.TryParse(text, out var address) || address.ToString() != text || address.AddressFamily != AddressFamily.InterNetwork)
            throw new Failure($"--host must be an IPv4 address of this machine, or auto, not '{text}'. {Known()}");
        if (address.Equals(IPAddress.Any))
            throw new Failure($"--host 0.0.0.0 is no address that a phone could use. {Known()}");
        return IsOurs(address) ? text : throw new Failure($"{text} is not an address of this machine. {Known()}");
    }

    static bool IsOurs(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // Nothing is sent: the system only chooses the address from which it would.
    static string OfTheNetwork()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(IPAddress.Parse("192.0.2.1"), 9); // RFC 5737: nobody's.
            return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
        }
        catch (SocketException)
        {
            throw new Failure($"--host auto finds no network. {Known()}");
        }
    }

    static string Known()
    {
        var addresses = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up && one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses.Select(of => (one.Name, of.Address)))
            .Where(one => one.Address.AddressFamily == AddressFamily.InterNetwork).Select(one => $"{one.Address} ({one.Name})").ToList();
        return addresses.Count == 0 ? "This machine has no address in a network." : $"This machine has {string.Join(", ", addresses)}.";
    }
}
