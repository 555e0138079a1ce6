using System.Collections.Concurrent;
using System.Text;
using Latchkey.Http;
using Latchkey.Protocol;
using Latchkey.Tenancy;

namespace Latchkey.Access;

/// <summary>
/// The public keys of clients, registered as they are (<c>jwks</c>) or by address (<c>jwks_uri</c>, decision 0060). What was fetched is
/// used for ten minutes, and for an hour if its server does not answer. An address is asked at most once a minute, whoever calls.
/// </summary>
public sealed class ClientKeySets(DocumentHttp documents, TimeProvider clock)
{
    /// <summary>The largest set that is fetched, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    const int MaxAddresses = 1000;

    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Usable = TimeSpan.FromHours(1);
    static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    readonly Places places = DocumentHttp.NewPlaces(total: 16, perHost: 8);
    readonly Places ofStrangers = DocumentHttp.NewPlaces(total: 8, perHost: 2); // Of clients that registered themselves, as anybody can.
    readonly ConcurrentDictionary<string, Known> all = new(StringComparer.Ordinal);

    /// <summary>
    /// True if the check holds for the client's keys. If it does not, keys by address are fetched once more: they may be new.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="check">Gets the JWK Set.</param>
    /// <param name="cancel">Cancelled when the caller hangs up.</param>
    /// <exception cref="OAuthError"><c>invalid_client</c>: the address has no usable keys.</exception>
    /// <exception cref="Problem">503 <c>server_busy</c></exception>
    public Task<bool> Any(Client client, Func<string, bool> check, CancellationToken cancel) =>
        Any(client, jwks => Task.FromResult(check(jwks)), cancel);

    /// <inheritdoc cref="Any(Client, Func{string, bool}, CancellationToken)"/>
    public async Task<bool> Any(Client client, Func<string, Task<bool>> check, CancellationToken cancel)
    {
        try
        {
            if (client.Jwks is { } jwks) return await check(jwks);
            if (client.JwksUri is not { } address) return false;
            var known = all.GetOrAdd(address, _ => new Known());
            if (all.Count > MaxAddresses) MakeRoom(address);
            var fetched = await Get(known, client, Fresh, cancel);
            return await check(fetched.Json)
                || (await Get(known, client, Pause, cancel) is var again && again != fetched && await check(again.Json));
        }
        catch (Exception unusable) when (unusable is DocumentException or FormatException)
        {
            throw OAuthError.InvalidClient($"jwks_uri: {unusable.Message}", client.Id,
                $"The client's jwks_uri has no usable keys: {unusable.Message.TrimEnd('.')}.");
        }
    }

    async Task<Fetched> Get(Known known, Client client, TimeSpan maxAge, CancellationToken cancel)
    {
        await known.Turn.WaitAsync(cancel); // Whoever comes meanwhile takes what this one fetches.
        try
        {
            var now = clock.GetUtcNow();
            if (known.Held is { } held && now - held.At < maxAge) return held;
            if (now - known.TriedAt < Pause) return Old(known, now) ?? throw known.Failure!;
            try
            {
                // The caller who hangs up must not spoil it for the others.
                var document = await documents.Get(
                    client.JwksUri!, MaxBytes, client.OpenlyRegistered ? ofStrangers : places, CancellationToken.None);
                (known.Held, known.Failure, known.TriedAt) = (new Fetched(Encoding.UTF8.GetString(document.Bytes), now), null, now);
                return known.Held;
            }
            catch (DocumentException failure)
            {
                (known.Failure, known.TriedAt) = (failure, now);
                return Old(known, now) ?? throw new DocumentException(failure.Message);
            }
            catch (Problem) when (Old(known, now) is not null) // The address was not asked: there was no place.
            {
                return Old(known, now)!;
            }
        }
        finally
        {
            known.Turn.Release();
        }
    }

    // An app that registers itself can name any number of addresses. What serves somebody goes last.
    void MakeRoom(string address)
    {
        var now = clock.GetUtcNow();
        foreach (var (other, _) in all.Where(one => one.Key != address).OrderBy(one => Old(one.Value, now) is not null)
            .ThenBy(one => one.Value.TriedAt).Take(MaxAddresses / 10)) all.TryRemove(other, out _);
    }

    static Fetched? Old(Known known, DateTimeOffset now) => known.Held is { } held && now - held.At < Usable ? held : null;

    sealed record Fetched(string Json, DateTimeOffset At);

    sealed class Known
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Fetched? Held { get; set; }

        /// <summary>When its server was asked last.</summary>
        public DateTimeOffset TriedAt { get; set; }

        public DocumentException? Failure { get; set; }
    }
}
