// One folder or file in the list: a card in the grid, a line in the list. The style sheet makes the difference.
import { el } from '../dom.js';
import { icon } from '../icons.js';
import { menuButton } from '../menu.js';
import { addressOf } from '../place.js';
import { date, size, t, time } from '../texts.js';
import { badge } from './scans.js';

const longPress = 500;

/** A folder's item: to select it, a link to the folder, and a menu. */
export function folderItem(name, panel) {
  const { selection } = panel;
  const box = el('input', { type: 'checkbox', 'aria-label': t('FilesSelectOne', { name }), checked: selection.hasFolder(name) });
  box.addEventListener('click', () => selection.setFolder(name, box.checked));
  const open = el('a', { className: 'open', href: addressOf(panel.below(name)) },
    el('span', { className: 'thumb' }, icon('folder')), el('span', { className: 'name', dir: 'auto' }, name));
  const { more, menu } = menuButton(t('FilesActionsFor', { name }), () => panel.folderActions.menuFor(name));
  const item = el('li', { className: 'item folder' }, el('label', { className: 'pick' }, box), open, more);
  item.dataset.folder = name;
  let isTouch = false;
  open.addEventListener('pointerdown', event => { isTouch = event.pointerType === 'touch'; });
  // While something is selected, a finger selects.
  open.addEventListener('click', event => {
    if (!isTouch || selection.size === 0) return;
    event.preventDefault();
    selection.setFolder(name, !selection.hasFolder(name));
  });
  item.addEventListener('contextmenu', event => openAt(event, menu));
  return item;
}

/** A file's item: to select it, to open it, and a menu with all else. */
export function fileItem(file, panel) {
  const { selection, actions } = panel;
  const { name } = file;
  const when = file.deletedAt ?? file.createdAt;
  const box = el('input', { type: 'checkbox', 'aria-label': t('FilesSelectOne', { name }), checked: selection.has(file) });
  const state = badge(file);
  const details = el('small', {}, state && el('span', { className: `badge ${state.name}` }, state.text),
    el('span', {}, size(file.size)), el('time', { dateTime: when, title: time(when) }, date(when)));
  const where = panel.isSearch ? [el('span', { className: 'where', dir: 'auto' }, file.folder || panel.space.name)] : [];
  const tags = file.tags?.length ? [el('span', { className: 'where', dir: 'auto' }, file.tags.map(tag => `#${tag}`).join(' '))] : [];
  const open = el('button', { type: 'button', className: 'open' }, panel.thumbnails.of(file),
    el('span', { className: 'words' }, el('span', { className: 'name', dir: 'auto' }, name, ...where, ...tags), details));
  const { more, menu } = menuButton(t('FilesActionsFor', { name }), () => actions.menuFor(file));
  const item = el('li', { className: selection.has(file) ? 'item file selected' : 'item file' },
    el('label', { className: 'pick' }, box), open, more);

  // The click alone changes the selection, so that Shift can be told.
  box.addEventListener('click', event => (event.shiftKey ? selection.extendTo(file) : selection.set(file, box.checked)));
  const touch = pressing(open, () => selection.set(file, !selection.has(file)));
  open.addEventListener('click', event => {
    if (touch.wasLong()) return undefined;
    if (event.shiftKey) return selection.extendTo(file);
    if (event.ctrlKey || event.metaKey || (selection.size > 0 && touch.isTouch())) return selection.set(file, !selection.has(file));
    return panel.isTrash ? menu() : actions.open(file);
  });
  item.addEventListener('contextmenu', event => {
    if (touch.isTouch()) event.preventDefault();
    else openAt(event, menu);
  });
  return item;
}

function openAt(event, menu) {
  event.preventDefault();
  menu(event.pointerType === 'mouse' ? { x: event.clientX, y: event.clientY } : undefined);
}

/** A press that lasts, of a finger that stays where it is. */
function pressing(element, onLong) {
  let [timer, wasLong, type] = [0, false, ''];
  const end = () => clearTimeout(timer);
  element.addEventListener('pointerdown', event => {
    [wasLong, type] = [false, event.pointerType];
    if (type === 'mouse') return;
    timer = setTimeout(() => {
      wasLong = true;
      onLong();
    }, longPress);
  });
  for (const event of ['pointerup', 'pointercancel', 'pointerleave']) element.addEventListener(event, end);
  element.addEventListener('keydown', () => { [wasLong, type] = [false, '']; });
  return { wasLong: () => wasLong, isTouch: () => type === 'touch' };
}
