using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Latchkey.Tests.LongestFirst", "Functions.Tests")]

namespace Latchkey.Tests;

/// <summary>
/// Starts the classes first whose tests take longest one after the other, so that none is left to run alone at the end. A class that
/// is not among them is still run: `dotnet dev.cs test` says which were the slowest.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    static readonly List<string> Longest =
    [
        $"Test collection for {typeof(Fuzz.FuzzTests).FullName}", // One request after the other.
        Worker.ComparisonTests.Collection,
        Worker.DemoWorkerGroup.Name,
        Telemetry.ExportedRunGroup.Name,
        .. new[]
        {
            typeof(Admin.UserRemovalTests), typeof(Files.StagedCrashTests), typeof(Files.HousekeepingCrashTests), typeof(Files.CrashTests),
            typeof(Admin.ApiTests), typeof(Admin.UserEndsTests), typeof(OAuth.RevocationTests), typeof(Admin.RevocationMarkTests),
            typeof(Pages.AccountTests), typeof(OAuth.GuessTests), typeof(Pages.ResetTests), typeof(Admin.AdminSurfaceTests),
            typeof(Files.Tus.TusBreakTests), typeof(OAuth.Authorization.CrashTests), typeof(Pages.SignUpTests), typeof(FormatTests),
            typeof(Worker.ProductionTests), typeof(Storage.OutageTests),
            typeof(Pages.MailCodeTests), typeof(Files.FormUploadTests), typeof(OAuth.RotationTests), typeof(Pages.AddressTests),
        }.Select(its => $"Test collection for {its.FullName}"), // xunit's name for a class without a collection.
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => Longest.IndexOf(collection.DisplayName) is var at and >= 0 ? at : int.MaxValue);
}
