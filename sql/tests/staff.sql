-- The door of the desks: logging in, who a staff token is, roles, leaving, accounts.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

create function pg_temp.secret(p_secret text) returns people.secret language sql as $$
    select (pg_temp.salt(p_secret), 15, pg_temp.h(p_secret))::people.secret
$$;
create function pg_temp.enter(p_name text, p_secret text, p_token text, p_old_token text default null,
    p_address text default '192.0.2.7') returns text language plpgsql as $$
declare
    v_begin record;
begin
    select b.attempt, b.wait_s into v_begin from staff.login_begin(p_name, p_address) b;
    if v_begin.wait_s > 0 then
        return 'wait';
    end if;
    return (select f.outcome from staff.login_finish(v_begin.attempt, pg_temp.h(p_secret), p_token, 'Firefox', p_old_token) f);
end $$;
create function pg_temp.roles(p_token text) returns text language sql as $$
    select concat_ws(' ', case when v.is_teacher then 'teacher' end, case when v.is_tutor then 'tutor' end,
                     case when v.is_head then 'head' end, case when v.is_guard then 'guard' end)
      from staff.visitor(p_token) v
$$;

-- Accounts
select isnt(people.hire('027839', 'uchilkina', 'Училкина Прасковья Устиновна', '{teacher}', pg_temp.secret('plum')), null, 'somebody is hired');
select isnt(people.hire('027839', 'zavuchev', 'Завучев Пантелей', '{head,teacher,head}', pg_temp.secret('pear')), null, 'with two roles');
select isnt(people.hire('027840', 'ohranov', 'Охранов Кузьма Лукич', '{guard}', pg_temp.secret('fig')), null, 'at another school');
select throws_ok($$ select people.hire('027839', 'ohranov', 'Охранов Лука Кузьмич', '{guard}', pg_temp.secret('x')) $$, 'KB422', null, 'a login name is one person''s');
select throws_ok($$ select people.hire('027839', 'Lukich', 'Охранов Лука Кузьмич', '{guard}', pg_temp.secret('x')) $$, 'KB422', null, 'and in small letters');
select throws_ok($$ select people.hire('027839', 'lukich', 'Охранов Лука Кузьмич', '{director}', pg_temp.secret('x')) $$, 'KB422', null, 'roles are known words');
select throws_ok($$ select people.hire('027839', 'lukich', 'Охранов Лука Кузьмич', '{}', pg_temp.secret('x')) $$, 'KB422', null, 'at least one');
select throws_ok($$ select people.hire('999999', 'lukich', 'Охранов Лука Кузьмич', '{guard}', pg_temp.secret('x')) $$, 'KB422', null, 'schools exist');
select throws_ok($$ select people.set_staff_secret('nobody', pg_temp.secret('x')) $$, 'KB422', null, 'nobody gets no password');
select results_eq($$ select l.login, l.name, l.roles, l.state from people.staff_list('027839') l $$,
    $$ values ('uchilkina'::text, 'Училкина Прасковья Устиновна'::text, 'teacher'::text, 'active'::text),
              ('zavuchev', 'Завучев Пантелей', 'teacher,head', 'active') $$, 'the list of a school');

-- The door
select is(pg_temp.enter('uchilkina', 'plum', 'staff-a'), 'ok', 'name and password open');
select is(pg_temp.enter('Uchilkina', 'plum', 'staff-b'), 'ok', 'capitals are forgiven');
select is(pg_temp.enter('uchilkina', 'pear', 'staff-x'), 'wrong', 'another''s password does not');
select is(pg_temp.enter('nobody', 'plum', 'staff-x'), 'wrong', 'a name that nobody has');
select is(pg_temp.enter('', '', 'staff-x'), 'wrong', 'no name at all');
select throws_ok($$ select staff.visitor('staff-x') $$, 'KB401', null, 'failures open no session');
select results_eq($$ select v.name, v.school_name, v.is_teacher, v.is_tutor, v.is_head, v.is_guard, v.today, v.touch_due
    from staff.visitor('staff-a') v $$, $$ values ('Училкина Прасковья Устиновна'::text, 'школа № 839'::text, true, false, false, false,
    (now() at time zone 'Asia/Vladivostok')::date, false) $$, 'who is at the desk');
select is(pg_temp.enter('uchilkina', 'plum', 'staff-c', 'staff-b'), 'ok', 'coming in again');
select throws_ok($$ select staff.visitor('staff-b') $$, 'KB401', null, 'ends the browser''s session before');
select lives_ok($$ select staff.visitor('staff-a') $$, 'and no other');
create temporary table once as select b.attempt from staff.login_begin('uchilkina', '192.0.2.7') b;
select is((select f.outcome from once, staff.login_finish(once.attempt, pg_temp.h('plum'), 'staff-d', 'x', null) f), 'ok', 'an attempt');
select is((select f.outcome from once, staff.login_finish(once.attempt, pg_temp.h('plum'), 'staff-x', 'x', null) f), 'wrong', 'is good once');
select is((select f.outcome from cabinet.login_begin('uchilkina', 'password', '', '192.0.2.8') b,
    cabinet.login_finish(b.attempt, pg_temp.h('plum'), 'staff-x', null, 'x') f), 'wrong', 'the cabinet''s door does not know staff');
select is((select f.outcome from staff.login_begin('uchilkina', '192.0.2.8') b,
    cabinet.login_finish(b.attempt, pg_temp.h('plum'), 'staff-x', null, 'x') f), 'wrong', 'nor takes their attempts');

-- The two kinds of tokens are strangers to each other.
select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'token-a'), 'ok', 'a parent is in');
select throws_ok($$ select staff.visitor('token-a') $$, 'KB401', null, 'but at no desk');
select throws_ok($$ select cabinet.visitor('staff-a') $$, 'KB401', null, 'and staff in no cabinet');

-- Roles
select is(pg_temp.roles('staff-a'), 'teacher', 'a teacher');
update school.class set tutor_id = (select f.id from auth.staff f where f.login = 'uchilkina')
 where id = (select k.id from school.class k join school.school s on s.id = k.school_id where s.number = '839' and k.grade = 7);
select is(pg_temp.roles('staff-a'), 'teacher tutor', 'with a class of this year');
update school.year set last_day = current_date - 50 where school_id = (select s.id from school.school s where s.number = '839');
select is(pg_temp.roles('staff-a'), 'teacher', 'last year''s class makes no tutor');
update school.year set last_day = current_date + 200 where school_id = (select s.id from school.school s where s.number = '839');
select throws_ok($$ select auth.staff_with('staff-a', 'head') $$, 'KB403', null, 'a teacher is no head');
select lives_ok($$ select auth.staff_with('staff-a', 'teacher') $$, 'but a teacher');
select lives_ok($$ select people.set_staff_roles('uchilkina', '{guard}') $$, 'roles change');
select is(pg_temp.roles('staff-a'), 'tutor guard', 'from the next page on');
select throws_ok($$ select auth.staff_with('staff-a', 'teacher') $$, 'KB403', null, 'the old one is gone');
select is(pg_temp.enter('ohranov', 'fig', 'staff-o'), 'ok', 'another school');
select is((select v.school_name from staff.visitor('staff-o') v), 'школа № 840', 'is the other school''s');
select throws_ok($$ update school.class set tutor_id = (select f.id from auth.staff f where f.login = 'ohranov')
    where school_id = (select s.id from school.school s where s.number = '839') $$, '23503', null, 'nobody is tutor at a foreign school');

-- Sessions end
update auth.staff_session set last_used_at = now() - interval '61 min' where token_hash = sha256('staff-d');
select throws_ok($$ select staff.visitor('staff-d') $$, 'KB401', null, 'after an hour without use');
update auth.staff_session set last_used_at = now() - interval '10 min' where token_hash = sha256('staff-c');
select is((select v.touch_due from staff.visitor('staff-c') v), true, 'a session in use is to be touched');
select lives_ok($$ select staff.session_touch('staff-c') $$, 'which is done');
select is((select v.touch_due from staff.visitor('staff-c') v), false, 'at most every five minutes');
update auth.staff_session set started_at = now() - interval '13 h' where token_hash = sha256('staff-c');
select throws_ok($$ select staff.session_touch('staff-c') $$, 'KB401', null, 'after 12 hours in any case');
select lives_ok($$ select staff.logout('staff-a') $$, 'by logging out');
select throws_ok($$ select staff.visitor('staff-a') $$, 'KB401', null, 'at once');
select throws_ok($$ select staff.logout('staff-a') $$, 'KB401', null, 'and not twice');
select is(pg_temp.enter('uchilkina', 'plum', 'staff-e'), 'ok', 'in again');
select lives_ok($$ select people.set_staff_secret('uchilkina', pg_temp.secret('quince')) $$, 'a new password');
select throws_ok($$ select staff.visitor('staff-e') $$, 'KB401', null, 'puts out who was in by the old one');
select is(pg_temp.enter('uchilkina', 'plum', 'staff-x'), 'wrong', 'which is worth nothing');
select is(pg_temp.enter('uchilkina', 'quince', 'staff-f'), 'ok', 'the new one is');
select lives_ok($$ select people.staff_leave('uchilkina') $$, 'who leaves');
select throws_ok($$ select staff.visitor('staff-f') $$, 'KB401', null, 'is out');
select is(pg_temp.enter('uchilkina', 'quince', 'staff-x'), 'wrong', 'and does not come in again');
select is((select l.state from people.staff_list('027839') l where l.login = 'uchilkina'), 'left', 'but stays in the list');
select is((select string_agg(pg_temp.enter('zavuchev', 'pear', 'staff-n' || n), ' ') from generate_series(1, 12) n),
    'ok ok ok ok ok ok ok ok ok ok ok ok', 'many browsers');
select is((select count(*) from auth.staff_session s join auth.staff f on f.id = s.staff_id where f.login = 'zavuchev'), 10::bigint,
    'ten sessions stay');

-- Budgets: failures cost, the same for names that nobody has.
select is((select string_agg(pg_temp.enter('zavuchev', 'no', 'staff-x', null, '198.51.100.7'), ' ') from generate_series(1, 7)),
    'wrong wrong wrong wrong wrong wrong wait', 'who fails has to wait');
select is((select string_agg(pg_temp.enter('noname', 'no', 'staff-x', null, '203.0.113.7'), ' ') from generate_series(1, 7)),
    'wrong wrong wrong wrong wrong wrong wait', 'whoever that is');
select is(pg_temp.enter('zavuchev', 'pear', 'staff-y', null, '192.0.2.7'), 'ok', 'elsewhere the right password opens');

-- What is remembered
select results_eq($$ select a.action, a.actor::text from site.audit a where a.object = 'uchilkina' and a.actor = 'office' order by a.id $$,
    $$ values ('staff-hire', 'office'), ('staff-password', 'office'), ('staff-roles', 'office'), ('staff-password', 'office'),
              ('staff-leave', 'office') $$, 'what the office did is remembered');
select isnt_empty($$ select from site.audit a where a.action = 'log-in' and a.actor = 'staff' and a.object = 'zavuchev' $$, 'so are log-ins');

select * from finish();
rollback;
