// Copies files, perhaps to another space. Storage copies the bytes by itself, so a copy is there a moment later.
import { working } from '../notices.js';
import { ApiError } from '../api.js';
import { t } from '../texts.js';

const maxParallel = 4; // Requests at the same time.
const [soon, late] = [300, 3_000]; // ms between two questions.

/**
 * Copies files to a folder; answers `{file, copy}` for each that is complete, and why the last one failed.
 * @param to `{space, folder}`
 */
export async function copyAll(api, files, to, text) {
  const [done, queue] = [[], [...files]];
  let [failed, why] = [0, undefined];
  const notice = working(text);
  async function worker() {
    for (let file = queue.shift(); file; file = queue.shift()) {
      try {
        done.push({ file, copy: await complete(api, await api.copy(file.id, { space: to.space.space, folder: to.folder })) });
        notice.update(done.length, files.length);
      } catch (error) {
        if (!(error instanceof ApiError)) queue.length = 0; // The network is lost, or the session has ended.
        [failed, why] = [failed + 1, error];
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: maxParallel }, worker));
  } finally {
    notice.close();
  }
  return { done, failed, why };
}

async function complete(api, begun) {
  let copy = begun;
  for (let wait = soon; copy.status === 'copying'; wait = Math.min(late, wait * 1.5)) {
    await new Promise(resolve => setTimeout(resolve, wait));
    copy = await api.file(copy.id);
  }
  return copy;
}
