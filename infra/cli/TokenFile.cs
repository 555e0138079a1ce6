using System.Text.Json;

namespace Latchkey.Cli;

/// <summary>A sign-in that is kept between commands.</summary>
sealed record SignIn(string RefreshToken, string? AccessToken, DateTimeOffset ExpiresAt);

/// <summary>
/// The file that `latchkey login` keeps, by origin and tenant: readable by its owner alone, replaced whole. It is in
/// LATCHKEY_HOME, or the user's folder for settings.
/// </summary>
sealed class TokenFile(Terminal terminal)
{
    readonly string path = Path.Combine(terminal.Variable("LATCHKEY_HOME")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "latchkey"), "tokens.json");

    public SignIn? Find(string origin, string tenant) => Read().GetValueOrDefault(Key(origin, tenant));

    public void Put(string origin, string tenant, SignIn? signIn)
    {
        var all = Read();
        if (signIn is null) all.Remove(Key(origin, tenant));
        else all[Key(origin, tenant)] = signIn;
        Write(all);
    }

    static string Key(string origin, string tenant) => $"{origin}/{tenant}";

    Dictionary<string, SignIn> Read()
    {
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
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        var next = $"{path}.{Path.GetRandomFileName()}"; // A name that nobody can have taken before, in a folder that is not the owner's alone.
        using (var file = new FileStream(next, options)) JsonSerializer.Serialize(file, all);
        File.Move(next, path, overwrite: true);
    }
}
