using Latchkey.Infra.Tests.Bicep;
using Latchkey.Infra.Tests.Evaluation;

namespace Latchkey.Infra.Tests;

/// <summary>What `az deployment sub create` would make of infra/main.bicep.</summary>
internal static class Deployment
{
    /// <summary>With everything optional switched on.</summary>
    public static IReadOnlyList<DeployedResource> Full(string environment = "prod", string location = "westeurope") => Of(new()
    {
        ["environmentName"] = environment,
        ["location"] = location,
        ["privateNetwork"] = true,
        ["customDomain"] = "login.example.com",
        ["malwareScanCapGB"] = 10L,
        ["monthlyBudget"] = 50L,
        ["budgetStart"] = "2026-12-01",
        ["alertEmail"] = "operator@example.com",
        ["alwaysReadyHttp"] = 1L,
        ["operatorSecretHash"] = new string('a', 64),
    });

    /// <summary>With only what must be given.</summary>
    public static IReadOnlyList<DeployedResource> Least() => Of(new() { ["environmentName"] = "dev", ["location"] = "westeurope" });

    /// <summary>As a .bicepparam file asks for it, no environment variable set.</summary>
    public static IReadOnlyList<DeployedResource> OfFile(string path)
    {
        var values = Parser.Parse(Repository.Read(path)!).All<ParamValue>().ToDictionary(v => v.Name, v => (object?)Plain(v.Value));
        return Of(values);
    }

    private static object Plain(Expr value) => value switch
    {
        StringExpr text => text.Literal!,
        IntExpr number => number.Value,
        BoolExpr flag => flag.Value,
        CallExpr { Name: "readEnvironmentVariable", Arguments: [_, var otherwise] } => Plain(otherwise),
        _ => throw new NotSupportedException(value.ToString()),
    };

    private static List<DeployedResource> Of(Dictionary<string, object?> parameters) =>
        [.. new Evaluator("infra/main.bicep", parameters, Repository.Read).Resources()];
}
