// A menu that a button opens (WAI-ARIA Authoring Practices, "Menu Button"): arrow keys, Home, End and first letters move in it,
// Escape and Tab close it, and the focus returns to the button. On a phone it is a sheet at the bottom.
import { el, iconButton } from './dom.js';
import { icon } from './icons.js';
import { guarded } from './notices.js';

/**
 * Opens a menu.
 * @param button the button that it belongs to.
 * @param items `{label, icon, run}`; `checked` makes it one of several choices, `grave` warns. `undefined` is left out.
 * @param at where it is opened with a pointer, `{x, y}`; otherwise it stands at the button.
 */
export function openMenu(button, items, at) {
  const menu = el('div', { role: 'menu', className: 'menu', popover: 'auto', 'aria-label': button.getAttribute('aria-label') });
  const entries = items.filter(Boolean).map(item => {
    const entry = el('button', {
      type: 'button', role: item.checked === undefined ? 'menuitem' : 'menuitemradio', tabIndex: -1,
      className: item.grave ? 'choice grave' : 'choice', 'aria-checked': item.checked,
    }, icon(item.checked ? 'check' : item.icon), el('span', {}, item.label));
    entry.addEventListener('click', () => {
      menu.hidePopover();
      guarded(item.run);
    });
    return entry;
  });
  menu.append(...entries);
  menu.addEventListener('keydown', event => onKey(event, menu, entries));
  menu.addEventListener('toggle', event => {
    if (event.newState === 'open') return;
    button.setAttribute('aria-expanded', 'false');
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    menu.remove();
  });
  (button.closest('dialog') ?? document.querySelector('main')).append(menu);
  menu.showPopover();
  place(menu, at ?? button.getBoundingClientRect(), Boolean(at));
  button.setAttribute('aria-expanded', 'true');
  (entries.find(entry => entry.ariaChecked === 'true') ?? entries[0]).focus();
}

/** A round button that opens a menu: `label` names it, `entries` answers its items. `menu` opens it too, perhaps at a pointer. */
export function menuButton(label, entries) {
  const more = iconButton('more', label);
  more.setAttribute('aria-haspopup', 'menu');
  more.setAttribute('aria-expanded', 'false');
  const menu = at => openMenu(more, entries(), at);
  more.addEventListener('click', () => menu());
  return { more, menu };
}

function onKey(event, menu, entries) {
  const now = entries.indexOf(document.activeElement);
  const last = entries.length - 1;
  const isLetter = event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey;
  const begins = entry => entry.textContent.toLowerCase().startsWith(event.key.toLowerCase());
  const typed = isLetter ? [...entries.slice(now + 1), ...entries].find(begins) : undefined;
  const next = {
    ArrowDown: entries[now === last ? 0 : now + 1], ArrowUp: entries[now <= 0 ? last : now - 1], Home: entries[0], End: entries[last],
  }[event.key] ?? typed;
  if (event.key === 'Tab') menu.hidePopover();
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

// Below the button, or above it if there is no room; a style sheet makes it a sheet on a narrow screen.
function place(menu, anchor, isPoint) {
  const { width, height } = menu.getBoundingClientRect();
  const endsThere = (document.documentElement.dir === 'rtl') === isPoint;
  const left = endsThere ? (anchor.right ?? anchor.x) - width : anchor.left ?? anchor.x;
  const bottom = anchor.bottom ?? anchor.y;
  const top = bottom + height + 8 > innerHeight ? Math.max(8, (anchor.top ?? anchor.y) - height) : bottom;
  menu.style.left = `${Math.min(Math.max(8, left), innerWidth - width - 8)}px`;
  menu.style.top = `${top}px`;
}
