// The passages of docs/apps run as they stand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { discover, serviceToken } from './service.js';

const passage = page => /```js\n([\s\S]*?)```/.exec(readFileSync(new URL(`../../docs/apps/${page}.md`, import.meta.url), 'utf8'))[1];

test('an API of your own asks for a stronger or a fresher sign-in', async () => {
  const stepUp = new Function(`${passage('your-own-api')} return stepUp;`)();
  const config = await discover('first-party', oauth.None());
  const tokens = await oauth.genericGrantRequest(config, 'password', { username: 'alice', password: 'alice-password', scope: 'openid' });
  const payload = decodeJwt(tokens.access_token);
  assert.equal(stepUp(payload, '1', 300), null);
  assert.match(stepUp(payload, '2', 300), /insufficient_user_authentication.*acr_values="2", max_age="300"/);
  assert.match(stepUp({ ...payload, auth_time: payload.auth_time - 600 }, '1', 300), /insufficient_user_authentication/);
  assert.match(stepUp(decodeJwt(await serviceToken()), '1', 300), /insufficient_user_authentication/);
});
