import { SignInError } from '../errors.js';
import type { SignInBrowser } from '../sign-in/browser.js';
import type { KeyValueStorage } from '../storage/storage.js';

export type { KeyValueStorage, SignInBrowser };

interface Handle {
  remove(): Promise<void>;
}

/** What is used of `@capacitor/app`. */
export interface AppPlugin {
  addListener(event: 'appUrlOpen', heard: (event: { url: string }) => void): Promise<Handle>;
}

/** What is used of `@capacitor/browser`. */
export interface BrowserPlugin {
  open(options: { url: string }): Promise<void>;
  close(): Promise<void>;
  addListener(event: 'browserFinished', heard: () => void): Promise<Handle>;
}

/** What is used of `@aparajita/capacitor-secure-storage`, or of another plugin over Keychain and Keystore. */
export interface SecureStoragePlugin {
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<void>;
  removeItem(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

const graceMs = 3000; // A slow phone tells of the end of the browser first, and then of the answer.

/**
 * Shows the service's pages in the system's browser (RFC 8252): ASWebAuthenticationSession's sheet, or a Custom Tab.
 * @param plugins `{ App, Browser }` of `@capacitor/app` and `@capacitor/browser`.
 */
export function capacitorBrowser({ App, Browser }: { App: AppPlugin; Browser: BrowserPlugin }): SignInBrowser {
  return {
    staysInApp: true,
    async open(url, isAnswer, signal) {
      const handles: Handle[] = [];
      let timer: ReturnType<typeof setTimeout> | undefined;
      let abort = (): void => {};
      let listening = Promise.resolve();
      try {
        return await new Promise<string>((resolve, reject) => {
          const cancelled = (): void => reject(new SignInError('cancelled', 'The sign-in was given up.'));
          abort = cancelled;
          signal?.addEventListener('abort', abort);
          const listen = async (): Promise<void> => {
            handles.push(await App.addListener('appUrlOpen', event => { if (isAnswer(event.url)) resolve(event.url); }));
            if (signal?.aborted) return;
            // The answer and the end of the browser come in either order.
            handles.push(await Browser.addListener('browserFinished', () => { timer = setTimeout(cancelled, graceMs); }));
          };
          listening = listen();
          listening.then(() => (signal?.aborted ? cancelled() : Browser.open({ url }))).catch(reject);
        });
      } finally {
        signal?.removeEventListener('abort', abort);
        await listening.catch(() => {}); // What is being added is removed, too.
        clearTimeout(timer);
        await Promise.all(handles.map(handle => handle.remove()));
        await Browser.close().catch(() => {}); // Android has closed it by itself.
      }
    },
  };
}

/** Keeps values in Keychain and Keystore, by the plugin that is given. */
export function secureStorage(plugin: SecureStoragePlugin): KeyValueStorage {
  return {
    get: async key => await plugin.getItem(key) ?? undefined,
    set: (key, value) => plugin.setItem(key, value),
    remove: async key => void await plugin.removeItem(key),
    keys: async prefix => (await plugin.keys()).filter(key => key.startsWith(prefix)),
  };
}
