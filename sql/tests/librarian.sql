-- What /staff/library asks: scans, undo, losses with their money, kept copies, sets of textbooks, labels. Of the desk's own school alone.
begin;
\ir gate.inc
grant usage on schema public to kabinet_librarian;
select no_plan();

update school.enrolment set first_day = first_day - 60;
insert into auth.staff (school_id, login, roles)
select people.school_of(v.school), v.login, v.roles::auth.staff_role[]
  from (values ('027839', 'test-lib', '{librarian}'), ('027839', 'test-lib-2', '{librarian}'), ('027840', 'test-lib-840', '{librarian}'),
               ('027839', 'test-cook', '{canteen}'), ('027839', 'test-lib-late', '{librarian}')) v(school, login, roles);
insert into people.staff (staff_id, person_id) select f.id, people.person_new('Закладкина Ираида Титовна') from auth.staff f where f.login ~ '^test-(lib|cook)';
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(f.login, 'UTF8')), f.id, '127.0.0.1', 'test' from auth.staff f where f.login ~ '^test-(lib|cook)';
update auth.staff_session set last_used_at = now() - interval '61 min' where staff_id = (select id from auth.staff where login = 'test-lib-late');
insert into ledger.account (kind, school_id) select 'provider', s.id from school.school s
 where s.number in ('839', '840') and ledger.provider_account(s.id) is null;
select people.school_of('027839') as school, people.school_of('027840') as other_school, people.class_of(people.school_of('027839'), '7Б') as seven,
       pg_temp.pupil('I2222AAAAA') as a, pg_temp.pupil('I2222BBBBB') as b, pg_temp.pupil('I2222CCCCC') as c, pg_temp.pupil('I2222DDDDD') as d \gset

insert into school.term (school_id, year_id, kind, ordinal, first_day, last_day)
select y.school_id, y.id, 'half', 2, current_date - 10, current_date + 150 from school.year y where y.school_id = :school;

insert into library.title (school_id, title, authors, kind, price_kop, grade, shelf)
select s.id, v.title, 'Автор', v.kind::library.kind, v.kop, v.grade, 'А1'
  from school.school s, (values ('Повесть', 'book', 45000::bigint, null::smallint), ('Роман', 'book', 30000, null), ('Без цены', 'book', null, null),
       ('Алгебра 7', 'textbook', 60000, 7), ('Физика 7', 'textbook', 70000, 7)) v(title, kind, kop, grade) where s.number in ('839', '840');
insert into library.copy (school_id, title_id, barcode, acquired_on)
select t.school_id, t.id, v.barcode, current_date
  from (values ('Повесть', 'P-0001'), ('Повесть', 'P-0002'), ('Роман', 'R-0001'), ('Без цены', 'N-0001'), ('Алгебра 7', 'A-0001'), ('Алгебра 7', 'A-0002'),
               ('Физика 7', 'F-0001')) v(title, barcode) join library.title t on t.title = v.title;

create function pg_temp.copy(p_barcode text, p_school text default '839') returns bigint language sql stable security definer as $$
    select c.id from library.copy c join school.school s on s.id = c.school_id where c.barcode = p_barcode and s.number = p_school
$$;
create function pg_temp.title(p_title text) returns bigint language sql stable security definer as $$
    select t.id from library.title t join school.school s on s.id = t.school_id where t.title = p_title and s.number = '839'
$$;
create function pg_temp.state(p_barcode text) returns text language sql stable security definer as $$
    select concat_ws(' ', c.state, (select p.idn from library.loan l join school.pupil p on p.id = l.pupil_id where l.copy_id = c.id and l.returned_at is null))
      from library.copy c where c.id = pg_temp.copy(p_barcode)
$$;
create function pg_temp.loan(p_barcode text) returns bigint language sql stable security definer as $$
    select l.id from library.loan l where l.copy_id = pg_temp.copy(p_barcode) and l.returned_at is null
$$;
create function pg_temp.key(p_n integer) returns uuid language sql as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
-- One Enter: the outcome, and what the large words say.
create function pg_temp.scan(p_find text, p_reader bigint default null, p_act text default '', p_token text default 'test-lib', p_key uuid default gen_random_uuid(), p_set bigint default null)
returns text language plpgsql as $$
declare
    v_did record;
begin
    select s.* into v_did from staff.librarian_scan(p_token, p_key, p_find, case when p_act <> '' then pg_temp.copy(p_find) end, p_act, p_reader, p_set) s;
    return concat_ws(' ', v_did.outcome, (select nullif(n.words, '') from staff.librarian_scanned(p_token, v_did.scan_id) n));
end $$;
create function pg_temp.last_scan(p_token text default 'test-lib') returns bigint language sql stable security definer as $$
    select max(s.id) from library.scan s join auth.staff f on f.id = s.staff_id where f.login = p_token
$$;
create function pg_temp.undo(p_token text default 'test-lib') returns void language sql as $$ select staff.librarian_undo(p_token, pg_temp.last_scan(p_token)) $$;
create function pg_temp.top_up(p_idn text, p_kop bigint) returns bigint language sql as $$
    select ledger.post('top_up', 'test', gen_random_uuid()::text, current_date - 20, 'test', 'реестр № 1', 'Сбербанк Онлайн',
        array[ledger.pupil_account(p.id), ledger.provider_account(p.school_id)], array[p_kop, -p_kop]) from school.pupil p where p.idn = p_idn
$$;
create function pg_temp.money(p_idn text) returns bigint language sql stable security definer as $$
    select b.balance_kop from ledger.balance b where b.account_id = ledger.pupil_account(pg_temp.pupil(p_idn))
$$;

set role kabinet_librarian;

-- What is scanned
select is(pg_temp.scan('p-0001', :a), 'lent', 'a copy goes to the open reader, in small letters too');
select is(pg_temp.state('P-0001'), 'out I2222AAAAA', 'he has it');
select is(pg_temp.scan('З-0001', :a), 'his', 'a scanner under the Russian layout is understood: it is his already');
select is(pg_temp.scan('P-0001', :c), 'other', 'another reader: somebody has it');
select is((select n.name from staff.librarian_scanned('test-lib', pg_temp.last_scan()) n), 'Вымышлев Тихон', 'and who');
select is(pg_temp.state('P-0001'), 'out I2222AAAAA', 'nothing was done');
select is(pg_temp.scan('P-0001', :c, 'swap'), 'lent', 'taken back and lent, asked for');
select is(pg_temp.state('P-0001'), 'out I2222CCCCC', 'he has it now');
select is(pg_temp.scan('P-0001'), 'returned', 'without a reader it is taken back');
select is(pg_temp.scan('P-0001'), 'shelf', 'and is on the shelf then');
select is(pg_temp.scan('P-0001', :c, 'return'), 'shelf', 'a button of an old page takes nothing back');
select is(pg_temp.scan('P-0001', :c, 'swap'), 'shelf', 'nor does it lend');
select is(pg_temp.scan('NOSUCH1'), 'unknown', 'what is nobody''s');
select is((select s.reader_id from staff.librarian_scan('test-lib', pg_temp.key(1), 'I2222CCCCC', null, '', null, null) s), :c::bigint, 'an ИДН opens its reader');
select is((select s.reader_id from staff.librarian_scan('test-lib', pg_temp.key(1), '20' || p.account || '0', null, '', :a, null) s), :c::bigint, 'a printed card too')
  from staff.librarian_reader('test-lib', :c) p;

-- Once
select is(pg_temp.scan('P-0002', :a, p_key => pg_temp.key(7)), 'lent', 'a form');
select lives_ok('select pg_temp.undo()', 'is undone');
select is(pg_temp.scan('R-0001', :a, p_key => pg_temp.key(7)), 'lent', 'its page, come back by the browser''s button, lends another copy');
select is(pg_temp.scan('R-0001', :a, p_key => pg_temp.key(7)), 'lent', 'sent again says the same');
select throws_ok(format('select pg_temp.scan(''R-0001'', %s, p_key => pg_temp.key(7))', :c), 'KB409', null, 'for another reader under its key it is refused');
reset role;
select is((select count(*) from library.loan l where l.copy_id = pg_temp.copy('R-0001')), 1::bigint, 'one loan');
set role kabinet_librarian;

-- Undo
select lives_ok('select pg_temp.undo()', 'lending is undone');
select is(pg_temp.state('R-0001'), 'in', 'the book is back');
reset role;
select is((select count(*) from library.loan l where l.copy_id = pg_temp.copy('R-0001')), 0::bigint, 'as if it had never been');
select is((select t.lent_times from library.title t where t.id = pg_temp.title('Роман')), 0, 'not even for the popular');
select lives_ok('select pg_temp.undo()', 'undone again is nothing');
select library.ask(pg_temp.title('Роман'), :a) as hold \gset
set role kabinet_librarian;
select is(pg_temp.scan('R-0001'), 'kept', 'a copy that waits for somebody');
select is(pg_temp.scan('R-0001', :c), 'refused Этот экземпляр отложен для другого читателя.', 'is not lent to another');
select is(pg_temp.scan('R-0001', null, 'pickup'), 'lent', 'but to him');
select is(pg_temp.state('R-0001'), 'out I2222AAAAA', 'whoever he is');
select lives_ok('select pg_temp.undo()', 'undone');
reset role;
select is((select h.state || ' ' || c.barcode from library.hold h join library.copy c on c.id = h.copy_id where h.id = :hold), 'kept R-0001', 'it waits for him as before');
set role kabinet_librarian;
select is(pg_temp.scan('R-0001', null, 'pickup'), 'lent', 'lent again');
reset role;
update library.loan set due_day = current_date - 4 where copy_id = pg_temp.copy('R-0001');
insert into library.reader (pupil_id, keeps_history) values (:a, false);
set role kabinet_librarian;
select is(pg_temp.scan('R-0001'), 'returned', 'a late book comes back');
select cmp_ok((select n.days_late from staff.librarian_scanned('test-lib', pg_temp.last_scan()) n), '>=', 3, 'the words say so');
select lives_ok('select pg_temp.undo()', 'a mistake');
select is(pg_temp.state('R-0001'), 'out I2222AAAAA', 'he has it still, though he wants no history');
select is((select l.due_day from staff.librarian_loans('test-lib', :a) l where l.barcode = 'R-0001'), current_date - 4, 'until the old day');
select throws_ok('select staff.librarian_undo(''test-lib-2'', pg_temp.last_scan())', 'KB404', null, 'nobody undoes what another did');
select is(pg_temp.scan('R-0001'), 'returned', 'back again');
select is(pg_temp.scan('R-0001', :c, p_token => 'test-lib-2'), 'lent', 'and lent by a colleague');
select throws_ok('select pg_temp.undo()', 'KB422', null, 'so the return is not undone any more');
select is(pg_temp.state('R-0001'), 'out I2222CCCCC', 'nothing was changed');
reset role;
update library.scan set at = at - interval '11 min';
set role kabinet_librarian;
select throws_ok('select pg_temp.undo(''test-lib-2'')', 'KB422', null, 'nor what is older than ten minutes');
select is((select count(*) from staff.librarian_scans('test-lib')), 8::bigint, 'the last eight are shown');

-- Damage
select is(pg_temp.scan('R-0001'), 'returned', 'a book comes back');
select lives_ok($$ select staff.librarian_spoil('test-lib', pg_temp.last_scan(), 'порвана', true) $$, 'torn');
select is(pg_temp.state('R-0001'), 'repair', 'it is mended first');
select is(pg_temp.scan('R-0001', :c), 'repair', 'and not lent');
select is(pg_temp.scan('R-0001', null, 'mend'), 'mended', 'mended');
select is((select condition from staff.librarian_copy('test-lib', pg_temp.copy('R-0001'))), 'порвана', 'how it is stays known');

-- Losses: money first, then none
select is(pg_temp.scan('P-0001', :c), 'lent', 'a book to lose');
reset role;
select pg_temp.top_up('I2222CCCCC', 50000) \g /dev/null
select pg_temp.money('I2222CCCCC') as before \gset
set role kabinet_librarian;
select ok((select is_payable from staff.librarian_copy('test-lib', pg_temp.copy('P-0001'))), 'it can be paid');
-- What was shown: the loan and the price. What has changed since is asked anew, and nobody else pays.
select pg_temp.loan('P-0001') as shown \gset
select throws_ok(format('select staff.librarian_lose(''test-lib'', gen_random_uuid(), pg_temp.copy(''P-0001''), %s, 44900, true)', :shown), 'KB422', null, 'not at another price');
select is(pg_temp.scan('P-0001'), 'returned', 'taken back meanwhile');
select throws_ok(format('select staff.librarian_mark(''test-lib'', gen_random_uuid(), pg_temp.copy(''P-0001''), %s, ''gone'', ''акт 1'')', :shown), 'KB422', null, 'it is nobody''s now');
select is(pg_temp.scan('P-0001', :a), 'lent', 'and lent to another');
select throws_ok(format('select staff.librarian_lose(''test-lib'', gen_random_uuid(), pg_temp.copy(''P-0001''), %s, 45000, true)', :shown), 'KB422', null, 'who has not lost it');
select throws_ok(format('select staff.librarian_lose(''test-lib'', gen_random_uuid(), pg_temp.copy(''P-0001''), null, 45000, true)'), 'KB422', null, 'nor without a loan');
select is(pg_temp.state('P-0001'), 'out I2222AAAAA', 'it stays with him');
select is(pg_temp.scan('P-0001'), 'returned', 'back');
select is(pg_temp.scan('P-0001', :c), 'lent', 'and lent to the first again');
select is((select outcome from staff.librarian_lose('test-lib', pg_temp.key(20), pg_temp.copy('P-0001'), pg_temp.loan('P-0001'), 45000, true)), 'charged', 'lost and charged');
select is((select outcome from staff.librarian_lose('test-lib', pg_temp.key(20), pg_temp.copy('P-0001'), pg_temp.loan('P-0001'), 45000, true)), 'charged', 'the same form once');
select is(pg_temp.money('I2222CCCCC'), (:before - 45000)::bigint, 'the price is gone');
select is((select r.debts || ' ' || r.books || r.blocked from staff.librarian_reader('test-lib', :c) r), '0 0', 'that is no debt, and no book of his');
select is(pg_temp.scan('P-0001'), 'lost', 'it turns up: the scan tells of the money and asks');
select is((select n.charged_kop from staff.librarian_scanned('test-lib', pg_temp.last_scan()) n), 45000::bigint, 'how much');
select is(pg_temp.scan('P-0001', null, 'found'), 'found', 'found');
select is((select n.refunded_kop from staff.librarian_scanned('test-lib', pg_temp.last_scan()) n), 45000::bigint, 'the words tell of the refund');
select is(pg_temp.money('I2222CCCCC'), :before::bigint, 'the money is back');
select throws_ok('select pg_temp.undo()', 'KB422', null, 'a refund is not undone');
select is(pg_temp.scan('P-0001', :b), 'lent', 'lent to who has no money');
select is((select outcome from staff.librarian_lose('test-lib', pg_temp.key(21), pg_temp.copy('P-0001'), pg_temp.loan('P-0001'), 45000, true)), 'owed', 'no money: lost, and a debt');
select isnt((select r.blocked from staff.librarian_reader('test-lib', :b) r), '', 'who owes is told');
select matches(pg_temp.scan('P-0002', :b), '^refused За читателем утерянная книга', 'and gets no other book');
select is(pg_temp.scan('A-0001', :b), 'lent', 'textbooks aside');
select is(pg_temp.scan('A-0001'), 'returned', 'back');
select is((select kop from (select l.price_kop as kop from staff.librarian_loans('test-lib', :b) l where l.is_lost) l), 45000::bigint, 'the debt stands among his loans');
select throws_ok($$ select staff.librarian_mark('test-lib', pg_temp.key(22), pg_temp.copy('P-0001'), pg_temp.loan('P-0001'), 'mend', '') $$, 'KB422', null, 'lost by a reader it is not simply back');
select lives_ok($$ select staff.librarian_mark('test-lib', pg_temp.key(23), pg_temp.copy('P-0001'), pg_temp.loan('P-0001'), 'gone', 'акт 7, принёс замену') $$, 'written off: another was brought');
select is((select r.debts from staff.librarian_reader('test-lib', :b) r), 0::bigint, 'the debt is settled');
select is(pg_temp.scan('P-0001'), 'gone', 'and the copy gone for ever');
select is((select e.kind || ' ' || e.note from staff.librarian_events('test-lib', pg_temp.copy('P-0001')) e limit 1), 'write_off акт 7, принёс замену', 'with its act');
select is(pg_temp.scan('N-0001', :c), 'lent', 'a book without a price');
select throws_ok($$ select staff.librarian_lose('test-lib', pg_temp.key(24), pg_temp.copy('N-0001'), pg_temp.loan('N-0001'), null, true) $$, 'KB422', null, 'cannot be charged');
select is((select outcome from staff.librarian_lose('test-lib', pg_temp.key(25), pg_temp.copy('N-0001'), pg_temp.loan('N-0001'), null, false)), 'owed', 'but owed');
select is((select refunded_kop from staff.librarian_mark('test-lib', pg_temp.key(26), pg_temp.copy('N-0001'), pg_temp.loan('N-0001'), 'found', '')), null, 'found without money');
select lives_ok($$ select staff.librarian_mark('test-lib', pg_temp.key(27), pg_temp.copy('N-0001'), pg_temp.loan('N-0001'), 'missing', '') $$, 'not on its shelf');
select is(pg_temp.scan('N-0001', null, 'found'), 'found', 'scanned: it is');

-- Kept copies and queues
reset role;
select library.ask(pg_temp.title('Роман'), :c) as first, library.ask(pg_temp.title('Роман'), :b) as second \gset
set role kabinet_librarian;
select is((select string_agg(k.name || ' ' || k.barcode || ' ' || k.waiting, ', ') from staff.librarian_kept('test-lib') k), 'Посторонцев Мирон R-0001 1', 'who is waited for');
select is((select string_agg(q.state || ' ' || q.name, ', ') from staff.librarian_queue('test-lib', pg_temp.title('Роман')) q), 'kept Посторонцев Мирон, waiting Вымышлева Злата', 'the queue');
select is((select string_agg(q.title || ' ' || q.waiting, ', ') from staff.librarian_queues('test-lib') q), 'Роман 1', 'titles with one');
select is((select title_id from staff.librarian_drop('test-lib', :first)), pg_temp.title('Роман'), 'he will not come');
select is((select title_id from staff.librarian_drop('test-lib', :first)), pg_temp.title('Роман'), 'twice is once');
select is((select string_agg(k.name, ', ') from staff.librarian_kept('test-lib') k), 'Вымышлева Злата', 'the next one is waited for');
select is((select string_agg(h.state || ' ' || h.title, ', ') from staff.librarian_holds('test-lib', :b) h), 'kept Роман', 'his page tells');
select is(pg_temp.scan('R-0001', null, 'pickup'), 'lent', 'and he takes it');

-- Sets
select is((select string_agg(concat_ws(' ', t.title, t.free, t.need, t.short), ', ') from staff.librarian_textbooks('test-lib', :seven) t), 'Алгебра 7 2 2 0, Физика 7 1 2 1', 'what a class needs');
select is((select string_agg(p.name || ' ' || p.n || ' ' || p.barcode, ', ' order by p.name, p.n) from staff.librarian_plan('test-lib', :seven, array[pg_temp.title('Алгебра 7'), pg_temp.title('Физика 7')]) p),
    'Вымышлев Тихон 1 A-0001, Вымышлев Тихон 2 F-0001, Посторонцев Мирон 1 A-0002, Посторонцев Мирон 2 ', 'who gets what, and who nothing');
select p.stamp from staff.librarian_plan('test-lib', :seven, array[pg_temp.title('Алгебра 7'), pg_temp.title('Физика 7')]) p limit 1 \gset
select is(pg_temp.scan('A-0002', :b), 'lent', 'somebody takes one meanwhile');
select throws_ok(format('select staff.librarian_issue(''test-lib'', pg_temp.key(30), %s, array[pg_temp.title(''Алгебра 7''), pg_temp.title(''Физика 7'')], %L)', :seven, :'stamp'),
    'KB422', null, 'what is done is what was shown');
select is(pg_temp.scan('A-0002'), 'returned', 'he brings it back');
select set_id from staff.librarian_issue('test-lib', pg_temp.key(31), :seven, array[pg_temp.title('Алгебра 7'), pg_temp.title('Физика 7')], :'stamp') \gset
select is((select set_id from staff.librarian_issue('test-lib', pg_temp.key(31), :seven, array[pg_temp.title('Алгебра 7'), pg_temp.title('Физика 7')], :'stamp')), :set_id::bigint, 'once');
select is((select s.lent || ' ' || s.out_now from staff.librarian_set('test-lib', :set_id) s), '3 3', 'issued');
select is(pg_temp.state('A-0001') || ', ' || pg_temp.state('F-0001'), 'out I2222AAAAA, out I2222AAAAA', 'as it was planned');
select is((select due_day from staff.librarian_set('test-lib', :set_id)), current_date + 150, 'until the end of lessons');
select throws_ok(format('select library.renew(l.loan_id, null) from staff.librarian_loans(''test-lib'', %s) l where l.barcode = ''A-0001''', :a), '42501', null, 'programs cannot renew by themselves');
select is(pg_temp.scan('A-0001', :a, 'renew'), 'refused Учебники выдаются до конца года и не продлеваются.', 'a set is not prolonged');
select throws_ok(format('select staff.librarian_issue(''test-lib'', pg_temp.key(32), %s, array[pg_temp.title(''Алгебра 7'')], (select p.stamp from staff.librarian_plan(''test-lib'', %s, array[pg_temp.title(''Алгебра 7'')]) p limit 1))', :seven, :seven),
    'KB422', null, 'nothing to issue');
select is(pg_temp.scan('F-0001'), 'returned', 'one comes back by scanning');
select is((select string_agg(concat_ws(' ', p.name, p.n, p.barcode), ', ' order by p.name, p.n) from staff.librarian_set_pupils('test-lib', :set_id) p),
    'Вымышлев Тихон 1 A-0001, Посторонцев Мирон 1 A-0002', 'who has not brought what');
select is((select returned from staff.librarian_set_back('test-lib', pg_temp.key(33), :set_id, array[:a, :c]::bigint[])), 2::bigint, 'the rest comes back at once');
select is((select returned from staff.librarian_set_back('test-lib', pg_temp.key(33), :set_id, array[:a, :c]::bigint[])), 0::bigint, 'once');
select is((select s.out_now from staff.librarian_set('test-lib', :set_id) s), 0::bigint, 'all of it');
select set_id as empty_set from staff.librarian_issue('test-lib', pg_temp.key(34), :seven, '{}', '') \gset
select is(pg_temp.scan('F-0001', :c, p_set => :empty_set), 'lent', 'a set that is filled by scanning');
select is(pg_temp.scan('P-0002', :c, p_set => :empty_set), 'lent', 'other books are no part of it');
select is((select s.lent from staff.librarian_set('test-lib', :empty_set) s), 1::bigint, 'only textbooks are');

-- Lists, labels, cards
select is((select string_agg(k.name || ' ' || k.pupils, ', ') from staff.librarian_classes('test-lib') k), '3 «А» 1, 7 «Б» 2', 'classes');
select is((select string_agg(r.name, ', ') from staff.librarian_readers('test-lib', :seven) r), 'Вымышлев Тихон, Посторонцев Мирон', 'a class');
select is((select string_agg(l.title, ', ') from staff.librarian_history('test-lib', :c, null, 20) l where l.title = 'Алгебра 7'), 'Алгебра 7', 'what was read');
select is((select string_agg(l.title, ', ') from staff.librarian_history('test-lib', :a, null, 20) l), 'Повесть', 'not what came after the wish for none');
reset role;
update library.loan l set entry_id = (select min(e.id) from ledger.entry e where not exists (select from library.loan o where o.entry_id = e.id))
 where l.id = (select l.loan_id from staff.librarian_history('test-lib', :a, null, 20) l where l.title = 'Повесть');
set local role kabinet_librarian;
select is_empty(format($$ select l.title from staff.librarian_history('test-lib', %s, null, 20) l $$, :a), 'nor what only the money remembers');
select matches((select min(n.class_name || ' ' || n.account) from staff.librarian_named('test-lib', 'Вымышлев', 5) n), '^[37] «[АБ]» 027839[0-9]{4}$', 'pupils of one name have numbers');
select is(pg_temp.scan('A-0001', :c), 'lent', 'something to undo');
select pg_temp.scan('A-0001', :c) from generate_series(1, 9) n \g /dev/null
select is((select count(*) from staff.librarian_scans('test-lib') s where s.may_undo), 1::bigint, 'however much was scanned since');
select is(pg_temp.scan('9785170801152'), 'isbn', 'the ISBN on the cover is no barcode of the library');
select is((select string_agg(l.barcode, ' ' order by l.barcode) from staff.librarian_labels('test-lib', pg_temp.title('Повесть'), '{}', null, '', '', null, 24) l), 'P-0002', 'labels of a title, what is gone aside');
select is((select count(*) from staff.librarian_labels('test-lib', null, '{}', current_date, '', '', null, 3) l), 3::bigint, 'of what is new, by the sheet');
select is((select string_agg(l.barcode, ' ' order by l.barcode) from staff.librarian_labels('test-lib', null, '{}', null, 'a-0001', 'F-0001', null, 24) l), 'A-0001 A-0002 F-0001', 'by barcodes');
select is_empty($$ select * from staff.librarian_labels('test-lib', null, '{}', null, '', '', null, 24) $$, 'not of everything');
select is((select count(*) from staff.librarian_cards('test-lib', :seven)), 2::bigint, 'cards of a class');

-- Who may not
select throws_ok(format('select * from staff.librarian_%s', f.call), 'KB404', null, f.call || ': another school''s is not there')
  from (values (format('reader(''test-lib-840'', %s)', :a)), (format('loans(''test-lib-840'', %s)', :a)), (format('holds(''test-lib-840'', %s)', :a)),
               (format('history(''test-lib-840'', %s, null, 20)', :a)), (format('copy(''test-lib-840'', %s)', pg_temp.copy('P-0002'))),
               (format('events(''test-lib-840'', %s)', pg_temp.copy('P-0002'))), (format('title(''test-lib-840'', %s)', pg_temp.title('Роман'))),
               (format('queue(''test-lib-840'', %s)', pg_temp.title('Роман'))), (format('drop(''test-lib-840'', %s)', :second)),
               (format('set(''test-lib-840'', %s)', :set_id)), (format('set_titles(''test-lib-840'', %s)', :set_id)), (format('set_pupils(''test-lib-840'', %s)', :set_id)),
               (format('set_back(''test-lib-840'', pg_temp.key(40), %s, ''{}'')', :set_id)),
               (format('plan(''test-lib-840'', %s, array[%s]::bigint[])', :seven, pg_temp.title('Алгебра 7'))),
               (format('issue(''test-lib-840'', pg_temp.key(41), %s, ''{}'', '''')', :seven)),
               (format('lose(''test-lib-840'', pg_temp.key(42), %s, null, 45000, true)', pg_temp.copy('P-0002'))),
               (format('mark(''test-lib-840'', pg_temp.key(43), %s, null, ''gone'', ''акт'')', pg_temp.copy('P-0002'))),
               (format('scan(''test-lib-840'', pg_temp.key(44), '''', %s, ''return'', null, null)', pg_temp.copy('P-0002'))),
               (format('scan(''test-lib'', pg_temp.key(45), ''P-0002'', null, '''', %s, null)', :d)),
               (format('undo(''test-lib-840'', %s)', pg_temp.last_scan())), (format('spoil(''test-lib-840'', %s, ''x'', true)', pg_temp.last_scan()))) f(call);
select is_empty(format('select * from staff.librarian_%s', f.call), f.call || ': nothing of another school''s')
  from (values (format('readers(''test-lib-840'', %s)', :seven)), (format('textbooks(''test-lib-840'', %s)', :seven)), (format('cards(''test-lib-840'', %s)', :seven)),
               (format('scanned(''test-lib-840'', %s)', pg_temp.last_scan())), ('scans(''test-lib-840'')'), ('kept(''test-lib-840'')'), ('sets(''test-lib-840'')'),
               (format('labels(''test-lib-840'', %s, ''{}'', null, '''', '''', null, 24)', pg_temp.title('Роман')))) f(call);
select is(pg_temp.scan('P-0001', :d, p_token => 'test-lib-840'), 'lent', 'the same barcode at another school is another copy');
select throws_ok($$ select * from staff.librarian_today('test-cook') $$, 'KB403', null, 'a cook is no librarian');
select throws_ok($$ select * from staff.librarian_today('test-lib-late') $$, 'KB401', null, 'a session that is over');
select throws_ok($$ select * from staff.librarian_today('nobody') $$, 'KB401', null, 'no session');
select throws_ok($$ select * from library.loan $$, '42501', null, 'and no table');

reset role;
select is((select count(*) from ledger.violations), 0::bigint, 'the books are good');
select is((select string_agg(distinct a.action, ' ' order by a.action) from site.audit a where a.action like 'library-%'),
    'library-drop library-forgive library-found library-gone library-lose library-missing library-reader library-refund library-set library-set-back',
    'what was done is remembered');
select is((select string_agg(a.action || ' ' || split_part(a.object, ' ', 1), ', ' order by a.id) from site.audit a join site.action c using (action)
            where c.area = 'money' and a.action like 'library-%' and split_part(a.object, ' ', 1) in ('I2222CCCCC', 'I2222BBBBB')),
    'library-lose I2222CCCCC, library-refund I2222CCCCC, library-lose I2222BBBBB, library-forgive I2222BBBBB, library-lose I2222CCCCC',
    'money by the child');
select is((select array_agg(v.pupil_id order by v.pupil_id) from library.scan s cross join lateral site.viewed(:school, s.staff_id, current_date, 'book-scan', s.id::text) v
            where s.id = (select max(c.id) from library.scan c where c.pupil_id = :c)), array[:c::bigint], 'whose book a scan tells of');
select is_empty(format($$ select v.pupil_id from site.viewed(%s, %s, current_date, 'book-scan', (select max(c.id) from library.scan c)::text) v $$, :school, 0), 'one''s own scans');
select * from finish();
rollback;
