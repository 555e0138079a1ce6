// Shows spaces, folders and files, and the actions on them.
import { button, byId, el, guarded, say, size, time } from './dom.js';
import { ask } from './dialogs.js';
import { openShares } from './shares.js';

const ownSpaces = [{ space: 'me', name: 'My files', right: 'share' }];
const shared = { space: 'shared', name: 'Shared with me', right: 'read' };

export class FilesPanel {
  #api;
  #spaces = [];
  #place = placeInAddress(); // Set at once, because the user may choose files before the first response arrives.
  #cursor;
  #generation = 0;

  constructor(api) {
    this.#api = api;
  }

  /** Loads the spaces and shows the place that the address names. */
  async start() {
    const { spaces } = await this.#api.spaces();
    // The space "app" is for apps that store something for all their users. This page does not.
    this.#spaces = [...ownSpaces, ...spaces.filter(({ space }) => space.startsWith('group:')), shared];
    addEventListener('hashchange', () => guarded(() => this.show()));
    byId('more').addEventListener('click', () => guarded(() => this.#page()));
    byId('search').addEventListener('submit', event => {
      event.preventDefault();
      go({ ...this.#place, prefix: byId('prefix').value });
    });
    byId('new-folder').addEventListener('click', () => guarded(async () => {
      const name = await ask('New folder', 'Name', '');
      if (!name) return;
      go({ space: this.#place.space, folder: inside(this.#place.folder, name) });
      say('The folder will exist once you upload a file to it.');
    }));
    await this.show();
  }

  /** Where new uploads go. */
  get place() {
    const { space, folder } = this.#place;
    return { space, folder };
  }

  /** Shows the first page of the place that the address names. */
  async show() {
    this.#place = placeInAddress();
    this.#cursor = undefined;
    const { space, folder, trash, prefix } = this.#place;
    const here = this.#spaces.find(one => one.space === space) ?? ownSpaces[0];
    const mayWrite = here.right !== 'read';
    const spaces = this.#spaces.map(one => el('li', {}, link(one.name, { space: one.space }, one === here && !trash)));
    const trashLink = link('Trash', { space: mayWrite ? here.space : 'me', trash: true }, trash);
    byId('spaces').replaceChildren(...spaces, el('li', {}, trashLink));
    byId('path').replaceChildren(...this.#path(here, folder, trash));
    byId('tools').hidden = !mayWrite || trash;
    byId('search').hidden = trash || space === 'shared';
    byId('prefix').value = prefix ?? '';
    await this.#page();
  }

  async #page() {
    const generation = ++this.#generation;
    const { space, folder, trash, prefix } = this.#place;
    const first = this.#cursor === undefined;
    const page = await this.#api.list({ space, folder, prefix, trash, cursor: this.#cursor, limit: 50 });
    if (generation !== this.#generation) return; // The user has moved to another place in the meantime.
    const rows = [...(page.folders ?? []).map(name => this.#folder(name)), ...page.files.map(file => this.#file(file))];
    if (first) byId('rows').replaceChildren();
    byId('rows').append(...rows);
    this.#cursor = page.cursor;
    if (page.cursor && rows.length === 0) return this.#page(); // A page of shared files can be empty even if more pages follow.
    byId('more').hidden = !page.cursor;
    byId('empty').hidden = byId('rows').childElementCount > 0;
    return undefined;
  }

  #path(here, folder, trash) {
    const names = folder ? folder.split('/') : [];
    const parts = names.map((name, n) => ({ name, to: { space: here.space, folder: names.slice(0, n + 1).join('/') } }));
    const all = trash ? [{ name: `Trash of ${here.name}` }] : [{ name: here.name, to: { space: here.space } }, ...parts];
    const current = name => el('span', { 'aria-current': 'page', dir: 'auto' }, name);
    return all.map(({ name, to }, n) => el('li', {}, n < all.length - 1 ? link(name, to) : current(name)));
  }

  #folder(name) {
    const place = { space: this.#place.space, folder: inside(this.#place.folder, name) };
    return el('li', {}, el('span', {}, link(name, place), el('small', {}, 'Folder')));
  }

  #file(file) {
    const details = `${size(file.size)} · ${time(file.deletedAt ?? file.createdAt)}`;
    return el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, file.name), el('small', {}, details)), this.#actions(file));
  }

  #actions(file) {
    const { name } = file;
    const right = this.#spaces.find(one => one.space === this.#place.space)?.right;
    const mayWrite = right !== 'read' || file.access === 'write';
    const buttons = [];
    if (this.#place.trash) {
      buttons.push(button('Restore', `Restore ${name}`, () => this.#then(this.#api.restore(file.id), `${name} was restored.`)));
      buttons.push(button('Delete permanently', `Delete permanently: ${name}`, () => this.#deleteForGood(file)));
    } else {
      buttons.push(button('Download', `Download ${name}`, () => this.#download(file)));
      if (mayWrite) buttons.push(button('Rename', `Rename ${name}`, () => this.#change(file, 'name', 'Rename', 'Name')));
      const move = () => this.#change(file, 'folder', 'Move', 'Folder, for example Photos/2026');
      if (mayWrite) buttons.push(button('Move', `Move ${name}`, move));
      if (right === 'share') buttons.push(button('Share', `Share ${name}`, () => openShares(this.#api, file, this.#spaces)));
      const trash = () => this.#then(this.#api.trash(file.id), `${name} was moved to the trash.`);
      if (mayWrite) buttons.push(button('Delete', `Delete ${name}`, trash));
    }
    return el('span', { className: 'actions' }, ...buttons);
  }

  // Storage serves the file as an attachment, so the browser stays on this page.
  async #download(file) {
    const { url } = await this.#api.download(file.id);
    location.assign(url);
  }

  async #change(file, field, title, label) {
    const value = await ask(`${title} ${file.name}`, label, file[field]);
    if (value === undefined || value === file[field]) return;
    const message = field === 'name' ? `The file was renamed to ${value}.` : `${file.name} was moved.`;
    await this.#then(this.#api.change(file.id, { [field]: value }), message);
  }

  async #deleteForGood(file) {
    const typedName = await ask(`Delete ${file.name} permanently?`, 'Type the file name to confirm', '');
    if (typedName === undefined) return;
    if (typedName === file.name) await this.#then(this.#api.deleteForGood(file.id), `${file.name} was deleted.`);
    else say('The name does not match. Nothing was deleted.', true);
  }

  async #then(request, message) {
    await request;
    await this.show();
    say(message);
    byId('title').focus(); // The button that was pressed may no longer exist.
  }
}

const inside = (folder, name) => (folder ? `${folder}/${name}` : name);

function placeInAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  return {
    space: fields.get('space') ?? 'me',
    folder: fields.get('folder') ?? undefined,
    prefix: fields.get('prefix') ?? undefined,
    trash: fields.get('trash') === 'true' ? true : undefined,
  };
}

function addressOf(place) {
  const fields = Object.entries(place).filter(([, value]) => value !== undefined && value !== '');
  return `#${new URLSearchParams(fields)}`;
}

function go(place) {
  location.hash = addressOf(place);
}

const link = (name, place, isHere) => el('a', { href: addressOf(place), dir: 'auto', 'aria-current': isHere ? 'page' : undefined }, name);
