import { Files } from './files/files.js';
import { Session } from './sign-in/session.js';
import type { SessionOptions } from './sign-in/session.js';

export { ApiClient } from './api/client.js';
export * from './files/index.js';
export * from './sign-in/index.js';

/** A session and its files. Notes of unfinished uploads are in IndexedDB, wherever the tokens are. */
export function createClient(options: SessionOptions): { session: Session; files: Files } {
  const session = new Session(options);
  return { session, files: new Files(session) };
}
