// The class tutor's desk over HTTPS: what a family said is decided once, the journal and the family's page follow, and nobody else's
// class is in reach.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cabinetsWith, codesOf, missedDay, plus, sendExcuse } from '../support/attendance.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { csrfOf, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

const tutors = credentials.staff.filter((s) => s.role === 'tutor');
const classOf = (login) => `(select k.id from school.class k join auth.staff f on f.id = k.tutor_id join school.year y on y.id = k.year_id
  where f.login = '${login}' and current_date between y.first_day and y.last_day order by k.grade, k.letter limit 1)`;
const member = tutors.find((s) => { try { return cabinetsWith(`p.class_id = ${classOf(s.login)}`).length > 0; } catch { return false; } });

describe('class', () => {
  const child = cabinetsWith(`p.class_id = ${classOf(member.login)}`).at(-1);
  let tutor, other, teacher, parent, made;
  before(async () => {
    made = missedDay(child.idn, 2);
    tutor = await loggedInStaff(member);
    other = await loggedInStaff(tutors.find((s) => s.login !== member.login));
    teacher = await loggedInStaff(credentials.staff.find((s) => s.role === 'teacher'));
    parent = await loggedIn(child);
    if (!(await parent.get('/attendance')).text.includes(`<b class="idn">${child.idn}</b>`))
      assert.equal((await parent.fill('/', { idn: child.idn }, { action: '/child' })).status, 303);
  });
  after(() => {
    made?.undo();
  });
  const page = (path = '/staff/class') => tutor.get(`${path}?class=${made.class}&day=${made.day}`);
  const excuses = () => sql(`select id, state, answer from school.excuse where pupil_id = ${made.pupil} and last_day > current_date - 1000 order by id`);
  const decide = async (visitor, fields) => visitor.submit('/staff/class/excuse',
    { csrf: csrfOf(await visitor.get('/staff/class')), class: made.class, answer: '', ...fields });
  const name = () => value(`select people.pupil_name(${made.pupil})`);

  test('the grid has the names of the class and the letters of the journal', async () => {
    const answer = await page();
    assert.equal(answer.status, 200);
    assert.ok(wordsOf(answer).includes(name()));
    const shown = [...answer.text.matchAll(new RegExp(`lesson=(\\d+)&amp;pupil=${made.pupil}"`, 'g'))].map(([, id]) => id);
    for (const id of made.lessons.slice(0, 2)) assert.ok(shown.includes(id), 'a missed lesson has its letter');
    assert.ok(!shown.includes(made.lessons[2]), 'one that was attended has none');
    assert.ok(wordsOf(await page('/staff/class/week')).includes(name()));
    const members = Number(value(`select count(*) from school.class_members(${made.class}, '${made.day}', '${made.day}')`));
    assert.equal(answer.text.match(/<th scope="row">/g).length, members);
  });

  test('an announced absence is shown on its day; accepted, the journal knows the reason by itself', async () => {
    const day = plus(made.today, 4);
    assert.equal((await sendExcuse(parent, day, { body: 'Едем на олимпиаду', reason: 'excused' })).answer.status, 303);
    assert.match(wordsOf(await tutor.get(`/staff/class?class=${made.class}&day=${day}`)), /не придёт \(не решено\)/);
    const [[id]] = excuses();
    assert.equal((await decide(tutor, { id, decision: 'accept', answer: 'Удачи!' })).status, 303);
    assert.match(wordsOf(await tutor.get(`/staff/class?class=${made.class}&day=${day}`)), /не придёт(?! \(не решено\))/);
    assert.match(wordsOf(await parent.get('/attendance')), /Принято.*Удачи!/);
  });

  test('a family explains, the tutor accepts: journal and family see it; a second word comes too late', async () => {
    assert.equal((await sendExcuse(parent, made.day, { body: 'Грипп' }, { file: { name: 'справка.pdf', bytes: '%PDF-1.4\n%%EOF\n' } })).answer.status, 303);
    const words = wordsOf(await tutor.get(`/staff/class?class=${made.class}`));
    assert.match(words, /Грипп/);
    const id = excuses().at(-1)[0];
    const file = await tutor.get(`/staff/class/file?id=${id}`);
    assert.equal(file.bytes.toString(), '%PDF-1.4\n%%EOF\n');
    assert.match(file.headers['content-disposition'], /^attachment/);
    for (const stranger of [other, teacher])
      assert.ok([403, 404].includes((await stranger.get(`/staff/class/file?id=${id}`)).status));
    assert.equal((await decide(other, { id, decision: 'accept' })).status, 404, 'another tutor');
    const two = await Promise.all([decide(tutor, { id, decision: 'accept', answer: 'Поправляйтесь' }), decide(tutor, { id, decision: 'reject', unexcused: '1' })]);
    assert.deepEqual(two.map((a) => a.status).sort(), [303, 409], 'two decisions at once: one wins');
    const isAccepted = excuses().at(-1)[1] === 'accepted';
    assert.deepEqual(codesOf(made), Array(2).fill(isAccepted ? ['absent', 'ill', 'excuse'] : ['absent', 'unexcused', 'tutor']));
    assert.equal((await decide(tutor, isAccepted ? { id, decision: 'accept', answer: 'Поправляйтесь' } : { id, decision: 'reject', unexcused: '1' })).status, 303,
      'the same decision again');
    assert.match(wordsOf(await parent.get(`/attendance?day=${made.day}`)), isAccepted ? /болезнь/ : /по НУП/);
    assert.equal((await decide(tutor, { id: 999999999, decision: 'accept' })).status, 404);
    assert.equal((await decide(tutor, { id, decision: 'maybe' })).status, 400);
  });

  test('the tutor changes a reason with a note; what was seen must still be so', async () => {
    const path = `/staff/class/reason?lesson=${made.lessons[0]}&pupil=${made.pupil}`;
    const form = await tutor.get(path);
    assert.equal(form.status, 200);
    const was = /name="was" value="(\d+)"/.exec(form.text)[1];
    const codes = sql(`select id, reason from school.attendance_code where school_id = ${made.school} and scope = 'absent' and id <> ${was} order by rank`);
    const fields = { csrf: csrfOf(form), lesson: made.lessons[0], pupil: made.pupil, class: made.class, day: made.day, was, code: codes[0][0], note: 'звонок родителей' };
    const answer = await tutor.submit('/staff/class/reason', fields);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, `/staff/class?class=${made.class}&day=${made.day}&done=reason`);
    assert.deepEqual(codesOf(made)[0], ['absent', codes[0][1], 'tutor']);
    assert.match((await tutor.get(path)).text, /value="звонок родителей"/);
    assert.equal((await tutor.submit('/staff/class/reason', { ...fields, code: codes[1][0] })).status, 409, 'somebody was faster');
    assert.equal((await other.get(path)).status, 404);
    assert.ok(!wordsOf(await parent.get(`/attendance?day=${made.day}`)).includes('звонок родителей'), 'the note is the school\'s');
    const far = value(`select id from school.attendance_code where school_id <> ${made.school} limit 1`);
    assert.equal((await tutor.submit('/staff/class/reason', { ...fields, was: codes[0][0], code: far })).status, 404);
  });

  test('lessons without a roll and diaries without a signature', async () => {
    sql(`update school.lesson set roll_at = null, roll_by = null where id = ${made.lessons[2]}`);
    assert.match(wordsOf(await page()), /, 12-й урок/);
    const monday = value(`select (date_trunc('week', timestamp '${made.day}') - interval '14 days')::date`);
    const was = sql(`delete from school.week_signature where pupil_id = ${made.pupil} and monday = '${monday}' returning access_id`);
    const signed = async () => Number(/id="signed-count">(\d+)/.exec((await tutor.get(`/staff/class?class=${made.class}&signed=${monday}`)).text)[1]);
    const before = await signed();
    sql(`insert into school.week_signature (pupil_id, monday, access_id) select ${made.pupil}, '${monday}', id from auth.access where pupil_id = ${made.pupil} order by ordinal desc limit 1`);
    assert.equal(await signed(), before + 1);
    if (!was.length) sql(`delete from school.week_signature where pupil_id = ${made.pupil} and monday = '${monday}'`);
  });

  test('the export carries the class with names', async () => {
    const answer = await tutor.get(`/staff/class.csv?class=${made.class}&from=${made.day}&to=${made.day}`);
    assert.ok(answer.headers['content-disposition'].endsWith(encodeURIComponent('Посещаемость класса.csv')));
    const rows = answer.text.trimEnd().split('\r\n').slice(1);
    assert.equal(rows.filter((row) => row.includes(name()) && /;1[01];/.test(row)).length, 2);
    assert.ok(rows.every((row) => row.startsWith(made.day)));
    assert.equal((await tutor.get(`/staff/class.csv?from=${made.today}&to=${made.day}`)).status, 400, 'backwards');
  });

  test('a foreign class, another school\'s, a pupil\'s parent, a teacher without a class', async () => {
    const far = value(`select k.id from school.class k where k.school_id <> ${made.school} limit 1`);
    const near = value(`select k.id from school.class k where k.school_id = ${made.school} and k.tutor_id is distinct from
      (select f.id from auth.staff f where f.login = '${member.login}') limit 1`);
    for (const id of [far, near, 999999999])
      for (const path of ['/staff/class', '/staff/class/week', '/staff/class.csv'])
        assert.equal((await tutor.get(`${path}?class=${id}`)).status, 404, `${path} ${id}`);
    for (const path of ['/staff/class', '/staff/class/week', '/staff/class.csv']) {
      assert.equal((await parent.get(path)).status, 303, 'a parent is sent to the door of the desks');
      assert.ok([403, 404].includes((await teacher.get(path)).status), 'a teacher who is no tutor');
    }
    for (const query of ['class=x', 'day=2026-02-30', 'class=-1'])
      assert.equal((await tutor.get(`/staff/class?${query}`)).status, 400, query);
  });
});
