// Runs inside the page, before the app: measures from an event's own time to the end of the frame that shows what the
// event was about, and counts what goes over the socket. Everything is found by its accessible name (the contract).

export function install() {
  // Frames of strangers' mail have no app in them.
  if (window !== window.top) return;
  const wire = { received: 0, sent: 0, asked: new Map(), firstAsked: null };
  countSocket(wire);
  let watch = null;
  let watches = 0;

  // The last moment before a frame is painted: observers of sizes are told after all scripts of the frame have run and
  // everything is laid out. A probe that changes its size makes sure that they are told of each frame with a change.
  // Frames of its own it makes only now and then, for what no event tells: they would slow down what is measured.
  const probe = document.createElement('div');
  probe.style.cssText = 'position:fixed;visibility:hidden;contain:strict;block-size:1px';
  let width = 0;
  const stir = () => {
    if (watch === null) return;
    if (!probe.isConnected) document.body?.append(probe);
    // Never the size that was seen last, however often it changes before the frame.
    width = (width + 1) % 1_000;
    probe.style.inlineSize = `${width + 1}px`;
  };
  const isOwn = ({ target }) => target === probe;
  const changes = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver((records) => records.every(isOwn) || stir()).observe(document, changes);
  // Scroll positions, and frames of strangers' mail that are there.
  for (const event of ['scroll', 'load']) addEventListener(event, stir, { capture: true, passive: true });
  setInterval(stir, 100);
  new ResizeObserver(() => watch?.look()).observe(probe);
  // A task that is asked for before the frame is painted runs after it. Urgent: what has been waiting for the frame to be
  // over, or comes of it, is no part of it.
  const afterFrame = (id, names) => {
    scheduler.postTask(() => id === watch?.id && watch.stamp(names, performance.now()), { priority: 'user-blocking' });
  };

  const seen = sights();

  /**
   * Waits for sights, e.g. `{ painted: ['rows', 1] }`, and with `answered` for the answer to the first request. The time
   * runs from the next `event` of this type ("now": from this call, "load": from the beginning of this page).
   * `bench.outcome` is what was measured.
   */
  function begin({ event, moments, answered = false, patience = 60_000 }) {
    const octets = { received: wire.received, sent: wire.sent };
    const times = {};
    const waiting = new Map(Object.entries(moments));
    const outcome = new Promise((resolve, reject) => {
      const limit = setTimeout(() => end(reject, new Error(`not seen in time: ${JSON.stringify([...waiting])}`)), patience);
      const end = (settle, value) => {
        clearTimeout(limit);
        if (watch === own) watch = null;
        settle(value);
      };
      const finish = () => {
        if (waiting.size > 0 || (answered && own.answered() === null)) return;
        end(resolve, {
          ...times,
          answered: own.answered(),
          ended_at: performance.timeOrigin + performance.now(),
          received: wire.received - octets.received,
          sent: wire.sent - octets.sent,
        });
      };
      const own = {
        id: (watches += 1),
        start: null,
        answered: () => {
          const request = wire.firstAsked === null ? null : wire.asked.get(wire.firstAsked);
          return typeof request === 'number' ? request - own.start : null;
        },
        look() {
          if (own.start === null) return;
          const names = [...waiting].filter(([, [sight, ...rest]]) => seen[sight](...rest)).map(([name]) => name);
          if (names.length > 0) afterFrame(own.id, names);
          else finish();
        },
        stamp(names, now) {
          for (const name of names) {
            if (waiting.delete(name)) times[name] = now - own.start;
          }
          finish();
        },
      };
      watch = own;
      const started = (time) => {
        own.start = time;
        wire.firstAsked = null;
        stir();
      };
      if (event === 'now') started(performance.now());
      else if (event === 'load') started(0);
      else addEventListener(event, ({ timeStamp }) => started(timeStamp), { capture: true, once: true });
    });
    // Whoever waits for it later hears of a failure then.
    outcome.catch(() => {});
    window.bench.outcome = outcome;
  }

  window.bench = { begin, seen, outcome: null };
  begin({ event: 'load', moments: { painted: ['rows', 1] } });

  /** Adds up octets, and notes when the last answer to each request came. */
  function countSocket(wire) {
    // A postcard value: the variant, then the id as a varint; an answer ends with whether it is the last one.
    const [REQUEST, ANSWER] = [1, 2];
    const idOf = (octets) => {
      let id = 0;
      for (let at = 1; at < 6; at += 1) {
        id += (octets[at] & 0x7f) * 2 ** (7 * (at - 1));
        if (octets[at] < 0x80) break;
      }
      return id;
    };
    const Socket = window.WebSocket;
    window.WebSocket = class extends Socket {
      constructor(...options) {
        super(...options);
        this.addEventListener('message', ({ data }) => {
          const octets = new Uint8Array(data);
          wire.received += octets.length;
          if (octets[0] === ANSWER && octets.at(-1) === 1) wire.asked.set(idOf(octets), performance.now());
        });
      }

      send(data) {
        const octets = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
        wire.sent += octets.length;
        if (octets[0] === REQUEST) wire.firstAsked ??= idOf(octets);
        super.send(data);
      }
    };
  }

  /** What can be waited for. */
  function sights() {
    const grid = () => document.querySelector('[role=grid][aria-label="Messages"]');
    const indexOf = (row) => Number(row.getAttribute('aria-rowindex'));

    /** The rows on screen, from top to bottom, when they leave no gap; nothing otherwise. */
    function onScreen() {
      const list = grid();
      if (!list) return null;
      const { top, bottom } = list.getBoundingClientRect();
      const rows = [...list.querySelectorAll('[role=row]')].map((row) => ({ row, box: row.getBoundingClientRect() }));
      const shown = rows.filter(({ box }) => box.bottom > top && box.top < bottom).sort((one, other) => one.box.top - other.box.top);
      const count = Number(list.getAttribute('aria-rowcount'));
      if (shown.length === 0 || count < 1) return null;
      const last = shown.at(-1);
      const hasGap = shown.some(({ box }, at) => at > 0 && Math.abs(box.top - shown[at - 1].box.bottom) > 1);
      const isWhole = shown[0].box.top <= top + 1 && (last.box.bottom >= bottom - 1 || indexOf(last.row) === count);
      return isWhole && !hasGap ? shown.map(({ row }) => row) : null;
    }
    const has = (rows, index) => rows.some((row) => indexOf(row) === index);
    const isFilled = (row) => Boolean(row.getAttribute('aria-label'));
    const firstName = () => grid()?.querySelector('[role=row][aria-rowindex="1"]')?.getAttribute('aria-label') ?? '';
    const count = () => Number(grid()?.getAttribute('aria-rowcount') ?? -1);

    /** Rows with their text all over the list, with this one (counted from 1) among them. */
    function rows(index) {
      const shown = onScreen();
      return shown !== null && has(shown, index) && shown.every(isFilled);
    }
    /** Rows or what stands for them all over the list. */
    function placeholder(index) {
      const shown = onScreen();
      return shown !== null && has(shown, index);
    }
    /** The rows of this folder, which are not those that were there before. */
    function folder(name, before) {
      const open = document.querySelector('[role=treeitem][aria-selected=true]');
      return (open?.getAttribute('aria-label') ?? '').startsWith(name) && rows(1) && firstName() !== before;
    }
    /** The rows of a folder, not of a search. */
    const listing = () => !location.pathname.startsWith('/search/') && rows(1);
    /** The message that the address names, with its body, and not the one before. */
    function message(before) {
      const article = document.querySelector('article[aria-label="Message"]');
      if (!article || article.dataset.uid === before || article.dataset.uid !== location.pathname.split('/').pop()) return false;
      const body = article.querySelector('[aria-label="Message body"], iframe[title="Message body"]');
      if (body?.localName !== 'iframe') return Boolean(body);
      const inside = body.contentDocument;
      return inside?.URL === 'about:srcdoc' && inside.readyState === 'complete' && inside.body.childNodes.length > 0;
    }
    /** This row is gone, or says something else. */
    const gone = (id) => !document.getElementById(id);
    const renamed = (id, before) => (document.getElementById(id)?.getAttribute('aria-label') ?? before) !== before;
    /** A row with these words. */
    const row = (words) => onScreen()?.some((row) => (row.getAttribute('aria-label') ?? '').includes(words)) ?? false;
    /** The first hits of a search. */
    const hits = (before) => location.pathname.startsWith('/search/') && count() > 0 && count() !== before && rows(1);
    const notice = (words) => [...document.querySelectorAll('[role=status]')].some((status) => status.textContent.includes(words));
    return { rows, placeholder, folder, listing, message, gone, renamed, row, hits, notice, firstName, count, onScreen };
  }
}
