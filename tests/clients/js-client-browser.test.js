// @latchkey/client in Chromium, in an app of another origin: sign-in by redirect, two tabs, uploads that go on after the page was closed,
// backup, changes, the vault, sealed messages. One browser and one sign-in; each test works in pages of the same profile.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { missing, onAPhone, serve, signIn } from './chromium.js';
import { bundle, install } from './js-client.js';
import { origin, photo } from './service.js';
import { allowed } from './web-app.js';

const MiB = 1024 * 1024;
const issuer = `${origin}/acme`; // Its admin, whose space and inbox no other test has.

const app = `
  import * as all from '@latchkey/client';
  import { Messages, Sealing } from '@latchkey/client/messages';
  import { openVault } from '@latchkey/client/vault';
  import mqtt from 'mqtt';
  const options = {
    issuer: ${JSON.stringify(issuer)}, clientId: 'mobile', redirectUri: '${allowed}/callback', postLogoutRedirectUri: '${allowed}/signed-out',
    scope: 'openid profile offline_access files.read files.write files.share messages', dpop: true,
  };
  const { session, files } = all.createClient(options);
  const messages = new Messages(session, { sealing: new Sealing({ device: 'web-1' }) });
  const got = request => new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = failed; });
  const ready = session.handleRedirect();
  Object.assign(globalThis, { ...all, got, session, files, messages, Messages, Sealing, openVault, mqtt, options, ready });
`;

/** Serves the app's page at every path of its origin. */
async function inTheApp(steps) {
  const { folder } = await install();
  const { contents } = await bundle(folder, app, { format: 'iife' });
  await serve(allowed, ({ url }, response) => {
    const isScript = url === '/app.js';
    if (url === '/no-workers') response.setHeader('Content-Security-Policy', "worker-src 'none'");
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? contents : '<!DOCTYPE html><title>An app</title><input type="file" multiple><script src="/app.js"></script>');
  }, () => onAPhone(steps));
}

/** Runs code of the app in a page; what it throws comes back as its name and code. */
const run = (page, code, ...values) => page.evaluate(async ([code, values]) => {
  try {
    return await (new Function('values', `return (async () => { ${code} })()`))(values);
  } catch (error) {
    return { threw: error.name, code: error.code, message: error.message };
  }
}, [code, values]);

/** Chooses files in the page's input, which the code then has as values. */
async function choose(page, ...paths) {
  await page.locator('input').setInputFiles(paths);
}

const chosen = 'const [file] = document.querySelector("input").files;';

test('an app in a browser', { skip: missing, timeout: 180_000 }, async t => {
  const disk = await mkdtemp(join(tmpdir(), 'latchkey-'));
  const onDisk = async (name, bytes) => {
    await writeFile(join(disk, name), bytes);
    return join(disk, name);
  };
  try {
    await inTheApp(async (page, _, context) => {
      const open = async (at = context) => {
        const tab = await at.newPage();
        await tab.goto(`${allowed}/`);
        return tab;
      };

      await t.test('signs in by redirect, with DPoP and the key out of reach', async () => {
        await page.goto(`${allowed}/start`);
        assert.equal(await run(page, 'return session.isSignedIn()'), false);
        await run(page, 'session.signIn({ returnTo: "/photos" }); return 0');
        await signIn(page, 'admin');
        await page.getByRole('button', { name: 'Allow', exact: true }).click();
        await page.waitForURL(`${allowed}/callback`); // Without the code.
        const back = await run(page, 'const { user, returnTo } = await ready; return { name: user.name, returnTo, at: location.href }');
        assert.deepEqual(back, { name: 'Admin', returnTo: '/photos', at: `${allowed}/callback` });
        const kept = await run(page, `
          const { tokenType } = JSON.parse(await indexedDBStorage().get('latchkey:tokens:' + options.issuer + ':mobile'));
          const keys = await got((await got(indexedDB.open('latchkey'))).transaction('keys').objectStore('keys').getAll());
          return { tokenType, extractable: keys.map(pair => pair.privateKey.extractable), pending: Object.keys(sessionStorage).filter(key => key.startsWith('latchkey:pending')) };`);
        assert.deepEqual(kept, { tokenType: 'DPoP', extractable: [false], pending: [] });
      });

      await t.test('two tabs whose token has expired refresh once', async () => {
        const tabs = [await open(), await open()];
        let refreshes = 0;
        context.on('request', request => { if (request.url().endsWith('/oauth/token') && request.method() === 'POST') refreshes++; });
        await run(page, `
          const storage = indexedDBStorage();
          const key = 'latchkey:tokens:' + options.issuer + ':mobile';
          await storage.set(key, JSON.stringify({ ...JSON.parse(await storage.get(key)), expiresAt: 0 }));`);
        const names = await Promise.all(tabs.map(tab => run(tab, 'await files.list(); return (await session.user()).name')));
        assert.deepEqual(names, ['Admin', 'Admin']);
        assert.ok(refreshes <= 2, `${refreshes} requests`); // One, and once more with the nonce.
        const tokens = await Promise.all(tabs.map(tab => run(tab, 'return session.accessToken()')));
        assert.equal(tokens[0], tokens[1]);
        await Promise.all(tabs.map(tab => tab.close()));
      });

      await t.test('a small file goes by one PUT, with progress and its hash', async () => {
        await choose(page, await onDisk('Käse 🧀.jpg', photo(300_000)));
        const file = await run(page, `${chosen} const told = [];
          const { status, name, sha256Verified } = await files.upload(file, { folder: 'Client', onProgress: p => told.push(p) });
          const states = [...new Set(told.map(({ state }) => state))];
          return { status, name, sha256Verified, states, sent: Math.max(...told.map(({ sent }) => sent)) };`);
        assert.deepEqual(file, {
          status: 'available', name: 'Käse 🧀.jpg', sha256Verified: true, states: ['hashing', 'sending', 'checking'], sent: 300_000,
        });
      });

      await t.test('an upload goes on after the page was closed in the middle, with the same file only, and is whole', async () => {
        const bytes = photo(18 * MiB + 5);
        const path = await onDisk('long.jpg', bytes);
        const first = await open();
        const sent = [];
        const note = request => { if (/comp=block&/.test(request.url()) && request.method() === 'PUT') sent.push(number(request.url())); };
        await first.route(/comp=block&/, route => (number(route.request().url()) < 2 ? route.continue() : undefined)); // The others wait.
        await choose(first, path);
        await run(first, `${chosen}
          files.upload(file, { folder: 'Client', onProgress: ({ state, sent }) => { if (state === 'sending') globalThis.sent = sent; } });
          return 0;`);
        await first.waitForFunction(MiB => globalThis.sent >= 8 * MiB, MiB);
        await first.close();

        context.on('request', note);
        const second = await open();
        const [left] = await run(second, 'return files.unfinished()');
        assert.deepEqual([left.name, left.size], ['long.jpg', bytes.length]);
        await choose(second, path);
        const file = await run(second, `${chosen} const { id, status, sha256Verified } = await files.upload(file, { folder: 'Client' });
          const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await (await files.download(id)).arrayBuffer()));
          const own = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
          return { id, status, sha256Verified, same: hash.join() === own.join(), left: (await files.unfinished()).length };`);
        assert.deepEqual(file, { id: left.id, status: 'available', sha256Verified: true, same: true, left: 0 });
        assert.deepEqual(sent.filter(n => n < 2), [], 'what had arrived was sent again');
        context.off('request', note);
        await second.close();
      });

      await t.test('an abort stops, keeps what has arrived, and can be given up for good', async () => {
        await choose(page, await onDisk('aborted.jpg', photo(9 * MiB)));
        const result = await run(page, `${chosen} const stop = new AbortController();
          const uploading = files.upload(file, { signal: stop.signal, onProgress: p => { if (p.state === 'sending' && p.sent > 0) stop.abort(); } });
          const error = await uploading.catch(error => error.name);
          const [left] = await files.unfinished();
          await files.forget(left);
          const gone = await files.get(left.id).then(file => file.status, error => error.code);
          return { error, name: left.name, gone, left: (await files.unfinished()).length };`);
        assert.deepEqual(result, { error: 'AbortError', name: 'aborted.jpg', gone: 'file_not_found', left: 0 });
      });

      await t.test('storage that can not be reached: a small file goes through the service', async () => {
        await page.route(/:\d+\/devstoreaccount1\//, route => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
        await choose(page, await onDisk('form.jpg', photo(1000)));
        const file = await run(page, `${chosen}
          const { status, name, folder, tags } = await files.upload(file, { folder: 'Client', tags: ['a'] });
          return { status, name, folder, tags };`);
        await page.unroute(/:\d+\/devstoreaccount1\//);
        assert.deepEqual(file, { status: 'available', name: 'form.jpg', folder: 'Client', tags: ['a'] });
      });

      await t.test('a backup of thirty pictures sends none the second time; it is paused and goes on; changes tell of all', async () => {
        const result = await run(page, `
          const [stamp] = values;
          const assets = Array.from({ length: 30 }, (_, n) => {
            const bytes = new Blob([new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), crypto.getRandomValues(new Uint8Array(2996))]);
            return {
              name: 'IMG_' + stamp + '_' + n + '.jpg', size: 3000, modifiedAt: new Date(1_700_000_000_000 + n), contentType: 'image/jpeg',
              folder: 'Camera', open: async () => bytes,
            };
          });
          const pages = [];
          for await (const page of files.changes()) pages.push(page);
          const [{ startOver, cursor }] = pages;
          let paused = 0;
          const first = files.backup(assets, { onProgress: ({ uploaded }) => {
            if (uploaded !== 5 || paused) return;
            paused = 1;
            first.pause();
            setTimeout(() => { paused = [first.progress.state, first.progress.done]; first.resume(); }, 300);
          } });
          const { uploaded, known, failed } = await first.finished;
          const second = await files.backup(assets).finished;
          const kinds = {};
          for await (const page of files.changes({ cursor })) for (const { kind } of page.items) kinds[kind] = (kinds[kind] ?? 0) + 1;
          let over;
          for await (const page of files.changes({ cursor: 'nonsense' })) over = page;
          return { startOver, paused: paused[0], uploaded: uploaded.length, known, failed: failed.map(({ error }) => error.message),
            again: [second.uploaded.length, second.known, second.failed.length], created: kinds.created, over: [over.startOver, over.items.length] };`,
        randomBytes(4).toString('hex'));
        assert.deepEqual(result, {
          startOver: true, paused: 'paused', uploaded: 30, known: 0, failed: [], again: [0, 30, 0], created: 30, over: [true, 0],
        });
      });

      await t.test('the hash of a large file is the same by a worker, in the page, and by WebCrypto', async () => {
        const result = await run(page, `
          const bytes = new Uint8Array(5 * 1024 * 1024 + 77).map((_, n) => n * n % 251);
          const expected = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map(byte => byte.toString(16).padStart(2, '0')).join('');
          const upload = async name => (await files.upload(new File([bytes], name, { lastModified: 1 }), { folder: 'Client' })).sha256;
          const real = Worker;
          let answers = 0;
          globalThis.Worker = class extends real {
            constructor(url) {
              super(url);
              this.addEventListener('message', () => { answers++; });
            }
          };
          const byWorker = await upload('worker.bin');
          globalThis.Worker = class { constructor() { throw new Error('Content-Security-Policy'); } };
          const inThePage = await upload('page.bin');
          globalThis.Worker = real;
          return { byWorker: byWorker === expected, answers, inThePage: inThePage === expected };`);
        assert.deepEqual(result, { byWorker: true, answers: 4, inThePage: true }); // Of three pieces, and the hash.
        const strict = await context.newPage(); // A page whose policy forbids workers, and tells of it in its own time.
        await strict.goto(`${allowed}/no-workers`);
        assert.equal(await run(strict, `const bytes = new Uint8Array(4 * 1024 * 1024 + 1).fill(7);
          return (await files.upload(new File([bytes], 'strict.bin', { lastModified: 1 }), { folder: 'Client' })).sha256Verified;`), true);
        await strict.close();
      });

      await t.test('the vault keeps a file encrypted, gives it back, and notices when it was changed', async () => {
        const result = await run(page, `
          const vault = await openVault({ name: 'alice' });
          const text = 'The secret is in the vault. '.repeat(20_000); // Three pieces.
          await vault.put('f1', new File([text], 'plan.txt', { type: 'text/plain' }));
          await vault.put('empty', new Blob([]));
          const again = await openVault({ name: 'alice' });
          const file = await again.get('f1');
          const streamed = await new Response(await again.stream('f1')).text();
          const listed = (await again.list()).map(({ id, name, size }) => [id, name, size]);
          const database = await got(indexedDB.open('latchkey vault alice'));
          const store = (name, mode) => database.transaction(name, mode).objectStore(name);
          const [rows, pieces, keys] = [await got(store('files').getAll()), await got(store('chunks').getAll()), await got(store('chunks').getAllKeys())];
          const disk = await new Blob([...pieces, ...rows.map(row => row.about)]).text();
          const second = keys.find(([, n]) => n === 1);
          const first = keys.findIndex(([prefix, n]) => prefix === second[0] && n === 0);
          await got(store('chunks', 'readwrite').put(pieces[first], second)); // A piece in place of another.
          const damaged = await again.get('f1').catch(error => error.code);
          await again.delete('f1');
          const storage = memoryStorage();
          const secure = await openVault({ name: 'carol', storage });
          await secure.put('x', new Blob(['y']));
          const other = await openVault({ name: 'carol', storage: memoryStorage() }).then(wrong => wrong.get('x')).catch(error => error.code);
          const own = await (await (await openVault({ name: 'carol', storage })).get('x')).text();
          const shared = memoryStorage();
          const [one, two] = await Promise.all([1, 2].map(() => openVault({ name: 'dave', storage: shared })));
          await one.put('x', new Blob(['z']));
          const byBoth = await (await two.get('x')).text();
          const [key] = await shared.keys('');
          await shared.remove(key); // As if it could not be read for a moment.
          const lost = [await openVault({ name: 'dave', storage: shared }).catch(error => error.code), await shared.keys('')];
          const after = (await again.list()).length;
          const left = await got(store('chunks').count());
          database.close();
          await again.destroy();
          const names = (await indexedDB.databases()).map(({ name }) => name);
          return {
            same: await file.text() === text, type: file.type, streamed: streamed === text, listed, plain: /secret|plan\\.txt/.test(disk),
            damaged, other, own, byBoth, lost, after, left, destroyed: !names.includes('latchkey vault alice'),
          };`);
        assert.deepEqual(result, {
          same: true, type: 'text/plain', streamed: true, listed: [['empty', '', 0], ['f1', 'plan.txt', 560_000]], plain: false,
          damaged: 'vault_damaged', other: 'vault_damaged', own: 'y', byBoth: 'z', lost: ['vault_damaged', []], after: 1, left: 1, destroyed: true,
        });
      });

      await t.test('sealed messages arrive by MQTT and in the inbox, for the devices they were sealed for', async () => {
        const result = await run(page, `
          await messages.publishKey();
          await messages.publishKey(); // Once is enough.
          const me = (await session.user()).sub;
          const heard = [];
          let wake = () => {};
          const until = async condition => { while (!condition()) await new Promise(done => { wake = done; setTimeout(done, 200); }); };
          let isConnected = false;
          const listener = messages.listen({ mqtt, onMessage: message => { heard.push(message); wake(); }, onConnected: is => { isConnected = is; } });
          await until(() => isConnected);
          await messages.send({ to: { user: me }, body: 'Sealed: Grüße', seal: true });
          await messages.send({ to: { user: me }, body: 'Open' });
          await until(() => heard.filter(({ type }) => type === 'message').length >= 2);
          listener.close();
          const closed = new Messages(session); // Without the key.
          const inbox = [];
          for await (const page of closed.read()) inbox.push(...page.messages);
          const sealed = inbox.find(({ contentType }) => contentType === 'application/jose+json');
          const damaged = await messages.open({ ...sealed, body: sealed.body.replace(/"tag":"(.)/, (_, c) => '"tag":"' + (c === 'A' ? 'B' : 'A')) });
          const mine = inbox.filter(({ type }) => type === 'message').map(({ id }) => id);
          await messages.acknowledge(mine);
          let left = 0;
          for await (const page of messages.read()) left += page.messages.filter(({ type }) => type === 'message').length;
          const keys = await messages.ownKeys();
          await messages.removeKey('web-1');
          const texts = heard.filter(({ type }) => type === 'message').map(({ text }) => text).sort();
          return {
            texts, inbox: mine.length, isHidden: !sealed.body.includes('Grüße'), unopened: [typeof sealed.text, typeof damaged.text], left,
            keys: keys.length,
          };`);
        assert.deepEqual(result, {
          texts: ['Open', 'Sealed: Grüße'], inbox: 2, isHidden: true, unopened: ['undefined', 'undefined'], left: 0, keys: 1,
        });
      });

      await t.test('signs out everywhere and comes back', async () => {
        await run(page, 'session.signOut({ everywhere: true }); return 0');
        await page.waitForURL(`${allowed}/signed-out*`);
        assert.equal(await run(page, 'return session.isSignedIn()'), false);
        assert.equal((await run(page, 'return files.list()')).code, 'not_signed_in');
        await run(page, 'session.signIn(); return 0');
        await page.getByLabel('Password').waitFor(); // The browser's sign-in is over too.
      });
    });
  } finally {
    await rm(disk, { recursive: true, force: true });
  }
});

const number = url => Number(Buffer.from(new URL(url).searchParams.get('blockid'), 'base64').toString());
