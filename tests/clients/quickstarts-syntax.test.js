// The Swift, Kotlin and Dart of the documents, which nothing here compiles, is at least what their parsers accept.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import v8 from 'node:v8';
import { Language, Parser } from 'web-tree-sitter';

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
