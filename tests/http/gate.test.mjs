// The guard's desk over HTTPS: what it shows of its own school, passes by hand, permits, lists; and who may not.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { Reader, endCard, giveCard, hex } from '../support/reader.mjs';
import { csrfOf, loggedInStaff, unescape, wordsOf } from '../support/visitor.mjs';

const member = (role, school = '039') => credentials.staff.find((s) => s.role === role && s.login.endsWith(school));
const school = value(`select id from school.school where region || number = '027039'`);
const [[pupil, idn, name, access], [blocked, blockedIdn, blockedName]] = sql(`
  select p.id, p.idn, people.pupil_name(p.id), (select min(a.id) from auth.access a where a.pupil_id = p.id)
    from school.pupil p where p.school_id = ${school} and p.state = 'active'
     and exists (select from auth.access a where a.pupil_id = p.id) order by p.account offset 10 limit 2`);
const door = value(`select id from gate.door where school_id = ${school} order by id limit 1`);
const today = value(`select (now() at time zone time_zone)::date from school.school where id = ${school}`);
const keyOf = (page) => /name="key" value="([0-9a-f-]{36})"/.exec(page.text)[1];
const find = (text) => `/staff/gate?find=${encodeURIComponent(text)}`;
const eventsOf = (id, note) => Number(value(`select count(*) from gate.event where pupil_id = ${id} and note = '${note}'`));

describe('the guard', () => {
  let guard, reader, uid, lost;
  const note = `без карты ${hex(3)}`;

  before(async () => {
    guard = await loggedInStaff(member('guard'));
    reader = new Reader();
    uid = giveCard(idn);
    lost = giveCard(blockedIdn);
    sql(`update gate.card set blocked_at = now() - interval '1 hour' where uid_hash = gate.card_hash('${lost}') and ended_at is null`);
  });
  after(() => {
    endCard(uid);
    endCard(lost);
    reader.retire();
    sql(`update gate.permit set state = 'withdrawn' where pupil_id = ${pupil} and state = 'asked'`);
  });

  test('what the readers tell is on the page a moment later, with names, and warnings in words', async () => {
    const strange = hex(4).toUpperCase();
    assert.equal((await reader.tell({ uid }, { uid: lost }, { uid: strange })).text, 'accepted=2 duplicate=0 unknown=1');
    for (const path of ['/staff/gate', '/staff/gate/live']) {
      const words = wordsOf(await guard.get(path));
      assert.ok(words.includes(name), `${path}: ${name}`);
      assert.match(words, new RegExp(`${blockedName} .{0,20} Не пропущен: карта заблокирована`));
      assert.match(words, new RegExp(`Неизвестная карта …${strange.slice(-4)} +Не пропущен: такой карты в школе нет`));
      assert.match(words, /Сейчас в здании \d/);
      assert.match(words, /данные на \d\d\.\d\d\.\d{4}/);
    }
    const part = await guard.get('/staff/gate/live');
    assert.doesNotMatch(part.text, /<html|<form/, 'a part, not a page');
    assert.equal(part.headers['cache-control'], 'no-store');
    assert.ok(part.bytes.length < 20000);
  });

  test('a search by surname and by class finds pupils of this school', async () => {
    const surname = name.split(' ')[0];
    assert.ok(wordsOf(await guard.get(find(surname.slice(0, 4).toLowerCase()))).includes(name));
    const className = value(`select k.grade || k.letter from school.pupil p join school.class k on k.id = p.class_id where p.id = ${pupil}`);
    assert.ok(wordsOf(await guard.get(find(className))).includes(name));
    assert.match(wordsOf(await guard.get(find('%'))), /Никого не нашлось/);
    assert.match((await guard.get(find('<b>'))).text, /value="&lt;b&gt;"/);
  });

  test('a pass without a card: once, with the reason, for the parent to see', async () => {
    const page = await guard.get(find(name));
    const fields = { csrf: csrfOf(page), key: keyOf(page), pupil, door, direction: 'out', note, find: name };
    const refused = await guard.submit('/staff/gate/pass', { ...fields, note: 'x' });
    assert.equal(refused.status, 422);
    assert.match(wordsOf(refused), /Напишите, почему без карты/);
    assert.ok(refused.text.includes(`value="${pupil}"`), 'the search is still there');
    assert.equal((await guard.submit('/staff/gate/pass', { ...fields, pupil: '' })).status, 422);
    const done = await guard.submit('/staff/gate/pass', fields);
    assert.equal(done.status, 303);
    assert.match(wordsOf(await guard.get(done.headers.location)), /Выход отмечен, родитель его увидит\./);
    assert.equal((await guard.submit('/staff/gate/pass', fields)).status, 303, 'the same form again says the same');
    assert.equal(eventsOf(pupil, note), 1);
    assert.equal((await guard.submit('/staff/gate/pass', { ...fields, direction: 'in' })).status, 409, 'the same form, another deed');
    assert.deepEqual(sql(`select e.source, e.is_warning, e.why in ('no_card', 'no_permit'), not r.is_inside from gate.event e
      join gate.presence r on r.pupil_id = e.pupil_id where e.pupil_id = ${pupil} and e.note = '${note}'`), [['guard', 't', 't', 't']]);
    assert.match(wordsOf(await guard.get('/staff/gate/live')), new RegExp(`Без карты ?, пропустил .*: ${note}|Вышел во время уроков без разрешения .*${note}`));
    assert.equal(value(`select action || ' ' || object from site.audit where actor = 'staff' and action = 'gate-pass' order by id desc limit 1`), `gate-pass ${idn} out`);
  });

  test('a permit of the parent: shown, used once, not before its time', async () => {
    const [[permit], [early]] = sql(`insert into gate.permit (pupil_id, access_id, kind, day, at, body) values
      (${pupil}, ${access}, 'early', '${today}', '00:00', '${note}'), (${pupil}, ${access}, 'early', '${today}', '23:59', 'вечером') returning id`);
    const page = await guard.get('/staff/gate');
    assert.match(wordsOf(page), new RegExp(`${name} .{3,20}Уйдёт раньше, с 00:00 : ${note}`));
    const form = { csrf: csrfOf(page), key: keyOf(page), permit, door };
    const tooSoon = value(`select (now() at time zone time_zone)::time < '23:49' from school.school where id = ${school}`) === 't';
    if (tooSoon) {
      const answer = await guard.submit('/staff/gate/release', { ...form, permit: early });
      assert.equal(answer.status, 422);
      assert.match(wordsOf(answer), /Родитель разрешил уйти с 23:59: ещё рано/);
    }
    assert.equal((await guard.submit('/staff/gate/release', form)).status, 303);
    assert.equal((await guard.submit('/staff/gate/release', form)).status, 303, 'sent twice');
    assert.equal(value(`select state from gate.permit where id = ${permit}`), 'used');
    const again = await guard.submit('/staff/gate/release', { ...form, key: randomUUID() });
    assert.equal(again.status, 422);
    assert.match(wordsOf(again), /уже вышел/);
    assert.match(wordsOf(await guard.get('/staff/gate')), new RegExp(`${note} Выпущен \\d\\d:\\d\\d`));
    sql(`update gate.permit set state = 'withdrawn' where id = ${early} and state = 'asked'`);
    assert.match(wordsOf(await guard.get('/staff/gate')), /вечером Родитель отозвал/);
  });

  test('who is in the building, by class; the day as a table', async () => {
    assert.equal((await reader.tell({ uid })).status, 200);
    assert.ok(wordsOf(await guard.get('/staff/gate/inside')).includes(name));
    assert.equal((await reader.tell({ uid, direction: 'out' })).status, 200);
    assert.ok(!wordsOf(await guard.get('/staff/gate/inside')).includes(`${name} с `) ||
      Number(value(`select count(*) from people.pupil where people.pupil_name(pupil_id) = '${name}'`)) > 1, 'gone again');
    const csv = await guard.get('/staff/gate/events.csv');
    assert.match(csv.headers['content-type'], /^text\/csv/);
    assert.match(csv.headers['content-disposition'], /attachment; filename=.*filename\*=UTF-8''/);
    assert.ok(csv.text.startsWith('\ufeffВремя;Куда;Ученик;'));
    const line = csv.text.split('\r\n').find((l) => l.includes(note));
    assert.match(line, new RegExp(`^\\d\\d:\\d\\d:\\d\\d;выход;${name};`));
    assert.match((await guard.get('/staff/gate/events.csv?day=2020-01-01')).text, /^[^\r]*\r\n$/, 'an empty day');
    assert.equal((await guard.get('/staff/gate/events.csv?day=x')).status, 400);
  });

  test('others: a teacher is sent away, a guard of another school sees nothing of ours', async () => {
    const teacher = await loggedInStaff(member('teacher'));
    for (const path of ['/staff/gate', '/staff/gate/live', '/staff/gate/inside', '/staff/gate/events.csv'])
      assert.equal((await teacher.get(path)).status, 403, path);
    const other = await loggedInStaff(member('guard', '052'));
    const page = await other.get(find(name.split(' ')[0]));
    assert.ok(!unescape(page.text).includes(`value="${pupil}"`));
    assert.ok(!wordsOf(await other.get('/staff/gate/live')).includes(note));
    const own = await other.get('/staff/gate');
    const csrf = csrfOf(own);
    const key = randomUUID();
    const otherDoor = value(`select d.id from gate.door d where d.school_id <> ${school} limit 1`);
    assert.equal((await other.submit('/staff/gate/pass', { csrf, key, pupil, door: otherDoor, direction: 'in', note: 'чужой' })).status, 404);
    assert.equal((await other.submit('/staff/gate/release', { csrf, key, permit: value(`select max(id) from gate.permit where pupil_id = ${pupil}`), door: otherDoor })).status, 404);
    assert.equal(eventsOf(pupil, 'чужой'), 0);
    assert.equal((await guard.submit('/staff/gate/pass', { csrf: csrfOf(await guard.get('/staff/gate')), key, pupil, door: otherDoor, direction: 'in', note: 'чужой' })).status, 404,
      'nor through a door of another school');
  });
});
