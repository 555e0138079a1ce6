import { Capacitor, registerPlugin } from '@capacitor/core';
import { secureStorage } from '@latchkey/client/capacitor';
import type { Files } from '@latchkey/client/files';
import { indexedDBStorage } from '@latchkey/client/sign-in';
import type { KeyValueStorage } from '@latchkey/client/sign-in';
import type { UploaderOptions, UploaderPlugin } from './definitions.js';

export type * from './definitions.js';

/** The queue of uploads. */
export const Uploader = registerPlugin<UploaderPlugin>('LatchkeyUploader', {
  web: () => import('./web.js').then(({ uploaderWeb }) => uploaderWeb), // One: two calls at once ask for it twice.
});

/**
 * Connects the queue with the app's session. Call it at each start, before anything else of `Uploader`.
 * @param files of the library, with which the web uploads.
 * @param options as the session's; its storage is `deviceStorage()`, and `dpop` is off.
 */
export async function connectUploader(files: Files, options: UploaderOptions): Promise<void> {
  if (Capacitor.isNativePlatform()) return Uploader.configure(options);
  (await import('./web.js')).uploaderWeb.files = files;
}

/** Where the session keeps its tokens, so that the uploader finds them: Keychain and Keystore; on the web IndexedDB. */
export function deviceStorage(): KeyValueStorage {
  return Capacitor.isNativePlatform() ? secureStorage({
    getItem: async key => (await Uploader.getItem({ key })).value,
    setItem: (key, value) => Uploader.setItem({ key, value }),
    removeItem: key => Uploader.removeItem({ key }),
    keys: async () => (await Uploader.keys()).keys,
  }) : indexedDBStorage();
}
