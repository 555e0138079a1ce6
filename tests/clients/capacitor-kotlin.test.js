// The Kotlin of clients/capacitor that needs no Android, compiled by Debian's kotlinc and run on the JVM against the service: killed between
// any two of its requests, and gone on with. The Android classes are compiled against declarations (kotlin/android) and not run.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { api, download, issuer, photo } from './service.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const kotlinc = '/usr/bin/kotlinc';
const json = '/usr/share/java/json-android.jar'; // Android's own org.json.
const stdlib = existsSync('/usr/share/java') ? readdirSync('/usr/share/java').find(name => /^kotlin-stdlib-[\d.]+\.jar$/.test(name)) : undefined;
const missing = existsSync(kotlinc) && existsSync(json) && stdlib ? false
  : 'There is no kotlinc: install Debian\'s kotlin and libandroid-json-org-java';
const clientId = 'mobile';
const store = join(root, '.local/kotlin');
const quick = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto', '-XX:+IgnoreUnrecognizedVMOptions'];
const scope = 'openid offline_access files.read files.write';
let classes; // A jar: the JVM archives no classes from folders.
let folder;

// Once for each state of the sources: kotlinc takes as much processor time as all the rest.
async function compile() {
  const sources = ['clients/capacitor/android/src/main/java', 'tests/clients/kotlin/Runner.kt', 'tests/clients/kotlin/android'];
  const files = sources.flatMap(path => statSync(join(root, path)).isFile() ? [path]
    : readdirSync(join(root, path), { recursive: true }).sort().map(name => `${path}/${name}`).filter(name => statSync(join(root, name)).isFile()));
  const hash = createHash('sha256').update(stdlib);
  for (const file of files) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  const target = join(store, `${hash.digest('hex').slice(0, 16)}.jar`);
  if (existsSync(target)) return target;
  const part = `${target}.${process.pid}.jar`;
  mkdirSync(store, { recursive: true });
  await run(kotlinc, ['-nowarn', '-jvm-target', '1.8', '-cp', json, '-d', part, ...sources],
    { cwd: root, env: { ...process.env, JAVA_OPTS: `-Xmx1g ${quick.join(' ')}` } });
  renameSync(part, target);
  return target;
}

const archive = () => `${classes}.jsa`;

/** An upload, after which the JVM keeps its classes as it has them in memory (JEP 350): each of the many processes starts in half the time. */
async function keepClasses() {
  if (existsSync(archive())) return;
  const part = `${archive()}.${process.pid}`;
  assert.equal((await jvm('run', { id: await add(file(1_000)) }, [`-XX:ArchiveClassesAtExit=${part}`])).outcome, 'Done');
  if (existsSync(part)) renameSync(part, archive()); // Java 11 makes none.
}

/** Does one thing in a process of its own; answers what it printed, and undefined if it died on the way. */
async function jvm(what, options = {}, flags = existsSync(archive()) ? [`-XX:SharedArchiveFile=${archive()}`] : []) {
  try {
    // An archive of another Java is not used, which is not to be printed.
    const { stdout } = await run('java', [...quick, ...flags, '-Xlog:disable', '-cp', [classes, json, `/usr/share/java/${stdlib}`].join(':'), 'RunnerKt',
      JSON.stringify({ do: what, issuer, clientId, folder, ...options })]);
    return JSON.parse(stdout);
  } catch (fault) {
    if (fault.code === 9) return undefined;
    throw fault;
  }
}

const tokenFile = () => join(folder, `latchkey:tokens:${issuer}:${clientId}`.replace(/[^A-Za-z0-9]/g, '_'));
const tokens = () => JSON.parse(readFileSync(tokenFile(), 'utf8'));
const keep = value => writeFileSync(tokenFile(), JSON.stringify(value));

/** Signs a user in, as the library would have kept it. */
async function signIn(user = 'alice') {
  const { signIn: atThePages } = await import('./person.js');
  const { discover } = await import('./service.js');
  const oauth = await import('openid-client');
  const config = await discover(clientId, oauth.None());
  const verifier = oauth.randomPKCECodeVerifier();
  const redirect = 'com.example.files:/callback';
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirect, scope, code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  });
  const back = await atThePages(url.href, redirect, user);
  const answer = await (await fetch(`${issuer}/oauth/token`, {
    method: 'POST', body: new URLSearchParams({
      grant_type: 'authorization_code', code: back.searchParams.get('code'), code_verifier: verifier, redirect_uri: redirect, client_id: clientId,
    }),
  })).json();
  keep({ v: 1, accessToken: answer.access_token, tokenType: 'Bearer', expiresAt: Date.now() + answer.expires_in * 1000,
    refreshToken: answer.refresh_token, idToken: answer.id_token, scope: answer.scope });
}

/** A file on the disk, in a folder of its own on the server. */
function file(size) {
  const bytes = photo(size);
  const path = join(folder, `${randomUUID()}.jpg`);
  writeFileSync(path, bytes);
  return { path, bytes, where: `Kotlin/${randomUUID()}` };
}

const add = async ({ path, where }, more = {}) => (await jvm('add', { path, file: { contentType: 'image/jpeg', folder: where, ...more } })).id;

/** The files of that folder, all of them available and with the right bytes. */
async function uploaded({ where, bytes }) {
  const { files } = await api(tokens().accessToken, 'GET', `/files?folder=${encodeURIComponent(where)}`);
  for (const { id, status } of files) {
    assert.equal(status, 'available');
    assert.ok((await download(tokens().accessToken, id)).equals(bytes));
  }
  return files.length;
}

describe('the Android uploader on the JVM', { skip: missing, timeout: 300_000 }, () => {
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-kotlin-'));
    classes = await compile();
    await signIn();
    await keepClasses();
  });
  after(() => folder && rmSync(folder, { recursive: true }));

  test('an upload that dies before or after any of its requests is there once', async () => {
    const one = file(100_000);
    const asset = randomUUID();
    const id = await add(one, { asset });
    // Begin, PUT, complete; then begin and complete, because the bytes have arrived.
    for (const fault of [{ dieBefore: 1 }, { dieAfter: 1 }, { dieBefore: 2 }, { dieAfter: 2 }, { dieBefore: 2 }, { dieAfter: 2 }]) {
      assert.equal(await jvm('run', { id, ...fault }), undefined, JSON.stringify(fault));
    }
    const { outcome, upload } = await jvm('run', { id });
    assert.deepEqual([outcome, upload.state, upload.sent], ['Done', 'done', 100_000]);
    assert.equal(await uploaded(one), 1);
    assert.equal(await add(one, { asset }), id, 'the same photo has the same key');
    rmSync(join(folder, 'queue', `${id}.json`)); // As in an app that was installed anew.
    assert.equal(await add(one, { asset }), id);
    assert.equal((await jvm('run', { id })).outcome, 'Done');
    assert.equal(await uploaded(one), 1);
  });

  test('blocks go on where they stopped, after a kill, a pause and a URL that storage refuses', async () => {
    const film = file(21 * 1024 * 1024);
    const id = await add(film, { name: 'Strandstraße 日本.jpg' });
    assert.equal(await jvm('run', { id, dieAfter: 3 }), undefined); // Begin and two blocks.
    const paused = await jvm('run', { id, pauseAt: 12 * 1024 * 1024 });
    assert.deepEqual([paused.outcome, paused.upload.state], ['Stopped', 'paused']);
    assert.ok(paused.upload.sent >= 8 * 1024 * 1024, `${paused.upload.sent} were sent`);
    assert.equal((await jvm('run', { id })).outcome, 'Stopped', 'what is paused stays so');
    assert.equal((await jvm('resume')).moved, 1);
    const { outcome, upload } = await jvm('run', { id, spoil: true });
    assert.deepEqual([outcome, upload.state, upload.name], ['Done', 'done', 'Strandstraße 日本.jpg']);
    assert.equal(await uploaded(film), 1);
  });

  test('one PUT with a URL that storage refuses gets another', async () => {
    const one = file(5_000);
    assert.equal((await jvm('run', { id: await add(one), spoil: true })).outcome, 'Done');
    assert.equal(await uploaded(one), 1);
  });

  test('two processes and a kill in the middle of a refresh keep the session', async () => {
    const before = tokens();
    keep({ ...before, expiresAt: 0 });
    assert.equal(await jvm('refresh', { dieAfter: 1 }), undefined); // The answer is lost.
    assert.equal(tokens().refreshToken, before.refreshToken);
    const [first, second] = await Promise.all([jvm('refresh'), jvm('refresh')]);
    assert.equal(first.token, second.token, 'one has refreshed, the other found it');
    assert.notEqual(tokens().refreshToken, before.refreshToken);
    assert.equal(tokens().idToken.split('.').length, 3);
    assert.notEqual((await jvm('refresh', { refused: first.token })).token, first.token);
    await api(tokens().accessToken, 'GET', '/files');
  });

  test('a changed file, a missing one, plain http and a refusal are said by their code', async () => {
    const fails = async (id, options) => {
      const { outcome, upload } = await jvm('run', { id, ...options });
      assert.equal(outcome, 'Failed');
      return upload.code;
    };
    const changed = file(1_000);
    const id = await add(changed);
    utimesSync(changed.path, new Date(), new Date(Date.now() - 60_000));
    assert.equal(await fails(id), 'file_changed');
    const gone = file(1_000);
    const second = await add(gone);
    rmSync(gone.path);
    assert.equal(await fails(second), 'file_missing');
    assert.equal(await fails(await add(file(1_000)), { allowLocal: false }), 'plain_http');
    const lie = file(1_000);
    writeFileSync(lie.path, '<!DOCTYPE html><script>alert(1)</script>');
    assert.equal(await fails(await add(lie)), 'type_mismatch');
    assert.equal(await fails(await add(file(1_000), { space: 'group:nobody' })), 'space_not_found');
  });

  test('Retry-After is kept to, and no network is tried later', async () => {
    const busy = createServer((_, response) => response.writeHead(503, { 'Retry-After': '7' }).end('{"code":"server_busy"}'));
    await new Promise(resolve => busy.listen(0, '127.0.0.1', resolve));
    const at = { issuer: `http://127.0.0.1:${busy.address().port}/demo` };
    const name = join(folder, `latchkey:tokens:${at.issuer}:${clientId}`.replace(/[^A-Za-z0-9]/g, '_'));
    writeFileSync(name, readFileSync(tokenFile()));
    const { path } = file(1_000);
    const { id } = await jvm('add', { ...at, path, file: {} });
    const { outcome, seconds } = await jvm('run', { ...at, id });
    assert.deepEqual([outcome, seconds], ['Later', 7]);
    await new Promise(resolve => busy.close(resolve));
    const offline = await jvm('run', { ...at, id });
    assert.deepEqual([offline.outcome, offline.seconds, offline.upload.state], ['Later', undefined, 'waiting']);
  });

  test('what is no answer of the service is tried later, and ends no session', async () => {
    let answer = [403, '<h1>Blocked</h1>'];
    const proxy = createServer((_, response) => response.writeHead(answer[0]).end(answer[1]));
    await new Promise(resolve => proxy.listen(0, '127.0.0.1', resolve));
    const at = { issuer: `http://127.0.0.1:${proxy.address().port}/demo` };
    const name = join(folder, `latchkey:tokens:${at.issuer}:${clientId}`.replace(/[^A-Za-z0-9]/g, '_'));
    writeFileSync(name, readFileSync(tokenFile()));
    const { id } = await jvm('add', { ...at, path: file(1_000).path, file: {} });
    const later = async () => assert.deepEqual((({ outcome, upload }) => [outcome, upload.code])(await jvm('run', { ...at, id })), ['Later', undefined]);
    await later();
    answer = [302, ''];
    await later();
    answer = [201, JSON.stringify({ id: 'f', status: 'pending', upload: {} })]; // Without a URL.
    await later();
    writeFileSync(name, JSON.stringify({ ...tokens(), expiresAt: 0 }));
    answer = [404, '{}'];
    await later();
    await new Promise(resolve => proxy.close(resolve));
  });

  test('copies that no upload needs are deleted, and only they', async () => {
    const copies = join(folder, 'copies');
    mkdirSync(copies);
    const copy = async () => {
      const one = file(1_000);
      const path = join(copies, randomUUID());
      renameSync(one.path, path);
      return { path, id: await add({ ...one, path }, { name: 'one.jpg' }) };
    };
    const [waiting, failed, done] = [await copy(), await copy(), await copy()];
    utimesSync(failed.path, new Date(), new Date(Date.now() - 60_000));
    assert.equal((await jvm('run', { id: failed.id })).outcome, 'Failed');
    assert.equal((await jvm('run', { id: done.id })).outcome, 'Done');
    writeFileSync(join(copies, 'of-nobody'), 'x');
    const left = async () => { await jvm('sweep'); return readdirSync(copies).sort(); };
    const damaged = join(folder, 'queue/damaged.json');
    writeFileSync(damaged, '{');
    assert.equal((await left()).length, 4, 'one that can\'t be read may need any of them');
    rmSync(damaged);
    assert.deepEqual((await left()).map(name => join(copies, name)), [waiting.path, failed.path].sort());
  });

  test('a sign-out or a sign-in of another during a refresh is not undone, and nothing is sent as the other', async () => {
    const own = file(2_000);
    const id = await add(own);
    const alice = tokens();
    await signIn('bob');
    const bob = tokens();
    keep({ ...alice, expiresAt: 0 });
    assert.equal((await jvm('run', { id, signsIn: JSON.stringify(bob) })).outcome, 'SignedOut');
    assert.deepEqual(tokens(), bob);
    assert.equal(await uploaded(own), 0);
    keep({ ...alice, expiresAt: 0 });
    await jvm('refresh', { signsOut: true });
    assert.equal(existsSync(tokenFile()), false);
    await signIn();
    assert.equal((await jvm('run', { id })).outcome, 'Done');
    assert.equal(await uploaded(own), 1);
  });

  test('an upload is never sent by another user, and waits for the sign-in of its own', async () => {
    const own = file(2_000);
    const id = await add(own);
    const alice = tokens();
    await signIn('bob');
    assert.equal((await jvm('run', { id })).outcome, 'SignedOut');
    assert.equal(await uploaded(own), 0);
    keep({ ...alice, expiresAt: 0, refreshToken: 'not-one-of-ours' });
    const { outcome, upload } = await jvm('run', { id });
    assert.deepEqual([outcome, upload.state], ['SignedOut', 'waiting']);
    keep(alice);
    assert.equal((await jvm('run', { id })).outcome, 'Done');
    assert.equal(await uploaded(own), 1);
  });

  test('the queue holds no token and no URL of storage', () => {
    for (const name of readdirSync(join(folder, 'queue'))) {
      const text = readFileSync(join(folder, 'queue', name), 'utf8');
      assert.doesNotMatch(text, /sig=|eyJ/, name);
    }
  });
});
