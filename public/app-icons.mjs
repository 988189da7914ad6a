// Makes the icons of the installed app from favicon.svg, with resvg (npm @resvg/resvg-js, MPL-2.0):
//   npm install --prefix /tmp/resvg @resvg/resvg-js@2.6.2 && node public/app-icons.mjs /tmp/resvg/node_modules/@resvg/resvg-js
// The same version makes the same octets.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { Resvg } = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const round = readFileSync(new URL('favicon.svg', import.meta.url), 'utf8');
// Systems cut their own shape out of these: the ground reaches every edge, and the mark keeps within four fifths of
// the width, which all shapes leave (W3C, "maskable icons").
const whole = round.replace(' rx="7"', '');

const icons = { 'icon-192.png': [round, 192], 'icon-512.png': [round, 512], 'icon-maskable-192.png': [whole, 192], 'icon-maskable-512.png': [whole, 512], 'apple-touch-icon.png': [whole, 180] };
for (const [name, [svg, width]] of Object.entries(icons)) {
  const png = new Resvg(svg, { fitTo: { mode: 'width', value: width } }).render().asPng();
  writeFileSync(new URL(name, import.meta.url), png);
  console.log(`${name}: ${png.length} octets`);
}
