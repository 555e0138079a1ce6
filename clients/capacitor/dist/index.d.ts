import type { Files } from '@latchkey/client/files';
import type { KeyValueStorage } from '@latchkey/client/sign-in';
import type { UploaderOptions, UploaderPlugin } from './definitions.js';
export type * from './definitions.js';
/** The queue of uploads. */
export declare const Uploader: UploaderPlugin;
/**
 * Connects the queue with the app's session. Call it at each start, before anything else of `Uploader`.
 * @param files of the library, with which the web uploads.
 * @param options as the session's; its storage is `deviceStorage()`, and `dpop` is off.
 */
export declare function connectUploader(files: Files, options: UploaderOptions): Promise<void>;
/** Where the session keeps its tokens, so that the uploader finds them: Keychain and Keystore; on the web IndexedDB. */
export declare function deviceStorage(): KeyValueStorage;
