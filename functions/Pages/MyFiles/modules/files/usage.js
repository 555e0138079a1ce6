// How much of a space is used: a line and a bar, in the side column and in the person's menu.
import { debounced, el } from '../dom.js';
import { percent, size, t } from '../texts.js';

export class Usage {
  #api;
  #space = 'me';
  #spaces = [];

  constructor(api) {
    this.#api = api;
  }

  /** Shows the space that the reader looks at; of what is shared with them, nothing. */
  show(space) {
    this.#space = space;
    this.#draw();
    if (!this.#spaces.length) this.changed();
  }

  /** Files came or went: asks again, soon. */
  changed = debounced(async () => {
    // A number in passing: without it the page is as useful.
    const { spaces } = await this.#api.usage().catch(() => ({ spaces: [] }));
    this.#spaces = spaces;
    this.#draw();
  }, 1_000);

  #draw() {
    const usage = this.#spaces.find(one => one.space === this.#space)?.usage;
    for (const place of document.querySelectorAll('.usage')) {
      place.hidden = !usage;
      if (usage) place.replaceChildren(...meter(usage));
    }
  }
}

function meter({ bytes, maxBytes }) {
  const text = t('FilesUsed', { used: size(bytes), limit: size(maxBytes) });
  return [
    el('meter', { min: 0, max: maxBytes, high: maxBytes * 0.9, value: bytes, title: percent(bytes / maxBytes), 'aria-label': text }),
    el('small', { 'aria-hidden': 'true' }, text),
  ];
}
