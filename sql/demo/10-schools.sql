-- Two schools, their years and classes. Everything in sql/demo is invented; dates follow the day of loading, the rest is the
-- same every time.

set local role kabinet_owner;

insert into school.school (region, number, name, time_zone) values
    ('027', '039', 'школа № 39', 'Asia/Vladivostok'),
    ('027', '052', 'гимназия № 52', 'Asia/Vladivostok');

insert into school.year (school_id, first_day, last_day)
select s.id, make_date(y.first, 9, 1), make_date(y.first + 1, 8, 31)
  from school.school s,
       (select extract(year from now())::int - case when extract(month from now()) < 9 then 1 else 0 end as first) y;

insert into school.class (school_id, year_id, grade, letter)
select y.school_id, y.id, k.grade, k.letter
  from (values ('039', 7, 'Б'), ('039', 1, 'А'), ('039', 3, 'Б'), ('039', 5, 'В'), ('039', 9, 'А'), ('039', 11, 'А'),
               ('052', 4, 'А'), ('052', 8, 'Б')) k(school, grade, letter)
  join school.school s on s.number = k.school
  join school.year y on y.school_id = s.id;
