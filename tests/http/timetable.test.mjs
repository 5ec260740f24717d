// Расписание: the pages say what the database knows of the child's lessons, and what a substitution changed, in words.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cabinet, credentials, sql, value } from '../support/kabinet.mjs';
import { loggedIn, unescape, wordsOf } from '../support/visitor.mjs';

const mine = cabinet();
const pupil = `(select id from school.pupil where idn = '${mine.idn}')`;

describe('timetable', () => {
  let parent, day, lesson, was;

  // A lesson of ours on a day three weeks ahead or so that has none at number 0: whatever day it is today.
  before(async () => {
    parent = await loggedIn(mine);
    if (!new RegExp(`кабинет ученика[\\s\\S]*?${mine.idn}`).test((await parent.get('/')).text))
      await parent.fill('/', { idn: mine.idn }, { action: '/child' });
    [[day, was]] = sql(`select d.day::date, j.title from generate_series(current_date + 20, current_date + 26, interval '1 day') d(day),
      school.subject j where j.id = (select min(l.subject_id) from school.lesson l where l.class_id = school.class_on(${pupil}, d.day::date))
        or j.id = (select min(s.id) from school.subject s join school.pupil p on p.school_id = s.school_id where p.id = ${pupil})
      order by extract(isodow from d.day) = 7, d.day limit 1`);
    [[lesson]] = sql(`with changed as (
        select k.id as class_id, min(j.id) as subject, max(j.id) as other from school.pupil p join school.class k on k.id = p.class_id
          join school.subject j on j.school_id = p.school_id where p.id = ${pupil} group by k.id),
      staff as (select min(f.id) as id from auth.staff f join school.pupil p on p.school_id = f.school_id where p.id = ${pupil})
      insert into school.lesson (class_id, day, number, subject_id, staff_id, room, was_subject_id, was_room, note, remote_url)
      select c.class_id, '${day}', 0, c.subject, s.id, '77', c.other, '78', 'Проверка <b>&', 'https://video.example/a?b=1&c=2' from changed c, staff s
      on conflict (class_id, day, number, subgroup_id) do update set is_cancelled = false, room = '77', note = excluded.note, remote_url = excluded.remote_url
      returning id`);
  });
  after(() => sql(`delete from school.lesson where id = '${lesson}'`));

  const lessonsOn = (d) => sql(`select j.title, l.room from school.lesson l join school.subject j on j.id = l.subject_id
    where l.class_id = school.class_on(${pupil}, '${d}') and l.day = '${d}' and school.attends(${pupil}, l.subgroup_id) order by l.number`);
  /* The lessons of a page: { number, title, words }. */
  const itemsOf = (answer) => [...answer.text.matchAll(/<li class="tt-item[^"]*">([\s\S]*?)<\/li>/g)].map(([, html]) => ({
    title: unescape(/class="tt-title">([^<]*)</.exec(html)[1]), words: unescape(html.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim(),
  }));

  test('a day has the lessons of the child, in order', async () => {
    const answer = await parent.get(`/timetable?day=${day}`);
    assert.equal(answer.status, 200);
    assert.deepEqual(itemsOf(answer).filter((i) => /^\d/.test(i.words)).map((i) => i.title), lessonsOn(day).map(([title]) => title));
  });

  test('a week has the lessons of each of its days', async () => {
    const answer = await parent.get(`/timetable?week=${day}`);
    const week = sql(`select g::date from generate_series(date_trunc('week', '${day}'::timestamp), date_trunc('week', '${day}'::timestamp) + interval '6 days', interval '1 day') g`);
    assert.deepEqual(itemsOf(answer).filter((i) => /^\d/.test(i.words)).map((i) => i.title), week.flatMap(([d]) => lessonsOn(d).map(([title]) => title)));
    assert.equal((await parent.get(`/timetable?week=${week[6]}`)).text.match(/class="card tt-day/g).length >= 6, true, 'Sunday belongs to the same week');
  });

  test('a substitution says what it was, in words; the text of people stays text', async () => {
    const [item] = itemsOf(await parent.get(`/timetable?day=${day}`));
    assert.match(item.words, /замена/);
    assert.match(item.words, /Было по расписанию: .+, каб\. 78/);
    assert.match(item.words, /Проверка <b>&/);
    const { text } = await parent.get(`/timetable?day=${day}`);
    assert.ok(text.includes('href="https://video.example/a?b=1&amp;c=2"'), 'the link of a remote lesson');
    assert.ok(!text.includes('<b>&'));
  });

  test('a cancelled lesson says so', async () => {
    sql(`update school.lesson set is_cancelled = true where id = '${lesson}'`);
    const [item] = itemsOf(await parent.get(`/timetable?day=${day}`));
    assert.match(item.words, /отменён/);
    sql(`update school.lesson set is_cancelled = false where id = '${lesson}'`);
  });

  test('events of the school and of the class, a day off and other bells, on their day and in the calendar', async () => {
    const school = `(select school_id from school.pupil where id = ${pupil})`;
    const ids = sql(`insert into school.event (school_id, class_id, kind, day, last_day, starts, ends, title, place)
      select ${school}, c.id, v.kind::school.event_kind, '${day}', '${day}', v.starts::time, v.ends::time, v.title, 'актовый зал'
        from (values ('exam', '10:00', '12:00', 'Проверочный экзамен', 1), ('meeting', '18:00', null, 'Чужое собрание', 0)) v(kind, starts, ends, title, own),
             lateral (select k.id from school.class k join school.pupil p on p.id = ${pupil} where (k.id = p.class_id) = (v.own = 1)
                        and k.school_id = p.school_id order by k.id limit 1) c returning id`).map(([id]) => id);
    try {
      const page = wordsOf(await parent.get(`/timetable?day=${day}`));
      assert.match(page, /Проверочный экзамен Экзамен.*10:00–12:00 · актовый зал/);
      assert.doesNotMatch(page, /Чужое собрание/, 'another class has it to itself');
      const month = wordsOf(await parent.get(`/timetable/calendar?month=${day.slice(0, 7)}`));
      assert.match(month, /10:00–12:00 Проверочный экзамен/);
      sql(`update school.event set is_cancelled = true where id = '${ids[0]}'`);
      assert.match(wordsOf(await parent.get(`/timetable?day=${day}`)), /Проверочный экзамен Экзамен отменено/);
      assert.equal(value(`select revision from school.event where id = '${ids[0]}'`), '1', 'calendars learn of the change');
    } finally {
      sql(`delete from school.event where id in (${ids.join()})`);
    }
  });

  test('links lead to the neighbours, and nowhere else', async () => {
    const step = async (path, rel) => unescape(new RegExp(`rel="${rel}" href="([^"]+)"`).exec((await parent.get(path)).text)[1]);
    assert.equal(await step('/timetable?week=2026-11-26', 'prev'), '/timetable?week=2026-11-16');
    assert.equal(await step('/timetable?week=2026-12-31', 'next'), '/timetable?week=2027-01-04');
    assert.equal(await step('/timetable?day=2026-03-01', 'prev'), '/timetable?day=2026-02-28');
    assert.equal(await step('/timetable/calendar?month=2026-12', 'next'), '/timetable/calendar?month=2027-01');
    assert.equal(await step('/timetable/calendar?month=2026-01', 'prev'), '/timetable/calendar?month=2025-12');
    for (const path of ['/timetable?week=1900-01-01', '/timetable?week=2199-12-31', '/timetable?day=1900-01-01', '/timetable/calendar?month=1900-01',
      '/timetable/calendar?month=2199-12']) assert.equal((await parent.get(path)).status, 200, path);
  });

  test('what is no date is no page', async () => {
    for (const query of ['?day=2026-02-29', '?week=x', '?day=2200-01-01', '?day=1899-12-31', '?week=2026-11-24&week=2026-11-25', '/calendar?month=2026-13', '/calendar?month=2026'])
      assert.equal((await parent.get(`/timetable${query}`)).status, 400, query);
  });

  test('now and next is what the database says of this moment', async () => {
    const [[kind]] = sql(`select n.now_kind from school.pupil p join school.school s on s.id = p.school_id,
      school.now_next(p.id, now() at time zone s.time_zone) n where p.id = ${pupil}`);
    const words = { lesson: /Идёт \d+-й урок: .*До конца \d+ минут/, break: /Перемена\. Дальше \d+-й урок/, before: /На учёбу сегодня в \d+:\d\d/,
      after: /Уроки на сегодня закончились/, free: /Сегодня уроков нет/, off: /На учёбу|Следующие уроки/, holidays: /каникулы/i };
    assert.match(wordsOf(await parent.get('/timetable')), words[kind], kind);
  });

  test('another family and another school see their own', async () => {
    const other = credentials.cabinets.find((c) => c.password && c.class !== mine.class && c.idn !== mine.idn && c.password !== mine.password);
    const stranger = await loggedIn(other);
    assert.doesNotMatch(wordsOf(await stranger.get(`/timetable?day=${day}`)), /Проверка <b>&/);
  });

  test('paper has no buttons but all the days', async () => {
    const answer = await parent.get(`/timetable?week=${day}&print=1`);
    assert.match(wordsOf(answer), /^Расписание: \d/);
    assert.ok(!/rel="next"/.test(answer.text));
    assert.deepEqual(itemsOf(answer).map((i) => i.title), itemsOf(await parent.get(`/timetable?week=${day}`)).map((i) => i.title));
  });

  test('no page names a teacher', async () => {
    const names = sql(`select distinct n.last_name from people.staff s join people.person n on n.id = s.person_id`).map(([name]) => name);
    assert.ok(names.length > 5);
    const { text } = await parent.get(`/timetable?week=${day}`);
    for (const name of names) assert.ok(!text.includes(name), name);
  });
});
