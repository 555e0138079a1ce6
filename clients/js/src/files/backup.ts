import { LatchkeyError, NetworkError, RateLimitError, SessionEndedError } from '../errors.js';
import { isTemporary, pause, wait } from '../wait.js';
import type { Files } from './files.js';
import { hashOf } from './hash.js';
import type { Backup, BackupAsset, BackupOptions, BackupProgress, BackupResult, KnownItem } from './types.js';

const atOnce = 1000;

type Assets = Iterable<BackupAsset> | AsyncIterable<BackupAsset>;

/** Uploads the assets that a space does not have, some at once, in the order in which they come. */
export class RunningBackup implements Backup {
  readonly finished: Promise<BackupResult>;
  readonly #counts = { total: 0, known: 0, uploaded: 0, failed: 0, sentBytes: 0 };
  readonly #result: BackupResult = { uploaded: [], known: 0, failed: [], cancelled: false };
  #state: BackupProgress['state'] = 'running';
  #stop = new AbortController();
  #resumed: (() => void) | undefined;
  #paused: Promise<void> | undefined;

  constructor(private readonly files: Promise<Files>, assets: Assets, private readonly options: BackupOptions) {
    this.finished = this.#run(assets);
    this.finished.catch(() => {}); // Whoever awaits it hears of it.
  }

  get progress(): BackupProgress {
    const { total, known, uploaded, failed, sentBytes } = this.#counts;
    return { state: this.#state, total, done: known + uploaded + failed, known, uploaded, failed, sentBytes };
  }

  pause(): void {
    if (this.#paused || this.#isOver) return;
    this.#paused = new Promise(resolve => { this.#resumed = resolve; });
    this.#stop.abort();
    this.#report('paused');
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = undefined;
    this.#stop = new AbortController();
    this.#report('running');
    this.#resumed?.();
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#result.cancelled = true;
    this.#stop.abort();
    this.#resumed?.();
    this.#report('cancelled');
  }

  get #isOver(): boolean {
    return this.#state === 'done' || this.#state === 'cancelled';
  }

  async #run(assets: Assets): Promise<BackupResult> {
    try {
      await this.#all(assets);
    } catch (error) {
      this.cancel(); // The other uploads too.
      throw error;
    }
    if (!this.#result.cancelled) this.#report('done');
    return this.#result;
  }

  async #all(assets: Assets): Promise<void> {
    let some: BackupAsset[] = [];
    for await (const asset of assets) {
      if (this.#result.cancelled) break;
      if (some.push(asset) < atOnce) continue;
      await this.#backUp(some);
      some = [];
    }
    await this.#backUp(some);
  }

  async #backUp(assets: BackupAsset[]): Promise<void> {
    if (assets.length === 0 || this.#result.cancelled) return;
    this.#counts.total += assets.length;
    this.#report();
    const asked = assets.filter(({ sha256, modifiedAt }) => sha256 || modifiedAt); // Of others a name says nothing.
    const answers = await this.#steadily(async signal =>
      (await this.files).known(asked.map(question), this.options.space, signal));
    if (!answers) return;
    const known = new Set(asked.filter((_, n) => answers[n]?.known));
    const queue = assets.filter(asset => !known.has(asset));
    this.#know(known.size);
    const worker = async (): Promise<void> => {
      for (let asset = queue.shift(); asset && !this.#result.cancelled; asset = queue.shift()) await this.#upload(asset);
    };
    await Promise.all(Array.from({ length: this.options.parallel ?? 2 }, worker));
  }

  async #upload(asset: BackupAsset): Promise<void> {
    let counted = 0;
    try {
      const files = await this.files;
      const file = await this.#steadily(async signal => {
        const bytes = await asset.open();
        const sha256 = asset.sha256 ?? (this.options.byContent ? await hashOf(bytes, () => {}, signal) : undefined);
        if (sha256 && !asset.sha256 && (await files.known([{ sha256 }], this.options.space, signal))[0]?.known) return 'known';
        const { open: _, size: __, folder = this.options.folder, ...properties } = asset;
        return files.upload(bytes, {
          ...properties, folder, sha256, space: this.options.space, signal, identity: sha256,
          onProgress: ({ state, sent }) => {
            if (state === 'sending' && sent > counted) {
              this.#counts.sentBytes += sent - counted;
              counted = sent;
            }
            if (!this.#paused && !this.#result.cancelled) this.#report(state === 'waiting' ? 'waiting' : 'running');
          },
        });
      });
      if (file === 'known') return this.#know(1);
      if (!file) return;
      this.#result.uploaded.push(file);
      this.#counts.uploaded++;
    } catch (error) {
      if (error instanceof SessionEndedError || (error instanceof RateLimitError && !isShort(error))) throw error;
      this.#result.failed.push({ asset, error: error as LatchkeyError });
      this.#counts.failed++;
    }
    this.#report();
  }

  /** Does something whatever is paused or offline meanwhile; undefined if the backup was cancelled. */
  async #steadily<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; !this.#result.cancelled;) {
      const { signal } = this.#stop;
      try {
        await this.#paused;
        return await work(this.#stop.signal);
      } catch (error) {
        if (signal.aborted || this.#stop.signal.aborted) {
          await this.#paused;
          continue;
        }
        if (!(error instanceof NetworkError) && !isShort(error)) throw error;
        this.#report('waiting');
        await wait(pause(error, ++tries), this.#stop.signal, true).catch(() => {});
      }
    }
    return undefined;
  }

  #know(count: number): void {
    this.#result.known += count;
    this.#counts.known += count;
    this.#report();
  }

  #report(state = this.#state): void {
    this.#state = state;
    this.options.onProgress?.(this.progress);
  }
}

/** True if the service asks to come back soon. */
const isShort = (error: unknown): boolean => error instanceof RateLimitError && isTemporary(error);

function question({ name, size, modifiedAt, sha256 }: BackupAsset): KnownItem {
  return sha256 ? { sha256: sha256.toLowerCase() } : { name, size, modifiedAt: modifiedAt!.toISOString() };
}
