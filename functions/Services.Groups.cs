using Latchkey.Account;
using Latchkey.Admin;
using Latchkey.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Latchkey;

// Groups, and who belongs to them.
public static partial class Services
{
    static IServiceCollection AddGroups(this IServiceCollection services) => services
        .AddSingleton<GroupStore>()
        .AddSingleton<GroupRuleStore>()
        .AddSingleton<PlaceVisits>()
        .AddSingleton<Memberships>()
        .AddSingleton<RuleMembers>()
        .AddSingleton<AppUsers>()
        .AddSingleton<AppGroups>();
}
