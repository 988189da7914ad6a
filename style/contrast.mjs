// Computes the contrast of every pair of tokens that may meet: node style/contrast.mjs
// Fails when text has less than 4.5:1 or an icon, ring or edge less than 3:1 (WCAG 2.2, 1.4.3 and 1.4.11).
import { readFileSync } from 'node:fs';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');
const colour = 'oklch\\(([\\d.]+) ([\\d.]+) ([\\d.]+)\\)';
const grounds = ['ground', 'surface', 'raised', 'hover', 'selected'];
const pairs = [
  ...['text', 'muted', 'link'].flatMap((name) => grounds.map((on) => [name, on, 4.5])),
  ...['danger', 'warning', 'success'].flatMap((name) => ['ground', 'surface', 'raised', 'hover'].map((on) => [name, on, 4.5])),
  ...['danger-soft', 'warning-soft'].flatMap((on) => ['text', 'muted', 'link'].map((name) => [name, on, 4.5])),
  ['danger', 'danger-soft', 4.5],
  ['warning', 'warning-soft', 4.5],
  ['accent-text', 'accent', 4.5],
  ['accent-text', 'accent-hover', 4.5],
  ...['accent', 'focus', 'star'].flatMap((name) => grounds.map((on) => [name, on, 3])),
  ...['ground', 'surface', 'raised'].map((on) => ['edge', on, 3]),
];

function tokens(block, mode) {
  const found = {};
  for (const [, name, ...numbers] of block.matchAll(new RegExp(`--([a-z-]+): light-dark\\(${colour}, ${colour}\\)`, 'g'))) {
    found[name] = numbers.slice(mode === 'light' ? 0 : 3, mode === 'light' ? 3 : 6).map(Number);
  }
  return found;
}

// OKLCH to linear sRGB (Ottosson), then relative luminance.
function luminance([l, c, h]) {
  const [a, b] = [c * Math.cos((h * Math.PI) / 180), c * Math.sin((h * Math.PI) / 180)];
  const [x, y, z] = [l + 0.3963377774 * a + 0.2158037573 * b, l - 0.1055613458 * a - 0.0638541728 * b, l - 0.0894841775 * a - 1.291485548 * b].map((v) => v ** 3);
  const rgb = [4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z, -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z, -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z];
  const [r, g, blue] = rgb.map((v) => Math.min(1, Math.max(0, v)));
  return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
}

function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

let failures = 0;
for (const mode of ['light', 'dark']) {
  const known = tokens(css.slice(0, css.indexOf('@media')), mode);
  for (const [name, on, least] of pairs) {
    const ratio = contrast(known[name], known[on]);
    if (!(ratio >= least)) {
      failures += 1;
      console.log(`${mode}: --${name} on --${on} has ${ratio.toFixed(2)}:1, needs ${least}:1`);
    }
  }
}
console.log(failures ? `${failures} pairs are too weak` : `${pairs.length * 2} pairs are strong enough`);
process.exitCode = failures ? 1 : 0;
