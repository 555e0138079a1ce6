import assert from 'node:assert/strict';
import test from 'node:test';
import { missing } from './chromium.js';
import { allowed, bundled, foreign, inAnApp, passages } from './web-app.js';
import { api, download, issuer, photo, serviceToken } from './service.js';

const options = { skip: missing, timeout: 120_000 };
const token = await serviceToken();
const uppy = await bundled('uppy', "export { Uppy } from '@uppy/core'; export { default as XHRUpload } from '@uppy/xhr-upload';");

const scripts = () => [
  uppy, 'const { Uppy, XHRUpload } = uppy;',
  `const tenant = ${JSON.stringify(issuer)}; const token = ${JSON.stringify(token)};\n${passages('Every app', 'Uppy')}`,
];

const picture = bytes => [...bytes]; // What crosses into the page is JSON.

test("Uppy's XHR upload without a form sends a file to the issued URL from an allowed origin", options, async () => {
  const bytes = photo(300_000);
  await inAnApp(allowed, scripts(), async page => {
    const file = await page.evaluate(bytes => sendWithUppy(new Uppy(), new File([new Uint8Array(bytes)], 'uppy.jpg', { type: 'image/jpeg' })), picture(bytes));
    assert.equal(file.status, 'available');
    assert.ok((await download(token, file.id)).equals(bytes));
  });
});

test("Uppy's XHR upload sends a file without a type", options, async () => {
  const bytes = photo(1000);
  await inAnApp(allowed, scripts(), async page => {
    const file = await page.evaluate(bytes => sendWithUppy(new Uppy(), new File([new Uint8Array(bytes)], 'uppy.xyz')), picture(bytes));
    assert.deepEqual([file.status, file.contentType], ['available', 'application/octet-stream']);
    assert.ok((await download(token, file.id)).equals(bytes));
  });
});

test("Uppy's XHR upload from a foreign origin is refused by storage, even with a URL that is good", options, async () => {
  const bytes = photo(1000);
  const { id, upload } = await api(token, 'POST', '/files', { name: 'foreign.jpg', contentType: 'image/jpeg', size: bytes.length, resumable: false });
  await inAnApp(foreign, scripts(), async page => {
    const failed = await page.evaluate(async ([bytes, upload]) => {
      const uppy = new Uppy().use(XHRUpload, {
        endpoint: upload.url, method: upload.method, headers: upload.headers, formData: false, getResponseData: () => ({}), shouldRetry: () => false,
      });
      uppy.addFile({ name: 'foreign.jpg', type: 'image/jpeg', data: new Blob([new Uint8Array(bytes)]) });
      return (await uppy.upload()).failed.length;
    }, [picture(bytes), upload]);
    assert.equal(failed, 1);
  });
  await assert.rejects(api(token, 'POST', `/files/${id}/complete`, {}), /upload_missing/);
});
