// Makes icons.svg, the sprite of the icons in use, from Lucide (npm lucide-static, ISC):
//   npm install --prefix /tmp/lucide lucide-static && node public/icons.mjs /tmp/lucide/node_modules/lucide-static
// The names are those of `app/src/ui/icon.rs`, whose test compares them with the sprite.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const source = process.argv[2];
const code = readFileSync(new URL('../app/src/ui/icon.rs', import.meta.url), 'utf8');
const names = [...code.matchAll(/=> "([a-z0-9-]+)"/g)].map(([, name]) => name).sort();
const version = JSON.parse(readFileSync(`${source}/package.json`, 'utf8')).version;

const symbols = names.map((name) => {
  const svg = readFileSync(`${source}/icons/${name}.svg`, 'utf8');
  const shapes = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>')}</symbol>`;
});
const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Icons of Lucide ${version} (lucide.dev), ISC and MIT: see icons-licence.txt. -->\n${symbols.join('\n')}\n</svg>\n`;
writeFileSync(new URL('icons.svg', import.meta.url), sprite);
copyFileSync(`${source}/LICENSE`, new URL('icons-licence.txt', import.meta.url));
console.log(`${names.length} icons, ${sprite.length} octets`);
