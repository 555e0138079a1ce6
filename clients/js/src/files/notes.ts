import type { Authorizer } from '../authorizer.js';
import { hex } from '../encoding.js';
import { sha256 } from '../sha256.js';
import type { KeyValueStorage } from '../storage/storage.js';
import type { UnfinishedUpload } from './types.js';

/** What is remembered of an upload until it is complete: no bytes, no tokens, no addresses. */
export interface Note {
  /** The Idempotency-Key with which it is begun, so that it is begun once whatever breaks off. */
  idempotencyKey: string;
  /** That of the form, once storage could not be reached. */
  formKey?: string;
  id?: string;
  name: string;
  size: number;
  folder: string;
  space: string;
  sha256?: string;
  begunAt: number;
}

/** Notes of unfinished uploads, for each user of each issuer. */
export class Notes {
  constructor(private readonly storage: KeyValueStorage, private readonly authorizer: Authorizer) {}

  /** The key of a file's note. Two files of the same properties have the same one. */
  async keyOf(...properties: unknown[]): Promise<string> {
    return await this.#prefix() + hex(sha256(JSON.stringify(properties)));
  }

  async read(key: string): Promise<Note | undefined> {
    try {
      const note = JSON.parse(await this.storage.get(key) ?? '') as Note;
      return typeof note.idempotencyKey === 'string' ? note : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  write(key: string, note: Note): Promise<void> {
    return this.storage.set(key, JSON.stringify(note));
  }

  remove(key: string): Promise<void> {
    return this.storage.remove(key);
  }

  /** All notes of the user, the oldest first. */
  async all(): Promise<UnfinishedUpload[]> {
    const found: UnfinishedUpload[] = [];
    for (const key of await this.storage.keys(await this.#prefix())) {
      const note = await this.read(key);
      if (!note) continue;
      const { id, name, size, folder, space, begunAt } = note;
      found.push({ key, id, name, size, folder, space, begunAt });
    }
    return found.sort((a, b) => a.begunAt - b.begunAt);
  }

  async #prefix(): Promise<string> {
    return `latchkey:upload:${this.authorizer.issuer}:${(await this.authorizer.user())?.sub ?? ''}:`;
  }
}
