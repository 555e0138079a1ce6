// An upload that survives a lost network, an expired URL and a closed page. It follows one rule: ask what has arrived, send
// what is missing, complete. If anything fails on the way, it waits and starts again by asking.
import { ApiError, isTemporary } from '../api.js';
import { reason } from '../problems.js';
import { SignInNeeded } from '../session.js';
import { StorageError, sendBlocks, sendWhole } from './blocks.js';

const resumableFromBytes = 4 * 1024 * 1024; // One block.
const hashedBytes = 16 * 1024 * 1024; // Browsers can only hash a file that is completely in memory.
const maxWaitMs = 30_000;
const storageTries = 5;

/**
 * States: `queued`, `sending`, `waiting` (for the network), `paused`, `checking`, `done`, `failed`, `cancelled`, and
 * `fileless` (from an earlier visit; the browser no longer has the file). Each change of state raises the event `change`.
 */
export class Upload extends EventTarget {
  #api;
  #memory;
  #file;
  #stop = new AbortController();
  #failure; // The code of the last one.

  /** @param note what is remembered: name, size, type, lastModified, space, folder, and the id once the upload has begun. */
  constructor(api, memory, note, file) {
    super();
    this.#api = api;
    this.#memory = memory;
    this.#file = file;
    this.note = note;
    this.state = file ? 'queued' : 'fileless';
    this.sent = 0;
    this.message = '';
  }

  /** A new upload of a file that the user has chosen. */
  static of(api, memory, file, { space, folder }) {
    const { name, size, lastModified } = file;
    return new Upload(api, memory, { name, size, lastModified, type: file.type || 'application/octet-stream', space, folder }, file);
  }

  /**
   * An upload that replaces the bytes of a file, which stays what it is otherwise. If somebody else was faster, and whoever uploads may see
   * the folder, it becomes a file beside the other one.
   */
  static replacing(api, memory, replaced, file, { space, canCopy }) {
    const upload = Upload.of(api, memory, file, { space, folder: replaced.folder });
    Object.assign(upload.note, { replaces: replaced.id, etag: replaced.etag, conflict: canCopy ? 'copy' : undefined });
    return upload;
  }

  /** True if this may be the file that the upload was begun with. A changed file has another time. */
  isOf(file) {
    return file.name === this.note.name && file.size === this.note.size && file.lastModified === this.note.lastModified;
  }

  /** Asks how far an upload from an earlier visit is; false if nothing is left to do. */
  async resume() {
    const progress = await this.#api.progress(this.note.id);
    if (progress.status === 'available') {
      this.#memory.forget(this.note);
      return false;
    }
    this.#set('fileless', progress.receivedBytes);
    return true;
  }

  /** Sends until the upload is done, refused or paused. `file` is the file if the user has chosen it again. */
  async run(file = this.#file) {
    this.#file = file;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    for (let tries = 0, best = this.sent; ; tries++) {
      try {
        this.#set('sending');
        this.result = await this.#once(signal);
        this.#memory.forget(this.note);
        return this.#set('done', this.note.size);
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!this.#file && error instanceof TypeError) return this.#set('fileless'); // All bytes have arrived; only the completion failed.
        if (this.sent > best) [tries, best] = [0, this.sent];
        if (!canRetry(error, tries)) return this.#fail(error);
        this.#set('waiting');
        await wait(Math.min(maxWaitMs, 1000 * 2 ** tries), signal);
        if (signal.aborted) return undefined;
      }
    }
  }

  /** Begins anew after a failure. */
  retry() {
    this.note.id = undefined;
    // Who was told of a conflict means to replace the other version too. After any other failure nobody knows of one.
    if (this.#failure === 'version_conflict') this.note.etag = undefined;
    return this.run();
  }

  /** Stops sending; the bytes that have arrived stay. */
  pause() {
    this.#stop.abort();
    this.#set(this.#file ? 'paused' : 'fileless');
  }

  /** Cancels the upload, here and at the service. */
  async cancel() {
    this.#stop.abort();
    this.#set('cancelled');
    this.#memory.forget(this.note);
    if (this.note.id) await this.#api.deleteForGood(this.note.id).catch(() => {}); // If this fails, the service removes it later.
  }

  async #once(signal) {
    const progress = this.note.id ? await this.#api.progress(this.note.id, signal) : await this.#begin(signal);
    if (progress.status === 'available') return undefined; // The response to "complete" was lost.
    const onSent = bytes => this.#set('sending', bytes);
    // An empty file must be sent even though no bytes are missing.
    if (progress.receivedBytes !== this.note.size || (progress.upload && this.note.size === 0)) {
      await (progress.blockCount ? sendBlocks : sendWhole)(this.#file, progress, { signal, onSent });
    }
    this.#set('checking', this.note.size);
    return this.#api.complete(this.note.id, progress.blockCount ? { blocks: progress.blockCount } : {}, signal);
  }

  async #begin(signal) {
    const { name, size, type, space, folder, replaces, etag, conflict } = this.note;
    const wanted = { size, contentType: type, sha256: await this.#sha256(), resumable: size > resumableFromBytes };
    const begun = await (replaces ? this.#api.beginVersion(replaces, { ...wanted, conflict }, etag, signal)
      : this.#api.begin({ ...wanted, name, space, folder }, signal));
    this.note.id = begun.id;
    this.#memory.keep(this.note);
    const { blockSize } = begun.upload;
    return { upload: begun.upload, received: [], blockCount: blockSize && Math.ceil(size / blockSize) };
  }

  async #sha256() {
    if (this.note.size > hashedBytes) return undefined;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await this.#file.arrayBuffer()));
    return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
  }

  #fail(error) {
    if (error instanceof SignInNeeded) {
      this.#set('paused'); // The bytes that have arrived stay, and the upload continues after the next sign-in.
      throw error;
    }
    this.message = reason(error);
    this.#failure = error.code;
    this.#memory.forget(this.note);
    return this.#set('failed');
  }

  #set(state, sent = this.sent) {
    this.state = state;
    this.sent = Math.min(sent, this.note.size);
    this.dispatchEvent(new Event('change'));
  }
}

function canRetry(error, tries) {
  // 403 means that the URL has expired, and the next attempt gets a new one. The number of attempts is limited.
  if (error instanceof StorageError) return tries < storageTries && (error.status === 403 || error.status === 409 || error.status >= 500);
  return isTemporary(error) || (error instanceof ApiError && error.code === 'blocks_missing' && tries < storageTries);
}

/** Waits, but no longer than until the network is back or the user pauses. */
function wait(milliseconds, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    }
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
