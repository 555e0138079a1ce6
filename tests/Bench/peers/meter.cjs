// Loaded before a Node program by the bench. Whoever connects to its port is told what the process has used so far and, where
// LATCHKEY_BENCH_COUNT is set, how many requests it has had: by the server's port and the first segment of the path, which in Azurite
// is the account.
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');

const folder = process.env.LATCHKEY_BENCH_METERS;
const calls = {};

if (process.env.LATCHKEY_BENCH_COUNT) {
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (event, request, ...rest) {
    if (event === 'request') count(this, request);
    return emit.call(this, event, request, ...rest);
  };
}

function count(server, { method, url }) {
  if (method === 'GET' && url.includes('/messages')) return; // The host asks for work, whoever calls.
  server.benchPort ??= server.address().port;
  const key = `${server.benchPort} ${url.split(/[/?]/, 2)[1]}`;
  calls[key] = (calls[key] ?? 0) + 1;
}

const listener = net.createServer(socket => {
  const { user, system } = process.cpuUsage(); // In microseconds, of all threads.
  socket.on('error', () => {});
  socket.end(JSON.stringify({ cpu: user + system, calls }));
});
listener.listen(0, '127.0.0.1', () => {
  // Under its name it is whole.
  const name = path.join(folder, `${path.basename(process.argv[1] ?? 'node', '.js')}-${process.pid}`);
  fs.writeFileSync(`${name}.new`, String(listener.address().port));
  fs.renameSync(`${name}.new`, name);
});
listener.unref();
