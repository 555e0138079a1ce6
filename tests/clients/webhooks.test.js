// A receiver that verifies with a stock library, and with what docs/operating/webhooks.md tells people to write in Python.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import test from 'node:test';
import * as oauth from 'openid-client';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { api, discover } from './service.js';

const page = readFileSync(new URL('../../docs/operating/webhooks.md', import.meta.url), 'utf8');

test('the standardwebhooks library and the Python of the page accept an event during a rotation, and refuse another', async (t) => {
  const received = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    received.push({ headers: request.headers, body });
    response.end();
    server.emit('received');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const config = await discover('first-party', oauth.None());
  const { access_token: admin } = await oauth.genericGrantRequest(config, 'password', { username: 'admin', password: 'admin-password' });
  const url = `http://127.0.0.1:${server.address().port}/hook`;
  const hook = await api(admin, 'POST', '/admin/webhooks', { url, types: ['user.created'] });
  try {
    const { secret } = await api(admin, 'POST', `/admin/webhooks/${hook.id}/secret`, {});
    const userName = `hook-${Date.now()}`;
    const arrived = once(server, 'received', { signal: AbortSignal.timeout(20_000) });
    const user = await api(admin, 'POST', '/admin/users', { userName, password: `${userName}-password` });
    await arrived;
    const { headers, body } = received[0];
    for (const one of [secret, hook.secret]) {
      const event = new Webhook(one).verify(body, headers);
      assert.equal(event.type, 'user.created');
      assert.deepEqual(event.data, { tenant: 'demo', userId: user.id });
    }
    assert.throws(() => new Webhook(secret).verify(body.replace('demo', 'acme'), headers), WebhookVerificationError);
    if (spawnSync('python3', ['--version']).status !== 0) {
      t.diagnostic('python3 is not installed here, so the Python of the page did not run');
      return;
    }
    const code = /```python\n(.*?)```/s.exec(page)[1];
    const verdicts = `${code}
import json, sys
sent = json.load(sys.stdin)
print([is_genuine(secret, sent["headers"], body.encode()) for secret in sent["secrets"] for body in sent["bodies"]])`;
    const python = spawnSync('python3', ['-c', verdicts], {
      input: JSON.stringify({ headers, secrets: [secret, hook.secret, 'whsec_AAAA'], bodies: [body, `${body} `] }),
      encoding: 'utf8',
    });
    assert.equal(python.stdout.trim(), '[True, False, True, False, False, False]', python.stderr);
  } finally {
    await api(admin, 'DELETE', `/admin/webhooks/${hook.id}`);
    server.close();
  }
});
