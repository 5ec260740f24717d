-- What the tables of school and people refuse.
begin;
set local client_min_messages = warning;
\ir world.inc
select no_plan();

create function pg_temp.school(p_number text) returns bigint language sql as $$
    select s.id from school.school s where s.region = '027' and s.number = p_number
$$;
create function pg_temp.class(p_school text, p_grade int) returns bigint language sql as $$
    select k.id from school.class k where k.school_id = pg_temp.school(p_school) and k.grade = p_grade
$$;

select throws_ok($$ insert into school.school (region, number, name, time_zone) values ('27', '839', 'x', 'UTC') $$, '23514',
    null, 'a region has three digits');
select throws_ok($$ insert into school.school (region, number, name, time_zone) values ('027', '839', 'x', 'UTC') $$, '23505',
    null, 'a school''s number is used once');
select throws_ok($$ insert into school.school (region, number, name, time_zone) values ('027', '841', 'x', 'Asia/Atlantis') $$,
    '22023', null, 'a time zone that nobody knows');
select throws_ok($$ insert into school.year (school_id, first_day, last_day)
    values (pg_temp.school('839'), current_date + 200, current_date + 500) $$, '23P01', null, 'years of a school do not overlap');
select lives_ok($$ insert into school.year (school_id, first_day, last_day)
    values (pg_temp.school('839'), current_date + 201, current_date + 500) $$, 'they may follow each other');
select throws_ok($$ insert into school.class (school_id, year_id, grade, letter)
    select pg_temp.school('840'), y.id, 5, 'А' from school.year y where y.school_id = pg_temp.school('839') limit 1 $$, '23503',
    null, 'a class is of its own school''s year');
select throws_ok($$ insert into school.class (school_id, year_id, grade, letter)
    select k.school_id, k.year_id, 7, 'B' from school.class k limit 1 $$, '23514', null, 'a Latin letter is no class');
select throws_ok($$ insert into school.pupil (school_id, class_id, idn, account)
    values (pg_temp.school('839'), pg_temp.class('840', 7), 'I2222FFFFF', '0278390099') $$, '23503', null,
    'a pupil is in a class of its own school');
select throws_ok($$ insert into school.pupil (school_id, idn, account)
    values (pg_temp.school('839'), 'I2222FFFFF', '0278390099') $$, '23514', null, 'without a class only when left');
select lives_ok($$ insert into school.pupil (school_id, idn, account, state)
    values (pg_temp.school('839'), 'I2222FFFFF', '0278390099', 'left') $$, 'a pupil who left has none');
select throws_ok(format($$ insert into school.pupil (school_id, idn, account, state)
    values (pg_temp.school('839'), %L, %L, 'left') $$, w.idn, w.account), '23514', null, 'refused: ' || w.why)
  from (values ('I2222GGGG', '0278390098', 'a short ИДН'), ('A2222GGGGG', '0278390098', 'ИДН without I'),
               ('I2222GGGG0', '0278390098', '0 in an ИДН'), ('I2222GGGGO', '0278390098', 'O in an ИДН'),
               ('I2222GGGGL', '0278390098', 'L in an ИДН'), ('i2222ggggg', '0278390098', 'lower case'),
               ('I2222GGGGG', '027839009', 'nine digits'), ('I2222GGGGG', '02783900981', 'eleven digits'),
               ('I2222GGGGG', '027839O098', 'a letter in an account')) w(idn, account, why);
select throws_ok($$ insert into school.pupil (school_id, idn, account, state)
    values (pg_temp.school('840'), 'I2222AAAAA', '0278400098', 'left') $$, '23505', null, 'an ИДН is used once, in all schools');

-- Contracts
select is((select (s.name, s.account, s.class_name, s.school_name, s.payer, s.child, s.adult, s.number)::text
             from auth.access a join school.pupil p on p.id = a.pupil_id, people.slip(a.id) s where p.idn = 'I2222BBBBB'),
    row('I2222BBBBB', '0278390001', '3 «А»', 'школа № 839', 'Вымышлева Аглая Тихоновна', 'Вымышлева Злата Тихоновна',
        'Вымышлева Аглая Тихоновна', '839-0001/' || to_char(now() at time zone 'Asia/Vladivostok', 'YYYY'))::text, 'a slip');
select is((select count(*) from ledger.account a join school.pupil p on p.id = a.pupil_id
            where p.idn in ('I2222AAAAA', 'I2222DDDDD')), 2::bigint, 'a contract opens the account in the books');
select throws_ok($$ select pg_temp.contract(w.school, w.class, w.idn, w.child, w.payer)
    from (values ('027838', '7Б', 'I2222GGGGG', 'А Б', 'В Г')) w(school, class, idn, child, payer) $$, 'KB422', null,
    'an unknown school');
select throws_ok($$ select pg_temp.contract('027839', '12Б', 'I2222GGGGG', 'А Б', 'В Г') $$, 'KB422', null, 'an unknown class');
select throws_ok($$ select pg_temp.contract('027839', '7Б', 'I2222GGGGG', 'Одно', 'В Г') $$, 'KB422', null, 'half a name');
select throws_ok($$ select people.enroll('027839', '7Б', 'I2222GGGGG', 'А Б', 'В Г', '839-0000/' || to_char(now() at time zone
    'Asia/Vladivostok', 'YYYY')) $$, 'KB409', null, 'a contract''s number is used once');
select is((select s.next_serial from school.school s where s.number = '839'), 3::smallint, 'what was refused took no serial');
select lives_ok($$ select pg_temp.contract('027839', ' 7 «б»', 'I2222GGGGG', 'А Б', 'В Г') $$, 'a class as people write it');
update school.school set next_serial = 10000 where region = '027' and number = '840';
select throws_ok($$ select pg_temp.contract('027840', '7Б', 'I2222HHHHH', 'А Б', 'В Г') $$, 'KB422', null,
    'account numbers come to an end');

select is_empty($$ select 1 from site.audit a, people.person p where position(p.last_name in a.object) > 0 $$,
    'the record has no names');
select is((select count(*) from site.audit a where a.action = 'contract-issue' and a.object like 'I2222%'), 6::bigint,
    'each contract is recorded');
select throws_ok('update site.audit set action = action', '23001', null, 'the record is append-only: update');
select throws_ok('delete from site.audit', '23001', null, 'the record is append-only: delete');
select throws_ok('truncate site.audit', '23001', null, 'the record is append-only: truncate');

select finish();
rollback;
