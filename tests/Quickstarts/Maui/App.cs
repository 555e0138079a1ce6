namespace Quickstarts;

/// <summary>Signs in at an issuer and uploads files.</summary>
static class App
{
    static async Task Main(string[] arguments)
    {
        var files = new FilesClient(issuer: arguments[0]);
        await files.SignIn();
        foreach (var file in arguments[1..]) Console.WriteLine(await files.Upload(new FileResult(file)));
    }
}
