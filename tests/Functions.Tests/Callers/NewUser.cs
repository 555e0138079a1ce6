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
