// Makes a link to one file and copies its address, without a dialog.
import { complain, say } from '../notices.js';
import { t } from '../texts.js';

/** Makes the link. Where its address can't be copied, there is none afterwards. */
export async function copyLink(api, file) {
  const made = await api.share(file.id, { link: {}, access: 'read' });
  const undo = { label: t('FilesUndo'), run: () => api.revoke(file.id, made.id) };
  try {
    await navigator.clipboard.writeText(made.link.url);
    say(t('FilesLinkMadeAndCopied'), undo);
  } catch {
    await api.revoke(file.id, made.id); // A link that nobody has seen would stay for good.
    complain(t('FilesCannotCopy'));
  }
}
