using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey.LocalHost;

/// <summary>Reads the triggers off the functions' classes, so that there is one route list.</summary>
public static class Functions
{
    // How a function's route says that it is the path without a segment.
    const string Root = "{nothing:maxlength(0)?}";

    static readonly ConcurrentDictionary<Assembly, IReadOnlyList<HttpFunction>> http = [];
    static readonly ConcurrentDictionary<Assembly, IReadOnlyList<TimerFunction>> timed = [];
    static readonly ConcurrentDictionary<Assembly, IReadOnlyList<QueueFunction>> queued = [];

    /// <summary>The HTTP triggers of an assembly; tests start a thousand hosts, so it is looked through once.</summary>
    public static IReadOnlyList<HttpFunction> Http(Assembly assembly) => http.GetOrAdd(assembly, assembly => [.. FindHttp(assembly)]);

    /// <summary>The timer triggers of an assembly.</summary>
    public static IReadOnlyList<TimerFunction> Timed(Assembly assembly) => timed.GetOrAdd(assembly, assembly => [.. FindTimed(assembly)]);

    /// <summary>The queue triggers of an assembly.</summary>
    public static IReadOnlyList<QueueFunction> Queued(Assembly assembly) =>
        queued.GetOrAdd(assembly, assembly => [.. FindQueued(assembly)]);

    static IEnumerable<HttpFunction> FindHttp(Assembly assembly) =>
        from method in Methods(assembly)
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger is not null
        select new HttpFunction(Name(method), trigger.Route! == Root ? "" : trigger.Route!, trigger.Methods!, method);

    static IEnumerable<TimerFunction> FindTimed(Assembly assembly) =>
        from method in Methods(assembly)
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<TimerTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger is not null
        select new TimerFunction(Name(method), trigger.Schedule, method);

    static IEnumerable<QueueFunction> FindQueued(Assembly assembly) =>
        from method in Methods(assembly)
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<QueueTriggerAttribute>()).FirstOrDefault(t => t is not null)
        where trigger is not null
        select new QueueFunction(Name(method), trigger.QueueName, method);

    /// <summary>Maps every HTTP trigger, and the Functions host's own way to run a timer now: <c>POST
    /// /admin/functions/{name}</c>.</summary>
    public static void Map(IEndpointRouteBuilder routes, Assembly assembly)
    {
        foreach (var function in Http(assembly))
        {
            // A RequestDelegate: of any other, ASP.NET Core would compile an expression for every route.
            routes.MapMethods(function.Route, function.Methods.Select(m => m.ToUpperInvariant()), async context =>
            {
                var result = await (Task<IResult>)Call(function.Method, context.RequestServices, context.Request, context.RequestAborted);
                await result.ExecuteAsync(context);
            }).WithDisplayName(function.Name);
        }
        foreach (var timer in Timed(assembly))
        {
            routes.MapPost($"/admin/functions/{timer.Name}", async context =>
            {
                await Call(timer.Method, context.RequestServices, new TimerInfo(), context.RequestAborted);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
            });
        }
    }

    /// <summary>Calls a trigger method on a new instance of its class, as the worker does.</summary>
    /// <param name="method">The method.</param>
    /// <param name="services">What the class needs.</param>
    /// <param name="trigger">The value of the trigger's parameter.</param>
    /// <param name="cancel">Cancels.</param>
    /// <param name="dequeueCount">Of a queue trigger, which may have a parameter of this name.</param>
    public static Task Call(MethodInfo method, IServiceProvider services, object trigger, CancellationToken cancel, long dequeueCount = 0)
    {
        var instance = ActivatorUtilities.CreateInstance(services, method.DeclaringType!);
        var arguments = method.GetParameters().Select(p => p.ParameterType == typeof(CancellationToken) ? cancel
            : p.Name == nameof(dequeueCount) ? dequeueCount : trigger).ToArray();
        return (Task)method.Invoke(instance, arguments)!;
    }

    static IEnumerable<MethodInfo> Methods(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMethods()).Where(m => m.IsDefined(typeof(FunctionAttribute)));

    static string Name(MethodInfo method) => method.GetCustomAttribute<FunctionAttribute>()!.Name;
}

/// <summary>An HTTP trigger.</summary>
public sealed record HttpFunction(string Name, string Route, string[] Methods, MethodInfo Method);

/// <summary>A queue trigger.</summary>
public sealed record QueueFunction(string Name, string Queue, MethodInfo Method);

/// <summary>A timer trigger; the schedule is NCRONTAB with seconds.</summary>
public sealed record TimerFunction(string Name, string Schedule, MethodInfo Method);
