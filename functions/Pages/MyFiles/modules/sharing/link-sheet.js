// Makes a link to a folder, or to several files, for anyone who has its address.
import { el } from '../dom.js';
import { t } from '../texts.js';
import { endOfDay, field, openSheet, pair } from '../dialogs/sheet.js';
import { showAddress } from './made.js';

/**
 * Opens the dialog.
 * @param target what the link leads to: `{folder, space}` or `{files: [ids]}`.
 * @param name what people call it; the title of a folder's page, if nobody writes something else.
 */
export function openLinkSheet(api, target, name) {
  const title = el('input', { name: 'title', maxLength: 200, autocomplete: 'off', dir: 'auto', value: target.files ? '' : name });
  const password = el('input', { name: 'password', type: 'password', maxLength: 256, autocomplete: 'new-password' });
  const until = el('input', { name: 'until', type: 'date' });
  const downloads = el('input', { name: 'downloads', type: 'number', min: 1, max: 1000000 });
  const form = el('form', {},
    el('p', {}, target.files ? t('FilesLinkToFiles', { count: target.files.length }) : t('FilesLinkToFolder')),
    field(t('FilesLinkTitle'), title), field(t('FilesLinkPassword'), password),
    pair(field(t('FilesShareUntil'), until), field(t('FilesLinkDownloads'), downloads)),
    el('button', { className: 'button' }, t('FilesCreateLink')));
  const sheet = openSheet(t('FilesLinkOf', { name }), form);
  form.addEventListener('submit', event => {
    event.preventDefault();
    sheet.guarded(async () => {
      const made = await api.makeLink({
        ...target, title: title.value.trim() || undefined, password: password.value || undefined, until: endOfDay(until.value),
        maxDownloads: Number(downloads.value) || undefined,
      });
      showAddress(sheet, made.url, name);
    });
  });
}
