-- The register of appeals: numbers, terms, steps. What programs ask of it is in appeals.sql and support.sql.
begin;
\ir world.inc
select no_plan();
select people.school_of('027839') as school \gset
create function pg_temp.access(p_idn text) returns bigint language sql stable as $$
    select a.id from auth.access a join school.pupil p on p.id = a.pupil_id where p.idn = p_idn and a.ordinal = 1
$$;
create function pg_temp.state(p_appeal bigint) returns text language sql stable as $$ select a.state::text from appeal.appeal a where a.id = p_appeal $$;

-- Working days: Fri 6 Nov 2026, with Monday and Wednesday off
insert into school.day_off (school_id, day, title) values (:school, '2026-11-09', 'карантин'), (:school, '2026-11-11', 'карантин');
select is(appeal.working_days_on(:school, '2026-11-06', 1), '2026-11-10'::date, 'the weekend and a day off do not count');
select is(appeal.working_days_on(:school, '2026-11-06', 3), '2026-11-13'::date, 'three working days');
select is(appeal.working_days_on(:school, '2026-11-06', 30), '2026-12-22'::date, 'thirty');
select is(appeal.working_days_on(:school, '2026-12-30', 3), '2027-01-12'::date, 'over the New Year, which is in no calendar of lessons');
select is(appeal.working_days_on(:school, '2026-11-07', 1), '2026-11-10'::date, 'written on a Saturday: the first day is the next working one');
select is(appeal.working_days_on(:school, '2027-02-22', 1), '2027-02-24'::date, 'a public holiday that nobody wrote down');
select results_eq(format($$ select appeal.working_days_left(%s, d, '2026-11-12') from unnest('{2026-11-12,2026-11-10,2026-11-06,2026-11-13,2026-11-14,2026-11-16}'::date[]) d $$, :school),
    $$ values (0), (1), (2), (-1), (-1), (-2) $$, 'how many are left, or passed since');

select appeal.send(pg_temp.access('I2222AAAAA'), 'meals', 'Не пришёл обед', 'Ребёнок остался без обеда.', '{}') as id \gset
select appeal.send(pg_temp.access('I2222CCCCC'), 'cabinet', 'Не открывается дневник', 'Ошибка.', '{}') as other \gset
select appeal.send(pg_temp.access('I2222DDDDD'), 'money', 'Платёж', 'Не дошёл.', '{}') as far \gset
select matches(number, '^027839-\d{4}/1$', 'the first number of the year') from appeal.appeal where id = :id;
select matches(number, '^027839-\d{4}/2$', 'the second') from appeal.appeal where id = :other;
select matches(number, '^027840-\d{4}/1$', 'each school has numbers of its own') from appeal.appeal where id = :far;
select is(desk::text, 'canteen', 'the category chooses the desk') from appeal.appeal where id = :id;
select throws_ok($$ select appeal.send(pg_temp.access('I2222AAAAA'), 'nothing', 'a', 'b', '{}') $$, 'KB404', null, 'a category that is none');
select is((select count(*) from appeal.appeal a where a.words @@ plainto_tsquery('russian', 'обедов')), 1::bigint, 'found by its words');

-- Two who answer at once
select revision as seen from appeal.appeal where id = :id \gset
select lives_ok(format('select appeal.move(appeal.lock(%s, %s), ''registered'', ''canteen'', null, null, '''')', :id, :seen), 'registered');
select throws_ok(format('select appeal.lock(%s, %s)', :id, :seen), 'KB422', null, 'who has not seen it is told');
select is(registered_at is not null, true, 'the day of it is kept') from appeal.appeal where id = :id;
select is((select count(*) from appeal.event e where e.appeal_id = :id), 2::bigint, 'each step is in the record');
select throws_ok('delete from appeal.event', '23001', null, 'which is append-only');
select throws_ok('update appeal.appeal set number = number', '23001', null, 'a number stays');
select throws_ok('delete from appeal.appeal', '23001', null, 'and nothing goes out of the register');
select throws_ok('update appeal.message set body = ''x''', '23001', null, 'as messages are');

-- Terms
select is(appeal.escalate(:school), 0, 'nothing is late');
update appeal.appeal set register_by = current_date - 2 where id = :other;
select is(appeal.escalate(:school), 1, 'not registered in time');
select is(appeal.escalate(:school), 0, 'told once');
select is(priority::int, 1, 'and urgent now') from appeal.appeal where id = :other;
update appeal.appeal set answer_by = current_date - 2 where id = :id;
select is(appeal.escalate(:school), 1, 'not answered in time');
select appeal.move(appeal.lock(:id), 'answered', 'canteen', null, null, '') \g /dev/null
update appeal.appeal set answered_at = now() - interval '15 days' where id = :id;
select is(appeal.escalate(:school), 0, 'an answer of two weeks ago');
select is(pg_temp.state(:id), 'closed', 'closes the appeal');
select appeal.move(appeal.lock(:id), 'reopened', 'canteen', null, null, '') \g /dev/null
select ok(answer_by > current_date + 30 and escalated_at is null and answered_at is null, 'reopened, its term begins anew') from appeal.appeal where id = :id;

-- A second term of one appeal, and what is remembered of it
select appeal.send(pg_temp.access('I2222BBBBB'), 'study', 'Оценка', 'Не та.', '{}') as late \gset
update appeal.appeal set register_by = current_date - 2 where id = :late;
select is(appeal.escalate(:school), 1, 'nobody registered it');
update appeal.appeal set answer_by = current_date - 2 where id = :late;
select is(appeal.escalate(:school), 1, 'and nobody answered: the second term is said too');
select is(appeal.escalate(:school), 0, 'once');
select results_eq(format('select words from appeal.event where appeal_id = %s and words <> '''' order by id', :late), $$ values ('срок регистрации прошёл'), ('срок ответа прошёл') $$, 'both are in the record');
select appeal.move(appeal.lock(:late), 'answered', 'school', null, null, '') \g /dev/null
select appeal.move(appeal.lock(:late), 'reopened', 'school', pg_temp.access('I2222BBBBB'), null, '') \g /dev/null
select ok(is_late and escalated_at is null, 'reopened: not escalated, but late it was') from appeal.appeal where id = :late;
update appeal.appeal set answer_by = current_date - 1 where id = :late;
select is(appeal.escalate(:school), 1, 'the new term passes as well');

-- The calendar changes: terms of open ones follow it, from the day of sending or of reopening
select appeal.send(pg_temp.access('I2222BBBBB'), 'study', 'Расписание', 'Когда?', '{}') as open \gset
select register_by as was, answer_by as was_answer from appeal.appeal where id = :open \gset
insert into school.day_off (school_id, day, title) values (:school, :'was', 'карантин');
select ok(register_by > :'was' and answer_by > :'was_answer', 'a day off that is added moves both terms') from appeal.appeal where id = :open;
select is(answer_by, appeal.working_days_on(:school, current_date, 30), 'a reopened one is counted from that day') from appeal.appeal where id = :late;
select is(answer_by, (select appeal.working_days_on(:school, current_date, 30)), 'and so is one just sent') from appeal.appeal where id = :open;
delete from school.day_off where school_id = :school and day = :'was';
select ok(register_by = :'was' and answer_by = :'was_answer', 'taken away again, it moves them back') from appeal.appeal where id = :open;

-- Who has it, and what the family is told
create function pg_temp.told(p_appeal bigint) returns text language sql stable as $$
    select coalesce(string_agg(e.kind, ' ' order by e.id), '') from notice.event e where e.object_id = p_appeal and e.kind like 'appeal-%'
$$;
insert into auth.staff (school_id, login, roles) values (:school, 'core.one', '{head}'), (:school, 'core.two', '{head}');
select id as one from auth.staff where login = 'core.one' \gset
select id as two from auth.staff where login = 'core.two' \gset
select appeal.move(appeal.lock(:open), 'registered', 'school', null, :one, '') \g /dev/null
select appeal.move(appeal.lock(:open), 'in_work', 'school', null, :one, '', :two) \g /dev/null
select is(staff_id, :two::bigint, 'handed to a colleague') from appeal.appeal where id = :open;
select appeal.move(appeal.lock(:open), 'registered', 'school', null, :two, '') \g /dev/null
select is(staff_id, null, 'given back') from appeal.appeal where id = :open;
select is(pg_temp.told(:open), 'appeal-registered', 'registered is said once');
select appeal.move(appeal.lock(:open), 'in_work', 'school', null, :two, '') \g /dev/null
select appeal.move(appeal.lock(:open), 'registered', 'canteen', null, :two, 'не к нам') \g /dev/null
select appeal.move(appeal.lock(:open), 'answered', 'canteen', null, :one, '') \g /dev/null
select appeal.move(appeal.lock(:open), 'answered', 'canteen', null, :two, '') \g /dev/null
select is(pg_temp.told(:open), 'appeal-registered appeal-moved appeal-answered appeal-answered', 'sent on, answered, and answered with more');
select is(staff_id, :one::bigint, 'who answered first has it') from appeal.appeal where id = :open;

-- Words: of notes none, of a thread without end no more than fit
select appeal.write(:open, 'note', null, :one, 'секретнейший', '{}') \g /dev/null
select is((select count(*) from appeal.appeal a where a.words @@ plainto_tsquery('russian', 'секретнейший')), 0::bigint, 'a note is not found by a family');
update appeal.appeal set words = (select to_tsvector('simple', string_agg('w' || n, ' ')) from generate_series(1, 40000) n) where id = :open;
select lives_ok(format('select appeal.write(%s, ''desk'', null, %s, ''ещё слово'', ''{}'')', :open, :one), 'a thread without end');
select * from finish();
rollback;
