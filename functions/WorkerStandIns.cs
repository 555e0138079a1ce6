// Compiled only with FunctionsWorker=false, where the package feed has no Microsoft.Azure.Functions.Worker: the few
// attributes that the triggers name, with the members that they use, so that one source serves both builds.
namespace Microsoft.Azure.Functions.Worker;

#pragma warning disable CS1591, CA1019 // The shapes and their documentation are the worker's.

[AttributeUsage(AttributeTargets.Method)]
public sealed class FunctionAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

public enum AuthorizationLevel { Anonymous, User, Function, System, Admin }

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HttpTriggerAttribute(AuthorizationLevel authLevel, params string[] methods) : Attribute
{
    public AuthorizationLevel AuthLevel { get; } = authLevel;
    public string[] Methods { get; } = methods;
    public string? Route { get; set; }
}

[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;
    public bool RunOnStartup { get; set; }
}

public sealed class TimerInfo
{
    public bool IsPastDue { get; set; }
}
