import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import test from 'node:test';
import { missing } from './chromium.js';
import { act, choose, desk, downloaded, inspect, isThere, line, onMyFiles, upload } from './my-files.js';
import { photo } from './service.js';

const options = { skip: missing, timeout: 180_000 };
const MiB = 1024 * 1024;

/**
 * Holds blocks up, so that there is something to look at: each takes `delay` ms. Counts how often each was sent. In a test that stops an upload
 * in the middle those behind the fourth wait until it `isStopped`: however slow the machine is, some have not arrived by then.
 */
async function slowly(page, delay, isStopped = () => true) {
  const sent = new Map();
  await page.route(/comp=block&/, async route => {
    const n = Number(Buffer.from(new URL(route.request().url()).searchParams.get('blockid'), 'base64').toString());
    if (route.request().method() === 'PUT') sent.set(n, (sent.get(n) ?? 0) + 1);
    do await new Promise(resolve => setTimeout(resolve, delay)); while (n > 3 && !isStopped());
    await route.continue().catch(() => {}); // The page may be gone.
  });
  return sent;
}

const bytesSent = async row => Number(await row.locator('progress').evaluate(bar => bar.value));

async function atLeast(row, bytes) {
  while (await bytesSent(row) < bytes) await new Promise(resolve => setTimeout(resolve, 50));
}

async function servesTheSame(page, name, bytes) {
  await line(page, name).waitFor({ timeout: 90_000 });
  const got = await downloaded(page, () => act(page, name, 'Download'));
  assert.equal(got.name, name);
  assert.ok(got.bytes.equals(bytes));
}

test('a large file shows its progress, is paused, goes on and arrives whole', options, () => onMyFiles(async ({ page, disk }) => {
  const bytes = photo(30 * MiB + 17);
  let paused = false;
  const sent = await slowly(page, 400, () => paused);
  await choose(page, await disk('large.jpg', bytes), await disk('beside.jpg', photo(1000)));
  const row = upload(page, 'large.jpg');
  await atLeast(row, 8 * MiB);
  await line(page, 'beside.jpg').waitFor(); // It did not wait for the large one.
  await page.getByRole('button', { name: 'Pause large.jpg' }).click();
  await row.getByText('Paused').waitFor();
  paused = true;
  await inspect(page, 'paused');
  const before = [...sent.values()].reduce((sum, times) => sum + times, 0);
  await new Promise(resolve => setTimeout(resolve, 1000));
  assert.equal([...sent.values()].reduce((sum, times) => sum + times, 0), before, 'nothing is sent while it is paused');
  await page.getByRole('button', { name: 'Resume large.jpg' }).click();
  await atLeast(row, 12 * MiB);
  await inspect(page, 'progress');
  await servesTheSame(page, 'large.jpg', bytes);
  assert.ok(sent.get(0) === 1, 'what had arrived was not sent again');
}));

test('of many files three are sent at once, the others wait for their turn, and all arrive', options, () => onMyFiles(async ({ page, disk }) => {
  await slowly(page, 1500);
  const paths = await Promise.all([1, 2, 3, 4, 5, 6].map(n => disk(`many-${n}.jpg`, photo(5 * MiB))));
  await choose(page, ...paths);
  await page.locator('#upload-rows [data-state=sending]').nth(2).waitFor();
  assert.equal(await page.locator('#upload-rows [data-state=queued]').count(), 3);
  await inspect(page, 'queue-desktop');
  await page.getByRole('button', { name: 'Cancel many-6.jpg' }).click();
  for (const n of [1, 2, 3, 4, 5]) await line(page, `many-${n}.jpg`).waitFor({ timeout: 90_000 });
  assert.equal(await line(page, 'many-6.jpg').count(), 0);
  await page.getByRole('heading', { name: 'Uploads' }).waitFor({ state: 'hidden' });
}, desk));

test('a file that is chosen before the page has its first answer goes where the address says', options, () => onMyFiles(async ({ page, disk }) => {
  const path = await disk('early.jpg', photo(1000));
  let answer;
  const held = new Promise(resolve => { answer = resolve; });
  await page.route('**/demo/spaces', route => held.then(() => route.continue()));
  await page.reload();
  await isThere(page);
  const complete = page.waitForResponse(response => response.url().endsWith('/complete'));
  await choose(page, path);
  assert.equal((await complete).status(), 200);
  answer();
  await line(page, 'early.jpg').waitFor();
}));

test('the network is cut in the middle, and the upload goes on by itself', options, () => onMyFiles(async ({ page, context, disk }) => {
  const bytes = photo(26 * MiB + 1);
  let isCut = false;
  await slowly(page, 300, () => isCut);
  await choose(page, await disk('cut.jpg', bytes));
  const row = upload(page, 'cut.jpg');
  await atLeast(row, 8 * MiB);
  await context.setOffline(true);
  isCut = true;
  await row.getByText('No connection').waitFor();
  await inspect(page, 'offline');
  await new Promise(resolve => setTimeout(resolve, 2500));
  await context.setOffline(false);
  await servesTheSame(page, 'cut.jpg', bytes);
}));

test('after a reload the person chooses the file again and only the rest is sent', options, () => onMyFiles(async ({ page, disk }) => {
  const bytes = photo(25 * MiB);
  const path = await disk('again.jpg', bytes);
  let hasLeft = false;
  await slowly(page, 300, () => hasLeft);
  await choose(page, path);
  await atLeast(upload(page, 'again.jpg'), 12 * MiB);
  page.once('dialog', dialog => dialog.accept()); // The browser asks whether to leave.
  await page.reload();
  hasLeft = true;
  const row = upload(page, 'again.jpg');
  await row.getByText('Choose the file again to resume').waitFor();
  assert.ok(await bytesSent(row) >= 4 * MiB);
  await inspect(page, 'choose-again');

  const other = await disk('again.jpg', photo(25 * MiB)); // The same name and size, changed since.
  await utimes(other, new Date(2020, 1, 1), new Date(2020, 1, 1));
  const [first] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Resume again.jpg' }).click()]);
  await first.setFiles(other);
  await page.getByRole('alert').filter({ hasText: 'This is a different file' }).waitFor();
}));

test('the same file chosen again after a reload arrives whole, and its first blocks are not sent again', options, () => onMyFiles(async ({ page, disk }) => {
  const bytes = photo(25 * MiB);
  const path = await disk('same.jpg', bytes);
  let hasLeft = false;
  await slowly(page, 300, () => hasLeft);
  await choose(page, path);
  await atLeast(upload(page, 'same.jpg'), 12 * MiB);
  await page.getByRole('button', { name: 'Pause same.jpg' }).click();
  await page.reload();
  hasLeft = true;
  await page.unroute(/comp=block&/);
  const sent = await slowly(page, 0);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Resume same.jpg' }).click()]);
  await chooser.setFiles(path);
  await servesTheSame(page, 'same.jpg', bytes);
  assert.ok(!sent.has(0), 'what had arrived was not sent again');
  assert.equal(await page.evaluate(() => Object.values(localStorage).join('')), '[]');
}));

test('an upload that is given up is gone here and at the service; one that is refused says why', options, () => onMyFiles(async ({ page, disk }) => {
  await slowly(page, 500);
  await choose(page, await disk('no.jpg', photo(13 * MiB)));
  await atLeast(upload(page, 'no.jpg'), 4 * MiB);
  const deleted = page.waitForResponse(response => response.request().method() === 'DELETE');
  await page.getByRole('button', { name: 'Cancel no.jpg' }).click();
  assert.equal((await deleted).status(), 204);
  assert.equal(await upload(page, 'no.jpg').count(), 0);

  await choose(page, await disk('cat.png', Buffer.from('<!DOCTYPE html><script>alert(1)</script>'.padEnd(5000)))); // A page under a picture's name.
  await page.getByRole('alert').filter({ hasText: 'cat.png was not uploaded' }).waitFor();
  await inspect(page, 'refused');
  await page.getByRole('button', { name: 'Remove cat.png' }).click();
  await page.getByRole('heading', { name: 'Uploads' }).waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => Object.values(localStorage).join('')), '[]');
}));
