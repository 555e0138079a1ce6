using Latchkey.OAuth;
using Latchkey.Pages;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Latchkey;

// Accounts that people make themselves, and what they do about their address.
public static partial class Services
{
    static IServiceCollection AddSignUp(this IServiceCollection services) => services
        .AddSingleton(provider => new UnseenMail(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<UnseenMail>>(), provider.GetService<IMail>()))
        .AddSingleton<InvitationStore>()
        .AddSingleton(provider => new Invitations(
            provider.GetRequiredService<InvitationStore>(), provider.GetRequiredService<GroupStore>(),
            provider.GetRequiredService<UserStore>(), provider.GetRequiredService<Passwords>(),
            provider.GetRequiredService<SignInLockout>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Invitations>>(), provider.GetService<IMail>()))
        .AddSingleton<InvitationForm>()
        .AddSingleton<NewUserSignIn>()
        .AddSingleton<PasskeyOfferSteps>()
        .AddSingleton<SignUpDrafts>()
        .AddSingleton<SignUps>()
        .AddSingleton<EmailChanges>()
        .AddSingleton<MailCodeSignIns>()
        .AddSingleton<TermsOfUse>()
        .AddSingleton<SignUpViews>();
}
