// What the viewer shows of a file: the picture, the player, the pages, the text; or that it can't, and how to get the file.
//
// The bytes come from storage's own origin, which serves for showing only types that run no script there (409 for all others).
// A text is fetched and inserted as text, so it is never a page, whatever it says.
import { el } from '../dom.js';
import { icon } from '../icons.js';
import { kindOf } from '../files/kinds.js';
import { reason } from '../problems.js';
import { size, t } from '../texts.js';

const maxTextBytes = 256 * 1024;

/** The element that shows a file. */
export async function stageFor(api, file, download) {
  const kind = kindOf(file.contentType);
  const instead = text => otherwise(kind, file, text, download);
  const show = { picture, video: player, audio: player, pdf, text }[kind];
  if (!show) return instead(t('FilesNoPreview'));
  try {
    return await show(api, file, instead);
  } catch (error) {
    return instead(error.code === 'not_displayable' ? t('FilesNoPreview') : reason(error));
  }
}

async function picture(api, file, instead) {
  const image = el('img', { alt: file.name, src: (await api.inline(file.id)).url });
  const give = () => image.replaceWith(instead(t('FilesNotInBrowser')));
  // What the browser can't show, HEIC for example, the service may have made a picture of.
  image.addEventListener('error', async () => {
    image.addEventListener('error', give, { once: true });
    try {
      image.src = (await api.thumbnail(file.id, 2048)).url;
    } catch {
      give();
    }
  }, { once: true });
  return image;
}

async function player(api, file, instead) {
  const { url } = await api.inline(file.id);
  const element = el(kindOf(file.contentType), { controls: true, preload: 'metadata', src: url, 'aria-label': file.name });
  element.playsInline = true;
  element.addEventListener('error', () => element.replaceWith(instead(t('FilesNotInBrowser'))));
  return element;
}

async function pdf(api, file, instead) {
  const { url } = await api.inline(file.id);
  if (navigator.pdfViewerEnabled) return el('iframe', { src: url, title: file.name, referrerPolicy: 'no-referrer' });
  // Phones have no viewer for pages in a page; a tab of its own shows it, or hands it to an app.
  const opens = instead(t('FilesOpensInTab'));
  const link = el('a', { className: 'button', href: url, target: '_blank', rel: 'noopener noreferrer' }, t('FilesOpen'));
  opens.querySelector('button').before(link);
  return opens;
}

async function text(api, file) {
  const { url } = await api.download(file.id);
  const isLong = file.size > maxTextBytes;
  const response = file.size === 0 ? new Response('') : await fetch(url, { headers: { Range: `bytes=0-${maxTextBytes - 1}` } });
  if (!response.ok) throw new TypeError(`Storage answered ${response.status}.`);
  const content = await response.text();
  return el('div', { className: 'reader' }, el('pre', { dir: 'auto', tabIndex: 0 }, content),
    isLong ? el('p', {}, t('FilesOnlyBeginning', { size: size(maxTextBytes) })) : undefined);
}

function otherwise(kind, file, message, download) {
  return el('div', { className: 'otherwise' }, el('span', { className: 'emblem' }, icon(kind)), el('p', {}, message),
    el('small', {}, size(file.size)), el('button', { type: 'button', className: 'button plain', onclick: download }, t('FilesDownload')));
}
