-- Deploy kabinet:tables/library to pg
-- requires: tables/ledger
-- requires: tables/staff
-- requires: tables/site
-- requires: tables/study
-- requires: tables/notice

-- The library: titles and copies, loans, the queue for what is lent, sets of textbooks, inventories. Everything that moves a copy
-- is one of the functions lend, give_back, renew, ask, drop_hold, mark; each of them locks the title first, so that two librarians, or
-- a librarian and a queue, see each other, and a copy is with one reader at a time. What counts a reader's books or places in queues
-- locks the reader then, and the books of the ledger come last; more than one title is locked by expire_holds and by sets of textbooks,
-- in the order of their ids and before any reader: so nobody waits for another in a ring. What they refuse they say by KB422 with a sentence
-- for the person and, in its HINT, a word for programs: unknown, lent, kept, limit, owed, again, renewed, queued, lost.

begin;

-- Of whoever deploys: operators of the extension are nobody's secret, and its functions are not ours.
create schema trgm;
comment on schema trgm is 'The extension pg_trgm: words that are nearly alike';
create extension pg_trgm schema trgm;
grant usage on schema trgm to kabinet_owner;

set local role kabinet_owner;

create schema library;
comment on schema library is 'Catalogue, copies, loans, queues. No program has any right here';

create table library.policy (
    school_id    bigint primary key references school.school,
    loan_days    smallint not null default 21 check (loan_days between 1 and 365),
    renew_days   smallint not null default 14 check (renew_days between 1 and 365),
    renewals     smallint not null default 2 check (renewals between 0 and 20),
    max_loans    smallint not null default 5 check (max_loans between 1 and 100),
    max_holds    smallint not null default 3 check (max_holds between 0 and 20),
    pickup_days  smallint not null default 3 check (pickup_days between 1 and 30),
    next_copy    integer not null default 1
);
comment on table library.policy is 'Rules of a school''s library; a row for each school';
comment on column library.policy.loan_days is 'How long a book is lent';
comment on column library.policy.renewals is 'How many times a loan may be prolonged, by renew_days each';
comment on column library.policy.max_loans is 'Books at a time, textbooks aside';
comment on column library.policy.max_holds is 'Places in queues at a time';
comment on column library.policy.next_copy is 'From where the next free barcode is looked for: library.draw_barcodes()';
comment on column library.policy.pickup_days is 'How many days a copy waits on the shelf for whom it was kept';

create function library.open_policy() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into library.policy (school_id) values (new.id);
    return null;
end $$;
comment on function library.open_policy is 'Every school has rules from the first moment';
create trigger open_library after insert on school.school for each row execute function library.open_policy();
insert into library.policy (school_id) select s.id from school.school s;

-- ---- the catalogue ------------------------------------------------------------------------------------------------------------

create type library.kind as enum ('book', 'textbook', 'periodical', 'reference');
comment on type library.kind is 'textbook: issued in sets to a class, for a year, and not counted among a reader''s books';

create table library.title (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    kind        library.kind not null default 'book',
    title       text not null check (char_length(title) between 1 and 300),
    authors     text not null default '' check (char_length(authors) <= 300),
    publisher   text not null default '' check (char_length(publisher) <= 200),
    year        smallint check (year between 1500 and 2200),
    isbn        text not null default '' check (isbn ~ '^([0-9]{9}[0-9X]|[0-9]{13})?$'),
    shelf       text not null default '' check (char_length(shelf) <= 60),
    subject     text not null default '' check (char_length(subject) <= 100),
    grade       smallint check (grade between 1 and 11),
    pages       smallint check (pages > 0),
    annotation  text not null default '' check (char_length(annotation) <= 2000),
    price_kop   bigint check (price_kop between 1 and 10000000),
    added_at    timestamptz not null default now(),
    lent_times  integer not null default 0,
    words       tsvector not null generated always as (
        setweight(to_tsvector('russian'::regconfig, title), 'A') || setweight(to_tsvector('russian'::regconfig, authors), 'B')
        || setweight(to_tsvector('russian'::regconfig, subject || ' ' || annotation), 'D')
        || array_to_tsvector(array['#subject ' || subject, '#grade ' || coalesce(grade::text, ''),
               '#kind ' || case kind when 'book' then 'book' when 'textbook' then 'textbook' when 'periodical' then 'periodical' else 'reference' end])) stored,
    unique (id, school_id)
);
comment on table library.title is 'What the catalogue has: an edition, not a copy';
comment on column library.title.isbn is 'Ten or thirteen characters without hyphens; empty: none';
comment on column library.title.shelf is 'Place in the library: section and shelf mark (ББК, авторский знак)';
comment on column library.title.subject is 'Heading of the systematic catalogue, Russian';
comment on column library.title.grade is 'Textbooks: for which grade';
comment on column library.title.price_kop is 'What replacing a copy costs, where the copy says nothing else';
comment on column library.title.lent_times is 'How often its copies were lent: the list of the popular';
comment on column library.title.words is 'Stems for the search; lexemes with # before them are what it is narrowed by, so that one index finds both';
-- Without a pending list, which every search would have to read through after an import.
create index title_words on library.title using gin (words) with (fastupdate = off);
create index title_school on library.title (school_id, added_at desc, id desc);
create index title_isbn on library.title (school_id, isbn) where isbn <> '';
create index title_list on library.title (school_id, kind, id);
create index title_popular on library.title (school_id, lent_times desc, id desc);

create function library.same(p_title text, p_authors text, p_year smallint) returns text language sql immutable as $$
    select lower(p_title) || E'\x1f' || lower(p_authors) || E'\x1f' || coalesce(p_year::text, '')
$$;
comment on function library.same is 'Equal for what is the same edition, where no ISBN tells';
create index title_same on library.title (school_id, library.same(title, authors, year));

create table library.word (
    school_id  bigint not null references school.school,
    word       text not null,
    primary key (school_id, word)
);
comment on table library.word is 'Words of titles and authors as they are written: typing errors are mended by the nearest one';
create index word_near on library.word using gin (word trgm.gin_trgm_ops) with (fastupdate = off);

create function library.keep_words() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into library.word (school_id, word)
    select distinct new.school_id, m[1]
      from regexp_matches(lower(new.title || ' ' || new.authors), '[а-яёa-z]{4,40}', 'g') m
    on conflict do nothing;
    return null;
end $$;
comment on function library.keep_words is 'Notes the words of a title for library.mend()';
create trigger keep_words after insert or update of title, authors on library.title
    for each row execute function library.keep_words();

create type library.copy_state as enum ('in', 'out', 'kept', 'repair', 'lost', 'gone');
comment on type library.copy_state is
    'in: on the shelf; out: lent; kept: waits for the reader whose turn it is; repair; lost; gone: written off, for ever';

create table library.copy (
    id           bigint generated always as identity primary key,
    school_id    bigint not null,
    title_id     bigint not null,
    barcode      text collate "C" not null check (barcode ~ '^[0-9A-Z-]{4,20}$'),
    state        library.copy_state not null default 'in',
    condition    text not null default '' check (char_length(condition) <= 100),
    price_kop    bigint check (price_kop between 1 and 10000000),
    acquired_on  date not null,
    foreign key (title_id, school_id) references library.title (id, school_id),
    unique (school_id, barcode)
);
comment on table library.copy is 'Copies, each with its barcode';
comment on column library.copy.condition is 'As it was seen last, Russian; empty: good';
comment on column library.copy.price_kop is 'What replacing this copy costs; NULL: what the title says';
create index copy_title on library.copy (title_id, state);

create type library.event_kind as enum ('lend', 'return', 'renew', 'keep', 'unkeep', 'repair', 'mend', 'lose', 'find', 'write_off', 'seen', 'add');

create table library.event (
    id        bigint generated always as identity primary key,
    copy_id   bigint not null references library.copy,
    at        timestamptz not null default clock_timestamp(),
    kind      library.event_kind not null,
    staff_id  bigint references auth.staff,
    note      text not null default '' check (char_length(note) <= 200)
);
comment on table library.event is 'What happened to a copy; who had it stands in library.loan alone. Append-only';
create index event_copy on library.event (copy_id, id);
create trigger append_only before update or delete or truncate on library.event for each statement execute function site.refuse_change();

create function library.draw_barcodes(p_school bigint, p_count integer) returns text[] language plpgsql as $$
declare
    v_next integer;
    v_need integer := p_count;
    v_number text := (select s.number from school.school s where s.id = p_school);
    v_drawn text[] := array[]::text[];
begin
    select y.next_copy into strict v_next from library.policy y where y.school_id = p_school for no key update;
    while v_need > 0 loop
        v_drawn := v_drawn || array(
            select b.code::text from (select format('%s-%s', v_number, lpad(n::text, greatest(5, length(n::text)), '0')) as code, n
                                  from generate_series(v_next, v_next + v_need - 1) n) b
             where not exists (select from library.copy c where c.school_id = p_school and c.barcode = b.code)
             order by b.n);
        v_next := v_next + v_need;
        v_need := p_count - cardinality(v_drawn);
    end loop;
    update library.policy y set next_copy = v_next where y.school_id = p_school;
    return v_drawn;
end $$;
comment on function library.draw_barcodes is
    'So many free barcodes, the school''s number and a number of five digits or more. The school''s row of rules is locked until the end';

-- ---- the catalogue from a file ------------------------------------------------------------------------------------------------

create table library.import (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    staff_id   bigint not null references auth.staff,
    name       text not null check (char_length(name) between 1 and 120),
    format     text not null,
    encoding   text not null,
    skipped    integer not null,
    begun_at   timestamptz not null default now(),
    done_at    timestamptz,
    titles     integer,
    copies     integer,
    check ((done_at is null) = (titles is null) and (done_at is null) = (copies is null))
);
comment on table library.import is 'Files with records for the catalogue: looked at first, then taken whole. The file itself is not kept';
comment on column library.import.name is 'As the sender called the file, without a path';
comment on column library.import.skipped is 'Records marked as deleted, which were passed over';
comment on column library.import.done_at is 'NULL: looked at only; gone after a day';
comment on column library.import.titles is 'Titles that it added';
comment on column library.import.copies is 'Copies that it added';
create index import_school on library.import (school_id, id);

create table library.import_row (
    import_id   bigint not null references library.import on delete cascade,
    number      integer not null,
    kind        library.kind not null,
    title       text not null,
    authors     text not null,
    publisher   text not null,
    year        smallint,
    isbn        text not null,
    shelf       text not null,
    subject     text not null,
    grade       smallint,
    pages       smallint,
    annotation  text not null,
    price_kop   bigint,
    copies      smallint not null,
    barcodes    text[] collate "C" not null,
    note        text not null,
    first       integer,
    title_id    bigint,
    is_new      boolean,
    fresh       text[] collate "C",
    drawn       smallint,
    problem     text not null default '',
    primary key (import_id, number)
);
comment on table library.import_row is 'Records of a file, until a day after; what they come to is written by library.match_import()';
comment on column library.import_row.number is 'Of the record, or the line of the table';
comment on column library.import_row.copies is 'How many copies there are to be';
comment on column library.import_row.note is 'What was left out or cut, Russian';
comment on column library.import_row.first is 'The record of this file that names the same title first: this one''s own number mostly';
comment on column library.import_row.title_id is 'The title that the catalogue has already, or that the import made';
comment on column library.import_row.is_new is 'The title is to be made of this record';
comment on column library.import_row.fresh is 'Barcodes that the catalogue has not';
comment on column library.import_row.drawn is 'Copies that get the next free barcodes';
comment on column library.import_row.problem is 'Why the file cannot be taken, Russian';

create function library.is_readers(p_accounts text, p_code text) returns boolean language sql immutable as $$
    select p_code ~ '^I[2-9A-HJKMNP-Z]{9}$' or p_code ~ ('^' || p_accounts || '[0-9]{4}$') or p_code ~ ('^20' || p_accounts || '[0-9]{5}$')
$$;
comment on function library.is_readers is
    'Is that code a reader''s, an ИДН, an account number or a printed card (p_accounts: the first six digits)? It must never be a book''s: the desk knows both by one field';

-- Whoever calls it and goes on to write holds the row of rules: two imports at once would both see a title missing.
-- Nobody has counted the rows that were written a moment ago: without the setting they would be joined as if they were few.
create function library.match_import(p_import bigint, p_school bigint) returns void language plpgsql set enable_nestloop = off as $$
declare
    v_accounts text := (select o.region || o.number from school.school o where o.id = p_school);
begin
    -- An aggregate that no index of ids can answer: the planner would go through them all.
    update library.import_row r
       set title_id = coalesce(
               (select (array_agg(t.id order by t.id))[1] from library.title t where t.school_id = p_school and t.isbn = r.isbn and t.isbn <> ''),
               (select (array_agg(t.id order by t.id))[1] from library.title t
                 where t.school_id = p_school and library.same(t.title, t.authors, t.year) = library.same(r.title, r.authors, r.year)
                   and (t.isbn = '' or r.isbn = ''))),
           first = f.first, problem = ''
      from (select o.number, case when o.isbn <> '' then o.root else first_value(o.root) over (partition by o.same order by o.number) end as first
              from (select r.number, r.isbn, library.same(r.title, r.authors, r.year) as same,
                           case when r.isbn <> '' then min(r.number) over (partition by r.isbn) else r.number end as root
                      from library.import_row r where r.import_id = p_import) o) f
     where r.import_id = p_import and f.number = r.number;
    update library.import_row r
       set title_id = coalesce(r.title_id, f.title_id), is_new = r.title_id is null and f.title_id is null and r.first = r.number,
           drawn = case when r.title_id is null and f.title_id is null then r.copies - cardinality(r.barcodes) else 0 end, fresh = '{}'
      from library.import_row f
     where r.import_id = p_import and f.import_id = p_import and f.number = r.first;
    update library.import_row r
       set fresh = b.codes
      from (select r.number, array_agg(u.code order by u.nth) as codes
              from library.import_row r cross join lateral unnest(r.barcodes) with ordinality u(code, nth)
              left join library.copy c on c.school_id = p_school and c.barcode = u.code
             where r.import_id = p_import and c.id is null
             group by r.number) b
     where r.import_id = p_import and b.number = r.number;
    update library.import_row r
       set problem = p.words
      from (select b.number, min(case when b.nth > 1 then format('Штрихкод %s стоит в файле дважды.', b.code)
                                      when library.is_readers(v_accounts, b.code) then format('Штрихкод %s — счёт или ИДН ученика.', b.code)
                                      else format('Штрихкод %s занят другой книгой.', b.code) end) as words
              from (select r.number, r.title_id, u.code, row_number() over (partition by u.code order by r.number) as nth
                      from library.import_row r cross join lateral unnest(r.barcodes) u(code) where r.import_id = p_import) b
              left join library.copy c on c.school_id = p_school and c.barcode = b.code
             where b.nth > 1 or c.title_id is distinct from b.title_id and c.id is not null or library.is_readers(v_accounts, b.code)
             group by b.number) p
     where r.import_id = p_import and r.number = p.number;
    update library.import_row r
       set note = left(concat_ws(' ', nullif(r.note, ''), format('Под этим ISBN в каталоге «%s»: экземпляры добавятся к ней.', left(t.title, 80))), 300)
      from library.title t
     where r.import_id = p_import and t.id = r.title_id and r.isbn <> '' and t.isbn = r.isbn and r.note !~ 'Под этим ISBN'
       and library.same(t.title, '', null) <> library.same(r.title, '', null);
end $$;
comment on function library.match_import is
    'Tells of each record whether the catalogue has its title: by ISBN, or by title, authors and year where one of the two has none; '
    'which copies would be added; and what stands against it';

create function library.drop_imports() returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_count bigint;
begin
    delete from library.import_row r using library.import i where i.id = r.import_id and i.begun_at < now() - interval '1 day';
    delete from library.import i where i.done_at is null and i.begun_at < now() - interval '1 day';
    get diagnostics v_count = row_count;
    return v_count;
end $$;
comment on function library.drop_imports is
    'A job, nightly: files that were looked at a day ago and not taken go, and the records of those that were; answers how many went';

-- ---- readers ------------------------------------------------------------------------------------------------------------------

create table library.reader (
    pupil_id       bigint primary key references school.pupil,
    keeps_history  boolean not null,
    chosen_at      timestamptz not null default now()
);
comment on table library.reader is 'Whether a reader wants the library to remember what was read; no row: it does';

create table library.ask_count (
    pupil_id  bigint primary key references school.pupil,
    day       date not null,
    asks      smallint not null check (asks > 0)
);
comment on column library.ask_count.day is 'Of the school''s clock';
comment on table library.ask_count is 'How many places in queues a reader took on the last day that he took one: which books, it does not say';

create table library.class_set (
    id         bigint generated always as identity primary key,
    school_id  bigint not null,
    class_id   bigint not null,
    due_day    date not null,
    staff_id   bigint not null references auth.staff,
    at         timestamptz not null default now(),
    foreign key (class_id, school_id) references school.class (id, school_id)
);
comment on table library.class_set is 'A set of textbooks issued to a class at once';
create index class_set_class on library.class_set (class_id);

create table library.loan (
    id          bigint generated always as identity primary key,
    copy_id     bigint not null references library.copy,
    title_id    bigint not null references library.title,
    pupil_id    bigint references school.pupil,
    set_id      bigint references library.class_set,
    hold_id     bigint,
    lent_at     timestamptz not null default clock_timestamp(),
    lent_by     bigint not null references auth.staff,
    due_day     date not null,
    renewals    smallint not null default 0,
    returned_at timestamptz,
    returned_by bigint references auth.staff,
    lost_at     timestamptz,
    condition_out  text not null default '',
    condition_in   text not null default '' check (char_length(condition_in) <= 100),
    entry_id       bigint unique references ledger.entry,
    refund_id      bigint unique references ledger.entry,
    check (pupil_id is not null or returned_at is not null),
    check ((returned_at is null) = (returned_by is null)),
    check (refund_id is null or entry_id is not null)
);
comment on table library.loan is 'Loans. One that is over may lose its reader: he had the history forgotten';
comment on column library.loan.pupil_id is 'NULL: returned and forgotten';
comment on column library.loan.hold_id is 'The place in the queue that it used up';
comment on column library.loan.lost_at is
    'Told lost, and owed until it is charged (entry_id); the loan ends (returned_at) when the book is found or written off';
comment on column library.loan.entry_id is 'The entry by which a lost book was charged';
comment on column library.loan.refund_id is 'The refund when it was found';
create unique index loan_one on library.loan (copy_id) where returned_at is null;
create index loan_pupil on library.loan (pupil_id, lent_at desc);
create index loan_due on library.loan (due_day) where returned_at is null;
create index loan_set on library.loan (set_id);
create index loan_title on library.loan (title_id);

create type library.hold_state as enum ('waiting', 'kept', 'taken', 'dropped', 'expired');
comment on type library.hold_state is 'waiting → kept (a copy is on the shelf for it) → taken; dropped by the reader; expired: nobody came for it';

create table library.hold (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    title_id    bigint not null references library.title,
    pupil_id    bigint not null references school.pupil,
    state       library.hold_state not null default 'waiting',
    asked_at    timestamptz not null default clock_timestamp(),
    asleep_till date,
    copy_id     bigint references library.copy,
    kept_till   date,
    ended_at    timestamptz,
    check ((state = 'kept') = (kept_till is not null)),
    check (state <> 'kept' or copy_id is not null),
    check ((state in ('waiting', 'kept')) = (ended_at is null))
);
comment on table library.hold is 'Places in the queue for a title, in the order of their ids';
comment on column library.hold.asleep_till is 'Let others pass until that day: the reader is away';
comment on column library.hold.kept_till is 'The last day that the copy waits';
create unique index hold_one on library.hold (title_id, pupil_id) where state in ('waiting', 'kept');
create unique index hold_copy on library.hold (copy_id) where state = 'kept';
create index hold_queue on library.hold (title_id, id) where state = 'waiting';
create index hold_pupil on library.hold (pupil_id, id);
alter table library.loan add foreign key (hold_id) references library.hold on delete set null;
create index loan_hold on library.loan (hold_id);

create table library.scan (
    id         bigint generated always as identity primary key,
    staff_id   bigint not null references auth.staff,
    key        uuid not null,
    at         timestamptz not null default clock_timestamp(),
    outcome    text not null check (outcome ~ '^[a-z]+$'),
    copy_id    bigint not null references library.copy,
    loan_id    bigint references library.loan on delete set null,
    pupil_id   bigint references school.pupil,
    words      text not null default '' check (char_length(words) <= 300),
    undone_at  timestamptz
);
comment on table library.scan is 'What was scanned at the desk today and what came of it; gone after a day, for it says who read what';
comment on column library.scan.key is 'The form''s: sent again, it is answered by its scan';
comment on column library.scan.outcome is 'A word: lent, returned, shelf ... (staff.librarian_scan)';
comment on column library.scan.pupil_id is 'Whose loan it is or was, so that a return can be undone though the loan has forgotten its reader';
comment on column library.scan.words is 'Why it was refused';
create index scan_staff on library.scan (staff_id, id desc);
create index scan_copy on library.scan (copy_id);
create index scan_loan on library.scan (loan_id);
create index scan_pupil on library.scan (pupil_id);
create index scan_at on library.scan (at);

-- ---- inventory ----------------------------------------------------------------------------------------------------------------

create table library.inventory (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    title      text not null check (char_length(title) between 1 and 80),
    staff_id   bigint not null references auth.staff,
    begun_at   timestamptz not null default now(),
    ended_at   timestamptz,
    check (ended_at >= begun_at)
);
comment on table library.inventory is 'Counts of what is on the shelves; one at a time in a school';
create unique index inventory_open on library.inventory (school_id) where ended_at is null;

create table library.inventory_seen (
    inventory_id  bigint not null references library.inventory,
    copy_id       bigint not null references library.copy,
    at            timestamptz not null default now(),
    staff_id      bigint not null references auth.staff,
    state         library.copy_state not null,
    primary key (inventory_id, copy_id)
);
comment on table library.inventory_seen is 'Copies that were scanned';
comment on column library.inventory_seen.state is 'What the books said of it then';
create index inventory_seen_copy on library.inventory_seen (copy_id);

create table library.inventory_missing (
    inventory_id  bigint not null references library.inventory,
    copy_id       bigint not null references library.copy,
    is_lost       boolean not null,
    primary key (inventory_id, copy_id)
);
comment on table library.inventory_missing is 'What had to be there and was not, as it was when the inventory ended';
comment on column library.inventory_missing.is_lost is 'It was marked lost with the end';
create index inventory_missing_copy on library.inventory_missing (copy_id);

create function library.is_expected(p_state library.copy_state) returns boolean language sql immutable as $$
    select p_state in ('in', 'kept', 'repair')
$$;
comment on function library.is_expected is 'Has an inventory to find the copy in the library? Not what is lent, lost or written off';

-- ---- searching ----------------------------------------------------------------------------------------------------------------

create function library.near(p_school bigint, p_word text) returns text language plpgsql stable as $$
declare
    v_near text;
begin
    if char_length(p_word) < 4 or exists (select from library.word d where d.school_id = p_school and d.word = p_word) then
        return p_word;
    end if;
    -- Most errors leave half of the trigrams as they were: few words are so near. Only then is it asked among the many.
    foreach v_near in array '{0.5,0.3}'::text[] loop
        perform set_config('pg_trgm.similarity_threshold', v_near, true);
        select d.word into v_near from library.word d
         -- By its trigrams, not by the school: the sum keeps the primary key out of the plan.
         where d.school_id + 0 = p_school and d.word operator(trgm.%) p_word
         order by trgm.similarity(d.word, p_word) desc, d.word limit 1;
        exit when found;
    end loop;
    return coalesce(v_near, p_word);
end $$;
comment on function library.near is 'The word itself when the catalogue has it or it is short, else the nearest one of the catalogue, else itself';

create function library.mend(p_school bigint, p_words text) returns text language sql stable as $$
    select case when bool_or(n.word <> w.word) then string_agg(n.word, ' ' order by w.nth) end
      from (select m[1] as word, nth from regexp_matches(lower(p_words), '[а-яёa-z0-9]+', 'g') with ordinality r(m, nth)) w
     cross join lateral library.near(p_school, w.word) n(word)
$$;
comment on function library.mend is
    'The words with each replaced by the nearest one that the catalogue has, where one is near; NULL: by that none becomes another';

create function library.query(p_words text, p_is_typing boolean default true) returns tsquery language sql immutable as $$
    select case when t.q <> '' then (t.q || case when p_is_typing and char_length(substring(p_words from '[[:alnum:]]+[^[:alnum:]]*$')) > 2
                                                then ':*' else '' end)::tsquery end
      -- Words with a hyphen are in the index as their parts too; a query by all three would miss who wrote them apart.
      from (select plainto_tsquery('russian', translate(p_words, '-', ' '))::text as q) t
$$;
comment on function library.query is
    'All words of the text, by their stems; the last one, of three letters or more, as a beginning, for who is still typing. NULL: no word to '
    'search by';

create function library.exactly(p_lexeme text) returns tsquery language sql immutable as $$
    select ('''' || replace(replace(p_lexeme, '\', '\\'), '''', '''''') || '''')::tsquery
$$;
comment on function library.exactly is 'The query for that lexeme, whatever is in it';

create function library.isbn13(p_text text) returns text language sql immutable as $$
    select case when d.digits ~ '^[0-9]{13}$' then d.digits
                when d.digits ~ '^[0-9]{9}[0-9X]$' then '978' || left(d.digits, 9) || (10 - (
                    select sum(substr('978' || left(d.digits, 9), i, 1)::integer * case i % 2 when 1 then 1 else 3 end) from generate_series(1, 12) i) % 10) % 10 end
      from (select upper(translate(p_text, '- ', '')) as digits) d
$$;
comment on function library.isbn13 is 'An ISBN as people write it, in its thirteen digits; NULL: it is none';

create function library.find(p_school bigint, p_words text, p_kind text, p_subject text, p_grade integer, p_limit integer)
returns table (title_id bigint, rank real, mended text) language plpgsql stable rows 200
    set enable_seqscan = off as $$
declare
    v_isbn text := library.isbn13(p_words);
    v_mended text;
    v_query tsquery;
    v_others tsquery;
    v_scope tsquery;
begin
    select string_agg(library.exactly(x)::text, ' & ')::tsquery into v_scope
      from unnest(array['#kind ' || nullif(p_kind, ''), '#subject ' || nullif(p_subject, ''), '#grade ' || p_grade]) x where x is not null;
    -- A plan for these very words: what is rare comes by the index of words, what is everywhere by any list that stops early.
    if p_words = '' then
        return query execute 'select t.id, 0::real, null::text from library.title t where t.school_id = $1 and ($2 is null or t.words @@ $2) '
            || case when p_limit is not null and p_kind || p_subject = '' and p_grade is null then 'order by t.added_at desc, t.id desc ' else '' end
            || 'limit $3'
            using p_school, v_scope, p_limit;
        return;
    elsif v_isbn is not null then
        return query
        select t.id, 1::real, null::text from library.title t
         -- Older books have the ten digits, with a check digit of their own.
         where t.school_id = p_school and t.isbn <> '' and (v_scope is null or t.words @@ v_scope)
           and t.isbn = any (array(select v_isbn union all
                                   select substr(v_isbn, 4, 9) || d from unnest('{0,1,2,3,4,5,6,7,8,9,X}'::text[]) d where v_isbn like '978%'))
         limit p_limit;
        return;
    end if;
    -- As it is written; its last word as a beginning; the same two with typing errors mended.
    for i in 1 .. 4 loop
        if i = 3 then
            v_mended := library.mend(p_school, p_words);
            exit when v_mended is null;
        end if;
        v_query := library.query(coalesce(v_mended, p_words), i % 2 = 0);
        continue when v_query is null;
        -- All words that begin so are gathered before the others are looked at: not where the others are in no title.
        if i % 2 = 0 then
            v_others := plainto_tsquery('russian', regexp_replace(translate(coalesce(v_mended, p_words), '-', ' '), '[[:alnum:]]+[^[:alnum:]]*$', ''));
            continue when numnode(v_others) > 0 and not exists (
                select from library.title t where t.school_id = p_school and t.words @@ coalesce(v_others && v_scope, v_others));
        end if;
        return query execute 'select t.id, ts_rank(t.words, $1), $2
            from (select t.id, t.words from library.title t where t.school_id = $5 and t.words @@ $3 limit $4) t'
            using v_query, v_mended, coalesce(v_query && v_scope, v_query), p_limit, p_school;
        exit when found;
    end loop;
end $$;
comment on function library.find is
    'Titles of a school by words of title, author, heading, or by ISBN; narrowed by kind, heading, grade where these are given. At most p_limit '
    'of them are looked at, so that a word of every title costs no more than a rare one. mended: the words that found something, where those that '
    'were asked for found nothing; rank: the greater the better. No words: the newest titles; p_limit NULL: all of them, in no order';

-- ---- the queue ----------------------------------------------------------------------------------------------------------------

create function library.refuse(p_code text, p_words text) returns void language plpgsql as $$
begin
    raise exception '%', p_words using errcode = 'KB422', hint = p_code;
end $$;
comment on function library.refuse is 'KB422 with words for a person and, as its HINT, a word for programs';

create function library.lock_title(p_title bigint) returns void language plpgsql as $$
begin
    perform from library.title t where t.id = p_title for no key update;
    if not found then
        raise exception 'no such title' using errcode = 'KB404';
    end if;
end $$;
comment on function library.lock_title is 'First step of whatever moves a copy of that title';

create function library.lock_copy(p_copy bigint) returns library.copy language plpgsql as $$
declare
    v_copy library.copy;
    v_title bigint := (select c.title_id from library.copy c where c.id = p_copy);
begin
    loop
        perform library.lock_title(v_title);
        select c.* into v_copy from library.copy c where c.id = p_copy;
        -- Cataloguing may have moved it to another title meanwhile.
        exit when v_copy.title_id = v_title;
        v_title := v_copy.title_id;
    end loop;
    return v_copy;
end $$;
comment on function library.lock_copy is 'A copy as it is once its title is locked; KB404: there is none';

create function library.lock_reader(p_pupil bigint, p_school bigint) returns void language plpgsql as $$
begin
    perform from school.pupil p where p.id = p_pupil and p.school_id = p_school and p.state = 'active' for no key update;
    if not found then
        raise exception 'no such reader' using errcode = 'KB404';
    end if;
end $$;
comment on function library.lock_reader is
    'Before a reader''s books or places are counted, and after the title: at two desks at once nobody gets one too many. KB404: no pupil of the school';

create function library.is_waited(p_title bigint, p_till date, p_before bigint default null) returns boolean language sql stable as $$
    select exists (select from library.hold h
                    where h.title_id = p_title and h.state = 'waiting' and coalesce(h.asleep_till, p_till) <= p_till
                      and h.id < coalesce(p_before, h.id + 1))
$$;
comment on function library.is_waited is
    'Does somebody wait for the title who is back by that day? p_before: at a place before that one';

create function library.note(p_copy bigint, p_kind library.event_kind, p_staff bigint, p_note text default '') returns void language sql as $$
    insert into library.event (copy_id, kind, staff_id, note) values (p_copy, p_kind, p_staff, p_note)
$$;
comment on function library.note is 'A line in the record of a copy';

-- Under the lock of the title: free copies go to the first readers of the queue that are awake.
create function library.serve_queue(p_title bigint, p_day date) returns integer language plpgsql as $$
declare
    v_hold record;
    v_copy bigint;
    v_count integer := 0;
begin
    for v_hold in
        select h.id, h.school_id, h.pupil_id from library.hold h
         where h.title_id = p_title and h.state = 'waiting' and coalesce(h.asleep_till, p_day) <= p_day
         order by h.id
    loop
        select c.id into v_copy from library.copy c where c.title_id = p_title and c.state = 'in' order by c.id limit 1;
        exit when not found;
        update library.copy c set state = 'kept' where c.id = v_copy;
        update library.hold h
           set state = 'kept', copy_id = v_copy, kept_till = p_day + (select y.pickup_days from library.policy y where y.school_id = v_hold.school_id)
         where h.id = v_hold.id;
        perform library.note(v_copy, 'keep', null);
        perform notice.emit(v_hold.pupil_id, 'library-kept', v_hold.id);
        v_count := v_count + 1;
    end loop;
    return v_count;
end $$;
comment on function library.serve_queue is 'Keeps free copies for the readers whose turn it is; the caller holds library.lock_title()';

create function library.today(p_school bigint) returns date language sql stable as $$
    select timezone(s.time_zone, now())::date from school.school s where s.id = p_school
$$;
comment on function library.today is 'The school''s local day';

create function library.has_copies(p_title bigint) returns boolean language sql stable as $$
    select exists (select from library.copy c where c.title_id = p_title and c.state in ('in', 'out', 'kept', 'repair'))
$$;
comment on function library.has_copies is 'Is there a copy that is on the shelf, or may be again? Else nobody needs to wait for the title';

create function library.max_asks() returns integer language sql immutable as $$ select 30 $$;
comment on function library.max_asks is 'How many places a reader may take in a day, given up ones too: each moves a copy, for ever on record';

create function library.ask(p_title bigint, p_pupil bigint) returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_school bigint;
    v_hold bigint;
    v_policy library.policy;
    v_asks smallint;
begin
    perform library.lock_title(p_title);
    select t.school_id into strict v_school from library.title t where t.id = p_title;
    perform library.lock_reader(p_pupil, v_school);
    select y.* into strict v_policy from library.policy y where y.school_id = v_school;
    select h.id into v_hold from library.hold h where h.title_id = p_title and h.pupil_id = p_pupil and h.state in ('waiting', 'kept');
    if found then
        return v_hold;
    elsif exists (select from library.loan l where l.title_id = p_title and l.pupil_id = p_pupil
                     and l.returned_at is null and l.lost_at is null) then
        perform library.refuse('again', 'Эта книга уже у вас.');
    elsif not library.has_copies(p_title) then
        perform library.refuse('unknown', 'В библиотеке нет ни одного экземпляра этой книги.');
    elsif (select count(*) from library.hold h where h.pupil_id = p_pupil and h.state in ('waiting', 'kept')) >= v_policy.max_holds then
        perform library.refuse('limit', format('Больше броней сразу нельзя: предел — %s.', v_policy.max_holds));
    end if;
    insert into library.ask_count as a (pupil_id, day, asks) values (p_pupil, library.today(v_school), 1)
        on conflict (pupil_id) do update set asks = case when a.day = excluded.day then a.asks + 1 else 1 end, day = excluded.day
        returning a.asks into v_asks;
    if v_asks > library.max_asks() then
        perform library.refuse('limit', 'Сегодня броней было слишком много. Попробуйте завтра.');
    end if;
    insert into library.hold (school_id, title_id, pupil_id) values (v_school, p_title, p_pupil) returning id into v_hold;
    perform library.serve_queue(p_title, library.today(v_school));
    return v_hold;
end $$;
comment on function library.ask is 'A place in the queue for a title, the same one again when there is one; a free copy is kept at once';

create function library.drop_hold(p_hold bigint, p_state library.hold_state, p_day date) returns boolean language plpgsql
    security definer set search_path = '' as $$
declare
    v_hold library.hold;
begin
    perform library.lock_title((select h.title_id from library.hold h where h.id = p_hold));
    select h.* into strict v_hold from library.hold h where h.id = p_hold;
    if p_state not in ('dropped', 'expired') then
        raise exception 'a place in a queue is dropped or expired, not %', p_state;
    elsif v_hold.state not in ('waiting', 'kept') then
        return false;
    end if;
    update library.hold h set state = p_state, kept_till = null, ended_at = clock_timestamp() where h.id = p_hold;
    if v_hold.state = 'kept' then
        update library.copy c set state = 'in' where c.id = v_hold.copy_id;
        perform library.note(v_hold.copy_id, 'unkeep', null);
        perform library.serve_queue(v_hold.title_id, p_day);
    end if;
    return true;
end $$;
comment on function library.drop_hold is 'Ends a place in the queue (dropped or expired); a copy that was kept goes to the next one. false: it had ended';

create function library.soon_days() returns integer language sql immutable as $$ select 3 $$;
comment on function library.soon_days is 'A loan is due soon when there are so many days left';

create function library.expire_holds(p_school bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_day date := library.today(p_school);
    v_title bigint;
    v_hold bigint;
    v_count integer := 0;
begin
    delete from library.scan s using auth.staff f where s.at < now() - interval '1 day' and f.id = s.staff_id and f.school_id = p_school;
    perform notice.emit(l.pupil_id, case when l.due_day < v_day then 'library-overdue' else 'library-due' end, l.id,
               format('library %s %s %s', l.id, l.due_day, l.due_day < v_day))
       from library.loan l join library.copy c on c.id = l.copy_id
      where c.school_id = p_school and l.returned_at is null and l.lost_at is null and l.due_day <= v_day + library.soon_days();
    -- Title by title, each once and in the order of their ids: two titles are never locked in two orders.
    for v_title in
        select h.title_id from library.hold h
         where h.school_id = p_school and (h.state = 'kept' and h.kept_till < v_day
               or h.state = 'waiting' and coalesce(h.asleep_till, v_day) <= v_day
                  and exists (select from library.copy c where c.title_id = h.title_id and c.state = 'in')
               or h.state = 'waiting' and not library.has_copies(h.title_id))
         group by h.title_id order by h.title_id
    loop
        perform library.lock_title(v_title);
        for v_hold in
            select h.id from library.hold h
             where h.title_id = v_title and (h.state = 'kept' and h.kept_till < v_day or h.state = 'waiting' and not library.has_copies(v_title))
             order by h.id
        loop
            v_count := v_count + library.drop_hold(v_hold, 'expired', v_day)::int;
        end loop;
        perform library.serve_queue(v_title, v_day);
    end loop;
    -- Who wants no history chose so, perhaps, while a book of his was being taken back.
    perform library.forget(r.pupil_id)
       from library.reader r join school.pupil p on p.id = r.pupil_id
      where p.school_id = p_school and not r.keeps_history;
    return v_count;
end $$;
comment on function library.expire_holds is
    'A job, nightly: what is due soon or overdue is told of, once; kept copies nobody came for go on, who has woken up gets his turn, and '
    'nobody waits on for a title whose last copy is lost or gone; the scans of '
    'yesterday go, and what readers without a history have read';

-- ---- lending ------------------------------------------------------------------------------------------------------------------

create function library.owes(p_pupil bigint) returns boolean language sql stable as $$
    select exists (select from library.loan l
                    where l.pupil_id = p_pupil and l.returned_at is null and l.lost_at is not null and l.entry_id is null)
$$;
comment on function library.owes is 'Has the reader lost a book that is neither charged, nor found, nor settled otherwise?';

create function library.year_ends(p_school bigint, p_day date) returns date language sql stable as $$
    select coalesce((select max(t.last_day) from school.term t where t.year_id = y.id and t.last_day >= p_day), y.last_day)
      from school.year y where y.school_id = p_school and p_day between y.first_day and y.last_day
$$;
comment on function library.year_ends is 'The last day of lessons of the school year, in its summer the last of the year: until then textbooks are lent. NULL: there is no year yet';

create function library.lend(p_copy bigint, p_pupil bigint, p_staff bigint, p_set bigint default null, p_due date default null)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_copy library.copy;
    v_title record;
    v_policy library.policy;
    v_hold library.hold;
    v_day date;
    v_loan bigint;
begin
    v_copy := library.lock_copy(p_copy);
    perform library.lock_reader(p_pupil, v_copy.school_id);
    select t.kind, t.title into strict v_title from library.title t where t.id = v_copy.title_id;
    select y.* into strict v_policy from library.policy y where y.school_id = v_copy.school_id;
    v_day := library.today(v_copy.school_id);
    select h.* into v_hold from library.hold h where h.title_id = v_copy.title_id and h.pupil_id = p_pupil and h.state in ('waiting', 'kept');
    if v_copy.state = 'out' then
        perform library.refuse('lent', case when exists (select from library.loan l
                where l.copy_id = p_copy and l.returned_at is null and l.pupil_id = p_pupil)
            then 'Этот экземпляр уже выдан этому читателю.' else 'Этот экземпляр уже на руках: сначала примите его.' end);
    elsif v_copy.state = 'kept' and (v_hold.state = 'kept' and v_hold.copy_id = p_copy) is not true then
        perform library.refuse('kept', 'Этот экземпляр отложен для другого читателя.');
    elsif v_copy.state in ('repair', 'lost', 'gone') then
        perform library.refuse('unknown', 'Этот экземпляр в ремонте, утерян или списан.');
    elsif v_title.kind <> 'textbook' and p_set is null
          and (select count(*) from library.loan l join library.title t on t.id = l.title_id
                where l.pupil_id = p_pupil and l.returned_at is null and l.lost_at is null and t.kind <> 'textbook') >= v_policy.max_loans then
        perform library.refuse('limit', format('На руках уже %s: предел — %s.', v_policy.max_loans, v_policy.max_loans));
    elsif v_title.kind <> 'textbook' and p_set is null and library.owes(p_pupil) then
        perform library.refuse('owed', 'За читателем утерянная книга: пока она не оплачена, не заменена и не нашлась, выдаются только учебники.');
    elsif v_copy.state = 'in' and v_hold.state is distinct from 'kept' and library.is_waited(v_copy.title_id, v_day, v_hold.id) then
        perform library.refuse('queued', 'На эту книгу очередь.');
    end if;
    if v_hold.id is not null then
        if v_hold.state = 'kept' and v_hold.copy_id <> p_copy then
            -- He took another copy than the one that waits for him.
            update library.copy c set state = 'in' where c.id = v_hold.copy_id;
            perform library.note(v_hold.copy_id, 'unkeep', p_staff);
        end if;
        update library.hold h set state = 'taken', kept_till = null, copy_id = p_copy, ended_at = clock_timestamp() where h.id = v_hold.id;
    end if;
    insert into library.loan (copy_id, title_id, pupil_id, set_id, hold_id, lent_by, due_day, condition_out)
    values (p_copy, v_copy.title_id, p_pupil, p_set, v_hold.id, p_staff,
            coalesce(p_due, case v_title.kind when 'textbook' then library.year_ends(v_copy.school_id, v_day) end, v_day + v_policy.loan_days),
            v_copy.condition)
    returning id into v_loan;
    update library.copy c set state = 'out' where c.id = p_copy;
    update library.title t set lent_times = t.lent_times + 1 where t.id = v_copy.title_id;
    perform library.note(p_copy, 'lend', p_staff);
    perform library.serve_queue(v_copy.title_id, v_day);
    return v_loan;
end $$;
comment on function library.lend is
    'Lends a copy, a textbook until the end of the year, and answers the loan''s id. A reader''s place in the queue is used up by it. KB422: lent, '
    'kept, queued, limit, owed, unknown';

create function library.clear(p_pupil bigint) returns void language sql as $$
    delete from library.hold h where h.pupil_id = p_pupil and h.state in ('taken', 'dropped', 'expired');
    delete from notice.event e
     where e.pupil_id = p_pupil
       and (e.kind = 'library-kept' and not exists (select from library.hold h where h.id = e.object_id)
            or e.kind in ('library-due', 'library-overdue')
               and not exists (select from library.loan l where l.id = e.object_id and l.pupil_id = p_pupil and l.returned_at is null));
$$;
comment on function library.clear is 'A reader''s places in queues that are over, and what was told of them and of loans that are over, go: they say what was read';

create function library.give_back(p_copy bigint, p_staff bigint, p_condition text default null)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_copy library.copy;
    v_loan library.loan;
begin
    v_copy := library.lock_copy(p_copy);
    select l.* into v_loan from library.loan l where l.copy_id = p_copy and l.returned_at is null;
    if not found then
        perform library.refuse('again', 'Этот экземпляр не на руках.');
    elsif v_loan.entry_id is not null and v_loan.refund_id is null then
        perform library.refuse('lost', 'Книга числится утерянной и оплачена: отметьте, что она нашлась.');
    end if;
    update library.loan l
       set returned_at = clock_timestamp(), returned_by = p_staff, condition_in = coalesce(p_condition, v_copy.condition),
           pupil_id = case when (select r.keeps_history from library.reader r where r.pupil_id = l.pupil_id) is not distinct from false
                                and l.entry_id is null then null else l.pupil_id end
     where l.id = v_loan.id;
    update library.copy c set state = 'in', condition = coalesce(p_condition, c.condition) where c.id = p_copy;
    perform library.clear(v_loan.pupil_id) from library.reader r where r.pupil_id = v_loan.pupil_id and not r.keeps_history;
    perform library.note(p_copy, case when v_copy.state = 'lost' then 'find' else 'return' end::library.event_kind, p_staff, coalesce(p_condition, ''));
    perform library.serve_queue(v_copy.title_id, library.today(v_copy.school_id));
    return v_loan.id;
end $$;
comment on function library.give_back is
    'Takes a copy back and answers the loan''s id; a copy somebody waits for is kept at once. KB422 again: it was not lent; lost: it was charged, '
    'and library.find_again() gives the money back';

create function library.unkeep(p_copy bigint) returns void language plpgsql as $$
begin
    update library.hold h set state = 'waiting', kept_till = null, copy_id = null where h.copy_id = p_copy and h.state = 'kept';
    if found then
        perform library.note(p_copy, 'unkeep', null);
    end if;
end $$;
comment on function library.unkeep is 'Who a copy is kept for waits again, at his place; the caller says what the copy is now and serves the queue';

create function library.settled(p_loan library.loan) returns boolean language sql stable as $$
    select (p_loan).returned_at is not null and (p_loan).lost_at is null
           and exists (select from library.copy c where c.id = (p_loan).copy_id and c.state in ('in', 'kept', 'repair'))
           and not exists (select from library.loan l where l.copy_id = (p_loan).copy_id and l.id > (p_loan).id)
$$;
comment on function library.settled is 'Is the loan the last of its copy, returned as a loan should be, and the copy in the library?';

create function library.undo_lend(p_loan bigint, p_staff bigint) returns void language plpgsql security definer set search_path = '' as $$
declare
    v_loan library.loan;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into v_loan from library.loan l where l.id = p_loan;
    if v_loan.id is null or v_loan.returned_at is not null or v_loan.lost_at is not null or v_loan.renewals > 0 then
        perform library.refuse('again', 'Отменить выдачу уже нельзя: с книгой с тех пор что-то сделали.');
    end if;
    delete from library.loan l where l.id = p_loan;
    update library.hold h set state = 'waiting', copy_id = null, ended_at = null where h.id = v_loan.hold_id and h.state = 'taken';
    update library.copy c set state = 'in' where c.id = v_loan.copy_id;
    update library.title t set lent_times = t.lent_times - 1 where t.id = v_loan.title_id;
    perform library.note(v_loan.copy_id, 'return', p_staff, 'выдача отменена');
    perform library.serve_queue(v_loan.title_id, library.today(c.school_id)) from library.copy c where c.id = v_loan.copy_id;
end $$;
comment on function library.undo_lend is
    'A loan that was a mistake has never been: the copy is back, the place in the queue too. KB422 again: something else has happened since';

create function library.undo_return(p_loan bigint, p_pupil bigint, p_staff bigint) returns void language plpgsql
    security definer set search_path = '' as $$
declare
    v_loan library.loan;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into v_loan from library.loan l where l.id = p_loan;
    if not library.settled(v_loan) then
        perform library.refuse('again', 'Отменить возврат уже нельзя: с книгой с тех пор что-то сделали.');
    end if;
    perform library.unkeep(v_loan.copy_id);
    update library.loan l set returned_at = null, returned_by = null, condition_in = '', pupil_id = p_pupil where l.id = p_loan;
    update library.copy c set state = 'out', condition = v_loan.condition_out where c.id = v_loan.copy_id;
    perform library.note(v_loan.copy_id, 'lend', p_staff, 'возврат отменён');
    perform library.serve_queue(v_loan.title_id, library.today(c.school_id)) from library.copy c where c.id = v_loan.copy_id;
end $$;
comment on function library.undo_return is
    'A return that was a mistake: the loan goes on with its day. p_pupil: whose it was, which the loan may have forgotten. KB422 again: as undo_lend';

create function library.spoil(p_loan bigint, p_staff bigint, p_note text, p_repair boolean) returns void language plpgsql
    security definer set search_path = '' as $$
declare
    v_loan library.loan;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into v_loan from library.loan l where l.id = p_loan;
    if not library.settled(v_loan) then
        perform library.refuse('again', 'Состояние уже не записать: с книгой с тех пор что-то сделали.');
    end if;
    update library.loan l set condition_in = p_note where l.id = p_loan;
    update library.copy c set condition = p_note where c.id = v_loan.copy_id;
    if p_repair then
        perform library.mark(v_loan.copy_id, 'repair', p_staff, p_note);
    end if;
end $$;
comment on function library.spoil is
    'A copy that was just returned is not as it was: the condition it came back in and, p_repair, that it is mended before it is lent again';

create function library.why_not_renewed(p_loan library.loan, p_policy library.policy) returns text language sql stable as $$
    select case when p_loan.set_id is not null or t.kind = 'textbook' then 'set' when p_loan.renewals >= p_policy.renewals then 'renewed'
                when library.is_waited(t.id, greatest(p_loan.due_day, library.today(t.school_id)) + p_policy.renew_days) then 'queued' else '' end
      from library.title t where t.id = p_loan.title_id
$$;
comment on function library.why_not_renewed is 'The word by which library.renew() would refuse a loan of now; "" when it would not';

create function library.renew(p_loan bigint, p_staff bigint) returns date language plpgsql security definer set search_path = '' as $$
declare
    v_loan library.loan;
    v_school bigint;
    v_policy library.policy;
    v_why text;
    v_due date;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into strict v_loan from library.loan l where l.id = p_loan;
    select c.school_id into strict v_school from library.copy c where c.id = v_loan.copy_id;
    select y.* into strict v_policy from library.policy y where y.school_id = v_school;
    v_why := library.why_not_renewed(v_loan, v_policy);
    if v_loan.returned_at is not null or v_loan.lost_at is not null then
        perform library.refuse('again', 'Книга уже не на руках.');
    elsif v_why = 'set' then
        perform library.refuse('limit', 'Учебники выдаются до конца года и не продлеваются.');
    elsif v_why = 'renewed' then
        perform library.refuse('renewed', format('Продлить больше нельзя: уже продлено %s раз.', v_loan.renewals));
    elsif v_why = 'queued' then
        perform library.refuse('queued', 'Продлить нельзя: книгу ждёт другой читатель.');
    end if;
    v_due := greatest(v_loan.due_day, library.today(v_school)) + v_policy.renew_days;
    update library.loan l set due_day = v_due, renewals = l.renewals + 1 where l.id = p_loan;
    perform library.note(v_loan.copy_id, 'renew', p_staff);
    return v_due;
end $$;
comment on function library.renew is 'Prolongs a loan and answers the new day. KB422: renewed too often, queued: somebody waits, limit: a set, again: not lent';

-- ---- losses -------------------------------------------------------------------------------------------------------------------

create function library.lose(p_loan bigint, p_staff bigint, p_charge boolean) returns bigint language plpgsql
    security definer set search_path = '' as $$
declare
    v_loan library.loan;
    v_copy library.copy;
    v_title library.title;
    v_price bigint;
    v_entry bigint;
    v_account bigint;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into strict v_loan from library.loan l where l.id = p_loan;
    select c.* into strict v_copy from library.copy c where c.id = v_loan.copy_id;
    select t.* into strict v_title from library.title t where t.id = v_loan.title_id;
    if v_loan.returned_at is not null then
        perform library.refuse('again', 'Книга уже возвращена.');
    elsif v_loan.entry_id is not null then
        return v_loan.entry_id;
    end if;
    if p_charge then
        v_price := coalesce(v_copy.price_kop, v_title.price_kop);
        if v_price is null then
            perform library.refuse('unknown', 'У книги не указана цена: впишите её в каталог.');
        end if;
        v_account := ledger.pupil_account(v_loan.pupil_id);
        v_entry := ledger.post('library', 'library', 'loan ' || p_loan, library.today(v_copy.school_id), 'staff ' || p_staff, 'библиотека',
            'утерянная книга: ' || left(v_title.title, 120), array[v_account, ledger.provider_account(v_copy.school_id)],
            array[-v_price, v_price]);
        perform notice.emit(v_loan.pupil_id, 'library-charged', p_loan);
    end if;
    update library.loan l set lost_at = coalesce(l.lost_at, clock_timestamp()), entry_id = v_entry where l.id = p_loan;
    if v_copy.state <> 'lost' then
        update library.copy c set state = 'lost' where c.id = v_copy.id;
        perform library.note(v_copy.id, 'lose', p_staff);
    end if;
    return v_entry;
end $$;
comment on function library.lose is
    'A lent copy is lost; p_charge: its price is taken from the reader''s account, once, where there is money (KB422 of the ledger). Answers '
    'the entry''s id';

create function library.find_again(p_loan bigint, p_staff bigint) returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_loan library.loan;
    v_refund bigint;
begin
    perform library.lock_title((select l.title_id from library.loan l where l.id = p_loan));
    select l.* into strict v_loan from library.loan l where l.id = p_loan;
    if v_loan.lost_at is null or v_loan.returned_at is not null then
        perform library.refuse('again', 'Эта книга не числится утерянной.');
    end if;
    if v_loan.entry_id is not null and v_loan.refund_id is null then
        v_refund := ledger.reverse(v_loan.entry_id, 'refund', 'library ' || p_loan, 'staff ' || p_staff, 'книга нашлась', 'refund');
        update library.loan l set refund_id = v_refund where l.id = p_loan;
        perform notice.emit(v_loan.pupil_id, 'library-refunded', p_loan);
    end if;
    perform library.give_back(v_loan.copy_id, p_staff);
    return v_refund;
end $$;
comment on function library.find_again is 'A lost book was found: it is taken back, and what was charged is refunded. Answers the refund''s id, NULL without one';

create function library.mark(p_copy bigint, p_state library.copy_state, p_staff bigint, p_note text) returns void language plpgsql
    security definer set search_path = '' as $$
declare
    v_copy library.copy;
begin
    v_copy := library.lock_copy(p_copy);
    if v_copy.state = p_state then
        return;
    elsif p_state not in ('in', 'repair', 'lost', 'gone') or v_copy.state in ('out', 'gone') or (v_copy.state = 'kept' and p_state = 'in') then
        perform library.refuse('lent', case v_copy.state when 'out' then 'Экземпляр на руках: сначала примите его.'
            when 'gone' then 'Экземпляр списан.' else 'Экземпляр отложен для читателя.' end);
    elsif p_state <> 'gone' and exists (select from library.loan l where l.copy_id = p_copy and l.returned_at is null) then
        perform library.refuse('lent', 'Экземпляр утерян читателем: отметьте, что он нашёлся.');
    end if;
    update library.loan l set returned_at = clock_timestamp(), returned_by = p_staff where l.copy_id = p_copy and l.returned_at is null;
    perform library.unkeep(p_copy);
    update library.copy c set state = p_state where c.id = p_copy;
    perform library.note(p_copy, case p_state when 'repair' then 'repair' when 'lost' then 'lose' when 'gone' then 'write_off'
        else case v_copy.state when 'lost' then 'find' else 'mend' end end::library.event_kind, p_staff, p_note);
    perform library.serve_queue(v_copy.title_id, library.today(v_copy.school_id));
end $$;
comment on function library.mark is
    'Sends a copy that is in the library to repair, says it lost or written off, or brings it back. Who it was kept for waits on at his place. '
    'Writing off what a reader has lost ends the loan: it was paid, or another book was brought instead';

create function library.forget(p_pupil bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_count integer;
begin
    update library.loan l set pupil_id = null where l.pupil_id = p_pupil and l.returned_at is not null and l.entry_id is null;
    get diagnostics v_count = row_count;
    perform library.clear(p_pupil);
    delete from library.scan s using library.loan l where s.pupil_id = p_pupil and l.id = s.loan_id and l.returned_at is not null;
    return v_count;
end $$;
comment on function library.forget is 'Forgets what a reader has read; loans of today and charged ones stay. Answers how many';

commit;
