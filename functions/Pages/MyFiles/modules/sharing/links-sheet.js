// Lists the links and requests of a space, and ends them. Links to one file stand in that file's own dialog.
import { el } from '../dom.js';
import { date, t } from '../texts.js';
import { openSheet } from '../dialogs/sheet.js';

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
  const row = (title, details, end) => {
    const button = end && el('button', {
      type: 'button', className: 'text', 'aria-label': t('FilesEndOf', { name: title }), onclick: () => sheet.guarded(end),
    }, t('FilesEnd'));
    const words = details.filter(Boolean).flatMap((text, n) => [n ? ' · ' : '', el('bdi', {}, text)]);
    return el('li', {}, el('span', {}, el('strong', { dir: 'auto' }, title), el('small', {}, ...words)), button);
  };
  const linkRow = link => {
    const what = link.folder === undefined ? t('FilesCount', { count: link.files.length }) : link.folder || t('FilesWholeSpace');
    return row(link.title ?? what, [
      link.title && what, link.until ? t('FilesUntil', { time: date(link.until) }) : t('FilesNoEnd'),
      link.password && t('FilesWithPassword'),
      link.maxDownloads && t('FilesDownloads', { count: link.downloads, limit: link.maxDownloads }),
    ], () => api.endLink(link.id).then(again(t('FilesLinkEnded'))));
  };
  const requestRow = request => row(request.title, [
    state(request), t('FilesReceived', { count: request.received, limit: request.maxFiles }), request.folder,
    request.password && t('FilesWithPassword'),
  ], ['open', 'full'].includes(request.status) ? () => api.endRequest(request.id).then(again(t('FilesRequestEnded'))) : undefined);
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
