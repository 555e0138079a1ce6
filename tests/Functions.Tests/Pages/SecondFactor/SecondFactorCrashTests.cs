using System.Net;
using Latchkey.Storage;
using Latchkey.Tests.Files;
using Latchkey.Tests.OAuth.Authorization;

namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>
/// Storage dies at each step in turn, before or after it did what it was asked: nobody is locked out, and nothing is half done.
/// </summary>
public sealed class SecondFactorCrashTests : OnCuttableStorage
{
    const int MostSteps = 20;

    Person person = null!;

    private protected override async Task Prepare()
    {
        var admin = await host.Admin();
        await admin.Patch("accounts", new { secondFactor = "offered" });
        var user = await admin.AddUser(new { userName = "cora", password = "cora-password" });
        person = new Person(host, "demo", "cora", user.Id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_code_that_storage_swallowed_is_lost_and_the_next_one_signs_in(bool answerLost)
    {
        await person.SetUp();
        var cuts = 0;
        while (true)
        {
            host.Clock.Advance(TimeSpan.FromHours(1.1)); // An attempt whose end nobody could write counts as a wrong code, for an hour.
            person.Browser = new Browser(host);
            var page = await person.Browser.Follow(await person.FirstStep(null, ("scope", "openid")));
            storage.CutAfter(cuts, answerLost);
            var answer = await person.Enter(page, person.Code());
            if (!storage.Mend())
            {
                Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
                break;
            }
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.True(++cuts < MostSteps);
        }
        Assert.True(cuts > 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_set_up_is_made_or_not_made_and_never_half(bool answerLost)
    {
        var table = host.Service<StorageClients>().Tables.GetTableClient(TableNames.Users);
        for (var cuts = 0; ; cuts++)
        {
            Assert.True(cuts < MostSteps);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            var page = await person.OpenPage();
            await person.Scan(page);
            storage.CutAfter(cuts, answerLost);
            var answer = await person.Post(page, "set-up", person.Code());
            if (!storage.Mend())
            {
                await person.Keep(answer);
                break;
            }
            var admin = await host.Admin();
            var isSetUp = (await admin.User(person.Id)).SecondFactor;
            var row = await table.GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>("demo", RowKeys.SecondFactor(person.Id));
            Assert.Equal(isSetUp, row.HasValue);
            if (isSetUp) await admin.Do(HttpMethod.Delete, $"users/{person.Id}/second-factor");
        }
    }
}
