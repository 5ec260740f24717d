// books.mjs -- the books of a child once more, in whole kopecks and plain arithmetic, beside the real ones: the expected side of tests.
import { sql } from './kabinet.mjs';

const sum = (list) => list.reduce((a, b) => a + b, 0);
const totals = (lines) => ({
  entries: lines.length,
  in: sum(lines.map((l) => l.kop).filter((kop) => kop > 0)),
  out: sum(lines.map((l) => l.kop).filter((kop) => kop < 0)),
});

/**
 * An account that begins with what is written of it now, raw lines and open holds; from then on it knows only what the test tells it.
 * A line is { kind, day, title, kop }; a meal that was eaten { day, title, pay, price, undone }.
 */
export class Account {
  constructor(pupil, today) {
    this.today = today;
    this.lines = sql(`select e.kind, p.day, k.line_prefix || e.reason, p.amount_kop from ledger.posting p join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind where p.account_id = ledger.pupil_account(${pupil}) order by p.version`)
      .map(([kind, day, title, kop]) => ({ kind, day, title, kop: Number(kop) }));
    this.holds = new Map(sql(`select id, amount_kop from ledger.hold where account_id = ledger.pupil_account(${pupil}) and ended_at is null`)
      .map(([id, kop]) => [`before: ${id}`, Number(kop)]));
    this.eaten = sql(`select s.kind, s.day, s.pay_kop, s.price_kop, s.undone_at is not null from canteen.serving s where s.pupil_id = ${pupil}`)
      .map(([kind, day, pay, price, undone]) => ({ kind, day, title: null, pay: Number(pay), price: Number(price), undone: undone === 't' }));
  }

  get balance() { return sum(this.lines.map((l) => l.kop)); }
  get held() { return sum([...this.holds.values()]); }
  get free() { return this.balance - this.held; }

  move(kind, title, kop) {
    if (kop < 0 && this.free + kop < 0) throw new Error(`the model: ${title} has no money`);
    this.lines.push({ kind, day: this.today, title, kop });
  }
  hold(what, kop) {
    if (this.free < kop) throw new Error(`the model: ${what} has no money`);
    this.holds.set(what, kop);
  }
  release(what) {
    const kop = this.holds.get(what);
    if (!this.holds.delete(what)) throw new Error(`the model: ${what} is not held`);
    return kop;
  }
  /** A meal: of an order, whose hold has its title, or for free money. */
  eat(title, kop) {
    if (this.holds.has(title)) this.release(title);
    this.move('meal', title, -kop);
    this.eaten.push({ kind: 'meal', day: this.today, title, pay: kop, price: kop, undone: false });
  }
  giveBack(title, why) {
    this.eaten.find((e) => e.title === title).undone = true;
    this.move('refund', `Возврат: ${why}`, -this.lines.find((l) => l.title === title).kop);
  }

  /** Lines of the days from `first` on, with running balances, oldest first; and their totals. */
  statement(first) {
    let rest = 0;
    const all = this.lines.map((l) => ({ ...l, rest: (rest += l.kop) }));
    const lines = all.filter((l) => l.day >= first);
    const { in: received, out: spent } = totals(lines);
    return { lines, opening: this.balance - received - spent, received, spent, closing: this.balance };
  }
  /** A year or a month, '2026' or '2026-11', by kind: { top_up: { entries, in, out }, … } */
  byKind(period) {
    const lines = this.lines.filter((l) => l.day.startsWith(period));
    return Object.fromEntries([...new Set(lines.map((l) => l.kind))].map((kind) => [kind, totals(lines.filter((l) => l.kind === kind))]));
  }
  /** What was eaten in this month. */
  month() {
    const valid = this.eaten.filter((e) => e.day.slice(0, 7) === this.today.slice(0, 7) && !e.undone);
    const of = (kind) => valid.filter((e) => e.kind === kind);
    return { meals: of('meal').length, meal: sum(of('meal').map((e) => e.pay)), buffets: of('buffet').length, buffet: sum(of('buffet').map((e) => e.pay)) };
  }
}
