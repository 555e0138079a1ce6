// The line above the files: grid or list, sort, search, and a menu with the rest.
import { byId, debounced } from '../dom.js';
import { icon } from '../icons.js';
import { openMenu } from '../menu.js';
import { guarded } from '../notices.js';
import { addressOf } from '../place.js';
import { prefer, preferred } from '../preferences.js';
import { openLinksSheet } from '../sharing/links-sheet.js';
import { openRequestSheet } from '../sharing/request-sheet.js';
import { t } from '../texts.js';

export class Toolbar {
  #api;
  #panel;
  #place;

  constructor(api, panel) {
    this.#api = api;
    this.#panel = panel;
    byId('view').addEventListener('click', () => this.#turn());
    byId('sort').addEventListener('click', () => openMenu(byId('sort'), this.#orders()));
    byId('page-menu').addEventListener('click', () => openMenu(byId('page-menu'), this.#entries()));
    byId('filter').addEventListener('submit', event => {
      event.preventDefault();
      this.#filter();
    });
    byId('q').addEventListener('input', debounced(() => this.#filter(), 300));
    byId('filter-open').addEventListener('click', () => this.#open(!document.body.classList.contains('filtering')));
    byId('q').addEventListener('keydown', event => event.key === 'Escape' && this.#leave(event));
    this.#drawView();
  }

  /** Shows what can be done in a place. */
  draw(place) {
    this.#place = place;
    const isOrdered = !place.trash && place.space !== 'shared';
    byId('filter').hidden = byId('filter-open').hidden = false;
    const search = isOrdered ? t('FilesSearch') : t('FilesSearchHere');
    byId('q').placeholder = byId('q').ariaLabel = byId('filter-open').ariaLabel = byId('filter-open').title = search;
    byId('sort').hidden = !isOrdered || this.#panel.isSearch; // What is found has one order.
    byId('upload').hidden = !this.#panel.mayWrite || this.#panel.isTrash;
    if (byId('q') !== document.activeElement) byId('q').value = place.q ?? '';
    this.#open(this.#panel.isSearch || byId('q') === document.activeElement, false);
  }

  #entries() {
    const { mayWrite, isTrash, isSearch, isEmpty, selection, actions, folderActions, files, space } = this.#panel;
    const isFolder = !isTrash && !isSearch && space.space !== 'shared';
    const mayShare = isFolder && space.right === 'share';
    return [
      mayWrite && isFolder && { icon: 'new-folder', label: t('FilesNewFolder'), run: () => folderActions.make(this.#place) },
      files.length > 0 && { icon: 'select', label: t('FilesSelectAll'), run: () => selection.all() },
      isFolder && !isEmpty && {
        icon: 'archive', label: t('FilesDownloadZip'),
        run: () => folderActions.download({ space: space.space, folder: this.#place.folder ?? '' }),
      },
      mayShare && { icon: 'inbox', label: t('FilesRequestMenu'), run: () => openRequestSheet(this.#api, this.#place, this.#panel.title) },
      mayShare && { icon: 'link', label: t('FilesLinksMenu'), run: () => openLinksSheet(this.#api, space) },
      isTrash && !isSearch && mayWrite && files.length > 0
        && { icon: 'forever', label: t('FilesEmptyTrash'), grave: true, run: async () => actions.deleteForever(await this.#panel.all()) },
      { icon: 'restore', label: t('FilesReload'), run: () => this.#panel.show() },
    ];
  }

  #orders() {
    const orders = [
      ['name', t('FilesByName')], ['-name', t('FilesByNameDown')], ['-created', t('FilesNewest')], ['created', t('FilesOldest')],
      ['-size', t('FilesLargest')], ['size', t('FilesSmallest')],
    ];
    return orders.map(([sort, label]) => ({
      icon: 'sort', label, checked: preferred('sort') === sort, run: () => {
        prefer('sort', sort);
        return this.#panel.show();
      },
    }));
  }

  #turn() {
    prefer('view', preferred('view') === 'grid' ? 'list' : 'grid');
    this.#drawView();
  }

  #drawView() {
    const isGrid = preferred('view') === 'grid';
    byId('rows').classList.toggle('grid', isGrid);
    byId('rows').classList.toggle('list', !isGrid);
    byId('view').replaceChildren(icon(isGrid ? 'list' : 'grid'));
    byId('view').ariaLabel = byId('view').title = isGrid ? t('FilesAsList') : t('FilesAsGrid');
  }

  // Each letter is not a step back.
  #filter() {
    const q = byId('q').value.trim();
    if (q === (this.#place.q ?? '')) return;
    history.replaceState(null, '', addressOf({ ...this.#place, q }));
    guarded(() => this.#panel.show());
  }

  // On a phone the search takes the place of the name at the head.
  #open(isOpen, isAsked = true) {
    document.body.classList.toggle('filtering', isOpen);
    byId('filter-open').ariaExpanded = String(isOpen);
    byId('filter-open').replaceChildren(icon(isOpen ? 'close' : 'search'));
    if (!isAsked) return;
    if (isOpen) return byId('q').focus();
    byId('q').value = '';
    this.#filter();
  }

  #leave(event) {
    event.preventDefault();
    this.#open(false);
    byId('title').focus();
  }
}
