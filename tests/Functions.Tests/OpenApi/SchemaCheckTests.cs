using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Latchkey.Tests.OpenApi;

/// <summary>The check itself: what it lets through and what it does not.</summary>
public sealed class SchemaCheckTests
{
    static readonly SchemaCheck Check = new(JsonNode.Parse("""{"components":{"schemas":{"Point":{"type":"object","required":["x"],"properties":{"x":{"type":"integer"}}}}}}""")!.AsObject());

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
    [InlineData("""{"type":"integer"}""", "1.5", "$ is Number, not integer")]
    [InlineData("""{"type":"string","enum":["a"]}""", "\"b\"", "$ is b, not one of a")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-11-22T08:00:00\"", "$ is 2026-11-22T08:00:00, no date-time")]
    [InlineData("""{"$ref":"#/components/schemas/Point"}""", "{}", "$ lacks x")]
    [InlineData("""{"$ref":"#/components/schemas/Point"}""", """{"x":1,"z":2}""", "$.z is not documented")]
    [InlineData("""{"type":"array","items":{"$ref":"#/components/schemas/Point"}}""", """[{"x":1},{"x":1,"z":2}]""", "$[1].z is not documented")]
    [InlineData("""{"allOf":[{"$ref":"#/components/schemas/Point"},{"properties":{"y":{"type":"string"}}}]}""", """{"x":1,"z":2}""", "$.z is not documented")]
    [InlineData("""{"oneOf":[{"type":"integer","minimum":1},{"type":"string"}]}""", "0", "$ is 0 of the 2 that it may be one of")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "$ has more than 1 items")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"any":1}""", "$.any is Number, not string")]
    public void What_is_not_is_told_with_its_place(string schema, string value, string fault) => Assert.Equal([fault], Faults(schema, value));

    [Fact]
    public void A_keyword_that_is_not_known_is_no_pass() =>
        Assert.Throws<InvalidOperationException>(() => Faults("""{"patternProperties":{}}""", "{}"));

    [Theory]
    [InlineData("GET", "/demo/admin/roles", 418, "", "add 418 to")]
    [InlineData("GET", "/demo/unheard/of", 200, "{}", "is not documented: add it to the area's file in functions/OpenApi")]
    [InlineData("GET", "/demo/admin/roles", 200, """{"roles":[],"more":1}""", "$.more is not documented. See answer 200 of \"GET /{tenant}/admin/roles\" in functions/OpenApi/users.json")]
    [InlineData("GET", "/demo/admin/roles", 404, """{"type":"about:blank","title":"Not Found","status":404,"detail":"","code":"new_code"}""", "add new_code to \"problems\", 404, of \"GET /{tenant}/admin/roles\" in functions/OpenApi/users.json")]
    [InlineData("POST", "/demo/files", 201, "{}", "without Location")]
    public async Task An_answer_that_is_not_documented_is_told_with_what_to_add_where(string method, string path, int status, string body, string told)
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
