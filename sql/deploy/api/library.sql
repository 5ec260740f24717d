-- Deploy kabinet:api/library to pg
-- requires: api/settings
-- requires: tables/library

-- The families' side of the library: what the child has at home and waits for, the catalogue, what it has read, the certificate that
-- nothing is owed. A title of another school is «not found», as one that there never was; who else has a book nobody is told.

begin;

call auth.add_program('library', 'The families'' side of the library');
set local role kabinet_owner;

-- ---- at home ----------------------------------------------------------------------------------------------------------------------

create function cabinet.library_reader(p_token text)
returns table (loan_days smallint, renew_days smallint, max_loans smallint, max_holds smallint, holds bigint, may_see_money boolean,
               keeps_history boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select y.loan_days, y.renew_days, y.max_loans, y.max_holds,
           (select count(*) from library.hold h where h.pupil_id = v_visit.pupil_id and h.state in ('waiting', 'kept')), v_visit.may_finance,
           coalesce((select r.keeps_history from library.reader r where r.pupil_id = v_visit.pupil_id), true)
      from library.policy y where y.school_id = v_visit.school_id;
end $$;
comment on function cabinet.library_reader is 'One row: the rules of the school''s library, and what the child has chosen there';

create function cabinet.library_loans(p_token text)
returns table (loan_id bigint, title_id bigint, title text, authors text, is_set boolean, lent timestamp, due_day date, days_left integer,
               days_late integer, is_soon boolean, renewals_left integer, may_renew boolean, why text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_policy library.policy;
begin
    select y.* into v_policy from library.policy y where y.school_id = v_visit.school_id;
    return query
    select l.id, t.id, t.title, t.authors, l.set_id is not null, l.lent_at at time zone v_visit.time_zone, l.due_day, l.due_day - v_today,
           greatest(v_today - l.due_day, 0), l.due_day - v_today between 0 and library.soon_days(), greatest(v_policy.renewals - l.renewals, 0), w.why = '', w.why
      from library.loan l
      join library.title t on t.id = l.title_id
     cross join lateral (select library.why_not_renewed(l, v_policy) as why) w
     where l.pupil_id = v_visit.pupil_id and l.returned_at is null and l.lost_at is null
     order by l.set_id is not null, l.due_day, l.id
     limit 100;
end $$;
comment on function cabinet.library_loans is
    'What the child has at home, sets of textbooks last. days_late above 0: overdue; why it cannot be renewed: set, renewed (too often), '
    'queued (somebody waits), "" when it can';

create function cabinet.library_losses(p_token text)
returns table (loan_id bigint, title_id bigint, title text, authors text, lost_day date, price_kop bigint, is_charged boolean, charged_kop bigint,
               found_day date, refunded_kop bigint)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select l.id, t.id, t.title, t.authors, (l.lost_at at time zone v_visit.time_zone)::date,
           case when v_visit.may_finance then coalesce(c.price_kop, t.price_kop) end, l.entry_id is not null,
           -- A loan also ends when the copy is written off: then what was paid stays paid.
           case when v_visit.may_finance then e.kop end, case when l.refund_id is not null then (l.returned_at at time zone v_visit.time_zone)::date end,
           case when v_visit.may_finance then r.kop end
      from library.loan l
      join library.title t on t.id = l.title_id
      join library.copy c on c.id = l.copy_id
      left join lateral (select -p.amount_kop as kop from ledger.posting p
                          where p.entry_id = l.entry_id and p.account_id = ledger.pupil_account(v_visit.pupil_id)) e on true
      left join lateral (select p.amount_kop as kop from ledger.posting p
                          where p.entry_id = l.refund_id and p.account_id = ledger.pupil_account(v_visit.pupil_id)) r on true
     where l.pupil_id = v_visit.pupil_id and l.lost_at is not null and (l.returned_at is null or l.entry_id is not null)
       and (l.refund_id is null or l.returned_at > now() - interval '90 days')
     order by l.lost_at desc, l.id desc
     limit 20;
end $$;
comment on function cabinet.library_losses is
    'Books that were told lost: what was charged for them, and for three months what came back when they were found. Sums are NULL for those who may not see money';

create function cabinet.library_renew(p_token text, p_key uuid, p_loan bigint)
returns table (renewed integer, due_day date)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_policy library.policy;
    v_loan bigint;
    v_due date;
    v_count integer := 0;
begin
    -- The page has one key for the buttons of all its books.
    if not site.once(concat_ws(' ', 'login', v_visit.login_id, 'library-renew', p_loan), p_key, v_visit.pupil_id::text) then
        return;
    end if;
    if p_loan is not null then
        if not exists (select from library.loan l where l.id = p_loan and l.pupil_id = v_visit.pupil_id) then
            raise exception 'no such loan' using errcode = 'KB404';
        end if;
        v_due := library.renew(p_loan, null);
        v_count := 1;
    else
        select y.* into v_policy from library.policy y where y.school_id = v_visit.school_id;
        -- In the order of titles, as everybody locks them.
        for v_loan in
            select l.id from library.loan l
             where l.pupil_id = v_visit.pupil_id and l.returned_at is null and l.lost_at is null and library.why_not_renewed(l, v_policy) = ''
             order by l.title_id, l.id
        loop
            v_due := library.renew(v_loan, null);
            v_count := v_count + 1;
        end loop;
        if v_count = 0 then
            perform library.refuse('limit', 'Продлить сейчас нечего.');
        end if;
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'library-renew');
    return query select v_count, v_due;
end $$;
comment on function cabinet.library_renew is
    'Prolongs that loan of the child, NULL: all that can be. No row: that form had been sent before. KB422: why not, in words';

-- ---- queues -----------------------------------------------------------------------------------------------------------------------

create function cabinet.library_holds(p_token text)
returns table (hold_id bigint, title_id bigint, title text, authors text, state text, place bigint, asleep_till date, kept_till date,
               shelf text, asked timestamp)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select h.id, t.id, t.title, t.authors, h.state::text,
           (select count(*) from library.hold o where o.title_id = h.title_id and o.state = 'waiting' and o.id <= h.id),
           case when h.asleep_till > v_today then h.asleep_till end, h.kept_till, t.shelf, h.asked_at at time zone v_visit.time_zone
      from library.hold h
      join library.title t on t.id = h.title_id
     where h.pupil_id = v_visit.pupil_id and h.state in ('waiting', 'kept')
     order by h.state = 'waiting', h.id
     limit 30;
end $$;
comment on function cabinet.library_holds is
    'Places of the child in queues, what waits on the shelf first. place: the first is 1; asleep_till: others pass until that day';

create function library.hold_of(p_visit auth.visit, p_hold bigint) returns library.hold language plpgsql as $$
declare
    v_hold library.hold;
begin
    -- The title first, as everything that moves a copy.
    perform library.lock_title(h.title_id) from library.hold h where h.id = p_hold and h.pupil_id = p_visit.pupil_id;
    select h.* into v_hold from library.hold h where h.id = p_hold and h.pupil_id = p_visit.pupil_id;
    if not found then
        raise exception 'no such place in a queue' using errcode = 'KB404';
    end if;
    return v_hold;
end $$;
comment on function library.hold_of is 'That place of the visiting child in a queue, under the lock of its title; KB404 of anybody else';

create function cabinet.library_hold(p_token text, p_title bigint) returns table (hold_id bigint, state text)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_had bigint := (select h.id from library.hold h
                      where h.title_id = p_title and h.pupil_id = v_visit.pupil_id and h.state in ('waiting', 'kept'));
    v_hold bigint := library.ask(p_title, v_visit.pupil_id);
begin
    if v_hold is distinct from v_had then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'library-hold');
    end if;
    return query select h.id, h.state::text from library.hold h where h.id = v_hold;
end $$;
comment on function cabinet.library_hold is
    'A place in the queue for the child, the same one when it has one; state kept: a copy waits on the shelf at once. KB422: why not, in words';

create function cabinet.library_hold_drop(p_token text, p_hold bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_hold library.hold := library.hold_of(v_visit, p_hold);
begin
    if library.drop_hold(v_hold.id, 'dropped', library.today(v_visit.school_id)) then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'library-hold-drop');
    end if;
end $$;
comment on function cabinet.library_hold_drop is 'The child does not wait any more; a copy that was kept goes to the next reader. Twice is harmless';

create function library.max_sleep() returns integer language sql immutable as $$ select 120 $$;
comment on function library.max_sleep is 'For how many days at most a place in a queue may be suspended';

create function cabinet.library_hold_sleep(p_token text, p_hold bigint, p_till date) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_hold library.hold := library.hold_of(v_visit, p_hold);
    v_today date := library.today(v_visit.school_id);
begin
    if v_hold.state = 'kept' then
        perform library.refuse('kept', 'Книга уже отложена для вас: заберите её или откажитесь.');
    elsif v_hold.state <> 'waiting' then
        perform library.refuse('again', 'Этого места в очереди уже нет.');
    elsif p_till <= v_today or p_till > v_today + library.max_sleep() then
        perform library.refuse('limit', format('Укажите день не раньше завтрашнего и не позже чем через %s дней.', library.max_sleep()));
    elsif p_till is not distinct from v_hold.asleep_till then
        return;
    end if;
    update library.hold h set asleep_till = p_till where h.id = v_hold.id;
    perform library.serve_queue(v_hold.title_id, v_today);
    perform auth.note(v_visit.login_id, v_visit.access_id, case when p_till is null then 'library-hold-wake' else 'library-hold-sleep' end);
end $$;
comment on function cabinet.library_hold_sleep is 'Lets others pass until that day; NULL: no more, and a free copy is kept at once';

-- ---- the catalogue ----------------------------------------------------------------------------------------------------------------

create function library.find_limit() returns integer language sql immutable as $$ select 120 $$;
comment on function library.find_limit is 'Among how many titles a search looks and counts: of more it says «больше»';

create function library.kind_words(p_kind library.kind) returns text language sql immutable as $$
    select case p_kind when 'book' then 'Книги' when 'textbook' then 'Учебники' when 'periodical' then 'Журналы' when 'reference' then 'Справочники' end
$$;
comment on function library.kind_words is 'Titles of a kind, Russian';

create function library.kind_word(p_kind library.kind) returns text language sql immutable as $$
    select case p_kind when 'book' then 'книга' when 'textbook' then 'учебник' when 'periodical' then 'журнал' when 'reference' then 'справочник' end
$$;
comment on function library.kind_word is 'A title of a kind, Russian';

create function cabinet.library_search(p_token text, p_words text, p_kind text, p_subject text, p_grade integer, p_available boolean,
    p_page integer, p_rows integer)
returns table (part text, value text, name text, n bigint, has_more boolean, mended text,
               title_id bigint, title text, authors text, kind text, year smallint, shelf text, copies_in bigint, copies bigint, queue bigint,
               is_mine boolean)
language plpgsql stable security definer rows 60 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    -- Without words it is the catalogue itself, whole; a search stops where more hits would help nobody.
    v_limit integer := case when p_words <> '' then library.find_limit() end;
begin
    return query
    with found as materialized (
        select f.title_id, f.rank, f.mended, t.title, t.authors, t.kind, t.subject, t.grade,
               exists (select from library.copy c where c.title_id = f.title_id and c.state = 'in') as is_in
          from library.find(v_visit.school_id, p_words, p_kind, p_subject, p_grade, v_limit) f
          join library.title t on t.id = f.title_id
    ), hit as materialized (
        select f.* from found f where not p_available or f.is_in
    ), shown as (
        select s.*, (p_page - 1) * p_rows + row_number() over (order by s.rank desc, s.title, s.title_id) as nth
          from (select h.* from hit h order by h.rank desc, h.title, h.title_id offset (p_page - 1) * p_rows limit p_rows) s
    )
    select 'head', null, null, (select count(*) from hit), coalesce((select count(*) from found) >= v_limit, false),
           (select min(f.mended) from found f), null::bigint, null, null, null, null::smallint, null, null::bigint, null::bigint, null::bigint, null::boolean
    union all
    (select 'kind', h.kind::text, library.kind_words(h.kind), count(*), false, null, null, null, null, null, null, null, null, null, null, null
       from hit h group by h.kind order by h.kind)
    union all
    (select 'subject', h.subject, h.subject, count(*), false, null, null, null, null, null, null, null, null, null, null, null
       from hit h where h.subject <> '' group by h.subject order by count(*) desc, h.subject limit 12)
    union all
    (select 'grade', h.grade::text, h.grade || ' класс', count(*), false, null, null, null, null, null, null, null, null, null, null, null
       from hit h where h.grade is not null group by h.grade order by h.grade)
    union all
    select 'available', '1', 'Есть сейчас', count(*) filter (where h.is_in), false, null, null, null, null, null, null, null, null, null, null, null
      from hit h
    union all
    (select 'hit', null, null, s.nth, false, null, s.title_id, s.title, s.authors, library.kind_word(s.kind), t.year, t.shelf, c.n_in, c.n,
            (select count(*) from library.hold q where q.title_id = s.title_id and q.state = 'waiting'),
            exists (select from library.loan l where l.title_id = s.title_id and l.pupil_id = v_visit.pupil_id and l.returned_at is null)
       from shown s
       join library.title t on t.id = s.title_id
      cross join lateral (select count(*) filter (where c.state = 'in') as n_in, count(*) filter (where c.state not in ('lost', 'gone')) as n
                            from library.copy c where c.title_id = s.title_id) c
      order by s.nth);
end $$;
comment on function cabinet.library_search is
    'A page of the catalogue in parts: head (one row: n hits; has_more: these are the first ones of many; mended: by which words), what the '
    'hits are narrowed by (kind, subject, grade, available: value, name, n of hits), hit (n: which one). copies: that there are, copies_in: on the '
    'shelf now';

create function cabinet.library_shelf(p_token text, p_rows integer)
returns table (part text, title_id bigint, title text, authors text, copies_in bigint)
language plpgsql stable security definer rows 16 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select s.part, s.id, s.title, s.authors, (select count(*) from library.copy c where c.title_id = s.id and c.state = 'in')
      from ((select 'new' as part, t.id, t.title, t.authors from library.title t
              where t.school_id = v_visit.school_id and t.kind <> 'textbook' order by t.added_at desc, t.id desc limit p_rows)
            union all
            (select 'popular', t.id, t.title, t.authors from library.title t
              where t.school_id = v_visit.school_id and t.kind <> 'textbook' and t.lent_times > 0 order by t.lent_times desc, t.id desc limit p_rows)) s;
end $$;
comment on function cabinet.library_shelf is 'What came last and what is read most (part: new, popular), textbooks aside';

create function cabinet.library_title(p_token text, p_title bigint)
returns table (title_id bigint, book text, authors text, publisher text, year smallint, isbn text, shelf text, subject text, grade smallint,
               pages smallint, annotation text, kind text, is_textbook boolean, lent_times integer, queue bigint, is_at_home boolean,
               due_day date, hold_id bigint, hold_state text, place bigint, kept_till date, asleep_till date, may_hold boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select t.id, t.title, t.authors, t.publisher, t.year, t.isbn, t.shelf, t.subject, t.grade, t.pages, t.annotation, library.kind_word(t.kind),
           t.kind = 'textbook', t.lent_times, (select count(*) from library.hold q where q.title_id = t.id and q.state = 'waiting'),
           l.id is not null, l.due_day, h.id, coalesce(h.state::text, ''),
           (select count(*) from library.hold o where o.title_id = t.id and o.state = 'waiting' and o.id <= h.id), h.kept_till,
           case when h.asleep_till > v_today then h.asleep_till end,
           l.id is null and h.id is null and exists (select from library.copy c where c.title_id = t.id and c.state in ('in', 'out', 'kept', 'repair'))
      from library.title t
      left join lateral (select l.id, l.due_day from library.loan l
                          where l.title_id = t.id and l.pupil_id = v_visit.pupil_id and l.returned_at is null order by l.id limit 1) l on true
      left join library.hold h on h.title_id = t.id and h.pupil_id = v_visit.pupil_id and h.state in ('waiting', 'kept')
     where t.id = p_title and t.school_id = v_visit.school_id;
    if not found then
        raise exception 'no such title' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.library_title is
    'A title of the child''s school, whether the child has it or waits for it. hold_state: waiting, kept, ""; queue: readers who wait';

create function cabinet.library_copies(p_token text, p_title bigint)
returns table (state text, n bigint, due_day date, is_past boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select c.state::text, count(*), min(l.due_day), coalesce(min(l.due_day) < library.today(v_visit.school_id), false)
      from library.copy c
      left join library.loan l on l.copy_id = c.id and l.returned_at is null and l.lost_at is null
     where c.title_id = p_title and c.school_id = v_visit.school_id and c.state in ('in', 'out', 'kept', 'repair')
     group by c.state
     order by c.state;
end $$;
comment on function cabinet.library_copies is 'Copies of a title by where they are: in, out (due_day: the first is due back; is_past: or was), kept, repair';

-- ---- what was read ----------------------------------------------------------------------------------------------------------------

create function cabinet.library_history(p_token text, p_before bigint, p_rows integer)
returns table (loan_id bigint, title_id bigint, title text, authors text, lent timestamp, returned timestamp, renewals smallint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select l.id, t.id, t.title, t.authors, l.lent_at at time zone v_visit.time_zone, l.returned_at at time zone v_visit.time_zone, l.renewals
      from library.loan l
      join library.title t on t.id = l.title_id
     where l.pupil_id = v_visit.pupil_id and l.returned_at is not null and (p_before is null or l.id < p_before)
       -- What was charged stays for the sake of the money, but it is no history of one who wants none.
       and (l.entry_id is null
            or not exists (select from library.reader r where r.pupil_id = v_visit.pupil_id and not r.keeps_history))
     order by l.id desc
     limit p_rows;
end $$;
comment on function cabinet.library_history is 'Books that were brought back, those lent last first, below a loan''s id';

create function cabinet.library_remember(p_token text, p_keeps boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    perform auth.by_password(v_visit);
    insert into library.reader (pupil_id, keeps_history) values (v_visit.pupil_id, p_keeps)
        on conflict (pupil_id) do update set keeps_history = excluded.keeps_history, chosen_at = now()
        where library.reader.keeps_history <> excluded.keeps_history;
    if not p_keeps then
        perform library.forget(v_visit.pupil_id);
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, case when p_keeps then 'library-remember' else 'library-forget' end);
end $$;
comment on function cabinet.library_remember is
    'Whether the library remembers what the child has read; if not, what it has read so far is forgotten for ever. KB422 after a PIN';

-- ---- papers -----------------------------------------------------------------------------------------------------------------------

create function cabinet.library_card(p_token text)
returns table (account text, idn text, class_name text, school_name text, today date, number text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select p.account, p.idn::text, coalesce(k.name, ''), s.name, d.today, format('%s-%s', right(p.account, 6), to_char(d.today, 'YYYYMMDD'))
      from school.pupil p
      join school.school s on s.id = p.school_id
      left join school.class k on k.id = p.class_id
     cross join (select (now() at time zone v_visit.time_zone)::date as today) d
     where p.id = v_visit.pupil_id;
end $$;
comment on function cabinet.library_card is 'The child as the library knows it; number: of a paper that is made out today';

create function cabinet.library_debts(p_token text)
returns table (title text, authors text, barcode text, due_day date, is_set boolean, is_overdue boolean, is_lost boolean, price_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select t.title, t.authors, c.barcode, l.due_day, l.set_id is not null, l.due_day < v_today, l.lost_at is not null,
           case when l.lost_at is not null and v_visit.may_finance then coalesce(c.price_kop, t.price_kop) end
      from library.loan l
      join library.copy c on c.id = l.copy_id
      join library.title t on t.id = l.title_id
     -- What was paid for is owed no more.
     where l.pupil_id = v_visit.pupil_id and l.returned_at is null and l.entry_id is null
     order by l.lost_at is null, l.set_id is not null, l.due_day, l.id
     limit 100;
end $$;
comment on function cabinet.library_debts is 'What the child still has to bring back, or to pay for (is_lost, price_kop); no row: nothing is owed';

revoke all on function library.hold_of(auth.visit, bigint), library.max_sleep(), library.find_limit(),
    library.kind_words(library.kind), library.kind_word(library.kind),
    cabinet.library_reader(text), cabinet.library_loans(text), cabinet.library_losses(text), cabinet.library_renew(text, uuid, bigint),
    cabinet.library_holds(text), cabinet.library_hold(text, bigint), cabinet.library_hold_drop(text, bigint),
    cabinet.library_hold_sleep(text, bigint, date),
    cabinet.library_search(text, text, text, text, integer, boolean, integer, integer), cabinet.library_shelf(text, integer),
    cabinet.library_title(text, bigint), cabinet.library_copies(text, bigint), cabinet.library_history(text, bigint, integer),
    cabinet.library_remember(text, boolean), cabinet.library_card(text), cabinet.library_debts(text) from public;
grant execute on function
    cabinet.library_reader(text), cabinet.library_loans(text), cabinet.library_losses(text), cabinet.library_renew(text, uuid, bigint),
    cabinet.library_holds(text), cabinet.library_hold(text, bigint), cabinet.library_hold_drop(text, bigint),
    cabinet.library_hold_sleep(text, bigint, date),
    cabinet.library_search(text, text, text, text, integer, boolean, integer, integer), cabinet.library_shelf(text, integer),
    cabinet.library_title(text, bigint), cabinet.library_copies(text, bigint), cabinet.library_history(text, bigint, integer),
    cabinet.library_remember(text, boolean), cabinet.library_card(text), cabinet.library_debts(text) to kabinet_library;

commit;
