-- What /finance asks: the right lines, sums and payee for the child on show, and nothing for anybody else.
begin;
\ir money.inc
select no_plan();

-- Two families; in the first an adult without the right, and the child's own login. A token is the login's name.
insert into auth.login (id) overriding system value values (-1), (-2), (-3), (-4);
insert into auth.access (pupil_id, ordinal, login_id, may_finance)
select p.id, v.ordinal, v.login, v.may_finance
  from (values ('0279390001', 1, -1, true), ('0279390001', 2, -2, false), ('0279390001', 0, -3, false), ('0279390002', 1, -4, true))
           v(account, ordinal, login, may_finance)
  join school.pupil p on p.account = v.account;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256(convert_to(v.token, 'UTF8')), 'password', v.login, a.id, '127.0.0.1', 'test'
  from (values ('parent', -1), ('other-adult', -2), ('child', -3), ('stranger', -4)) v(token, login)
  join auth.access a on a.login_id = v.login;
create function pg_temp.today() returns date language sql stable as $$ select timezone('Asia/Krasnoyarsk', now())::date $$;

select lives_ok($$ select pg_temp.top_up('0279390001', 100000, 'a', pg_temp.today() - 40), pg_temp.meal('0279390001', 12000, 'b', pg_temp.today() - 39),
    pg_temp.top_up('0279390001', 5000, 'c', pg_temp.today() - 29), pg_temp.meal('0279390001', 100, 'd', pg_temp.today() - 1),
    pg_temp.meal('0279390001', 200, 'e', pg_temp.today() - 1), ledger.reverse(pg_temp.meal('0279390001', 300, 'f', pg_temp.today()),
    'test', 'undo f', 'tutor', 'обед 20.11'), pg_temp.top_up('0279390002', 9, 'g', pg_temp.today()) $$, 'a history');

set local role kabinet_finance;
select results_eq($$ select account, balance_kop, first_day from cabinet.finance_balance('parent') $$,
    $$ values ('0279390001', 92700::bigint, pg_temp.today() - 40) $$, 'balance and the first day');
select results_eq($$ select version, kind, title, source, amount_kop, balance_kop from cabinet.finance_statement('parent', null, null, null, 20, null) $$,
    $$ values (7::bigint, 'reversal', 'Отмена: обед 20.11', 'столовая', 300::bigint, 92700::bigint),
              (6, 'meal', 'Обед, комплекс № 2', 'столовая', -300, 92400), (5, 'meal', 'Обед, комплекс № 2', 'столовая', -200, 92700),
              (4, 'meal', 'Обед, комплекс № 2', 'столовая', -100, 92900),
              (3, 'top_up', 'Пополнение: Сбербанк Онлайн', 'реестр № 1', 5000, 93000) $$, 'thirty days, newest first, with a running balance');
select results_eq($$ select version from cabinet.finance_statement('parent', null, null, null, 2, 6) $$, $$ values (5::bigint), (4) $$, 'a page below a version');
select results_eq($$ select version from cabinet.finance_statement('parent', pg_temp.today() - 100, pg_temp.today() - 30, null, 20, null) $$,
    $$ values (2::bigint), (1) $$, 'a period of its own');
select results_eq($$ select version from cabinet.finance_statement('parent', pg_temp.today() - 100, pg_temp.today(), 'top_up', 20, null) $$,
    $$ values (3::bigint), (1) $$, 'one kind');
select is_empty($$ select version from cabinet.finance_statement('parent', pg_temp.today() - 100, pg_temp.today(), 'x'' or true', 20, null) $$, 'no such kind');
select is_empty($$ select version from cabinet.finance_statement('parent', pg_temp.today() - 38, pg_temp.today() - 30, null, 20, null) $$, 'a quiet period');
select results_eq($$ select from_day, to_day, opening_kop, in_kop, out_kop, closing_kop, entries from cabinet.finance_totals('parent', null, null, null) $$,
    $$ values (pg_temp.today() - 29, pg_temp.today(), 88000::bigint, 5300::bigint, -600::bigint, 92700::bigint, 5::bigint) $$, 'totals of the period');
select results_eq($$ select opening_kop, in_kop, out_kop, closing_kop, entries from cabinet.finance_totals('parent', pg_temp.today() - 100, null, 'meal') $$,
    $$ values (0::bigint, 0::bigint, -12600::bigint, 92700::bigint, 4::bigint) $$, 'totals of one kind');
select results_eq(format($$ select from_day, to_day from cabinet.finance_totals('parent', %L, %L, null) $$, d.from_day, d.to_day),
    format($$ values (%L::date, %L::date) $$, d.first, d.last), format('period %s … %s', d.from_day, d.to_day))
  from (values (null, '1900-01-01', '1900-01-01', '1900-01-01'), (null, '1900-01-10', '1900-01-01', '1900-01-10'),
               ('4713-01-01 BC', '0001-01-01', '1900-01-01', '1900-01-01'), ('2300-01-01', '9999-12-31', '2199-12-31', '2199-12-31'),
               ('-infinity', 'infinity', '1900-01-01', '2199-12-31')) d(from_day, to_day, first, last);
select lives_ok($$ select version from cabinet.finance_statement('parent', null, '4713-01-01 BC', null, 20, null) $$,
    'nor is there an error at the end of the calendar');
select results_eq($$ select opening_kop, entries from cabinet.finance_totals('parent', '2020-01-01', '2020-02-01', null) $$,
    $$ values (0::bigint, 0::bigint) $$, 'before the first day there is nothing');
select results_eq($$ select kind from cabinet.finance_kinds('parent') $$, $$ values ('top_up'), ('meal'), ('service'), ('refund'), ('reversal'), ('transfer'), ('withdrawal'), ('library') $$, 'kinds');
select results_eq($$ select payee, account20, account, class_name, school_name from cabinet.finance_payee('parent') $$,
    $$ values ('ООО «Питание 939»', '40703810000000000939', '0279390001', '7 «Б»', 'школа № 939') $$, 'who the slip pays');
select results_eq($$ select count(*) from cabinet.finance_statement('stranger', null, null, null, 20, null) $$, $$ values (1::bigint) $$, 'another family sees its own');
select throws_ok($$ select entry_id from cabinet.finance_entry('stranger', (select max(entry_id) from cabinet.finance_statement('parent', null, null, null, 20, null))) $$,
    'KB404', null, 'and no line of ours');
select throws_ok($$ select entry_id from cabinet.finance_entry('parent', -1) $$, 'KB404', null, 'a line that is not there');
select results_eq($$ select account, from_day, to_day, opening_version, opening_kop, sealed_day, open_from, closing_version, closing_kop from cabinet.finance_proof('parent', null, null) $$,
    $$ values ('0279390001', pg_temp.today() - 29, pg_temp.today(), 2, 88000::bigint, null::date, pg_temp.today() - 29, 7, 92700::bigint) $$, 'states of a period without seals');
reset role;
select ok(ledger.seal_days() > 30, 'the days are sealed');
create temporary table sealed as select ledger.day_is_over() as day;
grant select on sealed to kabinet_finance;
set local role kabinet_finance;
select results_eq($$ select opening_version, sealed_day, sealed_version, open_from, closing_version, opening_proof <> '', sealed_proof <> '' from cabinet.finance_proof('parent', null, null) $$,
    $$ select 2, s.day, case when s.day = pg_temp.today() - 1 then 5 else 3 end, s.day + 1, 7, true, true from sealed s $$, 'and with seals');
select results_eq($$ select sealed_day, open_from from cabinet.finance_proof('parent', null, pg_temp.today() - 20) $$, $$ values (pg_temp.today() - 20, null::date) $$, 'a period that is sealed whole');
select results_eq($$ select version, amount_kop, balance_kop, day, title from cabinet.finance_export('parent', null, null, null, 100) $$,
    $$ select version::integer, amount_kop, balance_kop, day, title from cabinet.finance_statement('parent', null, null, null, 100, null) order by version $$, 'the lines of the file are those of the page, oldest first');
select results_eq($$ select e.link from cabinet.finance_export('parent', null, null, null, 100) e order by version desc limit 1 $$,
    $$ select closing_link from cabinet.finance_proof('parent', null, null) $$, 'and lead from the first state to the last');
select results_eq($$ select e.link from cabinet.finance_export('parent', null, null, 'top_up', 100) e $$,
    $$ select e.link from cabinet.finance_export('parent', pg_temp.today() - 29, null, null, 1) e $$, 'a filtered line has the same link');
select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('other-adult', 'KB403'), ('child', 'KB403'), ('nobody', 'KB401'), ('', 'KB401')) w(token, code),
       (values ('balance', 'select account from cabinet.finance_balance(%L)'),
               ('statement', 'select version from cabinet.finance_statement(%L, null, null, null, 20, null)'),
               ('totals', 'select entries from cabinet.finance_totals(%L, null, null, null)'),
               ('kinds', 'select kind from cabinet.finance_kinds(%L)'),
               ('proof', 'select account from cabinet.finance_proof(%L, null, null)'),
               ('export', 'select version from cabinet.finance_export(%L, null, null, null, 10)'),
               ('entry', 'select entry_id from cabinet.finance_entry(%L, 1)'),
               ('payee', 'select payee from cabinet.finance_payee(%L)')) q(name, sql);
select throws_ok('select 1 from ledger.posting', '42501', null, 'the role may read no posting');
select throws_ok('select 1 from bank.agent', '42501', null, 'no agent');
select throws_ok($$ select ledger.payer('parent') $$, '42501', null, 'and may not ask the inner functions');
reset role;

-- where a top-up came from
select is(pg_temp.load('9715357654_40703810000000000939_640.txt', array[pg_temp.p('100', '0279390001', 857532), pg_temp.p('101', '999', 44)]),
    'posted=1 amount=857532 confirmed=0 duplicate=0 unidentified=1 reversal=0', 'a registry');
select lives_ok($$ select bank.identify(u.registry_id, u.ordinal, u.version, p.id, 'desk') from bank.unidentified u, school.pupil p where p.account = '0279390001' $$,
    'an unidentified payment finds its pupil');
select results_eq($$ select f.what, f.source, f.amount_kop, f.balance_kop, f.bank, f.registry_file, f.registry_date, f.operation, f.channel, f.paid_at,
        f.paid_kop, f.commission_kop, f.order_number
    from ledger.posting p, cabinet.finance_entry('parent', p.entry_id) f where p.account_id = pg_temp.acc('0279390001') and p.version in (8, 9) order by p.version $$,
    $$ values ('Пополнение: Сбербанк Онлайн', 'реестр № 640 от 06.01.2026', 857532::bigint, 950232::bigint, 'ПАО Банк',
               '9715357654_40703810000000000939_640.txt', '2026-01-06'::date, '100'::text, 'Сбербанк Онлайн', '2026-01-03 09:32:33'::timestamp,
               857532::bigint, 0::bigint, '686336'),
              ('Пополнение: Сбербанк Онлайн', 'реестр № 640 от 06.01.2026', 44, 950276, 'ПАО Банк', '9715357654_40703810000000000939_640.txt',
               '2026-01-06', '101', 'Сбербанк Онлайн', '2026-01-03 09:32:33', 44, 0, '686336') $$, 'a registry row, posted at once or identified later');
select lives_ok('set constraints all immediate', 'every posting has its entry');
select is_empty('select id, detail from ledger.violations', 'healthy after');
select throws_ok(format($$ select cabinet.finance_transfer('parent', gen_random_uuid(), 'I2222BBBBB', %s) $$, v.sum), 'KB422',
    'Сумма перевода — больше нуля.', 'no transfer of ' || v.sum) from (values ('-30000'), ('0'), ('null')) v(sum);
select * from finish();
rollback;
