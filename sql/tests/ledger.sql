-- Each invariant of docs/money.md: refused when somebody tries to break it, and seen by ledger.violations when the guards are off.
begin;
\ir money.inc
select no_plan();
select is_empty('select id, detail from ledger.violations', 'healthy before');

-- I1: two postings or more, sum zero
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'bank')], array[100, -99]) $$, '23514', null, 'I1: the sum must be zero');
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001')], array[100]) $$, '23514', null, 'I1: one posting is not enough');
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'bank')], array[0, 0]) $$, '23514', null, 'I1: nothing is posted as a zero');
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('939', 'bank'), pg_temp.acc('939', 'bank')], array[5, -5]) $$, '23505', null, 'I1: an account stands in an entry once');
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r', null, null) $$, '23502', null,
    'I1: an entry without postings is refused');
select throws_ok($$ select ledger.post('meal', 't', '1', '2026-11-02', 't', 's', 'r', array[-1, pg_temp.acc('939', 'bank')],
    array[5, -5]) $$, '23503', null, 'an account that is not there');
select lives_ok($$ select pg_temp.top_up('0279390001', 10000, 'first') $$, 'a top-up');
select lives_ok($$ select pg_temp.top_up('0279390002', 5000, 'second') $$, 'another');
select throws_ok($$ insert into ledger.posting (entry_id, account_id, amount_kop)
    select max(e.id), pg_temp.acc('939', 'suspense'), 5 from ledger.entry e $$, '23514', null, 'I1: a closed entry takes no more postings');
select throws_ok($$ insert into ledger.entry (kind, business_date, day, actor, source, reason, scope, key, fingerprint)
    values ('payout', '2026-11-02', '2026-11-02', 't', 's', 'r', 't', '2', sha256('')) $$, '23514', null, 'I1: an entry by itself is refused');
select throws_ok($$ with p as (insert into ledger.posting (entry_id, account_id, amount_kop) values (-7, pg_temp.acc('939', 'bank'), 5))
    select 1; set constraints all immediate $$, '23503', null, 'I1: postings without an entry do not survive the transaction');
select is(pg_temp.seen_after($$ delete from ledger.posting where amount_kop = 10000 $$), 'I1 I3 I4 I8', 'a lost posting is seen');
select is(pg_temp.seen_after($$ delete from ledger.entry where key = 'first' $$), 'I1', 'a lost entry is seen');

-- I2: append-only, for a superuser and for the owner
set constraints all immediate;  -- else TRUNCATE is refused for another reason
set constraints all deferred;
select throws_ok(format('%s ledger.%s %s', v.verb, t.name, v.rest), '23001', null, format('I2: %s of ledger.%s', v.verb, t.name))
  from (values ('entry', 'kind = kind'), ('posting', 'day = day'), ('account', 'kind = kind'), ('credit', 'day = day')) t(name, change),
       lateral (values ('update', 'set ' || t.change), ('delete from', ''), ('truncate', 'cascade')) v(verb, rest);
select throws_ok('delete from ledger.balance', '23001', null, 'I2: a balance is not removed');
select throws_ok('truncate ledger.balance', '23001', null, 'I2: nor all of them');
set local role kabinet_owner;
select throws_ok('update ledger.posting set amount_kop = 1', '23001', null, 'I2: the owner may not change a posting');
select throws_ok('delete from ledger.entry', '23001', null, 'I2: the owner may not remove an entry');
select throws_ok('truncate ledger.posting, ledger.entry cascade', '23001', null, 'I2: the owner may not empty the books');
reset role;
select is(pg_temp.seen_after('alter table ledger.posting disable trigger append_only'), 'I2', 'a disabled guard is seen');
select is(pg_temp.seen_after('drop trigger close_entries on ledger.entry'), 'I2', 'a lost guard is seen');
select table_privs_are('ledger', c.relname::text, r.rolname::text, '{}'::text[])
  from pg_class c, pg_roles r
 where r.rolname like 'kabinet\_%' and r.rolname <> 'kabinet_owner' and c.relnamespace = 'ledger'::regnamespace and c.relkind in ('r', 'v');

-- I3, I4: all accounts sum to zero; the cached balance is the postings'
select is((select sum(amount_kop) from ledger.posting), 0::numeric, 'I3: all accounts sum to zero');
select is(pg_temp.balance('0279390001'), 10000::bigint, 'I4: the balance follows');
select is(pg_temp.seen_after($$ update ledger.balance set balance_kop = balance_kop + 1 where account_id = pg_temp.acc('0279390001') $$),
    'I4', 'I4: a wrong balance is seen');
select is(pg_temp.seen_after($$ update ledger.balance set version = version + 1 where account_id = pg_temp.acc('0279390001') $$),
    'I4', 'I4: a wrong version is seen');
select is(pg_temp.seen_after($$ delete from ledger.balance where account_id = pg_temp.acc('0279390001') $$), 'I4', 'I4: a lost balance is seen');
select is(pg_temp.seen_after($$ update ledger.posting set amount_kop = amount_kop + 1 where amount_kop = 10000 $$), 'I1 I3 I4 I5 I8',
    'a changed kopeck is seen five times over');

-- I5: the running balance has no gap
select throws_ok($$ with x as (insert into ledger.posting (entry_id, account_id, amount_kop, balance_after_kop, version, day)
    values (-8, pg_temp.acc('0279390001'), 5, 10005, 1, '2026-11-02')) select 1 $$, '23505', null, 'I5: a version is used once');
select is(pg_temp.seen_after($$ update ledger.posting set version = 7 where account_id = pg_temp.acc('0279390001') and version = 1 $$),
    'I5', 'I5: a gap is seen');
select is(pg_temp.seen_after($$ update ledger.posting set balance_after_kop = 9999 where account_id = pg_temp.acc('0279390001') $$),
    'I5', 'I5: a wrong running balance is seen');
select is(pg_temp.seen_after($$ update ledger.posting set version = 1, day = '2026-11-02', balance_after_kop = 5
    where account_id = pg_temp.acc('939', 'bank') and amount_kop = -10000 $$), 'I5', 'I5: a summed account has no versions');
select lives_ok($$ select pg_temp.meal('0279390001', 100, 'late', '2026-11-05') $$, 'a meal');
select lives_ok($$ select pg_temp.meal('0279390001', 100, 'offline', '2026-11-03') $$, 'a meal that comes late');
select results_eq($$ select p.version, p.day, e.business_date from ledger.posting p join ledger.entry e on e.id = p.entry_id
                      where p.account_id = pg_temp.acc('0279390001') and p.version > 1 order by 1 $$,
    $$ values (2, '2026-11-05'::date, '2026-11-05'::date), (3, '2026-11-05', '2026-11-03') $$,
    'I5: a day that comes late keeps its business date and stands in the statement on the last day');

-- I6: never below the floor
select throws_ok($$ select pg_temp.meal('0279390002', 5001, 'too-much') $$, 'KB422',
    U&'На лицевом счёте недостаточно денег: нужно 50,01\00A0₽, есть 50,00\00A0₽.', 'I6: more than there is');
select lives_ok($$ select pg_temp.meal('0279390002', 5000, 'all') $$, 'I6: to the last kopeck');
select is(pg_temp.balance('0279390002'), 0::bigint, 'nothing is left');
insert into ledger.credit (account_id, day, limit_kop, actor, reason)
values (pg_temp.acc('0279390002'), '2026-11-09', 200, 'test', 'обед в долг');
select throws_ok($$ select pg_temp.meal('0279390002', 100, 'credit-early', '2026-11-08') $$, 'KB422', null, 'I6: the credit is of its day alone');
select throws_ok($$ select pg_temp.meal('0279390002', 201, 'credit-much', '2026-11-09') $$, 'KB422', null, 'I6: and has a limit');
select lives_ok($$ select pg_temp.meal('0279390002', 200, 'credit', '2026-11-09') $$, 'I6: within it');
select throws_ok($$ select pg_temp.meal('0279390002', 1, 'credit-late', '2026-11-10') $$, 'KB422', null, 'I6: the next day it is over');
select lives_ok($$ select pg_temp.top_up('0279390002', 150, 'part', '2026-11-10') $$, 'a top-up that does not reach zero is welcome');
select is(pg_temp.balance('0279390002'), -50::bigint, 'the debt is smaller now');
select is_empty('select id, detail from ledger.violations', 'a credit is not a violation');
select throws_ok($$ insert into ledger.posting (entry_id, account_id, amount_kop, balance_after_kop, version, day)
    values (-9, pg_temp.acc('0279390001'), -99999, -5, 4, '2026-11-05') $$, '23514', null, 'I6: the table itself refuses a debit below zero');
select is(pg_temp.seen_after('delete from ledger.credit'), 'I6', 'I6: a debit without its credit is seen');

-- I7: a reversal mirrors its original, once
create temp table made as select pg_temp.meal('0279390001', 300, 'mistake') as id;
select lives_ok('select ledger.reverse(id, ''test'', ''undo'', ''tutor'', ''Обед, комплекс № 2'') from made', 'I7: a meal is taken back');
select is(pg_temp.balance('0279390001'), 9800::bigint, 'the money is back');
select is((select ledger.reverse(m.id, 'test', 'undo', 'tutor', 'Обед, комплекс № 2') from made m),
    (select e.id from ledger.entry e where e.reverses = (select m.id from made m)), 'I7: the same request answers the same entry');
select throws_ok('select ledger.reverse(id, ''test'', ''undo2'', ''tutor'', ''ещё раз'') from made', '23505', null, 'I7: at most once');
select throws_ok('select ledger.reverse(e.id, ''test'', ''undo3'', ''t'', ''r'') from ledger.entry e where e.key = ''undo''', '23514', null,
    'I7: a reversal is not reversed');
select throws_ok($$ select ledger.post('reversal', 'test', 'half', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'bank')], array[-50, 50], null,
    (select e.id from ledger.entry e where e.key = 'first')) $$, '23514', null, 'I7: half a reversal is refused');
select throws_ok($$ select ledger.post('service', 'test', 'kind', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'suspense')], array[100, -100], null,
    (select e.id from ledger.entry e where e.key = 'late')) $$, '23514', null, 'I7: only a reversal or a refund reverses');
select throws_ok($$ select ledger.post('refund', 'test', 'bare', '2026-11-02', 't', 's', 'r',
    array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'suspense')], array[100, -100]) $$, '23514', null, 'I7: a refund names what it gives back');
select throws_ok($$ select ledger.reverse((select e.id from ledger.entry e where e.key = 'first'), 'test', 'spent', 't', 'r') $$, 'KB422', null,
    'I7: money that was spent is not taken back');
select throws_ok('select ledger.reverse(-5, ''test'', ''none'', ''t'', ''r'')', 'KB404', null, 'I7: nothing to reverse');
select is(pg_temp.seen_after($$ update ledger.entry set reverses = (select min(o.id) from ledger.entry o) where key = 'undo' $$),
    'I7 I8', 'I7: a crooked mirror is seen');

-- I8: one (scope, key) = one effect
create temp table replay as select pg_temp.top_up('0279390001', 777, 'again') as id;
select is(pg_temp.top_up('0279390001', 777, 'again'), (select r.id from replay r), 'I8: a replay answers the first entry');
select is(pg_temp.top_up('0279390001', 777, 'again', '2026-11-30'), (select r.id from replay r), 'I8: after midnight too');
select is((select count(*) from ledger.entry e where e.key = 'again'), 1::bigint, 'I8: and changes nothing');
select throws_ok($$ select pg_temp.top_up('0279390001', 778, 'again') $$, 'KB409', null, 'I8: another sum under this key is an error');
select throws_ok($$ select pg_temp.top_up('0279390002', 777, 'again') $$, 'KB409', null, 'I8: another account too');
select throws_ok($$ insert into ledger.entry (kind, business_date, day, actor, source, reason, scope, key, fingerprint)
    values ('payout', '2026-11-02', '2026-11-02', 't', 's', 'r', 'test', 'again', sha256('')) $$, '23505', null, 'I8: the table itself refuses a second one');
select is(pg_temp.seen_after($$ update ledger.entry set fingerprint = sha256('') where key = 'again' $$), 'I8', 'I8: another body is seen');

-- I12: holds
select lives_ok($$ select pg_temp.top_up('0279390002', 9000, 'for holds') $$, 'a top-up');
create temp table held as select pg_temp.acc('0279390002') as acc, pg_temp.balance('0279390002') as had;
create function pg_temp.hold(p_kop bigint, p_key text) returns bigint language sql as $$
    select ledger.place_hold('test', p_key, (select h.acc from held h), p_kop, '2026-11-03', 'test', 'Обед')
$$;
create temp table hold as select pg_temp.hold(1000, 'lunch') as id;
select is(pg_temp.hold(1000, 'lunch'), (select h.id from hold h), 'I12: the same hold again is the same');
select throws_ok($$ select pg_temp.hold(1001, 'lunch') $$, 'KB409', null, 'I12: with another sum it is an error');
select is((select b.held_kop from ledger.balance b join held h on h.acc = b.account_id), 1000::bigint, 'I12: so much is held');
select is(pg_temp.balance('0279390002'), (select h.had from held h), 'I12: and on the account still');
select is(ledger.free_kop((select h.acc from held h), '2026-11-03'), (select h.had - 1000 from held h), 'I12: the rest is free');
select throws_ok($$ select pg_temp.hold(had - 999, 'more') from held $$, 'KB422', null, 'I12: no more than the rest can be held');
select throws_ok($$ select pg_temp.meal('0279390002', had - 999, 'held') from held $$, 'KB422', null, 'I12: nor spent');
insert into ledger.credit (account_id, day, limit_kop, actor, reason) select h.acc, '2026-11-03', 100000, 't', 'в долг' from held h;
select throws_ok($$ select pg_temp.meal('0279390002', had, 'on credit', '2026-11-03') from held $$, 'KB422', null,
    'I12: a credit does not reach what is held');
select lives_ok($$ select pg_temp.meal('0279390002', had - 1000, 'rest', '2026-11-03') from held $$,
    'I12: the free money is spent to the last kopeck');
create temp table charged as
    select ledger.charge_hold(h.id, 'meal', pg_temp.acc('939', 'suspense'), '2026-11-03', 'test', 'столовая', 'Обед') as entry from hold h;
select is(pg_temp.balance('0279390002'), 0::bigint, 'I12: then the held money');
select is(ledger.charge_hold(h.id, 'meal', pg_temp.acc('939', 'suspense'), '2026-11-04', 'test', 'столовая', 'Обед'),
    (select c.entry from charged c), 'I12: charged again, it answers the first entry') from hold h;
select throws_ok($$ select ledger.release_hold(id, 't', 'w') from hold $$, 'KB409', null, 'I12: what was charged is not released');
select lives_ok($$ select ledger.reverse(entry, 'test', 'back', 't', 'ошибка', 'refund') from charged $$, 'I12: a charge may be refunded');
create temp table freed as select pg_temp.hold(600, 'dinner') as id;
select is(ledger.release_hold(id, 't', 'отменено'), true, 'I12: a hold is released') from freed;
select is(ledger.release_hold(id, 't', 'отменено'), false, 'I12: again, it says so') from freed;
select throws_ok($$ select ledger.charge_hold(id, 'meal', pg_temp.acc('939', 'suspense'), '2026-11-03', 't', 's', 'r') from freed $$,
    'KB409', null, 'I12: what was released is not charged');
select throws_ok($$ update ledger.hold set ended_at = null, ended_by = null, why = null $$, '23001', null, 'I12: no hold is opened again');
select throws_ok($$ update ledger.hold set amount_kop = 1 $$, '23001', null, 'I12: nor changed');
select throws_ok($$ delete from ledger.hold $$, '23001', null, 'I12: nor deleted');
select is(pg_temp.seen_after($$ update ledger.balance set held_kop = 5 where account_id = (select acc from held) $$), 'I12',
    'I12: a wrong sum is seen');
select is(pg_temp.seen_after($$ update ledger.hold set amount_kop = 7 where key = 'lunch' $$), 'I12',
    'I12: a hold charged with another sum is seen');

-- I11
create function pg_temp.unsafe() returns text language sql set synchronous_commit = 'off' as $$ select string_agg(id, ' ') from ledger.violations $$;
select is(pg_temp.unsafe(), 'I11', 'I11: a forgetful setting is seen');

-- Opening
select is((select count(*) from school.pupil p left join ledger.account a on a.pupil_id = p.id left join ledger.balance b on b.account_id = a.id
            where b.account_id is null), 0::bigint, 'every pupil has an account and a balance');
select is(ledger.roubles(123456789), U&'1\00A0234\00A0567,89\00A0₽', 'a sum in words of messages');
select is(ledger.roubles(-5), U&'−0,05\00A0₽', 'a debt of five kopecks');
select lives_ok('set constraints all immediate', 'every posting has its entry');
select is_empty('select id, detail from ledger.violations', 'healthy after');
select * from finish();
rollback;
