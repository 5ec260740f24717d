-- Sealed days (I10): what is hashed, byte by byte; nothing gets under a seal; whatever is changed afterwards is seen.
begin;
\ir money.inc
select no_plan();

create function pg_temp.day(p_back integer) returns date language sql stable as $$ select timezone('Asia/Krasnoyarsk', now())::date - p_back $$;
create function pg_temp.hash(p_first bytea, p_text text) returns bytea language sql as $$ select sha256(p_first || convert_to(p_text, 'UTF8')) $$;
create function pg_temp.zero() returns bytea language sql as $$ select decode(repeat('00', 32), 'hex') $$;

select is(ledger.seal_days(), 0, 'without entries there is nothing to seal');
select lives_ok($$ select pg_temp.top_up('0279390001', 100000, 'a', pg_temp.day(6)), pg_temp.meal('0279390001', 12000, 'b', pg_temp.day(6)),
    pg_temp.meal('0279390001', 100, 'c', pg_temp.day(4)), pg_temp.top_up('0279390002', 9, 'd', pg_temp.day(4)),
    ledger.post('unidentified', 'test', 'e', pg_temp.day(3), 'test', 'реестр № 1', 'касса', array[pg_temp.acc('939', 'bank'), pg_temp.acc('939', 'suspense')], '{-5,5}'),
    ledger.post('service', 'test', 'f', pg_temp.day(0), 'test', '@школа; 1', '=Кружок "А"', array[pg_temp.acc('0279390001'), pg_temp.acc('939', 'suspense')], '{-7,7}') $$,
    'a history');
select is(ledger.seal_days(), pg_temp.day(0) - pg_temp.day(6) - (pg_temp.day(0) - ledger.day_is_over() - 1), 'every day from the first entry to the last that is over');
select is(ledger.seal_days(), 0, 'and not again');
select is((select max(s.day) from ledger.seal s), ledger.day_is_over(), 'today is open');
select is((select array_agg(s.entries order by s.day) from ledger.seal s where s.day between pg_temp.day(6) and pg_temp.day(2)), '{2,0,2,1,0}'::bigint[], 'entries of each day, those without a pupil too');
select is_empty('select id, detail from ledger.violations', 'healthy');

-- byte by byte
create temporary table vector as
select e.key, e.id, to_char(timezone('Asia/Krasnoyarsk', e.at), 'YYYY-MM-DD HH24:MI:SS') as at, to_char(e.day, 'YYYY-MM-DD') as day from ledger.entry e;
create temporary table link (n integer, hash bytea);
insert into link select 1, pg_temp.hash(pg_temp.zero(), format('0279390001;%s;1;%s;%s;100000;100000;51;Пополнение: Сбербанк Онлайн;реестр № 1', v.day, v.id, v.at)) from vector v where v.key = 'a';
insert into link select 2, pg_temp.hash(l.hash, format('0279390001;%s;2;%s;%s;-12000;88000;32;Обед, комплекс № 2;столовая', v.day, v.id, v.at)) from vector v, link l where v.key = 'b' and l.n = 1;
insert into link select 3, pg_temp.hash(l.hash, format('0279390001;%s;3;%s;%s;-100;87900;32;Обед, комплекс № 2;столовая', v.day, v.id, v.at)) from vector v, link l where v.key = 'c' and l.n = 2;
insert into link select 4, pg_temp.hash(l.hash, format('0279390001;%s;4;%s;%s;-7;87893;19;''=Кружок "А";''@школа; 1', v.day, v.id, v.at)) from vector v, link l where v.key = 'f' and l.n = 3;
select results_eq($$ select l.day, l.version, l.balance_kop, l.hash from ledger.day_link l where l.account_id = pg_temp.acc('0279390001') order by l.day $$,
    $$ select pg_temp.day(6), 2, 88000::bigint, l.hash from link l where n = 2 union all select pg_temp.day(4), 3, 87900, l.hash from link l where n = 3 $$,
    'links of an account: one for each of its days');
select results_eq($$ select s.version, s.balance_kop, s.hash from generate_series(0, 7) d, ledger.state_on(pg_temp.acc('0279390001'), pg_temp.day(7 - d)) s order by d $$,
    $$ values (0, 0::bigint, pg_temp.zero()), (2, 88000, (select hash from link where n = 2)), (2, 88000, (select hash from link where n = 2)),
              (3, 87900, (select hash from link where n = 3)), (3, 87900, (select hash from link where n = 3)),
              (3, 87900, (select hash from link where n = 3)), (3, 87900, (select hash from link where n = 3)),
              (4, 87893, (select hash from link where n = 4)) $$, 'the state of each evening, the open one included');
select is((ledger.climb(array[]::bytea[], null)).root, pg_temp.zero(), 'a tree of nothing');
select is((ledger.climb(array['a'::bytea], 1)).root, 'a'::bytea, 'of one leaf');
select is((ledger.climb(array['a', 'b', 'c']::bytea[], 3)).root,
    sha256('\x01'::bytea || sha256('\x01'::bytea || 'a'::bytea || 'b'::bytea) || 'c'::bytea), 'of three');
select is((ledger.climb(array['a', 'b', 'c']::bytea[], 3)).path, ' <' || encode(sha256('\x01'::bytea || 'a'::bytea || 'b'::bytea), 'hex'), 'the odd one goes up');
select is((ledger.climb(array['a', 'b', 'c']::bytea[], 2)).path, ' <61 >63', 'the way of the second');
-- What scripts/verify-statement does with a proof.
create function pg_temp.fold(p_leaf bytea, p_path text) returns bytea language plpgsql as $$
declare v_step text;
begin
    foreach v_step in array string_to_array(btrim(p_path), ' ') loop
        p_leaf := sha256('\x01'::bytea || case when left(v_step, 1) = '<' then decode(substr(v_step, 2), 'hex') || p_leaf else p_leaf || decode(substr(v_step, 2), 'hex') end);
    end loop;
    return p_leaf;
end $$;
select is((select count(*) from generate_series(1, n) at,
            lateral (select array(select sha256(i::text::bytea) from generate_series(1, n) i) as leaves) l
            where pg_temp.fold(l.leaves[at], (ledger.climb(l.leaves, at)).path) is distinct from (ledger.climb(l.leaves, null)).root), 0::bigint,
          format('every leaf of %s leads to the root', n))
  from unnest('{2,3,4,5,6,7,8,9,31,33}'::int[]) n;
select is(pg_temp.fold(pg_temp.hash('\x00', '0279390001;3;87900;' || encode((select hash from link where n = 3), 'hex')), ledger.proof(pg_temp.acc('0279390001'), s.day)),
    s.accounts_hash, 'the state of the account leads to the seal of ' || s.day)
  from ledger.seal s where s.day >= pg_temp.day(4);
select is(ledger.proof(pg_temp.acc('0279400001'), pg_temp.day(4)), null, 'an account that was opened later has no proof');
select is(ledger.proof(pg_temp.acc('0279390001'), pg_temp.day(0)), null, 'an open day has none');
select is(s.hash, pg_temp.hash(coalesce(s.before, pg_temp.zero()), format('%s %s %s %s', s.day, s.entries, encode(s.entries_hash, 'hex'), encode(s.accounts_hash, 'hex'))), 'the seal of ' || s.day)
  from (select s.*, lag(s.hash) over (order by s.day) as before from ledger.seal s) s;
select results_eq('select ledger.seal_lines()',
    $$ select format('%s %s %s %s %s', s.day, s.entries, encode(s.entries_hash, 'hex'), encode(s.accounts_hash, 'hex'), encode(s.hash, 'hex')) from ledger.seal s order by s.day $$,
    'as they are published');

-- nothing gets under a seal
select lives_ok($$ select pg_temp.top_up('0279390001', 55, 'late', pg_temp.day(6)) $$, 'a late entry is taken');
select results_eq($$ select e.business_date, e.day, p.day from ledger.entry e join ledger.posting p on p.entry_id = e.id and p.version is not null where e.key = 'late' $$,
    $$ select pg_temp.day(6), ledger.day_is_over() + 1, pg_temp.day(0) $$, 'and booked under an open day, after the line above it');
select is_empty('select id, detail from ledger.violations', 'nothing is wrong with that');
select throws_ok(q, '23001', null, q)
  from unnest(array['update ledger.kind set line_prefix = line_prefix || ''!''', $$update school.school set time_zone = 'Asia/Omsk'$$,
    'update school.pupil set account = account::bigint + 7', 'delete from ledger.seal', 'update ledger.day_link set version = 7', 'truncate ledger.day_link']) q;
select lives_ok($$ update ledger.kind set title = title || '!' $$, 'other words may change');

-- and what is changed with the guards off is seen
select is(pg_temp.seen_after($$ update ledger.entry set reason = 'Завтрак' where key = 'b' $$), 'I10', 'another word');
select is(pg_temp.seen_after($$ update ledger.entry set at = at - interval '1 s' where key = 'e' $$), 'I10', 'another second of an entry without a pupil');
select is(pg_temp.seen_after($$ update ledger.posting set amount_kop = amount_kop + sign(amount_kop) where entry_id = (select id from ledger.entry where key = 'e') $$), 'I10 I8', 'a kopeck');
select is(pg_temp.seen_after($$ delete from ledger.posting where entry_id = (select id from ledger.entry where key = 'e');
    delete from ledger.entry where key = 'e' $$), 'I10', 'an entry that is gone');
select is(pg_temp.seen_after($$ update ledger.entry set day = pg_temp.day(2) where key = 'e' $$), 'I10', 'another day');
select is(pg_temp.seen_after($$ update ledger.entry set business_date = pg_temp.day(6), day = pg_temp.day(6) where key = 'late' $$), 'I10', 'an entry booked under a sealed day');
select is(pg_temp.seen_after($$ update ledger.day_link set hash = sha256(hash) $$), 'I10', 'links');
select is(pg_temp.seen_after($$ delete from ledger.day_link where day = pg_temp.day(4) $$), 'I10', 'a link that is gone');
select is(pg_temp.seen_after($$ update ledger.seal set buckets = substr(buckets, 1, 8191) || '\x01' where day = pg_temp.day(3) $$), 'I10', 'a bucket');
select is(pg_temp.seen_after($$ update ledger.seal set accounts_hash = sha256('') where day = pg_temp.day(3) $$), 'I10', 'the accounts');
select is(pg_temp.seen_after($$ delete from ledger.seal where day = pg_temp.day(3) $$), 'I10', 'a seal that is gone');
select is(pg_temp.seen_after($$ update ledger.seal set hash = sha256(hash) where day = pg_temp.day(2) $$), 'I10', 'a seal');
select is(pg_temp.seen_after($$ alter table ledger.day_link disable trigger append_only $$), 'I2', 'a guard');
select is_empty('select id, detail from ledger.violations', 'healthy after');
select * from finish();
rollback;
