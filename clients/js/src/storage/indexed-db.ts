import { LatchkeyError } from '../errors.js';
import { memoryStorage } from './storage.js';
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
async function openDatabase(name: string, stores: string[], onClosed: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => stores.forEach(store => request.result.createObjectStore(store));
  const database = await done(request);
  database.onclose = onClosed; // By the browser.
  database.onversionchange = () => { // Somebody deletes it.
    database.close();
    onClosed();
  };
  return database;
}

// What is thrown once the browser has closed the connection, as those of phones do in the background.
const closed = ['InvalidStateError', 'UnknownError'];

// What a browser throws that has IndexedDB and does not let anybody use it, or not for keys, as some do in private windows.
const refused = ['InvalidStateError', 'SecurityError', 'DataCloneError'];

const nameOf = (error: unknown): string => ((error as Error).cause as Error | undefined)?.name ?? '';
const isRefused = (error: unknown): boolean => refused.includes(nameOf(error));

/** A table of a database: opened when it is first used, and again after the browser has closed it. */
export class Table {
  #open: Promise<IDBDatabase> | undefined;

  constructor(private readonly database: string, private readonly stores: string[], private readonly store: string) {}

  /**
   * Runs a request, and resolves when what it has written is kept.
   * @throws LatchkeyError `storage_failed`
   */
  async run<T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    for (let again = false; ; again = true) {
      try {
        const database = await this.#opened();
        const transaction = database.transaction(this.store, mode);
        const [result] = await Promise.all([done(request(transaction.objectStore(this.store))), committed(transaction)]);
        return result;
      } catch (error) {
        if (!again && closed.includes((error as Error).name)) this.#open = undefined;
        else throw new LatchkeyError('storage_failed', 'The browser\'s storage failed.', { cause: error });
      }
    }
  }

  #opened(): Promise<IDBDatabase> {
    const forget = (): void => { this.#open = undefined; };
    if (!this.#open) (this.#open = openDatabase(this.database, this.stores, forget)).catch(forget);
    return this.#open;
  }
}

/** The library's own tables in a database. */
export const ownTable = (store: 'values' | 'keys', database = 'latchkey'): Table => new Table(database, ['values', 'keys'], store);

/**
 * Keeps values in IndexedDB: for all tabs of the origin, until the user or the browser clears them. Where there is none, or the browser
 * lets nobody use it, they are kept until the page is left.
 * @param database the database's name.
 */
export function indexedDBStorage(database = 'latchkey'): KeyValueStorage {
  if (typeof indexedDB === 'undefined') return memoryStorage();
  const table = ownTable('values', database);
  const kept: KeyValueStorage = {
    get: key => table.run('readonly', store => store.get(key)),
    set: async (key, value) => void await table.run('readwrite', store => store.put(value, key)),
    remove: key => table.run('readwrite', store => store.delete(key)),
    keys: async prefix => await table.run('readonly', store =>
      store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))) as string[],
  };
  let memory: KeyValueStorage | undefined;
  let hasWorked = false;
  const use = async <T>(work: (storage: KeyValueStorage) => Promise<T>): Promise<T> => {
    if (memory) return work(memory);
    try {
      const result = await work(kept);
      hasWorked = true;
      return result;
    } catch (error) {
      if (hasWorked || !isRefused(error)) throw error;
      return work(memory ??= memoryStorage());
    }
  };
  return {
    get: key => use(storage => storage.get(key)), set: (key, value) => use(storage => storage.set(key, value)),
    remove: key => use(storage => storage.remove(key)), keys: prefix => use(storage => storage.keys(prefix)),
  };
}

/** A key of the library in IndexedDB, for all tabs. Where that can't be, a new one, for whoever asks. */
export async function ownKey<T>(name: string, make: () => Promise<T>): Promise<T> {
  if (typeof indexedDB === 'undefined') return make();
  return keyIn(ownTable('keys'), name, make).catch(error => (isRefused(error) ? make() : Promise.reject(error)));
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
