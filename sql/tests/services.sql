-- Paid services: teachers for their groups, the head for prices and all groups; a lesson is written off where there is money, once for a key;
-- taken back by who wrote it, on its day; later by the tutor.
begin;
set local client_min_messages = warning;
\ir meals.inc
select no_plan();

create function pg_temp.team(p_title text) returns bigint language sql stable security definer as $$
    select t.id from service.team t where t.title = p_title
$$;
create function pg_temp.charge(p_pupil text) returns bigint language sql stable security definer as $$
    select c.id from service.charge c where c.pupil_id = pg_temp.pupil(p_pupil) order by c.id desc limit 1
$$;
create function pg_temp.member(p_pupil text) returns bigint language sql stable security definer as $$
    select m.id from service.member m where m.pupil_id = pg_temp.pupil(p_pupil) order by m.id limit 1
$$;
select '11111111-1111-4111-8111-111111111111' as key, '22222222-2222-4222-8222-222222222222' as other_key,
       pg_temp.pupils('ACG') as pupils, pg_temp.today() as today \gset

-- the head: prices, groups, members
set local role kabinet_services;
select staff.services_price_save('head', :'key', null, 'Шахматы', 'занятие', 30000, false) as chess \gset
select staff.services_price_save('head', :'key', null, 'Шахматы', 'занятие', 30000, false) \g /dev/null
select throws_ok($$ select staff.services_price_save('head', '11111111-1111-4111-8111-111111111111', null, 'Шахматы', 'занятие', 40000, false) $$, 'KB409', null, 'another body under the key');
select throws_ok($$ select staff.services_price_save('head', gen_random_uuid(), null, 'Шахматы', 'месяц', 40000, false) $$, 'KB422', null, 'a title is one service');
select is(staff.services_price_save('head', gen_random_uuid(), :chess, 'Шахматы', 'занятие', 25000, false), :chess::bigint, 'another price');
select results_eq($$ select title, unit, price_kop, is_retired, teams from staff.services_prices('head') $$, $$ values ('Шахматы', 'занятие', 25000::bigint, false, 0::bigint) $$, 'the price list');
select staff.services_team_save('head', :'key', null, :chess, 'младшая', pg_temp.staff('teacher'), false) as team \gset
select is(staff.services_team_save('head', :'key', null, :chess, 'младшая', pg_temp.staff('teacher'), false), :team::bigint, 'a group, the form sent twice');
select staff.services_team_save('head', gen_random_uuid(), null, :chess, 'старшая', pg_temp.staff('tutor'), false) as tutors_team \gset
select throws_ok($$ select staff.services_team_save('head', gen_random_uuid(), null, pg_temp.team('младшая'), 'х', pg_temp.staff('far'), false) $$, 'KB404', null, 'no teacher of another school');
select throws_ok($$ select staff.services_team_save('head', gen_random_uuid(), null, -1, 'х', pg_temp.staff('teacher'), false) $$, 'KB404', null, 'no such service');
select results_eq($$ select name from staff.services_classes('head') $$, $$ values ('3 «А»'), ('7 «Б»') $$, 'classes to add from');
select is(staff.services_members_add('head', :'key', :team, pg_temp.pupils('AC'), pg_temp.today() - 10, null, 0), 2, 'two pupils come at once');
select is(staff.services_members_add('head', :'key', :team, pg_temp.pupils('CA'), pg_temp.today() - 10, null, 0), 0, 'once');
select is(staff.services_members_add('head', gen_random_uuid(), :team, pg_temp.pupils('AG'), pg_temp.today() - 10, null, 100), 1, 'who is there stays; free of charge by a waiver');
select is(staff.services_members_add('head', gen_random_uuid(), :team, pg_temp.pupils('H'), pg_temp.today() - 10, pg_temp.today() - 5, 50), 1, 'for some days, at half the price');
select throws_ok($$ select staff.services_members_add('head', gen_random_uuid(), pg_temp.team('младшая'), pg_temp.pupils('AD'), pg_temp.today(), null, 0) $$, 'KB404', null, 'nobody of another school');
select throws_ok($$ select staff.services_members_add('head', gen_random_uuid(), pg_temp.team('младшая'), pg_temp.pupils('K'), pg_temp.today(), pg_temp.today() - 1, 0) $$, 'KB422', null, 'days in their order');
select results_eq($$ select name, is_member from staff.services_candidates('head', pg_temp.team('младшая'), pg_temp.class('839', 7)) where name like 'Л%' or name like 'В%' $$,
    $$ values ('Вымышлев Тихон', true), ('Лимитов Тихон', false), ('Льготников Мирон', true) $$, 'who of a class is in the group');
select throws_ok($$ select name from staff.services_candidates('head', pg_temp.team('младшая'), pg_temp.class('840', 7)) $$, 'KB404', null, 'of this school');

-- who may what
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('teacher', 'KB403'), ('tutor', 'KB403'), ('far', 'KB403'), ('nobody', 'KB401')) w(token, code),
       (values ('prices', 'select title from staff.services_prices(%L)'), ('teachers', 'select name from staff.services_teachers(%L)'),
               ('classes', 'select name from staff.services_classes(%L)'),
               ('candidates', 'select name from staff.services_candidates(%L, pg_temp.team(''младшая''), pg_temp.class(''839'', 7))'),
               ('price', 'select staff.services_price_save(%L, gen_random_uuid(), null, ''Плавание'', ''занятие'', 1, false)'),
               ('team', 'select staff.services_team_save(%L, gen_random_uuid(), pg_temp.team(''младшая''), null, ''х'', pg_temp.staff(''teacher''), true)'),
               ('members', 'select staff.services_members_add(%L, gen_random_uuid(), pg_temp.team(''младшая''), pg_temp.pupils(''K''), pg_temp.today(), null, 0)'),
               ('end', 'select staff.services_member_end(%L, pg_temp.member(''A''), pg_temp.today())')) q(name, sql);
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('tutor', 'KB404'), ('far', 'KB404'), ('nobody', 'KB401')) w(token, code),
       (values ('team', 'select team from staff.services_team(%L, pg_temp.team(''младшая''))'),
               ('members', 'select name from staff.services_members(%L, pg_temp.team(''младшая''))'),
               ('batches', 'select day from staff.services_batches(%L, pg_temp.team(''младшая''))'),
               ('lesson', 'select name from staff.services_lesson(%L, pg_temp.team(''младшая''), null)'),
               ('foresee', 'select name from staff.services_foresee(%L, pg_temp.team(''младшая''), null, pg_temp.pupils(''A''))'),
               ('write-off', 'select staff.services_write_off(%L, gen_random_uuid(), pg_temp.team(''младшая''), null, pg_temp.pupils(''A''))'),
               ('month', 'select team from staff.services_month(%L, pg_temp.team(''младшая''), null)'),
               ('days', 'select day from staff.services_days(%L, pg_temp.team(''младшая''), null)'),
               ('pupils', 'select name from staff.services_pupils(%L, pg_temp.team(''младшая''), null)'),
               ('export', 'select name from staff.services_export(%L, pg_temp.team(''младшая''), null)')) q(name, sql);
select results_eq($$ select w, (select count(*) from staff.services_teams(w)) from unnest('{teacher,tutor,head,far}'::text[]) w $$,
    $$ values ('teacher', 1::bigint), ('tutor', 1), ('head', 2), ('far', 0) $$, 'teachers see their groups, the head all of the school');

-- a lesson
select results_eq(format($$ select name, pay_kop, is_written, words from staff.services_lesson('teacher', %s, null) $$, :team),
    $$ values ('Вымышлев Тихон', 25000::bigint, false, ''), ('Льготников Мирон', 0, false, ''), ('Посторонцев Мирон', 25000, false, 'На лицевом счёте недостаточно денег.') $$,
    'what it costs each; no balance is told');
select results_eq(format($$ select name, pay_kop from staff.services_lesson('teacher', %s, pg_temp.today() - 6) where name like 'З%%' $$, :team),
    $$ values ('Запретов Фрол', 12500::bigint) $$, 'half a waiver, while he was there');
select throws_ok(format($$ select staff.services_write_off('teacher', gen_random_uuid(), %s, pg_temp.today() + %s, pg_temp.pupils(%L)) $$, :team, r.day, r.pupils), r.code, null, r.why)
  from (values (1, 'A', 'KB422', 'not ahead'), (-15, 'A', 'KB422', 'not so long ago'), (0, 'AF', 'KB404', 'who never was in the group')) r(day, pupils, code, why);
select throws_ok(format($$ select staff.services_write_off('teacher', gen_random_uuid(), %s, null, '{}') $$, :team), 'KB422', null, 'nobody is ticked');
select staff.services_write_off('teacher', :'key', :team, :'today', pg_temp.pupils('ACGH')) as batch \gset
select is(staff.services_write_off('teacher', :'key', :team, :'today', pg_temp.pupils('HGCA')), :batch::bigint, 'the same form again is the same batch');
select throws_ok(format($$ select staff.services_write_off('teacher', %L, %s, pg_temp.today(), pg_temp.pupils('A')) $$, :'key', :team), 'KB409', null, 'another body under the key');
select results_eq(format($$ select name, pay_kop, words from staff.services_batch_lines('teacher', %s) $$, :batch),
    $$ values ('Вымышлев Тихон', 25000::bigint, ''), ('Запретов Фрол', null, 'В этот день не в группе.'), ('Льготников Мирон', 0, ''),
              ('Посторонцев Мирон', null, 'На лицевом счёте недостаточно денег.') $$, 'who cannot pay is refused by name, the rest go through');
select results_eq(format($$ select charged, refused, undone, sum_kop, may_undo from staff.services_batch('teacher', %s) $$, :batch),
    $$ values (2::bigint, 2::bigint, 0::bigint, 25000::bigint, true) $$, 'the result stays');
select is((select may_undo from staff.services_batch('head', :batch)), false, 'the head sees it');
select throws_ok(format($$ select day from staff.services_batch(%L, %s) $$, w, :batch), 'KB404', null, w || ' does not') from unnest('{tutor,far}'::text[]) w;
reset role;
select is(pg_temp.balance('A'), 25000::bigint, 'charged once');
select is(pg_temp.balance('G'), 50000::bigint, 'a waiver of all of it costs nothing');
set local role kabinet_services;
select staff.services_write_off('teacher', gen_random_uuid(), :team, :'today', pg_temp.pupils('AG')) as second \gset
select results_eq(format($$ select words, pay_kop from staff.services_batch_lines('teacher', %s) $$, :second),
    format($$ values ('За %s уже списано.', null::bigint), ('За %1$s уже списано.', null) $$, to_char(pg_temp.today(), 'DD.MM')), 'a lesson is written off once a day');
reset role;

-- taking it back: one's own, on its day
select pg_temp.charge('A') as paid, pg_temp.charge('G') as free \gset
set local role kabinet_services;
select throws_ok(format($$ select staff.services_undo(%L, gen_random_uuid(), %s, 'x') $$, w.token, :paid), w.code, null, w.token || ' takes nothing back')
  from (values ('head', 'KB404'), ('tutor', 'KB404'), ('far', 'KB404'), ('nobody', 'KB401')) w(token, code);
select results_eq(format($$ select name, pay_kop, is_undone, is_late from staff.services_charge('teacher', %s) $$, :paid), $$ values ('Вымышлев Тихон', 25000::bigint, false, false) $$, 'what would be taken back');
select lives_ok(format($$ select staff.services_undo('teacher', %L, %s, 'Не был') from generate_series(1, 2) $$, :'other_key', :paid), 'taken back, the form sent twice');
select throws_ok(format($$ select staff.services_undo('teacher', gen_random_uuid(), %s, 'Не был') $$, :paid), 'KB422', null, 'once is all');
select results_eq(format($$ select charged, undone, sum_kop from staff.services_batch('teacher', %s) $$, :batch), $$ values (2::bigint, 1::bigint, 0::bigint) $$, 'the batch tells it');
reset role;
select is(pg_temp.balance('A'), 50000::bigint, 'the money is back, once');
set local role kabinet_services;
select staff.services_write_off('teacher', gen_random_uuid(), :team, pg_temp.today() - 1, pg_temp.pupils('A')) \g /dev/null
reset role;
select pg_temp.charge('A') as yesterday \gset
set local session_replication_role = replica;
update service.charge set at = at - interval '1 day' where id = :yesterday;
set local session_replication_role = origin;
set local role kabinet_services;
select is((select is_late from staff.services_charge('teacher', :yesterday)), true, 'a day later');
select throws_ok(format($$ select staff.services_undo('teacher', gen_random_uuid(), %s, 'Не был') $$, :yesterday), 'KB422', null, 'the teacher takes nothing back');
set local role kabinet_tutor;
select results_eq($$ select kind, title, place, price_kop from staff.tutor_paid('tutor', null, pg_temp.pupil('A'), null, 9) where not is_undone $$,
    $$ values ('service', 'Шахматы, младшая', 'преподаватель', 25000::bigint) $$, 'the tutor sees it');
select throws_ok(format($$ select staff.tutor_refund('teacher', gen_random_uuid(), 'service', %s, 'x') $$, :yesterday), 'KB404', null, 'the teacher is no tutor');
select lives_ok(format($$ select staff.tutor_refund('tutor', gen_random_uuid(), 'service', %s, 'Занятия не было') $$, :yesterday), 'and refunds it');
reset role;
select is(pg_temp.balance('A'), 50000::bigint, 'to the kopeck');

-- the history
set local role kabinet_services;
select staff.services_write_off('teacher', gen_random_uuid(), :team, :'today', pg_temp.pupils('A')) \g /dev/null
select results_eq(format($$ select day, charged, undone, sum_kop from staff.services_days('teacher', %s, null) where day = pg_temp.today() $$, :team),
    $$ values (pg_temp.today(), 2::bigint, 1::bigint, 25000::bigint) $$, 'by day');
select results_eq(format($$ select team, charged, sum_kop, next_month is null from staff.services_month('teacher', %s, null) $$, :team),
    $$ values ('младшая', 2::bigint, 25000::bigint, true) $$, 'and in all');
select results_eq(format($$ select name, charged, sum_kop from staff.services_pupils('teacher', %s, pg_temp.today()) $$, :team),
    $$ values ('Вымышлев Тихон', 1::bigint, 25000::bigint), ('Льготников Мирон', 1, 0) $$, 'by pupil');
select is((select count(*) from staff.services_export('teacher', :team, null) where day = pg_temp.today()), 3::bigint, 'each charge in the export, what was taken back too');
select is((select count(*) from staff.services_days('teacher', :team, pg_temp.today() - 400)), 0::bigint, 'another month');

-- who has left the school pays nothing, though nobody ended the membership
reset role;
savepoint stays;
update school.pupil set state = 'left' where id = pg_temp.pupil('A');
set local role kabinet_services;
select results_eq(format($$ select distinct words from staff.services_foresee('teacher', %s, pg_temp.today() - 1, pg_temp.pupils('A')) $$, :team),
    $$ values ('В этот день не в группе.') $$, 'nothing is written off for who has left');
reset role;
rollback to stays;
set local role kabinet_services;

-- ends
select throws_ok($$ select staff.services_member_end('head', pg_temp.member('A'), pg_temp.today() - 1) $$, 'KB422', null, 'not before a lesson that was written off');
select lives_ok($$ select staff.services_member_end('head', pg_temp.member('C'), pg_temp.today() - 1) from generate_series(1, 2) $$, 'a membership ends');
select is((select count(*) from staff.services_lesson('teacher', :team, null)), 2::bigint, 'and he is in the group no more');
select staff.services_team_save('head', gen_random_uuid(), :team, null, 'младшая', pg_temp.staff('tutor'), true) \g /dev/null
select throws_ok($$ select team from staff.services_team('teacher', pg_temp.team('младшая')) $$, 'KB404', null, 'the group has another teacher now');
select results_eq(format($$ select distinct words from staff.services_foresee('tutor', %s, null, pg_temp.pupils('A')) $$, :team), $$ values ('Группа закрыта.') $$, 'and is closed');
reset role;

select results_eq($$ select action, count(*) from site.audit where staff_id = pg_temp.staff('teacher') group by action order by action $$,
    $$ values ('service-undo', 1::bigint), ('service-write-off', 4) $$, 'what a teacher does is noted, once');
select ok((select bool_and(a.action like 'service-%') and count(*) >= 8 from site.audit a where a.staff_id = pg_temp.staff('head')), 'and what the head does');
select is_empty('select id, detail from ledger.violations', 'the books are healthy');
select finish();
rollback;
