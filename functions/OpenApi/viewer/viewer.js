// Shows /openapi.json by Swagger UI. What is tried goes to where this page is from, with the token that was pasted under "Authorize".

// In the order of the dialog, which puts the cursor into its last field.
const paste = { registrationToken: 'bearer', clientSecretBasic: 'basic', oauth2: 'bearer' };

/** The document as one can try it here: an access token is pasted; proofs (DPoP) and the pages' cookies can't be. */
function triable(api) {
  const { components, info } = api;
  components.securitySchemes = Object.fromEntries(Object.entries(paste).map(([name, scheme]) =>
    [name, { type: 'http', scheme, description: components.securitySchemes[name].description.split('. ')[0] }]));
  info.description += '\n\n[openapi.json](/openapi.json)';
  for (const operation of Object.values(api.paths).flatMap(Object.values)) {
    const scopes = new Set((operation.security ?? []).flatMap(way => Object.values(way).flat()));
    if (scopes.size > 0) operation.description = `${operation.description ?? ''}\n\nScope: ${[...scopes].map(scope => `\`${scope}\``).join(', ')}.`;
    operation.security = operation.security?.filter(way => Object.keys(way).every(name => paste[name]));
  }
  delete api.servers; // None is where this page is from.
  return api;
}

/** The document with what is at a path, and with what that refers to: to look through all of it takes seconds, each time something is opened. */
function part(api, [section, kind, name]) {
  const small = { ...api, paths: {}, components: {} };
  const waiting = [];
  const take = value => JSON.stringify(value, (_, one) => {
    const reference = typeof one === 'string' && /#\/components\/(\w+)\/([\w.-]+)/.exec(one);
    if (reference) waiting.push(reference.slice(1));
    return one;
  });
  if (section === 'paths') take(small.paths[kind] = api.paths[kind]);
  else waiting.push([kind, name]);
  for (const [kind, name] of waiting) {
    const all = small.components[kind] ??= {};
    for (const each of name ? [name] : Object.keys(api.components[kind])) if (!all[each]) take(all[each] = api.components[kind]?.[each]);
  }
  return small;
}

const resolving = system => {
  const { resolveSubtree } = globalThis.SwaggerUIBundle.plugins.SwaggerClient(system).fn;
  return { fn: { resolveSubtree: (api, path, options) => resolveSubtree(part(api, path), path, options) } };
};

/** The search finds what an operation is called and does, not only its path. */
const search = () => ({
  fn: {
    opsFilter: (tags, words) => tags
      .map((tag, name) => tag.update('operations', all => name.includes(words.toLowerCase()) ? all : all.filter(found(words.toLowerCase()))))
      .filter(tag => tag.get('operations').size > 0),
  },
  statePlugins: {
    layout: {
      wrapSelectors: {
        isShown: original => (state, thing, otherwise) =>
          (thing[0] === 'operations-tag' && state.get('filter')?.length > 0) || original(thing, otherwise),
      },
    },
  },
});

const found = words => one => [one.get('method'), one.get('path'), one.getIn(['operation', 'operationId']), one.getIn(['operation', 'summary']), one.getIn(['operation', 'description'])]
  .filter(Boolean).join(' ').toLowerCase().includes(words);

const dark = matchMedia('(prefers-color-scheme: dark)');
const dress = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', dress);
dress();

const answer = await fetch('/openapi.json');
globalThis.SwaggerUIBundle({
  spec: triable(await answer.json()),
  dom_id: '#viewer',
  plugins: [search, resolving],
  filter: true,
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  validatorUrl: null, // Otherwise the document's address is sent to strangers.
});
