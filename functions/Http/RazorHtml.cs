using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey.Http;

/// <summary>Renders a Razor component as a whole HTML document.</summary>
public static class RazorHtml
{
    // Our components inject nothing. In the worker, the app's own services include Blazor's, which expect its router and scopes.
    static readonly ServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();

    /// <summary>The document, with its doctype.</summary>
    public static async Task<string> Render<TComponent>(ILoggerFactory loggers, IDictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        await using var renderer = new HtmlRenderer(NoServices, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        return $"<!DOCTYPE html>\n{html}";
    }
}
