namespace Latchkey.Tenancy;

/// <summary>How long an audit entry waits for others that the same transaction can take. A process that is killed loses so much.</summary>
public sealed record AuditPause(TimeSpan Time)
{
    /// <summary>That of a deployment: a quarter of a second.</summary>
    public static AuditPause Default { get; } = new(TimeSpan.FromMilliseconds(250));
}
