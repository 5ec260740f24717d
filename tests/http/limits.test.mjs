// What nginx lets through per address. The demo's own nginx is widened for the tests, so a second one stands beside it for their time,
// before the same programs and with the rates as they are installed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials, source } from '../support/kabinet.mjs';
import { send, wordsOf } from '../support/visitor.mjs';

const BURST = 200, FORMS_PER_S = 50;         // nginx/kabinet.conf, nginx/snippets/rates.conf
const state = path.dirname(path.dirname(credentials.ca));

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

describe('limits of nginx', () => {
  let dir, nginx, port, said = '';

  before(async () => {
    port = await freePort();
    dir = mkdtempSync(path.join(os.tmpdir(), 'kabinet-limits-'));
    cpSync(path.join(state, 'conf'), dir, { recursive: true });
    cpSync(path.join(source, 'nginx/snippets/rates.conf'), path.join(dir, 'snippets/rates.conf'));
    writeFileSync(path.join(dir, 'snippets/listen.conf'), `listen 127.0.0.1:${port} ssl http2;\n`);
    for (const name of ['nginx.conf', 'kabinet.conf', ...readdirSync(path.join(dir, 'snippets')).map((snippet) => `snippets/${snippet}`)]) {
      const file = path.join(dir, name), text = readFileSync(file, 'utf8');
      writeFileSync(file, text.replaceAll(`${state}/conf`, dir).replaceAll(`${state}/tmp`, `${dir}/tmp`).replaceAll(`${state}/log`, `${dir}/log`));
    }
    // As the user of the demo's nginx, who alone reaches the programs' sockets.
    const { uid, gid } = statSync(path.join(state, 'tmp'));
    for (const folder of ['tmp', 'log']) mkdirSync(path.join(dir, folder));
    for (const folder of ['', 'tmp', 'log']) chownSync(path.join(dir, folder), uid, gid);
    nginx = spawn('nginx', ['-e', `${dir}/log/nginx-error.log`, '-c', `${dir}/nginx.conf`], { uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
    nginx.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    for (let tries = 0; ; tries++) {
      try { await send('GET', '/login', { port }); break; } catch (error) {
        assert.ok(tries < 100 && nginx.exitCode === null, `nginx does not stand: ${said || error}`);
        await sleep(100);
      }
    }
  });
  after(async () => {
    if (nginx.exitCode === null) await new Promise((resolve) => { nginx.once('exit', resolve); nginx.kill('SIGTERM'); });
    rmSync(dir, { recursive: true });
  });

  test('forms: so many at once, then 50 a second; looking and logging in are counted apart', async () => {
    const begun = performance.now();
    const answers = await Promise.all(Array.from({ length: 1000 }, () => send('POST', '/finance', { port })));
    const seconds = (performance.now() - begun) / 1000;
    const refused = answers.filter(({ status }) => status === 429), through = answers.length - refused.length;
    assert.ok(through > BURST && through <= BURST + 1 + FORMS_PER_S * (seconds + 1), `${through} of ${answers.length} in ${seconds} s`);
    assert.match(wordsOf(refused[0]), /слишком много .*не принята и ничего не изменила/);
    assert.equal(refused[0].headers['retry-after'], '60');
    assert.ok(answers.every(({ status }) => [403, 405, 429].includes(status)), 'the others reached the program');
    for (let i = 0; i < 20; i++) assert.equal((await send('GET', '/login', { port })).status, 200);
    assert.equal((await send('POST', '/login', { port })).status, 403);
  });
});
