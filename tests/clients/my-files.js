// The page my-files in Chromium: a person who signs in and moves files, and a folder that no other test uses.
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { look, onAPhone, signIn } from './chromium.js';
import { issuer } from './service.js';

/** Signs in on the page, in a folder of this test's own, and runs the steps. */
export async function onMyFiles(steps, { user = 'alice', ...options } = {}) {
  const folder = `Prüfung 🗂 ${randomBytes(4).toString('hex')}`;
  const disk = await mkdtemp(join(tmpdir(), 'latchkey-'));
  try {
    await onAPhone(async (page, violations, context) => {
      const faults = [];
      page.on('pageerror', fault => faults.push(fault.message));
      await page.goto(`${issuer}/my-files#${new URLSearchParams({ folder })}`);
      await signIn(page, user);
      await page.getByRole('heading', { name: 'Folders and files' }).waitFor();
      await steps({ page, context, folder, disk: (name, bytes) => onDisk(disk, name, bytes) });
      if (faults.length) throw new Error(`The page threw: ${faults}`);
    }, options);
  } finally {
    await rm(disk, { recursive: true });
  }
}

/** Chooses files as a person would. */
export const choose = (page, ...paths) => page.locator('#chosen').setInputFiles(paths);

/** The line of a file. */
export const line = (page, name) => page.locator('#rows > li').filter({ hasText: name });

/** The line of an upload. */
export const upload = (page, name) => page.locator('#upload-rows > li').filter({ hasText: name });

/** Presses a button that leads to a download; its bytes and its name. */
export async function downloaded(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Picture and axe-core, which must find nothing at all. */
export const inspect = (page, name) => look(page, `my-files-${name}`, { tolerated: [] });

async function onDisk(folder, name, bytes) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}
