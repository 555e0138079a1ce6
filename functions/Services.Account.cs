using Latchkey.Account;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// A user's own account.
public static partial class Services
{
    static IServiceCollection AddAccount(this IServiceCollection services) => services
        .AddSingleton<AccountUsers>()
        .AddSingleton<ProfilePictures>()
        .AddSingleton<ProfileChanges>()
        .AddSingleton<PictureUpload>();
}
