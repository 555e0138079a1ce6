// The spaces, and the way to the folder.
import { byId, el } from '../dom.js';
import { icon } from '../icons.js';
import { addressOf, parts } from '../place.js';
import { t } from '../texts.js';

const icons = { me: 'folder', shared: 'share' };

/** Draws the list of spaces, with the trash of the one at hand. */
export function drawSpaces(spaces, here, isTrash) {
  const entry = (name, place, image, isHere) => el('li', {}, el('a', {
    href: addressOf(place), 'aria-current': isHere ? 'page' : undefined,
  }, icon(image), el('span', { dir: 'auto' }, name)));
  const trash = { space: here.right === 'read' ? 'me' : here.space, trash: true };
  byId('spaces').replaceChildren(
    ...spaces.map(one => entry(one.name, { space: one.space }, icons[one.space] ?? 'group', one === here && !isTrash)),
    entry(t('FilesTrash'), trash, 'trash', isTrash),
  );
}

/** Draws the folders from the space to the one at hand; a search has none. */
export function drawPath(space, folder, { isTrash, isSearch }) {
  const trash = { name: t('FilesTrashOf', { space: space.name }), to: { space: space.space, trash: true } };
  const steps = isTrash ? [trash, ...isSearch ? [{ name: t('FilesFound') }] : []] : [
    { name: space.name, to: { space: space.space } },
    ...(isSearch ? [{ name: t('FilesFound') }] : parts(folder).map(({ name, path }) => ({ name, to: { space: space.space, folder: path } }))),
  ];
  byId('path').replaceChildren(...steps.map(({ name, to }, n) => el('li', {}, n < steps.length - 1
    ? el('a', { href: addressOf(to), dir: 'auto' }, name)
    : el('span', { 'aria-current': 'page', dir: 'auto' }, name))));
  byId('path').scrollLeft = document.documentElement.dir === 'rtl' ? -byId('path').scrollWidth : byId('path').scrollWidth;
  document.title = `${steps.at(-1).name} · ${document.querySelector('.home .name').textContent}`;
}
