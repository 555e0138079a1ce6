namespace Latchkey.Tenancy;

/// <summary>A role that a user was given. A role that is created later under the same name is a different one.</summary>
/// <param name="Name">The role's name.</param>
/// <param name="Incarnation">The role's <see cref="Role.Incarnation"/>, or empty.</param>
public readonly record struct HeldRole(string Name, string Incarnation = "")
{
    /// <summary>A role that a tenant starts with: it has no incarnation.</summary>
    public static implicit operator HeldRole(string name) => new(name);

    /// <summary>The text in a column: the name, then a space and the incarnation if there is one. Names contain no space.</summary>
    public override string ToString() => Incarnation.Length == 0 ? Name : $"{Name} {Incarnation}";

    /// <summary>Reverses <see cref="ToString"/>.</summary>
    public static HeldRole Parse(string text) => text.Split(' ', 2) is [var name, var incarnation] ? new(name, incarnation) : new(text);
}
