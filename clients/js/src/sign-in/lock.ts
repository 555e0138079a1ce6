import { random } from '../encoding.js';
import type { KeyValueStorage } from '../storage/storage.js';
import { wait } from '../wait.js';

const leaseMs = 35_000;
const renewMs = 10_000;
const queues = new Map<string, Promise<unknown>>();

/**
 * Does work while nobody else does work of that name: in this page, and in the others that share the storage. Where there are no Web
 * Locks it keeps a lease in the storage. A lease can fail if two begin at the same moment; then both refresh, and the service gives both
 * the same successor.
 */
export async function exclusively<T>(name: string, storage: KeyValueStorage, work: () => Promise<T>): Promise<T> {
  if (globalThis.navigator?.locks) return await navigator.locks.request(name, work) as T;
  const before = queues.get(name) ?? Promise.resolve();
  const mine = before.catch(() => {}).then(() => leased(`${name}:lease`, storage, work));
  queues.set(name, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(name) === mine) queues.delete(name);
  }
}

async function leased<T>(key: string, storage: KeyValueStorage, work: () => Promise<T>): Promise<T> {
  const owner = random(8);
  for (;;) {
    const [holder, until] = (await storage.get(key) ?? '').split(' ');
    const left = Number(until) - Date.now();
    if (holder === owner) break;
    if (left > 0 && left <= leaseMs) { // One that lasts longer was written by a clock that was wrong.
      await wait(100);
      continue;
    }
    await storage.set(key, `${owner} ${Date.now() + leaseMs}`);
    await wait(30); // If two write, the last one has it.
  }
  const isMine = async (): Promise<boolean> => (await storage.get(key) ?? '').startsWith(`${owner} `);
  const renew = async (): Promise<void> => { if (await isMine()) await storage.set(key, `${owner} ${Date.now() + leaseMs}`); };
  const timer = setInterval(() => void renew().catch(() => {}), renewMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (await isMine().catch(() => false)) await storage.remove(key).catch(() => {}); // It runs out by itself.
  }
}
