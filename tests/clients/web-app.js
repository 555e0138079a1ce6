// An app in a browser: its page comes from a server of this test under whatever origin the test gives it, and the
// passages of docs/apps run in it as they stand.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { onAPhone, serve } from './chromium.js';

/** An origin that the demo tenants and the emulator's blob service allow. */
export const allowed = 'http://localhost:8100';

/** One that nobody knows. */
export const foreign = 'http://foreign.example';

const folder = new URL('../../docs/apps/', import.meta.url);
const pages = await Promise.all((await readdir(folder)).map(page => readFile(new URL(page, folder), 'utf8')));

/** The passages of JavaScript in docs/apps whose first line is a comment that starts so. */
export function passages(...starts) {
  const all = pages.flatMap(page => [...page.matchAll(/^```js\n(\/\/[^]*?)^```$/gm)].map(match => match[1]));
  return starts.map(start => all.find(code => code.startsWith(`// ${start}`)) ?? unknown(start)).join('\n');
}

/** A package's modules as one script that leaves its exports in a global variable. */
export async function bundled(name, code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(new URL('.', import.meta.url)) }, bundle: true, write: false, format: 'iife', globalName: name, logLevel: 'error',
  });
  return outputFiles[0].text;
}

/**
 * Opens the app's page with these scripts, each of its own. Nothing is intercepted: Playwright would answer preflights
 * by itself, and they are what is to be proved. Chromium only looks for the origin's host on another port.
 * The page is the same at every address. `body` comes before the scripts.
 */
export function inAnApp(origin, scripts, steps, body = '<title>An app</title>') {
  const answer = ({ url }, response) => {
    const n = /^\/(\d+)\.js$/.exec(url)?.[1];
    response.setHeader('Content-Type', n ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8');
    response.end(n ? scripts[n] : `<!DOCTYPE html>${body}${scripts.map((_, at) => `<script src="/${at}.js"></script>`).join('')}`);
  };
  return serve(origin, answer, () => onAPhone(async page => {
    const faults = [];
    page.on('pageerror', fault => faults.push(fault.message));
    await page.goto(`${origin}/`);
    if (faults.length) throw new Error(`The app's scripts threw: ${faults}`);
    await steps(page);
  }));
}

function unknown(start) {
  throw new Error(`docs/apps has no passage that starts with "// ${start}".`);
}
