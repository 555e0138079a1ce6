using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Sessions;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>
/// Token exchange (RFC 8693): an API trades the token that a user's app sent it for a token of another API. The tenant's administrator
/// says which client is which API (<see cref="Api.ActingClients"/>) and what a token may be traded for (<see cref="Api.ExchangeFrom"/>).
/// The new token has never more than that and never lives longer. It belongs to the user's session, so it dies with it; there is no
/// refresh token. It names the client as actor (delegation), unless an operator has made the client an impersonator at the target.
/// </summary>
public sealed class TokenExchangeGrant(BearerToken bearer, AccessTokens accessTokens, IssuedTokens issuedTokens, UserStore users) : IGrant
{
    const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    /// <inheritdoc/>
    public string Type => GrantType.TokenExchange;

    /// <inheritdoc/>
    public async Task<TokenResponse> Redeem(TokenRequest request)
    {
        var (tenant, client, form, cancel) = (request.Tenant, request.Client, request.Form, request.Cancel);
        request.Audit.Type = "token-exchange";
        if (client.IsPublic) throw OAuthError.UnauthorizedClient("A public client may not exchange tokens.");
        EnsureTypes(form);
        var asked = Scope.Parse(form["scope"]);
        var target = Target(request);
        var subject = await Verify(request, "subject_token");
        var source = Source(request, subject);
        (request.Audit.Actor, request.Audit.Target) = (subject.Subject, target.Id);
        var isDelegation = form["actor_token"] is not null || !target.Impersonators.Contains(client.Id);
        if (!isDelegation) request.Audit.Type = "impersonation";
        request.Audit.Detail = $"with a token of {source.Id}";
        IReadOnlyList<string> actors = isDelegation ? [client.ClientId, .. subject.Actors] : subject.Actors;
        if (actors.Count > ActorChain.Max) throw OAuthError.InvalidRequest($"A token can name at most {ActorChain.Max} actors.");
        await EnsureActor(request);
        var readUser = users.Find(tenant, subject.Subject, cancel);
        var readScope = issuedTokens.LiveScope(tenant, subject, cancel);
        await Task.WhenAll(readUser, readScope);
        if (await readScope is not { } held || await readUser is not { } user) throw Dead("subject_token");
        var scope = Granted(client, target, target.ExchangedFor(source, held), asked);
        var exchange = new Exchange(new ApiClient(tenant, client, target), subject, Person.Of(tenant, user), scope, actors);
        var token = await accessTokens.ForExchange(exchange, request.Key, cancel);
        await issuedTokens.Tables.For(token.Bucket).Put(token.Record, cancel);
        return new TokenResponse(token.Encoded, token.Seconds, token.StatedScope) { IssuedTokenType = AccessTokenType };
    }

    // §2.1
    static void EnsureTypes(Form form)
    {
        EnsureAccessToken("subject_token_type", form.Required("subject_token_type"));
        if (form["requested_token_type"] is { } requested) EnsureAccessToken("requested_token_type", requested);
        if (form["actor_token"] is not null) EnsureAccessToken("actor_token_type", form.Required("actor_token_type"));
        else if (form["actor_token_type"] is not null) throw OAuthError.InvalidRequest("actor_token_type needs an actor_token.");
    }

    static void EnsureAccessToken(string parameter, string type)
    {
        if (type != AccessTokenType) throw OAuthError.InvalidRequest($"{parameter} must be {AccessTokenType}.");
    }

    // resource and audience both name an API by its identifier. A token is for one.
    static Api Target(TokenRequest request)
    {
        if (request.Form.Resources.Union(request.Form.Audiences).ToList() is not [var identifier])
            throw OAuthError.InvalidTarget("Name one API, by resource or audience.");
        var api = RequestedApis.Find(request.Tenant, request.Client, identifier);
        return api.IsRegistered ? api : throw OAuthError.InvalidTarget("The tokens of Latchkey's own APIs can't be had by token exchange.");
    }

    async Task<AccessToken> Verify(TokenRequest request, string parameter) =>
        await bearer.TryVerify(request.Form.Required(parameter), request.Tenant.Id, request.Tenant.Issuer, request.Cancel)
            ?? throw OAuthError.InvalidRequest($"The {parameter} is not a valid access token of this tenant, or has expired.");

    // Whoever found or stole a token elsewhere can do nothing with it here: it must have been sent to this client's API.
    static Api Source(TokenRequest request, AccessToken subject)
    {
        if (subject.SessionId is null) throw OAuthError.InvalidRequest("The subject_token is not a user's.");
        return request.Tenant.ApiAt(subject.Audience) is { } api && api.ActingClients.Contains(request.Client.Id) ? api
            : throw OAuthError.InvalidRequest("The subject_token is for an API that this client does not act for.");
    }

    // §2.1: the actor is the client itself, by its own token, or by its authentication alone.
    async Task EnsureActor(TokenRequest request)
    {
        if (request.Form["actor_token"] is null) return;
        var actor = await Verify(request, "actor_token");
        if (actor.SessionId is not null || actor.Subject != request.Client.ClientId || actor.ClientId != request.Client.Id)
            throw OAuthError.InvalidRequest("The actor_token is not this client's own.");
        if (await issuedTokens.LiveScope(request.Tenant, actor, request.Cancel) is null) throw Dead("actor_token");
    }

    static Scope Granted(Client client, Api target, Scope? allowed, Scope asked)
    {
        if (allowed is null) throw OAuthError.InvalidTarget("The subject_token may not be exchanged for a token of this API.");
        var limit = allowed.Intersect(client.Scope);
        if (asked.Except(limit) is { IsEmpty: false } excess)
            throw OAuthError.InvalidScope($"The subject_token may not be exchanged for the scope: {excess}.");
        if (limit.IsEmpty && !target.Scope.IsEmpty)
            throw OAuthError.InvalidScope("The client may have none of the scope that the subject_token may be exchanged for.");
        return asked.IsEmpty ? limit : asked;
    }

    static OAuthError Dead(string parameter) => OAuthError.InvalidRequest($"The {parameter} has been revoked.");
}
