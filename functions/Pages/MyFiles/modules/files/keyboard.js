// The keyboard in the list: arrows move from file to file, Delete deletes, F2 renames, Ctrl+A selects all, Escape none, / filters.
import { byId } from '../dom.js';
import { guarded } from '../notices.js';

/** Makes the keys work. */
export function startKeys(panel) {
  byId('rows').addEventListener('keydown', event => onItem(event, panel));
  addEventListener('keydown', event => {
    const isElsewhere = event.defaultPrevented || event.target.closest('input, select, textarea, dialog, [popover]');
    if (isElsewhere || !byId('rows').checkVisibility()) return;
    if (event.key === '/' && !byId('filter').hidden) {
      event.preventDefault();
      byId('filter-open').checkVisibility() ? byId('filter-open').click() : byId('q').focus();
    }
    if (event.key === 'Escape' && panel.selection.size > 0) panel.selection.clear();
  });
}

function onItem(event, panel) {
  const item = event.target.closest('.item');
  const file = panel.files.find(one => panel.itemOf(one) === item);
  const { folder } = item.dataset;
  if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    panel.selection.all();
  } else if (file && panel.mayWrite && !panel.isTrash && event.key === 'Delete') {
    guarded(() => (panel.selection.has(file) ? panel.together.trash(panel.selection.files, panel.selection.folders)
      : panel.actions.trash([file])));
  } else if (file && panel.mayWrite && !panel.isTrash && event.key === 'F2') {
    guarded(() => panel.actions.rename(file));
  } else if (folder && panel.mayWrite && event.key === 'Delete') {
    guarded(() => (panel.selection.hasFolder(folder) ? panel.together.trash(panel.selection.files, panel.selection.folders)
      : panel.folderActions.trash(panel.below(folder))));
  } else if (folder && panel.mayWrite && event.key === 'F2') {
    guarded(() => panel.folderActions.rename(panel.below(folder)));
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey) {
    const next = neighbour(item, event.key);
    if (!next) return;
    event.preventDefault();
    next.querySelector('.open').focus();
    if (event.shiftKey && file) {
      const reached = panel.files.find(one => panel.itemOf(one) === next);
      if (panel.selection.size === 0) panel.selection.set(file, true);
      if (reached) panel.selection.extendTo(reached);
    }
  }
}

/** The item that a key leads to from this one. */
function neighbour(item, key) {
  const isLeftward = document.documentElement.dir === 'rtl';
  switch (key) {
    case 'ArrowRight': return isLeftward ? item.previousElementSibling : item.nextElementSibling;
    case 'ArrowLeft': return isLeftward ? item.nextElementSibling : item.previousElementSibling;
    case 'ArrowDown': return across(item, 'nextElementSibling');
    case 'ArrowUp': return across(item, 'previousElementSibling');
    case 'Home': return item.parentElement.firstElementChild;
    case 'End': return item.parentElement.lastElementChild;
    default: return undefined;
  }
}

// In the next row, the one that is nearest. In a list every row has one.
function across(item, direction) {
  const { top, left } = item.getBoundingClientRect();
  let [best, row, distance] = [undefined, undefined, Infinity];
  for (let other = item[direction]; other; other = other[direction]) {
    const place = other.getBoundingClientRect();
    if (place.top === top) continue;
    row ??= place.top;
    if (place.top !== row) break;
    if (Math.abs(place.left - left) < distance) [best, distance] = [other, Math.abs(place.left - left)];
  }
  return best;
}
