namespace Latchkey;

/// <summary>Who looks for malware in files (docs/operating/malware.md).</summary>
public enum ScanMode
{
    /// <summary>Nobody: no tenant can ask for it.</summary>
    None,

    /// <summary>ClamAV's daemon, to which the bytes are sent.</summary>
    ClamAv,

    /// <summary>Microsoft Defender for Storage, which looks at every upload by itself and tells its result by Event Grid.</summary>
    Defender,
}

/// <summary>The settings of the malware scanner.</summary>
/// <param name="Mode">Who looks.</param>
/// <param name="Host">Where clamd listens; null for a Unix socket.</param>
/// <param name="Port">Its port.</param>
/// <param name="Socket">The path of its Unix socket, or null.</param>
/// <param name="MaxBytes">The largest file that the scanner looks at.</param>
/// <param name="Topic">The resource id of the Event Grid topic that Defender sends its results to.</param>
public sealed record ScanSettings(ScanMode Mode, string? Host, int Port, string? Socket, long MaxBytes, string Topic)
{
    const string UnixPrefix = "unix:";
    const long ClamAvBytes = 25 << 20; // Debian's StreamMaxLength.
    const long DefenderBytes = 2_000_000_000;

    /// <summary>The largest file that a tenant may upload as far as the scanner is concerned.</summary>
    public long LimitFor(Tenancy.Tenant tenant) => tenant.MalwareScanning && Mode != ScanMode.None ? MaxBytes : long.MaxValue;

    /// <summary>Refuses what needs a scanner if there is none.</summary>
    /// <exception cref="Http.Problem">409 <c>no_scanner</c>.</exception>
    public void EnsureScanner()
    {
        if (Mode != ScanMode.None) return;
        throw Http.Problem.Conflict("no_scanner", "This deployment has no scanner for malware (Latchkey__Scan__Mode).");
    }

    internal static ScanSettings Read(SettingsReader read)
    {
        var mode = read.OneOf("Scan:Mode", ScanMode.None);
        var (host, port, socket) = mode == ScanMode.ClamAv ? Address(read, read.Required("Scan:Address")) : (null, 0, null);
        var topic = mode == ScanMode.Defender ? read.Required("Scan:Topic") : "";
        if (topic.Length > 0 && !topic.Contains("/providers/Microsoft.EventGrid/topics/", StringComparison.OrdinalIgnoreCase))
            read.Fault("Scan:Topic", "must be the resource id of an Event Grid topic");
        var max = read.Number("Scan:MaxBytes", mode == ScanMode.Defender ? DefenderBytes : ClamAvBytes, 1, Files.BlockPlan.MaxFile);
        return new(mode, host, port, socket, max, topic);
    }

    static (string? Host, int Port, string? Socket) Address(SettingsReader read, string text)
    {
        if (text.StartsWith(UnixPrefix + "/", StringComparison.Ordinal)) return (null, 0, text[UnixPrefix.Length..]);
        var colon = text.LastIndexOf(':');
        if (colon > 0 && ushort.TryParse(text[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture, out var port) && port > 0)
            return (text[..colon].Trim('[', ']'), port, null);
        if (text.Length > 0) read.Fault("Scan:Address", $"must be like clamav.internal:3310 or unix:/run/clamav/clamd.ctl, not '{text}'");
        return (null, 0, null);
    }
}
