using System.Buffers.Binary;
using System.Formats.Cbor;

namespace Latchkey.OAuth;

/// <summary>
/// Looks at CBOR (RFC 8949) from strangers before the library reads it: that reads nested items by recursion, so a few kilobytes of
/// nesting would overflow the stack and end the process.
/// </summary>
static class CborBounds
{
    // An attestation object with a certificate chain needs three.
    const int MaxDepth = 4;

    const int HeaderBytes = 37;
    const int FlagsAt = 32;
    const int HasCredential = 0x40;
    const int AaguidBytes = 16;

    /// <summary>True if an attestation object (WebAuthn Level 3 §6.5.4) is shallow, and the CBOR inside it too.</summary>
    public static bool HoldAttestation(ReadOnlyMemory<byte> attestation)
    {
        if (!AreShallow(attestation)) return false;
        var reader = new CborReader(attestation);
        if (reader.PeekState() != CborReaderState.StartMap) return false;
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            if (reader.PeekState() != CborReaderState.TextString) return false;
            if (reader.ReadTextString() == "authData")
                return reader.PeekState() == CborReaderState.ByteString && HoldData(reader.ReadByteString());
            reader.SkipValue();
        }
        return false;
    }

    /// <summary>True if the CBOR behind authenticator data's header and credential (§6.1) is shallow.</summary>
    public static bool HoldData(ReadOnlyMemory<byte> data)
    {
        if (data.Length < HeaderBytes) return false;
        var at = HeaderBytes;
        if ((data.Span[FlagsAt] & HasCredential) != 0)
        {
            at += AaguidBytes + sizeof(ushort);
            if (data.Length < at) return false;
            at += BinaryPrimitives.ReadUInt16BigEndian(data.Span[(at - sizeof(ushort))..]);
        }
        return data.Length >= at && AreShallow(data[at..]);
    }

    static bool AreShallow(ReadOnlyMemory<byte> items)
    {
        var reader = new CborReader(items, CborConformanceMode.Lax, allowMultipleRootLevelValues: true);
        for (var state = reader.PeekState(); state != CborReaderState.Finished; state = reader.PeekState())
        {
            switch (state)
            {
                case CborReaderState.StartMap: reader.ReadStartMap(); break;
                case CborReaderState.EndMap: reader.ReadEndMap(); break;
                case CborReaderState.StartArray: reader.ReadStartArray(); break;
                case CborReaderState.EndArray: reader.ReadEndArray(); break;
                case CborReaderState.Tag: return false; // None belongs here (CTAP2 §8), and skipping one would skip what nests in it.
                default: reader.SkipValue(); break;
            }
            if (reader.CurrentDepth > MaxDepth) return false;
        }
        return true;
    }
}
