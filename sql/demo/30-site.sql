-- What the schools tell their visitors.

set local role kabinet_owner;

insert into site.contact (school_id, rank, subject, phone, email, hours) values
    (null, 1, 'Питание', '32-81-22', '', 'пн–пт, 8:00–17:00'),
    (null, 2, 'Питание в школе', '22-17-08', '', 'пн–пт, 8:00–15:00'),
    (null, 3, 'Лицевые счета', '64-35-35', '', 'пн–пт, 9:00–18:00'),
    (null, 4, 'Работа кабинета', '31-62-55', 'cabinet@school.example', 'пн–пт, 9:00–18:00');
insert into site.contact (school_id, rank, subject, phone, email, hours)
select s.id, 1, 'Секретарь школы', r.phone, r.email, 'пн–пт, 9:00–17:00'
  from (values ('039', '22-17-01', 'shkola39@school.example'), ('052', '22-40-01', 'gimnaziya52@school.example')) r(school, phone, email)
  join school.school s on s.number = r.school;

update school.school s set reception = r.words, reception_url = 'https://' || r.site || '.school.example/priyomnaya'
  from (values ('039', 'shkola39', 'ул. Школьная, 39, кабинет секретаря, пн–пт, 9:00–17:00'),
               ('052', 'gimnaziya52', 'пер. Гимназический, 5, приёмная, пн–пт, 9:00–16:00')) r(school, site, words)
 where s.number = r.school;

insert into site.announcement (school_id, class_id, published_at, visible_until, is_pinned, title, body)
select s.id, k.id, now() - a.age, case when a.is_pinned then now() + interval '60 days' end, a.is_pinned, a.title, a.body
  from (values
    ('039', null, interval '20 days', true, 'Как пополнить лицевой счёт',
     E'По квитанции или QR-коду из раздела «Финансы», через терминал в вестибюле школы и в приложении банка.\n'
     'Деньги из банка приходят на счёт на следующий рабочий день.'),
    ('039', null, interval '1 day', false, 'Родительские собрания',
     'Собрания 1–4 классов — во вторник в 18:00, 5–11 классов — в среду в 18:30, в кабинетах классных руководителей.'),
    ('039', '7 «Б»', interval '2 days', false, 'Экскурсия в краеведческий музей',
     'Сбор в пятницу в 12:15 у главного входа. Вернёмся к 15:00. Возьмите сменную обувь и воду.'),
    ('039', null, interval '5 days', false, 'Меню столовой на неделю',
     'Со следующей недели в меню два горячих завтрака на выбор. Цены прежние.'),
    ('039', null, interval '9 days', false, 'Второй вход закрыт на ремонт',
     'Две недели в школу проходят через главный вход. Турникеты работают, карты остаются те же.'),
    ('039', null, interval '16 days', false, 'Школьная библиотека открыта до 17:00',
     'По субботам — до 14:00. Учебники второго полугодия выдают по классам, расписание висит у входа в библиотеку.'),
    ('052', null, interval '3 days', false, 'День открытых дверей',
     'В субботу с 10:00 ждём будущих первоклассников и их родителей.'),
    ('052', '8 «Б»', interval '6 days', false, 'Репетиция концерта',
     'В четверг после шестого урока, в актовом зале.')) a(school, class, age, is_pinned, title, body)
  join school.school s on s.number = a.school
  left join school.class k on k.school_id = s.id and k.name = a.class
 order by a.age desc;
