// Run inside the page.

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
