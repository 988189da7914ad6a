// What `cargo xtask dev` serves as sw.js: no worker stands between a change and who looks at it, nor one that another
// Surat on the same port has left behind.
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith('surat-files-')) await caches.delete(name);
  await registration.unregister();
})()));
