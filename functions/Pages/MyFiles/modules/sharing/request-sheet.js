// Makes a request: a page where people without an account hand files in, which land in one folder.
import { el } from '../dom.js';
import { t } from '../texts.js';
import { dayAfter, endOfDay, field, openSheet, pair } from '../dialogs/sheet.js';
import { showAddress } from './made.js';

const [usualDays, mostDays] = [14, 365];

const office = 'application/vnd.openxmlformats-officedocument.';
const documents = [
  'application/pdf', 'text/plain', 'text/csv', 'application/rtf', 'application/msword', 'application/vnd.ms-excel',
  `${office}wordprocessingml.document`, `${office}spreadsheetml.sheet`, `${office}presentationml.presentation`,
  'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.spreadsheet',
];
const kinds = { pictures: ['image/*'], media: ['image/*', 'video/*'], documents, scans: ['image/*', 'application/pdf'] };

/** Opens the dialog for a folder of a space; `name` is what people call it. */
export function openRequestSheet(api, { space, folder = '' }, name) {
  const title = el('input', { name: 'title', required: true, maxLength: 200, autocomplete: 'off', dir: 'auto' });
  const message = el('textarea', { name: 'message', maxLength: 2000, rows: 3, dir: 'auto' });
  const until = el('input', {
    name: 'until', type: 'date', required: true, value: dayAfter(usualDays), min: dayAfter(0), max: dayAfter(mostDays),
  });
  const password = el('input', { name: 'password', type: 'password', maxLength: 256, autocomplete: 'new-password' });
  const files = el('input', { name: 'files', type: 'number', min: 1, max: 10000, value: 100, required: true });
  const megabytes = el('input', { name: 'megabytes', type: 'number', min: 1, max: 5000 });
  const kind = el('select', { name: 'kind' }, ...[
    ['', t('FilesKindAny')], ['pictures', t('FilesKindPictures')], ['media', t('FilesKindMedia')], ['documents', t('FilesKindDocuments')],
    ['scans', t('FilesKindScans')],
  ].map(([value, label]) => el('option', { value }, label)));
  const form = el('form', {}, el('p', {}, t('FilesRequestText')),
    field(t('FilesRequestTitle'), title, t('FilesRequestTitleHint')), field(t('FilesRequestMessage'), message),
    pair(field(t('FilesRequestUntil'), until), field(t('FilesLinkPassword'), password)),
    pair(field(t('FilesRequestMaxFiles'), files), field(t('FilesRequestMaxMegabytes'), megabytes)),
    field(t('FilesRequestKinds'), kind),
    el('button', { className: 'button' }, t('FilesRequestCreate')));
  const sheet = openSheet(t('FilesRequestFor', { folder: name }), form);
  form.addEventListener('submit', event => {
    event.preventDefault();
    sheet.guarded(async () => {
      const made = await api.makeRequest({
        space, folder, title: title.value.trim(), message: message.value.trim() || undefined, expiresAt: endOfDay(until.value),
        password: password.value || undefined, maxFiles: Number(files.value),
        maxFileBytes: Number(megabytes.value) * 1_000_000 || undefined, contentTypes: kinds[kind.value],
      });
      showAddress(sheet, made.url, made.title);
    });
  });
}
