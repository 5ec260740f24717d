-- The school days of both schools, as far as somebody plans them: terms, bells, subjects, teachers, subgroups, the timetable, and
-- the lessons of last year and of this one. What happens in those lessons is told by 70-days.sql.

set local role kabinet_owner;

create function demo.last_monday(p_year integer, p_month integer) returns date language sql immutable as $$
    select d.day - (extract(isodow from d.day)::integer - 1)
      from (select (make_date(p_year, p_month, 1) + interval '1 month' - interval '1 day')::date as day) d
$$;
comment on function demo.last_monday is 'The last Monday of a month: when autumn and spring holidays begin';

-- ---- terms, holidays, bells ---------------------------------------------------------------------------------------------------

create view demo.calendar as
select y.id as year_id, y.school_id, s.number as school, y.first_day as september, c.autumn, c.winter, c.spring, c.may
  from school.year y
  join school.school s on s.id = y.school_id
 cross join lateral (select extract(year from y.first_day)::integer as first) n
 cross join lateral (select demo.last_monday(n.first, 10) as autumn,
                            -- The first Monday from the 9th on: the public holidays last until the 8th.
                            make_date(n.first + 1, 1, 9) + (8 - extract(isodow from make_date(n.first + 1, 1, 9))::integer) % 7 as winter,
                            demo.last_monday(n.first + 1, 3) as spring,
                            make_date(n.first + 1, 5, 26) as may) c;
comment on view demo.calendar is
    'The days that shape a year: autumn and spring are the Mondays when a week of holidays begins, winter the Monday when it is over';

insert into school.term (school_id, year_id, kind, ordinal, grades, first_day, last_day)
select c.school_id, c.year_id, t.kind::school.term_kind, t.ordinal, t.grades::int4range, t.first_day, t.last_day
  from demo.calendar c
 cross join lateral (values
    ('039', 'quarter', 1, '[1,10)', c.september, c.autumn - 2),
    ('039', 'quarter', 2, '[1,10)', c.autumn + 7, make_date(extract(year from c.september)::integer, 12, 30)),
    ('039', 'quarter', 3, '[1,10)', c.winter, c.spring - 2),
    ('039', 'quarter', 4, '[1,10)', c.spring + 7, c.may),
    ('039', 'half', 1, '[10,12)', c.september, make_date(extract(year from c.september)::integer, 12, 30)),
    ('039', 'half', 2, '[10,12)', c.winter, c.may),
    ('052', 'trimester', 1, '[1,12)', c.september, make_date(extract(year from c.september)::integer, 11, 30)),
    ('052', 'trimester', 2, '[1,12)', make_date(extract(year from c.september)::integer, 12, 1),
     make_date(extract(year from c.may)::integer, 3, 1) - 1),
    ('052', 'trimester', 3, '[1,12)', make_date(extract(year from c.may)::integer, 3, 1), c.may)
    ) t(school, kind, ordinal, grades, first_day, last_day)
 where t.school = c.school
 order by c.september, c.school, t.grades, t.ordinal;

-- Public holidays; one that falls on a weekend moves to Monday.
insert into school.day_off (school_id, day, title)
select c.school_id, d.day, h.title
  from demo.calendar c
 cross join lateral (select extract(year from c.september)::integer as first) y
 cross join lateral (values
    (make_date(y.first, 11, 4), 'День народного единства'), (make_date(y.first + 1, 2, 23), 'День защитника Отечества'),
    (make_date(y.first + 1, 3, 8), 'Международный женский день'), (make_date(y.first + 1, 5, 1), 'Праздник Весны и Труда'),
    (make_date(y.first + 1, 5, 9), 'День Победы')) h(day, title)
 cross join lateral (select h.day union
                     select h.day + 8 - extract(isodow from h.day)::integer where extract(isodow from h.day) > 5) d(day);

-- Halves and trimesters go on behind the holidays.
insert into school.day_off (school_id, day, title)
select c.school_id, d::date, h.title
  from demo.calendar c
 cross join lateral (values
    (c.autumn - 1, c.autumn + 6, 'Осенние каникулы'),
    (make_date(extract(year from c.september)::integer, 12, 31), c.winter - 1, 'Зимние каникулы'),
    (c.spring - 1, c.spring + 6, 'Весенние каникулы')) h(first_day, last_day, title)
 cross join lateral generate_series(h.first_day::timestamp, h.last_day::timestamp, interval '1 day') d
    on conflict do nothing;

insert into school.bells (school_id, title, is_default)
select s.id, b.title, b.is_default
  from school.school s, (values ('Обычный день', true), ('Сокращённый день', false)) b(title, is_default);

insert into school.bell (bells_id, number, starts, ends)
select b.id, t.number, t.starts, t.starts + w.minutes
  from (values
    ('039', true, interval '40 min', '{8:30,9:20,10:20,11:20,12:15,13:05,13:55,14:45}'::time[]),
    ('039', false, interval '30 min', '{8:30,9:10,9:50,10:30,11:10,11:50,12:30,13:10}'::time[]),
    ('052', true, interval '40 min', '{8:00,8:50,9:50,10:50,11:45,12:35,13:25,14:15}'::time[]),
    ('052', false, interval '30 min', '{8:00,8:40,9:20,10:00,10:40,11:20,12:00,12:40}'::time[])) w(school, is_default, minutes, starts)
  join school.school s on s.number = w.school
  join school.bells b on b.school_id = s.id and b.is_default = w.is_default
 cross join lateral unnest(w.starts) with ordinality t(starts, number);

-- Lessons are shorter on the day before a holiday and on the last day before the holidays.
insert into school.bell_day (school_id, day, bells_id)
select distinct d.school_id, d.day, b.id
  from (select o.school_id, o.day - 1 as day from school.day_off o where o.title not like '%каникулы'
        union select t.school_id, t.last_day - case extract(isodow from t.last_day) when 6 then 1 when 7 then 2 else 0 end
                from school.term t) d
  join school.bells b on b.school_id = d.school_id and not b.is_default
 where extract(isodow from d.day) < 6 and not exists (select from school.day_off o where (o.school_id, o.day) = (d.school_id, d.day));

-- ---- subjects, kinds of works, codes -------------------------------------------------------------------------------------------

create table demo.subject (
    code        text primary key,
    title       text not null,
    rank        smallint not null,
    is_graded   boolean not null,
    tests       text not null,
    title_10    text
);
comment on table demo.subject is 'Subjects by the short words of the timetable below';
comment on column demo.subject.tests is 'What the big works are called';
comment on column demo.subject.title_10 is 'In the last two grades, when it is another';
insert into demo.subject (code, title, rank, is_graded, tests, title_10) values
    ('Рус', 'Русский язык', 1, true, 'Контрольный диктант', null), ('Лит', 'Литература', 2, true, 'Сочинение', null),
    ('Чт', 'Литературное чтение', 3, true, 'Проверочная работа', null), ('Анг', 'Английский язык', 4, true, 'Контрольная работа', null),
    ('Мат', 'Математика', 5, true, 'Контрольная работа', null),
    ('Алг', 'Алгебра', 6, true, 'Контрольная работа', 'Алгебра и начала анализа'),
    ('Геом', 'Геометрия', 7, true, 'Контрольная работа', null),
    ('ВиС', 'Вероятность и статистика', 8, true, 'Проверочная работа', null),
    ('Инф', 'Информатика', 9, true, 'Практическая работа', null), ('Ист', 'История', 10, true, 'Тест', null),
    ('Общ', 'Обществознание', 11, true, 'Тест', null), ('Гг', 'География', 12, true, 'Проверочная работа', null),
    ('Окр', 'Окружающий мир', 13, true, 'Проверочная работа', null), ('Физ', 'Физика', 14, true, 'Контрольная работа', null),
    ('Хим', 'Химия', 15, true, 'Контрольная работа', null), ('Био', 'Биология', 16, true, 'Проверочная работа', null),
    ('Изо', 'Изобразительное искусство', 17, true, 'Творческая работа', null), ('Муз', 'Музыка', 18, true, 'Тест', null),
    ('Труд', 'Труд (технология)', 19, true, 'Творческая работа', null), ('ФК', 'Физическая культура', 20, true, 'Норматив', null),
    ('ОБЗР', 'Основы безопасности и защиты Родины', 21, true, 'Тест', null), ('ОДН', 'ОДНКНР', 22, true, 'Проект', null),
    ('ОРК', 'ОРКСЭ', 23, false, 'Проект', null), ('Про', 'Индивидуальный проект', 24, false, 'Проект', null),
    ('РоВ', 'Разговоры о важном', 25, false, '', null);

insert into school.subject (school_id, title, rank)
select s.id, j.title, j.rank from school.school s, demo.subject j
 union all select s.id, j.title_10, j.rank from school.school s, demo.subject j where j.title_10 is not null and s.number = '039';

select school.furnish(s.id) from school.school s order by s.id \g /dev/null

-- ---- who works here ------------------------------------------------------------------------------------------------------------

do $$
declare
    v record;
    v_id bigint;
begin
    for v in
        select s.id as school_id, w.login || '.' || w.school as login, w.roles::auth.staff_role[] as roles, w.name
          from (values
            ('039', 'head', '{head}', 'Зоревицкая Аделаида Викентьевна'), ('039', 'guard', '{guard}', 'Кедровинский Пантелей Саввич'),
            ('039', 'guard2', '{guard}', 'Полыновский Евграф Саввич'),
            ('039', 'canteen', '{canteen}', 'Горчичникова Октябрина Саввична'), ('039', 'admin', '{admin}', 'Шлюзовенко Герман Ростиславович'),
            ('039', 'librarian', '{librarian}', 'Фолиантова Евгения Марковна'), ('039', 'support', '{support}', 'Выручайкина Нора Львовна'),
            ('039', 'primary1', '{teacher}', 'Лебедянцева Калерия Павловна'), ('039', 'primary2', '{teacher}', 'Златогорьева Муза Петровна'),
            ('039', 'russian1', '{teacher}', 'Соловеюшкина Таисия Глебовна'), ('039', 'russian2', '{teacher}', 'Черноталова Инесса Юрьевна'),
            ('039', 'math1', '{teacher}', 'Ясногорцева Эмилия Аркадьевна'), ('039', 'math2', '{teacher}', 'Тальниковский Гордей Ильич'),
            ('039', 'english1', '{teacher}', 'Приозёрнинская Майя Львовна'), ('039', 'english2', '{teacher}', 'Белокрыльцева Дина Олеговна'),
            ('039', 'informatics1', '{teacher}', 'Снежневский Родион Кимович'), ('039', 'informatics2', '{teacher}', 'Мореходцев Семён Кимович'),
            ('039', 'history', '{teacher}', 'Листвянкина Римма Назаровна'), ('039', 'geography', '{teacher}', 'Таволгинская Ася Денисовна'),
            ('039', 'biology', '{teacher}', 'Багульниковская Нелли Фоминична'), ('039', 'physics', '{teacher}', 'Перламутров Виктор Нилович'),
            ('039', 'arts', '{teacher}', 'Свирелькина Лада Романовна'), ('039', 'crafts1', '{teacher}', 'Рубанковский Архип Маркович'),
            ('039', 'crafts2', '{teacher}', 'Узорочьева Клара Марковна'), ('039', 'sport', '{teacher}', 'Быстринский Фёдор Лукич'),
            ('039', 'safety', '{teacher}', 'Заставинский Борис Лукич'),
            ('052', 'head', '{head}', 'Хрусталинская Ирма Эдуардовна'), ('052', 'guard', '{guard}', 'Дубравинцев Касьян Титович'),
            ('052', 'canteen', '{canteen}', 'Ванильченко Эльвира Титовна'), ('052', 'admin', '{admin}', 'Каскадненко Вадим Юлианович'),
            ('052', 'librarian', '{librarian}', 'Переплётова Ида Савельевна'), ('052', 'support', '{support}', 'Подмогинский Яков Борисович'),
            ('052', 'primary1', '{teacher}', 'Подснежникова Алла Титовна'), ('052', 'russian', '{teacher}', 'Словесникова Вера Модестовна'),
            ('052', 'math', '{teacher}', 'Квадратилов Юлий Модестович'), ('052', 'english1', '{teacher}', 'Туманянская Рената Осиповна'),
            ('052', 'english2', '{teacher}', 'Островитянова Яна Осиповна'), ('052', 'informatics1', '{teacher}', 'Чарушинский Лев Игнатович'),
            ('052', 'informatics2', '{teacher}', 'Гранитовский Марк Игнатович'), ('052', 'history', '{teacher}', 'Летописцева Ольга Кузьминична'),
            ('052', 'geography', '{teacher}', 'Меридианская Зоя Кузьминична'), ('052', 'biology', '{teacher}', 'Колосковская Тамара Егоровна'),
            ('052', 'physics', '{teacher}', 'Маятниковский Олег Егорович'), ('052', 'arts', '{teacher}', 'Акварелькина Нонна Яновна'),
            ('052', 'crafts1', '{teacher}', 'Верстаковский Пётр Янович'), ('052', 'crafts2', '{teacher}', 'Кружевницына Роза Яновна'),
            ('052', 'sport', '{teacher}', 'Скороходцев Иван Титович'), ('052', 'safety', '{teacher}', 'Дозоринский Антон Титович')
            ) w(school, login, roles, name)
          join school.school s on s.number = w.school
    loop
        insert into auth.staff (school_id, login, roles, created_at)
        values (v.school_id, v.login, v.roles, now() - interval '3 years') returning id into v_id;
        insert into people.staff (staff_id, person_id) values (v_id, people.person_new(v.name));
    end loop;
end $$;

create view demo.staff as
select f.id, f.school_id, split_part(f.login, '.', 1) as key from auth.staff f;
comment on view demo.staff is 'Teachers by the first part of their login names';

-- Class tutors; most keep their class from year to year.
update school.class k set tutor_id = f.id
  from (values ('039', 1, 'А', 'primary1'), ('039', 2, 'Б', 'primary2'), ('039', 3, 'Б', 'primary2'), ('039', 4, 'В', 'primary1'),
               ('039', 5, 'В', 'geography'), ('039', 6, 'А', 'russian2'), ('039', 6, 'Б', 'russian1'), ('039', 7, 'А', 'russian2'),
               ('039', 7, 'Б', 'russian1'), ('039', 8, 'А', 'physics'), ('039', 9, 'А', 'physics'), ('039', 10, 'А', 'history'),
               ('039', 11, 'А', 'history'), ('052', 3, 'А', 'primary1'), ('052', 4, 'А', 'primary1'), ('052', 7, 'Б', 'english1'),
               ('052', 8, 'Б', 'english1')) t(school, grade, letter, key)
  join school.school s on s.number = t.school
  join demo.staff f on f.school_id = s.id and f.key = t.key
 where k.school_id = s.id and k.grade = t.grade and k.letter = t.letter;

-- ---- last year's classes -------------------------------------------------------------------------------------------------------

-- Who is in 7 «Б» was in 6 «Б»; first-graders, and one in twenty who came this autumn, were elsewhere.
insert into school.enrolment (pupil_id, class_id, first_day, last_day)
select p.id, old.id, y.first_day, y.last_day
  from school.pupil p
  join school.class k on k.id = p.class_id
  join school.class old on old.school_id = k.school_id and old.grade = k.grade - 1 and old.letter = k.letter
  join school.year y on y.id = old.year_id
  join school.year this on this.id = k.year_id and this.first_day = y.last_day + 1
 where p.account <= '0270390047' or p.account >= '027052' or demo.dice('new ' || p.account) >= 500;

-- ---- the timetable -------------------------------------------------------------------------------------------------------------

create table demo.timetable (
    school   text not null,
    class    text not null,
    weekday  smallint not null,
    lessons  text not null,
    primary key (school, class, weekday)
);
comment on table demo.timetable is 'Subjects of each day in their order. No teacher is in two rooms at once: school.slot would refuse it';
insert into demo.timetable (school, class, weekday, lessons) values
    ('039', '1А', 1, 'РоВ Мат Изо Рус Муз'),
    ('039', '1А', 2, 'Рус Мат Чт Труд'),
    ('039', '1А', 3, 'Рус Мат Чт Окр'),
    ('039', '1А', 4, 'Мат Рус ФК Чт'),
    ('039', '1А', 5, 'Рус Чт Окр ФК'),
    ('039', '3Б', 1, 'РоВ Рус Чт Муз Мат'),
    ('039', '3Б', 2, 'Рус Мат Анг Чт Труд'),
    ('039', '3Б', 3, 'Анг Мат Чт Рус Изо'),
    ('039', '3Б', 4, 'Чт Окр Рус ФК'),
    ('039', '3Б', 5, 'Окр Мат ФК Рус'),
    ('039', '5В', 1, 'РоВ Мат Рус ФК Труд Труд'),
    ('039', '5В', 2, 'Рус Анг Лит Мат Ист Муз'),
    ('039', '5В', 3, 'Мат Анг ФК Рус Гг Лит'),
    ('039', '5В', 4, 'Анг Рус Мат Био Изо'),
    ('039', '5В', 5, 'Рус Ист ОДН Лит Мат'),
    ('039', '7А', 1, 'РоВ Физ Алг Гг Анг ФК Лит'),
    ('039', '7А', 2, 'Ист Лит Физ Рус Геом Общ'),
    ('039', '7А', 3, 'Рус ВиС Труд Труд Анг ФК'),
    ('039', '7А', 4, 'Геом Алг Муз Ист Рус Изо'),
    ('039', '7А', 5, 'Рус Анг Алг Био Инф Гг'),
    ('039', '7Б', 1, 'РоВ Алг ВиС Рус Физ Изо Ист'),
    ('039', '7Б', 2, 'Физ Рус Геом Анг Гг ФК'),
    ('039', '7Б', 3, 'Геом Лит Общ Гг Труд Труд'),
    ('039', '7Б', 4, 'Рус Алг Анг Муз ФК Инф'),
    ('039', '7Б', 5, 'Алг Био Рус Анг Лит Ист'),
    ('039', '9А', 1, 'РоВ Анг Хим Алг ОБЗР Ист Био'),
    ('039', '9А', 2, 'Гг Алг Общ Рус Био Лит ФК'),
    ('039', '9А', 3, 'Физ Геом Рус Хим ФК ВиС Лит'),
    ('039', '9А', 4, 'Геом Физ Лит Анг Инф Гг'),
    ('039', '9А', 5, 'Ист Рус Анг Физ Алг Труд'),
    ('039', '11А', 1, 'РоВ Рус Инф Анг Алг ВиС ФК'),
    ('039', '11А', 2, 'Геом Физ Хим Алг Лит Био'),
    ('039', '11А', 3, 'Общ Ист Физ Геом ОБЗР Лит'),
    ('039', '11А', 4, 'Рус Анг Общ Алг Физ Лит'),
    ('039', '11А', 5, 'Анг Геом Алг Ист Гг ФК'),
    ('052', '4А', 1, 'РоВ ОРК Мат Чт Рус'),
    ('052', '4А', 2, 'Анг Чт Рус Мат Труд'),
    ('052', '4А', 3, 'Анг Мат Рус Окр Муз'),
    ('052', '4А', 4, 'Чт Мат ФК Изо Рус'),
    ('052', '4А', 5, 'Окр Рус ФК Чт'),
    ('052', '8Б', 1, 'РоВ Алг Ист Гг Лит Труд'),
    ('052', '8Б', 2, 'Рус Гг Алг Анг Физ ФК'),
    ('052', '8Б', 3, 'ВиС Рус Алг Инф ФК Муз'),
    ('052', '8Б', 4, 'Хим Алг Анг Геом Био Ист'),
    ('052', '8Б', 5, 'Био Анг Физ Хим ОБЗР Общ'),
    ('052', '8Б', 6, 'Геом Лит Рус Анг'),
    ('039', '2Б', 1, 'РоВ Чт Муз Рус Мат'),
    ('039', '2Б', 2, 'Рус Окр Чт Анг Мат'),
    ('039', '2Б', 3, 'Окр Чт Анг Рус Изо'),
    ('039', '2Б', 4, 'Рус Мат Чт ФК'),
    ('039', '2Б', 5, 'Мат Рус ФК Труд'),
    ('039', '4В', 1, 'РоВ Мат Чт Рус Труд'),
    ('039', '4В', 2, 'Рус Чт Окр Мат Муз'),
    ('039', '4В', 3, 'Мат Рус ФК Чт Анг'),
    ('039', '4В', 4, 'Рус ОРК ФК Изо Окр'),
    ('039', '4В', 5, 'Чт Анг Рус Мат'),
    ('039', '6А', 1, 'РоВ Ист Мат Рус Анг Лит'),
    ('039', '6А', 2, 'Рус Мат Муз Рус Анг Лит'),
    ('039', '6А', 3, 'Анг Рус Мат ФК Лит Изо'),
    ('039', '6А', 4, 'Рус Мат Гг ОДН ФК Ист'),
    ('039', '6А', 5, 'Общ Рус Мат Био Труд Труд'),
    ('039', '6Б', 1, 'РоВ Рус Рус Муз Мат Лит'),
    ('039', '6Б', 2, 'Рус Анг Ист Мат ФК Лит'),
    ('039', '6Б', 3, 'Мат Гг Общ Рус Рус Био'),
    ('039', '6Б', 4, 'Мат ОДН Труд Труд Анг ФК'),
    ('039', '6Б', 5, 'Лит Мат Анг Рус Изо Ист'),
    ('039', '8А', 1, 'РоВ Анг Физ Хим ФК Инф Ист'),
    ('039', '8А', 2, 'Ист Рус Алг Лит Био Труд Муз'),
    ('039', '8А', 3, 'Общ Рус Геом Анг Хим Гг'),
    ('039', '8А', 4, 'Рус Анг Лит Алг Геом Гг'),
    ('039', '8А', 5, 'Физ Био ОБЗР Алг ФК ВиС'),
    ('039', '10А', 1, 'РоВ Алг Геом Анг Рус Про ФК'),
    ('039', '10А', 2, 'Геом Хим ФК Физ Алг Общ Лит'),
    ('039', '10А', 3, 'Лит Алг ОБЗР Био Физ Ист'),
    ('039', '10А', 4, 'Инф Физ Анг Рус Ист ВиС'),
    ('039', '10А', 5, 'Лит Общ Геом Анг Алг Гг'),
    ('052', '3А', 1, 'РоВ Окр Чт Рус Муз'),
    ('052', '3А', 2, 'Анг Рус ФК Труд Мат'),
    ('052', '3А', 3, 'Рус Мат ФК Чт Окр'),
    ('052', '3А', 4, 'Мат Рус Чт Анг'),
    ('052', '3А', 5, 'Мат Чт Рус Изо'),
    ('052', '7Б', 1, 'РоВ Физ Рус Инф Геом Лит'),
    ('052', '7Б', 2, 'Физ Алг Рус Ист Анг Изо'),
    ('052', '7Б', 3, 'Рус ВиС Анг Алг Геом Ист'),
    ('052', '7Б', 4, 'Био Алг Анг ФК Труд Труд'),
    ('052', '7Б', 5, 'Общ Анг ФК Гг Рус Муз'),
    ('052', '7Б', 6, 'Алг Лит Гг');

-- Who teaches what. Two words: subgroups side by side.
create function demo.teachers(p_school text, p_grade integer, p_letter text, p_code text) returns text[] language sql immutable as $$
    select case
        when p_grade <= 4 and p_code in ('Рус', 'Чт', 'Мат', 'Окр', 'Труд', 'ОРК')
            then array[case when p_school = '039' and p_letter = 'Б' then 'primary2' else 'primary1' end]
        when p_code in ('Рус', 'Лит') then array['russian' || case when p_school <> '039' then ''
            when p_letter || p_grade in ('В5', 'Б7', 'А9', 'Б6', 'А8') then '1' else '2' end]
        when p_code in ('Мат', 'Алг', 'Геом', 'ВиС') then array['math' || case when p_school <> '039' then ''
            when p_letter || p_grade in ('Б7', 'А9', 'А11', 'Б6', 'А8', 'А10') then '1' else '2' end]
        when p_code = 'Анг' then case when p_grade <= 4 then array['english1'] else array['english1', 'english2'] end
        when p_code = 'Инф' then array['informatics1', 'informatics2']
        when p_code = 'Труд' then array['crafts1', 'crafts2']
        when p_code in ('Ист', 'Общ', 'ОДН', 'Про') then array['history']
        when p_code = 'Гг' then array['geography']
        when p_code in ('Био', 'Хим') then array['biology']
        when p_code = 'Физ' then array['physics']
        when p_code in ('Муз', 'Изо') then array['arts']
        when p_code = 'ФК' then array['sport']
        when p_code = 'ОБЗР' then array['safety'] end
$$;
comment on function demo.teachers is 'Keys of the teachers of a class and subject; NULL: its tutor';

create function demo.room(p_school text, p_key text) returns text language sql immutable as $$
    select case when p_key = 'sport' then 'спортзал' when p_key like 'crafts%' then 'мастерская ' || right(p_key, 1)
                when p_key like 'guard%' or p_key = 'head' then ''
                else (100 * (1 + demo.dice('floor ' || p_school || p_key) % 3)
                      + array_position('{primary1,primary2,russian1,russian2,russian,math1,math2,math,english1,english2,informatics1,informatics2,history,'
                          'geography,biology,physics,arts,safety}'::text[], p_key))::text end
$$;
comment on function demo.room is 'Everybody teaches in a room of his own';

create view demo.lesson_plan as
select k.id as class_id, k.school_id, k.year_id, k.grade, t.weekday, n.number::smallint as number, j.code, j.is_graded,
       case when k.grade >= 10 then coalesce(j.title_10, j.title) else j.title end as title,
       coalesce(demo.teachers(t.school, k.grade, k.letter, n.code), array[f.key]) as keys
  from demo.timetable t
  join school.school s on s.number = t.school
  join school.class k on k.school_id = s.id and k.grade::text || k.letter = t.class
  join demo.staff f on f.id = k.tutor_id
 cross join lateral unnest(string_to_array(t.lessons, ' ')) with ordinality n(code, number)
  join demo.subject j on j.code = n.code;
comment on view demo.lesson_plan is 'The timetable, lesson by lesson';

insert into school.subgroup (class_id, subject_id, title)
select distinct p.class_id, j.id,
       case when p.code <> 'Труд' then g.n || ' группа' when g.n = 1 then 'мальчики' else 'девочки' end
  from demo.lesson_plan p
  join school.subject j on j.school_id = p.school_id and j.title = p.title
 cross join generate_series(1, 2) g(n)
 where cardinality(p.keys) = 2
 order by 1, 2, 3;

insert into school.subgroup_pupil (subgroup_id, pupil_id)
select g.id, e.pupil_id
  from (select g.id, g.class_id, j.title, row_number() over (partition by g.class_id, g.subject_id
                 order by case g.title when 'девочки' then 2 else 1 end, g.title) as n
          from school.subgroup g join school.subject j on j.id = g.subject_id) g
  join (select e.pupil_id, e.class_id, n.middle_name like '%на' as is_girl,
               row_number() over (partition by e.class_id order by p.account) as place, count(*) over (partition by e.class_id) as n
          from school.enrolment e
          join school.pupil p on p.id = e.pupil_id
          join people.pupil u on u.pupil_id = p.id
          join people.person n on n.id = u.person_id) e on e.class_id = g.class_id
 where g.n = case when g.title like 'Труд%' then case when e.is_girl then 2 else 1 end
                  when e.place * 2 <= e.n then 1 else 2 end;

-- First-graders have a week of holidays more, in the middle of the third quarter.
insert into school.slot (class_id, subgroup_id, weekday, number, subject_id, staff_id, room, first_day, last_day)
select p.class_id, g.id, p.weekday, p.number, j.id, f.id, demo.room(s.number, u.key), d.first_day, d.last_day
  from demo.lesson_plan p
  join school.school s on s.id = p.school_id
  join school.subject j on j.school_id = p.school_id and j.title = p.title
  join demo.calendar c on c.year_id = p.year_id
 cross join lateral unnest(p.keys) with ordinality u(key, n)
  join demo.staff f on f.school_id = p.school_id and f.key = u.key
  left join lateral (select g.id from school.subgroup g where g.class_id = p.class_id and g.subject_id = j.id
                      order by case g.title when 'девочки' then 2 else 1 end, g.title offset u.n - 1 limit 1) g
         on cardinality(p.keys) = 2
 cross join lateral (select c.september as first_day, c.may as last_day where p.grade > 1
                     union all select c.september, c.winter + 34 where p.grade = 1
                     union all select c.winter + 42, c.may where p.grade = 1) d
 order by p.class_id, p.weekday, p.number, u.n, d.first_day;

insert into school.teaching (staff_id, class_id, subject_id, subgroup_id)
select distinct s.staff_id, s.class_id, s.subject_id, s.subgroup_id from school.slot s;

select school.make_lessons(k.id, y.first_day, y.last_day)
  from school.class k join school.year y on y.id = k.year_id
 order by y.first_day, k.id \g /dev/null

-- ---- for 80-days.sql -----------------------------------------------------------------------------------------------------------

create table demo.theme (
    code     text not null references demo.subject,
    grade    smallint not null,
    ordinal  smallint not null,
    title    text not null,
    primary key (code, grade, ordinal)
);
comment on table demo.theme is 'What is taught, in the order of the year';

create table demo.progress (
    school_id  bigint primary key references school.school,
    till       timestamptz not null,
    planned    date not null,
    fed        timestamptz not null,
    menus      date not null
);
comment on table demo.progress is 'How far the days of a school have been played';
comment on column demo.progress.till is 'What ended by then has been marked';
comment on column demo.progress.planned is 'Substitutions have been made up to this day';
comment on column demo.progress.fed is 'Meals, sales and clubs have been played up to then';
comment on column demo.progress.menus is 'Menus have been made up to this day';
insert into demo.progress (school_id, till, planned, fed, menus)
select y.school_id, min(y.first_day) - interval '1 day', min(y.first_day) - 1,
       timezone(s.time_zone, d.first_day + time '00:00'), d.first_day - 1
  from school.year y
  join school.school s on s.id = y.school_id
  -- The last eight weeks of school: in summer, those before it.
 cross join lateral (select max(l.day) - 56 as first_day
                       from school.lesson l join school.class k on k.id = l.class_id
                      where k.school_id = s.id and l.day <= timezone(s.time_zone, demo.now())::date) d
 group by y.school_id, s.time_zone, d.first_day;

create function demo.ability(p_account text, p_code text) returns double precision language sql immutable as $$
    select ((demo.dice('able ' || p_account) + demo.dice('bright ' || p_account)) / 10000.0 - 1) * 1.1
         + (demo.dice('likes ' || p_account || p_code) / 10000.0 - 0.5) * 0.8
$$;
comment on function demo.ability is 'What a pupil is good at: about -1.5 … 1.5';

create function demo.value(p_account text, p_code text, p_key text, p_shift double precision) returns school.mark_value
language sql immutable as $$
    select greatest(2, least(5, round(3.95 + p_shift + 0.85 * demo.ability(p_account, p_code)
        + 1.3 * ((demo.dice('a' || p_key || p_account) + demo.dice('b' || p_key || p_account) + demo.dice('c' || p_key || p_account))
                 / 10000.0 - 1.5))))::text::school.mark_value
$$;
comment on function demo.value is 'The mark of a pupil for a work, 2 … 5';

create function demo.pick(p_key text, p_words text[]) returns text language sql immutable as $$
    select p_words[1 + demo.dice(p_key) % cardinality(p_words)]
$$;
comment on function demo.pick is 'One of several texts';

create function demo.ill_till(p_account text, p_since date) returns date language sql immutable as $$
    select p_since + 2 + demo.dice('how long ' || p_account || p_since) % 6
$$;
comment on function demo.ill_till is 'The last day of an illness that began then';

create function demo.ill_since(p_account text, p_day date) returns date language sql immutable as $$
    select min(p_day - k)
      from generate_series(0, 8) k
     where demo.dice('ill ' || p_account || (p_day - k)) < 75 and demo.ill_till(p_account, p_day - k) >= p_day
$$;
comment on function demo.ill_since is 'The first day of an illness that covers that day, NULL: well';
