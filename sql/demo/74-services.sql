-- Paid services of both schools: clubs, a swimming pool, courses before the exams, the after-school group. Who was there and what was
-- written off is told by 85-meals.sql.

set local role kabinet_owner;

insert into service.service (school_id, title, unit, price_kop)
select s.id, v.title, v.unit, v.price_kop
  from (values
    ('039', 'Робототехника', 'занятие', 35000), ('039', 'Шахматный клуб', 'занятие', 25000), ('039', 'Бассейн', 'занятие', 40000),
    ('039', 'Английский театр', 'занятие', 35000), ('039', 'Подготовка к экзаменам', 'занятие', 30000),
    ('039', 'Группа продлённого дня', 'день', 18000),
    ('052', 'Английский театр', 'занятие', 38000), ('052', 'Занимательная математика', 'занятие', 28000),
    ('052', 'Керамика', 'занятие', 32000)) v(school, title, unit, price_kop)
  join school.school s on s.number = v.school
 order by s.number, v.title;

create table demo.team_plan (
    school   text not null,
    service  text not null,
    title    text not null,
    key      text not null,
    weekday  smallint not null,
    grades   int4range not null,
    share    smallint not null,
    primary key (school, service, title)
);
comment on table demo.team_plan is 'Groups, their teachers and days';
comment on column demo.team_plan.share is 'How many pupils of ten thousand of those grades go there';
insert into demo.team_plan values
    ('039', 'Робототехника', 'младшая группа', 'informatics1', 2, '[3,7)', 4000),
    ('039', 'Робототехника', 'старшая группа', 'informatics2', 4, '[7,12)', 1800),
    ('039', 'Шахматный клуб', 'начинающие', 'math1', 1, '[1,6)', 3000),
    ('039', 'Шахматный клуб', 'разрядники', 'math1', 3, '[6,12)', 1800),
    ('039', 'Бассейн', 'первая смена', 'sport', 5, '[1,8)', 2000),
    ('039', 'Английский театр', 'средняя группа', 'english1', 2, '[5,10)', 2000),
    ('039', 'Подготовка к экзаменам', 'русский язык', 'russian1', 3, '[9,12)', 5000),
    ('039', 'Подготовка к экзаменам', 'математика', 'math1', 5, '[9,12)', 6000),
    ('039', 'Группа продлённого дня', '1 «А»', 'primary1', 4, '[1,2)', 7000),
    ('052', 'Английский театр', 'младшая группа', 'english1', 2, '[1,6)', 5000),
    ('052', 'Английский театр', 'старшая группа', 'english1', 4, '[6,12)', 5000),
    ('052', 'Занимательная математика', 'группа', 'math', 3, '[1,12)', 4000),
    ('052', 'Керамика', 'мастерская', 'arts', 5, '[1,12)', 3500);

insert into service.team (school_id, service_id, title, staff_id)
select v.school_id, v.id, t.title, f.id
  from demo.team_plan t
  join school.school s on s.number = t.school
  join service.service v on v.school_id = s.id and v.title = t.service
  join demo.staff f on f.school_id = s.id and f.key = t.key
 order by s.number, t.service, t.title;

-- The first cabinets go somewhere; one in ten has a part of the price let off, and one of the first cabinet's a half.
insert into service.member (team_id, pupil_id, first_day, waiver)
select t.id, e.pupil_id, e.year_from + demo.dice('joined ' || p.title || e.account) % 14,
       case when e.account = '0270390000' and p.service = 'Шахматный клуб' then 50
            when demo.dice('waiver ' || p.title || e.account) < 500 then 100
            when demo.dice('waiver ' || p.title || e.account) < 1000 then 50 else 0 end
  from demo.team_plan p
  join demo.eater e on e.school = p.school and e.grade::integer <@ p.grades
  join service.service v on v.school_id = e.school_id and v.title = p.service
  join service.team t on t.service_id = v.id and t.title = p.title
 where demo.dice('goes ' || p.service || p.title || e.account) < p.share
    or (e.account, p.service) in (('0270390000', 'Шахматный клуб'), ('0270390000', 'Робототехника'), ('0270390001', 'Бассейн'),
        ('0270390002', 'Робототехника'), ('0270390006', 'Английский театр'), ('0270520000', 'Английский театр'))
 order by t.id, e.account;
