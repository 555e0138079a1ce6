using Azure.Bicep.Types.Concrete;
using Latchkey.Infra.Tests.Bicep;

namespace Latchkey.Infra.Tests.Checks;

/// <summary>
/// Holds each resource of a file against its published type: it exists at that version, its scope and parent fit, its body does.
/// </summary>
internal sealed class ResourceCheck(Scope scope, Faults faults)
{
    // Bicep's own, which the published types do not know.
    private static readonly string[] BicepProperties = ["parent", "scope", "dependsOn"];
    private readonly BodyCheck _bodies = new(faults);

    public void CheckAll()
    {
        foreach (var resource in scope.File.All<ResourceDecl>()) Check(resource, null);
    }

    private void Check(ResourceDecl resource, ResourceDecl? around)
    {
        var fullType = scope.TypeOf(resource);
        if (AzureTypes.All.Find(fullType) is not { } type)
        {
            var known = string.Join(", ", AzureTypes.All.Versions(fullType.Split('@')[0]).Take(3));
            faults.Add(resource.Line, fullType + (known.Length > 0 ? $": no such version; there are {known}, …" : ": no such type"));
            return;
        }
        var (body, inner) = Bodies.Of(resource.Value, scope);
        if (body is null)
        {
            faults.Add(resource.Line, $"{resource.Name} has no body");
            return;
        }
        CheckParent(resource, fullType, body, inner, around);
        CheckScope(resource, type, body, inner, around);
        CheckDependsOn(body, inner);
        if (resource.Existing) CheckExisting(body);
        else CheckBody(body, type.Body.Type, inner, resource.Name);
        foreach (var nested in body.Nested) Check(nested, resource);
    }

    private void CheckBody(ObjectExpr body, TypeBase type, Scope inner, string path)
    {
        if (type is DiscriminatedObjectType choice) _bodies.CheckChoice(body, choice, inner, path, BicepProperties);
        else _bodies.CheckObject(body, (ObjectType)type, inner, path, BicepProperties);
    }

    private void CheckParent(ResourceDecl resource, string fullType, ObjectExpr body, Scope inner, ResourceDecl? around)
    {
        var parentType = fullType.Split('@')[0] is var own && own.Count(c => c == '/') > 1 ? own[..own.LastIndexOf('/')] : null;
        if (body.Find("parent") is not { } property)
        {
            if (parentType is not null && around is null) faults.Add(resource.Line, $"{resource.Name} needs a parent of type {parentType}");
            return;
        }
        var actual = inner.Resource(property.Value) is { } parent ? scope.TypeOf(parent).Split('@')[0] : "nothing known";
        if (!actual.Equals(parentType, StringComparison.OrdinalIgnoreCase))
            faults.Add(property.Line, $"the parent of {resource.Name} is {actual}; it must be {parentType ?? "absent"}");
    }

    private void CheckScope(ResourceDecl resource, ResourceType type, ObjectExpr body, Scope inner, ResourceDecl? around)
    {
        if (resource.Existing || around is not null || body.Find("parent") is not null) return;
        var place = scope.File.TargetScope == "subscription" ? ScopeType.Subscription : ScopeType.ResourceGroup;
        if (body.Find("scope") is { } property)
        {
            if (inner.Resource(property.Value) is null)
                faults.Add(property.Line, $"the scope of {resource.Name} is no resource of this file");
            place = ScopeType.Extension;
        }
        // The published types say None of resources that go on any scope (role assignments, diagnostics, budgets).
        if (type.WritableScopes != ScopeType.None && !type.WritableScopes.HasFlag(place))
            faults.Add(resource.Line, $"{type.Name} can't be deployed at the scope {place}");
    }

    private void CheckDependsOn(ObjectExpr body, Scope inner)
    {
        if (body.Find("dependsOn")?.Value is not { } value) return;
        foreach (var item in value is ArrayExpr list ? list.Items : [value])
        {
            var known = inner.Resource(item) is not null || (item is NameExpr name && inner.Find<ModuleDecl>(name.Name) is not null);
            if (!known) faults.Add(item.Line, "dependsOn takes resources and modules");
        }
    }

    private void CheckExisting(ObjectExpr body)
    {
        foreach (var property in body.Properties.Where(p => p.Name is not ("name" or "parent" or "scope")))
            faults.Add(property.Line, $"'{property.Name}' can't be set on an existing resource");
        if (body.Find("name") is null) faults.Add(body.Line, "an existing resource needs a name");
    }
}
