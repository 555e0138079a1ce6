// People without an account: one hands files in by the page of a request, another looks at a folder by a link.
import assert from 'node:assert/strict';
import test from 'node:test';
import { look, missing, onAPhone, picture } from './chromium.js';
import { api, issuer, photo } from './service.js';

const options = { skip: missing, timeout: 90_000 };

async function alice() {
  const answer = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'first-party', username: 'alice', password: 'alice-password' }),
  });
  return (await answer.json()).access_token;
}

test('a stranger hands files in by a request, and whoever gets a link to the folder sees and saves them', options, async () => {
  const token = await alice();
  const folder = `Handed in ${Date.now()}`;
  const request = await api(token, 'POST', '/requests', {
    title: 'Pictures of the summer', message: 'Please send us your best pictures.\nThank you!', folder, maxFiles: 3,
    contentTypes: ['image/*'],
  });
  await onAPhone(async page => {
    await page.goto(request.url);
    await page.getByText('Alice asks you for files.').waitFor();
    await look(page, 'request-phone');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Enter your name.').waitFor();
    await page.getByLabel('Your name').fill('Ada Example');
    const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });
    await page.locator('#files').setInputFiles([
      file('Füße am <Strand>.jpg', 'image/jpeg', photo(300_000)), file('notes.txt', 'text/plain', Buffer.from('hello')),
    ]);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Some files were not sent.').waitFor();
    await page.getByText('Files of this type are not taken.').waitFor();
    assert.equal(await page.getByText('Received').count(), 1);
    await look(page, 'request-sent-phone');
    await page.getByRole('button', { name: 'Remove: notes.txt' }).click();
    await page.locator('#files').setInputFiles([file('two.jpg', 'image/jpeg', photo(1000))]);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Thank you. Everything was received.').waitFor();
  });
  const { files } = await api(token, 'GET', `/files?folder=${encodeURIComponent(folder)}`);
  assert.deepEqual(files.map(one => [one.name, one.sender.name, one.request]),
    [['Füße am <Strand>.jpg', 'Ada Example', request.id], ['two.jpg', 'Ada Example', request.id]]);

  const link = await api(token, 'POST', '/links', { folder, until: '2030-01-31T12:00:00Z' });
  await onAPhone(async page => {
    await page.goto(link.url);
    await page.getByText('Alice shares this with you.').waitFor();
    await look(page, 'link-folder-phone');
    const saved = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Save all' }).click();
    assert.equal((await saved).suggestedFilename(), `${folder}.zip`);
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await look(page, 'link-folder-desktop-dark');
    await page.goto(request.url);
    await picture(page, 'request-desktop-dark');
  });
});
