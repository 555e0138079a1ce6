namespace Latchkey.Tests.Pages.SecondFactor;

/// <summary>
/// One host for the tests of the second factor: tenant demo offers one and remembers browsers for 30 days, tenant acme requires one of
/// members. Each test has users of its own.
/// </summary>
public sealed class SecondFactorWorld : IAsyncLifetime
{
    readonly string mails = Path.Combine(Path.GetTempPath(), $"latchkey-mail-{Guid.CreateVersion7():n}");
    int users;

    public TestHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await TestHost.Start(settings: new() { ["Latchkey:Mail:Folder"] = mails });
        await (await Admin()).Patch("accounts", new { secondFactor = "offered" });
        await (await Admin("acme")).Patch("accounts", new { secondFactor = "required", secondFactorRoles = AdminClient.Texts("member") });
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Eventually.Gone(mails);
    }

    /// <summary>A new user, who has no second factor.</summary>
    internal async Task<Person> Person(string tenant = "demo")
    {
        var name = $"person{Interlocked.Increment(ref users)}";
        var user = await (await Admin(tenant)).AddUser(new
        {
            userName = name,
            password = $"{name}-password",
            email = $"{name}@{tenant}.example",
            roles = AdminClient.Texts("member"),
        });
        return new Person(Host, tenant, name, user.Id);
    }

    /// <summary>A new user with a second factor, whose first code was used half a minute ago, with a fresh browser.</summary>
    internal async Task<Person> WithSecondFactor(string tenant = "demo")
    {
        var person = await Person(tenant);
        await person.SetUp();
        person.Browser = new(Host, tenant);
        Host.Clock.Advance(TimeSpan.FromSeconds(30));
        return person;
    }

    /// <summary>The tenant's administrator, with a token of now: the tests move the clock.</summary>
    internal Task<AdminClient> Admin(string tenant = "demo") => Host.Admin(tenant);

    /// <summary>The mails to somebody, once there are so many, oldest first.</summary>
    internal async Task<List<string>> Mails(Person person, int count)
    {
        var texts = new List<string>();
        await Eventually.True(() =>
        {
            texts = Directory.Exists(mails) ? [.. Directory.GetFiles(mails, "*.txt").Order().Select(File.ReadAllText)
                .Where(text => text.Contains($"To: {person.Name}@", StringComparison.Ordinal))] : [];
            return texts.Count >= count;
        });
        Assert.Equal(count, texts.Count);
        return texts;
    }
}

/// <summary>The tests share the host.</summary>
[CollectionDefinition("second factor")]
public sealed class SecondFactorTestGroup : ICollectionFixture<SecondFactorWorld>;
