// The passages of docs/apps run as they stand.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import test from 'node:test';
import * as oauth from 'openid-client';
import { signIn } from './person.js';
import { discover, issuer, serviceToken } from './service.js';

const passage = async (page, nth = 0) =>
  [...(await readFile(new URL(`../../docs/apps/${page}.md`, import.meta.url), 'utf8')).matchAll(/```js\n([\s\S]*?)```/g)][nth][1];

const isBusy = port => new Promise(done => {
  const socket = connect(port, 'localhost', () => { socket.destroy(); done(true); });
  socket.on('error', () => done(false));
});

test('the web app with a server signs its user in, lists files and signs out', async t => {
  if (await isBusy(3000)) return t.skip('another program listens on port 3000, which the passage uses');
  const program = new URL('./passage-web-app.mjs', import.meta.url);
  await writeFile(program, await passage('web-app-with-a-server'));
  const app = spawn('node', [program.pathname], { env: { ...process.env, ISSUER: issuer }, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    for (let wait = 0; wait < 100 && !await isBusy(3000); wait++) await new Promise(done => setTimeout(done, 100));
    const begun = await fetch('http://localhost:3000/sign-in', { redirect: 'manual' });
    const cookie = begun.headers.get('set-cookie').split(';')[0];
    const visit = address => fetch(address, { headers: { cookie }, redirect: 'manual' });
    const answer = await signIn(begun.headers.get('location'), 'http://localhost:3000/callback');
    assert.equal((await visit(answer)).status, 303);
    assert.match(await (await visit('http://localhost:3000/')).text(), /^Alice has \d+ files\.$/);
    const logout = await visit('http://localhost:3000/sign-out');
    const back = await fetch(logout.headers.get('location'), { redirect: 'manual' });
    assert.equal(back.headers.get('location'), 'http://localhost:3000/');
  } finally {
    app.kill();
    await once(app, 'exit');
    await rm(program);
  }
});

test('an API of your own verifies our access tokens and nothing else', async () => {
  const program = new URL('./passage-your-own-api.mjs', import.meta.url);
  await writeFile(program, `const issuer = ${JSON.stringify(issuer)};\n${await passage('your-own-api')}${await passage('your-own-api', 1)}\nexport { stepUp, verify };\n`);
  try {
    const { stepUp, verify } = await import(program.href);
    const token = await serviceToken();
    assert.equal((await verify(`Bearer ${token}`, 'files.read')).tid, 'demo');
    await assert.rejects(verify(`Bearer ${token}`, 'admin'), /insufficient_scope/);
    await assert.rejects(verify(undefined, 'files.read'), /no token/);
    const acme = await oauth.discovery(new URL(issuer.replace(/demo$/, 'acme')), 'service', {}, oauth.ClientSecretBasic('service-secret-for-local-runs-only'),
      { execute: [oauth.allowInsecureRequests] });
    const foreign = (await oauth.clientCredentialsGrant(acme, { scope: 'files.read' })).access_token;
    await assert.rejects(verify(`Bearer ${foreign}`, 'files.read'));
    const config = await discover('first-party', oauth.None());
    const tokens = await oauth.genericGrantRequest(config, 'password', { username: 'alice', password: 'alice-password', scope: 'openid' });
    await assert.rejects(verify(`Bearer ${tokens.id_token}`, 'files.read'), /alg|typ/);
    const payload = await verify(`Bearer ${tokens.access_token}`, 'openid');
    assert.equal(stepUp(payload, '1', 300), null);
    assert.match(stepUp(payload, '2', 300), /insufficient_user_authentication.*acr_values="2", max_age="300"/);
    assert.match(stepUp({ ...payload, auth_time: payload.auth_time - 600 }, '1', 300), /insufficient_user_authentication/);
    assert.match(stepUp(await verify(`Bearer ${token}`, 'files.read'), '1', 300), /insufficient_user_authentication/);
  } finally {
    await rm(program);
  }
});
