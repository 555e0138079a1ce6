// The page my-files in Chromium: a person who signs in and moves files, and a folder that no other test uses.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fields, look, onAPhone, signIn } from './chromium.js';
import { issuer } from './service.js';

/** How a test of a large screen begins. */
export const desk = { viewport: { width: 1280, height: 800 }, hasTouch: false };

/**
 * Opens the page in a folder of this test's own, signed in, and runs the steps. With `form` the page sends the browser to the sign-in; for
 * the others the browser has the cookie of a session already. Most tests block service workers: routes don't see what goes through one.
 */
export async function onMyFiles(steps, { user = 'alice', at = issuer, form = false, ...options } = {}) {
  const folder = `Prüfung 🗂 ${randomBytes(4).toString('hex')}`;
  const disk = await mkdtemp(join(tmpdir(), 'latchkey-'));
  try {
    await onAPhone(async (page, violations, context) => {
      const faults = [];
      page.on('pageerror', fault => faults.push(fault.message));
      if (!form) await startSession(page.request, at, user);
      await page.goto(`${at}/my-files#${new URLSearchParams({ folder })}`);
      if (form) await signIn(page, user);
      await isThere(page);
      await steps({ page, context, folder, disk: (name, bytes) => onDisk(disk, name, bytes) });
      if (faults.length) throw new Error(`The page threw: ${faults}`);
    }, { serviceWorkers: 'block', ...options });
  } finally {
    await rm(disk, { recursive: true });
  }
}

/** Signs in as the page would, but without loading it: the browser gets the cookie that its session goes on with. */
async function startSession(browser, at, user) {
  const verifier = randomBytes(32).toString('base64url');
  const app = { client_id: 'my-files', redirect_uri: `${at}/my-files` };
  const asked = await browser.get(`${at}/oauth/authorize?${new URLSearchParams({
    ...app, response_type: 'code', scope: 'openid profile offline_access files.read files.write files.share', state: 'unseen',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  })}`);
  const signedIn = await browser.post(`${at}/login`, { form: { ...fields(await asked.text()), username: user, password: `${user}-password` } });
  const code = new URL(signedIn.url()).searchParams.get('code');
  const tokens = await browser.post(`${at}/oauth/token`, { form: { ...app, grant_type: 'authorization_code', code, code_verifier: verifier } });
  assert.equal(tokens.status(), 200);
}

/** Waits for the list of files, in English. */
export const isThere = page => page.getByRole('heading', { name: 'Folders and files' }).waitFor();

/** Chooses files as a person would. */
export const choose = (page, ...paths) => page.locator('#chosen').setInputFiles(paths);

/** The item of a file or folder. */
export const line = (page, name) => page.locator('#rows > li').filter({ hasText: name });

/** Opens a file's menu and presses an entry. */
export async function act(page, name, entry) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

/** Waits until the page says these words. */
export const said = (page, words) => page.getByRole('status').filter({ hasText: words }).first().waitFor();

/** Does something that opens a dialog for choosing a file, and chooses this one. */
export async function chosen(page, action, path) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), action()]);
  await chooser.setFiles(path);
}

/** An entry of the menu at the head of the list. */
export async function pageMenu(page, entry) {
  await page.getByRole('button', { name: 'More actions', exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

/** The entries of an item's menu. */
export async function entriesOf(page, name) {
  await page.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
  const all = await page.getByRole('menuitem').allTextContents();
  await page.keyboard.press('Escape');
  return all;
}

/** Answers the dialog that asks for a text. */
export async function answer(page, value) {
  await page.locator('#ask-value').fill(value);
  await page.getByRole('button', { name: 'OK', exact: true }).click();
}

/** The line of an upload. */
export const upload = (page, name) => page.locator('#upload-rows > li').filter({ hasText: name });

/** Does something that leads to a download; its bytes and its name. */
export async function downloaded(page, action) {
  const [download] = await Promise.all([page.waitForEvent('download'), action()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Picture and axe-core, which must find nothing at all. */
export const inspect = (page, name) => look(page, `my-files-${name}`, { tolerated: [] });

async function onDisk(folder, name, bytes) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}
