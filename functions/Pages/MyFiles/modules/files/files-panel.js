// Shows one place: its folders and files, as many as were scrolled to.
import { isTemporary } from '../api.js';
import { byId } from '../dom.js';
import { complain, guarded, settle } from '../notices.js';
import { placeInAddress } from '../place.js';
import { prefer, preferred } from '../preferences.js';
import { reason } from '../problems.js';
import { SignInNeeded } from '../session.js';
import { t } from '../texts.js';
import { FolderActions } from '../folders/folder-actions.js';
import { FileActions } from './file-actions.js';
import { fileItem, folderItem } from './item.js';
import { startKeys } from './keyboard.js';
import { Listing } from './listing.js';
import { drawPath, drawSpaces } from './navigation.js';
import { ScanWatch } from './scans.js';
import { Selection } from './selection.js';
import { SpacesLoader } from '../spaces.js';
import { emptyState, showState } from './states.js';
import { Thumbnails } from './thumbnails.js';
import { Together } from '../folders/together.js';
import { Toolbar } from './toolbar.js';
import { Whereabouts } from './whereabouts.js';

export class FilesPanel extends Whereabouts {
  selection;
  actions;
  folderActions;
  together;
  thumbnails;
  #api;
  #usage;
  #toolbar;
  #scans;
  #listing;
  #spaces;
  #items = new Map(); // The element of each file, by its id.
  #observer = new IntersectionObserver(seen => seen.at(-1).isIntersecting && guarded(() => this.#more()), { rootMargin: '800px' });

  constructor(api, usage, jobs) {
    super();
    this.#api = api;
    this.#usage = usage;
    this.actions = new FileActions(api, this, jobs);
    this.folderActions = new FolderActions(api, this, jobs);
    this.thumbnails = new Thumbnails(api);
    this.together = new Together(api, this, jobs);
    this.selection = new Selection(this, this.together);
    this.#scans = new ScanWatch(api, this);
    this.#toolbar = new Toolbar(api, this);
    this.#spaces = new SpacesLoader(api, others => {
      this.spaces = [this.spaces[0], ...others];
      this.#drawPlace();
    });
  }

  /** Loads the spaces and shows the place that the address names. */
  async start() {
    addEventListener('hashchange', () => guarded(() => this.show()));
    byId('more').addEventListener('click', () => guarded(() => this.#more()));
    startKeys(this);
    const loading = this.show();
    await Promise.all([this.#spaces.load(), loading]);
  }

  /** The session has ended: nothing of its user stays to be seen, and what is on its way is not shown any more. */
  end() {
    this.#spaces.stop();
    this.#observer.disconnect();
    this.#listing = new Listing(this.#api, this.place);
    this.selection.clear();
    this.#clear();
  }

  /** True if there is nothing here. */
  get isEmpty() { return byId('rows').childElementCount === 0; }

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
    this.#spaces.retry();
    const before = JSON.stringify(this.here);
    this.here = placeInAddress();
    const { space, folder, trash, q } = this.here;
    const sort = !trash && space !== 'shared' ? preferred('sort') : undefined;
    this.#listing = new Listing(this.#api, this.isSearch ? { space, q, trash } : { space, folder, trash, sort });
    this.selection.clear();
    this.#drawPlace();
    // What was there stays until it is replaced: on the way back from offline, and while a sort or filter changes.
    if (before !== JSON.stringify(this.here) || !byId('rows').firstChild) showState(this, 'loading');
    await this.#more(true);
  }

  /** Folders have changed: shows the place anew. The focus goes to a folder of it, or stays where it was in the list. */
  async refresh(name) {
    const folder = name ?? document.activeElement.closest('.item')?.dataset.folder;
    const hadFocus = byId('rows').contains(document.activeElement) || document.activeElement === document.body;
    await this.show();
    this.#usage.changed();
    const rows = [...byId('rows').children];
    const item = rows.find(row => folder !== undefined && row.dataset.folder === folder);
    if (item) item.querySelector('.open').focus();
    else if (hadFocus) (rows[0]?.querySelector('.open') ?? byId('title')).focus();
  }

  /** A file was uploaded, renamed, moved or restored: it appears in its place, or goes. */
  put(file, space = file.space) {
    const listed = { ...file, space };
    const focus = this.itemOf(file)?.contains(document.activeElement) && document.activeElement.classList[0];
    this.#forget(listed);
    if (!this.#listing?.holds(listed)) {
      return this.#listing?.lacksFolderOf(listed) ? guarded(() => this.show()) : this.#drawState();
    }
    const next = this.#listing.put(listed);
    if (next === null) return this.#changedWhileLoading();
    const item = fileItem(listed, this);
    this.#items.set(listed.id, item);
    byId('rows').insertBefore(item, next ? this.#items.get(next.id) : null);
    if (focus) item.querySelector(`.${focus}`)?.focus(); // What had it was replaced.
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
      byId('rows').append(...page.folders.map(name => folderItem(name, this)), ...page.files.map(file => {
        const item = fileItem(file, this);
        this.#items.set(file.id, item);
        return item;
      }));
      this.#drawState();
      byId('more').hidden = !listing.hasMore;
      if (listing.hasMore) this.#observer.observe(byId('more'));
      if (listing.isStale) await this.show();
    } catch (error) {
      if (error instanceof SignInNeeded) throw error;
      if (listing === this.#listing) this.#failed(error, isFirst);
    } finally {
      if (listing === this.#listing) byId('rows').ariaBusy = 'false';
    }
  }

  #failed(error, isFirst) {
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
    drawPath(this.space, this.here.folder, this);
    this.#toolbar.draw(this.here);
    this.#usage.show(this.here.space);
  }

  #drawState() {
    this.#scans.look();
    showState(this, this.isEmpty && !this.#listing.hasMore ? emptyState(this) : undefined);
  }

  #changedWhileLoading() {
    if (!this.#listing.isLoaded) this.#listing.isStale = true;
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
