using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Latchkey.Tests.Pages.Providers;

/// <summary>A real OpenID provider, node-oidc-provider, in a process of its own; and somebody's browser there.</summary>
sealed partial class DemoId : IDisposable
{
    public const string ClientId = "latchkey";

    public const string Secret = "demo-id-secret-for-local-runs-only";

    readonly Process process;

    DemoId(Process process, int port) => (this.process, Issuer) = (process, $"http://127.0.0.1:{port}");

    public string Issuer { get; }

    public static async Task<DemoId> Start(params string[] redirectUris)
    {
        var port = Azurite.FreePort();
        var folder = Repository.Path("tests/idp");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            throw new InvalidOperationException("oidc-provider is not installed: run `dotnet dev.cs test` once.");
        var start = new ProcessStartInfo("node",
            ["--require", Repository.Path("tests/azurite/exit-with-parent.cjs"), "idp.js", $"{port}", .. redirectUris])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true, // It ends with this process, however that goes.
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var idp = new DemoId(Process.Start(start)!, port);
        var listens = new TaskCompletionSource();
        idp.process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) listens.TrySetException(new InvalidOperationException("The provider has ended."));
            else if (line.Data.Contains("listens", StringComparison.Ordinal)) listens.TrySetResult();
        };
        idp.process.BeginErrorReadLine();
        idp.process.BeginOutputReadLine();
        await listens.Task;
        return idp;
    }

    /// <summary>Signs somebody in there, in a new browser, and consents; where the browser is sent then.</summary>
    public static async Task<string> SignIn(string address, string login)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });
        var at = new Uri(address);
        var origin = at.GetLeftPart(UriPartial.Authority);
        var answer = await http.GetAsync(at);
        for (var step = 0; step < 12; step++)
        {
            if (answer.Headers.Location is { } location)
            {
                at = new Uri(at, location);
                if (at.GetLeftPart(UriPartial.Authority) != origin) return at.AbsoluteUri;
                answer = await http.GetAsync(at);
                continue;
            }
            var html = await answer.Content.ReadAsStringAsync();
            var prompt = PromptOf().Match(html).Groups[1].Value;
            at = new Uri(at, Action().Match(html).Groups[1].Value);
            answer = await http.PostAsync(at, TestHost.Form(("prompt", prompt), ("login", login), ("password", "any")));
        }
        throw new InvalidOperationException($"The provider leads nowhere: {await answer.Content.ReadAsStringAsync()}");
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    [GeneratedRegex(@"name=""prompt"" value=""([^""]*)""")]
    private static partial Regex PromptOf();

    [GeneratedRegex(@"action=""([^""]*)""")]
    private static partial Regex Action();
}
