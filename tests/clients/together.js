// Runs the test files that are named in this one process, each as a suite. What costs as much as a short test is done once: loading the
// browser's driver, starting a browser, packing the client library. Two processes share the files if LATCHKEY_CLAIMS names a folder for
// both: whoever makes a file's folder in it first runs that file.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import './chromium.js'; // Here, so that its browser and
import './js-client.js'; // its packages stay until all files have run.

const claims = process.env.LATCHKEY_CLAIMS;

function isFree(file) {
  if (!claims) return true;
  try {
    return mkdirSync(join(claims, basename(file))) === undefined;
  } catch (fault) {
    if (fault.code === 'EEXIST') return false;
    throw fault;
  }
}

for (const file of process.argv.slice(2)) {
  if (isFree(file)) await new Promise(done => describe(basename(file), () => { after(done); return import(pathToFileURL(file)); }));
}
