// Loaded before Azurite by the tests. Azurite puts together what it would log, all of a request's headers among it, even where it
// logs nothing. And each of its errors, such as for a row that is not there, notes the calls that led to it.
const Module = require('node:module');

const { _compile } = Module.prototype;
const call = /(?:this\.)?\b[lL]ogger(?:_1\.default)?\.(?:info|debug|verbose)\(/g;

Module.prototype._compile = function (source, file) {
  const isAzurite = /[\\/]azurite[\\/]dist[\\/]/.test(file);
  return _compile.call(this, isAzurite ? source.replace(call, 'false && $&') : source, file);
};

Error.stackTraceLimit = 0;
