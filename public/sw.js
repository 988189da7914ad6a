// The app's service worker: keeps the app's files in this browser, so that the app opens at once and without a network.
// It keeps nothing else, and touches nothing else: no mail, nothing of /api/, nothing of a session.
//
// Before this, xtask/src/build/worker.rs writes FILES, the path of each file of this version with its digest, and
// CACHE, a name that no other version has. See docs/decisions/0040-service-worker.md.

const OWN = 'surat-files-';

// The app's addresses (app/src/route). Whatever else a browser goes to is for the proxy to answer.
const PAGES = /^\/($|mail\/|search\/)/;

// All of it or nothing. A file that cannot be had or is not the one that this version was built with, or a disk that is
// full, ends the installation, and the version that is there stays.
async function install() {
  const isNew = !(await caches.has(CACHE));
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(Object.entries(FILES).map(async ([path, integrity]) => {
      // What the page has loaded comes out of the browser's own cache.
      await cache.put(path, await fetch(path, { integrity, redirect: 'error' }));
    }));
  } catch (problem) {
    if (isNew) await caches.delete(CACHE);
    throw problem;
  }
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OWN) && name !== CACHE).map((name) => caches.delete(name)));
}

async function answer(path, request) {
  // Browsers may take away what was kept; then it is as if there were no worker.
  return (await caches.match(path, { cacheName: CACHE })) ?? fetch(request);
}

addEventListener('install', (event) => event.waitUntil(install()));
addEventListener('activate', (event) => event.waitUntil(forgetOthers()));

addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (PAGES.test(pathname)) event.respondWith(answer('/', request));
  } else if (pathname !== '/' && Object.hasOwn(FILES, pathname)) {
    event.respondWith(answer(pathname, request));
  }
});

// The person said so (public/offline.js): this version takes the place of the one that serves the open pages.
addEventListener('message', ({ data }) => {
  if (data === 'take-over') skipWaiting();
});
