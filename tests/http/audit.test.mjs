// Who looked at a child's data: written before it is shown, told to the family without names, searched by the administrator.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { cabinet, credentials, eventually, logSize, logText, routes, sql, value } from '../support/kabinet.mjs';
import { freshLesson, klass, pupils, staff, teacher } from '../support/journal.mjs';
import { Visitor, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

/** The pages of desks that show no child: everything else says for which purpose it does. */
const nobody = new Set(['/staff', '/staff/login', '/staff/admin', '/staff/admin/job',
  '/staff/canteen', '/staff/canteen/live', '/staff/canteen/menu', '/staff/canteen/menu/day', '/staff/canteen/dishes', '/staff/canteen/dish',
  '/staff/canteen/rules', '/staff/canteen/complex', '/staff/canteen/report', '/staff/canteen/report.csv',
  '/staff/head', '/staff/head/timetable', '/staff/head/slot', '/staff/head/substitutions', '/staff/head/lesson', '/staff/head/year',
  '/staff/head/events', '/staff/head/completion', '/staff/head/completion.csv',
  '/staff/tutor/counts', '/staff/services', '/staff/services/prices', '/staff/services/price', '/staff/services/group',
  '/staff/library/labels', '/staff/library/sets',
  '/staff/appeals/templates', '/staff/appeals/template', '/staff/appeals/faq', '/staff/appeals/figures']);

const viewsOf = (who, since) => sql(`select purpose, coalesce(class_id::text, ''), coalesce(pupil_id::text, '') from site.viewing
  where staff_id = ${who} and id > ${since} order by id`);
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
    const used = new Set(routes.map(({ view }) => view));
    assert.deepEqual(sql('select purpose from site.view_purpose').map(([purpose]) => purpose).filter((purpose) => !used.has(purpose)), []);
  });

  test('a teacher opens a lesson: one view, in the one round trip of the page', async () => {
    const visitor = await loggedInStaff(teacher), lesson = freshLesson(), since = lastView();
    const from = logSize('journal');
    const answer = await visitor.get(`/staff/journal/lesson?id=${lesson}`);
    assert.equal(answer.status, 200);
    const line = new RegExp(`request=${answer.headers['x-request-id']}.*`);
    await eventually(() => line.test(logText('journal', from)), 'the log has the request');
    assert.match(line.exec(logText('journal', from))[0] + logText('journal', from), /round_trips=1\b/);
    await visitor.get(`/staff/journal/lesson?id=${lesson}`);
    assert.equal(viewsOf(staff, since).filter(([purpose]) => purpose === 'journal-lesson').length <= 1, true, 'a page opened again is the same view');
    assert.equal(Number(value(`select count(*) from site.viewing where staff_id = ${staff} and class_id = ${klass} and purpose = 'journal-lesson'
      and at > now() - interval '15 min'`)), 1);
  });

  test('a page that is refused is no view', async () => {
    const visitor = await loggedInStaff(teacher), since = lastView();
    const foreign = value(`select l.id from school.lesson l join school.class k on k.id = l.class_id where k.school_id <>
      (select school_id from auth.staff where id = ${staff}) limit 1`);
    assert.equal((await visitor.get(`/staff/journal/lesson?id=${foreign}`)).status, 404);
    assert.deepEqual(viewsOf(staff, since), []);
  });

  test('a view that cannot be written: no page', async () => {
    const visitor = await loggedInStaff(teacher), lesson = freshLesson();
    sql(`create function site.test_break() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
      create trigger test_break before insert on site.viewing for each row execute function site.test_break();`);
    try {
      sql(`alter table site.viewing disable trigger keep_viewing; update site.viewing set at = at - interval '20 min' where staff_id = ${staff} and at > now() - interval '20 min';
        alter table site.viewing enable trigger keep_viewing`);
      const answer = await visitor.get(`/staff/journal/lesson?id=${lesson}`);
      assert.equal(answer.status, 500);
      assert.ok(!pupils.some(({ name }) => answer.text.includes(name)), 'and no child in it');
    } finally {
      sql('drop trigger test_break on site.viewing; drop function site.test_break()');
    }
    assert.equal((await visitor.get(`/staff/journal/lesson?id=${lesson}`)).status, 200);
  });
});
