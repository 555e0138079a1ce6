using System.Buffers;
using System.Collections.Concurrent;
using Latchkey.Tenancy;
using Microsoft.Extensions.Logging;

namespace Latchkey.Access;

/// <summary>
/// Says in the developer's log what was refused because an address is not registered, and which command registers it; in Development
/// only. Strangers choose these addresses: there is one line for each and at most 100 in all, and one with an unusual
/// character is not shown, because a line break would forge a line and the command is meant to be pasted into a shell.
/// </summary>
public sealed partial class Refusals(Settings settings, ILogger<Refusals> logger)
{
    const int MaxLines = 100;
    const int MaxChars = 200;

    // Of RFC 3986 those that mean nothing inside double quotes: to sh, PowerShell or cmd.exe, which replaces %NAME% there.
    static readonly SearchValues<char> Harmless =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@&+=");

    readonly ConcurrentDictionary<string, bool> told = new(StringComparer.Ordinal);

    /// <summary>Scripts of this origin may not read the tenant's answers.</summary>
    public void Origin(Tenant tenant, string origin)
    {
        if (!settings.Development || !IsNew($"origin {tenant.Id} {origin}")) return;
        if (origin == "null") Log.Opaque(logger, tenant.Id);
        else if (!LocalOrigins.IsOrigin(origin)) Log.Hidden(logger, "an origin", tenant.Id);
        else Log.Origin(logger, origin, tenant.Id, $"dotnet dev.cs up{Where()} --origin \"{origin}\"");
    }

    /// <summary>The client has not registered this redirect URI.</summary>
    public void RedirectUri(Tenant tenant, Client client, string uri) =>
        Uri(tenant, client, uri, "redirect URI", "--add-redirect");

    /// <summary>The client has not registered this address for the time after a sign-out.</summary>
    public void LogoutUri(Tenant tenant, Client client, string uri) =>
        Uri(tenant, client, uri, "post-logout redirect URI", "--add-logout-redirect");

    void Uri(Tenant tenant, Client client, string uri, string what, string option)
    {
        if (!settings.Development || !IsNew($"{option} {tenant.Id} {client.Id} {uri}")) return;
        if (!IsHarmless(uri) || !IsHarmless(client.Id)) Log.Hidden(logger, $"a {what}", tenant.Id);
        else if (client.MetadataUrl is not null) Log.Document(logger, what, uri, client.Id, tenant.Id);
        else if (Protocol.RedirectUri.Fault(uri, client.Native, client.RelaxedRedirects) is { } fault)
            Log.Impossible(logger, what, uri, client.Id, tenant.Id, fault);
        else
        {
            Log.Unregistered(logger, what, uri, client.Id, tenant.Id,
                $"dotnet dev.cs admin{Where()} client set {client.Id} --tenant {tenant.Id} {option} \"{uri}\"");
        }
    }

    // The list never shrinks, so that a stranger who fills it silences the log and no more.
    bool IsNew(string refusal) => told.Count < MaxLines
        && told.TryAdd(refusal[..Math.Min(refusal.Length, 2 * MaxChars)], true) && (told.Count < MaxLines || LogLast());

    bool LogLast()
    {
        Log.Last(logger, MaxLines);
        return false;
    }

    static bool IsHarmless(string text) => text.Length <= MaxChars && !text.AsSpan().ContainsAnyExcept(Harmless);

    // The options by which dev.cs finds this service.
    string Where()
    {
        var origin = new Uri(settings.Origin);
        return (origin.Host == "localhost" ? "" : $" --host {origin.Host}") + (origin.Port == 7071 ? "" : $" --port {origin.Port}");
    }

    static partial class Log
    {
        [LoggerMessage(42, LogLevel.Warning,
            "A script of {Origin} was refused: tenant {Tenant} does not allow this origin. If it is your app, stop the service and "
            + "start it with: {Command}")]
        public static partial void Origin(ILogger logger, string origin, string tenant, string command);

        [LoggerMessage(43, LogLevel.Warning,
            "A script without an origin (\"null\") was refused by tenant {Tenant}: the page was opened as a file, or is in a sandbox. "
            + "Serve it by http, for example with: npx vite")]
        public static partial void Opaque(ILogger logger, string tenant);

        [LoggerMessage(44, LogLevel.Warning,
            "The {What} {Address} was refused: client {Client} of tenant {Tenant} has not registered it. If it is your app's: {Command}")]
        public static partial void Unregistered(
            ILogger logger, string what, string address, string client, string tenant, string command);

        [LoggerMessage(45, LogLevel.Warning,
            "The {What} {Address} was refused: client {Client} of tenant {Tenant} has not registered it, and can't. {Fault}")]
        public static partial void Impossible(ILogger logger, string what, string address, string client, string tenant, string fault);

        [LoggerMessage(46, LogLevel.Warning,
            "The {What} {Address} was refused: the metadata document of client {Client} of tenant {Tenant} does not name it")]
        public static partial void Document(ILogger logger, string what, string address, string client, string tenant);

        [LoggerMessage(47, LogLevel.Warning,
            "{What} was refused by tenant {Tenant}. It is not shown: it is longer than 200 characters, or has characters that mean "
            + "something to a shell")]
        public static partial void Hidden(ILogger logger, string what, string tenant);

        [LoggerMessage(48, LogLevel.Warning, "{Count} addresses were refused since the start. No more are told of")]
        public static partial void Last(ILogger logger, int count);
    }
}
