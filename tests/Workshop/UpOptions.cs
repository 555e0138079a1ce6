namespace Latchkey.Workshop;

/// <summary>The options of <c>dev.cs up</c>.</summary>
/// <param name="Instance">Where it listens.</param>
/// <param name="Origins">Web origins that are allowed beside the usual ones.</param>
/// <param name="WithIdp">Demo Id runs too, and tenant demo signs in with it.</param>
/// <param name="WithSample">The sample app is built and served, too.</param>
/// <param name="Reset">What an earlier run left is deleted first.</param>
sealed record UpOptions(Instance Instance, IReadOnlyList<string> Origins, bool WithIdp = false, bool WithSample = false,
    bool Reset = false)
{
    const string Known = "--host, --origin, --port, --reset, --sample and --with-idp";

    /// <summary>All web origins that service and storage allow: the usual ones, in a network also those of development servers at its
    /// address, and the named ones.</summary>
    public IReadOnlyList<string> AllOrigins =>
        [.. LocalOrigins.Usual.Union(Instance.Host is null ? [] : LocalOrigins.DevServers(Instance.Host)).Union(Origins)];

    /// <summary>Reads them.</summary>
    /// <exception cref="Failure">One is unknown or has a wrong value.</exception>
    public static UpOptions Parse(string[] args)
    {
        var (named, others) = Instance.Take(args);
        var options = new UpOptions(named ?? new(), []);
        for (var at = 0; at < others.Length; at++)
        {
            if (Instance.Value(others, ref at, "--origin", "http://localhost:5173") is { } origin)
                options = options with { Origins = [.. options.Origins.Union([Checked(origin)])] };
            else if (others[at] == "--with-idp") options = options with { WithIdp = true };
            else if (others[at] == "--sample") options = options with { WithSample = true };
            else if (others[at] == "--reset") options = options with { Reset = true };
            else if (others[at].StartsWith('-')) throw new Failure($"up does not know {others[at]}. It knows {Known}.");
            else throw new Failure($"'{others[at]}' belongs to no option. up knows {Known}; write --origin before each origin.");
        }
        if (options is { WithIdp: true, Instance.Host: not null })
            throw new Failure("Demo Id is for this machine alone: leave out --with-idp or --host.");
        return options;
    }

    static string Checked(string text)
    {
        if (LocalOrigins.IsOrigin(text)) return text;
        var meant = Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"http://{text}", UriKind.Absolute, out var uri)
            && uri.Host.Length > 0 ? uri.GetLeftPart(UriPartial.Authority) : "";
        throw new Failure("--origin must be a scheme, a host and perhaps a port, in lower case and without a path, as browsers send it; "
            + $"not '{text}'.{(LocalOrigins.IsOrigin(meant) ? $" Did you mean {meant}?" : " One is http://localhost:5173.")}");
    }
}
