-- What /library asks: loans, queues, the catalogue, what was read, papers; of the visiting child alone. The core is in library-core.sql.
begin;
\ir world.inc
grant usage on schema public to kabinet_library, kabinet_home, kabinet_timetable;
select no_plan();

insert into auth.staff (school_id, login, roles) values (people.school_of('027839'), 'test-librarian', '{librarian}') returning id as librarian \gset
select people.school_of('027839') as school, people.school_of('027840') as other_school \gset
create function pg_temp.pupil(p_idn text) returns bigint language sql stable security definer as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.copy(p_barcode text) returns bigint language sql stable security definer as $$ select c.id from library.copy c where c.barcode = p_barcode $$;
create function pg_temp.title(p_title text) returns bigint language sql stable security definer as $$ select t.id from library.title t where t.title = p_title $$;
create function pg_temp.loan(p_barcode text) returns bigint language sql stable security definer as $$
    select l.id from library.loan l where l.copy_id = pg_temp.copy(p_barcode) order by l.id desc limit 1
$$;
create function pg_temp.hold() returns bigint language sql stable security definer as $$ select max(h.id) from library.hold h $$;
create function pg_temp.today() returns date language sql stable security definer as $$ select library.today(people.school_of('027839')) $$;
create function pg_temp.key(p_n integer) returns uuid language sql immutable as $$ select md5('key ' || p_n)::uuid $$;
-- The word for programs of what was refused.
create function pg_temp.refused(p_call text) returns text language plpgsql as $$
declare
    v_hint text;
begin
    execute p_call;
    return 'done';
exception when sqlstate 'KB422' then
    get stacked diagnostics v_hint = pg_exception_hint;
    return v_hint;
end $$;

select is(pg_temp.first('I2222AAAAA', 'code-I2222AAAAA', 'lemon', 'token-a'), 'ok', 'a family');
select is(pg_temp.first('I2222CCCCC', 'code-I2222CCCCC', 'melon', 'token-c'), 'ok', 'another family');
select is(pg_temp.first('I2222DDDDD', 'code-I2222DDDDD', 'grape', 'token-d'), 'ok', 'at another school');
insert into auth.login default values returning id as login \gset
insert into auth.access (pupil_id, ordinal, login_id, may_finance) select pg_temp.pupil('I2222AAAAA'), 0, :login, false
    on conflict (pupil_id, ordinal) do update set login_id = excluded.login_id;
insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
select sha256(v.token::bytea), v.by::auth.attempt_kind, :login, a.id, '127.0.0.1', 'x'
  from auth.access a, (values ('token-p', 'password'), ('token-pin', 'pin')) v(token, by) where a.login_id = :login;

insert into library.title (school_id, kind, title, authors, subject, grade, isbn, shelf, price_kop, annotation) values
    (:school, 'book', 'Капитанская дочка', 'Пушкин А. С.', 'Русская классика', null, '9785692456212', 'Ш5', 45000, 'О чести.'),
    (:school, 'book', 'Дубровский', 'Пушкин А. С.', 'Русская классика', null, '', 'Ш5', 30000, ''),
    (:school, 'book', 'Щелкунчик и Мышиный король', 'Гофман Э. Т. А.', 'Сказки', null, '5170118791', 'Ш5-6', 30000, ''),
    (:school, 'textbook', 'Алгебра. 7 класс', 'Иксов Г. М.', 'Алгебра', 7, '', 'ряд 7', 60000, ''),
    (:school, 'textbook', 'Алгебра. 8 класс', 'Иксов Г. М.', 'Алгебра', 8, '', 'ряд 8', 60000, ''),
    (:school, 'book', 'Слово \ о ''полку''', '', 'Раздел с '' и \', null, '', '', null, ''),
    (:other_school, 'book', 'Капитанский мостик', 'Дальнев Ф.', 'Русская классика', null, '9785692456212', 'Ш5', 45000, '');
insert into library.copy (school_id, title_id, barcode, acquired_on)
select t.school_id, t.id, v.barcode, '2020-09-01'
  from (values ('Капитанская дочка', 'K-0001'), ('Капитанская дочка', 'K-0002'), ('Дубровский', 'D-0001'), ('Щелкунчик и Мышиный король', 'S-0001'),
               ('Алгебра. 7 класс', 'A-0001'), ('Капитанский мостик', 'M-0001')) v(title, barcode)
  join library.title t on t.title = v.title;

-- ---- the catalogue
create function pg_temp.found(p_words text, p_kind text default '', p_subject text default '', p_grade integer default null,
    p_available boolean default false, p_token text default 'token-a') returns text language sql stable as $$
    select coalesce(string_agg(s.title, ', ' order by s.n), '') from cabinet.library_search(p_token, p_words, p_kind, p_subject, p_grade, p_available, 1, 20) s
     where s.part = 'hit'
$$;
create function pg_temp.facet(p_words text, p_part text) returns text language sql stable as $$
    select coalesce(string_agg(s.value || ' ' || s.n, ', ' order by s.value), '') from cabinet.library_search('token-a', p_words, '', '', null, false, 1, 20) s
     where s.part = p_part
$$;
create function pg_temp.mended(p_words text) returns text language sql stable as $$
    select s.mended from cabinet.library_search('token-a', p_words, '', '', null, false, 1, 20) s where s.part = 'head'
$$;
set local role kabinet_library;
select is(pg_temp.found('капитанской дочки'), 'Капитанская дочка', 'words are found in any case');
select is(pg_temp.mended('капитанской дочки'), null, 'nothing is mended');
select is(pg_temp.found('капитнская'), 'Капитанская дочка', 'typing errors are forgiven');
select is(pg_temp.mended('капитнская'), 'капитанская', 'and it is said by which word');
select is(pg_temp.found('капитнской дочк'), 'Капитанская дочка', 'in any case');
select is(pg_temp.found('капит'), 'Капитанская дочка', 'a beginning is enough');
select is(pg_temp.found('пушкина'), 'Дубровский, Капитанская дочка', 'by the author');
select is(pg_temp.found('щелкунчика'), 'Щелкунчик и Мышиный король', 'by a word of the title');
select is(pg_temp.found('978-5-692-45621-2'), 'Капитанская дочка', 'by ISBN, with hyphens; of this school alone');
select is(pg_temp.found('9785170118793'), 'Щелкунчик и Мышиный король', 'an old ISBN by the new one');
select is(pg_temp.found('5-17-011879-1'), 'Щелкунчик и Мышиный король', 'and by its ten digits');
select is(pg_temp.found('мостик'), '', 'another school''s catalogue is another');
select is(pg_temp.found('капитанский', p_token := 'token-d'), 'Капитанский мостик', 'and theirs is theirs');
select is(pg_temp.found('алгебра', 'textbook', '', 7), 'Алгебра. 7 класс', 'narrowed by kind and grade');
select is(pg_temp.found('', '', 'Русская классика'), 'Дубровский, Капитанская дочка', 'by heading alone');
select is(pg_temp.found('', '', 'Раздел с '' и \'), 'Слово \ о ''полку''', 'whatever signs are in it');
select is(pg_temp.found('алгебра', '', '', null, true), 'Алгебра. 7 класс', 'what is on the shelf now');
select is(pg_temp.found('щщщщщщ'), '', 'nothing is nothing');
select is(pg_temp.found('и в на'), '', 'nor do words that say nothing find anything');
select is(pg_temp.facet('алгебра', 'grade'), '7 1, 8 1', 'hits are counted by grade');
select is(pg_temp.facet('пушкин', 'subject'), 'Русская классика 2', 'by heading');
select is(pg_temp.facet('', 'kind'), 'book 4, textbook 2', 'by kind');
select is(pg_temp.facet('алгебра', 'available'), '1 1', 'by what is there');
reset role;
insert into library.title (school_id, kind, title) select t.school_id, 'book', 'Брошюра ' || n from library.title t, generate_series(1, 150) n where t.id = pg_temp.title('Дубровский');
set local role kabinet_library;
select is((select s.n || ' ' || s.has_more from cabinet.library_search('token-a', '', '', '', null, false, 1, 20) s where s.part = 'head'), '156 false', 'the catalogue is counted whole');
select is(pg_temp.facet('', 'kind'), 'book 154, textbook 2', 'by kind too');
select is((select count(*) from cabinet.library_search('token-a', '', 'book', '', null, false, 8, 20) s where s.part = 'hit'), 14::bigint, 'to its last page');
select is((select s.n || ' ' || s.has_more from cabinet.library_search('token-a', 'брошюра', '', '', null, false, 1, 20) s where s.part = 'head'), '120 true', 'a search stops');
reset role;
delete from library.title where title like 'Брошюра %';
set local role kabinet_library;
select is((select count(*) from cabinet.library_search('token-a', '', '', '', null, false, 2, 4) s where s.part = 'hit'), 2::bigint, 'a second page');
select results_eq($$ select s.title from cabinet.library_search('token-a', '', '', '', null, false, 1, 4) s where s.part = 'hit'
                     union all select s.title from cabinet.library_search('token-a', '', '', '', null, false, 2, 4) s where s.part = 'hit' $$,
    $$ select s.title from cabinet.library_search('token-a', '', '', '', null, false, 1, 20) s where s.part = 'hit' $$, 'pages do not lose or repeat a title');
select is((select t.book from cabinet.library_title('token-a', pg_temp.title('Дубровский')) t), 'Дубровский', 'a title');
select throws_ok($$ select cabinet.library_title('token-d', pg_temp.title('Дубровский')) $$, 'KB404', null, 'another school''s is not found');
select throws_ok($$ select cabinet.library_title('token-a', 0) $$, 'KB404', null, 'as one that there is not');
select is_empty($$ select state from cabinet.library_copies('token-d', pg_temp.title('Дубровский')) $$, 'nor its copies');
reset role;

-- ---- loans
select library.lend(pg_temp.copy('K-0001'), pg_temp.pupil('I2222AAAAA'), :librarian), library.lend(pg_temp.copy('D-0001'), pg_temp.pupil('I2222AAAAA'), :librarian),
       library.lend(pg_temp.copy('K-0002'), pg_temp.pupil('I2222CCCCC'), :librarian) \g /dev/null
update library.loan set due_day = pg_temp.today() - 3 where id = pg_temp.loan('D-0001');
set local role kabinet_library;
select results_eq($$ select title, days_late, is_soon, may_renew from cabinet.library_loans('token-a') $$,
    $$ values ('Дубровский', 3, false, true), ('Капитанская дочка', 0, false, true) $$, 'what the child has, the latest first');
select results_eq($$ select title from cabinet.library_loans('token-p') $$, $$ select title from cabinet.library_loans('token-a') $$, 'the pupil sees the same');
select is_empty($$ select title from cabinet.library_loans('token-d') $$, 'and nobody else');
select throws_ok($$ select cabinet.library_renew('token-c', pg_temp.key(1), pg_temp.loan('D-0001')) $$, 'KB404', null, 'another family''s loan is not found');
select is((select r.due_day from cabinet.library_renew('token-a', pg_temp.key(2), pg_temp.loan('D-0001')) r), pg_temp.today() + 14, 'prolonged');
select is_empty($$ select renewed from cabinet.library_renew('token-a', pg_temp.key(2), pg_temp.loan('D-0001')) $$, 'the same form once');
select is((select l.renewals_left from cabinet.library_loans('token-a') l where l.title = 'Дубровский'), 1, 'indeed');
select is((select r.renewed from cabinet.library_renew('token-p', pg_temp.key(3), null) r), 2, 'all at once, by the pupil');
select is((select r.renewed from cabinet.library_renew('token-p', pg_temp.key(4), null) r), 1, 'what can be');
select is(pg_temp.refused($$ select cabinet.library_renew('token-p', pg_temp.key(5), null) $$), 'limit', 'until nothing can');
select is((select string_agg(l.why, ' ') from cabinet.library_loans('token-a') l), 'renewed renewed', 'and it says why');
reset role;

-- ---- queues
set local role kabinet_library;
select is(pg_temp.refused($$ select cabinet.library_hold('token-a', pg_temp.title('Дубровский')) $$), 'again', 'no place for who has it');
select throws_ok($$ select cabinet.library_hold('token-d', pg_temp.title('Дубровский')) $$, 'KB404', null, 'nor at another school');
select is((select h.state from cabinet.library_hold('token-c', pg_temp.title('Дубровский')) h), 'waiting', 'a place in the queue');
select is((select h.hold_id from cabinet.library_hold('token-c', pg_temp.title('Дубровский')) h), (select h.hold_id from cabinet.library_holds('token-c') h), 'one');
select is((select h.place from cabinet.library_holds('token-c') h), 1::bigint, 'the first');
select is((select t.queue from cabinet.library_title('token-a', pg_temp.title('Дубровский')) t), 1::bigint, 'others see how many wait');
select is((select l.why from cabinet.library_loans('token-a') l where l.title = 'Дубровский'), 'renewed', 'not prolonged');
select throws_ok($$ select cabinet.library_hold_drop('token-a', pg_temp.hold()) $$, 'KB404', null, 'another family''s place is not found');
select throws_ok($$ select cabinet.library_hold_sleep('token-a', pg_temp.hold(), pg_temp.today() + 5) $$, 'KB404', null, 'nor put to sleep');
select is(pg_temp.refused($$ select cabinet.library_hold_sleep('token-c', pg_temp.hold(), pg_temp.today()) $$), 'limit', 'asleep till tomorrow at least');
select is(pg_temp.refused($$ select cabinet.library_hold_sleep('token-c', pg_temp.hold(), pg_temp.today() + 121) $$), 'limit', 'and not for ever');
select lives_ok($$ select cabinet.library_hold_sleep('token-c', pg_temp.hold(), pg_temp.today() + 5) $$, 'asleep');
select is((select h.asleep_till from cabinet.library_holds('token-c') h), pg_temp.today() + 5, 'it says till when');
reset role;
select library.give_back(pg_temp.copy('D-0001'), :librarian) \g /dev/null
set local role kabinet_library;
select is((select h.state from cabinet.library_holds('token-c') h), 'waiting', 'who sleeps lets others pass');
select lives_ok($$ select cabinet.library_hold_sleep('token-c', pg_temp.hold(), null) $$, 'awake');
select is((select h.state from cabinet.library_holds('token-c') h), 'kept', 'a free copy is kept at once');
select is((select h.kept_till from cabinet.library_holds('token-c') h), pg_temp.today() + 3, 'for three days');
select is(pg_temp.refused($$ select cabinet.library_hold_sleep('token-c', pg_temp.hold(), pg_temp.today() + 5) $$), 'kept', 'what is kept does not sleep');
select lives_ok($$ select cabinet.library_hold_drop('token-c', pg_temp.hold()) $$, 'given up');
select lives_ok($$ select cabinet.library_hold_drop('token-c', pg_temp.hold()) $$, 'twice is harmless');
select is_empty($$ select hold_id from cabinet.library_holds('token-c') $$, 'and gone');
select is((select t.may_hold from cabinet.library_title('token-c', pg_temp.title('Дубровский')) t), true, 'others may have it');
reset role;

-- ---- what was read
set local role kabinet_library;
select results_eq($$ select title from cabinet.library_history('token-a', null, 10) $$, $$ values ('Дубровский') $$, 'what was brought back');
select is_empty($$ select title from cabinet.library_history('token-c', null, 10) $$, 'of this child alone');
select is_empty($$ select title from cabinet.library_history('token-a', 1, 10) $$, 'below a loan');
select throws_ok($$ select cabinet.library_remember('token-pin', false) $$, 'KB422', null, 'not by a PIN');
select lives_ok($$ select cabinet.library_remember('token-a', false) $$, 'forgotten');
select is_empty($$ select title from cabinet.library_history('token-a', null, 10) $$, 'for ever');
select is((select r.keeps_history from cabinet.library_reader('token-p') r), false, 'as the child''s pages say');
select is((select count(*) from cabinet.library_loans('token-a')), 1::bigint, 'what is at home stays');
select lives_ok($$ select cabinet.library_remember('token-a', true) $$, 'remembered again');
select is((select r.keeps_history from cabinet.library_reader('token-a') r), true, 'from now on');
reset role;

-- ---- losses, papers
insert into ledger.account (kind, school_id) select 'provider', :school
 where not exists (select from ledger.account a where a.kind = 'provider' and a.school_id = :school);
select ledger.post('top_up', 't', 'y', current_date, 't', 's', 'r', array[ledger.pupil_account(pg_temp.pupil('I2222AAAAA')), a.id], array[50000, -50000])
  from ledger.account a where a.kind = 'provider' and a.school_id = :school \gset x
set local role kabinet_library;
select results_eq($$ select title, is_lost, is_overdue from cabinet.library_debts('token-a') $$, $$ values ('Капитанская дочка', false, false) $$, 'what is owed');
reset role;
select library.lose(pg_temp.loan('K-0001'), :librarian, false) \g /dev/null
set local role kabinet_library;
select is_empty($$ select title from cabinet.library_loans('token-a') $$, 'a lost book is not at home');
select results_eq($$ select price_kop, is_charged, charged_kop from cabinet.library_losses('token-a') $$, $$ values (45000::bigint, false, null::bigint) $$, 'lost');
select results_eq($$ select price_kop, is_lost from cabinet.library_debts('token-a') $$, $$ values (45000::bigint, true) $$, 'its price is owed');
select results_eq($$ select price_kop from cabinet.library_debts('token-p') $$, $$ values (null::bigint) $$, 'which the pupil is not told');
reset role;
select library.lose(pg_temp.loan('K-0001'), :librarian, true) \g /dev/null
set local role kabinet_library;
select results_eq($$ select is_charged, charged_kop, refunded_kop from cabinet.library_losses('token-a') $$, $$ values (true, 45000::bigint, null::bigint) $$, 'charged');
select results_eq($$ select is_charged, charged_kop from cabinet.library_losses('token-p') $$, $$ values (true, null::bigint) $$, 'no sums for the pupil');
select is_empty($$ select title from cabinet.library_losses('token-c') $$, 'and nothing for others');
select is_empty($$ select title from cabinet.library_debts('token-a') $$, 'what is paid is not owed');
reset role;
select library.find_again(pg_temp.loan('K-0001'), :librarian) \g /dev/null
set local role kabinet_library;
select results_eq($$ select charged_kop, refunded_kop, found_day from cabinet.library_losses('token-a') $$,
    $$ values (45000::bigint, 45000::bigint, pg_temp.today()) $$, 'found and refunded');
select results_eq($$ select idn, class_name from cabinet.library_card('token-p') $$, $$ select v.idn, v.class_name from cabinet.library_card('token-a') v $$, 'the card');
select is((select count(*) from cabinet.library_shelf('token-a', 3) s where s.part = 'new'), 3::bigint, 'new books');
select is((select string_agg(s.title, ', ') from cabinet.library_shelf('token-a', 1) s where s.part = 'popular'), 'Капитанская дочка', 'and what is read most');
reset role;

-- ---- Главная and the calendar
update library.loan set due_day = pg_temp.today() + 3 where id = pg_temp.loan('K-0002');
set local role kabinet_home;
select results_eq($$ select books, overdue, due_day, first_title from cabinet.home_books('token-c') $$,
    $$ values (1::bigint, 0::bigint, pg_temp.today() + 3, 'Капитанская дочка') $$, 'Главная says what is due soon');
select is_empty($$ select books from cabinet.home_books('token-a') $$, 'to whom it is due');
reset role;
update library.loan set due_day = pg_temp.today() + 4 where id = pg_temp.loan('K-0002');
set local role kabinet_home;
select is_empty($$ select books from cabinet.home_books('token-c') $$, 'not before');
reset role;
insert into auth.calendar (access_id, kind, token_hash, form_key, reminds, with_idn)
select a.id, 'library', sha256(repeat(k.s, 43)::bytea), gen_random_uuid(), true, false
  from (values ('c', 'I2222CCCCC'), ('d', 'I2222DDDDD')) k(s, idn) join auth.access a on a.pupil_id = pg_temp.pupil(k.idn) and a.ordinal = 1;
set local role kabinet_timetable;
select results_eq($$ select uid, title, starts::date, is_all_day, revision from cabinet.calendar_feed(repeat('c', 43)) $$,
    $$ values ('loan-' || pg_temp.loan('K-0002'), 'Вернуть в библиотеку: Капитанская дочка', pg_temp.today() + 4, true, 0) $$, 'the calendar has the day');
select results_eq($$ select uid from cabinet.calendar_feed(repeat('d', 43)) $$, $$ values (null::text) $$, 'an empty one is a calendar too');
reset role;
select library.renew(pg_temp.loan('K-0002'), null) \g /dev/null
set local role kabinet_timetable;
select results_eq($$ select starts::date, revision from cabinet.calendar_feed(repeat('c', 43)) $$, $$ values (pg_temp.today() + 18, 1) $$, 'and the new one');
reset role;

-- ---- the wall
create function pg_temp.calls() returns table (call text) language sql as $$
    values ('library_reader(%L)'), ('library_loans(%L)'), ('library_losses(%L)'), ('library_holds(%L)'), ('library_shelf(%L, 3)'), ('library_title(%L, 1)'),
           ('library_copies(%L, 1)'), ('library_history(%L, null, 3)'), ('library_card(%L)'), ('library_debts(%L)'), ('library_renew(%L, pg_temp.key(9), null)'),
           ('library_hold(%L, 1)'), ('library_hold_drop(%L, 1)'), ('library_hold_sleep(%L, 1, null)'), ('library_remember(%L, true)'),
           ('library_search(%L, '''', '''', '''', null, false, 1, 20)')
$$;
select throws_ok('select cabinet.' || format(c.call, ''), 'KB401', null, 'no token: ' || split_part(c.call, '(', 1)) from pg_temp.calls() c;
update auth.session set last_used_at = now() - interval '31 min' where token_hash = sha256('token-a');
select throws_ok('select cabinet.' || format(c.call, 'token-a'), 'KB401', null, 'an old one: ' || split_part(c.call, '(', 1)) from pg_temp.calls() c;
select is_empty('select id, detail from ledger.violations', 'the books are true');
select * from finish();
rollback;
