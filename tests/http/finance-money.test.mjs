// Money that a parent moves: transfers to the login's other child, money back on a bank account; what is held, receipts,
// the certificate of a year. Every sum is compared with the books.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { credentials, source, sql, value } from '../support/kabinet.mjs';
import { csrfOf, loggedIn, sumsOf, wordsOf } from '../support/visitor.mjs';

const state = (idn) => {
  const [[balance, held]] = sql(`select b.balance_kop, b.held_kop from ledger.balance b join ledger.account a on a.id = b.account_id
    join school.pupil p on p.id = a.pupil_id where p.idn = :'idn'`, { variables: { idn } });
  return { balance: Number(balance), held: Number(held), free: Number(balance) - Number(held) };
};
const rubles = (kop) => `${Math.floor(kop / 100)},${String(kop % 100).padStart(2, '0')}`;

/** An account number of that bank with a good key. */
function accountOf(bik) {
  for (let key = 0; key < 10; key++) {
    const account = `40817810${key}00000001234`;
    const sum = [...bik.slice(-3) + account].reduce((s, d, i) => s + Number(d) * [7, 1, 3][i % 3] % 10, 0);
    if (sum % 10 === 0) return account;
  }
}

describe('money that a parent moves', () => {
  const [one] = credentials.cabinets.filter((c) => c.password && Number(value(`select count(*) from auth.access a join auth.access b on b.login_id = a.login_id
    join school.pupil p on p.id = a.pupil_id where p.idn = :'idn' and a.ordinal > 0 and b.ordinal > 0`, { variables: { idn: c.idn } })) > 1);
  const other = credentials.cabinets.find((c) => c.password === one.password && c.idn !== one.idn);
  const stranger = credentials.cabinets.find((c) => c.password && c.password !== one.password);
  const bik = '044525225', account20 = accountOf(bik);
  let parent, foreign;

  const post = async (who, page, action, fields) => who.submit(action, { csrf: csrfOf(await who.get(page)), ...fields });
  const transfer = (fields) => post(parent, '/finance/withdraw', '/finance/transfer', { key: randomUUID(), ...fields });
  const withdraw = (fields, who = parent) => post(who, '/finance', '/finance/withdraw', { key: randomUUID(), bik, account20, checked: '1', ...fields });
  const office = (...words) => spawnSync(path.join(source, 'scripts/withdrawals'), words,
    { encoding: 'utf8', env: { ...process.env, KABINET_DB: credentials.database } });
  const waiting = () => office('list').stdout.split('\n').filter((row) => row).map((row) => row.split('\t'));

  before(async () => {
    parent = await loggedIn(one);
    foreign = await loggedIn(stranger);
    if (state(one.idn).free < 10000) throw new Error('the demo\'s first child has no money');
  });
  after(() => assert.deepEqual(sql('select id, detail from ledger.violations'), []));

  test('a transfer: form, question, result; the money is where it was sent', async () => {
    const [from, to] = [state(one.idn), state(other.idn)];
    const form = await parent.get('/finance/transfer');
    assert.equal(form.status, 200);
    assert.ok(sumsOf(form).includes(from.free), 'what is free is said');
    assert.ok(wordsOf(form).includes(other.idn));
    const asked = await parent.get(`/finance/transfer?to=${other.idn}&amount=12,34`);
    assert.match(wordsOf(asked), /Перевести 12,34/);
    assert.ok(sumsOf(asked).includes(1234));
    const key = /name="key" value="([^"]+)"/.exec(asked.text)[1];
    const fields = { csrf: csrfOf(asked), key, to: other.idn, amount: '12,34' };
    const done = await parent.submit('/finance/transfer', fields);
    assert.equal(done.status, 303);
    assert.match(done.headers.location, /^\/finance\/entry\?id=\d+&done=transfer$/);
    const again = await parent.submit('/finance/transfer', fields);
    assert.equal(again.headers.location, done.headers.location, 'the same form again: the same entry');
    assert.equal((await parent.submit('/finance/transfer', { ...fields, amount: '12,35' })).status, 409, 'another sum under that key');
    assert.deepEqual([state(one.idn).balance, state(other.idn).balance], [from.balance - 1234, to.balance + 1234]);
    const page = await parent.get(done.headers.location);
    const words = wordsOf(page);
    assert.match(words, /Деньги переведены/);
    assert.ok(words.includes(`Кому ${other.idn}`));
    assert.match(words, /Кто создал вы/);
    assert.ok(sumsOf(page).includes(-1234));
    const back = await transfer({ to: other.idn, amount: '0.01' });
    assert.equal(back.status, 303);
  });

  test('a transfer that cannot be', async () => {
    const before = [state(one.idn), state(other.idn)];
    for (const [to, amount, words] of [[other.idn, rubles(before[0].free + 1), /Свободно только/], [other.idn, '0', /рубли и копейки/], [other.idn, 'сто', /рубли и копейки/],
      [stranger.idn, '1', /Выберите ребёнка/], [one.idn, '1', /Выберите ребёнка/], ['', '1', /Выберите ребёнка/]]) {
      const asked = await parent.get(`/finance/transfer?to=${to}&amount=${encodeURIComponent(amount)}`);
      assert.equal(asked.status, 422, `${to} ${amount}`);
      assert.match(wordsOf(asked), words);
      const sent = await transfer({ to, amount });
      assert.equal(sent.status, 422, `${to} ${amount}`);
    }
    assert.equal((await foreign.get('/finance/transfer')).status, 200);
    assert.match(wordsOf(await foreign.get('/finance/transfer')), /Таких детей здесь нет/);
    assert.deepEqual([state(one.idn), state(other.idn)], before, 'nothing moved');
  });

  test('money back: asked and held, withdrawn and free', async () => {
    const before = state(one.idn);
    const key = randomUUID(), sent = await withdraw({ amount: '50', key });
    assert.equal((await withdraw({ amount: '50', key })).headers.location, sent.headers.location, 'the same form again');
    assert.equal((await withdraw({ amount: '51', key })).status, 409, 'another body under its key');
    assert.equal(sent.status, 303, wordsOf(sent));
    assert.deepEqual(state(one.idn), { balance: before.balance, held: before.held + 5000, free: before.free - 5000 });
    const page = await parent.get('/finance/withdraw?done=withdraw');
    assert.match(wordsOf(page), /…1234/);
    assert.ok(!page.text.includes(account20), 'the cabinet shows four digits');
    assert.match(wordsOf(await parent.get('/finance')), /Выплата на счёт …1234/);
    assert.ok(sumsOf(await parent.get('/finance')).includes(before.free - 5000));
    assert.match(wordsOf(await withdraw({ amount: '1' })), /уже ждёт решения/);
    const row = waiting().find(([, , , account]) => account === value('select account from school.pupil where idn = :\'idn\'', { variables: { idn: one.idn } }));
    assert.deepEqual([row[4], row[6], row[7]], ['5000', bik, account20]);
    assert.match(row[5], /^\S+ \S+/, 'the office knows the payer');
    assert.equal((await post(foreign, '/finance', '/finance/withdraw/back', { id: row[0] })).status, 404, 'not for another family');
    for (let i = 0; i < 2; i++) assert.equal((await post(parent, '/finance', '/finance/withdraw/back', { id: row[0] })).status, 303);
    assert.deepEqual(state(one.idn), before);
    assert.equal(office('pay', row[0]).status, 1, 'nobody pays what was withdrawn');
  });

  test('money back: rejected in words, paid once', async () => {
    const before = state(one.idn);
    assert.equal((await withdraw({ amount: '50' })).status, 303);
    let [id] = waiting().at(-1);
    assert.equal(office('reject', id, '--why', 'Счёт открыт на другое лицо.').status, 0);
    assert.deepEqual(state(one.idn), before);
    assert.match(wordsOf(await parent.get('/finance/withdraw')), /отклонено .*Счёт открыт на другое лицо/);
    assert.equal((await withdraw({ amount: '50' })).status, 303);
    [id] = waiting().at(-1);
    const paid = office('pay', id, '--order', '77');
    assert.equal(paid.status, 0, paid.stderr);
    assert.equal(office('pay', id, '--order', '77').stdout, paid.stdout, 'again: the same entry');
    assert.deepEqual(state(one.idn), { balance: before.balance - 5000, held: before.held, free: before.free - 5000 });
    const page = wordsOf(await parent.get(`/finance/entry?id=${paid.stdout.trim()}`));
    assert.match(page, /Выплата: на счёт в банке …1234/);
    assert.match(page, /платёжное поручение № 77/);
    assert.match(page, /Кто создал платёжный агент/);
    assert.equal((await post(parent, '/finance', '/finance/withdraw/back', { id })).status, 422);
    assert.equal(office('reject', id, '--why', 'x').status, 1);
    assert.equal(office('pay', '999999999').status, 1);
    assert.equal(office('pay', '1; drop').status, 2);
    assert.equal(office().status, 2);
  });

  test('money back that cannot be', async () => {
    const before = state(one.idn), bad = account20.replace(/(.{19}).$/, (_, head) => head + (Number(account20.at(-1)) + 1) % 10);
    for (const [fields, words] of [[{ amount: rubles(before.free + 1) }, /недостаточно денег/], [{ amount: '' }, /рубли и копейки/], [{ amount: '1', bik: '04452522' }, /девять цифр/],
      [{ amount: '1', account20: '4081781' }, /двадцать цифр/], [{ amount: '1', account20: bad }, /не подходит к БИК/], [{ amount: '1', checked: '' }, /Сверьте/]]) {
      const answer = await withdraw(fields);
      assert.equal(answer.status, 422, JSON.stringify(fields));
      assert.match(wordsOf(answer), words);
    }
    assert.deepEqual(state(one.idn), before);
  });

  test('every line has its page, who made it, and a receipt', async () => {
    const page = await parent.get('/finance?print=1&from=2020-01-01&to=2099-12-31');
    const ids = [...page.text.matchAll(/\/finance\/entry\?id=(\d+)/g)].map(([, id]) => id);
    const kinds = new Map(sql('select id, kind from ledger.entry').filter(([id]) => ids.includes(id)).map(([id, kind]) => [kind, id]));
    assert.ok(kinds.size >= 4, [...kinds.keys()].join());
    for (const [kind, id] of kinds) {
      const entry = await parent.get(`/finance/entry?id=${id}`), receipt = await parent.get(`/finance/entry?id=${id}&print=1`);
      assert.equal(entry.status, 200);
      assert.match(wordsOf(entry), /Кто создал (программа|терминал|столовая|классный руководитель|преподаватель|вы|платёжный агент|бухгалтерия|сотрудник школы)/, kind);
      assert.match(wordsOf(receipt), new RegExp(`Чек № ${id} `), kind);
      const [[sum]] = sql(`select p.amount_kop from ledger.posting p join ledger.account a on a.id = p.account_id join school.pupil u on u.id = a.pupil_id
        where p.entry_id = :'id' and u.idn = :'idn'`, { variables: { id, idn: one.idn } });
      for (const answer of [entry, receipt]) assert.ok(sumsOf(answer).includes(Number(sum)), kind);
    }
    const refund = kinds.get('refund');
    if (refund) {
      const of = value('select reverses from ledger.entry where id = :\'refund\'', { variables: { refund } });
      assert.match(wordsOf(await parent.get(`/finance/entry?id=${refund}`)), new RegExp(`Возврат по операции № ${of}`));
      assert.match(wordsOf(await parent.get(`/finance/entry?id=${of}`)), new RegExp(`Деньги возвращены операцией № ${refund} `));
    }
  });

  test('the certificate of a year adds up', async () => {
    const year = value('select extract(year from max(day)) from ledger.seal');
    const answer = await parent.get(`/finance/certificate?year=${year}`);
    assert.equal(answer.status, 200);
    const words = wordsOf(answer), sums = sumsOf(answer);
    const [[account]] = sql('select account from school.pupil where idn = :\'idn\'', { variables: { idn: one.idn } });
    assert.match(words, new RegExp(`Справка об оплате № ${account}/${year}-\\d{4} от `));
    for (const text of [account, one.idn, credentials.bank.inn]) assert.ok(words.includes(text), text);
    for (const [kind, came, went] of sql(`select e.kind, coalesce(sum(p.amount_kop) filter (where p.amount_kop > 0), 0), coalesce(sum(p.amount_kop) filter (where p.amount_kop < 0), 0)
        from ledger.posting p join ledger.entry e on e.id = p.entry_id join ledger.account a on a.id = p.account_id join school.pupil u on u.id = a.pupil_id
        where u.idn = :'idn' and extract(year from p.day) = :'year'::int group by e.kind`, { variables: { idn: one.idn, year } })) {
      if (Number(came)) assert.ok(sums.includes(Number(came)), kind);
      if (Number(went)) assert.ok(sums.includes(Number(went)), kind);
    }
    assert.ok(sums.includes(state(one.idn).balance));
    assert.match(wordsOf(await parent.get('/finance/certificate?year=2001')), /операций не было/);
    for (const bad of ['1', 'x', '99999']) assert.equal((await parent.get(`/finance/certificate?year=${bad}`)).status, 400);
  });
});
