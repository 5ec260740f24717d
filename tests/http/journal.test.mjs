// The teacher's journal over HTTPS: whose lessons, refusals, sizes, files, what the family then sees.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { upload } from '../support/attendance.mjs';
import { credentials, logSize, logText, sql, value } from '../support/kabinet.mjs';
import { actsOf, codes, freshLesson, klass, marksOf, pupils, rollOf, school, subject, teacher, today } from '../support/journal.mjs';
import { csrfOf, loggedIn, loggedInStaff, wordsOf } from '../support/visitor.mjs';

const by = (role, end = '039') => credentials.staff.find((s) => s.role === role && s.login.endsWith(end));
const field = (page, name) => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page.text)?.[1] ?? '';
const [first, second] = pupils;

describe('journal', () => {
  let me, lesson;
  const path = (name) => `/staff/journal/${name}?id=${lesson.id}`;

  before(async () => { me = await loggedInStaff(teacher); });
  beforeEach(() => { lesson = freshLesson(12); });

  /** A roll as the page would send it, with some fields changed. */
  async function roll(visitor, marks, fields = {}) {
    const page = await me.get(path('lesson'));
    const all = {};
    for (const [, id] of page.text.matchAll(/name="how_(\d+)"/g)) all[`how_${id}`] = '';
    for (const [id, letter] of Object.entries(marks))
      Object.assign(all, letter === 'н' ? { [`absent_${id}`]: '1' } : { [`how_${id}`]: codes[letter] });
    const csrf = visitor === me ? csrfOf(page) : csrfOf(await visitor.get('/staff'));
    return visitor.submit('/staff/journal/lesson', { csrf, key: randomUUID(), id: lesson.id, seen: field(page, 'seen'), shown: '',
      roll_seen: field(page, 'roll_seen'), at: '', ...all, ...fields });
  }
  async function marks(values, fields = {}) {
    const page = await me.get(`${path('marks')}&work=${fields.work ?? 0}`);
    return me.submit('/staff/journal/marks', { csrf: csrfOf(page), key: randomUUID(), id: lesson.id, work: 0, work_key: randomUUID(),
      kind: value(`select id from school.work_kind where school_id = ${school} order by rank limit 1`), work_title: '', weight: '', work_seen: '',
      seen: field(page, 'seen'), till: '', reason: '', ...Object.fromEntries(Object.entries(values).map(([id, mark]) => [`mark_${id}`, mark])), ...fields });
  }

  test('the pages are small and cost one round trip', async () => {
    for (const page of ['/staff/journal', path('lesson'), path('marks'), path('homework'), `/staff/journal/class?class=${klass}&subject=${subject}`,
      `/staff/journal/finals?class=${klass}&subject=${subject}`]) {
      const from = logSize('journal');
      const answer = await me.get(page);
      assert.equal(answer.status, 200, page);
      assert.ok(answer.bytes.length <= 30 * 1024, `${page}: ${answer.bytes.length} bytes`);
      const line = logText('journal', from).split('\n').find((l) => l.includes(`path=${page.split('?')[0]} `));
      if (line) assert.match(line, /round_trips=1\b/, line);
    }
  });

  test('a mark is on the family\'s page at once, and the correction with old and new', async () => {
    const family = credentials.cabinets.find((c) => c.password && pupils.some((p) => value(`select idn from school.pupil where id = ${p.id}`) === c.idn));
    assert.ok(family, 'a family of this class is in the demo');
    const pupil = value(`select id from school.pupil where idn = '${family.idn}'`);
    const title = `проверка ${randomUUID().slice(0, 8)}`;
    const answer = await marks({ [pupil]: '5' }, { work_title: title });
    assert.equal(answer.status, 303, wordsOf(answer));
    const work = /work=(\d+)/.exec(answer.headers.location)[1];
    const parent = await loggedIn(family);
    if (!(await parent.get('/diary')).text.includes(family.idn)) await parent.fill('/diary', { idn: family.idn }, { action: '/child' });
    assert.ok((await parent.get(`/diary/day?day=${today}`)).text.includes(title) || (await parent.get(`/diary?day=${today}`)).text.includes(title),
      'the family reads the title of the work');
    assert.equal((await marks({ [pupil]: '4' }, { work, work_title: title, reason: '' })).status, 422, 'no change without a reason');
    assert.equal((await marks({ [pupil]: '4' }, { work, work_title: title, reason: 'пересчитано' })).status, 303);
    assert.deepEqual(sql(`select old_value, new_value, reason from school.mark_change where work_id = ${work}`), [['5', '4', 'пересчитано']]);
  });

  test('foreign lessons, classes, pupils and files do not exist', async () => {
    const stranger = await loggedInStaff(by('teacher', '052') ?? by('tutor', '052') ?? by('head', '052'));
    for (const page of [path('lesson'), path('marks'), path('homework'), `/staff/journal/class?class=${klass}&subject=${subject}`,
      `/staff/journal/finals?class=${klass}&subject=${subject}`, `/staff/journal/file?id=${randomUUID()}`])
      assert.equal((await stranger.get(page)).status, 404, page);
    assert.ok([403, 404].includes((await roll(stranger, { [first.id]: 'н' })).status));
    const other = value(`select p.id from school.pupil p where p.school_id <> ${school} limit 1`);
    assert.equal((await roll(me, {}, { [`how_${other}`]: '' })).status, 404, 'a pupil of another school');
    assert.equal((await marks({ [other]: '5' })).status, 404);
    assert.equal((await roll(me, {}, { [`how_${first.id}`]: '999999' })).status, 404, 'a code of nobody');
    assert.deepEqual(rollOf(lesson.id), {});
    assert.deepEqual(actsOf(lesson.id), []);
  });

  test('the head reads and writes nothing; the guard and a stranger see nothing', async () => {
    const head = await loggedInStaff(by('head'));
    const page = await head.get(path('lesson'));
    assert.equal(page.status, 200);
    assert.match(wordsOf(page), /Только для чтения/);
    assert.doesNotMatch(page.text, /Сохранить/);
    assert.equal((await roll(head, { [first.id]: 'н' })).status, 403);
    const guard = await loggedInStaff(by('guard'));
    assert.ok([403, 404].includes((await guard.get(path('lesson'))).status));
    assert.deepEqual(rollOf(lesson.id), {});
  });

  test('the same form twice has one effect; the same key with another body is a conflict', async () => {
    const key = randomUUID();
    for (let i = 0; i < 2; i++) assert.equal((await roll(me, { [first.id]: 'н' }, { key, seen: '', shown: '', roll_seen: '' })).status, 303);
    assert.deepEqual(actsOf(lesson.id), ['roll']);
    assert.equal((await roll(me, { [second.id]: 'н' }, { key, seen: '', shown: '', roll_seen: '' })).status, 409);
    const both = await Promise.all([1, 2, 3].map(() => marks({ [first.id]: '5' }, { key: '11111111-1111-4111-8111-'.concat(key.slice(-12)),
      work_key: key, work_title: `разом ${key}` })));
    assert.deepEqual(both.map((a) => a.status), [303, 303, 303]);
    assert.equal(value(`select count(*) from school.work where title = 'разом ${key}'`), '1');
    assert.deepEqual(marksOf(lesson.id, `разом ${key}`), { [first.id]: '5' });
  });

  test('homework with files of the right kinds; a bad one keeps what was typed', async () => {
    const page = await me.get(path('homework') + `&target=${lesson.next}`);
    const fields = { csrf: csrfOf(page), key: randomUUID(), id: lesson.id, target: lesson.next, seen: '', task: '№ 7', minutes: '20', link: '', wants_answer: '1' };
    const pdf = { name: 'лист.pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') };
    let answer = await upload(me, '/staff/journal/homework', { ...fields, minutes: 'много' }, { files: pdf });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /№ 7/);
    answer = await upload(me, '/staff/journal/homework', fields, { files: { name: 'x.exe', bytes: Buffer.from('MZ\x90\x00') } });
    assert.equal(answer.status, 422, 'no programs');
    for (let i = 0; i < 2; i++) {
      answer = await upload(me, '/staff/journal/homework', fields, { files: pdf });
      assert.equal(answer.status, 303, wordsOf(answer));
    }
    assert.deepEqual(sql(`select h.task, h.minutes, h.wants_answer, count(x.file_id) from school.homework h left join school.homework_file x on x.homework_id = h.id
      where h.lesson_id = ${lesson.next} group by 1, 2, 3`), [['№ 7', '20', 't', '1']]);
    const file = /\/staff\/journal\/file\?id=([0-9a-f-]{36})/.exec((await me.get(path('homework') + `&target=${lesson.next}`)).text)[1];
    answer = await me.get(`/staff/journal/file?id=${file}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-disposition'], /^attachment/);
    assert.deepEqual(answer.bytes, pdf.bytes);
  });

  test('the worker is asked for anew each time, and may serve the desks', async () => {
    const answer = await me.get('/staff/worker.js');
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'], /javascript/);
    assert.equal(answer.headers['cache-control'], 'no-cache');
    assert.equal(answer.headers['service-worker-allowed'], '/staff/');
    assert.match(answer.headers['content-security-policy'], /script-src 'self'/);
  });
});
