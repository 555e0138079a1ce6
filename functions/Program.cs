using Latchkey;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
// ASP.NET Core has sent the answer. A result that is left would be made into JSON once more, for the Functions host, which drops it.
builder.UseMiddleware(async (context, next) =>
{
    await next();
    if (context.GetHttpContext() is not null) context.GetInvocationResult().Value = null;
});
builder.ConfigureFunctionsWebApplication();
try
{
    builder.Services.AddLatchkey(builder.Configuration);
}
catch (SettingsException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 1;
}
await builder.Build().RunAsync();
return 0;
