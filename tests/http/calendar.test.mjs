// The calendars that telephones subscribe to: valid by RFC 5545 for two readers that know nothing of each other, true to the
// database, open to whoever has the address and to nobody else, closed the moment they are revoked.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import ICAL from 'ical.js';
import { base, cabinet, credentials, home, logSize, logText, sql, value } from '../support/kabinet.mjs';
import { Visitor, csrfOf, loggedIn, send, unescape, wordsOf } from '../support/visitor.mjs';

const mine = cabinet();
const pupil = `(select id from school.pupil where idn = '${mine.idn}')`;
const zone = value(`select s.time_zone from school.school s join school.pupil p on p.school_id = s.id where p.id = ${pupil}`);
const today = `(now() at time zone '${zone}')::date`;

/* The rules of 3.1, 3.3.11 and 3.6, as strictly as they are written; answers components with their properties. */
function strictly(bytes) {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  assert.ok(text.endsWith('\r\n'), 'the last line ends');
  assert.ok(!/\r(?!\n)|(?<!\r)\n/.test(text), 'lines end with CR LF alone');
  for (const line of text.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 75, `${Buffer.byteLength(line)} octets: ${line}`);
    assert.ok(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/.test(line), 'no control characters, no broken ones');
  }
  const open = [], all = [];
  for (const line of text.replaceAll('\r\n ', '').split('\r\n').slice(0, -1)) {
    const [, name, parameters, content] = /^([A-Z-]+)((?:;[A-Z-]+=[^":;,\s]+)*):(.*)$/.exec(line) ?? assert.fail(`no content line: ${line}`);
    if (name === 'BEGIN') {
      open.push({ kind: content, properties: {}, children: [] });
      if (open.length > 1) open.at(-2).children.push(open.at(-1));
      all.push(open.at(-1));
    } else if (name === 'END') {
      assert.equal(open.pop()?.kind, content, 'components nest');
    } else {
      const { properties } = open.at(-1) ?? assert.fail(`outside of a component: ${line}`);
      assert.ok(!(name in properties), `${name} once`);
      if (['SUMMARY', 'LOCATION', 'DESCRIPTION', 'CATEGORIES', 'NAME'].includes(name))
        assert.ok(/^(?:[^\\;,]|\\[\\;,n])*$/.test(content), `escaped: ${line}`);
      properties[name] = { parameters, text: content };
    }
  }
  assert.equal(open.length, 0, 'every component ends');
  const [calendar] = all;
  assert.equal(calendar.kind, 'VCALENDAR');
  assert.equal(calendar.properties.VERSION.text, '2.0');
  assert.ok(calendar.properties.PRODID.text);
  assert.ok(calendar.children.length > 0, 'at least one component');
  const uids = new Set();
  for (const { properties: p } of calendar.children.filter(({ kind }) => kind === 'VEVENT')) {
    for (const name of ['UID', 'DTSTAMP', 'DTSTART', 'DTEND', 'SUMMARY', 'SEQUENCE', 'LAST-MODIFIED', 'STATUS']) assert.ok(p[name]?.text, name);
    assert.ok(!uids.has(p.UID.text), `UID once: ${p.UID.text}`);
    uids.add(p.UID.text);
    const isDay = p.DTSTART.parameters === ';VALUE=DATE';
    for (const name of ['DTSTART', 'DTEND']) {
      assert.equal(p[name].parameters, isDay ? ';VALUE=DATE' : '');
      assert.match(p[name].text, isDay ? /^\d{8}$/ : /^\d{8}T\d{6}Z$/);
    }
    assert.ok(p.DTEND.text > p.DTSTART.text);
    for (const name of ['DTSTAMP', 'LAST-MODIFIED']) assert.match(p[name].text, /^\d{8}T\d{6}Z$/);
    assert.match(p.SEQUENCE.text, /^\d{1,10}$/);
  }
  return calendar;
}

/* What ical.js makes of it. */
const eventsOf = (bytes) => new ICAL.Component(ICAL.parse(bytes.toString())).getAllSubcomponents('vevent').map((e) => new ICAL.Event(e));

const feed = (url) => send('GET', url.slice(base.origin.length));

describe('calendar', () => {
  let parent, day, lesson, homework, event;

  async function subscribe(kind, fields = {}, visitor = parent) {
    const page = await visitor.get('/timetable/subscriptions');
    const answer = await visitor.submit('/timetable/subscribe', { csrf: csrfOf(page), key: randomUUID(), kind, ...fields });
    assert.equal(answer.status, 200, wordsOf(answer));
    return unescape(/id="address"[^>]* value="([^"]+)"/.exec(answer.text)[1]);
  }
  const idsOf = async (visitor = parent) =>
    [...(await visitor.get('/timetable/subscriptions')).text.matchAll(/name="id" value="(\d+)"/g)].map(([, id]) => id);

  before(async () => {
    parent = await loggedIn(mine);
    if (!new RegExp(`кабинет ученика[\\s\\S]*?${mine.idn}`).test((await parent.get('/')).text))
      await parent.fill('/', { idn: mine.idn }, { action: '/child' });
    for (const id of await idsOf()) await parent.fill('/timetable/subscriptions', { id }, { action: '/timetable/unsubscribe' });
    [[day]] = sql(`select ${today} + 3`);
    [[lesson]] = sql(`insert into school.lesson (class_id, day, number, subject_id, staff_id, room, is_cancelled, note)
      select p.class_id, '${day}', 12, min(j.id), min(f.id), '7;7', true, E'Причина: «ремонт, отопление»; ждём \\\\ до четверга, приносите сменную обувь' from school.pupil p
        join school.subject j on j.school_id = p.school_id join auth.staff f on f.school_id = p.school_id where p.id = ${pupil} group by p.class_id
      on conflict (class_id, day, number, subgroup_id) do update set is_cancelled = true returning id`);
    [[homework]] = sql(`insert into school.homework (lesson_id, given_on, task, link, staff_id)
      select l.id, l.day - 1, E'Упр. 1, 2; 3\\n§ 5 \\\\ «${'очень длинное задание с кириллицей, '.repeat(20)}» 😀', 'https://book.example/задание;1', l.staff_id
        from school.lesson l where l.id = '${lesson}' on conflict (lesson_id) do update set set_at = now() returning id`);
    [[event]] = sql(`insert into school.event (school_id, kind, day, last_day, title, place)
      select p.school_id, 'excursion', '${day}', '${day}'::date + 1, 'Поход; с ночёвкой, зимой', 'лес' from school.pupil p where p.id = ${pupil} returning id`);
  });
  after(() => sql(`delete from school.homework where id = '${homework}'; delete from school.lesson where id = '${lesson}'; delete from school.event where id = '${event}'`));

  test('lessons: both readers agree with the database', async () => {
    const url = await subscribe('lessons', { reminds: '1' });
    const answer = await feed(url);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/calendar; ?charset=utf-8$/i);
    const calendar = strictly(answer.bytes);
    const events = new Map(eventsOf(answer.bytes).map((e) => [e.uid, e]));
    const rows = sql(`select l.id, j.title, l.is_cancelled, l.revision, to_char((l.day + b.starts) at time zone '${zone}' at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"'),
        extract(epoch from b.ends - b.starts)::int
      from school.enrolment e join school.lesson l on l.class_id = e.class_id and l.day >= e.first_day and (e.last_day is null or l.day <= e.last_day)
      join school.subject j on j.id = l.subject_id
      left join school.bell b on b.number = l.number and b.bells_id = school.bells_on(j.school_id, l.day)
      where e.pupil_id = ${pupil} and l.day between ${today} - 14 and ${today} + 60 and school.attends(${pupil}, l.subgroup_id)`);
    assert.equal(events.size, rows.length);
    assert.equal(calendar.children.filter(({ kind }) => kind === 'VEVENT').length, rows.length);
    for (const [id, title, cancelled, revision, starts, seconds] of rows) {
      const found = events.get(`lesson-${id}@kabinet`);
      assert.ok(found, id);
      assert.ok(found.summary.includes(title));
      assert.equal(found.component.getFirstPropertyValue('status'), cancelled === 't' ? 'CANCELLED' : 'CONFIRMED');
      assert.equal(found.sequence, Number(revision));
      assert.equal(found.component.getAllSubcomponents('valarm').length, cancelled === 't' ? 0 : 1);
      if (starts === null) continue;   // a number that has no bell
      assert.equal(found.startDate.toICALString(), starts);
      assert.equal(found.endDate.subtractDateTz(found.startDate).toSeconds(), Number(seconds));
    }
    const ours = events.get(`lesson-${lesson}@kabinet`);
    assert.match(ours.summary, /^Отменён: /);
    assert.equal(ours.location, 'каб. 7;7');
    assert.match(ours.description, /Причина: «ремонт, отопление»; ждём \\ до четверга, приносите сменную обувь$/);
  });

  test('homework and events: texts come back whole', async () => {
    const [[task]] = sql(`select replace(task, E'\\n', '¶') from school.homework where id = '${homework}'`);
    const tasks = eventsOf((await feed(await subscribe('homework'))).bytes);
    const one = tasks.find((e) => e.uid === `homework-${homework}@kabinet`);
    assert.equal(one.description.replaceAll('\n', '¶'), task);
    assert.equal(one.startDate.toString(), day);
    assert.ok(one.startDate.isDate);
    assert.equal(one.component.getFirstPropertyValue('url'), 'https://book.example/%D0%B7%D0%B0%D0%B4%D0%B0%D0%BD%D0%B8%D0%B5;1');

    const { bytes } = await feed(await subscribe('events', { with_idn: '1', reminds: '1' }));
    strictly(bytes);
    const trip = eventsOf(bytes).find((e) => e.uid === `event-${event}@kabinet`);
    assert.equal(trip.summary, `…${mine.idn.slice(-4)} Экскурсия: Поход; с ночёвкой, зимой`);
    assert.equal(trip.endDate.subtractDateTz(trip.startDate).days, 2);
  });

  test('a change is told: the same UID, a higher SEQUENCE; without one every answer is the same', async () => {
    const url = await subscribe('lessons');
    const [one, two] = [await feed(url), await feed(url)];
    assert.deepEqual(one.bytes, two.bytes);
    const revisionOf = (answer) => eventsOf(answer.bytes).find((e) => e.uid === `lesson-${lesson}@kabinet`).sequence;
    sql(`update school.lesson set room = room || '!' where id = '${lesson}'`);
    const three = await feed(url);
    assert.equal(revisionOf(three), revisionOf(one) + 1);
    sql(`update school.lesson set theme = 'тема', roll_at = now() where id = '${lesson}'`);
    assert.equal(revisionOf(await feed(url)), revisionOf(three), 'a roll is no change of the timetable');
  });

  test('a calendar tells nobody whose it is', async () => {
    const text = ['lessons', 'homework', 'events'];
    for (const kind of text) {
      const { bytes } = await feed(await subscribe(kind, { with_idn: '1' }));
      const whole = bytes.toString().replaceAll('\r\n ', '');
      assert.ok(!whole.includes(mine.idn) && !whole.includes(mine.account));
      assert.match(whole, new RegExp(`X-WR-CALNAME:.* · ученик …${mine.idn.slice(-4)}\\r\\n`));
      assert.match(whole, /\r\nREFRESH-INTERVAL;VALUE=DURATION:PT\d+H\r\n/);
      for (const [name] of sql(`select distinct last_name from people.person`)) assert.ok(!whole.includes(name), name);
    }
  });

  test('the address is shown once, and its secret is kept nowhere', async () => {
    const from = logSize('timetable'), nginx = readFileSync(path.join(home, 'log', 'nginx-access.log')).length;
    const url = await subscribe('lessons');
    assert.ok(url.startsWith(`${base.origin}/calendar/feed.ics?token=`));
    const token = new URL(url).searchParams.get('token');
    assert.match(token, /^[A-Za-z0-9_-]{43}$/);
    await feed(url);
    assert.equal((await parent.get('/timetable/subscriptions')).text.includes(token), false);
    assert.equal(value(`select count(*) from auth.calendar where token_hash = sha256('${token}')`), '1');
    assert.ok(logText('timetable', from).includes('path=/calendar/feed.ics'));
    for (const file of readdirSync(path.join(home, 'log')))
      assert.equal(readFileSync(path.join(home, 'log', file)).includes(token), false, file);
    assert.ok(readFileSync(path.join(home, 'log', 'nginx-access.log')).length > nginx);
  });

  test('unknown, revoked, malformed, barred: not found, all alike, and logged', async () => {
    const url = await subscribe('lessons');
    const before = await idsOf();
    assert.equal((await feed(url)).status, 200);
    const stranger = await loggedIn(credentials.cabinets.find((c) => c.password && c.password !== mine.password));
    const id = before.at(-1);
    const forged = await stranger.fill('/timetable/subscriptions', { id }, { action: '/timetable/unsubscribe' });
    assert.equal(forged.status, 404);
    for (const one of before) assert.equal((await parent.fill('/timetable/subscriptions', { id: one }, { action: '/timetable/unsubscribe' })).status, 303);
    assert.deepEqual(await idsOf(), []);
    const from = logSize('timetable');
    const revoked = await feed(url);
    const alike = (answer) => answer.text.replaceAll(answer.headers['x-request-id'], '').replace(/name="csrf" value="[^"]*"/g, '');
    assert.equal(revoked.status, 404);
    assert.match(logText('timetable', from), new RegExp(`request=${revoked.headers['x-request-id']}.*(KB404|question=)`), 'the log knows of it');
    const unknown = new URL(url).searchParams.get('token').split('').reverse().join('');
    for (const token of [unknown, '', 'x', 'x'.repeat(44), 'x'.repeat(500), "'; drop table auth.calendar; --"]) {
      const answer = await send('GET', `/calendar/feed.ics?token=${encodeURI(token).replaceAll('%25', '%')}`);
      assert.equal(answer.status, 404, token);
      assert.equal(alike(answer), alike(revoked), token);
    }
    assert.equal((await send('GET', '/calendar/feed.ics')).status, 404);
    for (const query of ['token=%00', 'token=%FF', 'token=a&token=b']) assert.ok([400, 404].includes((await send('GET', `/calendar/feed.ics?${query}`)).status), query);
    assert.equal((await send('POST', '/calendar/feed.ics')).status === 200, false);

    const other = await subscribe('lessons');
    const access = `(select c.access_id from auth.calendar c where c.token_hash = sha256('${new URL(other).searchParams.get('token')}'))`;
    const [[barred]] = sql(`update auth.access set barred_at = now() where id = ${access} returning id`);
    try {
      assert.equal((await feed(other)).status, 404, 'with the access its calendars end');
    } finally {
      sql(`update auth.access set barred_at = null where id = '${barred}'`);
    }
    assert.equal((await feed(other)).status, 200);
  });

  test('the same form twice is one subscription, with the address that was seen last', async () => {
    const csrf = csrfOf(await parent.get('/timetable/subscriptions')), key = randomUUID(), count = (await idsOf()).length;
    const addresses = [];
    for (let i = 0; i < 2; i++) {
      const answer = await parent.submit('/timetable/subscribe', { csrf, key, kind: 'events' });
      addresses.push(unescape(/id="address"[^>]* value="([^"]+)"/.exec(answer.text)[1]));
    }
    assert.equal((await idsOf()).length, count + 1);
    assert.equal((await feed(addresses[0])).status, 404);
    assert.equal((await feed(addresses[1])).status, 200);
  });

  test('what a form cannot have said', async () => {
    const csrf = csrfOf(await parent.get('/timetable/subscriptions'));
    const post = async (fields) => (await parent.submit('/timetable/subscribe', { csrf, key: randomUUID(), ...fields })).status;
    assert.equal(await post({}), 422);
    assert.equal(await post({ kind: 'meals' }), 400);
    assert.equal(await post({ kind: 'lessons', key: 'x' }), 400);
    assert.equal((await new Visitor().get('/timetable/subscriptions')).status, 303);
    for (const id of ['0', 'x', '', '99999999999999999999']) {
      const { status } = await parent.fill('/timetable/subscriptions', { id }, { action: '/timetable/unsubscribe' });
      assert.ok([400, 404].includes(status), `${id}: ${status}`);
    }
  });
});
