// Who looked at a child's data: written before it is shown, told to the family without names, searched by the administrator.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { cabinet, credentials, eventually, logSize, logText, routes, sql, value } from '../support/kabinet.mjs';
import { freshLesson, klass, pupils, staff, teacher } from '../support/journal.mjs';
import { Visitor, loggedIn, loggedInStaff, unescape, wordsOf } from '../support/visitor.mjs';

/** The pages of desks that show no child: everything else says for which purpose it does. */
const nobody = new Set(['/staff', '/staff/login', '/staff/admin', '/staff/admin/job',
  '/staff/canteen', '/staff/canteen/live', '/staff/canteen/menu', '/staff/canteen/menu/day', '/staff/canteen/dishes', '/staff/canteen/dish',
  '/staff/canteen/rules', '/staff/canteen/complex', '/staff/canteen/report', '/staff/canteen/report.csv',
  '/staff/head', '/staff/head/timetable', '/staff/head/slot', '/staff/head/substitutions', '/staff/head/lesson', '/staff/head/year',
  '/staff/head/events', '/staff/head/announcements', '/staff/head/school', '/staff/head/completion', '/staff/head/completion.csv',
  '/staff/tutor/counts', '/staff/services', '/staff/services/prices', '/staff/services/price', '/staff/services/group',
  '/staff/library/labels', '/staff/library/sets', '/staff/library/catalogue', '/staff/library/catalogue.csv', '/staff/library/title',
  '/staff/library/title/edit', '/staff/library/import', '/staff/library/inventory', '/staff/library/inventory/count', '/staff/library/inventory/missing',
  '/staff/library/inventory/missing.csv', '/staff/library/inventory/end', '/staff/library/popular',
  '/staff/appeals/templates', '/staff/appeals/template', '/staff/appeals/faq', '/staff/appeals/figures']);

const viewsOf = (who, since) => sql(`select purpose, coalesce(class_id::text, ''), coalesce(pupil_id::text, '') from site.viewing
  where staff_id = ${who} and id > ${since} order by id`);
/** What the teacher has looked at lately is older than that: the next look is a view of its own. */
const makeOld = () => sql(`alter table site.viewing disable trigger keep_viewing;
  update site.viewing set at = at - interval '20 min' where staff_id = ${staff} and at > now() - interval '20 min';
  alter table site.viewing enable trigger keep_viewing`);
const lastView = () => value('select coalesce(max(id), 0) from site.viewing');

describe('views of children\'s data', () => {
  test('every page of a desk says for which purpose it shows children, or shows none', () => {
    const desks = routes.filter(({ method, path }) => method === 'GET' && path.startsWith('/staff'));
    assert.ok(desks.length > 60);
    assert.deepEqual(desks.filter(({ path, view }) => !view && !nobody.has(path)).map(({ path }) => path), []);
    assert.deepEqual(desks.filter(({ path, view }) => view && nobody.has(path)).map(({ path }) => path), [], 'one or the other');
    const known = new Set(sql('select purpose from site.view_purpose').map(([purpose]) => purpose));
    assert.deepEqual(routes.filter(({ view }) => view && !known.has(view)).map(({ view }) => view), []);
    assert.deepEqual(routes.filter(({ view, path }) => view && !path.startsWith('/staff')), [], 'families look at their own');
  });

  test('every purpose is of a page', () => {
    const used = new Set([...routes.map(({ view }) => view), 'audit-idn', 'canteen-served', 'library-scan']);   // said by handlers: of one child, a serving, a scan
    assert.deepEqual(sql('select purpose from site.view_purpose').map(([purpose]) => purpose).filter((purpose) => !used.has(purpose)), []);
  });

  test('a teacher opens a lesson: one view, in the one round trip of the page', async () => {
    const visitor = await loggedInStaff(teacher), { id: lesson } = freshLesson(), from = logSize('journal');
    makeOld();
    const since = lastView();
    const answers = [await visitor.get(`/staff/journal/lesson?id=${lesson}`), await visitor.get(`/staff/journal/lesson?id=${lesson}`)];
    for (const { status, headers } of answers) {
      assert.equal(status, 200);
      const line = new RegExp(`^.*request=${headers['x-request-id']}.*round_trips=1\\b.*$|^.*round_trips=1\\b.*request=${headers['x-request-id']}.*$`, 'm');
      await eventually(() => line.test(logText('journal', from)), 'the log has the request, with one round trip');
    }
    assert.deepEqual(viewsOf(staff, since), [['journal-lesson', klass, '']], 'a page that is opened again is the same view');
  });

  test('a page that is refused is no view', async () => {
    const visitor = await loggedInStaff(teacher), since = lastView();
    const foreign = value(`select l.id from school.lesson l join school.class k on k.id = l.class_id where k.school_id <>
      (select school_id from auth.staff where id = ${staff}) limit 1`);
    assert.equal((await visitor.get(`/staff/journal/lesson?id=${foreign}`)).status, 404);
    assert.deepEqual(viewsOf(staff, since), []);
  });

  test('a form that comes back shows what it showed, and that is a view too', async () => {
    const end = teacher.login.slice(-4), member = (role) => credentials.staff.find((s) => s.role === role && s.login.endsWith(end));
    const school = value(`select school_id from auth.staff where id = ${staff}`);
    const [[appeal, writer]] = sql(`select id, pupil_id from appeal.appeal where school_id = ${school} and desk in ('agent', 'support') and state = 'in_work' order by id limit 1`);
    const [[copy, reader]] = sql(`select l.copy_id, l.pupil_id from library.loan l join library.copy c on c.id = l.copy_id
      where c.school_id = ${school} and l.returned_at is null and l.lost_at is null order by l.id limit 1`);
    const [[child]] = sql(`select id from school.pupil where school_id = ${school} and state = 'active' order by id limit 1`);
    for (const [role, action, fields, purpose, pupil] of [
      ['support', '/staff/appeals/answer', { id: appeal, revision: 0, seen: 0, body: '' }, 'appeal', writer],
      ['librarian', '/staff/library/act', { copy, what: 'repair', note: '' }, 'library-copy', reader],
      ['canteen', '/staff/canteen/study', { pupil: child, study_first: '', study_last: '' }, 'canteen-child', child]]) {
      const visitor = await loggedInStaff(member(role)), csrf = /name="csrf" value="([^"]*)"/.exec((await visitor.get('/staff')).text)[1];
      sql(`alter table site.viewing disable trigger keep_viewing; update site.viewing set at = at - interval '20 min' where pupil_id = ${pupil};
        alter table site.viewing enable trigger keep_viewing`);
      const since = lastView(), answer = await visitor.submit(action, { csrf, key: randomUUID(), ...fields });
      assert.equal(answer.status, 422, `${action}: ${wordsOf(answer)}`);
      assert.deepEqual(sql(`select purpose from site.viewing where id > ${since} and pupil_id = ${pupil}`), [[purpose]], action);
    }
  });

  test('whoever is found by name besides is seen too', async () => {
    const librarian = credentials.staff.find((s) => s.role === 'librarian' && s.login.endsWith(teacher.login.slice(-4)));
    const visitor = await loggedInStaff(librarian), who = value(`select id from auth.staff where login = '${librarian.login}'`);
    const since = lastView();
    sql(`alter table site.viewing disable trigger keep_viewing; update site.viewing set at = at - interval '20 min' where staff_id = ${who};
      alter table site.viewing enable trigger keep_viewing`);
    assert.equal((await visitor.get(`/staff/library/readers?class=${klass}&find=${encodeURIComponent('А')}`)).status, 200);
    assert.deepEqual(viewsOf(who, since), [['library-readers', klass, ''], ['library-readers', '', '']]);
  });

  test('a scan beside an open reader tells of another one: both are seen', async () => {
    const librarian = credentials.staff.find((s) => s.role === 'librarian' && s.login.endsWith(teacher.login.slice(-4)));
    const visitor = await loggedInStaff(librarian), who = value(`select id from auth.staff where login = '${librarian.login}'`);
    const [[barcode, reader, other]] = sql(`select c.barcode, l.pupil_id, (select min(p.id) from school.pupil p where p.school_id = c.school_id and p.state = 'active' and p.id <> l.pupil_id)
      from library.loan l join library.copy c on c.id = l.copy_id join auth.staff f on f.school_id = c.school_id and f.id = ${who}
      where l.returned_at is null and l.lost_at is null order by l.id limit 1`);
    sql(`alter table site.viewing disable trigger keep_viewing; update site.viewing set at = at - interval '20 min' where staff_id = ${who};
      alter table site.viewing enable trigger keep_viewing`);
    const csrf = /name="csrf" value="([^"]*)"/.exec((await visitor.get('/staff')).text)[1], since = lastView();
    const done = await visitor.submit('/staff/library/scan', { csrf, key: randomUUID(), find: barcode, reader: other });
    assert.equal(done.status, 303);
    assert.equal((await visitor.get(done.headers.location)).status, 200);
    assert.deepEqual(viewsOf(who, since), [['library-desk', '', other], ['library-scan', '', reader]]);
  });

  test('a view that cannot be written: no page', async () => {
    const visitor = await loggedInStaff(teacher), { id: lesson } = freshLesson();
    makeOld();
    sql(`create function site.test_break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
      create trigger test_break before insert on site.viewing for each row execute function site.test_break();`);
    try {
      const answer = await visitor.get(`/staff/journal/lesson?id=${lesson}`);
      assert.equal(answer.status, 500);
      assert.ok(!pupils.some(({ name }) => answer.text.includes(name)), 'and no child in it');
    } finally {
      sql('drop trigger test_break on site.viewing; drop function site.test_break()');
    }
    assert.equal((await visitor.get(`/staff/journal/lesson?id=${lesson}`)).status, 200);
  });
});

describe('«Кто смотрел данные ребёнка»', () => {
  const own = () => cabinet((c) => value(`select class_id from school.pupil where idn = '${c.idn}'`) === klass && c.access !== 'pupil');

  test('the teacher\'s look at the lesson is there by role, purpose and time, without a name', async () => {
    makeOld();
    const { id: lesson } = freshLesson();
    const name = value(`select people.staff_name(${staff})`);
    const before = wordsOf(await (await loggedIn(own())).get('/views'));
    await (await loggedInStaff(teacher)).get(`/staff/journal/lesson?id=${lesson}`);
    const parent = await loggedIn(own());
    const page = await parent.get('/views'), words = wordsOf(page);
    assert.equal(page.status, 200);
    assert.notEqual(words, before);
    assert.match(words, /\d\d:\d\d (учитель|классный руководитель) урок: кто был, отметки, вопросы класса/);
    assert.ok(!name.split(' ').some((part) => part.length > 3 && words.includes(part)), 'no name of staff');
  });

  test('a look at one child is told to that family alone', async () => {
    const cook = credentials.staff.find((s) => s.role === 'canteen' && s.login.endsWith(teacher.login.slice(-4)));
    const [child] = sql(`select id from school.pupil where idn = '${own().idn}'`).map(([id]) => id);
    const meal = value(`select m.id from canteen.meal m join school.pupil p on p.school_id = m.school_id where p.id = ${child} order by m.id limit 1`);
    const since = lastView();
    const at = await (await loggedInStaff(cook)).get(`/staff/canteen/serve?meal=${meal}&pupil=${child}`);
    assert.equal(at.status, 200);
    const seen = sql(`select v.purpose from site.viewing v where v.id > ${since} and v.pupil_id = ${child}`);
    assert.ok(seen.length <= 1);
    assert.match(wordsOf(await (await loggedIn(own())).get('/views')), /столовая выдача питания вашего ребёнка/);
    const strangers = sql(`select purpose from site.views_of((select id from school.pupil where idn = '${cabinet((c) => c.idn !== own().idn).idn}'),
      false, now() - interval '10 min', now() + interval '1 min', 'infinity', 0, null) where pupil_id = ${child}`);
    assert.deepEqual(strangers, []);
  });

  test('lists of the whole school stand apart; period and pages', async () => {
    const parent = await loggedIn(own());
    assert.match(wordsOf(await parent.get('/views?lists=1')), /охрана вход и выход, кого ждут на проходной всех учеников школы/);
    assert.ok(!wordsOf(await parent.get('/views')).includes('всех учеников школы'));
    const first = await parent.get('/views');
    const older = /rel="next" href="([^"]+)"/.exec(first.text)?.[1];
    assert.ok(older, 'a month of a class is more than a page');
    assert.match(wordsOf(await parent.get(unescape(older))), /Новее/);
    assert.match(wordsOf(await parent.get('/views?from=2020-01-01&to=2020-01-02')), /никто не открывал/);
    const turned = await parent.get('/views?from=2026-02-01&to=2026-01-01');
    assert.equal(turned.status, 422);
    assert.doesNotMatch(wordsOf(turned), /никто не открывал|Сколько раз/, 'nothing is said of days that were not asked for');
    assert.equal((await parent.get('/views?from=x')).status, 400);
  });
});

describe('«Кто что делал»', () => {
  let admin;
  before(async () => { admin = await loggedInStaff(credentials.staff.find((s) => s.role === 'admin' && s.login.endsWith(teacher.login.slice(-4)))); });

  test('acts and views in one list, with names at the desk', async () => {
    const page = await admin.get('/staff/audit'), words = wordsOf(page);
    assert.equal(page.status, 200);
    assert.match(words, /просмотр: урок: кто был, отметки, вопросы класс/);
    assert.match(words, /вход/);
    assert.ok(words.includes(value(`select people.staff_name(${staff})`)), 'the teacher by name');
  });

  test('narrowed to what, who, one child; a foreign ИДН is nobody', async () => {
    const entries = wordsOf(await admin.get('/staff/audit?area=entry'));
    assert.match(entries, /вход/);
    assert.ok(!entries.includes('просмотр:'));
    const mine = wordsOf(await admin.get(`/staff/audit?who=${staff}&area=views`));
    assert.match(mine, /урок: кто был/);
    const since = lastView(), idn = cabinet((c) => value(`select class_id from school.pupil where idn = '${c.idn}'`) === klass).idn;
    assert.match(wordsOf(await admin.get(`/staff/audit?idn=${idn.toLowerCase()}`)), new RegExp(`${idn}|класс`));
    assert.deepEqual(sql(`select purpose from site.viewing where id > ${since} and pupil_id is not null`), [['audit-idn']], 'looking for a child is a view of that child');
    const foreign = value(`select idn from school.pupil where school_id <> (select school_id from auth.staff where id = ${staff}) limit 1`);
    const answer = await admin.get(`/staff/audit?idn=${foreign}`);
    assert.equal(answer.status, 422);
    assert.match(wordsOf(answer), /Такого ИДН в школе нет/);
    assert.doesNotMatch(wordsOf(answer), /таких записей нет/);
    const turned = await admin.get('/staff/audit?from=2026-02-01&to=2026-01-01');
    assert.equal(turned.status, 422);
    assert.doesNotMatch(wordsOf(turned), /таких записей нет/);
    assert.equal((await admin.get('/staff/audit?area=nothing')).status, 400);
    assert.equal((await admin.get('/staff/audit?before=nothing')).status, 404);
  });

  test('pages follow each other without a gap', async () => {
    const texts = [];
    let path = '/staff/audit';
    for (let i = 0; i < 3; i++) {
      const { text } = await admin.get(path);
      texts.push(...[...text.matchAll(/<time datetime="([^"]+)"/g)].map((m) => m[1]));
      path = unescape(/rel="next" href="([^"]+)"/.exec(text)[1]);
    }
    assert.equal(texts.length, 120);
    assert.deepEqual(texts, [...texts].sort().reverse());
  });

  test('the table for spreadsheets is a line of the list itself', async () => {
    const count = () => Number(value(`select count(*) from site.audit where action = 'audit-export'`)), had = count();
    const csv = await admin.get('/staff/audit.csv?area=entry');
    assert.equal(csv.status, 200);
    assert.match(csv.headers['content-type'], /^text\/csv/);
    assert.match(csv.text, /Когда;Кто;Роль;Что/);
    assert.doesNotMatch(csv.text, /\d\d:\d\d:\d\d\.|kabinet_|postgres/, 'times to the second, programs in words');
    assert.equal(count(), had + 1);
    assert.match(wordsOf(await admin.get('/staff/audit?area=settings')), /выгрузка журнала действий/);
  });

  test('for the administrator alone', async () => {
    assert.equal((await (await loggedInStaff(teacher)).get('/staff/audit')).status, 403);
    assert.equal((await new Visitor().get('/staff/audit')).status, 303);
  });
});
