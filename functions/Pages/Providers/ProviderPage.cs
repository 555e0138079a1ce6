using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Latchkey.Pages;

/// <summary>The way to a provider and back (OIDC Core §3.1.2), for a pending request.</summary>
public sealed partial class ProviderPage(
    TenantPipeline pipeline, PendingRequests pendingRequests, ProviderRoundTrip providers, ProviderReturn providerReturn,
    AuthorizationFlow flow, AnonymousLimiter limiter, ILogger<ProviderPage> logger)
{
    const string BeginRoute = "{tenant}/" + ProviderSignIn.Path + "/{provider}";
    const string ReturnRoute = "{tenant}/" + ProviderRoundTrip.ReturnPath + "/{provider}";

    /// <summary><c>GET /{tenant}/login/with/{provider}?request=&amp;login_hint=</c> → 303 to the provider</summary>
    [Function("provider-begin")]
    public Task<IResult> Begin(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = BeginRoute)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var query = Query.ReadForPage(http, "request", "login_hint");
            var provider = ProviderRoundTrip.Of(request.Tenant, Id(http));
            var pending = await pendingRequests.Find(request, query["request"]);
            if (HttpMethods.IsHead(http.Method)) return new SeeOther(Login(request.Tenant, pending)); // HEAD stores nothing.
            limiter.Take(http); // It may send requests to the provider, and it writes a row.
            var authorization = pending.Page is null ? await flow.Read(request, pending) : null;
            return await Explain(request, pending, async () => new SeeOther(await providers.Begin(
                request, pending, provider, Hint(query["login_hint"] ?? authorization?.LoginHint), PromptFor(authorization))));
        });

    /// <summary>
    /// <c>GET /{tenant}/login/return/{provider}?state=&amp;code=&amp;error=&amp;iss=&amp;user=</c>: the provider's answer → on with the
    /// pending request.
    /// </summary>
    [Function("provider-return")]
    public Task<IResult> Return(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ReturnRoute)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var provider = ProviderRoundTrip.Of(request.Tenant, Id(http));
            if (HttpMethods.IsHead(http.Method)) return new SeeOther($"/{request.Tenant.Id}/login");
            var query = Query.ReadForPage(http, "state", "code", "error", "iss", "user");
            var answer = new ProviderAnswer(query["code"], query["error"], query["iss"], query["user"]);
            limiter.Take(http);
            (request.Audit.Type, request.Audit.Target) = ("sign-in", provider.Id);
            var (pending, secret) = await providers.Take(request, provider.Id, query["state"]);
            return await Explain(request, pending, () => flow.RunPending(request, pending, async authorization =>
            {
                request.Audit.Client = authorization?.To.Client.Id;
                var identity = await providers.Redeem(request, pending, provider, secret, answer);
                return await providerReturn.Complete(request, pending, authorization, provider, identity);
            }));
        });

    /// <summary>
    /// <c>POST /{tenant}/login/return/{provider}</c>: the same answer as a form (Apple) → 303 to the GET. A form from another site
    /// brings no cookie (SameSite), so only the next request shows whose browser it is.
    /// </summary>
    [Function("provider-return-post")]
    public Task<IResult> ReturnPost(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = ReturnRoute)] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var provider = ProviderRoundTrip.Of(request.Tenant, Id(http));
            var form = await Form.Read(http);
            string[] names = ["state", "code", "error", "iss", "user"];
            if (names.Any(name => form[name]?.Length > ProviderAnswer.MaxChars))
                throw OAuthError.InvalidRequest("A parameter is too long.");
            var parameters = names.Where(name => form[name] is not null).Select(name => KeyValuePair.Create(name, form[name]!));
            return new SeeOther($"/{request.Tenant.Id}/{ProviderRoundTrip.ReturnPath}/{provider.Id}?{Form.Encode(parameters)}");
        });

    // Whatever goes wrong at the provider becomes a page that leads on.
    async Task<IResult> Explain(TenantRequest request, PendingRequest pending, Func<Task<IResult>> step)
    {
        try
        {
            var response = await step();
            if (request.Audit.Type is not null) ProviderRoundTrip.Count(request.Tenant, "ok");
            return response;
        }
        catch (ProviderException fault)
        {
            var (_, tenant, audit, _) = request;
            (audit.Type, audit.Detail) = ("sign-in", fault.Message);
            audit.Target ??= Id(request.Http);
            Log.Failed(logger, tenant.Id, audit.Target ?? "-", fault.Code, fault.Message);
            ProviderRoundTrip.Count(tenant, fault.Code);
            throw new Problem(fault.Status, fault.Code, $"The sign-in at the provider failed ({fault.Code}).")
            {
                TryAgain = pending.Page == ProvidersPage.Name ? $"/{tenant.Id}/{ProvidersPage.Name}" : Login(tenant, pending),
                Waiting = pending.Page is null ? pending.Parameters : null,
            };
        }
    }

    // What the app demands of the sign-in is demanded of the provider.
    static string? PromptFor(AuthorizationRequest? authorization) => authorization is null ? null
        : authorization.Asks(Prompt.Login) || authorization.MaxAge is not null ? Prompt.Login
        : authorization.Asks(Prompt.SelectAccount) ? Prompt.SelectAccount : null;

    static string? Hint(string? text) => text?.Length <= PasswordSignIn.MaxChars ? text : null;

    static string Login(Tenant tenant, PendingRequest pending) => $"/{tenant.Id}/login?request={pending.Id}";

    static string? Id(HttpRequest http) => http.RouteValues["provider"] as string;

    static partial class Log
    {
        [LoggerMessage(31, LogLevel.Warning, "Tenant {Tenant}: sign-in at provider {Provider} failed: {Code}: {Reason}")]
        public static partial void Failed(ILogger logger, string tenant, string provider, string code, string reason);
    }
}
