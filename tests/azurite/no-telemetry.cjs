// Loaded before Azurite by the tests. Azurite loads its telemetry even where it is switched off, which takes longer than all the
// rest of its start.
const path = require.resolve('applicationinsights');
require.cache[path] = { id: path, filename: path, loaded: true, exports: {} };
