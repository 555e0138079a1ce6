using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.OpenApi;

/// <summary>The check itself: what it lets through and what it does not.</summary>
public sealed class SchemaCheckTests
{
    static readonly SchemaCheck Check =
        new(JsonNode.Parse(
            """{"components":{"schemas":{"Point":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}}}}}""")!.AsObject());

    [Theory]
    [InlineData("""{"type":"string"}""", "\"a\"")]
    [InlineData("""{"type":["string","null"],"enum":["a",null]}""", "null")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-22T08:00:00.123Z\"")]
    [InlineData("""{"$ref":"#/components/schemas/Point"}""", """{"x":1}""")]
    [InlineData("""{"allOf":[{"$ref":"#/components/schemas/Point"},{"properties":{"y":{"type":"string"}}}]}""", """{"x":1,"y":"a"}""")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":1},{"type":"array","items":{"type":"string"}}]}""", "[\"a\"]")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"any":"a"}""")]
    public void What_is_as_the_schema_says_passes(string schema, string value) => Assert.Empty(Faults(schema, value));

    [Theory]
    [InlineData("""{"type":"integer"}""", "1.5", "$: Value is \"number\" but should be \"integer\"")]
    [InlineData("""{"type":"string","enum":["a"]}""", "\"b\"", "$: Value should match one of the values specified by the enum")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-22T08:00:00\"", "$: Value does not match format \"date-time\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-22T08:00:00+01:00\"",
        "$: Value does not match format \"date-time\"")]
    [InlineData("""{"type":"string","format":"uri"}""", "\"/relative\"", "$: Value does not match format \"uri\"")]
    [InlineData("""{"$ref":"#/components/schemas/Point"}""", "{}", "$: Required properties [\"x\"] are not present")]
    [InlineData("""{"$ref":"#/components/schemas/Point"}""", """{"x":1,"z":2}""", "$/z is not documented")]
    [InlineData("""{"type":"array","items":{"$ref":"#/components/schemas/Point"}}""", """[{"x":1},{"x":1,"z":2}]""",
        "$/1/z is not documented")]
    [InlineData("""{"properties":{"p":{"$ref":"#/components/schemas/Point"},"q":{}}}""", """{"p":{"x":1,"z":2},"q":1}""",
        "$/p/z is not documented")]
    [InlineData("""{"allOf":[{"$ref":"#/components/schemas/Point"},{"properties":{"y":{"type":"string"}}}]}""", """{"x":1,"z":2}""",
        "$/z is not documented")]
    [InlineData("""{"oneOf":[{"$ref":"#/components/schemas/Point"},{"type":"string"}]}""", """{"x":1,"z":2}""", "$/z is not documented")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "$: Value should have at most 1 items")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"any":1}""",
        "$/any: Value is \"integer\" but should be \"string\"")]
    [InlineData("""{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Point"}}""", """{"any":{"x":1,"z":2}}""",
        "$/any/z is not documented")]
    public void What_is_not_as_the_schema_says_is_told_with_its_place(string schema, string value, string fault) =>
        Assert.Equal([fault], Faults(schema, value));

    [Fact]
    public void A_value_that_fits_neither_of_two_schemas_is_told_with_what_is_wrong_with_each() =>
        Assert.Equal(["$: 0 should be at least 1", "$: Value is \"integer\" but should be \"string\""],
            Faults("""{"oneOf":[{"type":"integer","minimum":1},{"type":"string"}]}""", "0"));

    [Fact]
    public void A_value_that_fits_both_of_two_schemas_of_oneOf_is_a_fault() =>
        Assert.Single(Faults("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "0"));

    [Theory]
    [InlineData("""{"typ":"string"}""")]
    [InlineData("""{"type":"strong"}""")]
    [InlineData("""{"$ref":"#/components/schemas/Circle"}""")]
    [InlineData("""{"type":"string","format":"date-tim"}""")]
    public void What_is_misspelled_is_no_pass(string schema) => Assert.ThrowsAny<Exception>(() => Faults(schema, "\"a\""));

    [Theory]
    [InlineData("GET", "/demo/admin/roles", 418, "", "add 418 to")]
    [InlineData("GET", "/demo/unheard/of", 200, "{}", "is not documented: add it to the area's file in functions/OpenApi")]
    [InlineData("GET", "/demo/admin/roles", 200, """{"roles":[],"more":1}""",
        "$/more is not documented. See answer 200 of \"GET /{tenant}/admin/roles\" in functions/OpenApi/areas/users.json")]
    [InlineData("GET", "/demo/admin/roles", 404,
        """{"type":"about:blank","title":"Not Found","status":404,"detail":"","code":"new_code"}""",
        "add new_code to \"problems\", 404, of \"GET /{tenant}/admin/roles\" in functions/OpenApi/areas/users.json")]
    [InlineData("POST", "/demo/files", 201, "{}", "without Location")]
    public async Task An_answer_that_is_not_documented_is_told_with_what_to_add_where(string method, string path, int status, string body,
        string told)
    {
        using var answer = new HttpResponseMessage((HttpStatusCode)status)
        {
            RequestMessage = new HttpRequestMessage(new HttpMethod(method), $"http://localhost{path}"),
            Content = new StringContent(body, Encoding.UTF8, status == 404 ? "application/problem+json" : "application/json"),
        };
        Assert.Contains(told, await Contract.Fault(answer), StringComparison.Ordinal);
    }

    static IReadOnlyList<string> Faults(string schema, string value) =>
        Check.Faults(JsonNode.Parse(schema)!, JsonDocument.Parse(value).RootElement);
}
