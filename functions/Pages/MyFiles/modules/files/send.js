// The phone's own sheet for sharing (Web Share API): with a file itself, or with a link.
import { complain, guarded, say } from '../notices.js';
import { t } from '../texts.js';

const maxBytes = 50_000_000; // A file is handed over in memory.

/** True if this browser can hand such a file to other apps. */
export const canSend = file => file.size <= maxBytes
  && Boolean(navigator.canShare?.({ files: [new File([], file.name, { type: file.contentType })] }));

/** Hands a file to another app. */
export async function send(api, file) {
  const { url } = await api.download(file.id);
  const blob = await (await fetch(url)).blob();
  const data = { files: [new File([blob], file.name, { type: file.contentType })] };
  if (!navigator.canShare(data)) return complain(t('FilesCannotSend'));
  return handOver(data, file.name);
}

/** True if this browser can hand a link to other apps. */
export const canSendLinks = () => Boolean(navigator.canShare?.({ url: location.href }));

/** Hands a link to another app. */
export const sendLink = (url, title) => handOver({ url, title }, title);

async function handOver(data, name) {
  try {
    await navigator.share(data);
  } catch (error) {
    if (error.name === 'AbortError') return; // The person closed the sheet.
    if (error.name !== 'NotAllowedError') throw error;
    // The file took longer than a press counts for: the next press opens the sheet.
    say(t('FilesReadyToSend', { name }), { label: t('FilesSendNow'), run: () => guarded(() => navigator.share(data)) });
  }
}
