// Дневник: averages of real pages against a count from the raw marks, targets against trying, answers with files, who may see what.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { keyOf, plus, upload } from '../support/attendance.mjs';
import { giveMark, lessonDay } from '../support/diary.mjs';
import { credentials, sql, value } from '../support/kabinet.mjs';
import { csrfOf, loggedIn, wordsOf } from '../support/visitor.mjs';

const active = credentials.cabinets.filter((c) => c.password);
const pdf = { name: 'ответ.pdf', bytes: Buffer.from('%PDF-1.4 test\n%%EOF\n') };

/** A visitor with that child on show. */
async function onShow(c) {
  const visitor = await loggedIn(c);
  if (!(await visitor.get('/diary')).text.includes(`<b class="idn">${c.idn}</b>`))
    assert.equal((await visitor.fill('/', { idn: c.idn }, { action: '/child' })).status, 303);
  return visitor;
}

/** 4,33 of sums, half up, by whole numbers of any size; «—» of nothing. */
const shown = ([points, weight]) => {
  if (weight === 0n) return '—';
  const h = (200n * points + weight) / (2n * weight);
  return `${h / 100n},${String(h % 100n).padStart(2, '0')}`;
};

/** Sums of raw marks, counted here: { plain, weighted, major } as [points, weight]. */
function sums(marks) {
  const all = { plain: [0n, 0n], weighted: [0n, 0n], major: [0n, 0n] };
  const add = (sum, points, weight) => { sum[0] += points * weight; sum[1] += weight; };
  for (const { points, weight, isMajor } of marks) {
    add(all.plain, points, 1n);
    add(all.weighted, points, weight);
    if (isMajor) add(all.major, points, 1n);
  }
  return all;
}

const rawMarks = (condition, first, last) => sql(`select m.pupil_id, m.subject_id, m.value, w.weight, k.is_major, m.day from school.mark m
  join school.work w on w.id = m.work_id join school.work_kind k on k.id = w.kind_id
  where ${condition} and m.value in ('5', '4', '3', '2', '1') and m.day between '${first}' and '${last}'`)
  .map(([pupil, subject, points, weight, isMajor, day]) => ({ pupil, subject, points: BigInt(points), weight: BigInt(weight), isMajor: isMajor === 't', day }));

/** The table of subjects: { id: [average, major, class, weighted] }. */
const readSubjects = (answer) => Object.fromEntries([...answer.text.matchAll(
  /<tr><td><a href="\/diary\/subject\?id=(\d+)[^]*?data-label="Средний" class="num">([^<]*)<[^]*?data-label="Важные" class="num">([^<]*)<[^]*?data-label="Класс" class="num">([^<]*)<[^]*?<td class="num"><b>([^<]*)</g)]
  .map(([, id, ...figures]) => [id, figures]));
const tile = (answer, title) => new RegExp(`<dt>${title}</dt><dd>([^<]*)`).exec(answer.text)?.[1].trim();

describe('diary', () => {
  const c = active[0];
  let parent, past, next;
  before(async () => {
    parent = await onShow(c);
    past = lessonDay(c.idn, -1);
    next = lessonDay(c.idn, 1);
  });
  after(() => { past?.undo(); next?.undo(); });

  test('every average of every term is what the raw marks give', async () => {
    let counted = 0;
    for (const who of active) {
      const visitor = await onShow(who);
      const page = await visitor.get('/diary/marks');
      assert.equal(page.status, 200);
      const pupil = value(`select id from school.pupil where idn = :'idn'`, { variables: { idn: who.idn } });
      for (const [, id] of page.text.matchAll(/\/diary\/marks\?term=(\d+)"/g)) {
        const answer = await visitor.get(`/diary/marks?term=${id}&sort=title`);
        const [[first, last]] = sql(`select first_day, last_day from school.term where id = ${id}`);
        const mine = rawMarks(`m.pupil_id = ${pupil}`, first, last);
        const all = sums(mine);
        assert.equal(tile(answer, 'С учётом веса'), shown(all.weighted), `${who.idn}, term ${id}`);
        assert.equal(tile(answer, 'Средний балл'), shown(all.plain));
        assert.equal(tile(answer, 'Важные работы'), shown(all.major));
        const klass = value(`select e.class_id from school.enrolment e where e.pupil_id = ${pupil} and e.first_day <= '${last}'
          and coalesce(e.last_day, '9999-12-31') >= '${first}' order by e.first_day desc limit 1`);
        const classmates = rawMarks(`m.pupil_id in (select e.pupil_id from school.enrolment e where e.class_id = ${klass} and e.first_day <= '${last}'
          and coalesce(e.last_day, '9999-12-31') >= '${first}')`, first, last);
        for (const [subject, [plain, major, ours, weighted]] of Object.entries(readSubjects(answer))) {
          const s = sums(mine.filter((m) => m.subject === subject));
          const theirs = classmates.filter((m) => m.subject === subject);
          const behind = new Set(theirs.map((m) => m.pupil)).size;
          assert.deepEqual([plain, major, ours, weighted],
            [shown(s.plain), shown(s.major), behind >= 5 ? shown(sums(theirs).weighted) : '—', shown(s.weighted)], `${who.idn}, term ${id}, subject ${subject}`);
          counted++;
        }
        assert.deepEqual(new Set(mine.map((m) => m.subject)), new Set(mine.map((m) => m.subject).filter((s) => readSubjects(answer)[s])), 'no subject is left out');
      }
    }
    assert.ok(counted > 20, `${counted} subjects`);
  });

  test('the sums of all pupils are those of their marks', () => {
    const kept = new Map(sql(`select pupil_id || ' ' || term_id || ' ' || subject_id, points, n, weighted, weight from school.average where n > 0 order by 1`)
      .map(([key, ...figures]) => [key, figures.join()]));
    const again = new Map();
    const terms = sql(`select e.pupil_id, t.id, greatest(t.first_day, e.first_day), least(t.last_day, coalesce(e.last_day, '9999-12-31')) from school.enrolment e
      join school.class k on k.id = e.class_id join school.term t on t.school_id = k.school_id and t.grades @> k.grade::int`);
    const termsOf = terms.reduce((map, t) => map.set(t[0], [...map.get(t[0]) ?? [], t]), new Map());
    const tenths = Array.from({ length: 10 }, (_, n) => rawMarks(`m.pupil_id % 10 = ${n}`, '1900-01-01', '2199-12-31'));
    for (const { pupil, subject, points, weight, day } of tenths.flat()) {
      const term = termsOf.get(pupil)?.find(([, , first, last]) => first <= day && day <= last);
      if (!term) continue;
      const key = `${pupil} ${term[1]} ${subject}`;
      const sum = again.get(key) ?? [0n, 0n, 0n, 0n];
      again.set(key, [sum[0] + points, sum[1] + 1n, sum[2] + points * weight, sum[3] + weight]);
    }
    assert.ok(again.size > 500, `${again.size} averages`);
    for (const [key, sum] of again) assert.equal(kept.get(key), sum.join(), key);
    assert.equal(kept.size, again.size);
  });

  test('«сколько пятёрок надо» is what trying finds; «что если» what adding gives', async () => {
    const page = await parent.get('/diary/marks');
    const ids = Object.entries(readSubjects(page)).filter(([, figures]) => figures[3] !== '—').map(([id]) => id);
    const term = /name="term" value="(\d+)"/.exec(page.text)[1];
    const [[first, last]] = sql(`select first_day, last_day from school.term where id = ${term}`);
    const pupil = value(`select id from school.pupil where idn = :'idn'`, { variables: { idn: c.idn } });
    let tried = 0;
    for (const id of ids) {
      const sum = sums(rawMarks(`m.pupil_id = ${pupil} and m.subject_id = ${id}`, first, last)).weighted;
      for (const [typed, goal] of [['2,9', 290n], ['3.75', 375n], ['4,5', 450n], ['4,99', 499n], ['5', 500n]]) {
        const answer = await parent.get(`/diary/subject?id=${id}&term=${term}&goal=${typed}`);
        assert.equal(answer.status, 200);
        const needed = (points, weight) => {
          for (let n = 0n; n <= 99n; n++)
            if (100n * (sum[0] + n * points * weight) >= goal * (sum[1] + n * weight)) return String(n);
          return '—';
        };
        if (needed(5n, 1n) === '0') {
          assert.match(wordsOf(answer), /уже есть/);
          continue;
        }
        const rows = [...answer.text.matchAll(/<tr><td>вес (\d+) [^]*?<\/tr>/g)];
        assert.ok(rows.length > 0);
        for (const [row, weight] of rows) {
          const counts = [...row.matchAll(/<td class="num">(?:<b>)?([^<]*)/g)].map(([, n]) => n);
          const values = [5n, ...(goal < 400n ? [4n] : []), ...(goal < 300n ? [3n] : [])];
          assert.deepEqual(counts, values.map((v) => needed(v, BigInt(weight))), `${id}: ${typed}, weight ${weight}`);
          tried++;
        }
      }
      const imagined = [sum[0] + 5n * 3n + 2n * 1n, sum[1] + 4n];
      const answer = await parent.get(`/diary/subject?id=${id}&term=${term}&m1=5&w1=3&m2=0&w2=9&m3=2&w3=1`);
      assert.match(wordsOf(answer), new RegExp(`Станет ${shown(imagined)}`));
    }
    assert.ok(tried > 0 || ids.length === 0, 'something was needed');
    const any = Object.keys(readSubjects(page))[0];
    const wrong = await parent.get(`/diary/subject?id=${any}&goal=6`);
    assert.match(wordsOf(wrong), /число от 1,01 до 5/);
    assert.equal((await parent.get(`/diary/subject?id=${any}&m1=7`)).status, 400);
    assert.equal((await parent.get(`/diary/subject?id=${any}&m1=5&w1=11`)).status, 400);
  });

  test('a week: its lessons, homework and marks; no time, no name, no other class', async () => {
    giveMark(past, 4);
    const answer = await parent.get(`/diary?week=${past.day}`);
    assert.equal(answer.status, 200);
    assert.ok(answer.bytes.length <= 30 * 1024, `${answer.bytes.length} bytes`);
    const words = wordsOf(answer);
    assert.match(words, /Тема урока 9/);
    assert.match(answer.text, new RegExp(`Сделать к тесту &lt;b&gt;${past.lessons[0]}`), 'escaped');
    assert.match(answer.text, new RegExp(`id="h${past.homework[0]}"`));
    for (const [id] of sql(`select l.id from school.lesson l where l.day = '${past.day}' and l.class_id <> ${past.class}`))
      assert.ok(!answer.text.includes(`/diary/ask?lesson=${id}"`), `lesson ${id} of another class`);
    const day = await parent.get(`/diary?day=${past.day}`);
    assert.match(wordsOf(day), /Тема урока 10/);
    assert.match(day.text, /<b class="mark m4"/);
    const print = await parent.get(`/diary?week=${past.day}&print=1`);
    assert.match(wordsOf(print), /Подпись классного руководителя/);
    for (const bad of ['week=2026-02-30', 'day=x', 'week=2026-11-24&week=2026-11-25', 'day=%00']) assert.equal((await parent.get(`/diary?${bad}`)).status, 400, bad);
    for (const edge of ['1900-01-03', '2199-12-25']) assert.equal((await parent.get(`/diary?week=${edge}`)).status, 200, edge);
  });

  test('a full week of six days by seven lessons with homework and marks has at most 30 KB', async () => {
    const monday = plus(past.today, 203 - ((new Date(past.today).getUTCDay() + 6) % 7));
    const where = `l.class_id = ${past.class} and l.day between '${monday}' and '${plus(monday, 6)}'`;
    const undo = () => sql(`delete from school.lesson l where ${where}`);
    assert.equal(value(`select count(*) from school.work w join school.lesson l on l.id = w.lesson_id where ${where}`), '0', 'no marks in the far future');
    undo();
    try {
      sql(`insert into school.lesson (class_id, day, number, subject_id, staff_id, room, theme)
        select ${past.class}, '${monday}'::date + d, n, (array(select id from school.subject where school_id = ${past.school} order by rank, id limit 17))[1 + (d * 7 + n) % 17], ${past.teacher},
          '206', 'Решение задач с помощью уравнений' from generate_series(0, 5) d, generate_series(1, 7) n;
        insert into school.homework (lesson_id, given_on, task, minutes, staff_id)
        select l.id, l.day - 1, '§ 14, вопросы 1–5, задача 3 в тетради', 20, ${past.teacher} from school.lesson l where ${where}`);
      const bare = await parent.get(`/diary?week=${monday}`);
      assert.equal((bare.text.match(/name="tick"/g) ?? []).length, 42);
      const mark = '<b class="mark m5" title="Самостоятельная работа, вес 2">5<sub>×2</sub></b>\n';
      const bytes = bare.bytes.length + 20 * Buffer.byteLength(mark);
      assert.ok(bytes <= 30 * 1024, `${bytes} bytes with twenty marks`);
    } finally {
      undo();
    }
  });

  test('homework is ticked and unticked', async () => {
    const [id] = past.homework;
    const ticked = await parent.fill(`/diary?week=${past.day}`, { week: past.day, tick: id }, { action: '/diary/done' });
    assert.equal(ticked.status, 303);
    assert.equal(ticked.headers.location, `/diary?week=${past.day}&done=tick#h${id}`);
    assert.match((await parent.get(`/diary?week=${past.day}`)).text, new RegExp(`name="untick" value="${id}"`));
    assert.equal((await parent.fill(`/diary?week=${past.day}`, { from: 'homework', untick: id }, { action: '/diary/done' })).headers.location, `/diary/homework?done=untick#h${id}`);
    assert.match((await parent.get('/diary/homework')).text, new RegExp(`name="tick" value="${id}"`));
    assert.equal((await parent.fill('/diary', { tick: '999999999' }, { action: '/diary/done' })).status, 404);
    assert.equal((await parent.fill('/diary', {}, { action: '/diary/done' })).status, 400);
  });

  test('an answer is handed in once, comes back, and is nobody else\'s', async () => {
    const path = `/diary/answer?homework=${next.homework[0]}`;
    const page = await parent.get(path);
    assert.equal(page.status, 200);
    const fields = { csrf: csrfOf(page), key: keyOf(page), homework: next.homework[0], body: 'Готово <script>' };
    const sent = await upload(parent, '/diary/answer', fields, { files: pdf });
    assert.equal(sent.status, 303, wordsOf(sent));
    assert.equal((await upload(parent, '/diary/answer', fields, { files: pdf })).status, 303, 'sent again');
    assert.equal((await upload(parent, '/diary/answer', { ...fields, body: 'Другое' }, { files: pdf })).status, 409, 'the key with another answer');
    const after = await parent.get(path);
    assert.equal((after.text.match(/Готово &lt;script&gt;/g) ?? []).length, 1, 'once');
    const link = /href="(\/diary\/file\?id=[0-9a-f-]+)"/.exec(after.text)[1];
    const file = await parent.get(link);
    assert.deepEqual([file.status, file.headers['content-type'], file.bytes.equals(pdf.bytes)], [200, 'application/pdf', true]);
    assert.match(file.headers['content-disposition'], /^attachment/);
    assert.equal(file.headers['x-content-type-options'], 'nosniff');
    const stranger = await onShow(active.find((other) => other.account !== c.account && other.password !== c.password));
    assert.equal((await stranger.get(link)).status, 404);
    assert.equal((await stranger.get(path)).status, 404);
    for (const id of ['x', '', '00000000-0000-4000-8000-00000000000'])
      assert.equal((await parent.get(`/diary/file?id=${id}`)).status, 400, id);
  });

  test('what is no answer is refused with words, and nothing is kept', async () => {
    const path = `/diary/answer?homework=${next.homework[0]}`;
    const count = () => value(`select count(*) from school.homework_answer where homework_id = ${next.homework[0]}`);
    const had = count();
    const page = await parent.get(path);
    const send = (fields, files) => upload(parent, '/diary/answer', { csrf: csrfOf(page), key: randomUUID(), homework: next.homework[0], body: '', ...fields }, files);
    const empty = await send({});
    assert.equal(empty.status, 422);
    assert.match(wordsOf(empty), /Напишите ответ или приложите файл/);
    const script = await send({ body: 'сохраните меня' }, { files: { name: 'page.pdf', bytes: Buffer.from('<html><script>alert(1)</script>') } });
    assert.equal(script.status, 422);
    assert.match(script.text, /сохраните меня/, 'what was typed stays');
    const big = await send({}, { files: { name: 'big.pdf', bytes: Buffer.concat([Buffer.from('%PDF-1.4'), Buffer.alloc(5 * 1024 * 1024)]) } });
    assert.ok([413, 422].includes(big.status), `${big.status}`);
    const unwanted = await send({ homework: next.homework[1], body: 'сам' });
    assert.equal(unwanted.status, 422);
    assert.equal((await upload(parent, '/diary/answer', { csrf: 'x', key: randomUUID(), homework: next.homework[0], body: 'x' })).status, 403);
    assert.equal(count(), had);
  });

  test('a parent signs the week once it has begun, the pupil does not', async () => {
    const page = await parent.get(`/diary?week=${past.day}`);
    const monday = /name="week" value="([^"]+)"/.exec(page.text)[1];
    const csrf = csrfOf(page);
    assert.equal((await parent.submit('/diary/sign', { csrf, week: monday })).status, 303);
    assert.equal((await parent.submit('/diary/sign', { csrf, week: monday })).status, 303, 'again is harmless');
    assert.match(wordsOf(await parent.get(`/diary?week=${monday}`)), /Неделя подписана \d\d\.\d\d\.\d{4}/);
    assert.equal((await parent.submit('/diary/sign', { csrf, week: plus(past.today, 14) })).status, 422);
    assert.match(wordsOf(await parent.get(`/diary?week=${plus(past.today, 14)}`)), /ещё не началась/);
  });

  test('a question reaches the teacher once, the answer is shown', async () => {
    const path = `/diary/ask?lesson=${past.lessons[0]}`;
    const page = await parent.get(path);
    const fields = { csrf: csrfOf(page), key: keyOf(page), lesson: past.lessons[0], body: 'Что задано?' };
    for (const _ of [1, 2]) assert.equal((await parent.submit('/diary/ask', fields)).status, 303);
    assert.equal((await parent.submit('/diary/ask', { ...fields, body: 'А к среде?' })).status, 409);
    sql(`update school.lesson_message set reply = 'Параграф 3', replied_by = ${past.teacher}, replied_at = now() where lesson_id = ${past.lessons[0]}`);
    const words = wordsOf(await parent.get(path));
    assert.equal(words.split('Что задано?').length, 2, 'once');
    assert.match(words, /Параграф 3/);
    assert.equal((await parent.submit('/diary/ask', { ...fields, key: randomUUID(), body: '   ' })).status, 422);
    assert.equal((await parent.get('/diary/ask?lesson=999999999')).status, 404);
  });

  test('a corrected mark is shown with what it was', async () => {
    giveMark(past, 3, { reason: 'первый раз' });
    giveMark(past, 5, { reason: 'апелляция теста' });
    const term = value(`select school.term_on(${past.class}, '${past.day}')`);
    if (!term) return;   // yesterday lies in the holidays: no term shows it
    const words = wordsOf(await parent.get(`/diary/subject?id=${past.subject}&term=${term}`));
    assert.match(words, /было 3 → , стало 5[^]*апелляция теста/);
    assert.match(wordsOf(await parent.get(`/diary?day=${past.day}`)), /исправлена/);
  });

  test('final marks of this year and of the last one', async () => {
    const page = await parent.get('/diary/finals');
    const years = [...new Set([...page.text.matchAll(/\/diary\/finals\?year=(\d+)"/g)].map(([, id]) => id))];
    assert.ok(years.length >= 2, 'two years');
    for (const year of years) {
      const answer = await parent.get(`/diary/finals?year=${year}`);
      const kept = sql(`select j.title, coalesce(t.title, case f.period when 'year' then 'Год' when 'exam' then 'Экзамен' else 'Итоговая' end), f.value
        from school.final_mark f join school.pupil p on p.id = f.pupil_id join school.subject j on j.id = f.subject_id left join school.term t on t.id = f.term_id
        where p.idn = :'idn' and f.year_id = ${year}`, { variables: { idn: c.idn } }).map((row) => row.join(': ')).sort();
      const shownNow = [...answer.text.matchAll(/<tr><th scope="row">([^<]*)<\/th>([^]*?)<\/tr>/g)].flatMap(([, subject, cells]) =>
        [...cells.matchAll(/<td data-label="([^"]*)"[^>]*><b class="mark[^"]*">([^<]*)</g)].map(([, title, mark]) => `${subject}: ${title}: ${mark}`)).sort();
      assert.deepEqual(shownNow, kept);
    }
    assert.equal((await parent.get('/diary/finals?year=999999999')).status, 404);
  });

  test('the way of somebody else\'s ids is closed', async () => {
    const far = active.find((o) => o.account.slice(0, 6) !== c.account.slice(0, 6)) ?? null;
    assert.ok(far, 'the demo has two schools');
    const [[subject, term, lesson]] = sql(`select s.id, t.id, l.id from school.pupil p join school.subject s on s.school_id = p.school_id
      join school.term t on t.school_id = p.school_id join school.lesson l on l.class_id = p.class_id where p.idn = :'idn' limit 1`, { variables: { idn: far.idn } });
    for (const path of [`/diary/subject?id=${subject}`, `/diary/marks?term=${term}`, `/diary/ask?lesson=${lesson}`, '/diary/marks?term=999999999'])
      assert.equal((await parent.get(path)).status, 404, path);
  });
});
