// The page's side of the service worker (sw.js). It stands before the script that starts the app, and talks with the app
// (app/src/net/worker.rs) by events of the window.
{
  // Not there where the page came over plain HTTP: everything but starting without a network works as well.
  const workers = navigator.serviceWorker;
  const CALM_MS = 3_000;
  const LOOK_EVERY_MS = 3_600_000;
  // A page that is sent back and forth between two versions waits so long between two tries.
  const AGAIN_MS = 60_000;
  const LEFT_AT = 'surat.left-at';

  const tell = () => dispatchEvent(new Event('surat-renewable'));

  const reload = () => {
    // Whatever must survive is put away at this.
    dispatchEvent(new Event('surat-leaving'));
    location.reload();
  };

  const watch = (registration) => {
    // Without an active one it is the first, and new to nobody.
    const look = () => registration.active && registration.waiting && tell();
    const follow = () => registration.installing?.addEventListener('statechange', look);
    registration.addEventListener('updatefound', follow);
    follow();
    look();
    // A tab may be open for weeks. Without a network there is nothing new.
    setInterval(() => registration.update().catch(() => {}), LOOK_EVERY_MS);
  };

  const keep = async () => {
    try {
      watch(await workers.register('/sw.js'));
    } catch {
      // The browser does not want to, or the disk is full: the app comes by network, as without a worker.
    }
  };

  // Once there has been mail on screen for a while: nothing that a person waits for is to wait for this. The list tells
  // screen readers that it is there in the same way.
  const afterMail = (hadMail = false) => {
    const hasMail = document.querySelector('[role="grid"][aria-busy="false"]') !== null;
    if (hasMail && hadMail) (globalThis.requestIdleCallback ?? setTimeout)(keep);
    else setTimeout(afterMail, CALM_MS, hasMail);
  };

  const reached = (worker, states) => new Promise((resolve) => {
    const look = () => states.includes(worker.state) && resolve(worker.state);
    worker.addEventListener('statechange', look);
    look();
  });

  // To the version that is waiting, or that another tab has changed to already.
  const renew = async () => {
    const next = (await workers?.getRegistration())?.waiting;
    if (next) {
      next.postMessage('take-over');
      await reached(next, ['activated', 'redundant']);
    }
    reload();
  };

  // The proxy speaks another version than this page: past what is kept, to what it serves now.
  const leave = async () => {
    const now = Date.now();
    try {
      if (now - sessionStorage.getItem(LEFT_AT) < AGAIN_MS) return;
      sessionStorage.setItem(LEFT_AT, now);
    } catch {
      // Where nothing can be remembered, a loop is worse than a page that waits.
      return;
    }
    const registration = await workers?.getRegistration();
    await registration?.update().catch(() => {});
    const next = registration?.installing ?? registration?.waiting;
    const state = next && await reached(next, ['installed', 'activated', 'redundant']);
    // Nothing newer, or it could not be kept: without a worker the page comes from the proxy.
    if (!next || state === 'redundant') await registration?.unregister();
    await renew();
  };

  if (workers) {
    // Another tab has changed to a newer version.
    workers.addEventListener('controllerchange', tell);
    afterMail();
  }
  addEventListener('surat-renew', renew);
  addEventListener('surat-outdated', leave);
}
