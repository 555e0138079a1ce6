using Latchkey.Tenancy;
using Microsoft.AspNetCore.Components;

namespace Latchkey.Pages;

/// <summary>What surrounds a view.</summary>
/// <param name="Tenant">Whose page it is: name, colour and logo; null if the address names no tenant.</param>
/// <param name="Title">The page's title and first heading.</param>
public sealed record PageLayout(Tenant? Tenant, string Title)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>A CSP source that the page's form may end at besides ourselves, or null.</summary>
    public string? FormTarget { get; init; }

    /// <summary>Where the browser goes by itself at once, or null.</summary>
    public string? GoTo { get; init; }

    /// <summary>The page's one inline script, allowed by its hash; or null. No page needs it.</summary>
    public string? Script { get; init; }

    /// <summary>The page's own program and what it may talk to; or null.</summary>
    public PageProgram? Program { get; init; }
}

/// <summary>A page that is a program: <c>page.css</c> and the module <c>app.js</c> in a folder of ours, and nothing inline.</summary>
/// <param name="Folder">The path, without a slash at the end.</param>
/// <param name="Connect">The origin that its scripts may talk to besides ours.</param>
public sealed record PageProgram(string Folder, string Connect);

/// <summary>A view: a component that gets its frame and its model and nothing else.</summary>
public abstract class View<TModel> : ComponentBase
{
    /// <summary>What surrounds it.</summary>
    [Parameter, EditorRequired]
    public required PageLayout Page { get; set; }

    /// <summary>What it shows.</summary>
    [Parameter, EditorRequired]
    public required TModel Model { get; set; }
}
