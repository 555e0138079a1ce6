using System.Security.Cryptography;
using System.Text;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Admin;

/// <summary>
/// Creates the first operator with the deployment's one-time secret. It writes the user first, disabled. Then it inserts
/// tenant <c>operator</c>, which only one request can do, and only that request's user is enabled. After a crash in between,
/// send the same request again.
/// </summary>
public sealed class Bootstrap(
    ErrorBoundary boundary, TenantStore tenants, ClientStore clients, UserStore users, Passwords passwords, AuditLog audit,
    Settings settings, TimeProvider clock)
{
    const int MinChars = 32;

    /// <summary>
    /// <c>POST /operator/bootstrap</c> <c>{secret, userName, password}</c> → 201 <c>{issuer, userName}</c>. 404
    /// <c>bootstrap_off</c> if the settings hold no hash of a secret; 403 <c>wrong_secret</c>, also for a secret of fewer than 32
    /// characters; 409 <c>bootstrap_done</c>.
    /// </summary>
    [Function("operator-bootstrap")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "operator/bootstrap")] HttpRequest request) =>
        boundary.Run(request, async () =>
        {
            var cancel = request.HttpContext.RequestAborted;
            if (settings.OperatorSecretHash is not { } expected)
                throw Problem.NotFound("bootstrap_off", "Latchkey__OperatorSecretHash is not set in this deployment.");
            var tenant = Operators.NewTenant(settings.Origin, clock.GetUtcNow());
            AuditContext.Of(request).Type = "operator-bootstrap";
            return await audit.Record(request, tenant, () => Make(request, tenant, expected, cancel));
        });

    async Task<IResult> Make(HttpRequest request, Tenant tenant, byte[] expected, CancellationToken cancel)
    {
        var body = await JsonBody.Read<FirstOperator>(request);
        if (!IsSecret(body.Secret, expected)) throw new Problem(403, "wrong_secret", "The secret is wrong.");
        var userName = FieldChecks.DisplayText("userName", body.UserName);
        var blank = new User
        {
            Id = Ids.New(),
            UserName = userName,
            Name = userName,
            PasswordHash = "",
            Roles = [Operators.Role],
            Disabled = true,
        };
        var password = FieldChecks.Password("password", blank, body.Password);
        var first = await tenants.FindNow(tenant.Id, cancel) is null;
        var user = await Candidate(tenant, blank, password, first, cancel);
        AuditContext.Of(request).Target = user.Id;
        if (first)
        {
            await clients.Save(tenant, Operators.CommandLine, cancel);
            await tenants.TryAdd(tenant with { FirstOperator = user.Id }, cancel);
        }
        if ((await tenants.FindNow(tenant.Id, cancel))?.FirstOperator != user.Id) throw Done(); // Another request won.
        if (user.Disabled && !await users.TryReplace(tenant, user with { Disabled = false }, cancel)) throw Done();
        return Results.Json(new { issuer = tenant.Issuer, userName }, statusCode: 201);
    }

    // The user of this request: a new one, or the one that the same request created before it was cut short.
    async Task<User> Candidate(Tenant tenant, User blank, string password, bool first, CancellationToken cancel)
    {
        if (first) await users.TryAdd(tenant, blank with { PasswordHash = await passwords.Hash(password, cancel) }, cancel);
        var user = await users.FindByName(tenant, blank.UserName, cancel);
        // An operator who was disabled later was signed out by that: the secret must not bring them back.
        if (user is { Disabled: true, SignedOutAt: null, Deleting: false } && await passwords.Verifies(user, password, cancel)) return user;
        throw first ? Problem.Conflict("user_exists", "An earlier attempt used this name with another password. Choose another name.")
            : Done();
    }

    // A short secret could be guessed from its hash.
    static bool IsSecret(string sent, byte[] expected) => sent.Length >= MinChars
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), expected);

    static Problem Done() => Problem.Conflict("bootstrap_done",
        "The first operator already exists and the secret is used up. Remove it from the settings.");

    sealed record FirstOperator(string Secret, string UserName, string Password);
}
