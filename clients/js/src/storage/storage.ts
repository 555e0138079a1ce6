/**
 * Where tokens and notes of unfinished uploads are kept. All values are texts. A storage that others share, such as other tabs or native
 * code, must give what was last written.
 */
export interface KeyValueStorage {
  /** The value of a key. */
  get(key: string): Promise<string | undefined>;
  /** Writes a value; once it resolves, the value survives a crash of the app. */
  set(key: string, value: string): Promise<void>;
  /** Removes a value, if there is one. */
  remove(key: string): Promise<void>;
  /** All keys that begin with a text. */
  keys(prefix: string): Promise<string[]>;
}

/** Keeps values until the page is left or the process ends. */
export function memoryStorage(): KeyValueStorage {
  const values = new Map<string, string>();
  return {
    get: async key => values.get(key),
    set: async (key, value) => void values.set(key, value),
    remove: async key => void values.delete(key),
    keys: async prefix => [...values.keys()].filter(key => key.startsWith(prefix)),
  };
}

/**
 * Keeps values in a Web Storage.
 * @param storage `sessionStorage`: for one tab, until it is closed. `localStorage`: for all tabs.
 */
export function webStorage(storage: Storage = sessionStorage): KeyValueStorage {
  return {
    get: async key => storage.getItem(key) ?? undefined,
    set: async (key, value) => storage.setItem(key, value),
    remove: async key => storage.removeItem(key),
    keys: async prefix => Object.keys(storage).filter(key => key.startsWith(prefix)),
  };
}
