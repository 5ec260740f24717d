-- Deploy kabinet:tables/notice to pg
-- requires: tables/staff
-- requires: tables/study

-- What happened and families may want to be told of. Whoever makes something happen says so by notice.emit(), in the same transaction:
-- an event is there exactly when its cause is. Nothing is sent from here; who sends reads the events in the order of their ids, and what
-- is older than notice.keep() goes.

begin;

set local role kabinet_owner;

create schema notice;
comment on schema notice is 'Events for families, waiting to be told. No program has any right here';

create table notice.kind (
    kind   text collate "C" primary key check (kind ~ '^[a-z]+(-[a-z]+)*$'),
    title  text not null
);
comment on table notice.kind is 'What may happen, in kebab-case with its subject first; a family may want one kind and not another';
insert into notice.kind (kind, title) values
    ('library-kept',      'Книга из очереди ждёт читателя'),
    ('library-due',       'Скоро возвращать книгу'),
    ('library-overdue',   'Срок книги прошёл'),
    ('library-charged',   'Утерянная книга списана со счёта'),
    ('library-refunded',  'Книга нашлась, деньги вернулись'),
    ('appeal-registered', 'Обращение зарегистрировано'),
    ('appeal-asked',      'По обращению задали вопрос'),
    ('appeal-answered',   'На обращение ответили'),
    ('appeal-moved',      'Обращение передано'),
    ('appeal-closed',     'Обращение закрыто');

create table notice.event (
    id         bigint generated always as identity primary key,
    at         timestamptz not null default clock_timestamp(),
    pupil_id   bigint not null references school.pupil,
    kind       text collate "C" not null references notice.kind,
    object_id  bigint not null,
    once       text collate "C" unique
);
comment on table notice.event is 'What happened, to which child';
comment on column notice.event.object_id is 'What it is about: a hold, a loan, an appeal, by the kind''s subject';
comment on column notice.event.once is 'What may be said only once says which time it is; NULL: each time it happens';
create index event_pupil on notice.event (pupil_id, id);
create index event_kind on notice.event (kind);
create index event_at on notice.event (at);

create function notice.emit(p_pupil bigint, p_kind text, p_object bigint, p_once text default null) returns void language sql as $$
    insert into notice.event (pupil_id, kind, object_id, once) values (p_pupil, p_kind, p_object, p_once)
    on conflict (once) do nothing
$$;
comment on function notice.emit is 'Something happened: the one place where it is said. p_once: said before, it is not said again';

create function notice.keep() returns interval language sql immutable as $$ select interval '60 days' $$;
comment on function notice.keep is 'How long an event waits to be read';

create function notice.thin() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from notice.event e where e.at < now() - notice.keep();
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function notice.thin is 'A job, nightly: old events go; answers how many';

commit;
