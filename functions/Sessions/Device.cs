using System.Net;
using System.Net.Sockets;
using Latchkey.Http;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Sessions;

/// <summary>
/// What a user recognizes a session by: the browser or app, and roughly where it was. The caller states both, and may lie.
/// </summary>
/// <param name="UserAgent">The User-Agent header, cut to 200 characters.</param>
/// <param name="Address">The network address without the last part, which identifies a person.</param>
public sealed record Device(string UserAgent, string Address)
{
    const int MaxChars = 200;

    /// <summary>The device that sent a request.</summary>
    public static Device Of(HttpRequest request, Guid? frontDoor) => Of(request, CallerAddress.Of(request, frontDoor));

    /// <summary>The device that sent a request from an address.</summary>
    public static Device Of(HttpRequest request, string address)
    {
        var agent = new string([.. request.Headers.UserAgent.ToString().Where(c => !char.IsControl(c)).Take(MaxChars)]);
        return new Device(agent, Coarsened(address));
    }

    // CallerAddress has already shortened IPv6 addresses to /64.
    static string Coarsened(string address)
    {
        if (!IPAddress.TryParse(address, out var ip) || ip.AddressFamily != AddressFamily.InterNetwork) return address;
        var bytes = ip.GetAddressBytes();
        bytes[3] = 0;
        return $"{new IPAddress(bytes)}/24";
    }
}
