using Latchkey.Access;
using Latchkey.Files;
using Latchkey.Http;
using Latchkey.Tenancy;

namespace Latchkey.Account;

/// <summary>
/// A picture that a user uploads on the page of the profile: it becomes a file of the user's own space, and the user's picture. The bytes
/// come in the form, because the page works without scripts; so their size is bounded.
/// </summary>
public sealed class PictureUpload(
    FormReceiver receiver, FormCompletion completion, FileStore files, UserStore users, ProfileChanges profiles)
{
    const int MaxHeadBytes = 64 * 1024;

    /// <summary>Receives the file, which is the next part of the form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="user">The user.</param>
    /// <param name="form">The form.</param>
    /// <returns>The user with the picture; null if the user is gone.</returns>
    /// <exception cref="Problem">
    /// 400 <c>invalid_field</c>: it is no picture; 400, 403, 413, 415 or 422 with a code for what is wrong with the form or the file.
    /// </exception>
    public async Task<User?> Receive(TenantRequest request, User user, FormReader form)
    {
        var (_, tenant, audit, cancel) = request;
        var own = Owner.User(user.Id);
        var received = await receiver.Receive(
            new(tenant, own, own, ProfilePictures.Uploader, () => EnsureLive(tenant, user.Id, cancel), cancel) { TypeOf = TypeOf }, form);
        var file = await completion.Run(
            received, async () => await files.Find(tenant.Id, received.File.Id, cancel) ?? throw FilePermissions.NotFound(), cancel);
        audit.Target = file.Id;
        var change = new Dictionary<string, string?> { [ProfileFields.Picture] = file.Id };
        return await profiles.Apply(tenant, user.Id, change, _ => { }, CancellationToken.None);
    }

    async Task EnsureLive(Tenant tenant, string userId, CancellationToken cancel)
    {
        if (await users.Find(tenant, userId, cancel) is not { State.Disabled: false })
            throw Problem.Unauthorized("The user is disabled or was deleted.");
    }

    static string TypeOf(ReadOnlyMemory<byte> bytes) =>
        ContentSniffer.Sniff(bytes.Span[..Math.Min(bytes.Length, MaxHeadBytes)])?.Type is { } type && ProfilePictures.Types.Contains(type)
            ? type : throw Problem.InvalidField(ProfileFields.Picture, "must be a PNG, JPEG, GIF or WebP picture");
}
