using Latchkey.Protocol;

namespace Latchkey.Admin;

/// <summary>Checks the fields of a client that are about its certificates (RFC 8705).</summary>
static class CertificateFields
{
    const int MaxThumbprints = 20;
    const int ThumbprintChars = 43; // SHA-256 in base64url.

    /// <summary>What the client's certificate must be issued to; null for null.</summary>
    public static CertificateSubject? Subject(CertificateSubject? subject) => subject?.Fault is { } fault
        ? throw FieldChecks.Fault("certificateSubject", fault) : subject;

    /// <summary>The only certificates that the client may use; empty: any with its subject.</summary>
    public static IReadOnlyList<string> Thumbprints(IReadOnlyList<string> thumbprints)
    {
        const string Field = "certificateThumbprints";
        if (thumbprints.Count > MaxThumbprints) throw FieldChecks.Fault(Field, $"must have at most {MaxThumbprints} entries");
        return thumbprints.All(IsThumbprint) ? [.. thumbprints.Distinct(StringComparer.Ordinal)]
            : throw FieldChecks.Fault(Field, "must contain SHA-256 thumbprints in base64url (x5t#S256), 43 characters each");
    }

    static bool IsThumbprint(string text) =>
        text.Length == ThumbprintChars && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
