namespace Latchkey.Tenancy;

/// <summary>A role that a user was given: a role that is made under the same name later is another.</summary>
/// <param name="Name">The role's name.</param>
/// <param name="Incarnation">The role's <see cref="Role.Incarnation"/>, or empty.</param>
public readonly record struct HeldRole(string Name, string Incarnation = "")
{
    /// <summary>A role that a tenant starts with: it has no incarnation.</summary>
    public static implicit operator HeldRole(string name) => new(name);

    /// <summary>As in a column: the name and, behind a space, the incarnation. No name holds a space.</summary>
    public override string ToString() => Incarnation.Length == 0 ? Name : $"{Name} {Incarnation}";

    /// <summary>What <see cref="ToString"/> made.</summary>
    public static HeldRole Parse(string text) => text.Split(' ', 2) is [var name, var incarnation] ? new(name, incarnation) : new(text);
}
