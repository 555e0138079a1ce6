import type { ApiClient } from '../api/client.js';
import type { components } from '../api/openapi.js';
import { random } from '../encoding.js';
import { ApiError, LatchkeyError, NetworkError, RateLimitError } from '../errors.js';
import { invalid } from '../request.js';
import { isOffline, isTemporary, pause, wait } from '../wait.js';
import { missingOf, sendBlocks } from './blocks.js';
import { hashOf } from './hash.js';
import type { Note, Notes } from './notes.js';
import { put, read, safeUrl } from './put.js';
import type { FileRecord, UploadOptions, UploadProgress } from './types.js';

const MiB = 1024 * 1024;
const onePutBytes = 4 * MiB; // One block.
const hashedBytes = 256 * MiB; // Beyond that the service does not verify the hash.
const formBytes = 20 * MiB;
const mostTries = 8;
const triesBeforeForm = 3;

type Progress = components['schemas']['Progress'];

const underWay = new Set<string>(); // Keys of notes, so that the same file twice at the same time is two uploads.

/** What has to be done anew from the beginning: the service does not know the upload any more. */
class Gone extends Error {}

/** Uploads a file: asks what has arrived, sends what is missing, completes; and after a failure waits and does it again. */
export async function uploadFile(api: ApiClient, notes: Notes, file: Blob, options: UploadOptions): Promise<FileRecord> {
  const upload = new Upload(api, notes, file, options);
  const key = await upload.claim();
  try {
    return await upload.run();
  } finally {
    if (key) underWay.delete(key);
  }
}

class Upload {
  readonly #wanted;
  readonly #signal: AbortSignal | undefined;
  #key: string | undefined;
  #note: Note;
  #sent = 0;
  #refusedByNetwork = 0;

  constructor(private readonly api: ApiClient, private readonly notes: Notes, private readonly file: Blob,
    private readonly options: UploadOptions) {
    const { name, lastModified } = file as Partial<File>;
    const modified = options.modifiedAt ?? (lastModified === undefined ? undefined : new Date(lastModified));
    this.#signal = options.signal;
    this.#wanted = {
      name: options.name ?? name ?? argument('Give the name of the file.'),
      size: file.size,
      folder: options.folder ?? '',
      space: options.space ?? 'me',
      contentType: options.contentType ?? file.type,
      modifiedAt: modified && Number.isFinite(modified.getTime()) ? modified.toISOString() : undefined,
      takenAt: options.takenAt, metadata: options.metadata, tags: options.tags,
    };
    this.#note = this.#newNote();
  }

  /** Takes the note that an earlier visit left of this file, unless another upload has it. */
  async claim(): Promise<string | undefined> {
    const { name, size, folder, space, modifiedAt } = this.#wanted;
    if (modifiedAt === undefined && !this.options.identity) return undefined; // Nobody could tell it from another file.
    const key = await this.notes.keyOf(space, folder, name, size, modifiedAt, this.options.identity);
    if (underWay.has(key)) return undefined;
    underWay.add(this.#key = key);
    this.#note = await this.notes.read(key).catch(() => undefined) ?? this.#note;
    return key;
  }

  async run(): Promise<FileRecord> {
    await this.#hash();
    for (let tries = 0, best = 0; ; tries++) {
      try {
        this.#signal?.throwIfAborted();
        return await this.#finish(await this.#once());
      } catch (error) {
        if (this.#signal?.aborted) throw this.#signal.reason;
        if (error instanceof Gone && tries < mostTries) {
          await this.#forget();
          this.#note = { ...this.#newNote(), sha256: this.#note.sha256 };
          continue;
        }
        if (this.#sent > best) [tries, best] = [0, this.#sent];
        if (this.#refusedByNetwork >= triesBeforeForm && !isOffline() && this.file.size <= formBytes && !this.#note.formKey) {
          this.#note.formKey = random(16);
          tries = -1;
          continue;
        }
        if (!isTemporary(error) || tries >= mostTries) {
          if (isFinal(error)) await this.#forget();
          throw error;
        }
        this.#report('waiting');
        if (isOffline()) tries = 0;
        await wait(isOffline() ? 60_000 : pause(error, tries), this.#signal, true);
      }
    }
  }

  async #once(): Promise<FileRecord> {
    if (this.#note.formKey) return this.#sendForm(this.#note.formKey);
    const progress: Progress = this.#note.id ? await this.#progress(this.#note.id) : await this.#begin();
    const id = this.#note.id!;
    if (progress.status === 'deleted') throw new Gone();
    if (progress.status !== 'pending') return this.api.send('GET', '/files/{id}', { path: { id }, signal: this.#signal });
    const blocks = this.#blocksOf(progress);
    if (progress.upload) {
      try {
        const onSent = (bytes: number): void => {
          this.#sent = bytes;
          this.#report('sending');
        };
        onSent(0);
        if (blocks) await sendBlocks(this.file, progress.upload, missingOf(progress, blocks), onSent, this.#signal);
        else await put(progress.upload, await read(this.file), onSent, this.#signal);
        this.#refusedByNetwork = 0;
      } catch (error) {
        // The service has just answered, and storage does not: its CORS rule may not have this origin, or a proxy is in the way.
        if (error instanceof NetworkError && this.#sent === 0) this.#refusedByNetwork++;
        throw error;
      }
    }
    this.#sent = this.file.size;
    this.#report('checking');
    return this.#known(() => this.api.send('POST', '/files/{id}/complete',
      { path: { id }, body: blocks ? { blocks } : {}, signal: this.#signal }));
  }

  async #begin(): Promise<Progress> {
    await this.#keep(); // The key first: whoever begins after a crash begins the same file.
    const begun = await this.#known(() => this.api.send('POST', '/files', {
      body: {
        ...this.#wanted, contentType: this.#wanted.contentType || undefined, sha256: this.#note.sha256,
        resumable: this.file.size > onePutBytes,
      },
      headers: { 'Idempotency-Key': this.#note.idempotencyKey }, signal: this.#signal,
    }));
    this.#note.id = begun.id;
    await this.#keep();
    return begun;
  }

  #progress(id: string): Promise<Progress> {
    return this.#known(() => this.api.send('GET', '/files/{id}/upload', { path: { id }, signal: this.#signal }));
  }

  /** How many blocks the file has; undefined if it goes by one PUT. */
  #blocksOf({ upload, blockCount }: Progress): number | undefined {
    const size = upload?.blockSize;
    if (!upload) return blockCount;
    safeUrl(upload.url, this.api.issuer);
    if (size === undefined) return undefined;
    if (!Number.isInteger(size) || size < 1) invalid('The service gave blocks of an impossible size.');
    const count = Math.ceil(this.file.size / size);
    if (count > 50_000 || (blockCount !== undefined && blockCount !== count)) invalid('The service gave an impossible number of blocks.');
    return Math.max(count, 1);
  }

  /** Sends the file through the service, as a form: slower, but from an origin that reaches the service. */
  async #sendForm(key: string): Promise<FileRecord> {
    const { id, sha256 } = this.#note;
    // If this fails, it expires.
    if (id) await this.api.send('DELETE', '/files/{id}', { path: { id }, query: { permanent: true } }).catch(() => {});
    this.#note.id = undefined;
    await this.#keep();
    const { space, metadata, tags, size, ...texts } = this.#wanted;
    const form = new FormData();
    const fields = { ...texts, sha256, metadata: metadata && JSON.stringify(metadata), tags: tags && JSON.stringify(tags) };
    for (const [name, value] of Object.entries(fields)) if (value) form.set(name, value);
    form.set('file', new Blob([await read(this.file)], { type: this.#wanted.contentType }), this.#wanted.name);
    this.#sent = 0;
    this.#report('sending');
    const file = await this.#known(() => this.api.send('POST', '/files/upload',
      { query: { space }, body: form, headers: { 'Idempotency-Key': key }, signal: this.#signal }));
    this.#sent = size;
    return file;
  }

  async #hash(): Promise<void> {
    this.#note.sha256 ??= this.options.sha256?.toLowerCase();
    if (this.#note.id || this.#note.sha256 || this.options.hash === false || this.file.size > hashedBytes) return;
    this.#report('hashing');
    const report = (sent: number): void => this.options.onProgress?.({ state: 'hashing', sent, total: this.file.size });
    this.#note.sha256 = await hashOf(this.file, report, this.#signal);
  }

  /** Runs a request about this upload. That the service does not know it any more is no error. */
  async #known<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isGone = error instanceof ApiError && ['file_not_found', 'upload_expired', 'idempotency_key_reused'].includes(error.code);
      throw isGone ? new Gone(error.message, { cause: error }) : error;
    }
  }

  async #finish(file: FileRecord): Promise<FileRecord> {
    await this.#forget();
    this.options.onProgress?.({ state: 'checking', sent: this.file.size, total: this.file.size });
    return file;
  }

  #newNote(): Note {
    const { name, size, folder, space } = this.#wanted;
    return { idempotencyKey: random(16), name, size, folder, space, begunAt: Date.now() };
  }

  // Without a note the upload can't go on after a crash; that is no reason not to send.
  async #keep(): Promise<void> {
    if (this.#key) await this.notes.write(this.#key, this.#note).catch(() => {});
  }

  async #forget(): Promise<void> {
    if (this.#key) await this.notes.remove(this.#key).catch(() => {});
  }

  #report(state: UploadProgress['state']): void {
    this.options.onProgress?.({ state, sent: Math.min(this.#sent, this.file.size), total: this.file.size });
  }
}

/** True if the service has refused the file itself, so that its upload is over. */
const isFinal = (error: unknown): boolean =>
  error instanceof ApiError && !(error instanceof RateLimitError) && error.status < 500 && error.status !== 401;

function argument(message: string): never {
  throw new LatchkeyError('invalid_argument', message);
}
