// The drill of the readers: a morning of 1 000 taps at 4 doors, with PostgreSQL restarted in the middle. Named to run late:
// others need the server that this takes away. What the readers hold receipts for is compared with the database here, not by
// the player itself.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { environment, logSize, logText, pause, script, source, sql, value } from '../support/kabinet.mjs';

const run = promisify(execFile);
const TAPS = 1000;

test('1 000 taps from 4 readers while PostgreSQL restarts: all there, once each, in order per card', { timeout: 300e3 }, async () => {
  const folder = mkdtempSync(path.join('/var/tmp', 'kabinet-drill.'));
  const file = path.join(folder, 'receipts.json');
  const logFrom = logSize('reader');
  const seed = `drill ${Date.now()}`;
  try {
    const playing = run(path.join(source, 'scripts/reader-simulator'),
      ['--readers', '4', '--taps', String(TAPS), '--minutes', '0.25', '--outage', '1', '--replay', '--seed', seed, '--receipts', file],
      { env: environment }).then((said) => ({ code: 0, ...said }), (error) => error);
    await pause(6000);
    const restarted = await script('demo', 'restart', 'postgresql');
    assert.equal(restarted.code, 0, restarted.stderr);
    const played = await playing;
    assert.equal(played.code, 0, `${played.stdout}${played.stderr}`);
    assert.ok(Number(/retries=(\d+)/.exec(played.stdout)[1]) > 0, `the restart was felt: ${played.stdout}`);

    const receipts = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(receipts.length, TAPS);
    assert.equal(new Set(receipts.map((r) => r.reader)).size, 4);
    const first = Math.min(...receipts.map((r) => Date.parse(r.at))) / 1000;
    const names = [...new Set(receipts.map((r) => r.reader))].map((id) => `'${id}'`).join();
    const kept = sql(`select e.device_id || ' ' || e.number, coalesce(p.idn, '-'), e.direction, extract(epoch from e.said_at), e.is_refused
                        from gate.event e left join school.pupil p on p.id = e.pupil_id
                       where e.device_id in (${names}) and e.said_at >= to_timestamp(${first}) and e.received_at >= to_timestamp(${first})
                       order by e.at, e.device_id, e.number`);
    const told = new Map(receipts.map((r) => [`${r.reader} ${r.n}`, r]));
    assert.equal(told.size, TAPS, 'every tap has a number of its own');
    assert.deepEqual(kept.map(([name]) => name).sort(), [...told.keys()].sort(), 'all there, once each, and nothing else');
    for (const [name, idn, direction, said, refused] of kept) {
      const r = told.get(name);
      assert.equal(idn, r.idn ?? '-', name);
      assert.equal(direction, r.direction, name);
      assert.ok(Math.abs(Number(said) * 1000 - Date.parse(r.at)) <= 1, name);
      assert.equal(refused, r.known ? 'f' : 't', name);
    }
    // In order per card: as the database has them by time they are what the card did.
    const orders = (rows) => rows.reduce((map, [card, direction]) => map.set(card, (map.get(card) ?? '') + direction[0]), new Map());
    assert.deepEqual(
      orders(kept.filter(([, idn]) => idn !== '-').map(([, idn, direction]) => [idn, direction])),
      orders(receipts.filter((r) => r.known).sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).map((r) => [r.idn, r.direction])));
    // And where everybody is follows from the last tap of each, whatever arrived when.
    for (const [idn, inside, last] of sql(`select p.idn, r.is_inside, e.direction from gate.presence r join school.pupil p on p.id = r.pupil_id
        cross join lateral (select g.direction from gate.event g where g.pupil_id = r.pupil_id and not g.is_refused order by g.at desc, g.id desc limit 1) e
        where r.since >= to_timestamp(${first})`))
      assert.equal(inside, last === 'in' ? 't' : 'f', idn);
    assert.equal(value(`select count(*) from (select sequence from gate.message where device_id in (${names}) and received_at >= to_timestamp(${first})
                          group by device_id, sequence having count(*) > 1) twice`), '0');
    assert.ok(!/40P01/.test(logText('reader', logFrom)), 'no deadlock');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
