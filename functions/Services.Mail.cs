using Azure.Core;
using Latchkey.OAuth;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey;

// Mail: who delivers it, by mode (docs/operating/settings.md).
public static partial class Services
{
    static IServiceCollection AddMail(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(provider => new PasswordResets(
            provider.GetRequiredService<RequestTables>(), provider.GetRequiredService<UserStore>(),
            provider.GetRequiredService<PasswordChange>(), provider.GetRequiredService<SignInLockout>(),
            provider.GetRequiredService<KnownDevices>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<AuditLog>(), provider.GetRequiredService<ILogger<PasswordResets>>(),
            provider.GetService<IMail>()));
        return settings.Mail.Mode switch
        {
            MailMode.File => services.AddSingleton<IMail>(p => new FileMail(settings.Mail, p.GetRequiredService<TimeProvider>())),
            MailMode.Smtp => services.AddSingleton<IMail>(p => new SmtpMail(settings.Mail, p.GetRequiredService<TimeProvider>())),
            MailMode.Azure => services.AddSingleton<IMail>(p => new AzureMail(
                settings.Mail, p.GetRequiredService<TokenCredential>(), p.GetService<HttpClient>() ?? new HttpClient())),
            _ => services,
        };
    }
}
