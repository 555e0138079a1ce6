using Azure.Data.Tables;

namespace Latchkey.Messages;

/// <summary>A message as a row.</summary>
static class MessageRow
{
    public static TableEntity Write(TableEntity row, Message message)
    {
        row["Type"] = message.Type;
        row["From"] = message.From;
        row["To"] = message.To.ToString();
        row["ContentType"] = message.ContentType;
        row["Body"] = message.Body;
        row["SentAt"] = message.SentAt;
        row["ExpiresAt"] = message.ExpiresAt;
        row["Id"] = message.Id;
        return row;
    }

    public static Message Read(TableEntity row) => new(row.GetString("Id"), row.GetString("Type"), row.GetString("From"),
        Parse(row.GetString("To")), row.GetString("ContentType"), row.GetString("Body"), row.GetDateTimeOffset("SentAt")!.Value,
        row.GetDateTimeOffset("ExpiresAt")!.Value);

    static Recipient Parse(string text) => text.Split(':', 2) switch
    {
        ["user", var user] => new(User: user),
        ["group", var group] => new(Group: group),
        var rest => new(Topic: rest[^1]),
    };
}
