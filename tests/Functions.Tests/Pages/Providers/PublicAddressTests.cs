using System.Net;
using Latchkey.Http;
using Latchkey.OAuth;

namespace Latchkey.Tests.Pages.Providers;

/// <summary>Where a deployment's own requests may go: a tenant's administrator chooses a provider's address.</summary>
public sealed class PublicAddressTests
{
    [Fact]
    public void Only_addresses_that_anybody_can_reach_are_public()
    {
        string[] hidden =
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "168.63.129.16", "100.64.0.1",
            "0.0.0.0", "192.0.2.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
            "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "2001::1",
        ];
        string[] open = ["8.8.8.8", "172.32.0.1", "140.82.112.3", "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8"];
        Assert.DoesNotContain(hidden, text => PublicAddress.Is(IPAddress.Parse(text)));
        Assert.DoesNotContain(open, text => !PublicAddress.Is(IPAddress.Parse(text)));
    }

    [Fact]
    public void Only_https_is_spoken_but_for_this_machine_in_Development()
    {
        Assert.True(ProviderHttp.IsAllowed("https://accounts.google.com", development: false));
        Assert.True(ProviderHttp.IsAllowed("http://127.0.0.1:7072", development: true));
        string[] refused = ["http://127.0.0.1:7072", "http://example.com", "file:///etc/passwd", "https://user@example.com", "x", ""];
        Assert.DoesNotContain(refused, url => ProviderHttp.IsAllowed(url, development: false));
        Assert.False(ProviderHttp.IsAllowed("http://example.com", development: true));
    }
}
