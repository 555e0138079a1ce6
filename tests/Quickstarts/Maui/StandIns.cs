// What the page takes from MAUI, whose packages are for phones: a browser that is a person at the other end of this program's
// input and output, a store and a file.
namespace Microsoft.Maui.Authentication
{
    /// <summary>Prints the address that the browser is to open, and reads the one that it comes back to.</summary>
    public sealed class WebAuthenticator
    {
        /// <summary>The only one.</summary>
        public static WebAuthenticator Default { get; } = new();

        /// <summary>The query's parameters of the address that comes back; an empty line: the user has closed the browser.</summary>
        public async Task<WebAuthenticatorResult> AuthenticateAsync(Uri url, Uri callbackUrl)
        {
            Console.WriteLine(url.AbsoluteUri);
            var back = await Console.In.ReadLineAsync();
            if (string.IsNullOrEmpty(back)) throw new TaskCanceledException();
            if (!back.StartsWith(callbackUrl.OriginalString, StringComparison.Ordinal)) throw new InvalidOperationException(back);
            return new(new Uri(back).Query[1..].Split('&').Select(pair => pair.Split('='))
                .ToDictionary(pair => pair[0], pair => Uri.UnescapeDataString(pair[1])));
        }
    }

    /// <summary>What came back.</summary>
    public sealed record WebAuthenticatorResult(Dictionary<string, string> Properties);
}

namespace Microsoft.Maui.Storage
{
    /// <summary>The store, in memory.</summary>
    public sealed class SecureStorage
    {
        readonly Dictionary<string, string> values = [];

        /// <summary>The only one.</summary>
        public static SecureStorage Default { get; } = new();

        /// <summary>Keeps a value.</summary>
        public Task SetAsync(string key, string value)
        {
            values[key] = value;
            return Task.CompletedTask;
        }

        /// <summary>A value that was kept, or null.</summary>
        public Task<string?> GetAsync(string key) => Task.FromResult(values.GetValueOrDefault(key));
    }

    /// <summary>A picked file.</summary>
    public sealed class FileResult(string path)
    {
        /// <summary>Its name without its folder.</summary>
        public string FileName => Path.GetFileName(path);

        /// <summary>As the system says it by the name.</summary>
        public string ContentType => "image/jpeg";

        /// <summary>Its bytes.</summary>
        public Task<Stream> OpenReadAsync() => Task.FromResult<Stream>(File.OpenRead(path));
    }
}
