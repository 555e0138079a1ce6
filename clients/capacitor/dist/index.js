import { Capacitor, registerPlugin } from '@capacitor/core';
import { secureStorage } from '@latchkey/client/capacitor';
import { indexedDBStorage } from '@latchkey/client/sign-in';
/** The queue of uploads. */
export const Uploader = registerPlugin('LatchkeyUploader', {
    web: () => import('./web.js').then(({ UploaderWeb }) => new UploaderWeb()),
});
/**
 * Connects the queue with the app's session. Call it at each start, before anything else of `Uploader`.
 * @param files of the library, with which the web uploads.
 * @param options as the session's; its storage is `deviceStorage()`, and `dpop` is off.
 */
export async function connectUploader(files, options) {
    if (Capacitor.isNativePlatform())
        return Uploader.configure(options);
    (await import('./web.js')).UploaderWeb.files = files;
}
/** Where the session keeps its tokens, so that the uploader finds them: Keychain and Keystore; on the web IndexedDB. */
export function deviceStorage() {
    return Capacitor.isNativePlatform() ? secureStorage({
        getItem: async (key) => (await Uploader.getItem({ key })).value,
        setItem: (key, value) => Uploader.setItem({ key, value }),
        removeItem: key => Uploader.removeItem({ key }),
        keys: async () => (await Uploader.keys()).keys,
    }) : indexedDBStorage();
}
