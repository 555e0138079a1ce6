import type { KeyValueStorage } from './storage.js';

/** What one request to IndexedDB comes to. */
export function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when a transaction is written. */
export function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** Opens a database that has these stores. */
export function openDatabase(name: string, stores: string[]): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => stores.forEach(store => request.result.createObjectStore(store));
  return done(request).then(database => {
    database.onversionchange = () => database.close(); // Somebody deletes it.
    return database;
  });
}

// What is thrown once the browser has closed the connection, as those of phones do in the background.
const closed = ['InvalidStateError', 'UnknownError'];

/** A table of a database: opened when it is first used, and again after the browser has closed it. */
export class Table {
  #open: Promise<IDBDatabase> | undefined;

  constructor(private readonly database: string, private readonly stores: string[], private readonly store: string) {}

  /** Runs a request, and resolves when what it has written is kept. */
  async run<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    for (let again = false; ; again = true) {
      const database = await (this.#open ??= openDatabase(this.database, this.stores));
      try {
        const transaction = database.transaction(this.store, mode);
        const [result] = await Promise.all([done(request(transaction.objectStore(this.store))), committed(transaction)]);
        return result;
      } catch (error) {
        if (again || !(error instanceof DOMException && closed.includes(error.name))) throw error;
        this.#open = undefined;
      }
    }
  }
}

/** The library's own tables in a database. */
export const ownTable = (store: 'values' | 'keys', database = 'latchkey'): Table => new Table(database, ['values', 'keys'], store);

/**
 * Keeps values in IndexedDB: for all tabs of the origin, until the user or the browser clears them.
 * @param database the database's name.
 */
export function indexedDBStorage(database = 'latchkey'): KeyValueStorage {
  const table = ownTable('values', database);
  return {
    get: key => table.run('readonly', store => store.get(key)),
    set: async (key, value) => void await table.run('readwrite', store => store.put(value, key)),
    remove: key => table.run('readwrite', store => store.delete(key)),
    keys: async prefix => await table.run('readonly', store =>
      store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))) as string[],
  };
}

/** A key that is kept in a table, or made and kept there when it is first needed. If two tabs make one, both get the same. */
export async function keyIn<T>(table: Table, name: string, make: () => Promise<T>): Promise<T> {
  const read = (): Promise<T | undefined> => table.run('readonly', store => store.get(name));
  const there = await read();
  if (there) return there;
  const made = await make();
  try {
    await table.run('readwrite', store => store.add(made, name));
    return made;
  } catch (error) {
    return await read() ?? Promise.reject(error); // Another tab was faster.
  }
}
