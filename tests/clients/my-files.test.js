import assert from 'node:assert/strict';
import test from 'node:test';
import { missing } from './chromium.js';
import { choose, downloaded, inspect, line, onMyFiles, upload } from './my-files.js';
import { issuer, photo } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const hostile = '<img src=x onerror=document.title=1>.jpg';

async function answer(page, value) {
  await page.locator('#ask-value').fill(value);
  await page.getByRole('button', { name: 'OK' }).click();
}

const said = (page, words) => page.getByRole('status').filter({ hasText: words }).waitFor();

test('a person uploads, renames, moves, downloads, deletes and restores on a phone', options, () => onMyFiles(async ({ page, folder, disk }) => {
  await page.getByText('This folder is empty.').waitFor();
  await inspect(page, 'empty');
  const bytes = photo(300_000);
  const renamed = `Ostsee ${Date.now()}.jpg`; // The trash is one for all tests.
  await choose(page, await disk('Füße am Strand 🏖.jpg', bytes), await disk('second.jpg', photo(100_000)));
  await line(page, 'Füße am Strand').waitFor();
  await line(page, 'second.jpg').waitFor();
  assert.equal(await upload(page, 'second.jpg').count(), 0);
  await inspect(page, 'files');

  await page.getByRole('button', { name: 'Rename Füße am Strand 🏖.jpg' }).click();
  await inspect(page, 'rename');
  await answer(page, renamed);
  await said(page, `The file was renamed to ${renamed}.`);
  const got = await downloaded(page, page.getByRole('button', { name: `Download ${renamed}` }));
  assert.equal(got.name, renamed);
  assert.ok(got.bytes.equals(bytes));

  await page.getByRole('button', { name: `Move ${renamed}` }).click();
  await answer(page, `${folder}/日本語`);
  await said(page, `${renamed} was moved.`);
  await page.getByRole('link', { name: '日本語' }).click();
  await line(page, renamed).waitFor();
  await page.getByRole('button', { name: `Delete ${renamed}` }).click();
  await said(page, `${renamed} was moved to the trash.`);
  await page.getByRole('link', { name: 'Trash' }).click();
  await line(page, renamed).waitFor();
  await inspect(page, 'trash');
  await page.getByRole('button', { name: `Restore ${renamed}` }).first().click();
  await said(page, `${renamed} was restored.`);
  await page.goBack();
  await line(page, renamed).waitFor();
  await page.getByLabel('Names starting with').fill('zzz');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('This folder is empty.').waitFor();
}));

test('a hostile name stays text wherever it is shown', options, () => onMyFiles(async ({ page, disk }) => {
  const title = await page.title();
  await choose(page, await disk(hostile, photo(1000)));
  await line(page, hostile).waitFor();
  await said(page, hostile);
  await page.getByRole('button', { name: `Rename ${hostile}` }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: `Share ${hostile}` }).click();
  await page.getByRole('heading', { name: `Share ${hostile}` }).waitFor();
  await inspect(page, 'hostile-name');
  assert.equal(await page.locator('main img').count(), 0);
  assert.equal(await page.title(), title);
}, { colorScheme: 'dark' }));

test('a link with a password opens elsewhere, is listed, and ends when it is taken back', options, () => onMyFiles(async ({ page, context, disk }) => {
  const bytes = photo(50_000);
  await choose(page, await disk('shared.jpg', bytes));
  await page.getByRole('button', { name: 'Share shared.jpg' }).click();
  await page.getByLabel('Password (optional)').fill('open sesame');
  await page.getByLabel('Maximum downloads (optional)').fill('5');
  await page.locator('#link-until').fill('2035-01-31');
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByLabel('Copy the link now').waitFor();
  const link = await page.getByLabel('Copy the link now').inputValue();
  assert.ok(link.startsWith(`${issuer}/s/`), link);
  await page.getByText('0 of 5 downloads').waitFor();
  await inspect(page, 'share');

  const stranger = await (await context.browser().newContext()).newPage();
  await stranger.goto(link);
  await stranger.getByLabel('Password').fill('open sesame');
  assert.ok((await downloaded(stranger, stranger.getByRole('button', { name: 'Download' }))).bytes.equals(bytes));

  await page.getByRole('button', { name: 'Revoke: Anyone with the link' }).click();
  await page.getByText('The share was revoked.').waitFor();
  assert.equal((await stranger.goto(link)).status(), 404);

  await page.getByLabel('User name').fill('nobody-of-this-name');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByText('The user was not found.').waitFor();
  await page.getByLabel('User name').fill('bob');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('button', { name: 'Revoke: Bob' }).waitFor();
}));

test("what is shared with bob, and the group's space that he only reads, on a desk in the dark", options, async () => {
  const name = `for bob ${Date.now()}.jpg`;
  await onMyFiles(async ({ page, disk }) => {
    await page.getByRole('link', { name: 'Family' }).click();
    await page.getByRole('link', { name: 'Family' }).and(page.locator('[aria-current=page]')).waitFor();
    await choose(page, await disk(name, photo(2000)));
    await line(page, name).waitFor();
    await page.getByRole('link', { name: 'My files' }).click();
    await page.getByRole('link', { name: 'My files' }).and(page.locator('[aria-current=page]')).waitFor();
    await choose(page, await disk(name, photo(1000)));
    await page.getByRole('button', { name: `Share ${name}` }).click();
    await page.getByLabel('User name').fill('bob');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke: Bob' }).waitFor();
  });
  await onMyFiles(async ({ page }) => {
    await page.getByRole('link', { name: 'Shared with me' }).click();
    await page.getByRole('button', { name: `Download ${name}` }).waitFor();
    assert.equal(await page.getByRole('button', { name: `Rename ${name}` }).count(), 0);
    assert.equal(await page.getByRole('button', { name: 'Upload files' }).count(), 0);
    await inspect(page, 'shared-desktop-dark');
    await page.getByRole('link', { name: 'Family' }).click();
    await page.getByRole('button', { name: `Download ${name}` }).waitFor();
    assert.equal(await page.getByRole('button', { name: `Delete ${name}` }).count(), 0);
  }, { user: 'bob', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
});

test('a reload stays signed in by the cookie alone; signing out ends it', options, () => onMyFiles(async ({ page, context }) => {
  await page.reload();
  await page.getByRole('heading', { name: 'Folders and files' }).waitFor();
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  const cookie = (await context.cookies(`${issuer}/oauth/token`)).find(one => one.name.startsWith('refresh-demo'));
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/demo/oauth/token']);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are not signed in.').waitFor();
  assert.equal(new URL(page.url()).search, '');
  await inspect(page, 'signed-out');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('User name').waitFor(); // The browser's own sign-in has ended too.
}));

test('a session that ended elsewhere is told, and one press signs in again', options, () => onMyFiles(async ({ page, context, folder }) => {
  const account = await context.newPage();
  await account.goto(`${issuer}/account`);
  await account.getByRole('button', { name: /^Sign out of My files/ }).first().click();
  await account.getByRole('status').waitFor();
  await page.getByLabel('Names starting with').fill('a');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).waitFor();
  await inspect(page, 'session-ended');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Folders and files' }).waitFor();
  assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('folder'), folder); // Where they were.
}, { user: 'admin' })); // Whose first line in the list of apps no other test's page is.

test('an answer to a sign-in that this page did not start is refused', options, () => onMyFiles(async ({ page }) => {
  await page.goto(`${issuer}/my-files?code=abc&state=of-somebody-else&iss=${encodeURIComponent(issuer)}`);
  await page.getByRole('alert').filter({ hasText: 'The sign-in could not be verified' }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  await inspect(page, 'foreign-answer');
}));

test('all of it can be done with the keyboard', options, () => onMyFiles(async ({ page, disk }) => {
  await choose(page, await disk('keys.jpg', photo(1000)));
  await line(page, 'keys.jpg').waitFor();
  for (let presses = 0; presses < 40; presses++) {
    if (await page.evaluate(() => document.activeElement.getAttribute('aria-label')) === 'Rename keys.jpg') break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await page.keyboard.type('typed.jpg');
  await page.keyboard.press('Enter');
  await said(page, 'The file was renamed to typed.jpg.');
  await page.getByRole('button', { name: 'Share typed.jpg' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Share typed.jpg' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Share typed.jpg');
}));
