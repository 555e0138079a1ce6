// The stand-in for Azure Web PubSub on this machine: `Broker --port N`, until it is told to stop.
using Latchkey.Broker;

var port = args is ["--port", var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 7073;
await using var broker = await PubSubBroker.Start(port);
await broker.Stopped;
