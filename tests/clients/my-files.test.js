import assert from 'node:assert/strict';
import test from 'node:test';
import { missing } from './chromium.js';
import { act, answer, choose, chosen, desk, downloaded, entriesOf, inspect, isThere, line, onMyFiles, pageMenu, said, upload } from './my-files.js';
import { issuer, origin, photo } from './service.js';

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
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.keyboard.type('zzz');
  await page.getByText('No file in “Trash of My files” has “zzz” in its name.').waitFor();
  await page.locator('#q').fill(renamed.slice(2).toUpperCase());
  await line(page, renamed).waitFor();
  await page.getByText('Search results').waitFor();
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
}, { form: true, reducedMotion: 'no-preference' }));

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

  // Safari takes what is written while the press is handled, and nothing after an answer. Where it takes nothing, no link stays behind;
  // and where that can't be helped either, the page says so.
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    document.addEventListener('click', () => { globalThis.isPress = true; setTimeout(() => { globalThis.isPress = false; }); }, true);
    const { write } = navigator.clipboard;
    navigator.clipboard.write = items => (globalThis.isPress ? write.call(navigator.clipboard, items) : Promise.reject(new DOMException('', 'NotAllowedError')));
  });
  await act(page, 'shared.jpg', 'Copy a link');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
  await page.evaluate(() => { navigator.clipboard.write = () => Promise.reject(new DOMException('', 'NotAllowedError')); });
  await page.route(/\/shares\/[^/]+$/, route => route.fulfill({ status: 503, json: {} }));
  await act(page, 'shared.jpg', 'Copy a link');
  await page.getByRole('alert').filter({ hasText: 'The link could not be copied, and it still exists.' }).waitFor();
  await page.unroute(/\/shares\/[^/]+$/);
  await act(page, 'shared.jpg', 'Share …');
  await page.getByRole('button', { name: 'Revoke: Anyone with the link' }).click();
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

test('what a file was is kept when it is replaced, and comes back', options, () => onMyFiles(async ({ page, disk }) => {
  const [first, second] = [photo(3000), photo(5000)];
  await choose(page, await disk('plan.jpg', first));
  await act(page, 'plan.jpg', 'Versions …');
  const sheet = page.getByRole('dialog', { name: 'Versions of plan.jpg' });
  await sheet.getByText('There are no former versions.').waitFor();
  const other = await disk('other name.jpg', second);
  await chosen(page, () => sheet.getByRole('button', { name: 'Replace with …' }).click(), other);
  await said(page, 'plan.jpg was replaced.');
  assert.equal(await line(page, 'other name.jpg').count(), 0);
  assert.ok((await downloaded(page, () => act(page, 'plan.jpg', 'Download'))).bytes.equals(second));

  await act(page, 'plan.jpg', 'Versions …');
  await sheet.getByText('Version 2 (now)').waitFor();
  await inspect(page, 'versions');
  const former = await downloaded(page, () => sheet.getByRole('button', { name: 'Download: Version 1' }).click());
  assert.deepEqual([former.name, former.bytes.equals(first)], ['plan.jpg', true]);
  await sheet.getByRole('button', { name: 'Restore: Version 1' }).click();
  await sheet.getByRole('status').filter({ hasText: 'Restored: Version 1' }).waitFor();
  await sheet.getByText('Version 3 (now)').waitFor();
  await page.keyboard.press('Escape');
  assert.ok((await downloaded(page, () => act(page, 'plan.jpg', 'Download'))).bytes.equals(first));

  // A second try after a failure that was no conflict replaces the version that was there at the first one, and no other.
  const matches = [];
  await page.route(/\/files\/[^/]+\/versions$/, route => {
    if (route.request().method() !== 'POST') return route.continue();
    matches.push(route.request().headers()['if-match']);
    return matches.length === 1 ? route.fulfill({ status: 409, json: { code: 'quota_exceeded' } }) : route.continue();
  });
  await act(page, 'plan.jpg', 'Versions …');
  await chosen(page, () => sheet.getByRole('button', { name: 'Replace with …' }).click(), other);
  await page.getByRole('button', { name: 'Try other name.jpg again' }).click();
  await upload(page, 'other name.jpg').waitFor({ state: 'detached' });
  assert.equal(matches.length, 2);
  assert.ok(matches[0]);
  assert.equal(matches[1], matches[0]);
  await page.unroute(/\/files\/[^/]+\/versions$/);

  // Somebody else is faster: nothing is lost, and the page says where it is.
  await page.route(/\/files\/[^/]+\/versions$/, async route => {
    if (route.request().method() !== 'POST') return route.continue();
    return route.continue({ headers: { ...route.request().headers(), 'if-match': '"of-another-version"' } });
  });
  await act(page, 'plan.jpg', 'Versions …');
  await chosen(page, () => sheet.getByRole('button', { name: 'Replace with …' }).click(), other);
  await page.getByRole('alert').filter({ hasText: 'Yours was saved beside it: plan (conflicted copy' }).waitFor();
  await line(page, 'plan (conflicted copy').waitFor();
}));

test('a folder is shared by a link, others are asked for files, and both are listed and ended', options, () => onMyFiles(async ({ page, context, folder, disk }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await choose(page, await disk('a.jpg', photo(3000)), await disk('b.jpg', photo(3000)));
  await line(page, 'b.jpg').waitFor();
  await page.getByRole('link', { name: 'My files' }).first().click();
  await act(page, folder, 'Share by link …');
  const sheet = page.getByRole('dialog', { name: 'Link to' });
  await sheet.getByLabel('Password (optional)').fill('open sesame');
  await inspect(page, 'link');
  await sheet.getByRole('button', { name: 'Create link' }).click();
  const address = await page.getByRole('dialog').getByLabel('Copy the link now').inputValue();
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.getByText('The link was copied.').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), address);
  await inspect(page, 'link-made');
  await page.keyboard.press('Escape');
  const stranger = await (await context.browser().newContext()).newPage();
  await stranger.goto(address);
  await stranger.getByLabel('Password').fill('open sesame');
  await stranger.keyboard.press('Enter');
  await stranger.getByText('a.jpg').first().waitFor();

  await act(page, folder, 'Ask for files …');
  const ask = page.getByRole('dialog', { name: 'Ask for files into' });
  const title = `Receipts ${Date.now()}`;
  await ask.getByLabel('Title').fill(title);
  await ask.getByLabel('Kinds of files').selectOption('Pictures and PDF');
  await ask.getByLabel('Maximum files').fill('3');
  await inspect(page, 'request');
  await ask.getByRole('button', { name: 'Create request' }).click();
  const request = await page.getByRole('dialog').getByLabel('Copy the link now').inputValue();
  await stranger.goto(request);
  await stranger.getByText(title).waitFor();
  await page.keyboard.press('Escape');

  // Of two files, too.
  await page.getByRole('link', { name: folder }).click();
  await line(page, 'a.jpg').waitFor();
  await line(page, 'a.jpg').locator('.open').focus();
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'More actions for the selection' }).click();
  await page.getByRole('menuitem', { name: 'Share by link …' }).click();
  await sheet.getByText('see and download these files').waitFor();
  const several = `Two ${Date.now()}`;
  await sheet.getByLabel('Title').fill(several);
  await sheet.getByRole('button', { name: 'Create link' }).click();
  await page.getByRole('dialog').getByLabel('Copy the link now').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear the selection' }).click();

  await pageMenu(page, 'Links and requests …');
  const list = page.getByRole('dialog', { name: 'Links and requests of My files' });
  await list.getByText('0 of 3 files received').first().waitFor();
  await inspect(page, 'links');

  // Changed: the address stays, and the page by it says what is new.
  await list.getByRole('button', { name: `Change: ${folder}` }).click();
  await list.getByLabel('Title').fill('Summer pictures');
  await list.getByText('Remove the password').click();
  await list.getByLabel('Maximum downloads').fill('50');
  await inspect(page, 'link-change');
  await list.getByRole('button', { name: 'Change', exact: true }).click();
  await list.getByRole('status').filter({ hasText: 'The link was changed.' }).waitFor();
  await list.getByRole('button', { name: 'End: Summer pictures' }).waitFor();
  await stranger.goto(address);
  await stranger.getByText('Summer pictures').first().waitFor();
  await list.getByRole('button', { name: `Change: ${title}` }).click();
  await list.getByLabel('Message').fill('With the stamp, please.');
  await list.getByLabel('Maximum files').fill('7');
  await list.getByRole('button', { name: 'Change', exact: true }).click();
  await list.getByRole('status').filter({ hasText: 'The request was changed.' }).waitFor();
  await list.getByText('0 of 7 files received').waitFor();
  await stranger.goto(request);
  await stranger.getByText('With the stamp, please.').waitFor();
  // What somebody else has changed is not overwritten.
  await page.route('**/demo/links/*', route => (route.request().method() === 'PATCH'
    ? route.fulfill({ status: 412, json: { code: 'etag_mismatch' } }) : route.continue()));
  await list.getByRole('button', { name: `Change: ${several}` }).click();
  await list.getByRole('button', { name: 'Change', exact: true }).click();
  await list.getByRole('alert').filter({ hasText: 'Somebody else has changed this meanwhile.' }).waitFor();
  await page.unroute('**/demo/links/*');
  await page.keyboard.press('Escape');
  await pageMenu(page, 'Links and requests …');
  for (const [name, words] of [['Summer pictures', 'The link was ended.'], [several, 'The link was ended.'], [title, 'The request was ended. Its files stay.']]) {
    await list.getByRole('button', { name: `End: ${name}` }).click();
    await list.getByRole('status').filter({ hasText: words }).waitFor();
    await list.getByRole('button', { name: `End: ${name}` }).waitFor({ state: 'detached' });
  }
  assert.equal((await stranger.goto(address)).status(), 404);
}));

test('what is being checked or has malware in it says so, and nothing is offered that is not possible', options, () => onMyFiles(async ({ page, folder, disk }) => {
  await choose(page, await disk('clean.jpg', photo(1000)), await disk('checked.jpg', photo(1000)), await disk('bad.jpg', photo(1000)));
  for (const name of ['clean.jpg', 'checked.jpg', 'bad.jpg']) await line(page, name).waitFor();
  const states = { 'checked.jpg': { status: 'scanning', scan: { result: 'pending' } }, 'bad.jpg': { status: 'infected', scan: { result: 'infected', threat: 'Eicar' } } };
  let isChecked = false;
  const as = file => ({ ...file, ...file.name === 'checked.jpg' && isChecked ? {} : states[file.name] });
  await page.route(/\/demo\/files\?/, async route => {
    const response = await route.fetch();
    const list = await response.json();
    return route.fulfill({ json: { ...list, files: list.files.map(as) } });
  });
  await page.route(/\/demo\/files\/[a-z0-9]+$/, async route => (route.request().method() === 'GET'
    ? route.fulfill({ json: as(await (await route.fetch()).json()) }) : route.continue()));
  await pageMenu(page, 'Reload');
  await line(page, 'checked.jpg').getByText('Being checked').waitFor();
  await line(page, 'bad.jpg').getByText('Malware found').waitFor();
  await inspect(page, 'scans');
  for (const name of ['checked.jpg', 'bad.jpg']) {
    assert.deepEqual(await entriesOf(page, name),
      ['Why can’t I open it?', 'Rename', 'Move …', 'Tags …', 'Select', 'Delete permanently']);
  }
  await line(page, 'bad.jpg').locator('.open').click();
  await page.getByRole('alert').filter({ hasText: 'Malware was found in this file.' }).waitFor();
  assert.equal(await page.locator('#viewer[open]').count(), 0);
  await line(page, 'clean.jpg').locator('.open').click();
  assert.equal(await page.getByRole('button', { name: 'Next file' }).isVisible(), false, 'the viewer leaves them out');
  await page.keyboard.press('Escape');
  isChecked = true;
  await line(page, 'checked.jpg').getByText('Being checked').waitFor({ state: 'detached' }); // The page asks by itself.
  assert.ok((await entriesOf(page, 'checked.jpg')).includes('Download'));
  // Of many that wait each is asked for in its turn, also if the first ones never get a verdict.
  const asked = await page.evaluate(async address => {
    const { ScanWatch } = await import(address);
    const [wait, ids, files] = [globalThis.setTimeout, new Set(), Array.from({ length: 25 }, (_, id) => ({ id, status: 'scanning' }))];
    globalThis.setTimeout = run => wait(run, 0);
    new ScanWatch({ file: async id => ids.add(id) && files[id] }, { files, put() {} }).look();
    for (let n = 0; n < 50 && ids.size < 25; n++) await new Promise(resolve => wait(resolve, 40));
    files.length = 0;
    globalThis.setTimeout = wait;
    return ids.size;
  }, `${issuer}/my-files/files/scans.js`);
  assert.equal(asked, 25);
  await act(page, 'bad.jpg', 'Delete permanently');
  await page.getByRole('button', { name: 'Delete permanently', exact: true }).click();
  await said(page, 'bad.jpg was deleted.');
  assert.equal(await line(page, 'bad.jpg').count(), 0);
}));

test('where the tenant lets people find each other, a few letters are enough to share with somebody', options, async () => {
  const acme = `${origin}/acme`;
  const token = (await (await fetch(`${acme}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'first-party', username: 'admin', password: 'admin-password' }),
  })).json()).access_token;
  const set = peopleSearch => fetch(`${acme}/admin/accounts`, {
    method: 'PATCH', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ peopleSearch }),
  });
  assert.equal((await set(true)).status, 200);
  try {
    await onMyFiles(async ({ page, disk }) => {
      await choose(page, await disk('for bob.jpg', photo(1000)));
      await act(page, 'for bob.jpg', 'Share …');
      const field = page.getByRole('combobox', { name: 'Name, user name or email address' });
      await field.fill('zz');
      await page.getByText('Nobody was found.').waitFor();
      await field.fill('b'); // One letter would list anybody.
      await page.getByText('Nobody was found.').waitFor();
      await field.fill('bo');
      const option = page.getByRole('option', { name: 'Bob' });
      await option.waitFor();
      await inspect(page, 'people');
      await option.getByText('b…b@acme.example').waitFor(); // What he can't choose.
      await page.keyboard.press('ArrowDown');
      assert.equal(await option.getAttribute('aria-selected'), 'true');
      await page.keyboard.press('Escape'); // Closes the list, not the dialog.
      await option.waitFor({ state: 'detached' });
      // What nobody was taken for is one person's whole name, or nobody's.
      await field.fill('Bo');
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      await page.getByText('Choose a person from the list').waitFor();
      assert.equal(await page.getByRole('button', { name: 'Revoke: Bob' }).count(), 0);
      await field.fill('bo');
      await option.waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      assert.equal(await field.inputValue(), 'Bob');
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      await page.getByRole('button', { name: 'Revoke: Bob' }).waitFor();
    }, { at: acme });
  } finally {
    await set(false);
  }
});

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
    const readOnly = ['Open', 'Download', 'Copy …', 'Select'];
    await page.getByRole('link', { name: 'Shared with me' }).click();
    await line(page, name).waitFor();
    assert.deepEqual(await entriesOf(page, name), readOnly);
    assert.equal(await page.getByRole('button', { name: 'Add files' }).count(), 0);
    await page.locator('#q').fill(name.slice(2, -4).toUpperCase());
    await page.getByText('Search results').waitFor();
    await line(page, name).waitFor();
    assert.deepEqual(await entriesOf(page, name), readOnly);
    await page.locator('#q').fill('zzz');
    await page.getByText('No file in “Shared with me” has “zzz” in its name.').waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await line(page, name).waitFor();
    await inspect(page, 'shared-desktop-dark');
    await page.getByRole('link', { name: 'Family' }).click();
    await page.getByRole('link', { name: 'Family' }).and(page.locator('[aria-current=page]')).waitFor();
    await line(page, name).waitFor();
    assert.deepEqual(await entriesOf(page, name), readOnly);
  }, { user: 'bob', form: true, ...desk, colorScheme: 'dark' });
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
}, { form: true }));

test('a session that ended elsewhere is told, nothing of it stays to be seen, and one press signs in again', options, () => onMyFiles(async ({ page, context, folder, disk }) => {
  await choose(page, await disk('secret.jpg', photo(1000)));
  await act(page, 'secret.jpg', 'Share …');
  await page.getByText('Nobody yet.').waitFor();
  const account = await context.newPage();
  await account.goto(`${issuer}/account`);
  await account.getByRole('button', { name: /^Sign out of My files/ }).first().click();
  await account.getByRole('status').waitFor();
  const told = page.getByRole('alert').filter({ hasText: 'Your session has ended.' }).first();
  // The page asks for the thumbnail again after three seconds, and may know already.
  await Promise.any([page.getByRole('button', { name: 'Create link' }).click(), told.waitFor()]);
  await told.waitFor();
  assert.equal(await page.locator('dialog[open]').count(), 0);
  assert.deepEqual(await page.locator('#rows, #stage, #share-rows, #said').allTextContents(), ['', '', '', '']);
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
