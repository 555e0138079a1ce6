using System.Text.Json.Serialization;

namespace Latchkey.Tests.Callers;

/// <summary>The body that makes a user: by default a member whose password is <c>{name}-password</c>, as the demo's users have
/// it.</summary>
sealed record NewUser(string UserName)
{
    public string? Password { get; init; } = $"{UserName}-password";

    public string[] Roles { get; init; } = ["member"];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init; }
}

/// <summary>The body that makes a client: by default a service with a secret that may read and write files.</summary>
sealed record NewClient(string Id)
{
    public string Name { get; init; } = Id;

    public string AuthMethod { get; init; } = "client_secret_post";

    public string[] Grants { get; init; } = ["client_credentials"];

    public string[] Scope { get; init; } = ["files.read", "files.write"];
}

/// <summary>The body that makes a tenant.</summary>
sealed record NewTenant(string Id)
{
    public string Name { get; init; } = Id;
}
