// An app that uploads one file by tus and can be killed: LATCHKEY_TOKEN, the file, and where to remember the upload.
import { createReadStream } from 'node:fs';
import { FileUrlStorage, Upload } from 'tus-js-client';
import { issuer } from './service.js';

const [file, memory] = process.argv.slice(2);
const upload = new Upload(createReadStream(file), {
  endpoint: `${issuer}/tus`,
  chunkSize: 8 * 1024 * 1024, // The most that one piece may have.
  headers: { authorization: `Bearer ${process.env.LATCHKEY_TOKEN}` },
  metadata: { filename: 'Film 🎬.mp4', filetype: 'application/octet-stream', folder: 'By tus' },
  retryDelays: [0, 500],
  urlStorage: new FileUrlStorage(memory),
  onChunkComplete: (size, accepted) => console.log(`accepted ${accepted}`),
  onSuccess: () => console.log(`done ${upload.url}`),
  onError: error => {
    console.error(error.message);
    process.exitCode = 1;
  },
});
const [previous] = await upload.findPreviousUploads();
if (previous) upload.resumeFromPreviousUpload(previous);
upload.start();
