// Loaded before Azurite by the tests. Azurite keeps a Loki collection for every table of every account, and Loki looks for
// a collection by going through all of them, several times a request and to the end for a table that is not there: with the
// accounts of a thousand tests that took longer than all the rest of the request. Here it has them by name.
const Loki = require('lokijs');

const known = new WeakMap(); // By the list of collections: a database that is loaded anew has a new one.
const { addCollection, loadCollection, removeCollection, renameCollection } = Loki.prototype;

function byName(loki) {
  if (!known.has(loki.collections)) known.set(loki.collections, new Map(loki.collections.map(one => [one.name, one])));
  return known.get(loki.collections);
}

Loki.prototype.getCollection = function (name) {
  return byName(this).get(name) ?? null;
};

Loki.prototype.addCollection = function (name, options) {
  const collection = addCollection.call(this, name, options);
  byName(this).set(name, collection);
  return collection;
};

Loki.prototype.removeCollection = function (name) {
  removeCollection.call(this, name);
  byName(this).delete(name);
};

for (const [name, change] of Object.entries({ loadCollection, renameCollection })) {
  Loki.prototype[name] = function (...given) {
    const result = change.apply(this, given);
    known.delete(this.collections);
    return result;
  };
}
