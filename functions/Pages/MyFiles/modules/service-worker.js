// Shows the page without a network. The server puts three lines before this one: `version`, a hash of all files of the page;
// `page`, the page's path; `parts`, the paths of its files.
//
// Only these are kept, and they are the same for everybody. Nothing that the service answered, no file and no token is ever kept, so
// nothing has to be removed when somebody signs out. The network comes first, so that nobody gets an old page while there is one.
const prefix = `my-files ${page} `; // All tenants of an origin share its caches.
const cacheName = prefix + version;

self.addEventListener('install', event => {
  const fresh = [page, ...parts].map(path => new Request(path, { cache: 'no-cache' }));
  event.waitUntil(caches.open(cacheName).then(cache => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', event => event.waitUntil((async () => {
  const old = (await caches.keys()).filter(name => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map(name => caches.delete(name)));
  await self.clients.claim();
})()));

self.addEventListener('fetch', event => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== location.origin) return;
  if (mode === 'navigate' ? pathname === page : parts.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

async function answer(request, path) {
  const cache = await caches.open(cacheName);
  try {
    const response = await fetch(request);
    // Under its path alone: the query of the page holds the answer to a sign-in. The page changes with the reader's language.
    if (path === page && response.ok && !response.redirected) await cache.put(path, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(path, { ignoreVary: true });
    if (!kept) throw error;
    return kept;
  }
}
