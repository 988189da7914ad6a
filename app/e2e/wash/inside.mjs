// Run inside the page: reads washed documents as the app does, and tells their trees as the sanitiser tells its own
// (sanitizer/src/outline.rs).

/** The first difference of each document that is read otherwise than it was meant, by `DOMParser` or by a frame. */
export async function differences(results) {
  const HTML = 'http://www.w3.org/1999/xhtml';
  const plain = (text) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

  function outline(root) {
    const lines = [];
    let [text, textDepth] = ['', 0];
    const flush = () => {
      if (text) lines.push(`${textDepth} "${plain(text)}"`);
      text = '';
    };
    const visit = (node, depth) => {
      if (node.nodeType === Node.TEXT_NODE) {
        text += node.data;
        textDepth = depth;
        return;
      }
      flush();
      if (node.nodeType !== Node.ELEMENT_NODE) {
        lines.push(`${depth} ${node.nodeName} "${plain(node.nodeValue ?? '')}"`);
        return;
      }
      const space = (of) => (of.namespaceURI === null || of.namespaceURI === HTML ? '' : `{${of.namespaceURI}}`);
      const attributes = [...node.attributes].map((attribute) => [space(attribute) + attribute.name, attribute.value]);
      // By code points, as the sanitiser does; names that are kept are ASCII.
      attributes.sort(([one], [other]) => (one < other ? -1 : 1));
      const written = attributes.map(([name, value]) => ` ${name}="${plain(value)}"`).join('');
      lines.push(`${depth} <${space(node)}${node.localName}${written}>`);
      for (const child of node.childNodes) visit(child, depth + 1);
      flush();
      for (const child of node.content?.childNodes ?? []) visit(child, depth + 1);
      flush();
    };
    for (const child of root.body?.childNodes ?? []) visit(child, 0);
    flush();
    return lines;
  }

  /** What is around the message is ours, and must be as it was written. */
  function around(root, isInPlace) {
    const ours = root.documentElement;
    const names = (list) => [...list].map((node) => node.nodeName).join(' ');
    if (!root.body || ours.attributes.length + root.body.attributes.length > 0) return 'attributes of html or body';
    if (names(ours.childNodes) !== 'HEAD BODY') return `children of html: ${names(ours.childNodes)}`;
    // The app takes metas away before it puts the rest into its frame.
    const head = isInPlace ? 'STYLE' : 'META META META META STYLE';
    return names(root.head.childNodes) === head ? null : `children of head: ${names(root.head.childNodes)}`;
  }

  function difference(root, meant, isInPlace) {
    const wrong = around(root, isInPlace);
    if (wrong) return wrong;
    const found = outline(root);
    const at = found.findIndex((line, number) => line !== meant[number]);
    if (at >= 0) return `found ${found[at]}, meant ${meant[at] ?? 'no more'}`;
    return found.length === meant.length ? null : `found no more, meant ${meant[found.length]}`;
  }

  const frame = document.querySelector('#shell');
  const loaded = document.querySelector('#loaded');
  const faults = [];
  for (const { id, document: text, outline: told } of results) {
    const meant = told.split('\n').slice(0, -1);
    const fault = (way, what) => what && faults.push(`${id}, ${way}: ${what.slice(0, 300)}`);

    // As app/src/view/message/frame.rs does.
    const written = new DOMParser().parseFromString(text, 'text/html');
    fault('DOMParser', difference(written, meant, false));
    for (const meta of written.querySelectorAll('meta')) meta.remove();
    const inside = frame.contentDocument;
    inside.replaceChild(written.documentElement, inside.documentElement);
    fault('in the frame', difference(inside, meant, true));

    const isLoaded = new Promise((resolve) => loaded.addEventListener('load', resolve, { once: true }));
    loaded.srcdoc = text;
    await isLoaded;
    fault('srcdoc', difference(loaded.contentDocument, meant, false));
  }
  return faults;
}
