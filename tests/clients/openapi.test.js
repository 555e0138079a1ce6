// The document as tools take it: valid OpenAPI 3.1, a generated client's types compile, and the page can be read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { look, missing, onAPhone } from './chromium.js';
import { origin } from './service.js';

const options = { skip: missing, timeout: 90_000 };

test('openapi.json: the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(await (await fetch(`${origin}/openapi.json`)).json());
  assert.equal(result.valid, true, JSON.stringify(result.errors, null, 1));
  assert.equal(validator.version, '3.1');
});

test('openapi-typescript makes types of it that say what the endpoints take and give', async () => {
  const types = astToString(await openapiTS(new URL(`${origin}/openapi.json`)));
  const use = `
    import type { paths } from './api';
    type Begin = paths['/{tenant}/files']['post'];
    const asked: Begin['requestBody']['content']['application/json'] = { name: 'a.txt', contentType: 'text/plain', size: 1 };
    declare const begun: Begin['responses'][201]['content']['application/json'];
    const url: string = begun.upload.url;
    declare const refused: Begin['responses'][403]['content']['application/problem+json'];
    const why: 'insufficient_scope' | 'insufficient_rights' | 'quota_exceeded' | 'tenant_suspended' = refused.code;
    // @ts-expect-error: a size is a number.
    const wrong: typeof asked = { name: 'a.txt', contentType: 'text/plain', size: '1' };
  `;
  assert.deepEqual(faults({ 'api.ts': types, 'use.ts': use }), []);
});

/** What the TypeScript compiler says of these files. */
function faults(files) {
  const settings = { strict: true, noEmit: true, types: [], module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
  const host = ts.createCompilerHost(settings);
  const { readFile, fileExists } = host;
  const given = name => files[name.split('/').pop()];
  host.readFile = name => given(name) ?? readFile(name);
  host.fileExists = name => given(name) !== undefined || fileExists(name);
  host.getSourceFile = (name, version) => {
    const text = host.readFile(name);
    return text === undefined ? undefined : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram(Object.keys(files), settings, host);
  return ts.getPreEmitDiagnostics(program).map(fault => `${fault.file?.fileName}: ${ts.flattenDiagnosticMessageText(fault.messageText, ' ')}`);
}

for (const colorScheme of ['light', 'dark']) {
  test(`openapi: the page can be read on a phone and on a desk, ${colorScheme}`, options, () => onAPhone(async page => {
    const response = await page.goto(`${origin}/openapi`);
    assert.equal(response.status(), 200);
    await page.getByText('Uploads', { exact: true }).first().click();
    await page.getByRole('link', { name: 'Begin an upload' }).first().click();
    assert.equal(new URL(page.url()).hash, '#files-begin');
    const top = await page.locator('#files-begin').evaluate(element => element.getBoundingClientRect().top);
    assert.ok(top >= 0 && top < 100, `the operation is at ${top}`);
    await look(page, `openapi-operation-${colorScheme}`, { fullPage: false }); // The page is too long for one picture.
    await page.goto(`${origin}/openapi`);
    await look(page, `openapi-${colorScheme}`, { fullPage: false });
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(`${origin}/openapi#files-complete`);
    await look(page, `openapi-desktop-${colorScheme}`, { fullPage: false });
  }, { colorScheme }));
}
