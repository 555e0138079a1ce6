using System.Diagnostics;
using System.Text;

namespace Latchkey.Tests.Files.Scanning;

/// <summary>
/// Debian's clamd with one signature of the tests' own, which is for nothing that is anywhere else: no database is downloaded. All tests
/// share it; it ends with the test process.
/// </summary>
sealed class Clamd
{
    const string Program = "/usr/sbin/clamd";
    const string Marker = "LATCHKEY-TEST-MALWARE";

    /// <summary>What clamd calls it; it adds that the signature is nobody's official one.</summary>
    public const string Threat = "Latchkey.Test.Malware.UNOFFICIAL";

    /// <summary>The most bytes that it takes (StreamMaxLength).</summary>
    public const int MaxBytes = 1 << 20;

    static readonly Lazy<Task<Clamd>> SharedOne = new(Start);

    public static Task<Clamd> Shared => SharedOne.Value;

    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Bytes in which it finds malware.</summary>
    public static byte[] Malware { get; } = Encoding.ASCII.GetBytes($"nothing to see here {Marker} nor here");

    public required int Port { get; init; }

    public required string Socket { get; init; }

    static async Task<Clamd> Start()
    {
        var folder = Directory.CreateTempSubdirectory("latchkey-clamd-").FullName;
        var clamd = new Clamd { Port = Azurite.FreePort(), Socket = $"{folder}/clamd.ctl" };
        Directory.CreateDirectory($"{folder}/signatures");
        await File.WriteAllTextAsync($"{folder}/signatures/latchkey.ndb",
            $"Latchkey.Test.Malware:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Marker))}\n");
        await File.WriteAllTextAsync($"{folder}/clamd.conf", $"""
            DatabaseDirectory {folder}/signatures
            LocalSocket {clamd.Socket}
            TCPSocket {clamd.Port}
            TCPAddr 127.0.0.1
            Foreground yes
            StreamMaxLength {MaxBytes}
            LogFile {folder}/clamd.log

            """);
        var process = Process.Start(new ProcessStartInfo(Program, ["--config-file", $"{folder}/clamd.conf"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (!process.HasExited) process.Kill();
            Directory.Delete(folder, recursive: true);
        };
        await Eventually.True(() => File.Exists(clamd.Socket) || process.HasExited);
        return !process.HasExited ? clamd
            : throw new InvalidOperationException($"clamd did not start: {await File.ReadAllTextAsync($"{folder}/clamd.log")}");
    }
}

/// <summary>A test with Debian's clamd, which <c>dotnet dev.cs test</c> installs where it may.</summary>
sealed class ClamdFactAttribute : FactAttribute
{
    public ClamdFactAttribute()
    {
        if (!Clamd.IsInstalled) Skip = "/usr/sbin/clamd is not here: install clamav-daemon.";
    }
}

/// <summary>The same with data.</summary>
sealed class ClamdTheoryAttribute : TheoryAttribute
{
    public ClamdTheoryAttribute()
    {
        if (!Clamd.IsInstalled) Skip = "/usr/sbin/clamd is not here: install clamav-daemon.";
    }
}
