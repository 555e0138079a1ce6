// Loaded before Azurite wherever this repository starts it. When Loki removes what a query finds, it sorts all its indexes anew: for one blob that is deleted,
// those of the blobs of all tests. Removed by itself, a document is only taken out of them.
const { Collection } = require('lokijs');

const few = 20;
const { removeBatchByPositions } = Collection.prototype;

Collection.prototype.removeBatchByPositions = function (positions) {
  if (positions.length > few) return removeBatchByPositions.call(this, positions);
  for (const document of positions.map(position => this.data[position])) this.remove(document);
};
