namespace Latchkey.Tests;

/// <summary>Finds files of the checkout.</summary>
static class Repository
{
    static readonly string Root = Find(AppContext.BaseDirectory);

    public static string Path(string relative) => System.IO.Path.Combine(Root, relative);

    static string Find(string folder) => File.Exists(System.IO.Path.Combine(folder, "Functions.sln"))
        ? folder
        : Find(System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in a checkout."));
}
