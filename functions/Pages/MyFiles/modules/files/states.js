// What is said where no file is: that it is being looked for, that there is none and how to begin, or why it can't be shown.
import { byId, el } from '../dom.js';
import { icon } from '../icons.js';
import { guarded } from '../notices.js';
import { go, placeInAddress } from '../place.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';
import { tagIn } from './listing.js';

/** What there is to say of a place without files. */
export function emptyState({ isSearch, isTrash, space }) {
  if (isSearch) return 'no-hit';
  if (isTrash) return 'empty-trash';
  return space.space === 'shared' ? 'empty-shared' : 'empty';
}

/** Says it; `undefined` for a place with files. */
export function showState(panel, state, error) {
  const place = byId('state');
  place.hidden = state === undefined;
  place.className = `state ${state}`;
  byId('rows').hidden = state !== undefined;
  if (state === undefined) return;
  byId('more').hidden = true;
  place.replaceChildren(...parts(panel, state, error));
}

function parts(panel, state, error) {
  const action = (label, onclick) => el('button', { type: 'button', className: 'button plain', onclick }, label);
  const say = (image, title, text, button) => [
    el('span', { className: 'emblem' }, icon(image)), el('p', { className: 'title', role: 'status' }, title),
    text && el('p', {}, text), button,
  ].filter(Boolean);
  switch (state) {
    case 'loading': return [el('p', { className: 'title', role: 'status' }, t('FilesLoading'))];
    case 'failed': return say('offline', navigator.onLine ? reason(error) : t('FilesOffline'), undefined,
      action(t('FilesTryAgain'), () => guarded(() => panel.show())));
    case 'no-hit': {
      const { q, ...place } = placeInAddress();
      const name = panel.isTrash ? t('FilesTrashOf', { space: panel.space.name }) : panel.space.name;
      const isOfSpace = !panel.isTrash && panel.space.space !== 'shared';
      const text = tagIn(q) ? t('FilesNothingTagged', { tag: tagIn(q), space: name }) : t('FilesNothingFound', { text: q, space: name });
      return say('search', text, isOfSpace ? t('FilesNothingFoundText') : undefined, action(t('FilesClearSearch'), () => go(place)));
    }
    case 'empty-trash': return say('trash', t('FilesTrashEmpty'), t('FilesTrashEmptyText'));
    case 'empty-shared': return say('share', t('FilesNothingShared'), t('FilesNothingSharedText'));
    default: {
      if (!panel.mayWrite) return say('folder', t('FilesEmpty'));
      const how = matchMedia('(hover: none)').matches ? t('FilesEmptyOnPhone') : t('FilesEmptyText'); // A finger drops nothing.
      return say('folder', t('FilesEmpty'), how, action(t('FilesAdd'), () => byId('upload').click()));
    }
  }
}
