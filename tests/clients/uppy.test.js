import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { before } from 'node:test';
import { Uppy } from '@uppy/core';
import XHRUpload from '@uppy/xhr-upload';
import xhr2 from 'xhr2';
import { api, download, photo, serviceToken } from './service.js';

// Node has no XMLHttpRequest, and xhr2 takes no Blob.
globalThis.XMLHttpRequest = class extends xhr2.XMLHttpRequest {
  async send(body) {
    super.send(body instanceof Blob ? await body.arrayBuffer() : body);
  }
};

let token;
before(async () => (token = await serviceToken()));

test("Uppy's XHR upload without a form sends a file to the issued URL", async () => {
  const bytes = photo(2_000_000);
  const { id, upload } = await api(token, 'POST', '/files', {
    name: 'uppy.jpg',
    contentType: 'image/jpeg',
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  const uppy = new Uppy().use(XHRUpload, {
    endpoint: upload.url,
    method: upload.method,
    headers: upload.headers,
    formData: false,
    getResponseData: () => ({}), // Storage answers nothing.
  });
  uppy.addFile({ name: 'uppy.jpg', type: 'image/jpeg', data: new Blob([bytes], { type: 'image/jpeg' }) });
  const { successful, failed } = await uppy.upload();
  assert.deepEqual([successful.length, failed.length], [1, 0], failed[0]?.error);
  await api(token, 'POST', `/files/${id}/complete`, {});
  assert.ok((await download(token, id)).equals(bytes));
});
