namespace Latchkey.Workshop;

/// <summary><c>dev.cs reference</c>: writes what is made of the API's description (functions/OpenApi), and tests it.</summary>
static class Reference
{
    const string Project = "tests/Functions.Tests";

    /// <returns>0 if everything is written and right.</returns>
    public static async Task<int> Run()
    {
        await Feed.Restore();
        await Shell.Step("Building", () => Shell.Must("dotnet", "build", Project, "--no-restore", "-p:Analyze=false"));
        await using var tests = new Child(Console.WriteLine, "dotnet",
            ["test", $"{Project}/bin/Debug/net10.0/Functions.Tests.dll", "--filter", "FullyQualifiedName~OpenApi.ReferenceTests"],
            ("LATCHKEY_WRITE_REFERENCE", "1"));
        return await tests.Exit;
    }
}
