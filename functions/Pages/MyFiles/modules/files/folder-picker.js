// The dialog in which a folder is picked: one walks through the folders, or names a new one.
import { byId, el } from '../dom.js';
import { icon } from '../icons.js';
import { inside, parts } from '../place.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';

/** Lets the reader pick a folder of a space, beginning in `start`; undefined if they cancel. */
export async function pickFolder(api, space, start, title) {
  const dialog = byId('picker');
  const picker = new Picker(api, space);
  byId('picker-title').textContent = title;
  byId('picker-name').value = '';
  byId('picker-new').onsubmit = event => {
    event.preventDefault();
    const name = byId('picker-name').value.trim();
    if (name) picker.open(inside(picker.folder, name));
    byId('picker-name').value = '';
  };
  dialog.returnValue = '';
  picker.start = start;
  const opening = picker.open(start);
  dialog.showModal();
  await opening;
  return new Promise(resolve => {
    const close = () => resolve(dialog.returnValue === 'ok' ? picker.folder : undefined);
    if (dialog.open) dialog.addEventListener('close', close, { once: true });
    else close();
  });
}

class Picker {
  folder;
  start;
  #api;
  #space;

  constructor(api, space) {
    this.#api = api;
    this.#space = space;
  }

  async open(folder) {
    const hadFocus = byId('picker-path').contains(document.activeElement) || byId('picker-rows').contains(document.activeElement);
    this.folder = folder;
    this.#draw([]);
    byId('picker-rows').ariaBusy = 'true';
    try {
      const { folders } = await this.#api.list({ space: this.#space.space, folder, limit: 1 });
      if (this.folder !== folder) return;
      this.#draw(folders ?? []);
    } catch (error) {
      byId('picker-wrong').textContent = reason(error);
    } finally {
      byId('picker-rows').ariaBusy = 'false';
    }
    if (hadFocus) (byId('picker-rows').querySelector('button') ?? byId('picker-ok')).focus();
  }

  #draw(folders) {
    byId('picker-wrong').textContent = '';
    byId('picker-ok').disabled = this.folder === this.start;
    const steps = [{ name: this.#space.name, path: '' }, ...parts(this.folder)];
    byId('picker-path').replaceChildren(...steps.map(({ name, path }, n) => el('li', {}, n < steps.length - 1
      ? el('button', { type: 'button', className: 'text', dir: 'auto', onclick: () => this.open(path) }, name)
      : el('span', { dir: 'auto', 'aria-current': 'true' }, name))));
    const rows = folders.map(name => el('li', {}, el('button', {
      type: 'button', className: 'choice', onclick: () => this.open(inside(this.folder, name)),
    }, icon('folder'), el('span', { dir: 'auto' }, name))));
    byId('picker-rows').replaceChildren(...rows.length ? rows : [el('li', { className: 'none' }, t('FilesNoFolders'))]);
  }
}
