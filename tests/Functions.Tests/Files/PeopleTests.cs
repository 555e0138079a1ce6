using System.Net;
using System.Text.Json;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.Tests.Files;

/// <summary>Users look each other up to share files, where their tenant lets them, and nothing is told where it does not.</summary>
public sealed class PeopleTests(DemoHost demo) : IClassFixture<DemoHost>
{
    readonly TestHost host = demo.Host;

    Table Users => new(host.Service<StorageClients>().Tables.GetTableClient(TableNames.Users));

    [Fact]
    public async Task Where_it_is_off_the_answer_is_the_same_whoever_is_asked_for()
    {
        var alice = await host.As("alice", "acme");
        var answers = new List<string>();
        foreach (var text in (string[])["Bob", "bob", "nobody", "", new string('x', 300)])
        {
            var answer = await Ask(alice, text, "acme");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            answers.Add(await answer.Content.ReadAsStringAsync());
        }
        Assert.Single(answers.Select(answer => JsonDocument.Parse(answer).RootElement.GetProperty("code").GetString()).Distinct());
        Assert.False((await (await host.Admin("acme")).Get("accounts")).GetProperty("peopleSearch").GetBoolean());
    }

    [Fact]
    public async Task People_who_were_there_before_are_found_though_the_process_died_or_had_no_time_left()
    {
        var (admin, notes) = (await host.Admin("acme"), host.Service<RemovalNotes>());
        await admin.AddUser(new { userName = "wanda", name = "Wanda Before", password = "wanda-password" });
        var (alice, people) = (await host.As("alice", "acme"), host.Service<PeopleIndex>());
        await admin.Patch("accounts", new { peopleSearch = true });
        Assert.Equal(["Wanda Before"], await Wandas());
        Assert.NotNull(await Note()); // What other instances still do as the tenant wanted before is put right by the timer.
        // As it is after a death: the note is there, and the tenant wants it.
        await people.Clear((await host.Service<TenantStore>().Find("acme", default))!, default);
        await notes.Add("acme", RemovalKind.User, RemovalNotes.People, purge: false, default);
        Assert.Empty(await Wandas());
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await host.RunTimer("finish-removals");
        alice = await host.As("alice", "acme");
        Assert.Equal(["Wanda Before"], await Wandas());
        Assert.Null(await Note());
        // One that has been noted goes on behind it, unless it was written anew since.
        await notes.Add("acme", RemovalKind.User, RemovalNotes.People, purge: false, default);
        var note = (await Note())!;
        Assert.True(await notes.TryNote(note, "~", default));
        await people.Clear((await host.Service<TenantStore>().Find("acme", default))!, default);
        Assert.True(await people.TryFinish((await host.Service<TenantStore>().Find("acme", default))!, (await Note())!,
            TimeSpan.FromMinutes(1), default));
        Assert.Empty(await Wandas());
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await notes.Add("acme", RemovalKind.User, RemovalNotes.People, purge: false, default);
        Assert.False(await notes.TryNote(note, "~", default));
        await admin.Patch("accounts", new { peopleSearch = false });

        async Task<string[]> Wandas() => [.. (await Ask(alice, "Wanda B", "acme").Json()).GetProperty("people").EnumerateArray()
            .Select(one => one.GetProperty("name").GetString()!)];

        Task<RemovalNote?> Note() => notes.Find("acme", RemovalKind.User, RemovalNotes.People, default);
    }

    [Fact]
    public async Task People_are_found_by_the_beginning_of_their_name_or_their_whole_address_and_the_id_is_what_a_share_takes()
    {
        var (admin, alice) = (await host.Admin(), await host.As("alice"));
        var before = await admin.AddUser(new { userName = "zoe", name = "Zoë Before", password = "zoe-password" });
        await Switch(on: true);
        var after = await admin.AddUser(
            new { userName = "zoe2", name = "zoë After", password = "zoe-password", email = "zoe2@people.example", emailVerified = true });
        Assert.Equal(["zoë After", "Zoë Before"], await Names(alice, "ZOË")); // Both that were there before and new ones, by name.
        Assert.Equal(["Zoë Before"], await Names(alice, "zoë b"));
        Assert.Equal(["zoë After"], await Names(alice, "Zoe2@People.example"));
        Assert.Empty(await Names(alice, "zoe2@people")); // An address is found whole, or not at all.
        Assert.Empty(await Names(alice, "Before"));
        Assert.Empty(await Names(alice, "Alice")); // Oneself.
        Assert.Empty(await Names(alice, "z")); // One character would list anybody.

        // What nobody chooses tells people apart, and it is said who is meant by the whole of what was typed.
        Assert.Equal([("z…2@people.example", true)], await Accounts(alice, "zoe2@people.example"));
        Assert.Equal([("z…2@people.example", false), ("zoe", false)], await Accounts(alice, "zoë"));
        Assert.Equal([("z…2@people.example", true)], await Accounts(alice, "zoë after"));

        var found = (await Ask(alice, "Zoë B").Json()).GetProperty("people")[0];
        Assert.Equal(["id", "name", "account", "whole"], found.EnumerateObject().Select(field => field.Name));
        var file = await alice.Upload([1], "for zoe");
        var share = await alice.Send(HttpMethod.Post, $"/{file}/shares",
            new { with = new { user = found.GetProperty("id").GetString() }, access = "read" }).Json(201);
        Assert.Equal("Zoë Before", share.GetProperty("with").GetProperty("name").GetString());
        Assert.Equal("zoe", share.GetProperty("with").GetProperty("account").GetString());

        // Who is renamed, disabled or deleted.
        await admin.ChangeUser(before.Id, new { name = "Yves" });
        Assert.Equal(["zoë After"], await Names(alice, "zoë"));
        Assert.Equal(["Yves"], await Names(alice, "yv"));
        await admin.ChangeUser(before.Id, new { disabled = true });
        Assert.Empty(await Names(alice, "yv"));
        await admin.DeleteUser(after.Id);
        Assert.Empty(await Names(alice, "zoë"));
        Assert.DoesNotContain(await PersonKeys(), key => key.EndsWith(after.Id, StringComparison.Ordinal));

        // Off again: nothing is kept that nobody asks for.
        await Switch(on: false);
        await Ask(alice, "yv").Fails(403, "people_hidden");
        Assert.Empty(await PersonKeys());
    }

    [Fact]
    public async Task At_most_ten_are_told_and_a_row_that_was_left_behind_leads_to_nobody()
    {
        var (admin, bob) = (await host.Admin(), await host.As("bob"));
        await Switch(on: true);
        for (var n = 0; n < 12; n++)
            await admin.AddUser(new { userName = $"many{n}", name = $"Many {n:00}", password = "many-password" });
        Assert.Equal(10, (await Names(bob, "many")).Length);

        var id = await admin.UserId("many3");
        await Users.Put(new("demo", RowKeys.Person("FORMER NAME", id)), default);
        Assert.Empty(await Names(bob, "Former"));
        Assert.DoesNotContain(await PersonKeys(), key => key == RowKeys.Person("FORMER NAME", id));
    }

    [Fact]
    public async Task Where_it_is_off_again_no_name_stays_that_a_death_or_another_instance_has_left()
    {
        var admin = await host.Admin();
        var user = await admin.AddUser(new { userName = "yara", name = "Yara", password = "yara-password" });
        await Switch(on: true);
        await Switch(on: false);
        await Users.Put(new("demo", RowKeys.Person("YARA", user.Id)), default);
        await admin.DeleteUser(user.Id);
        Assert.Empty(await PersonKeys());

        await Users.Put(new("demo", RowKeys.Person("SOMEBODY", "gone")), default);
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        await host.RunTimer("finish-removals");
        Assert.Empty(await PersonKeys());
        Assert.Empty(await host.Service<Latchkey.Tenancy.RemovalNotes>().All(default));
    }

    [Fact]
    public async Task Only_users_may_ask_and_only_so_often()
    {
        await Switch(on: true);
        await Ask(await host.AsService(), "bob").Is(403);
        var admin = await host.As("admin");
        await Ask(admin, "").Fails(400, "invalid_query");
        for (var n = 0; n < 60; n++) await Ask(admin, "alice").Is(200);
        var refused = await Ask(admin, "alice");
        Assert.Equal((429, TimeSpan.FromSeconds(10)), ((int)refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        await Ask(await host.As("alice"), "bob").Is(200); // Others can go on.
    }

    async Task Switch(bool on)
    {
        await (await host.Admin()).Patch("accounts", new { peopleSearch = on });
        host.Clock.Advance(host.Service<Settings>().CacheTime);
    }

    Task<HttpResponseMessage> Ask(FilesClient who, string text, string tenant = "demo") =>
        host.Send(HttpMethod.Get, $"/{tenant}/people?q={Uri.EscapeDataString(text)}", who.Token);

    async Task<string[]> Names(FilesClient who, string text) =>
        [.. (await Ask(who, text).Json()).GetProperty("people").EnumerateArray().Select(one => one.GetProperty("name").GetString()!)];

    async Task<(string?, bool)[]> Accounts(FilesClient who, string text) =>
        [.. (await Ask(who, text).Json()).GetProperty("people").EnumerateArray()
            .Select(one => (one.GetProperty("account").GetString(), one.GetProperty("whole").GetBoolean()))];

    async Task<List<string>> PersonKeys() =>
        await Users.Keys("demo", RowKeys.AnyPerson, RowKeys.AnyPerson + "~", default).ToListAsync();
}
