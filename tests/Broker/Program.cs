// The stand-in for Azure Web PubSub on this machine: `Broker --port N --address IP`, until it is told to stop.
using System.Net;
using Latchkey.Broker;

var (port, address) = args is ["--port", var number, "--address", var ip]
    ? (int.Parse(number, System.Globalization.CultureInfo.InvariantCulture), IPAddress.Parse(ip)) : (7073, IPAddress.Loopback);
await using var broker = await PubSubBroker.Start(port, address: address);
await broker.Stopped;
