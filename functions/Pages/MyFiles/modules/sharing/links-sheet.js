// Lists the links and requests of a space, changes and ends them. Links to one file stand in that file's own dialog.
import { el } from '../dom.js';
import { date, t } from '../texts.js';
import { openSheet } from '../dialogs/sheet.js';
import { showLinkForm, showRequestForm } from './change-forms.js';

const perPage = 100;

/** Opens the list of a space. */
export async function openLinksSheet(api, { space, name }) {
  const sheet = openSheet(t('FilesLinksOf', { space: name }), el('p', { role: 'status' }, t('FilesLoading')));
  await sheet.guarded(() => list(api, space, sheet));
}

async function list(api, space, sheet) {
  const [links, requests] = await Promise.all([
    all(cursor => api.links({ space, cursor, limit: perPage }), 'links'),
    all(cursor => api.requests({ space, cursor, limit: perPage }), 'requests'),
  ]);
  const again = text => async () => {
    await list(api, space, sheet);
    sheet.say(text);
    sheet.heading.focus();
  };
  const back = text => again(text)();
  const row = (title, details, change, end) => {
    const button = (label, name, run) => el('button', {
      type: 'button', className: 'text', 'aria-label': name, onclick: () => sheet.guarded(run),
    }, label);
    const buttons = [
      change && button(t('FilesChange'), t('FilesChangeOf', { name: title }), change),
      end && button(t('FilesEnd'), t('FilesEndOf', { name: title }), end),
    ].filter(Boolean);
    const words = details.filter(Boolean).flatMap((text, n) => [n ? ' · ' : '', el('bdi', {}, text)]);
    return el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, title), el('small', {}, ...words)),
      el('span', { className: 'tools' }, ...buttons));
  };
  const linkRow = link => {
    const what = link.folder === undefined ? t('FilesCount', { count: link.files.length }) : link.folder || t('FilesWholeSpace');
    return row(link.title ?? what, [
      link.title && what, link.until ? t('FilesUntil', { time: date(link.until) }) : t('FilesNoEnd'),
      link.password && t('FilesWithPassword'),
      link.maxDownloads && t('FilesDownloads', { count: link.downloads, limit: link.maxDownloads }),
    ], () => showLinkForm(api, link, sheet, link.title ?? what, back), () => api.endLink(link.id).then(again(t('FilesLinkEnded'))));
  };
  const requestRow = request => row(request.title, [
    state(request), t('FilesReceived', { count: request.received, limit: request.maxFiles }), request.folder,
    request.password && t('FilesWithPassword'),
  ], request.status !== 'closed' && (() => showRequestForm(api, request, sheet, back)),
  ['open', 'full'].includes(request.status) && (() => api.endRequest(request.id).then(again(t('FilesRequestEnded')))));
  const section = (title, rows, none) => [
    el('h3', {}, title), rows.length ? el('ul', { className: 'rows' }, ...rows) : el('p', { className: 'lead' }, none),
  ];
  sheet.body.replaceChildren(...section(t('FilesLinks'), links.map(linkRow), t('FilesNoLinks')),
    ...section(t('FilesRequests'), requests.map(requestRow), t('FilesNoRequests')), el('p', { className: 'small' }, t('FilesAddressOnce')));
}

function state(request) {
  switch (request.status) {
    case 'full': return t('FilesRequestFull');
    case 'expired': return t('FilesRequestExpired');
    case 'closed': return t('FilesRequestClosed');
    default: return t('FilesUntil', { time: date(request.expiresAt) });
  }
}

async function all(page, name) {
  const found = [];
  for (let cursor; ;) {
    const answer = await page(cursor);
    found.push(...answer[name]);
    cursor = answer.cursor;
    if (!cursor) return found;
  }
}
