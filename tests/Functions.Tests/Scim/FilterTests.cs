using System.Text.Json.Nodes;
using Latchkey.Http;
using Latchkey.Scim;

namespace Latchkey.Tests.Scim;

/// <summary>Filters (RFC 7644 §3.4.2.2): what they find, how their parts belong together, and what cannot be read.</summary>
public sealed class FilterTests
{
    static readonly JsonObject Jane = JsonNode.Parse("""
        {
            "id": "Ab1", "externalId": "E1", "userName": "bjensen", "active": true, "title": "Tour Guide",
            "name": { "familyName": "O'Malley", "givenName": "Barbara" },
            "emails": [{ "value": "b@example.com", "type": "work", "primary": true }, { "value": "b@home.example", "type": "home" }],
            "meta": { "lastModified": "2026-05-13T04:42:34.000Z" },
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "Sales", "manager": { "value": "m1" } }
        }
        """)!.AsObject();

    [Theory]
    [InlineData("userName eq \"BJensen\"")]
    [InlineData("USERNAME Eq \"bjensen\"")]
    [InlineData("name.familyName co \"O'Malley\"")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"b\"")]
    [InlineData("userName ew \"SEN\"")]
    [InlineData("title pr")]
    [InlineData("emails pr and not (nickName pr)")]
    [InlineData("active eq true")]
    [InlineData("active eq \"True\"")]
    [InlineData("active ne false")]
    [InlineData("nickName eq null")]
    [InlineData("nickName ne \"x\"")]
    [InlineData("title ne null")]
    [InlineData("meta.lastModified gt \"2026-05-13T04:42:34+02:00\"")]
    [InlineData("meta.lastModified le \"2026-05-13T04:42:34Z\"")]
    [InlineData("emails[type eq \"work\" and value co \"@example.com\"]")]
    [InlineData("emails[type eq \"work\"].value eq \"b@example.com\"")]
    [InlineData("emails eq \"b@home.example\"")]
    [InlineData("emails.type eq \"home\"")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"sales\"")]
    [InlineData("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"m1\"")]
    [InlineData("title eq \"x\" or userName eq \"bjensen\" and active eq true")] // `and` goes first.
    [InlineData("(title eq \"x\" or userName eq \"bjensen\") and active eq true")]
    [InlineData("not(title eq \"x\")")]
    [InlineData("title eq \"\\u0054our Guide\"")]
    [InlineData("title ge \"Tour\" and title lt \"Tourist\"")]
    public void It_finds(string filter) => Assert.True(FilterParser.Parse(filter).Matches(Jane));

    [Theory]
    [InlineData("id eq \"ab1\"")] // Ids differ by case.
    [InlineData("externalId eq \"e1\"")]
    [InlineData("userName eq \"bjense\"")]
    [InlineData("userName eq \"bjensen\" and (title eq \"x\" or active eq false)")]
    [InlineData("(title eq \"x\" or userName eq \"bjensen\") and active eq false")]
    [InlineData("emails[type eq \"home\" and primary eq true]")]
    [InlineData("emails[type eq \"home\"].value eq \"b@example.com\"")]
    [InlineData("urn:somebody:else:User:userName eq \"bjensen\"")]
    [InlineData("password eq \"x\"")]
    [InlineData("not (active pr)")]
    public void It_does_not_find(string filter) => Assert.False(FilterParser.Parse(filter).Matches(Jane));

    [Theory]
    [InlineData("")]
    [InlineData("userName")]
    [InlineData("userName eq")]
    [InlineData("userName eq bjensen")]
    [InlineData("userName eq \"bjensen")]
    [InlineData("userName eq \"bjensen\\")]
    [InlineData("userName eq \"\\ud800\"")]
    [InlineData("userName is \"bjensen\"")]
    [InlineData("userName eq \"a\" and")]
    [InlineData("userName eq \"a\" userName eq \"b\"")]
    [InlineData("(userName eq \"a\"")]
    [InlineData("userName eq \"a\")")]
    [InlineData("not userName eq \"a\"")]
    [InlineData("emails[type eq \"work\"")]
    [InlineData("emails[type eq \"work\"].value")]
    [InlineData("emails.value[type eq \"work\"]")]
    [InlineData("a.b.c eq \"x\"")]
    [InlineData("userName eq {}")]
    [InlineData("userName eq \"a\" ' or 1=1")]
    [InlineData("active gt true")]
    [InlineData("userName co 1")]
    public void It_cannot_be_read(string filter) =>
        Assert.Equal("invalidFilter", Assert.Throws<Problem>(() => FilterParser.Parse(filter)).Code);

    [Fact]
    public void Its_work_is_bounded()
    {
        FilterParser.Parse(string.Join(" or ", Enumerable.Repeat("a pr", 50)));
        FilterParser.Parse($"{new string('(', 9)}a pr{new string(')', 9)}");
        foreach (var filter in new[]
        {
            string.Join(" or ", Enumerable.Repeat("a pr", 51)), $"{new string('(', 11)}a pr{new string(')', 11)}", new string('(', 1999),
            $"userName eq \"{new string('x', 2000)}\"", string.Concat(Enumerable.Repeat("a[", 500)),
        })
            Assert.Equal("invalidFilter", Assert.Throws<Problem>(() => FilterParser.Parse(filter)).Code);
    }

    [Theory]
    [InlineData("userName eq \"a\"", "username=a")]
    [InlineData("urn:ietf:params:scim:schemas:core:2.0:User:externalId eq \"a\" and active eq true", "externalid=a")]
    [InlineData("emails eq \"a\"", "emails.value=a")]
    [InlineData("emails[type eq \"work\"].value eq \"a\"", "emails.value=a")]
    [InlineData("members[value eq \"a\"] and id eq \"b\"", "members.value=a id=b")]
    [InlineData("userName eq \"a\" or userName eq \"b\"", "")]
    [InlineData("not (userName eq \"a\")", "")]
    [InlineData("userName sw \"a\"", "")]
    public void What_must_be_equal_can_be_looked_up(string filter, string expected) =>
        Assert.Equal(expected, string.Join(' ', FilterParser.Parse(filter).Equalities.Select(one => $"{one.Key}={one.Text}")));
}
