// One upload that survives what happens to phones: no network, an expired URL, a page that is closed. There is one rule:
// ask how far it is, send what is missing, complete; if anything fails on the way, wait and start again at "ask".
import { ApiError, isPassing } from './api.js';
import { SignInNeeded } from './session.js';
import { StorageError, sendBlocks, sendWhole } from './blocks.js';

const resumableFromBytes = 4 * 1024 * 1024; // One block.
const hashedBytes = 16 * 1024 * 1024; // A browser hashes only what is in memory as a whole.
const longestWaitMs = 30_000;
const storageTries = 5;

/**
 * States: `queued`, `sending`, `waiting` (for the network), `paused`, `checking`, `done`, `failed`, `given up`, and
 * `fileless`: known from an earlier visit, whose file the browser has lost. Every change is the event `change`.
 */
export class Upload extends EventTarget {
  #api;
  #memory;
  #file;
  #stop = new AbortController();

  /** @param note what is remembered: name, size, type, lastModified, space, folder, and the id once it is begun. */
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

  /** A new upload of a file that a person has chosen. */
  static of(api, memory, file, { space, folder }) {
    const { name, size, lastModified } = file;
    return new Upload(api, memory, { name, size, lastModified, type: file.type || 'application/octet-stream', space, folder }, file);
  }

  /** True if the file may be the one that this upload was begun with. A changed one has another time. */
  isOf(file) {
    return file.name === this.note.name && file.size === this.note.size && file.lastModified === this.note.lastModified;
  }

  /** Looks how far an upload of an earlier visit is; false if there is nothing left of it to do. */
  async look() {
    const progress = await this.#api.progress(this.note.id);
    if (progress.status === 'available') {
      this.#memory.forget(this.note);
      return false;
    }
    this.#set('fileless', progress.receivedBytes);
    return true;
  }

  /** Sends, until it is done, refused or paused. `file` is the one that was chosen again. */
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
        if (!this.#file && error instanceof TypeError) return this.#set('fileless'); // It was only to be completed.
        if (this.sent > best) [tries, best] = [0, this.sent];
        if (!mayPass(error, tries)) return this.#fail(error);
        this.#set('waiting');
        await quiet(Math.min(longestWaitMs, 1000 * 2 ** tries), signal);
        if (signal.aborted) return undefined;
      }
    }
  }

  /** Stops sending; what has arrived stays. */
  pause() {
    this.#stop.abort();
    this.#set(this.#file ? 'paused' : 'fileless');
  }

  /** Gives the upload up, here and at the service. */
  async cancel() {
    this.#stop.abort();
    this.#set('given up');
    this.#memory.forget(this.note);
    if (this.note.id) await this.#api.deleteForGood(this.note.id).catch(() => {}); // The sweep does it then.
  }

  async #once(signal) {
    const progress = this.note.id ? await this.#api.progress(this.note.id, signal) : await this.#begin(signal);
    if (progress.status === 'available') return undefined; // The answer to complete was lost.
    const onSent = bytes => this.#set('sending', bytes);
    // Of an empty file nothing is missing, and yet it has to be sent.
    if (progress.receivedBytes !== this.note.size || (progress.upload && this.note.size === 0)) {
      await (progress.blockCount ? sendBlocks : sendWhole)(this.#file, progress, { signal, onSent });
    }
    this.#set('checking', this.note.size);
    return this.#api.complete(this.note.id, progress.blockCount ? { blocks: progress.blockCount } : {}, signal);
  }

  async #begin(signal) {
    const { name, size, type, space, folder } = this.note;
    const begun = await this.#api.begin({
      name, size, space, folder, contentType: type, sha256: await this.#sha256(), resumable: size > resumableFromBytes,
    }, signal);
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
      this.#set('paused'); // What has arrived stays, and it goes on after the next sign-in.
      throw error;
    }
    this.message = error.message;
    this.#memory.forget(this.note);
    return this.#set('failed');
  }

  #set(state, sent = this.sent) {
    this.state = state;
    this.sent = Math.min(sent, this.note.size);
    this.dispatchEvent(new Event('change'));
  }
}

function mayPass(error, tries) {
  // An expired URL is 403: the next question brings a fresh one. But not for ever.
  if (error instanceof StorageError) return tries < storageTries && (error.status === 403 || error.status === 409 || error.status >= 500);
  return isPassing(error) || (error instanceof ApiError && error.code === 'blocks_missing' && tries < storageTries);
}

/** Waits; shorter if the network comes back or somebody presses pause. */
function quiet(milliseconds, signal) {
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
