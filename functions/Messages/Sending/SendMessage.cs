using System.Net.Http.Headers;
using System.Text;
using Latchkey.Access;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Storage;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Latchkey.Messages;

/// <summary>A message to a user, a group or a topic.</summary>
public sealed class SendMessage(TenantPipeline pipeline, MessageSender sender, Settings settings)
{
    // Every byte of the body may be escaped.
    const int MaxJson = (6 * Message.MaxBody) + 4096;
    const int MaxContentType = 100;

    /// <summary>
    /// <c>POST /{tenant}/messages</c> <c>{to, body, contentType?, ttlSeconds?, id?}</c> → 202 <c>{id, expiresAt}</c>: it is in the inbox
    /// of the user, or will be in those of the group's members; to a topic it was published. 400 <c>invalid_field</c>;
    /// 403 <c>messages_not_allowed</c>; 404 <c>messages_off</c>, <c>recipient_not_found</c>; 409 <c>group_too_large</c>;
    /// 429 <c>too_many_messages</c>; 503 <c>messages_unavailable</c>.
    /// </summary>
    [Function("messages-send")]
    public Task<IResult> Post(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "{tenant}/messages")] HttpRequest request) =>
        pipeline.AuthorizeWrite(request, Scopes.Messages, async caller =>
        {
            var user = MessagingRequest.User(caller, settings);
            var draft = Read(await JsonBody.Read<MessageBody>(request, MaxJson));
            caller.Audit.Detail = draft.To.Kind;
            caller.Audit.Target = draft.To.User ?? draft.To.Group;
            var sent = await sender.Send(caller, user, draft);
            return Results.Json(new { sent.Id, expiresAt = sent.ExpiresAt.UtcDateTime }, statusCode: 202);
        });

    static Draft Read(MessageBody body)
    {
        var to = body.To;
        if (new[] { to.User, to.Group, to.Topic }.Count(one => one is not null) != 1)
            throw Problem.InvalidField("to", "must name a user, a group or a topic");
        if ((to.User is { } user && !Ids.IsId(user)) || (to.Group is { } group && !Group.IsId(group))
            || (to.Topic is { } topic && !TopicRule.IsName(topic))) throw Problem.InvalidField("to", "is not an id or a topic's name");
        if (Encoding.UTF8.GetByteCount(body.Body) > Message.MaxBody)
            throw Problem.InvalidField("body", $"must have at most {Message.MaxBody} bytes");
        var type = body.ContentType ?? "text/plain";
        if (type.Length > MaxContentType || !Ascii.IsValid(type) || !MediaTypeHeaderValue.TryParse(type, out _))
            throw Problem.InvalidField("contentType", "must be a media type");
        var seconds = body.TtlSeconds ?? (int)Message.DefaultTime.TotalSeconds;
        if (seconds < 1 || seconds > Message.MaxTime.TotalSeconds)
            throw Problem.InvalidField("ttlSeconds", $"must be from 1 to {Message.MaxTime.TotalSeconds}");
        if (body.Id is { } id && !MessagingRequest.IsName(id)) throw Problem.InvalidField("id", MessagingRequest.NameRule);
        return new(to, type, body.Body, TimeSpan.FromSeconds(seconds), body.Id);
    }

    sealed record MessageBody(Recipient To, string Body, string? ContentType = null, int? TtlSeconds = null, string? Id = null);
}
