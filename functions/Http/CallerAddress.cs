using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>Where a request comes from, for limits and audit.</summary>
public static class CallerAddress
{
    /// <summary>
    /// The address that the outermost trusted proxy saw: counted from the right of X-Forwarded-For, because everything
    /// further left is the caller's own word. IPv6 is cut to its /64, which is one household.
    /// </summary>
    public static string Of(HttpRequest request, int trustedProxies)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (trustedProxies > 0)
        {
            var hops = request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries);
            var hop = hops[Math.Max(0, hops.Length - trustedProxies)];
            if (IPEndPoint.TryParse(hop, out var seen)) address = seen.Address; // Azure adds the port.
        }
        return address is null ? "unknown" : Cut(address);
    }

    /// <summary>The same of an address as a trusted client writes it, without a port; null if it is none.</summary>
    public static string? Read(string text) =>
        (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3)
        && text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':') && IPAddress.TryParse(text, out var address) ? Cut(address) : null;

    static string Cut(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address.ToString();
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
