using Latchkey.Protocol;

namespace Latchkey.Tests.Protocol;

/// <summary>RFC 8252 §7, RFC 9700 §2.1.</summary>
public sealed class RedirectUriTests
{
    [Theory]
    [InlineData("https://app.example/callback?a=b", false)]
    [InlineData("https://app.example:8443/callback", false)]
    [InlineData("http://localhost:8100/callback", false)]
    [InlineData("http://127.0.0.1/callback", true)]
    [InlineData("http://[::1]:5000/callback", true)]
    [InlineData("com.example.files:/callback", true)]
    [InlineData("com.example.app://cb", true)]
    public void These_redirect_uris_may_be_registered(string uri, bool native) => Assert.Null(RedirectUri.Fault(uri, native));

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("javascript.example:alert(1)//\"")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("myapp:/callback")] // No domain name in reverse.
    [InlineData("http://app.example/callback")]
    [InlineData("http://127.0.0.1.evil.example/callback")]
    [InlineData("http://localhost.evil.example/callback")]
    [InlineData("http://127.0.0.1:@evil.example/callback")]
    [InlineData("http://127.0.0.1:99999/callback")]
    [InlineData("https://app.example/callback#fragment")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("https:///callback")]
    [InlineData("https:app.example")]
    [InlineData("https://app.example\\@evil.example/")]
    [InlineData("https://app.example/ callback")]
    [InlineData("https://app.example/\r\nSet-Cookie: a=b")]
    [InlineData("//app.example/callback")]
    [InlineData("/callback")]
    [InlineData("")]
    public void These_redirect_uris_may_not_be_registered(string uri) => Assert.NotNull(RedirectUri.Fault(uri, native: true));

    [Fact]
    public void A_private_scheme_is_not_for_web_apps() => Assert.NotNull(RedirectUri.Fault("com.example.files:/callback", native: false));

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51004/callback")]
    [InlineData("http://127.0.0.1:80/callback", "http://127.0.0.1/callback")]
    [InlineData("http://[::1]/callback", "http://[::1]:1/callback")]
    public void A_native_app_may_use_any_port_of_a_loopback_address(string registered, string sent)
    {
        Assert.True(RedirectUri.Matches(registered, sent, native: true));
        Assert.False(RedirectUri.Matches(registered, sent, native: false));
    }

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51004/callback/")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51004/Callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51004/callback?a=b")]
    [InlineData("http://127.0.0.1/callback", "http://[::1]:51004/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:+80/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:80@evil.example/callback")]
    [InlineData("http://127.0.0.1/callback", "https://127.0.0.1:443/callback")]
    [InlineData("http://localhost:8100/callback", "http://localhost:8101/callback")]
    [InlineData("com.example.files:/callback", "com.example.files://callback")]
    [InlineData("com.example.files:/callback", "COM.example.files:/callback")]
    [InlineData("com.x.app://cb", "com.x.app://cb/")]
    [InlineData("https://app.example/callback", "https://app.example:443/callback")]
    [InlineData("https://app.example/callback", "https://APP.example/callback")]
    [InlineData("https://app.example/callback", "https://app.example/callback/../evil")]
    [InlineData("https://app.example/callback", "https://app.example/%63allback")]
    public void No_other_redirect_uri_counts_as_the_registered_one(string registered, string sent) =>
        Assert.False(RedirectUri.Matches(registered, sent, native: true));
}
