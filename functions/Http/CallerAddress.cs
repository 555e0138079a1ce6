using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>Where a request comes from, for limits and audit.</summary>
public static class CallerAddress
{
    /// <summary>
    /// The address of the connection, which is the caller's: the Functions host writes down whom it spoke with, and the
    /// worker takes that over and drops the header, so nothing that a caller sends arrives in X-Forwarded-For. Behind Azure Front
    /// Door it is Front Door's, and the caller's is in X-Azure-SocketIP; X-Azure-ClientIP may be the caller's own word.
    /// IPv6 is cut to its /64, which is one household.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="frontDoor">The id of the Front Door that we are behind, or null. A request that does not show it came another way.</param>
    public static string Of(HttpRequest request, Guid? frontDoor)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (frontDoor is { } ours && Guid.TryParse(request.Headers["X-Azure-FDID"], out var shown) && shown == ours
            && IPAddress.TryParse(request.Headers["X-Azure-SocketIP"], out var seen)) address = seen;
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
