-- The calendar of the schools besides lessons: holidays of their own, meetings of parents, excursions, exams.

set local role kabinet_owner;

insert into school.event (school_id, class_id, kind, day, last_day, starts, ends, title, place)
select c.school_id, null, w.kind::school.event_kind, w.day, w.day, w.starts, w.ends, w.title, w.place
  from demo.calendar c
 cross join lateral (select extract(year from c.september)::integer as first) y
 cross join lateral (values
    ('event', c.september, time '09:00', time '10:00', 'Торжественная линейка, посвящённая Дню знаний', 'школьный двор'),
    ('event', make_date(y.first, 10, 5), time '13:30', time '14:30', 'Концерт ко Дню учителя', 'актовый зал'),
    ('meeting', c.september + 15, time '18:30', time '20:00', 'Общешкольное родительское собрание', 'актовый зал'),
    ('event', c.autumn - 4, time '12:00', null, 'Школьный этап олимпиады по математике', 'кабинеты второго этажа'),
    ('event', make_date(y.first, 11, 27), time '13:00', time '14:30', 'Праздник ко Дню матери', 'актовый зал'),
    ('meeting', make_date(y.first, 12, 9), time '18:00', time '19:30', 'Родительское собрание по итогам полугодия', 'кабинеты классных руководителей'),
    ('event', make_date(y.first, 12, 11), time '12:30', null, 'Школьная научно-практическая конференция', 'библиотека'),
    ('event', make_date(y.first, 12, 25), time '15:00', time '17:00', 'Новогодний праздник', 'актовый зал'),
    ('event', make_date(y.first + 1, 2, 20), time '12:00', null, 'Смотр строя и песни', 'спортзал'),
    ('event', make_date(y.first + 1, 3, 6), time '13:00', null, 'Концерт к 8 Марта', 'актовый зал'),
    ('meeting', make_date(y.first + 1, 4, 14), time '18:00', time '19:30', 'Родительское собрание', 'кабинеты классных руководителей'),
    ('event', make_date(y.first + 1, 5, 7), time '11:00', null, 'Вахта памяти', 'школьный двор'),
    ('event', c.may - 1, time '09:00', time '10:30', 'Последний звонок', 'школьный двор')) w(kind, day, starts, ends, title, place);

-- A class goes out together once a month or two: on a Friday, after lessons.
insert into school.event (school_id, class_id, kind, day, last_day, starts, ends, title, place)
select c.school_id, k.id, 'excursion', d.day, d.day, '14:30', '17:00',
       demo.pick('excursion ' || k.name || d.day, '{"Экскурсия в краеведческий музей","Поездка в ботанический сад","Экскурсия в пожарную часть",'
           '"Посещение театра юного зрителя","Экскурсия на хлебозавод","Прогулка по исторической части города"}'), 'сбор у главного входа'
  from demo.calendar c
  join school.class k on k.year_id = c.year_id
 cross join lateral (select g::date as day from generate_series(c.september + (5 - extract(isodow from c.september)::integer + 7) % 7,
                                                                c.may, interval '1 week') g) d
 where demo.dice('goes out ' || k.name || d.day) < 1400
   and school.term_on(k.id, d.day) is not null
   and not exists (select from school.day_off o where o.school_id = c.school_id and o.day = d.day);

insert into school.event (school_id, class_id, kind, day, last_day, starts, title, place)
select k.school_id, k.id, 'exam', e.day, e.day, e.starts, e.title, e.place
  from demo.calendar c
  join school.class k on k.year_id = c.year_id
 cross join lateral (select extract(year from c.may)::integer as year) y
  join lateral (values
    (9, make_date(y.year, 2, 11), time '09:00', 'Итоговое собеседование по русскому языку', 'школа'),
    (9, make_date(y.year, 6, 3), time '10:00', 'ОГЭ: математика', 'пункт проведения экзамена'),
    (9, make_date(y.year, 6, 9), time '10:00', 'ОГЭ: русский язык', 'пункт проведения экзамена'),
    (9, make_date(y.year - 1, 12, 4), time '09:00', 'Пробный ОГЭ: математика', 'актовый зал'),
    (11, make_date(y.year - 1, 12, 2), time '10:00', 'Итоговое сочинение', 'школа'),
    (11, make_date(y.year, 5, 29), time '10:00', 'ЕГЭ: русский язык', 'пункт проведения экзамена'),
    (11, make_date(y.year, 6, 1), time '10:00', 'ЕГЭ: математика', 'пункт проведения экзамена'),
    (4, make_date(y.year, 4, 21), time '09:00', 'ВПР: русский язык', 'кабинет класса'),
    (7, make_date(y.year, 4, 22), time '09:00', 'ВПР: математика', 'кабинет класса')) e(grade, day, starts, title, place) on e.grade = k.grade;
