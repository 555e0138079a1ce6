using Latchkey.Tenancy;

namespace Latchkey.Files;

/// <summary>Who sends a file in a form, and for which space.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Space">The owner of the space.</param>
/// <param name="Self">Who sends it.</param>
/// <param name="Client">What sends it, for the file's record.</param>
/// <param name="EnsureLive">Throws if the sender may no longer: the body may have taken minutes.</param>
/// <param name="Cancel">Cancelled when the caller hangs up.</param>
public sealed record FormSender(
    Tenant Tenant, Owner Space, Owner Self, string Client, Func<Task> EnsureLive, CancellationToken Cancel)
{
    /// <summary>The hash of the request's Idempotency-Key, or null.</summary>
    public string? UploadKey { get; init; }

    /// <summary>The file whose bytes are to be replaced; null for a new file.</summary>
    public VersionTarget? Target { get; init; }

    /// <summary>
    /// Says the file's type by its first bytes, in the place of what the form says, or throws a <see cref="Http.Problem"/>; null believes
    /// the form until the upload is checked.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, string>? TypeOf { get; init; }
}
