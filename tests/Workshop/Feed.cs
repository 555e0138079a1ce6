using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Latchkey.Workshop;

/// <summary>
/// Restores, and fills <c>.feed/</c> with the packages that the restore reports missing and no others: the genuine DLLs, taken out
/// of an application that Microsoft publishes on npm (docs/building.md, "Package feeds").
/// </summary>
static partial class Feed
{
    const string Application = "@azure/mcp-linux-x64@0.5.13";
    const string Sha512 = "2VH19oYRIn28XbKAml3mNrGBOPfJR0KJJ9E7kHP3LqLXYAkvVx9cQ5n23AejFvoW+QxpjbxchOq7qH4bnKxY1w==";

    [GeneratedRegex(@"error NU(?:1101|1102|1103): .*?find (?:a stable )?package (?<id>[\w.-]*\w)")]
    private static partial Regex MissingPackage();

    public static async Task Restore()
    {
        var unpacked = Path.Combine(".local", $"feed-{Environment.ProcessId}");
        try
        {
            // A package's own dependencies are only asked for once it is there: hence as many rounds as bring something new.
            while (true)
            {
                var (code, output) = (0, "");
                await Shell.Step("Restoring packages", async () =>
                    (code, output) = await Shell.Capture("dotnet", "restore", "Functions.sln"));
                if (code == 0)
                    return;
                var missing = MissingPackage().Matches(output).Select(match => match.Groups["id"].Value).ToHashSet();
                var made = 0;
                if (missing.Count > 0)
                    await Shell.Step("Filling .feed with what the package feed lacks", async () => made = await Fill(missing, unpacked));
                if (made == 0)
                    throw new Failure($"The restore failed, and dev.cs can't supply the missing packages:\n{Errors(output)}");
            }
        }
        finally
        {
            if (Directory.Exists(unpacked))
                Directory.Delete(unpacked, recursive: true);
        }
    }

    /// <summary>Each error once: the restore says it again for every project.</summary>
    static string Errors(string output)
    {
        var errors = output.Split('\n').Where(line => line.Contains("error NU", StringComparison.Ordinal))
            .Select(line => Regex.Replace(line.Trim(), @"^.* error (?=NU)| \[[^\[]*\]$", "")).Distinct().ToList();
        return errors.Count == 0 ? Shell.Errors(output) : string.Join('\n', errors);
    }

    /// <summary>Makes those of the missing packages that can be made, and answers how many were new.</summary>
    static async Task<int> Fill(HashSet<string> missing, string unpacked)
    {
        Directory.CreateDirectory(".feed");
        var made = 0;
        if (!Directory.Exists(unpacked))
            await Unpack(unpacked);
        var application = Path.Combine(unpacked, "package", "dist");
        var known = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(application, "azmcp.deps.json")))!["targets"]!;
        foreach (var (name, library) in known[".NETCoreApp,Version=v9.0/linux-x64"]!.AsObject())
        {
            var (id, version) = (name.Split('/')[0], name.Split('/')[1]);
            var package = Path.Combine(".feed", $"{id}.{version}.nupkg");
            if (!missing.Contains(id) || File.Exists(package))
                continue;
            await Pack(id, version, library!, application, Path.Combine(unpacked, "next.nupkg"));
            File.Move(Path.Combine(unpacked, "next.nupkg"), package); // Whole or not at all, also when the tool is killed.
            made++;
        }
        return made;
    }

    static async Task Pack(string id, string version, JsonNode library, string application, string package)
    {
        await using var zip = await ZipFile.OpenAsync(package, ZipArchiveMode.Create);
        await using (var nuspec = await zip.CreateEntry($"{id}.nuspec").OpenAsync())
            await Nuspec(id, version, library["dependencies"] as JsonObject ?? []).SaveAsync(nuspec, SaveOptions.None, default);
        foreach (var (path, _) in library["runtime"]!.AsObject())
            await zip.CreateEntryFromFileAsync(Path.Combine(application, Path.GetFileName(path)), path);
    }

    static async Task Unpack(string folder)
    {
        Directory.CreateDirectory(folder);
        await Shell.Must(Shell.Npm, "pack", Application, "--pack-destination", folder, "--loglevel=error");
        await using var archive = File.OpenRead(Directory.GetFiles(folder, "*.tgz").Single());
        if (Convert.ToBase64String(await SHA512.HashDataAsync(archive, Shell.Stopping)) != Sha512)
            throw new Failure($"The npm registry's {Application} is not the one that dev.cs knows: its SHA-512 differs.");
        archive.Position = 0;
        await using var tar = new GZipStream(archive, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: false, Shell.Stopping);
    }

    static XDocument Nuspec(string id, string version, JsonObject dependencies)
    {
        XNamespace ns = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";
        return new(new XElement(ns + "package", new XElement(ns + "metadata",
            new XElement(ns + "id", id),
            new XElement(ns + "version", version),
            new XElement(ns + "authors", "Microsoft"),
            new XElement(ns + "license", new XAttribute("type", "expression"), "MIT"),
            new XElement(ns + "description", $"Taken out of npm's {Application} by dev.cs."),
            new XElement(ns + "dependencies", dependencies.Select(dependency => new XElement(ns + "dependency",
                new XAttribute("id", dependency.Key), new XAttribute("version", (string)dependency.Value!)))))));
    }
}
