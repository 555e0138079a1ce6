using Azure.Data.Tables;
using Latchkey.Storage;

namespace Latchkey.OAuth;

/// <summary>What somebody typed to make an account, until the code in the mail proves that the address is theirs.</summary>
/// <param name="UserId">The id that the user will have.</param>
/// <param name="Name">The display name.</param>
/// <param name="Email">The address, which becomes the user name.</param>
/// <param name="PasswordHash">The password's hash.</param>
/// <param name="TermsVersion">The version of the terms of use that was accepted, or null.</param>
public sealed record SignUpDraft(string UserId, string Name, string Email, string PasswordHash, string? TermsVersion)
{
    /// <summary>The code that was sent last; no other works.</summary>
    public string? CodeId { get; init; }
}

/// <summary>
/// The drafts of accounts (SCHEMA.md, tables Requests…), one for each pending request. It stands beside that request, so only the
/// browser that has the request's cookie gets at it, and both end together.
/// </summary>
public sealed class SignUpDrafts(RequestTables tables)
{
    /// <summary>The draft of a pending request, or null.</summary>
    public async Task<SignUpDraft?> Find(PendingRequest pending, CancellationToken cancel)
    {
        var row = await tables.Of(pending).Find(pending.Row.PartitionKey, RowKeys.SignUp, cancel);
        return row is null ? null : new SignUpDraft(
            row.GetString("UserId"), row.GetString("Name"), row.GetString("Email"), row.GetString("PasswordHash"),
            row.GetString("TermsVersion"))
        {
            CodeId = row.GetString("CodeId"),
        };
    }

    /// <summary>Stores the draft in place of an earlier one, whose code thereby ends.</summary>
    public Task Put(PendingRequest pending, SignUpDraft draft, CancellationToken cancel) =>
        tables.Of(pending).Put(new TableEntity(pending.Row.PartitionKey, RowKeys.SignUp)
        {
            ["UserId"] = draft.UserId,
            ["Name"] = draft.Name,
            ["Email"] = draft.Email,
            ["PasswordHash"] = draft.PasswordHash,
            ["TermsVersion"] = draft.TermsVersion,
            ["CodeId"] = draft.CodeId,
            ["ExpiresAt"] = pending.Row.GetDateTimeOffset("ExpiresAt"),
        }, cancel);
}
