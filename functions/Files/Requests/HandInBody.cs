using Latchkey.Http;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Http;

namespace Latchkey.Files;

/// <summary>What somebody declares about a file that they hand in.</summary>
sealed record HandInBody
{
    public required string Name { get; init; }

    public string? ContentType { get; init; }

    public required long Size { get; init; }

    public string? Md5 { get; init; }

    public string? Sha256 { get; init; }

    public string? ModifiedAt { get; init; }

    public string? TakenAt { get; init; }

    public required SenderBody Sender { get; init; }

    /// <summary>The request's password, if it has one.</summary>
    public string? Password { get; init; }

    public sealed record SenderBody
    {
        public required string Name { get; init; }

        public string? Email { get; init; }
    }

    /// <summary>The record of the file, in the folder of the request.</summary>
    /// <exception cref="Problem">400 with a code for the field that is invalid; 413 <c>file_too_large</c>; 415.</exception>
    public FileRecord ToRecord(Tenant tenant, FileRequest request, HttpRequest http, Settings settings, DateTimeOffset now)
    {
        var sender = Latchkey.Files.Sender.Read(Sender.Name, Sender.Email);
        var begin = new BeginRequest
        {
            Name = Name,
            ContentType = ContentType,
            Size = Size,
            Folder = request.Folder,
            Md5 = Md5,
            Sha256 = Sha256,
            ModifiedAt = ModifiedAt,
            TakenAt = TakenAt,
            Resumable = false,
        };
        return begin.ToRecord(tenant, request.Owner, request.Client, settings, now) with
        {
            Request = request.Id,
            Sender = sender,
            UploadKey = IdempotencyKey.Read(http, request.Sender, $"{sender.Email} {sender.Name}"),
        };
    }
}
