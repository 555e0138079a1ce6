import type { ApiClient } from '../api/client.js';
import { ApiError } from '../errors.js';
import { invalid } from '../request.js';
import type { ChangesPage } from './types.js';

/** Reads the changes behind a cursor up to now. Where they are gone, or there was no cursor, it begins with a page that says so. */
export async function* followChanges(api: ApiClient, { space, cursor, signal }: { space?: string; cursor?: string; signal?: AbortSignal }):
  AsyncGenerator<ChangesPage> {
  const read = (from?: string): ReturnType<typeof api.send<'GET', '/files/changes'>> =>
    api.send('GET', '/files/changes', { query: { space, cursor: from, limit: from ? 200 : undefined }, signal });
  for (let at = cursor; ;) {
    try {
      const page = await read(at);
      if (page.more && page.cursor === at) invalid('The service gave the same page of changes twice.');
      if (!at) yield { startOver: true, items: [], cursor: page.cursor };
      else if (page.items.length > 0 || !page.more) yield { startOver: false, items: page.items, cursor: page.cursor };
      at = page.cursor;
      if (!page.more) return;
    } catch (error) {
      if (!at || !(error instanceof ApiError) || !['changes_gone', 'invalid_cursor'].includes(error.code)) throw error;
      at = undefined;
    }
  }
}
