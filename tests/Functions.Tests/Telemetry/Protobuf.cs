using System.Buffers.Binary;
using System.Text;

namespace Latchkey.Tests.Telemetry;

/// <summary>A protobuf message by its field numbers (the wire format of protobuf.dev, "Encoding").</summary>
sealed class Protobuf
{
    readonly List<(int Field, ulong Number, byte[]? Bytes)> fields = [];

    public Protobuf(ReadOnlySpan<byte> wire)
    {
        while (wire.Length > 0)
        {
            var key = Varint(ref wire);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    fields.Add((field, Varint(ref wire), null));
                    break;
                case 1:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(wire), null));
                    wire = wire[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref wire);
                    fields.Add((field, 0, wire[..length].ToArray()));
                    wire = wire[length..];
                    break;
                case 5:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(wire), null));
                    wire = wire[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7}.");
            }
        }
    }

    /// <summary>The messages of a repeated field.</summary>
    public IEnumerable<Protobuf> All(int field) => Bytes(field).Select(bytes => new Protobuf(bytes));

    /// <summary>The messages at the end of a path of fields.</summary>
    public IEnumerable<Protobuf> All(params int[] path) =>
        path.Aggregate((IEnumerable<Protobuf>)[this], (found, field) => found.SelectMany(message => message.All(field)));

    public string Text(int field) => Bytes(field).Select(Encoding.UTF8.GetString).LastOrDefault("");

    public string Hex(int field) => Bytes(field).Select(Convert.ToHexStringLower).LastOrDefault("");

    public long Number(int field) => (long)fields.LastOrDefault(found => found.Field == field).Number;

    public double Real(int field) => BitConverter.Int64BitsToDouble(Number(field));

    public bool Has(int field) => fields.Exists(found => found.Field == field);

    /// <summary>Attributes (KeyValue: key 1, value 2 {string 1, bool 2, int 3, double 4}) as text.</summary>
    public Dictionary<string, string> Tags(int field) => All(field).ToDictionary(tag => tag.Text(1), tag => tag.All(2).Single() switch
    {
        var value when value.Has(1) => value.Text(1),
        var value when value.Has(3) => $"{value.Number(3)}",
        _ => "?",
    });

    IEnumerable<byte[]> Bytes(int field) => fields.Where(found => found.Field == field).Select(found => found.Bytes!);

    static ulong Varint(ref ReadOnlySpan<byte> wire)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = wire[0];
            wire = wire[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}
