// Follows the jobs that work on whole folders: they go on at the service whatever happens here, also when the page is reloaded.
import { ApiError, isTemporary } from '../api.js';
import { complain, guarded, working } from '../notices.js';
import { jobReason } from '../problems.js';
import { t } from '../texts.js';

const [soon, late] = [500, 5_000]; // ms between two questions.
const prefix = 'jobs of ';

export class Jobs {
  #api;
  #key;

  /** Forgets what anybody has begun in this tab: it has names of folders. The jobs go on. */
  static forget() {
    try {
      for (const key of Object.keys(sessionStorage).filter(one => one.startsWith(prefix))) sessionStorage.removeItem(key);
    } catch {
      // Storage is switched off.
    }
  }

  /** @param user whose jobs they are: two people may use one tab, one after the other. */
  constructor(api, user) {
    this.#api = api;
    this.#key = `${prefix}${user.iss} ${user.sub}`;
  }

  /**
   * Waits until a job has ended, and says meanwhile how far it is. Says why, if it could not do all; true if it could.
   * @param stop a button that ends it, if it can be ended: its text and what it does.
   */
  async finish(begun, text, stop) {
    const job = await this.#follow(begun, text, stop);
    if (job.status === 'done') return true;
    if (job.code === 'cancelled') return false;
    complain(job.failed > 0 ? t('FilesSomeFailed', { count: job.failed, reason: jobReason(job) }) : jobReason(job));
    return false;
  }

  /** Goes on to follow what was begun before the page was reloaded; `onDone` is called for each that has ended. */
  resume(onDone) {
    for (const { id, text } of this.#kept()) {
      guarded(async () => {
        try {
          await this.finish(await this.#api.job(id), text);
        } catch (error) {
          if (!(error instanceof ApiError && error.status === 404)) throw error;
          this.#keep(this.#kept().filter(other => other.id !== id));
        }
        onDone();
      });
    }
  }

  async #follow(begun, text, stop) {
    let [job, notice, wait] = [begun, undefined, soon];
    try {
      while (job.status === 'queued' || job.status === 'running') {
        if (!notice) this.#keep([...this.#kept(), { id: job.id, text }]);
        notice ??= working(text, stop);
        notice.update(job.done, job.total, job.total && t('FilesOf', { done: job.done, all: job.total }));
        await new Promise(resolve => setTimeout(resolve, wait));
        wait = Math.min(late, wait * 1.3);
        job = await this.#ask(job);
      }
    } finally {
      notice?.close();
    }
    this.#keep(this.#kept().filter(other => other.id !== job.id));
    return job;
  }

  // A lost network stops nothing there.
  async #ask(job) {
    try {
      return await this.#api.job(job.id);
    } catch (error) {
      if (!isTemporary(error)) throw error;
      return job;
    }
  }

  #kept() {
    try {
      return (JSON.parse(sessionStorage.getItem(this.#key)) ?? []).filter((one, n, all) => all.findIndex(same => same.id === one.id) === n);
    } catch {
      return []; // Storage is switched off, or holds something else.
    }
  }

  #keep(jobs) {
    try {
      if (jobs.length > 0) sessionStorage.setItem(this.#key, JSON.stringify(jobs));
      else sessionStorage.removeItem(this.#key);
    } catch {
      // Then a reload no longer tells how far it is.
    }
  }
}
