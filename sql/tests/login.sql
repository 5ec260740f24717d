-- Logging in: the two steps, what strangers learn, budgets, sessions.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

-- The first login
select is(pg_temp.first('I2222AAAAA', 'code-I2222BBBBB', 'lemon', 'token-x'), 'wrong', 'another child''s code');
select is(pg_temp.first('I2222AAAAA', 'pin-I2222AAAAA', 'lemon', 'token-x'), 'wrong', 'the PIN is no code');
select throws_ok($$ select cabinet.visitor('token-x') $$, 'KB401', null, 'a failure makes no session');
select is(pg_temp.first(' і2222aaaaa', 'code-I2222AAAAA', 'lemon', 'token-x'), 'wrong', 'a Ukrainian і is not forgiven');
select is(pg_temp.first('i2222аааaа', 'code-I2222AAAAA', 'lemon', 'token-a1', 'device-a'), 'ok',
    'the code, with small letters and Cyrillic ones');
select is(pg_temp.children('token-a1'), 'I2222AAAAA', 'the session shows the child');
select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'melon', 'token-x'), 'wrong', 'a code works once');
create temporary table twice as
select n, b.attempt from generate_series(1, 2) n, lateral cabinet.login_begin('I2222EEEEE', 'code', '', '192.0.2.7') b;
select is((select string_agg(f.outcome, ' ' order by t.n) from twice t, cabinet.login_first(t.attempt, pg_temp.h('code-I2222EEEEE'),
    pg_temp.salt('fig'), 15, pg_temp.h('fig'), 'token-e' || t.n, null, 'x') f), 'ok wrong', 'for one of those who had begun with it');
select results_eq($$ select v.class_name, v.school_name, v.is_current, v.is_parent, v.today, v.touch_due
    from cabinet.visitor('token-a1') v $$, $$ values ('7 «Б»'::text, 'школа № 839'::text, true, true,
    (now() at time zone 'Asia/Vladivostok')::date, false) $$, 'who the visitor is');
update auth.credential set expires_at = now() where access_id = (select a.id from auth.access a join school.pupil p
    on p.id = a.pupil_id where p.idn = 'I2222DDDDD' and a.ordinal = 1);
select is(pg_temp.first('I2222DDDDD', 'code-I2222DDDDD', 'lemon', 'token-x'), 'wrong', 'a code expires');

-- Password
select is(pg_temp.log_in('0278390000', 'password', 'lemon', 'token-a2'), 'ok', 'by the account number');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'melon', 'token-x'), 'wrong', 'a wrong password');
select is(pg_temp.log_in('I2222AAAAA-2', 'password', 'lemon', 'token-x'), 'wrong', 'an adult who is not there');
select is(pg_temp.log_in('I2222BBBBB', 'password', 'lemon', 'token-x'), 'wrong', 'a cabinet that nobody has opened');
select is(pg_temp.log_in('', 'password', 'lemon', 'token-x'), 'wrong', 'an empty name');
select is(pg_temp.log_in(repeat('9', 10000), 'password', 'lemon', 'token-x'), 'wrong', 'a name without end');
select throws_ok($$ select cabinet.login_begin('I2222AAAAA', 'change', '', '192.0.2.7') $$, '22023', null,
    'kinds that are not the door''s');
create temporary table once as select b.attempt, b.salt from cabinet.login_begin('I2222AAAAA', 'password', '', '192.0.2.7') b;
select is((select f.outcome from once, cabinet.login_finish(once.attempt, pg_temp.h('lemon'), 'token-a3', null, 'x') f), 'ok', 'an attempt');
select is((select f.outcome from once, cabinet.login_finish(once.attempt, pg_temp.h('lemon'), 'token-x', null, 'x') f), 'wrong', 'is good for one answer');
select is((select f.outcome from cabinet.login_begin('I2222AAAAA', 'password', '', '192.0.2.7') b,
    cabinet.login_finish(b.attempt, pg_temp.h('no'), 'token-x', null, 'x', 'token-a3') f), 'wrong', 'who fails');
select is(pg_temp.children('token-a3'), 'I2222AAAAA', 'ends no session');
select is((select f.outcome from cabinet.login_begin('I2222AAAAA', 'password', '', '192.0.2.7') b,
    cabinet.login_finish(b.attempt, pg_temp.h('lemon'), 'token-a10', null, 'x', 'token-a3') f), 'ok', 'who comes in again');
select throws_ok($$ select cabinet.visitor('token-a3') $$, 'KB401', null, 'ends the session of the same browser');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-a3'), 'ok', 'another browser');
select is(pg_temp.children('token-a10'), 'I2222AAAAA', 'ends none');
select is((select f.outcome from cabinet.login_finish(gen_random_uuid(), pg_temp.h('lemon'), 'token-x', null, 'x') f), 'wrong', 'an attempt that nobody began');
select is((select f.outcome from cabinet.login_begin('I2222AAAAA', 'password', '', '192.0.2.7') b,
    cabinet.login_first(b.attempt, pg_temp.h('lemon'), pg_temp.salt('x'), 15, pg_temp.h('x'), 'token-x', null, 'x') f), 'wrong',
    'the password''s attempt is not the code''s');
create temporary table late as select b.attempt from cabinet.login_begin('I2222AAAAA', 'password', '', '192.0.2.7') b;
update auth.attempt t set expires_at = now() from late where t.id = late.attempt;
select is((select f.outcome from late, cabinet.login_finish(late.attempt, pg_temp.h('lemon'), 'token-x', null, 'x') f), 'wrong',
    'an attempt expires');

-- What strangers learn
select results_eq($$ select b.cost_log2, octet_length(b.salt), b.wait_s, b.attempt is null
    from cabinet.login_begin('I2222ZZZZZ', 'password', '', '198.51.100.1') b $$, 'values (15, 16, 0, false)',
    'a name that nobody has gets a salt');
select is((select b.salt from cabinet.login_begin('I2222ZZZZZ', 'password', '', '198.51.101.1') b),
    (select b.salt from cabinet.login_begin('i2222zzzzz', 'password', '', '198.51.102.1') b), 'the same one each time');
select isnt((select b.salt from cabinet.login_begin('I2222ZZZZZ', 'password', '', '198.51.103.1') b),
    (select b.salt from cabinet.login_begin('I2222YYYYY', 'password', '', '198.51.103.1') b), 'another name, another salt');
select is((select b.salt from cabinet.login_begin('I2222AAAAA', 'password', '', '198.51.104.1') b), pg_temp.salt('lemon'),
    'a name that exists gets its own');

-- PIN: only on a device that the login confirmed
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'token-x', ''), 'wrong', 'no PIN on a strange device');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'token-x', 'device-z'), 'wrong', 'nor with an invented cookie');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'token-a4', 'device-a'), 'ok', 'the PIN on the confirmed device');
select throws_ok($$ select cabinet.visitor('token-a1') $$, 'KB401', null, 'which ends the session before on that device');
select is(pg_temp.children('token-a2'), 'I2222AAAAA', 'and no other');
select is(pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'plum', 'token-c1', 'device-c'), 'ok', 'another family comes in');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'token-x', 'device-c'), 'wrong', 'the PIN on their device');
select is(pg_temp.log_in('I2222CCCCC', 'password', 'plum', 'token-c2', '', 'device-c2'), 'ok', 'a second device is confirmed');
select is(pg_temp.log_in('I2222CCCCC', 'pin', 'pin-I2222CCCCC', 'token-c3', 'device-c2'), 'ok', 'and good for the PIN');
do $$
begin
    for i in 1..10 loop
        update auth.budget set level = 0, blocked_until = '-infinity' where kind = 'device';
        perform pg_temp.log_in('I2222CCCCC', 'pin', '0000', 'token-x', 'device-c2');
    end loop;
end $$;
update auth.budget set level = 0, blocked_until = '-infinity' where kind = 'device';
select is(pg_temp.log_in('I2222CCCCC', 'pin', 'pin-I2222CCCCC', 'token-x', 'device-c2'), 'wrong', 'ten wrong PINs end the confirmation');
select is(pg_temp.log_in('I2222CCCCC', 'pin', 'pin-I2222CCCCC', 'token-c4', 'device-c'), 'ok', 'of that device alone');

-- Budgets
update auth.budget set level = 0, blocked_until = '-infinity';
create function pg_temp.until_wait(p_name text, p_kind text, p_device text, p_address text) returns integer language plpgsql as $$
begin
    for i in 1..1000 loop
        if pg_temp.log_in(p_name, p_kind, 'no', 'token-x', p_device, null, p_address) = 'wait' then
            return i - 1;
        end if;
    end loop;
end $$;
create function pg_temp.wait_s(p_name text, p_device text, p_address text) returns integer language sql as $$
    select b.wait_s from cabinet.login_begin(p_name, 'password', p_device, p_address) b
$$;
select is(pg_temp.until_wait('I2222AAAAA', 'password', '', '203.0.113.1'), 6, 'five free failures for a name, the sixth starts the delay');
select is(pg_temp.wait_s('I2222AAAAA', '', '203.0.113.77'), 2, 'the delay holds for the network');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-x', '', null, '203.0.113.77'), 'wait', 'for the right password too');
select is((select b.wait_s from cabinet.login_begin('I2222AAAAA', 'code', '', '203.0.113.1') b), 0, 'codes have budgets of their own');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-a8', '', null, '198.51.100.77'), 'ok', 'the owner elsewhere comes in');
select is(pg_temp.wait_s('I2222AAAAA', '', '203.0.113.1'), 2, 'which gives the stranger nothing');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-a5', 'device-a'), 'ok', 'the family''s own device comes in');
select is(pg_temp.wait_s('I2222CCCCC', '', '203.0.113.1'), 0, 'other names are free');
update auth.budget set blocked_until = now() where kind = 'pair';
select is(pg_temp.log_in('I2222AAAAA', 'password', 'no', 'x', '', null, '203.0.113.1'), 'wrong', 'after the delay one more');
select is(pg_temp.wait_s('I2222AAAAA', '', '203.0.113.1'), 4, 'the delay doubles');
update auth.budget set blocked_until = now(), at = now() - interval '10 h', level = 500 where kind = 'pair';
select is(pg_temp.log_in('I2222AAAAA', 'password', 'no', 'x', '', null, '203.0.113.1'), 'wrong', 'and again');
select is(pg_temp.wait_s('I2222AAAAA', '', '203.0.113.1'), 900, 'up to 15 minutes, never a lock');
update auth.budget set blocked_until = now(), at = now() - interval '1 day', level = 9 where kind = 'pair';
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-a6', '', null, '203.0.113.1'), 'ok', 'levels sink with time');
select is(pg_temp.until_wait('I2222AAAAA', 'password', '', '203.0.113.1'), 6, 'a success empties the name''s budget');
select is((select level from auth.budget where kind = 'device' order by at desc limit 1), 0::double precision, 'and the device''s');
select is(pg_temp.until_wait('I2222AAAAA', 'pin', 'device-a', '203.0.113.1'), 6, 'a confirmed device has a budget of its own');

-- Whatever an access is called, it is one
update auth.budget set level = 0, blocked_until = '-infinity';
select is((select string_agg(pg_temp.log_in(n, 'password', 'no', 'x'), ' ')
    from unnest('{I2222AAAAA,I2222AAAAA-1,0278390000,0278390000-1,i2222аaaaa,0278390000–1,I2222AAAAA,0278390000}'::text[]) n),
    'wrong wrong wrong wrong wrong wrong wait wait', 'all its names are one budget');
select is((select string_agg(pg_temp.log_in(n, 'password', 'no', 'x'), ' ')
    from unnest('{I2222ZZZZZ,I2222ZZZZZ-1,i2222zzzzz,I2222ZZZZZ–1,I2222ZZZZZ,I2222ZZZZZ-1,I2222ZZZZZ,I2222ZZZZZ-1}'::text[]) n),
    'wrong wrong wrong wrong wrong wrong wait wait', 'so are those of a name that nobody has');

-- One name from everywhere: slower for all, but not for long
update auth.budget set level = 0, blocked_until = '-infinity';
select is((select count(*) from generate_series(1, 60) n where pg_temp.wait_s('I2222AAAAA', '', '100.64.' || n || '.1') = 0), 21::bigint,
    '20 failures for a name from all networks together');
update auth.budget set level = 500, blocked_until = now() where kind = 'name';
select is(pg_temp.wait_s('I2222AAAAA', '', '100.64.90.1'), 0, 'then one');
select is(pg_temp.wait_s('I2222AAAAA', '', '100.64.91.1'), 30, 'each 30 seconds');
select is(pg_temp.log_in('I2222AAAAA', 'password', 'lemon', 'token-a9', 'device-a', null, '100.64.91.1'), 'ok', 'the device does not wait');

-- Names that nobody has wait like others
update auth.budget set level = 0, blocked_until = '-infinity';
create function pg_temp.waits(p_name text) returns integer[] language sql as $$
    select array_agg(b.wait_s order by n)
      from generate_series(1, 100) n,
           lateral cabinet.login_begin(case n % 3 when 0 then p_name || '-1' else p_name end, case n % 5 when 0 then 'pin' else 'password' end,
               '', case when n <= 8 then '100.65.1.1' else '100.65.' || n || '.1' end) b
$$;
select is(pg_temp.waits('I2222CCCCC'), pg_temp.waits('I2222YYYYY'), 'the waits of a name that exists and of one that does not');
select ok(2 = any (pg_temp.waits('I2222CCCCC')), 'there were some');

update auth.budget set level = 0, blocked_until = '-infinity';
create temporary table network as
select count(*) filter (where b.wait_s = 0) as tried, max(b.wait_s) as wait_s
  from generate_series(1, 60) n,
       lateral cabinet.login_begin('I2222Z' || translate(to_char(n, 'FM0000'), '01', 'ZY'), 'password', '', '203.0.113.' || n) b;
select results_eq('select tried, wait_s from network', 'values (31::bigint, 2)', 'a /24 has 30 failures');
select is(pg_temp.wait_s('I2222ZZZZZ', '', '203.0.114.1'), 0, 'the next one is free');
create temporary table network6 as
select count(*) filter (where b.wait_s = 0) as tried
  from generate_series(10, 69) n,
       lateral cabinet.login_begin('I2222Y' || translate(to_char(n, 'FM0000'), '01', 'ZY'), 'password', '', '2001:db8:1:2::' || n) b;
select results_eq('select tried from network6', 'values (31::bigint)', 'so has a /64');
select is(pg_temp.wait_s('I2222ZZZZZ', '', '2001:db8:1:3::1'), 0, 'the next one is free');
create temporary table network48 as
select count(*) filter (where b.wait_s = 0) as tried
  from generate_series(1000, 1149) n,
       lateral cabinet.login_begin('027999' || n, 'password', '', ('2001:db8:2:' || n || '::1')) b;
select results_eq('select tried from network48', 'values (101::bigint)', 'a /48 has 100');
select is(pg_temp.wait_s('I2222ZZZZZ', '', '2001:db8:3:1000::1'), 0, 'the next one is free');

update auth.budget set level = 0, blocked_until = '-infinity';
create temporary table spray as
select n, b.wait_s
  from generate_series(0, 9999) n,
       lateral cabinet.login_begin('027839' || to_char(n, 'FM0000'), 'pin', '', '10.' || n % 199 || '.' || n / 199 || '.1') b;
select is((select count(*) from spray where wait_s = 0), 322::bigint,
    'of 10 000 PIN guesses sprayed over accounts and addresses the global budget lets 301 be tried, the spare one 21');
select is((select count(*) from auth.attempt t where t.kind = 'pin' and t.address <<= '10.0.0.0/8' and t.access_id is not null), 0::bigint,
    'none of which could have been right');
select is(pg_temp.wait_s('I2222CCCCC', '', '198.51.100.9'), 60, 'who was guessed at waits');
select is(pg_temp.wait_s('I2222EEEEE', '', '198.51.100.9'), 5, 'who was not waits five seconds at most');
update auth.budget set blocked_until = now() where kind = 'spare';
select is(pg_temp.wait_s('I2222EEEEE', '', '10.7.0.1'), 60, 'the networks that sprayed wait');
select is(pg_temp.log_in('I2222EEEEE', 'password', 'fig', 'token-e3', '', null, '198.51.100.9'), 'ok', 'an innocent comes in meanwhile');
select results_eq($$ select b.kind::text, b.level from auth.budget b where b.kind in ('global', 'spare') order by b.kind $$,
    $$ values ('global', 322::double precision), ('spare', 21) $$, 'and gives both charges back');
select is(pg_temp.log_in('I2222AAAAA', 'pin', 'pin-I2222AAAAA', 'token-a7', 'device-a'), 'ok', 'confirmed devices do not');
update auth.budget set blocked_until = now() where kind = 'global';
select is(pg_temp.log_in('I2222CCCCC', 'password', 'plum', 'token-c5', '', null, '198.51.100.9'), 'ok', 'after a second a stranger comes in');
select is((select b.level from auth.budget b where b.kind = 'global'), 322::double precision, 'a success gives its charge back');

-- Sessions
update auth.session set last_used_at = now() - interval '6 min' where token_hash = pg_temp.h('token-a7');
select is((select v.touch_due from cabinet.visitor('token-a7') v), true, 'after five minutes a touch is due');
select lives_ok($$ select cabinet.session_touch('token-a7') $$, 'it is done');
select is((select v.touch_due from cabinet.visitor('token-a7') v), false, 'and due no more');
update auth.session set last_used_at = now() - interval '31 min' where token_hash = pg_temp.h('token-a7');
select throws_ok($$ select cabinet.visitor('token-a7') $$, 'KB401', null, 'over after 30 minutes without use');
select throws_ok($$ select cabinet.session_touch('token-a7') $$, 'KB401', null, 'a touch does not bring it back');
update auth.session set started_at = now() - interval '12 h' where token_hash = pg_temp.h('token-a2');
select throws_ok($$ select cabinet.visitor('token-a2') $$, 'KB401', null, 'over after 12 hours');
select lives_ok($$ select cabinet.logout('token-a3') $$, 'logout');
select throws_ok($$ select cabinet.visitor('token-a3') $$, 'KB401', null, 'ends the session');
select throws_ok($$ select cabinet.logout('token-a3') $$, 'KB401', null, 'once');
select is(pg_temp.children('token-c4'), 'I2222CCCCC', 'others go on');
update auth.budget set level = 0, blocked_until = '-infinity';
do $$
begin
    for i in 1..30 loop
        perform pg_temp.log_in('I2222CCCCC', 'password', 'plum', 'token-many-' || i);
    end loop;
end $$;
select is((select count(*) from auth.session s join auth.login l on l.id = s.login_id
    join auth.device d on d.login_id = l.id and d.token_hash = pg_temp.h('device-c')), 20::bigint, 'a login has 20 sessions at most');
do $$
begin
    for i in 1..25 loop
        perform pg_temp.log_in('I2222CCCCC', 'password', 'plum', 'token-device-' || i, '', 'device-many-' || i);
    end loop;
end $$;
select is((select count(*) from cabinet.devices('token-device-25', 'device-many-25')), 20::bigint, 'and 20 confirmed devices');
select ok((select d.is_this from cabinet.devices('token-device-25', 'device-many-25') d order by d.is_this desc limit 1),
    'the newest among them');

-- The night
select ok(auth.sweep() > 0, 'the sweep finds something');
select is((select count(*) from auth.session s where s.token_hash in (pg_temp.h('token-a7'), pg_temp.h('token-a2'))), 0::bigint,
    'ended sessions are gone');
update auth.attempt set begun_at = now() - interval '91 days' where succeeded;
update auth.budget set at = now() - interval '1 month', blocked_until = '-infinity';
select ok(auth.sweep() > 0, 'the next night');
select is_empty('select 1 from auth.attempt where begun_at < now() - interval ''90 days''', 'old attempts are gone');
select is((select array_agg(b.kind) from auth.budget b), '{global}', 'of the budgets the global one stays');

-- What is kept
select is((select count(*) from auth.session s where s.token_hash = convert_to('token-c1', 'UTF8')), 0::bigint, 'no token is stored');
select is((select array_agg(distinct a.action order by a.action) from site.audit a where a.actor = 'visitor'),
    '{code-use,device-confirm,log-in}', 'logins are recorded');
select finish();
rollback;
