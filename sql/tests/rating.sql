-- Статистика at its edges: few pupils, few subjects, words for marks, who left, ranks switched off, sources that are late; the
-- feed of the first page and the panels of several children. Whole schools are recounted by tests/http/rating.test.mjs.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'a'), 'ok', 'a family of one school');
select is(pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'plum', 'c'), 'ok', 'another of the same class');
select is(pg_temp.first('I2222DDDDD', 'code-I2222DDDDD', 'fig', 'd'), 'ok', 'one of another school');

-- ---- the little school year: a term that runs, seven subjects, a teacher, lessons of the last two weeks ------------------------
create temporary table today as select (now() at time zone 'Asia/Vladivostok')::date as day;
insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'quarter', t.ordinal, d.day + t.a, d.day + t.b
  from school.year y, today d, (values (1, -90, -31), (2, -30, 30)) t(ordinal, a, b);
insert into school.subject (school_id, title, rank)
select s.id, j.title, j.rank from school.school s, (values ('Алгебра', 1), ('Физика', 2), ('История', 3), ('Музыка', 4)) j(title, rank);
insert into school.work_kind (school_id, title, weight, is_major, rank)
select s.id, k.title, k.weight, k.is_major, k.weight from school.school s, (values ('Ответ', 1, false), ('Контрольная', 3, true)) k(title, weight, is_major);
insert into school.attendance_code (school_id, letter, title, scope, reason, rank)
select s.id, c.letter, c.letter, c.scope::school.absence_scope, c.reason::school.absence_reason, 1
  from school.school s, (values ('н', 'absent', 'none'), ('нп', 'absent', 'unexcused'), ('о', 'late', 'none')) c(letter, scope, reason);
insert into auth.staff (school_id, login, roles) select s.id, 'teacher.' || s.number, '{teacher}' from school.school s;
insert into school.pupil (school_id, class_id, idn, account)
select k.school_id, k.id, p.idn, p.account
  from (values ('7 «Б»', 'I2222FFFFF', '0278390090'), ('7 «Б»', 'I2222GGGGG', '0278390091'), ('7 «Б»', 'I2222HHHHH', '0278390092'),
               ('3 «А»', 'I2222JJJJJ', '0278390093')) p(class, idn, account)
  join school.school s on s.number = '839' join school.class k on k.school_id = s.id and k.name = p.class;

create function pg_temp.pupil(p_idn text) returns bigint language sql as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.subject(p_pupil bigint, p_title text) returns bigint language sql as $$
    select j.id from school.subject j join school.pupil p on p.school_id = j.school_id where p.id = p_pupil and j.title = p_title
$$;
-- The lesson of a pupil's class that many days from now, made when it is first needed.
create function pg_temp.lesson(p_pupil bigint, p_title text, p_days int) returns bigint language plpgsql as $$
declare
    v_class bigint := (select p.class_id from school.pupil p where p.id = p_pupil);
    v_subject school.subject := (select j from school.subject j where j.id = pg_temp.subject(p_pupil, p_title));
begin
    insert into school.lesson (class_id, day, number, subject_id, staff_id, roll_at)
    select v_class, d.day + p_days, v_subject.rank, v_subject.id, f.id, case when p_days <= 0 then now() - interval '1 hour' end
      from today d, auth.staff f where f.school_id = v_subject.school_id
        on conflict do nothing;
    return (select l.id from school.lesson l, today d where l.class_id = v_class and l.day = d.day + p_days and l.subject_id = v_subject.id);
end $$;
create function pg_temp.work(p_pupil bigint, p_title text, p_days int, p_kind text default 'Ответ') returns bigint language plpgsql as $$
declare
    v_lesson bigint := pg_temp.lesson(p_pupil, p_title, p_days);
    v_work bigint := (select w.id from school.work w join school.work_kind k on k.id = w.kind_id where w.lesson_id = v_lesson and k.title = p_kind);
begin
    if v_work is null then
        insert into school.work (lesson_id, subject_id, day, kind_id, title, weight)
        select l.id, l.subject_id, l.day, k.id, '', k.weight
          from school.lesson l join school.class c on c.id = l.class_id join school.work_kind k on k.school_id = c.school_id and k.title = p_kind
         where l.id = v_lesson returning id into v_work;
    end if;
    return v_work;
end $$;
create function pg_temp.mark(p_idn text, p_title text, p_value text, p_days int default -1, p_kind text default 'Ответ') returns void
language plpgsql as $$
declare
    v_work bigint := pg_temp.work(pg_temp.pupil(p_idn), p_title, p_days, p_kind);
begin
    insert into school.mark (work_id, pupil_id, subject_id, day, value, set_by)
    select w.id, pg_temp.pupil(p_idn), w.subject_id, w.day, p_value, l.staff_id
      from school.work w join school.lesson l on l.id = w.lesson_id where w.id = v_work
        on conflict (work_id, pupil_id, ordinal) do update set value = excluded.value, set_at = now();
end $$;
create function pg_temp.marks(p_idn text, p_values text) returns void language sql as $$
    select pg_temp.mark(p_idn, j.title, v.value)
      from regexp_split_to_table(p_values, ' ') with ordinality v(value, n)
      join (values (1, 'Алгебра'), (2, 'Физика'), (3, 'История'), (4, 'Музыка')) j(n, title) on j.n = v.n
$$;
create function pg_temp.final(p_idn text, p_title text, p_value text) returns void language sql as $$
    insert into school.final_mark (pupil_id, year_id, subject_id, period, term_id, value, set_by)
    select p.id, k.year_id, pg_temp.subject(p.id, p_title), 'term', t.id, p_value, f.id
      from school.pupil p join school.class k on k.id = p.class_id join school.term t on t.year_id = k.year_id and t.ordinal = 2
      join auth.staff f on f.school_id = p.school_id
     where p.idn = p_idn
$$;
create function pg_temp.places(p_token text) returns text language sql as $$
    select string_agg(coalesce(p.place::text, '-') || '/' || coalesce(p.among::text, '-'), ' ') from cabinet.home_places(p_token) p
$$;

-- ---- how many are behind a place -----------------------------------------------------------------------------------------------
select pg_temp.marks('I2222AAAAA', '5 4 4') \g /dev/null
select pg_temp.marks('I2222CCCCC', '4 4 4') \g /dev/null
select pg_temp.marks('I2222FFFFF', '4 5 3') \g /dev/null
select pg_temp.marks('I2222GGGGG', '3 3 2') \g /dev/null
select pg_temp.marks('I2222HHHHH', '5 5') \g /dev/null
select is(school.rate(), 9::bigint, 'everybody who is in a class is looked at');
select is(pg_temp.places('a'), '-/4 -/4 -/4 -/4', 'four with marks in three subjects: nobody has a place');
select is((select p.why from cabinet.home_places('a') p where p.scope = 'class'), 'оценки меньше чем у пяти учеников', 'and why');
select is((select f.class_weighted from cabinet.home_figures('a') f), null::int, 'nor is the average of four shown');
select is((select count(*) from cabinet.home_subjects('a') s where s.place is not null), 2::bigint, 'two subjects have five');

select pg_temp.mark('I2222HHHHH', 'История', '5') \g /dev/null
select is((select f.weighted from cabinet.home_figures('a') f), 433, 'an average is there at once');
select is(pg_temp.places('a'), '-/4 -/4 -/4 -/4', 'places wait for the job');
select is(school.rate((select s.id from school.school s where s.number = '840')), 9::bigint, 'the job, asked for another school of the region');
select is(pg_temp.places('a'), '2/5 2/5 2/5 2/5', 'the fifth makes places');
select is(pg_temp.places('c'), '3/5 3/5 3/5 3/5', 'equal averages share one');
select is((select string_agg(r.class_place::text, ' ' order by r.class_place) from school.rating r where r.class_place is not null),
    '1 2 3 3 5', '1, 2, 3, 3, 5: after a shared place as many are left out');
select is(pg_temp.places('d'), '-/- -/- -/- -/-', 'who has no marks has none');
select is((select f.class_weighted from cabinet.home_figures('a') f), 400, 'the class''s average: of five');
select is((select count(*) from school.place h where h.class_place is not null), 5::bigint, 'history has them');
select is((select h.place || '/' || h.among || ' ' || h.weighted from cabinet.home_history('a', 'class') h), '2/5 433', 'and shows them');

-- A mark in two subjects more or less
select pg_temp.mark('I2222HHHHH', 'История', null) \g /dev/null
select school.rate() \g /dev/null
select is(pg_temp.places('a'), '-/4 -/4 -/4 -/4', 'a mark that was taken back takes the places with it');
select is((select count(*) from cabinet.home_history('a', 'class')), 0::bigint, 'today''s row of the history says so too');
select pg_temp.mark('I2222HHHHH', 'История', '5') \g /dev/null
select school.rate() \g /dev/null

-- ---- a week ago ----------------------------------------------------------------------------------------------------------------
insert into school.place (pupil_id, day, class_place, class_of, school_place, school_of)
select pg_temp.pupil('I2222AAAAA'), d.day - 10, 5, 5, 1, 5 from today d;
select results_eq($$ select p.scope, p.was, p.move, p.trend from cabinet.home_places('a') p $$,
    $$ values ('class', 5, 3, 'up'), ('parallel', null, 0, ''), ('school', 1, 1, 'down'), ('region', null, 0, '') $$, 'higher, lower, not known');
update school.place set day = day - 25 where class_place = 5 and pupil_id = pg_temp.pupil('I2222AAAAA');
select is((select string_agg(p.trend, '') from cabinet.home_places('a') p), '', 'the term before is another race');
update school.place set day = (select day - 6 from today) where class_place = 5 and pupil_id = pg_temp.pupil('I2222AAAAA');
select is((select string_agg(p.trend, '') from cabinet.home_places('a') p), '', 'six days are no week');
select is((select string_agg(h.place::text, ' ' order by h.day) from cabinet.home_history('a', 'class') h), '5 2', 'the history by date');
select is((select string_agg(h.place::text, ' ' order by h.day) from cabinet.home_history('a', 'school') h), '1 2', 'of each kind of place');
select is((select count(*) from cabinet.home_history('c', 'class')), 1::bigint, 'everybody has his own');
select is((select count(*) from cabinet.home_history('a', 'world')), 0::bigint, 'of no other kind');

-- ---- words for marks, who left -----------------------------------------------------------------------------------------------
select is((select f.results || ' ' || f.quality || ' ' || f.success || ' ' || f.level from cabinet.home_figures('a') f), '3 100 100 76',
    'quality by the averages: 5 4 4');
select pg_temp.final('I2222AAAAA', 'Музыка', 'н/а') \g /dev/null
select is((select f.results || ' ' || f.quality || ' ' || f.success || ' ' || f.level from cabinet.home_figures('a') f), '4 75 75 59',
    '«н/а» is a result: (100 + 64 + 64 + 7) / 4');
select pg_temp.final('I2222AAAAA', 'Алгебра', 'осв') \g /dev/null
select is((select f.results || ' ' || f.quality || ' ' || f.level from cabinet.home_figures('a') f), '3 67 45', '«осв» is none, whatever the marks');
select pg_temp.final('I2222AAAAA', 'Физика', '3') \g /dev/null
select is((select f.results || ' ' || f.quality || ' ' || f.level from cabinet.home_figures('a') f), '3 33 36', 'the final mark, not the average');
select is((select f.subjects || ' ' || f.weighted from cabinet.home_figures('a') f), '3 433', 'averages do not mind final ones');
select school.rate() \g /dev/null
-- н/а 3 4 · 4 4 4 · 4 5 3 · 3 3 2 · 5 5 5
select is((select f.class_results || ' ' || f.class_quality || ' ' || f.class_success || ' ' || f.class_level from cabinet.home_figures('c') f),
    '15 60 87 59', 'the class: pupils × subjects');
update school.pupil set state = 'left' where idn = 'I2222GGGGG';
select school.rate() \g /dev/null
select is((select count(*) from school.rating r where r.pupil_id = pg_temp.pupil('I2222GGGGG')), 0::bigint, 'who left has no rating');
select is(pg_temp.places('a'), '-/4 -/4 -/4 -/4', 'and is nobody''s fifth');
select is((select f.class_results from cabinet.home_figures('c') f), null::int, 'nor in the figures of the class');
select is((select n.n3 + n.n2 from school.class_rating n join school.class k on k.id = n.class_id join school.school s on s.id = k.school_id
            where s.number = '839' and k.grade = 7), 2, 'his threes and twos went with him');
update school.pupil set state = 'active' where idn = 'I2222GGGGG';
select school.rate() \g /dev/null

-- ---- ranks switched off ----------------------------------------------------------------------------------------------------------
update school.school set has_ranks = false where number = '839';
select is((select count(*) from cabinet.home_places('a')), 0::bigint, 'no places, at once');
select is((select count(*) from cabinet.home_history('a', 'class')), 0::bigint, 'no history');
select is((select count(s.place) from cabinet.home_subjects('a') s), 0::bigint, 'none by subjects');
select ok((select not f.has_ranks and f.quality is not null and f.class_quality is not null from cabinet.home_figures('a') f), 'quality is still told');
select school.rate() \g /dev/null
select is((select count(*) from school.rating r where coalesce(r.class_place, r.region_of) is not null), 0::bigint, 'the job gives none');
update school.school set has_ranks = true where number = '839';
select school.rate() \g /dev/null
select is(pg_temp.places('a'), '2/5 2/5 2/5 2/5', 'on again');

-- ---- the job --------------------------------------------------------------------------------------------------------------------
create temporary table before as select r.pupil_id, r.ctid as place_on_disk from school.rating r;
select school.rate() \g /dev/null
select is_empty($$ select r.pupil_id from school.rating r join before b using (pupil_id) where r.ctid <> b.place_on_disk $$, 'a run that finds nothing new writes nothing');
insert into school.place (pupil_id, day, class_place, class_of)
select pg_temp.pupil('I2222CCCCC'), date_trunc('week', d.day - 90)::date + n, 1, 5 from today d, generate_series(0, 3) n;
select is(school.thin_places(), 3::bigint, 'old weeks keep one row');
select is((select max(h.day) from school.place h where h.day < current_date - 60), (select date_trunc('week', d.day - 90)::date + 3 from today d), 'the last');
delete from school.place;
select school.recall_places((select day - 3 from today), (select day - 1 from today)) \g /dev/null
select is((select string_agg(h.day - d.day || ': ' || h.class_place, ', ' order by h.day) from school.place h, today d where h.pupil_id = pg_temp.pupil('I2222AAAAA')),
    '-1: 2', 'history from the marks: they are of yesterday');

-- ---- how fresh -------------------------------------------------------------------------------------------------------------------
select results_eq($$ select f.is_marks_late, f.is_ranks_late, f.is_rolls_late, f.marks_as_of is not null, f.rolls_as_of from cabinet.home_figures('a') f $$,
    $$ values (false, false, false, true, (now() - interval '1 hour') at time zone 'Asia/Vladivostok') $$, 'all in time');
update school.rated set at = now() - interval '61 minutes';
select ok((select f.is_ranks_late from cabinet.home_figures('a') f), 'the job has not run for an hour');
select pg_temp.lesson(pg_temp.pupil('I2222AAAAA'), 'Физика', n) from generate_series(-4, -2) n \g /dev/null
update school.average set changed_at = now() - interval '10 days';
update school.rated set marks_at = now() - interval '10 days';
select ok((select f.is_marks_late from cabinet.home_figures('a') f), 'three days of lessons without a mark in the whole school');
update school.lesson set roll_at = null where day >= (select day - 1 from today);
select ok((select f.is_rolls_late from cabinet.home_figures('a') f), 'no roll since the last day of lessons');
update school.lesson set roll_at = now() - interval '1 hour' where day <= (select day from today);

-- ---- attendance -------------------------------------------------------------------------------------------------------------------
insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id)
select l.id, pg_temp.pupil('I2222AAAAA'), l.subject_id, l.day, c.id
  from (values (-2, 'н'), (-3, 'нп'), (-4, 'о')) x(days, letter), today d, school.lesson l
  join school.class k on k.id = l.class_id join school.attendance_code c on c.school_id = k.school_id
 where l.day = d.day + x.days and c.letter = x.letter and l.id = pg_temp.lesson(pg_temp.pupil('I2222AAAAA'), 'Физика', x.days);
select results_eq($$ select f.lessons, f.missed, f.unexcused, f.unnamed from cabinet.home_figures('a') f $$, $$ values (6, 2, 1, 1) $$, 'missed, по НУП, unexplained');

-- ---- the feed ---------------------------------------------------------------------------------------------------------------------
select is((select count(*) from cabinet.home_marks('a') m where m.is_changed), 0::bigint, 'nothing was changed yet');
update school.mark m set value = '2', reason = 'описка', set_at = now() + interval '1 second'
 where m.pupil_id = pg_temp.pupil('I2222AAAAA') and m.subject_id = pg_temp.subject(m.pupil_id, 'Алгебра');
select results_eq($$ select m.subject, m.old_value, m.value, m.points from cabinet.home_marks('a') m limit 1 $$,
    $$ values ('Алгебра', '5', '2', 2::smallint) $$, 'a changed mark on top, with what it was');
select is((select count(*) from cabinet.home_marks('c') m where m.is_changed), 0::bigint, 'it is nobody else''s');
select pg_temp.work(pg_temp.pupil('I2222AAAAA'), 'История', 3, 'Контрольная') \g /dev/null
select pg_temp.work(pg_temp.pupil('I2222AAAAA'), 'Музыка', 3, 'Ответ') \g /dev/null
insert into school.homework (lesson_id, given_on, task, staff_id)
select pg_temp.lesson(pg_temp.pupil('I2222AAAAA'), j.title, 2), d.day, j.title || ': §' || j.n, f.id
  from today d, (values ('Алгебра', 4), ('Физика', 5)) j(title, n), auth.staff f where f.login = 'teacher.839';
insert into school.homework_done (homework_id, pupil_id)
select h.id, pg_temp.pupil('I2222AAAAA') from school.homework h where h.task = 'Физика: §5';
select pg_temp.mark('I2222AAAAA', 'Музыка', '.', -1, 'Контрольная') \g /dev/null
update school.mark set point_till = (select day + 1 from today) where value = '.';
select results_eq($$ select a.day - d.day, a.kind, a.subject, a.what from cabinet.home_ahead('a') a, today d $$,
    $$ values (1, 'point', 'Музыка', 'Контрольная'), (2, 'homework', 'Алгебра', 'Алгебра: §4'), (3, 'work', 'История', 'Контрольная') $$,
    'works of weight, homework not done, what is to be handed in');
select is((select string_agg(a.what, ', ') from cabinet.home_ahead('c') a), 'Алгебра: §4, Физика: §5, Контрольная', 'another''s ticks and points are his own');
select is((select count(*) from cabinet.home_ahead('d')), 0::bigint, 'another school''s lessons too');

-- ---- the week ----------------------------------------------------------------------------------------------------------------------
select is((select w.unnamed from cabinet.home_week('a') w), 1, 'absences to be explained');
select pg_temp.lesson(pg_temp.pupil('I2222AAAAA'), 'Музыка', n) from generate_series(-14, -5) n \g /dev/null
select ok((select w.unsigned_monday < d.day and extract(isodow from w.unsigned_monday) = 1 and w.unsigned_sunday = w.unsigned_monday + 6
             from cabinet.home_week('a') w, today d), 'a week that is over wants a signature');
insert into school.week_signature (pupil_id, monday, access_id)
select pg_temp.pupil('I2222AAAAA'), w.unsigned_monday, a.id from cabinet.home_week('a') w, auth.access a
 where a.pupil_id = pg_temp.pupil('I2222AAAAA') and a.ordinal = 1;
select is((select w.unsigned_monday from cabinet.home_week('a') w), null::date, 'signed');
select ok((select w.unsigned_monday is not null from cabinet.home_week('c') w), 'each family signs for itself');

-- ---- several children --------------------------------------------------------------------------------------------------------------
select is((select count(*) from cabinet.home_children('a')), 0::bigint, 'one child needs no panel');
select is(pg_temp.add_child('a', 'I2222BBBBB', 'code-I2222BBBBB'), 'ok', 'a second child');
select is((select string_agg(distinct c.idn, ' ') from cabinet.home_children('a') c), 'I2222AAAAA I2222BBBBB', 'panels of both');
select results_eq($$ select c.is_current, c.ahead_kind, c.ahead_subject, c.mark from cabinet.home_children('a') c where c.idn = 'I2222BBBBB' $$,
    $$ values (false, null::text, null::text, null::text) $$, 'the second has neither marks nor deadlines');
select is((select count(*) from cabinet.home_children('a') c where c.idn = 'I2222AAAAA' and c.ahead_kind = 'point'), 3::bigint, 'three marks of the first, and what comes next');
select is((select count(*) from cabinet.home_children('c')), 0::bigint, 'another family sees none of them');

-- Whatever the first page and /rating ask, an index finds it: with sequential scans forbidden none is made of what grows.
create temporary table scans (relname name, before bigint);
discard plans;
set local enable_seqscan = off;
insert into scans select t.relname, t.seq_scan from pg_stat_xact_user_tables t where t.schemaname = 'school';
do $$
begin
    perform * from cabinet.home_figures('a');
    perform * from cabinet.home_places('a');
    perform * from cabinet.home_subjects('a');
    perform * from cabinet.home_history('a', 'school');
    perform * from cabinet.home_exams('a');
    perform * from cabinet.home_ahead('a');
    perform * from cabinet.home_marks('a');
    perform * from cabinet.home_week('a');
    perform * from cabinet.home_children('a');
    perform * from cabinet.home_now('a');
end $$;
select is_empty($$ select t.relname, t.seq_scan - s.before from pg_stat_xact_user_tables t join scans s using (relname)
    where t.schemaname = 'school' and t.seq_scan > s.before
      and t.relname in ('pupil', 'enrolment', 'lesson', 'work', 'mark', 'mark_change', 'final_mark', 'average', 'attendance', 'excuse',
                        'homework', 'homework_done', 'week_signature', 'subgroup_pupil', 'rating', 'class_rating', 'place', 'exam_score') $$,
    'no table that grows is read from end to end');
select ok((select t.idx_scan > 0 from pg_stat_xact_user_tables t where t.relname = 'average'), 'and these statistics do count');
reset enable_seqscan;
update auth.access a set barred_at = now() where a.pupil_id = pg_temp.pupil('I2222AAAAA');
select is((select count(*) from cabinet.home_children('a')), 0::bigint, 'nor does who was barred');

-- ---- without a class ---------------------------------------------------------------------------------------------------------------
update school.pupil set state = 'left', class_id = null where idn = 'I2222CCCCC';
select results_eq($$ select f.term_title, f.subjects, f.results, f.missed from cabinet.home_figures('c') f $$, $$ values (null::text, 0, 0, null::int) $$, 'who left has no figures');
select is(pg_temp.places('c'), '-/- -/- -/- -/-', 'no places');
select is((select count(*) from cabinet.home_ahead('c')) + (select count(*) from cabinet.home_week('c')) + (select count(*) from cabinet.home_subjects('c')), 0::bigint, 'nothing ahead, no week');

-- ---- the formulas --------------------------------------------------------------------------------------------------------------------
select is(school.quality(1, 1, 1, 1, 1, 1)::text, '(6,33,50,38)', 'one of each: 230 / 6');
select is(school.quality(0, 0, 0, 0, 0, 0)::text, '(0,,,)', 'of nothing: nothing');
select is(school.mean(9, 2), 5, 'half goes up');
select is(school.hundredths(13, 3), 433, 'hundredths');
create temporary table by_triggers as select e.* from school.exam_score e where e.n > 0;
select school.sum_exams() \g /dev/null
select set_eq('select * from school.exam_score', 'select * from by_triggers', 'sums of exam tasks made anew are those of the triggers');
select finish();
rollback;
