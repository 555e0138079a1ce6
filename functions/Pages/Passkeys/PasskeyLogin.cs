using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Pages;

/// <summary>Takes the form with which the sign-in page's script sends a passkey's answer, and serves that script.</summary>
public sealed class PasskeyLogin(
    TenantPipeline pipeline, PendingRequests pendingRequests, FormTokens forms, AnonymousLimiter limiter, AuthorizationFlow flow,
    PasskeyPrompt prompt, KnownDevices devices, SignInCompletion completion)
{
    /// <summary>
    /// <c>POST /{tenant}/login/passkey</c>: <c>request, form, credential</c>, which is the browser's answer as JSON. Whatever is wrong
    /// with it, the sign-in page says the same.
    /// </summary>
    [Function("login-passkey")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/login/passkey")] HttpRequest http) =>
        pipeline.Page(http, async request =>
        {
            var (_, tenant, audit, _) = request;
            PasskeyPrompt.EnsureOn(tenant);
            var form = await Form.Read(http);
            var pending = await pendingRequests.Find(request, form["request"]);
            await forms.Check(request, pending, userId: null, form);
            // A signature can't be guessed, so nobody is locked out. But checking one is work, and a good one writes a row.
            limiter.Take(http);
            return await flow.RunPending(request, pending, async authorization =>
            {
                (audit.Type, audit.Client, audit.Detail) = ("sign-in", authorization?.To.Client.Id, "passkey");
                try
                {
                    var (user, passkey) = await prompt.Verify(request, pending, form["credential"]);
                    (audit.Actor, audit.Target) = (user.Id, passkey.Id);
                    await devices.Remember(request, user);
                    return await completion.Complete(request, pending, authorization, user, PasskeySignIn.Methods);
                }
                catch (PasskeyRefusal refusal)
                {
                    (audit.Actor, audit.Refusal) = (refusal.About, refusal.Code);
                    return new SeeOther($"/{tenant.Id}/login?request={pending.Id}&failed={PasskeyPrompt.Failed}");
                }
            });
        });

    /// <summary><c>GET /{tenant}/passkeys/{file}</c>: the script module of the pages with passkeys.</summary>
    [Function("passkeys-part")]
    public Task<IResult> File(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{tenant}/passkeys/{file}")] HttpRequest http) =>
        pipeline.Page(http, request =>
            Task.FromResult(PageFile.Serve(request.Response, PasskeyPrompt.Folder, http.RouteValues["file"] as string)));
}
