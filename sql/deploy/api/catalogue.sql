-- Deploy kabinet:api/catalogue to pg
-- requires: api/librarian

-- The stock side of the library's desk, for the same program: the catalogue and its copies, files of records, stocktaking, reports.

begin;

set local role kabinet_owner;

create function library.kind_title(p_kind library.kind) returns text language sql immutable as $$
    select case p_kind when 'book' then 'книга' when 'textbook' then 'учебник' when 'periodical' then 'журнал' else 'справочник' end
$$;
comment on function library.kind_title is 'The kind in Russian, as tables of the catalogue say it';

create function library.state_title(p_state library.copy_state) returns text language sql immutable as $$
    select case p_state when 'in' then 'на месте' when 'out' then 'на руках' when 'kept' then 'отложена' when 'repair' then 'в ремонте'
                        when 'lost' then 'утеряна' else 'списана' end
$$;
comment on function library.state_title is 'The state of a copy in Russian';

-- ---- the catalogue ------------------------------------------------------------------------------------------------------------

create function staff.catalogue_titles(p_token text, p_words text, p_kind text, p_before bigint, p_limit integer)
returns table (title_id bigint, kind text, title text, authors text, publisher text, year smallint, shelf text, copies bigint, on_shelf bigint, mended text)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_isbn text := translate(upper(p_words), '- ', '');
    v_query tsquery := case when p_words <> '' then library.query(p_words) end;
    v_mended text;
begin
    if v_query is not null and not exists (select from library.title t where t.school_id = v_visit.school_id and t.words @@ v_query) then
        v_mended := library.mend(v_visit.school_id, p_words);
        v_query := coalesce(library.query(v_mended), v_query);
    end if;
    return query
    with found as (
        -- The index of words gives them all before the newest can be taken; without words the list's own index stops in time.
        select t.id from library.title t
         where v_query is not null and t.school_id = v_visit.school_id and t.words @@ v_query and t.id < coalesce(p_before, t.id + 1)
           and (p_kind is null or t.kind = p_kind::library.kind)
        union
        select t.id from library.title t where v_isbn ~ '^([0-9]{9}[0-9X]|[0-9]{13})$' and t.school_id = v_visit.school_id and t.isbn = v_isbn
        union
        select c.title_id from library.copy c where p_words <> '' and c.school_id = v_visit.school_id and c.barcode = gate.typed(p_words)
        union
        (select t.id from unnest(enum_range(null::library.kind)) k(kind)
          cross join lateral (select t.id from library.title t
                               where p_words = '' and (t.school_id, t.kind, t.id) > (v_visit.school_id, k.kind, 0)
                                 and (t.school_id, t.kind, t.id) < (v_visit.school_id, k.kind, coalesce(p_before, 9223372036854775807))
                               order by t.school_id desc, t.kind desc, t.id desc limit p_limit) t
          where p_kind is null or k.kind = p_kind::library.kind)),
    page as (select f.id from found f order by f.id desc limit p_limit)
    select t.id, library.kind_title(t.kind), t.title, t.authors, t.publisher, t.year, t.shelf,
           (select count(*) from library.copy c where c.title_id = t.id and c.state <> 'gone'),
           (select count(*) from library.copy c where c.title_id = t.id and c.state = 'in'), v_mended
      from page p join library.title t on t.id = p.id
     order by t.id desc;
end $$;
comment on function staff.catalogue_titles is
    'Titles by words, ISBN or a copy''s barcode, the newest first, below p_before. mended: by which words they were found, where nothing had those that were typed';

create function staff.catalogue_title(p_token text, p_title bigint)
returns table (title_id bigint, kind text, kind_title text, title text, authors text, publisher text, year smallint, isbn text, shelf text, subject text,
               grade smallint, pages smallint, annotation text, price_kop bigint, added_at timestamp, lent_times integer,
               copies bigint, on_shelf bigint, waiting bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_title library.title := library.own_title(v_visit, p_title);
begin
    return query
    select v_title.id, v_title.kind::text, library.kind_title(v_title.kind), v_title.title, v_title.authors, v_title.publisher, v_title.year, v_title.isbn,
           v_title.shelf, v_title.subject, v_title.grade, v_title.pages, v_title.annotation, v_title.price_kop,
           timezone(v_visit.time_zone, v_title.added_at), v_title.lent_times,
           (select count(*) from library.copy c where c.title_id = p_title and c.state <> 'gone'),
           (select count(*) from library.copy c where c.title_id = p_title and c.state = 'in'),
           (select count(*) from library.hold h where h.title_id = p_title and h.state = 'waiting');
end $$;
comment on function staff.catalogue_title is 'One title; KB404: not of this library';

create function staff.catalogue_copies(p_token text, p_title bigint, p_before bigint, p_limit integer)
returns table (copy_id bigint, barcode text, state text, state_title text, condition text, price_kop bigint, acquired_on date)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_title library.title := library.own_title(v_visit, p_title);
begin
    return query
    select c.id, c.barcode::text, c.state::text, library.state_title(c.state), c.condition, library.price_kop(c), c.acquired_on
      from library.copy c
     where c.title_id = v_title.id and c.id < coalesce(p_before, c.id + 1)
     order by c.id desc limit p_limit;
end $$;
comment on function staff.catalogue_copies is 'Copies of a title, the newest first';

create function staff.catalogue_save(p_token text, p_key uuid, p_title bigint, p_kind text, p_name text, p_authors text, p_publisher text, p_year integer,
                                     p_isbn text, p_shelf text, p_subject text, p_grade integer, p_pages integer, p_annotation text, p_price_kop bigint)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_title bigint := p_title;
    v_old library.title;
    v_other text;
begin
    if not site.once('staff ' || v_visit.staff_id || ' title', p_key, concat_ws('|', p_title, p_kind, p_name, p_authors, p_publisher, p_year, p_isbn,
                     p_shelf, p_subject, p_grade, p_pages, p_annotation, p_price_kop)) then
        return coalesce(p_title, (select max(t.id) from library.title t where t.school_id = v_visit.school_id
                                     and library.same(t.title, t.authors, t.year) = library.same(p_name, p_authors, p_year::smallint)));
    end if;
    -- Two at once: the second sees what the first stored. The rules' row before the title's, as an import does.
    perform from library.policy y where y.school_id = v_visit.school_id for no key update;
    select t.title into v_other from library.title t
     where p_isbn <> '' and t.school_id = v_visit.school_id and t.isbn = p_isbn and t.id is distinct from p_title limit 1;
    if found then
        perform library.refuse('again', format('Книга с этим ISBN уже в каталоге: «%s». Добавьте экземпляры к ней.', left(v_other, 100)));
    end if;
    if p_title is null then
        insert into library.title (school_id, kind, title, authors, publisher, year, isbn, shelf, subject, grade, pages, annotation, price_kop)
        values (v_visit.school_id, p_kind::library.kind, p_name, p_authors, p_publisher, p_year, p_isbn, p_shelf, p_subject, p_grade, p_pages,
                p_annotation, p_price_kop)
        returning id into v_title;
    else
        perform library.own_title(v_visit, p_title);
        perform library.lock_title(p_title);
        select t.* into v_old from library.title t where t.id = p_title;
        update library.title t
           set kind = p_kind::library.kind, title = p_name, authors = p_authors, publisher = p_publisher, year = p_year, isbn = p_isbn,
               shelf = p_shelf, subject = p_subject, grade = p_grade, pages = p_pages, annotation = p_annotation, price_kop = p_price_kop
         where t.id = p_title;
    end if;
    perform auth.note_staff(v_visit, case when p_title is null then 'title-add' else 'title-change' end,
        case when v_old.price_kop is not distinct from p_price_kop then v_title::text
             -- What a lost copy costs a family: who changed it, from what to what, in kopecks.
             else format('%s price %s %s', v_title, coalesce(v_old.price_kop::text, '-'), coalesce(p_price_kop::text, '-')) end);
    return v_title;
end $$;
comment on function staff.catalogue_save is 'A new title (p_title NULL) or a changed one; answers its id. KB422: its ISBN is another title''s';

create function library.add_copies(p_school bigint, p_title bigint, p_barcodes text[], p_price_kop bigint, p_condition text, p_staff bigint)
returns void language sql as $$
    with added as (
        insert into library.copy (school_id, title_id, barcode, condition, price_kop, acquired_on)
        select p_school, p_title, b.code, p_condition, p_price_kop, library.today(p_school) from unnest(p_barcodes) with ordinality b(code, nth) order by b.nth
        returning id)
    insert into library.event (copy_id, kind, staff_id) select a.id, 'add', p_staff from added a order by a.id;
$$;
comment on function library.add_copies is 'Copies with these barcodes, with the first line of their record each';

create function staff.catalogue_add_copies(p_token text, p_key uuid, p_title bigint, p_count integer, p_barcodes text[], p_price_kop bigint, p_condition text)
returns void language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_barcodes text[] := array(select upper(b.code) from unnest(p_barcodes) with ordinality b(code, nth) order by b.nth);
    v_accounts text := (select o.region || o.number from school.school o where o.id = v_visit.school_id);
    v_taken text;
    v_drawn text[];
begin
    if not site.once('staff ' || v_visit.staff_id || ' copies', p_key, concat_ws('|', p_title, p_count, p_barcodes, p_price_kop, p_condition)) then
        return;
    end if;
    perform library.own_title(v_visit, p_title);
    -- The rules' row before the title's, as an import does.
    v_drawn := library.draw_barcodes(v_visit.school_id, greatest(p_count - cardinality(v_barcodes), 0));
    perform library.lock_title(p_title);
    select b.code into v_taken from unnest(v_barcodes) b(code)
     where b.code !~ '^[0-9A-Z-]{4,20}$' or library.is_readers(v_accounts, b.code)
        or exists (select from library.copy c where c.school_id = v_visit.school_id and c.barcode = b.code) limit 1;
    if v_taken !~ '^[0-9A-Z-]{4,20}$' then
        perform library.refuse('unknown', format('Штрихкод «%s» не годится: нужно от 4 до 20 цифр, латинских букв и дефисов.', left(v_taken, 40)));
    elsif library.is_readers(v_accounts, v_taken) then
        perform library.refuse('unknown', format('%s — это счёт или ИДН ученика, не штрихкод книги.', v_taken));
    elsif v_taken is not null then
        perform library.refuse('again', format('Штрихкод %s уже занят.', v_taken));
    elsif (select count(distinct b.code) from unnest(v_barcodes) b(code)) < cardinality(v_barcodes) then
        perform library.refuse('again', 'Один штрихкод назван дважды.');
    end if;
    perform library.add_copies(v_visit.school_id, p_title, v_barcodes || v_drawn, p_price_kop, p_condition, v_visit.staff_id);
    perform library.serve_queue(p_title, library.today(v_visit.school_id));
    perform auth.note_staff(v_visit, 'copies-add', p_title::text);
end $$;
comment on function staff.catalogue_add_copies is
    'Copies with the barcodes that are named, and with the next free ones up to p_count; those who wait are served. KB422: a barcode is taken';

create function staff.catalogue_export(p_token text, p_limit integer)
returns table (kind text, title text, authors text, publisher text, year smallint, isbn text, shelf text, subject text, grade smallint, pages smallint,
               annotation text, price_kop bigint, copies bigint, barcodes text)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select library.kind_title(t.kind), t.title, t.authors, t.publisher, t.year, t.isbn, t.shelf, t.subject, t.grade, t.pages, t.annotation, t.price_kop,
           coalesce(c.copies, 0), coalesce(c.barcodes, '')
      from library.title t
      left join (select c.title_id, count(*) as copies, string_agg(c.barcode, ' ' order by c.id) as barcodes
                   from library.copy c where c.school_id = v_visit.school_id and c.state <> 'gone' group by c.title_id) c on c.title_id = t.id
     where t.school_id = v_visit.school_id
     order by t.id limit p_limit;
end $$;
comment on function staff.catalogue_export is 'The catalogue for a table that an import takes again: it adds nothing then';

-- ---- a file of records --------------------------------------------------------------------------------------------------------

create function library.own_import(p_visit auth.staff_visit, p_import bigint) returns library.import language plpgsql stable as $$
declare
    v_import library.import;
begin
    select i.* into v_import from library.import i where i.id = p_import and i.school_id = (p_visit).school_id;
    if v_import.id is null then
        raise exception 'no such import' using errcode = 'KB404';
    end if;
    return v_import;
end $$;
comment on function library.own_import is 'An import of the desk''s library, else KB404';

create function staff.catalogue_stage(p_token text, p_name text, p_format text, p_encoding text, p_skipped integer, p_rows text)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_import bigint;
begin
    insert into library.import (school_id, staff_id, name, format, encoding, skipped)
    values (v_visit.school_id, v_visit.staff_id, p_name, p_format, p_encoding, p_skipped) returning id into v_import;
    insert into library.import_row (import_id, number, kind, title, authors, publisher, year, isbn, shelf, subject, grade, pages, annotation, price_kop,
                                    copies, barcodes, note)
    select v_import, f[1]::integer, f[2]::library.kind, left(normalize(f[3], NFC), 300), left(normalize(f[4], NFC), 300), left(normalize(f[5], NFC), 200),
           nullif(f[6], '')::smallint, f[7], left(normalize(f[8], NFC), 60), left(normalize(f[9], NFC), 100), nullif(f[10], '')::smallint,
           nullif(f[11], '')::smallint, left(normalize(f[12], NFC), 2000), nullif(f[13], '')::bigint, f[14]::smallint,
           case when f[15] = '' then '{}' else string_to_array(f[15], ' ') end, f[16]
      from string_to_table(p_rows, E'\x1e') r(line) cross join lateral string_to_array(r.line, E'\x1f') f;
    perform library.match_import(v_import, v_visit.school_id);
    return v_import;
end $$;
comment on function staff.catalogue_stage is
    'Records that lib/catalogue has read, to be looked at: sixteen fields with U+001F between, records with U+001E. Answers the import''s id';

create function staff.catalogue_import(p_token text, p_import bigint)
returns table (import_id bigint, name text, format text, encoding text, staff_name text, begun_at timestamp, done_at timestamp, skipped integer,
               records bigint, new_titles bigint, known bigint, repeats bigint, new_copies bigint, bare bigint, noted bigint, problems bigint,
               titles integer, copies integer)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_import library.import := library.own_import(v_visit, p_import);
begin
    return query
    select v_import.id, v_import.name, v_import.format, v_import.encoding, coalesce(people.staff_name(v_import.staff_id), ''),
           timezone(v_visit.time_zone, v_import.begun_at), timezone(v_visit.time_zone, v_import.done_at), v_import.skipped,
           count(*), count(*) filter (where r.is_new), count(*) filter (where r.title_id is not null), count(*) filter (where r.title_id is null and not r.is_new),
           coalesce(sum(cardinality(r.fresh) + r.drawn), 0)::bigint,
           count(*) filter (where r.is_new and r.together = 0),
           count(*) filter (where r.note <> ''), count(*) filter (where r.problem <> ''), v_import.titles, v_import.copies
      from (select r.*, sum(r.copies) over (partition by r.first) as together from library.import_row r where r.import_id = p_import) r;
end $$;
comment on function staff.catalogue_import is 'One import, with what it would add (before) or added (titles, copies)';

create function staff.catalogue_import_rows(p_token text, p_import bigint, p_noted boolean, p_limit integer)
returns table (number integer, title text, authors text, publisher text, year smallint, isbn text, outcome text, new_copies integer, note text, problem text)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_import library.import := library.own_import(v_visit, p_import);
begin
    return query
    select r.number, r.title, r.authors, r.publisher, r.year, r.isbn,
           case when r.problem <> '' then 'bad' when r.is_new then 'new' when r.title_id is not null then 'known' else 'repeat' end,
           cardinality(r.fresh) + r.drawn, r.note, r.problem
      from library.import_row r
     where r.import_id = v_import.id and (not p_noted or r.note <> '' or r.problem <> '')
     order by r.problem = '' and p_noted, r.number limit p_limit;
end $$;
comment on function staff.catalogue_import_rows is 'Its first records; p_noted: those with a problem, then those with a note';

create function staff.catalogue_import_do(p_token text, p_import bigint, p_one boolean)
returns void language plpgsql security definer set search_path = '' set enable_nestloop = off as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_import library.import := library.own_import(v_visit, p_import);
    v_drawn text[];
    v_titles integer;
    v_copies integer;
begin
    -- One at a time in a school; and whoever sent it twice finds it done.
    perform from library.policy y where y.school_id = v_visit.school_id for no key update;
    v_import := library.own_import(v_visit, p_import);
    if v_import.done_at is not null then
        return;
    end if;
    perform library.match_import(p_import, v_visit.school_id);
    if exists (select from library.import_row r where r.import_id = p_import and r.problem <> '') then
        perform library.refuse('again', 'В файле есть ошибки: исправьте их и загрузите файл снова.');
    end if;
    if p_one then
        update library.import_row r set drawn = 1
          from (select s.first from library.import_row s where s.import_id = p_import group by s.first having sum(s.copies) = 0) b
         where r.import_id = p_import and r.is_new and b.first = r.number;
    end if;
    update library.import_row r set title_id = nextval('library.title_id_seq') where r.import_id = p_import and r.is_new;
    insert into library.title (id, school_id, kind, title, authors, publisher, year, isbn, shelf, subject, grade, pages, annotation, price_kop)
    overriding system value
    select r.title_id, v_visit.school_id, r.kind, r.title, r.authors, r.publisher, r.year, r.isbn, r.shelf, r.subject, r.grade, r.pages, r.annotation, r.price_kop
      from library.import_row r where r.import_id = p_import and r.is_new order by r.number;
    get diagnostics v_titles = row_count;
    -- A record that repeats another one of the file names the same title.
    update library.import_row r set title_id = f.title_id
      from library.import_row f
     where r.import_id = p_import and r.title_id is null and f.import_id = p_import and f.number = r.first;
    v_drawn := library.draw_barcodes(v_visit.school_id, (select coalesce(sum(r.drawn), 0)::integer from library.import_row r where r.import_id = p_import));
    with wanted as (
        select r.number, r.title_id, r.price_kop, u.code from library.import_row r cross join lateral unnest(r.fresh) u(code) where r.import_id = p_import
        union all
        select d.number, d.title_id, d.price_kop, v_drawn[row_number() over (order by d.number)]
          from (select r.number, r.title_id, r.price_kop from library.import_row r cross join lateral generate_series(1, r.drawn) where r.import_id = p_import) d),
    added as (
        insert into library.copy (school_id, title_id, barcode, price_kop, acquired_on)
        select v_visit.school_id, w.title_id, w.code, w.price_kop, library.today(v_visit.school_id) from wanted w order by w.number
        returning id)
    insert into library.event (copy_id, kind, staff_id) select a.id, 'add', v_visit.staff_id from added a;
    get diagnostics v_copies = row_count;
    perform library.lock_title(q.title_id), library.serve_queue(q.title_id, library.today(v_visit.school_id))
       from (select distinct r.title_id from library.import_row r
              where r.import_id = p_import and not r.is_new and cardinality(r.fresh) > 0
                and exists (select from library.hold h where h.title_id = r.title_id and h.state = 'waiting') order by r.title_id) q;
    update library.import i set done_at = now(), titles = v_titles, copies = v_copies where i.id = p_import;
    perform auth.note_staff(v_visit, 'catalogue-import', p_import::text);
end $$;
comment on function staff.catalogue_import_do is
    'Takes the whole file, or nothing where a record stands against it (KB422); a second time it changes nothing. p_one: a copy for each new title of which the '
    'file names none';

create function staff.catalogue_imports(p_token text, p_limit integer)
returns table (import_id bigint, name text, format text, begun_at timestamp, is_done boolean, titles integer, copies integer)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select i.id, i.name, i.format, timezone(v_visit.time_zone, i.begun_at), i.done_at is not null, coalesce(i.titles, 0), coalesce(i.copies, 0)
      from library.import i where i.school_id = v_visit.school_id order by i.id desc limit p_limit;
end $$;
comment on function staff.catalogue_imports is 'The latest imports';

-- ---- stocktaking --------------------------------------------------------------------------------------------------------------

create function library.own_inventory(p_visit auth.staff_visit, p_inventory bigint) returns library.inventory language plpgsql stable as $$
declare
    v_inventory library.inventory;
begin
    select i.* into v_inventory from library.inventory i where i.id = p_inventory and i.school_id = (p_visit).school_id;
    if v_inventory.id is null then
        raise exception 'no such inventory' using errcode = 'KB404';
    end if;
    return v_inventory;
end $$;
comment on function library.own_inventory is 'An inventory of the desk''s library, else KB404';

create function staff.catalogue_inventories(p_token text, p_before bigint, p_limit integer)
returns table (inventory_id bigint, title text, begun_at timestamp, ended_at timestamp, staff_name text, seen bigint, missing bigint)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select i.id, i.title, timezone(v_visit.time_zone, i.begun_at), timezone(v_visit.time_zone, i.ended_at), coalesce(people.staff_name(i.staff_id), ''),
           (select count(*) from library.inventory_seen s where s.inventory_id = i.id),
           (select count(*) from library.inventory_missing m where m.inventory_id = i.id)
      from library.inventory i
     where i.school_id = v_visit.school_id and i.id < coalesce(p_before, i.id + 1)
     order by i.id desc limit p_limit;
end $$;
comment on function staff.catalogue_inventories is 'The history of inventories, with the one that goes on';

create function staff.catalogue_inventory_begin(p_token text, p_title text) returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory bigint;
begin
    insert into library.inventory (school_id, title, staff_id) values (v_visit.school_id, p_title, v_visit.staff_id)
    on conflict (school_id) where ended_at is null do nothing returning id into v_inventory;
    if v_inventory is null then
        perform library.refuse('again', 'Инвентаризация уже идёт: сначала завершите её.');
    end if;
    perform auth.note_staff(v_visit, 'inventory-begin', v_inventory::text);
    return v_inventory;
end $$;
comment on function staff.catalogue_inventory_begin is 'A new inventory. KB422: one goes on';

create function staff.catalogue_inventory(p_token text, p_inventory bigint)
returns table (inventory_id bigint, title text, begun_at timestamp, ended_at timestamp, staff_name text, expected bigint, found bigint, elsewhere bigint, missing bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory library.inventory := library.own_inventory(v_visit, p_inventory);
    v_found bigint;
    v_elsewhere bigint;
    v_missing bigint;
begin
    -- What was lent since it was counted is missing from neither side; once it has ended, the figures are those of the counting.
    select count(*) filter (where library.is_expected(e.state)), count(*) filter (where not library.is_expected(e.state)) into v_found, v_elsewhere
      from (select case when v_inventory.ended_at is null then c.state else s.state end as state
              from library.inventory_seen s join library.copy c on c.id = s.copy_id where s.inventory_id = p_inventory) e;
    if v_inventory.ended_at is null then
        v_missing := (select count(*) from library.copy c where c.school_id = v_visit.school_id and library.is_expected(c.state)) - v_found;
    else
        v_missing := (select count(*) from library.inventory_missing m where m.inventory_id = p_inventory);
    end if;
    return query
    select v_inventory.id, v_inventory.title, timezone(v_visit.time_zone, v_inventory.begun_at), timezone(v_visit.time_zone, v_inventory.ended_at),
           coalesce(people.staff_name(v_inventory.staff_id), ''), v_found + v_missing, v_found, v_elsewhere, v_missing;
end $$;
comment on function staff.catalogue_inventory is
    'One inventory: how many copies have to be there, how many of them were counted, how many others were (lent, lost), and how many are missing';

create function staff.catalogue_inventory_scan(p_token text, p_inventory bigint, p_barcode text)
returns table (outcome text, copy_id bigint) language plpgsql security definer rows 1 set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory library.inventory := library.own_inventory(v_visit, p_inventory);
    v_copy library.copy;
begin
    -- Against the end of the inventory, which locks the row too.
    perform from library.inventory i where i.id = p_inventory and i.ended_at is null for key share;
    if not found then
        perform library.refuse('again', 'Инвентаризация уже завершена.');
    end if;
    select c.* into v_copy from library.copy c where c.school_id = v_visit.school_id and c.barcode = gate.typed(p_barcode);
    if v_copy.id is null then
        return query select 'unknown', null::bigint;
        return;
    end if;
    insert into library.inventory_seen (inventory_id, copy_id, staff_id, state) values (p_inventory, v_copy.id, v_visit.staff_id, v_copy.state)
    on conflict do nothing;
    if not found then
        return query select 'again', v_copy.id;
        return;
    end if;
    perform library.note(v_copy.id, 'seen', v_visit.staff_id, left(v_inventory.title, 200));
    return query select case v_copy.state when 'out' then 'out' when 'lost' then 'lost' when 'gone' then 'gone' else 'found' end, v_copy.id;
end $$;
comment on function staff.catalogue_inventory_scan is
    'Counts a copy. outcome: found, again (was counted), out (lent by the books), lost, gone, unknown (no barcode of this library)';

create function staff.catalogue_inventory_seen(p_token text, p_inventory bigint, p_limit integer)
returns table (copy_id bigint, at timestamp, barcode text, title text, authors text, shelf text, state text, state_title text)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory library.inventory := library.own_inventory(v_visit, p_inventory);
begin
    return query
    select c.id, timezone(v_visit.time_zone, s.at), c.barcode::text, t.title, t.authors, t.shelf, c.state::text, library.state_title(c.state)
      from library.inventory_seen s join library.copy c on c.id = s.copy_id join library.title t on t.id = c.title_id
     where s.inventory_id = v_inventory.id
     order by s.at desc, s.copy_id desc limit p_limit;
end $$;
comment on function staff.catalogue_inventory_seen is 'What was counted last';

create function staff.catalogue_missing(p_token text, p_inventory bigint, p_skip integer, p_limit integer)
returns table (copy_id bigint, barcode text, title text, authors text, shelf text, state_title text, price_kop bigint, is_lost boolean)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory library.inventory := library.own_inventory(v_visit, p_inventory);
begin
    return query
    select c.id, c.barcode::text, t.title, t.authors, t.shelf, library.state_title(c.state), library.price_kop(c), m.is_lost
      from (select c.id, false as is_lost from library.copy c
             where v_inventory.ended_at is null and c.school_id = v_visit.school_id and library.is_expected(c.state)
               and not exists (select from library.inventory_seen s where s.inventory_id = p_inventory and s.copy_id = c.id)
            union all
            select m.copy_id, m.is_lost from library.inventory_missing m where v_inventory.ended_at is not null and m.inventory_id = p_inventory) m
      join library.copy c on c.id = m.id join library.title t on t.id = c.title_id
     order by t.shelf, t.title, c.barcode offset p_skip limit p_limit;
end $$;
comment on function staff.catalogue_missing is 'What had to be there and was not counted, in the order of the shelves';

create function staff.catalogue_inventory_end(p_token text, p_inventory bigint, p_lose boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_inventory library.inventory := library.own_inventory(v_visit, p_inventory);
    v_titles bigint[];
begin
    perform from library.inventory i where i.id = p_inventory and i.ended_at is null for update;
    if not found then
        return;
    end if;
    -- Lending waits for the titles, in the order of their ids; then the states are what they are. A copy of another title that came
    -- back meanwhile went through the desk: it is not missing.
    v_titles := array(select distinct c.title_id from library.copy c where c.school_id = v_visit.school_id and library.is_expected(c.state)
                         and not exists (select from library.inventory_seen s where s.inventory_id = p_inventory and s.copy_id = c.id));
    perform from library.title t where t.id = any (v_titles) order by t.id for no key update;
    insert into library.inventory_missing (inventory_id, copy_id, is_lost)
    select p_inventory, c.id, p_lose and c.state in ('in', 'repair') from library.copy c
     where c.title_id = any (v_titles) and library.is_expected(c.state)
       and not exists (select from library.inventory_seen s where s.inventory_id = p_inventory and s.copy_id = c.id);
    update library.copy c set state = 'lost' from library.inventory_missing m where m.inventory_id = p_inventory and m.is_lost and c.id = m.copy_id;
    insert into library.event (copy_id, kind, staff_id, note)
    select m.copy_id, 'lose', v_visit.staff_id, left(v_inventory.title, 200) from library.inventory_missing m where m.inventory_id = p_inventory and m.is_lost;
    update library.inventory i set ended_at = clock_timestamp() where i.id = p_inventory;
    perform auth.note_staff(v_visit, case when p_lose then 'inventory-lose' else 'inventory-end' end, p_inventory::text);
end $$;
comment on function staff.catalogue_inventory_end is
    'Ends an inventory and writes down what is missing; p_lose: what stood on the shelves by the books is lost now (kept copies are not: somebody is coming for them). '
    'A second time it changes nothing';

-- ---- reports ------------------------------------------------------------------------------------------------------------------

create function library.overdue(p_school bigint, p_day date) returns setof library.loan language sql stable as $$
    select l.* from library.loan l join library.copy c on c.id = l.copy_id
     where c.school_id = p_school and l.returned_at is null and l.lost_at is null and l.due_day < p_day
$$;
comment on function library.overdue is 'Loans that should be back by now; told lost is another thing';

create function staff.catalogue_overdue_classes(p_token text)
returns table (class_id bigint, class_name text, readers bigint, loans bigint, price_kop bigint, unpriced bigint)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select k.id, coalesce(k.name, 'без класса'), count(distinct l.pupil_id), count(*), coalesce(sum(library.price_kop(c)), 0)::bigint,
           count(*) filter (where library.price_kop(c) is null)
      from library.overdue(v_visit.school_id, library.today(v_visit.school_id)) l
      join library.copy c on c.id = l.copy_id join school.pupil p on p.id = l.pupil_id
      left join school.class k on k.id = p.class_id
     group by k.id order by k.grade, k.letter;
end $$;
comment on function staff.catalogue_overdue_classes is 'Overdue loans by class: readers, books, what these cost, and of how many the price is not known';

create function staff.catalogue_overdue(p_token text, p_class bigint, p_skip integer, p_limit integer)
returns table (pupil_id bigint, name text, class_name text, title text, authors text, barcode text, due_day date, days integer, price_kop bigint)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select p.id, people.pupil_name(p.id), coalesce(k.name, ''), t.title, t.authors, c.barcode::text, l.due_day, v_day - l.due_day, library.price_kop(c)
      from library.overdue(v_visit.school_id, v_day) l
      join library.copy c on c.id = l.copy_id join library.title t on t.id = l.title_id join school.pupil p on p.id = l.pupil_id
      left join school.class k on k.id = p.class_id
     where p_class is null or p.class_id = p_class
     order by k.grade, k.letter, 2, l.due_day, l.id offset p_skip limit p_limit;
end $$;
comment on function staff.catalogue_overdue is 'Overdue loans, by class and reader, the longest first';

create function staff.catalogue_popular(p_token text, p_limit integer)
returns table (title_id bigint, title text, authors text, lent_times integer, copies bigint, waiting bigint)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select t.id, t.title, t.authors, t.lent_times, (select count(*) from library.copy c where c.title_id = t.id and c.state <> 'gone'),
           (select count(*) from library.hold h where h.title_id = t.id and h.state = 'waiting')
      from library.title t
     where t.school_id = v_visit.school_id and t.kind <> 'textbook' and t.lent_times > 0
     order by t.lent_times desc, t.id desc limit p_limit;
end $$;
comment on function staff.catalogue_popular is 'What is lent most, textbooks aside';

create function staff.catalogue_months(p_token text)
returns table (month date, loans bigint, textbooks bigint)
language plpgsql stable security definer as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_first date := (date_trunc('month', library.today(v_visit.school_id)::timestamp) - interval '11 months')::date;
begin
    return query
    select m.day, coalesce(l.loans, 0), coalesce(l.textbooks, 0)
      from (select (v_first + make_interval(months => n))::date as day from generate_series(0, 11) n) m
      left join (select date_trunc('month', timezone(v_visit.time_zone, l.lent_at))::date as day, count(*) filter (where t.kind <> 'textbook') as loans,
                        count(*) filter (where t.kind = 'textbook') as textbooks
                   from library.loan l join library.title t on t.id = l.title_id
                  where t.school_id = v_visit.school_id and l.lent_at >= timezone(v_visit.time_zone, v_first::timestamp)
                  group by 1) l on l.day = m.day
     order by m.day;
end $$;
comment on function staff.catalogue_months is 'Loans of the last twelve months, textbooks apart';

grant execute on function
    staff.catalogue_titles(text, text, text, bigint, integer), staff.catalogue_title(text, bigint), staff.catalogue_copies(text, bigint, bigint, integer),
    staff.catalogue_save(text, uuid, bigint, text, text, text, text, integer, text, text, text, integer, integer, text, bigint),
    staff.catalogue_add_copies(text, uuid, bigint, integer, text[], bigint, text),
    staff.catalogue_export(text, integer),
    staff.catalogue_stage(text, text, text, text, integer, text), staff.catalogue_import(text, bigint),
    staff.catalogue_import_rows(text, bigint, boolean, integer), staff.catalogue_import_do(text, bigint, boolean), staff.catalogue_imports(text, integer),
    staff.catalogue_inventories(text, bigint, integer), staff.catalogue_inventory_begin(text, text), staff.catalogue_inventory(text, bigint),
    staff.catalogue_inventory_scan(text, bigint, text), staff.catalogue_inventory_seen(text, bigint, integer),
    staff.catalogue_missing(text, bigint, integer, integer), staff.catalogue_inventory_end(text, bigint, boolean),
    staff.catalogue_overdue_classes(text), staff.catalogue_overdue(text, bigint, integer, integer), staff.catalogue_popular(text, integer),
    staff.catalogue_months(text) to kabinet_librarian;

commit;
