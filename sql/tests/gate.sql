-- What /staff/gate asks: the guard's own school alone, passes by hand, permits, who is inside.
begin;
\ir gate.inc
select no_plan();

-- A morning
select is(pg_temp.tell('test-a', 1, array['1 04aa0001 10 in', '2 04aa0002 9 in', '3 DEADBEEF 8 in']), 'ok 2/0/1', 'a morning');
select is(pg_temp.tell('test-c', 1, array['1 04aa0004 10 in']), 'ok 1/0/0', 'at the other school');
insert into auth.login default values returning id as login \gset
update auth.access set login_id = :login where ordinal = 1 and pupil_id = pg_temp.pupil('I2222CCCCC');
insert into gate.permit (pupil_id, access_id, kind, day, at, body, state)
select a.pupil_id, a.id, v.kind::gate.permit_kind, (now() at time zone 'Asia/Vladivostok')::date, v.at::time, v.body, v.state::gate.permit_state
  from auth.access a, (values ('early', '00:00', 'к врачу', 'asked'), ('early', '00:00', 'отменили', 'withdrawn')) v(kind, at, body, state)
 where a.ordinal = 1 and a.login_id = :login;
insert into gate.permit (pupil_id, access_id, kind, day, at, body)
select a.pupil_id, a.id, 'late', (now() at time zone 'Asia/Vladivostok')::date, '09:30', 'зубной' from auth.access a where a.ordinal = 1 and a.login_id = :login;
select m.id as permit from gate.permit m where m.body = 'к врачу' \gset
select m.id as withdrawn from gate.permit m where m.body = 'отменили' \gset
select d.id as door from gate.door d where d.school_id = people.school_of('027839') and d.title = 'двор' \gset
select d.id as other_door from gate.door d where d.school_id = people.school_of('027840') \gset
select pg_temp.pupil('I2222AAAAA') as a, pg_temp.pupil('I2222CCCCC') as c, pg_temp.pupil('I2222DDDDD') as d \gset
create function pg_temp.key(p_n integer) returns uuid language sql as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
-- The world was made at midnight, when ten minutes ago is yesterday.
select (now() - interval '11 min') at time zone 'Asia/Vladivostok' < (now() at time zone 'Asia/Vladivostok')::date as is_midnight \gset

set local role kabinet_gate;
select is(n.inside + n.stale, 2::bigint, 'how many are inside') from staff.gate_now('test-guard') n;
select is(n.entered || ' ' || n.warnings, case when :'is_midnight' then n.entered || ' ' || n.warnings else '2 1' end, 'came in today, warnings') from staff.gate_now('test-guard') n;
select results_eq($$ select name, initials, class_name, direction, door, why, note from staff.gate_events('test-guard', (now() at time zone 'Asia/Vladivostok' - interval '10 min')::date, 10)
    where at > now() at time zone 'Asia/Vladivostok' - interval '11 min' $$,
    $$ values (''::text, '?'::text, ''::text, 'in'::text, 'главный вход'::text, 'unknown'::text, '…BEEF'::text),
              ('Вымышлева Злата', 'ВЗ', '3 «А»', 'in', 'главный вход', '', ''), ('Вымышлев Тихон', 'ВТ', '7 «Б»', 'in', 'главный вход', '', '') $$,
    'the latest first, with names') where not :'is_midnight';
select results_eq($$ select name from staff.gate_events('test-guard-840', (now() at time zone 'Asia/Krasnoyarsk' - interval '10 min')::date, 10) $$,
    $$ values ('Дальнев Фрол'::text) $$, 'the other guard sees the other school');
select results_eq($$ select title, is_silent, skew_s from staff.gate_doors('test-guard') $$, $$ values ('главный вход'::text, false, 0), ('двор', true, 0) $$, 'doors and readers');
select results_eq(format('select name from staff.gate_find(%L, %L, 10)', 'test-guard', v.query), format('select unnest(%L::text[])', v.found), 'find ' || v.query)
  from (values ('вым', '{"Вымышлев Тихон","Вымышлева Злата"}'), ('ВЫМЫШЛЕВА', '{"Вымышлева Злата"}'), ('7б', '{"Вымышлев Тихон","Посторонцев Мирон"}'),
               ('7 «Б»', '{"Вымышлев Тихон","Посторонцев Мирон"}'), ('3', '{"Вымышлева Злата"}'), ('', '{}'), ('%', '{}'), ('Дальнев', '{}'),
               ('посторонцев м', '{"Посторонцев Мирон"}')) v(query, found);
select results_eq($$ select is_inside, card from staff.gate_find('test-guard', '7Б', 10) $$, $$ values (true, 'good'::text), (false, 'good') $$, 'who is inside, with what card');
select results_eq($$ select kind, body, state, name, is_due from staff.gate_permits('test-guard') $$,
    $$ values ('early'::text, 'к врачу'::text, 'asked'::text, 'Посторонцев Мирон'::text, true), ('late', 'зубной', 'asked', 'Посторонцев Мирон', (now() at time zone 'Asia/Vladivostok')::time >= '09:30'),
              ('early', 'отменили', 'withdrawn', 'Посторонцев Мирон', false) $$, 'what parents said, open ones first');
select is_empty($$ select id from staff.gate_permits('test-guard-840') $$, 'of one school');

-- By hand
select throws_ok(format('select staff.gate_pass(%L, pg_temp.key(1), %s, %L, %s, %L)', v.token, v.pupil, 'in', v.door, 'забыл карту'), v.code, null, v.name)
  from (values ('test-guard', :d, :door, 'KB404', 'a pupil of another school'), ('test-guard', :c, :other_door, 'KB404', 'a door of another school'),
               ('test-guard', -1, :door, 'KB404', 'nobody'), ('test-teacher', :c, :door, 'KB403', 'a teacher is no guard'), ('nobody', :c, :door, 'KB401', 'a stranger'))
           v(token, pupil, door, code, name);
select lives_ok(format('select staff.gate_pass(%L, pg_temp.key(2), %s, %L, %s, %L)', 'test-guard', :c, 'in', :door, 'забыл карту'), 'in without a card');
select lives_ok(format('select staff.gate_pass(%L, pg_temp.key(2), %s, %L, %s, %L)', 'test-guard', :c, 'in', :door, 'забыл карту'), 'the form sent twice');
select throws_ok(format('select staff.gate_pass(%L, pg_temp.key(2), %s, %L, %s, %L)', 'test-guard', :a, 'in', :door, 'забыл карту'), 'KB409', null, 'the same form for somebody else');
select results_eq($$ select name, source, why, is_warning, by_name, note from staff.gate_events('test-guard', null, 100) where source = 'guard' $$,
    $$ values ('Посторонцев Мирон'::text, 'guard'::text, 'no_card'::text, false, 'Сторожев Мирон Фролович'::text, 'забыл карту'::text) $$,
    'is put down once, and no warning: the parent said that he comes late');
select results_eq($$ select is_inside from staff.gate_find('test-guard', 'Посторонцев', 2) $$, $$ values (true) $$, 'he is inside');
select throws_ok(format('select staff.gate_release(%L, pg_temp.key(3), %s, %s)', v.token, v.permit, :door), v.code, null, v.name)
  from (values ('test-guard-840', :permit, 'KB404', 'a permit of another school'), ('test-guard', -1, 'KB404', 'no permit'),
               ('test-guard', :withdrawn, 'KB422', 'what the parent took back'), ('test-teacher', :permit, 'KB403', 'a teacher')) v(token, permit, code, name);
select lives_ok(format('select staff.gate_release(%L, pg_temp.key(4), %s, %s)', 'test-guard', :permit, :door), 'let out by the permit');
select lives_ok(format('select staff.gate_release(%L, pg_temp.key(4), %s, %s)', 'test-guard', :permit, :door), 'the form sent twice');
select throws_ok(format('select staff.gate_release(%L, pg_temp.key(5), %s, %s)', 'test-guard', :permit, :door), 'KB422', 'По этому разрешению ученик уже вышел.', 'only once');
select results_eq($$ select state from staff.gate_permits('test-guard') $$, $$ values ('used'::text), ('withdrawn'), ('used') $$, 'both were used');
select results_eq($$ select direction, is_warning, why, note from staff.gate_events('test-guard', null, 100) where source = 'guard' and direction = 'out' $$,
    $$ values ('out'::text, false, 'no_card'::text, 'по разрешению родителя'::text) $$, 'no warning');
select lives_ok(format('select staff.gate_pass(%L, pg_temp.key(6), %s, %L, %s, %L)', 'test-guard', :a, 'out', :door, 'потерял карту'), 'out without a card');
select results_eq($$ select name, is_stale from staff.gate_inside('test-guard') $$, $$ values ('Вымышлева Злата'::text, now() at time zone 'Asia/Vladivostok' - interval '9 min' < (now() at time zone 'Asia/Vladivostok')::date) $$,
    'who is inside');
select throws_ok('select id from gate.event', '42501', null, 'the role reads no table');
select throws_ok($$ select gate.retire_device('test-a') $$, '42501', null, 'and does nothing of the office');
reset role;
select is((select e.is_warning from gate.event e where e.note = 'потерял карту'), true, 'a warning for the parent');
select results_eq($$ select a.action, a.object from site.audit a where a.action like 'gate-%' order by a.id $$,
    format($$ values ('gate-pass'::text, 'I2222CCCCC in'::text), ('gate-release', 'I2222CCCCC %s'), ('gate-pass', 'I2222AAAAA out') $$, :permit), 'written down, without names');

-- Yesterday's forgotten exit
update gate.presence set since = now() - interval '30 h' where pupil_id = pg_temp.pupil('I2222BBBBB');
select results_eq($$ select inside, stale from staff.gate_now('test-guard') $$, $$ values (0::bigint, 1::bigint) $$, 'counted apart');
select results_eq($$ select class_id, name, is_stale from staff.gate_inside('test-guard') $$, $$ values (0::bigint, 'Вымышлева Злата'::text, true) $$, 'listed apart');

-- A late batch after a pass by hand
select is(pg_temp.tell('test-b', 1, array['1 04aa0001 40 in']), 'ok 1/0/0', 'a reader tells of what was before');
select is(pg_temp.presence('I2222AAAAA'), 'out 0.0', 'and does not undo it');

select * from finish();
rollback;
