// Changes files: as many as there are in as few requests as possible, and each is done or refused for itself.
import { ApiError } from '../api.js';
import { complain } from '../notices.js';
import { reason } from '../problems.js';
import { t } from '../texts.js';

const perRequest = 1000; // The most that the service takes.
const maxTries = 3;

/**
 * Does the same to all of these files; answers those with which it went well. If some failed it says how many, and why the last one did;
 * the refusal of a single file is thrown.
 * @param change `{action, …}`; docs/apps/files.md describes it.
 */
export async function changeAll(api, files, change) {
  const done = [];
  let [left, failed, why] = [files, 0, undefined];
  for (let tries = 1; left.length > 0; tries++) {
    const again = [];
    for (let from = 0; from < left.length; from += perRequest) {
      const some = left.slice(from, from + perRequest);
      const { results } = await api.bulk({ ...change, ids: some.map(file => file.id) });
      const answers = new Map(results.map(result => [result.id, result]));
      for (const file of some) {
        const { status, code } = answers.get(file.id);
        if (!code) done.push(file);
        else if (status === 503 && tries < maxTries) again.push(file); // Not reached in time.
        else [failed, why] = [failed + 1, new ApiError(status, { code })];
      }
    }
    left = again;
  }
  tellFailed(files, failed, why);
  return done;
}

/** Says how many of the files failed, and why the last one did; the refusal of a single file is thrown. */
export function tellFailed(files, failed, why) {
  if (failed === 1 && files.length === 1) throw why;
  if (failed) complain(t('FilesSomeFailed', { count: failed, reason: reason(why) }));
}

/** The files of each folder. */
export const byFolder = files => Object.entries(Object.groupBy(files, file => file.folder));
