-- Children, adults, passwords, the pupil's own login, devices and sessions: one login never reaches into another.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

-- Two children, one login; another family
select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'a', 'device-a'), 'ok', 'a family comes in');
select is(pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'plum', 'c', 'device-c'), 'ok', 'another one');
select is(pg_temp.add_child('a', 'I2222BBBBB', 'code-I2222CCCCC'), 'wrong', 'a child is added by its own code only');
select is(pg_temp.add_child('a', 'I2222BBBBB', 'code-I2222BBBBB'), 'ok', 'the second child');
select is(pg_temp.add_child('a', 'I2222BBBBB', 'code-I2222BBBBB'), 'wrong', 'the code is spent');
select is(pg_temp.children('a'), 'I2222AAAAA I2222BBBBB', 'both are there, the first on show');
select lives_ok($$ select cabinet.choose_child('a', 'I2222BBBBB') $$, 'the other one');
select is(pg_temp.children('a'), 'I2222BBBBB I2222AAAAA', 'is on show now');
select is((select h.account from cabinet.home('a') h), '0278390001', 'and what is asked is about it');
select throws_ok($$ select cabinet.choose_child('a', 'I2222CCCCC') $$, 'KB404', null, 'another family''s child');
select throws_ok($$ select cabinet.choose_child('a', 'I2222ZZZZZ') $$, 'KB404', null, 'is as unknown as one that nobody has');
select throws_ok($$ select cabinet.choose_child('a', null) $$, 'KB404', null, 'no name at all');
select is(pg_temp.log_in('I2222BBBBB', 'password', 'lemon', 'a2'), 'ok', 'each child''s name opens the login');
select is(pg_temp.children('a2'), 'I2222BBBBB I2222AAAAA', 'with that child on show');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'a3', '', 'device-a3'), 'ok', 'one more device');
select is(pg_temp.log_in('I2222BBBBB', 'pin', 'pin-I2222BBBBB', 'a-pin', 'device-a3'), 'ok', 'its PIN on the login''s device');
select is(pg_temp.log_in('I2222BBBBB', 'pin', 'pin-I2222AAAAA', 'x', 'device-a'), 'wrong', 'not its brother''s');

-- What outlasts the visit is not for four digits
select is(pg_temp.children('a-pin'), 'I2222BBBBB I2222AAAAA', 'by PIN one reads');
select is((select h.balance_kop from cabinet.home('a-pin') h), 0::bigint, 'money too');
select lives_ok($$ select cabinet.choose_child('a-pin', 'I2222AAAAA') $$, 'about each child');
select throws_ok(s.statement, 'KB422', 'Для этого войдите с паролем.', s.what)
  from (values ($$ select pg_temp.add_child('a-pin', 'I2222EEEEE', 'code-I2222EEEEE') $$, 'but adds none'),
               ($$ select cabinet.password_begin('a-pin') $$, 'changes no password'),
               ($$ select cabinet.pupil_access_begin('a-pin') $$, 'asks for no code'),
               ($$ select cabinet.pupil_access_new('a-pin', null, pg_temp.salt('x'), 15, pg_temp.h('x')) $$, 'gets none'),
               ($$ select cabinet.pupil_access_end('a-pin') $$, 'takes back none'),
               ($$ select cabinet.device_revoke('a-pin', (select d.id from cabinet.devices('a-pin', 'device-a3') d
                   where not d.is_this)) $$, 'forgets no other device')) s(statement, what);
select lives_ok($$ select cabinet.device_revoke('a-pin', (select d.id from cabinet.devices('a-pin', 'device-a3') d where d.is_this)) $$,
    'only this one');

-- One password, one budget, whichever child it is tried with
update auth.budget set level = 0, blocked_until = '-infinity';
select is((select count(*) from generate_series(1, 60) n, lateral cabinet.login_begin(
    case n % 2 when 0 then 'I2222AAAAA' else 'I2222BBBBB' end, 'password', '', '100.64.' || n || '.1') b where b.wait_s = 0), 41::bigint,
    'two names of 20 failures, 40 for the login');
update auth.budget set level = 0, blocked_until = '-infinity';

-- A child may join from another login, whose sessions let it go
select people.code_again('I2222CCCCC', pg_temp.salt('again'), pg_temp.h('again'), 15) \g /dev/null
select is(pg_temp.add_child('a', 'I2222CCCCC', 'again'), 'ok', 'a child joins from another login');
select throws_ok($$ select cabinet.visitor('c') $$, 'KB401', null, 'whose sessions are over: it has no child left');
select is((select count(*) from auth.device d where d.token_hash = pg_temp.h('device-c')), 0::bigint, 'its device is forgotten');
select is(pg_temp.log_in('I2222CCCCC', 'password', 'plum', 'x'), 'wrong', 'its password is worth nothing');
select people.code_again('I2222CCCCC', pg_temp.salt('more'), pg_temp.h('more'), 15) \g /dev/null
select throws_ok($$ select pg_temp.add_child('a', 'I2222CCCCC', 'more') $$, 'KB422', null, 'nobody has a child twice');

-- The second adult
select people.adult_add('I2222AAAAA', 'Вымышлев Фрол Тихонович', false, pg_temp.salt('second'), pg_temp.h('second'), 15) \g /dev/null
select is(pg_temp.first('I2222AAAAA', 'second', 'grape', 'x'), 'wrong', 'the second adult''s code is not for the first one''s name');
select is(pg_temp.first('I2222AAAAA-2', 'second', 'grape', 'b'), 'ok', 'but for their own');
select is(pg_temp.children('b'), 'I2222AAAAA', 'the second adult has the one child');
select results_eq($$ select h.balance_kop from cabinet.home('b') h $$, 'values (null::bigint)', 'without the right, no money');
select results_eq($$ select h.balance_kop from cabinet.home('a') h $$, 'values (0::bigint)', 'the first adult sees it');
select is(pg_temp.log_in('0278390000–2', 'password', 'grape', 'b2'), 'ok', 'by account, with a dash for the hyphen');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'grape', 'x'), 'wrong', 'a password belongs to its adult');
select lives_ok($$ select people.access_bar('I2222AAAAA-2', true) $$, 'the school bars the second adult');
select throws_ok($$ select cabinet.visitor('b') $$, 'KB401', null, 'whose sessions are over');
select is(pg_temp.log_in('I2222AAAAA-2', 'password', 'grape', 'x'), 'wrong', 'and who cannot come back');
select is(pg_temp.children('a2'), 'I2222BBBBB I2222AAAAA I2222CCCCC', 'the first adult notices nothing');
select lives_ok($$ select people.access_bar('I2222AAAAA-2', false) $$, 'the bar is lifted');
select is(pg_temp.log_in('I2222AAAAA-2', 'password', 'grape', 'b'), 'ok', 'the password is good again');
select lives_ok($$ select cabinet.choose_child('a2', 'I2222AAAAA') $$, 'a child on show');
select lives_ok($$ select people.access_bar('I2222AAAAA', true) $$, 'is barred');
select is(pg_temp.children('a2'), 'I2222BBBBB I2222CCCCC', 'the session goes on with another child');
select lives_ok($$ select people.access_bar('I2222AAAAA', false) $$, 'lifted too');

-- Password
create function pg_temp.change(p_token text, p_old text, p_new text, p_new_token text) returns text language plpgsql as $$
declare
    v_begin record;
begin
    select b.attempt, b.wait_s into v_begin from cabinet.password_begin(p_token) b;
    if v_begin.wait_s > 0 then
        return 'wait';
    end if;
    return (select c.outcome from cabinet.password_change(p_token, v_begin.attempt, pg_temp.h(p_old), pg_temp.salt(p_new), 15,
        pg_temp.h(p_new), p_new_token) c);
end $$;
select is((select b.salt from cabinet.password_begin('a') b), pg_temp.salt('lemon'), 'the salt of the old password');
select is(pg_temp.change('a', 'plum', 'cherry', 'x'), 'wrong', 'not with a wrong one');
select is(pg_temp.log_in('I2222BBBBB', 'password', 'lemon', 'a9', '', 'device-a9'), 'ok', 'another device');
select is(pg_temp.change('a', 'lemon', 'cherry', 'a-new'), 'ok', 'with the right one');
select throws_ok($$ select cabinet.visitor('a9') $$, 'KB401', null, 'its session is over');
select results_eq($$ select d.is_this from cabinet.devices('a-new', 'device-a') d $$, 'values (true)', 'this device is left of all');
select is(pg_temp.log_in('I2222BBBBB', 'pin', 'pin-I2222BBBBB', 'x', 'device-a9'), 'wrong', 'no PIN on the other any more');
select throws_ok($$ select cabinet.visitor('a') $$, 'KB401', null, 'the old token is over');
select throws_ok($$ select cabinet.visitor('a2') $$, 'KB401', null, 'the other sessions are over');
select is(pg_temp.children('a-new'), 'I2222BBBBB I2222AAAAA I2222CCCCC', 'this one goes on, its child on show');
select is(pg_temp.children('b'), 'I2222AAAAA', 'other logins go on');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'x'), 'wrong', 'the old password is over');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'cherry', 'a4'), 'ok', 'the new one is good');
select is((select c.outcome from cabinet.password_begin('b') b, cabinet.password_change('a-new', b.attempt, pg_temp.h('grape'),
    pg_temp.salt('x'), 15, pg_temp.h('x'), 'x') c), 'wrong', 'another login''s attempt is no use');
update auth.budget set level = 0, blocked_until = '-infinity';
select is((select string_agg(pg_temp.change('a-new', 'no', 'x', 'x'), ' ') from generate_series(1, 8)),
    'wrong wrong wrong wrong wrong wrong wait wait', 'guessing the old password has a budget');
update auth.budget set level = 0, blocked_until = '-infinity';

-- A lost password: the school gives a new code
select people.code_again('I2222AAAAA', pg_temp.salt('fresh'), pg_temp.h('fresh'), 15) \g /dev/null
select is(pg_temp.children('a-new'), 'I2222BBBBB I2222AAAAA I2222CCCCC', 'a code that waits changes nothing');
select is(pg_temp.first('I2222AAAAA', 'fresh', 'apple', 'a5', 'device-a5'), 'ok', 'the code sets a new password');
select throws_ok($$ select cabinet.visitor('a-new') $$, 'KB401', null, 'old sessions are over');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'x', 'device-a'), 'wrong', 'old devices are not confirmed any more');
select is(pg_temp.children('a5'), 'I2222AAAAA I2222BBBBB I2222CCCCC', 'the children stay');

-- The pupil's own login
create function pg_temp.pupil_code(p_token text, p_code text, out name text, out expires timestamp) language sql as $$
    select n.name, n.expires
      from cabinet.pupil_access_begin(p_token) b,
           cabinet.pupil_access_new(p_token, b.attempt, pg_temp.salt(p_code), 15, pg_temp.h(p_code)) n
$$;
select results_eq($$ select p.name, p.state, p.expires from cabinet.pupil_access('a5') p $$,
    $$ values ('I2222AAAAA-0', 'none', null::timestamp) $$, 'the pupil has none');
select is((select n.name from pg_temp.pupil_code('a5', 'pup') n), 'I2222AAAAA-0', 'a code');
select is((select p.state from cabinet.pupil_access('a5') p), 'waiting', 'waits');
select is((select n.expires - now()::timestamp > interval '6 days'
    from pg_temp.pupil_code('a5', 'pupil') n), true, 'a second one, for a week');
select is(pg_temp.first('I2222AAAAA-0', 'pup', 'kiwi', 'x'), 'wrong', 'makes the first worth nothing');
select is(pg_temp.first('I2222AAAAA-0', 'pupil', 'kiwi', 'p'), 'ok', 'the pupil comes in');
select results_eq($$ select p.state, p.expires from cabinet.pupil_access('a5') p $$, $$ values ('active', null::timestamp) $$, 'active');
select results_eq($$ select v.idn, v.is_parent from cabinet.visitor('p') v $$, $$ values ('I2222AAAAA', false) $$, 'mode «Ученик»');
select results_eq($$ select h.balance_kop from cabinet.home('p') h $$, 'values (null::bigint)', 'no balance');
select throws_ok($$ select * from cabinet.finance_balance('p') $$, 'KB403', null, 'no finance');
select throws_ok($$ select * from cabinet.finance_statement('p', null, null, null, 10, null) $$, 'KB403', null, 'no statement');
select throws_ok($$ select * from cabinet.finance_balance('b') $$, 'KB403', null, 'nor for an adult without the right');
select throws_ok($$ select cabinet.pupil_access_begin('p') $$, 'KB403', null, 'no codes');
select throws_ok($$ select cabinet.pupil_access_new('p', null, pg_temp.salt('x'), 15, pg_temp.h('x')) $$, 'KB403', null, 'none at all');

select throws_ok($$ select cabinet.pupil_access_end('p') $$, 'KB403', null, 'no closing');
select throws_ok($$ select pg_temp.add_child('p', 'I2222EEEEE', 'code-I2222EEEEE') $$, 'KB403', null, 'no more children');
select results_eq($$ select p.name, p.state from cabinet.pupil_access('p') p $$, $$ values ('', 'none') $$, 'and no news about it');
select throws_ok($$ select a.outcome from pg_temp.pupil_code('a5', 'again0') n,
    lateral (select pg_temp.add_child('a5', 'I2222AAAAA-0', 'again0') as outcome) a $$, 'KB422', null, 'a pupil''s code is for the pupil');
select lives_ok($$ select cabinet.pupil_access_end('a5') $$, 'the parent closes it');
select throws_ok($$ select cabinet.visitor('p') $$, 'KB401', null, 'the pupil is out');
select is(pg_temp.log_in('I2222AAAAA-0', 'password', 'kiwi', 'x'), 'wrong', 'and cannot come back');
select lives_ok($$ select cabinet.pupil_access_end('a5') $$, 'closing twice is no error');
select throws_ok($$ select cabinet.pupil_access_new('a5', null, pg_temp.salt('x'), 15, pg_temp.h('x')) $$, 'KB409', null,
    'no code that was not charged');
select throws_ok($$ select cabinet.pupil_access_new('a5', (select b.attempt from cabinet.pupil_access_begin('b') b), pg_temp.salt('x'), 15,
    pg_temp.h('x')) $$, 'KB409', null, 'nor one that was charged to another');
select throws_ok($$ select cabinet.pupil_access_new('a5', (select b.attempt from cabinet.password_begin('a5') b), pg_temp.salt('x'), 15,
    pg_temp.h('x')) $$, 'KB409', null, 'nor for the price of something else');
create temporary table charged as select b.attempt from cabinet.pupil_access_begin('a5') b;
select is((select n.name from charged c, cabinet.pupil_access_new('a5', c.attempt, pg_temp.salt('x'), 15, pg_temp.h('x')) n), 'I2222AAAAA-0',
    'a charge is good for a code');
select throws_ok($$ select n.name from charged c, cabinet.pupil_access_new('a5', c.attempt, pg_temp.salt('x'), 15, pg_temp.h('x')) n $$,
    'KB409', null, 'once');
update auth.budget set level = 0, blocked_until = '-infinity' where kind = 'pupil';
select is((select count(*) from generate_series(1, 20) n, lateral cabinet.pupil_access_begin(case when n > 0 then 'a5' end) b
    where b.wait_s = 0), 11::bigint,
    'ten codes in an hour, the eleventh starts the delay');

-- Devices and sessions
select is(pg_temp.first('I2222EEEEE', 'code-I2222EEEEE', 'fig', 'e', 'device-e'), 'ok', 'a stranger to them all');
select results_eq($$ select d.agent, d.is_this from cabinet.devices('a5', 'device-a5') d $$, $$ values ('Firefox', true) $$, 'this device');
select results_eq($$ select d.is_this from cabinet.devices('a5', '') d $$, 'values (false)', 'seen from elsewhere');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'apple', 'a6', '', null, '2001:db8:5:6:7::8'), 'ok', 'one more session');
select results_eq($$ select s.address, s.is_current from cabinet.sessions('a5') s $$,
    $$ values ('192.0.2.0/24', true), ('2001:db8:5:6::/64', false) $$, 'sessions, this one first, addresses without their end');
select throws_ok($$ select cabinet.session_end('e', (select s.id from cabinet.sessions('a5') s where not s.is_current)) $$, 'KB404',
    null, 'another login''s session');
select throws_ok($$ select cabinet.device_revoke('e', (select d.id from cabinet.devices('a5', '') d)) $$, 'KB404', null,
    'another login''s device');
select throws_ok($$ select cabinet.session_end('a5', gen_random_uuid()) $$, 'KB404', null, 'a session that is not there');
select lives_ok($$ select cabinet.session_end('a5', (select s.id from cabinet.sessions('a5') s where not s.is_current)) $$, 'one''s own');
select throws_ok($$ select cabinet.visitor('a6') $$, 'KB401', null, 'is over');
select is((select count(*) from generate_series(1, 3) n where pg_temp.log_in('I2222AAAAA', 'password', 'apple', 'm' || n) = 'ok'),
    3::bigint, 'three more');
select is((select o.ended from cabinet.sessions_end_others('a5') o), 3::bigint, 'end together');
select is(pg_temp.children('e'), 'I2222EEEEE', 'nobody else''s do');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'apple', 'a8', '', 'device-a8'), 'ok', 'one more device');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'a7', 'device-a8'), 'ok', 'by PIN from the device');
select lives_ok($$ select cabinet.device_revoke('a5', (select d.id from cabinet.devices('a5', 'device-a8') d where d.is_this)) $$,
    'which is forgotten');
select throws_ok($$ select cabinet.visitor('a7') $$, 'KB401', null, 'its sessions are over');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'x', 'device-a8'), 'wrong', 'no PIN there any more');
select lives_ok($$ select cabinet.device_revoke('a5', (select d.id from cabinet.devices('a5', 'device-a5') d where d.is_this)) $$,
    'this device is forgotten');
select is(pg_temp.children('a5'), 'I2222AAAAA I2222BBBBB I2222CCCCC', 'its session goes on');

select is((select count(*) from cabinet.attempts('a5')), 20::bigint, 'the last twenty attempts');
select is_empty($$ select 1 from cabinet.attempts('a5') t where t.name !~ '^I2222[ABC]{5}$' $$, 'at the names of this login alone');
select results_eq($$ select t.name, t.address, t.succeeded, t.kind from cabinet.attempts('e') t $$,
    $$ values ('I2222EEEEE', '192.0.2.0/24', true, 'code') $$, 'as they were');
select is_empty($$ select a.action from site.audit a where a.action not in ('contract-issue', 'code-issue', 'adult-add', 'access-bar',
    'access-unbar', 'code-use', 'log-in', 'device-confirm', 'device-revoke', 'child-add', 'password-change', 'pupil-code', 'pupil-end') $$,
    'the words of the record');
select finish();
rollback;
