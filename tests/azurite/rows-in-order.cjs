// Loaded before Azurite by the tests, for LargeSpaceTests with LATCHKEY_LARGE_SPACE alone. For each query Azurite looks at all rows of
// the table, and interprets the filter for each: with 350,000 rows that is a second a query, and a job over 5,000 files has thousands.
// Here a query for a range of row keys looks only there; Loki has its rows by their keys anyhow.
const { default: Store } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore');

const text = "'((?:[^']|'')*)'";
const range = new RegExp(`^PartitionKey eq ${text} and RowKey ge ${text} and RowKey lt ${text}`);
const plain = quoted => quoted.replaceAll("''", "'");

if (process.env.LATCHKEY_LARGE_SPACE) {
  const { queryTableEntities } = Store.prototype;
  Store.prototype.queryTableEntities = function (context, account, table, options, nextPartition, nextRow) {
    const found = range.exec(options.filter ?? '');
    if (!found) return queryTableEntities.call(this, context, account, table, options, nextPartition, nextRow);
    const rows = this.getEntityCollection(account, table, context);
    const from = this.decodeContinuationHeader(nextRow) ?? plain(found[2]);
    rows.chain = function () {
      delete rows.chain; // The next query has the one of all rows again.
      return rows.chain().find({ RowKey: { $between: [from, plain(found[3])] } });
    };
    return queryTableEntities.call(this, context, account, table, options, nextPartition, nextRow);
  };
}
