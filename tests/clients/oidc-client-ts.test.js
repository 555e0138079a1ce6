// oidc-client-ts as docs/apps/sign-in.md sets it up; a person without a browser takes its place.
import assert from 'node:assert/strict';
import test from 'node:test';
import { UserManager } from 'oidc-client-ts';
import { signIn } from './person.js';
import { api, issuer } from './service.js';

/** The system browser: comes back with the address that the app gets. */
const browser = redirectUri => ({
  prepare: async () => ({
    navigate: async ({ url }) => ({ url: (await signIn(url, redirectUri)).href }),
    close() {},
  }),
  callback: async () => {},
});

const manager = redirect_uri => new UserManager({
  authority: issuer,
  client_id: 'mobile',
  redirect_uri,
  scope: 'openid profile offline_access files.read files.write',
  automaticSilentRenew: false,
}, browser(redirect_uri), browser(redirect_uri));

for (const redirectUri of ['com.example.files:/callback', 'http://localhost:8100/callback']) {
  test(`oidc-client-ts signs in and stays signed in, back to ${redirectUri}`, async t => {
    const users = manager(redirectUri);
    t.after(() => users.removeUser()); // Its timers would keep the test's process alive.
    const user = await users.signinPopup();
    assert.equal(user.profile.name, 'Alice');
    assert.ok(await api(user.access_token, 'GET', '/files'));
    const later = await users.signinSilent();
    assert.notEqual(later.access_token, user.access_token);
    assert.equal(later.profile.sub, user.profile.sub);
    assert.ok(await api(later.access_token, 'GET', '/files'));
    await users.revokeTokens();
    await assert.rejects(users.signinSilent());
  });
}
