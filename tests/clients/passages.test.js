// The passages of docs/apps, and both plugins' web versions, in Chromium: from an origin that is allowed and from one
// that is not.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { missing } from './chromium.js';
import { allowed, foreign, inAnApp, passages } from './web-app.js';
import { api, download, issuer, photo, serviceToken } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const source = name => readFile(new URL(`node_modules/${name}`, import.meta.url), 'utf8');
const token = await serviceToken();

const app = (...starts) => `const tenant = ${JSON.stringify(issuer)}; const token = ${JSON.stringify(token)};\n${passages('Every app', ...starts)}`;

/** What the app's own code comes to, with a file of these bytes at hand as `file`; a failure is its message. */
const within = (page, bytes, name, code, type = 'image/jpeg') => page.evaluate(async ([base64, name, code, type]) => {
  const file = new File([Uint8Array.from(atob(base64), char => char.charCodeAt(0))], name, { type });
  try {
    return await (new Function('file', `return (async () => { ${code} })()`))(file);
  } catch (failure) {
    return { failure: failure.message ?? `code ${failure.code}, status ${failure.http_status}` };
  }
}, [bytes.toString('base64'), name, code, type]);

async function names() {
  return (await api(token, 'GET', '/files?limit=200&sort=-created')).files.map(file => file.name);
}

/** From the allowed origin the code ends with the file; from the foreign one it fails, and nothing is there. */
async function bothOrigins(scripts, name, code) {
  const bytes = photo(200_000);
  await inAnApp(allowed, scripts, async page => {
    const file = await within(page, bytes, name, code);
    assert.equal(file.failure, undefined);
    assert.deepEqual([file.status, file.name, file.size], ['available', name, bytes.length]);
    assert.ok((await download(token, file.id)).equals(bytes));
  });
  await inAnApp(foreign, scripts, async page => {
    const refused = await within(page, bytes, `foreign ${name}`, code);
    assert.ok(refused.failure, 'a foreign origin got an answer');
  });
  assert.ok(!(await names()).includes(`foreign ${name}`));
}

test('web: one PUT', options, () => bothOrigins([app('Web: one PUT')], `web ${Date.now()}.jpg`, 'return sendWhole(file)'));

test('web: in blocks, called again after a failure', options, async () => {
  const bytes = photo(9_000_000);
  await inAnApp(allowed, [app('Web: in blocks')], async page => {
    const file = await within(page, bytes, 'blocks.jpg', `
      const { id } = await api('POST', '/files', { name: file.name, contentType: file.type, size: file.size, resumable: true });
      const send = fetch;
      let puts = 0;
      fetch = (url, init) => (init.method === 'PUT' && ++puts === 2 ? Promise.reject(new TypeError('cut')) : send(url, init));
      const cut = await sendBlocks(file, id).catch(failure => failure.message);
      return { cut, ...(await sendBlocks(file, id)), puts };`);
    assert.deepEqual([file.failure, file.cut, file.puts, file.status], [undefined, 'cut', 4, 'available']);
    assert.ok((await download(token, file.id)).equals(bytes));
  });
});

test('web: saving a file under its name', options, async () => {
  const bytes = photo(10_000);
  await inAnApp(allowed, [app('Web: one PUT', 'Web: saves')], async page => {
    const { id } = await within(page, bytes, 'Käse.jpg', 'return sendWhole(file)');
    const [saved] = await Promise.all([page.waitForEvent('download'), within(page, bytes, '', `save(${JSON.stringify(id)})`)]);
    assert.equal(saved.suggestedFilename(), 'Käse.jpg');
    assert.ok((await readFile(await saved.path())).equals(bytes));
    assert.equal(page.url(), `${allowed}/`);
  });
});

test("storage lets a foreign origin's script neither send nor read, even with a URL", options, async () => {
  const bytes = photo(1000);
  const begun = await api(token, 'POST', '/files', { name: 'kept.jpg', contentType: 'image/jpeg', size: bytes.length, resumable: false });
  const put = `const put = await fetch(${JSON.stringify(begun.upload.url)}, { method: 'PUT', headers: ${JSON.stringify(begun.upload.headers)}, body: file });
    return { status: put.status, etag: put.headers.get('etag') };`;
  await inAnApp(foreign, [], async page => {
    assert.ok((await within(page, bytes, '', put)).failure);
    // It is CORS that stops it: what asks to read nothing gets through.
    const opaque = `return (await fetch(${JSON.stringify(begun.upload.url)}, { mode: 'no-cors' })).type;`;
    assert.equal(await within(page, bytes, '', opaque), 'opaque');
  });
  await inAnApp(allowed, [], async page => {
    const { status, etag } = await within(page, bytes, '', put);
    assert.deepEqual([status, typeof etag], [201, 'string']);
  });
  await api(token, 'POST', `/files/${begun.id}/complete`, {});
  const { url } = await api(token, 'GET', `/files/${begun.id}/download`);
  const get = `return { size: (await (await fetch(${JSON.stringify(url)})).blob()).size };`;
  await inAnApp(foreign, [], async page => assert.ok((await within(page, bytes, '', get)).failure));
  await inAnApp(allowed, [], async page => assert.equal((await within(page, bytes, '', get)).size, bytes.length));
});

test('storage answers the preflights of every origin of the demo tenants, for a PUT and a GET', options, async () => {
  const { upload } = await api(token, 'POST', '/files', { name: 'asked.jpg', contentType: 'image/jpeg', size: 1, resumable: true });
  for (const origin of ['capacitor://localhost', 'ionic://localhost', 'http://localhost', 'https://localhost', allowed, new URL(issuer).origin, foreign]) {
    for (const [method, headers] of [['PUT', 'content-md5,content-type,x-ms-blob-type'], ['GET', 'range']]) {
      const answer = await fetch(upload.url, {
        method: 'OPTIONS',
        headers: { Origin: origin, 'Access-Control-Request-Method': method, 'Access-Control-Request-Headers': headers },
      });
      assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], origin === foreign ? [403, null] : [200, origin], `${method} from ${origin}`);
    }
  }
});

const capacitor = async () => [
  await source('@capacitor/core/dist/capacitor.js'), await source('@capacitor/file-transfer/dist/plugin.js'),
  'const { Capacitor } = capacitorExports; const { FileTransfer } = CapacitorFileTransfer;', app('Capacitor'),
];

test("Capacitor's file transfer in its web version uploads", options, async () => bothOrigins(await capacitor(),
  `capacitor ${Date.now()}.jpg`, 'return sendWithCapacitor({ name: file.name, type: file.type, size: file.size, blob: file })'));

test("Capacitor's file transfer in its web version downloads", options, async () => {
  const bytes = photo(50_000);
  const scripts = [...await capacitor(), passages('Web: one PUT')];
  await inAnApp(allowed, scripts, async page => {
    const got = await within(page, bytes, 'down.jpg', `
      const { id } = await sendWhole(file);
      const { url } = await api('GET', '/files/' + id + '/download');
      const { blob } = await FileTransfer.downloadFile({ url, path: 'down.jpg' });
      const received = new Uint8Array(await blob.arrayBuffer());
      const sent = new Uint8Array(await file.arrayBuffer());
      return { url, same: received.length === sent.length && received.every((byte, n) => byte === sent[n]) };`);
    assert.equal(got.same, true, got.failure);
    await inAnApp(foreign, scripts, async other => {
      const refused = await within(other, bytes, '', `return FileTransfer.downloadFile({ url: ${JSON.stringify(got.url)}, path: 'a' })`);
      assert.ok(refused.failure);
    });
  });
});

test("Capacitor's form at an upload URL is no file, and complete says so", options, async () => {
  const bytes = photo(1000);
  const begun = await api(token, 'POST', '/files', { name: 'form.jpg', contentType: 'image/jpeg', size: bytes.length, resumable: false });
  await inAnApp(allowed, await capacitor(), page => within(page, bytes, '', `
    const { 'Content-Type': _, ...headers } = ${JSON.stringify(begun.upload.headers)};
    await FileTransfer.uploadFile({ url: ${JSON.stringify(begun.upload.url)}, method: 'PUT', headers, blob: file, path: 'form.jpg' })`));
  await assert.rejects(api(token, 'POST', `/files/${begun.id}/complete`, {}), /multipart_body|size_mismatch/);
});

async function cordova(...starts) {
  const root = 'cordova-plugin-file-transfer/www/';
  const module = async (name, path) =>
    `cordova.define('cordova-plugin-file-transfer.${name}', function (require, exports, module) {\n${await source(root + path)}\n});`;
  return [
    await readFile(new URL('cordova-shim.js', import.meta.url), 'utf8'),
    await module('FileTransferError', 'FileTransferError.js'), await module('BrowserFileTransfer', 'browser/FileTransfer.js'),
    "globalThis.FileTransfer = cordova.require('cordova-plugin-file-transfer.BrowserFileTransfer');", app(...starts),
    // Puts a file where cordova-plugin-file would have it; its address.
    `const kept = file => new Promise((done, failed) => webkitRequestFileSystem(TEMPORARY, 10_000_000, ({ root }) =>
      root.getFile(file.name, { create: true }, entry => entry.createWriter(writer => {
        writer.onwriteend = () => done(entry.toURL());
        writer.write(file);
      }, failed), failed), failed));`,
  ];
}

test("Cordova's file transfer in its browser version uploads", options, async () => bothOrigins(await cordova('Cordova: `file`'),
  `cordova ${Date.now()}.jpg`, 'return sendWithCordova({ url: await kept(file), name: file.name, type: file.type, size: file.size })'));

// What browsers say of a file whose ending they do not know: nothing.
test('a file without a type is sent by each passage', options, async () => {
  const bytes = photo(1000);
  const ways = [
    [[app('Web: one PUT')], 'return sendWhole(file)'],
    [await capacitor(), 'return sendWithCapacitor({ name: file.name, type: file.type, size: file.size, blob: file })'],
    // As on a phone, where the plugin sends the bytes themselves: what it would send is looked at and sent here.
    [[`const Capacitor = { getPlatform: () => 'android' };
      const FileTransfer = {
        async uploadFile({ url, method, headers, mimeType }) {
          if (mimeType !== headers['Content-Type']) throw new Error('The plugin would say ' + mimeType);
          await fetch(url, { method, headers, body: globalThis.sent });
        },
      };`, app('Capacitor')], 'globalThis.sent = file; return sendWithCapacitor({ name: file.name, type: file.type, size: file.size, path: file.name })'],
    [await cordova('Cordova: `file`'), 'return sendWithCordova({ url: await kept(file), name: file.name, type: file.type, size: file.size })'],
  ];
  for (const [scripts, code] of ways) {
    await inAnApp(allowed, scripts, async page => {
      const file = await within(page, bytes, `typeless ${Date.now()}.xyz`, code, '');
      assert.deepEqual([file.failure, file.status, file.contentType], [undefined, 'available', 'application/octet-stream'], code);
      assert.ok((await download(token, file.id)).equals(bytes));
    });
  }
});

test("Cordova's file transfer in its browser version downloads", options, async () => {
  const bytes = photo(50_000);
  await inAnApp(allowed, await cordova('Cordova: `target`', 'Web: one PUT'), async page => {
    const got = await within(page, bytes, 'down.jpg', `
      const { id } = await sendWhole(file);
      const entry = await fetchWithCordova(id, (await kept(new File(['x'], 'target.jpg'))).replace('target.jpg', 'received.jpg'));
      const received = new Uint8Array(await (await new Promise((done, failed) => entry.file(done, failed))).arrayBuffer());
      const sent = new Uint8Array(await file.arrayBuffer());
      return { same: received.length === sent.length && received.every((byte, n) => byte === sent[n]) };`);
    assert.equal(got.same, true, got.failure);
  });
});
