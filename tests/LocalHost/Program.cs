using Latchkey;
using Latchkey.LocalHost;

try
{
    var app = LocalApp.Build(args);
    app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Latchkey listens on {string.Join(", ", app.Urls)}"));
    await app.RunAsync();
    return 0;
}
catch (Exception fault) when (fault is SettingsException or IOException)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
