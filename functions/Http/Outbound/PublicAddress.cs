using System.Net;
using System.Net.Sockets;

namespace Latchkey.Http;

/// <summary>Tells public addresses from those of private networks, of this machine and of clouds' metadata services (RFC 6890).</summary>
public static class PublicAddress
{
    static readonly IPNetwork[] Private =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            // In 2000::/3: Teredo and other protocols, documentation, and 6to4, which hides an IPv4 address.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3"); // RFC 4291 §2.4

    // Azure's platform services, such as DNS and health probes, have a public address inside every virtual network.
    static readonly IPAddress AzurePlatform = IPAddress.Parse("168.63.129.16");

    /// <summary>True if anybody on the Internet can reach the address.</summary>
    public static bool Is(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address)) return false;
        return !address.Equals(AzurePlatform) && !Private.Any(network => network.Contains(address));
    }
}
