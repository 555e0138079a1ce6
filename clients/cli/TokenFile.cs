using System.Text.Json;

namespace Latchkey.Cli;

/// <summary>A sign-in that is kept between commands, and the client that it was made with.</summary>
sealed record SignIn(string RefreshToken, string? AccessToken, DateTimeOffset ExpiresAt, string? Client = null);

/// <summary>
/// The file that `latchkey login` keeps, by origin and tenant: readable by its owner alone, replaced whole. It is in
/// LATCHKEY_HOME, or `latchkey` in the user's folder for settings; never in the working folder.
/// </summary>
sealed class TokenFile(Terminal terminal)
{
    public SignIn? Find(string origin, string tenant) => Read().GetValueOrDefault(Key(origin, tenant));

    public void Put(string origin, string tenant, SignIn? signIn)
    {
        var all = Read();
        if (signIn is null) all.Remove(Key(origin, tenant));
        else all[Key(origin, tenant)] = signIn;
        Write(all);
    }

    static string Key(string origin, string tenant) => $"{origin}/{tenant}";

    string Place() =>
        Path.Combine(terminal.Variable("LATCHKEY_HOME") is { } own ? Path.GetFullPath(own) : Path.Combine(Settings(), "latchkey"),
            "tokens.json");

    // A relative XDG_CONFIG_HOME counts as none (XDG Base Directory Specification); .NET's own answer is "" if ~/.config is missing.
    string Settings()
    {
        if (OperatingSystem.IsWindows()) return Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData,
            Environment.SpecialFolderOption.Create);
        if (terminal.Variable("XDG_CONFIG_HOME") is { } settings && Path.IsPathRooted(settings)) return settings;
        return terminal.Variable("HOME") is { } home && Path.IsPathRooted(home) ? Path.Combine(home, ".config")
            : throw new Failure("There is nowhere to keep the sign-in: set HOME, XDG_CONFIG_HOME or LATCHKEY_HOME.");
    }

    Dictionary<string, SignIn> Read()
    {
        var path = Place();
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, SignIn>>(File.ReadAllText(path)) ?? [] : [];
        }
        catch (JsonException)
        {
            throw new Failure($"{path} can't be read; delete it and sign in again.");
        }
    }

    void Write(Dictionary<string, SignIn> all)
    {
        var path = Place();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        // A name that nobody can have taken before, in a folder that is not the owner's alone.
        var next = $"{path}.{Path.GetRandomFileName()}";
        using (var file = new FileStream(next, options)) JsonSerializer.Serialize(file, all);
        File.Move(next, path, overwrite: true);
    }
}
