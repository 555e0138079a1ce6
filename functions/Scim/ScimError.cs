using Latchkey.Http;

namespace Latchkey.Scim;

/// <summary>
/// SCIM's own refusals (RFC 7644 §3.12): a <see cref="Problem"/> whose code is the <c>scimType</c>, so that the audit has it.
/// </summary>
static class ScimError
{
    /// <summary>The schema of an error.</summary>
    public const string Schema = "urn:ietf:params:scim:api:messages:2.0:Error";

    static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue",
        "invalidCursor", "invalidCount",
    };

    /// <summary>The filter can't be read, or asks for what is not offered.</summary>
    public static Problem InvalidFilter(string why) => new(400, "invalidFilter", why);

    /// <summary>The answer would take more than a request may take.</summary>
    public static Problem TooMany(string why) => new(400, "tooMany", why);

    /// <summary>The body's structure is not what the operation takes.</summary>
    public static Problem InvalidSyntax(string why) => new(400, "invalidSyntax", why);

    /// <summary>The path of a PATCH operation can't be read.</summary>
    public static Problem InvalidPath(string why) => new(400, "invalidPath", why);

    /// <summary>The path of a PATCH operation leads to nothing.</summary>
    public static Problem NoTarget(string why) => new(400, "noTarget", why);

    /// <summary>A value is missing or not allowed.</summary>
    public static Problem InvalidValue(string why) => new(400, "invalidValue", why);

    /// <summary>An attribute that can't be changed.</summary>
    public static Problem Mutability(string why) => new(400, "mutability", why);

    /// <summary>A value that must be one resource's alone is another's.</summary>
    public static Problem Uniqueness(string why) => new(409, "uniqueness", why);

    /// <summary>The resource does not exist.</summary>
    public static Problem NotFound() => new(404, "notFound", "The resource was not found.");

    /// <summary>Not allowed, whoever asks.</summary>
    public static Problem Forbidden(string why) => new(403, "forbidden", why);

    /// <summary>The resource is not the version that the caller knows (RFC 7644 §3.14).</summary>
    public static Problem PreconditionFailed() => new(412, "preconditionFailed", "The resource was changed since.");

    /// <summary>An error of this kind, as SCIM says it; null: the status has to say it.</summary>
    public static string? TypeOf(Problem problem) => Types.Contains(problem.Code) ? problem.Code
        : problem.Code == "email_taken" ? "uniqueness" : null;
}
