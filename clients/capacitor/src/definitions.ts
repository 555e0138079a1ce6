import type { PluginListenerHandle } from '@capacitor/core';

/** Whose files are uploaded, and where to. */
export interface UploaderOptions {
  /** The tenant's address, as the session has it. */
  issuer: string;
  /** The app's client id, as the session has it. */
  clientId: string;
  /** Allows plain http to this machine and to private networks: for a debug build against `dotnet dev.cs up`. False otherwise. */
  allowLocalHttp?: boolean;
  /** Android: the title of the notification while it uploads. */
  title?: string;
}

/** A file to upload. */
export interface UploadFile {
  /** On a phone: where it is, as `file:` address or path; on Android also `content:`. */
  path?: string;
  /** On the web: its bytes. */
  blob?: Blob;
  /** Its name on the server; without it that of the file. */
  name?: string;
  /**
   * The photo's id in the phone's gallery. The same photo is then uploaded once, even if it is queued again, or by the app installed
   * anew. Without it every `enqueue` uploads.
   */
  asset?: string;
  contentType?: string;
  folder?: string;
  /** `me` if it is left out; `app` or `group:{id}`. */
  space?: string;
  /** 64 hex digits. The service then checks the bytes. */
  sha256?: string;
  /** RFC 3339. */
  modifiedAt?: string;
  /** RFC 3339, with the offset of the place. */
  takenAt?: string;
  metadata?: Record<string, string>;
  tags?: string[];
  /** Deletes the file at `path` once it is on the server: for copies that the app has made. */
  deleteAfter?: boolean;
}

/** What to upload, and when. */
export interface EnqueueOptions {
  files: UploadFile[];
  /** Only in a network that costs nothing by the byte. The web can't tell. */
  unmetered?: boolean;
  /** Android: only while the phone charges. iOS: when the system finds it convenient, mostly then. The web can't tell. */
  charging?: boolean;
}

/** `failed` has a `code`: one of docs/reference/errors.md, or `file_missing`, `file_changed`, `plain_http`. */
export type UploadState = 'waiting' | 'sending' | 'paused' | 'done' | 'failed' | 'cancelled';

/** How far an upload is. */
export interface UploadStatus {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  /** Bytes that have arrived. */
  sent: number;
  state: UploadState;
  /** The file's id on the server, once it has begun. */
  fileId?: string;
  code?: string;
}

/** The native part. Apps use `connectUploader` and `deviceStorage` in place of what is marked as internal. */
export interface UploaderPlugin {
  /** Internal: `connectUploader` calls it. */
  configure(options: UploaderOptions): Promise<void>;
  /** Adds files to the queue. They are uploaded whether or not the app runs, and only while the same user is signed in. */
  enqueue(options: EnqueueOptions): Promise<{ ids: string[] }>;
  /** Pauses everything that is not done, or some. What has arrived stays. */
  pause(options?: { ids?: string[] }): Promise<void>;
  /** Goes on at once, also with what has failed. */
  resume(options?: { ids?: string[] }): Promise<void>;
  /** Gives up everything that is not done, or some. */
  cancel(options?: { ids?: string[] }): Promise<void>;
  /** The uploads of the user who is signed in, the oldest first. */
  list(): Promise<{ uploads: UploadStatus[] }>;
  /** Forgets what is done or cancelled. The files stay on the server. */
  clear(): Promise<void>;
  /** An upload has changed. At most four times a MiB. Ask `list` when the app comes to the front: it may have missed some. */
  addListener(event: 'changed', heard: (upload: UploadStatus) => void): Promise<PluginListenerHandle>;
  /** Uploads wait, because the user has to sign in. Then they go on by themselves; on the web with `resume`. */
  addListener(event: 'signedOut', heard: () => void): Promise<PluginListenerHandle>;
  removeAllListeners(): Promise<void>;
  /** Internal, as the next three: `deviceStorage` uses them. */
  getItem(options: { key: string }): Promise<{ value: string | null }>;
  setItem(options: { key: string; value: string }): Promise<void>;
  removeItem(options: { key: string }): Promise<void>;
  keys(): Promise<{ keys: string[] }>;
}
