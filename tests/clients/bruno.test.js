// The collection of clients/bruno, read by Bruno's own parser: every file is one, and requests of it, sent as they stand with the
// environment Local, succeed against the demo.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import test from 'node:test';
import lang from '@usebruno/lang';
import { origin } from './service.js';

const folder = new URL('../../clients/bruno/', import.meta.url);
const read = path => readFile(new URL(path, folder), 'utf8');
const environment = Object.fromEntries(lang.bruToEnvJsonV2(await read('environments/Local.bru')).variables.map(({ name, value }) => [name, value]));
const variables = { ...environment, origin };
const filled = text => text.replace(/\{\{(\w+)\}\}/g, (_, name) => variables[name] ?? assert.fail(`${name} is not set`));
const fields = list => new URLSearchParams(list.filter(({ enabled }) => enabled).map(({ name, value }) => [name, filled(value)]));
const tokens = {};

/** What Bruno does with OAuth 2.0: fetches a token once, and adds it. */
async function authorization({ oauth2: how, bearer, basic }) {
  if (basic) return `Basic ${btoa(`${filled(basic.username)}:${filled(basic.password)}`)}`;
  if (bearer) return `Bearer ${filled(bearer.token)}`;
  const body = new URLSearchParams({ grant_type: how.grantType });
  if (how.grantType === 'password') for (const name of ['username', 'password']) body.set(name, filled(how[name]));
  const inHeader = how.credentialsPlacement === 'basic_auth_header';
  if (!inHeader) body.set('client_id', filled(how.clientId));
  const headers = inHeader ? { authorization: `Basic ${btoa(`${filled(how.clientId)}:${filled(how.clientSecret)}`)}` } : {};
  tokens[how.credentialsId] ??= (await (await fetch(filled(how.accessTokenUrl), { method: 'POST', headers, body })).json()).access_token;
  return `${how.tokenHeaderPrefix} ${tokens[how.credentialsId]}`;
}

/** Sends a request of the collection; its status, and its JSON. */
async function send(path) {
  const { http, params = [], headers: named = [], auth = {}, body = {}, vars } = lang.bruToJsonV2(await read(`${path}.bru`));
  const url = new URL(filled(http.url).replace(/:(\w+)(?=\/|$)/g, (all, name) => {
    const parameter = params.find(one => one.type === 'path' && one.name === name);
    return parameter ? encodeURIComponent(filled(parameter.value)) : all;
  }));
  url.search = fields(params.filter(({ type }) => type === 'query'));
  const headers = Object.fromEntries(fields(named));
  if (http.auth === 'inherit') headers.authorization = await authorization(lang.collectionBruToJson(await read('collection.bru')).auth);
  else if (http.auth !== 'none') headers.authorization = await authorization(auth);
  if (http.body === 'json') headers['Content-Type'] ??= 'application/json';
  const sent = http.body === 'json' ? filled(body.json) : http.body === 'formUrlEncoded' ? fields(body.formUrlEncoded) : undefined;
  const answer = await fetch(url, { method: http.method.toUpperCase(), headers, body: sent });
  const text = await answer.text();
  const res = { body: text.startsWith('{') ? JSON.parse(text) : text };
  if (answer.ok) for (const { name, value } of vars?.res ?? []) variables[name] = value.split('.').slice(1).reduce((at, member) => at[member], res);
  return { status: answer.status, body: res.body };
}

test('bruno: every file of the collection is one', async () => {
  const files = (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.bru') && !file.startsWith('environments'));
  assert.ok(files.length > 200, `${files.length} files`);
  for (const file of files) {
    const isRequest = !/(^|[\\/])(collection|folder)\.bru$/.test(file);
    const { http, meta, docs } = (isRequest ? lang.bruToJsonV2 : lang.collectionBruToJson)(await read(file.replaceAll('\\', '/')));
    if (!isRequest) continue;
    assert.ok(meta.name && docs && http.url.startsWith('{{origin}}/'), file);
  }
});

test('bruno: requests of the collection succeed as they stand, one after the other', async () => {
  for (const [path, status] of [
    ['tokens/token', 200], ['uploads/files-begin', 201], ['files/files-read', 200], ['files/files-list', 200], ['account/me', 200],
    ['discovery/openid-configuration', 200], ['users/admin-users', 200], ['tenants/operator-tenants', 200],
  ]) {
    const answer = await send(path);
    assert.equal(answer.status, status, `${path}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
  }
});
