// library.mjs CONNINFO SECONDS SEED -- eight clients of tests/chaos/library: two librarians' desks and the families of 24 readers race for seven copies
// of six titles, a quarter of what they do more than once, by the same key. What they were told is then held against what the database
// holds. Prints `wrong: ...` lines and one of figures; exit status 1 when anything was wrong.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const [conninfo, seconds, seed] = process.argv.slice(2);
const CLIENTS = 8, READERS = 24, KEYED = ['lend', 'take', 'lose', 'found'], until = Date.now() + seconds * 1000;
const wrong = [], receipts = [], figures = {};
const count = (what) => (figures[what] = (figures[what] ?? 0) + 1);

/** One psql that stays: answers the one line that a statement gives, or fails with what the server said; a lost server is `gone`. */
class Session {
  #psql; #lines; #said;
  open() {
    this.#psql = spawn('psql', ['-XAtq', '-v', 'VERBOSITY=verbose', '-d', conninfo], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#said = '';
    this.#psql.stderr.setEncoding('utf8').on('data', (text) => (this.#said += text));
    this.#psql.stdin.on('error', () => {});
    this.#lines = createInterface(this.#psql.stdout)[Symbol.asyncIterator]();
  }
  async ask(statement) {
    if (!this.#psql) this.open();
    this.#said = '';
    this.#psql.stdin.write(`${statement};\n\\echo .\n`);
    const got = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done || value === '.') {
        await sleep(0);
        if (done || /server closed|57P0|08006|08003|08001/.test(this.#said)) {
          this.close();
          throw Object.assign(new Error(this.#said), { gone: true });
        }
        if (this.#said) throw new Error(this.#said);
        return got;
      }
      got.push(value);
    }
  }
  close() { this.#psql?.kill(); this.#psql = undefined; }
}

/** The same numbers from the same seed (mulberry32). */
function dice(state) {
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const main = new Session();
const rows = async (statement) => (await main.ask(statement)).map((line) => line.split('|'));
const copies = (await rows('select id, title_id from library.copy order by id')).map(([id, title]) => ({ id, title }));
const titles = [...new Set(copies.map(({ title }) => title))];
const [[lastLoan, lastEntry]] = await rows('select (select coalesce(max(id), 0) from library.loan), (select coalesce(max(id), 0) from ledger.entry)');
const pupils = (await rows('select id from school.pupil order by id')).map(([id]) => id);

async function client(number) {
  const roll = dice(Number(seed) * 100 + number), session = new Session(), holds = [], loans = [];
  const token = (word) => word.padEnd(43, 'x'), desk = () => token(`desk-${1 + roll(2)}`);
  const look = async () => {
    open = new Map((await session.ask('select copy_id, id from library.loan where returned_at is null')).map((line) => line.split('|')));
    kept = new Map((await session.ask(`select copy_id, pupil_id from library.hold where state = 'kept'`)).map((line) => line.split('|')));
  };
  let kept = new Map(), open = new Map();
  const next = () => {
    const copy = copies[roll(copies.length)], reader = roll(READERS), home = token(`reader-${reader + 1}`);
    const kind = roll(100);
    if (kind < 20 && kept.has(copy.id)) return ['lend', desk(), copy.id, kept.get(copy.id)];   /* he comes for what waits for him */
    if (kind < 28) return ['lend', desk(), copy.id, pupils[reader]];
    if (kind < 58) return ['take', desk(), copy.id, null];
    if (kind < 68) return ['ask', home, titles[roll(titles.length)], 0];
    if (kind < 76 && holds.length) { const hold = holds[roll(holds.length)]; return ['drop', hold.home, hold.id, 0]; }
    if (kind < 84 && loans.length) { const loan = loans[roll(loans.length)]; return ['renew', loan.home, loan.id, 0]; }
    if (kind < 87) return ['lose', desk(), copy.id, roll(2)];
    if (kind < 96) return ['found', desk(), copy.id, 0];
    return [roll(4) === 0 ? 'repair' : 'mend', desk(), copy.id, 0];
  };
  while (Date.now() < until) {
    if (roll(4) === 0) await look().catch(() => {});          /* what a desk has on its screen may be old */
    const [op, by, a, b] = next(), loan = open.get(a) ?? null, key = randomUUID(), answers = [];
    for (let times = roll(4) === 0 ? 2 : 1; times > 0;) {
      try {
        const [answer] = await session.ask(`select lib_drill.act('${op}', '${by}', '${key}', ${a}, ${b}, ${loan})`);
        answers.push(answer);
        times--;
      } catch (error) {
        if (!error.gone) { wrong.push(`${op} ${a} ${b}: ${error.message.trim().split('\n')[0]}`); break; }
        count('lost answers');            /* what became of it nobody knows: the same form again says */
        await sleep(50);
        if (Date.now() > until + 30000) throw error;
      }
    }
    /* A refusal keeps nothing, so the same form may succeed a moment later; from then on it says the same. */
    const told = answers.find((answer) => !answer.startsWith('refused')) ?? answers[0];
    if (told === undefined) continue;
    const [outcome, id] = told.split(' ');
    count(outcome === 'refused' ? `${op} refused` : outcome);
    if (answers.length > 1) count('twice');
    if (outcome !== 'refused' && KEYED.includes(op) && answers.at(-1) !== told) wrong.push(`${op} ${a}: «${told}», then «${answers.at(-1)}» by the same key`);
    if (op === 'ask' && outcome !== 'refused') holds.push({ id, home: by });
    if (holds.length > 40) holds.shift();
    if (outcome === 'lent') loans.push({ id, home: token(`reader-${pupils.indexOf(b) + 1}`) });
    if (loans.length > 40) loans.shift();
    receipts.push({ op, outcome, id, a, b });
  }
  session.close();
}

await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i)));
main.close();
await sleep(200);

/* What was told is there, once; and nothing is there that nobody was told of. */
const told = (outcome) => new Map(receipts.filter((r) => r.outcome === outcome && r.id).map((r) => [r.id, r]));
const loans = new Map((await rows(`select id, copy_id, pupil_id, returned_at is not null from library.loan where id > ${lastLoan}`)).map(([id, copy, pupil, back]) => [id, { copy, pupil, back }]));
for (const [id, { a, b }] of told('lent'))
  if (loans.get(id)?.copy !== a || loans.get(id)?.pupil !== b) wrong.push(`loan ${id} was told and is not there as it was`);
for (const [id] of told('returned'))
  if (Number(id) > lastLoan && loans.get(id)?.back !== 't') wrong.push(`loan ${id} was told returned and is not`);
for (const id of loans.keys())
  if (!told('lent').has(id)) wrong.push(`loan ${id} is there and nobody was told of it`);
const places = new Set((await rows('select id from library.hold')).map(([id]) => id));
for (const [id] of [...told('waiting'), ...told('kept')].filter(([, r]) => r.op === 'ask'))
  if (!places.has(id)) wrong.push(`place ${id} was told and is not there`);
const refunds = receipts.filter(({ outcome, id }) => outcome === 'found' && Number(id) > 0).length;
const [[refunded]] = await rows(`select count(*) from library.loan where refund_id > ${lastEntry}`);
if (Number(refunded) > refunds) wrong.push(`${refunded} refunds are there, ${refunds} were told`);
await rows('refresh materialized view lib_drill.kept');
for (const [what] of await rows('select what from lib_drill.wrong limit 20')) wrong.push(what);
main.close();

for (const what of wrong.slice(0, 20)) console.log(`wrong: ${what}`);
console.log(`figures: ${receipts.length} answers; ${Object.entries(figures).sort().map(([what, n]) => `${what} ${n}`).join(', ')}`);
process.exit(wrong.length ? 1 : 0);
