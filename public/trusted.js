// Trusted Types: the only places where text may become HTML or the address of a worker. It stands before everything else;
// browsers that do not know them have the rest of the page's policy. The build puts the worker's address in the place of
// CACHE_WORKER.
{
  // A frame without scripts, and a document that is shown nowhere else. No other text ever becomes HTML: the rest of the
  // page is built of elements. Browsers do not agree on how to call the first.
  const HTML = ['HTMLIFrameElement srcdoc', 'Element setAttribute', 'DOMParser parseFromString'];
  const WORKERS = ['/sw.js', CACHE_WORKER];
  globalThis.trustedTypes?.createPolicy('default', {
    createHTML: (text, type, sink) => (HTML.includes(sink) ? text : null),
    createScriptURL: (address) => (WORKERS.includes(address) ? address : null),
  });
}
