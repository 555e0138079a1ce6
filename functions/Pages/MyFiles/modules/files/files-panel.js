// Shows one place: its folders and files, as many as were scrolled to.
import { isTemporary } from '../api.js';
import { byId } from '../dom.js';
import { complain, guarded, settle } from '../notices.js';
import { placeInAddress } from '../place.js';
import { prefer, preferred } from '../preferences.js';
import { reason } from '../problems.js';
import { SignInNeeded } from '../session.js';
import { t } from '../texts.js';
import { FileActions } from './file-actions.js';
import { fileItem, folderItem } from './item.js';
import { startKeys } from './keyboard.js';
import { Listing } from './listing.js';
import { drawPath, drawSpaces } from './navigation.js';
import { Selection } from './selection.js';
import { showState } from './states.js';
import { Thumbnails } from './thumbnails.js';
import { Toolbar } from './toolbar.js';

export class FilesPanel {
  spaces = [{ space: 'me', name: t('FilesMine'), right: 'share' }];
  selection;
  actions;
  thumbnails;
  #api;
  #usage;
  #toolbar;
  #listing;
  #place = placeInAddress(); // Set at once, because the user may choose files before the first response arrives.
  #items = new Map(); // The element of each file, by its id.
  #observer = new IntersectionObserver(seen => seen.at(-1).isIntersecting && this.#more(), { rootMargin: '800px' });

  constructor(api, usage) {
    this.#api = api;
    this.#usage = usage;
    this.actions = new FileActions(api, this);
    this.thumbnails = new Thumbnails(api);
    this.selection = new Selection(this);
    this.#toolbar = new Toolbar(this);
  }

  /** Loads the spaces and shows the place that the address names. */
  async start() {
    addEventListener('hashchange', () => guarded(() => this.show()));
    byId('more').addEventListener('click', () => this.#more());
    startKeys(this);
    const loading = this.show();
    const { spaces } = await this.#api.spaces();
    // The space "app" is for apps that store something for all their users. This page does not.
    const groups = spaces.filter(({ space }) => space.startsWith('group:'));
    this.spaces = [...this.spaces, ...groups, { space: 'shared', name: t('FilesSharedWithMe'), right: 'read' }];
    this.#drawPlace();
    await loading;
  }

  /** Where the reader is, and where new uploads go. */
  get place() {
    const { space, folder } = this.#place;
    return { space, folder };
  }

  get isTrash() { return Boolean(this.#place.trash); }

  /** True if what is shown was looked for, in all folders of the space. */
  get isSearch() { return Boolean(this.#place.q) && !this.isTrash && this.#place.space !== 'shared'; }

  /** The space of the place; the reader's own until the spaces are loaded. */
  get space() { return this.spaces.find(one => one.space === this.#place.space) ?? this.spaces[0]; }

  get mayWrite() { return this.space.right !== 'read'; }

  /** The loaded files, in their order. */
  get files() { return this.#listing?.files ?? []; }

  /** All files of the place, also those that nobody scrolled to. */
  async all() {
    for (let before = -1; this.#listing.hasMore && before < this.files.length;) {
      before = this.files.length;
      await this.#more();
    }
    return [...this.files];
  }

  /** The element of a file, if it is loaded. */
  itemOf(file) { return this.#items.get(file.id); }

  /** Shows the first page of the place that the address names. */
  async show() {
    const before = JSON.stringify(this.#place);
    this.#place = placeInAddress();
    const { space, folder, trash, q } = this.#place;
    const sort = !trash && space !== 'shared' ? preferred('sort') : undefined;
    this.#listing = new Listing(this.#api, this.isSearch ? { space, q } : { space, folder, trash, sort });
    this.selection.clear();
    this.#drawPlace();
    // What was there stays until it is replaced: on the way back from offline, and while a sort or filter changes.
    if (before !== JSON.stringify(this.#place) || !byId('rows').firstChild) showState(this, 'loading');
    await this.#more(true);
  }

  /** A file was uploaded, renamed, moved or restored: it appears in its place, or goes. */
  put(file, space = file.space) {
    const listed = { ...file, space };
    this.#forget(listed);
    if (!this.#listing?.holds(listed)) {
      const isBelow = space === this.#place.space && !this.isTrash && !this.isSearch && this.#isNewFolder(listed.folder);
      if (isBelow) return guarded(() => this.show());
      return this.#drawState();
    }
    const next = this.#listing.put(listed);
    if (next === null) return this.#changedWhileLoading();
    const item = fileItem(listed, this);
    this.#items.set(listed.id, item);
    byId('rows').insertBefore(item, next ? this.#items.get(next.id) : null);
    return this.#drawState();
  }

  /** These files are no longer here. The focus goes to what is now in their place. */
  removed(files) {
    const rows = byId('rows');
    const first = files.map(file => this.itemOf(file)).find(Boolean);
    const at = [...rows.children].indexOf(first);
    for (const file of files) {
      this.#forget(file);
      this.#listing.remove(file);
    }
    this.#changedWhileLoading();
    this.selection.drop(files);
    this.#usage.changed();
    this.#drawState();
    const heir = rows.children[Math.min(at, rows.childElementCount - 1)]?.querySelector('.open') ?? byId('title');
    if (at >= 0) heir.focus();
  }

  async #more(isFirst = false) {
    const listing = this.#listing;
    this.#observer.disconnect();
    byId('rows').ariaBusy = 'true';
    try {
      const page = await listing.next();
      if (listing !== this.#listing) return; // The reader has moved on.
      if (isFirst) {
        settle();
        this.#clear();
      }
      byId('rows').append(...page.folders.map(name => folderItem(name, this.place)), ...page.files.map(file => {
        const item = fileItem(file, this);
        this.#items.set(file.id, item);
        return item;
      }));
      this.#drawState();
      byId('more').hidden = !listing.hasMore;
      if (listing.hasMore) this.#observer.observe(byId('more'));
      if (listing.isStale) await this.show();
    } catch (error) {
      if (listing === this.#listing) this.#failed(error, isFirst);
    } finally {
      if (listing === this.#listing) byId('rows').ariaBusy = 'false';
    }
  }

  #failed(error, isFirst) {
    if (error instanceof SignInNeeded) throw error;
    if (error.code === 'folder_too_large') {
      prefer('sort', 'name');
      complain(reason(error));
      guarded(() => this.show());
    } else if (isFirst && (byId('rows').hidden || byId('rows').childElementCount === 0 || !isTemporary(error))) {
      this.#clear();
      showState(this, 'failed', error);
    } else {
      complain(reason(error), { label: t('FilesTryAgain'), run: () => this.#more(isFirst) });
    }
  }

  #drawPlace() {
    drawSpaces(this.spaces, this.space, this.isTrash);
    drawPath(this.space, this.#place.folder, this);
    this.#toolbar.draw(this.#place);
    this.#usage.show(this.#place.space);
  }

  #drawState() {
    const isEmpty = byId('rows').childElementCount === 0 && !this.#listing.hasMore;
    showState(this, !isEmpty ? undefined : this.isSearch ? 'no-hit' : this.isTrash ? 'empty-trash'
      : this.#place.space === 'shared' ? 'empty-shared' : 'empty');
  }

  #changedWhileLoading() {
    if (!this.#listing.isLoaded) this.#listing.isStale = true;
  }

  #isNewFolder(folder) {
    const { folder: here = '' } = this.#place;
    if (!folder.startsWith(here ? `${here}/` : '') || folder === here) return false;
    const name = folder.slice(here ? here.length + 1 : 0).split('/')[0];
    return !this.#listing.folders.includes(name);
  }

  #forget(file) {
    this.#items.get(file.id)?.remove();
    this.#items.delete(file.id);
  }

  #clear() {
    this.#items.clear();
    byId('rows').replaceChildren();
  }
}
