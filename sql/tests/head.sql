-- The head's desk: the timetable and the lessons that follow it, substitutions that send nobody to two places, days off, events, the
-- report - of one's own school, for a head alone.
begin;
set local client_min_messages = warning;
\ir roll.inc
grant usage on schema public to kabinet_head;
select no_plan();

insert into auth.staff (school_id, login, roles) values (pg_temp.school('840'), 'roll-farhead', '{head}'),
    (pg_temp.school('839'), 'roll-third', '{teacher}'), (pg_temp.school('839'), 'roll-gone', '{teacher}');
insert into people.staff (staff_id, person_id) select f.id, people.person_new('Завучева ' || initcap(replace(f.login, 'roll-', '')))
  from auth.staff f where f.login in ('roll-farhead', 'roll-third', 'roll-gone');
update auth.staff set left_at = now() where login = 'roll-gone';
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(replace(f.login, 'roll-', ''), 'UTF8')), f.id, '127.0.0.1', 'test' from auth.staff f where f.login in ('roll-farhead');
create function pg_temp.subject(p_title text, p_school text default '839') returns bigint language sql stable security definer as $$
    select j.id from school.subject j where j.school_id = pg_temp.school(p_school) and j.title = p_title
$$;
create function pg_temp.key(p_n int) returns uuid language sql immutable as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
-- A week from today: that weekday has five more weeks of the term ahead, four after the next.
create function pg_temp.d(p_n int default 0) returns date language sql stable as $$ select pg_temp.today() + 7 + p_n $$;
create function pg_temp.weekday(p_day date) returns integer language sql immutable as $$ select extract(isodow from p_day)::integer $$;
delete from school.lesson where day >= pg_temp.today();
delete from school.slot;
create function pg_temp.lessons() returns table (day integer, number integer, class text, subject text, staff text, room text) language sql stable security definer as $$
    select l.day - pg_temp.d(), l.number::integer, k.name, j.title, replace(f.login, 'roll-', ''), l.room
      from school.lesson l join school.class k on k.id = l.class_id join school.subject j on j.id = l.subject_id join auth.staff f on f.id = l.staff_id
     where l.day >= pg_temp.today() and k.school_id = pg_temp.school('839') order by 1, 2, 3
$$;
create function pg_temp.slot_of(p_title text) returns bigint language sql stable security definer as $$
    select s.id from school.slot s where s.subject_id = pg_temp.subject(p_title) and s.class_id = pg_temp.class('839', 7) order by s.id desc limit 1
$$;
create function pg_temp.lesson_on(p_n int, p_number int, p_grade int default 7) returns bigint language sql stable security definer as $$
    select l.id from school.lesson l where l.class_id = pg_temp.class('839', p_grade) and l.day = pg_temp.d(p_n) and l.number = p_number and l.subgroup_id is null
$$;
create function pg_temp.save(p_key int, p_grade int, p_slot bigint, p_number int, p_title text, p_staff text, p_room text, p_from date, p_shares boolean default false,
    p_token text default 'head') returns void language sql as $$
    select staff.head_slot_save(p_token, pg_temp.key(p_key), pg_temp.class('839', p_grade), p_slot, pg_temp.weekday(pg_temp.d()), p_number, pg_temp.subject(p_title),
        pg_temp.staff(p_staff), null, p_room, p_from, p_shares)
$$;

create function pg_temp.announce(p_key int, p_id bigint, p_class bigint, p_from date, p_until date, p_title text, p_token text default 'head')
returns void language sql as $$ select staff.head_announcement_save(p_token, pg_temp.key(p_key), p_id, p_class, p_from, p_until, true, p_title, '') $$;
create function pg_temp.announced() returns bigint language sql as $$ select announcement_id from staff.head_announcements('head', 1, null) $$;

-- ---- the timetable
insert into school.day_off (school_id, day, title) values (pg_temp.school('839'), pg_temp.d(14), 'Праздник');
set local role kabinet_head;
select lives_ok($$ select pg_temp.save(1, 7, null, 1, 'Алгебра', 'tutor', '214', pg_temp.d()) from generate_series(1, 2) $$, 'a new line, sent twice');
select results_eq($$ select day, number, class, subject, staff, room from pg_temp.lessons() $$,
    $$ values (0, 1, '7 «Б»', 'Алгебра', 'tutor', '214'), (7, 1, '7 «Б»', 'Алгебра', 'tutor', '214'), (21, 1, '7 «Б»', 'Алгебра', 'tutor', '214') $$,
    'its lessons, in the term and on no day off, once');
select throws_ok($$ select pg_temp.save(1, 7, null, 2, 'Алгебра', 'tutor', '214', pg_temp.d()) $$, 'KB409', null, 'the same key for something else');
select throws_ok($$ select pg_temp.save(2, 3, null, 1, 'Физика', 'tutor', '1', pg_temp.d(7)) $$, 'KB422', 'У учителя в это время уже есть урок: Алгебра, 7 «Б».', 'the teacher is taken');
select throws_ok($$ select pg_temp.save(2, 7, null, 1, 'Физика', 'teacher', '1', pg_temp.d(7)) $$, 'KB422', 'У класса в это время уже есть урок: Алгебра.', 'the class is taken');
select throws_matching($$ select pg_temp.save(2, 3, null, 1, 'Физика', 'teacher', '214', pg_temp.d(7)) $$, 'Кабинет 214 в это время занят: Алгебра, 7 «Б»\.', 'the room is taken');
select lives_ok($$ select pg_temp.save(2, 3, null, 1, 'Физика', 'teacher', '214', pg_temp.d(), true) $$, 'unless they share it');
select throws_ok($$ select pg_temp.save(3, 7, null, 2, 'Физика', 'third', '1', pg_temp.today() - 1) $$, 'KB422', null, 'nothing in the past');
select results_eq($$ select weekday_title is not null, number::int, subject, teacher, room from staff.head_slots('head', pg_temp.class('839', 7), pg_temp.d()) where slot_id is not null $$,
    $$ values (true, 1, 'Алгебра', 'Учительская Tutor', '214') $$, 'the week of the class') where pg_temp.weekday(pg_temp.d()) < 7;
reset role;
update school.lesson set theme = 'Уже написано' where id = pg_temp.lesson_on(7, 1);
set local role kabinet_head;
select lives_ok($$ select pg_temp.save(4, 7, pg_temp.slot_of('Алгебра'), 1, 'Физика', 'third', '300', pg_temp.d(7)) $$, 'another lesson in its place from a day on');
select results_eq($$ select day, subject, staff, room from pg_temp.lessons() where class = '7 «Б»' $$,
    $$ values (0, 'Алгебра', 'tutor', '214'), (7, 'Алгебра', 'tutor', '214'), (21, 'Физика', 'third', '300') $$, 'from then on, but for what was written already');
select lives_ok($$ select staff.head_slot_end('head', pg_temp.slot_of('Физика'), pg_temp.d(21)) $$, 'and no more from a day on');
select results_eq($$ select day, subject from pg_temp.lessons() where class = '7 «Б»' $$, $$ values (0, 'Алгебра'), (7, 'Алгебра') $$, 'its lessons go');
select throws_ok($$ select staff.head_slot_end('head', pg_temp.slot_of('Алгебра'), pg_temp.today() - 1) $$, 'KB422', null, 'not in the past');

-- ---- substitutions
select results_eq($$ select name, is_free, teaches, busy from staff.head_substitutes('head', pg_temp.lesson_on(0, 1)) $$,
    $$ values ('Завучева Third', true, false, null), ('Учительская Teacher', false, false, '3 «А», Физика') $$, 'free ones first; who left is none, nor is himself');
select lives_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'replace', pg_temp.staff('third'), pg_temp.subject('Физика'), '300', 'Учитель болен', 'https://video.example/1') $$, 'another teacher, subject and room');
select results_eq($$ select subject, teacher, room, was_teacher, was_subject, was_room, note from staff.head_lesson('head', pg_temp.lesson_on(0, 1)) $$,
    $$ values ('Физика', 'Завучева Third', '300', 'Учительская Tutor', 'Алгебра', '214', 'Учитель болен') $$, 'with what it was');
select throws_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'replace', pg_temp.staff('teacher'), null, '', '', null) $$, 'KB422', 'Этот учитель на 1-м уроке занят: 3 «А», Физика.', 'who is busy is refused');
select throws_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'replace', pg_temp.staff('gone'), null, '', '', null) $$, 'KB404', null, 'who left too');
select throws_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'replace', pg_temp.staff('far'), null, '', '', null) $$, 'KB404', null, 'and who works elsewhere');
select lives_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'cancel', null, null, '', 'Нет воды', null) $$, 'cancelled');
select results_eq($$ select day, is_cancelled, note, teacher from staff.head_lessons('head', null, pg_temp.d(), pg_temp.d()) $$, $$ values (pg_temp.d(), true, 'Нет воды', 'Завучева Third') $$, 'among what was changed');
select lives_ok($$ select staff.head_substitute('head', pg_temp.lesson_on(0, 1), 'restore', null, null, '', '', null) from generate_series(1, 2) $$, 'as the timetable has it, twice');
select results_eq($$ select subject, teacher, room, was_teacher, is_cancelled, note from staff.head_lesson('head', pg_temp.lesson_on(0, 1)) $$,
    $$ values ('Алгебра', 'Учительская Tutor', '214', null, false, '') $$, 'nothing is left of it');
select results_eq($$ select day, number::int, is_open from staff.head_lessons('head', pg_temp.staff('tutor'), pg_temp.d(), pg_temp.d(7)) $$,
    $$ values (pg_temp.d(), 1, true), (pg_temp.d(7), 1, true) $$, 'the lessons of a teacher on some days');
reset role;

-- Random substitutions, a hundred times over: nobody ever stands in two rooms.
insert into school.lesson (class_id, day, number, subject_id, staff_id)
select pg_temp.class('839', g), pg_temp.d(1) + n / 6, n % 6 + 1, pg_temp.subject('Алгебра'), pg_temp.staff(case g when 7 then 'tutor' else 'teacher' end)
  from generate_series(0, 11) n, unnest('{3,7}'::int[]) g on conflict do nothing;
create function pg_temp.shuffle() returns integer language plpgsql as $$
declare
    v_done integer := 0;
    v_lesson bigint;
begin
    perform setseed(.20261124);
    for i in 1 .. 300 loop
        v_lesson := (select l.id from school.lesson l join school.class k on k.id = l.class_id
                      where k.school_id = pg_temp.school('839') and l.day between pg_temp.d() and pg_temp.d(6) order by random() limit 1);
        begin
            perform staff.head_substitute('head', v_lesson, (array['replace', 'replace', 'replace', 'cancel', 'restore'])[1 + floor(random() * 5)::int],
                pg_temp.staff((array['tutor', 'teacher', 'third'])[1 + floor(random() * 3)::int]), null, '', '', null);
            v_done := v_done + 1;
        exception when sqlstate 'KB422' then null;
        end;
    end loop;
    return v_done;
end $$;
select cmp_ok(pg_temp.shuffle(), '>', 80, 'many were possible');
select ok((select count(*) from school.lesson l where l.was_staff_id is not null and l.day >= pg_temp.today()) > 5, 'lessons were given away');
select is_empty($$ select l.day, l.number, l.staff_id from school.lesson l join school.class k on k.id = l.class_id
    where not l.is_cancelled and k.school_id = pg_temp.school('839') and l.day >= pg_temp.today() group by 1, 2, 3 having count(*) > 1 $$, 'no teacher is in two places');
select is_empty($$ select l.id from school.lesson l where l.was_staff_id = l.staff_id $$, 'nor is one his own substitute');

-- ---- the year
create function pg_temp.term() returns bigint language sql stable security definer as $$
    select t.id from school.term t where t.school_id = pg_temp.school('839') and t.ordinal = 2
$$;
delete from school.lesson l using school.class k where k.id = l.class_id and k.school_id = pg_temp.school('839') and l.day >= pg_temp.today();
select school.make_lessons(pg_temp.class('839', 3), pg_temp.today(), pg_temp.today() + 200) \g /dev/null
set local role kabinet_head;
select results_eq($$ select day from pg_temp.lessons() where class = '3 «А»' $$, $$ values (0), (7), (21) $$, 'three lessons ahead');
select is((select staff.head_day_off('head', pg_temp.d(6), pg_temp.d(8), 'Карантин')), 0, 'days off');
select results_eq($$ select day from pg_temp.lessons() where class = '3 «А»' $$, $$ values (0), (21) $$, 'take their lessons away');
select lives_ok($$ select staff.head_day_off('head', pg_temp.d(6), pg_temp.d(14), '') $$, 'lessons again');
select results_eq($$ select day from pg_temp.lessons() where class = '3 «А»' $$, $$ values (0), (7), (14), (21) $$, 'bring them back, the holiday''s too');
select is((select staff.head_term_save('head', pg_temp.term(), pg_temp.today() - 42, pg_temp.d(13))), 0, 'a shorter term');
select results_eq($$ select day from pg_temp.lessons() where class = '3 «А»' $$, $$ values (0), (7) $$, 'has fewer lessons');
select throws_ok($$ select staff.head_term_save('head', pg_temp.term(), pg_temp.today() - 40, pg_temp.d(13)) $$, 'KB422', null, 'what has been cannot be moved');
select throws_ok($$ select staff.head_term_save('head', pg_temp.term(), pg_temp.today() - 60, pg_temp.d(13)) $$, 'KB422', null, 'nor lie in another term');
select throws_ok($$ select staff.head_day_off('head', pg_temp.today() - 1, pg_temp.today(), 'Вчера') $$, 'KB422', null, 'no day off in the past');
select lives_ok($$ select staff.head_bell_save('head', (select distinct bells_id from staff.head_bells('head')), 1, '08:55', '09:40') $$, 'another bell');
select throws_ok($$ select staff.head_bell_save('head', (select distinct bells_id from staff.head_bells('head')), 1, '08:55', '10:10') $$, 'KB422', null, 'that does not run into the next lesson');
select throws_ok($$ select staff.head_bell_save('farhead', (select distinct bells_id from staff.head_bells('head')), 1, '08:55', '09:40') $$, 'KB404', null, 'and is of this school');

-- ---- events
select lives_ok($$ select staff.head_event_save('head', pg_temp.key(20), null, 'meeting', pg_temp.class('839', 7), pg_temp.d(), pg_temp.d(), '18:00', null, 'Собрание', 'каб. 1', false)
    from generate_series(1, 2) $$, 'a meeting, sent twice');
select results_eq($$ select kind, class_name, starts, title, is_cancelled from staff.head_events('head') $$, $$ values ('meeting', '7 «Б»', '18:00', 'Собрание', false) $$, 'is one');
select lives_ok($$ select staff.head_event_save('head', pg_temp.key(21), (select event_id from staff.head_events('head')), 'meeting', null, pg_temp.d(), pg_temp.d(), '18:30', '19:30', 'Собрание', '', true) $$, 'changed and cancelled');
select results_eq($$ select class_name, starts, ends, is_cancelled from staff.head_events('head') $$, $$ values ('вся школа', '18:30', '19:30', true) $$, 'so it is');
select throws_ok($$ select staff.head_event_save('head', pg_temp.key(22), null, 'event', null, pg_temp.d(), pg_temp.d() - 1, null, null, 'x', '', false) $$, 'KB422', null, 'an end before the beginning');
select throws_ok($$ select staff.head_event_save('head', pg_temp.key(22), null, 'event', null, pg_temp.d(), pg_temp.d(), null, '18:00', 'x', '', false) $$, 'KB422', null, 'an end without a beginning');
select throws_ok($$ select kind from staff.head_event('farhead', (select event_id from staff.head_events('head'))) $$, 'KB404', null, 'another school''s');

-- ---- what the school tells its families
select lives_ok($$ select pg_temp.announce(40, null, pg_temp.class('839', 7), pg_temp.today(), pg_temp.d(), 'Экскурсия') from generate_series(1, 2) $$, 'an announcement, sent twice');
select results_eq($$ select title, class_name, last_day, is_pinned, state from staff.head_announcements('head', 2, null) $$,
    $$ values ('Экскурсия', '7 «Б»', pg_temp.d(), true, 'shown') $$, 'is one, shown from now to the end of its last day');
select lives_ok($$ select pg_temp.announce(41, pg_temp.announced(), null, pg_temp.today(), null, 'Экскурсия для всех') $$, 'changed');
select results_eq($$ select title, class_name, last_day, state from staff.head_announcements('head', 2, null) $$,
    $$ values ('Экскурсия для всех', 'вся школа', null::date, 'shown') $$, 'so it is');
reset role;
select is((select visible_until is null and published_at = now() from site.announcement a where a.title = 'Экскурсия для всех'), true, 'from the moment it was first told');
update site.announcement set published_at = now() - interval '3 days', visible_until = now() - interval '1 day' where title = 'Экскурсия для всех';
set local role kabinet_head;
select results_eq($$ select state from staff.head_announcements('head', 2, null) $$, $$ values ('past') $$, 'past');
select lives_ok($$ select staff.head_announcement_end('head', pg_temp.announced()) $$, 'its end changes nothing then');
select is((select last_day from staff.head_announcement('head', pg_temp.announced())), null, 'its form would show it again');
select lives_ok($$ select pg_temp.announce(42, pg_temp.announced(), null, (select first_day from staff.head_announcement('head', pg_temp.announced())), null, 'Экскурсия снова') $$, 'and does');
reset role;
select is((select published_at = now() - interval '3 days' from site.announcement a where a.title = 'Экскурсия снова'), true, 'with its first day kept');
set local role kabinet_head;
select lives_ok($$ select pg_temp.announce(43, null, null, pg_temp.d(), null, 'Потом') $$, 'one for later');
select results_eq($$ select title, state from staff.head_announcements('head', 1, null) $$, $$ values ('Потом', 'ahead') $$, 'waits');
select results_eq($$ select title from staff.head_announcements('head', 5, pg_temp.announced()) $$, $$ values ('Экскурсия снова') $$, 'the page below it');
select lives_ok($$ select staff.head_announcement_end('head', pg_temp.announced()) from generate_series(1, 2) $$, 'is ended before anybody saw it');
select results_eq($$ select title, state from staff.head_announcements('head', 1, null) $$, $$ values ('Потом', 'past') $$, 'and never will be');
select throws_ok(q.sql, q.code, null, 'announcements: ' || q.name)
  from (values ('yesterday', 'KB422', $$ select pg_temp.announce(44, null, null, pg_temp.today() - 1, null, 'x') $$),
               ('over a year ahead', 'KB422', $$ select pg_temp.announce(44, null, null, pg_temp.today() + 367, null, 'x') $$),
               ('the last day before the first', 'KB422', $$ select pg_temp.announce(44, null, null, pg_temp.d(), pg_temp.d() - 1, 'x') $$),
               ('a class of another school', 'KB404', $$ select pg_temp.announce(44, null, pg_temp.class('839', 7), pg_temp.today(), null, 'x', 'farhead') $$),
               ('another school''s, opened', 'KB404', $$ select title from staff.head_announcement('farhead', pg_temp.announced()) $$),
               ('another school''s, changed', 'KB404', $$ select pg_temp.announce(44, pg_temp.announced(), null, pg_temp.today(), null, 'x', 'farhead') $$),
               ('another school''s, ended', 'KB404', $$ select staff.head_announcement_end('farhead', pg_temp.announced()) $$),
               ('the same key for something else', 'KB409', $$ select pg_temp.announce(43, null, null, pg_temp.d(), null, 'Другое') $$)) q(name, code, sql);
select is_empty($$ select title from staff.head_announcements('farhead', 9, null) where title like 'Экскурсия%' $$, 'nor in its list');

select lives_ok($$ select staff.head_contact_save('head', pg_temp.key(50), null, 'Секретарь', '8 (4212) 22-17-08 доб. 5', 'school@example.ru', 'пн–пт') from generate_series(1, 2) $$, 'a contact, sent twice');
select results_eq($$ select subject, phone from staff.head_contacts('head') $$, $$ values ('Секретарь', '8 (4212) 22-17-08 доб. 5') $$, 'is one');
select lives_ok($$ select staff.head_contact_save('head', pg_temp.key(51), (select contact_id from staff.head_contacts('head')), 'Канцелярия', '22-17-08', '', '') $$, 'in other words');
select results_eq($$ select subject, email from staff.head_contact('head', (select contact_id from staff.head_contacts('head'))) $$, $$ values ('Канцелярия', '') $$, 'so it is');
select throws_ok(q.sql, q.code, null, 'contacts: ' || q.name)
  from (values ('no telephone', 'KB422', $$ select staff.head_contact_save('head', pg_temp.key(52), null, 'x', 'позвоните', '', '') $$),
               ('no address', 'KB422', $$ select staff.head_contact_save('head', pg_temp.key(52), null, 'x', '', 'javascript:alert(1)', '') $$),
               ('another school''s, opened', 'KB404', $$ select subject from staff.head_contact('farhead', (select contact_id from staff.head_contacts('head'))) $$),
               ('another school''s, changed', 'KB404', $$ select staff.head_contact_save('farhead', pg_temp.key(52), (select contact_id from staff.head_contacts('head')), 'x', '1234', '', '') $$)) q(name, code, sql);
select lives_ok($$ select staff.head_contact_save('head', pg_temp.key(60 + n), null, 'Ещё ' || n, '12345', '', '') from generate_series(1, 11) n $$, 'a dozen');
select throws_ok($$ select staff.head_contact_save('head', pg_temp.key(80), null, 'Лишний', '12345', '', '') $$, 'KB422', null, 'and no more');
select lives_ok($$ select staff.head_contact_drop('farhead', contact_id) from staff.head_contacts('head') $$, 'another school drops none');
select lives_ok($$ select staff.head_contact_drop('head', contact_id) from staff.head_contacts('head') where subject like 'Ещё%' $$, 'one''s own');
select is((select count(*)::integer from staff.head_contacts('head')), 1, 'are gone');

select lives_ok($$ select staff.head_school_save('head', 'ул. Школьная, 39', 'https://school.example/p', 85, false) $$, 'what the school decides');
select results_eq($$ select reception, reception_url, presence_floor::integer, has_ranks from staff.head_school('head') $$,
    $$ values ('ул. Школьная, 39', 'https://school.example/p', 85, false) $$, 'is stored');
select isnt((select reception from staff.head_school('farhead')), 'ул. Школьная, 39', 'of one''s own school');

-- ---- the report
reset role;
delete from school.lesson where day < pg_temp.today() and class_id in (pg_temp.class('839', 7), pg_temp.class('839', 3))
    and id not in (select lesson_id from school.work) and id not in (select lesson_id from school.attendance);
insert into school.lesson (class_id, day, number, subject_id, staff_id, theme, roll_at, is_cancelled)
select pg_temp.class('839', 7), pg_temp.today() - n, 5, pg_temp.subject('Физика'), pg_temp.staff('third'), case n when 1 then '' else 'тема' end, case when n > 2 then now() end, n = 4
  from generate_series(1, 4) n;
set local role kabinet_head;
select results_eq($$ select teacher, class_name, subject, lessons, unrolled, unthemed, pupils, few_marks from staff.head_completion('head', null, null, null, pg_temp.staff('third'), 10) $$,
    $$ values ('Завучева Third', '7 «Б»', 'Физика', 3, 2, 1, 2, 2) $$, 'rolls, themes and marks that are missing; what was cancelled is not');
select is_empty($$ select teacher from staff.head_completion('farhead', null, null, null, null, 10) $$, 'of one''s own school');

-- ---- others
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('teacher', 'KB403'), ('tutor', 'KB403'), ('nobody', 'KB401'), ('parent', 'KB401')) w(token, code),
       (values ('today', 'select today from staff.head_today(%L)'), ('classes', 'select id from staff.head_classes(%L)'), ('teachers', 'select id from staff.head_teachers(%L)'),
               ('slots', 'select weekday from staff.head_slots(%L, pg_temp.class(''839'', 7), null)'), ('report', 'select teacher from staff.head_completion(%L, null, null, null, null, 10)'),
               ('save', 'select pg_temp.save(30, 7, null, 5, ''Физика'', ''third'', '''', pg_temp.d(), false, %L)'),
               ('announcements', 'select title from staff.head_announcements(%L, 1, null)'), ('announce', 'select pg_temp.announce(44, null, null, pg_temp.today(), null, ''x'', %L)'),
               ('contact', 'select staff.head_contact_save(%L, pg_temp.key(81), null, ''x'', ''1234'', '''', '''')'), ('school', 'select staff.head_school_save(%L, '''', '''', 1, true)'),
               ('substitute', 'select staff.head_substitute(%L, 1, ''cancel'', null, null, '''', '''', null)'), ('day off', 'select staff.head_day_off(%L, pg_temp.d(), pg_temp.d(), ''x'')')) q(name, sql);
select throws_ok(q.sql, 'KB404', null, 'the head of another school: ' || q.name)
  from (values ('slots', $$ select weekday from staff.head_slots('farhead', pg_temp.class('839', 7), null) $$), ('a line', $$ select slot_id from staff.head_slot('farhead', pg_temp.slot_of('Алгебра')) $$),
               ('save', $$ select pg_temp.save(31, 7, null, 5, 'Физика', 'third', '', pg_temp.d(), false, 'farhead') $$),
               ('end', $$ select staff.head_slot_end('farhead', pg_temp.slot_of('Алгебра'), pg_temp.d()) $$),
               ('lesson', $$ select lesson_id from staff.head_lesson('farhead', pg_temp.lesson_on(0, 1, 3)) $$),
               ('substitutes', $$ select id from staff.head_substitutes('farhead', pg_temp.lesson_on(0, 1, 3)) $$),
               ('substitute', $$ select staff.head_substitute('farhead', pg_temp.lesson_on(0, 1, 3), 'cancel', null, null, '', '', null) $$),
               ('term', $$ select staff.head_term_save('farhead', pg_temp.term(), pg_temp.d(), pg_temp.d(5)) $$),
               ('report', $$ select teacher from staff.head_completion('farhead', null, null, pg_temp.class('839', 7), null, 10) $$)) q(name, sql);
reset role;
select ok((select count(*) from site.audit a where a.staff_id = pg_temp.staff('head') and a.action in ('timetable-add', 'timetable-change', 'timetable-end', 'lesson-replace',
    'lesson-cancel', 'lesson-restore', 'day-off', 'term-change', 'bell-change', 'event-add', 'event-change',
    'announcement-add', 'announcement-change', 'announcement-end', 'contact-save', 'contact-drop', 'school-change')) > 38, 'written down');
select * from finish();
rollback;
