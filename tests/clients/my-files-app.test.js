// The page my-files as an app: the keyboard, several files at once, the viewer, drag and drop, many files, other languages,
// without a network, installed.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { missing } from './chromium.js';
import { act, answer, choose, desk, downloaded, entriesOf, inspect, line, onMyFiles, pageMenu, said } from './my-files.js';
import { issuer, photo } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const picture = readFileSync(new URL('../Workshop/demo.jpg', import.meta.url));
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF');

const focused = page => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);

test('all of it can be done with the keyboard, and with several files at once', options, () => onMyFiles(async ({ page, folder, disk }) => {
  const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];
  await choose(page, ...await Promise.all(names.map(name => disk(name, photo(1000)))));
  for (const name of names) await line(page, name).waitFor();

  // The menu: arrows go round in it, letters find, Escape closes it and the focus is back at its button.
  await page.getByRole('button', { name: 'Actions for a.jpg' }).focus();
  await page.keyboard.press('Enter');
  const menu = page.getByRole('menu', { name: 'Actions for a.jpg' });
  await menu.waitFor();
  await inspect(page, 'menu');
  assert.equal(await focused(page), 'Open');
  await page.keyboard.press('ArrowUp');
  assert.equal(await focused(page), 'Delete');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(page), 'Download');
  await page.keyboard.press('m');
  assert.equal(await focused(page), 'Move …');
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  assert.equal(await focused(page), 'Actions for a.jpg');

  // From file to file, and keys for what is done most.
  await line(page, 'a.jpg').locator('.open').focus();
  await page.keyboard.press('ArrowRight');
  assert.match(await focused(page), /^b\.jpg/);
  await page.keyboard.press('End');
  assert.match(await focused(page), /^e\.jpg/);
  await page.keyboard.press('F2');
  await answer(page, 'f.jpg');
  await said(page, 'The file was renamed to f.jpg.');
  await line(page, 'f.jpg').waitFor();
  await line(page, 'f.jpg').locator('.open').focus();
  await page.keyboard.press('Delete');
  await said(page, 'f.jpg was moved to the trash.');
  await page.waitForFunction(() => /^d\.jpg/.test(document.activeElement.textContent)); // The neighbour has the focus.

  // Several: Ctrl and Shift with a click, or Shift with the arrows; then what the bar offers.
  await line(page, 'a.jpg').locator('.open').click({ modifiers: ['Control'] });
  await line(page, 'c.jpg').locator('.open').click({ modifiers: ['Shift'] });
  const bar = page.getByRole('group', { name: '3 selected' });
  await bar.waitFor();
  await inspect(page, 'selected');
  await bar.getByRole('button', { name: 'Move' }).click();
  const picker = page.getByRole('dialog', { name: 'Move 3 files' });
  await picker.getByLabel('New folder').fill('three');
  await page.keyboard.press('Enter');
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, '3 files were moved.');
  await line(page, 'three').waitFor();
  assert.equal(await page.locator('#rows > .file').count(), 1);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await line(page, 'b.jpg').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('#rows > .file').length === 4);
  await pageMenu(page, 'Reload'); // The folder that is empty again is gone.
  await line(page, 'three').waitFor({ state: 'detached' });

  await line(page, 'a.jpg').locator('.open').focus();
  await page.keyboard.press('Control+a');
  const all = page.getByRole('group', { name: '4 selected' });
  const got = await downloaded(page, () => all.getByRole('button', { name: 'Download' }).click());
  assert.equal(got.name.normalize(), `${folder}.zip`);
  assert.deepEqual(['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'].filter(name => !got.bytes.includes(name)), [], 'all four are in the archive');
  assert.equal(got.bytes.subarray(0, 2).toString(), 'PK');
  await all.getByRole('button', { name: 'More actions for the selection' }).click();
  await page.getByRole('menuitem', { name: 'Tags …' }).click();
  const tag = `t${Date.now()}`;
  await answer(page, `Sea, #${tag}`);
  await said(page, 'The tags were saved.');
  await line(page, 'b.jpg').getByText(`#Sea #${tag}`).waitFor();
  await page.getByRole('button', { name: 'Clear the selection' }).click();
  // A tag that an app has set may have a comma: it stays as it is when somebody only looks.
  await page.route(/\/demo\/files\?/, async route => {
    const list = await (await route.fetch()).json();
    return route.fulfill({ json: { ...list, files: list.files.map(file => ({ ...file, tags: ['Sea, salt', '#1'] })) } });
  });
  await pageMenu(page, 'Reload');
  await line(page, 'b.jpg').getByText('#Sea, salt ##1').waitFor();
  const tagged = [];
  page.on('request', request => request.url().endsWith('/files/bulk') && tagged.push(request.url()));
  await act(page, 'b.jpg', 'Tags …');
  await page.getByRole('button', { name: 'OK', exact: true }).click();
  await page.unroute(/\/demo\/files\?/);
  await pageMenu(page, 'Reload');
  await line(page, 'b.jpg').getByText(`#Sea #${tag}`).waitFor();
  assert.deepEqual(tagged, []);
  await line(page, 'a.jpg').locator('.open').focus();
  await page.keyboard.press('Control+a');
  const requests = [];
  page.on('request', request => request.method() !== 'GET' && requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await all.getByRole('button', { name: 'Delete' }).click();
  await said(page, '4 files were moved to the trash.');
  assert.deepEqual(requests, ['POST /demo/files/bulk'], 'one request for all of them');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await said(page, '4 files were restored.');
  await page.waitForFunction(() => document.querySelectorAll('#rows > .file').length === 4);

  // The order and the looks are kept.
  await page.getByRole('button', { name: 'Sort' }).click();
  await page.getByRole('menuitemradio', { name: 'Name, Z to A' }).click();
  await page.waitForFunction(() => document.querySelector('#rows > .file .name').firstChild.data === 'd.jpg');
  await page.getByRole('button', { name: 'Show as a list' }).click();
  await page.reload();
  await line(page, 'd.jpg').waitFor();
  assert.match(await page.locator('#rows > .file .name').first().textContent(), /^d\.jpg/);
  assert.equal(await page.locator('#rows.list').count(), 1);
  await inspect(page, 'list');
  assert.ok(page.url().includes(encodeURIComponent(folder).replaceAll('%20', '+')));
  await page.locator('#q').fill(`#${tag.toUpperCase()}`);
  await page.getByText('Search results').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('#rows > .file').length === 4);
  await page.locator('#q').fill(`#no${tag}`);
  await page.getByText(`No file in “My files” has the tag “no${tag}”.`).waitFor();
}, desk));

test('a folder is made, renamed, moved, copied, downloaded and deleted with all that it holds, with undo', options, () => onMyFiles(async ({ page, disk }) => {
  const picker = page.getByRole('dialog');
  await pageMenu(page, 'New folder');
  await answer(page, 'Sommer');
  await said(page, 'The folder Sommer was created.');
  assert.equal(await focused(page), 'Sommer');
  await page.keyboard.press('Enter');
  await page.locator('#path [aria-current]', { hasText: 'Sommer' }).waitFor();
  await choose(page, await disk('inside.jpg', photo(2000)), await disk('also.jpg', photo(2000)));
  await line(page, 'inside.jpg').waitFor();
  await line(page, 'also.jpg').waitFor();
  await page.goBack();

  await line(page, 'Sommer').locator('.open').focus();
  await page.keyboard.press('F2');
  await answer(page, 'Summer');
  await said(page, 'The folder was renamed to Summer.');
  await line(page, 'Summer').waitFor();
  assert.equal(await line(page, 'Sommer').count(), 0);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await said(page, 'Sommer was moved.');
  await line(page, 'Sommer').waitFor();

  // A copy beside it, which can't have its name; then the copy into the original, and out of it again.
  await act(page, 'Sommer', 'Copy …');
  await picker.getByRole('button', { name: 'Copy here' }).click();
  await said(page, 'Sommer was copied.');
  await line(page, 'Sommer (2)').waitFor();
  await act(page, 'Sommer (2)', 'Rename');
  await answer(page, 'Sommer');
  await page.getByRole('alert').filter({ hasText: 'There is a folder of this name already.' }).waitFor();
  await inspect(page, 'folder-exists');
  await act(page, 'Sommer (2)', 'Move …');
  assert.equal(await picker.getByRole('button', { name: 'Sommer (2)' }).count(), 0, 'it is not offered to itself');
  await picker.getByRole('button', { name: 'Sommer', exact: true }).click();
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, 'Sommer (2) was moved.');
  await line(page, 'Sommer').waitFor();
  assert.equal(await line(page, 'Sommer (2)').count(), 0);

  const zip = await downloaded(page, () => act(page, 'Sommer', 'Download as ZIP'));
  assert.equal(zip.name, 'Sommer.zip');
  assert.deepEqual(['inside.jpg', 'Sommer (2)/also.jpg'].filter(name => !zip.bytes.includes(name)), []);
  // One that is too large for a request is made by a job first.
  await page.route('**/files/archive/tickets', route => route.fulfill({ status: 413, json: { code: 'archive_too_large' } }));
  const large = await downloaded(page, () => act(page, 'Sommer', 'Download as ZIP'));
  assert.deepEqual([large.name, large.bytes.includes('inside.jpg')], ['Sommer.zip', true]);
  await inspect(page, 'folders');

  await line(page, 'Sommer').locator('.open').focus();
  await page.keyboard.press('Delete');
  await said(page, 'Sommer was moved to the trash.');
  await page.getByText('This folder is empty.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await said(page, 'Sommer was restored.');
  await line(page, 'Sommer').locator('.open').click();
  await line(page, 'Sommer (2)').waitFor();
  await line(page, 'inside.jpg').waitFor();

  // Into a group's space it is a copy, and what was here goes to the trash.
  await page.goBack();
  const name = `Summer ${Date.now()}`; // The space is one for all tests.
  await act(page, 'Sommer', 'Rename');
  await answer(page, name);
  await said(page, `The folder was renamed to ${name}.`);
  // Undo means the space where it was done, wherever the reader is by then.
  const mine = page.url();
  await page.getByRole('link', { name: 'Family' }).click();
  await page.getByRole('link', { name: 'Family' }).and(page.locator('[aria-current=page]')).waitFor();
  const undone = page.waitForRequest(request => request.method() === 'PATCH' && request.url().endsWith('/demo/folders'));
  await page.getByRole('button', { name: 'Undo' }).last().click();
  assert.equal((await undone).postDataJSON().space, 'me');
  await (await undone).response();
  await page.goto(mine);
  await act(page, 'Sommer', 'Rename');
  await answer(page, name);
  await line(page, name).waitFor();
  await act(page, name, 'Move …');
  await picker.getByRole('button', { name: 'Spaces' }).click();
  await picker.getByRole('button', { name: 'Family' }).click();
  await picker.getByText('In another space this becomes a copy.').waitFor();
  await inspect(page, 'move-to-space');
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, `${name} was moved to Family.`);
  assert.equal(await line(page, name).count(), 0);
  await page.getByRole('link', { name: 'Family' }).click();
  await line(page, name).waitFor();
  // As long as nothing is known of the space, nothing is offered that could be done to another one.
  await page.route('**/demo/spaces', route => route.fulfill({ status: 503, json: {} }));
  await page.reload();
  assert.deepEqual(await entriesOf(page, name), ['Open', 'Download as ZIP', 'Copy …', 'Select']);
  await page.unroute('**/demo/spaces');
  await pageMenu(page, 'Reload');
  await page.getByRole('link', { name: 'Family' }).and(page.locator('[aria-current=page]')).waitFor();
  assert.ok((await entriesOf(page, name)).includes('Rename'));
  await line(page, name).locator('.open').click();

  // And a file back from there.
  await act(page, 'inside.jpg', 'Move …');
  await picker.getByRole('button', { name: 'Spaces' }).click();
  await picker.getByRole('button', { name: 'My files' }).click();
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, 'inside.jpg was moved.');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await line(page, 'inside.jpg').waitFor();
}, desk));

test('a job over a large folder tells how far it is, also after a reload, and why it could not do all', options, () => onMyFiles(async ({ page }) => {
  await pageMenu(page, 'New folder');
  await answer(page, 'Large');
  await said(page, 'The folder Large was created.');
  let job;
  await page.route(/\/demo\/folders\?/, async route => {
    const response = await route.fetch();
    job = { ...await response.json(), status: 'running', total: 5000, done: 1200 };
    return route.fulfill({ status: 202, json: job });
  });
  await page.route(/\/demo\/jobs\//, route => route.fulfill({ json: job }));
  await act(page, 'Large', 'Delete');
  await page.getByText('Large is being deleted.').waitFor();
  await page.getByText('1,200 of 5,000').waitFor();
  await inspect(page, 'job');
  await page.reload();
  await page.getByText('1,200 of 5,000').waitFor();
  job = { ...job, status: 'failed', done: 4997, failed: 3, code: 'file_scanning' };
  await page.getByRole('alert').filter({ hasText: 'It did not work for 3 of the files. This file is still being checked for malware.' }).waitFor();
  assert.equal(await page.getByText('Large is being deleted.').count(), 0);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
}));

test('the viewer shows a picture, a text as text, a video and a PDF, and says what it can’t show', options, () => onMyFiles(async ({ page, disk }) => {
  const video = Buffer.from(await page.evaluate(record), 'base64');
  const text = '<script>document.title = "run"</script>\nÜber 日本';
  const dropped = { '1.jpg': picture, '2.txt': Buffer.from(text), '3.webm': video, '4.pdf': pdf, '5.zip': Buffer.from([0x50, 0x4b, 5, 6, ...Array(18).fill(0)]) };
  await drop(page, dropped);
  for (const name of Object.keys(dropped)) await line(page, name).waitFor();

  await line(page, '1.jpg').locator('.open').click();
  const viewer = page.getByRole('dialog', { name: '1.jpg' });
  await viewer.getByRole('img', { name: '1.jpg' }).waitFor();
  await page.waitForFunction(() => document.querySelector('#stage img').naturalWidth > 0);
  await inspect(page, 'viewer');
  assert.equal(await viewer.getByRole('button', { name: 'Previous file' }).count(), 0); // It is the first.

  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('#stage pre').textContent(), text);
  await inspect(page, 'viewer-text');
  assert.notEqual(await page.title(), 'run');

  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('#stage video')?.videoWidth === 32);
  await page.keyboard.press('ArrowRight');
  const frameOrLink = page.locator('#stage iframe, #stage a');
  await frameOrLink.waitFor();
  const address = await frameOrLink.evaluate(element => element.src ?? element.href);
  const shown = await fetch(address);
  assert.deepEqual([shown.headers.get('content-type'), shown.headers.get('content-disposition').split(';')[0]], ['application/pdf', 'inline']);
  await page.keyboard.press('ArrowRight');
  await page.getByText('This kind of file can’t be shown here.').waitFor();
  await page.keyboard.press('ArrowLeft');
  await frameOrLink.waitFor();
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => /^4\.pdf/.test(document.activeElement.textContent)); // What was shown last has the focus.

  // The phone's own sheet gets the file itself; here is none, so this stands in its place.
  await page.evaluate(() => {
    navigator.canShare = () => true;
    navigator.share = async data => { globalThis.sent = data; };
  });
  await act(page, '2.txt', 'Send to an app …');
  await page.waitForFunction(() => globalThis.sent);
  assert.deepEqual(await page.evaluate(async () => [globalThis.sent.files[0].name, await globalThis.sent.files[0].text()]), ['2.txt', text]);

  // From the viewer's menu, as from the list's.
  await line(page, '5.zip').locator('.open').click();
  await page.getByRole('button', { name: 'Actions for 5.zip' }).last().click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await said(page, '5.zip was moved to the trash.');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  const broken = await disk('6.jpg', photo(500));
  await choose(page, broken);
  await line(page, '6.jpg').locator('.open').click();
  await page.getByText('This browser can’t show this file.').waitFor();
  await page.keyboard.press('Escape');
  await line(page, '1.jpg').locator('.thumb img').waitFor(); // By now its thumbnail was made.
  await inspect(page, 'thumbnail');
}, desk));

test('without a network the page opens, says so, and goes on when there is one; it can be installed', options, () => onMyFiles(async ({ page, context, disk }) => {
  const manifest = await page.evaluate(async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json());
  assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['/demo/my-files', '/demo/my-files', 'standalone']);
  const worker = await page.evaluate(async () => {
    const { active, scope } = await navigator.serviceWorker.ready;
    return [active.scriptURL, scope];
  });
  assert.deepEqual(worker, [`${issuer}/my-files/service-worker.js`, `${issuer}/my-files`]);
  await choose(page, await disk('before.jpg', photo(1000)));
  await line(page, 'before.jpg').waitFor();

  await context.setOffline(true);
  await page.getByText('You are offline. What you see may be out of date.').waitFor();
  await line(page, 'before.jpg').waitFor(); // What was there stays.
  await inspect(page, 'offline-list');
  await page.reload();
  await page.getByText('You are offline. Your files appear as soon as there is a connection.').waitFor();
  await inspect(page, 'offline-start');
  await context.setOffline(false);
  await line(page, 'before.jpg').waitFor();
  const kept = await page.evaluate(async () => {
    const all = await Promise.all((await caches.keys()).map(async name => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url))));
    return all.flat().map(({ pathname, search }) => pathname + search);
  });
  assert.ok(kept.includes('/demo/my-files') && kept.includes('/demo/my-files/files/item.js'));
  assert.deepEqual(kept.filter(path => !/^\/demo\/my-files(\/[a-z/.-]+\.(js|css))?$/.test(path)), [], 'nothing of anybody is kept');

  const devtools = await context.newCDPSession(page);
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // The test's profile keeps nothing, and browsers install nothing into such a one. There is nothing else against it.
  assert.deepEqual(installabilityErrors.map(error => error.errorId).filter(id => id !== 'in-incognito'), []);
}, { serviceWorkers: 'allow' }));

test('thousands of files are loaded as they are scrolled to; the page reads from right to left in Arabic', options, () => onMyFiles(async ({ page }) => {
  const files = Array.from({ length: 5000 }, (_, n) => ({
    id: `f${n}`, status: 'available', space: 'me', folder: '', name: `IMG_${String(n).padStart(4, '0')}.jpg`, contentType: 'image/jpeg', size: n, createdAt: '2026-01-02T03:04:05Z',
  }));
  let asked = 0;
  await page.route(/\/demo\/files\?/, route => {
    const query = new URL(route.request().url()).searchParams;
    const [from, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit'))];
    asked++;
    return route.fulfill({ json: { files: files.slice(from, from + limit), folders: from ? undefined : [], cursor: String(from + limit) } });
  });
  const visit = async tag => {
    await page.setExtraHTTPHeaders({ 'accept-language': tag });
    await page.goto('about:blank'); // Otherwise only what is after the # would change.
    await page.goto(`${issuer}/my-files`);
  };
  await visit('ar');
  await line(page, 'IMG_0000.jpg').waitFor();
  await page.waitForTimeout(300);
  assert.equal(asked, 1, 'what is not in view is not asked for');
  assert.deepEqual(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), ['ar', 'rtl']);
  await page.getByRole('heading', { name: 'المجلدات والملفات' }).waitFor();
  const [first, second] = await page.evaluate(() => [...document.querySelectorAll('#rows > li')].map(item => item.getBoundingClientRect().right));
  assert.ok(first > second, 'the first file is at the right');
  await inspect(page, 'arabic');
  await line(page, 'IMG_0000.jpg').locator('.open').focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await focused(page), /^IMG_0001/);
  await page.locator('#page-menu').click();
  await page.getByRole('menuitem', { name: 'الروابط والطلبات' }).click();
  await page.getByRole('dialog').getByRole('heading', { name: 'الروابط', exact: true }).waitFor();
  await inspect(page, 'arabic-links');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await line(page, 'IMG_0001.jpg').locator('.open').focus();
  for (let pages = 2; pages <= 4; pages++) {
    await page.keyboard.press('End');
    await page.waitForFunction(count => document.querySelectorAll('#rows > li').length >= count, pages * 100);
  }
  assert.equal(asked, 4);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const [tag, ask] of [['de', 'Um Dateien bitten …'], ['ja', 'ファイルをリクエスト…']]) {
    await visit(tag);
    await line(page, 'IMG_0000.jpg').waitFor();
    await inspect(page, `narrow-${tag}`); // Which also fails if the page scrolls sideways.
    await page.locator('#page-menu').click();
    await page.getByRole('menuitem', { name: ask }).click();
    await inspect(page, `narrow-request-${tag}`);
  }
}));

/** Drops files on the page. */
async function drop(page, files) {
  const data = await page.evaluateHandle(all => {
    const transfer = new DataTransfer();
    const types = { jpg: 'image/jpeg', txt: 'text/plain', webm: 'video/webm', pdf: 'application/pdf', zip: 'application/zip' };
    for (const [name, base64] of all) {
      const bytes = Uint8Array.from(atob(base64), char => char.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: types[name.split('.')[1]] }));
    }
    return transfer;
  }, Object.entries(files).map(([name, bytes]) => [name, bytes.toString('base64')]));
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await page.getByText('Drop the files to upload them here').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
  await page.getByText('Drop the files to upload them here').waitFor({ state: 'hidden' });
}

/** Runs in the page: a small video, in base64. */
async function record() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 32;
  const context = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const stopped = new Promise(resolve => { recorder.onstop = resolve; });
  recorder.start();
  for (let n = 0; n < 8; n++) {
    context.fillStyle = `hsl(${n * 40} 80% 50%)`;
    context.fillRect(0, 0, 32, 32);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  recorder.stop();
  await stopped;
  return btoa(String.fromCharCode(...new Uint8Array(await new Blob(pieces).arrayBuffer())));
}

test('folders and files that are selected together are saved, moved, deleted and brought back together', options, () => onMyFiles(async ({ page, folder, disk }) => {
  const [one, two] = [`One ${Date.now()}`, `Two ${Date.now()}`];
  for (const name of [one, two]) {
    await pageMenu(page, 'New folder');
    await answer(page, name);
    await line(page, name).waitFor();
  }
  await choose(page, await disk('beside.jpg', photo(1000)));
  await line(page, 'beside.jpg').waitFor();
  await page.getByLabel(`Select ${one}`).check();
  await page.getByLabel(`Select ${two}`).check();
  await page.getByLabel('Select beside.jpg').check();
  const bar = page.getByRole('group', { name: '3 selected' });
  await bar.waitFor();
  assert.equal(await bar.getByRole('button', { name: 'More actions for the selection' }).count(), 0);
  await inspect(page, 'selected-together');

  await bar.getByRole('button', { name: 'Move' }).click();
  const picker = page.getByRole('dialog', { name: 'Move 3 items' });
  assert.equal(await picker.getByRole('button', { name: one }).count(), 0, 'not into itself');
  await picker.getByLabel('New folder').fill('all');
  await page.keyboard.press('Enter');
  await picker.getByRole('button', { name: 'Move here' }).click();
  await said(page, '3 items were moved.');
  await line(page, one).waitFor({ state: 'detached' });
  assert.equal(await page.locator('#rows > li').count(), 1);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await line(page, two).waitFor();
  await line(page, 'beside.jpg').waitFor();

  // Of a folder without files there is no archive: it is said, and the file comes all the same.
  await line(page, 'beside.jpg').locator('.open').focus();
  await page.keyboard.press('Control+a');
  const all = page.getByRole('group', { name: /selected/ });
  const got = await downloaded(page, () => all.getByRole('button', { name: 'Download' }).click());
  assert.equal(got.name, 'beside.jpg');
  await all.getByRole('button', { name: 'Delete' }).click();
  await said(page, 'items were moved to the trash.');
  await page.getByText('This folder is empty.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await said(page, 'items were restored.');
  for (const name of [one, two, 'beside.jpg']) await line(page, name).waitFor();
  assert.ok(folder);
}, desk));
