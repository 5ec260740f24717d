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
select is((select r.outcome::text from bank.registry_row r join bank.registry g on g.id = r.registry_id where g.number = '641' and r.ordinal = 1),
    'duplicate', 'a skipped row is kept');
select is((select w.raw from people.registry_raw w join bank.registry g on g.id = w.registry_id where g.number = '641' and w.ordinal = 3),
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
select results_eq('select u.account, u.transfer_kop from bank.unidentified u order by u.ordinal', $$ values ('105'::text collate "C", 300::bigint),
    ('0279400001', 40), ('', 7), ('279390001', 8) $$, 'the worklist has them');
select is(pg_temp.load('x_643.xml', array[pg_temp.p('1', '279390001', 11)], '77', 'exchange'),
    'posted=1 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'PaymentExchange: an account without its leading zero');
select is(pg_temp.load('x_644.xml', array[pg_temp.p('1', '279390001', 11)], '78', 'exchange'),
    'posted=1 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'PaymentExchange: the number is the sender''s');
select is(pg_temp.load('x_645.xml', array[pg_temp.p('1', '279390001', 11)], '78', 'exchange'),
    'posted=0 amount=0 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'PaymentExchange: and unique there');
select is(pg_temp.load('x_660.xml', array[pg_temp.p('2', '02793900019', 12), pg_temp.p('3', '0279390001 ', 13),
    pg_temp.p('4', '279390001x', 14), pg_temp.p('5', '', 15), pg_temp.p('6', '0279390001/2', 16)], '78', 'exchange'),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=5 reversal=0',
    'PaymentExchange: nothing is cut off an account that is too long, or no number, to make it somebody''s');
select is((select count(*) from ledger.posting p join ledger.entry e on e.id = p.entry_id
            where p.account_id = pg_temp.acc('0279390001') and e.key ~ '^78/[2-6]$'), 0::bigint, 'and no pupil has that money');

-- identify
select is(pg_temp.balance('0279390002'), 220005::bigint, 'before');
create temp table waiting as select u.registry_id, u.ordinal, u.version from bank.unidentified u where u.account = '105';
create function pg_temp.pupil(p_account text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.account = p_account $$;
select throws_ok('select bank.identify(w.registry_id, w.ordinal, w.version + 1, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB409', null,
    'a stale page is told so');
select throws_ok('select bank.identify(w.registry_id, w.ordinal, w.version, pg_temp.pupil(''0279400001''), ''desk'') from waiting w', 'KB422', null,
    'a pupil whose school has another payee');
select throws_ok('select bank.identify(w.registry_id, 99, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB404', null, 'no such row');
select lives_ok('select bank.identify(w.registry_id, w.ordinal, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'identified');
select is(pg_temp.balance('0279390002'), 220305::bigint, 'the money has come to the pupil');
select throws_ok('select bank.identify(w.registry_id, w.ordinal, w.version, pg_temp.pupil(''0279390002''), ''desk'') from waiting w', 'KB409', null, 'once');
select is((select count(*) from bank.unidentified), 8::bigint, 'the worklist is shorter');

-- reversals
select is(pg_temp.load('r_646.txt', array[pg_temp.p('100', '0279390001', -857532), pg_temp.p('200', '105', -300), pg_temp.p('202', '', -7),
    pg_temp.p('300', '0279390001', 136279), pg_temp.p('300', '0279390001', -136279), pg_temp.p('301', '0279390001', 9)]),
    'posted=2 amount=136288 confirmed=0 duplicate=0 unidentified=0 reversal=4',
    'negative rows take back operations: posted, identified since, unidentified, of this very file');
select is(pg_temp.balance('0279390001'), 32::bigint, 'what was taken back is gone');
select is(pg_temp.balance('0279390002'), 220005::bigint, 'an identified payment too');
select is((select count(*) from bank.unidentified), 7::bigint, 'what was taken back waits no more');
select is(pg_temp.load('r_647.txt', array[pg_temp.p('100', '0279390001', -857532), pg_temp.p('400', '0279390002', 1)]),
    'posted=1 amount=1 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'a repeated reversal is a duplicate');
select throws_ok($$ select pg_temp.load('r_648.txt', array[pg_temp.p('999', '0279390001', -5), pg_temp.p('998', '0279390001', 5)]) $$, 'KB422',
    E'отмены, которые нельзя провести\nстрока 1: отрицательная сумма, но операции 999, которую она отменяет, нет', 'a reversal of nothing');
select throws_ok($$ select pg_temp.load('r_649.txt', array[pg_temp.p('101', '0279390002', -5)]) $$, 'KB422',
    U&'отмены, которые нельзя провести\000Aстрока 1: отмена на 0,05\00A0₽, а операция 101 была на 2\00A0200,00\00A0₽', 'a reversal of another sum');
select lives_ok($$ select pg_temp.meal('0279390002', 220000, 'spent') $$, 'the money is spent');
select throws_ok($$ select pg_temp.load('r_649.txt', array[pg_temp.p('101', '0279390001', -220000)]) $$, 'KB422',
    E'отмены, которые нельзя провести\nстрока 1: отмена со счёта 0279390001, а операция 101 была на счёт 0279390002',
    'a reversal for another account');
select is(bank.shown(v.value), v.shown, format('of an account %s messages say %s', to_json(v.value), v.shown))
  from (values ('0279390001', '0279390001'), ('', ''), ('I44F2EUE5W/2', 'I44F2EUE5W/2'), ('Вымыслов', '…'), ('IVANOV IVAN', '…'),
               (E'1\n2', '…'), (repeat('1', 33), '…')) v(value, shown);

-- the bank takes back what is spent: the others are posted, the sum waits for the accountant
select is(pg_temp.load('r_650.txt', array[pg_temp.p('101', '0279390002', -220000), pg_temp.p('401', '0279390001', 900)]),
    E'posted=1 amount=900 confirmed=0 duplicate=0 unidentified=0 reversal=0 unreversed=1\n'
    || U&'строка 1: банк отозвал операцию 101 на 2\00A0200,00\00A0₽, а на лицевом счёте 0279390002 этих денег уже нет',
    'a payment that is spent is not reversed, and stops nobody');
select is(pg_temp.balance('0279390002'), 6::bigint, 'the pupil''s balance is as it was');
select results_eq($$ select a.kind::text, p.amount_kop, e.kind::text
      from bank.unreversed u join ledger.posting p on p.entry_id = u.entry_id
      join ledger.account a on a.id = p.account_id join ledger.entry e on e.id = u.entry_id order by a.kind $$,
    $$ values ('bank', 220000::bigint, 'chargeback'), ('receivable', -220000, 'chargeback') $$,
    'the bank''s account went down by it, and it is owed to the agent');
select is((select u.owed_kop from bank.unreversed u), 220000::bigint, 'it is on the worklist');
select is(pg_temp.load('r_661.txt', array[pg_temp.p('101', '0279390002', -220000)]),
    'posted=0 amount=0 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'told again, it is a duplicate');
select is_empty('select id, detail from ledger.violations', 'the books are true');
select is(pg_temp.seen_after($$ insert into ledger.entry (kind, business_date, day, actor, source, reason, scope, key, fingerprint, reverses)
    select 'reversal', '2026-11-02', '2026-11-02', 't', 's', 'r', 't', 'twice', sha256(''), u.original_id from bank.unreversed u $$), 'I1 I7',
    'the same money taken back a second time is seen');
create temp table owed as select u.registry_id, u.ordinal, u.version from bank.unreversed u;
select throws_ok('select bank.collect(o.registry_id, o.ordinal, o.version, ''desk'') from owed o', 'KB422', null,
    'nothing is collected while there is too little');
select throws_ok('select bank.collect(o.registry_id, o.ordinal, o.version + 1, ''desk'') from owed o', 'KB409', null, 'nor by a stale page');
select throws_ok('select bank.collect(o.registry_id, o.ordinal + 1, o.version, ''desk'') from owed o', 'KB404', null, 'nor from a payment');
select lives_ok($$ select pg_temp.top_up('0279390002', 220000, 'again') $$, 'the family pays again');
select lives_ok('select bank.collect(o.registry_id, o.ordinal, o.version, ''desk'') from owed o', 'now it is');
select is(pg_temp.balance('0279390002'), 6::bigint, 'the pupil has paid it back');
select is((select sum(p.amount_kop) from ledger.posting p where p.account_id = pg_temp.acc('939', 'receivable')), 0::numeric, 'nothing is owed');
select is_empty('select ordinal from bank.unreversed', 'the worklist is empty');
select throws_ok('select bank.collect(o.registry_id, o.ordinal, o.version, ''desk'') from owed o', 'KB409', null, 'once');
select is_empty('select id, detail from ledger.violations', 'healthy');

-- the same with a payment that was identified first
select is(pg_temp.load('i_662.txt', array[pg_temp.p('402', '105', 3000)]),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=1 reversal=0', 'nobody''s');
select lives_ok($$ select bank.identify(u.registry_id, u.ordinal, u.version, pg_temp.pupil('0279390002'), 'desk')
    from bank.unidentified u where u.operation = '402' $$, 'somebody''s');
select lives_ok($$ select pg_temp.meal('0279390002', 3006, 'spent too') $$, 'spent');
select is(left(pg_temp.load('i_663.txt', array[pg_temp.p('402', '105', -3000)]), 82),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=0 reversal=0 unreversed=1' || E'\n' || 'с', 'not reversed, neither step');
select is((select count(*) from ledger.entry e join bank.registry_row r on e.reverses in (r.entry_id, r.identified_by) where r.operation = '402'),
    0::bigint, 'nothing was undone by half');
select lives_ok($$ select pg_temp.top_up('0279390002', 3007, 'once more') $$, 'money again');
select lives_ok($$ select bank.collect(u.registry_id, u.ordinal, u.version, 'desk') from bank.unreversed u $$, 'collected');
select is(pg_temp.balance('0279390002'), 7::bigint, 'to the kopeck');
select is_empty('select id, detail from ledger.violations', 'healthy');

-- an entry whose money has moved on is not reversed alone
select is(pg_temp.load('i_664.txt', array[pg_temp.p('403', '105', 50)]),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=1 reversal=0', 'nobody''s');
create temp table seen as select u.registry_id, u.ordinal, u.version, u.entry_id from bank.unidentified u where u.operation = '403';
select lives_ok($$ select bank.identify(s.registry_id, s.ordinal, s.version, pg_temp.pupil('0279390002'), 'desk') from seen s $$, 'somebody''s');
select is(pg_temp.seen_after($$ select ledger.reverse(s.entry_id, 't', 'half', 't', 'r') from seen s $$), 'I7',
    'I7: an entry reversed although its money had moved on is seen');
select is(pg_temp.load('i_665.txt', array[pg_temp.p('403', '105', -50)]),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=0 reversal=1', 'the importer undoes both steps');
select is_empty('select id, detail from ledger.violations', 'healthy');

-- an accountant was faster than the bank
select lives_ok($$ select ledger.reverse(e.id, 'hand', '401', 'desk', 'ошибка') from ledger.entry e where e.key = '401' $$, 'reversed by hand');
select is(pg_temp.load('r_666.txt', array[pg_temp.p('401', '0279390001', -900)]),
    'posted=0 amount=0 confirmed=0 duplicate=1 unidentified=0 reversal=0', 'the bank''s own reversal is a duplicate then');

-- an operation that is called like a reversal
select is(pg_temp.load('v_667.txt', array[pg_temp.p('55', '0279390001', 5), pg_temp.p('56', '0279390001', 6)], '', 'vtb13'),
    'posted=2 amount=11 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'operation 55');
select is(pg_temp.load('v_668.txt', array[pg_temp.p('55', '0279390001', -5)], '', 'vtb13'),
    'posted=0 amount=0 confirmed=0 duplicate=0 unidentified=0 reversal=1', 'is taken back');
select is(pg_temp.load('v_669.txt', array[pg_temp.p('-55', '0279390001', 7), pg_temp.p('identified', '0279390001', 1)], '', 'vtb13'),
    'posted=2 amount=8 confirmed=0 duplicate=0 unidentified=0 reversal=0', 'operation -55 is another one');

-- two rows of one line
set local role kabinet_import;
select is_loaded from bank_api.import_begin('line.xml', sha256('line'), '40703810000000000939') \g /dev/null
insert into pg_temp.registry_staging values (1, 3, 'L1', '0279390001', '2026-01-03', 1, 1, 0, 0, '<PT/>'),
    (2, 3, 'L2', '0279390001', '2026-01-03', 2, 2, 0, 0, '<PT/>');
select results_eq($$ select f.posted, f.amount_kop from bank_api.import_finish('line.xml', sha256('line'), '40703810000000000939', '',
    'exchange', '', 2, 3, 3, 0, '', null) f $$, 'values (2::bigint, 3::bigint)', 'rows that stand on one line are two rows');
reset role;
drop table pg_temp.registry_staging, pg_temp.registry_work;

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
