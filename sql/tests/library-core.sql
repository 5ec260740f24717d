-- The core of the library: search, loans, the queue, losses. What programs ask of it is in library.sql.
begin;
\ir world.inc
select no_plan();

insert into auth.staff (school_id, login, roles) values (people.school_of('027839'), 'test-librarian', '{librarian}') returning id as librarian \gset
select people.school_of('027839') as school \gset
create function pg_temp.pupil(p_idn text) returns bigint language sql stable as $$ select p.id from school.pupil p where p.idn = p_idn $$;
create function pg_temp.copy(p_barcode text) returns bigint language sql stable as $$ select c.id from library.copy c where c.barcode = p_barcode $$;
create function pg_temp.title(p_title text) returns bigint language sql stable as $$ select t.id from library.title t where t.title = p_title $$;
create function pg_temp.librarian() returns bigint language sql stable as $$ select f.id from auth.staff f where f.login = 'test-librarian' $$;
create function pg_temp.lend(p_barcode text, p_idn text) returns bigint language sql as $$
    select library.lend(pg_temp.copy(p_barcode), pg_temp.pupil(p_idn), pg_temp.librarian())
$$;
create function pg_temp.back(p_barcode text) returns bigint language sql as $$ select library.give_back(pg_temp.copy(p_barcode), pg_temp.librarian()) $$;
create function pg_temp.state(p_barcode text) returns text language sql stable as $$ select c.state::text from library.copy c where c.barcode = p_barcode $$;
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

insert into library.title (school_id, title, authors, kind, price_kop) values
    (:school, 'Капитанская дочка', 'Пушкин А. С.', 'book', 45000), (:school, 'Дубровский', 'Пушкин А. С.', 'book', null),
    (:school, 'Алгебра. 7 класс', 'Макарычев Ю. Н.', 'textbook', 60000), (:school, 'Дочь полка', '', 'book', null);
insert into library.copy (school_id, title_id, barcode, acquired_on)
select :school, t.id, v.barcode, '2020-09-01'
  from (values ('Капитанская дочка', 'K-0001'), ('Капитанская дочка', 'K-0002'), ('Дубровский', 'D-0001'), ('Алгебра. 7 класс', 'A-0001')) v(title, barcode)
  join library.title t on t.title = v.title;

-- Words
create function pg_temp.found(p_words text) returns text language sql stable as $$
    select coalesce(string_agg(t.title, ', ' order by t.title), '') from library.title t where t.words @@ library.query(p_words)
$$;
select is(pg_temp.found('капитанской дочки'), 'Капитанская дочка', 'words are found in any case');
select is(pg_temp.found('капитан'), 'Капитанская дочка', 'a beginning is enough for the last word');
select is(pg_temp.found('Пушкина'), 'Дубровский, Капитанская дочка', 'by the author');
select is(pg_temp.found('капитнская'), '', 'a typing error finds nothing by itself');
select is(library.mend(:school, 'капитнская дочка'), 'капитанская дочка', 'and is mended by the nearest word');
select is(library.mend(:school, 'Дубровскй пушкн'), 'дубровский пушкин', 'each of them');
select is(library.mend(:school, '7 и щщщщщ'), null, 'what is near to nothing stays');
select is(library.mend(:school, 'капитанская-дочка'), null, 'a hyphen is no error');
select is(library.query('капитанская-дочка'), library.query('капитанская дочка'), 'and is asked for as its words');
select is(library.query('и в на'), null, 'words that say nothing are no query');
select is(library.query(''), null, 'nor is none');

-- Lending
select lives_ok($$ select pg_temp.lend('K-0001', 'I2222AAAAA') $$, 'a copy is lent');
select is(pg_temp.state('K-0001'), 'out', 'it is out');
select is(pg_temp.refused($$ select pg_temp.lend('K-0001', 'I2222CCCCC') $$), 'lent', 'not to a second reader');
select is(pg_temp.refused($$ select pg_temp.lend('K-0001', 'I2222AAAAA') $$), 'lent', 'nor to the same one');
select throws_ok($$ select pg_temp.lend('K-0002', 'I2222DDDDD') $$, 'KB404', null, 'nor to another school''s');
select lives_ok($$ select pg_temp.back('K-0001') $$, 'it comes back');
select is(pg_temp.refused($$ select pg_temp.back('K-0001') $$), 'again', 'once');

-- The queue
select lives_ok($$ select pg_temp.lend('K-0001', 'I2222AAAAA'), pg_temp.lend('K-0002', 'I2222BBBBB') $$, 'both copies are out');
create temp table hold as select library.ask(pg_temp.title('Капитанская дочка'), pg_temp.pupil('I2222CCCCC')) as id;
select is(library.ask(pg_temp.title('Капитанская дочка'), pg_temp.pupil('I2222CCCCC')), (select h.id from hold h), 'one place in the queue');
select is(pg_temp.refused($$ select library.ask(pg_temp.title('Капитанская дочка'), pg_temp.pupil('I2222AAAAA')) $$), 'again', 'not for who has it');
select is(pg_temp.refused($$ select library.ask(pg_temp.title('Дочь полка'), pg_temp.pupil('I2222AAAAA')) $$), 'unknown', 'nor for what has no copy');
select throws_ok($$ select library.ask(pg_temp.title('Дубровский'), pg_temp.pupil('I2222DDDDD')) $$, 'KB404', null, 'nor at another school');
select is(pg_temp.refused(format('select library.renew(%s, null)', l.id)), 'queued', 'what somebody waits for is not prolonged')
  from library.loan l where l.copy_id = pg_temp.copy('K-0001') and l.returned_at is null;
select lives_ok($$ select pg_temp.back('K-0002') $$, 'one comes back');
select is(pg_temp.state('K-0002'), 'kept', 'it waits for the reader');
select is(pg_temp.refused($$ select pg_temp.lend('K-0002', 'I2222BBBBB') $$), 'kept', 'and is lent to nobody else');
select is((select h.kept_till - library.today(:school) from library.hold h, hold o where h.id = o.id), 3, 'for three days');
update library.hold set kept_till = library.today(:school) - 1 where id = (select id from hold);
select is(library.expire_holds(:school), 1, 'who does not come');
select is(pg_temp.state('K-0002'), 'in', 'lets the next have it');
insert into hold select library.ask(pg_temp.title('Капитанская дочка'), pg_temp.pupil('I2222CCCCC'));
select is(pg_temp.state('K-0002'), 'kept', 'a free copy is kept at once');
select lives_ok($$ select pg_temp.lend('K-0002', 'I2222CCCCC') $$, 'and lent to whom it waits for');
select is((select h.state::text from library.hold h where h.id = (select max(id) from hold)), 'taken', 'his place is used up');
insert into hold select library.ask(pg_temp.title('Капитанская дочка'), pg_temp.pupil('I2222BBBBB'));
update library.hold set asleep_till = library.today(:school) + 5 where id = (select max(id) from hold);
select lives_ok($$ select pg_temp.back('K-0002') $$, 'a copy comes back');
select is(pg_temp.state('K-0002'), 'in', 'who is away lets others pass');
update library.hold set asleep_till = library.today(:school) where id = (select max(id) from hold);
select is(library.expire_holds(:school), 0, 'and gets his turn');
select is(pg_temp.state('K-0002'), 'kept', 'when he is back');
select is(library.drop_hold((select max(id) from hold), 'dropped', library.today(:school)), true, 'a place is given up');
select is(library.drop_hold((select max(id) from hold), 'dropped', library.today(:school)), false, 'once');
select is(pg_temp.state('K-0002'), 'in', 'and the copy is free');

-- Renewing
create temp table loan as select l.id, l.due_day from library.loan l where l.copy_id = pg_temp.copy('K-0001') and l.returned_at is null;
select is(library.renew(l.id, null), l.due_day + 14, 'prolonged by two weeks') from loan l;
select lives_ok('select library.renew(id, null) from loan', 'and once more');
select is(pg_temp.refused('select library.renew(id, null) from loan'), 'renewed', 'and no more');

-- Limits
update library.policy set max_loans = 1 where school_id = :school;
select is(pg_temp.refused($$ select pg_temp.lend('D-0001', 'I2222AAAAA') $$), 'limit', 'no more books than the rules have');
select lives_ok($$ select pg_temp.lend('A-0001', 'I2222AAAAA') $$, 'textbooks aside');

-- Losses
select throws_ok('select library.lose(id, pg_temp.librarian(), true) from loan', 'KB422', null, 'a lost book is charged only where there is money');
insert into ledger.account (kind, school_id) select 'provider', :school
 where not exists (select from ledger.account a where a.kind = 'provider' and a.school_id = :school);
select ledger.post('top_up', 't', 'y', current_date, 't', 's', 'r', array[ledger.pupil_account(pg_temp.pupil('I2222AAAAA')), a.id], array[50000, -50000])
  from ledger.account a where a.kind = 'provider' and a.school_id = :school \gset x
create function pg_temp.has(p_idn text) returns bigint language sql stable as $$
    select b.balance_kop from ledger.balance b where b.account_id = ledger.pupil_account(pg_temp.pupil(p_idn))
$$;
create temp table before as select pg_temp.has('I2222AAAAA') as kop;
create temp table charged as select library.lose(id, pg_temp.librarian(), true) as entry from loan;
select is(pg_temp.has('I2222AAAAA'), (select kop - 45000 from before), 'the price is charged');
select is(library.lose(l.id, pg_temp.librarian(), true), (select c.entry from charged c), 'once') from loan l;
select is(pg_temp.state('K-0001'), 'lost', 'the copy is lost');
select is(pg_temp.refused($$ select library.mark(pg_temp.copy('K-0001'), 'in', pg_temp.librarian(), '') $$), 'lent', 'found it is only with its reader');
select isnt(library.find_again(l.id, pg_temp.librarian()), null, 'found again') from loan l;
select is(pg_temp.has('I2222AAAAA'), (select kop from before), 'the money is back');
select is(pg_temp.state('K-0001'), 'in', 'and the book');
select is(pg_temp.refused('select library.find_again(id, pg_temp.librarian()) from loan'), 'again', 'once');

-- The record, and forgetting
select lives_ok($$ select library.mark(pg_temp.copy('K-0001'), 'repair', pg_temp.librarian(), 'переплёт') $$, 'to repair');
select is(pg_temp.refused($$ select pg_temp.lend('K-0001', 'I2222CCCCC') $$), 'unknown', 'not lent from there');
select throws_ok('update library.event set note = ''x''', '23001', null, 'the record of a copy is append-only');
select is(library.forget(pg_temp.pupil('I2222CCCCC')), 1, 'a reader has his history forgotten');
select is((select count(*) from library.loan l where l.pupil_id = pg_temp.pupil('I2222CCCCC')), 0::bigint, 'nothing is left of it');
insert into library.reader (pupil_id, keeps_history) values (pg_temp.pupil('I2222CCCCC'), false);
update library.policy set max_loans = 5 where school_id = :school;
select lives_ok($$ select pg_temp.lend('D-0001', 'I2222CCCCC'), pg_temp.back('D-0001') $$, 'who wants none kept');
select is((select count(*) from library.loan l where l.pupil_id = pg_temp.pupil('I2222CCCCC')), 0::bigint, 'leaves none');

-- What a race would do, one after another: places are kept, nothing is counted twice, nothing of the past stays behind
create function pg_temp.ask(p_title text, p_idn text) returns bigint language sql as $$ select library.ask(pg_temp.title(p_title), pg_temp.pupil(p_idn)) $$;
create function pg_temp.kept_for(p_barcode text) returns text language sql stable as $$
    select p.idn::text from library.hold h join school.pupil p on p.id = h.pupil_id where h.copy_id = pg_temp.copy(p_barcode) and h.state = 'kept'
$$;
insert into library.title (school_id, title) values (:school, 'Каштанка'), (:school, 'Муму');
insert into library.copy (school_id, title_id, barcode, acquired_on)
select :school, pg_temp.title(v.title), v.barcode, '2020-09-01' from (values ('Каштанка', 'S-0001'), ('Каштанка', 'S-0002'), ('Муму', 'M-0001')) v(title, barcode);
delete from library.reader r where r.pupil_id = pg_temp.pupil('I2222CCCCC');
select lives_ok($$ select pg_temp.lend('S-0001', 'I2222AAAAA'), pg_temp.lend('S-0002', 'I2222AAAAA') $$, 'all copies are out');
select pg_temp.ask('Каштанка', 'I2222BBBBB') as first, pg_temp.ask('Каштанка', 'I2222CCCCC') as second \gset
update library.hold set asleep_till = library.today(:school) + 5 where id in (:first, :second);
select is(pg_temp.refused(format('select library.renew(%s, null)', l.id)), 'queued', 'not prolonged beyond the day the next reader is back')
  from library.loan l where l.copy_id = pg_temp.copy('S-0001') and l.returned_at is null;
update library.hold set asleep_till = library.today(:school) + 100 where id in (:first, :second);
select is(pg_temp.refused(format('select library.renew(%s, null)', l.id)), 'done', 'but until a day before that')
  from library.loan l where l.copy_id = pg_temp.copy('S-0001') and l.returned_at is null;
select lives_ok($$ select pg_temp.back('S-0001') $$, 'a copy is free while both are away');
-- Both are back today; the nightly job has not come yet.
update library.hold set asleep_till = library.today(:school) where id in (:first, :second);
select is(pg_temp.refused($$ select pg_temp.lend('S-0001', 'I2222CCCCC') $$), 'queued', 'the second in the queue does not overtake the first');
select is(library.expire_holds(:school), 0, 'the night serves the queue');
select is(pg_temp.kept_for('S-0001'), 'I2222BBBBB', 'in its order');
select throws_ok(format('select library.drop_hold(%s, ''taken'', current_date)', :first), null, null, 'a place ends by being dropped or expired');
select throws_ok('select library.drop_hold(-1, ''dropped'', current_date)', 'KB404', null, 'there is none');
select lives_ok($$ select library.mark(pg_temp.copy('S-0001'), 'lost', pg_temp.librarian(), '') $$, 'a kept copy is not found on its shelf');
select is((select h.state::text from library.hold h where h.id = :first), 'waiting', 'its reader waits on');
select lives_ok($$ select pg_temp.back('S-0002') $$, 'another copy');
select is(pg_temp.kept_for('S-0002'), 'I2222BBBBB', 'is his, before those who came later');
select is(pg_temp.refused($$ select library.mark(pg_temp.copy('S-0002'), 'in', pg_temp.librarian(), '') $$), 'lent', 'kept is kept');
select lives_ok($$ select library.mark(pg_temp.copy('S-0001'), 'in', pg_temp.librarian(), '') $$, 'the lost one is found');
select is(pg_temp.kept_for('S-0001'), 'I2222CCCCC', 'and kept for the second');
select lives_ok($$ select pg_temp.lend('S-0002', 'I2222BBBBB') $$, 'the first takes his');
select lives_ok($$ select pg_temp.back('S-0002') $$, 'and returns it');
select lives_ok($$ select pg_temp.lend('S-0002', 'I2222CCCCC') $$, 'the second takes another copy than the kept one');
select is(pg_temp.state('S-0001'), 'in', 'which is free then');
select is((select string_agg(e.kind::text, ' ' order by e.id) from library.event e where e.copy_id = pg_temp.copy('S-0001')),
          'lend renew return keep unkeep lose find keep unkeep', 'the record of a copy tells all of it');
select is(pg_temp.refused($$ select library.mark(pg_temp.copy('S-0001'), 'gone', pg_temp.librarian(), '') $$), 'done', 'written off');
select is(pg_temp.refused($$ select library.mark(pg_temp.copy('S-0001'), 'in', pg_temp.librarian(), '') $$), 'lent', 'for ever');
insert into library.title (school_id, title) select :school, 'Единственная' returning id as only_title \gset
insert into library.copy (school_id, title_id, barcode, acquired_on) values (:school, :only_title, 'O-0001', current_date);
select pg_temp.lend('O-0001', 'I2222AAAAA') \g /dev/null
select library.ask(:only_title, pg_temp.pupil('I2222BBBBB')) as vain \gset
select library.lose((select l.id from library.loan l where l.copy_id = pg_temp.copy('O-0001') and l.returned_at is null), pg_temp.librarian(), false) \g /dev/null
select is(library.expire_holds(:school), 1, 'the last copy is lost:');
select is((select h.state::text from library.hold h where h.id = :vain), 'expired', 'nobody waits for it');

update library.policy set max_holds = 1 where school_id = :school;
select lives_ok($$ select pg_temp.ask('Муму', 'I2222CCCCC') $$, 'a place');
select is(pg_temp.refused($$ select pg_temp.ask('Дубровский', 'I2222CCCCC') $$), 'limit', 'no more places than the rules have');
-- Given up each time, and forgotten: it still moved a copy each time.
select pg_temp.refused($$ select library.drop_hold(pg_temp.ask('Дубровский', 'I2222AAAAA'), 'dropped', current_date) $$), library.forget(pg_temp.pupil('I2222AAAAA'))
  from generate_series(1, library.max_asks()) n \g /dev/null
select is(pg_temp.refused($$ select pg_temp.ask('Дубровский', 'I2222AAAAA') $$), 'limit', 'nor again and again');
update library.ask_count set day = day - 1;
select is(pg_temp.refused($$ select pg_temp.ask('Дубровский', 'I2222AAAAA') $$), 'done', 'the next day is another');
delete from library.hold where pupil_id = pg_temp.pupil('I2222AAAAA') and state = 'dropped';
update school.pupil set state = 'left' where idn = 'I2222BBBBB';
select throws_ok($$ select pg_temp.ask('Муму', 'I2222BBBBB') $$, 'KB404', null, 'who has left the school asks for nothing');

insert into library.reader (pupil_id, keeps_history) values (pg_temp.pupil('I2222CCCCC'), false);
select lives_ok($$ select pg_temp.lend('M-0001', 'I2222CCCCC'), pg_temp.back('M-0001'), pg_temp.back('S-0002') $$, 'who wants no history');
select is_empty($$ select from library.loan l where l.pupil_id = pg_temp.pupil('I2222CCCCC') $$, 'leaves no loan');
select is_empty($$ select from library.hold h where h.pupil_id = pg_temp.pupil('I2222CCCCC') $$, 'no place in a queue');
select is_empty($$ select from notice.event e where e.pupil_id = pg_temp.pupil('I2222CCCCC') $$, 'and no event');
insert into library.loan (copy_id, title_id, pupil_id, lent_by, due_day, returned_at, returned_by)
select c.id, c.title_id, pg_temp.pupil('I2222CCCCC'), pg_temp.librarian(), current_date, now(), pg_temp.librarian()
  from library.copy c where c.barcode = 'M-0001';
select is(library.expire_holds(:school), 0, 'whatever came in between');
select is_empty($$ select from library.loan l where l.pupil_id = pg_temp.pupil('I2222CCCCC') $$, 'goes at night');
select is_empty('select id, detail from ledger.violations', 'the books are true');
select * from finish();
rollback;
