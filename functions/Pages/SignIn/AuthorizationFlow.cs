using Latchkey.Access;
using Latchkey.Http;
using Latchkey.OAuth;
using Latchkey.Protocol;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Pages;

/// <summary>What all pages of a sign-in do with an authorization request: read it, grant or deny it, and answer the app.</summary>
public sealed class AuthorizationFlow(
    RequestReader reader, AuthorizationResponder responder, ClientIdDocuments documents, ResponsePages pages, TimeProvider clock)
{
    /// <summary>
    /// Reads the authorization request and calls the handler. Once it is known where a response may go, errors go to the app.
    /// </summary>
    /// <param name="request">The HTTP request.</param>
    /// <param name="parameters">The authorization request.</param>
    /// <param name="pushed">True if the client pushed it.</param>
    /// <param name="clicked">True if the user has just done something for it.</param>
    /// <param name="handler">Answers it.</param>
    public async Task<IResult> Run(
        TenantRequest request, Form parameters, bool pushed, bool clicked, Func<AuthorizationRequest, Task<IResult>> handler)
    {
        if (!clicked) PageLanguage.ApplyUiLocales(parameters["ui_locales"], clock.GetUtcNow());
        var to = await reader.ReadReturnAddress(request, parameters);
        try
        {
            return await handler(RequestReader.Read(request.Tenant, to, parameters, pushed));
        }
        catch (OAuthError error)
        {
            return await pages.Refuse(request, to, error, clicked);
        }
    }

    /// <summary>
    /// Calls the handler with the authorization request that waits, whose errors go to the app; or with null if a built-in page
    /// waits. The user has just done something for it.
    /// </summary>
    public Task<IResult> RunPending(
        TenantRequest request, PendingRequest pending, Func<AuthorizationRequest?, Task<IResult>> handler) =>
        pending.Page is null ? Run(request, pending.Parameters, pending.Pushed, clicked: true, handler) : handler(null);

    /// <summary>The authorization request that waits for its user, for a page that only shows it.</summary>
    /// <exception cref="OAuthError">The app's registration has changed, and the request is no longer valid.</exception>
    public async Task<AuthorizationRequest> Read(TenantRequest request, PendingRequest pending) => RequestReader.Read(
        request.Tenant, await reader.ReadReturnAddress(request, pending.Parameters), pending.Parameters, pending.Pushed);

    /// <summary>Grants a request that needed nothing from the user.</summary>
    public async Task<IResult> Grant(TenantRequest request, AuthorizationRequest authorization, SignedIn signedIn)
    {
        authorization = await WithStoredClient(request, authorization);
        return await pages.Send(request, await responder.Grant(request, authorization, signedIn), clicked: false);
    }

    /// <summary>Grants a pending request; see <see cref="AuthorizationResponder"/>.</summary>
    public async Task<IResult> Grant(
        TenantRequest request, PendingRequest pending, AuthorizationRequest authorization, SignedIn signedIn, bool consented)
    {
        authorization = await WithStoredClient(request, authorization);
        return await pages.Send(request, await responder.Grant(request, pending, authorization, signedIn, consented), clicked: true);
    }

    /// <summary>Denies a pending request; see <see cref="AuthorizationResponder"/>.</summary>
    public async Task<IResult> Deny(TenantRequest request, PendingRequest pending, AuthorizationRequest authorization, User? user) =>
        await pages.Send(request, await responder.Deny(request, pending, authorization, user), clicked: true);

    // Now that a user allows it something, a client with a metadata document is stored: what it is given needs its row.
    async Task<AuthorizationRequest> WithStoredClient(TenantRequest request, AuthorizationRequest authorization) =>
        authorization.To.Client.MetadataUrl is null ? authorization : authorization with
        {
            To = authorization.To with { Client = await documents.Store(request.Tenant, authorization.To.Client, request.Cancel) },
        };
}
