// Stock mqtt from npm with the URL that was issued, and stock jose for bodies that only the recipient can read.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import * as oauth from 'openid-client';
import { issuer, origin } from './service.js';
import { contentType, newKeyPair, open, published, seal } from './sealing.js';

const users = {};
const clients = [];

async function signIn(tenant, name, scope) {
  const config = await oauth.discovery(new URL(`${origin}/${tenant}`), 'first-party', {}, oauth.None(), { execute: [oauth.allowInsecureRequests] });
  const answer = await oauth.genericGrantRequest(config, 'password', { username: name, password: `${name}-password`, scope });
  return { tenant, token: answer.access_token, id: answer.claims().sub };
}

/** A user of this file's own: where other tests end a session of alice, all her connections are closed. */
async function newUser(admin) {
  const userName = `talks-${randomUUID()}`;
  await call(admin, 'POST', '/admin/users', { userName, password: `${userName}-password`, roles: ['member'] });
  return signIn(admin.tenant, userName, 'openid messages');
}

async function call(user, method, path, body) {
  const response = await fetch(`${origin}/${user.tenant}${path}`, {
    method,
    headers: { authorization: `Bearer ${user.token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** Connects with a fresh key and subscribes to what it allows. */
async function listen(user, protocolVersion) {
  const key = await call(user, 'POST', '/messages/connect');
  const client = mqtt.connect(key.url, { clientId: key.clientId, protocolVersion, reconnectPeriod: 0, keepalive: 60 });
  clients.push(client);
  const heard = [];
  client.on('message', (topic, payload) => {
    heard.push({ topic, message: JSON.parse(payload) });
    client.emit('heard');
  });
  await new Promise((resolve, reject) => client.once('connect', resolve).once('error', reject));
  const granted = await client.subscribeAsync(key.subscribe.filter((topic) => !topic.endsWith('*')), { qos: 1 });
  assert.ok(granted.every(({ qos }) => qos === 1), JSON.stringify(granted));
  return { key, client, heard };
}

async function hears({ client, heard }, body) {
  const end = AbortSignal.timeout(20_000);
  for (;;) {
    const found = heard.find(({ message }) => message.body === body);
    if (found) return found;
    await new Promise((resolve, reject) => {
      client.once('heard', resolve);
      end.addEventListener('abort', () => reject(new Error(`${body} was not heard`)), { once: true });
    });
  }
}

/** True if the broker grants the subscription, whatever the version says no with. */
async function grants(client, topic) {
  try {
    return (await client.subscribeAsync(topic, { qos: 1 })).some(({ qos }) => qos < 128);
  } catch {
    return false;
  }
}

const admin = await signIn('demo', 'admin', 'openid admin');
for (const name of ['alice', 'bob', 'carol']) users[name] = await newUser(admin);
users.foreign = await newUser(await signIn('acme', 'admin', 'openid admin'));
const group = `talks-${randomUUID()}`;
await call(admin, 'POST', '/admin/groups', { id: group, owner: users.alice.id });
await call(admin, 'PUT', `/admin/groups/${group}/members/${users.bob.id}`, { role: 'editor' });

after(() => clients.forEach((client) => client.end(true)));

for (const version of [4, 5]) {
  test(`MQTT ${version === 4 ? '3.1.1' : '5'}: two users and a group talk, a third and a foreign tenant hear and say nothing`, async () => {
    const { alice, bob, carol, foreign } = users;
    const [a, b, third, other] = await Promise.all([alice, bob, carol, foreign].map((user) => listen(user, version)));
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    await call(alice, 'POST', '/messages', { to: { user: bob.id }, body: one });
    const { message, topic } = await hears(b, one);
    assert.deepEqual([topic, message.from, message.type], [`demo.inbox.${bob.id}`, alice.id, 'message']);
    await call(bob, 'POST', '/messages', { to: { user: alice.id }, body: two });
    await hears(a, two);
    for (const eve of [third, other]) {
      for (const name of ['#', '+', 'demo.#', 'demo/#', 'demo.inbox.*', 'demo.**', '$SYS/#', `demo.inbox.${bob.id}`, `demo.group.${group}`]) {
        assert.equal(await grants(eve.client, name), false, name);
      }
    }
    await call(alice, 'POST', '/messages', { to: { group }, body: three });
    await Promise.all([hears(a, three), hears(b, three)]);
    assert.deepEqual([...third.heard, ...other.heard], []);
    // 3.1.1 has no word for no, so the broker closes the connection; 5 says 135, not authorized.
    const said = other.client.publishAsync(`demo.inbox.${bob.id}`, 'forged', { qos: 1 });
    if (version === 5) await assert.rejects(said, /authori/i);
    else {
      said.catch(() => {});
      await new Promise((resolve) => other.client.once('close', resolve));
    }
    assert.ok(b.heard.every((heard) => heard.message.body !== 'forged'));
    const waiting = (await call(bob, 'GET', '/messages?limit=200')).messages.filter(({ body }) => [one, three].includes(body));
    assert.deepEqual(waiting.map(({ body }) => body).sort(), [one, three].sort());
    await call(bob, 'POST', '/messages/acknowledge', { ids: waiting.map(({ id }) => id) });
    assert.ok((await call(bob, 'GET', '/messages?limit=200')).messages.every(({ body }) => ![one, three].includes(body)));
  });
}

test('a key that was not issued, or for another hub, opens nothing', async () => {
  const { url, clientId } = await call(users.alice, 'POST', '/messages/connect');
  for (const wrong of [url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')), url.replace('/hubs/latchkey', '/hubs/other'), url.split('?')[0]]) {
    const client = mqtt.connect(wrong, { clientId, reconnectPeriod: 0, connectTimeout: 5000 });
    clients.push(client);
    client.on('error', () => {});
    await new Promise((resolve, reject) => client.once('close', resolve).once('connect', () => reject(new Error(`${wrong} opened`))));
  }
});

test('a connection is closed by the service when its session ends', async () => {
  const user = await newUser(admin);
  const { client } = await listen(user, 5);
  const closed = new Promise((resolve) => client.once('close', resolve));
  const sid = JSON.parse(Buffer.from(user.token.split('.')[1], 'base64url')).sid;
  await call(admin, 'DELETE', `/admin/sessions/${sid}`);
  await closed;
});

for (const curve of ['X25519', 'P-256']) {
  test(`a sealed body opens at its recipient's devices alone (${curve})`, async () => {
    const { alice, bob, carol } = users;
    const phone = await newKeyPair(curve);
    const laptop = await newKeyPair(curve);
    const stranger = await newKeyPair(curve);
    await call(bob, 'PUT', '/me/keys/phone', await published(phone.publicKey));
    await call(bob, 'PUT', '/me/keys/laptop', await published(laptop.publicKey));
    await call(carol, 'PUT', '/me/keys/phone', await published(stranger.publicKey));
    const { keys } = await call(alice, 'GET', `/messages/keys/${bob.id}`);
    const text = `secret ${randomUUID()}`;
    const body = await seal(text, keys.map((key) => ({ user: bob.id, ...key })));
    assert.ok(!body.includes('secret'));
    const { id } = await call(alice, 'POST', '/messages', { to: { user: bob.id }, contentType, body });
    const message = (await call(bob, 'GET', '/messages?limit=200')).messages.find((one) => one.id === id);
    assert.equal(message.contentType, contentType);
    assert.equal(await open(message.body, phone.privateKey, bob.id, 'phone'), text);
    assert.equal(await open(message.body, laptop.privateKey, bob.id, 'laptop'), text);
    await assert.rejects(open(message.body, stranger.privateKey, carol.id, 'phone'));
    await assert.rejects(open(message.body, stranger.privateKey, bob.id, 'phone'));
    await call(bob, 'POST', '/messages/acknowledge', { ids: [id] });
  });
}

test("the page's chat has 60 lines, and two people talk with it", async (t) => {
  const page = readFileSync(new URL('../../docs/apps/messages.md', import.meta.url), 'utf8');
  const code = /```js\n(.*?)```/s.exec(page)[1];
  assert.ok(code.split('\n').length <= 61, `${code.split('\n').length}`);
  const file = new URL(`./chat-${randomUUID()}.mjs`, import.meta.url); // Beside node_modules.
  writeFileSync(file, code);
  t.after(() => rmSync(file));
  const start = (user) => {
    const child = spawn(process.execPath, [fileURLToPath(file), user.token, group], { env: { ...process.env, AT: issuer } });
    t.after(() => child.kill());
    child.text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => {
      child.text += piece;
      child.emit('said');
    });
    return child;
  };
  const says = async (child, text) => {
    const end = AbortSignal.timeout(20_000);
    while (!child.text.includes(text)) await once(child, 'said', { signal: end });
  };
  const [alice, bob] = [start(users.alice), start(users.bob)];
  const [one, two] = [randomUUID(), randomUUID()];
  alice.stdin.write(`${one}\n`);
  await says(bob, `${users.alice.id}: ${one}`);
  bob.stdin.write(`${two}\n`);
  await says(alice, `${users.bob.id}: ${two}`);
});
