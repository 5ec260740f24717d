-- Two schools, their years and classes. Everything in sql/demo is invented; dates follow the day of loading, the rest is the
-- same every time.

set local role kabinet_owner;

insert into school.school (region, number, name, time_zone) values
    ('027', '039', 'школа № 39', 'Asia/Vladivostok'),
    ('027', '052', 'гимназия № 52', 'Asia/Vladivostok');

-- The year that runs and the one before it.
insert into school.year (school_id, first_day, last_day)
select s.id, make_date(y.first + a.age, 9, 1), make_date(y.first + a.age + 1, 8, 31)
  from school.school s
 cross join lateral (select extract(year from n.now)::int - case when extract(month from n.now) < 9 then 1 else 0 end as first
                       from (select demo.now() at time zone s.time_zone as now) n) y
 cross join (values (0), (-1)) a(age)
 order by a.age desc, s.number;

-- Classes of this year; those who are in them were one grade lower last year.
insert into school.class (school_id, year_id, grade, letter)
select y.school_id, y.id, k.grade - case when y.is_last then 1 else 0 end, k.letter
  from (values (1, '039', 7, 'Б'), (2, '039', 1, 'А'), (3, '039', 3, 'Б'), (4, '039', 5, 'В'), (5, '039', 9, 'А'),
               (6, '039', 11, 'А'), (7, '039', 7, 'А'), (8, '052', 4, 'А'), (9, '052', 8, 'Б')) k(rank, school, grade, letter)
  join school.school s on s.number = k.school
  join (select y.id, y.school_id, y.first_day < max(y.first_day) over (partition by y.school_id) as is_last from school.year y) y
    on y.school_id = s.id
 where k.grade > 1 or not y.is_last
 order by y.is_last, k.rank;
