// Downloads several files, or a folder with all that is below it, as one ZIP archive: the service makes it while it is sent.
import { el } from '../dom.js';
import { working } from '../notices.js';
import { size, t } from '../texts.js';

/** Saves `{files: [ids]}` or `{folder, space}` as an archive that is called `name`. */
export async function downloadArchive(api, what, name) {
  const stop = new AbortController();
  const notice = working(t('FilesZipping', { name }), { label: t('FilesStop'), run: () => stop.abort() });
  try {
    const response = await api.archive(what, stop.signal);
    let received = 0;
    const counted = response.body.pipeThrough(new TransformStream({
      transform(piece, onward) {
        received += piece.length;
        notice.update(0, 0, size(received)); // How large it will be nobody knows.
        onward.enqueue(piece);
      },
    }));
    save(await new Response(counted).blob(), `${name}.zip`);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    notice.close();
  }
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // The browser reads it meanwhile.
}
