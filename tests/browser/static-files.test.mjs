/* scripts/static-files and scripts/check-templates, without a browser: what the pages are made of. */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'scripts/static-files');

/* Runs static-files on these files; answers { status, stderr, names: name → name with hash, read(name) }. */
function build(t, files) {
  const folder = mkdtempSync(join(tmpdir(), 'kabinet-static-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'in'));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, 'in', name), text);
  const { status, stderr } = spawnSync(script, [join(folder, 'in'), join(folder, 'out')], { encoding: 'utf8' });
  const names = status === 0 ? Object.fromEntries(readFileSync(join(folder, 'out/manifest'), 'utf8').trim().split('\n')
    .map((line) => line.split(' ')).map(([name, path]) => [name, path.replace('/static/', '')])) : {};
  return { status, stderr, names, folder: join(folder, 'out'), read: (name) => readFileSync(join(folder, 'out', names[name])) };
}

test('the name carries the hash of what is served, and a .gz of the same bytes lies beside it', (t) => {
  const out = build(t, { 'a.css': 'p { color: red }', 'b.png': Buffer.from([1, 2, 3]) });
  assert.equal(out.status, 0, out.stderr);
  for (const name of ['a.css', 'b.png']) {
    const hash = createHash('sha256').update(out.read(name)).digest('hex').slice(0, 8);
    assert.equal(out.names[name], name.replace('.', `.${hash}.`));
  }
  assert.deepEqual(gunzipSync(readFileSync(join(out.folder, out.names['a.css'] + '.gz'))), out.read('a.css'));
  assert.equal(readdirSync(out.folder).length, 4, 'two files, one .gz, the manifest');
});

test('a file that names another one gets its hashed name, and a new name when the other one changes', (t) => {
  const files = { 'a.css': 'p { background: url("/static/b.svg") url(/static/bb.svg) }', 'b.svg': '<svg/>', 'bb.svg': '<svg></svg>' };
  const one = build(t, files);
  assert.equal(one.read('a.css').toString(), `p { background: url("/static/${one.names['b.svg']}") url(/static/${one.names['bb.svg']}) }`);
  const two = build(t, { ...files, 'b.svg': '<svg id="x"/>' });
  assert.notEqual(two.names['a.css'], one.names['a.css']);
  assert.equal(two.names['bb.svg'], one.names['bb.svg']);
});

test('the service worker keeps its own name beside the hashed one', (t) => {
  const out = build(t, { 'worker.js': '/* /static/a.css */', 'a.css': 'p {}' });
  assert.equal(out.status, 0, out.stderr);
  assert.equal(readFileSync(join(out.folder, 'worker.js'), 'utf8'), `/* /static/${out.names['a.css']} */`);
});

test('a name that does not exist and a circle of names are refused', (t) => {
  const missing = build(t, { 'a.css': 'url(/static/none.svg)' });
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /a\.css refers to \/static\/none\.svg/);
  const circle = build(t, { 'a.css': '/static/b.css', 'b.css': '/static/a.css' });
  assert.equal(circle.status, 1);
  assert.match(circle.stderr, /refer to each other: a\.css b\.css/);
});

test('the stylesheet and the script of the cabinet bring nothing from elsewhere', () => {
  for (const name of ['kabinet.css', 'dark.css', 'kabinet.js', 'journal.js', 'worker.js', 'icons.svg'])
    assert.doesNotMatch(readFileSync(join(root, 'nginx/static', name), 'utf8').replaceAll('http://www.w3.org/2000/svg', ''), /https?:|@import|\beval\b/);
});

/* Relative luminance and contrast of WCAG 2.1, on the tokens themselves: axe sees only what a page happens to show. */
function tokens(file, selector) {
  const css = readFileSync(join(root, 'nginx/static', file), 'utf8');
  const block = css.slice(css.indexOf(`${selector} {`)).split('}')[0];
  return Object.fromEntries([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{3,6});/g)].map(([, name, colour]) => [name, colour]));
}
function luminance(colour) {
  const hex = colour.length === 4 ? [...colour.slice(1)].map((c) => c + c).join('') : colour.slice(1);
  const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

const light = tokens('kabinet.css', ':root');
const dark = tokens('dark.css', ':root');
const palettes = {
  light: [light, 4.5],
  dark: [{ ...light, ...dark }, 4.5],
  'light, high contrast': [{ ...light, ...tokens('kabinet.css', ':root[data-contrast="high"]') }, 7],
  'dark, high contrast': [{ ...light, ...dark, ...tokens('dark.css', ':root[data-contrast="high"]') }, 7],
};
for (const [name, [palette, least]] of Object.entries(palettes)) {
  test(`colours can be told apart: ${name}`, () => {
    const pairs = ['ground', 'paper', 'sunk'].flatMap((ground) => ['ink', 'soft', 'link'].map((ink) => [ink, ground]));
    pairs.push(['brand-ink', 'brand'], ['brand-ink', 'brand-deep'], ['good', 'good-ground'], ['warn', 'warn-ground'], ['bad', 'bad-ground'],
      ['good', 'paper'], ['good', 'sunk'], ['warn', 'paper'], ['bad', 'paper']);
    for (const [ink, ground] of pairs)
      assert.ok(contrast(palette[ink], palette[ground]) >= least, `${ink} on ${ground}: ${contrast(palette[ink], palette[ground]).toFixed(2)}`);
    for (const ground of ['paper', 'sunk', 'ground'])
      assert.ok(contrast(palette.edge, palette[ground]) >= 3, `edge on ${ground}`);
  });
}

test('check-templates bites', () => {
  const { status, stdout } = spawnSync(join(root, 'scripts/check-templates'), ['--self-test'], { encoding: 'utf8' });
  assert.deepEqual(stdout.split('\n').filter((line) => line.startsWith('not ok')), []);
  assert.equal(status, 0);
  execFileSync(join(root, 'scripts/check-templates'), [join(root, 'templates')]);
});
