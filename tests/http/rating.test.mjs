// Статистика against an independent computation: this file makes schools of its own from a seed, counts every figure from the raw
// rows in plain JavaScript, and compares with what the database says, for each pupil. All of it happens in one transaction that is
// rolled back, so the demo is as it was. Then the pages of the demo's own cabinets are compared with its raw rows.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { credentials, sql } from '../support/kabinet.mjs';
import { loggedIn, wordsOf } from '../support/visitor.mjs';

/* A small generator of our own (mulberry32): the same numbers for the same seed, wherever it runs. */
function dice(seed) {
  let a = seed;
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    below: (n) => Math.floor(next() * n),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (share) => next() < share,
  };
}

// ---- the figures, by their definitions (docs/statistics.md) -----------------------------------------------------------------

const isPoints = (v) => ['5', '4', '3', '2', '1'].includes(v);
/* a / b to the nearest whole, half up, exactly. */
const nearest = (a, b) => Number((2n * BigInt(a) + BigInt(b)) / (2n * BigInt(b)));
const sum = (list) => list.reduce((a, b) => a + b, 0);

/* Averages of a list of { value, weight }, in hundredths; null without points. */
function averages(marks) {
  const counted = marks.filter((m) => isPoints(m.value));
  if (!counted.length) return null;
  return {
    n: counted.length,
    average: nearest(100 * sum(counted.map((m) => Number(m.value))), counted.length),
    weighted: nearest(100 * sum(counted.map((m) => Number(m.value) * m.weight)), sum(counted.map((m) => m.weight))),
    rounded: String(nearest(sum(counted.map((m) => Number(m.value) * m.weight)), sum(counted.map((m) => m.weight)))),
  };
}

/* Quality, success, СОУ of a list of results; null: of nothing. */
function shares(results) {
  const counted = results.filter((v) => isPoints(v) || v === 'н/а');
  const count = (...of) => counted.filter((v) => of.includes(v)).length;
  const n = counted.length;
  if (!n) return { n: 0, quality: null, success: null, level: null };
  return {
    n,
    quality: nearest(100 * count('5', '4'), n),
    success: nearest(100 * count('5', '4', '3'), n),
    level: nearest(100 * count('5') + 64 * count('4') + 36 * count('3') + 16 * count('2') + 7 * count('1', 'н/а'), n),
  };
}

/* The place among scores (he is one of them): 1, 2, 2, 4; null with fewer than five. */
const placeAmong = (score, scores) => (scores.length < 5 ? null : 1 + scores.filter((s) => s > score).length);

/*
 * Everything about a set of pupils: { id, school, region, grade, class, hasRanks, subjects: Map(subject → { marks, final }) }.
 * Answers a Map by id.
 */
function figures(pupils) {
  const own = new Map(pupils.map((p) => {
    const subjects = [...p.subjects].map(([title, { marks, final }]) => ({ title, final, of: averages(marks) }))
      .filter((s) => s.of || s.final);
    const marked = subjects.filter((s) => s.of);
    return [p.id, {
      pupil: p, subjects,
      n: marked.length,
      average: marked.length ? nearest(sum(marked.map((s) => s.of.average)), marked.length) : null,
      weighted: marked.length ? nearest(sum(marked.map((s) => s.of.weighted)), marked.length) : null,
      results: subjects.map((s) => s.final ?? s.of.rounded),
    }];
  }));
  const all = [...own.values()];
  const ranked = all.filter((f) => f.pupil.hasRanks && f.n >= 3);
  const groups = {
    class: (p) => p.class, parallel: (p) => `${p.school}/${p.grade}`, school: (p) => p.school, region: (p) => `${p.region}/${p.grade}`,
  };
  for (const f of all) {
    f.places = {};
    for (const [scope, key] of Object.entries(groups)) {
      const peers = ranked.filter((o) => key(o.pupil) === key(f.pupil)).map((o) => o.weighted);
      const is = ranked.includes(f);
      f.places[scope] = { place: is ? placeAmong(f.weighted, peers) : null, among: is ? peers.length : null };
    }
    const mates = all.filter((o) => o.pupil.class === f.pupil.class);
    const withResults = mates.filter((o) => shares(o.results).n > 0);
    f.own = shares(f.results);
    f.class = withResults.length >= 5 ? shares(mates.flatMap((o) => o.results)) : { n: null, quality: null, success: null, level: null };
    const scored = mates.filter((o) => o.n >= 3);
    f.classWeighted = scored.length >= 5 && withResults.length >= 5
      ? nearest(sum(scored.map((o) => o.weighted)), scored.length) : null;
    f.bySubject = new Map(f.subjects.map((s) => {
      const peers = mates.flatMap((o) => o.subjects.filter((t) => t.title === s.title && t.of).map((t) => t.of.weighted));
      return [s.title, {
        n: s.of?.n ?? 0, average: s.of?.average ?? null, weighted: s.of?.weighted ?? null, final: s.final ?? '',
        place: s.of && f.pupil.hasRanks ? placeAmong(s.of.weighted, peers) : null,
        classWeighted: s.of && peers.length >= 5 ? nearest(sum(peers), peers.length) : null,
      }];
    }));
  }
  return own;
}

// ---- schools of our own -----------------------------------------------------------------------------------------------------

const SUBJECTS = ['Алгебра', 'Физика', 'История', 'Музыка', 'Химия', 'Русский язык'];
const CLASSES = [
  // school, grade, letter, pupils, share of subjects with marks
  ['901', 7, 'А', 12, 0.95], ['901', 7, 'Б', 6, 0.9], ['901', 8, 'А', 4, 1], ['901', 9, 'А', 7, 0.9], ['901', 1, 'А', 3, 0],
  ['902', 7, 'А', 7, 0.8], ['902', 9, 'А', 5, 0.35], ['903', 7, 'А', 6, 0.9],
];
const CODES = [['н', 'absent', 'none'], ['б', 'absent', 'ill'], ['у', 'absent', 'excused'], ['нп', 'absent', 'unexcused'],
  ['о', 'late', 'none'], ['р', 'left', 'excused']];

/* A world from a seed: rows with small numbers for names. Days are counted from today: -1 is yesterday. */
function makeWorld(seed) {
  const die = dice(seed);
  const world = { pupils: [], lessons: [], works: [], marks: [], finals: [], absences: [] };
  let pupil = 0;
  for (const [school, grade, letter, count, share] of CLASSES) {
    const name = `${school}/${grade}${letter}`;
    for (let i = 0; i < count; i++)
      world.pupils.push({ no: ++pupil, school, grade, class: name, share, skill: 2.5 + 2.5 * die.next(), left: die.chance(0.08), moved: null });
    // The term began 40 days ago; what stands before it must not count.
    for (const day of [-60, -55, -40, -33, -26, -19, -12, -6, -5, -2, -1]) {
      for (let number = 1; number <= 6; number++) {
        const lesson = {
          no: world.lessons.length + 1, class: name, day, number, subject: SUBJECTS[number - 1],
          hasRoll: die.chance(0.85), cancelled: die.chance(0.05),
        };
        world.lessons.push(lesson);
        if (die.chance(0.7))
          world.works.push({
            no: world.works.length + 1, lesson, weight: 1 + die.below(5), kind: die.below(2), later: die.chance(0.1) ? 1 + die.below(5) : null,
            task: grade === 9 && die.chance(0.5) ? 1 + die.below(4) : null, laterTask: grade === 9 && die.chance(0.1) ? 1 + die.below(4) : null,
          });
      }
    }
  }
  // One pupil of 7А goes to 7Б: his marks go with him.
  const mover = world.pupils.find((p) => p.class === '901/7А' && !p.left);
  mover.moved = '901/7Б';
  for (const p of world.pupils) {
    const subjects = SUBJECTS.filter(() => die.chance(p.share));
    const value = () => (die.chance(0.06) ? die.pick(['н/а', 'осв', 'зач', '.', null])
      : String(Math.min(5, Math.max(1, Math.round(p.skill + 2 * die.next() - 1)))));
    for (const w of world.works.filter((x) => x.lesson.class === p.class)) {
      if (!subjects.includes(w.lesson.subject) || !die.chance(0.6)) continue;
      for (let ordinal = 1; ordinal <= (die.chance(0.1) ? 2 : 1); ordinal++)
        world.marks.push({ pupil: p, work: w, ordinal, first: value(), value: value(), changed: die.chance(0.15) });
    }
    for (const subject of SUBJECTS)
      if (p.share > 0 && die.chance(0.2))
        world.finals.push({ pupil: p, subject, value: die.pick(['5', '4', '3', '2', '1', 'н/а', 'осв', 'зач', 'нз']) });
    for (const l of world.lessons.filter((x) => x.class === p.class))
      if (die.chance(0.12)) world.absences.push({ pupil: p, lesson: l, code: die.below(CODES.length) });
  }
  for (const m of world.marks) if (!m.changed) m.first = m.value;
  return world;
}

const inTerm = (lesson) => lesson.day >= -40;

/* The pupils as figures() wants them: those of today, in their class of today. */
function standing(world) {
  return world.pupils.filter((p) => !p.left).map((p) => {
    const subjects = new Map(SUBJECTS.map((s) => [s, { marks: [], final: null }]));
    for (const m of world.marks)
      if (m.pupil === p && inTerm(m.work.lesson))
        subjects.get(m.work.lesson.subject).marks.push({ value: m.value, weight: m.work.later ?? m.work.weight });
    for (const f of world.finals) if (f.pupil === p) subjects.get(f.subject).final = f.value;
    return { id: p.no, school: p.school, region: 'r', grade: p.grade, class: p.moved ?? p.class, hasRanks: p.school !== '903', subjects };
  });
}

/* Lessons with a roll, in the class that he was in then, and what he missed of them. */
function attendance(world, p) {
  const lessons = world.lessons.filter((l) => l.class === p.class && inTerm(l) && l.hasRoll && !l.cancelled);
  if (!lessons.length) return { lessons: null, missed: null, unexcused: null, unnamed: null };
  const missed = world.absences.filter((a) => a.pupil === p && lessons.includes(a.lesson) && CODES[a.code][1] === 'absent');
  const by = (reason) => missed.filter((a) => CODES[a.code][2] === reason).length;
  return { lessons: lessons.length, missed: missed.length, unexcused: by('unexcused'), unnamed: by('none') };
}

/* Tasks of the exam: 4 of Физика (1-4), 2 of Химия (5, 6), which nothing trains. */
function readiness(world, p) {
  if (p.grade !== 9) return { exam: null, done: null, tasks: null, average: null };
  const sums = new Map();
  for (const m of world.marks) {
    const task = m.work.laterTask ?? m.work.task;
    if (m.pupil !== p || !task || !isPoints(m.value)) continue;
    const [n, points] = sums.get(task) ?? [0, 0];
    sums.set(task, [n + 1, points + Number(m.value)]);
  }
  const n = sum([...sums.values()].map(([k]) => k));
  return {
    exam: 'ОГЭ', done: sums.size, tasks: sums.size ? 4 : 0,
    average: n ? nearest(100 * sum([...sums.values()].map(([, q]) => q)), n) : null,
  };
}

const quote = (v) => `$json$${JSON.stringify(v)}$json$`;

/* The statement that makes the world and tells what the database thinks of each pupil, as one JSON value. */
function statement(world) {
  const rows = {
    classes: CLASSES.map(([school, grade, letter]) => ({ school, grade, letter, name: `${school}/${grade}${letter}` })),
    pupils: world.pupils.map(({ no, class: k, left, moved }) => ({ no, class: k, left, moved })),
    lessons: world.lessons.map(({ no, class: k, day, number, subject, hasRoll, cancelled }) => ({ no, class: k, day, number, subject, roll: hasRoll, cancelled })),
    works: world.works.map(({ no, lesson, weight, kind, later, task, laterTask }) => ({ no, lesson: lesson.no, weight, kind, later, task, later_task: laterTask })),
    marks: world.marks.map(({ pupil, work, ordinal, first, value, changed }) => ({ pupil: pupil.no, work: work.no, ordinal, first, value, changed })),
    finals: world.finals.map(({ pupil, subject, value }) => ({ pupil: pupil.no, subject, value })),
    absences: world.absences.map(({ pupil, lesson, code }) => ({ pupil: pupil.no, lesson: lesson.no, code: CODES[code][0] })),
  };
  const table = (name, columns) => `create temporary table g_${name} on commit drop as
    select * from jsonb_to_recordset(${quote(rows[name])}::jsonb) t(${columns});`;
  return `begin;
set local client_min_messages = warning;
${table('classes', 'school text, grade int, letter text, name text')}
${table('pupils', 'no int, class text, "left" boolean, moved text')}
${table('lessons', 'no int, class text, day int, number int, subject text, roll boolean, cancelled boolean')}
${table('works', 'no int, lesson int, weight int, kind int, later int, task int, later_task int')}
${table('marks', 'pupil int, work int, ordinal int, first text, value text, changed boolean')}
${table('finals', 'pupil int, subject text, value text')}
${table('absences', 'pupil int, lesson int, code text')}
create temporary table day on commit drop as select (now() at time zone 'Asia/Vladivostok')::date as today,
  (select lpad(r::text, 3, '0') from generate_series(900, 999) r
    where not exists (select from school.school s where s.region = lpad(r::text, 3, '0')) limit 1) as region;
insert into school.school (region, number, name, time_zone, has_ranks)
select d.region, n.number, 'школа № ' || n.number, 'Asia/Vladivostok', n.number <> '903'
  from day d, (values ('901'), ('902'), ('903')) n(number);
create temporary view s as select s.* from school.school s join day d on d.region = s.region;
insert into school.year (school_id, first_day, last_day) select s.id, d.today - 100, d.today + 200 from s, day d;
insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'quarter', t.ordinal, d.today + t.a, d.today + t.b
  from school.year y join s on s.id = y.school_id, day d, (values (1, -95, -41), (2, -40, 30)) t(ordinal, a, b);
insert into school.class (school_id, year_id, grade, letter)
select y.school_id, y.id, c.grade, c.letter from g_classes c join s on s.number = c.school join school.year y on y.school_id = s.id;
create temporary table k on commit drop as
  select c.name, k.id, k.school_id, k.year_id from g_classes c join s on s.number = c.school
    join school.class k on k.school_id = s.id and k.grade = c.grade and k.letter = c.letter;
insert into school.subject (school_id, title, rank)
select s.id, j.title, j.rank from s, jsonb_array_elements_text(${quote(SUBJECTS)}::jsonb) with ordinality j(title, rank);
insert into school.work_kind (school_id, title, weight, is_major, rank) select s.id, k.title, 1, k.n = 1, k.n from s, (values ('Ответ', 0), ('Контрольная', 1)) k(title, n);
insert into school.attendance_code (school_id, letter, title, scope, reason, rank)
select s.id, c->>0, c->>0, (c->>1)::school.absence_scope, (c->>2)::school.absence_reason, n
  from s, jsonb_array_elements(${quote(CODES)}::jsonb) with ordinality x(c, n);
insert into auth.staff (school_id, login, roles) select s.id, 'property.' || s.region || s.number, '{teacher}' from s;
insert into school.exam_task (exam, subject, number, title)
select 'ОГЭ', j.subject, 30 + j.n, 'Задание' from (values ('Свойства', 1), ('Свойства', 2), ('Свойства', 3), ('Свойства', 4), ('Чужое', 5), ('Чужое', 6)) j(subject, n);
create temporary table e on commit drop as select t.id, t.number - 30 as no from school.exam_task t where t.subject = 'Свойства';
create temporary table p (no int primary key, id bigint) on commit drop;
do $$
declare v record; v_id bigint;
begin
  for v in select g.no, k.id as class_id, k.school_id, s.region, s.number from g_pupils g join k on k.name = g.class join s on s.id = k.school_id order by g.no loop
    insert into school.pupil (school_id, class_id, idn, account)
    values (v.school_id, v.class_id, 'I' || translate(lpad(v.no::text, 4, '0'), '01', 'AB') || 'ZZZZZ', v.region || v.number || lpad(v.no::text, 4, '0'))
    returning id into v_id;
    insert into p values (v.no, v_id);
  end loop;
end $$;
create temporary table l (no int primary key, id bigint) on commit drop;
do $$
declare v record; v_id bigint;
begin
  for v in select g.*, k.id as class_id, j.id as subject_id, f.id as staff_id, d.today from g_lessons g join k on k.name = g.class
            join school.subject j on j.school_id = k.school_id and j.title = g.subject join auth.staff f on f.school_id = k.school_id, day d order by g.no loop
    insert into school.lesson (class_id, day, number, subject_id, staff_id, is_cancelled, roll_at)
    values (v.class_id, v.today + v.day, v.number, v.subject_id, v.staff_id, v.cancelled, case when v.roll then now() end) returning id into v_id;
    insert into l values (v.no, v_id);
  end loop;
end $$;
create temporary table w (no int primary key, id bigint) on commit drop;
do $$
declare v record; v_id bigint;
begin
  for v in select g.*, n.id as lesson_id, n.subject_id, n.day, o.id as kind_id, e.id as task_id from g_works g join l on l.no = g.lesson join school.lesson n on n.id = l.id
            join school.class c on c.id = n.class_id join school.work_kind o on o.school_id = c.school_id and o.rank = g.kind
            left join e on e.no = g.task order by g.no loop
    insert into school.work (lesson_id, subject_id, day, kind_id, weight, exam_task_id)
    values (v.lesson_id, v.subject_id, v.day, v.kind_id, v.weight, v.task_id) returning id into v_id;
    insert into w values (v.no, v_id);
  end loop;
end $$;
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_by)
select x.id, p.id, g.ordinal, x.subject_id, x.day, g.first, n.staff_id
  from g_marks g join w on w.no = g.work join school.work x on x.id = w.id join school.lesson n on n.id = x.lesson_id join p on p.no = g.pupil;
update school.work x set weight = g.later from g_works g join w on w.no = g.no where x.id = w.id and g.later is not null;
update school.work x set exam_task_id = e.id from g_works g join w on w.no = g.no join e on e.no = g.later_task where x.id = w.id;
update school.mark m set value = g.value from g_marks g join w on w.no = g.work join p on p.no = g.pupil
 where g.changed and m.work_id = w.id and m.pupil_id = p.id and m.ordinal = g.ordinal;
insert into school.final_mark (pupil_id, year_id, subject_id, period, term_id, value, set_by)
select p.id, k.year_id, j.id, 'term', t.id, g.value, f.id
  from g_finals g join p on p.no = g.pupil join g_pupils o on o.no = g.pupil join k on k.name = o.class
  join school.subject j on j.school_id = k.school_id and j.title = g.subject
  join school.term t on t.year_id = k.year_id and t.ordinal = 2 join auth.staff f on f.school_id = k.school_id;
insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id)
select n.id, p.id, n.subject_id, n.day, c.id
  from g_absences g join p on p.no = g.pupil join l on l.no = g.lesson join school.lesson n on n.id = l.id
  join school.class o on o.id = n.class_id join school.attendance_code c on c.school_id = o.school_id and c.letter = g.code;
update school.pupil u set state = 'left' from g_pupils g join p on p.no = g.no where u.id = p.id and g."left";
update school.pupil u set class_id = k.id from g_pupils g join p on p.no = g.no join k on k.name = g.moved where u.id = p.id;
-- A visit of each: the token is his number.
do $$
declare v record; v_login bigint; v_access bigint;
begin
  for v in select p.no, p.id from p loop
    insert into auth.login default values returning id into v_login;
    insert into auth.access (pupil_id, ordinal, login_id, may_finance) values (v.id, 1, v_login, true)
      on conflict (pupil_id, ordinal) do update set login_id = excluded.login_id returning id into v_access;
    insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
    values (sha256(convert_to('t' || v.no, 'UTF8')), 'password', v_login, v_access, '192.0.2.1', 'test');
  end loop;
end $$;
select school.rate() \\g /dev/null
select school.rate((select min(s.id) from s)) \\g /dev/null
select jsonb_agg(jsonb_build_object('no', p.no,
    'figures', (select to_jsonb(f) from cabinet.home_figures('t' || p.no) f),
    'places', (select jsonb_agg(f) from cabinet.home_places('t' || p.no) f),
    'subjects', (select jsonb_agg(f) from cabinet.home_subjects('t' || p.no) f),
    'exams', (select jsonb_agg(f) from cabinet.home_exams('t' || p.no) f)) order by p.no)
  from p join g_pupils g on g.no = p.no where not g."left";
rollback;`;
}

describe('generated schools', () => {
  for (const seed of [1, 20, 300]) {
    test(`seed ${seed}: every figure of every pupil is what the raw rows say`, () => {
      const world = makeWorld(seed);
      const wanted = figures(standing(world));
      const told = JSON.parse(sql(statement(world))[0][0]);
      assert.equal(told.length, wanted.size);
      const seen = { place: 0, none: 0, ties: 0, few: 0 };
      for (const { no, figures: f, places, subjects, exams } of told) {
        const p = world.pupils.find((o) => o.no === no);
        const w = wanted.get(no);
        const who = `pupil ${no} of ${p.moved ?? p.class}`;
        assert.deepEqual({ subjects: f.subjects, average: f.average, weighted: f.weighted },
          { subjects: w.n, average: w.average, weighted: w.weighted }, who);
        assert.deepEqual({ n: f.results, quality: f.quality, success: f.success, level: f.level }, w.own, who);
        assert.deepEqual({ n: f.class_results, quality: f.class_quality, success: f.class_success, level: f.class_level }, w.class, `class of ${who}`);
        assert.equal(f.class_weighted, w.classWeighted, `class of ${who}`);
        assert.deepEqual({ lessons: f.lessons, missed: f.missed, unexcused: f.unexcused, unnamed: f.unnamed },
          attendance(world, p), who);
        assert.deepEqual({ exam: f.exam, done: f.exam_done, tasks: f.exam_tasks, average: f.exam_average }, readiness(world, p), who);
        if (p.school === '903') {
          assert.equal(places, null, `${who}: no places at all`);
        } else {
          for (const o of places) {
            assert.deepEqual({ place: o.place, among: o.among }, w.places[o.scope], `${who}, ${o.scope}`);
            seen[o.place === null ? 'none' : 'place']++;
            if (o.place === null && o.among !== null) seen.few++;
          }
          const mine = w.places.school.place;
          if (mine && [...wanted.values()].some((o) => o !== w && o.pupil.school === p.school && o.places.school.place === mine)) seen.ties++;
        }
        assert.deepEqual(new Map((subjects ?? []).map((s) => [s.title, {
          n: s.n, average: s.average, weighted: s.weighted, final: s.final, place: s.place, classWeighted: s.class_weighted,
        }])), new Map([...w.bySubject].sort(([a], [b]) => SUBJECTS.indexOf(a) - SUBJECTS.indexOf(b))), who);
        if (exams) assert.equal(exams.length, 4, who);
      }
      // The seeds make what they are for.
      for (const [what, count] of Object.entries(seen)) assert.ok(count > 0, `no ${what} in this world`);
    });
  }
});

// ---- the pages of the demo --------------------------------------------------------------------------------------------------

/* Raw rows of everybody who is in a class today, as figures() wants them. */
function demoPupils() {
  const rows = sql(`
    select u.idn, s.id, s.region, k.grade, k.id, s.has_ranks, j.title, m.value, w.weight
      from school.school s
      join school.class k on k.school_id = s.id
      join school.enrolment e on e.class_id = k.id
      join school.pupil u on u.id = e.pupil_id
      left join school.term t on t.year_id = k.year_id and t.grades @> k.grade::int and t.first_day <= (now() at time zone s.time_zone)::date
       and not exists (select from school.term o where o.year_id = t.year_id and o.grades @> k.grade::int and o.first_day > t.first_day
                          and o.first_day <= (now() at time zone s.time_zone)::date)
      left join school.mark m on m.pupil_id = u.id and m.day between t.first_day and t.last_day
      left join school.work w on w.id = m.work_id
      left join school.subject j on j.id = m.subject_id
     where (now() at time zone s.time_zone)::date between e.first_day and coalesce(e.last_day, 'infinity')`);
  const finals = sql(`
    select u.idn, j.title, f.value
      from school.final_mark f
      join school.pupil u on u.id = f.pupil_id
      join school.class k on k.id = u.class_id and k.year_id = f.year_id
      join school.subject j on j.id = f.subject_id
      join school.term t on t.id = f.term_id
      join school.school s on s.id = t.school_id
     where f.period = 'term' and (now() at time zone s.time_zone)::date >= t.first_day
       and not exists (select from school.term o where o.year_id = t.year_id and o.grades @> k.grade::int and o.first_day > t.first_day
                          and o.first_day <= (now() at time zone s.time_zone)::date)`);
  const pupils = new Map();
  for (const [idn, school, region, grade, k, hasRanks, subject, value, weight] of rows) {
    if (!pupils.has(idn)) pupils.set(idn, { id: idn, school, region, grade, class: k, hasRanks: hasRanks === 't', subjects: new Map() });
    if (subject === null) continue;
    const { subjects } = pupils.get(idn);
    if (!subjects.has(subject)) subjects.set(subject, { marks: [], final: null });
    subjects.get(subject).marks.push({ value, weight: Number(weight) });
  }
  for (const [idn, subject, value] of finals) {
    const subjects = pupils.get(idn)?.subjects;
    if (!subjects) continue;
    if (!subjects.has(subject)) subjects.set(subject, { marks: [], final: null });
    subjects.get(subject).final = value;
  }
  return [...pupils.values()];
}

const decimal = (hundredths) => (hundredths / 100).toFixed(2).replace('.', ',');
/* { 'Рейтинг в классе': '18-й из 28 …' } of the tiles of the block. */
function tilesOf(answer) {
  const [block] = /<section class="card statistics"[\s\S]*?<\/section>/.exec(answer.text);
  return Object.fromEntries([...block.matchAll(/<dt>([\s\S]*?)<\/dt><dd[^>]*>([\s\S]*?)<\/dd>/g)]
    .map(([, dt, dd]) => [dt, wordsOf({ text: dd })]));
}

describe('pages of the demo', () => {
  const active = credentials.cabinets.filter((c) => c.password);
  let wanted;

  before(() => {
    sql('select school.rate()');
    wanted = figures(demoPupils());
  });

  test('places, averages and quality on Главная and Рейтинг are what the raw rows say', async () => {
    let places = 0;
    const titles = { class: 'Рейтинг в классе', parallel: 'Рейтинг в параллели', school: 'Рейтинг в школе', region: 'Рейтинг в крае' };
    for (const cabinet of active) {
      const visitor = await loggedIn(cabinet);
      await visitor.fill('/', { idn: cabinet.idn, next: '/' }, { action: '/child' });
      const w = wanted.get(cabinet.idn);
      const page = await visitor.get('/');
      const tiles = tilesOf(page);
      for (const [scope, title] of Object.entries(titles)) {
        const { place, among } = w.places[scope];
        if (place) assert.match(tiles[title], new RegExp(`^${place}-й из ${among}( |$)`), `${cabinet.idn} ${title}`);
        else assert.match(tiles[title], /^нет данных/, `${cabinet.idn} ${title}`);
        if (place) places++;
      }
      assert.match(tiles['Средний балл'], w.n ? new RegExp(`^${decimal(w.weighted)} без веса работ ${decimal(w.average)}`) : /^нет данных$/);
      assert.match(tiles['Качество знаний'], w.own.n ? new RegExp(`^${w.own.quality} %`) : /^нет данных$/);
      const rating = wordsOf(await visitor.get('/rating'));
      if (w.own.n) assert.match(rating, new RegExp(`Качество знаний ${w.own.quality} % .*Успеваемость ${w.own.success} % .*СОУ, степень обученности ${w.own.level} %`));
      for (const [subject, o] of w.bySubject)
        if (o.n) assert.ok(rating.includes(`${subject} ${o.n} ${decimal(o.weighted)} `), `${cabinet.idn}: ${subject} ${o.n} ${decimal(o.weighted)}`);
      assert.ok(Buffer.byteLength(page.text) <= 30 * 1024);
    }
    assert.ok(places > 0, 'the demo shows no place at all');
  });

  test('a mark is on Главная at once: the average is true, the job has not run', async () => {
    const visitor = await loggedIn(active[0]);
    await visitor.fill('/', { idn: active[0].idn, next: '/' }, { action: '/child' });
    const [before] = sql(`select m.work_id, m.pupil_id, m.ordinal, m.value, m.set_by from school.mark m join school.pupil u on u.id = m.pupil_id
      join school.class k on k.id = u.class_id join school.term t on t.id = school.begun_term(k.id, current_date)
      where u.idn = '${active[0].idn}' and m.points is not null and m.day between t.first_day and current_date order by m.day desc, m.work_id limit 1`);
    assert.ok(before, 'the pupil has no mark in the term');
    const [work, pupil, ordinal, old, by] = before;
    const other = old === '5' ? '3' : '5';
    const change = (to, reason) => sql(`update school.mark set value = '${to}', set_at = now(), set_by = ${by}, reason = '${reason}'
      where (work_id, pupil_id, ordinal) = (${work}, ${pupil}, ${ordinal})`);
    const shown = tilesOf(await visitor.get('/'))['Средний балл'];
    const place = tilesOf(await visitor.get('/'))['Рейтинг в школе'];
    try {
      change(other, 'описка');
      const w = figures(demoPupils()).get(active[0].idn);
      const page = await visitor.get('/');
      assert.ok(tilesOf(page)['Средний балл'].startsWith(decimal(w.weighted)));
      assert.notEqual(tilesOf(page)['Средний балл'], shown);
      assert.equal(tilesOf(page)['Рейтинг в школе'], place, 'places wait for the job');
      assert.match(wordsOf(page), new RegExp(`было ${old}, стало ${other}`));
    } finally {
      change(old, 'исправлено обратно');
    }
    assert.equal(tilesOf(await visitor.get('/'))['Средний балл'], shown);
  });

  test('a school that switches ranks off shows no place anywhere, at once', async () => {
    const visitor = await loggedIn(active[0]);
    await visitor.fill('/', { idn: active[0].idn, next: '/' }, { action: '/child' });
    const school = sql(`select school_id from school.pupil where idn = '${active[0].idn}'`)[0][0];
    try {
      sql(`update school.school set has_ranks = false where id = ${school}`);
      for (const path of ['/', '/rating', '/rating?scope=region']) {
        const words = wordsOf(await visitor.get(path));
        assert.doesNotMatch(words, /Рейтинг|\d-й|[Мм]есто/, path);
        assert.match(words, /Качество знаний/);
      }
    } finally {
      sql(`update school.school set has_ranks = true where id = ${school}`);
    }
  });

  test('?scope= is one of four', async () => {
    const visitor = await loggedIn(active[0]);
    for (const scope of ['class', 'parallel', 'school', 'region'])
      assert.equal((await visitor.get(`/rating?scope=${scope}`)).status, 200);
    assert.equal((await visitor.get('/rating?scope=world')).status, 400);
  });
});
