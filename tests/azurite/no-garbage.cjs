// Loaded before Azurite by the tests. Every ten minutes Azurite looks through all blobs for bytes that none of them has any more, and
// every minute through all messages. With a whole run's data it answers nobody for ten seconds. It still looks once when it starts.
const aDay = 24 * 60 * 60 * 1000;

require('azurite/dist/src/blob/utils/constants').DEFAULT_GC_INTERVAL_MS = aDay;
require('azurite/dist/src/queue/utils/constants').DEFAULT_GC_INTERVAL_MS = aDay;
