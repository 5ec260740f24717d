-- What /security asks: entries with their exits, what a parent should hear, cards, permits; this child alone, a pupil looks only.
begin;
\ir gate.inc
grant usage on schema public to kabinet_security;
select no_plan();

-- It is past noon at the school, whatever the hour is here.
update school.school set time_zone = 'Etc/GMT' || case when n.ahead = 0 then '' else to_char(-n.ahead, 'FMSG00') end
  from (select 12 - extract(hour from now() at time zone 'UTC')::integer as ahead) n where region = '027' and number in ('839', '840');
update school.school set time_zone = regexp_replace(time_zone, '([+-])0', '\1') where number in ('839', '840');
create function pg_temp.zone() returns text language sql stable security definer as $$ select s.time_zone from school.school s where s.region = '027' and s.number = '839' $$;
create function pg_temp.local(p_ago integer, p_time time) returns timestamp language sql stable as $$
    select (now() at time zone pg_temp.zone())::date - p_ago + p_time
$$;
select ok((now() at time zone pg_temp.zone())::time between '12:00' and '13:00', 'noon');
update school.enrolment set first_day = first_day - 60;

select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'token-a'), 'ok', 'a family');
select is(pg_temp.add_child('token-a', 'I2222BBBBB', 'code-I2222BBBBB'), 'ok', 'with a second child');
select is(pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'melon', 'token-c'), 'ok', 'another family');
select is(pg_temp.first('I2222DDDDD', 'code-I2222DDDDD', 'grape', 'token-d'), 'ok', 'at another school');
insert into auth.login default values returning id as login \gset
update auth.access set login_id = :login where ordinal = 0 and pupil_id = pg_temp.pupil('I2222AAAAA');
insert into auth.access (pupil_id, ordinal, login_id, may_finance) select pg_temp.pupil('I2222AAAAA'), 0, :login, false
 where not exists (select from auth.access a where a.pupil_id = pg_temp.pupil('I2222AAAAA') and a.ordinal = 0);
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256('token-p'), 'password', :login, a.id, '127.0.0.1', 'x' from auth.access a where a.login_id = :login;

-- Entries and exits of days gone by
create function pg_temp.tap(p_idn text, p_ago integer, p_time time, p_direction text, p_why text default null, p_by text default 'card', p_note text default '')
returns void language sql as $$
    insert into gate.event (school_id, pupil_id, direction, at, source, door_id, device_id, number, staff_id, is_refused, is_warning, why, note)
    select p.school_id, p.id, p_direction::gate.direction, timezone(pg_temp.zone(), pg_temp.local(p_ago, p_time)), p_by::gate.source, d.door_id,
           case when p_by = 'card' then d.id end, case when p_by = 'card' then (select 1000 + count(*) from gate.event) end,
           case when p_by = 'guard' then (select f.id from auth.staff f where f.login = 'test-guard') end,
           coalesce(p_why in ('blocked', 'replaced'), false), p_why is not null, p_why::gate.why, p_note
      from school.pupil p, gate.device d where p.idn = p_idn and d.id = case p_note when 'двор' then 'test-b' else 'test-a' end
$$;
select pg_temp.tap('I2222AAAAA', 3, '08:10', 'in'), pg_temp.tap('I2222AAAAA', 3, '10:00', 'out', 'no_permit'),
       pg_temp.tap('I2222AAAAA', 3, '10:20', 'in'), pg_temp.tap('I2222AAAAA', 3, '14:05', 'out', null, 'card', 'двор'),
       pg_temp.tap('I2222AAAAA', 2, '08:00', 'in', 'blocked'), pg_temp.tap('I2222AAAAA', 2, '08:01', 'in', 'no_card', 'guard', 'забыл'),
       pg_temp.tap('I2222AAAAA', 1, '14:00', 'out'), pg_temp.tap('I2222AAAAA', 5, '08:00', 'in'), pg_temp.tap('I2222AAAAA', 5, '08:30', 'in'),
       pg_temp.tap('I2222CCCCC', 3, '09:00', 'in'), pg_temp.tap('I2222AAAAA', 40, '08:00', 'in') \g /dev/null
create function pg_temp.visits(p_token text, p_from date default null, p_to date default null, p_before date default null, p_days integer default 20)
returns setof text language sql as $$
    select concat_ws(' ', (now() at time zone pg_temp.zone())::date - v.day, to_char(v.entered, 'HH24:MI'), '-', to_char(v.went, 'HH24:MI'), v.minutes,
                     nullif(nullif(v.in_by, 'card'), ''), nullif(nullif(v.out_by, 'card'), ''), nullif(v.in_why, ''), nullif(v.out_why, ''), nullif(v.in_note, ''), case when v.is_refused then 'refused' end,
                     case when v.is_open then 'open' end, case when v.has_more then 'more' end)
      from cabinet.security_visits(p_token, p_from, p_to, p_before, p_days) v
$$;
set local role kabinet_security;
select results_eq($$ select * from pg_temp.visits('token-a') $$,
    $$ values ('1 - 14:00'::text), ('2 08:01 - guard no_card забыл'), ('2 08:00 - blocked refused'), ('3 10:20 - 14:05 225'),
              ('3 08:10 - 10:00 110 no_permit'), ('5 08:30 -'), ('5 08:00 -') $$, 'entries with their exits, the latest first');
select results_eq($$ select day_minutes, day_warns, in_door, out_door from cabinet.security_visits('token-a', null, null, null, 20)
    where (now() at time zone pg_temp.zone())::date - day = 3 $$,
    $$ values (335, true, 'главный вход'::text, 'двор'::text), (335, true, 'главный вход', 'главный вход') $$, 'a day in all, and the doors');
select results_eq($$ select * from pg_temp.visits('token-a', null, null, null, 1) $$, $$ values ('1 - 14:00 more'::text) $$, 'the first page');
select results_eq($$ select * from pg_temp.visits('token-a', null, null, (now() at time zone pg_temp.zone())::date - 3, 1) $$,
    $$ values ('5 08:30 -'::text), ('5 08:00 -') $$, 'the last one');
select results_eq($$ select * from pg_temp.visits('token-a', (now() at time zone pg_temp.zone())::date - 41, (now() at time zone pg_temp.zone())::date - 20) $$,
    $$ values ('40 08:00 -'::text) $$, 'a period of one''s own');
select is_empty($$ select * from pg_temp.visits('token-d') $$, 'who has not come has nothing');
select results_eq($$ select * from pg_temp.visits('token-c') $$, $$ values ('3 09:00 -'::text) $$, 'another family sees its own child');
select results_eq($$ select * from pg_temp.visits('token-p', null, null, null, 1) $$, $$ values ('1 - 14:00 more'::text) $$, 'the pupil sees it too');
select results_eq($$ select t.visits, t.days, t.warnings, t.to_day - t.from_day from cabinet.security_period('token-a', null, null) t $$,
    'values (5::bigint, 4::bigint, 3::bigint, 13)', 'the period in figures');
select is_empty($$ select v from cabinet.security_visits('token-a', '2020-01-01', '2020-01-31', null, 20) v $$, 'a month without school');

-- What should be heard today
select results_eq($$ select has_gate, is_inside, is_stale, since, is_absent, is_evening, escapes, refusals, has_card from cabinet.security_now('token-a') $$,
    $$ values (true, false, false, null::timestamp, false, false, 0::bigint, 0::bigint, true) $$, 'no lessons, no worry');
reset role;
select pg_temp.lessons('7Б', '11:00', '13:30') \g /dev/null
select is((select n.is_absent from cabinet.security_now('token-a') n), false, 'a gate that saw nobody tells nothing');
select pg_temp.tap('I2222BBBBB', 0, '08:05', 'in') \g /dev/null
select is((select to_char(n.first_lesson, 'HH24:MI') || ' ' || n.is_absent from cabinet.security_now('token-a') n), '11:00 true', 'the lesson has begun, the child has not come in');
insert into gate.permit (pupil_id, access_id, kind, day, at, body)
select a.pupil_id, a.id, 'late', pg_temp.local(0, '00:00')::date, '13:15', 'у врача' from auth.access a where a.ordinal = 1 and a.pupil_id = pg_temp.pupil('I2222AAAAA');
select is((select n.is_absent from cabinet.security_now('token-a') n), false, 'but the guard was told that it comes later');
update gate.permit set state = 'withdrawn' where body = 'у врача';
insert into school.excuse (pupil_id, access_id, kind, reason, first_day, last_day, body, is_ahead)
select a.pupil_id, a.id, 'absence', 'ill', pg_temp.local(0, '00:00')::date, pg_temp.local(0, '00:00')::date, 'болеет', true
  from auth.access a where a.ordinal = 1 and a.pupil_id = pg_temp.pupil('I2222AAAAA');
select is((select n.is_absent from cabinet.security_now('token-a') n), false, 'or the parent said that it stays at home');
update school.excuse set state = 'withdrawn' where body = 'болеет';
update school.lesson set is_cancelled = true;
select is((select n.is_absent from cabinet.security_now('token-a') n), false, 'cancelled lessons are none');
update school.lesson set is_cancelled = false;
update school.bell set starts = '13:00';
select is((select n.is_absent from cabinet.security_now('token-a') n), false, 'nor those to come');
update school.bell set starts = '11:00';
insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
select e.pupil_id, e.school_id, true, timezone(pg_temp.zone(), pg_temp.local(1, '09:00')), e.id from gate.event e where e.pupil_id = pg_temp.pupil('I2222AAAAA') limit 1;
select results_eq($$ select is_inside, is_stale, is_evening from cabinet.security_now('token-a') $$, 'values (true, true, false)', 'inside since yesterday: went out without a tap');
select pg_temp.tap('I2222AAAAA', 0, '08:10', 'in'), pg_temp.tap('I2222AAAAA', 0, '11:10', 'out', 'no_permit'), pg_temp.tap('I2222AAAAA', 0, '11:20', 'in', 'blocked'),
       pg_temp.tap('I2222AAAAA', 0, '11:30', 'in', 'no_card', 'guard') \g /dev/null
update gate.presence set since = timezone(pg_temp.zone(), pg_temp.local(0, '11:30')) where pupil_id = pg_temp.pupil('I2222AAAAA');
select results_eq($$ select is_inside, is_stale, is_absent, escapes, refusals from cabinet.security_now('token-a') $$, 'values (true, false, false, 1::bigint, 1::bigint)', 'a bad day');
select results_eq($$ select * from pg_temp.visits('token-a', null, null, null, 1) $$,
    $$ values ('0 11:30 - guard no_card open more'::text), ('0 11:20 - blocked refused more'), ('0 08:10 - 11:10 180 no_permit more') $$, 'as it was');
update school.school set time_zone = 'Etc/GMT' || to_char(extract(hour from now() at time zone 'UTC')::integer - 20 + case when extract(hour from now() at time zone 'UTC') < 9 then 24 else 0 end, 'FMSG90')
 where region = '027' and number = '839';
select is((select n.is_evening from cabinet.security_now('token-a') n), (select r.since >= timezone(pg_temp.zone(), pg_temp.local(0, '00:00')) from gate.presence r
    where r.pupil_id = pg_temp.pupil('I2222AAAAA')), 'in the evening it should be at home');
update school.school set time_zone = o.time_zone from school.school o where school.number = '839' and school.region = '027' and o.region = '027' and o.number = '840';

-- Cards
select c.id as card from gate.card c where c.pupil_id = pg_temp.pupil('I2222AAAAA') \gset
select c.id as foreign from gate.card c where c.pupil_id = pg_temp.pupil('I2222CCCCC') \gset
select c.id as sister from gate.card c where c.pupil_id = pg_temp.pupil('I2222BBBBB') \gset
select results_eq($$ select kind, tail, state, is_by_us from cabinet.security_cards('token-a') $$, $$ values ('card'::text, '0001'::text, 'good'::text, false) $$, 'the card');
select throws_ok(format('select cabinet.security_card_block(%L, %s)', v.token, v.card), v.code, null, v.name)
  from (values ('token-c', :card, 'KB404', 'another family''s card'), ('token-a', :foreign, 'KB404', 'the same the other way'),
               ('token-a', :sister, 'KB404', 'not of the child on show'), ('token-a', -1, 'KB404', 'no card at all'),
               ('token-p', :card, 'KB403', 'the pupil blocks nothing'), ('nobody', :card, 'KB401', 'a stranger')) v(token, card, code, name);
select is((select count(*) from gate.card c where c.blocked_at is not null), 0::bigint, 'nothing has happened');
select lives_ok(format('select cabinet.security_card_block(%L, %s)', 'token-a', :card), 'a lost card');
select lives_ok(format('select cabinet.security_card_block(%L, %s)', 'token-a', :card), 'lost once');
select results_eq($$ select state, is_by_us from cabinet.security_cards('token-a') $$, $$ values ('blocked'::text, true) $$, 'is blocked by us');
select is((select n.has_card from cabinet.security_now('token-a') n), false, 'there is none that works');
select is(pg_temp.tell('test-a', 1, array['9001 04aa0001 0 in']), 'ok 1/0/0', 'a door is tried with it');
select is((select e.is_refused || ' ' || e.why from gate.event e where e.number = 9001), 'true blocked', 'and stays shut at once');
select is((select count(*) from site.audit a where a.action = 'card-block'), 1::bigint, 'remembered once');
select lives_ok($$ select cabinet.security_card_order('token-a') $$, 'a new one, please');
select lives_ok($$ select cabinet.security_card_order('token-a') $$, 'please');
select is((select count(*) from gate.card_order o where o.pupil_id = pg_temp.pupil('I2222AAAAA')), 1::bigint, 'is one order');
select isnt((select n.order_sent from cabinet.security_now('token-a') n), null, 'which the page knows of');
select throws_ok($$ select cabinet.security_card_order('token-p') $$, 'KB403', null, 'the pupil orders nothing');

-- What the guard is told
create function pg_temp.ask(p_token text, p_n integer, p_kind text, p_in integer, p_at time, p_body text) returns void language sql as $$
    select cabinet.security_permit_ask(p_token, ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid, p_kind,
        pg_temp.local(0, '00:00')::date + p_in, p_at, p_body)
$$;
-- A day of the week that is no Sunday.
select case when extract(isodow from pg_temp.local(0, '00:00')) = 6 then 2 else 1 end as soon,
       7 - extract(isodow from pg_temp.local(0, '00:00'))::integer + 7 as sunday \gset
select lives_ok(format('select pg_temp.ask(%L, 1, %L, %s, %L, %L)', 'token-a', 'early', :soon, '11:30', 'к врачу'), 'will leave early');
select lives_ok(format('select pg_temp.ask(%L, 1, %L, %s, %L, %L)', 'token-a', 'early', :soon, '11:30', 'к врачу'), 'the form sent twice');
select throws_ok(format('select pg_temp.ask(%L, 1, %L, %s, %L, %L)', 'token-a', 'early', :soon, '11:40', 'к врачу'), 'KB409', null, 'the same form with other words');
select throws_ok(format('select pg_temp.ask(%L, %s, %L, %s, %L, %L)', v.token, v.n, v.kind, v.ahead, '11:30', 'x'), v.code, null, v.name)
  from (values ('token-a', 2, 'early', :soon, 'KB422', 'twice for one day'), ('token-a', 3, 'early', -1, 'KB422', 'yesterday'),
               ('token-a', 4, 'late', 31, 'KB422', 'too far away'), ('token-a', 5, 'late', :sunday, 'KB422', 'on a Sunday'),
               ('token-p', 6, 'late', :soon, 'KB403', 'by the pupil'), ('nobody', 7, 'late', :soon, 'KB401', 'by a stranger')) v(token, n, kind, ahead, code, name);
select lives_ok(format('select pg_temp.ask(%L, 8, %L, %s, %L, %L)', 'token-a', 'late', :soon, '10:00', 'зубной'), 'will come later that day');
select is((select string_agg(m.kind || ' ' || m.at || ' ' || m.body || ' ' || m.state || ' ' || m.may_withdraw, ', ' order by m.permit_id)
    from cabinet.security_permits('token-a') m where not m.is_over and m.state = 'asked'), 'early 11:30 к врачу asked true, late 10:00 зубной asked true', 'both are there');
select is((select bool_or(m.may_withdraw) from cabinet.security_permits('token-p') m), false, 'the pupil takes nothing back');
select is_empty($$ select from cabinet.security_permits('token-c') $$, 'another family sees nothing');
select m.id as permit from gate.permit m where m.body = 'к врачу' \gset
select m.id as late from gate.permit m where m.body = 'зубной' \gset
select throws_ok(format('select cabinet.security_permit_withdraw(%L, %s)', v.token, v.id), v.code, null, v.name)
  from (values ('token-c', :permit, 'KB404', 'not another family''s'), ('token-d', :permit, 'KB404', 'nor at another school'), ('token-a', -1, 'KB404', 'not what is not there'),
               ('token-p', :permit, 'KB403', 'not by the pupil')) v(token, id, code, name);
select lives_ok(format('select cabinet.security_permit_withdraw(%L, %s)', 'token-a', :permit), 'taken back');
select lives_ok(format('select cabinet.security_permit_withdraw(%L, %s)', 'token-a', :permit), 'twice');
select is((select m.state::text from gate.permit m where m.id = :permit), 'withdrawn', 'is withdrawn');
select lives_ok(format('select pg_temp.ask(%L, 9, %L, %s, %L, %L)', 'token-a', 'early', :soon, '12:00', 'передумали'), 'another one for that day');
update gate.permit m set state = 'used', event_id = (select max(e.id) from gate.event e) where m.id = :late;
select throws_ok(format('select cabinet.security_permit_withdraw(%L, %s)', 'token-a', :late), 'KB422', null, 'what was used stays');
update gate.permit m set day = m.day - 60 where m.body = 'передумали';
select is((select count(*) from cabinet.security_permits('token-a') m where m.body = 'передумали'), 0::bigint, 'old ones are not shown');

insert into gate.permit (pupil_id, access_id, kind, day, at, body, state)
select m.pupil_id, m.access_id, 'early', m.day, '12:00', 'шум', 'withdrawn' from gate.permit m, generate_series(1, 20) where m.body = 'передумали';
select throws_ok(format('select pg_temp.ask(%L, 21, %L, %s, %L, %L)', 'token-a', 'early', :soon, '12:00', 'ещё'), 'KB422', null, 'twenty a day are enough');
delete from gate.permit where body = 'шум';

select lives_ok($$ select cabinet.expect_child('token-a', 'I2222AAAAA') $$, 'the child on show is expected');
select throws_ok(format('select cabinet.expect_child(%L, %L)', v.token, v.idn), v.code, null, v.name)
  from (values ('token-a', 'I2222BBBBB', 'KB409', 'a sister who is not on show'), ('token-a', 'I2222CCCCC', 'KB409', 'nor another family''s child'),
               ('token-a', '', 'KB409', 'nor nobody'), ('nobody', 'I2222AAAAA', 'KB401', 'a stranger')) v(token, idn, code, name);

-- Who came in
select is(pg_temp.log_in('I2222AAAAA', 'password', 'wrong', 'token-x'), 'wrong', 'somebody tries');
select results_eq($$ select t.succeeded, t.kind, t.name, t.failures from cabinet.security_attempts('token-a') t where not t.succeeded $$,
    $$ values (false, 'password'::text, 'I2222AAAAA'::text, 1::bigint) $$, 'the family is told');
select is((select coalesce(max(t.failures), 0) from cabinet.security_attempts('token-c') t), 0::bigint, 'and nobody else');

-- Who is barred lets nobody out, whatever was told before
select access_id as barred from gate.permit where body = 'передумали' \gset
insert into gate.permit (pupil_id, access_id, kind, day, at, body)
select pg_temp.pupil('I2222AAAAA'), a.id, 'early', pg_temp.local(0, '00:00')::date, '00:00', 'от ' || a.ordinal from auth.access a where a.pupil_id = pg_temp.pupil('I2222AAAAA');
update auth.access set barred_at = now() where id = :barred;
select results_eq(format('select m.state::text, count(*) from gate.permit m where m.access_id = %s and m.state = %L group by 1', :barred, 'asked'),
    $$ select null::text, null::bigint where false $$, 'nothing of the barred adult stands');
select is((select count(*) from gate.permit m where m.body like 'от %' and m.state = 'asked' and m.access_id <> :barred), 1::bigint, 'what the others told does');

select throws_ok(format('select %s', call), 'KB401', null, call || ': an ended session')
  from unnest('{"cabinet.security_now(''x'')","cabinet.security_period(''x'', null, null)","cabinet.security_visits(''x'', null, null, null, 1)",
                "cabinet.security_cards(''x'')","cabinet.security_permits(''x'')","cabinet.security_permit_window(''x'')","cabinet.security_attempts(''x'')"}'::text[]) call;
select * from finish();
rollback;
