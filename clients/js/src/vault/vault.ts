import { base64, fromBase64, utf8 } from '../encoding.js';
import { LatchkeyError } from '../errors.js';
import { exclusively } from '../sign-in/lock.js';
import { done, keyIn, Table } from '../storage/indexed-db.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { boundary, chunkBytes, chunkKey, open, seal } from './chunks.js';

/** Where a vault is, and its key. */
export interface VaultOptions {
  /** Its name: `photos of ${user.sub}`, so that two people who share a device have a vault each. */
  name: string;
  /** Keeps the key: `secureStorage(…)` over Keychain and Keystore. If it is left out, a key that nobody can read is in IndexedDB. */
  storage?: KeyValueStorage;
}

/** A file in a vault. Only its bytes, name and type are encrypted; its id, size and time are not. */
export interface VaultEntry {
  id: string;
  name: string;
  contentType: string;
  size: number;
  /** When it was put there, in milliseconds since 1970. */
  at: number;
}

/** How a file is put into a vault. */
export interface PutOptions {
  /** That of the `File` if it is left out. */
  name?: string;
  signal?: AbortSignal;
}

interface Row {
  size: number;
  at: number;
  salt: Uint8Array<ArrayBuffer>;
  about: ArrayBuffer;
}

const stores = ['files', 'chunks', 'key'];

/**
 * Opens a vault, and makes it with a new key if there is none.
 * @throws LatchkeyError `vault_damaged`: there are files, and the storage has no key. Nothing is changed: try later.
 */
export async function openVault(options: VaultOptions): Promise<Vault> {
  const name = `latchkey vault ${options.name}`;
  const vault = new Vault(name, await masterKey(name, options.storage), options.storage);
  await vault.sweep();
  return vault;
}

/** Files on the device, encrypted (AES-256-GCM) in pieces, so that neither reading nor writing needs the whole file in memory. */
export class Vault {
  readonly #files: Table;
  readonly #chunks: Table;

  /** @internal */
  constructor(private readonly name: string, private readonly key: CryptoKey, private readonly storage: KeyValueStorage | undefined) {
    this.#files = new Table(name, stores, 'files');
    this.#chunks = new Table(name, stores, 'chunks');
  }

  /** Puts a file there, in place of the one of that id. Nothing is changed before all of it is written. */
  put(id: string, file: Blob, options: PutOptions = {}): Promise<VaultEntry> {
    return this.#locked('shared', () => this.#put(id, file, options));
  }

  async #put(id: string, file: Blob, { name = (file as Partial<File>).name ?? '', signal }: PutOptions): Promise<VaultEntry> {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const key = await chunkKey(this.key, salt, id);
    const entry = { id, name, contentType: file.type, size: file.size, at: Date.now() };
    const prefix = base64(salt);
    try {
      const last = Math.max(Math.ceil(file.size / chunkBytes) - 1, 0);
      for (let n = 0; n <= last; n++) {
        signal?.throwIfAborted();
        const plain = await file.slice(n * chunkBytes, (n + 1) * chunkBytes).arrayBuffer();
        const sealed = await seal(key, n, n === last, plain);
        await this.#chunks.run('readwrite', store => store.put(sealed, [prefix, n]));
      }
      const about = await seal(key, 0, true, utf8(JSON.stringify({ name, contentType: file.type })), 'about');
      const before = await this.#row(id);
      const row: Row = { size: file.size, at: entry.at, salt, about };
      await this.#files.run('readwrite', store => store.put(row, id));
      if (before) await this.#drop(before).catch(() => {}); // Otherwise `sweep` does.
      return entry;
    } catch (error) {
      await this.#drop({ salt }).catch(() => {}); // Half a file is of no use.
      throw error;
    }
  }

  /**
   * A file, or undefined if there is none of that id.
   * @throws LatchkeyError `vault_damaged`: a piece was changed, lost or exchanged, or the key is another one.
   */
  async get(id: string): Promise<File | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    const { name, contentType } = await this.#about(id, row);
    const pieces: Blob[] = [];
    for await (const piece of this.#pieces(id, row)) pieces.push(new Blob([piece]));
    return new File(pieces, name, { type: contentType, lastModified: row.at });
  }

  /** A file's bytes as a stream, opened while they are read: for a large video. */
  async stream(id: string): Promise<ReadableStream<Uint8Array> | undefined> {
    const row = await this.#row(id);
    if (!row) return undefined;
    const pieces = this.#pieces(id, row);
    return new ReadableStream({
      async pull(controller) {
        const { value, done: isDone } = await pieces.next();
        if (isDone) controller.close();
        else controller.enqueue(new Uint8Array(value));
      },
    });
  }

  /** What is there, without files that were damaged: `get` says of which. */
  async list(): Promise<VaultEntry[]> {
    const entries: VaultEntry[] = [];
    for (const id of await this.#files.run('readonly', store => store.getAllKeys()) as string[]) {
      const row = await this.#row(id); // With its id, whatever is put or deleted meanwhile.
      const about = row && await this.#about(id, row).catch(() => undefined);
      if (about) entries.push({ id, ...about, size: row.size, at: row.at });
    }
    return entries;
  }

  /** Removes a file. */
  async delete(id: string): Promise<void> {
    const row = await this.#row(id);
    if (!row) return;
    await this.#files.run('readwrite', store => store.delete(id));
    await this.#drop(row);
  }

  /** Removes all files and the key, for good. The vault is of no use after it. */
  async destroy(): Promise<void> {
    await done(indexedDB.deleteDatabase(this.name) as IDBRequest<unknown>);
    await this.storage?.remove(this.name);
  }

  /** @internal Removes what is left of files that were being put when the app was ended. */
  async sweep(): Promise<void> {
    await this.#locked('exclusive', async () => {
      const rows = await this.#files.run<Row[]>('readonly', store => store.getAll());
      const used = new Set(rows.map(({ salt }) => base64(salt)));
      const keys = await this.#chunks.run('readonly', store => store.getAllKeys()) as [string, number][];
      const lost = new Set(keys.map(([prefix]) => prefix).filter(prefix => !used.has(prefix)));
      for (const prefix of lost) await this.#chunks.run('readwrite', store => store.delete(boundary(prefix)));
    });
  }

  // Without Web Locks nothing is swept, because another tab may be putting a file.
  async #locked<T>(mode: LockMode, work: () => Promise<T>): Promise<T> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return mode === 'shared' ? work() : undefined as T;
    const options = mode === 'shared' ? { mode } : { mode, ifAvailable: true };
    return await locks.request(this.name, options, lock => (lock ? work() : undefined)) as T;
  }

  async *#pieces(id: string, { salt, size }: Row): AsyncGenerator<ArrayBuffer> {
    const key = await chunkKey(this.key, salt, id);
    const last = Math.max(Math.ceil(size / chunkBytes) - 1, 0);
    let left = size;
    for (let n = 0; n <= last; n++) {
      const sealed: ArrayBuffer | undefined = await this.#chunks.run('readonly', store => store.get([base64(salt), n]));
      const plain = await open(key, n, n === last, sealed ?? damaged());
      left -= plain.byteLength;
      yield plain;
    }
    if (left !== 0) damaged();
  }

  async #about(id: string, { salt, about }: Row): Promise<{ name: string; contentType: string }> {
    const plain = await open(await chunkKey(this.key, salt, id), 0, true, about, 'about');
    return JSON.parse(new TextDecoder().decode(plain)) as { name: string; contentType: string };
  }

  #row(id: string): Promise<Row | undefined> {
    return this.#files.run('readonly', store => store.get(id));
  }

  async #drop({ salt }: Pick<Row, 'salt'>): Promise<void> {
    await this.#chunks.run('readwrite', store => store.delete(boundary(base64(salt))));
  }
}

async function masterKey(name: string, storage: KeyValueStorage | undefined): Promise<CryptoKey> {
  const imported = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
    crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']);
  const random = crypto.getRandomValues(new Uint8Array(32));
  if (storage) {
    const kept = await storage.get(name) ?? await exclusively(`${name} key`, storage, async () => { // Two at once get the same.
      const there = await storage.get(name);
      if (there) return there;
      // A key that can't be found now must not be replaced: no file could be opened any more.
      if (await new Table(name, stores, 'files').run('readonly', store => store.count()) > 0) damaged('The key of the vault is missing.');
      await storage.set(name, base64(random));
      return storage.get(name);
    });
    return imported(fromBase64(kept ?? damaged('The storage did not keep the key of the vault.')));
  }
  const table = new Table(name, stores, 'key');
  return await keyIn<CryptoKey>(table, 'master', () => imported(random));
}

function damaged(message = 'A part of the file is missing.'): never {
  throw new LatchkeyError('vault_damaged', message);
}
