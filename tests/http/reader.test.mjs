// POST /device/gate: what a genuine reader says is put down once; what is forged, replayed, stale or malformed is refused and logged.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logSize, logText, sql, value } from '../support/kabinet.mjs';
import { Reader, endCard, giveCard, hex, line, moment } from '../support/reader.mjs';
import { send } from '../support/visitor.mjs';

const pupils = sql(`select p.idn from school.pupil p join school.school s on s.id = p.school_id
                     where s.region || s.number = '027039' and p.state = 'active' order by p.account offset 20 limit 2`).map(([idn]) => idn);
const readers = [];
let reader, cards, logFrom;

const newReader = (options) => {
  readers.push(new Reader(options));
  return readers.at(-1);
};
const eventsOf = (of) => Number(value(`select count(*) from gate.event e where e.device_id = '${of.id}'`));
const logged = (words) => assert.match(logText('reader', logFrom), words);

before(() => {
  cards = pupils.map(giveCard);
  logFrom = logSize('reader');
});
after(() => {
  cards.forEach(endCard);
  readers.forEach((one) => one.retire());
});

test('taps are put down and counted', async () => {
  reader = newReader();
  const now = Date.now();
  const answer = await reader.tell({ uid: cards[0].toLowerCase(), ms: now - 60000 }, { uid: cards[1], ms: now - 59000 },
    { uid: hex(4), ms: now - 58000 }, { uid: cards[1], direction: 'out', ms: now - 1000 });
  assert.equal(answer.status, 200);
  assert.equal(answer.text, 'accepted=3 duplicate=0 unknown=1');
  assert.match(answer.headers['content-type'], /^text\/plain/);
  // Whether going out is a warning depends on the hour of the day.
  assert.deepEqual(sql(`select p.idn, e.direction, e.is_refused, nullif(e.why, 'no_permit') from gate.event e
                          left join school.pupil p on p.id = e.pupil_id where e.device_id = '${reader.id}' order by e.number`),
  [[pupils[0], 'in', 'f', null], [pupils[1], 'in', 'f', null], [null, 'in', 't', 'unknown'], [pupils[1], 'out', 'f', null]]);
  assert.equal(value(`select r.is_inside from gate.presence r join school.pupil p on p.id = r.pupil_id where p.idn = '${pupils[0]}'`), 't');
  assert.equal(value(`select r.is_inside from gate.presence r join school.pupil p on p.id = r.pupil_id where p.idn = '${pupils[1]}'`), 'f');
});

test('the same message again: the same answer, nothing new; another body: 409', async () => {
  const body = [line(10, cards[0], Date.now() - 500, 'out'), line(11, hex(5), Date.now() - 400, 'in')].join('\n');
  reader.sequence += 1;
  const headers = reader.headers(body);
  const first = await send('POST', '/device/gate', { headers, body });
  assert.equal(first.text, 'accepted=1 duplicate=0 unknown=1');
  const count = eventsOf(reader);
  for (const again of [await send('POST', '/device/gate', { headers, body }), await reader.post(body)]) {
    assert.equal(again.status, 200);
    assert.equal(again.text, first.text);
  }
  const other = await reader.post(body.replace('direction=out', 'direction=in'));
  assert.equal(other.status, 409);
  assert.match(other.text, /sequence 2 came before with another body/);
  assert.equal(eventsOf(reader), count);
  logged(new RegExp(`reader-refused .*device=${reader.id} reason=other`));
});

test('a forged message is refused, whatever is forged, with one answer', async () => {
  const body = line(20, cards[0], Date.now(), 'in');
  const count = eventsOf(reader);
  const time = moment(Date.now());
  reader.sequence += 1;
  const good = reader.headers(body, { time });
  const forged = {
    'no headers': { 'content-type': 'text/plain' },
    'no signature': { ...good, 'x-signature': '' },
    'another key': reader.headers(body, { key: hex(32) }),
    'another device': reader.headers(body, { id: 't-nobody' }),
    'the signature of another time': { ...good, 'x-time': moment(Date.now() + 1000) },
    'of another sequence': { ...good, 'x-sequence': String(reader.sequence + 1) },
    'a number written otherwise': { ...good, 'x-sequence': `0${reader.sequence}` },
    'no number': { ...good, 'x-sequence': '1 or 1=1' },
    'of another body': reader.headers(`${body}\n`),
    'half a signature': { ...good, 'x-signature': good['x-signature'].slice(32) },
    'no hex': { ...good, 'x-signature': 'z'.repeat(64) },
    'yesterday': reader.headers(body, { time: moment(Date.now() - 86400e3 - 5000) }),
    'tomorrow': reader.headers(body, { time: moment(Date.now() + 86400e3 + 5000) }),
    'no time': reader.headers(body, { time: 'now' }),
    'no zone': reader.headers(body, { time: '2026-11-24T08:00:00' }),
  };
  const words = new Set();
  for (const [what, headers] of Object.entries(forged)) {
    const answer = await send('POST', '/device/gate', { headers, body });
    assert.equal(answer.status, 401, what);
    assert.ok(answer.headers['www-authenticate']);
    words.add(answer.text.split('\n')[0]);   // the second line is the request's id
  }
  assert.equal(words.size, 1, 'no reason is told');
  assert.equal(eventsOf(reader), count);
  for (const reason of ['signature', 'time', 'signature-header', 'sequence-header', 'time-header'])
    logged(new RegExp(`reader-refused .*device=${reader.id} reason=${reason} `));
  logged(/reader-refused .*device=t-nobody reason=device /);
  assert.ok(!logText('reader', logFrom).includes(reader.key), 'no key in the log');
  assert.ok(!logText('reader', logFrom).includes(cards[0]), 'nor a card');
  const upper = await send('POST', '/device/gate', { headers: { ...good, 'x-signature': good['x-signature'].toUpperCase() }, body });
  assert.equal(upper.status, 200, 'the signature\'s hex may be of any case');
});

test('a malformed line is named, and nothing of the message is kept', async () => {
  const count = eventsOf(reader);
  const good = line(30, cards[0], Date.now(), 'in');
  reader.sequence += 1;
  for (const [bad, words] of [
    ['', /line 2: empty line/],
    ['n=31;uid=04A1B2C3;at=yesterday;direction=in', /line 2: at is not a moment/],
    ['n=31;uid=04A1;at=2026-11-24T08:12:30Z;direction=in', /line 2: uid is not/],
    ['n=31;uid=04A1B2C3;at=2026-11-24T08:12:30Z;direction=through', /line 2: direction/],
    [`${good}\r`, /line 2: direction/],
    ['привет', /line 2: must begin with n=/],
  ]) {
    const answer = await reader.post([good, bad, good].join('\n'));
    assert.equal(answer.status, 400, bad);
    assert.match(answer.text, words);
  }
  assert.equal((await reader.post([good, 'x'].join('\n'), { key: hex(32) })).status, 401, 'who may not speak is not told that either');
  assert.equal(eventsOf(reader), count);
  assert.equal((await reader.post(good)).text, 'accepted=1 duplicate=0 unknown=0', 'the sequence was not used up');
});

test('how much a message may hold', async () => {
  const full = newReader({ school: '027052' });
  const now = Date.now();
  const lines = (count) => Array.from({ length: count }, (_, i) => line(i + 1, hex(4), now - i, 'in'));
  full.sequence = 1;
  const tooMany = await full.post(lines(1001).join('\n'));
  assert.equal(tooMany.status, 400);
  assert.match(tooMany.text, /line 1001: more than 1000 lines/);
  assert.equal((await full.post('x'.repeat(201 * 1024))).status, 413);
  const started = performance.now();
  const most = await full.post(`${lines(1000).join('\n')}\n`);
  assert.equal(most.text, 'accepted=0 duplicate=0 unknown=1000');
  assert.ok(performance.now() - started < 3000, 'in time');
  assert.equal(eventsOf(full), 1000);
  full.sequence = 2;
  assert.equal((await full.post('')).text, 'accepted=0 duplicate=0 unknown=0', 'a message without events');
  full.sequence = 3;
  assert.equal((await full.post(lines(10).slice(5).join('\n').replace(/n=6;/, 'n=1001;'))).text, 'accepted=0 duplicate=4 unknown=1');
  assert.ok(!logText('reader', logFrom).includes('reader-renumbered'));
  full.sequence = 4;
  assert.equal((await full.post(line(1, hex(4), now - 1e6, 'out'))).text, 'accepted=0 duplicate=1 unknown=0', 'a number counts once');
  logged(new RegExp(`reader-renumbered .*device=${full.id} sequence=4 events=1`));
});

test('sequences: gaps are noted, what is below the last one is refused', async () => {
  const jumping = newReader();
  jumping.sequence = 4;
  assert.equal((await jumping.tell({ uid: cards[1] })).status, 200);
  assert.equal(value(`select m.missed from gate.message m where m.device_id = '${jumping.id}' and m.sequence = 5`), '4');
  logged(new RegExp(`reader-gap .*device=${jumping.id} sequence=5 missed=4`));
  const late = await jumping.post('', { sequence: 3 });
  assert.equal(late.status, 409);
  assert.match(late.text, /sequence 3 is below the last one, 5/);
});

test('a clock that is wrong is put right', async () => {
  const wrong = newReader();
  const ahead = 2 * 3600e3;
  const tapped = Date.now() - 5 * 60e3;
  wrong.sequence = 1;
  const body = line(1, cards[0], tapped + ahead, 'in');
  assert.equal((await wrong.post(body, { time: moment(Date.now() + ahead) })).status, 200);
  const [[at, said, skew]] = sql(`select extract(epoch from e.at), extract(epoch from e.said_at), d.skew_s
                                    from gate.event e join gate.device d on d.id = e.device_id where e.device_id = '${wrong.id}'`);
  assert.ok(Math.abs(Number(at) * 1000 - tapped) < 5000, 'by our clock');
  assert.ok(Math.abs(Number(said) * 1000 - tapped - ahead) < 5, 'as it was said');
  assert.ok(Math.abs(Number(skew) - 7200) < 5);
});

test('only signed POSTs of plain text', async () => {
  const body = '';
  assert.equal((await send('GET', '/device/gate')).status, 405);
  reader.sequence += 1;
  assert.equal((await send('POST', '/device/gate', { headers: { ...reader.headers(body), 'content-type': 'application/json' }, body: '{}' })).status, 400);
  assert.equal((await send('POST', '/device/other', { headers: reader.headers(body), body })).status, 404);
});

test('many readers at once: every event once, presence by the latest, no deadlock', async () => {
  const doors = [newReader(), newReader(), newReader(), newReader()];
  const uids = pupils.map(giveCard);
  cards.push(...uids);
  const now = Date.now();
  const answers = [];
  await Promise.all(doors.map(async (door, d) => {
    for (let message = 0; message < 10; message++) {
      const taps = [0, 1, 0, 1].map((i, k) => ({
        uid: uids[(i + d) % 2], direction: (d + k) % 2 ? 'out' : 'in', ms: now - 3600e3 + (message * 16 + k * 4 + d) * 1000,
      }));
      answers.push(await door.tell(...taps));
    }
  }));
  assert.deepEqual(new Set(answers.map((a) => `${a.status} ${a.text}`)), new Set(['200 accepted=4 duplicate=0 unknown=0']));
  for (const door of doors) assert.equal(eventsOf(door), 40);
  assert.deepEqual(sql(`select r.pupil_id from gate.presence r
                         where (r.event_id, r.since) is distinct from (select (e.id, e.at) from (
                                 select e.id, e.at from gate.event e where e.pupil_id = r.pupil_id and not e.is_refused
                                  order by e.at desc, e.id desc limit 1) e)
                           and r.since < (select max(e.at) from gate.event e where e.pupil_id = r.pupil_id and not e.is_refused)`), []);
  assert.ok(!/deadlock|40P01/.test(logText('reader', logFrom)));
});
