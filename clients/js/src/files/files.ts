import { ApiClient } from '../api/client.js';
import { asOneUser } from '../authorizer.js';
import type { Authorizer } from '../authorizer.js';
import { ApiError, NetworkError, TransferError } from '../errors.js';
import { request } from '../request.js';
import { indexedDBStorage } from '../storage/indexed-db.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { persist, pause, wait } from '../wait.js';
import { RunningBackup } from './backup.js';
import { followChanges } from './changes.js';
import { Notes } from './notes.js';
import { safeUrl } from './put.js';
import type {
  Backup, BackupAsset, BackupOptions, ChangesPage, CopyRequest, FileChange, FileList, FileRecord, Folder, KnownFile, KnownItem, ListQuery,
  SearchQuery, Share, ShareRequest, SignedUrl, Space, UnfinishedUpload, UploadOptions,
} from './types.js';
import { uploadFile } from './upload.js';

const knownAtOnce = 1000;

/** The files of whoever is signed in. */
export class Files {
  /** Sends every other request of the API. */
  readonly api: ApiClient;
  readonly #notes: Notes;

  /**
   * @param authorizer a `Session`, or the tokens of another library.
   * @param options `storage` keeps notes of unfinished uploads: `indexedDBStorage()` in a browser unless you give another.
   */
  constructor(private readonly authorizer: Authorizer, private readonly options: { storage?: KeyValueStorage } = {}) {
    this.api = new ApiClient(authorizer);
    this.#notes = new Notes(options.storage ?? indexedDBStorage(), authorizer);
  }

  /**
   * Uploads a file: small ones by one PUT, larger ones in blocks, and by a form if storage can't be reached. It survives a lost network
   * and addresses that expire; after a crash it goes on when it is called with the same file (name, size, time of change). It is over
   * (`user_changed`) if another user signs in.
   * @throws ApiError, RateLimitError, NetworkError, TransferError, SessionEndedError; the signal's reason if it was aborted.
   */
  async upload(file: Blob, options: UploadOptions = {}): Promise<FileRecord> {
    return uploadFile(new ApiClient(await asOneUser(this.authorizer)), this.#notes, file, options);
  }

  /** The user's uploads of earlier visits that are not complete. `upload` with the same file goes on with one. */
  unfinished(): Promise<UnfinishedUpload[]> {
    return this.#notes.all();
  }

  /** Gives up an upload, here and at the service. */
  async forget(upload: UnfinishedUpload): Promise<void> {
    await this.#notes.remove(upload.key);
    if (upload.id) await this.delete(upload.id, { permanent: true }).catch(error => { if (!(error instanceof ApiError)) throw error; });
  }

  /** Uploads what the service does not have yet, for whoever is signed in now. Assets may come from a generator, as many as there are. */
  backup(assets: Iterable<BackupAsset> | AsyncIterable<BackupAsset>, options: BackupOptions = {}): Backup {
    return new RunningBackup(asOneUser(this.authorizer).then(authorizer => new Files(authorizer, this.options)), assets, options);
  }

  /** Which files a space has already, in the order of the items; any number, a thousand with each request. */
  async known(items: KnownItem[], space?: string, signal?: AbortSignal): Promise<KnownFile[]> {
    const all: KnownFile[] = [];
    for (let at = 0; at < items.length; at += knownAtOnce) {
      const body = { items: items.slice(at, at + knownAtOnce), space };
      all.push(...(await persist(() => this.api.send('POST', '/files/known', { body, signal }), 3, signal)).items);
    }
    return all;
  }

  /** What has changed in a space since a cursor, page by page, up to now. The first page without a cursor says `startOver`. */
  changes(options: { space?: string; cursor?: string; signal?: AbortSignal } = {}): AsyncGenerator<ChangesPage> {
    return followChanges(this.api, options);
  }

  /** A page of a folder, of the trash, or of what is shared. */
  list(query: ListQuery = {}, signal?: AbortSignal): Promise<FileList> {
    return this.api.send('GET', '/files', { query, signal });
  }

  /** All files of a folder, of the trash, or of what is shared. */
  listAll(query: ListQuery = {}, signal?: AbortSignal): AsyncGenerator<FileRecord> {
    return pages(cursor => this.list({ ...query, cursor }, signal));
  }

  /** The files of a space that fit, in whatever folder; all of them without a condition. */
  search(query: SearchQuery = {}, signal?: AbortSignal): AsyncGenerator<FileRecord> {
    return pages(cursor => this.api.send('GET', '/files/search', { query: { ...query, cursor }, signal }));
  }

  /** A file's record. */
  get(id: string, signal?: AbortSignal): Promise<FileRecord> {
    return this.api.send('GET', '/files/{id}', { path: { id }, signal });
  }

  /** An address from which storage serves the bytes; `inline` shows them in place of saving them. */
  downloadUrl(id: string, { inline = false, signal }: { inline?: boolean; signal?: AbortSignal } = {}): Promise<SignedUrl> {
    return this.api.send('GET', '/files/{id}/download', { path: { id }, query: inline ? { disposition: 'inline' } : {}, signal });
  }

  /** A file's bytes. The browser keeps large ones on the disk. */
  download(id: string, { signal }: { signal?: AbortSignal } = {}): Promise<Blob> {
    return persist(async () => {
      const { url } = await this.downloadUrl(id, { signal });
      const answer = await request(safeUrl(url, this.api.issuer), { signal }, { seconds: 24 * 60 * 60, bytes: true });
      if (!answer.blob) throw new TransferError(answer.status);
      return answer.blob;
    }, 3, signal);
  }

  /** An address of a picture's thumbnail, of at most 128, 512 or 2,048 pixels. Waits half a minute while it is being made. */
  async thumbnail(id: string, size: 128 | 512 | 2048 = 512, signal?: AbortSignal): Promise<SignedUrl> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.api.send('GET', '/files/{id}/thumbnail', { path: { id }, query: { size }, signal });
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409 || tries === 8) throw error;
        await wait(Math.min(pause(error, tries), 8000), signal);
      }
    }
  }

  /** Changes a file's name, folder, times, metadata or tags. */
  change(id: string, body: FileChange): Promise<FileRecord> {
    return this.api.send('PATCH', '/files/{id}', { path: { id }, body });
  }

  /** Gives a file another name. */
  rename(id: string, name: string): Promise<FileRecord> {
    return this.change(id, { name });
  }

  /** Moves a file to another folder of its space. */
  move(id: string, folder: string): Promise<FileRecord> {
    return this.change(id, { folder });
  }

  /** Copies a file; the copy is complete once its `status` is no longer `copying`. */
  copy(id: string, to: CopyRequest = {}): Promise<FileRecord> {
    return this.api.send('POST', '/files/{id}/copy', { path: { id }, body: to });
  }

  /** Moves a file to the trash, or deletes it for good. */
  async delete(id: string, { permanent = false } = {}): Promise<void> {
    await persist(() => this.api.send('DELETE', '/files/{id}', { path: { id }, query: permanent ? { permanent } : {} }), 3);
  }

  /** Brings a file back from the trash. */
  restore(id: string): Promise<FileRecord> {
    return this.api.send('POST', '/files/{id}/restore', { path: { id } });
  }

  /** Gives a user, a group, or whoever has the link access to a file. */
  share(id: string, share: ShareRequest): Promise<Share> {
    return this.api.send('POST', '/files/{id}/shares', { path: { id }, body: share });
  }

  /** The shares of a file. */
  async shares(id: string): Promise<Share[]> {
    return (await this.api.send('GET', '/files/{id}/shares', { path: { id } })).shares;
  }

  /** Ends a share. */
  async unshare(id: string, shareId: string): Promise<void> {
    await this.api.send('DELETE', '/files/{id}/shares/{shareId}', { path: { id, shareId } });
  }

  /** The spaces that the caller may use. */
  async spaces(): Promise<Space[]> {
    return (await this.api.send('GET', '/spaces')).spaces;
  }

  /** Makes a folder that stays without files. */
  createFolder(path: string, space?: string): Promise<Folder> {
    return this.api.send('POST', '/folders', { body: { path, space } });
  }
}

async function* pages(next: (cursor?: string) => Promise<{ files: FileRecord[]; cursor?: string }>): AsyncGenerator<FileRecord> {
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await next(cursor);
    yield* page.files;
    if (page.cursor !== undefined && page.cursor === cursor) throw new NetworkError('The service gave the same page twice.');
    cursor = page.cursor;
  }
}
