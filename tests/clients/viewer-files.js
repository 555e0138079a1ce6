// functions/OpenApi/viewer against the npm package that its files are from; with --write they are made anew.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const folder = fileURLToPath(new URL('../../functions/OpenApi/viewer/', import.meta.url));
const installed = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const packed = ['swagger-ui-bundle.js', 'swagger-ui.css'];
const plain = ['LICENSE', 'NOTICE', 'swagger-ui-bundle.js.LICENSE.txt'];

/** The names of the files that are not the package's. */
export function changes() {
  const same = (name, own) => own.equals(readFileSync(join(installed, name)));
  return [
    ...packed.filter(name => !same(name, gunzipSync(readFileSync(`${folder}${name}.gz`)))),
    ...plain.filter(name => !same(name, readFileSync(folder + name))),
    ...(readFileSync(`${folder}source.json`, 'utf8') === source() ? [] : ['source.json']),
  ];
}

/** What source.json has to say of the package that is installed. */
function source() {
  const { name, version, license } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  const sha512 = Object.fromEntries(packed.map(file => [file, createHash('sha512').update(readFileSync(join(installed, file))).digest('base64')]));
  return `${JSON.stringify({ package: name, version, license, sha512 }, null, 2)}\n`;
}

if (argv.includes('--write')) {
  for (const name of packed) writeFileSync(`${folder}${name}.gz`, gzipSync(readFileSync(join(installed, name)), { level: 9 }));
  for (const name of plain) writeFileSync(folder + name, readFileSync(join(installed, name)));
  writeFileSync(`${folder}source.json`, source());
}
