-- Attendance: the figures against an independent count, the page of a family, excuses and their rules.
begin;
set local client_min_messages = warning;
\ir roll.inc
grant usage on schema public to kabinet_attendance;
select no_plan();

-- ---- figures: what the functions say is what a loop over the plain rows says -----------------------------------------------

-- Five weeks of five lessons a day of random kinds: the whole class, either subgroup, cancelled, without a roll; random absences.
select setseed(0.2026) \g /dev/null
create temporary table made as
select d.day, n.number, pg_temp.lesson(d.day, n.number, (array['Алгебра', 'Английский язык', 'Физика'])[1 + n.number % 3],
           case when n.number % 3 = 1 then (1 + (random() < .5)::int)::text else '' end, random() < .85) as id
  from (select pg_temp.today() - g as day from generate_series(1, 40) g) d, generate_series(1, 5) n(number)
 where extract(isodow from d.day) < 7;
update school.lesson l set is_cancelled = true from made m where m.id = l.id and random() < .1;
-- Rows where nobody should count them, too: at lessons that are cancelled, of the other subgroup or without a roll.
select pg_temp.absent(m.id, p.letter, (array['н', 'б', 'у', 'нп', 'о', 'р'])[1 + floor(random() * 6)::int])
  from made m, (values ('A'), ('C')) p(letter) where random() < .3 \g /dev/null

create function pg_temp.count_again(p_pupil bigint, p_from date, p_to date) returns integer[] language plpgsql as $$
declare
    v_lesson record;
    v_row record;
    f integer[] := array[0, 0, 0, 0, 0, 0, 0, 0];
begin
    for v_lesson in select l.* from school.lesson l
                     where l.class_id = (select p.class_id from school.pupil p where p.id = p_pupil) and l.day between p_from and p_to loop
        continue when v_lesson.is_cancelled or v_lesson.roll_at is null;
        continue when v_lesson.subgroup_id is not null and p_pupil not in
            (select g.pupil_id from school.subgroup_pupil g where g.subgroup_id = v_lesson.subgroup_id);
        f[1] := f[1] + 1;
        select c.letter into v_row from school.attendance a join school.attendance_code c on c.id = a.code_id
         where a.lesson_id = v_lesson.id and a.pupil_id = p_pupil;
        continue when not found;
        if v_row.letter in ('н', 'б', 'у', 'нп') then
            f[2] := f[2] + 1;
        end if;
        f[array_position(array['б', 'у', 'нп', 'н', 'о', 'р'], v_row.letter) + 2] := f[array_position(array['б', 'у', 'нп', 'н', 'о', 'р'], v_row.letter) + 2] + 1;
    end loop;
    return f;
end $$;
select results_eq(format($$ select array[lessons, missed, ill, excused, unexcused, unnamed, late, left_early]
        from school.attendance_figures(pg_temp.pupil(%L), pg_temp.today() - %s, pg_temp.today() - %s) $$, p.letter, s.first, s.last),
    format($$ select pg_temp.count_again(pg_temp.pupil(%L), pg_temp.today() - %s, pg_temp.today() - %s) $$, p.letter, s.first, s.last),
    format('figures of %s, %s to %s days ago', p.letter, s.first, s.last))
  from (values ('A'), ('C')) p(letter), (values (40, 1), (30, 11), (7, 7), (3, 9)) s(first, last);
select ok((pg_temp.count_again(pg_temp.pupil('A'), pg_temp.today() - 40, pg_temp.today()))[2] > 5, 'something was missed');
select is(school.attendance_share(pg_temp.pupil('A'), pg_temp.today() - 40, pg_temp.today()),
    (select floor((f[1] - f[2]) * 1000.0 / f[1]) / 10 from pg_temp.count_again(pg_temp.pupil('A'), pg_temp.today() - 40, pg_temp.today()) f),
    'share of presence');
select is(school.attendance_share(pg_temp.pupil('D'), pg_temp.today() - 40, pg_temp.today()), null, 'no roll, no share');
select is(school.share_of(1000, 1), 99.9, 'one of a thousand missed is not 100');
select is(school.share_of(3, 1), 66.6, 'cut');
select is(school.open_absences(pg_temp.pupil('A'), pg_temp.today() - 40), f.unnamed, 'open ones are those without a reason')
  from school.attendance_figures(pg_temp.pupil('A'), pg_temp.today() - 40, pg_temp.today()) f;

create temporary table figures_a as select * from school.attendance_figures(pg_temp.pupil('A'), pg_temp.today() - 42, pg_temp.today() + 34);
grant select on figures_a to kabinet_attendance;
set local role kabinet_attendance;
select results_eq($$ select lessons, missed, ill, excused, unexcused, unnamed, late, left_early from cabinet.attendance_summary('parent', null, null) $$,
    $$ select lessons::bigint, missed::bigint, ill::bigint, excused::bigint, unexcused::bigint, unnamed::bigint, late::bigint, left_early::bigint
         from figures_a $$, 'the page''s figures are those');
select results_eq($$ select sum(rolls)::bigint, sum(missed)::bigint from cabinet.attendance_days('parent', null, null) $$,
    $$ select lessons::bigint, missed::bigint from figures_a $$, 'and its days');
select results_eq($$ select sum(lessons)::bigint, sum(missed)::bigint, sum(with_reason + without_reason)::bigint, sum(late)::bigint
        from cabinet.attendance_subjects('parent', null, null) $$,
    $$ select lessons::bigint, missed::bigint, missed::bigint, (late + left_early)::bigint from figures_a $$, 'and its subjects');
select results_eq($$ select count(*), count(*) filter (where scope = 'absent') from cabinet.attendance_lessons('parent', null) $$,
    $$ select lessons::bigint, missed::bigint from figures_a $$, 'and its export');
select is((select count(distinct monday) * 6 from cabinet.attendance_days('parent', null, null)),
    (select count(*) from cabinet.attendance_days('parent', null, null)), 'whole weeks without Sundays');
select is_empty($$ select day from cabinet.attendance_days('parent', null, null)
    where (state = 'absent') <> (rolls > 0 and missed = rolls) or (state = 'present' and (missed > 0 or late > 0)) or (state = 'none' and lessons > 0) $$,
    'states of days');
select results_eq($$ select title from cabinet.attendance_terms('parent') $$, $$ values ('2 четверть'), ('1 четверть') $$, 'terms that have begun');
reset role;

-- ---- the page of a family ----------------------------------------------------------------------------------------------------

delete from school.attendance; delete from school.lesson;
-- The last school day before today, whatever today is: three lessons of the class, one of either subgroup, one cancelled.
create temporary table l as
select pg_temp.lesson(pg_temp.today() - 1, 1) as one, pg_temp.lesson(pg_temp.today() - 1, 2, 'Английский язык', '1') as mine,
       pg_temp.lesson(pg_temp.today() - 1, 2, 'Английский язык', '2') as theirs, pg_temp.lesson(pg_temp.today() - 1, 3, 'Физика') as three,
       pg_temp.lesson(pg_temp.today() - 1, 4, 'Физика', '', false) as unrolled, pg_temp.lesson(pg_temp.today() - 1, 5) as cancelled,
       pg_temp.lesson(pg_temp.today() - 3, 1) as early;
update school.lesson set is_cancelled = true where id = (select cancelled from l);
select pg_temp.absent(l.one, 'A', 'н'), pg_temp.absent(l.mine, 'A', 'н'), pg_temp.absent(l.three, 'A', 'о', 7), pg_temp.absent(l.cancelled, 'A', 'н'),
       pg_temp.absent(l.early, 'A', 'р', 10), pg_temp.absent(l.one, 'C', 'б') from l \g /dev/null
set local role kabinet_attendance;
select results_eq($$ select lessons, missed, unnamed, late, late_minutes, left_early, missed_days, whole_days, share, is_low, open_lessons
        from cabinet.attendance_summary('parent', null, null) $$,
    $$ values (4::bigint, 2::bigint, 2::bigint, 1::bigint, 7::bigint, 1::bigint, 1::bigint, 0::bigint, '50,0', true, 2) $$, 'two of four');
select results_eq($$ select share, is_low, open_lessons from cabinet.attendance_summary('stranger', null, null) $$, $$ values ('75,0', true, 0) $$,
    'another family sees its own');
select results_eq($$ select state, rolls, missed from cabinet.attendance_days('parent', null, null) where lessons > 0 order by day $$,
    $$ values ('late', 1::bigint, 0::bigint), ('partly', 3, 2) $$, 'days with lessons');
select results_eq($$ select number, scope, reason, minutes, may_excuse from cabinet.attendance_missed('parent', null, null, 50) $$,
    $$ values (1::smallint, 'absent', 'none', null::smallint, true), (2::smallint, 'absent', 'none', null, true), (3::smallint, 'late', 'none', 7::smallint, true),
              (1::smallint, 'left', 'none', 10::smallint, true) $$, 'what the journal says, newest day first');
select is_empty($$ select 1 from cabinet.attendance_missed('child', null, null, 50) where may_excuse $$, 'a pupil may not explain');
select results_eq($$ select number, scope, has_roll from cabinet.attendance_day('parent', pg_temp.today() - 1) $$,
    $$ values (1::smallint, 'absent', true), (2::smallint, 'absent', true), (3::smallint, 'late', true), (4::smallint, '', false) $$, 'the lessons of a day');
select throws_ok($$ select share from cabinet.attendance_summary('parent', -1, null) $$, 'KB404', null, 'a term that is not there');
reset role;
select set_config('test.far_term', (select t.id::text from school.term t where t.school_id = pg_temp.school('840') and t.ordinal = 2), true) \g /dev/null
set local role kabinet_attendance;
select throws_ok($$ select share from cabinet.attendance_summary('parent', current_setting('test.far_term')::bigint, null) $$, 'KB404', null,
    'a term of another school');
select throws_ok('select 1 from school.attendance', '42501', null, 'the role may read no table');
select throws_ok('select school.open_absences(1, current_date)', '42501', null, 'nor ask the inner functions');

reset role;

-- ---- excuses -------------------------------------------------------------------------------------------------------------------

create function pg_temp.key(p_n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.excuse(p_token text, p_n int, p_kind text, p_first int, p_last int, p_body text default 'болел') returns void language sql as $$
    select cabinet.attendance_excuse(p_token, pg_temp.key(p_n), p_kind, 'ill', pg_temp.today() + p_first, pg_temp.today() + p_last, p_body, null, null, null)
$$;
set local role kabinet_attendance;
select throws_ok($$ select pg_temp.excuse('child', 1, 'absence', -1, -1) $$, 'KB403', null, 'a pupil sends none');
select throws_ok($$ select today from cabinet.attendance_excuse_form('child') $$, 'KB403', null, 'nor sees the form');
select throws_ok(format($$ select pg_temp.excuse('parent', 1, %L, %s, %s) $$, e.kind, e.first, e.last), 'KB422', null, e.why)
  from (values ('absence', -15, -14, 'too long ago'), ('absence', 29, 31, 'too far ahead'), ('absence', 2, 1, 'backwards'),
               ('late', 1, 2, 'a lateness of two days'), ('late', -3, -3, 'a lateness that was none'),
               ('absence', -3, -2, 'days without an absence')) e(kind, first, last, why);
select lives_ok($$ select cabinet.attendance_excuse('parent', pg_temp.key(2), 'absence', 'ill', pg_temp.today() - 1, pg_temp.today() - 1,
    'температура', 'справка.pdf', 'application/pdf', '\x255044462d31') $$, 'yesterday, with a file');
select lives_ok($$ select cabinet.attendance_excuse('parent', pg_temp.key(2), 'absence', 'ill', pg_temp.today() - 1, pg_temp.today() - 1,
    'температура', 'справка.pdf', 'application/pdf', '\x255044462d31') $$, 'the same form once more');
select throws_ok($$ select pg_temp.excuse('parent', 2, 'absence', -1, -1) $$, 'KB409', null, 'the same key, another body');
select results_eq($$ select kind, reason, body, file_name, is_ahead, state, may_withdraw from cabinet.attendance_excuses('parent', 20) $$,
    $$ values ('absence', 'ill', 'температура', 'справка.pdf', false, 'sent', true) $$, 'was sent once, after the lesson');
select results_eq($$ select may_withdraw from cabinet.attendance_excuses('other-adult', 20) union all select may_withdraw from cabinet.attendance_excuses('child', 20) $$,
    $$ values (false), (false) $$, 'the others of the family see it and leave it');
select is_empty($$ select 1 from cabinet.attendance_excuses('stranger', 20) $$, 'no other family does');
select throws_ok($$ select pg_temp.excuse('other-adult', 3, 'absence', -2, 0) $$, 'KB422', null, 'the other adult is told that it was said');
select lives_ok($$ select pg_temp.excuse('parent', 4, 'late', -1, -1) $$, 'a lateness of the same day is another thing');
select lives_ok($$ select pg_temp.excuse('parent', 5, 'absence', 1, 3, 'едем на соревнования') $$, 'from tomorrow on');
select is((select is_ahead from cabinet.attendance_excuses('parent', 20) where first_day > pg_temp.today()), true, 'announced before the first lesson');
select is((select string_agg(state, ' ' order by day) from cabinet.attendance_days('parent', null, null) where is_announced and state <> 'outside'),
    (select string_agg(s.state, ' ' order by s.day) from (select d.day, 'none' as state from (select pg_temp.today() + g as day from generate_series(1, 3) g) d
      where extract(isodow from d.day) < 7) s), 'the calendar shows what was announced');
select results_eq($$ select open_lessons, waiting from cabinet.attendance_summary('parent', null, null) $$, $$ values (0, 3::bigint) $$,
    'what was explained is open no more');
select results_eq($$ select may_excuse, is_waiting from cabinet.attendance_missed('parent', null, null, 50) where scope <> 'left' $$,
    $$ values (false, true), (false, true), (false, true) $$, 'and waits');
select results_eq($$ select name, type, bytes from cabinet.attendance_file('child', (select excuse_id from cabinet.attendance_excuses('child', 20) where file_name <> '')) $$,
    $$ values ('справка.pdf', 'application/pdf', '\x255044462d31'::bytea) $$, 'the file');
select throws_ok($$ select name from cabinet.attendance_file('stranger', (select excuse_id from cabinet.attendance_excuses('parent', 20) where file_name <> '')) $$,
    'KB404', null, 'is no stranger''s');
select throws_ok($$ select name from cabinet.attendance_file('parent', (select max(excuse_id) from cabinet.attendance_excuses('parent', 20))) $$, 'KB404', null,
    'where there is none');
select throws_ok(format($$ select cabinet.attendance_withdraw(%L, (select excuse_id from cabinet.attendance_excuses('parent', 20) where file_name <> '')) $$, w.token),
    w.code, null, w.token || ' withdraws nothing')
  from (values ('stranger', 'KB404'), ('other-adult', 'KB404'), ('child', 'KB403'), ('nobody', 'KB401')) w(token, code);
select lives_ok($$ select cabinet.attendance_withdraw('parent', (select max(excuse_id) from cabinet.attendance_excuses('parent', 20))) from generate_series(1, 2) $$,
    'who sent it withdraws it, twice');
select is((select count(*) from cabinet.attendance_excuses('parent', 20) where state = 'withdrawn'), 1::bigint, 'it is withdrawn');
select lives_ok($$ select pg_temp.excuse('parent', 6, 'absence', 2, 2) $$, 'and leaves room for another');
reset role;
select throws_ok($$ insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead)
    values (pg_temp.pupil('A'), pg_temp.access('parent'), 'absence', 'ill', pg_temp.today() - 5, pg_temp.today() + 5, 'x', false) $$, '23P01', null,
    'the table keeps excuses apart, too');
update school.excuse set state = 'accepted', decided_by = pg_temp.staff('tutor'), decided_at = now() where body = 'температура';
set local role kabinet_attendance;
select throws_ok($$ select cabinet.attendance_withdraw('parent', (select excuse_id from cabinet.attendance_excuses('parent', 20) where file_name <> '')) $$,
    'KB409', null, 'decided meanwhile');
reset role;
select results_eq($$ select action, count(*) from site.audit where login_id = -1 group by action order by action $$,
    $$ values ('excuse-send', 4::bigint), ('excuse-withdraw', 1::bigint) $$, 'what a family does is noted');

-- An announcement is ahead until the first lesson of its first day begins: today's first bell is far, or was long ago.
update school.bell b set starts = '00:00', ends = '00:01' from school.bells s where s.id = b.bells_id and s.school_id = pg_temp.school('839') and b.number = 1;
set local role kabinet_attendance;
select lives_ok($$ select pg_temp.excuse('parent', 7, 'early', 0, 0) $$, 'today');
reset role;
select is((select is_ahead from school.excuse where kind = 'early'), false, 'after the first bell of today');

-- ---- the reason of what was announced --------------------------------------------------------------------------------------------

select results_eq($$ select pupil_id, kind::text, state::text, code_id from school.expected_absences(pg_temp.class('839', 7), pg_temp.today() + 2) $$,
    $$ values (pg_temp.pupil('A'), 'absence', 'sent', pg_temp.code('н')) $$, 'a roll knows who will be missing');
update school.excuse set state = 'accepted', decided_by = pg_temp.staff('tutor'), decided_at = now() where first_day = pg_temp.today() + 2;
select is((select code_id from school.expected_absences(pg_temp.class('839', 7), pg_temp.today() + 2)), pg_temp.code('б'), 'and why, when accepted');
select is_empty($$ select 1 from school.expected_absences(pg_temp.class('839', 3), pg_temp.today() + 2) $$, 'nobody of another class');
create temporary table later as select pg_temp.lesson(pg_temp.today() + 2, 1) as id;
select pg_temp.absent(later.id, 'A', 'н'), pg_temp.absent(later.id, 'C', 'н') from later \g /dev/null
select results_eq($$ select c.letter, a.source::text from school.attendance a join school.attendance_code c on c.id = a.code_id
    where a.lesson_id = (select id from later) order by a.pupil_id = pg_temp.pupil('C') $$, $$ values ('б', 'excuse'), ('н', 'teacher') $$,
    'a plain «н» gets the reason that was accepted');
update school.attendance set code_id = pg_temp.code('нп'), source = 'tutor' where lesson_id = (select id from later) and pupil_id = pg_temp.pupil('A');
select is((select code_id from school.attendance where lesson_id = (select id from later) and pupil_id = pg_temp.pupil('A')), pg_temp.code('нп'),
    'what a tutor decides stays');
select finish();
rollback;
