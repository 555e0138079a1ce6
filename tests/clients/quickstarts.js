// The pages of docs/quickstarts as tests run them: their code is taken out as it stands, but that the service's address is the tests' own.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { signIn } from './person.js';
import { api, download, issuer, origin, photo } from './service.js';

const folder = new URL('../../docs/quickstarts/', import.meta.url);
const cli = fileURLToPath(new URL('../../clients/cli/bin/Debug/net10.0/Latchkey.Cli.dll', import.meta.url));
const operator = { LATCHKEY_ORIGIN: origin, LATCHKEY_CLIENT_ID: 'service', LATCHKEY_CLIENT_SECRET: 'service-secret-for-local-runs-only' };

/** Where the web apps of the pages listen. */
export const app = 'http://localhost:3000';

/** Where their APIs listen. */
export const ownApi = 'http://localhost:4000';

/** The names of the pages, without the index. */
export const names = readdirSync(folder).filter(file => file.endsWith('.md') && file !== 'README.md').map(file => file.slice(0, -3));

export const page = name => readFileSync(new URL(`${name}.md`, folder), 'utf8');

/** The page's code blocks in one language, with the tests' service in the place of the one that `dev.cs up` runs. */
export const blocks = (name, language) =>
  [...page(name).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code.replaceAll('http://localhost:7071', origin));

/** The block that a comment in its first line gives this name. */
export const source = (name, file) =>
  blocks(name, '\\w+').find(code => code.split('\n')[0].split(' ')[1] === file) ?? assert.fail(`${name}.md has no ${file}`);

/** Runs the page's `dotnet dev.cs admin …`, each once in all pages; what they print. */
export async function register(name) {
  const commands = blocks(name, 'sh').join('').replaceAll('\\\n', '').split('\n').filter(line => line.startsWith('dotnet dev.cs admin'));
  const printed = [];
  for (const command of commands) printed.push(await (done[command] ??= administer(command)));
  return printed.map(JSON.parse);
}

const done = {};

async function administer(command) {
  const words = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain).slice(3);
  const { stdout } = await promisify(execFile)('dotnet', [cli, ...words, '--json'], { env: { ...process.env, ...operator } });
  return stdout;
}

export const isBusy = port => new Promise(answer => {
  const socket = connect(port, 'localhost', () => { socket.destroy(); answer(true); });
  socket.on('error', () => answer(false));
});

/** Starts a program that listens on a port, takes the steps, and ends it. */
export async function serving(port, command, args, options, steps) {
  assert.equal(await isBusy(port), false, `another program listens on port ${port}`);
  const program = spawn(command, args, { ...options, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [program.stdout, program.stderr]) stream.on('data', text => (output += text));
  const ended = once(program, 'exit');
  try {
    while (!await isBusy(port)) {
      assert.equal(program.exitCode, null, output);
      await new Promise(next => setTimeout(next, 100));
    }
    await steps();
  } catch (fault) {
    throw new Error(`${fault.message}\nThe program printed:\n${output}`, { cause: fault });
  } finally {
    program.kill();
    await ended;
  }
}

/** A browser without scripts: keeps the app's cookies and follows it wherever it sends, as long as that is the app itself. */
export function visitor() {
  const cookies = new Map();
  return async function visit(path, options = {}) {
    let answer = await fetch(new URL(path, app), {
      redirect: 'manual', ...options, headers: { cookie: [...cookies].map(pair => pair.join('=')).join('; '), ...options.headers },
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(cookie);
      if (value) cookies.set(name, value); else cookies.delete(name);
    }
    const next = answer.headers.get('location');
    return next && new URL(next, app).origin === app && answer.status < 400 ? visit(next) : answer;
  };
}

/** Signs in to the app, uploads a file by its form when the access token is as good as expired, and compares what is stored. */
export async function useWebApp(visit, begun, { client = 'web', signedIn = () => {} } = {}) {
  await shortLived(client);
  const home = await visit(await signIn(begun.headers.get('location'), `${app}/`));
  assert.match(await home.text(), /type="file"/);
  signedIn();
  const bytes = photo(5000);
  const form = new FormData();
  form.set('file', new Blob([bytes], { type: 'image/jpeg' }), 'holiday.jpg');
  const sent = await visit('/files', { method: 'POST', body: form });
  assert.equal(sent.status, 201);
  await isStored(await sent.json(), 'holiday.jpg', bytes);
  const { sessions } = await api(await aliceToken(), 'GET', '/me/sessions');
  const [its] = sessions.filter(session => session.client === client).sort((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
  assert.ok(its.lastUsedAt > its.createdAt, 'it did not refresh');
}

/** From now on the client's access tokens live a minute, so that an app that keeps a minute in hand refreshes before every request. */
async function shortLived(client) {
  const admin = (await tokens({ ...alice, username: 'admin', password: 'admin-password', scope: 'admin' })).access_token;
  await api(admin, 'PATCH', `/admin/clients/${client}`, { accessTokenSeconds: 60 });
}

/** What the app got for an upload is a file of alice's with these bytes. */
export async function isStored(file, name, bytes) {
  assert.deepEqual([file.name, file.size, file.status], [name, bytes.length, 'available']);
  assert.ok((await download(await aliceToken(), file.id)).equals(bytes));
}

/** What the token endpoint of a tenant says to a client. */
async function tokens(form, { tenant = issuer, secret, DPoP } = {}) {
  const authorization = secret && { authorization: `Basic ${btoa(`${form.client_id}:${secret}`)}` };
  const answer = await fetch(`${tenant}/oauth/token`, { method: 'POST', body: new URLSearchParams(form), headers: { ...authorization, ...DPoP && { DPoP } } });
  return { ...await answer.json(), nonce: answer.headers.get('dpop-nonce') };
}

const alice = { grant_type: 'password', client_id: 'first-party', username: 'alice', password: 'alice-password' };
const aliceToken = async () => (await tokens({ ...alice, scope: 'files.read account' })).access_token;

/** The page's client calls its API; what is not its token for this API, with this scope, is refused. */
export async function checkApi(name) {
  const [, { id, secret }] = await register(name);
  const call = async (token, scheme = 'Bearer') => {
    const answer = await fetch(`${ownApi}/tasks`, { headers: token ? { authorization: `${scheme} ${token}` } : {} });
    return answer.status === 200 ? answer.json() : answer.status;
  };
  const job = { grant_type: 'client_credentials', client_id: id };
  const resource = 'https://tasks.example.com/';
  const good = (await tokens({ ...job, resource }, { secret })).access_token;
  assert.deepEqual(await call(good), { of: id, tasks: ['Water the plants'] });
  assert.equal(await call(), 401);
  assert.equal(await call(good, 'Basic'), 401);
  assert.equal(await call('abc'), 401);
  assert.equal(await call(`${good.slice(0, -6)}AAAAAA`), 401, 'another signature');
  const [, body, signature] = good.split('.');
  const unknown = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'unknown' })).toString('base64url');
  assert.equal(await call(`${unknown}.${body}.${signature}`), 401, 'a key that nobody has');
  const unsigned = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
  assert.equal(await call(`${unsigned}.${body}.`), 401, 'no signature');
  const service = { grant_type: 'client_credentials', client_id: 'service', scope: 'files.read' };
  const serviceSecret = { secret: 'service-secret-for-local-runs-only' };
  assert.equal(await call((await tokens(service, serviceSecret)).access_token), 401, 'a token for Latchkey itself');
  assert.equal(await call((await tokens(service, { ...serviceSecret, tenant: `${origin}/acme` })).access_token), 401, "another tenant's token");
  assert.equal(await call((await tokens({ ...alice, scope: 'openid' })).id_token), 401, 'an ID token');
  assert.equal(await call((await tokens({ ...job, resource, scope: 'tasks.write' }, { secret })).access_token), 403, 'a token without the scope');
  assert.equal(await call(await boundToken({ ...job, resource }, secret)), 401, 'a bound token as bearer');
}

/** A token that is bound to a key (RFC 9449 §5). */
async function boundToken(form, secret) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const proof = nonce => new SignJWT({ htm: 'POST', htu: `${issuer}/oauth/token`, jti: randomUUID(), nonce }).setIssuedAt()
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(privateKey);
  const { nonce } = await tokens(form, { secret, DPoP: await proof() });
  const { token_type, access_token } = await tokens(form, { secret, DPoP: await proof(nonce) });
  assert.equal(token_type, 'DPoP');
  return access_token;
}
