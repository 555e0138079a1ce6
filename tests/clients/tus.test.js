import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { after } from 'node:test';
import { Upload } from 'tus-js-client';
import { api, download, issuer, serviceToken } from './service.js';

const token = await serviceToken();
const folder = await mkdtemp(join(tmpdir(), 'latchkey-'));
after(() => rm(folder, { recursive: true }));

/** Runs the app; `see` gets every line that it says and may kill it. */
async function run(args, see) {
  const app = spawn(process.execPath, [new URL('tus-upload.js', import.meta.url).pathname, ...args], {
    env: { ...process.env, LATCHKEY_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = [];
  for await (const line of createInterface(app.stdout)) {
    lines.push(line);
    see?.(line, app);
  }
  return lines;
}

test('tus-js-client, killed in the middle and started again, ends with the same file', { timeout: 120_000 }, async () => {
  const bytes = randomBytes(20_000_000);
  const [file, memory] = [join(folder, 'film.bin'), join(folder, 'uploads.json')];
  await writeFile(file, bytes);

  const first = await run([file, memory], (line, app) => line.startsWith('accepted') && Number(line.split(' ')[1]) >= 6_000_000 && app.kill('SIGKILL'));
  assert.ok(!first.some(line => line.startsWith('done')));
  const second = await run([file, memory]);
  assert.ok(Number(second[0].split(' ')[1]) > 6_000_000, `it went on at ${second[0]}, not from the start`);

  const id = second.at(-1).split('/').at(-1);
  const record = await api(token, 'GET', `/files/${id}`);
  assert.deepEqual([record.status, record.name, record.folder, record.size], ['available', 'Film 🎬.mp4', 'By tus', bytes.length]);
  assert.ok((await download(token, id)).equals(bytes));
});

function upload(bytes, options) {
  return new Promise((resolve, reject) => {
    const one = new Upload(bytes, {
      endpoint: `${issuer}/tus`,
      headers: { authorization: `Bearer ${token}` },
      metadata: { filename: 'a.bin' },
      retryDelays: null,
      onSuccess: () => resolve(one.url.split('/').at(-1)),
      onError: reject,
      ...options,
    });
    one.start();
  });
}

test('tus-js-client sends the first piece with the creation', async () => {
  const bytes = randomBytes(5_000_000);
  const id = await upload(bytes, { uploadDataDuringCreation: true, chunkSize: 2_000_000 });
  assert.ok((await download(token, id)).equals(bytes));
});

test('tus-js-client without PATCH names it in a POST', async () => {
  const bytes = randomBytes(5_000_000);
  const id = await upload(bytes, { overridePatchMethod: true, chunkSize: 2_000_000 });
  assert.ok((await download(token, id)).equals(bytes));
});

test('a file that is not what it says reaches tus-js-client as 422', async () => {
  const page = Buffer.from('<html></html>');
  await assert.rejects(upload(page, { metadata: { filename: 'cat.png', filetype: 'image/png' } }),
    error => error.originalResponse.getStatus() === 422 && error.originalResponse.getBody().includes('type_mismatch'));
});

test('tus-js-client gives an upload up on the server too', async () => {
  let url;
  const aborted = new Promise((resolve, reject) => {
    const one = new Upload(randomBytes(5_000_000), {
      endpoint: `${issuer}/tus`,
      headers: { authorization: `Bearer ${token}` },
      chunkSize: 1_000_000,
      onError: reject,
      onChunkComplete: () => {
        url = one.url;
        one.abort(true).then(resolve, reject);
      },
    });
    one.start();
  });
  await aborted;
  const head = await fetch(url, { method: 'HEAD', headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0' } });
  assert.equal(head.status, 404);
});
