using Latchkey.Workshop;

namespace Latchkey.Bench.Servers;

/// <summary>How a server is started, and how it is spoken to.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Program">The name of the measured process, as its meter says it.</param>
/// <param name="Launch">The command that starts it at an origin.</param>
sealed record ServerKind(string Name, string Program, Func<string, Launch> Launch)
{
    /// <summary>Where it listens, whenever it is started.</summary>
    public string Origin { get; } = $"http://127.0.0.1:{Ports.Free(1)[0]}";

    /// <summary>Its account in Azurite; empty if it has none.</summary>
    public string Account { get; init; } = "";

    /// <summary>Its name in the names of files.</summary>
    public string FileName => string.Concat(Name.Where(char.IsLetter));

    /// <summary>An address that answers once it is ready.</summary>
    public string ReadyPath { get; init; } = "/";

    /// <summary>How it is spoken to as an OpenID provider; null if it is none.</summary>
    public OpenIdWords? OpenId { get; init; }

    /// <summary>True for Latchkey.</summary>
    public bool IsOurs { get; init; }
}

/// <summary>The words of an OpenID provider that differ from one to the next.</summary>
/// <param name="TokenPath">Of the token endpoint.</param>
/// <param name="AuthorizePath">Of the authorization endpoint.</param>
/// <param name="ServiceSecret">Of the client <c>service</c>.</param>
/// <param name="WebSecret">Of the client <c>web</c>; null if it is a public client.</param>
sealed record OpenIdWords(string TokenPath, string AuthorizePath, string ServiceSecret, string? WebSecret);

/// <summary>A command.</summary>
sealed record Launch(string[] Command, params (string Name, string Value)[] Environment);
