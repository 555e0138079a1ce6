// Passkeys in Chromium with its virtual authenticator. In tenant acme, which has them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { look, missing, onAPhone } from './chromium.js';
import { origin } from './service.js';

const issuer = `${origin}/acme`;

/** A phone's authenticator: it keeps passkeys and has always verified its user. It answers what it is asked while `present` says so. */
async function authenticator(page, context) {
  const protocol = await context.newCDPSession(page);
  await protocol.send('WebAuthn.enable');
  const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    present: enabled => protocol.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    credentials: async () => (await protocol.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
  };
}

async function signOut(page) {
  await page.goto(`${issuer}/account`);
  await page.locator('.who').getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
}

const atAccount = page => page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();

test('a user adds a passkey in Chromium and signs in with it, by the suggestion in the name field and by the button',
  { skip: missing, timeout: 90_000 }, () => onAPhone(async (page, _, context) => {
    const device = await authenticator(page, context);
    await device.present(false);
    await page.goto(`${issuer}/account/passkeys`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await look(page, 'passkey-sign-in');
    await page.getByLabel('User name').fill('bob');
    await page.getByLabel('Password').fill('bob-password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByLabel('Name of the passkey').fill('Bob’s phone');
    await device.present(true);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey is added.').waitFor();
    await look(page, 'passkeys');
    const [credential] = await device.credentials();
    assert.deepEqual([credential.isResidentCredential, credential.rpId], [true, 'localhost']);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('This device already has a passkey').waitFor(); // Of excludeCredentials.

    await signOut(page);
    await page.goto(`${issuer}/account`); // The virtual authenticator takes the suggestion as soon as it is offered.
    await atAccount(page);

    // A browser that makes no suggestions.
    await page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false); });
    await signOut(page);
    await page.goto(`${issuer}/account`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await atAccount(page);

    await page.goto(`${issuer}/account/passkeys`);
    await page.getByText('last used just now').waitFor();
    await page.getByRole('button', { name: 'Remove Bob’s phone' }).click();
    await page.getByText('The passkey was removed').waitFor();
    await signOut(page);
    await page.goto(`${issuer}/account`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('The passkey did not work.').waitFor();
  }));
