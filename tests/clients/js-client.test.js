// @latchkey/client without a browser: the package, its types, sign-in by the system browser, sessions that several share, hostile answers.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import test, { after, before } from 'node:test';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { bundle, install, load, sources } from './js-client.js';
import { signIn } from './person.js';
import { issuer, origin, photo } from './service.js';

const redirectUri = 'com.example.files:/callback';
const scope = 'openid profile offline_access files.read files.write';
let folder, packed, lib, another;

before(async () => {
  ({ folder, packed } = await install());
  lib = await load(folder, `
    export * from '@latchkey/client';
    export * from '@latchkey/client/capacitor';
    export * from '@latchkey/client/oidc-client-ts';
    export { Sealing } from '@latchkey/client/messages';
    export { UserManager } from 'oidc-client-ts';`);
  another = await load(folder, "export * from '@latchkey/client'"); // As in another page: it shares nothing but the storage.
});

/** The plugins of Capacitor on a phone whose user does as told; they count who listens. */
function phone(person = url => signIn(url, redirectUri)) {
  const listeners = new Set();
  const opened = [];
  const addListener = async (event, heard) => {
    const one = { event, heard };
    listeners.add(one);
    return { remove: async () => void listeners.delete(one) };
  };
  const emit = (event, value) => [...listeners].filter(one => one.event === event).forEach(one => one.heard(value));
  const Browser = {
    addListener,
    close: async () => { throw new Error('Not on Android.'); },
    async open({ url }) {
      opened.push(url);
      Promise.resolve(person(url)).then(address => (address ? emit('appUrlOpen', { url: address.href ?? address }) : emit('browserFinished')));
    },
  };
  return { App: { addListener }, Browser, listeners, opened, emit };
}

function newSession(options = {}, device = phone()) {
  const storage = options.storage ?? lib.memoryStorage();
  const session = new lib.Session({ issuer, clientId: 'mobile', redirectUri, scope, storage, browser: lib.capacitorBrowser(device), ...options });
  return { session, storage, device, files: new lib.Files(session, { storage }) };
}

/** Does work while requests go through this; it may answer, or let them pass. */
async function through(intercept, work) {
  const real = globalThis.fetch;
  globalThis.fetch = (url, init) => intercept(String(url), init, () => real(url, init)) ?? real(url, init);
  try {
    return await work();
  } finally {
    globalThis.fetch = real;
  }
}

const stored = async storage => JSON.parse(await storage.get(`latchkey:tokens:${issuer}:mobile`));

test('the package has what it should and nothing else', async () => {
  const names = packed.files.map(file => file.path);
  assert.ok(names.includes('LICENSE') && names.includes('README.md') && names.includes('package.json'));
  assert.deepEqual(names.filter(name => !/^(LICENSE|README\.md|package\.json|dist\/[\w/-]+\.(js|d\.ts))$/.test(name)), []);
  const { exports, dependencies, sideEffects } = JSON.parse(await readFile(`${folder}/node_modules/@latchkey/client/package.json`, 'utf8'));
  assert.deepEqual([dependencies, sideEffects], [undefined, false]);
  for (const entry of Object.values(exports)) {
    for (const path of typeof entry === 'string' ? [entry] : Object.values(entry)) assert.ok(names.includes(path.slice(2)), path);
  }
});

test('sign-in and files are under 15 kB, and each alone is less', async () => {
  const size = async code => gzipSync((await bundle(folder, code, { minify: true })).contents, { level: 9 }).length;
  const both = await size("export { createClient } from '@latchkey/client'");
  const signInOnly = await size("export { Session } from '@latchkey/client'");
  console.log(`@latchkey/client: sign-in and files ${both} bytes, sign-in ${signInOnly} bytes (minified, gzip)`);
  assert.ok(both < 15_000, `${both} bytes`);
  assert.ok(signInOnly < 0.7 * both, `${signInOnly} bytes`);
});

test('the types are those of the OpenAPI document, and a switch over the codes of errors is exhaustive', async () => {
  const { generate } = await import('../../clients/js/generate.mjs');
  const made = await generate(await (await fetch(`${origin}/openapi.json`)).json());
  for (const [name, text] of Object.entries(made)) {
    assert.ok(await readFile(`${sources}src/api/${name}`, 'utf8') === text, `src/api/${name} is old: node clients/js/generate.mjs ORIGIN makes it anew.`);
  }
  const use = `
    import { ApiError, createClient, RateLimitError, type ErrorCode } from '@latchkey/client';
    import { ApiClient, type paths } from '@latchkey/client/api';
    import { fromUserManager } from '@latchkey/client/oidc-client-ts';
    import { capacitorBrowser, secureStorage } from '@latchkey/client/capacitor';
    const { files } = createClient({ issuer: 'https://a.example/b', clientId: 'c', redirectUri: 'https://c.example/' });
    type Answer = 'retry' | 'full' | 'other';
    function answer(code: 'quota_exceeded' | 'space_busy'): Answer {
      switch (code) { case 'quota_exceeded': return 'full'; case 'space_busy': return 'retry'; }
    }
    // @ts-expect-error: no such code.
    const wrong: ErrorCode = 'quota_exceded';
    export async function use(file: File, client: ApiClient): Promise<Answer> {
      try {
        const { id, status } = await files.upload(file, { onProgress: ({ sent, total }) => console.log(sent / total) });
        // @ts-expect-error: a status is one of a few.
        if (status === 'gone') return 'other';
        const job = await client.send('GET', '/jobs/{id}', { path: { id } });
        // @ts-expect-error: a job has no such property.
        job.percent;
        // @ts-expect-error: no such path.
        await client.send('GET', '/filez');
        await client.send('POST', '/files/bulk', { body: { action: 'delete', ids: [id] } });
      } catch (error) {
        if (error instanceof RateLimitError) return error.retryAfter === 1 ? 'retry' : 'other';
        if (error instanceof ApiError && (error.code === 'quota_exceeded' || error.code === 'space_busy')) return answer(error.code);
      }
      return 'other';
    }
  `;
  assert.deepEqual(faults(use), []);
});

/** What the TypeScript compiler says of an app's file. */
function faults(text) {
  const settings = { strict: true, noEmit: true, types: [], target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, skipLibCheck: true,
    moduleResolution: ts.ModuleResolutionKind.Bundler, paths: { 'oidc-client-ts': [`${process.cwd()}/tests/clients/node_modules/oidc-client-ts`] } };
  const host = ts.createCompilerHost(settings);
  const name = `${folder}/use.ts`;
  const { getSourceFile, fileExists } = host;
  host.fileExists = path => path === name || fileExists(path);
  host.getSourceFile = (path, version) => (path === name ? ts.createSourceFile(path, text, version) : getSourceFile(path, version));
  return ts.getPreEmitDiagnostics(ts.createProgram([name], settings, host))
    .map(fault => `${fault.file?.fileName}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`);
}

test('the system browser signs in, files move, the session is refreshed and revoked', async () => {
  const kept = new Map(); // As a plugin over Keychain and Keystore has it.
  const { session, files, device, storage } = newSession({ storage: lib.secureStorage({
    getItem: async key => kept.get(key) ?? null, setItem: async (key, value) => void kept.set(key, value),
    removeItem: async key => void kept.delete(key), keys: async () => [...kept.keys()],
  }) });
  const { user, returnTo } = await session.signIn({ returnTo: '/photos' });
  assert.deepEqual([user.name, returnTo, device.listeners.size], ['Alice', '/photos', 0]);
  assert.deepEqual(await storage.keys('latchkey:pending'), []);
  const bytes = photo(5_000);
  const file = await files.upload(new File([bytes], 'node.jpg', { type: 'image/jpeg', lastModified: 1 }), { folder: 'Client' });
  assert.deepEqual([file.status, file.sha256Verified, file.modifiedAt], ['available', true, '1970-01-01T00:00:00.001Z']);
  assert.ok(Buffer.from(await (await files.download(file.id)).arrayBuffer()).equals(bytes));
  assert.deepEqual(await files.unfinished(), []);
  const before = await session.accessToken();
  assert.notEqual(await session.refresh(), before);
  const { refreshToken } = await stored(storage);
  assert.deepEqual(await session.signOut(), { revoked: true });
  assert.equal(await session.isSignedIn(), false);
  await assert.rejects(session.accessToken(), { name: 'SessionEndedError', code: 'not_signed_in' });
  const answer = await fetch(`${issuer}/oauth/token`,
    { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'mobile', refresh_token: refreshToken }) });
  assert.equal((await answer.json()).error, 'invalid_grant');
});

test('closing the sheet rejects, nobody listens any more, and the next sign-in works', async () => {
  const closing = phone(async () => undefined);
  const { session, storage } = newSession({}, closing);
  await assert.rejects(session.signIn(), { name: 'SignInError', code: 'cancelled' });
  const stop = new AbortController();
  const waiting = newSession({ storage }, phone(() => new Promise(() => {})));
  const given = waiting.session.signIn({ signal: stop.signal });
  while (waiting.device.opened.length === 0) await new Promise(setImmediate);
  stop.abort();
  await assert.rejects(given, { code: 'cancelled' });
  assert.deepEqual([closing.listeners.size, waiting.device.listeners.size], [0, 0]);
  const denied = newSession({ storage }, phone(url => signIn(url, redirectUri, 'alice', 'deny')));
  await assert.rejects(denied.session.signIn({ prompt: 'consent' }), { name: 'SignInError', code: 'access_denied' });
  assert.equal(await session.isSignedIn(), false);
});

test('an answer with another state, another issuer, twice the same parameter, or none of its own signs nobody in', async () => {
  let answer;
  const { session, storage } = newSession({}, phone(async url => {
    answer = await signIn(url, redirectUri);
    return undefined; // The system ends the app: the answer comes with its next start.
  }));
  await assert.rejects(session.signIn(), { code: 'cancelled' });
  const state = answer.searchParams.get('state');
  const changed = (name, value) => {
    const url = new URL(answer);
    url.searchParams.set(name, value);
    return url.href;
  };
  const restarted = newSession({ storage }).session;
  await assert.rejects(restarted.handleRedirect(changed('state', 'x')), { code: 'state_mismatch' });
  await assert.rejects(restarted.handleRedirect(`${answer.href}&state=${state}`), { code: 'state_mismatch' });
  await assert.rejects(restarted.handleRedirect(changed('iss', `${issuer}2`)), { code: 'issuer_mismatch' });
  await assert.rejects(newSession().session.handleRedirect(answer.href), { code: 'state_mismatch' });
  for (const other of [`${redirectUri}x?code=1&state=${state}`, `${redirectUri}?code=1`, redirectUri, undefined]) {
    assert.equal(await restarted.handleRedirect(other), undefined);
  }
  // Asked twice at once, as some frameworks do, it is redeemed once.
  const [one, two] = await Promise.all([restarted.handleRedirect(answer.href), restarted.handleRedirect(answer.href)]);
  assert.deepEqual([one.user.name, two], ['Alice', one]);
  // A phone tells its app the last address again, at each start.
  assert.equal(await newSession({ storage }).session.handleRedirect(answer.href), undefined);
  await restarted.signOut();
  assert.equal(await newSession({ storage }).session.handleRedirect(answer.href), undefined);
});

test('a sign-in that is given up while its listeners are added leaves none, and opens nothing', async () => {
  const device = phone();
  const { addListener } = device.App;
  let add;
  device.App.addListener = async (...args) => {
    await new Promise(resolve => { add = resolve; });
    return addListener(...args);
  };
  const stop = new AbortController();
  const given = newSession({}, device).session.signIn({ signal: stop.signal });
  while (!add) await new Promise(setImmediate);
  stop.abort();
  add();
  await assert.rejects(given, { code: 'cancelled' });
  assert.deepEqual([device.listeners.size, device.opened], [0, []]);
});

test('plain http is for this machine and its network', () => {
  for (const host of ['login.example.com', '8.8.8.8', '10.example.com', '172.32.0.1']) {
    assert.throws(() => newSession({ issuer: `http://${host}/demo` }), { code: 'invalid_argument' }, host);
  }
  for (const address of ['https://login.example.com', 'http://localhost:7071', 'http://192.168.1.20:7071', 'http://[::1]:7071']) {
    newSession({ issuer: `${address}/demo` });
  }
});

test('DPoP binds the session, and the nonce is sent when the service asks for it', async () => {
  const { session, storage, files } = newSession({ dpop: true });
  await session.signIn();
  assert.equal((await stored(storage)).tokenType, 'DPoP');
  await session.refresh();
  assert.ok(Array.isArray((await files.list()).files));
  const stolen = newSession({ storage, dpop: true }); // The tokens without the key.
  await assert.rejects(stolen.session.refresh(), { name: 'SessionEndedError' });
});

test('one refresh at a time, in a page and across pages that share a storage', async t => {
  if (globalThis.navigator?.locks) { // As in an old web view: by a lease.
    Object.defineProperty(navigator, 'locks', { value: undefined, configurable: true });
    t.after(() => delete navigator.locks);
  }
  const { session, storage } = newSession();
  await session.signIn();
  const far = new another.Session({ issuer, clientId: 'mobile', redirectUri, scope, storage });
  const others = [newSession({ storage }), { session: far, files: new another.Files(far, { storage }) }];
  await storage.set(`latchkey:tokens:${issuer}:mobile`, JSON.stringify({ ...await stored(storage), expiresAt: Date.now() }));
  let refreshes = 0;
  await through((url, init) => void (url.endsWith('/oauth/token') && refreshes++), () =>
    Promise.all([session.accessToken(), ...others.flatMap(other => [other.files.list(), other.files.spaces()])]));
  // The first one has its token in memory still.
  assert.equal(refreshes, 1);
  assert.deepEqual(new Set(await Promise.all(others.map(other => other.session.accessToken()))).size, 1);
});

test('no network keeps the session; a plugin that refreshes at the same moment wins; invalid_grant ends it and tells', async () => {
  const { session, storage } = newSession();
  const ended = [];
  session.onEnded(error => ended.push(error.code));
  await session.signIn();
  const key = `latchkey:tokens:${issuer}:mobile`;
  const offline = url => (url.endsWith('/oauth/token') ? Promise.reject(new TypeError('offline')) : undefined);
  await through(offline, () => assert.rejects(session.refresh(), { name: 'NetworkError', code: 'network' }));
  for (const answer of [new Response('<html>', { status: 400 }), new Response('', { status: 503, headers: { 'Retry-After': '99999999999' } })]) {
    await through(url => (url.endsWith('/oauth/token') ? Promise.resolve(answer) : undefined), () => assert.rejects(session.refresh(), error =>
      error.name !== 'SessionEndedError' && !(error.retryAfter > 86_400)));
  }
  assert.equal(await session.isSignedIn(), true);

  // Native code refreshes with the same token, and once more, before our answer is back.
  const refresh = async token => (await fetch(`${issuer}/oauth/token`,
    { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'mobile', refresh_token: token }) })).json();
  let isFirst = true;
  let newest;
  await through((url, init, send) => {
    if (!url.endsWith('/oauth/token') || !isFirst) return undefined;
    isFirst = false;
    return send().then(async answer => {
      const before = await stored(storage);
      const { refresh_token: second } = await refresh(before.refreshToken);
      const third = await refresh(second);
      newest = third.refresh_token;
      await storage.set(key, JSON.stringify({ ...before, accessToken: third.access_token, refreshToken: newest, expiresAt: Date.now() + 900_000 }));
      return answer;
    });
  }, () => session.refresh());
  assert.equal((await stored(storage)).refreshToken, newest);
  await session.refresh();

  await fetch(`${issuer}/oauth/revoke`, { method: 'POST', body: new URLSearchParams({ client_id: 'mobile', token: (await stored(storage)).refreshToken }) });
  const files = new lib.Files(session);
  await assert.rejects(files.list(), { name: 'SessionEndedError', code: 'session_ended' }); // 401, and then the refresh.
  assert.deepEqual([ended, await session.isSignedIn()], [['session_ended'], false]);
});

test('another user in another tab is not taken for the one who was here', async () => {
  const { session, storage } = newSession();
  const ended = [];
  session.onEnded(error => ended.push(error.code));
  await session.signIn();
  const other = newSession({ storage }, phone(url => signIn(url, redirectUri, 'bob')));
  await other.session.signIn();
  await assert.rejects(session.refresh(), { name: 'SessionEndedError', code: 'user_changed' });
  assert.equal(await session.isSignedIn(), false);
  assert.deepEqual(await session.signOut(), { revoked: false }); // Not of the other one.
  assert.deepEqual([ended, (await other.session.user()).name], [['user_changed'], 'Bob']);
});

test('the tokens of oidc-client-ts serve the files', async t => {
  const navigator = { prepare: async () => ({ navigate: async ({ url }) => ({ url: (await signIn(url, redirectUri)).href }), close() {} }), callback: async () => {} };
  const manager = new lib.UserManager({ authority: issuer, client_id: 'mobile', redirect_uri: redirectUri, scope, automaticSilentRenew: false },
    navigator, navigator);
  t.after(() => manager.removeUser()); // Its timers would keep the test's process alive.
  const authorizer = lib.fromUserManager(manager);
  const files = new lib.Files(authorizer);
  await assert.rejects(files.list(), { code: 'not_signed_in' });
  await manager.signinPopup();
  const file = await files.upload(new File([photo(100)], 'oidc.jpg', { type: 'image/jpeg' }));
  assert.equal(file.status, 'available');
  const { token } = await authorizer.authorize('GET', `${issuer}/files`);
  const renewed = await Promise.all([1, 2].map(() => authorizer.authorize('GET', `${issuer}/files`, token)));
  assert.ok(renewed.every(one => one.token === renewed[0].token && one.token !== token));
  await fetch(`${issuer}/oauth/revoke`,
    { method: 'POST', body: new URLSearchParams({ client_id: 'mobile', token: (await manager.getUser()).refresh_token }) });
  await assert.rejects(authorizer.authorize('GET', `${issuer}/files`, renewed[0].token), { name: 'SessionEndedError' });
});

test('hostile answers: no token leaves the issuer, no redirect is followed, no foreign address is used', async t => {
  const { session, files } = newSession();
  await session.signIn();
  await assert.rejects(session.authorize('GET', `${issuer}.evil.example/files`), { code: 'invalid_argument' });
  await assert.rejects(files.get('../../acme/files'), { code: 'file_not_found' });
  await assert.rejects(files.get('..'), TypeError);
  const heard = [];
  const thief = createServer((request, response) => {
    heard.push(request.headers.authorization ?? '');
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => thief.once('listening', resolve));
  t.after(() => thief.close());
  const elsewhere = `http://127.0.0.1:${thief.address().port}/`;
  const host = createServer((_, response) => response.writeHead(307, { Location: elsewhere }).end()).listen(0, '127.0.0.1');
  await new Promise(resolve => host.once('listening', resolve));
  t.after(() => host.close());
  const trusting = { issuer: `http://127.0.0.1:${host.address().port}/demo`, user: async () => undefined,
    authorize: async () => ({ token: 't', headers: { Authorization: 'Bearer t' } }) };
  await assert.rejects(new lib.ApiClient(trusting).send('POST', '/files', { body: { name: 'a', size: 1 } }), { name: 'NetworkError' });
  assert.deepEqual(heard, []);
  const secure = { ...trusting, issuer: 'https://login.example/demo' };
  const answers = answer => url => (url.startsWith('https://login.example') ? Promise.resolve(Response.json(answer)) : undefined);
  await through(answers({ url: elsewhere, expiresAt: '' }), () => assert.rejects(new lib.Files(secure).download('x'), { code: 'invalid_answer' }));
  for (const upload of [{ url: elsewhere, headers: {} }, { url: 'https://a.example', headers: {}, blockSize: -1 }, { url: 'nothing', headers: {} }]) {
    await through(answers({ id: 'x', status: 'pending', upload }), () =>
      assert.rejects(new lib.Files(secure).upload(new File(['a'], 'a.txt')), { code: 'invalid_answer' }));
  }
  await through(answers([1]), () => assert.rejects(new lib.Files(secure).get('x'), { code: 'invalid_answer' }));
  const busy = () => Promise.resolve(new Response('{"code":"too_many_requests"}', { status: 429, headers: { 'Retry-After': '86399' } }));
  await through(busy, () => assert.rejects(new lib.Files(secure).get('x'), { name: 'RateLimitError', code: 'too_many_requests', retryAfter: 86399 }));
});

test('a refresh whose answers are lost is not asked for so often that the session ends', async () => {
  const { session } = newSession();
  await session.signIn();
  let sent = 0;
  const lost = (url, init, send) => (url.endsWith('/oauth/token') && ++sent ? send().then(() => { throw new TypeError('lost'); }) : undefined);
  await through(lost, async () => {
    for (let n = 0; n < 8; n++) await assert.rejects(session.refresh(), { name: 'NetworkError' });
  });
  assert.deepEqual([sent, await session.isSignedIn()], [2, true]);
});

const pictureOf = (name, bytes = photo(100)) => new File([bytes], name, { type: 'image/jpeg', lastModified: 1 });
const newName = () => `${Math.random().toString(36).slice(2)}.jpg`;

async function named(files, name) {
  const found = [];
  for await (const file of files.search({ q: name })) found.push(file);
  return found;
}

test('what one user began is not uploaded as another', async () => {
  let who = 'alice';
  const { session, files } = newSession({}, phone(url => signIn(url, redirectUri, who)));
  await session.signIn();
  const [backedUp, uploaded] = [newName(), newName()];
  const backup = files.backup([{ name: backedUp, size: 100, modifiedAt: new Date(1), open: async () => new Blob([photo(100)]) }]);
  backup.pause();
  const changed = { name: 'SessionEndedError', code: 'user_changed' };
  await through(url => {
    if (!url.endsWith('/complete') || who === 'bob') return undefined;
    who = 'bob';
    return session.signIn().then(() => { throw new TypeError('lost'); });
  }, () => assert.rejects(files.upload(pictureOf(uploaded)), changed));
  assert.equal((await session.user()).name, 'Bob');
  backup.resume();
  await assert.rejects(backup.finished, changed);
  assert.deepEqual([await named(files, backedUp), await named(files, uploaded)], [[], []]);
});

test('killed between the answer and the note, an upload that is not hashed goes on with the same file', async () => {
  const { session, files } = newSession();
  await session.signIn();
  const [name, stop, bytes] = [newName(), new AbortController(), photo(100)];
  const options = { hash: false, signal: stop.signal };
  let begun;
  await through((url, init, send) => (url.endsWith('/files') && init.method === 'POST' ? send().then(async answer => {
    begun = await answer.json();
    stop.abort();
    throw stop.signal.reason;
  }) : undefined), () => assert.rejects(files.upload(pictureOf(name, bytes), options), { name: 'AbortError' }));
  const [left] = await files.unfinished();
  assert.deepEqual([left.name, left.id], [name, undefined]);
  assert.equal((await files.upload(pictureOf(name, bytes), { hash: false })).id, begun.id);
  assert.deepEqual(await files.unfinished(), []);
});

test('a form whose answer is lost is sent again, and is one file', async () => {
  const { session, files } = newSession();
  await session.signIn();
  const name = newName();
  let forms = 0;
  const file = await through((url, init, send) => {
    if (init?.method === 'PUT' && !url.startsWith(issuer)) return Promise.reject(new TypeError('a proxy'));
    if (url.includes('/files/upload?') && ++forms === 1) return send().then(() => { throw new TypeError('lost'); });
    return undefined;
  }, () => files.upload(pictureOf(name)));
  assert.deepEqual([forms, file.status, (await named(files, name)).length], [2, 'available', 1]);
  assert.deepEqual(await files.unfinished(), []);
});

test('notes that can not be kept stop no upload', async () => {
  const { session } = newSession();
  await session.signIn();
  const full = async () => { throw new Error('The storage is full.'); };
  const files = new lib.Files(session, { storage: { get: full, set: full, remove: full, keys: full } });
  assert.equal((await files.upload(pictureOf(newName()))).status, 'available');
});

test('a worker that fails before it is asked, or never answers, holds no upload up', async t => {
  const { session, files } = newSession();
  await session.signIn();
  t.after(() => delete globalThis.Worker);
  globalThis.Worker = class {
    constructor() { queueMicrotask(() => this.onerror?.({ preventDefault() {} })); }
    postMessage() {}
    terminate() {}
  };
  const large = pictureOf(newName(), photo(4 * 1024 * 1024 + 1));
  assert.equal((await files.upload(large)).sha256Verified, true);
  const stop = new AbortController();
  globalThis.Worker = class {
    postMessage() { stop.abort(); }
    terminate() {}
  };
  await assert.rejects(files.upload(pictureOf(newName(), large), { signal: stop.signal }), { name: 'AbortError' });
});

test('two that make a device\'s key at once get the same', async () => {
  const { get, set, ...others } = lib.memoryStorage();
  const slowly = work => async (...args) => {
    await new Promise(setImmediate);
    return work(...args);
  };
  const storage = { ...others, get: slowly(get), set: slowly(set) };
  const [one, two] = await Promise.all([1, 2].map(() => new lib.Sealing({ device: 'd', storage }).publicKey('owner')));
  assert.deepEqual(one, two);
});

test('an upload and a backup wait as long as the service says, and end if that is very long', async () => {
  const { session, files } = newSession();
  await session.signIn();
  const asset = { name: `${Math.random()}.jpg`, size: 100, modifiedAt: new Date(1), contentType: 'image/jpeg', open: async () => new Blob([photo(100)]) };
  const busy = (seconds, times, path) => url => (url.endsWith(path) && times-- > 0
    ? Promise.resolve(Response.json({ code: 'space_busy' }, { status: 503, headers: { 'Retry-After': `${seconds}` } })) : undefined);
  await through(busy(86_399, Infinity, '/files/known'), () =>
    assert.rejects(files.backup([asset]).finished, { name: 'RateLimitError', retryAfter: 86_399 }));
  const start = Date.now();
  const states = new Set();
  const { uploaded, failed } = await through(busy(1, 1, '/complete'), () =>
    files.backup([asset], { onProgress: ({ state }) => states.add(state) }).finished);
  assert.deepEqual([uploaded.length, failed, states.has('waiting')], [1, [], true]);
  assert.ok(Date.now() - start >= 1000);
  const refused = await files.backup([{ ...asset, name: 'a/b', open: async () => { throw new Error('The picture is gone.'); } }]).finished;
  assert.deepEqual(refused.failed.map(({ error }) => error.message), ['The picture is gone.']);
});
