-- Deploy kabinet:tables/site to pg
-- requires: tables/auth

begin;

set local role kabinet_owner;

create schema site;
comment on schema site is 'What a school tells its visitors, and the record of who did what';

create table site.announcement (
    id             bigint generated always as identity primary key,
    school_id      bigint not null references school.school,
    class_id       bigint,
    published_at   timestamptz not null default now(),
    visible_until  timestamptz,
    is_pinned      boolean not null default false,
    title          text not null check (char_length(title) between 1 and 200),
    body           text not null check (char_length(body) <= 10000),
    foreign key (class_id, school_id) references school.class (id, school_id),
    check (visible_until > published_at)
);
comment on table site.announcement is 'Объявления';
comment on column site.announcement.class_id is 'For one class; NULL: for the whole school';
comment on column site.announcement.published_at is 'Seen from this moment on';
comment on column site.announcement.is_pinned is 'Stays above the others';
comment on column site.announcement.body is 'Plain text; a line feed is a new line';
create index announcement_order on site.announcement (school_id, is_pinned desc, published_at desc, id desc);
create index announcement_class on site.announcement (class_id);

create table site.contact (
    id         bigint generated always as identity primary key,
    school_id  bigint references school.school,
    rank       smallint not null,
    subject    text not null check (subject <> ''),
    phone      text not null default '',
    email      text not null default '',
    hours      text not null default '',
    unique nulls not distinct (school_id, rank)
);
comment on table site.contact is 'ИНФО: whom to call about what';
comment on column site.contact.school_id is 'NULL: the same in every school';
comment on column site.contact.rank is 'Order on the page';
comment on column site.contact.hours is 'When somebody answers, in Russian words';

create type site.actor_kind as enum ('visitor', 'office', 'staff');

create table site.audit (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default now(),
    actor       site.actor_kind not null,
    login_id    bigint,
    staff_id    bigint,
    role        name not null default session_user,
    action      text not null check (action ~ '^[a-z]+(-[a-z]+)*$'),
    object      text not null,
    school_id   bigint not null references school.school,
    check ((actor = 'visitor') = (login_id is not null)),
    check ((actor = 'staff') = (staff_id is not null))
);
comment on table site.audit is 'Who did what, without names. Append-only';
comment on column site.audit.actor is 'visitor: a login, through the cabinet; office: whoever runs contracts and settings; staff: at a desk of the school';
comment on column site.audit.login_id is 'auth.login; no foreign key, for the record outlives the login';
comment on column site.audit.staff_id is 'auth.staff; no foreign key either';
comment on column site.audit.role is 'The database role that was connected';
comment on column site.audit.action is 'Fixed words in kebab-case: log-in, password-change, contract-issue';
comment on column site.audit.object is 'What it was done to: a login name, an id';
create index audit_school on site.audit (school_id, at desc, id desc);
create index audit_action on site.audit (school_id, action, at desc, id desc);
create index audit_staff on site.audit (staff_id, at desc, id desc) where staff_id is not null;
create index audit_login on site.audit (login_id, at);
create index audit_pupil on site.audit (left(object, 10), at desc, id desc) where object ~ '^I[2-9A-HJKMNP-Z]{9}';
comment on index site.audit_pupil is 'Objects that begin with an ИДН: what families did, and what desks did to a child';

create type site.action_area as enum ('entry', 'money', 'settings', 'work');
comment on type site.action_area is 'входы и доступ · деньги · настройки · повседневная работа';
create table site.action (
    action  text collate "C" primary key check (action ~ '^[a-z]+(-[a-z]+)*$'),
    area    site.action_area not null,
    title   text not null check (title <> '')
);
comment on table site.action is 'The words of site.audit in Russian, for the administrator. No foreign key leads here: it would lock a row of it for each act';
insert into site.action (action, area, title) values
    ('log-in',               'entry',    'вход'),
    ('code-use',             'entry',    'первый вход по коду авторизации'),
    ('device-confirm',       'entry',    'устройство подтверждено'),
    ('device-revoke',        'entry',    'устройство забыто'),
    ('password-change',      'entry',    'пароль сменён'),
    ('child-add',            'entry',    'ребёнок добавлен в кабинет'),
    ('pupil-code',           'entry',    'выдан код для входа ученика'),
    ('pupil-end',            'entry',    'вход ученика отключён'),
    ('contract-issue',       'entry',    'договор заключён'),
    ('adult-add',            'entry',    'добавлен взрослый'),
    ('code-issue',           'entry',    'выдан код авторизации'),
    ('pin-issue',            'entry',    'выдан ПИН'),
    ('access-bar',           'entry',    'доступ закрыт'),
    ('access-unbar',         'entry',    'доступ открыт снова'),
    ('staff-hire',           'entry',    'сотрудник заведён'),
    ('staff-password',       'entry',    'пароль сотрудника задан'),
    ('staff-roles',          'entry',    'роли сотрудника изменены'),
    ('staff-leave',          'entry',    'доступ сотрудника закрыт'),
    ('money-transfer',       'money',    'перевод между детьми'),
    ('money-withdraw',       'money',    'заявление на возврат денег'),
    ('money-withdraw-back',  'money',    'заявление на возврат отозвано'),
    ('meal-order',           'money',    'питание заказано'),
    ('meal-cancel',          'money',    'заказ питания отменён'),
    ('meal-serve',           'money',    'питание выдано'),
    ('meal-serve-list',      'money',    'питание выдано по списку'),
    ('buffet-sell',          'money',    'продажа в буфете'),
    ('canteen-undo',         'money',    'выдача отменена'),
    ('meal-write-off',       'money',    'питание класса списано'),
    ('meal-refund',          'money',    'деньги за питание возвращены'),
    ('service-write-off',    'money',    'занятие услуги списано'),
    ('service-undo',         'money',    'списание занятия отменено'),
    ('service-refund',       'money',    'деньги за услугу возвращены'),
    ('library-lose',         'money',    'утерянная книга отмечена'),
    ('library-refund',       'money',    'деньги за книгу возвращены'),
    ('library-forgive',      'money',    'долг за утерянную книгу снят'),
    ('ration-issue',         'money',    'сухой паёк выдан'),
    ('benefit-add',          'money',    'льгота назначена'),
    ('benefit-end',          'money',    'льгота прекращена'),
    ('meal-limit',           'settings', 'лимит трат изменён'),
    ('meal-standing',        'settings', 'питание по абонементу'),
    ('meal-standing-end',    'settings', 'абонемент прекращён'),
    ('meal-allergy',         'settings', 'аллергены указаны'),
    ('meal-ban',             'settings', 'запрет блюда'),
    ('meal-lift',            'settings', 'запрет снят'),
    ('card-block',           'settings', 'карта заблокирована'),
    ('card-order',           'settings', 'карта заказана'),
    ('calendar-subscribe',   'settings', 'подписка на календарь'),
    ('calendar-unsubscribe', 'settings', 'подписка на календарь прекращена'),
    ('library-remember',     'settings', 'история чтения хранится'),
    ('library-forget',       'settings', 'история чтения не хранится'),
    ('service-price',        'settings', 'цена услуги'),
    ('service-team',         'settings', 'группа услуги'),
    ('service-members',      'settings', 'ученики записаны в группу'),
    ('service-member-end',   'settings', 'ученик выписан из группы'),
    ('canteen-rules',        'settings', 'правила столовой'),
    ('menu-save',            'settings', 'меню дня'),
    ('menu-drop',            'settings', 'меню дня убрано'),
    ('menu-copy',            'settings', 'меню недели скопировано'),
    ('dish-save',            'settings', 'блюдо'),
    ('complex-save',         'settings', 'комплекс питания'),
    ('meal-save',            'settings', 'приём пищи'),
    ('study-home',           'settings', 'надомное обучение'),
    ('study-end',            'settings', 'надомное обучение окончено'),
    ('timetable-add',        'settings', 'урок в расписание'),
    ('timetable-change',     'settings', 'расписание изменено'),
    ('timetable-end',        'settings', 'урок убран из расписания'),
    ('term-change',          'settings', 'границы четверти'),
    ('day-off',              'settings', 'выходной день'),
    ('day-off-end',          'settings', 'выходной день отменён'),
    ('bell-change',          'settings', 'звонки'),
    ('bells-of-day',         'settings', 'звонки на день'),
    ('school-change',        'settings', 'сведения школы'),
    ('contact-save',         'settings', 'контакт школы'),
    ('contact-drop',         'settings', 'контакт школы убран'),
    ('job-ask',              'settings', 'задание запущено вручную'),
    ('appeal-template',      'settings', 'шаблон ответа'),
    ('faq-publish',          'settings', 'ответ опубликован в частых вопросах'),
    ('faq-withdraw',         'settings', 'ответ убран из частых вопросов'),
    ('audit-export',         'settings', 'выгрузка журнала действий'),
    ('meal-refuse',          'work',     'отказ от питания'),
    ('meal-refuse-withdraw', 'work',     'отказ от питания отозван'),
    ('excuse-send',          'work',     'пояснение к пропуску'),
    ('excuse-withdraw',      'work',     'пояснение отозвано'),
    ('excuse-accept',        'work',     'пояснение принято'),
    ('excuse-reject',        'work',     'пояснение отклонено'),
    ('absence-reason',       'work',     'причина пропуска изменена'),
    ('permit-ask',           'work',     'заявка на пропуск'),
    ('permit-withdraw',      'work',     'заявка на пропуск отозвана'),
    ('gate-pass',            'work',     'пропущен без карты'),
    ('gate-release',         'work',     'отпущен по разрешению'),
    ('week-sign',            'work',     'неделя дневника подписана'),
    ('answer-send',          'work',     'выполненное задание'),
    ('teacher-ask',          'work',     'вопрос учителю'),
    ('finals-set',           'work',     'итоговые оценки'),
    ('lesson-replace',       'work',     'замена урока'),
    ('lesson-cancel',        'work',     'урок отменён'),
    ('lesson-restore',       'work',     'урок по расписанию'),
    ('event-add',            'work',     'событие календаря'),
    ('event-change',         'work',     'событие календаря изменено'),
    ('announcement-add',     'work',     'объявление'),
    ('announcement-change',  'work',     'объявление изменено'),
    ('announcement-end',     'work',     'объявление убрано'),
    ('canteen-look',         'work',     'отказ на кассе показан'),
    ('benefit-view',         'work',     'льготы открыты'),
    ('title-add',            'work',     'карточка книги заведена'),
    ('title-change',         'work',     'карточка книги изменена'),
    ('copies-add',           'work',     'экземпляры заведены'),
    ('catalogue-import',     'work',     'каталог загружен из файла'),
    ('inventory-begin',      'work',     'инвентаризация начата'),
    ('inventory-end',        'work',     'инвентаризация закончена'),
    ('inventory-lose',       'work',     'ненайденные книги отмечены утерянными'),
    ('library-renew',        'work',     'книга продлена'),
    ('library-hold',         'work',     'очередь на книгу'),
    ('library-hold-drop',    'work',     'очередь на книгу отменена'),
    ('library-hold-sleep',   'work',     'очередь отложена'),
    ('library-hold-wake',    'work',     'очередь возобновлена'),
    ('library-reader',       'work',     'читатель на выдаче'),
    ('library-drop',         'work',     'место в очереди снято'),
    ('library-repair',       'work',     'книга в ремонт'),
    ('library-mend',         'work',     'книга из ремонта'),
    ('library-missing',      'work',     'книги нет на месте'),
    ('library-found',        'work',     'книга нашлась'),
    ('library-gone',         'work',     'книга списана'),
    ('library-set',          'work',     'комплект учебников выдан'),
    ('library-set-back',     'work',     'комплект учебников возвращён'),
    ('appeal-send',          'work',     'обращение отправлено'),
    ('appeal-add',           'work',     'обращение дополнено'),
    ('appeal-reopen',        'work',     'обращение открыто снова'),
    ('appeal-withdraw',      'work',     'обращение отозвано'),
    ('appeal-register',      'work',     'обращение зарегистрировано'),
    ('appeal-take',          'work',     'обращение взято в работу'),
    ('appeal-give-back',     'work',     'обращение возвращено в очередь'),
    ('appeal-close',         'work',     'обращение закрыто'),
    ('appeal-assign',        'work',     'обращение поручено'),
    ('appeal-priority',      'work',     'важность обращения'),
    ('appeal-move',          'work',     'обращение передано'),
    ('appeal-ask',           'work',     'вопрос по обращению'),
    ('appeal-answer',        'work',     'ответ на обращение'),
    ('appeal-note',          'work',     'заметка к обращению');

create function site.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '%.% is append-only: % is refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation';
end $$;
comment on function site.refuse_change is 'Refuses what would rewrite a record: for triggers of append-only tables';
create trigger append_only before update or delete or truncate on site.audit
    for each statement execute function site.refuse_change();

create table site.form_use (
    who     text not null,
    key     uuid not null,
    digest  bytea not null check (octet_length(digest) = 32),
    used_at timestamptz not null default now(),
    primary key (who, key)
);
comment on table site.form_use is 'Forms that were sent: what is sent again is known again';
comment on column site.form_use.who is 'Whose form it is and what it does: «login 12 excuse», «staff 5 mark»';
comment on column site.form_use.key is 'The random key that the page gave the form';
comment on column site.form_use.digest is 'SHA-256 of what the form said';

create function site.once(p_who text, p_key uuid, p_body text) returns boolean language plpgsql as $$
declare
    v_digest bytea := sha256(convert_to(p_body, 'UTF8'));
begin
    insert into site.form_use (who, key, digest) values (p_who, p_key, v_digest) on conflict do nothing;
    if found then
        return true;
    end if;
    if v_digest is distinct from (select u.digest from site.form_use u where u.who = p_who and u.key = p_key) then
        raise exception 'the form was sent with another content' using errcode = 'KB409';
    end if;
    return false;
end $$;
comment on function site.once is
    'First thing in what may not happen twice. true: go on; false: this very form was done before, say so again and change nothing; '
    'KB409: the same key with another body. Two at once: the second waits for the first';

create table site.file (
    id          uuid primary key default gen_random_uuid(),
    school_id   bigint not null references school.school,
    name        text not null check (char_length(name) between 1 and 120 and name !~ '[/\\[:cntrl:]"]'),
    type        text not null check (type ~ '^[a-z]+/[a-z0-9.+-]+$'),
    bytes       bytea not null check (octet_length(bytes) between 1 and 5242880),
    size        integer not null generated always as (octet_length(bytes)) stored,
    created_at  timestamptz not null default now()
);
comment on table site.file is 'Files that people sent, by a random id. Who may have one is decided by what points to it';
comment on column site.file.name is 'As the sender called it, without a path; 120 characters at most';
comment on column site.file.type is 'By its first bytes (lib/file.h), never by what the sender said';
comment on column site.file.bytes is 'At most 5 MiB';
alter table site.file alter bytes set storage external;   -- pictures and archives are compressed already
create index file_school on site.file (school_id);

create function site.bytes_of(p_1 bytea, p_2 bytea, p_3 bytea) returns bigint language sql immutable as $$
    select coalesce(octet_length(p_1), 0)::bigint + coalesce(octet_length(p_2), 0) + coalesce(octet_length(p_3), 0)
$$;
comment on function site.bytes_of is 'How many bytes up to three files have, NULL for none';

create function site.check_files(p_sent bigint, p_bytes bigint) returns void language plpgsql as $$
begin
    -- They stay for ever, in every backup.
    if p_bytes > 0 and p_sent + p_bytes > 30 * 1024 * 1024 then
        raise exception 'За сутки можно приложить 30 МБ файлов. Остальное — завтра.' using errcode = 'KB422';
    end if;
end $$;
comment on function site.check_files is 'KB422 when somebody who has sent p_sent bytes within a day sends p_bytes more than 30 MiB';

create function site.keep_file(p_school bigint, p_name text, p_type text, p_bytes bytea) returns uuid language sql as $$
    insert into site.file (school_id, name, type, bytes) values (p_school, p_name, p_type, p_bytes) returning id
$$;
comment on function site.keep_file is 'Keeps a file and answers its id';

commit;
