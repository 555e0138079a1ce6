using Latchkey.Tenancy;
using Microsoft.AspNetCore.Components;

namespace Latchkey.Pages;

/// <summary>What surrounds a view.</summary>
/// <param name="Tenant">The tenant whose name, colour and logo the page shows; null if the address names none.</param>
/// <param name="Title">The page's title and first heading.</param>
public sealed record PageLayout(Tenant? Tenant, string Title)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>
    /// Where the reader gets this page again after changing the language. Null: at the address of a GET; a page that only a POST shows
    /// offers no languages.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>A CSP source that the page's form may lead to besides our own origin, or null.</summary>
    public string? FormTarget { get; init; }

    /// <summary>The URL of a picture of the user that the page shows, or null.</summary>
    public string? Picture { get; init; }

    /// <summary>Where the browser goes by itself, at once; or null.</summary>
    public string? GoTo { get; init; }

    /// <summary>An inline script of the page, which the CSP allows by its hash; or null. The page works without it.</summary>
    public string? Script { get; init; }

    /// <summary>True if a password's field can show what is typed, by the script of <see cref="ShowPassword"/>.</summary>
    public bool HasPassword { get; init; }

    /// <summary>True if the page shows a list that needs room.</summary>
    public bool Wide { get; init; }

    /// <summary>The origin of the thumbnails that the page shows, to which addresses of ours lead; or null.</summary>
    public string? Thumbnails { get; init; }

    /// <summary>The page's scripts and what they may connect to, or null.</summary>
    public PageScripts? Scripts { get; init; }
}

/// <summary>The scripts of a page: the module <c>app.js</c> in one of our folders, and nothing inline.</summary>
/// <param name="Folder">The path, without a trailing slash.</param>
/// <param name="Connect">The origin that the scripts may connect to besides our own; null if they connect to nothing.</param>
public sealed record PageScripts(string Folder, string? Connect = null)
{
    /// <summary>The style sheets in the folder, in order.</summary>
    public IReadOnlyList<string> Styles { get; init; } = [];

    /// <summary>
    /// True if the page is an app that fills the window and can be installed: the folder has a <c>manifest.webmanifest</c> (Web
    /// Application Manifest) and a <c>service-worker.js</c>. It shows what <see cref="Connect"/> serves.
    /// </summary>
    public bool Installable { get; init; }
}

/// <summary>A view: a component that gets its layout and its model and nothing else.</summary>
public abstract class View<TModel> : ComponentBase
{
    /// <summary>What surrounds it.</summary>
    [Parameter, EditorRequired]
    public required PageLayout Page { get; set; }

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required TModel Model { get; set; }
}
