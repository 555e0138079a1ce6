import assert from 'node:assert/strict';
import test from 'node:test';
import * as oauth from 'openid-client';
import { look, missing, onAPhone, signIn } from './chromium.js';
import { discover, issuer } from './service.js';

const options = { skip: missing, timeout: 90_000 };

test('a user connects a television by its code, sees it in the account, and signs it out', options, () => onAPhone(async page => {
  const config = await discover('tv', oauth.None());
  const codes = await oauth.initiateDeviceAuthorization(config, { scope: 'openid profile files.read' });
  await page.goto(codes.verification_uri);
  await look(page, 'device-code');
  await page.getByLabel('Code').fill(codes.user_code.toLowerCase());
  await page.getByRole('button', { name: 'Continue' }).click();
  await look(page, 'sign-in-own-page');
  await signIn(page);
  await page.getByRole('heading', { name: 'Demo TV app on your device wants to' }).waitFor();
  await page.getByText(`The device shows ${codes.user_code}`).waitFor();
  await look(page, 'device-consent');
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.getByRole('heading', { name: 'Your device is connected' }).waitFor();
  await look(page, 'device-connected');
  const tokens = await oauth.pollDeviceAuthorizationGrant(config, codes);
  assert.equal(tokens.claims().name, 'Alice');

  await page.goto(`${issuer}/account`);
  await look(page, 'account');
  await page.getByRole('button', { name: /^Sign out of Demo TV app/ }).first().click();
  await page.getByRole('status').waitFor();
  await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await page.getByLabel('Current password').fill('wrong');
  await page.getByLabel('New password').fill('a long new password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await page.getByRole('alert').waitFor();
  await look(page, 'account-wrong-password');
  await page.getByRole('button', { name: 'Remove Demo TV app' }).click();
  await page.getByText('The app is removed, and you are signed out of it.').waitFor();
  await page.getByRole('link', { name: 'Edit', exact: true }).click();
  await page.getByRole('heading', { name: 'Profile', exact: true }).waitFor();
  await look(page, 'profile');
  await page.getByLabel('Nickname').fill('Al');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Your profile is saved.').waitFor();
  assert.equal(await page.getByLabel('Nickname').inputValue(), 'Al');
}));

test('a wrong device code is told after the sign-in', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/device`);
  await page.getByLabel('Code').fill('BCDF-GHJK');
  await page.getByRole('button', { name: 'Continue' }).click();
  await signIn(page, 'bob');
  await page.getByRole('alert').waitFor();
  await look(page, 'device-wrong-code');
}));

test('a developer registers an app, makes a new secret and deletes the app', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/apps`);
  await signIn(page, 'admin');
  await page.getByRole('heading', { name: 'Your apps' }).waitFor();
  await page.getByRole('link', { name: 'Register an app' }).click();
  await look(page, 'app-new');
  await page.getByLabel('Name').fill('Fotoalbum für Käthe');
  await page.getByLabel('Website (https)').fill('https://album.example');
  await page.getByLabel('Type').selectOption('web');
  await page.getByLabel('Redirect URIs', { exact: true }).fill('http://album.example/callback');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('alert').waitFor();
  await look(page, 'app-wrong-field');
  await page.getByLabel('Redirect URIs', { exact: true }).fill('https://album.example/callback');
  await page.getByRole('button', { name: 'Register' }).click();
  await page.getByRole('heading', { name: 'The app is registered' }).waitFor();
  await look(page, 'app-credentials');
  const secret = await page.getByLabel('Client secret').inputValue();
  await page.getByRole('link', { name: 'Back to your apps' }).click();
  await look(page, 'apps');
  await page.getByRole('link', { name: 'Edit Fotoalbum für Käthe' }).click();
  await look(page, 'app');
  await page.getByRole('button', { name: 'Create a new secret' }).click();
  await page.getByRole('heading', { name: 'The app has a new secret' }).waitFor();
  assert.notEqual(await page.getByLabel('Client secret').inputValue(), secret);
  await page.getByRole('link', { name: 'Back to your apps' }).click();
  await page.getByRole('link', { name: 'Edit Fotoalbum für Käthe' }).click();
  await page.getByText('Delete this app').first().click();
  await page.getByRole('button', { name: 'Delete this app' }).click();
  await page.getByText('The app is deleted.').waitFor();
  await page.goto(`${issuer}/oauth/logout`);
  await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
  await look(page, 'sign-out');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await look(page, 'signed-out');
}));

test('the pages of an account in the dark, and who has forgotten the password', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/account`);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await look(page, 'forgot');
  await page.getByLabel('User name').fill('nobody');
  await page.getByRole('button', { name: 'Send link' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await look(page, 'forgot-sent');
  await page.goto(`${issuer}/account`);
  await signIn(page, 'bob');
  await page.getByRole('heading', { name: 'Your account', exact: true }).waitFor();
  await look(page, 'account-dark');
  await page.goto(`${issuer}/apps`);
  await page.getByText('not allowed to do this').waitFor();
  await look(page, 'apps-forbidden');
}, { colorScheme: 'dark' }));

test('the pages of a sign-up', options, () => onAPhone(async page => {
  await page.goto(`${issuer}/account`);
  await page.getByRole('link', { name: 'Create an account' }).click();
  await look(page, 'sign-up');
  await page.getByLabel('Name', { exact: true }).fill('Ada');
  await page.getByLabel('Email address').fill(`ada-${Date.now()}@people.example`);
  await page.getByLabel('Password').fill('ada-password');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Check your email' }).waitFor();
  await look(page, 'sign-up-code');
  await page.getByLabel('Code').fill('0');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('The code is wrong').waitFor();
  await page.goto(`${issuer}/account`);
  await signIn(page, 'bob');
  await page.getByRole('link', { name: 'Change your email address' }).click();
  await look(page, 'address');
}));
