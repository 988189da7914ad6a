// Runs inside the page: opens one message, waits until it is shown, and looks at what is shown.

/** `blank` says why nothing can be read, `active` names what could act in the message's frame. */
export async function look({ path, patience }) {
  const shown = () => document.querySelector(`article[aria-label="Message"][data-uid="${path.split('/').pop()}"]`);
  const former = document.querySelector('iframe[title="Message body"]');
  const before = { srcdoc: former?.srcdoc, document: former?.contentDocument };
  history.replaceState(history.state, '', path);
  dispatchEvent(new PopStateEvent('popstate'));

  const deadline = performance.now() + patience;
  const until = async (ready) => {
    while (!ready()) {
      if (performance.now() > deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  };

  if (!(await until(shown))) {
    return { blank: `not shown in time: ${document.body.innerText.slice(0, 120)}` };
  }
  const body = () => shown().querySelector('[aria-label="Message body"], iframe[title="Message body"]');
  if (!(await until(body))) return { blank: 'no body' };
  const frame = body().tagName === 'IFRAME' ? body() : null;
  // The same frame may be used again; until it has loaded anew it shows the message before.
  const isNew = () => frame.contentDocument !== before.document || frame.srcdoc === before.srcdoc;
  const isLoaded = () => isNew() && frame.contentDocument?.readyState === 'complete' && frame.contentDocument.URL === 'about:srcdoc';
  if (frame && !(await until(isLoaded))) return { blank: 'the frame does not load' };

  const root = frame ? frame.contentDocument.body : body();
  const readable = root?.innerText.trim() || root?.querySelector('img, svg, hr, table');
  const beside = shown().querySelector('ul[aria-label="Attachments"] li, [role=list][aria-label="Attachments"] > *, .bar');
  return { blank: readable || beside ? '' : 'nothing can be read', active: frame ? active(frame.contentDocument) : [] };

  /** Elements and attributes that could run something, send something or show another page. */
  function active(document) {
    const found = [];
    for (const element of document.querySelectorAll('*')) {
      if (/^(script|iframe|frame|object|embed|applet|form|input|button|base|portal)$/i.test(element.localName)) found.push(element.outerHTML.slice(0, 120));
      for (const { name, value } of element.attributes) {
        const address = value.replace(/[\s\u0000-\u001f]/g, '').toLowerCase();
        if (/^on/i.test(name) || /^(javascript|vbscript|data:text\/html)/.test(address)) found.push(`${element.localName} ${name}=${value.slice(0, 80)}`);
      }
    }
    return found;
  }
}
