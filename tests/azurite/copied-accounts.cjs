// Loaded before Azurite by the tests. Each of a thousand hosts begins with the same demo data in an account of its own, and to make
// it takes longer than all the rest of the host's start. Here one request copies another account's tables: the one that creates the
// table CopyOf{account}x{port}x{port}. The ports are those of the two hosts, whose addresses stand in the rows.
const { default: Store } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore');

const { createTable } = Store.prototype;
const copies = new Map(); // By account: its tables as text.

function tablesOf(store, account) {
  if (!copies.has(account)) {
    const itself = (key, value) => (key === '$loki' || key === 'meta' ? undefined : value);
    copies.set(account, store.db.getCollection(store.TABLES_COLLECTION).find({ account }).map(({ $loki, meta, ...table }) =>
      ({ table, rows: JSON.stringify(store.getEntityCollection(account, table.table).data, itself) })));
  }
  return copies.get(account);
}

Store.prototype.createTable = async function (context, model) {
  const copy = /^CopyOf([a-z\d]+)x(\d+)x(\d+)$/.exec(model.table);
  if (!copy) return createTable.call(this, context, model);
  const [, account, from, to] = copy;
  for (const { table, rows } of tablesOf(this, account)) {
    await createTable.call(this, context, { ...table, account: model.account });
    const its = this.getEntityCollection(model.account, table.table);
    for (const row of JSON.parse(rows.replaceAll(`http://127.0.0.1:${from}`, `http://127.0.0.1:${to}`))) its.insert(row);
  }
};
