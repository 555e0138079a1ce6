// The dialog in which a folder is picked: one walks through the spaces and their folders, or names a new one.
import { byId, el } from '../dom.js';
import { icon } from '../icons.js';
import { inside, parts } from '../place.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';

/**
 * Lets the reader pick a folder; undefined if they cancel.
 * @param spaces those that can be picked from.
 * @param start where the picker begins, `{space, folder}`, if that is one of them.
 * @param options `title`; `action`, the text of the button; `mayStay` if the beginning itself can be picked; `moved`, a folder, or several,
 * into which it can't go; `hint`, what is said in any other space.
 * @returns `{space, folder}`
 */
export async function pickFolder(api, spaces, start, { title, action, mayStay, moved, hint }) {
  const dialog = byId('picker');
  const picker = new Picker(api, spaces, start, { mayStay, moved, hint });
  byId('picker-title').textContent = title;
  byId('picker-ok').textContent = action;
  byId('picker-name').value = '';
  byId('picker-new').onsubmit = event => {
    event.preventDefault();
    const name = byId('picker-name').value.trim();
    if (name) picker.open(picker.space, inside(picker.folder, name));
    byId('picker-name').value = '';
  };
  dialog.returnValue = '';
  const opening = spaces.includes(start.space) ? picker.open(start.space, start.folder ?? '') : picker.openSpaces();
  dialog.showModal();
  await opening;
  return new Promise(resolve => {
    const close = () => resolve(dialog.returnValue === 'ok' ? { space: picker.space, folder: picker.folder } : undefined);
    if (dialog.open) dialog.addEventListener('close', close, { once: true });
    else close();
  });
}

class Picker {
  space; // Undefined while the spaces themselves are listed.
  folder = '';
  #api;
  #spaces;
  #start;
  #options;

  constructor(api, spaces, start, options) {
    this.#api = api;
    this.#spaces = spaces;
    this.#start = start;
    this.#options = options;
  }

  /** Lists the spaces. */
  openSpaces() {
    const hadFocus = this.#hasFocus();
    [this.space, this.folder] = [undefined, ''];
    this.#draw(this.#spaces.map(space => this.#row(space.space === 'me' ? 'person' : 'group', space.name, () => this.open(space, ''))));
    this.#keepFocus(hadFocus);
  }

  /** Lists the folders in a folder. */
  async open(space, folder) {
    const hadFocus = this.#hasFocus();
    [this.space, this.folder] = [space, folder];
    this.#draw([]);
    byId('picker-rows').ariaBusy = 'true';
    try {
      const { folders = [] } = await this.#api.list({ space: space.space, folder, limit: 1 });
      if (this.space !== space || this.folder !== folder) return;
      const shown = folders.filter(name => space !== this.#start.space || ![this.#options.moved].flat().includes(inside(folder, name)));
      this.#draw(shown.map(name => this.#row('folder', name, () => this.open(space, inside(folder, name)))));
    } catch (error) {
      byId('picker-wrong').textContent = reason(error);
    } finally {
      byId('picker-rows').ariaBusy = 'false';
    }
    this.#keepFocus(hadFocus);
  }

  #row(image, name, onclick) {
    return el('li', {}, el('button', { type: 'button', className: 'choice', onclick }, icon(image), el('span', { dir: 'auto' }, name)));
  }

  #draw(rows) {
    const { mayStay, hint } = this.#options;
    const isHome = this.space === this.#start.space;
    byId('picker-wrong').textContent = '';
    byId('picker-new').hidden = !this.space;
    byId('picker-ok').disabled = !this.space || (!mayStay && isHome && this.folder === this.#start.folder);
    byId('picker-hint').textContent = this.space && !isHome && hint ? hint : '';
    const spaces = this.#spaces.length > 1 ? [{ name: t('FilesSpaces'), run: () => this.openSpaces() }] : [];
    const steps = !this.space ? spaces : [...spaces, { name: this.space.name, path: '' }, ...parts(this.folder)];
    byId('picker-path').replaceChildren(...steps.map(({ name, path, run }, n) => el('li', {}, n < steps.length - 1
      ? el('button', { type: 'button', className: 'text', dir: 'auto', onclick: run ?? (() => this.open(this.space, path)) }, name)
      : el('span', { dir: 'auto', 'aria-current': 'true' }, name))));
    byId('picker-rows').replaceChildren(...rows.length ? rows : [el('li', { className: 'none' }, t('FilesNoFolders'))]);
  }

  #hasFocus() {
    return byId('picker-path').contains(document.activeElement) || byId('picker-rows').contains(document.activeElement);
  }

  #keepFocus(hadFocus) {
    if (hadFocus) (byId('picker-rows').querySelector('button') ?? byId('picker-ok')).focus();
  }
}
