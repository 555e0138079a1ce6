// Makes a link to one file and copies its address, without a dialog.
import { complain, say } from '../notices.js';
import { t } from '../texts.js';

/** Makes the link. Where its address can't be copied, there is none afterwards. */
export async function copyLink(api, file) {
  const making = api.share(file.id, { link: {}, access: 'read' });
  const copying = copy(making.then(made => made.link.url)).then(() => true, () => false);
  const made = await making;
  if (await copying) return say(t('FilesLinkMadeAndCopied'), { label: t('FilesUndo'), run: () => api.revoke(file.id, made.id) });
  try {
    await api.revoke(file.id, made.id); // A link that nobody has seen would stay for good.
  } catch {
    return complain(t('FilesLinkLeft'));
  }
  return complain(t('FilesCannotCopy'));
}

// Safari lets a page copy only while it handles the press: so the text is promised at once, and there later.
async function copy(text) {
  if (!globalThis.ClipboardItem) return navigator.clipboard.writeText(await text);
  const blob = text.then(one => new Blob([one], { type: 'text/plain' }));
  return navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
}
