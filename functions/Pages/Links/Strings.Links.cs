using Latchkey.Http;
using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string Download => Text();
    public static string LinkNotFound => Text();
    public static string LinkNotFoundLead => Text();
    public static string LinkUsedUp => Text();
    public static string LinkUsedUpLead => Text();
    public static string LinkFileLost => Text();
    public static string LinkFileLostLead => Text();
    public static string LinkEmpty => Text();
    public static string LinkFiles => Text();
    public static string LinkMore => Text();
    public static string LinkOpen => Text();
    public static string LinkSaveAll => Text();
    public static string LinkTooLarge => Text();
    public static string LinkTooLargeLead => Text();
    public static string LinkWrongPassword => Text();
    public static string TryAgainSoon => Text();

    public static string LinkSharedBy(string name) => Text(("name", name));

    public static string LinkUntil(string time) => Text(("time", time));

    /// <summary>What is said of a failure to somebody who has only a link: there is no app to go back to.</summary>
    public static string LinkFailure(Problem problem) => problem switch
    {
        { Code: "unknown_tenant" } => UnknownTenant,
        { Code: "tenant_suspended" } => NotAvailable,
        { Status: 429, RetryAfter: { } seconds } => TooManyTries(seconds),
        { Status: >= 500 } or { Message: "" } => TryAgainSoon,
        _ => problem.Message,
    };
}
