// Loaded before Azurite by the tests. Azurite keeps a Loki collection for every table of every account, and Loki looks for
// a collection by going through all of them, several times a request: with the accounts of a thousand tests that took
// longer than all the rest of the request. Here it remembers where it found one.
const Loki = require('lokijs');

const found = new WeakMap(); // By the list of collections: a database that is loaded anew has a new one.
const { getCollection } = Loki.prototype;

Loki.prototype.getCollection = function (name) {
  if (!found.has(this.collections)) found.set(this.collections, new Map());
  const byName = found.get(this.collections);
  if (!byName.has(name)) {
    const collection = getCollection.call(this, name);
    if (collection === null) return null; // It may be made later.
    byName.set(name, collection);
  }
  return byName.get(name);
};

for (const name of ['removeCollection', 'renameCollection']) {
  const change = Loki.prototype[name];
  Loki.prototype[name] = function (...names) {
    found.delete(this.collections);
    return change.apply(this, names);
  };
}
