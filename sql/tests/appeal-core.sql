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
select * from finish();
rollback;
