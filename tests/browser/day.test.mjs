/*
 * One school day as its people live it: a card at the gate, the roll and a mark on the teacher's phone, the mark corrected, and what
 * the parent sees of it a moment later; yesterday's absence excused by the parent and accepted by the class tutor.
 *
 * The lesson is made for the test, today, so that it passes at night, on Sundays and in the holidays.
 */
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { launchBrowser, logInStaff, newContext, newPage, openSession, readCredentials } from '../support/browser.mjs';
import { codesOf, missedDay } from '../support/attendance.mjs';
import { eventually, sql, value } from '../support/kabinet.mjs';
import { Reader, endCard, giveCard } from '../support/reader.mjs';

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true };
const NUMBER = 9;   // no timetable of the demo goes so far
let browser, child, pupil, lesson, missed, parentState, teacher, tutor;

/* The child on show, and a teacher of the whole class with a login. */
function findPeople() {
  const { cabinets, staff } = readCredentials();
  [child] = cabinets;
  pupil = value(`select id from school.pupil where idn = '${child.idn}'`);
  const of = (condition) => staff.find((s) => value(`select exists (select from auth.staff f join school.class k on k.id =
    (select class_id from school.pupil where id = ${pupil}) where f.login = '${s.login}' and ${condition})`) === 't');
  teacher = of(`exists (select from school.teaching t where t.staff_id = f.id and t.class_id = k.id and t.subgroup_id is null)`);
  tutor = of('k.tutor_id = f.id');
  assert.ok(teacher && tutor, 'credentials.json has a teacher and the tutor of the class');
}

/* Today's lesson of that teacher in that class, and a term around today, so that its marks count. */
function makeLesson() {
  const [[klass, subject, title, staff, day]] = sql(`select t.class_id, t.subject_id, s.title, t.staff_id, (now() at time zone c.time_zone)::date
    from school.pupil p join school.school c on c.id = p.school_id join auth.staff f on f.login = '${teacher.login}'
    join school.teaching t on t.class_id = p.class_id and t.staff_id = f.id and t.subgroup_id is null
    join school.subject s on s.id = t.subject_id where p.id = ${pupil} order by s.rank limit 1`);
  if (value(`select school.term_on(${klass}, '${day}')`) === null)
    sql(`insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
      select k.school_id, k.year_id, 'quarter', 4, int4range(k.grade, k.grade + 1), '${day}'::date - 2, '${day}'::date + 1 from school.class k where k.id = ${klass}`);
  const id = value(`insert into school.lesson (class_id, day, number, subject_id, staff_id, room) values (${klass}, '${day}', ${NUMBER}, ${subject}, ${staff}, 'тест')
    on conflict (class_id, day, number, subgroup_id) do update set room = excluded.room returning id`);
  sql(`delete from school.attendance where lesson_id = ${id}; update school.lesson set roll_at = null, roll_by = null where id = ${id}`);
  return { id, klass, subject, title, day };
}

before(async () => {
  findPeople();
  lesson = makeLesson();
  missed = missedDay(child.idn);
  browser = await launchBrowser();
  parentState = await openSession(browser, child);
});
after(async () => {
  missed?.undo();
  await browser?.close();
});

async function as(storageState, body, options = phone) {
  const context = await newContext(browser, { ...options, storageState });
  const page = await newPage(context);
  try {
    const answer = await body(page);
    assert.deepEqual(page.complaints, []);
    return answer;
  } finally {
    await context.close();
  }
}
const asParent = (body, options) => as(parentState, body, options);
const asStaff = (member, body, options) => as(undefined, async (page) => {
  await logInStaff(page, member);
  return body(page);
}, options);
const words = async (page, selector) => (await text(page, selector)).replace(/\s+/g, ' ');
const changes = (page) => words(page, '#changes');
const text = (page, selector = 'main') => page.locator(selector).innerText();

/* The averages of the subject as the parent reads them. */
const average = (page) => page.goto(`/diary/subject?id=${lesson.subject}`).then(() => text(page));
const said = (n) => n.toFixed(2).replace('.', ',');

/* Independent of the database's sums: the plain mean of the raw marks of the term, to hundredths. */
function meanOfMarks() {
  const points = sql(`select m.points from school.mark m join school.term t on t.id = school.term_on(${lesson.klass}, '${lesson.day}')
    where m.pupil_id = ${pupil} and m.subject_id = ${lesson.subject} and m.points is not null and m.day between t.first_day and t.last_day`)
    .map(([p]) => Number(p));
  return Math.floor((100 * points.reduce((a, b) => a + b, 0)) / points.length + 0.5) / 100;
}

describe('a school day', () => {
  test('a card at the gate is on the page of security a moment later', async () => {
    const reader = new Reader();
    const uid = giveCard(child.idn);
    try {
      const answer = await reader.tell({ uid, direction: 'in' });
      assert.equal(answer.text.trim(), 'accepted=1 duplicate=0 unknown=0');
      const [[at]] = sql(`select to_char(e.at at time zone s.time_zone, 'HH24:MI') from gate.event e join school.school s on s.id = e.school_id
        where e.device_id = '${reader.id}'`);
      await asParent(async (page) => {
        await page.goto('/security');
        assert.match(await text(page), new RegExp(at));
        assert.match(await text(page), /проходная для испытаний/);
      });
    } finally {
      endCard(uid);
      reader.retire();
    }
  });

  test('the teacher takes the roll on a phone: one pupil is late, the others are there', () => asStaff(teacher, async (page) => {
    await page.goto(`/staff/journal/lesson?id=${lesson.id}`);
    const late = value(`select id from school.attendance_code where scope = 'late' and school_id = (select school_id from school.pupil where id = ${pupil}) order by rank limit 1`);
    await page.selectOption(`[name=how_${pupil}]`, late, { force: true });
    await page.fill(`[name=minutes_${pupil}]`, '7', { force: true });
    await page.click('form[data-journal=roll] button[type=submit]');
    await page.locator('main', { hasText: /отмечено \d/ }).waitFor();
    /* The page says so when the server has it; others may be absent, whom their families announced. */
    assert.deepEqual(sql(`select a.minutes, c.scope from school.attendance a join school.attendance_code c on c.id = a.code_id
      where a.lesson_id = ${lesson.id} and a.pupil_id = ${pupil}`), [['7', 'late']]);
  }));

  test('a mark given on the phone is in the diary, in the averages and on the front page', async () => {
    await asStaff(teacher, async (page) => {
      const last = value(`select coalesce(max(id), 0) from school.work`);
      await page.goto(`/staff/journal/marks?id=${lesson.id}&work=0`);
      await page.fill(`#mark_${pupil}`, '2');
      const marks = () => sql(`select w.id, m.value from school.mark m join school.work w on w.id = m.work_id where w.lesson_id = ${lesson.id}
        and m.pupil_id = ${pupil} and w.id > ${last}`);
      await page.click('form[data-journal=marks] button[type=submit]');
      await eventually(() => marks().length > 0, 'the mark is in the database');
      assert.deepEqual(marks().map(([, mark]) => mark), ['2']);
    });
    await asParent(async (page) => {
      await page.goto(`/diary?day=${lesson.day}`);
      assert.match(await text(page), new RegExp(`${lesson.title}[\\s\\S]*2`));
      assert.match(await average(page), new RegExp(said(meanOfMarks())));
      await page.goto('/');
      assert.match(await text(page), new RegExp(lesson.title), 'the latest marks on the front page');
    });
  });

  test('the corrected mark shows old and new, with the reason', async () => {
    await asStaff(teacher, async (page) => {
      const work = value(`select max(w.id) from school.work w where w.lesson_id = ${lesson.id}`);
      await page.goto(`/staff/journal/mark?work=${work}&pupil=${pupil}`);
      await page.fill('#value-1', '5');
      await page.fill('#reason-1', 'пересдача');
      await page.click('form[data-journal=mark] button[type=submit]');
      await page.locator('.things', { hasText: '2 → 5' }).waitFor();
    });
    await asParent(async (page) => {
      await page.goto(`/diary/subject?id=${lesson.subject}`);
      assert.match(await changes(page), /было 2 → , стало 5/);
      assert.match(await text(page), /пересдача/);
      assert.match(await text(page), new RegExp(said(meanOfMarks())));
      await page.goto('/');
      assert.match(await words(page), /было 2, стало 5/);
    });
  });

  test('the parent excuses yesterday, the tutor accepts, attendance changes', async () => {
    const counted = async (page) => {
      await page.goto('/attendance');
      return (await text(page)).replace(/\s+/g, ' ');
    };
    await asParent(async (page) => {
      await page.goto('/attendance/excuse');
      await page.fill('#first', missed.day);
      await page.fill('#body', 'Были у врача');
      await page.check('[name=reason][value=ill]');
      await page.click('main form button[type=submit]');
      await page.waitForURL(/done=/);
    });
    assert.deepEqual(codesOf(missed).map(([, reason]) => reason), ['none', 'none']);
    const before = await asParent(counted);
    await asStaff(tutor, async (page) => {
      await page.goto('/staff/class');
      await page.locator('#excuses li', { hasText: 'Были у врача' }).locator('button[value=accept]').first().click();
      await page.waitForURL(/done=/);
    }, {});
    assert.deepEqual(codesOf(missed).map(([scope, reason, source]) => [scope, reason, source]),
      [['absent', 'ill', 'excuse'], ['absent', 'ill', 'excuse']]);
    assert.notEqual(await asParent(counted), before);
  });
});
