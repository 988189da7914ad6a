// Run inside the page.

/** Shows a document as the app does, in a frame in which nothing runs, and as high as its content. Gives the boxes of
 * its removed images. */
export async function paint({ document: text, shell, isRaw, limit }) {
  document.querySelector('iframe')?.remove();
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.srcdoc = shell;
  const isLoaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  document.body.append(frame);
  await isLoaded;

  const written = new DOMParser().parseFromString(text, 'text/html');
  for (const meta of written.querySelectorAll('meta')) meta.remove();
  // What washing does to images that are blocked; those that a message brings itself stay.
  const isKept = (image) => /^data:image\/(png|jpe?g|gif|webp)/i.test(image.getAttribute('src') ?? '');
  const removed = [...written.images].filter((image) => !isKept(image));
  for (const image of removed) for (const name of ['src', 'srcset']) image.removeAttribute(name);
  for (const source of written.querySelectorAll('picture > source')) source.remove();
  const inside = frame.contentDocument;
  inside.replaceChild(written.documentElement, inside.documentElement);

  // The root of washed mail is as high as its content; that of other mail may be as high as the frame.
  const own = () => (isRaw ? inside.documentElement.scrollHeight : inside.documentElement.getBoundingClientRect().height);
  const fit = () => Math.max(1, Math.min(limit, Math.ceil(own())));
  frame.style.blockSize = '1px';
  for (let round = 0; round < 3; round += 1) {
    frame.style.blockSize = `${fit()}px`;
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
  const box = ({ x, y, width, height }) => ({ x, y, width, height });
  return { height: fit(), boxes: removed.map((image) => box(image.getBoundingClientRect())) };
}

/** The share of pixels that are different outside the boxes, in percent, and a picture of them (PNG, in base64). */
export async function compared({ pictures, boxes }) {
  // Of 255: what nobody sees.
  const FAINT = 8;
  const bitmaps = await Promise.all(
    pictures.map((picture) => createImageBitmap(new Blob([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))]))),
  );
  const width = Math.max(...bitmaps.map((bitmap) => bitmap.width));
  const height = Math.max(...bitmaps.map((bitmap) => bitmap.height));
  const context = () => new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  const [one, other] = bitmaps.map((bitmap) => {
    const drawing = context();
    // Below the end of the shorter one is the app's ground.
    drawing.fillStyle = '#fff';
    drawing.fillRect(0, 0, width, height);
    drawing.drawImage(bitmap, 0, 0);
    return drawing.getImageData(0, 0, width, height).data;
  });
  const mask = context();
  for (const { x, y, width, height } of boxes) mask.fillRect(Math.floor(x), Math.floor(y), Math.ceil(width) + 1, Math.ceil(height) + 1);
  const covered = mask.getImageData(0, 0, width, height).data;

  const difference = context();
  const shown = difference.createImageData(width, height);
  let [seen, different] = [0, 0];
  for (let at = 0; at < one.length; at += 4) {
    const isCovered = covered[at + 3] > 0;
    const isDifferent = !isCovered && [0, 1, 2].some((channel) => Math.abs(one[at + channel] - other[at + channel]) > FAINT);
    if (!isCovered) seen += 1;
    if (isDifferent) different += 1;
    shown.data.set(isDifferent ? [208, 0, 0, 255] : isCovered ? [200, 220, 255, 255] : [255, 255, 255, 255], at);
  }
  difference.putImageData(shown, 0, 0);
  const octets = new Uint8Array(await (await difference.canvas.convertToBlob()).arrayBuffer());
  let text = '';
  for (let from = 0; from < octets.length; from += 32768) text += String.fromCharCode(...octets.subarray(from, from + 32768));
  return { share: seen === 0 ? 0 : (different * 100) / seen, difference: btoa(text) };
}
