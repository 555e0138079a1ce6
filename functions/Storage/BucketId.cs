namespace Latchkey.Storage;

/// <summary>
/// An id that begins with the bucket of its row (<see cref="ExpiringTables"/>), so that looking it up is one point read:
/// <c>{bucket}.{key}</c>.
/// </summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Key">The rest, which is unique in the bucket.</param>
public readonly record struct BucketId(string Bucket, string Key)
{
    /// <summary>An id in the bucket of an expiry.</summary>
    public static BucketId Of(DateTimeOffset expiry, string key) => new(ExpiringTables.Bucket(expiry), key);

    /// <summary>Parses an id from outside; null if it does not have exactly these two parts.</summary>
    public static BucketId? Parse(string? text) =>
        text?.Split('.') is [var bucket, var key] && ExpiringTables.IsBucket(bucket) ? new(bucket, key) : null;

    /// <summary>Parses an id from outside whose key <see cref="Ids.New"/> made; null for any other text.</summary>
    public static BucketId? ParseId(string? text) => Parse(text) is { } id && Ids.IsId(id.Key) ? id : null;

    /// <summary>The id as text.</summary>
    public override string ToString() => $"{Bucket}.{Key}";
}
