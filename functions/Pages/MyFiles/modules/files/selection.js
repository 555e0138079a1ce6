// Which files and folders are selected, and the bar with what can be done with all of them at once.
import { byId, el, iconButton } from '../dom.js';
import { icon } from '../icons.js';
import { menuButton } from '../menu.js';
import { guarded } from '../notices.js';
import { t } from '../texts.js';

export class Selection {
  #panel;
  #together;
  #ids = new Set();
  #names = new Set(); // Of the folders.
  #last; // Where a range begins.

  /** @param together does things with files and folders at once. */
  constructor(panel, together) {
    this.#panel = panel;
    this.#together = together;
  }

  get size() { return this.#ids.size + this.#names.size; }

  /** The names of the selected folders, in their order. */
  get folders() { return folderRows().map(row => row.dataset.folder).filter(name => this.#names.has(name)); }

  /** The selected files, in their order. */
  get files() { return this.#panel.files.filter(file => this.has(file)); }

  has(file) { return this.#ids.has(file.id); }

  hasFolder(name) { return this.#names.has(name); }

  setFolder(name, isSelected) {
    this.#markFolder(name, isSelected);
    this.#draw();
  }

  set(file, isSelected) {
    this.#last = file;
    this.#mark(file, isSelected);
    this.#draw();
  }

  /** Selects everything from the file that was chosen last to this one. */
  extendTo(file) {
    const { files } = this.#panel;
    const [from, to] = [this.#last ?? file, file].map(end => files.findIndex(other => other.id === end.id)).sort((a, b) => a - b);
    for (const one of files.slice(Math.max(from, 0), to + 1)) this.#mark(one, true);
    this.#draw();
  }

  /** Selects all files and folders that are loaded. */
  all() {
    for (const file of this.#panel.files) this.#mark(file, true);
    for (const row of folderRows()) this.#markFolder(row.dataset.folder, true);
    this.#draw();
  }

  clear() {
    this.#last = undefined;
    for (const file of this.files) this.#mark(file, false);
    for (const name of this.folders) this.#markFolder(name, false);
    this.#ids.clear();
    this.#names.clear();
    this.#draw();
  }

  /** Forgets files that are gone. */
  drop(files) {
    for (const file of files) this.#ids.delete(file.id);
    this.#draw();
  }

  #mark(file, isSelected) {
    if (isSelected) this.#ids.add(file.id);
    else this.#ids.delete(file.id);
    show(this.#panel.itemOf(file), isSelected);
  }

  #markFolder(name, isSelected) {
    if (isSelected) this.#names.add(name);
    else this.#names.delete(name);
    show(folderRows().find(row => row.dataset.folder === name), isSelected);
  }

  #draw() {
    const bar = byId('selected');
    bar.hidden = this.size === 0;
    byId('toolbar').hidden = this.size > 0;
    byId('rows').classList.toggle('selecting', this.size > 0);
    if (this.size === 0) return;
    bar.ariaLabel = t('FilesSelected', { count: this.size });
    const { actions, isTrash, mayWrite, space } = this.#panel;
    const together = this.#together;
    const action = (name, label, run, isOffered = true) => isOffered && el('button', {
      type: 'button', className: 'round', 'aria-label': label, title: label, onclick: () => guarded(() => run(this.files, this.folders)),
    }, icon(name));
    bar.replaceChildren(...[
      iconButton('close', t('FilesSelectNone'), () => this.#leave()),
      el('strong', { role: 'status' }, t('FilesSelected', { count: this.size })),
      action('select', t('FilesSelectAll'), () => this.all()),
      action('restore', t('FilesRestore'), files => actions.restore(files), isTrash && mayWrite),
      action('forever', t('FilesDeleteForever'), files => actions.deleteForever(files), isTrash && mayWrite),
      action('download', t('FilesDownload'), (files, folders) => together.download(files, folders), !isTrash),
      action('move', t('FilesMove'), (files, folders) => together.move(files, folders),
        !isTrash && mayWrite && space.space !== 'shared'),
      action('trash', t('FilesDelete'), (files, folders) => together.trash(files, folders), !isTrash && mayWrite),
      !isTrash && this.#names.size === 0 && menuButton(t('FilesActionsForSelected'), () => actions.menuForSelected(this.files)).more,
    ].filter(Boolean));
  }

  #leave() {
    const [first] = this.files;
    const item = first ? this.#panel.itemOf(first) : folderRows().find(row => this.hasFolder(row.dataset.folder));
    this.clear();
    item?.querySelector('.open').focus();
  }
}

const folderRows = () => [...byId('rows').children].filter(row => row.dataset.folder !== undefined);

function show(item, isSelected) {
  if (!item) return;
  item.classList.toggle('selected', isSelected);
  item.querySelector('input').checked = isSelected;
}
