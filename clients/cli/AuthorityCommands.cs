using System.CommandLine;
using System.Text.Json.Nodes;

namespace Latchkey.Cli;

/// <summary>The authorities whose client certificates a tenant trusts.</summary>
static class AuthorityCommands
{
    static readonly Argument<string> Id = new("AUTHORITY") { Description = "The authority's id" };
    static readonly Argument<string> Name = new("NAME") { Description = "Its name" };
    static readonly Argument<string> Pem = new("FILE") { Description = "A PEM file with its root, and the authorities below it" };
    static readonly Argument<string> List = new("FILE") { Description = "The revocation list, as PEM or DER" };

    public static Command All() => CommandLine.Noun("authority", "The authorities whose client certificates are trusted",
        CommandLine.Verb("list", "List them", async call =>
            call.Show(((await call.Ask(HttpMethod.Get, "certificate-authorities"))!["authorities"] as JsonArray ?? [])
                .Select(each => each?.DeepClone()), "id", "name", "createdAt"), []),
        CommandLine.Verb("show", "Show one, and when its certificates and lists expire", async call =>
            call.Show(await call.Ask(HttpMethod.Get, Path(call))), [Id]),
        CommandLine.Verb("add", "Trust one", async call =>
            call.Show(await call.Ask(HttpMethod.Post, "certificate-authorities",
                new { name = call.Get(Name), certificates = await File.ReadAllTextAsync(call.Get(Pem)) })), [Name, Pem]),
        CommandLine.Verb("revoke", "Upload its newest revocation list", async call =>
            call.Show(await call.Ask(HttpMethod.Put, $"{Path(call)}/revocation-list",
                new { list = await Text(call.Get(List)) })), [Id, List]),
        CommandLine.Verb("clear-revocations", "Delete its revocation lists: then nothing is revoked", async call =>
        {
            await call.Ask(HttpMethod.Delete, $"{Path(call)}/revocation-list");
            call.Done("The revocation lists are deleted.");
        }, [Id]),
        CommandLine.Verb("delete", "Stop trusting one", async call =>
        {
            await call.Ask(HttpMethod.Delete, Path(call));
            call.Done("The authority is deleted.");
        }, [Id]));

    static async Task<string> Text(string file)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        return bytes is [(byte)'-', ..] ? System.Text.Encoding.ASCII.GetString(bytes) : Convert.ToBase64String(bytes);
    }

    static string Path(Call call) => $"certificate-authorities/{Uri.EscapeDataString(call.Get(Id))}";
}
