// The Swift, Kotlin and Dart of the documents, which nothing here compiles, is at least what their parsers accept. The TypeScript of the
// quickstarts fits the types of the libraries.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import ts from 'typescript';
import { compileScript, parse } from 'vue/compiler-sfc';
import { Language, Parser } from 'web-tree-sitter';
import { sources as library } from './js-client.js';
import { source } from './quickstarts.js';

v8.setFlagsFromString('--liftoff-only'); // The grammars are large; to optimize them costs seconds, to parse these pages nothing.
const grammar = name => Language.load(readFileSync(createRequire(import.meta.url).resolve(`tree-sitter-wasms/out/tree-sitter-${name}.wasm`)));
const docs = ['quickstarts', 'apps'].map(folder => new URL(`../../docs/${folder}/`, import.meta.url));
const pages = docs.flatMap(folder => readdirSync(folder).map(name => ({ name, text: readFileSync(new URL(name, folder), 'utf8') })));

for (const language of ['swift', 'kotlin', 'dart']) {
  test(`the ${language} of the documents parses`, async () => {
    await Parser.init();
    const parser = new Parser();
    parser.setLanguage(await grammar(language));
    const faults = (code, name) => {
      const found = [];
      const visit = node => {
        if (node.isError || node.isMissing) found.push(`${name}, line ${node.startPosition.row + 1} of the passage: ${node.text.slice(0, 80)}`);
        else if (node.hasError) node.children.forEach(visit);
      };
      visit(parser.parse(code).rootNode);
      return found;
    };
    const passages = pages.flatMap(({ name, text }) =>
      [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, code]) => ({ name, code })));
    assert.ok(passages.length > 0);
    assert.deepEqual(passages.flatMap(({ name, code }) => faults(code, name)), []);
    const [{ name, code }] = passages.filter(({ code }) => code.includes('}'));
    assert.ok(faults(code.slice(0, code.lastIndexOf('}')), name).length > 0, 'a brace that is missing was not noticed');
  });
}

// It is for phones alone, and its package brings their platforms.
const secureStorage = `declare module '@aparajita/capacitor-secure-storage' {
  export const SecureStorage: import('@latchkey/client/capacitor').SecureStoragePlugin;
}`;

test('the TypeScript of the quickstarts fits the types of the libraries', () => {
  const folder = fileURLToPath(new URL('./quickstarts-run-types/', import.meta.url)); // Here, so that packages are found.
  const pages = {
    web: ['src/main.ts'], 'react-native': ['latchkey.ts'], 'ionic-react': ['src/App.tsx', 'src/latchkey.ts'],
    'ionic-vue': ['src/App.vue', 'src/latchkey.ts'], 'ionic-angular': ['src/app/app.component.ts', 'src/latchkey.ts'],
  };
  const write = (path, text) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  try {
    mkdirSync(`${folder}node_modules/@latchkey`, { recursive: true });
    symlinkSync(library, `${folder}node_modules/@latchkey/client`, 'junction');
    const files = Object.entries(pages).flatMap(([name, list]) => list.map(file => {
      const text = source(name, file);
      return file.endsWith('.vue') ? write(join(folder, name, `${file}.ts`), compileScript(parse(text).descriptor, { id: 'app' }).content)
        : write(join(folder, name, file), text);
    }));
    const program = ts.createProgram([write(`${folder}stand-in.d.ts`, secureStorage), ...files], {
      strict: true, noEmit: true, skipLibCheck: true, experimentalDecorators: true, jsx: ts.JsxEmit.ReactJSX, types: [],
      target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    });
    const host = { getCurrentDirectory: () => folder, getCanonicalFileName: file => file, getNewLine: () => '\n' };
    assert.equal(ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), host), '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
