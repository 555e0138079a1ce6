// Which files are selected, and the bar with what can be done with all of them at once.
import { byId, el, iconButton } from '../dom.js';
import { icon } from '../icons.js';
import { menuButton } from '../menu.js';
import { guarded } from '../notices.js';
import { t } from '../texts.js';

export class Selection {
  #panel;
  #ids = new Set();
  #last; // Where a range begins.

  constructor(panel) {
    this.#panel = panel;
  }

  get size() { return this.#ids.size; }

  /** The selected files, in their order. */
  get files() { return this.#panel.files.filter(file => this.has(file)); }

  has(file) { return this.#ids.has(file.id); }

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

  /** Selects all files that are loaded. */
  all() {
    for (const file of this.#panel.files) this.#mark(file, true);
    this.#draw();
  }

  clear() {
    this.#last = undefined;
    for (const file of this.files) this.#mark(file, false);
    this.#ids.clear();
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
    const item = this.#panel.itemOf(file);
    if (!item) return;
    item.classList.toggle('selected', isSelected);
    item.querySelector('input').checked = isSelected;
  }

  #draw() {
    const bar = byId('selected');
    bar.hidden = this.size === 0;
    byId('toolbar').hidden = this.size > 0;
    byId('rows').classList.toggle('selecting', this.size > 0);
    if (this.size === 0) return;
    bar.ariaLabel = t('FilesSelected', { count: this.size });
    const { actions, isTrash, mayWrite, space } = this.#panel;
    const action = (name, label, run, isOffered = true) => isOffered && el('button', {
      type: 'button', className: 'round', 'aria-label': label, title: label, onclick: () => guarded(() => run(this.files)),
    }, icon(name));
    bar.replaceChildren(...[
      iconButton('close', t('FilesSelectNone'), () => this.#leave()),
      el('strong', { role: 'status' }, t('FilesSelected', { count: this.size })),
      action('select', t('FilesSelectAll'), () => this.all()),
      action('restore', t('FilesRestore'), files => actions.restore(files), isTrash && mayWrite),
      action('forever', t('FilesDeleteForever'), files => actions.deleteForever(files), isTrash && mayWrite),
      action('download', t('FilesDownload'), files => actions.download(files), !isTrash),
      action('move', t('FilesMove'), files => actions.move(files), !isTrash && mayWrite && space.space !== 'shared'),
      action('trash', t('FilesDelete'), files => actions.trash(files), !isTrash && mayWrite),
      !isTrash && menuButton(t('FilesActionsForSelected'), () => actions.menuForSelected(this.files)).more,
    ].filter(Boolean));
  }

  #leave() {
    const [first] = this.files;
    this.clear();
    (first && this.#panel.itemOf(first))?.querySelector('.open').focus();
  }
}
