// Run inside the page, each by itself: nothing here may use anything outside its own function.

/** Signs in unless that was done, opens the first message, and tells where messages begin. */
export async function entered(patience) {
  const deadline = performance.now() + patience;
  const wait = async (what) => {
    for (;;) {
      const found = what();
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`not there in time: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const row = () => document.querySelector('#messages .row:not(:has(.is-waiting))');
  const email = () => document.querySelector('input[name=email]');
  await wait(() => row() ?? email());
  if (email()) {
    const { form } = email();
    for (const [name, value] of [['email', 'ayu@surat.test'], ['password', 'surat']]) {
      form.elements[name].value = value;
      form.elements[name].dispatchEvent(new Event('input', { bubbles: true }));
    }
    form.querySelector('button[type=submit]').click();
  }
  (await wait(row)).click();
  const [, validity] = await wait(() => /^\/mail\/INBOX\/(\d+)\/\d+/.exec(location.pathname));
  const article = await wait(() => document.querySelector('article[aria-label="Message"]:not([hidden])'));
  return { validity, left: article.getBoundingClientRect().left };
}

/** The answer to what the app says by its socket if it asks for a message, and else nothing (protocol/src/frame.rs). */
export function answered(said, answer) {
  // Of the request, and of the question in it, as postcard has them.
  const [REQUEST, FETCH_MESSAGE] = [1, 3];
  const [kind, ...rest] = said;
  const length = 1 + rest.findIndex((octet) => octet < 128);
  if (kind !== REQUEST || rest[length] !== FETCH_MESSAGE || !answer) return null;
  // In the place of its id, 0, stands the request's.
  return Uint8Array.from([answer[0], ...rest.slice(0, length), ...answer.subarray(2)]);
}

/** Runs before the app: a frame loses its sandbox, or its policy, before anything is shown in it. */
export function loosened({ hasNoSandbox, hasNoPolicy }) {
  const POLICY = /<meta http-equiv=Content-Security-Policy[^>]*>/i;
  new MutationObserver(() => {
    for (const frame of document.querySelectorAll('iframe')) {
      const text = hasNoPolicy ? frame.srcdoc.replace(POLICY, '') : frame.srcdoc;
      const isLoose = !hasNoSandbox || !frame.hasAttribute('sandbox');
      if (isLoose && text === frame.srcdoc) continue;
      if (!isLoose) frame.removeAttribute('sandbox');
      // What a frame may do is settled when it loads.
      frame.srcdoc = '';
      frame.srcdoc = text;
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['srcdoc'] });
}

/** Is the frame in its sandbox, and does the page's policy forbid what is written into its elements? */
export function standing() {
  const element = document.createElement('button');
  try {
    element.setAttribute('onclick', 'this.title = "pressed"');
    element.click();
  } catch {
    // By Trusted Types.
  }
  return { hasSandbox: document.querySelector('iframe[title="Message body"]').sandbox.length > 0, hasPolicy: !element.title };
}

/** Goes to a message as the back button would, and waits until its frame shows it. */
export async function shown({ path, patience }) {
  const uid = path.split('/').pop();
  const article = () => document.querySelector(`article[aria-label="Message"][data-uid="${uid}"]`);
  const frame = () => article()?.querySelector('iframe[title="Message body"]');
  const isThere = () => frame() && !frame().hidden && frame().contentDocument?.body;
  history.replaceState(history.state, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
  const deadline = performance.now() + patience;
  while (!isThere()) {
    if (performance.now() > deadline) throw new Error(`not shown in time: ${document.body.innerText.slice(0, 120)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Points at everything in the message, presses what is no link to elsewhere, and sends every form. */
export function poke() {
  const inside = document.querySelector('iframe[title="Message body"]')?.contentDocument;
  if (!inside) return;
  const harmless = /^\s*(https?|mailto|tel):/i;
  for (const element of [...inside.querySelectorAll('*')].slice(0, 300)) {
    for (const type of ['pointerover', 'mouseover', 'focus', 'error', 'load', 'toggle', 'animationstart']) {
      element.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
    }
    const leads = element.closest('a, area');
    if (!leads || !harmless.test(leads.getAttribute('href') ?? '')) element.click?.();
    if (element.localName === 'form') element.requestSubmit?.();
  }
}

/** Do two pictures (PNG, in base64) differ in more than how the edges of letters are drawn? */
export async function differ([one, other]) {
  // Of 255: letters at a fraction of a pixel are not always drawn alike.
  const FAINT = 48;
  const pixels = async (picture) => {
    const octets = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([octets]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  };
  const [before, after] = [await pixels(one), await pixels(other)];
  return before.length !== after.length || before.some((value, at) => Math.abs(value - after[at]) > FAINT);
}
