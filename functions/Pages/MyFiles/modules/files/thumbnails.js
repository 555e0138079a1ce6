// The picture of a file in the list. Until there is one, and where there will be none, its place has the icon of its kind.
import { el } from '../dom.js';
import { icon } from '../icons.js';
import { preferred } from '../preferences.js';
import { kindOf } from './kinds.js';
import { isThere } from './scans.js';

const maxParallel = 6; // Requests at the same time.
const maxTries = 5; // The service makes a thumbnail seconds after the upload.
const sizes = { grid: 512, list: 128 };

export class Thumbnails {
  #api;
  #files = new Map(); // What to show in a place that comes near the view.
  #queue = [];
  #running = 0;
  #observer = new IntersectionObserver(entries => this.#see(entries), { rootMargin: '300px' });

  constructor(api) {
    this.#api = api;
  }

  /** The place of a file's picture. */
  of(file) {
    const place = el('span', { className: 'thumb' }, icon(isThere(file) ? kindOf(file.contentType) : 'shield'));
    if (file.thumbnail && file.thumbnail.state !== 'none') {
      this.#files.set(place, file);
      this.#observer.observe(place);
    }
    return place;
  }

  #see(entries) {
    for (const { target, isIntersecting } of entries.filter(entry => entry.isIntersecting || !entry.target.isConnected)) {
      this.#observer.unobserve(target);
      if (isIntersecting) this.#queue.push(target);
      else this.#files.delete(target); // The reader went elsewhere first.
    }
    this.#next();
  }

  #next() {
    for (; this.#running < maxParallel && this.#queue.length > 0; this.#running++) {
      // The last that came into view is what the reader looks at.
      this.#load(this.#queue.pop()).catch(() => {}).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #load(place, tries = 1) {
    if (!place.isConnected) return;
    const file = this.#files.get(place);
    try {
      const { url } = await this.#api.thumbnail(file.id, sizes[preferred('view')]);
      const image = el('img', { alt: '', src: url });
      await image.decode();
      place.replaceChildren(image);
      this.#files.delete(place);
    } catch (error) {
      if (error.code !== 'thumbnail_pending' || tries === maxTries) return; // The icon stays.
      setTimeout(() => this.#load(place, tries + 1).catch(() => {}), 1000 * (error.retryAfter || 3));
    }
  }
}
