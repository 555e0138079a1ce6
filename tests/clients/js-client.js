// @latchkey/client as an app gets it: packed to a tarball, installed from it, and bundled. `dotnet dev.cs test` has built it.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/** The package's sources. */
export const sources = fileURLToPath(new URL('../../clients/js/', import.meta.url));

const here = fileURLToPath(new URL('.', import.meta.url));
const npm = (folder, ...words) => promisify(execFile)(process.platform === 'win32' ? 'npm.cmd' : 'npm', words, { cwd: folder });

let installed;
after(async () => installed && rm((await installed).folder, { recursive: true, force: true }));

/** An app's folder with the package installed from its tarball, once for all tests of a process, and what npm says was packed. It is gone
 * after the tests. */
export const install = () => (installed ??= packAndInstall());

async function packAndInstall() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-app-'));
  const { stdout } = await npm(sources, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
  const [packed] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  await npm(folder, 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', `./${packed.filename}`);
  return { folder, packed };
}

/** The app's code as one script. What the package leaves to the app (jose, mqtt …) comes from this folder. */
export async function bundle(folder, code, options = {}) {
  const { outputFiles: [script] } = await build({
    stdin: { contents: code, resolveDir: folder }, bundle: true, write: false, logLevel: 'error', nodePaths: [join(here, 'node_modules')],
    format: 'esm', target: 'es2022', ...options,
  });
  return script;
}

/** The exports of such a script, in this process. */
export async function load(folder, code) {
  const file = join(folder, `app-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(file, (await bundle(folder, code, { platform: 'node' })).contents);
  return import(pathToFileURL(file));
}
