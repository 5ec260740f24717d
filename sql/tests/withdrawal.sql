-- Money that families move themselves: to a sibling, back to a bank account. Never more than is free, each once, nobody else's.
begin;
\ir money.inc
select no_plan();

-- One login with two children and one of another agent's school; an adult without the right; the child; a stranger.
insert into auth.login (id) overriding system value values (-1), (-2), (-3), (-4);
insert into school.pupil (school_id, class_id, idn, account)
select p.school_id, p.class_id, 'IMMMMMMM55', '0279390003' from school.pupil p where p.account = '0279390001';
insert into auth.access (pupil_id, ordinal, login_id, may_finance)
select p.id, v.ordinal, v.login, v.may
  from (values ('0279390001', 1, -1, true), ('0279390002', 1, -1, true), ('0279400001', 1, -1, true), ('0279390003', 1, -1, false),
               ('0279390001', 2, -2, false), ('0279390001', 0, -3, false), ('0279390003', 2, -4, true)) v(account, ordinal, login, may)
  join school.pupil p on p.account = v.account;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256(convert_to(v.token, 'UTF8')), v.begun::auth.attempt_kind, v.login, a.id, '127.0.0.1', 'test'
  from (values ('parent', 'password', -1, '0279390001'), ('pin', 'pin', -1, '0279390001'), ('other-adult', 'password', -2, '0279390001'),
               ('child', 'password', -3, '0279390001'), ('stranger', 'password', -4, '0279390003')) v(token, begun, login, account)
  join school.pupil p on p.account = v.account
  join auth.access a on a.login_id = v.login and a.pupil_id = p.id;
create function pg_temp.key(n integer) returns uuid language sql immutable as $$ select lpad(n::text, 32, '0')::uuid $$;
create function pg_temp.held(p_account text) returns bigint language sql stable as $$
    select b.held_kop from ledger.balance b where b.account_id = pg_temp.acc(p_account) $$;
grant execute on function pg_temp.key(integer) to kabinet_finance;
select lives_ok($$ select pg_temp.top_up('0279390001', 100000, 'a'),
    ledger.place_hold('test', 'lunch', pg_temp.acc('0279390001'), 30000, '2026-11-03', 'test', 'Обед') $$, '1000 roubles, 300 of them held');
insert into ledger.credit (account_id, day, limit_kop, actor, reason)
values (pg_temp.acc('0279390001'), timezone('Asia/Krasnoyarsk', now())::date, 50000, 'test', 'до зарплаты');

-- the key of a bank account
select is(bank.is_account20('044525225', '407028104' || k || '0000000001'), false, 'nineteen digits and a key that is none: ' || k) from generate_series(10, 11) k;
select is((select count(*) from generate_series(0, 9) k where bank.is_account20('044525225', '40817810' || k || '00000001234')), 1::bigint, 'one key of ten is right');
select is((select count(*) from generate_series(0, 9) k where bank.is_account20('044525000', '40817810' || k || '00000001234')), 1::bigint, 'at a settlement centre too');
select ok(bank.is_account20('044525225', '30101810400000000225') is false, 'a correspondent account has another key');
create temporary table good as select '40817810' || k || '00000001234' as account20 from generate_series(0, 9) k where bank.is_account20('044525225', '40817810' || k || '00000001234');
grant select on good to kabinet_finance;

set local role kabinet_finance;
select results_eq($$ select balance_kop, held_kop, free_kop, by_pin from cabinet.finance_balance('parent') $$, $$ values (100000::bigint, 30000::bigint, 70000::bigint, false) $$, 'what is free');
select results_eq($$ select reason, amount_kop from cabinet.finance_holds('parent', 10) $$, $$ values ('Обед', 30000::bigint) $$, 'what is held, and for what');
select results_eq($$ select idn from cabinet.finance_siblings('parent') $$, $$ values ('IMMMMMMM33') $$, 'the child with the same agent, whose money the adult may see');
select throws_ok(format($$ select cabinet.finance_transfer('parent', pg_temp.key(%s), %L, %s) $$, v.n, v.idn, v.kop), 'KB422', null, v.name)
  from (values (1, 'IMMMMMMM33', 70001, 'not what is held, nor a credit'), (2, 'IMMMMMMM44', 1, 'not to another agent'), (3, 'IMMMMMMM55', 1, 'not where there is no right'),
               (4, 'IMMMMMMM22', 1, 'not to itself')) v(n, idn, kop, name);
select throws_ok($$ select cabinet.finance_transfer('pin', pg_temp.key(5), 'IMMMMMMM33', 1) $$, 'KB422', 'Для этого войдите с паролем.', 'not by four digits');
reset role;
create temporary table moved as select entry_id from cabinet.finance_transfer('parent', pg_temp.key(6), 'IMMMMMMM33', 70000);
grant select on moved to kabinet_finance;
set local role kabinet_finance;
select results_eq($$ select entry_id from cabinet.finance_transfer('parent', pg_temp.key(6), 'IMMMMMMM33', 70000) $$, 'select entry_id from moved', 'the same form, the same entry');
select throws_ok($$ select cabinet.finance_transfer('parent', pg_temp.key(6), 'IMMMMMMM33', 1) $$, 'KB409', null, 'another sum under its key');
select results_eq($$ select kind, what, who, amount_kop, balance_kop from cabinet.finance_entry('parent', (select entry_id from moved)) $$,
    $$ values ('transfer', 'Перевод: между детьми семьи', 'вы', -70000::bigint, 30000::bigint) $$, 'as the parent reads it');
reset role;
select results_eq($$ select pg_temp.balance('0279390001'), pg_temp.held('0279390001'), pg_temp.balance('0279390002') $$, $$ values (30000::bigint, 30000::bigint, 70000::bigint) $$, 'moved once');
select lives_ok($$ select ledger.release_hold(h.id, 'test', 'отмена') from ledger.hold h where h.scope = 'test' $$, 'the lunch is cancelled');

-- back to the bank
set local role kabinet_finance;
select throws_ok(format($$ select cabinet.finance_withdraw(%L, pg_temp.key(%s), %s, %L, %L) $$, v.token, v.n, v.kop, v.bik, v.account20), 'KB422', v.words, v.words)
  from good, lateral (values (10, 'pin', 1, '044525225', good.account20, 'Для этого войдите с паролем.'),
               (11, 'parent', 1, '044525226', good.account20, 'Номер счёта не подходит к БИК: проверьте цифры.'),
               (12, 'parent', 1, '044525225', '40817810', 'Номер счёта не подходит к БИК: проверьте цифры.')) v(n, token, kop, bik, account20, words);
select throws_like(format($$ select cabinet.finance_withdraw('parent', pg_temp.key(13), 30001, '044525225', %L) $$, account20), '%недостаточно денег%', 'more than there is') from good;
select lives_ok(format($$ select cabinet.finance_withdraw('parent', pg_temp.key(14), 20000, '044525225', %L) $$, account20), 'asked') from good, generate_series(1, 2);
select throws_like(format($$ select cabinet.finance_withdraw('parent', pg_temp.key(15), 1, '044525225', %L) $$, account20), 'Одна заявка уже ждёт%', 'one at a time') from good;
select results_eq($$ select state, amount_kop, tail, is_open from cabinet.finance_withdrawals('parent') $$, $$ values ('asked', 20000::bigint, '1234', true) $$, 'it waits');
select throws_ok($$ select cabinet.finance_withdraw_back('stranger', (select withdrawal_id from cabinet.finance_withdrawals('parent'))) $$, 'KB404', null, 'it is not another family''s');
select throws_ok('select bik from people.requisites', '42501', null, 'no program reads requisites');
reset role;
select is(pg_temp.held('0279390001'), 20000::bigint, 'the money is held');
select results_eq($$ select account, amount_kop, bik, right(account20, 4) from people.withdrawals(false) $$, $$ values ('0279390001', 20000::bigint, '044525225', '1234') $$, 'the office knows where to');
select lives_ok($$ select cabinet.finance_withdraw_back('parent', max(id)) from ledger.withdrawal $$, 'taken back') from generate_series(1, 2);
select is(pg_temp.held('0279390001'), 0::bigint, 'free again');
select throws_ok($$ select ledger.pay_withdrawal(max(id), '') from ledger.withdrawal $$, 'KB422', null, 'and not to be paid');
select lives_ok(format($$ select cabinet.finance_withdraw('parent', pg_temp.key(16), 20000, '044525225', %L) $$, account20), 'asked once more') from good;
select throws_ok($$ select ledger.reject_withdrawal(max(id), ' ') from ledger.withdrawal $$, 'KB422', null, 'no rejection without words');
select lives_ok($$ select ledger.reject_withdrawal(max(id), 'Чужой счёт.') from ledger.withdrawal $$, 'rejected') from generate_series(1, 2);
select results_eq($$ select state, words from cabinet.finance_withdrawals('parent') limit 1 $$, $$ values ('rejected', 'Чужой счёт.') $$, 'and told why');
select lives_ok(format($$ select cabinet.finance_withdraw('parent', pg_temp.key(17), 20000, '044525225', %L) $$, account20), 'asked a third time') from good;
create temporary table paid as select ledger.pay_withdrawal(max(id), '77') as entry_id from ledger.withdrawal;
select is((select ledger.pay_withdrawal(max(id), '77') from ledger.withdrawal), (select entry_id from paid), 'paid once');
select throws_ok($$ select cabinet.finance_withdraw_back('parent', max(id)) from ledger.withdrawal $$, 'KB422', 'Деньги по заявке уже выплачены.', 'too late to take it back');
select results_eq($$ select what, source, who, amount_kop, balance_kop from cabinet.finance_entry('parent', (select entry_id from paid)) $$,
    $$ values ('Выплата: на счёт в банке …1234', 'платёжный агент, платёжное поручение № 77', 'платёжный агент', -20000::bigint, 10000::bigint) $$, 'in the statement');
select results_eq($$ select title, entries, in_kop, out_kop from cabinet.finance_year('parent', null, false) order by title $$,
    $$ values ('Выплаты семье', 1::bigint, 0::bigint, -20000::bigint), ('Переводы детям', 1, 0, -70000), ('Пополнения', 1, 100000, 0) $$, 'and in the certificate of the year')
 where extract(year from now()) = 2026;
select results_eq($$ select account, closing_kop from cabinet.finance_year_totals('parent', null) $$, $$ values ('0279390001', 10000::bigint) $$, 'which ends with the balance');
select is(pg_temp.seen_after($$ delete from people.requisites; delete from ledger.withdrawal $$), null, 'requests are no books');

select throws_ok(format(q.sql, w.token), w.code, null, format('%s: %s', w.token, q.name))
  from (values ('other-adult', 'KB403'), ('child', 'KB403'), ('nobody', 'KB401'), ('', 'KB401')) w(token, code),
       (values ('holds', 'select reason from cabinet.finance_holds(%L, 9)'), ('limits', 'select kind from cabinet.finance_limits(%L)'),
               ('siblings', 'select idn from cabinet.finance_siblings(%L)'),
               ('transfer', 'select cabinet.finance_transfer(%L, pg_temp.key(50), ''IMMMMMMM33'', 1)'),
               ('withdrawals', 'select state from cabinet.finance_withdrawals(%L)'),
               ('withdraw', 'select cabinet.finance_withdraw(%L, pg_temp.key(51), 1, ''044525225'', ''40817810000000001234'')'),
               ('back', 'select cabinet.finance_withdraw_back(%L, 1)'), ('year', 'select kind from cabinet.finance_year(%L, 2026, true)'),
               ('totals', 'select year from cabinet.finance_year_totals(%L, 2026)')) q(name, sql);
select lives_ok('set constraints all immediate', 'every posting has its entry');
select is_empty('select id, detail from ledger.violations', 'healthy after');
select * from finish();
rollback;
