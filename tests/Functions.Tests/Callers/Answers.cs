using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Latchkey.Tests.Callers;

/// <summary>
/// Reads answers: asserts the status, with the body in the message, and reads the JSON strictly. A field that a record does not have,
/// a required one that is missing, and a null where a field should be absent all fail the test.
/// </summary>
static class Answers
{
    static readonly JsonSerializerOptions Api = Strict(JsonNamingPolicy.CamelCase);
    static readonly JsonSerializerOptions OAuth = Strict(JsonNamingPolicy.SnakeCaseLower);

    /// <summary>The answer, which must have this status.</summary>
    public static async Task<HttpResponseMessage> Is(this Task<HttpResponseMessage> request, int status) =>
        await (await request).Is(status);

    /// <inheritdoc cref="Is(Task{HttpResponseMessage}, int)"/>
    public static async Task<HttpResponseMessage> Is(this HttpResponseMessage answer, int status)
    {
        if ((int)answer.StatusCode != status)
            Assert.Fail($"expected {status}, was {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }

    /// <summary>What the answer, which must have this status, says.</summary>
    public static async Task<T> Read<T>(this Task<HttpResponseMessage> request, int status = 200) => await (await request).Read<T>(status);

    /// <inheritdoc cref="Read{T}(Task{HttpResponseMessage}, int)"/>
    public static async Task<T> Read<T>(this HttpResponseMessage answer, int status = 200) => (await answer.Json(status)).As<T>();

    /// <summary>The JSON as a record, strictly.</summary>
    public static T As<T>(this JsonElement json) =>
        json.Deserialize<T>(typeof(T).IsAssignableTo(typeof(OAuthAnswer)) ? OAuth : Api) ?? throw new JsonException("The JSON is null.");

    /// <summary>The answer's JSON as it is, for what no record has.</summary>
    public static async Task<JsonElement> Json(this Task<HttpResponseMessage> request, int status = 200) =>
        await TestHost.Json(await request, status);

    /// <inheritdoc cref="Json(Task{HttpResponseMessage}, int)"/>
    public static Task<JsonElement> Json(this HttpResponseMessage answer, int status = 200) => TestHost.Json(answer, status);

    /// <summary>The problem (RFC 9457) that the answer must be.</summary>
    public static async Task<ProblemAnswer> Problem(this Task<HttpResponseMessage> request, int status) =>
        await (await request).Problem(status);

    /// <inheritdoc cref="Problem(Task{HttpResponseMessage}, int)"/>
    public static async Task<ProblemAnswer> Problem(this HttpResponseMessage answer, int status) => new(await answer.Json(status));

    /// <summary>Asserts that the answer is problem+json with this status and stable code.</summary>
    public static async Task<ProblemAnswer> Fails(this Task<HttpResponseMessage> request, int status, string code) =>
        await (await request).Fails(status, code);

    /// <inheritdoc cref="Fails(Task{HttpResponseMessage}, int, string)"/>
    public static async Task<ProblemAnswer> Fails(this HttpResponseMessage answer, int status, string code)
    {
        Assert.Equal(code, await answer.Code(status));
        return await answer.Problem(status);
    }

    /// <summary>The stable code of an answer that must be problem+json with this status.</summary>
    public static async Task<string> Code(this Task<HttpResponseMessage> request, int status) => await (await request).Code(status);

    /// <inheritdoc cref="Code(Task{HttpResponseMessage}, int)"/>
    public static async Task<string> Code(this HttpResponseMessage answer, int status)
    {
        var problem = await answer.Problem(status);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return problem.Code!;
    }

    /// <summary>Asserts that the answer is an OAuth error (RFC 6749 §5.2).</summary>
    public static async Task<ProblemAnswer> Refused(this Task<HttpResponseMessage> request, string error, int status = 400) =>
        await (await request).Refused(error, status);

    /// <inheritdoc cref="Refused(Task{HttpResponseMessage}, string, int)"/>
    public static async Task<ProblemAnswer> Refused(this HttpResponseMessage answer, string error, int status = 400)
    {
        var problem = await answer.Problem(status);
        Assert.Equal(error, problem.Error);
        return problem;
    }

    static JsonSerializerOptions Strict(JsonNamingPolicy naming) => new()
    {
        PropertyNamingPolicy = naming,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RefuseNullForAbsent } },
    };

    static void RefuseNullForAbsent(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => !property.IsRequired))
        {
            if (property.Set is { } set)
                property.Set = (target, value) =>
                    set(target, value ?? throw new JsonException($"{property.Name} is null where it should be absent."));
        }
    }
}
