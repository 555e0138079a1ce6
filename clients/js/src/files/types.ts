import type { QueryOf } from '../api/client.js';
import type { components } from '../api/openapi.js';
import type { LatchkeyError } from '../errors.js';

type Schemas = components['schemas'];

/** A file as the service describes it. */
export type FileRecord = Schemas['File'];
/** A page of a folder. */
export type FileList = Schemas['FileList'];
/** An address that is good for minutes, and a secret. */
export type SignedUrl = Schemas['DownloadUrl'];
/** A space of the caller. */
export type Space = Schemas['SpaceOfCaller'];
/** A folder that was made. */
export type Folder = Schemas['Folder'];
/** Access to a file from outside its space. */
export type Share = Schemas['Share'];
/** Whom to share with: a user, a group, or whoever has the link. */
export type ShareRequest = Schemas['ShareRequest'];
/** A change in a space. */
export type SpaceChange = Schemas['SpaceChange'];
/** What to change of a file. */
export type FileChange = Schemas['FileChange'];
/** Where a copy goes. */
export type CopyRequest = Schemas['CopyRequest'];
/** What is asked of `known`: a `sha256`, or `name`, `size` and `modifiedAt`. */
export type KnownItem = Schemas['KnownRequest']['items'][number];
/** Whether a file is there already. */
export type KnownFile = Schemas['KnownFile'];
/** What `list` may be asked for. */
export type ListQuery = NonNullable<QueryOf<'GET', '/files'>>;
/** What `search` may be asked for. */
export type SearchQuery = NonNullable<QueryOf<'GET', '/files/search'>>;

/** What a file is declared with. */
export interface FileProperties {
  /** The folder, with `/` between names; the root if it is left out. */
  folder?: string;
  /** The media type; that of the `File` if it is left out. */
  contentType?: string;
  /** When the content was changed; that of the `File` if it is left out. */
  modifiedAt?: Date;
  /** When a picture was taken: RFC 3339 with an offset. */
  takenAt?: string;
  /** Pairs of strings, 2 KiB together. */
  metadata?: Record<string, string>;
  /** At most ten. */
  tags?: string[];
  /** 64 hex digits, if it is known; otherwise files up to 256 MiB are hashed here. */
  sha256?: string;
}

/** How far an upload is, in bytes. */
export interface UploadProgress {
  /** `waiting` is for the network, or because the service asks for it. */
  state: 'hashing' | 'sending' | 'waiting' | 'checking';
  sent: number;
  total: number;
}

/** How a file is uploaded. */
export interface UploadOptions extends FileProperties {
  /** The file's name; that of the `File` if it is left out. */
  name?: string;
  /** `me` (the default), `app` or `group:{id}`. */
  space?: string;
  /** False leaves the hash out: the service then checks the size and the type only. */
  hash?: boolean;
  /** Tells a `Blob` from others of the same name and size, so that its upload can go on after a crash. A `File` needs none. */
  identity?: string;
  onProgress?: (progress: UploadProgress) => void;
  /** Stops the upload. What has arrived stays: the same file goes on from there. */
  signal?: AbortSignal;
}

/** An upload of an earlier visit that is not complete. */
export interface UnfinishedUpload {
  /** The file's id at the service, if the upload had begun. */
  id?: string;
  name: string;
  size: number;
  folder: string;
  space: string;
  /** When it was begun, in milliseconds since 1970. */
  begunAt: number;
  /** Under which it is kept on this device. */
  key: string;
}

/** A file of the device that is to be backed up. */
export interface BackupAsset extends FileProperties {
  name: string;
  /** In bytes. */
  size: number;
  /** Opens it when its turn comes. */
  open(): Promise<Blob>;
}

/** How a backup is done. */
export interface BackupOptions {
  /** The folder of assets that name none. */
  folder?: string;
  space?: string;
  /** How many uploads at once: 2 if it is left out. */
  parallel?: number;
  /** True asks by the content's hash too, before an asset is uploaded that the service does not know by name, size and time. */
  byContent?: boolean;
  onProgress?: (progress: BackupProgress) => void;
}

/** How far a backup is; `done` is the sum of `known`, `uploaded` and `failed`. */
export interface BackupProgress {
  state: 'running' | 'waiting' | 'paused' | 'done' | 'cancelled';
  /** How many assets have been looked at so far. */
  total: number;
  done: number;
  known: number;
  uploaded: number;
  failed: number;
  /** The bytes that were sent. */
  sentBytes: number;
}

/** What a backup came to. */
export interface BackupResult {
  uploaded: FileRecord[];
  /** How many were there already. */
  known: number;
  failed: { asset: BackupAsset; error: LatchkeyError | Error }[];
  cancelled: boolean;
}

/** A backup that is running. */
export interface Backup {
  /** Stops sending; what has arrived stays. */
  pause(): void;
  resume(): void;
  /** Ends it. What was uploaded stays. */
  cancel(): void;
  readonly progress: BackupProgress;
  /**
   * Resolves when every asset was looked at, or it was cancelled. Rejects if the session ends, the assets can't be
   * read, or the service asks to come back much later.
   */
  readonly finished: Promise<BackupResult>;
}

/** What has changed in a space. */
export interface ChangesPage {
  /** True: forget the list and make it anew, by `search` or `list`. It is the first page, or the changes are gone. */
  startOver: boolean;
  items: SpaceChange[];
  /** Where to go on the next time. Keep it once the items are applied. */
  cursor: string;
}
