// The document as tools take it: valid OpenAPI 3.1, a generated client's types compile, and the page can be read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { look, missing, onAPhone } from './chromium.js';
import { origin, serviceToken } from './service.js';
import { changes } from './viewer-files.js';

const options = { skip: missing, timeout: 90_000 };
const [phone, desk] = [{ width: 390, height: 844 }, { width: 1280, height: 900 }];

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
  // Without the types of browsers, which take as long as the rest.
  const settings = { strict: true, noEmit: true, types: [], lib: ['lib.es2022.d.ts'], skipDefaultLibCheck: true,
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };
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

test('the files that the page shows the document with are those of the npm package', () => assert.deepEqual(changes(), []));

// Loaded once, in the dark: a load makes Swagger UI work for seconds, and the page follows when the light changes.
test('openapi: an operation is found and tried, on a phone and on a desk, in the dark and in the light', options, () => onAPhone(async page => {
  const strangers = [];
  page.on('request', request => { if (!/^(data:|blob:)/.test(request.url()) && new URL(request.url()).origin !== origin) strangers.push(request.url()); });
  const response = await page.goto(`${origin}/openapi`);
  assert.equal(response.status(), 200);
  await page.getByRole('heading', { name: 'Latchkey' }).waitFor();
  assert.equal(await page.locator('html.dark-mode').count(), 1);
  await see(page, 'openapi');
  await page.setViewportSize(desk);
  await see(page, 'openapi-desktop');
  await page.setViewportSize(phone);

  // Found by what it is called, and shown without another click.
  await page.getByPlaceholder('Filter').fill("the caller's spaces");
  await page.getByText("List the caller's spaces").waitFor();
  assert.equal(await page.locator('.opblock').count(), 1);

  await page.locator('.btn.authorize').click();
  await page.getByRole('heading', { name: 'Available authorizations' }).waitFor();
  await see(page, 'openapi-authorize');
  await page.locator('#auth-bearer-value').last().fill(await serviceToken());
  await page.getByRole('button', { name: 'Apply credentials' }).last().click();
  await page.locator('.btn-done').last().click();

  await page.locator('.opblock-summary-control').click();
  await page.getByPlaceholder('tenant').fill('demo');
  const answer = page.waitForResponse(`${origin}/demo/spaces`);
  await page.getByRole('button', { name: 'Execute' }).click();
  assert.equal((await answer).status(), 200);
  await page.locator('.live-responses-table td.response-col_status', { hasText: '200' }).waitFor();
  await see(page, 'openapi-tried');
  await page.setViewportSize(desk);
  await see(page, 'openapi-tried-desktop');
  assert.deepEqual(strangers, []);
}, { colorScheme: 'dark', viewport: phone }));

/** Pictures in the dark and in the light, held to what any page is held to, but for four things of Swagger UI's own markup that we can't change. */
async function see(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.locator(colorScheme === 'dark' ? 'html.dark-mode' : 'html:not(.dark-mode)').waitFor();
    await page.evaluate(() => document.getAnimations().forEach(one => { if (one instanceof CSSTransition) one.finish(); })); // Colors fade.
    await look(page, `${name}-${colorScheme}`, { fullPage: false, except: ['nested-interactive', 'button-name', 'label-content-name-mismatch', 'select-name'] });
  }
}
