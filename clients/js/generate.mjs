// Makes src/api/openapi.ts and src/api/error-codes.ts from the OpenAPI document of a service: node generate.mjs [ORIGIN]
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const notice = '// Generated from the OpenAPI document by clients/js/generate.mjs. Do not edit.\n\n';
const forAdministrators = ['admin', 'operator'];

/** The texts of the generated files, by their names in src/api. */
export async function generate(document) {
  const codes = { problem: new Set(), oauth: new Set() };
  for (const { responses } of operations(document)) {
    for (const { content = {} } of Object.values(responses)) {
      enumeration(content['application/problem+json'], 'code').forEach(code => codes.problem.add(code));
      enumeration(content['application/json'], 'error').forEach(code => codes.oauth.add(code));
    }
  }
  return {
    'openapi.ts': notice + astToString(await openapiTS(forApps(document))),
    'error-codes.ts': `${notice}${union('ErrorCode', "Every code of the API's errors (problem+json, RFC 9457).", codes.problem)}\n`
      + union('OAuthErrorCode', 'Every code of the OAuth endpoints (RFC 6749 §5.2 and its companions).', codes.oauth),
  };
}

/**
 * The part of the document that apps use: requests with a user's or an app's token, below the issuer. What is said for readers only
 * (examples, headers) is left out, and the errors of an operation are one answer, which keeps the file at a tenth of its size.
 */
function forApps(document) {
  const paths = {};
  for (const [path, item] of Object.entries(document.paths)) {
    if (!path.startsWith('/{tenant}/') || path.startsWith('/{tenant}/tus')) continue;
    const kept = Object.entries(item).filter(([, operation]) => isForApps(operation)).map(([method, operation]) => [method, slim(operation)]);
    if (kept.length > 0) paths[path.slice('/{tenant}'.length)] = Object.fromEntries(kept);
  }
  const schemas = {};
  const keep = value => JSON.stringify(value, (key, inner) => {
    if (key !== '$ref' || !inner.startsWith('#/components/schemas/')) return inner;
    const name = inner.split('/').pop();
    if (!(name in schemas)) keep(schemas[name] = document.components.schemas[name]);
    return inner;
  });
  keep(paths);
  const ordered = Object.fromEntries(Object.entries(document.components.schemas).filter(([name]) => name in schemas));
  return withoutExamples({ openapi: document.openapi, info: document.info, paths, components: { ...document.components, schemas: ordered } });
}

const isForApps = operation => (operation.security ?? []).some(({ oauth2 }) => oauth2 && !oauth2.some(scope => forAdministrators.includes(scope)));

function slim({ operationId, summary, parameters = [], requestBody, responses }) {
  const good = Object.entries(responses).filter(([status]) => status < 400)
    .map(([status, { description, content }]) => [status, { description, content }]);
  const codes = Object.entries(responses).filter(([status]) => status >= 400)
    .flatMap(([, { content = {} }]) => enumeration(content['application/problem+json'], 'code'));
  const problem = { allOf: [{ $ref: '#/components/schemas/Problem' },
    { type: 'object', required: ['code'], properties: { code: { enum: [...new Set(codes)].sort() } } }] };
  return {
    operationId, summary, requestBody,
    parameters: parameters.filter(({ $ref }) => $ref !== '#/components/parameters/tenant'),
    responses: { ...Object.fromEntries(good), default: { description: 'A problem.', content: { 'application/problem+json': { schema: problem } } } },
  };
}

const withoutExamples = value => JSON.parse(JSON.stringify(value, (key, inner) =>
  (key === 'example' || key === 'examples') && (typeof inner !== 'object' || !('type' in inner)) ? undefined : inner));

const operations = document => Object.values(document.paths).flatMap(item => Object.values(item)).filter(({ responses }) => responses);

const enumeration = (content, property) =>
  (content?.schema?.allOf ?? []).flatMap(({ properties }) => properties?.[property]?.enum ?? []);

function union(name, what, codes) {
  return `/** ${what} */\nexport type ${name} =\n${[...codes].sort().map(code => `  | '${code}'`).join('\n')};\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const answer = await fetch(`${argv[2] ?? 'http://localhost:7071'}/openapi.json`);
  for (const [name, text] of Object.entries(await generate(await answer.json()))) {
    writeFileSync(new URL(`src/api/${name}`, import.meta.url), text);
  }
}
