import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test, { before } from 'node:test';
import { BlobClient, BlockBlobClient } from '@azure/storage-blob';
import * as oauth from 'openid-client';
import { api, discover } from './service.js';

let token;

before(async () => {
  const config = await discover('service', oauth.ClientSecretBasic('service-secret-for-local-runs-only'));
  token = (await oauth.clientCredentialsGrant(config, { scope: 'files.read files.write' })).access_token;
});

const begin = (bytes, name) =>
  api(token, 'POST', '/files', {
    name,
    contentType: 'image/jpeg',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });

test('storage-blob uploads through the issued URL and downloads the same bytes through another', async () => {
  const photo = randomBytes(3_000_000);
  const { id, upload } = await begin(photo, 'Füße am Strand.jpg');
  await new BlockBlobClient(upload.url).upload(photo, photo.length, { blobHTTPHeaders: { blobContentType: 'image/jpeg' } });
  const file = await api(token, 'POST', `/files/${id}/complete`, {});
  assert.equal(file.status, 'available');
  assert.equal(file.size, photo.length);

  const { url } = await api(token, 'GET', `/files/${id}/download`);
  const bytes = await new BlobClient(url).downloadToBuffer();
  assert.ok(bytes.equals(photo));
});

test('the issued headers and URL are all that a plain PUT needs', async () => {
  const photo = randomBytes(10_000);
  const { id, upload } = await begin(photo, 'plain.jpg');
  const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: photo });
  assert.equal(put.status, 201, await put.text());
  await api(token, 'POST', `/files/${id}/complete`, {});
});

test('an upload URL can neither read nor overwrite what was uploaded', async () => {
  const photo = randomBytes(10_000);
  const { upload } = await begin(photo, 'once.jpg');
  const blob = new BlockBlobClient(upload.url);
  await blob.upload(photo, photo.length);
  await assert.rejects(blob.upload(randomBytes(10_000), 10_000), { statusCode: 403 });
  await assert.rejects(blob.downloadToBuffer(), { statusCode: 403 });
});

test('a download URL can neither write nor delete', async () => {
  const photo = randomBytes(10_000);
  const { id, upload } = await begin(photo, 'read-only.jpg');
  await new BlockBlobClient(upload.url).upload(photo, photo.length);
  await api(token, 'POST', `/files/${id}/complete`, {});
  const { url } = await api(token, 'GET', `/files/${id}/download`);
  await assert.rejects(new BlockBlobClient(url).upload(photo, photo.length), { statusCode: 403 });
  await assert.rejects(new BlobClient(url).delete(), { statusCode: 403 });
});
