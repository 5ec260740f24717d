// /library over HTTPS: books at home, queues, the catalogue, what was read, papers; another family's ids are «не найдено».
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import ICAL from 'ical.js';
import { eventually, logSize, logText, sql, value } from '../support/kabinet.mjs';
import { setFree } from '../support/desk.mjs';
import { clean, giveBack, lend, librarian, makeReader, makeTitle, setDue, today } from '../support/library.mjs';
import { balanceOf, csrfOf, send, sumsOf, unescape, wordsOf } from '../support/visitor.mjs';

const keyOf = (page) => /name="key" value="([^"]+)"/.exec(page.text)[1];
const isoPlus = (day, days) => new Date(Date.parse(day) + days * 86400e3).toISOString().slice(0, 10);

describe('library', () => {
  let mine, other, far, day;
  before(() => {
    mine = makeReader('039', 0);
    other = makeReader('039', 1);
    far = makeReader('052', 0);
    day = today();
  });
  after(() => { for (const { id } of [mine, other, far]) clean(id); });

  const due = (loan) => value(`select due_day from library.loan where id = ${loan}`);
  const hold = (reader, title) => value(`select id from library.hold where pupil_id = ${reader.id} and title_id = ${title.id} and state in ('waiting', 'kept')`);
  const post = async (visitor, path, fields, from = '/library') => visitor.fill(from, fields, { action: path });

  test('at home: what is due, late, prolonged, in words', async () => {
    clean(mine.id);
    const soon = makeTitle(), late = makeTitle(), calm = makeTitle();
    const loans = [soon, late, calm].map(({ copies: [copy] }) => lend(copy, mine.id));
    setDue(loans[0], 1);
    setDue(loans[1], -4);
    const page = await mine.parent.get('/library'), words = wordsOf(page);
    assert.ok(words.indexOf(late.title) < words.indexOf(soon.title) && words.indexOf(soon.title) < words.indexOf(calm.title), 'the most urgent first');
    assert.match(words, /просрочено на 4 дня/);
    assert.match(words, /вернуть завтра/);
    assert.match(words, /можно продлить ещё 2 раза/);
    const home = wordsOf(await mine.parent.get('/'));
    assert.match(home, /Книги: срок прошёл/);
    assert.ok(home.includes(`«${late.title}» и ещё 1.`), 'Главная says which, and how many more');
    setDue(loans[1], 30);
    assert.match(wordsOf(await mine.child.get('/')), /Книги: вернуть до/, 'to the pupil too');
    setDue(loans[0], 4);
    assert.doesNotMatch(wordsOf(await mine.parent.get('/')), /Книги:/, 'and not too early');
  });

  test('a book is prolonged once by a form sent twice, by the pupil too', async () => {
    clean(mine.id);
    const one = makeTitle(), two = makeTitle(), loan = lend(one.copies[0], mine.id), second = lend(two.copies[0], mine.id), was = due(loan);
    const page = await mine.parent.get('/library'), form = { csrf: csrfOf(page), key: keyOf(page), loan };
    const answers = await Promise.all([1, 2].map(() => mine.parent.submit('/library/renew', form)));
    for (const { status, headers } of answers) assert.deepEqual([status, headers.location], [303, '/library?done=library-renewed']);
    assert.equal(due(loan), isoPlus(was, 14), 'one effect');
    assert.equal((await mine.parent.submit('/library/renew', { ...form, loan: second })).status, 303, 'the other book from the same old page');
    assert.deepEqual([due(loan), due(second)], [isoPlus(was, 14), isoPlus(was, 14)]);
    sql(`update library.loan set due_day = date '${was}', renewals = 0 where id = ${second}`);
    assert.equal((await post(mine.child, '/library/renew', { key: randomUUID() })).status, 303, 'all at once');
    assert.deepEqual([due(loan), due(second)], [isoPlus(was, 28), isoPlus(was, 14)]);
    const no = await post(mine.parent, '/library/renew', { key: randomUUID(), loan });
    assert.equal(no.status, 422);
    assert.match(wordsOf(no), /Продлить больше нельзя: уже продлено 2 раз/);
    sql(`select library.ask(${two.id}, ${other.id})`);
    const page2 = await mine.parent.get('/library');
    assert.match(wordsOf(page2), /продлить нельзя: книгу ждёт другой читатель/);
    assert.ok(!page2.text.includes('/library/renew'), 'no button promises what would be refused');
    const queued = await post(mine.parent, '/library/renew', { key: randomUUID(), loan: second });
    assert.equal(queued.status, 422);
    assert.match(wordsOf(queued), /книгу ждёт другой читатель/);
    clean(other.id);
  });

  test('a place in the queue: taken, suspended, resumed, kept, given up', async () => {
    for (const { id } of [mine, other]) clean(id);
    const book = makeTitle(), loan = lend(book.copies[0], other.id);
    assert.ok(loan);
    const third = makeReader('039', 2);
    sql(`select library.ask(${book.id}, ${third.id})`);
    const page = await mine.parent.get(`/library/title?id=${book.id}`);
    assert.match(wordsOf(page), /на руках ближайший возврат/);
    assert.match(wordsOf(page), /в очереди 1 читатель/);
    let answer = await post(mine.parent, '/library/hold', { id: book.id }, `/library/title?id=${book.id}`);
    assert.equal(answer.headers.location, '/library?done=library-waits');
    answer = await post(mine.parent, '/library/hold', { id: book.id }, `/library/title?id=${book.id}`);
    assert.equal(answer.status, 303, 'once more is the same place');
    assert.equal(value(`select count(*) from library.hold where pupil_id = ${mine.id} and title_id = ${book.id} and ended_at is null`), '1');
    assert.match(wordsOf(await mine.parent.get('/library')), /вы 2-й в очереди/);
    const place = hold(mine, book);
    for (const till of [day, isoPlus(day, 121), '']) {
      const no = await post(mine.parent, '/library/hold/sleep', { hold: place, till });
      assert.equal(no.status, 422, till);
      assert.match(wordsOf(no), /Укажите день/);
    }
    assert.equal((await post(mine.parent, '/library/hold/sleep', { hold: place, till: 'завтра' })).status, 400);
    assert.equal((await post(mine.parent, '/library/hold/sleep', { hold: place, till: isoPlus(day, 5) })).status, 303);
    assert.match(wordsOf(await mine.child.get('/library')), /приостановлено до/);
    clean(third.id);
    giveBack(book.copies[0]);
    assert.equal(value(`select state from library.copy where id = ${book.copies[0].id}`), 'in', 'others pass');
    assert.equal((await post(mine.child, '/library/hold/wake', { hold: place })).status, 303);
    assert.match(wordsOf(await mine.parent.get('/library')), /ждёт вас заберите до/);
    assert.equal((await post(mine.child, '/library/hold/drop', { hold: place })).status, 303);
    assert.equal((await post(mine.child, '/library/hold/drop', { hold: place })).status, 303, 'twice is harmless');
    assert.equal(value(`select state from library.copy where id = ${book.copies[0].id}`), 'in');
    answer = await post(mine.child, '/library/hold', { id: book.id }, `/library/title?id=${book.id}`);
    assert.equal(answer.headers.location, '/library?done=library-kept', 'a free copy is kept at once, for the pupil too');
    clean(mine.id);
    const taken = lend(book.copies[0], mine.id);
    assert.ok(taken);
    answer = await post(mine.parent, '/library/hold', { id: book.id }, '/library');
    assert.equal(answer.status, 422);
    assert.match(wordsOf(answer), /Эта книга уже у вас/);
  });

  test('what is another family\'s or another school\'s is not found, and the log knows', async () => {
    for (const { id } of [mine, other]) clean(id);
    const theirs = makeTitle(), loan = lend(theirs.copies[0], other.id), foreign = makeTitle({ school: '052' }), wanted = makeTitle();
    sql(`select library.ask(${wanted.id}, ${other.id})`);
    const place = hold(other, wanted), was = due(loan), from = logSize('library');
    const tries = [
      await mine.parent.get(`/library/title?id=${foreign.id}`), await mine.parent.get('/library/title?id=999999999'),
      await post(mine.parent, '/library/hold', { id: foreign.id }), await post(mine.parent, '/library/renew', { key: randomUUID(), loan }),
      await post(mine.parent, '/library/hold/drop', { hold: place }), await post(mine.parent, '/library/hold/sleep', { hold: place, till: isoPlus(day, 5) }),
      await post(mine.parent, '/library/hold/wake', { hold: place }), await post(far.parent, '/library/hold', { id: theirs.id }),
    ];
    for (const [i, { status }] of tries.entries()) assert.equal(status, 404, `try ${i}`);
    const bare = (answer) => wordsOf(answer).replace(/[0-9a-f]{32}/, '');
    assert.equal(bare(tries[0]), bare(tries[1]), 'as what there is not');
    for (const { headers } of tries)
      await eventually(() => new RegExp(`request=${headers['x-request-id']}.*KB404`).test(logText('library', from)), 'the log has the reason');
    assert.deepEqual([due(loan), value(`select state from library.hold where id = ${place}`)], [was, 'kept'], 'nothing has changed');
    assert.ok(!wordsOf(await mine.parent.get(`/library/search?q=${encodeURIComponent(foreign.title)}`)).includes(`${foreign.title} Проверкин`));
    assert.equal((await mine.parent.get('/library/title?id=1%20or%201')).status, 400);
    for (const id of ['', '0']) assert.equal((await mine.parent.get(`/library/title?id=${id}`)).status, 404);
  });

  test('the catalogue: cases and typing errors, authors, ISBN, narrowing, pages', async () => {
    const search = async (query, visitor = mine.parent) => visitor.get(`/library/search?${new URLSearchParams(query)}`);
    const titles = (page) => [...page.text.matchAll(/\/library\/title\?id=\d+">([^<]*)</g)].map(([, title]) => unescape(title));
    for (const q of ['капитанской дочки', 'капитнская', 'Капитанская', 'капитанская доч', 'пушкин капитанская'])
      assert.ok(titles(await search({ q })).includes('Капитанская дочка'), q);
    assert.match(wordsOf(await search({ q: 'капитнская' })), /По запросу «капитнская» ничего нет\. Показано по «капитанская»/);
    assert.doesNotMatch(wordsOf(await search({ q: 'капитанской дочки' })), /Показано по/);
    const isbn = value(`select isbn from library.title where title = 'Капитанская дочка' and isbn <> '' limit 1`);
    if (isbn) assert.deepEqual(titles(await search({ q: isbn.replace(/^(...)(.)/, '$1-$2-') })), ['Капитанская дочка']);
    const [[subject, n]] = sql(`select subject, count(*) from library.title where school_id = (select school_id from school.pupil where id = ${mine.id})
      and kind = 'book' and subject <> '' group by subject having count(*) between 22 and 150 order by 2 desc limit 1`);
    const first = await search({ subject }), second = await search({ subject, page: 2 });
    assert.match(wordsOf(first), new RegExp(`Найден[ао]? ${n} книг`));
    assert.equal(titles(first).length, 20);
    assert.equal(new Set([...titles(first), ...titles(second)]).size, titles(first).length + titles(second).length, 'pages do not overlap');
    const none = await search({ q: 'ъъъъъъъ' });
    assert.match(wordsOf(none), /Ничего не нашлось/);
    const narrowed = await search({ q: 'алгебра', kind: 'textbook', grade: '7', available: '1' });
    assert.equal(narrowed.status, 200);
    for (const bad of [{ kind: 'x' }, { grade: '12' }, { page: '0' }, { page: 'x' }, { page: '10001' }]) assert.equal((await search(bad)).status, 400, JSON.stringify(bad));
    for (const q of ['<script>alert(1)</script>', '\' & !', ':*', '((', '"', 'и', '\\', 'а'.repeat(100)]) {
      const page = await search({ q });
      assert.equal(page.status, 200, q);
      assert.ok(!page.text.includes('<script>alert'), 'escaped');
    }
    assert.equal((await search({ q: 'а'.repeat(101) })).status, 400);
    assert.equal((await search({ q: 'капитанской дочки' }, mine.child)).status, 200, 'the pupil may search');
  });

  test('what was read: shown, forgotten after a question, remembered again', async () => {
    clean(mine.id);
    const book = makeTitle(), kept = makeTitle();
    lend(book.copies[0], mine.id);
    giveBack(book.copies[0]);
    lend(kept.copies[0], mine.id);
    assert.ok(wordsOf(await mine.child.get('/library/history')).includes(book.title));
    assert.ok(!wordsOf(await other.parent.get('/library/history')).includes(book.title));
    assert.match(wordsOf(await mine.parent.get('/library/forget')), /Восстановить стёртое нельзя/);
    assert.equal((await post(mine.parent, '/library/forget', {}, '/library/forget')).headers.location, '/library/history?done=library-forgot');
    const history = wordsOf(await mine.parent.get('/library/history'));
    assert.ok(!history.includes(book.title));
    assert.match(history, /История не ведётся/);
    assert.equal(value(`select count(*) from library.loan where pupil_id = ${mine.id} and returned_at is not null and entry_id is null`), '0', 'for ever');
    assert.ok(wordsOf(await mine.parent.get('/library')).includes(kept.title), 'what is at home stays');
    assert.equal((await post(mine.parent, '/library/remember', {}, '/library/history')).headers.location, '/library/history?done=library-remembers');
    giveBack(kept.copies[0]);
    assert.ok(wordsOf(await mine.parent.get('/library/history')).includes(kept.title), 'from then on');
    sql(`update auth.session s set begun_by = 'pin' from auth.access a where a.id = s.access_id and a.pupil_id = ${mine.id} and a.ordinal = 0`);
    const pin = await post(mine.child, '/library/forget', {}, '/library/forget');
    assert.equal(pin.status, 422);
    assert.match(wordsOf(pin), /войдите с паролем/);
  });

  test('a lost book says what was charged, and the refund; not to the pupil', async () => {
    clean(mine.id);
    const book = makeTitle({ price: 51300 }), loan = lend(book.copies[0], mine.id);
    setFree(mine.id, 100000);
    const before = balanceOf(await mine.parent.get('/'));
    sql(`select library.lose(${loan}, ${librarian()}, true)`);
    const page = await mine.parent.get('/library');
    assert.match(wordsOf(page), new RegExp(`${book.title} Проверкин П\\. П\\. утеряна .* стоимость списана с лицевого счёта списано 513,00 ₽`));
    // Earlier losses stand there too; of this one there is one sum.
    const sums = ({ text }) => sumsOf({ text: text.split('<li>').find((li) => li.includes(`>${book.title}<`)) });
    assert.deepEqual(sums(page), [51300]);
    assert.deepEqual(sumsOf(await mine.child.get('/library')), [], 'the pupil sees no sums');
    assert.equal(balanceOf(await mine.parent.get('/')), before - 51300);
    sql(`select library.find_again(${loan}, ${librarian()})`);
    assert.match(wordsOf(await mine.parent.get('/library')), /нашлась .* деньги вернулись возвращено \+513,00 ₽/);
    assert.equal(balanceOf(await mine.parent.get('/')), before);
    assert.equal(value('select count(*) from ledger.violations'), '0');
  });

  test('обходной лист: what is owed, or that nothing is; the card has the account', async () => {
    clean(mine.id);
    const paper = wordsOf(await mine.child.get('/library/discharge'));
    assert.match(paper, /Задолженности нет/);
    assert.ok(paper.includes(mine.idn) && paper.includes(mine.account));
    const book = makeTitle({ price: 20000 }), late = makeTitle();
    const loan = lend(book.copies[0], mine.id);
    setDue(lend(late.copies[0], mine.id), -1);
    sql(`select library.lose(${loan}, ${librarian()}, false)`);
    const owed = await mine.parent.get('/library/discharge');
    assert.match(wordsOf(owed), /Не сдано: 2 книги/);
    assert.ok(wordsOf(owed).includes(book.copies[0].barcode));
    assert.match(wordsOf(owed), /просрочена/);
    assert.deepEqual(sumsOf(owed), [20000]);
    assert.deepEqual(sumsOf(await mine.child.get('/library/discharge')), []);
    const card = await mine.child.get('/library/card');
    assert.ok(wordsOf(card).includes(mine.account));
    assert.match(card.text, /<svg class="qr"/);
  });

  test('the calendar of a telephone has the days of the books', async () => {
    clean(mine.id);
    const book = makeTitle(), loan = lend(book.copies[0], mine.id);
    setDue(loan, 10);
    const page = await mine.parent.get('/timetable/subscriptions');
    const made = await mine.parent.submit('/timetable/subscribe', { csrf: csrfOf(page), key: keyOf(page), kind: 'library', reminds: '1' });
    assert.equal(made.status, 200);
    const path = unescape(/\/calendar\/feed\.ics\?token=[A-Za-z0-9_-]+/.exec(made.text)[0]);
    const events = async () => new ICAL.Component(ICAL.parse((await send('GET', path)).text)).getAllSubcomponents('vevent').map((e) => new ICAL.Event(e));
    const [event] = await events();
    assert.equal(event.summary, `Вернуть в библиотеку: ${book.title}`);
    assert.equal(event.startDate.toString(), isoPlus(day, 10));
    assert.equal((await post(mine.parent, '/library/renew', { key: randomUUID(), loan })).status, 303);
    const [again] = await events();
    assert.deepEqual([again.uid, again.startDate.toString(), again.sequence], [event.uid, isoPlus(day, 24), 1], 'the same event, on its new day');
    giveBack(book.copies[0]);
    assert.equal((await events()).length, 0);
    const id = /name="id" value="(\d+)"/.exec((await mine.parent.get('/timetable/subscriptions')).text)[1];
    assert.equal((await post(mine.parent, '/timetable/unsubscribe', { id }, '/timetable/subscriptions')).status, 303);
    assert.equal((await send('GET', path)).status, 404, 'revoked');
  });
});
