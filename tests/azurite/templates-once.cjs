// Loaded before Azurite by the tests. Azurite holds every request against the templates of all its operations, and parses each
// template anew for it. Here each is parsed once: what comes of it holds nothing of a request.
const path = require.resolve('uri-templates');
const UriTemplate = require(path);

const parsed = new Map();

require.cache[path].exports = template => {
  if (!parsed.has(template)) parsed.set(template, new UriTemplate(template));
  return parsed.get(template);
};
