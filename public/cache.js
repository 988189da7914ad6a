// The page's side of the mail that this browser keeps (cache/). It stands before the script that starts the app, and is
// `mail_cache` for it (app/src/net/cache.rs): it passes on what is asked and heard, and brings answers. Until it is
// started it does nothing. The build puts the worker's address in the place of CACHE_WORKER.
globalThis.mail_cache = (() => {
  const ACCOUNT = 'surat.kept';
  const ROOM = 'surat.cache-mib';
  const DATABASES = 'surat ';
  const FAULT = 'surat.cache-fault';
  // A question that takes longer is not worth waiting for where the proxy answers as fast. Until it has said anything,
  // there may be nobody else to ask, and a slow machine may take longer to begin.
  const PATIENCE_MS = 300;
  // On a first visit there is nothing to read; the worker is loaded when the inbox is there.
  const LATER_MS = 2_000;
  const CLOSED_MS = 3_000;

  let worker;
  let number = 0;
  // What is said before the worker is there.
  let early = [];
  let timer;
  const questions = new Map();
  let isLinked = false;
  const told = {};
  const listeners = {};

  const setting = (name, value) => {
    // Some browsers throw where nothing may be kept.
    try {
      if (value === undefined) return localStorage.getItem(name) ?? '';
      if (value) localStorage.setItem(name, value);
      else localStorage.removeItem(name);
    } catch {}
    return '';
  };

  // A reload in the same tab finds the same fault, which the person has heard of. `start` makes it news again.
  const isNews = (fault) => {
    try {
      if (sessionStorage.getItem(FAULT) === fault) return false;
      sessionStorage.setItem(FAULT, fault);
    } catch {}
    return true;
  };

  const answer = (what, value) => {
    questions.get(what)?.(value);
    questions.delete(what);
  };

  const end = () => {
    clearTimeout(timer);
    timer = worker?.terminate();
    worker = undefined;
    early = [];
    for (const what of questions.keys()) answer(what, []);
  };

  const hear = ({ data: [what, value] }) => {
    if (typeof what === 'number') return answer(what, value);
    // It has broken down.
    if (what === 'end') return end();
    if (what === 'fault' && !isNews(value)) return;
    told[what] = value;
    listeners[what]?.(value);
  };

  const say = (...words) => {
    if (worker) worker.postMessage(words);
    else if (timer) early.push(words);
  };

  // An array that looks into the memory of the app would take all of it along.
  const own = (frame) => frame.slice();

  const ask = (word, frame, patience) => new Promise((resolve) => {
    if (!worker) return resolve([]);
    questions.set(++number, resolve);
    const mine = number;
    say(word, mine, frame);
    const lose = () => {
      if (isLinked) answer(mine, []);
      else if (questions.has(mine)) setTimeout(lose, patience);
    };
    if (patience) setTimeout(lose, patience);
  });

  const listen = (what) => (listener) => {
    listeners[what] = listener;
    if (what in told) listener(told[what]);
  };

  const load = () => {
    worker = new Worker(CACHE_WORKER);
    worker.onmessage = hear;
    worker.onerror = end;
    worker.postMessage(['start', setting(ACCOUNT), Number(setting(ROOM)) || 200]);
    early.splice(0).forEach((words) => worker.postMessage(words));
  };

  // Another tab has deleted everything.
  const tabs = new BroadcastChannel('surat-cache');
  tabs.onmessage = end;

  const account = () => setting(ACCOUNT);
  if (account()) load();

  return {
    account,
    start(email) {
      end();
      isNews('');
      setting(ACCOUNT, email);
      timer = setTimeout(load, LATER_MS);
    },
    asked: (frame, replaces) => say('asked', own(frame), replaces),
    heard(frame) {
      isLinked = true;
      say('heard', own(frame));
    },
    ask: (frame) => ask('ask', own(frame), PATIENCE_MS),
    queued: () => ask('queued'),
    waiting: listen('waiting'),
    fault: listen('fault'),
    is_full: () => told.fault === 'full',
    async wipe() {
      end();
      setting(ACCOUNT, '');
      tabs.postMessage(0);
      const remove = ({ name }) => new Promise((resolve) => {
        const request = indexedDB.deleteDatabase(name);
        request.onsuccess = request.onerror = resolve;
        setTimeout(resolve, CLOSED_MS);
      });
      try {
        const all = await indexedDB.databases();
        await Promise.all(all.filter(({ name }) => name.startsWith(DATABASES)).map(remove));
      } catch {}
    },
  };
})();
