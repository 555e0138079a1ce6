// Loaded before Azurite by the tests. A request goes through a dozen steps. For each of them Express looks whether its path is meant
// and, for each parameter that a step looks at, parses the query; then the request is held against every operation of the service.
// Here it goes from step to step, its query is parsed once, and it is held against the operations of its method.
const { ServerResponse } = require('node:http');
const express = require('express');
const finalhandler = require('finalhandler');
const { default: BufferStream } = require('azurite/dist/src/common/utils/BufferStream');

express.application.handle = function (req, res) {
  const steps = this.router.stack; // Azurite has no routes: all are for every path.
  let at = 0;
  req.res = res;
  res.req = req;
  Object.setPrototypeOf(req, this.request);
  Object.setPrototypeOf(res, this.response);
  res.locals ??= Object.create(null);
  req.baseUrl = '';
  req.originalUrl = req.url;
  next();

  function next(fault) {
    while (at < steps.length) {
      const { handle } = steps[at++];
      if ((handle.length === 4) !== Boolean(fault)) continue; // Four parameters: for faults alone.
      try {
        const result = fault ? handle(fault, req, res, next) : handle(req, res, next);
        result?.then?.(undefined, failure => next(failure ?? new Error('Rejected')));
      } catch (failure) {
        next(failure);
      }
      return;
    }
    finalhandler(req, res)(fault);
  }
};

const query = Symbol('query');
const { get } = Object.getOwnPropertyDescriptor(express.request, 'query');
Object.defineProperty(express.request, 'query', {
  configurable: true,
  get() { return this[query] ??= get.call(this); },
});

for (const service of ['blob', 'queue', 'table']) {
  const generated = `azurite/dist/src/${service}/generated`;
  const operations = require(`${generated}/artifacts/operation`);
  const { default: specifications } = require(`${generated}/artifacts/specifications`);
  const dispatch = require(`${generated}/middleware/dispatch.middleware`);
  const { default: all } = operations;
  const { default: find } = dispatch;
  const byMethod = new Map();

  const ofMethod = method => {
    if (!byMethod.has(method))
      byMethod.set(method, Object.fromEntries(Object.entries(all).filter(([number]) => specifications[number]?.httpMethod === method)));
    return byMethod.get(method);
  };

  dispatch.default = (context, req, next, logger) => {
    // A header may replace the method.
    operations.default = req.getHeader('x-http-method') ? all : ofMethod(req.getMethod());
    let fault, found = false;
    try {
      find(context, req, failure => { found = true; fault = failure; }, logger);
    } finally {
      operations.default = all;
    }
    if (found) next(fault);
  };
}

// What it answers is at hand: as a stream it would go out in pieces, and with a dozen calls for each.
const { pipe } = BufferStream.prototype;
BufferStream.prototype.pipe = function (to) {
  if (!(to instanceof ServerResponse)) return pipe.call(this, to);
  to.end(this.buffer);
  process.nextTick(() => this.emit('end'));
  return to;
};
