-- What the stock side of the library's desk asks: the own school's catalogue alone, a file whole or not at all and once, stocktaking, who is late.
begin;
\ir world.inc
select no_plan();

insert into auth.staff (school_id, login, roles) values
    (people.school_of('027839'), 'test-librarian', '{librarian}'), (people.school_of('027840'), 'test-librarian-840', '{librarian}'),
    (people.school_of('027839'), 'test-teacher', '{teacher}');
insert into auth.staff_session (token_hash, staff_id, address, agent)
select sha256(convert_to(f.login, 'UTF8')), f.id, '127.0.0.1', 'test' from auth.staff f where f.login like 'test-%';
select people.school_of('027839') as school \gset
select f.id as librarian from auth.staff f where f.login = 'test-librarian' \gset
create function pg_temp.key(p_n integer) returns uuid language sql as $$ select ('00000000-0000-4000-8000-' || lpad(p_n::text, 12, '0'))::uuid $$;
create function pg_temp.title(p_title text) returns bigint language sql stable as $$ select max(t.id) from library.title t where t.title = p_title $$;
create function pg_temp.copy(p_barcode text) returns bigint language sql stable as $$ select c.id from library.copy c where c.barcode = p_barcode $$;
create function pg_temp.pupil(p_idn text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.codes(p_title text) returns text language sql stable as $$
    select coalesce(string_agg(c.barcode, ' ' order by c.id), '') from library.copy c where c.title_id = pg_temp.title(p_title)
$$;
-- A record as lib/catalogue hands it on.
create function pg_temp.record(p_number integer, p_title text, p_authors text default '', p_year text default '', p_isbn text default '',
                               p_copies integer default 0, p_barcodes text default '', p_note text default '') returns text language sql as $$
    select array_to_string(array[p_number::text, 'book', p_title, p_authors, '', p_year, p_isbn, '84', '', '', '', '', '45000', p_copies::text, p_barcodes, p_note], E'\x1f', '')
$$;
create function pg_temp.stage(variadic p_records text[]) returns bigint language sql as $$
    select staff.catalogue_stage('test-librarian', 'файл.mrc', 'MARC 21', 'UTF-8', 0, array_to_string(p_records, E'\x1e'))
$$;
create function pg_temp.figures(p_import bigint) returns text language sql stable as $$
    select format('%s: new %s, known %s, repeats %s, copies %s, bare %s, noted %s, problems %s', i.records, i.new_titles, i.known, i.repeats, i.new_copies, i.bare, i.noted, i.problems)
      from staff.catalogue_import('test-librarian', p_import) i
$$;
create function pg_temp.taken(p_import bigint, p_one boolean default false) returns text language plpgsql as $$
begin
    perform staff.catalogue_import_do('test-librarian', p_import, p_one);
    return (select format('%s titles, %s copies', i.titles, i.copies) from library.import i where i.id = p_import);
end $$;

-- A file
create temp table import as select pg_temp.stage(
    pg_temp.record(1, 'Капитанская дочка', 'Пушкин А. С.', '2019', '9785170801152', 2, 'K-0001 K-0002'),
    pg_temp.record(2, 'Дубровский', 'Пушкин А. С.', '2018', '', 3),
    pg_temp.record(3, 'капитанская дочка', 'Пушкин А. С.', '2019', '9785170801152', 1, 'K-0003'),
    pg_temp.record(4, 'Дубровский', 'пушкин а. с.', '2018', '', 1),
    pg_temp.record(5, 'Ревизор', 'Гоголь Н. В.', '', '', 0, '', 'год «?» не читается')) as id;
select is(pg_temp.figures(i.id), '5: new 3, known 0, repeats 2, copies 7, bare 1, noted 1, problems 0', 'what it would add') from import i;
select is((select count(*) from library.title t where t.school_id = :school), 0::bigint, 'looking at it adds nothing');
select results_eq(format($$ select number, outcome, new_copies from staff.catalogue_import_rows('test-librarian', %s, false, 20) $$, i.id),
    $$ values (1, 'new'::text, 2), (2, 'new', 3), (3, 'repeat', 1), (4, 'repeat', 1), (5, 'new', 0) $$, 'record by record') from import i;
select results_eq(format($$ select number from staff.catalogue_import_rows('test-librarian', %s, true, 20) $$, i.id), $$ values (5) $$, 'the noted ones') from import i;
select is(pg_temp.taken(i.id, true), '3 titles, 8 copies', 'taken whole, a copy for the title that names none') from import i;
select is(pg_temp.taken(i.id, true), '3 titles, 8 copies', 'once') from import i;
select is(pg_temp.codes('Капитанская дочка'), 'K-0001 K-0002 K-0003', 'barcodes that the file gives');
select is(pg_temp.codes('Дубровский'), '839-00001 839-00002 839-00003 839-00004', 'and the next free ones, for both lines of a title');
select is((select count(*) from library.event e join library.copy c on c.id = e.copy_id where c.school_id = :school and e.kind = 'add'), 8::bigint, 'each with its record');
select is((select c.price_kop from library.copy c where c.barcode = 'K-0001'), 45000::bigint, 'the price is the copy''s too');
insert into import select pg_temp.stage(
    pg_temp.record(1, 'Капитанская дочка', 'Пушкин А. С.', '2019', '9785170801152', 2, 'K-0001 K-0002'), pg_temp.record(2, 'Дубровский', 'Пушкин А. С.', '2018', '', 3),
    pg_temp.record(3, 'Ревизор', 'Гоголь Н. В.'));
select is(pg_temp.figures(max(i.id)), '3: new 0, known 3, repeats 0, copies 0, bare 0, noted 0, problems 0', 'the same file again has nothing new') from import i;
select is(pg_temp.taken(max(i.id), true), '0 titles, 0 copies', 'and adds nothing') from import i;
insert into import select pg_temp.stage(pg_temp.record(1, 'Дубровский', 'Пушкин А. С.', '2018', '9785170801169', 2, 'D-0001 D-0002'),
    pg_temp.record(2, 'Дубровский', 'Пушкин А. С.', '1990'));
select is(pg_temp.figures(max(i.id)), '2: new 1, known 1, repeats 0, copies 2, bare 1, noted 0, problems 0', 'barcodes are added to a title that is there; another year is another') from import i;
select is(pg_temp.taken(max(i.id)), '1 titles, 2 copies', 'so they are') from import i;
insert into import select pg_temp.stage(pg_temp.record(1, 'Новая', '', '', '', 1, 'N-0001'), pg_temp.record(2, 'Другая', '', '', '', 1, 'K-0001'),
    pg_temp.record(3, 'Третья', '', '', '', 1, 'N-0001'));
select results_eq(format($$ select number, problem from staff.catalogue_import_rows('test-librarian', %s, true, 20) $$, max(i.id)),
    $$ values (2, 'Штрихкод K-0001 занят другой книгой.'::text), (3, 'Штрихкод N-0001 стоит в файле дважды.') $$, 'barcodes that clash') from import i;
select throws_ok(format($$ select staff.catalogue_import_do('test-librarian', %s, false) $$, max(i.id)), 'KB422', null, 'such a file is not taken') from import i;
select is(pg_temp.title('Новая'), null, 'nor any part of it');
insert into import select pg_temp.stage(pg_temp.record(1, E'и\u0306од', '', '', '', 0));
select is(pg_temp.taken(max(i.id)), '1 titles, 0 copies', 'letters that came in parts') from import i;
select isnt(pg_temp.title('йод'), null, 'are whole ones');
-- Two were looked at before the first was taken.
insert into import select pg_temp.stage(pg_temp.record(1, 'Вдвоём', '', '', '', 1, 'V-0001'));
insert into import select pg_temp.stage(pg_temp.record(1, 'Вдвоём', '', '', '', 1, 'V-0001'));
select is(string_agg(pg_temp.taken(i.id), '; ' order by i.id desc), '1 titles, 1 copies; 0 titles, 0 copies', 'each sees what the other took')
  from (select id from import order by id desc limit 2) i;
select throws_ok(format($$ select * from staff.catalogue_import('test-librarian-840', %s) $$, max(i.id)), 'KB404', null, 'another school''s import') from import i;
select throws_ok(format($$ select staff.catalogue_import_do('test-librarian-840', %s, false) $$, max(i.id)), 'KB404', null, 'nor is it taken') from import i;
insert into import select pg_temp.stage(pg_temp.record(1, 'Забытая'));
update library.import set begun_at = now() - interval '2 days' where id = (select max(id) from import);
select is(library.drop_imports(), 1::bigint, 'what nobody took goes after a day');
select is((select count(*) from staff.catalogue_imports('test-librarian', 20)), 7::bigint, 'the others stay in the list');

-- The catalogue
select is(string_agg(t.title, ', ' order by t.title_id), 'Капитанская дочка', 'by words') from staff.catalogue_titles('test-librarian', 'капитанской дочки', null, null, 10) t;
select is(min(t.title || ' ' || t.mended), 'Капитанская дочка капитанская', 'a typing error is mended') from staff.catalogue_titles('test-librarian', 'капитнская', null, null, 10) t;
select is(min(t.title), 'Капитанская дочка', 'by ISBN') from staff.catalogue_titles('test-librarian', '978-5-17-080115-2', null, null, 10) t;
select is(min(t.title), 'Капитанская дочка', 'by a copy''s barcode') from staff.catalogue_titles('test-librarian', 'k-0002', null, null, 10) t;
select is(max(t.mended), null, 'which nothing mended') from staff.catalogue_titles('test-librarian', 'k-0002', null, null, 10) t;
select is((select count(*) from staff.catalogue_titles('test-librarian', '', null, null, 10)), 6::bigint, 'all of them');
select is((select count(*) from staff.catalogue_titles('test-librarian', '', 'textbook', null, 10)), 0::bigint, 'of a kind');
select is((select count(*) from staff.catalogue_titles('test-librarian', '', null, (select max(t.title_id) from staff.catalogue_titles('test-librarian', '', null, null, 10) t), 10)),
    5::bigint, 'below the last one of a page');
select is((select count(*) from staff.catalogue_titles('test-librarian-840', '', null, null, 10)), 0::bigint, 'another school has none of them');
select is((select format('%s %s', t.copies, t.on_shelf) from staff.catalogue_title('test-librarian', pg_temp.title('Дубровский')) t), '0 0', 'a title');
select throws_ok($$ select * from staff.catalogue_title('test-librarian-840', pg_temp.title('Ревизор')) $$, 'KB404', null, 'not another school''s');
create function pg_temp.save(p_key integer, p_title bigint, p_name text, p_isbn text default '') returns bigint language sql as $$
    select staff.catalogue_save('test-librarian', pg_temp.key(p_key), p_title, 'textbook', p_name, 'Макарычев Ю. Н.', '', 2020, p_isbn, '', '', 7, 300, '', 60000)
$$;
create temp table saved as select pg_temp.save(1, null, 'Алгебра', '9785171234560') as id;
select is(pg_temp.save(1, null, 'Алгебра', '9785171234560'), (select s.id from saved s), 'a title is added once');
select throws_ok($$ select pg_temp.save(1, null, 'Другая') $$, 'KB409', null, 'another one under its key is not');
select throws_ok($$ select pg_temp.save(2, null, 'Другая', '9785171234560') $$, 'KB422', null, 'an ISBN is one title''s');
select is(pg_temp.save(3, s.id, 'Алгебра. 7 класс', '9785171234560'), s.id, 'it is changed') from saved s;
select is((select t.title from library.title t, saved s where t.id = s.id), 'Алгебра. 7 класс', 'so it is');
select staff.catalogue_save('test-librarian', gen_random_uuid(), t.id, t.kind::text, t.title, t.authors, t.publisher, t.year, t.isbn, t.shelf, t.subject, t.grade, t.pages,
    t.annotation, 61000) as dearer from library.title t where t.price_kop = 60000 order by t.id desc limit 1 \gset
select is((select a.object from site.audit a where a.action = 'title-change' order by a.id desc limit 1), :dearer || ' price 60000 61000', 'who changed a price, and how, is on record');
select throws_ok(format($$ select staff.catalogue_save('test-librarian-840', pg_temp.key(4), %s, 'book', 'x', '', '', null, '', '', '', null, null, '', null) $$, s.id),
    'KB404', null, 'not by another school') from saved s;
create function pg_temp.add(p_key integer, p_count integer, p_codes text[]) returns void language sql as $$
    select staff.catalogue_add_copies('test-librarian', pg_temp.key(p_key), (select s.id from saved s), p_count, p_codes, null, '')
$$;
select lives_ok($$ select pg_temp.add(5, 3, '{a-0001}'), pg_temp.add(5, 3, '{a-0001}') $$, 'copies, the same form twice');
select is(pg_temp.codes('Алгебра. 7 класс'), 'A-0001 839-00006 839-00007', 'the named one, and the next free ones');
select throws_ok($$ select pg_temp.add(6, 1, '{A-0001}') $$, 'KB422', 'Штрихкод A-0001 уже занят.', 'a barcode is one copy''s');
select throws_ok($$ select pg_temp.add(7, 1, '{B-0001,b-0001}') $$, 'KB422', null, 'and named once');
select throws_ok($$ select pg_temp.add(8, 1, '{"щ 1"}') $$, 'KB422', null, 'and is one');
select throws_matching(format($$ select pg_temp.add(9, 1, array[%L]) $$, code), 'счёт или ИДН ученика', 'no reader''s: ' || code)
  from (values ('0278390000'), ('I2222AAAAA'), ('2002783900004')) v(code);
select lives_ok($$ select pg_temp.add(10, 1, '{0278400000}') $$, 'ten digits that are no account of this school');
select library.mark(pg_temp.copy('0278400000'), 'gone', :librarian, 'акт 1') \g /dev/null
insert into import select pg_temp.stage(pg_temp.record(1, 'Хоббит', '', '', '9785171234560', 1, 'H-0001'), pg_temp.record(2, 'Ещё', '', '', '', 1, '0278390001'));
select results_eq(format($$ select number, note, problem from staff.catalogue_import_rows('test-librarian', %s, true, 20) order by number $$, max(i.id)),
    $$ values (1, 'Под этим ISBN в каталоге «Алгебра. 7 класс»: экземпляры добавятся к ней.'::text, ''::text), (2, '', 'Штрихкод 0278390001 — счёт или ИДН ученика.') $$,
    'another title under an ISBN is told; a reader''s number is no barcode') from import i;
select is((select e.barcodes from staff.catalogue_export('test-librarian', 100) e where e.title = 'Алгебра. 7 класс'), 'A-0001 839-00006 839-00007', 'a table of all');

-- Stocktaking
select library.lend(pg_temp.copy('K-0001'), pg_temp.pupil('I2222AAAAA'), :librarian, null, current_date - 10), library.lend(pg_temp.copy('A-0001'), pg_temp.pupil('I2222BBBBB'), :librarian) \g /dev/null
create temp table inventory as select staff.catalogue_inventory_begin('test-librarian', 'Осень') as id;
select throws_ok($$ select staff.catalogue_inventory_begin('test-librarian', 'Ещё') $$, 'KB422', null, 'one at a time');
create function pg_temp.scan(p_code text) returns text language sql as $$
    select s.outcome from inventory i cross join lateral staff.catalogue_inventory_scan('test-librarian', i.id, p_code) s
$$;
select is(pg_temp.scan(v.code), v.outcome, 'scan ' || v.code || ': ' || v.outcome)
  from (values ('K-0002', 'found'), ('k-0002', 'again'), ('Л-0003', 'found'), ('K-0001', 'out'), ('ZZZZ', 'unknown')) v(code, outcome);
create function pg_temp.progress() returns text language sql stable as $$
    select format('%s of %s, elsewhere %s, missing %s', n.found, n.expected, n.elsewhere, n.missing) from inventory i cross join lateral staff.catalogue_inventory('test-librarian', i.id) n
$$;
select is(pg_temp.progress(), '2 of 12, elsewhere 1, missing 10', 'how far it is');
select is((select count(*) from inventory i cross join lateral staff.catalogue_missing('test-librarian', i.id, 0, 100) m), 10::bigint, 'the missing');
select throws_ok(format($$ select staff.catalogue_inventory_scan('test-librarian-840', %s, 'K-0002') $$, i.id), 'KB404', null, 'another school''s') from inventory i;
select lives_ok($$ select library.ask(pg_temp.title('Ревизор'), pg_temp.pupil('I2222CCCCC')) $$, 'somebody is coming for one');
select lives_ok(format($$ select staff.catalogue_inventory_end('test-librarian', %s, true), staff.catalogue_inventory_end('test-librarian', %s, true) $$, i.id, i.id), 'its end, twice') from inventory i;
select is(pg_temp.progress(), '2 of 12, elsewhere 1, missing 10', 'stays what it was');
select library.lend(pg_temp.copy('K-0002'), pg_temp.pupil('I2222BBBBB'), :librarian) \g /dev/null
select is(pg_temp.progress(), '2 of 12, elsewhere 1, missing 10', 'whatever is lent afterwards');
select is((select count(*) filter (where m.is_lost) from library.inventory_missing m, inventory i where m.inventory_id = i.id), 9::bigint, 'lost now, but the kept one');
select is((select count(*) from library.copy c where c.school_id = :school and c.state = 'lost'), 9::bigint, 'so they are');
select throws_ok($$ select pg_temp.scan('D-0001') $$, 'KB422', null, 'nothing is counted any more');
select is((select format('%s %s %s', n.title, n.seen, n.missing) from staff.catalogue_inventories('test-librarian', null, 10) n), 'Осень 3 10', 'the history');

-- Who is late
select results_eq($$ select name, class_name, title, barcode, days, price_kop from staff.catalogue_overdue('test-librarian', null, 0, 10) $$,
    $$ select 'Вымышлев Тихон'::text, '7 «Б»'::text, 'Капитанская дочка'::text, 'K-0001'::text, library.today(people.school_of('027839')) - current_date + 10, 45000::bigint $$,
    'one book, with its days and its price');
select results_eq($$ select class_name, readers, loans, price_kop from staff.catalogue_overdue_classes('test-librarian') $$,
    $$ values ('7 «Б»'::text, 1::bigint, 1::bigint, 45000::bigint) $$, 'by class');
select is((select count(*) from staff.catalogue_overdue('test-librarian-840', null, 0, 10)), 0::bigint, 'not for another school');
select is((select string_agg(p.title, ', ') from staff.catalogue_popular('test-librarian', 10) p), 'Капитанская дочка', 'what is read, textbooks aside');
select is((select format('%s %s %s', count(*), sum(m.loans), sum(m.textbooks)) from staff.catalogue_months('test-librarian') m), '12 2 1', 'by month');

-- The wall
select throws_ok(format('select * from staff.%s', v.call), v.code, null, v.call || ': ' || v.code)
  from (select replace(c.call, '$', quote_literal(w.token)) as call, w.code
          from (values ('catalogue_titles($, '''', null, null, 1)'), ('catalogue_title($, 1)'), ('catalogue_copies($, 1, null, 1)'),
                       ('catalogue_export($, 1)'), ('catalogue_stage($, ''x'', '''', '''', 0, '''')'), ('catalogue_import($, 1)'),
                       ('catalogue_import_rows($, 1, false, 1)'), ('catalogue_import_do($, 1, false)'), ('catalogue_imports($, 1)'),
                       ('catalogue_save($, null, null, ''book'', ''x'', '''', '''', null, '''', '''', '''', null, null, '''', null)'),
                       ('catalogue_add_copies($, null, 1, 1, ''{}'', null, '''')'), ('catalogue_inventories($, null, 1)'), ('catalogue_inventory_begin($, ''x'')'),
                       ('catalogue_inventory($, 1)'), ('catalogue_inventory_scan($, 1, ''x'')'), ('catalogue_inventory_seen($, 1, 1)'), ('catalogue_missing($, 1, 0, 1)'),
                       ('catalogue_inventory_end($, 1, false)'), ('catalogue_overdue_classes($)'), ('catalogue_overdue($, null, 0, 1)'), ('catalogue_popular($, 1)'),
                       ('catalogue_months($)')) c(call),
               (values ('test-teacher', 'KB403'), ('nobody', 'KB401'), ('', 'KB401')) w(token, code)) v;
select is(has_table_privilege('kabinet_librarian', 'library.title', 'select'), false, 'the role reads no table');

select * from finish();
rollback;
