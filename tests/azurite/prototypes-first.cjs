// Loaded before Azurite by the tests. Express gives every request and response another prototype when it gets them. To the engine
// that makes a new kind of object of each, so that nothing it has learned of the one before helps with it. Here they have the
// prototype from the start.
const http = require('node:http');

const { createServer, IncomingMessage, ServerResponse } = http;

http.createServer = function (...given) {
  if (given.length > 0) return createServer.apply(this, given); // Azurite gives its app later, as a listener.
  function Request(socket) { IncomingMessage.call(this, socket); }
  function Response(request, options) { ServerResponse.call(this, request, options); }
  Request.prototype = IncomingMessage.prototype;
  Response.prototype = ServerResponse.prototype;
  const server = createServer({ IncomingMessage: Request, ServerResponse: Response });
  const { on } = server;
  server.on = function (event, listener) {
    if (event === 'request' && listener.request && listener.response) {
      Request.prototype = listener.request;
      Response.prototype = listener.response;
    }
    return on.call(this, event, listener);
  };
  return server;
};
