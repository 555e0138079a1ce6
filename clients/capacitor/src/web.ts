import { WebPlugin } from '@capacitor/core';
import type { Backup, Files } from '@latchkey/client/files';
import { LatchkeyError, SessionEndedError } from '@latchkey/client/sign-in';
import type { EnqueueOptions, UploaderPlugin, UploadFile, UploadState, UploadStatus } from './definitions.js';

interface Entry {
  user: string; // Whose it is: nobody else sees it, and it is uploaded as nobody else.
  file: UploadFile & { blob: Blob };
  status: UploadStatus;
  backup?: Backup;
}

const open: UploadState[] = ['waiting', 'sending'];

/** The queue in a browser: by the library's `files.backup`, one file after the other, for as long as the page is open. */
class UploaderWeb extends WebPlugin implements UploaderPlugin {
  /** `connectUploader` sets it. */
  files: Files | undefined;

  readonly #entries = new Map<string, Entry>();
  #isWorking = false;

  async configure(): Promise<void> {}

  async enqueue({ files }: EnqueueOptions): Promise<{ ids: string[] }> {
    if (!this.files) throw new Error('Call connectUploader first.');
    const user = await this.#user() ?? (() => { throw new Error('Nobody is signed in.'); })();
    const ids = files.map(file => {
      const { blob } = file;
      if (!blob) throw new Error('On the web a file has a `blob`.');
      const id = crypto.randomUUID();
      const name = file.name ?? (blob instanceof File ? blob.name : 'file');
      this.#entries.set(id, { user, file: { ...file, blob }, status: { id, name, size: blob.size, sent: 0, state: 'waiting' } });
      return id;
    });
    for (const id of ids) this.#tell(id);
    void this.#work();
    return { ids };
  }

  async pause(options?: { ids?: string[] }): Promise<void> {
    for (const entry of this.#all(options?.ids, open, await this.#user())) this.#pause(entry);
  }

  async resume(options?: { ids?: string[] }): Promise<void> {
    for (const entry of this.#all(options?.ids, ['paused', 'failed'], await this.#user())) {
      this.#set(entry, { state: entry.backup ? 'sending' : 'waiting', code: undefined });
      entry.backup?.resume();
    }
    void this.#work();
  }

  async cancel(options?: { ids?: string[] }): Promise<void> {
    for (const entry of this.#all(options?.ids, [...open, 'paused', 'failed'], await this.#user())) {
      this.#set(entry, { state: 'cancelled' });
      entry.backup?.cancel();
    }
  }

  async list(): Promise<{ uploads: UploadStatus[] }> {
    const user = await this.#user();
    return { uploads: [...this.#entries.values()].filter(entry => entry.user === user).map(({ status }) => ({ ...status })) };
  }

  async clear(): Promise<void> {
    for (const entry of this.#all(undefined, ['done', 'cancelled'], await this.#user())) this.#entries.delete(entry.status.id);
  }

  async getItem(): Promise<never> { throw this.unavailable('On the web the storage is the browser\'s.'); }
  async setItem(): Promise<never> { throw this.unavailable(); }
  async removeItem(): Promise<never> { throw this.unavailable(); }
  async keys(): Promise<never> { throw this.unavailable(); }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      for (let next; (next = this.#all(undefined, ['waiting'], await this.#user())[0]);) await this.#upload(next);
    } finally {
      this.#isWorking = false;
    }
  }

  async #upload(entry: Entry): Promise<void> {
    const { file, status } = entry;
    this.#set(entry, { state: 'sending' });
    const backup = entry.backup = this.files!.backup([{
      name: status.name, size: status.size, contentType: file.contentType ?? file.blob.type, takenAt: file.takenAt, sha256: file.sha256,
      metadata: file.metadata, tags: file.tags, folder: file.folder, open: async () => file.blob,
      modifiedAt: file.modifiedAt ? new Date(file.modifiedAt) : file.blob instanceof File ? new Date(file.blob.lastModified) : undefined,
    }], {
      space: file.space,
      byContent: true, // People choose the same picture twice.
      onProgress: ({ sentBytes }) => { if (entry.status.state !== 'cancelled') this.#set(entry, { sent: Math.min(sentBytes, status.size) }); },
    });
    const fault = await backup.finished.then(({ uploaded, failed }) => {
      // Without an id: the service knew the file.
      if (!failed[0] && entry.status.state !== 'cancelled') this.#set(entry, { state: 'done', sent: status.size, fileId: uploaded[0]?.id });
      return failed[0]?.error;
    }, (error: unknown) => error);
    entry.backup = undefined;
    if (fault instanceof SessionEndedError) {
      this.#set(entry, { state: 'paused' }); // `resume` after the next sign-in.
      for (const other of this.#all(undefined, open, entry.user)) this.#pause(other);
      this.notifyListeners('signedOut', {});
    } else if (fault) {
      this.#set(entry, { state: 'failed', code: fault instanceof LatchkeyError ? fault.code : 'failed' });
    }
  }

  async #user(): Promise<string | undefined> {
    return (await this.files?.api.authorizer.user().catch(() => undefined))?.sub;
  }

  #pause(entry: Entry): void {
    this.#set(entry, { state: 'paused' });
    entry.backup?.pause();
  }

  #all(ids: string[] | undefined, states: UploadState[], user: string | undefined): Entry[] {
    return [...this.#entries.values()].filter(({ status, user: its }) =>
      its === user && states.includes(status.state) && (ids?.includes(status.id) ?? true));
  }

  #set(entry: Entry, change: Partial<UploadStatus>): void {
    Object.assign(entry.status, change);
    this.#tell(entry.status.id);
  }

  #tell(id: string): void {
    const entry = this.#entries.get(id);
    if (entry) this.notifyListeners('changed', { ...entry.status });
  }
}

export const uploaderWeb = new UploaderWeb();
