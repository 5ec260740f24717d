// Посещаемость: the figures of real pages against a count of the plain rows, the export, excuses with their files and rules.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cabinetsWith, codesOf, keyOf, missedDay, plus, sendExcuse, upload } from '../support/attendance.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { visitorOf } from '../support/pages.mjs';
import { Visitor, csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const active = credentials.cabinets.filter((c) => c.password);

/** A visitor with that child on show. */
async function onShow(c) {
  const visitor = await loggedIn(c);
  if (!(await visitor.get('/attendance')).text.includes(`<b class="idn">${c.idn}</b>`))
    assert.equal((await visitor.fill('/', { idn: c.idn }, { action: '/child' })).status, 303);
  return visitor;
}

/** Counted here from plain rows, lesson by lesson. */
function countAgain(idn, first, last) {
  const variables = { idn };
  const enrolments = sql(`select e.class_id, e.first_day, coalesce(e.last_day, '9999-12-31') from school.enrolment e
    join school.pupil p on p.id = e.pupil_id where p.idn = :'idn'`, { variables });
  const mine = new Set(sql(`select g.subgroup_id from school.subgroup_pupil g join school.pupil p on p.id = g.pupil_id where p.idn = :'idn'`, { variables }).map(([id]) => id));
  const lessons = sql(`select l.id, l.class_id, l.day, l.subgroup_id, l.is_cancelled, l.roll_at is not null from school.lesson l
    where l.day between '${first}' and '${last}' and l.class_id in (${enrolments.map(([id]) => id).join()})`);
  const said = new Map(sql(`select a.lesson_id, c.scope, c.reason from school.attendance a join school.attendance_code c on c.id = a.code_id
    join school.pupil p on p.id = a.pupil_id where p.idn = :'idn'`, { variables }).map(([id, ...code]) => [id, code]));
  const figures = { lessons: 0, missed: 0, none: 0, ill: 0, excused: 0, unexcused: 0, late: 0, left: 0 };
  for (const [id, klass, day, subgroup, isCancelled, hasRoll] of lessons) {
    if (isCancelled === 't' || hasRoll !== 't') continue;
    if (subgroup !== null && !mine.has(subgroup)) continue;
    if (!enrolments.some(([c, from, to]) => c === klass && from <= day && day <= to)) continue;
    figures.lessons++;
    const [scope, reason] = said.get(id) ?? [];
    if (scope === 'absent') { figures.missed++; figures[reason]++; } else if (scope) figures[scope]++;
  }
  return figures;
}
const shareOf = ({ lessons, missed }) => (lessons ? (Math.floor((lessons - missed) * 1000 / lessons) / 10).toFixed(1).replace('.', ',') : null);
const tile = (answer, title) => Number(new RegExp(`<dt>${title}</dt><dd>(\\d+)`).exec(answer.text)[1]);
const reason = (answer, title) => Number(new RegExp(`<th scope="row">${title}</th><td class="num">(\\d+)</td>`).exec(answer.text)[1]);

describe('attendance', () => {
  test('every figure of every term is what the plain rows give', async () => {
    let counted = 0, missed = 0;
    for (const c of active) {
      const visitor = await onShow(c);
      const page = await visitor.get('/attendance');
      const terms = [...new Set([...page.text.matchAll(/\/attendance\?term=(\d+)"/g)].map(([, id]) => id))];
      assert.ok(terms.length > 0, c.idn);
      for (const id of terms) {
        const answer = await visitor.get(`/attendance?term=${id}`);
        const [[first, last]] = sql(`select first_day, last_day from school.term where id = ${id}`);
        const figures = countAgain(c.idn, first, last);
        assert.equal(/id="share" value="([^"]*)"/.exec(answer.text)?.[1] ?? null, shareOf(figures), `${c.idn}, term ${id}`);
        assert.deepEqual([tile(answer, 'Пропущено'), tile(answer, 'Опозданий'), tile(answer, 'Ранних уходов')], [figures.missed, figures.late, figures.left]);
        assert.deepEqual(['Болезнь', 'Уважительная', 'Неуважительная, по НУП', 'Причина не названа'].map((words) => reason(answer, words)),
          [figures.ill, figures.excused, figures.unexcused, figures.none]);
        const floor = Number(value(`select presence_floor from school.school s join school.term t on t.school_id = s.id where t.id = ${id}`));
        assert.equal(/id="low-share"/.test(answer.text), figures.lessons > 0 && (figures.lessons - figures.missed) * 100 < floor * figures.lessons);
        const csv = await visitor.get(`/attendance.csv?term=${id}`);
        const rows = csv.text.trimEnd().split('\r\n').slice(1);
        assert.equal(rows.length, figures.lessons);
        assert.equal(rows.filter((row) => row.includes(';пропуск;')).length, figures.missed);
        counted += figures.lessons;
        missed += figures.missed;
      }
    }
    assert.ok(counted > 500 && missed > 10, `the demo has attendance: ${missed} of ${counted}`);
  });

  test('the export is a file for spreadsheets', async () => {
    const answer = await (await onShow(active[0])).get('/attendance.csv');
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /^text\/csv; ?charset=utf-8$/i);
    assert.ok(answer.headers['content-disposition'].endsWith(encodeURIComponent('Посещаемость.csv')));
    assert.deepEqual([...answer.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
  });

  test('another school\'s term, a term of nobody, a day that does not exist', async () => {
    const visitor = await onShow(active[0]);
    const far = value(`select t.id from school.term t where t.school_id <> (select school_id from school.pupil where idn = :'idn') limit 1`,
      { variables: { idn: active[0].idn } });
    for (const path of [`/attendance?term=${far}`, `/attendance.csv?term=${far}`, '/attendance?term=999999999'])
      assert.equal((await visitor.get(path)).status, 404, path);
    for (const path of ['/attendance?term=x', '/attendance?day=2026-02-30', '/attendance?day=x'])
      assert.equal((await visitor.get(path)).status, 400, path);
    assert.equal((await visitor.get('/attendance?day=1999-01-01')).status, 200, 'a day of no term');
    assert.equal((await new Visitor().get('/attendance')).status, 303, 'a stranger is sent to the door');
  });
});

describe('excuses', () => {
  const child = cabinetsWith()[0];
  let made, parent;
  before(async () => { made = missedDay(child.idn); parent = await onShow(child); });
  after(() => made?.undo());
  const mine = () => sql(`select state, kind, reason, first_day, last_day, is_ahead, coalesce(f.name, '') from school.excuse e
    left join site.file f on f.id = e.file_id where e.pupil_id = ${made.pupil} and e.last_day > current_date - 1000 order by e.id`);
  const open = async () => Number(/data-open="(\d+)"/.exec((await parent.get('/attendance')).text)?.[1] ?? 0);
  let opened;

  test('a missed lesson has a link that fills in the form', async () => {
    const page = await parent.get(`/attendance?day=${made.day}`);
    assert.match(page.text, /id="day"/);
    assert.match(wordsOf(page), /причина не названа/);
    const form = await parent.get(`/attendance/excuse?kind=late&first=${made.day}&last=${made.day}`);
    assert.match(form.text, new RegExp(`name="first"[^>]*value="${made.day}"`));
    assert.match(form.text, /value="late" required checked/);
    opened = await open();
    assert.ok(opened >= 2, 'what is open is counted');
  });

  test('what a person may type wrong comes back in words, with what was typed', async () => {
    for (const [fields, words] of [
      [{ kind: '' }, /Выберите, о чём речь/], [{ reason: '' }, /Выберите причину/], [{ first: '' }, /Укажите день/],
      [{ body: '' }, /Напишите в нескольких словах/], [{ first: made.today, last: made.day }, /раньше первого/],
      [{ first: plus(made.today, -15) }, /не раньше/], [{ first: plus(made.today, 31) }, /не дальше/],
      [{ kind: 'late', first: made.day, last: made.today }, /один день/],
    ]) {
      const { answer } = await sendExcuse(parent, made.day, { body: 'Моё «объяснение» <b>', ...fields });
      assert.equal(answer.status, 422, words.source);
      assert.match(wordsOf(answer), words);
      if (fields.body === undefined) assert.match(answer.text, /Моё «объяснение» &lt;b&gt;<\/textarea>/);
    }
    assert.equal(mine().length, 0);
  });

  test('a file is what its bytes are', async () => {
    const { answer } = await sendExcuse(parent, made.day, {}, { file: { name: 'справка.pdf', bytes: 'просто текст' } });
    assert.equal(answer.status, 422);
    const large = await sendExcuse(parent, made.day, {}, { file: { name: 'a.pdf', bytes: Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(5 * 1024 * 1024)]) } });
    assert.ok([413, 422].includes(large.answer.status), String(large.answer.status));
    assert.equal(mine().length, 0);
  });

  test('an excuse with a file, sent twice, is there once; nobody else has the file', async () => {
    const pdf = { name: 'справка о болезни.pdf', bytes: '%PDF-1.4\n%%EOF\n' };
    const { sent, answer } = await sendExcuse(parent, made.day, {}, { file: pdf });
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, '/attendance?done=excuse-sent');
    assert.equal((await upload(parent, '/attendance/excuse', sent, { file: pdf })).status, 303, 'the same form again');
    assert.equal((await upload(parent, '/attendance/excuse', { ...sent, body: 'другое' }, { file: pdf })).status, 409, 'its key with other words');
    assert.deepEqual(mine(), [['sent', 'absence', 'ill', made.day, made.day, 'f', pdf.name]]);
    const page = await parent.get('/attendance?done=excuse-sent');
    assert.match(wordsOf(page), /Ждёт ответа классного руководителя/);
    assert.equal(await open(), opened - 2, 'the lessons are not open any more');
    const [, link] = /href="(\/attendance\/file\?id=\d+)"/.exec(page.text);
    const file = await parent.get(link);
    assert.equal(file.bytes.toString(), pdf.bytes);
    assert.equal(file.headers['content-type'], 'application/pdf');
    assert.match(file.headers['content-disposition'], /^attachment/);
    const other = await loggedIn(active.find((c) => c.password !== child.password));
    assert.equal((await other.get(link)).status, 404);
    assert.equal((await other.fill('/attendance/excuse', { id: /id=(\d+)/.exec(link)[1] }, { action: '/attendance/withdraw' })).status, 404);
    assert.equal((await parent.get('/attendance/file?id=999999999')).status, 404);
    assert.deepEqual(codesOf(made), [['absent', 'none', 'teacher'], ['absent', 'none', 'teacher']], 'the journal waits for the tutor');
  });

  test('a second word about the same day is refused, the first can be taken back', async () => {
    const { answer } = await sendExcuse(parent, made.day);
    assert.equal(answer.status, 422);
    assert.match(wordsOf(answer), /уже есть такое объяснение, оно ждёт ответа/);
    const id = value(`select id from school.excuse where pupil_id = ${made.pupil} and state = 'sent' and first_day = '${made.day}'`);
    for (let i = 0; i < 2; i++)
      assert.equal((await parent.fill('/attendance', { id }, { action: '/attendance/withdraw' })).status, 303);
    assert.equal(await open(), opened, 'open again');
    assert.deepEqual(mine().map(([state]) => state), ['withdrawn']);
    assert.equal((await sendExcuse(parent, made.day)).answer.status, 303, 'and said anew');
    sql(`update school.excuse set state = 'rejected', decided_at = now(), answer = 'Нужна справка',
      decided_by = (select id from auth.staff where school_id = ${made.school} limit 1) where pupil_id = ${made.pupil} and state = 'sent' and first_day = '${made.day}'`);
    assert.match(wordsOf(await parent.get('/attendance')), /Отклонено.*Нужна справка/);
    const decided = value(`select max(id) from school.excuse where pupil_id = ${made.pupil}`);
    assert.equal((await parent.fill('/attendance', { id: decided }, { action: '/attendance/withdraw' })).status, 409);
  });

  test('announced before the first lesson, it is said so', async () => {
    assert.equal((await sendExcuse(parent, plus(made.today, 2), { last: plus(made.today, 3), reason: 'excused' })).answer.status, 303);
    assert.deepEqual(mine().at(-1).slice(0, 6), ['sent', 'absence', 'excused', plus(made.today, 2), plus(made.today, 3), 't']);
    assert.match(wordsOf(await parent.get('/attendance')), /предупредили заранее/);
  });

  test('two at once: one stays', async () => {
    const day = plus(made.today, 9);
    const page = await parent.get('/attendance/excuse');
    const forms = await Promise.all([0, 1, 2].map(() => parent.get('/attendance/excuse')));
    assert.equal(new Set(forms.map(keyOf)).size, 3, 'each form has a key of its own');
    const answers = await Promise.all(forms.map((form) => upload(parent, '/attendance/excuse',
      { csrf: csrfOf(page), key: keyOf(form), kind: 'absence', reason: 'ill', first: day, last: '', body: 'разом' })));
    assert.deepEqual(answers.map((a) => a.status).sort(), [303, 422, 422]);
    assert.equal(value(`select count(*) from school.excuse where pupil_id = ${made.pupil} and first_day = '${day}'`), '1');
  });
});

describe('a pupil', () => {
  test('looks, and sends nothing', async () => {
    const pupil = await visitorOf('pupil');
    const page = await pupil.get('/attendance');
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /\/attendance\/(excuse|withdraw)/);
    assert.equal((await pupil.get('/attendance/excuse')).status, 403);
    const answer = await upload(pupil, '/attendance/excuse', { csrf: csrfOf(page), key: '00000000-0000-4000-8000-000000000077', kind: 'absence', reason: 'ill',
      first: value('select current_date'), body: 'сам' });
    assert.equal(answer.status, 403);
  });
});
