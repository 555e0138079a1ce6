// Changes a link or a request: its address stays. What somebody else has changed meanwhile is not overwritten.
import { el } from '../dom.js';
import { t } from '../texts.js';
import { dayAfter, dayOf, endOfDay, field, pair } from '../dialogs/sheet.js';

const mostDays = 365; // Of a request.
const megabyte = 1_000_000;

/** The form for a link, in the dialog of all; `back` shows these again, with a text. */
export function showLinkForm(api, link, sheet, name, back) {
  const title = el('input', { name: 'title', maxLength: 200, autocomplete: 'off', dir: 'auto', value: link.title ?? '' });
  const until = el('input', { name: 'until', type: 'date', value: dayOf(link.until) });
  until.onchange = () => { until.min = dayAfter(0); }; // One that has passed may stay, as long as nobody changes it.
  const downloads = el('input', { name: 'downloads', type: 'number', min: 1, max: 1000000, value: link.maxDownloads ?? '' });
  const password = passwordOf(link);
  show(sheet, t('FilesChangeOf', { name }), [
    field(t('FilesLinkTitle'), title), ...password.fields,
    pair(field(t('FilesShareUntil'), until), field(t('FilesLinkDownloads'), downloads)),
  ], async () => {
    await api.changeLink(link.id, {
      title: title.value.trim() || null, ...password.change(), maxDownloads: Number(downloads.value) || null,
      ...until.value === dayOf(link.until) ? {} : { until: endOfDay(until.value) ?? null },
    }, link.etag);
    await back(t('FilesLinkChanged'));
  });
}

/** The form for a request. */
export function showRequestForm(api, request, sheet, back) {
  const title = el('input', {
    name: 'title', required: true, maxLength: 200, autocomplete: 'off', dir: 'auto', value: request.title,
  });
  const message = el('textarea', { name: 'message', maxLength: 2000, rows: 3, dir: 'auto', value: request.message ?? '' });
  const until = el('input', { name: 'until', type: 'date', required: true, max: dayAfter(mostDays), value: dayOf(request.expiresAt) });
  const files = el('input', { name: 'files', type: 'number', min: 1, max: 10000, required: true, value: request.maxFiles });
  const password = passwordOf(request);
  show(sheet, t('FilesChangeOf', { name: request.title }), [
    field(t('FilesRequestTitle'), title), field(t('FilesRequestMessage'), message), ...password.fields,
    pair(field(t('FilesRequestUntil'), until), field(t('FilesRequestMaxFiles'), files)),
  ], async () => {
    await api.changeRequest(request.id, {
      title: title.value.trim(), message: message.value.trim() || null, ...password.change(), maxFiles: Number(files.value),
      ...until.value === dayOf(request.expiresAt) ? {} : { expiresAt: endOfDay(until.value) },
    }, request.etag);
    await back(t('FilesRequestChanged'));
  });
}

// The service has no more than its hash: it stays, goes, or another one takes its place.
function passwordOf({ password: isThere }) {
  const input = el('input', { name: 'password', type: 'password', maxLength: 256, autocomplete: 'new-password' });
  const box = el('input', { name: 'no-password', type: 'checkbox', onchange: () => { input.disabled = box.checked; } });
  return {
    fields: [field(t('FilesLinkPassword'), input, isThere ? t('FilesPasswordKept') : undefined),
      ...isThere ? [el('label', { className: 'check' }, box, el('span', {}, t('FilesPasswordRemove')))] : []],
    change: () => (box.checked ? { password: null } : input.value ? { password: input.value } : {}),
  };
}

function show(sheet, title, fields, save) {
  sheet.say('');
  const heading = el('h3', { tabIndex: -1, dir: 'auto' }, title);
  const form = el('form', {}, heading, ...fields, el('button', { className: 'button' }, t('FilesChange')));
  form.addEventListener('submit', event => {
    event.preventDefault();
    sheet.guarded(save);
  });
  sheet.body.replaceChildren(form);
  heading.focus();
}
