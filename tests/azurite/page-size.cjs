// Loaded before Azurite by the tests. Azure refuses a page of more than a thousand rows; Azurite shortens it without a word, and what
// fails on Azure passes here.
const { default: errors } = require('azurite/dist/src/table/errors/StorageErrorFactory');
const { default: Store } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore');

const { queryTableEntities } = Store.prototype;

Store.prototype.queryTableEntities = function (context, account, table, options, ...rest) {
  if (options.top > 1000) throw errors.getInvalidInput(context);
  return queryTableEntities.call(this, context, account, table, options, ...rest);
};
