import assert from 'node:assert/strict';
import test from 'node:test';
import { missing } from './chromium.js';
import { act, answer, choose, desk, downloaded, inspect, isThere, line, onMyFiles, said, upload } from './my-files.js';
import { issuer, photo } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const hostile = '<img src=x onerror=document.title=1>.jpg';

test('a person uploads, renames, moves by picking, downloads, deletes, takes it back and restores, on a phone', options, () => onMyFiles(async ({ page, folder, disk }) => {
  await page.getByText('This folder is empty.').waitFor();
  await inspect(page, 'empty');
  const bytes = photo(300_000);
  const renamed = `Ostsee ${Date.now()}.jpg`; // The trash is one for all tests.
  await choose(page, await disk('Füße am Strand 🏖.jpg', bytes), await disk('second.jpg', photo(100_000)));
  await line(page, 'second.jpg').waitFor();
  await said(page, '2 files were uploaded.');
  assert.equal(await upload(page, 'second.jpg').count(), 0);
  assert.ok(await line(page, 'Füße').evaluate(item => item.getBoundingClientRect().top) < 200, 'the files come first');
  await inspect(page, 'files');

  await act(page, 'Füße am Strand 🏖.jpg', 'Rename');
  await inspect(page, 'rename');
  await answer(page, renamed);
  await said(page, `The file was renamed to ${renamed}.`);
  const got = await downloaded(page, () => act(page, renamed, 'Download'));
  assert.equal(got.name, renamed);
  assert.ok(got.bytes.equals(bytes));

  // Up to the folders of the space, down again, and into one that does not exist yet.
  await act(page, renamed, 'Move …');
  const picker = page.getByRole('dialog', { name: `Move ${renamed}` });
  await picker.getByRole('button', { name: 'My files' }).click();
  await picker.getByRole('button', { name: folder }).click();
  assert.equal(await picker.getByRole('button', { name: 'Move here' }).isDisabled(), true); // It is there already.
  await picker.getByLabel('New folder').fill('日本語');
  await page.keyboard.press('Enter');
  await inspect(page, 'move');
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, `${renamed} was moved.`);
  assert.equal(await line(page, renamed).count(), 0);
  await page.getByRole('link', { name: '日本語' }).click();
  await line(page, renamed).waitFor();

  await act(page, renamed, 'Delete');
  await said(page, `${renamed} was moved to the trash.`);
  await page.getByText('This folder is empty.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await said(page, `${renamed} was restored.`);
  await line(page, renamed).waitFor();
  await act(page, renamed, 'Delete');
  await page.getByRole('link', { name: 'Trash' }).click();
  await line(page, renamed).waitFor();
  await inspect(page, 'trash');
  await act(page, renamed, 'Restore');
  await line(page, renamed).waitFor({ state: 'detached' }); // The notice may be the one from before.
  await page.goBack();
  await line(page, renamed).waitFor();

  await page.getByRole('button', { name: 'Search all folders' }).click();
  await page.keyboard.type('zzz');
  await page.getByText('No file in “My files” has “zzz” in its name.').waitFor();
  await inspect(page, 'no-hit');
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await line(page, renamed).waitFor();

  // From the root: what is in the folder is found, with where it is, and its menu leads there.
  await page.getByRole('link', { name: 'My files' }).first().click();
  await page.getByRole('button', { name: 'Search all folders' }).click();
  await page.keyboard.type(renamed.slice(2).toUpperCase());
  await line(page, renamed).getByText('日本語').waitFor();
  await inspect(page, 'found');
  await act(page, renamed, 'Show in its folder');
  await page.locator('#path [aria-current]', { hasText: '日本語' }).waitFor();
  await line(page, renamed).waitFor();
}));

test('a notice goes away by itself, but not while it is pointed at', options, () => onMyFiles(async ({ page, disk }) => {
  await page.clock.install();
  await choose(page, await disk('notice.jpg', photo(1000)));
  const notice = page.getByRole('status').filter({ hasText: 'notice.jpg was uploaded.' });
  await notice.waitFor();
  await page.locator('.toast').hover();
  await page.clock.runFor(60_000);
  assert.equal(await notice.count(), 1);
  await page.mouse.move(0, 0);
  await page.clock.runFor(7_000);
  assert.equal(await notice.count(), 0);
}, desk));

test('a hostile name stays text wherever it is shown', options, () => onMyFiles(async ({ page, disk }) => {
  const title = await page.title();
  await choose(page, await disk(hostile, photo(1000)));
  await line(page, hostile).waitFor();
  await said(page, hostile);
  await act(page, hostile, 'Rename');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await line(page, hostile).getByRole('button').first().click();
  await page.getByRole('heading', { name: hostile }).waitFor();
  await page.keyboard.press('Escape');
  await act(page, hostile, 'Share …');
  await page.getByRole('heading', { name: `Share ${hostile}` }).waitFor();
  await inspect(page, 'hostile-name');
  assert.equal(await page.locator('img[src=x]').count(), 0);
  assert.equal(await page.title(), title);
}, { colorScheme: 'dark' }));

test('a link with a password opens elsewhere, is listed, and ends when it is taken back; so does one that was only copied', options, () => onMyFiles(async ({ page, context, disk }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const bytes = photo(50_000);
  await choose(page, await disk('shared.jpg', bytes));
  await act(page, 'shared.jpg', 'Copy a link');
  await said(page, 'A link was created and copied.');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  const stranger = await (await context.browser().newContext()).newPage();
  assert.equal((await stranger.goto(copied)).status(), 200);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });

  await act(page, 'shared.jpg', 'Share …');
  await page.getByText('Nobody yet.').waitFor();
  assert.equal((await stranger.goto(copied)).status(), 404);
  await page.getByLabel('Password (optional)').fill('open sesame');
  await page.getByLabel('Maximum downloads (optional)').fill('5');
  await page.locator('#link-until').fill('2035-01-31');
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByLabel('Copy the link now').waitFor();
  const link = await page.getByLabel('Copy the link now').inputValue();
  assert.ok(link.startsWith(`${issuer}/s/`), link);
  await page.getByText('0 of 5 downloads').waitFor();
  await inspect(page, 'share');

  await stranger.goto(link);
  await stranger.getByLabel('Password').fill('open sesame');
  assert.ok((await downloaded(stranger, () => stranger.getByRole('button', { name: 'Download' }).click())).bytes.equals(bytes));

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
    await act(page, name, 'Share …');
    await page.getByLabel('User name').fill('bob');
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Revoke: Bob' }).waitFor();
  });
  await onMyFiles(async ({ page }) => {
    const entries = async () => {
      await page.getByRole('button', { name: `Actions for ${name}` }).click();
      const all = await page.getByRole('menuitem').allTextContents();
      await page.keyboard.press('Escape');
      return all;
    };
    await page.getByRole('link', { name: 'Shared with me' }).click();
    await line(page, name).waitFor();
    assert.deepEqual(await entries(), ['Open', 'Download', 'Select']);
    assert.equal(await page.getByRole('button', { name: 'Add files' }).count(), 0);
    await inspect(page, 'shared-desktop-dark');
    await page.getByRole('link', { name: 'Family' }).click();
    await page.getByRole('link', { name: 'Family' }).and(page.locator('[aria-current=page]')).waitFor();
    await line(page, name).waitFor();
    assert.deepEqual(await entries(), ['Open', 'Download', 'Select']);
  }, { user: 'bob', ...desk, colorScheme: 'dark' });
});

test('a reload stays signed in by the cookie alone; signing out ends it', options, () => onMyFiles(async ({ page, context }) => {
  await page.reload();
  await isThere(page);
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  const cookie = (await context.cookies(`${issuer}/oauth/token`)).find(one => one.name.startsWith('refresh-demo'));
  assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/demo/oauth/token']);
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByText(/ of .* used/).first().waitFor();
  await inspect(page, 'account');
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
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Reload' }).click();
  await page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).first().waitFor();
  await inspect(page, 'session-ended');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await isThere(page);
  assert.equal(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('folder'), folder); // Where they were.
}, { user: 'admin' })); // Whose first line in the list of apps no other test's page is.

test('an answer to a sign-in that this page did not start is refused', options, () => onMyFiles(async ({ page }) => {
  await page.goto(`${issuer}/my-files?code=abc&state=of-somebody-else&iss=${encodeURIComponent(issuer)}`);
  await page.getByRole('alert').filter({ hasText: 'The sign-in could not be verified' }).waitFor();
  assert.equal(new URL(page.url()).search, '');
  await inspect(page, 'foreign-answer');
}));
