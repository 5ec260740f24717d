// The head's desk over HTTP: the timetable changes and its lessons follow, a substitution reaches the parent's page at once, whoever
// is no head of this school is refused.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cabinet, credentials, sql, value } from '../support/kabinet.mjs';
import { csrfOf, loggedIn, loggedInStaff, unescape, wordsOf } from '../support/visitor.mjs';

const mine = cabinet();
const member = (role, school) => credentials.staff.find((s) => s.role === role &&
  value(`select c.number from auth.staff f join school.school c on c.id = f.school_id where f.login = '${s.login}'`) === school);
const school = value(`select c.number from school.pupil p join school.school c on c.id = p.school_id where p.idn = '${mine.idn}'`);
const pupilClass = value(`select class_id from school.pupil where idn = '${mine.idn}'`);
/* The school's day: in the Far East it begins while the server still has yesterday's. */
const today = value(`select timezone(s.time_zone, now())::date from school.school s where s.number = '${school}'`);

// In the summer holidays nothing is planned that could be changed.
const skip = value(`select count(*) from school.lesson where class_id = ${pupilClass} and day > date '${today}'`) === '0' && 'no lessons ahead';

describe('head', { skip }, () => {
  let head, stranger, teacher, day, slots = [];

  const post = async (visitor, path, fields, page = '/staff/head/year') => {
    const shown = await visitor.get(page);
    return visitor.submit(path, { csrf: csrfOf(shown.status === 200 ? shown : await visitor.get('/staff')), key: randomUUID(), ...fields });
  };
  const lessonsOf = (number) => sql(`select l.id, l.day from school.lesson l where l.class_id = ${pupilClass} and l.number = ${number} and l.day >= date '${today}' order by l.day`);

  before(async () => {
    head = await loggedInStaff(member('head', school));
    stranger = await loggedInStaff(credentials.staff.find((s) => s.role === 'head' && s.login !== member('head', school).login));
    teacher = await loggedInStaff(member('teacher', school));
    // The weekday of the next day of the class that has lessons, so that a new line makes lessons whatever day it is.
    day = value(`select min(day) from school.lesson where class_id = ${pupilClass} and day > date '${today}'`);
    assert.ok(day, 'the class has lessons ahead');
    sql(`delete from school.lesson where class_id = ${pupilClass} and number = 11 and day >= date '${today}'; delete from school.slot where class_id = ${pupilClass} and number = 11`);
  });
  after(() => sql(`delete from school.lesson where class_id = ${pupilClass} and number = 11 and day >= date '${today}';
    delete from school.slot where class_id = ${pupilClass} and number = 11; delete from school.event where title like 'Проверка завуча%';
    delete from site.announcement where title like 'Проверка завуча%'; delete from site.contact where subject = 'Проверочный контакт'`));

  /* Somebody who teaches at this school and has nothing at that number; the form's own choices. */
  const choose = () => {
    const [[subject, staff]] = sql(`select min(j.id), (select min(f.id) from auth.staff f where f.school_id = j.school_id and f.left_at is null and 'teacher' = any (f.roles))
      from school.subject j join school.school c on c.id = j.school_id where c.number = '${school}' group by j.school_id`);
    return { subject, teacher: staff };
  };
  const weekday = () => value(`select extract(isodow from '${day}'::date)::int`);

  test('a new line of the timetable makes lessons; the parent sees them', async () => {
    const answer = await post(head, '/staff/head/slot/save', { class: pupilClass, slot: '', weekday: weekday(), number: '11', ...choose(), subgroup: '', room: 'Я-11', from: day },
      `/staff/head/slot?class=${pupilClass}`);
    assert.equal(answer.status, 303, wordsOf(answer));
    const made = lessonsOf(11);
    assert.ok(made.length >= 1);
    assert.equal(made[0][1], day);
    const parent = await loggedIn(mine);
    assert.match(wordsOf(await parent.get(`/timetable?day=${day}`)), /Я-11/);
  });

  test('clashes are refused in words, with what was typed kept', async () => {
    const { subject, teacher: busy } = choose();
    const other = value(`select min(k.id) from school.class k join school.class m on m.year_id = k.year_id where m.id = ${pupilClass} and k.id <> m.id`);
    const answer = await post(head, '/staff/head/slot/save', { class: other, weekday: weekday(), number: '11', subject, teacher: busy, room: 'Я-12', from: day }, `/staff/head/slot?class=${other}`);
    assert.equal(answer.status, 422);
    assert.match(wordsOf(answer), /У учителя в это время уже есть урок/);
    assert.match(answer.text, /name="room"[^>]*value="Я-12"/);
    assert.equal((await post(head, '/staff/head/slot/save', { class: other, weekday: weekday(), number: '11', subject: '', teacher: '', from: day }, `/staff/head/slot?class=${other}`)).status, 422);
  });

  test('a substitution and its end are on the parent\'s page at once, without a name', async () => {
    const [[lesson]] = lessonsOf(11);
    const page = await head.get(`/staff/head/lesson?id=${lesson}`);
    const [, free, name] = /<option value="(\d+)">([^<—]+?)(?: — ведёт предмет)?, уроков в этот день/.exec(page.text);
    const answer = await head.submit('/staff/head/substitute', { csrf: csrfOf(page), id: lesson, action: 'replace', teacher: free, room: 'Я-13', note: 'Проверка замены' });
    assert.equal(answer.headers.location, `/staff/head/lesson?id=${lesson}&done=head-replace`);
    const parent = await loggedIn(mine);
    const words = wordsOf(await parent.get(`/timetable?day=${day}`));
    assert.match(words, /замена учителя.*Я-13.*Проверка замены/);
    assert.ok(!words.includes(unescape(name).split(' ')[0]), 'the cabinet names nobody');
    assert.equal((await post(head, '/staff/head/substitute', { id: lesson, action: 'cancel', note: 'Проверка отмены' })).status, 303);
    assert.match(wordsOf(await parent.get(`/timetable?day=${day}`)), /отменён.*Проверка отмены/);
    assert.equal((await post(head, '/staff/head/substitute', { id: lesson, action: 'restore' })).status, 303);
    assert.doesNotMatch(wordsOf(await parent.get(`/timetable?day=${day}`)), /Проверка/);
  });

  test('who is busy cannot be sent, even by hand', async () => {
    const [[lesson, busy]] = sql(`select l.id, o.staff_id from school.lesson l join school.class k on k.id = l.class_id
      join school.lesson o on o.day = l.day and o.number = l.number and o.id <> l.id and o.staff_id <> l.staff_id and not o.is_cancelled
      join school.class m on m.id = o.class_id and m.school_id = k.school_id
      where l.class_id = ${pupilClass} and l.day > date '${today}' and l.staff_id = coalesce(l.was_staff_id, l.staff_id) limit 1`);
    const answer = await post(head, '/staff/head/substitute', { id: lesson, action: 'replace', teacher: busy, room: '' });
    assert.equal(answer.status, 422);
    assert.match(wordsOf(answer), /Этот учитель на \d+-м уроке занят/);
    assert.equal((await post(head, '/staff/head/substitute', { id: lesson, action: 'replace', teacher: '', room: '' })).status, 422);
    assert.equal((await post(head, '/staff/head/substitute', { id: lesson, action: 'replace', teacher: busy, remote_url: 'javascript:alert(1)' })).status, 422);
  });

  test('an event: new, changed, cancelled; the parent\'s calendar has it', async () => {
    const fields = { kind: 'exam', class: pupilClass, day, last_day: '', starts: '09:00', ends: '11:00', title: 'Проверка завуча «экзамен»', place: 'зал' };
    const key = randomUUID();
    for (let i = 0; i < 2; i++) assert.equal((await post(head, '/staff/head/event', { ...fields, key }, '/staff/head/events')).status, 303);
    const ids = sql(`select id from school.event where title like 'Проверка завуча%'`);
    assert.equal(ids.length, 1, 'sent twice it is one');
    const parent = await loggedIn(mine);
    assert.match(wordsOf(await parent.get(`/timetable/calendar?month=${day.slice(0, 7)}`)), /9:00–11:00 Проверка завуча/);
    assert.equal((await post(head, '/staff/head/event', { ...fields, event: ids[0][0], cancelled: '1' }, '/staff/head/events')).status, 303);
    assert.match(wordsOf(await parent.get(`/timetable?day=${day}`)), /Проверка завуча «экзамен» Экзамен отменено/);
    assert.equal((await post(head, '/staff/head/event', { ...fields, starts: '25:00' }, '/staff/head/events')).status, 422);
    assert.equal((await post(head, '/staff/head/event', { ...fields, starts: '12:00' }, '/staff/head/events')).status, 422);
    assert.equal((await post(head, '/staff/head/event', { ...fields, title: '' }, '/staff/head/events')).status, 422);
  });

  test('an announcement: for a class, changed, ended, shown again; families see it then', async () => {
    const desk = '/staff/head/announcements';
    const fields = { announcement: '', class: pupilClass, title: 'Проверка завуча «сбор»', body: 'В 12:15\nу входа <b>', first_day: today, last_day: '' };
    const key = randomUUID(), parent = await loggedIn(mine);
    for (let i = 0; i < 2; i++) assert.equal((await post(head, '/staff/head/announcement', { ...fields, key }, desk)).status, 303);
    const ids = sql(`select id from site.announcement where title like 'Проверка завуча%'`);
    assert.equal(ids.length, 1, 'sent twice it is one');
    const [[id]] = ids, seen = async () => /Проверка завуча «сбор»/.test(wordsOf(await parent.get('/announcements')));
    assert.ok(await seen());
    assert.match((await parent.get('/')).text, /В 12:15\nу входа &lt;b&gt;/);
    const form = await head.get(`${desk}?announcement=${id}`);
    assert.match(form.text, /value="Проверка завуча «сбор»"/);
    const other = value(`select min(k.id) from school.class k join school.class m on m.year_id = k.year_id where m.id = ${pupilClass} and k.id <> m.id`);
    assert.equal((await post(head, '/staff/head/announcement', { ...fields, announcement: id, class: other }, desk)).status, 303);
    assert.equal(await seen(), false, 'another class');
    assert.equal((await post(head, '/staff/head/announcement', { ...fields, announcement: id, class: '', pinned: '1' }, desk)).status, 303);
    assert.ok(await seen(), 'the whole school');
    const ended = await post(head, '/staff/head/announcement/end', { announcement: id }, desk);
    assert.equal(ended.status, 303);
    assert.match(wordsOf(await head.get(ended.headers.location)), /Родители объявления больше не видят/);
    assert.equal(await seen(), false, 'ended');
    assert.match(wordsOf(await head.get(desk)), /больше не видно/);
    assert.equal((await post(head, '/staff/head/announcement', { ...fields, announcement: id }, desk)).status, 303);
    assert.ok(await seen(), 'shown again');

    for (const [bad, words] of [[{ title: '' }, /Напишите, о чём объявление/], [{ first_day: value(`select date '${today}' - 1`) }, /с сегодняшнего дня или позже/],
      [{ last_day: value(`select date '${today}' - 1`) }, /Последний день/], [{ first_day: '' }, /Укажите день/], [{ title: 'я'.repeat(201) }, /200/]]) {
      const answer = await post(head, '/staff/head/announcement', { ...fields, body: 'Осталось', ...bad }, desk);
      assert.equal(answer.status, 422, JSON.stringify(bad));
      assert.match(wordsOf(answer), words);
      assert.match(answer.text, />Осталось<\/textarea>/, 'what was typed is kept');
    }
    assert.equal((await stranger.get(`${desk}?announcement=${id}`)).status, 404);
    for (const [path, sent] of [['announcement', { ...fields, class: '', announcement: id }], ['announcement/end', { announcement: id }]]) {
      assert.equal((await post(stranger, `/staff/head/${path}`, sent, desk)).status, 404);
      assert.equal((await post(teacher, `/staff/head/${path}`, sent, desk)).status, 403);
    }
  });

  test('contacts, the reception and places are the head\'s to say', async () => {
    const desk = '/staff/head/school', parent = await loggedIn(mine);
    const [was] = sql(`select reception, reception_url, presence_floor, has_ranks from school.school where number = '${school}'`);
    const fields = { contact: '', subject: 'Проверочный контакт', phone: '22-17-09', email: '', hours: 'пн–пт' };
    assert.equal((await post(head, '/staff/head/contact', fields, desk)).status, 303);
    const id = value(`select id from site.contact where subject = 'Проверочный контакт'`);
    assert.match((await parent.get('/')).text, /Проверочный контакт<\/dt><dd><a class="num" href="tel:22-17-09">/);
    assert.match((await head.get(`${desk}?contact=${id}`)).text, /value="22-17-09"/);
    for (const [bad, words] of [[{ phone: '' }, /телефон или адрес почты/], [{ subject: '' }, /По какому вопросу/], [{ phone: 'звоните' }, /Телефон — это цифры/], [{ email: 'x y@z' }, /Адрес почты/]]) {
      const answer = await post(head, '/staff/head/contact', { ...fields, ...bad }, desk);
      assert.equal(answer.status, 422, JSON.stringify(bad));
      assert.match(wordsOf(answer), words);
    }
    assert.equal((await stranger.get(`${desk}?contact=${id}`)).status, 404);
    assert.equal((await post(stranger, '/staff/head/contact/drop', { contact: id }, desk)).status, 303);
    assert.ok(value(`select id from site.contact where id = ${id}`), 'another school drops nothing');
    assert.equal((await post(head, '/staff/head/contact/drop', { contact: id }, desk)).status, 303);
    assert.doesNotMatch(wordsOf(await parent.get('/')), /Проверочный контакт/);

    const words = { reception: 'ул. Проверочная, 1', reception_url: 'https://school.example/proverka', presence_floor: '80', ranks: '' };
    assert.equal((await post(head, desk, words, desk)).status, 303);
    try {
      assert.match((await parent.get('/appeals')).text, /ул\. Проверочная, 1\. <a href="https:\/\/school\.example\/proverka"/);
      assert.match(wordsOf(await parent.get('/rating')), /Школа решила не сравнивать/);
      for (const bad of [{ reception_url: 'javascript:alert(1)' }, { reception_url: 'https://a b.example' }, { presence_floor: '101' }, { presence_floor: '' }])
        assert.equal((await post(head, desk, { ...words, ...bad }, desk)).status, 422, JSON.stringify(bad));
      assert.equal((await post(teacher, desk, words, desk)).status, 403);
    } finally {
      sql(`update school.school set reception = $$${was[0]}$$, reception_url = $$${was[1]}$$, presence_floor = ${was[2]}, has_ranks = '${was[3]}' where number = '${school}'`);
    }
  });

  test('the report as a page and as CSV', async () => {
    const page = await head.get('/staff/head/completion');
    assert.equal(page.status, 200);
    const csv = await head.get(`/staff/head/completion.csv?from=${value(`select date '${today}' - 60`)}`);
    assert.equal(csv.status, 200);
    assert.match(csv.headers['content-type'], /^text\/csv/);
    const [top, ...lines] = csv.bytes.subarray(3).toString().trimEnd().split('\r\n');
    assert.match(top, /^Учитель;Класс;Предмет;Группа;Уроков;Без переклички/);
    assert.ok(lines.every((line) => line.split(';').length === 10));
    const held = value(`select count(*) from school.lesson l join school.class k on k.id = l.class_id join school.school c on c.id = k.school_id
      join school.year y on y.id = k.year_id and date '${today}' between y.first_day and y.last_day
      where c.number = '${school}' and not l.is_cancelled and l.day between date '${today}' - 60 and date '${today}' - 1`);
    const sum = lines.reduce((n, line) => n + Number(line.split(';')[4]), 0);
    assert.ok(sum >= Number(held), `${sum} lessons in the report, ${held} before today`);
    assert.equal((await head.get('/staff/head/completion?from=2026-02-01&to=2026-01-01')).status, 422);
  });

  test('the end of a line takes its lessons away', async () => {
    slots = sql(`select id from school.slot where class_id = ${pupilClass} and number = 11`).map(([id]) => id);
    assert.equal((await post(stranger, '/staff/head/slot/end', { slot: slots[0], class: pupilClass, from: day })).status, 404);
    assert.equal((await post(head, '/staff/head/slot/end', { slot: slots[0], class: pupilClass, from: day })).status, 303);
    assert.deepEqual(lessonsOf(11), []);
  });

  test('another school, another role, no session', async () => {
    const [[lesson]] = sql(`select id from school.lesson where class_id = ${pupilClass} and day > date '${today}' order by day limit 1`);
    for (const path of [`/staff/head/timetable?class=${pupilClass}`, `/staff/head/lesson?id=${lesson}`, `/staff/head/completion?class=${pupilClass}`])
      assert.equal((await stranger.get(path)).status, 404, path);
    assert.equal((await post(stranger, '/staff/head/substitute', { id: lesson, action: 'cancel', note: '' })).status, 404);
    for (const path of ['/staff/head', '/staff/head/year', '/staff/head/completion.csv', `/staff/head/lesson?id=${lesson}`])
      assert.equal((await teacher.get(path)).status, 403, path);
    assert.equal((await post(teacher, '/staff/head/day-off', { first: day, last: day, title: 'x' })).status, 403);
    assert.equal((await (await loggedIn(mine)).get('/staff/head')).status, 303);
  });
});
