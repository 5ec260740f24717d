/*
 * The money's week as its people live it: a registry of the bank, meals ordered by the parent, one eaten by card and one released as
 * the child is absent, a class written off in which one has no money, a paid lesson, a mistake given back, a transfer to the sibling;
 * then every number on every page, to the kopeck, against books that this test keeps itself (support/books.mjs).
 *
 * Menus are made for the test and orders are taken all day, so that it passes at night, on Sundays and in the holidays.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { excusesAside } from '../support/attendance.mjs';
import { Account } from '../support/books.mjs';
import { kopecks, launchBrowser, logInStaff, newContext, newPage, openSession } from '../support/browser.mjs';
import { dayAfter, ordersAllDay, today } from '../support/canteen.mjs';
import { makeMeal, makeTeam, plainPupils, setFree, tutors, violations } from '../support/desk.mjs';
import { credentials, eventually, script, sql, value } from '../support/kabinet.mjs';
import { keeper, pupilOf } from '../support/meals.mjs';
import { Reader, endCard, giveCard } from '../support/reader.mjs';
import { Registries, registry } from '../support/registry.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
const desk = { viewport: { width: 1024, height: 768 } };
const staff = (role) => credentials.staff.find((s) => s.role === role && s.login.endsWith('.039'));
/* A family of two under one login; classmates of the elder: one with money, one who will be a kopeck short. */
const [elder, younger] = ['первый', 'второй'].map((which) => ({ ...credentials.cabinets.find((c) => c.note.startsWith(`семья из двух детей: ${which}`)) }));
const family = [elder, younger];
const PRICE = { till: 17301, tomorrow: 8855, absent: 14207, class: 9907, lesson: 35049 };

let browser, parentState, tutor, mate, poor, uid, reader, registries, meals, team, undo = [];

const ended = (pupil) => sql(`select canteen.end_order(id, 'released', 'test', 'проверка') from canteen.meal_order
  where pupil_id = ${pupil} and day = '${today}' and state = 'ordered'`);

/* Nothing but the test moves this child's money: no standing order, no limit, nothing open for today; what was is there again after it. */
function settle(child) {
  undo.push(keeper(child.pupil));
  sql(`delete from canteen.standing where pupil_id = ${child.pupil}; delete from canteen.ban where pupil_id = ${child.pupil};
    delete from canteen.refusal where pupil_id = ${child.pupil}`);
  undo.push(excusesAside(child.pupil));
  ended(child.pupil);
}

before(async () => {
  for (const child of family) Object.assign(child, { pupil: pupilOf(child.idn), name: value(`select people.pupil_name(${pupilOf(child.idn)})`) });
  tutor = tutors().find((t) => t.class === value(`select class_id from school.pupil where id = ${elder.pupil}`));
  [mate, poor] = plainPupils(tutor.class, 40).map(({ id, name }) => ({ pupil: id, name, account: value(`select account from school.pupil where id = ${id}`) }));
  undo.push(ordersAllDay());
  for (const child of [...family, mate, poor]) settle(child);
  setFree(poor.pupil, 0);
  for (const child of [...family, mate, poor]) child.books = new Account(child.pupil, today);

  const young = value(`select class_id from school.pupil where id = ${younger.pupil}`);
  const plain = { allergens: '{}', till: '23:59' };
  meals = { till: makeMeal(tutor.class, PRICE.till, 0, plain), tomorrow: makeMeal(tutor.class, PRICE.tomorrow, -1, plain),
    absent: makeMeal(young, PRICE.absent, 0, plain), class: makeMeal(tutor.class, PRICE.class, 0, plain) };
  team = makeTeam(staff('teacher').login, PRICE.lesson, [elder, mate, poor].map(({ pupil }) => ({ id: pupil })));
  registries = new Registries();
  reader = new Reader();
  uid = giveCard(elder.idn);
  await reader.tell({ uid, direction: 'in' });
  browser = await launchBrowser();
  parentState = await openSession(browser, elder);
});
after(async () => {
  await browser?.close();
  registries?.remove();
  if (uid) {
    await reader.tell({ uid, direction: 'out' });
    endCard(uid);
    reader.retire();
  }
  for (const meal of Object.values(meals ?? {}))
    sql(`select canteen.end_order(id, 'cancelled', 'test', 'проверка') from canteen.meal_order where menu_id = ${meal.menu} and state = 'ordered'`);
  for (const step of undo.reverse()) step();
});

async function onPage(options, body) {
  const context = await newContext(browser, options), page = await newPage(context);
  try {
    const answer = await body(page);
    assert.deepEqual(page.complaints, []);
    return answer;
  } finally {
    await context.close();
  }
}
/* The parent, on a phone, with this child's cabinet on show. */
const asParent = (child, body, options = {}) => onPage({ ...phone, storageState: parentState, ...options }, async (page) => {
  await page.goto('/');
  const other = page.locator(`.children button[value="${child.idn}"]:not([aria-current])`);
  if (await other.count()) {
    await other.click();
    await page.locator(`.children button[value="${child.idn}"][aria-current]`).waitFor();
  }
  return body(page);
});
const asStaff = (member, body, options = desk) => onPage(options, async (page) => {
  await logInStaff(page, member);
  return body(page);
});
const sums = (page, selector) => page.$$eval(`${selector} data.money`, (all) => all.map((one) => Number(one.value)));
const words = async (page, selector = 'main') => (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ');

async function order(page, child, meal, kop) {
  await page.goto(`/meals?day=${meal.day}`);
  await page.check(`.m-order input[value="${meal.menu}"]`);
  await page.getByRole('button', { name: 'Заказать отмеченное' }).click();
  await page.waitForSelector('main[data-page=meals-order]');
  assert.deepEqual(await sums(page, '.totals'), [kop, child.books.free], 'to be held, and free');
  await page.locator('main form button').click();
  await page.waitForSelector('.note.good[role=status]');
  child.books.hold(meal.title, kop);
}
const refusals = (page) => page.locator('section', { hasText: /Кому не (будет )?списано/ }).last().innerText();

describe("the money's week", () => {
  test('a registry of the bank is on the accounts', async () => {
    const paid = [[elder, 123456], [younger, 30001], [mate, 50000], [poor, PRICE.class - 1]];
    const file = registries.write(registry(paid.map(([child, kop]) => [child.account, kop])));
    const { code, stdout } = await script('import-registries', file);
    assert.equal(code, 0, stdout);
    for (const [child, kop] of paid) child.books.move('top_up', 'Пополнение: Сбербанк Онлайн', kop);
    await asParent(elder, async (page) => assert.equal(await kopecks(page, '#balance'), elder.books.balance));
  });

  test('the parent orders for both children, today and tomorrow: the money is kept', async () => {
    await asParent(elder, async (page) => {
      await order(page, elder, meals.till, PRICE.till);
      await order(page, elder, meals.tomorrow, PRICE.tomorrow);
    });
    await asParent(younger, (page) => order(page, younger, meals.absent, PRICE.absent));
  });

  test('one child is served by card', () => asStaff(staff('canteen'), async (page) => {
    await page.goto('/staff/canteen/serve');
    await page.check(`input[name=meal][value="${meals.till.meal}"]`, { force: true });
    await page.getByRole('button', { name: 'Начать' }).click();
    await page.waitForURL(/meal=/);
    await page.locator('#find:focus').waitFor();
    await page.keyboard.type(`${uid}\n`);
    await page.locator('.ct-result.good').waitFor();
    elder.books.eat(meals.till.title, PRICE.till);
    assert.match(await words(page, '.ct-result'), new RegExp(elder.name));
    assert.deepEqual(await sums(page, '.ct-result'), [PRICE.till, elder.books.balance, elder.books.free]);
  }));

  test('the other one stays at home: its order is released by itself, and the parent reads why', async () => {
    await asParent(younger, async (page) => {
      await page.goto('/attendance/excuse');
      await page.fill('#first', today);
      await page.fill('#body', 'Температура с утра');
      await page.check('[name=reason][value=ill]', { force: true });
      await page.click('main form button[type=submit]');
      await page.waitForURL(/done=/);
    });
    await eventually(async () => {
      assert.equal((await script('jobs', 'run', 'release-absent')).code, 0);
      return value(`select state from canteen.meal_order where pupil_id = ${younger.pupil} and menu_id = ${meals.absent.menu}`) === 'released';
    }, 'the order is released');
    younger.books.release(meals.absent.title);
    await asParent(younger, async (page) => {
      await page.goto(`/meals?day=${today}`);
      const name = meals.absent.title.split(', ')[1];
      assert.match(await words(page, `.m-set:has-text("${name}")`), /Не выдан: вы предупредили об отсутствии\./);
    });
  });

  test('the tutor writes the class off: who is a kopeck short is refused by name', () => asStaff(tutor, async (page) => {
    const all = [elder, mate, poor];
    await page.goto(`/staff/tutor?class=${tutor.class}&menu=${meals.class.menu}`);
    for (const child of all) {
      const row = page.locator('.d-list li', { has: page.locator(`[name=p_${child.pupil}]`) });
      assert.deepEqual((await sums(page, `.d-list li:has([name=p_${child.pupil}])`)), [child.books.free]);
      await row.locator('input').check();
    }
    await page.click('.j-save button');
    await page.waitForURL(/\/staff\/tutor\/confirm/);
    assert.match(await words(page), /2 ученикам/);
    assert.match(await refusals(page), new RegExp(`${poor.name}[^]*недостаточно денег`));
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/done=write-off/);
    assert.match(await refusals(page), new RegExp(poor.name));
    assert.equal(await kopecks(page, '.facts'), 2 * PRICE.class);
    for (const child of [elder, mate]) child.books.eat(meals.class.title, PRICE.class);
    assert.throws(() => poor.books.eat(meals.class.title, PRICE.class), /no money/, 'the model refuses the same one');
  }));

  test('the teacher writes a paid lesson off', () => asStaff(staff('teacher'), async (page) => {
    await page.goto('/staff/services');
    await page.locator('.things li', { hasText: team.title }).locator('.button').click();
    await page.click('text=Отметить всех');
    await page.click('.j-save button');
    await page.waitForURL(/\/staff\/services\/confirm/);
    assert.match(await refusals(page), new RegExp(`${poor.name}[^]*недостаточно денег`));
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/done=write-off/);
    assert.equal(await kopecks(page, '.facts'), 2 * PRICE.lesson);
    for (const child of [elder, mate]) child.books.move('service', team.title, -PRICE.lesson);
  }, phone));

  test('the tutor gives a mistake back', () => asStaff(tutor, async (page) => {
    await page.goto(`/staff/tutor/paid?class=${tutor.class}&pupil=${elder.pupil}`);
    await page.locator('.d-list li', { hasText: meals.class.title }).locator('a').click();
    await page.waitForURL(/\/staff\/tutor\/refund/);
    await page.fill('#why', 'Отмечен по ошибке');
    await page.click('form[method=post] .button.wide');
    await page.waitForURL(/done=refund/);
    elder.books.giveBack(meals.class.title, 'Отмечен по ошибке');
  }, phone));

  test('the parent moves money to the other child, and never what is kept for an order', () => asParent(elder, async (page) => {
    const ask = async (kop) => {
      await page.goto('/finance/transfer');
      await page.check(`[name=to][value="${younger.idn}"]`, { force: true });
      await page.fill('#amount', `${Math.trunc(kop / 100)},${String(kop % 100).padStart(2, '0')}`);
      await page.click('main form button[type=submit]');
    };
    assert.equal(await page.goto('/finance/transfer').then(() => kopecks(page, '.lead')), elder.books.free);
    await ask(elder.books.free + 1);
    assert.match(await words(page, '#amount-error'), /Свободно только/);
    assert.ok(elder.books.balance > elder.books.free, 'there is more on the account than is free');
    await ask(45678);
    await page.click('main form[method=post] button[type=submit]');
    await page.waitForURL(/done=transfer/);
    assert.equal(await kopecks(page, '.sum'), -45678);
    const title = 'Перевод: между детьми семьи';
    elder.books.move('transfer', title, -45678);
    younger.books.move('transfer', title, 45678);
  }));
});

describe('at the end of the week every number agrees with the model', () => {
  const titles = Object.fromEntries(sql('select title, kind from ledger.kind order by rank'));

  for (const child of family) {
    const { idn, note } = child;
    test(`${note}: balance, held, free`, () => asParent(child, async (page) => {
      const { balance, held, free } = child.books;
      assert.equal(await kopecks(page, '#balance'), balance, '/');
      await page.goto('/finance');
      assert.equal(await kopecks(page, '#balance'), balance, '/finance');
      if (held) assert.deepEqual(await sums(page, '#free'), [free, held], '/finance');
      else assert.equal(await page.locator('#free').count(), 0);
      await page.goto('/meals');
      assert.deepEqual((await sums(page, '.m-money')).slice(0, held ? 2 : 1), held ? [free, held] : [free], '/meals');
    }));

    test(`${note}: each line of the statement, and its totals`, () => asParent(child, async (page) => {
      const { lines, opening, received, spent, closing } = child.books.statement(today);
      await page.goto(`/finance?print=1&from=${today}&to=${today}`);
      const shown = await page.$$eval('.statement tbody tr:not(.day)', (rows) => rows.map((row) => ({
        title: row.querySelector('.what').textContent.trim(),
        kop: Number(row.querySelector('.amount data').value),
        rest: Number(row.querySelector('.rest data').value),
      })));
      assert.deepEqual(shown.reverse(), lines.map(({ title, kop, rest }) => ({ title, kop, rest })));
      assert.deepEqual(await sums(page, '.totals'), [opening, received, spent, closing]);
    }, desk));

    test(`${note}: the exported file, and its proof`, () => asParent(child, async (page) => {
      const file = path.join(os.tmpdir(), `kabinet-week-${idn}.csv`);
      const first = dayAfter(-20);
      try {
        await page.goto(`/finance?from=${first}&to=${today}`);
        const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=CSV')]);
        await download.saveAs(file);
        const rows = readFileSync(file, 'utf8').replace(/^\ufeff/, '').split('\r\n').slice(1).filter((row) => row && !row.startsWith('#'))
          .map((row) => row.split(';').map((cell) => cell.replace(/^"|"$/g, '')));
        const kop = (cell) => Number(cell.replace(',', ''));
        assert.deepEqual(rows.map(([, title, , amount, rest, , , day]) => ({ day, title, kop: kop(amount), rest: kop(rest) })),
          child.books.statement(first).lines.map(({ day, title, kop: amount, rest }) => ({ day, title, kop: amount, rest })));
        const { code, stdout, stderr } = await script('verify-statement', file);
        assert.equal(code, 0, stdout + stderr);
        assert.match(stdout, new RegExp(`^Выписка подлинная: счёт ${child.account}`));
      } finally {
        rmSync(file, { force: true });
      }
    }, desk));

    test(`${note}: the certificate of the year`, () => asParent(child, async (page) => {
      const year = today.slice(0, 4);
      await page.goto(`/finance/certificate?year=${year}`);
      const { opening, received, spent, closing } = child.books.statement(`${year}-01-01`);
      assert.deepEqual(await sums(page, '.totals'), [opening, received, spent, closing]);
      const shown = await page.$$eval('#kinds tbody tr', (rows) => rows.map((row) => {
        const [title, entries, received, spent] = row.cells;
        const money = (cell) => Number(cell.querySelector('data')?.value ?? 0);
        return [title.textContent.trim(), { entries: Number(entries.textContent), in: money(received), out: money(spent) }];
      }));
      assert.deepEqual(Object.fromEntries(shown.map(([title, row]) => [titles[title], row])), child.books.byKind(year));
      const months = [...new Set(child.books.lines.filter((l) => l.day.startsWith(year)).map((l) => l.day.slice(0, 7)))].sort();
      assert.deepEqual(await sums(page, '.certificate .things'), months.map((month) => child.books.byKind(month)).flatMap((kinds) =>
        Object.values(titles).filter((kind) => kinds[kind]).flatMap((kind) => [kinds[kind].in, kinds[kind].out].filter((kop) => kop !== 0))));
    }, desk));

    test(`${note}: what was eaten`, () => asParent(child, async (page) => {
      await page.goto('/meals/eaten');
      const { meals: count, meal, buffets, buffet } = child.books.month();
      assert.deepEqual((await sums(page, '.totals')).slice(0, 2), [meal, buffet]);
      assert.match(await words(page, '.totals'), new RegExp(`Горячее питание ${count} раза?, .* Буфет ${buffets} раза?`));
      for (const eaten of child.books.eaten.filter((e) => e.title)) {
        const row = page.locator('.m-eaten li', { hasText: eaten.title });
        assert.equal(await row.count(), 1, eaten.title);
        assert.equal(Number(await row.locator('.num data').first().getAttribute('value')), eaten.pay);
        assert.equal(await row.evaluate((li) => li.classList.contains('undone')), eaten.undone);
      }
    }));
  }

  test('the books of the school say the same of everybody, and nothing is wrong in them', () => {
    for (const { pupil, books } of [...family, mate, poor]) {
      assert.deepEqual(sql(`select balance_kop, held_kop from ledger.balance where account_id = ledger.pupil_account(${pupil})`)[0].map(Number),
        [books.balance, books.held]);
      assert.deepEqual(sql(`select amount_kop from ledger.posting where account_id = ledger.pupil_account(${pupil}) order by version`).map(([kop]) => Number(kop)),
        books.lines.map(({ kop }) => kop));
    }
    assert.equal(Number(value(`select sum(amount_kop) from ledger.posting`)), 0);
    assert.deepEqual(violations(), []);
  });
});
