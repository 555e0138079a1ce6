using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Latchkey.Http;
using Latchkey.Storage;
using Latchkey.Tenancy;

namespace Latchkey.OAuth;

/// <summary>What a code is for, and who may use it.</summary>
/// <param name="Purpose">The flow, such as <c>sign-up</c>; a code of one flow is wrong in another.</param>
/// <param name="Binding">A secret or id of the browser or app that asked; from any other the code is wrong.</param>
public sealed record CodeUse(string Purpose, string Binding)
{
    /// <summary>A code for a pending request, bound to the browser where it began.</summary>
    public static CodeUse For(string purpose, PendingRequest pending) => new(purpose, $"{pending.Id}|{pending.Row.GetString("Browser")}");
}

/// <summary>How an attempt at a code ended.</summary>
public enum CodeVerdict
{
    /// <summary>It was right, and is used up now.</summary>
    Right,

    /// <summary>It was wrong; there are tries left.</summary>
    Wrong,

    /// <summary>There is no such code any more: it was used, it expired, or it was tried too often.</summary>
    Over,
}

/// <summary>
/// One-time codes of six digits that are sent to people (SCHEMA.md, tables Requests…). A code lives for ten minutes, bears five
/// tries, works once, and only in the browser or app that asked for it. Only a MAC of it is stored: of so few digits a plain
/// hash would be found by trying.
/// </summary>
public sealed class OneTimeCodes(RequestTables tables, Macs macs, TimeProvider clock)
{
    const string MacPurpose = "one-time-code";

    /// <summary>How many digits a code has.</summary>
    public const int Digits = 6;

    /// <summary>How often a code can be tried.</summary>
    public const int MaxTries = 5;

    /// <summary>How long a code works.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    /// <summary>The text if it has the form of a code, as a mail's link carries it; otherwise null.</summary>
    public static string? Read(string? text) => text is { Length: Digits } && text.All(char.IsAsciiDigit) ? text : null;

    /// <summary>Makes a code.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="use">What it is for.</param>
    /// <param name="data">What the flow has to know once the code was right.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <returns>Its id, <c>{bucket}.{id}</c>, which is no secret, and the digits.</returns>
    public async Task<(string Id, string Code)> Make(Tenant tenant, CodeUse use, string data, CancellationToken cancel)
    {
        var expires = clock.GetUtcNow() + Life;
        var (bucket, key) = (ExpiringTables.Bucket(expires), Ids.New());
        var code = RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);
        await tables.Of(bucket).Put(new TableEntity(RowKeys.RequestPartition(tenant.Id, key), RowKeys.OneTimeCode)
        {
            ["Mac"] = await macs.Make(MacPurpose, tenant.Id, Text(key, use, code), cancel),
            ["Data"] = data,
            ["Tries"] = 0,
            ["ExpiresAt"] = expires,
        }, cancel);
        return ($"{bucket}.{key}", code);
    }

    /// <summary>
    /// Tries a code. The try is counted by a conditional write before the code is looked at, so that many at once get no more
    /// tries than there are.
    /// </summary>
    /// <returns>The verdict and, if the code was right, its data.</returns>
    public async Task<(CodeVerdict Verdict, string? Data)> Try(
        Tenant tenant, CodeUse use, string? id, string? code, CancellationToken cancel)
    {
        if (BucketId.Parse(id) is not (var bucket, var key) || !Ids.IsId(key)) return (CodeVerdict.Over, null);
        var table = tables.Of(bucket);
        var digits = string.Concat((code ?? "").Where(char.IsAsciiDigit).Take(Digits + 1)); // "123 456" was pasted from a mail.
        while (await table.Find(RowKeys.RequestPartition(tenant.Id, key), RowKeys.OneTimeCode, cancel) is { } row)
        {
            var tries = row.GetInt32("Tries") ?? MaxTries;
            if (tries >= MaxTries || clock.GetUtcNow() >= row.GetDateTimeOffset("ExpiresAt")) break;
            var isRight = await macs.Verify(MacPurpose, tenant.Id, Text(key, use, digits), row.GetString("Mac"), cancel);
            row["Tries"] = isRight ? MaxTries : tries + 1;
            if (!await table.TryReplace(row, cancel)) continue; // Another try came first, and this one counts after it.
            if (isRight) return (CodeVerdict.Right, row.GetString("Data"));
            return (tries + 1 < MaxTries ? CodeVerdict.Wrong : CodeVerdict.Over, null);
        }
        return (CodeVerdict.Over, null);
    }

    static string Text(string key, CodeUse use, string code) => $"{key}|{use.Purpose}|{Ids.Hash(use.Binding)}|{code}";
}
