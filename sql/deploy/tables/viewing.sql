-- Deploy kabinet:tables/viewing to pg
-- requires: tables/site
-- requires: tables/study
-- requires: tables/canteen
-- requires: tables/service
-- requires: tables/library
-- requires: tables/appeal

-- Who looked at children's data: each page of a desk that shows some writes here before it is sent, in the page's own transaction
-- (struct route.view in C, staff.note_view() in SQL). Families see role, purpose and time of it, the administrator names as well.

begin;

set local role kabinet_owner;

create table site.view_role (
    role   text collate "C" primary key,
    rank   smallint not null unique,
    title  text not null check (title <> '')
);
comment on table site.view_role is 'As whom somebody at a desk looks, in a family''s words';
comment on column site.view_role.rank is 'Order in counts';
insert into site.view_role (role, rank, title) values
    ('tutor',     1, 'классный руководитель'),
    ('teacher',   2, 'учитель'),
    ('head',      3, 'учебная часть'),
    ('canteen',   4, 'столовая'),
    ('guard',     5, 'охрана'),
    ('librarian', 6, 'библиотека'),
    ('support',   7, 'ответы на обращения'),
    ('admin',     8, 'администратор системы');

create type site.view_kind as enum ('school', 'grade', 'class', 'tutored', 'lesson', 'meals-batch', 'team', 'team-batch', 'pupil',
    'questions', 'excuse', 'file', 'serving', 'charge', 'refund', 'book-set', 'book-copy', 'book-scan', 'book-queue', 'appeal', 'idn');
comment on type site.view_kind is 'What the object of a page is: whose data that is, site.viewed() knows';

create table site.view_purpose (
    purpose  text collate "C" primary key check (purpose ~ '^[a-z]+(-[a-z]+)*$'),
    roles    text[] not null check (cardinality(roles) > 0),
    kind     site.view_kind not null,
    or_all   boolean not null default false,
    title    text not null check (title <> '')
);
comment on table site.view_purpose is 'Why a page shows data of children: the purposes that routes of desks name';
comment on column site.view_purpose.roles is 'Who comes there; the first one that fits is remembered';
comment on column site.view_purpose.or_all is 'Without an object the page lists the whole school; else it then shows nobody';
comment on column site.view_purpose.title is 'In a family''s words';
insert into site.view_purpose (purpose, roles, kind, or_all, title) values
    ('journal-questions', '{teacher}',            'questions',   false, 'вопросы к учителю без ответа'),
    ('journal-lesson',    '{teacher,tutor,head}', 'lesson',      false, 'урок: кто был, отметки, вопросы'),
    ('journal-marks',     '{teacher,tutor,head}', 'lesson',      false, 'оценки за работу на уроке'),
    ('journal-mark',      '{teacher,tutor,head}', 'pupil',       false, 'оценка и её исправления'),
    ('journal-homework',  '{teacher,tutor,head}', 'lesson',      false, 'домашнее задание и ответы на него'),
    ('journal-file',      '{teacher,tutor,head}', 'file',        false, 'файл с выполненным заданием'),
    ('journal-class',     '{teacher,tutor,head}', 'class',       false, 'журнал класса по предмету'),
    ('journal-finals',    '{teacher,tutor,head}', 'class',       false, 'итоговые оценки класса'),
    ('class-attendance',  '{tutor}',              'tutored',     false, 'посещаемость класса и пояснения родителей'),
    ('class-export',      '{tutor}',              'tutored',     false, 'выгрузка посещаемости класса'),
    ('class-file',        '{tutor}',              'excuse',      false, 'документ к пояснению'),
    ('class-reason',      '{tutor}',              'pupil',       false, 'причина пропуска'),
    ('class-meals',       '{tutor}',              'tutored',     false, 'питание класса'),
    ('class-meals-batch', '{tutor}',              'meals-batch', false, 'списание питания класса'),
    ('refund',            '{tutor}',              'refund',      false, 'возврат оплаченного'),
    ('services-group',    '{teacher,head}',       'team',        false, 'группа платной услуги'),
    ('services-lesson',   '{teacher,head}',       'team',        false, 'списание занятия платной услуги'),
    ('services-batch',    '{teacher,head}',       'team-batch',  false, 'списанное занятие платной услуги'),
    ('services-undo',     '{teacher,head}',       'charge',      false, 'возврат за занятие платной услуги'),
    ('services-history',  '{teacher,head}',       'team',        false, 'списания за платную услугу за месяц'),
    ('services-export',   '{teacher,head}',       'team',        false, 'выгрузка списаний за платную услугу'),
    ('services-members',  '{head}',               'class',       false, 'набор в группу платной услуги'),
    ('canteen-list',      '{canteen}',            'class',       false, 'выдача питания классу'),
    ('canteen-sheet',     '{canteen}',            'grade',       false, 'список питания на бумаге'),
    ('canteen-serve',     '{canteen}',            'pupil',       true,  'выдача питания'),
    ('canteen-served',    '{canteen}',            'serving',     false, 'что выдано'),
    ('canteen-undo',      '{canteen}',            'serving',     false, 'отмена выдачи'),
    ('canteen-buffet',    '{canteen}',            'pupil',       true,  'продажа в буфете'),
    ('canteen-benefits',  '{canteen}',            'class',       true,  'учёт льгот на питание'),
    ('canteen-child',     '{canteen}',            'pupil',       false, 'льготы и питание ребёнка'),
    ('canteen-rations',   '{canteen}',            'school',      false, 'выдача сухих пайков'),
    ('gate-monitor',      '{guard}',              'school',      false, 'вход и выход, кого ждут на проходной'),
    ('gate-inside',       '{guard}',              'school',      false, 'кто сейчас в школе'),
    ('gate-export',       '{guard}',              'school',      false, 'выгрузка проходов за день'),
    ('library-desk',      '{librarian}',          'pupil',       true,  'выдача и возврат книг'),
    ('library-readers',   '{librarian}',          'class',       true,  'список читателей'),
    ('library-reader',    '{librarian}',          'pupil',       false, 'книги читателя'),
    ('library-kept',      '{librarian}',          'school',      false, 'отложенные книги'),
    ('library-overdue',   '{librarian}',          'class',       true,  'должники библиотеки'),
    ('library-queue',     '{librarian}',          'book-queue',  false, 'очередь на книгу'),
    ('library-copy',      '{librarian}',          'book-copy',   false, 'у кого экземпляр книги'),
    ('library-scan',      '{librarian}',          'book-scan',   false, 'у кого книга, на выдаче'),
    ('library-cards',     '{librarian}',          'class',       false, 'печать читательских билетов'),
    ('library-plan',      '{librarian}',          'class',       false, 'выдача комплекта учебников'),
    ('library-set',       '{librarian}',          'book-set',    false, 'комплект учебников класса'),
    ('appeal-list',       '{support,head,canteen}', 'school',    false, 'список обращений'),
    ('appeal-export',     '{support,head,canteen}', 'school',    false, 'выгрузка списка обращений'),
    ('appeal',            '{support,head,canteen}', 'appeal',    false, 'обращение и ответ на него'),
    ('appeal-file',       '{support,head,canteen}', 'file',      false, 'файл к обращению'),
    ('audit',             '{admin}',              'school',      false, 'журнал действий и просмотров'),
    ('audit-export',      '{admin}',              'school',      false, 'выгрузка журнала действий и просмотров'),
    ('audit-idn',         '{admin}',              'idn',         false, 'журнал действий и просмотров, по одному ребёнку');

create table site.viewing (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default now(),
    school_id  bigint not null,
    staff_id   bigint not null,
    role       text collate "C" not null,
    purpose    text collate "C" not null,
    pupil_id   bigint,
    class_id   bigint,
    team_id    bigint,
    appeal_id  bigint,
    check (num_nonnulls(pupil_id, class_id, team_id) <= 1)
);
comment on table site.viewing is
    'Who looked at whose data. Append-only; what is older than site.keep_views() goes. No foreign keys: they would lock, and so write, '
    'a row of the school and of the class for each page, and the record outlives what it names';
comment on column site.viewing.role is 'Of site.view_role';
comment on column site.viewing.purpose is 'Of site.view_purpose';
comment on column site.viewing.pupil_id is 'One child. Neither child nor class nor group: a list of the whole school';
comment on column site.viewing.class_id is 'All who were in this class then';
comment on column site.viewing.team_id is 'All who were in this group of a paid service then';
comment on column site.viewing.appeal_id is 'Views of an appeal or its file: of which, for it is of one adult of the child alone';
create index viewing_pupil on site.viewing (pupil_id, at desc, id desc) where pupil_id is not null;
create index viewing_class on site.viewing (class_id, at desc, id desc) where class_id is not null;
create index viewing_team on site.viewing (team_id, at desc, id desc) where team_id is not null;
create index viewing_list on site.viewing (school_id, at desc, id desc) where num_nonnulls(pupil_id, class_id, team_id) = 0;
create index viewing_school on site.viewing (school_id, at desc, id desc);
create index viewing_staff on site.viewing (staff_id, at desc, id desc);

create function site.keep_views() returns interval language sql immutable as $$ select interval '1 year' $$;
comment on function site.keep_views is 'How long it is known who looked';

create function site.keep_viewing() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and old.at < now() - site.keep_views() then
        return old;
    end if;
    raise exception 'site.viewing is append-only: % is refused', tg_op using errcode = 'restrict_violation';
end $$;
comment on function site.keep_viewing is 'Nothing changes, only what is old enough goes';
create trigger keep_viewing before update or delete on site.viewing for each row execute function site.keep_viewing();
create trigger append_only before truncate on site.viewing for each statement execute function site.refuse_change();

create function site.thin_views() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from site.viewing v
     using school.school s
     where v.school_id = s.id and v.at < pg_catalog.now() - site.keep_views();   -- by the index of the school and the time
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function site.thin_views is 'A job, nightly: views that are old enough go; answers how many';

create function site.viewed(p_school bigint, p_staff bigint, p_today date, p_kind site.view_kind, p_object text)
returns table (pupil_id bigint, class_id bigint, team_id bigint) language plpgsql stable rows 1 as $$
declare
    v_id bigint := case when p_kind not in ('school', 'file', 'refund', 'idn') then p_object::bigint end;
begin
    case p_kind
        when 'school' then
            return query select null::bigint, null::bigint, null::bigint;
        when 'grade' then
            return query select null::bigint, k.id, null::bigint
                           from school.class k join school.year y on y.id = k.year_id and p_today between y.first_day and y.last_day
                          where k.school_id = p_school and k.grade = v_id;
        when 'class' then
            return query select null::bigint, k.id, null::bigint from school.class k where k.id = v_id and k.school_id = p_school;
        when 'tutored' then
            return query select null::bigint, k.id, null::bigint
                           from school.class k join school.year y on y.id = k.year_id and p_today between y.first_day and y.last_day
                          where k.tutor_id = p_staff and k.school_id = p_school and (v_id is null or k.id = v_id)
                          order by k.grade, k.letter limit 1;
        when 'lesson' then
            return query select null::bigint, k.id, null::bigint
                           from school.lesson l join school.class k on k.id = l.class_id where l.id = v_id and k.school_id = p_school;
        when 'meals-batch' then
            return query select null::bigint, w.class_id, null::bigint
                           from canteen.write_off w where w.id = v_id and w.school_id = p_school;
        when 'team' then
            return query select null::bigint, null::bigint, t.id from service.team t where t.id = v_id and t.school_id = p_school;
        when 'team-batch' then
            return query select null::bigint, null::bigint, b.team_id
                           from service.batch b where b.id = v_id and b.school_id = p_school;
        when 'pupil' then
            return query select p.id, null::bigint, null::bigint from school.pupil p where p.id = v_id and p.school_id = p_school;
        when 'idn' then
            return query select p.id, null::bigint, null::bigint
                           from school.pupil p where p.idn = upper(p_object) and p.school_id = p_school;
        when 'questions' then   -- of the lessons of whoever looks, as staff.journal_questions() lists them
            return query select distinct q.pupil_id, null::bigint, null::bigint
                           from school.lesson l join school.lesson_message q on q.lesson_id = l.id
                          where l.staff_id = p_staff and q.reply is null and l.day > p_today - 60;
        when 'excuse' then
            return query select p.id, null::bigint, null::bigint
                           from school.excuse e join school.pupil p on p.id = e.pupil_id where e.id = v_id and p.school_id = p_school;
        when 'file' then        -- a teacher's own file is nobody's
            return query select p.id, null::bigint, null::bigint
                           from school.answer_file x
                           join school.homework_answer a on a.id = x.answer_id
                           join school.pupil p on p.id = a.pupil_id
                          where x.file_id = p_object::uuid and p.school_id = p_school
                         union all
                         select a.pupil_id, null, null
                           from appeal.message_file x
                           join appeal.message m on m.id = x.message_id
                           join appeal.appeal a on a.id = m.appeal_id
                          where x.file_id = p_object::uuid and a.school_id = p_school;
        when 'serving' then
            return query select s.pupil_id, null::bigint, null::bigint
                           from canteen.serving s where s.id = v_id and s.school_id = p_school;
        when 'charge' then
            return query select c.pupil_id, null::bigint, null::bigint
                           from service.charge c where c.id = v_id and c.school_id = p_school;
        when 'refund' then      -- «service 12», «meal 12», «buffet 12»
            return query select v.pupil_id, v.class_id, v.team_id
                           from site.viewed(p_school, p_staff, p_today,
                               case when p_object like 'service %' then 'charge' else 'serving' end::site.view_kind,
                               split_part(p_object, ' ', 2)) v;
        when 'book-set' then
            return query select null::bigint, e.class_id, null::bigint
                           from library.class_set e where e.id = v_id and e.school_id = p_school;
        when 'book-copy' then   -- who has it, and whom it is kept for
            return query select l.pupil_id, null::bigint, null::bigint
                           from library.loan l join school.pupil p on p.id = l.pupil_id
                          where l.copy_id = v_id and l.returned_at is null and p.school_id = p_school
                         union
                         select h.pupil_id, null, null
                           from library.hold h where h.copy_id = v_id and h.state = 'kept' and h.school_id = p_school;
        when 'book-scan' then   -- whose loan it was or is, and whom the copy is kept for now; one's own scan
            return query select s.pupil_id, null::bigint, null::bigint
                           from library.scan s join school.pupil p on p.id = s.pupil_id
                          where s.id = v_id and s.staff_id = p_staff and p.school_id = p_school
                         union
                         select h.pupil_id, null, null
                           from library.scan s join library.hold h on h.copy_id = s.copy_id and h.state = 'kept'
                          where s.id = v_id and s.staff_id = p_staff and h.school_id = p_school;
        when 'book-queue' then
            return query select distinct h.pupil_id, null::bigint, null::bigint
                           from library.hold h where h.title_id = v_id and h.state in ('waiting', 'kept') and h.school_id = p_school;
        when 'appeal' then
            return query select a.pupil_id, null::bigint, null::bigint
                           from appeal.appeal a where a.id = v_id and a.school_id = p_school;
    end case;
end $$;
comment on function site.viewed is 'Whose data the object of a page is: children, a class, a group; one row of NULLs: the whole school. No row: nobody''s of this school';

commit;
