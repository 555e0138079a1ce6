using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Http;

/// <summary>The caller's address, for rate limits and the audit.</summary>
public static class CallerAddress
{
    /// <summary>
    /// The address of the connection, which is the caller's: the Functions host records its peer, and the worker adopts that and
    /// removes the header, so nothing that a caller puts into X-Forwarded-For arrives. Behind Azure Front Door the connection is
    /// Front Door's and the caller's address is in X-Azure-SocketIP; X-Azure-ClientIP may be made up by the caller. An IPv6
    /// address is cut to its /64, which is one household.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="frontDoor">The id of our Front Door, or null. A request without this id did not pass through it.</param>
    public static string Of(HttpRequest request, Guid? frontDoor)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (frontDoor is { } ours && Guid.TryParse(request.Headers["X-Azure-FDID"], out var sent) && sent == ours
            && IPAddress.TryParse(request.Headers["X-Azure-SocketIP"], out var socket)) address = socket;
        return address is null ? "unknown" : Cut(address);
    }

    /// <summary>Reads an address, without a port, that a trusted client states; null if it is invalid.</summary>
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
