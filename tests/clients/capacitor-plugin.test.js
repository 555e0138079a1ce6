// What can be told of the Capacitor plugin without a phone: its Swift can be parsed (nothing compiles it), iOS, Android and the web have
// the same calls, states and codes, and its tarball has all of it. What the Kotlin does is in capacitor-kotlin.test.js.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import v8 from 'node:v8';

v8.setFlagsFromString('--liftoff-only'); // As in quickstarts-syntax.test.js.
const plugin = fileURLToPath(new URL('../../clients/capacitor/', import.meta.url));
const swift = 'ios/Sources/LatchkeyUploader/';
const kotlin = 'android/src/main/java/com/latchkey/uploader/';
const read = path => readFileSync(plugin + path, 'utf8');
const all = (text, pattern) => [...text.matchAll(pattern)].map(match => match[1]).sort();
const missing = existsSync(`${plugin}node_modules/web-tree-sitter`) ? false : 'clients/capacitor is not installed: npm ci';

test('the Swift of the plugin can be parsed', { skip: missing }, async () => {
  const require = createRequire(`${plugin}package.json`);
  const Parser = require('web-tree-sitter');
  await Parser.init();
  const language = await Parser.Language.load(require.resolve('tree-sitter-wasms/out/tree-sitter-swift.wasm'));
  const parse = text => { // With a parser of its own: the grammar's scanner remembers things.
    const parser = new Parser();
    parser.setLanguage(language);
    return parser.parse(text).rootNode;
  };
  const faults = node => node.isError || node.isMissing ? [`${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`]
    : node.hasError ? node.children.flatMap(faults) : [];
  for (const file of ['Package.swift', ...readdirSync(plugin + swift).map(name => swift + name)]) {
    assert.deepEqual(faults(parse(read(file))), [], file);
  }
  assert.notDeepEqual(faults(parse('func broken( {')), [], 'it would find a fault');
});

test('iOS, Android and the web have the same calls', () => {
  const calls = all(/interface UploaderPlugin \{([^]*)\}/.exec(read('src/definitions.ts'))[1], /^ {2}(\w+)\(/gm).filter(name => !/Listener/.test(name));
  assert.equal(calls.length, 11);
  assert.deepEqual(all(read(`${swift}UploaderPlugin.swift`), /CAPPluginMethod\(name: "(\w+)"/g), calls);
  assert.deepEqual(all(read(`${swift}UploaderPlugin.swift`), /@objc func (\w+)\(/g), calls);
  assert.deepEqual(all(read(`${kotlin}UploaderPlugin.kt`), /@PluginMethod\n {4}fun (\w+)\(/g), calls);
  assert.deepEqual(all(read('src/web.ts'), /^ {2}async (\w+)\(/gm), calls);
});

test('iOS and Android have the same states, codes, fields and keys', () => {
  const [ios, android] = [swift, `${kotlin}core/`].map(folder => readdirSync(plugin + folder).map(name => read(folder + name)).join('\n'));
  const states = all(/type UploadState = ([^;]*)/.exec(read('src/definitions.ts'))[1], /'(\w+)'/g);
  assert.deepEqual(/case (waiting[\w, ]*)/.exec(ios)[1].split(', ').sort(), states);
  assert.deepEqual(all(/STATES = listOf\(([^)]*)/.exec(android)[1], /"(\w+)"/g), states);
  for (const text of ['file_missing', 'file_changed', 'file_infected', 'plain_http', 'upload_missing', 'upload_unfinished', 'blocks_missing']) {
    assert.ok(ios.includes(`"${text}"`) && android.includes(`"${text}"`), text);
  }
  const fields = (code, pattern) => all(pattern.exec(code)[1], /"(\w+)"/g);
  assert.deepEqual(fields(ios, /fields = \[([^\]]*)/), fields(android, /FIELDS = listOf\(([^)]*)/));
  for (const code of [ios, android]) {
    assert.match(code, /"latchkey:tokens:/);
    assert.match(code, /8L? \* 1024 \* 1024/);
  }
});

test('the tarball has everything that iOS, Android and the web are built from', { skip: existsSync(`${plugin}dist/index.js`) ? false : 'clients/capacitor is not built' }, async () => {
  const { stdout } = await promisify(execFile)(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: plugin });
  const packed = JSON.parse(stdout)[0].files.map(({ path }) => path).sort();
  const below = folder => readdirSync(plugin + folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
    .map(entry => `${entry.parentPath}/${entry.name}`.replaceAll('\\', '/').slice(plugin.length));
  assert.deepEqual(packed, [
    'LICENSE', 'LatchkeyCapacitorUploader.podspec', 'Package.swift', 'README.md', 'android/build.gradle', 'package.json',
    ...below('android/src/main'), ...below('ios/Sources'), ...below('dist'),
  ].sort());
});
