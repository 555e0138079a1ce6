import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { BlobClient, BlockBlobClient } from '@azure/storage-blob';
import { api, download, photo as randomPhoto, serviceToken } from './service.js';

const token = await serviceToken();

const begin = (bytes, name) =>
  api(token, 'POST', '/files', {
    name,
    contentType: 'image/jpeg',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });

test('storage-blob uploads through the issued URL and downloads the same bytes through another', async () => {
  const photo = randomPhoto(3_000_000);
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
  const photo = randomPhoto(10_000);
  const { id, upload } = await begin(photo, 'plain.jpg');
  const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: photo });
  assert.equal(put.status, 201, await put.text());
  await api(token, 'POST', `/files/${id}/complete`, {});
});

test('an upload URL can neither read nor overwrite what was uploaded', async () => {
  const photo = randomPhoto(10_000);
  const { upload } = await begin(photo, 'once.jpg');
  const blob = new BlockBlobClient(upload.url);
  await blob.upload(photo, photo.length);
  await assert.rejects(blob.upload(randomBytes(10_000), 10_000), { statusCode: 403 });
  await assert.rejects(blob.downloadToBuffer(), { statusCode: 403 });
});

test('a download URL can neither write nor delete', async () => {
  const photo = randomPhoto(10_000);
  const { id, upload } = await begin(photo, 'read-only.jpg');
  await new BlockBlobClient(upload.url).upload(photo, photo.length);
  await api(token, 'POST', `/files/${id}/complete`, {});
  const { url } = await api(token, 'GET', `/files/${id}/download`);
  await assert.rejects(new BlockBlobClient(url).upload(photo, photo.length), { statusCode: 403 });
  await assert.rejects(new BlobClient(url).delete(), { statusCode: 403 });
});

test('uploadFile sends a file in blocks of its own to the staging URL, and complete takes them', async () => {
  const bytes = randomPhoto(9_000_001);
  const { id, upload } = await api(token, 'POST', '/files', {
    name: 'blocks.jpg',
    contentType: 'image/jpeg',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    resumable: true,
  });
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
  try {
    await writeFile(join(folder, 'blocks.jpg'), bytes);
    await new BlockBlobClient(upload.url).uploadFile(join(folder, 'blocks.jpg'), {
      blockSize: upload.blockSize,
      maxSingleShotSize: upload.blockSize,
      concurrency: 3,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  const file = await api(token, 'POST', `/files/${id}/complete`, {});
  assert.equal(file.sha256Verified, true);
  assert.ok((await download(token, id)).equals(bytes));
  // The URL is still alive, and what is served does not change.
  await new BlockBlobClient(upload.url).upload(randomBytes(100), 100);
  assert.ok((await download(token, id)).equals(bytes));
});

test('stageBlock goes on with a fresh URL where the last one ended', async () => {
  const bytes = randomPhoto(9_000_001);
  const { id, upload } = await api(token, 'POST', '/files', { name: 'resumed.jpg', contentType: 'image/jpeg', size: bytes.length, resumable: true });
  const stage = (url, n) => {
    const block = bytes.subarray(n * upload.blockSize, (n + 1) * upload.blockSize);
    return new BlockBlobClient(url).stageBlock(Buffer.from(String(n).padStart(8, '0')).toString('base64'), block, block.length);
  };
  await stage(upload.url, 1);

  const progress = await api(token, 'GET', `/files/${id}/upload`);
  assert.deepEqual(progress.received, [[1, 1]]);
  for (let n = 0; n < progress.blockCount; n++) {
    if (!progress.received.some(([first, last]) => first <= n && n <= last)) await stage(progress.upload.url, n);
  }
  await api(token, 'POST', `/files/${id}/complete`, { blocks: progress.blockCount });
  assert.ok((await download(token, id)).equals(bytes));
});
