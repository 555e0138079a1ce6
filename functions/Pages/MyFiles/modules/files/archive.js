// Downloads several files, or a folder with all that is below it, as one ZIP archive. The browser itself saves it, with a ticket, because
// it can't send a token where it goes. What is too large for one request a job makes first.
import { el } from '../dom.js';
import { t } from '../texts.js';

/** Saves `{files: [ids]}` or `{folder, space}` as an archive that is called `name`. */
export async function downloadArchive(api, jobs, what, name) {
  const asked = { ...what, name: `${name}.zip` };
  try {
    save((await api.archiveTicket(asked)).url);
  } catch (error) {
    if (error.code !== 'archive_too_large') throw error;
    const job = await api.makeArchive(asked);
    const stop = { label: t('FilesStop'), run: () => api.cancelJob(job.id) };
    if (await jobs.finish(job, t('FilesZipping', { name }), stop)) save((await api.downloadJob(job.id)).url);
  }
}

// As a download from the first moment, so that a failure does not take the reader away from this page.
const save = url => el('a', { href: url, download: '' }).click();
