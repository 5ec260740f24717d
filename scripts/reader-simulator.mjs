/*
 * reader-simulator.mjs -- plays a morning at the doors of a school: several card readers at once, each with its queue,
 * its sequence of signed messages and its own troubles (docs/readers.md is the protocol).
 *
 * Every choice comes from the seed; what the network does to the messages does not. A reader keeps what was not answered
 * and sends it again under the same sequence until it is, as a real one must.
 */
import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `reader-simulator -- plays card readers at the doors against a running Kabinet.

  --home DIR       the demo to play against: its credentials.json names readers, database and certificate
                   (KABINET_HOME, else build/demo)
  --url URL        another Kabinet, https://kabinet.example; then also
    --reader ID:KEY  a reader of it, once for each (scripts/readers add prints the key), and
    --cards FILE     UIDs of cards in hex, one in a line;
    --ca FILE        the certificate of its authority, when the system does not know it
  --readers N      how many readers play (4)
  --taps N         how many taps in all (1000); cards that nobody has and repeated lines come on top of the hundred
  --pupils N       how many pupils take part, at most (1000)
  --minutes M      how long the morning takes on the clock (1)
  --fast           at once: the taps lie in the last 45 minutes, messages are as large as they come
  --outage S       each reader in its turn has no network for so many seconds, and then sends what has gathered
  --replay         afterwards: sends old messages again as they were, forged and altered ones, and checks the answers
  --seed TEXT      another morning (1)
  --receipts FILE  writes what was acknowledged as JSON: [{reader, sequence, n, uid, at, direction, known, answer}]

With a demo the pupils of the readers' school get a fob each for the time of the play, the sequences go on from where the
readers stand, and in the end the database is compared with what was acknowledged. Against another Kabinet sequences and
numbers of events begin at the present time in milliseconds. Exit 0: all taps were taken as they should be; 1: not; 2: usage.`;

const BATCH_MAX = 1000, BATCH_USUAL = 20, RETRY_FIRST_MS = 100, RETRY_MAX_MS = 2000, PATIENCE_MS = 10000, GIVE_UP_MS = 300000;
const UNKNOWN_SHARE = 0.01, REPEAT_SHARE = 0.02, FAST_SPAN_MS = 45 * 60e3;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const die = (words, code = 2) => { console.error(`reader-simulator: ${words}`); process.exit(code); };

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({ options: {
      home: { type: 'string' }, url: { type: 'string' }, reader: { type: 'string', multiple: true }, cards: { type: 'string' },
      ca: { type: 'string' }, readers: { type: 'string', default: '4' }, taps: { type: 'string', default: '1000' },
      pupils: { type: 'string', default: '1000' }, minutes: { type: 'string', default: '1' }, fast: { type: 'boolean', default: false },
      outage: { type: 'string', default: '0' }, replay: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' },
      receipts: { type: 'string' }, help: { type: 'boolean', default: false },
    } }));
  } catch (error) {
    die(`${error.message}; --help tells more`);
  }
  if (values.help) {
    console.log(HELP);
    process.exit(0);
  }
  const number = (name, least, most) => {
    const n = Number(values[name]);
    if (!(n >= least && n <= most)) die(`--${name} is ${least} to ${most}`);
    return n;
  };
  return { ...values, readers: number('readers', 1, 64), taps: number('taps', 1, 1e6), pupils: number('pupils', 1, 1e5),
    minutes: number('minutes', 0.01, 600), outage: number('outage', 0, 86400) };
}

/* Numbers from 0 to 1 out of the seed: mulberry32. */
function makeDice(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/* ---- whom we play against ------------------------------------------------------------------------------------------- */

const query = (database, statement) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-F', '\t', '-d', database],
  { input: statement, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] }).split('\n').filter(Boolean).map((line) => line.split('\t'));

/* A demo: readers of its first school, a fob for each pupil there, and where the readers stand. */
function openDemo(options) {
  const source = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
  const home = path.resolve(options.home ?? process.env.KABINET_HOME ?? path.join(source, 'build/demo'));
  let credentials;
  try {
    credentials = JSON.parse(readFileSync(path.join(home, 'credentials.json'), 'utf8'));
  } catch (error) {
    die(`no running demo: ${error.message}`);
  }
  const { database } = credentials;
  const school = credentials.readers[0]?.school;
  const chosen = credentials.readers.filter((r) => r.school === school).slice(0, options.readers);
  if (chosen.length < options.readers) die(`the demo has ${chosen.length} readers at one school, not ${options.readers}`);
  const readers = chosen.map(({ id, key }) => {
    const [[sequence, number] = []] = query(database, `select d.last_sequence, coalesce(max(e.number), 0) from gate.device d
      left join gate.event e on e.device_id = d.id where d.id = '${id}' and d.retired_at is null group by d.id`);
    if (sequence === undefined) die(`the database does not know the reader ${id}`);
    return { id, key, sequence: Number(sequence), number: Number(number) };
  });
  const idns = query(database, `select p.idn from school.pupil p join school.school s on s.id = p.school_id
    where s.region || s.number = '${school}' and p.state = 'active' order by p.account limit ${options.pupils}`).map(([idn]) => idn);
  const cards = idns.map((idn) => ({ idn, uid: createHash('sha256').update(`${options.seed} ${idn}`).digest('hex').slice(0, 14) }));
  const each = (call) => cards.map(({ idn, uid }) => `perform ${call(idn, uid)};`).join('\n');
  query(database, `do $$ begin ${each((idn, uid) => `gate.issue_card('${idn}', '${uid}', 'fob')`)} end $$`);
  return { url: credentials.base_url, ca: readFileSync(credentials.ca), database, readers, cards,
    close: () => query(database, `do $$ begin ${each((idn, uid) => `gate.return_card('${uid}')`)} end $$`) };
}

function openUrl(options) {
  if (!options.reader || !options.cards) die('--url needs --reader and --cards');
  const start = Date.now();
  const readers = options.reader.slice(0, options.readers).map((text) => {
    const [, id, key] = /^([a-z0-9-]{3,40}):(.+)$/.exec(text) ?? die(`--reader ID:KEY, not ${text}`);
    return { id, key, sequence: start, number: start * 1000 };
  });
  const cards = readFileSync(options.cards, 'utf8').split('\n').map((uid) => uid.trim()).filter(Boolean).slice(0, options.pupils)
    .map((uid) => (/^([0-9a-f]{2}){4,10}$/i.test(uid) ? { uid } : die(`${options.cards}: ${uid} is no UID`)));
  if (cards.length === 0) die(`${options.cards}: no cards`);
  return { url: options.url, ca: options.ca && readFileSync(options.ca), readers, cards, close: () => {} };
}

/* ---- the morning ---------------------------------------------------------------------------------------------------- */

/*
 * Taps by time: pupils come in at random moments that crowd in the middle, some go out and in again. Taps of one card are
 * at least a second apart, and lie at whatever door.
 */
function planTaps(options, world, dice, startMs, spanMs) {
  const taps = [];
  const next = new Map();
  for (let i = 0; i < options.taps; i++) {
    const isUnknown = dice() < UNKNOWN_SHARE;
    const card = isUnknown ? { uid: createHash('sha256').update(`nobody ${options.seed} ${i}`).digest('hex').slice(0, 8) }
      : world.cards[i < world.cards.length ? i : Math.floor(dice() * world.cards.length)];
    taps.push({ card, isUnknown, share: (dice() + dice()) / 2, reader: Math.floor(dice() * world.readers.length) });
  }
  taps.sort((a, b) => a.share - b.share);
  for (const tap of taps) {
    const before = next.get(tap.card.uid) ?? { ms: -Infinity, direction: 'in' };
    tap.ms = Math.max(Math.round(startMs + tap.share * spanMs), before.ms + 1000);
    tap.direction = before.direction;
    next.set(tap.card.uid, { ms: tap.ms, direction: tap.direction === 'in' ? 'out' : 'in' });
  }
  return taps.sort((a, b) => a.ms - b.ms);
}

/* ---- a reader ------------------------------------------------------------------------------------------------------- */

const totals = { messages: 0, retries: 0, accepted: 0, duplicate: 0, unknown: 0, slowestMs: 0, failures: [] };

class Reader {
  constructor(world, { id, key, sequence, number }, agent) {
    Object.assign(this, { world, id, key, sequence, number, agent });
    this.queue = [];        /* events that wait to be sent */
    this.receipts = [];     /* messages that were answered: { sequence, body, headers, events, answer } */
    this.isOff = false;     /* no network */
  }

  headers(sequence, body, key = this.key) {
    const time = new Date().toISOString();
    return { 'content-type': 'text/plain', 'x-device': this.id, 'x-sequence': String(sequence), 'x-time': time,
      'x-signature': createHmac('sha256', key).update(`${this.id}\n${sequence}\n${time}\n${body}`).digest('hex') };
  }

  /* One attempt; rejects when there is no answer. */
  post(headers, body) {
    return new Promise((resolve, reject) => {
      if (this.isOff) throw new Error('no network');
      const request = (this.world.url.startsWith('https:') ? https : http).request(new URL('/device/gate', this.world.url),
        { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent: this.agent, ca: this.world.ca }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (part) => { text += part; }).on('error', reject)
            .on('end', () => resolve({ status: answer.statusCode, text }));
        });
      request.setTimeout(PATIENCE_MS, () => request.destroy(new Error('no answer')));
      request.on('error', reject).end(body);
    });
  }

  tap(tap) {
    this.queue.push({ reader: this.id, n: (this.number += 1), uid: tap.card.uid, idn: tap.card.idn, at: new Date(tap.ms).toISOString(),
      direction: tap.direction, known: !tap.isUnknown });
  }

  /* The next message, sent until it is answered. The signature is new with each attempt: X-Time is the time of sending. */
  async send(events, repeated) {
    const body = [...events, ...repeated].map((e) => `n=${e.n};uid=${e.uid};at=${e.at};direction=${e.direction}`).join('\n');
    const sequence = (this.sequence += 1);
    const started = Date.now();
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
      try {
        const headers = this.headers(sequence, body);
        const sentMs = performance.now();
        const answer = await this.post(headers, body);
        if (answer.status === 200) {
          totals.slowestMs = Math.max(totals.slowestMs, performance.now() - sentMs);
          this.keep({ sequence, body, headers, events, repeated, answer: answer.text });
          return;
        }
        if (answer.status < 500 && answer.status !== 429) {
          totals.failures.push(`${this.id}: message ${sequence}: ${answer.status} ${answer.text.trim()}`);
          return;
        }
      } catch { /* no answer: once more */ }
      if (Date.now() - started > GIVE_UP_MS) {
        totals.failures.push(`${this.id}: message ${sequence}: given up`);
        return;
      }
      totals.retries++;
      await pause(wait);
    }
  }

  keep(receipt) {
    const said = /^accepted=(\d+) duplicate=(\d+) unknown=(\d+)\s*$/.exec(receipt.answer)?.slice(1).map(Number);
    const wanted = [receipt.events.filter((e) => e.known).length, receipt.repeated.length, receipt.events.filter((e) => !e.known).length];
    if (said?.join() !== wanted.join())
      totals.failures.push(`${this.id}: message ${receipt.sequence}: «${receipt.answer.trim()}», not ${wanted.join(', ')}`);
    this.receipts.push(receipt);
    totals.messages++;
    for (const [i, name] of ['accepted', 'duplicate', 'unknown'].entries()) totals[name] += said?.[i] ?? 0;
  }

  /* Sends what there is until there will be no more. */
  async play(isOver, dice, batch) {
    while (!isOver() || this.queue.length > 0) {
      const events = this.queue.splice(0, batch);
      if (events.length === 0) {
        await pause(20);
        continue;
      }
      const old = dice() < REPEAT_SHARE * events.length && this.receipts.length ? this.receipts[Math.floor(dice() * this.receipts.length)].events[0] : null;
      await this.send(events, old ? [old] : []);
    }
  }
}

/* ---- the play ------------------------------------------------------------------------------------------------------- */

/* Each reader in its turn loses its network for so long; in the fast play, for that part of the time. */
async function playOutages(readers, options, isOver) {
  for (const reader of readers) {
    if (options.outage === 0 || isOver()) return;
    reader.isOff = true;
    await pause(options.outage * 1000);
    reader.isOff = false;
  }
}

async function playMorning(options, world, readers, dice) {
  const spanMs = options.fast ? FAST_SPAN_MS : options.minutes * 60e3;
  const startMs = options.fast ? Date.now() - spanMs - 60e3 : Date.now();
  const taps = planTaps(options, world, dice, startMs, spanMs);
  let isOver = options.fast;

  if (options.fast) for (const tap of taps) readers[tap.reader].tap(tap);
  const playing = readers.map((reader, i) => reader.play(() => isOver, makeDice(`${options.seed} ${i}`), options.fast ? BATCH_MAX / 10 : BATCH_USUAL));
  const outages = playOutages(readers, options, () => isOver && !options.fast);
  if (!options.fast) {
    for (const tap of taps) {
      if (tap.ms > Date.now()) await pause(tap.ms - Date.now());
      readers[tap.reader].tap(tap);
    }
    isOver = true;
  }
  await Promise.all([...playing, outages]);
}

/* What must change nothing: old messages as they were, the same sequence with another body, a forged key, an altered body. */
async function playReplays(readers) {
  let count = 0;
  const must = async (reader, what, sending, status, text = null) => {
    count++;
    const answer = await sending.catch((error) => ({ status: error.message }));
    if (answer.status !== status || (text !== null && answer.text !== text))
      totals.failures.push(`${reader.id}: ${what}: ${answer.status} ${answer.text ?? ''}, not ${status} ${text ?? ''}`);
  };
  for (const reader of readers) {
    const kept = [reader.receipts[0], reader.receipts.at(-1)].filter(Boolean);
    for (const { sequence, body, headers, answer } of kept) {
      await must(reader, 'replayed', reader.post(headers, body), 200, answer);
      await must(reader, 'signed anew', reader.post(reader.headers(sequence, body), body), 200, answer);
      await must(reader, 'another body', reader.post(reader.headers(sequence, `${body}\n`), `${body}\n`), 409);
      await must(reader, 'forged', reader.post(reader.headers(sequence, body, `${reader.key}x`), body), 401);
      await must(reader, 'altered', reader.post(headers, body.replace(/direction=\w+/, 'direction=out;')), 401);
    }
  }
  return count;
}

/* Is every acknowledged event there, once, as it was told? */
function compareWithDatabase(world, readers) {
  const told = new Map(readers.flatMap((r) => r.receipts.flatMap((m) => m.events.map((e) => [`${r.id} ${e.n}`, e]))));
  const since = Math.min(...[...told.values()].map((e) => Date.parse(e.at))) / 1000 - 1;
  const kept = query(world.database, `select e.device_id || ' ' || e.number, e.direction, coalesce(p.idn, '-'), extract(epoch from e.said_at)
    from gate.event e left join school.pupil p on p.id = e.pupil_id
    where e.device_id in (${readers.map((r) => `'${r.id}'`).join()}) and e.said_at >= to_timestamp(${since})`);
  const count = new Map();
  for (const [name, direction, idn, said] of kept) {
    const event = told.get(name);
    count.set(name, (count.get(name) ?? 0) + 1);
    if (event && (direction !== event.direction || idn !== (event.idn ?? '-') || Math.abs(Number(said) * 1000 - Date.parse(event.at)) > 1))
      totals.failures.push(`the database has another event than ${name}`);
  }
  for (const name of told.keys())
    if (count.get(name) !== 1) totals.failures.push(`the database has ${count.get(name) ?? 0} of ${name}`);
  return told.size;
}

const options = readOptions();
const world = options.url ? openUrl(options) : openDemo(options);
const agent = new (world.url.startsWith('https:') ? https : http).Agent({ keepAlive: true, ca: world.ca });
const readers = world.readers.map((reader) => new Reader(world, reader, agent));
const started = Date.now();

await playMorning(options, world, readers, makeDice(options.seed));
const seconds = (Date.now() - started) / 1000;
const replays = options.replay ? await playReplays(readers) : 0;
const compared = world.database ? compareWithDatabase(world, readers) : null;
agent.destroy();
world.close();
if (options.receipts)
  writeFileSync(options.receipts, JSON.stringify(readers.flatMap((r) => r.receipts.flatMap((m) => m.events.map((e) => ({ ...e, sequence: m.sequence, answer: m.answer })))), null, 1));
console.log(`readers=${readers.length} pupils=${world.cards.length} taps=${options.taps} messages=${totals.messages} retries=${totals.retries} ` +
  `accepted=${totals.accepted} duplicate=${totals.duplicate} unknown=${totals.unknown} seconds=${seconds.toFixed(1)} slowest=${totals.slowestMs.toFixed(0)}ms` +
  `${options.replay ? ` replays=${replays}` : ''}${compared === null ? '' : ` in-database=${compared}`}`);
for (const words of totals.failures.slice(0, 20)) console.log(`WRONG ${words}`);
if (totals.failures.length > 20) console.log(`WRONG ... and ${totals.failures.length - 20} more`);
console.log(totals.failures.length ? 'FAILED' : 'OK');
process.exitCode = totals.failures.length ? 1 : 0;
