// /security over HTTPS: what a parent reads of the gate, a lost card, the word for the guard; a stranger and the pupil do not.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cabinet, sql, value } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const one = cabinet((c) => !c.others?.length && c.note === 'один ребёнок');
const pupilOf = (idn) => value(`select id from school.pupil where idn = '${idn}'`);

describe('security', () => {
  let parent, pupil, zone, today;
  before(async () => {
    parent = await loggedIn(one);
    pupil = pupilOf(one.idn);
    zone = value(`select s.time_zone from school.pupil p join school.school s on s.id = p.school_id where p.id = ${pupil}`);
    today = value(`select (now() at time zone '${zone}')::date`);
    clean();
  });
  after(clean);

  // What these tests leave: the guard's words of a day far off, a card of their own.
  function clean() {
    sql(`delete from gate.permit where pupil_id = ${pupil} and body like 'проверка%';
      delete from gate.card_order where pupil_id = ${pupil};
      update gate.card set ended_at = coalesce(ended_at, now()) where pupil_id = ${pupil} and tail = 'ABCD';
      update auth.access a set login_id = null where a.pupil_id = ${pupil} and a.ordinal = 0
         and not exists (select from auth.credential c where c.login_id = a.login_id)`);
  }
  const addCard = () => {
    clean();
    return value(`insert into gate.card (school_id, pupil_id, uid_hash, tail)
      select p.school_id, p.id, gate.card_hash('04' || upper(substr(md5(random()::text), 1, 8))), 'ABCD' from school.pupil p where p.id = ${pupil} returning id`);
  };
  // The pupil's own session, by hand: tests of logging in give that login away and take it back.
  function pupilIn() {
    const token = randomBytes(32).toString('base64url'), visitor = new Visitor();
    sql(`insert into auth.access (pupil_id, ordinal, may_finance) select ${pupil}, 0, false on conflict do nothing;
      with made as (insert into auth.login default values returning id)
      update auth.access a set login_id = coalesce(a.login_id, made.id) from made where a.pupil_id = ${pupil} and a.ordinal = 0;
      insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
      select sha256('${token}'), 'password', a.login_id, a.id, '127.0.0.1', 'test' from auth.access a where a.pupil_id = ${pupil} and a.ordinal = 0`);
    visitor.cookies.set('__Host-session', token);
    return visitor;
  }
  const dayAhead = () => value(`select d::date from generate_series(date '${today}' + 3, date '${today}' + 9, '1 day') d where extract(isodow from d) < 6 limit 1`);
  const form = async (fields) => {
    const page = await parent.get('/security/permit');
    const key = /name="key" value="([^"]+)"/.exec(page.text)[1];
    return { csrf: csrfOf(page), key, kind: 'early', day: dayAhead(), at: '11:30', body: 'проверка: к врачу', ...fields };
  };

  test('entries stand with their exits, doors and duration; the period is one\'s own', async () => {
    const [[day, entered, went, minutes]] = sql(`with e as (
        select at at time zone '${zone}' as at, direction, lead(direction) over w as next, lead(at at time zone '${zone}') over w as next_at, is_refused
          from gate.event where pupil_id = ${pupil} and not is_refused window w as (partition by (at at time zone '${zone}')::date order by at, id))
      select at::date, to_char(at, 'HH24:MI'), to_char(next_at, 'HH24:MI'), (extract(epoch from next_at - at) / 60)::int
        from e where direction = 'in' and next = 'out' and at::date < date '${today}' order by at desc limit 1`);
    const page = await parent.get(`/security?from=${day}&to=${day}`);
    const words = wordsOf(page);
    assert.match(words, new RegExp(`${entered} – ${went} ${Math.floor(minutes / 60)} ч ${minutes % 60} мин`));
    assert.match(words, /вход: \S/);
    assert.equal((await parent.get(`/security?month=${day.slice(0, 7)}`)).status, 200);
    assert.match(wordsOf(await parent.get('/security?from=2020-01-01&to=2020-01-31')), /входов и выходов нет/);
    assert.match(wordsOf(await parent.get('/security?from=2026-02-01&to=2026-01-01')), /Конец периода раньше начала/);
    for (const query of ['from=2026-02-30', 'month=2026-13', 'before=x']) assert.equal((await parent.get(`/security?${query}`)).status, 400, query);
  });

  test('a long period comes by pages of days, each day once', async () => {
    const days = [];
    let path = `/security?from=2026-09-01&to=${today}`;
    for (let i = 0; i < 30 && path; i++) {
      const page = await parent.get(path);
      assert.ok(page.bytes.length <= 30 * 1024);
      days.push(...[...page.text.matchAll(/<div class="gate-day">\s*<h3>([^<]+)/g)].map((m) => m[1].trim()));
      path = /rel="next" href="([^"]+)"/.exec(page.text)?.[1].replaceAll('&amp;', '&');
    }
    const wanted = Number(value(`select count(distinct (at at time zone '${zone}')::date) from gate.event
      where pupil_id = ${pupil} and (at at time zone '${zone}')::date >= '2026-09-01'`));
    assert.equal(days.length, wanted);
    assert.equal(new Set(days).size, wanted);
  });

  test('a lost card: a question, then blocked at once and for good', async () => {
    const card = addCard();
    const page = await parent.get('/security');
    assert.match(page.text, new RegExp(`href="/security/card\\?id=${card}"`));
    const question = await parent.get(`/security/card?id=${card}`);
    assert.match(wordsOf(question), /…ABCD перестанет открывать двери/);
    assert.equal(value(`select blocked_at is null from gate.card where id = ${card}`), 't', 'looking changes nothing');
    for (let i = 0; i < 2; i++) {
      const answer = await parent.submit('/security/card', { id: card, csrf: csrfOf(question) });
      assert.equal(answer.headers.location, '/security?done=card-block');
    }
    assert.equal(value(`select blocked_at is not null and blocked_by is not null from gate.card where id = ${card}`), 't');
    assert.match(wordsOf(await parent.get('/security?done=card-block')), /Карта заблокирована.*…ABCD заблокирована .* из этого кабинета; разблокирует только школа/);
    assert.doesNotMatch((await parent.get('/security')).text, new RegExp(`/security/card\\?id=${card}"`), 'nothing to press any more');
  });

  test('a new card is ordered once', async () => {
    clean();
    for (let i = 0; i < 2; i++)
      assert.equal((await parent.fill('/security', {}, { action: '/security/order' })).headers.location, '/security?done=card-order');
    assert.equal(value(`select count(*) from gate.card_order where pupil_id = ${pupil} and done_at is null`), '1');
    assert.match(wordsOf(await parent.get('/security')), /Новая карта заказана/);
  });

  test('the guard is told once, whatever is sent twice, and may be untold', async () => {
    clean();
    const fields = await form();
    for (let i = 0; i < 2; i++) assert.equal((await parent.submit('/security/permit', fields)).headers.location, '/security?done=permit');
    assert.equal((await parent.submit('/security/permit', { ...fields, body: 'проверка: другое' })).status, 409);
    assert.equal(value(`select count(*) from gate.permit where pupil_id = ${pupil} and body like 'проверка%'`), '1');
    const page = await parent.get('/security');
    assert.match(wordsOf(page), /Уйдёт раньше: с 11:30.*видно охраннику проверка: к врачу/);
    const id = value(`select id from gate.permit where pupil_id = ${pupil} and body like 'проверка%'`);
    assert.equal((await parent.submit('/security/permit/withdraw', { id, csrf: csrfOf(page) })).headers.location, '/security?done=permit-withdraw');
    assert.match(wordsOf(await parent.get('/security')), /отозвано проверка: к врачу/);
  });

  test('a form of one child does nothing to another that a second tab has chosen', async () => {
    clean();
    const fields = await form();
    assert.match((await parent.get('/security/permit')).text, /name="child" value="[^"]+"/);
    const before = value('select count(*) from gate.permit');
    assert.equal((await parent.submit('/security/permit', { ...fields, child: 'I0000ZZZZZ' })).status, 409);
    assert.equal(value('select count(*) from gate.permit'), before);
    // Every form says whom it is about, without being asked.
    const page = await parent.get('/security');
    assert.match(page.text, /name="child" value="I[0-9A-Z]{9}"/);
    assert.equal((await parent.submit('/security/order', { csrf: csrfOf(page), child: 'I0000ZZZZZ' })).status, 409);
  });

  test('what is wrong comes back with words, and what was typed', async () => {
    const cases = { 'Укажите день': { day: '' }, 'Укажите время': { at: '' }, 'Время — это часы и минуты': { at: '25:10' },
      'прочитает охранник': { body: '  ' }, 'Этот день уже прошёл': { day: '2026-01-12' }, 'не больше чем на 30 дней': { day: '2030-01-15' } };
    for (const [words, fields] of Object.entries(cases)) {
      const sent = await form(fields);
      const answer = await parent.submit('/security/permit', sent);
      assert.equal(answer.status, 422, words);
      assert.ok(wordsOf(answer).includes(words), `${words}: ${wordsOf(answer)}`);
      if (sent.body.trim()) assert.match(answer.text, /value="проверка: к врачу"/);
    }
    for (const fields of [{ kind: 'never' }, { key: '' }, { key: 'x' }, { day: '2026-02-30' }])
      assert.equal((await parent.submit('/security/permit', await form(fields))).status, 400, JSON.stringify(fields));
    assert.equal(value(`select count(*) from gate.permit where pupil_id = ${pupil} and body like 'проверка%' and state = 'asked'`), '0');
    const typed = await form({ at: '9.05', day: dayAhead().split('-').reverse().join('.') });
    assert.equal((await parent.submit('/security/permit', typed)).status, 303, 'as browsers without a calendar send it');
    assert.equal(value(`select at from gate.permit where pupil_id = ${pupil} and body like 'проверка%' and state = 'asked'`), '09:05:00');
  });

  test('another family\'s card and words are not there; the pupil looks only; strangers log in', async () => {
    const card = addCard();
    const other = await loggedIn(cabinet((c) => c.idn !== one.idn && c.note === 'другая школа'));
    const page = await other.get('/security/permit');
    assert.equal((await other.get(`/security/card?id=${card}`)).status, 404);
    for (const [path, id] of [['/security/card', card], ['/security/card', '999999999'], ['/security/permit/withdraw', '999999999']])
      assert.equal((await other.submit(path, { id, csrf: csrfOf(page) })).status, 404, path);
    const foreign = value(`select p.id from gate.permit p where p.pupil_id <> ${pupilOf(cabinet((c) => c.note === 'другая школа').idn)} limit 1`);
    if (foreign) assert.equal((await other.submit('/security/permit/withdraw', { id: foreign, csrf: csrfOf(page) })).status, 404);
    assert.equal(value(`select blocked_at is null from gate.card where id = ${card}`), 't');

    const child = pupilIn();
    const seen = await child.get('/security');
    assert.equal(seen.status, 200);
    assert.doesNotMatch(seen.text, /Карта потеряна|\/security\/permit"|\/security\/order/);
    assert.equal((await child.get('/security/permit')).status, 403);
    assert.equal((await child.submit('/security/order', { csrf: csrfOf(seen) })).status, 403);
    for (const path of ['/security', '/security/permit', '/security/card?id=1'])
      assert.match((await new Visitor().get(path)).headers.location, /^\/login\?next=/);
  });
});
