-- The days of the demo schools, up to now: who was there, what was taught, asked and marked. Run after loading and again by each
-- start of the demo: what happened is kept, what has ended since is added. Every choice comes from demo.dice() of the lesson and
-- the pupil, so the same days come out whenever they are played. A lesson that somebody has marked himself stays as it is.

create temporary table moment on commit drop as
select s.id as school_id, s.number as school, s.time_zone, p.till as since, p.planned, demo.now() as till,
       (demo.now() at time zone s.time_zone)::date as today
  from demo.progress p
  join school.school s on s.id = p.school_id;

-- ---- changes of the timetable: this week, the next, and all before ---------------------------------------------------------------

create temporary table plan on commit drop as
select l.id, l.class_id, l.subgroup_id, l.day, l.number, l.staff_id, k.school_id, k.year_id, k.grade, k.tutor_id, c.code,
       c.is_graded, c.tests, l.subject_id as subject_id, coalesce(l.was_subject_id, l.subject_id) as planned_id,
       format('%s %s%s %s/%s %s', m.school, k.grade, k.letter, l.day, l.number, g.title) as key,
       row_number() over year_of as place, count(*) over (partition by l.class_id, coalesce(l.was_subject_id, l.subject_id), l.subgroup_id) as places
  from school.lesson l
  join school.class k on k.id = l.class_id
  join moment m on m.school_id = k.school_id
  join school.subject j on j.id = coalesce(l.was_subject_id, l.subject_id)
  join demo.subject c on j.title in (c.title, c.title_10)
  left join school.subgroup g on g.id = l.subgroup_id
window year_of as (partition by l.class_id, coalesce(l.was_subject_id, l.subject_id), l.subgroup_id order by l.day, l.number);
create index on plan (class_id, subject_id, day, number);
create index on plan (id);
analyze plan;

-- One lesson of a class and week is given by somebody else, mostly of the same subject; now and then the last lesson of a day is
-- cancelled.
create temporary table change on commit drop as
select p.id, p.key, p.school_id, p.class_id, p.day, p.number, p.staff_id, p.subject_id,
       case when p.sub = 1 and demo.dice('substitution ' || p.key) < 7500 then 'other'
            when p.off = 1 and p.is_last and demo.dice('cancelled ' || p.key) < 6000 then 'cancelled'
            when demo.dice('remote ' || p.key) < 50 and p.grade >= 5 then 'remote' end as kind
  from (select p.*, p.number = max(p.number) over (partition by p.class_id, p.day) as is_last,
               row_number() over (partition by p.class_id, date_trunc('week', p.day) order by demo.dice('sub' || p.key)) as sub,
               row_number() over (partition by p.class_id, date_trunc('week', p.day)
                                  order by p.number < 5, demo.dice('off' || p.key)) as off
          from plan p where p.code <> 'РоВ' and p.subgroup_id is null) p
  join moment m on m.school_id = p.school_id
 where p.day > m.planned and p.day <= m.today + 11;

create temporary table substitute on commit drop as
select distinct on (c.school_id, o.staff_id, c.day, c.number) c.id, o.staff_id, o.subject_id
  from change c
 cross join lateral (
       select t.staff_id, t.subject_id
         from (select t.staff_id, c.subject_id, 1 as rank from school.teaching t
                where t.subject_id = c.subject_id and t.staff_id <> c.staff_id
               union
               select t.staff_id, t.subject_id, 2 from school.teaching t
                 join school.subject j on j.id = t.subject_id and j.title <> 'Разговоры о важном'
                where t.class_id = c.class_id and t.subgroup_id is null and t.staff_id <> c.staff_id) t
        where not exists (select from plan b where b.staff_id = t.staff_id and b.day = c.day and b.number = c.number)
        order by t.rank, demo.dice(c.key || t.staff_id || t.subject_id) limit 1) o
 where c.kind = 'other'
 order by c.school_id, o.staff_id, c.day, c.number, c.id;

update school.lesson l
   set staff_id = s.staff_id, was_staff_id = l.staff_id, subject_id = s.subject_id,
       was_subject_id = case when s.subject_id <> l.subject_id then l.subject_id end,
       room = f.room, was_room = case when f.room <> l.room then l.room end,
       note = demo.pick('why ' || c.key, '{Учитель болен,Учитель на курсах,Учитель на семинаре,Учитель сопровождает класс на олимпиаду}')
  from change c
  join substitute s on s.id = c.id
 cross join lateral (select w.room from school.slot w where w.staff_id = s.staff_id order by w.id limit 1) f
 where l.id = c.id and l.revision = 0 and l.roll_at is null;

update school.lesson l
   set is_cancelled = true, note = demo.pick('why ' || c.key,
       '{Учитель болен,Педсовет,Отключение отопления в кабинете,Подготовка к концерту,Медосмотр}')
  from change c where l.id = c.id and c.kind = 'cancelled' and l.revision = 0 and l.roll_at is null;

update school.lesson l
   set remote_url = 'https://urok.school.example/' || substr(encode(sha256(convert_to(c.key, 'UTF8')), 'hex'), 1, 12),
       note = 'Урок пройдёт дистанционно'
  from change c where l.id = c.id and c.kind = 'remote' and l.revision = 0 and l.roll_at is null;

-- ---- lessons that have ended --------------------------------------------------------------------------------------------------------

create temporary table ended on commit drop as
select l.id, p.class_id, p.subgroup_id, l.day, l.number, l.subject_id, l.staff_id, p.school_id, p.grade, p.tutor_id, p.key,
       c.code, c.is_graded and p.grade > 1 as is_graded, c.tests, p.place, p.places, m.today, m.till, m.time_zone,
       timezone(m.time_zone, l.day + b.starts) as starts_at, timezone(m.time_zone, l.day + b.ends) as ends_at,
       h.title as theme, h.is_first, h.is_last, h.length,
       demo.dice('forgotten ' || p.key) < 150 and l.day > m.today - 10 as is_forgotten
  from plan p
  join school.lesson l on l.id = p.id
  join moment m on m.school_id = p.school_id
  join school.bells_on(p.school_id, l.day) n on true
  join school.bell b on b.bells_id = n and b.number = l.number
  join school.subject j on j.id = l.subject_id
  join demo.subject c on j.title in (c.title, c.title_10)
  left join lateral (
       select t.title, (p.place - 1) * t.n / p.places <> (p.place - 2) * t.n / p.places or p.place = 1 as is_first,
              p.place * t.n / p.places <> (p.place - 1) * t.n / p.places as is_last, p.places / t.n as length
         from (select t.title, t.ordinal, count(*) over () as n from demo.theme t where t.code = c.code and t.grade = p.grade) t
        where t.ordinal = 1 + (p.place - 1) * t.n / p.places) h on true
 where not l.is_cancelled and l.roll_at is null
   and timezone(m.time_zone, l.day + b.ends) > m.since and timezone(m.time_zone, l.day + b.ends) <= m.till
   and not exists (select from school.work w where w.lesson_id = l.id);
create index on ended (id);
create index on ended (class_id, day);
analyze ended;

update school.lesson l
   set roll_at = least(e.till, e.starts_at + interval '3 min' + demo.dice('roll ' || e.key) * interval '0.2 s'), roll_by = e.staff_id,
       theme = coalesce(e.theme || case when e.is_last and e.length >= 4 and e.tests <> '' then '. ' || e.tests
           when e.is_first or e.code in ('ФК', 'РоВ', 'Муз', 'Изо', 'Лит', 'Чт') then ''
           when e.code in ('Мат', 'Алг', 'Геом', 'ВиС', 'Физ', 'Хим', 'Инф')
               then demo.pick('more ' || e.key, '{"",". Закрепление",". Практикум",". Решение задач",". Решение задач"}')
           else demo.pick('more ' || e.key, '{"","",". Закрепление",". Практикум",". Повторение"}') end, '')
  from ended e where l.id = e.id and not e.is_forgotten;

-- ---- who was there ------------------------------------------------------------------------------------------------------------------

-- Pupils of those classes on those days, today with its lessons to come among them, and what keeps them from being there.
create temporary table fate on commit drop as
select d.class_id, d.day, d.school_id, d.today, p.id as pupil_id, p.account, i.since as ill_since,
       demo.dice('family ' || p.account || d.day) < 90 as is_away,
       demo.dice('skips ' || p.account) < 800 and demo.dice('skips ' || p.account || d.day) < 450 as is_skipping,
       case when demo.dice('late ' || p.account || d.day) < 120 + demo.dice('sleeps ' || p.account) / 40
            then 2 + demo.dice('how late ' || p.account || d.day) % 18 end as late_min,
       demo.dice('early ' || p.account || d.day) < 70 as is_early
  from (select distinct p.class_id, p.day, p.school_id, m.today
          from plan p join moment m on m.school_id = p.school_id
         where p.day >= (m.since at time zone m.time_zone)::date and p.day <= m.today) d
  join school.enrolment e on e.class_id = d.class_id and e.first_day <= d.day and (e.last_day is null or e.last_day >= d.day)
  join school.pupil p on p.id = e.pupil_id
 cross join lateral (select demo.ill_since(p.account, d.day) as since) i;
create index on fate (class_id, day);
create index on fate (pupil_id, day);
analyze fate;

-- Every pupil of every lesson that has ended, with the letter that stands there in the end: of those who have just come back and
-- brought nothing it is «н» for some days more.
create temporary table seat on commit drop as
select e.id as lesson_id, e.subject_id, e.day, e.number, e.staff_id, e.tutor_id, e.school_id, e.starts_at, e.ends_at, e.is_graded,
       e.is_forgotten, e.till, e.code, e.key, f.pupil_id, f.account, f.today, x.letter,
       case x.letter when 'о' then f.late_min when 'р' then 5 + demo.dice('left ' || f.account || e.day) % 25
            when 'ру' then 5 + demo.dice('left ' || f.account || e.day) % 25 end as minutes,
       x.letter in ('б', 'у', 'нп') as is_absent,
       x.letter in ('б', 'у') and e.day > f.today - 5 and demo.dice('unknown ' || f.account || coalesce(f.ill_since, e.day)) < 5500
           as is_unknown
  from ended e
  join fate f on f.class_id = e.class_id and f.day = e.day
 cross join lateral (select min(p.number) as first, max(p.number) as last from plan p where p.class_id = e.class_id and p.day = e.day) n
 cross join lateral (select case
           when f.ill_since is not null then 'б' when f.is_away then 'у'
           when f.is_skipping and (e.number >= 4 or e.number = n.last) then 'нп'
           when f.late_min is not null and e.number = n.first then 'о'
           when f.is_early and e.number = n.last then case when demo.dice('asked ' || f.account || e.day) < 6000 then 'ру' else 'р' end
           end as letter) x
 where school.attends(f.pupil_id, e.subgroup_id);
create index on seat (lesson_id);
analyze seat;

insert into school.attendance (lesson_id, pupil_id, subject_id, day, code_id, minutes, source, set_by, set_at)
select s.lesson_id, s.pupil_id, s.subject_id, s.day, c.id, s.minutes, case when s.letter in ('б', 'у') and not s.is_unknown
           then 'tutor' else 'teacher' end::school.attendance_source,
       case when s.letter in ('б', 'у') and not s.is_unknown then s.tutor_id else s.staff_id end, least(s.till, s.starts_at + interval '5 min')
  from seat s
  join school.attendance_code c on c.school_id = s.school_id and c.letter = case when s.is_unknown then 'н' else s.letter end
 where not s.is_forgotten
    on conflict do nothing;

-- ---- works and marks ------------------------------------------------------------------------------------------------------------------

create temporary table task on commit drop as
select e.*, k.id as kind_id, k.title as kind, k.weight, x.share, x.shift,
       case when x.kind in ('Ответ на уроке', 'Домашняя работа', 'Норматив') then '' else left(coalesce(e.theme, ''), 120) end as title
  from (select e.*, demo.dice('work ' || e.key) as die from ended e where e.is_graded and not e.is_forgotten) e
 cross join lateral (
       select w.kind, w.share, w.shift from (values
           (e.is_last and e.length >= 4 and e.grade in (9, 11) and e.code in ('Рус', 'Алг') and e.die < 3500, 'Пробный экзамен', 1.0, -0.3),
           (e.is_last and e.length >= 4, e.tests, 1.0, -0.15),
           (e.is_last and e.length >= 2 and e.die < 4500, 'Проверочная работа', 1.0, -0.1),
           (e.code = 'ФК' and e.die < 3500, 'Норматив', 0.8, 0.55),
           (e.code in ('Изо', 'Труд', 'Муз') and e.die < 4500, 'Творческая работа', 0.9, 0.5),
           (e.code in ('Рус', 'Анг') and e.die < 900, 'Словарный диктант', 0.9, 0.0),
           (e.code in ('Физ', 'Хим', 'Био', 'Инф', 'Гг') and e.die < 1400, 'Практическая работа', 0.9, 0.15),
           (e.code in ('Ист', 'Общ', 'Лит', 'Окр', 'ОБЗР') and e.die < 1100, 'Тест', 0.9, 0.0),
           (e.die < 1000, 'Самостоятельная работа', 0.9, -0.1),
           (e.die < 2300, 'Домашняя работа', 0.35, 0.25),
           (e.die < 7800, 'Ответ на уроке', 0.22, 0.1)) w(is_so, kind, share, shift)
        where w.is_so limit 1) x
  join school.work_kind k on k.school_id = e.school_id and k.title = x.kind;

insert into school.work (lesson_id, subject_id, day, kind_id, title, weight, is_exam, exam_task_id)
select t.id, t.subject_id, t.day, t.kind_id, t.title, t.weight, t.kind = 'Пробный экзамен', x.id
  from task t
  left join lateral (
       select x.id from school.exam_task x
        where t.grade in (9, 11) and x.exam = case t.grade when 9 then 'ОГЭ' else 'ЕГЭ' end and t.share > 0.5
          and x.subject = case when t.code in ('Алг', 'Геом', 'ВиС') then 'Математика' else
              (select j.title from demo.subject j where j.code = t.code) end
        order by demo.dice(t.key || x.number) limit 1) x on true
 order by t.day, t.key;

-- The sums are made anew at the end, all at once.
alter table school.mark disable trigger sum_marks;

-- Whoever missed a big work has a «точка»: it can be written later.
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, comment, point_till, set_at, set_by)
select w.id, s.pupil_id, 1, s.subject_id, s.day, v.value,
       case when v.value = '.' then 'Не был на работе, можно написать до срока' when demo.dice('comment ' || s.key || s.account) >= 450 then ''
            else demo.pick('words ' || s.key || s.account, case v.value
                when '5' then '{Отличная работа!,"Молодец, так держать","Помог одноклассникам",Оригинальное решение}'
                when '4' then '{"Есть неточности","Хорошо, но торопишься","Ошибка в вычислениях","Не хватило примера"}'
                when '3' then '{"Повторить правило","Нужно разобрать ошибки","Половина заданий верно","Выучить определения"}'
                when '2' then '{"Не готов к уроку","Прийти на консультацию","Домашняя работа не сделана","Пересдать на неделе"}'
                else '{""}' end::text[]) end,
       case when v.value = '.' then s.day + 14 end,
       least(s.till, s.ends_at + case when t.share = 1 then interval '5 h' else interval '1 min' end
                     + demo.dice('when ' || s.key || s.account) * interval '0.03 s'), s.staff_id
  from task t
  join school.work w on w.lesson_id = t.id
  join seat s on s.lesson_id = t.id
 cross join lateral (select case
           when s.is_absent then case when t.share = 1 and demo.dice('later ' || s.key || s.account) < 6500 then '.' end
           when s.code = 'ФК' and demo.dice('no sport ' || s.account) < 400 then case when t.kind = 'Норматив' then 'осв' end
           when demo.dice('asked ' || s.key || s.account) < t.share * 10000 * case when t.share < 0.5 then
                1 + 4.0 / (select count(*) from seat o where o.lesson_id = t.id) else 1 end
               then demo.value(s.account, s.code, s.key, t.shift) end as value) v
 where v.value is not null;

-- A second one for what was written: content, then language.
insert into school.mark (work_id, pupil_id, ordinal, subject_id, day, value, set_at, set_by)
select m.work_id, m.pupil_id, 2, m.subject_id, m.day, demo.value(s.account, 'Рус', 'language ' || s.key, -0.25), m.set_at, m.set_by
  from task t
  join school.work w on w.lesson_id = t.id
  join school.mark m on m.work_id = w.id and m.points is not null
  join seat s on s.lesson_id = t.id and s.pupil_id = m.pupil_id
 where t.kind in ('Сочинение', 'Контрольный диктант') and t.grade > 3;

-- Some weeks later most of the works are written, and some bad marks put right. Only what this file set, and once.
update school.mark m
   set value = demo.value(p.account, '', 'late work ' || m.work_id, -0.2), point_till = null,
       set_at = timezone(o.time_zone, m.point_till - 3 + time '14:40'), reason = 'Работа написана'
  from school.pupil p, moment o
 where p.id = m.pupil_id and o.school_id = p.school_id and m.value = '.' and m.point_till - 3 < o.today
   and m.comment = 'Не был на работе, можно написать до срока' and demo.dice('writes ' || p.account || m.day) < 8500;

update school.mark m
   set value = case when m.value = '2' and demo.dice('better ' || p.account || m.day) < 6000 then '3' else '4' end::school.mark_value,
       set_at = timezone(o.time_zone, m.day + 7 + time '14:15'),
       reason = demo.pick('why better ' || p.account || m.day,
           '{"Пересдача на консультации","Исправлена ошибка проверки","Работа над ошибками","Выставлено по апелляции"}')
  from school.pupil p, moment o
 where p.id = m.pupil_id and o.school_id = p.school_id and m.value in ('2', '3') and m.ordinal = 1 and m.reason = ''
   and m.day + 7 < o.today and m.day + 7 >= (o.since at time zone o.time_zone)::date
   and demo.dice('better ' || p.account || m.day || m.subject_id) < case m.value when '2' then 2200 else 250 end;

alter table school.mark enable trigger sum_marks;
select school.rebuild_averages() \g /dev/null

update demo.progress p set till = m.till, planned = greatest(p.planned, m.today + 11) from moment m where m.school_id = p.school_id;
