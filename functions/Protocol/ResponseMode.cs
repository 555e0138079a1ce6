namespace Latchkey.Protocol;

/// <summary>How an authorization response is delivered (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).</summary>
public static class ResponseMode
{
    /// <summary>In the redirect's query; the default for a code.</summary>
    public const string Query = "query";

    /// <summary>In the redirect's fragment; the default for tokens.</summary>
    public const string Fragment = "fragment";

    /// <summary>In the body of a form that the browser posts.</summary>
    public const string FormPost = "form_post";

    /// <summary>All of them, as discovery lists them.</summary>
    public static IReadOnlyList<string> All { get; } = [Query, Fragment, FormPost];
}
