// Loaded before Azurite by the tests. Azurite holds every request against the templates of all its operations, and parses each
// template anew for it. Here each is parsed once: what comes of it holds nothing of a request.
const path = require.resolve('uri-templates');
const UriTemplate = require(path);

const most = 10_000; // Addresses that are remembered; a blob's are as many as there are blobs.
const parsed = new Map();

function remembering(template) {
  const results = new Map();
  return {
    fromUri(address, options) {
      const key = `${options.strict} ${address}`;
      if (!results.has(key)) {
        if (results.size >= most) results.clear();
        results.set(key, template.fromUri(address, options));
      }
      return results.get(key);
    },
  };
}

require.cache[path].exports = template => {
  if (!parsed.has(template)) parsed.set(template, remembering(new UriTemplate(template)));
  return parsed.get(template);
};
