-- Loading a registry: what becomes of each row, what is refused, and that a second time changes nothing.
begin;
\ir money.inc
select no_plan();

select is(pg_temp.load('9715357654_40703810000000000939_640.txt', array[
    pg_temp.p('100', '0279390001', 857532), pg_temp.p('101', '0279390002', 220000), pg_temp.p('102', '0279390001', 1)]),
    'posted=3 amount=1077533 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'a registry is posted');
select is(pg_temp.balance('0279390001'), 857533::bigint, 'to the kopeck');
select results_eq($$ select e.source, e.reason, e.kind::text, p.version, p.balance_after_kop
    from ledger.posting p join ledger.entry e on e.id = p.entry_id where p.account_id = pg_temp.acc('0279390001') order by p.version $$,
    $$ values ('реестр № 640 от 06.01.2026', 'Сбербанк Онлайн', 'top_up', 1, 857532::bigint),
              ('реестр № 640 от 06.01.2026', 'Сбербанк Онлайн', 'top_up', 2, 857533) $$, 'in the order of the file, with running balances');
select is(pg_temp.load('9715357654_40703810000000000939_640.txt', array[pg_temp.p('100', '0279390001', 857532)]), 'already loaded',
    'the same file is loaded already');
select is(pg_temp.load('other-name_641.txt', array[
    pg_temp.p('100', '0279390001', 857532), pg_temp.p('101', '0279390001', 220000), pg_temp.p('103', '0279390002', 5),
    pg_temp.p('103', '0279390002', 6)]),
    E'posted=1 amount=5 confirmed=0 duplicate=3 unidentified=0 reversal=0\n'
    || U&'строка 2: операция 101 уже была, но на счёт 0279390002 и сумму 2\00A0200,00\00A0₽; теперь счёт 0279390001 и сумма 2\00A0200,00\00A0₽, строка пропущена\000A'
    || U&'строка 4: операция 103 уже была, но на счёт 0279390002 и сумму 0,05\00A0₽; теперь счёт 0279390002 и сумма 0,06\00A0₽, строка пропущена',
    'repeated operations are skipped, and those that differ are told');
select is((select r.outcome::text from bank.registry_row r join bank.registry g on g.id = r.registry_id where g.number = '641' and r.line = 1),
    'duplicate', 'a skipped row is kept');
select is((select w.raw from people.registry_raw w join bank.registry g on g.id = w.registry_id where g.number = '641' and w.line = 3),
    'raw 103', 'and so is each raw row');
select is_empty('select id, detail from ledger.violations', 'healthy');

-- unknown accounts
select is(pg_temp.load('u_642.txt', array[pg_temp.p('200', '105', 300), pg_temp.p('201', '0279400001', 40), pg_temp.p('202', '', 7),
    pg_temp.p('203', '279390001', 8)]),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=4 reversal=0',
    'unknown, of another payee''s school, empty, without its zero: all unidentified');
select is((select sum(p.amount_kop) from ledger.posting p where p.account_id = pg_temp.acc('939', 'suspense')), 355::numeric,
    'their money is in suspense');
select is((select sum(amount_kop) from ledger.posting), 0::numeric, 'and all accounts sum to zero');
select results_eq('select u.account, u.transfer_kop from bank.unidentified u order by u.line', $$ values ('105'::text collate "C", 300::bigint),
    ('0279400001', 40), ('', 7), ('279390001', 8) $$, 'the worklist has them');
select is(pg_temp.load('x_643.xml', array[pg_temp.p('1', '279390001', 11)], '77', 'exchange'),
    'posted=1 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'PaymentExchange: an account without its leading zero');
select is(pg_temp.load('x_644.xml', array[pg_temp.p('1', '279390001', 11)], '78', 'exchange'),
    'posted=1 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'PaymentExchange: the number is the sender''s');
select is(pg_temp.load('x_645.xml', array[pg_temp.p('1', '279390001', 11)], '78', 'exchange'),
    'posted=0 amount=0 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'PaymentExchange: and unique there');

-- identify
select is(pg_temp.balance('0279390002'), 220005::bigint, 'before');
create temp table waiting as select u.registry_id, u.line, u.version from bank.unidentified u where u.account = '105';
create function pg_temp.pupil(p_account text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.account = p_account $$;
select throws_ok('select bank.identify(w.registry_id, w.line, w.version + 1, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB409', null,
    'a stale page is told so');
select throws_ok('select bank.identify(w.registry_id, w.line, w.version, pg_temp.pupil(''0279400001''), ''desk'') from waiting w', 'KB422', null,
    'a pupil whose school has another payee');
select throws_ok('select bank.identify(w.registry_id, 99, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB404', null, 'no such row');
select lives_ok('select bank.identify(w.registry_id, w.line, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'identified');
select is(pg_temp.balance('0279390002'), 220305::bigint, 'the money has come to the pupil');
select throws_ok('select bank.identify(w.registry_id, w.line, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB409', null, 'once');
select is((select count(*) from bank.unidentified), 3::bigint, 'the worklist is shorter');

-- reversals
select is(pg_temp.load('r_646.txt', array[pg_temp.p('100', '0279390001', -857532), pg_temp.p('200', '105', -300), pg_temp.p('202', '', -7),
    pg_temp.p('300', '0279390001', 136279), pg_temp.p('300', '0279390001', -136279), pg_temp.p('301', '0279390001', 9)]),
    'posted=2 amount=136288 confirmed=0 duplicate=0 unidentified=0 reversal=4',
    'negative rows take back operations: posted, identified since, unidentified, of this very file');
select is(pg_temp.balance('0279390001'), 32::bigint, 'what was taken back is gone');
select is(pg_temp.balance('0279390002'), 220005::bigint, 'an identified payment too');
select is((select count(*) from bank.unidentified), 2::bigint, 'what was taken back waits no more');
select is(pg_temp.load('r_647.txt', array[pg_temp.p('100', '0279390001', -857532), pg_temp.p('400', '0279390002', 1)]),
    'posted=1 amount=1 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'a repeated reversal is a duplicate');
select throws_ok($$ select pg_temp.load('r_648.txt', array[pg_temp.p('999', '0279390001', -5), pg_temp.p('998', '0279390001', 5)]) $$, 'KB422',
    E'отмены, которые нельзя провести\nстрока 1: отрицательная сумма, но операции 999, которую она отменяет, нет', 'a reversal of nothing');
select throws_ok($$ select pg_temp.load('r_649.txt', array[pg_temp.p('101', '0279390002', -5)]) $$, 'KB422',
    U&'отмены, которые нельзя провести\000Aстрока 1: отмена на 0,05\00A0₽, а операция 101 была на 2\00A0200,00\00A0₽', 'a reversal of another sum');
select lives_ok($$ select pg_temp.meal('0279390002', 220000, 'spent') $$, 'the money is spent');
select throws_like($$ select pg_temp.load('r_650.txt', array[pg_temp.p('101', '0279390002', -220000)]) $$, '%строка 1: операцию 101 нельзя отменить%недостаточно%',
    'and cannot be taken back');

-- refusals
select throws_ok($$ select pg_temp.load('c_651.txt', array[pg_temp.p('5', '0279390001', 5), pg_temp.p('5', '0279390002', 6)]) $$, 'KB422',
    'номер операции 5 один во всех строках: по нему не отличить платежи', 'one constant operation number');
update bank.agent set operation_is_key = false where account20 like '%939';
select is(pg_temp.load('c_651.txt', array[pg_temp.p('5', '0279390001', 5), pg_temp.p('5', '0279390002', 6)]),
    'posted=2 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'unless the contract says so: then file and line tell payments apart');
select throws_like($$ select pg_temp.load('c_652.txt', array[pg_temp.p('5', '0279390001', -5)]) $$, '%строка 1: отрицательная сумма%',
    'and a negative row names nothing');
update bank.agent set operation_is_key = true where account20 like '%939';
select throws_ok($$ select pg_temp.load('z_653.txt', array[pg_temp.p('500', '0279390001', 0)]) $$, 'KB422',
    E'нечего зачислить\nстрока 1: сумма к зачислению равна нулю', 'a zero');
select throws_ok($$ select * from bank_api.import_begin('f', sha256('f'), '40703810000000009999') $$, 'KB422', 'счёт получателя 40703810000000009999 не наш', 'not ours');
select throws_ok($$ select (bank.agent_of('40703810000000000939', '40703810000000000940')).id $$, 'KB422', null, 'name and document differ');
select throws_ok($$ select (bank.agent_of('', '')).id $$, 'KB422', 'ни имя файла, ни реестр не называют счёт получателя, а получателей несколько',
    'nobody says whose it is');
select is((bank.agent_of('', '40703810000000000940')).inn, '9715357655', 'the document says it');

-- online payments: by id, else one to one by account, sum and day
create function pg_temp.online(p_pay text, p_account text, p_kop bigint, p_at timestamp) returns void language sql as $$
    insert into bank.online_payment (agent_id, pay_id, account, amount_kop, paid_at, entry_id)
    select a.id, p_pay, p_account, p_kop, p_at, pg_temp.top_up(p_account, p_kop, 'online ' || p_pay)
      from bank.agent a where a.account20 like '%939'
$$;
select lives_ok($$ select pg_temp.online('7001', '0279390001', 1000, '2026-01-03 10:00'), pg_temp.online('7002', '0279390001', 1000, '2026-01-05 10:00'),
    pg_temp.online('7003', '0279390001', 1000, '2026-01-05 11:00'), pg_temp.online('7004', '0279390002', 55, '2026-01-05') $$, 'four online payments');
create temp table had as select pg_temp.balance('0279390001') as kop;
select is(pg_temp.load('o_654.txt', array[
    pg_temp.p('9001', '0279390001', 1000, '2026-01-01 10:00'), pg_temp.p('9002', '0279390001', 1000, '2026-01-05 10:59'),
    pg_temp.p('7001', '0279390001', 1000, '2026-01-09 10:00'), pg_temp.p('9003', '0279390001', 1000, '2026-01-06 23:00'),
    pg_temp.p('9004', '0279390001', 1000, '2026-01-05 12:00'), pg_temp.p('7004', '0279390002', 56, '2026-01-05')]),
    E'posted=2 amount=2000 confirmed=4 duplicate=0 unidentified=0 reversal=0\n'
    || U&'строка 6: операция 7004 подтверждает онлайн-платёж на счёт 0279390002 и сумму 0,55\00A0₽, а в реестре счёт 0279390002 и сумма 0,56\00A0₽',
    'confirmed by id and one to one, each once; the others are credited');
select results_eq('select o.pay_id, o.confirmed_operation from bank.online_payment o order by 1', $$ values
    ('7001'::text collate "C", '7001'::text collate "C"), ('7002', '9004'), ('7003', '9002'), ('7004', '7004') $$, 'the nearest in time are paired');
select is(pg_temp.balance('0279390001'), (select h.kop + 2000 from had h), 'no payment is credited twice');
select is(pg_temp.load('o_655.txt', array[pg_temp.p('9002', '0279390001', 1000), pg_temp.p('9005', '0279390002', 3)]),
    'posted=1 amount=3 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'a confirmed operation is a duplicate the next time');
select is(pg_temp.load('o_656.txt', array[pg_temp.p('9002', '0279390001', -1000)]),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=0 reversal=1', 'and can be taken back');

-- the importer's role
select is(pg_temp.begin_load('role.txt', array[]::pg_temp.row[]), false, 'a load is begun');
set local role kabinet_import;
select throws_ok('select 1 from pg_temp.registry_staging', '42501', null, 'the importer may not read its staging');
select throws_ok('select 1 from bank.registry', '42501', null, 'nor registries');
select throws_ok('select 1 from ledger.entry', '42501', null, 'nor entries');
select throws_ok('select 1 from people.registry_raw', '42501', null, 'nor raw rows');
select throws_ok('create temp table mine ()', '42501', null, 'nor make tables');
select throws_ok('select bank.identify(1, 1, 1, 1, '''')', '42501', null, 'nor identify');
reset role;
select throws_ok($$ select * from bank_api.import_finish('role.txt', sha256('role'), '40703810000000000939', '', 'eps13', '', 5, 5, 5, 0, '', null) $$,
    '22000', null, 'what was staged must be what was sent');
select lives_ok('set constraints all immediate', 'every posting has its entry');
select is_empty('select id, detail from ledger.violations', 'healthy after');
select is((select coalesce(sum(u.transfer_kop), 0) from bank.unidentified u where u.agent_id = (select a.id from bank.agent a where a.account20 like '%939')),
    (select sum(p.amount_kop) from ledger.posting p join ledger.entry e on e.id = p.entry_id
      where p.account_id = pg_temp.acc('939', 'suspense') and e.scope <> 'test'), 'suspense is the worklist');
select * from finish();
rollback;
