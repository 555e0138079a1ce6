using System.Buffers.Binary;
using Latchkey.Tenancy;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Latchkey.Tests.Tenancy;

/// <summary>Password hashes of other systems, as those systems and the RFCs write them.</summary>
public sealed class ImportedHashTests
{
    const string Rfc7914Pbkdf2 =
        "$pbkdf2-sha256$i=1,l=64$c2FsdA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLxJypzM8"
        + "Xm2RZkWZLOdd+8xfHG4RbHjC9UJESBB06GXgw";
    const string Keycloak =
        "$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg==$38DzhdBT7fPaUGBlsh42VTuuKSFAIYGZJ"
        + "7l6feCDLIl+K3hdPFgxxu7xuUi4gIuH6cEIoODn18xH9Ig2ryNgUw==";
    const string Rfc7914Scrypt =
        "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLi"
        + "KjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA";
    const string DjangoScrypt =
        "scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m"
        + "0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==";
    const string FlaskScrypt =
        "scrypt:1024:8:1$seasalt$ba345fb0dba246298f7e6c85e1f304ddf3eec2558513d6e70a2256d7"
        + "ba6e1ad674d07868ae1f7090218e957e7c7b7a02655051ac50fefde2743a1c2976b05c70";
    const string Digest = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    const string Firebase = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,"
        + "sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$"
        + "zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==";

    [Theory]
    // crypt_blowfish's own vectors, of the prefixes that make the same hash.
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*U", "$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    [InlineData("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored",
        "$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui")]
    // Django's wrappers around bcrypt.
    [InlineData("U*U", "bcrypt$$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("password", "bcrypt_sha256$$2b$12$VADBCPlCt0wMa2zjUgaXl.jnrvoNt/kgjtRY7i./fo0V2IEp1l6f2")]
    // The reference implementation's tests of argon2id; Django's way to write it.
    [InlineData("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")]
    [InlineData("password", "argon2$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc")]
    // RFC 6070 and RFC 7914 §11.
    [InlineData("password", "$pbkdf2-sha1$i=4096$c2FsdA$SwB5AbdlSJq+rUnZJvch0GWkKcE")]
    [InlineData("passwd", Rfc7914Pbkdf2)]
    // passlib, Django, Werkzeug; Keycloak's parts as docs/operating/moving-in.md puts them together.
    [InlineData("toomanysecrets", "$pbkdf2-sha256$29000$N2YMIWQsBWBMae09x1jrPQ$1t8iyB2A.WF/Z5JZv.lfCIhXXN33N23OSgQYThBYRfk")]
    [InlineData("lètmein", "pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=")]
    [InlineData("lightly-salted", "pbkdf2:sha256:1000$seasalt$8c36e0a7705fe426662079c9a4f3aee80f6b7a35cb7b7dd6971d5dbb8fd26ea7")]
    [InlineData("password", Keycloak)]
    // RFC 7914 §12, Django, Werkzeug; Supabase's test of Firebase's scrypt.
    [InlineData("password", Rfc7914Scrypt)]
    [InlineData("lètmein", DjangoScrypt)]
    [InlineData("lightly-salted", FlaskScrypt)]
    [InlineData("mytestpassword", Firebase)]
    public void A_hash_matches_its_password_and_no_other_before_and_after_it_is_stored(string password, string text)
    {
        var hash = ImportedHash.Parse(text);
        Assert.True(hash.Verify(password));
        Assert.False(hash.Verify("x" + password));
        var stored = ImportedHash.Parse(hash.ToString());
        Assert.Equal((hash.Kind.ToString(), hash.ToString()), (stored.Kind.ToString(), stored.ToString()));
        Assert.True(stored.Digest.SequenceEqual(hash.Digest) && stored.Salt.SequenceEqual(hash.Salt));
        Assert.True(ImportedHash.Is(stored.ToString()));
        Assert.Equal(hash.Kind.Cost.ToString(), HashKind.Parse(hash.Kind.Cost.ToString()).ToString());
    }

    [Theory]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV2)]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3)]
    public void A_hash_of_ASP_NET_Core_Identity_is_taken_as_what_it_is(PasswordHasherCompatibilityMode version)
    {
        var options = Options.Create(new PasswordHasherOptions { CompatibilityMode = version, IterationCount = 5000 });
        var text = new PasswordHasher<object>(options).HashPassword(this, "pässword");
        var hash = ImportedHash.Parse(text);
        var kind = version == PasswordHasherCompatibilityMode.IdentityV2 ? "$pbkdf2-sha1$i=1000" : "$pbkdf2-sha512$i=5000";
        Assert.Equal(kind, hash.Kind.ToString());
        Assert.True(hash.Verify("pässword") && !hash.Verify("password"));
    }

    [Theory]
    [InlineData("$2b$15$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "must have c from 4 to 14")]
    [InlineData("$2b$31$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "must have c from 4 to 14")]
    [InlineData("$2b$03$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "must have c from 4 to 14")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBu", "53 characters")]
    [InlineData("$2b$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeB=i", "53 characters")]
    [InlineData("$2x$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "not a supported kind")]
    [InlineData("$argon2id$v=19$m=4194304,t=1,p=1$c29tZXNhbHQ$" + Digest, "must have m from 8 to 131072")]
    [InlineData("$argon2id$v=19$m=99999999999,t=1,p=1$c29tZXNhbHQ$" + Digest, "must have m")]
    [InlineData("$argon2id$v=19$m=131072,t=5,p=1$c29tZXNhbHQ$" + Digest, "must have t from 1 to 4")]
    [InlineData("$argon2id$v=19$m=256,t=2,p=1000$c29tZXNhbHQ$" + Digest, "must have p")]
    [InlineData("$argon2id$v=19$m=256,t=2,p=1,data=AAAA$c29tZXNhbHQ$" + Digest, "a parameter that is not")]
    [InlineData("$argon2id$v=19$m=256,m=256,t=2,p=1$c29tZXNhbHQ$" + Digest, "cannot be read")]
    [InlineData("$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$" + Digest, "version 19")]
    [InlineData("$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + Digest, "must be argon2id")]
    [InlineData("$argon2id$v=19$m=256,t=2,p=1$c29tZQ$" + Digest, "salt of 8 to 128 bytes")]
    [InlineData("pbkdf2_sha256$2000000000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=", "must have i from 1 to 2000000")]
    [InlineData("pbkdf2_sha256$0$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=", "must have i")]
    [InlineData("pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8=", "wrong length")]
    [InlineData("pbkdf2_sha256$1000$$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=", "must have a salt")]
    [InlineData("pbkdf2_sha256$1000$seasalt$not base64 at all, is it?", "not base64")]
    [InlineData("pbkdf2_md5$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=", "not a supported kind")]
    [InlineData("$scrypt$ln=18,r=8,p=1$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI", "at most 128 MiB")]
    [InlineData("$scrypt$ln=17,r=8,p=5$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI", "at most 512 MiB")]
    [InlineData("$scrypt$ln=16,r=1,p=1$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI", "an N that fits its r")]
    [InlineData("scrypt$16383$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafQ=", "a power of two")]
    [InlineData("$fbscrypt$v=1,n=14,r=8,p=1$C0sHCg9ek77hsg$zKVTMvnWVw5BBOZNUdnsalx4c4c7y", "lacks ss: the project's parameters")]
    [InlineData("$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw,sk=AAAA$C0sHCg9ek77hsg$AAAA", "a signer key")]
    [InlineData("$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc8", "not a supported kind")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99", "not a supported kind")]
    [InlineData("$", "not a supported kind")]
    [InlineData("", "not a supported kind")]
    public void What_cannot_be_verified_or_costs_too_much_is_refused_with_the_reason(string text, string why) =>
        Assert.Contains(why, Assert.Throws<FormatException>(() => ImportedHash.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_hash_of_ASP_NET_Core_Identity_that_would_take_hours_or_is_cut_off_is_refused()
    {
        var bytes = new byte[13 + 16 + 32];
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), uint.MaxValue);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), 16);
        Assert.Throws<FormatException>(() => ImportedHash.Parse(Convert.ToBase64String(bytes)));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), 1000);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), uint.MaxValue);
        Assert.Throws<FormatException>(() => ImportedHash.Parse(Convert.ToBase64String(bytes)));
    }
}
