/*
 * A book's way between a family and the desk, each in a window of its own: found in any case and in spite of a typing error, held, issued by
 * barcode, due soon on Главная, prolonged, taken back by a scan; then lent again, lost, charged, seen in the money, found and refunded. Every
 * number is checked where people see it and where it is kept.
 */
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { balance, move, setFree, violations } from '../support/desk.mjs';
import { kopecks, launchBrowser, logInStaff, newContext, newPage, openSession } from '../support/browser.mjs';
import { cabinet, credentials, sql, value } from '../support/kabinet.mjs';
import { librarian } from '../support/library.mjs';

const child = cabinet((c) => c.note === 'один ребёнок');
const TITLE = 'Капитанская дочка', SPARE = 12345;
let browser, parent, desk, pupil, school, title, price, before_kop, start, policy;

const day = (shift = 0) => value(`select to_char(library.today(${school}) + ${shift}, 'DD.MM.YYYY')`);
const due = () => value(`select to_char(l.due_day, 'DD.MM.YYYY') from library.loan l where l.pupil_id = ${pupil} and l.title_id = ${title} and l.returned_at is null`);
const inNow = () => Number(value(`select count(*) from library.copy where title_id = ${title} and state = 'in'`));
const stateOf = (barcode) => value(`select state from library.copy where school_id = ${school} and barcode = '${barcode}'`);
/* Its line in the part of the page with that heading: loans, holds, losses, read, found. */
const row = (page, part) => page.locator(`[aria-labelledby=${part}-title] .things > li`, { hasText: TITLE }).first();

/* Nobody waits, the child has none of it, one copy at least is on the shelf. */
function settle() {
  sql(`select library.drop_hold(h.id, 'dropped', library.today(h.school_id)) from library.hold h where h.state in ('waiting', 'kept') and (h.title_id = ${title} or h.pupil_id = ${pupil} and
      h.id in (select o.id from library.hold o where o.pupil_id = ${pupil} and o.state in ('waiting', 'kept') order by o.id desc offset 2));
    select library.find_again(l.id, ${librarian()}) from library.loan l where l.pupil_id = ${pupil} and l.title_id = ${title} and l.returned_at is null and l.lost_at is not null;
    select library.give_back(l.copy_id, ${librarian()}) from library.loan l where l.pupil_id = ${pupil} and l.title_id = ${title} and l.returned_at is null;
    insert into library.copy (school_id, title_id, barcode, acquired_on) select ${school}, ${title}, 'T-' || upper(substr(md5(random()::text), 1, 8)), current_date
     where not exists (select from library.copy c where c.title_id = ${title} and c.state = 'in')`);
}

before(async () => {
  [[pupil, school]] = sql(`select id, school_id from school.pupil where idn = '${child.idn}'`);
  title = value(`select id from library.title where school_id = ${school} and title = '${TITLE}'`);
  settle();
  // Room for one more book, and money for one lost.
  policy = value(`select max_loans from library.policy where school_id = ${school}`);
  sql(`update library.policy set max_loans = 20 where school_id = ${school}`);
  before_kop = balance(pupil);
  price = Number(value(`select max(coalesce(c.price_kop, t.price_kop)) from library.title t join library.copy c on c.title_id = t.id where t.id = ${title}`));
  setFree(pupil, price + SPARE);
  start = balance(pupil);   // what is held for meals is on the account too
  browser = await launchBrowser();
  parent = await newPage(await newContext(browser, { storageState: await openSession(browser, child), viewport: { width: 360, height: 740 } }));
  desk = await newPage(await newContext(browser, { viewport: { width: 1024, height: 768 } }));
  await logInStaff(desk, credentials.staff.find((s) => s.login === 'librarian.039'));
});
after(async () => {
  await browser?.close();
  if (!pupil) return;
  settle();
  sql(`update library.policy set max_loans = ${policy} where school_id = ${school}`);
  move(pupil, before_kop - balance(pupil));
  assert.deepEqual(violations(), []);
});

const scan = async (code) => {
  await desk.fill('#find', code);
  await Promise.all([desk.waitForNavigation(), desk.press('#find', 'Enter')]);
};
/* What the desk said in large words of the last scan. */
const said = () => desk.locator('.ct-what').innerText();
const open = async (path) => { await parent.goto(path); return parent.locator('main').innerText(); };

test('the catalogue finds it in any case and in spite of a typing error; it is held at once', async () => {
  await parent.goto('/library');
  await parent.fill('#q', 'капитанской дочки');
  await parent.click('button:text("Найти")');
  assert.match(await row(parent, 'found').innerText(), new RegExp(`есть ${inNow()} из`));
  await parent.fill('#q', 'капитнская');
  await parent.click('button:text("Найти")');
  await parent.waitForSelector('text=Показано по «капитанская»');
  await row(parent, 'found').locator('a').click();
  await parent.click('button:text("Забронировать")');
  await parent.waitForSelector('.note[role=status]:has-text("уже отложен")');
  assert.match(await row(parent, 'holds').innerText(), /ждёт вас/);
  assert.equal(value(`select count(*) from library.hold where pupil_id = ${pupil} and title_id = ${title} and state = 'kept'`), '1');
});

let barcode;
test('the desk issues it by barcode to the card of the child', async () => {
  const free = inNow();
  await desk.goto('/staff/library');
  await scan(child.account);
  assert.match(await desk.locator('main').innerText(), /Ждёт отложенное: выдайте/);
  barcode = value(`select c.barcode from library.hold h join library.copy c on c.id = h.copy_id where h.pupil_id = ${pupil} and h.title_id = ${title} and h.state = 'kept'`);
  assert.ok((await desk.locator('main').innerText()).includes(barcode));
  await scan(barcode);
  assert.match(await said(), /выдано/i);
  const days = Number(value(`select loan_days from library.policy where school_id = ${school}`));
  assert.ok((await desk.locator('.ct-result').innerText()).includes(day(days)), 'for as long as the rules say');
  assert.equal(due(), day(days));
  assert.equal(inNow(), free, 'the copy came from those kept');
  await open('/library');
  assert.match(await row(parent, 'loans').innerText(), /можно продлить ещё 2 раза/);
});

test('due soon it is on Главная, and is prolonged there', async () => {
  sql(`update library.loan set due_day = library.today(${school}) + 2 where pupil_id = ${pupil} and title_id = ${title} and returned_at is null;
    update library.loan set due_day = library.today(${school}) + 30 where pupil_id = ${pupil} and title_id <> ${title} and returned_at is null and set_id is null and lost_at is null`);
  await open('/');
  assert.match(await parent.locator('#books-due').innerText(), new RegExp(`Книги: вернуть до [\\s\\S]*«${TITLE}»\\.`));
  await parent.click('#books-due a');
  assert.match(await row(parent, 'loans').innerText(), /вернуть через 2 дня/);
  await row(parent, 'loans').locator('button').click();
  await parent.waitForSelector('.note[role=status]:has-text("Продлено")');
  const longer = 2 + Number(value(`select renew_days from library.policy where school_id = ${school}`));
  assert.equal(due(), day(longer));
  assert.match(await row(parent, 'loans').innerText(), /можно продлить ещё 1 раз/);
  await open('/');
  assert.equal(await parent.locator('#books-due').count(), 0);
});

test('a scan without a reader takes it back', async () => {
  const free = inNow();
  await desk.goto('/staff/library');
  await scan(barcode);
  assert.match(await said(), /принято/i);
  assert.deepEqual([stateOf(barcode), inNow()], ['in', free + 1]);
  await open('/library');
  assert.equal(await row(parent, 'loans').count(), 0);
  await open('/library/history');
  assert.match(await row(parent, 'read').innerText(), new RegExp(`${day().replaceAll('.', '\\.')}\\s+—\\s+${day().replaceAll('.', '\\.')}`));
});

test('lent again and lost it is charged, once, where the family sees it', async () => {
  await desk.goto('/staff/library');
  await scan(child.idn);
  await scan(barcode);
  assert.match(await said(), /выдано/i);
  await desk.click('.ct-result .ct-dishes a');
  await desk.click('a:text("Читатель потерял")');
  assert.equal(await kopecks(desk, '.facts'), price, 'the desk is told the price');
  assert.equal(balance(pupil), start, 'and nothing has moved yet');
  await desk.click('button:has-text("Списать")');
  await desk.waitForLoadState();
  assert.equal(balance(pupil), start - price);
  assert.equal(stateOf(barcode), 'lost');
  await open('/');
  assert.equal(await kopecks(parent, '#balance'), start - price);
  await open('/library');
  const lost = row(parent, 'losses');
  assert.match(await lost.innerText(), /утеряна[\s\S]*списано/);
  assert.equal(Number(await lost.locator('data.money').getAttribute('value')), price);
  await open('/finance');
  const line = parent.locator('.statement tr', { hasText: `утерянная книга: ${TITLE}` }).first();
  assert.match(await line.innerText(), /библиотека/);
  assert.equal(Number(await line.locator('.amount data.money').getAttribute('value')), -price);
  await open('/library/discharge');
  assert.equal(await parent.locator('.certificate li', { hasText: TITLE }).count(), 0, 'what is paid is not owed');
});

test('found, it is taken back and refunded', async () => {
  await desk.goto('/staff/library');
  await scan(barcode);
  assert.equal(balance(pupil), start - price, 'a scan of a lost book asks first');
  await desk.click('button:has-text("принять и вернуть")');
  await desk.waitForSelector('.ct-what:has-text("нашлась")');
  assert.equal(await kopecks(desk, '.ct-result'), price);
  assert.deepEqual([balance(pupil), stateOf(barcode)], [start, 'in']);
  await open('/');
  assert.equal(await kopecks(parent, '#balance'), start);
  await open('/finance');
  const line = parent.locator('.statement tr', { hasText: 'книга нашлась' }).first();
  assert.equal(Number(await line.locator('.amount data.money').getAttribute('value')), price);
  await open('/library');
  const found = row(parent, 'losses');
  assert.match(await found.innerText(), /нашлась[\s\S]*деньги вернулись[\s\S]*возвращено/);
  assert.equal(Number(await found.locator('data.money').getAttribute('value')), price);
  assert.deepEqual([...parent.complaints, ...desk.complaints], []);
});
