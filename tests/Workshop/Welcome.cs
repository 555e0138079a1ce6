namespace Latchkey.Workshop;

/// <summary>What <c>dev.cs up</c> prints once everything runs: all that an app's developer needs.</summary>
static class Welcome
{
    /// <param name="options">How it was started.</param>
    /// <param name="startedAzurite">False if an Azurite that was running already is used.</param>
    public static string Text(UpOptions options, bool startedAzurite)
    {
        var (its, origin) = (options.Instance, options.Instance.Origin);
        var data = startedAzurite ? $"data in {its.Folder}/azurite" : "was already running";
        var named = options.AllOrigins.Except(LocalOrigins.Usual).ToList();
        return $$"""

        Latchkey   {{origin}}   tenants demo and acme
        Issuer     {{origin}}/demo   discovery: {{origin}}/demo/.well-known/openid-configuration
        Users      alice / alice-password, bob / bob-password, admin / admin-password
        Clients    mobile: apps and single-page apps, with code and PKCE; first-party: password grant; tv: device grant
                   web / web-secret-for-local-runs-only: web apps with a server; service / service-secret-for-local-runs-only
        Redirects  of mobile: com.example.files:/callback, http://127.0.0.1:{any port}/callback,
                   / and /callback of this machine's http origins
        Origins    http://localhost at the ports {{string.Join(", ", LocalOrigins.Ports.Order())}}; web views of Capacitor, Ionic, Cordova
                   {{(named.Count == 0 ? "another one: --origin http://localhost:6006" : string.Join("\n           ", named))}}
        Uploads    {{its.UploadOrigin}}   Azurite, tables at 127.0.0.1:{{its.Azurite[2]}}, {{data}}
        Files      {{origin}}/demo/my-files   in a browser
        Sign-up    {{origin}}/demo/signup   the mail with the code is a file in {{its.Folder}}/mail
        Passkeys   {{(its.Host is null ? $"{origin}/acme/account/passkeys   at localhost a browser makes them without https"
            : "none: browsers make them at https or localhost only")}}
        Messages   a broker at {{its.Address}}:{{its.Broker}}, for apps with the scope messages (docs/apps/messages.md)
        {{(its.Host is null ? "" : Phone(its))}}
        In another terminal: `dotnet dev.cs demo{{its.Options}} [FILE]`, `dotnet dev.cs admin{{its.Options}} help`, or paste

          at={{origin}}/demo; field() { node -p "JSON.parse(require('fs').readFileSync(0)).$1"; }
          secret=service-secret-for-local-runs-only
          token=$(curl -s $at/oauth/token -u service:$secret -d grant_type=client_credentials | field access_token)
          auth="Authorization: Bearer $token"; json='Content-Type: application/json'
          begun=$(curl -s $at/files -H "$auth" -H "$json" -d '{"name":"hello.txt","contentType":"text/plain","size":6}')
          id=$(field id <<< "$begun"); put=$(field upload.url <<< "$begun")
          printf 'hello\n' | curl -sX PUT "$put" -H 'x-ms-blob-type: BlockBlob' -H 'Content-Type: text/plain' --data-binary @-
          curl -sX POST $at/files/$id/complete -H "$auth"; echo
          curl -s $at/files -H "$auth"; echo
          curl -sL $at/files/$id/content -H "$auth"

        Ctrl-C stops {{(startedAzurite ? "both" : "the service")}}. The service's log:

        """;
    }

    // Apple's documentation of NSAllowsLocalNetworking and NSExceptionDomains; Android's of network security configuration; Secure
    // Contexts (W3C) §3.1.
    static string Phone(Instance its) => $"""

        A phone in the same network reaches it at {its.Origin}. So does everybody else there, with the users and secrets
        above: use it only in a network that you trust. It does not answer at localhost. If the phone gets no answer, let the
        ports {its.Port}, {its.Azurite[0]} and {its.Broker} through this machine's firewall. Plain http needs, in debug builds only:

        iOS        in Info.plist NSAppTransportSecurity with NSAllowsLocalNetworking = YES, or from iOS 17 on an exception for
                   {its.Host} in NSExceptionDomains; and NSLocalNetworkUsageDescription, with which iOS asks the user
        Android    android:usesCleartextTraffic="true" in the manifest, or a network security config that permits {its.Host}
        Capacitor  on Android also server.androidScheme "http": the page of https://localhost may not call http
        Browsers   can't sign in to a page of this machine's address: its redirect URI is plain http and not localhost, which
                   RFC 8252 does not allow. {its.Origin} itself is no secure context, so it has no passkeys

        """;
}
