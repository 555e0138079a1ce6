// Loads the spaces that somebody has besides their own. As long as they are missing, nothing can be changed there: so it goes on asking.
import { isTemporary } from './api.js';
import { guarded } from './notices.js';
import { t } from './texts.js';

const againAfter = 15_000; // ms

export class SpacesLoader {
  #api;
  #show;
  #again; // The timer that asks again; undefined if they are there.

  /** @param show takes the spaces, once they are there. */
  constructor(api, show) {
    this.#api = api;
    this.#show = show;
  }

  async load() {
    clearTimeout(this.#again);
    let spaces;
    try {
      ({ spaces } = await this.#api.spaces());
    } catch (error) {
      if (!isTemporary(error)) throw error;
      this.#again = setTimeout(() => guarded(() => this.load()), againAfter);
      return;
    }
    this.#again = undefined;
    // The space "app" is for apps that store something for all their users. This page does not.
    const groups = spaces.filter(({ space }) => space.startsWith('group:'));
    this.#show([...groups, { space: 'shared', name: t('FilesSharedWithMe'), right: 'read' }]);
  }

  /** Asks again at once, if they are missing. */
  retry() {
    if (this.#again) guarded(() => this.load());
  }

  /** The session has ended. */
  stop() {
    clearTimeout(this.#again);
  }
}
