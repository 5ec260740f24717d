// The library's desk over HTTPS: one field for readers and copies, mistakes undone, two librarians with one copy; losses and their
// money, queues, sets of textbooks, labels; and who may not.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { balance, setFree } from '../support/desk.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { clear, holderOf, lend, librarian, loansOf, makeBook, makeReaders, stateOf } from '../support/librarian.mjs';
import { endCard, giveCard } from '../support/reader.mjs';
import { csrfOf, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

const desk = '/staff/library', books = [];
const book = (options) => { const made = makeBook(options); books.push(made); return made; };
let me, reader, other, third, uid;

/** Sends a form of the desk with a token of its own and, unless one is given, a fresh key. */
async function send(action, fields, visitor = me) {
  return visitor.submit(action, { csrf: csrfOf(await visitor.get(desk)), key: randomUUID(), ...fields });
}
const scan = (find, reading = null, fields = {}) => send('/staff/library/scan', { find, ...(reading && { reader: reading.id }), ...fields });
const open = async (answer, visitor = me) => {
  assert.equal(answer.status, 303, wordsOf(answer));
  return visitor.get(answer.headers.location);
};
const said = async (answer) => wordsOf(await open(answer));
const lastScan = () => value(`select max(s.id) from library.scan s join auth.staff f on f.id = s.staff_id where f.login = 'librarian.039'`);

before(async () => {
  [reader, other, third] = makeReaders(3);
  assert.ok(third, 'the demo has readers enough');
  uid = giveCard(reader.idn);
  me = await loggedInStaff(librarian());
});
after(() => {
  endCard(uid);
  clear(books);
  assert.deepEqual(sql('select * from ledger.violations'), []);
});

describe('the field', () => {
  test('a card, an account, an ИДН, a printed card open the reader, and none is in the address', async () => {
    const { account, idn } = reader, digits = `20${account}`;
    const check = (10 - [...digits].reduce((sum, digit, i) => sum + Number(digit) * (i % 2 ? 3 : 1), 0) % 10) % 10;
    const cyrillic = uid.replace(/[A-F]/g, (letter) => ({ A: 'Ф', B: 'И', C: 'С', D: 'В', E: 'У', F: 'А' })[letter]);
    for (const find of [uid, uid.toLowerCase(), cyrillic, account, idn, `${digits}${check}`]) {
      const answer = await scan(find);
      assert.equal(answer.headers.location, `/staff/library?reader=${reader.id}`);
    }
    const page = await open(await scan(uid));
    assert.ok(wordsOf(page).includes(reader.name));
    assert.match(page.text, /id="find"[^>]* autofocus/);
    assert.equal(value(`select object from site.audit where action = 'library-reader' order by id desc limit 1`), reader.idn);
    assert.equal((await scan('', reader)).headers.location, desk, 'an empty Enter is done with him');
    assert.match(await said(await scan('0000000000')), /Такого штрихкода, карты или счёта нет/);
    assert.match(await said(await scan('Щщщщ')), /Никого не нашлось/);
  });

  test('copies go to the open reader one after another; without a reader they are taken back', async () => {
    const { title, copies: [one] } = book(), { copies: [two] } = book();
    const page = await me.get(`${desk}?reader=${reader.id}`);
    const fields = { csrf: csrfOf(page), key: randomUUID(), reader: reader.id, find: one.barcode.toLowerCase() };
    const answer = await me.submit('/staff/library/scan', fields), words = await said(answer);
    assert.match(words, /выдано/);
    assert.ok(words.includes(title) && words.includes(reader.name), words);
    assert.equal((await me.submit('/staff/library/scan', fields)).headers.location, answer.headers.location, 'the same form says the same');
    assert.equal((await me.submit('/staff/library/scan', { ...fields, reader: other.id })).status, 409, 'for another reader under its key');
    assert.equal(loansOf(one), 1);
    assert.match(await said(await scan(two.barcode, reader)), /выдано .*На руках \d из 5/);
    assert.match(await said(await scan(one.barcode, reader)), /уже у этого читателя .*Продлить/);
    assert.match(await said(await scan(one.barcode)), /принято .*84Р6 П91/);
    assert.match(await said(await scan(one.barcode)), /на полке .*сначала откройте читателя/);
    assert.equal(holderOf(one), undefined);
    assert.equal(holderOf(two), reader.id);
  });

  test('a copy somebody else has: who, and one button takes it back and lends it', async () => {
    const { copies: [copy] } = book();
    lend(copy, other);
    const words = await said(await scan(copy.barcode, third));
    assert.match(words, /на руках у другого/);
    assert.ok(words.includes(other.name), words);
    assert.equal(holderOf(copy), other.id, 'nothing was done');
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'swap', reader: third.id })), /выдано/);
    assert.equal(holderOf(copy), third.id);
    assert.equal(loansOf(copy), 2);
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'renew', reader: third.id })), /продлено/);
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'return', reader: third.id })), /принято/);
  });

  test('a copy that comes back is kept for who waits, and lent to nobody else', async () => {
    const { id, copies: [copy] } = book();
    lend(copy, other);
    sql(`select library.ask(${id}, ${third.id})`);
    const words = await said(await scan(copy.barcode));
    assert.match(words, /принято .*Не на полку: отложите\. Ждёт/);
    assert.ok(words.includes(third.name));
    assert.match(await said(await scan(copy.barcode, other)), /выдать нельзя .*отложен для другого читателя/);
    assert.match(await said(await scan(copy.barcode)), /отложена/);
    assert.match(await said(await scan(copy.barcode, third)), /выдано/);
  });

  test('two librarians scan the same copy at once: one loan, and the other is told who has it', async () => {
    for (let round = 0; round < 5; round++) {
      const { copies: [copy] } = book(), form = (who) => ({ csrf: csrfOf(pages[who]), key: randomUUID(), find: copy.barcode, reader: [reader, other][who].id });
      const both = [me, await loggedInStaff(librarian())];
      const pages = await Promise.all(both.map((visitor) => visitor.get(desk)));
      const answers = await Promise.all(both.map((visitor, who) => visitor.submit('/staff/library/scan', form(who))));
      const words = await Promise.all(answers.map(async (answer, who) => wordsOf(await open(answer, both[who]))));
      const winner = words.findIndex((text) => /выдано/.test(text)), loser = 1 - winner;
      assert.ok(winner >= 0, words.join('\n'));
      assert.equal(loansOf(copy), 1);
      assert.equal(holderOf(copy), [reader, other][winner].id);
      assert.match(words[loser], /на руках у другого/);
      assert.ok(words[loser].includes([reader, other][winner].name));
      assert.match(await said(await scan(copy.barcode)), /принято/);
    }
  });
});

describe('mistakes', () => {
  test('lending is undone as if it had never been, once', async () => {
    const { id, copies: [copy] } = book();
    await scan(copy.barcode, reader);
    const undo = lastScan();
    assert.match(await said(await send('/staff/library/undo', { scan: undo })), /Отменено: выдано/);
    assert.equal(loansOf(copy), 0);
    assert.equal(stateOf(copy), 'in');
    assert.equal(value(`select lent_times from library.title where id = ${id}`), '0');
    assert.equal((await send('/staff/library/undo', { scan: undo })).status, 303, 'again says the same');
    assert.equal(loansOf(copy), 0);
  });

  test('a return is undone with the old day; what is not the last, or older, is refused', async () => {
    const { copies: [copy] } = book(), { copies: [later] } = book();
    lend(copy, reader);
    sql(`update library.loan set due_day = current_date - 3 where copy_id = ${copy.id}`);
    assert.match(await said(await scan(copy.barcode)), /на \d дн\S+ позже срока/);
    const undo = lastScan();
    await scan(later.barcode, other);
    const refused = await send('/staff/library/undo', { scan: undo });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /только последнее действие/);
    await scan(later.barcode);
    await send('/staff/library/undo', { scan: lastScan() });
    await send('/staff/library/undo', { scan: value(`select max(id) from library.scan where copy_id = ${later.id} and outcome = 'lent'`) });
    assert.match(await said(await send('/staff/library/undo', { scan: undo })), /Отменено: принято .*снова на руках/);
    assert.equal(value(`select due_day = current_date - 3 and returned_at is null from library.loan where copy_id = ${copy.id}`), 't');
    await scan(copy.barcode);
    sql(`update library.scan set at = at - interval '11 min' where id = ${lastScan()}`);
    assert.equal((await send('/staff/library/undo', { scan: lastScan() })).status, 422, 'too late');
  });

  test('a damaged book: its condition, and repair', async () => {
    const { copies: [copy] } = book();
    lend(copy, reader);
    await scan(copy.barcode);
    const at = lastScan();
    assert.equal((await send('/staff/library/spoil', { scan: at, condition: '' })).status, 422);
    assert.match(await said(await send('/staff/library/spoil', { scan: at, condition: 'Надорвана обложка', repair: 1 })), /Состояние книги записано/);
    assert.equal(stateOf(copy), 'repair');
    assert.equal(value(`select condition_in from library.loan where copy_id = ${copy.id}`), 'Надорвана обложка');
    assert.match(await said(await scan(copy.barcode, other)), /в ремонте/);
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'mend' })), /снова на полке/);
  });
});

describe('losses', () => {
  const copyPage = ({ id }) => `/staff/library/copy?id=${id}`;
  /** The form of that page: the loan and the price that it showed. */
  const shown = (page) => Object.fromEntries(['loan', 'price'].map((name) => [name, new RegExp(`name="${name}" value="(\\d*)"`).exec(page.text)[1]]));
  const act = async (fields) => send('/staff/library/act', { ...shown(await me.get(`/staff/library/act?copy=${fields.copy}&what=${fields.what}`)), ...fields });

  test('charged once, found by a scan that asks, refunded', async () => {
    const { copies: [copy] } = book({ price: 45000 });
    lend(copy, reader);
    setFree(reader.id, 50000);
    const before = balance(reader.id);
    const asked = await me.get(`/staff/library/act?copy=${copy.id}&what=lose`);
    assert.match(wordsOf(asked), /денег хватает\. Списать со счёта 450,00 ₽ \?/);
    const fields = { csrf: csrfOf(asked), key: randomUUID(), copy: copy.id, ...shown(asked), what: 'lose', charge: 1 };
    assert.match(await said(await me.submit('/staff/library/act', fields)), /цена списана со счёта\. .*оплачена, 450,00 ₽/);
    assert.equal((await me.submit('/staff/library/act', fields)).status, 303);
    assert.equal(balance(reader.id), before - 45000, 'once');
    assert.match(await said(await scan(copy.barcode)), /числится утерянной .*Со счёта списано 450,00 ₽/);
    assert.equal(stateOf(copy), 'lost', 'the scan alone moves no money');
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'found' })), /нашлась .*вернулось 450,00 ₽/);
    assert.equal(balance(reader.id), before);
    assert.equal(stateOf(copy), 'in');
    setFree(reader.id, 0);
  });

  test('lent to another while the question stood: nobody pays', async () => {
    const { copies: [copy] } = book({ price: 45000 });
    lend(copy, reader);
    setFree(reader.id, 50000);
    setFree(other.id, 50000);
    const asked = await me.get(`/staff/library/act?copy=${copy.id}&what=lose`);
    await scan(copy.barcode);
    lend(copy, other);
    const before = [balance(reader.id), balance(other.id)];
    const refused = await send('/staff/library/act', { copy: copy.id, ...shown(asked), what: 'lose', charge: 1 });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /сменила читателя/);
    assert.ok(wordsOf(refused).includes(other.name), 'the page says who has it now');
    assert.deepEqual([balance(reader.id), balance(other.id)], before);
    assert.equal(stateOf(copy), 'out');
    for (const { id } of [reader, other]) setFree(id, 0);
  });

  test('no money: lost with a debt, which keeps other books back; written off when another is brought', async () => {
    const { title, copies: [copy] } = book(), { copies: [next] } = book();
    lend(copy, third);
    setFree(third.id, 100);
    const before = balance(third.id);
    assert.match(wordsOf(await me.get(`/staff/library/act?copy=${copy.id}&what=lose`)), /денег не хватает/);
    const lost = await said(await act({ copy: copy.id, what: 'lose', charge: 1 }));
    assert.ok(lost.includes(title), 'whose page it is');
    assert.match(lost, /не хватило денег: книга записана утерянной, за читателем долг\. .*долг 450,00 ₽/);
    assert.match(await said(await scan(next.barcode, third)), /выдать нельзя .*утерянная книга/);
    assert.match(wordsOf(await me.get(`/staff/library/discharge?reader=${third.id}`)), /обходной лист подписать нельзя/);
    const refused = await act({ copy: copy.id, what: 'gone', note: '' });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /номер акта и причину/);
    assert.match(await said(await act({ copy: copy.id, what: 'gone', note: 'Акт 12: принёс замену' })), /списана по акту\. .*Акт 12/);
    assert.equal((await act({ copy: copy.id, what: 'mend' })).status, 422, 'gone is gone');
    assert.match(await said(await scan(next.barcode, third)), /выдано/);
    assert.equal(balance(third.id), before, 'nothing was taken');
    setFree(third.id, 0);
  });

  test('repair and back, not on its shelf and found', async () => {
    const { copies: [copy] } = book();
    for (const [what, note, state, words] of [['repair', 'Корешок', 'repair', /в ремонт/], ['mend', '', 'in', /из ремонта/], ['missing', '', 'lost', /ни за кем/], ['found', '', 'in', /снова в библиотеке/]]) {
      assert.equal((await me.get(`/staff/library/act?copy=${copy.id}&what=${what}`)).status, 200);
      assert.match(await said(await act({ copy: copy.id, what, note })), words);
      assert.equal(stateOf(copy), state);
    }
    assert.equal((await me.get(`/staff/library/act?copy=${copy.id}&what=burn`)).status, 400);
    assert.equal((await me.get(copyPage({ id: 999999999 }))).status, 404);
  });
});

describe('queues', () => {
  test('the shelf of kept copies: taken, or not come for', async () => {
    const { id, title, copies: [copy] } = book();
    lend(copy, other);
    sql(`select library.ask(${id}, ${reader.id}), library.ask(${id}, ${third.id})`);
    await scan(copy.barcode);
    const words = wordsOf(await me.get('/staff/library/kept'));
    assert.ok(words.includes(title) && words.includes(reader.name), words);
    const [first] = sql(`select id from library.hold where title_id = ${id} and state = 'kept'`).flat();
    assert.match(wordsOf(await me.get(`/staff/library/queue?title=${id}&hold=${first}`)), /Убрать из очереди\? Книга перейдёт следующему/);
    assert.match(await said(await send('/staff/library/drop', { hold: first })), /больше не в очереди/);
    assert.match(await said(await send('/staff/library/scan', { copy: copy.id, act: 'pickup' })), /выдано/);
    assert.equal(holderOf(copy), third.id);
  });
});

describe('sets of textbooks', () => {
  test('chosen, shown, issued once, taken back; what is short is said', async () => {
    const grade = value(`select grade from school.class where id = ${reader.classId}`);
    const size = Number(value(`select count(*) from school.pupil where class_id = ${reader.classId} and state = 'active'`));
    const full = book({ kind: 'textbook', grade, copies: size }), short = book({ kind: 'textbook', grade, copies: size - 1 });
    const list = await me.get(`/staff/library/sets?class=${reader.classId}`);
    assert.ok(wordsOf(list).includes(short.title));
    const ticks = { [`title_${full.id}`]: 1, [`title_${short.id}`]: 1 };
    const plan = await me.get(`/staff/library/sets/plan?${new URLSearchParams({ class: reader.classId, ...ticks })}`);
    assert.match(wordsOf(plan), new RegExp(`Выдать ${2 * size - 1} учебник.*Не хватает 1 экземпляра`));
    const fields = { csrf: csrfOf(plan), key: randomUUID(), class: reader.classId, stamp: /name="stamp" value="(\w+)"/.exec(plan.text)[1], ...ticks };
    const answer = await me.submit('/staff/library/sets/plan', fields);
    assert.match(await said(answer), new RegExp(`Комплект выдан.*На руках ${2 * size - 1} из ${2 * size - 1}`));
    assert.equal((await me.submit('/staff/library/sets/plan', fields)).headers.location, answer.headers.location, 'the same form says the same');
    assert.equal(value(`select count(*) from library.loan where title_id in (${full.id}, ${short.id})`), String(2 * size - 1));
    const stale = await me.submit('/staff/library/sets/plan', { ...fields, key: randomUUID() });
    assert.equal(stale.status, 422, 'a plan that is no longer true');
    assert.match(wordsOf(stale), /проверьте ещё раз/);

    const set = new URL(answer.headers.location, 'https://x').searchParams.get('id');
    assert.equal((await send('/staff/library/set', { id: set })).status, 422, 'nobody is ticked');
    assert.match(await said(await send('/staff/library/set', { id: set, [`pupil_${reader.id}`]: 1 })), /Принято [12] учебник/);
    const [left] = sql(`select c.barcode from library.loan l join library.copy c on c.id = l.copy_id where l.set_id = ${set} and l.returned_at is null limit 1`).flat();
    assert.match(await said(await send('/staff/library/scan', { find: left, set })), /принято/);
    const page = wordsOf(await me.get(`/staff/library/set?id=${set}`));
    assert.match(page, /Кто не сдал/);
    assert.doesNotMatch(page, new RegExp(`${left}\\b`), 'what is back is not missing');
  });

  test('or filled by scanning', async () => {
    const grade = value(`select grade from school.class where id = ${other.classId}`), { copies: [copy] } = book({ kind: 'textbook', grade });
    const answer = await send('/staff/library/sets/plan', { class: other.classId });
    const set = /^\/staff\/library\?set=(\d+)$/.exec(answer.headers.location)[1];
    assert.ok(wordsOf(await me.get(answer.headers.location)).includes(other.name), 'the class stands beside the field');
    assert.match(await said(await send('/staff/library/scan', { find: copy.barcode, reader: other.id, set })), /выдано/);
    assert.equal(value(`select set_id from library.loan where copy_id = ${copy.id}`), set);
    assert.equal((await send('/staff/library/scan', { find: '', reader: other.id, set })).headers.location, `/staff/library?set=${set}`);
  });
});

describe('labels', () => {
  test('24 on a sheet, the next sheet, one title; cards of a class', async () => {
    const made = book({ copies: 26 }), path = `/staff/library/labels?title=${made.id}`;
    const sheet = await me.get(path), bars = (page) => (page.text.match(/<svg class="bars"/g) ?? []).length;
    assert.equal(bars(sheet), 24);
    const next = /href="([^"]*after=[^"]*)"/.exec(sheet.text)[1].replaceAll('&amp;', '&');
    assert.equal(bars(await me.get(next)), 2);
    assert.equal(bars(await me.get(`/staff/library/labels?copy_${made.copies[3].id}=1`)), 1);
    assert.equal(bars(await me.get('/staff/library/labels')), 0);
    const cards = await me.get(`/staff/library/cards?class=${reader.classId}`);
    assert.ok(cards.text.includes(`20${reader.account}`));
    assert.equal((await me.get('/staff/library/cards?class=999999999')).status, 404);
  });
});

describe('who may not', () => {
  test('another school\'s copy and reader are not there; other roles are sent away', async () => {
    const { copies: [copy] } = book(), away = await loggedInStaff(librarian('052'));
    assert.equal((await away.get(`${desk}?reader=${reader.id}`)).status, 404);
    assert.equal((await send('/staff/library/scan', { copy: copy.id, act: 'return' }, away)).status, 404);
    assert.equal((await send('/staff/library/undo', { scan: lastScan() }, away)).status, 404);
    assert.match(wordsOf(await open(await send('/staff/library/scan', { find: copy.barcode }, away), away)), /Такого штрихкода/);
    assert.match(wordsOf(await open(await send('/staff/library/scan', { find: reader.account }, away), away)), /Такого штрихкода/);
    const guard = await loggedInStaff(credentials.staff.find((s) => s.role === 'guard'));
    assert.equal((await guard.get(desk)).status, 403);
    const parent = await loggedIn(credentials.cabinets.find((c) => c.password));
    assert.match((await parent.get(desk)).headers.location, /^\/staff\/login/);
  });
});
