-- Deploy kabinet:api/librarian to pg
-- requires: api/staff
-- requires: api/gate
-- requires: tables/library

-- The library's desk: lending and taking back by barcode, kept copies, sets of textbooks, losses, labels. Whatever moves a copy is a
-- function of the schema library; here it is decided who may, and what a scan means. What stocktaking and the catalogue ask of the
-- same program is in api/catalogue.

begin;

call auth.add_program('librarian', 'The library''s desk', 'staff');
set local role kabinet_owner;

-- ---- what the functions share ------------------------------------------------------------------------------------------------

create function library.own_reader(p_visit auth.staff_visit, p_pupil bigint) returns school.pupil language plpgsql stable as $$
declare
    v_pupil school.pupil;
begin
    select p.* into v_pupil from school.pupil p where p.id = p_pupil and p.school_id = (p_visit).school_id;
    if v_pupil.id is null then
        raise exception 'no such reader' using errcode = 'KB404';
    end if;
    return v_pupil;
end $$;
comment on function library.own_reader is 'A pupil of the desk''s school, who may have left it with a book; else KB404';

create function library.own_copy(p_visit auth.staff_visit, p_copy bigint) returns library.copy language plpgsql stable as $$
declare
    v_copy library.copy;
begin
    select c.* into v_copy from library.copy c where c.id = p_copy and c.school_id = (p_visit).school_id;
    if v_copy.id is null then
        raise exception 'no such copy' using errcode = 'KB404';
    end if;
    return v_copy;
end $$;
comment on function library.own_copy is 'A copy of the desk''s library, else KB404';

create function library.own_title(p_visit auth.staff_visit, p_title bigint) returns library.title language plpgsql stable as $$
declare
    v_title library.title;
begin
    select t.* into v_title from library.title t where t.id = p_title and t.school_id = (p_visit).school_id;
    if v_title.id is null then
        raise exception 'no such title' using errcode = 'KB404';
    end if;
    return v_title;
end $$;
comment on function library.own_title is 'A title of the desk''s library, else KB404';

create function library.own_set(p_visit auth.staff_visit, p_set bigint) returns library.class_set language plpgsql stable as $$
declare
    v_set library.class_set;
begin
    select s.* into v_set from library.class_set s where s.id = p_set and s.school_id = (p_visit).school_id;
    if v_set.id is null then
        raise exception 'no such set' using errcode = 'KB404';
    end if;
    return v_set;
end $$;
comment on function library.own_set is 'A set of textbooks of the desk''s school, else KB404';

create function library.price_kop(p_copy library.copy) returns bigint language sql stable as $$
    select coalesce((p_copy).price_kop, (select t.price_kop from library.title t where t.id = (p_copy).title_id))
$$;
comment on function library.price_kop is 'What replacing a copy costs; NULL: nobody has written it down';

create function library.charged_kop(p_loan library.loan) returns bigint language sql stable as $$
    select -p.amount_kop from ledger.posting p
     where p.entry_id = (p_loan).entry_id and p.account_id = ledger.pupil_account((p_loan).pupil_id)
$$;
comment on function library.charged_kop is 'What was taken for a lost book; NULL: nothing';

create function library.note_money(p_visit auth.staff_visit, p_action text, p_loan bigint) returns void language sql as $$
    select auth.note_staff(p_visit, p_action, concat_ws(' ', p.idn, 'loan', p_loan))
      from library.loan l left join school.pupil p on p.id = l.pupil_id where l.id = p_loan
$$;
comment on function library.note_money is 'A line of the audit about what a reader owes, paid or got back for a book, found by his ИДН';

create function library.undoable(p_staff bigint) returns bigint language sql stable as $$
    select s.id
      from (select n.* from library.scan n
             where n.staff_id = p_staff and n.undone_at is null and n.outcome in ('lent', 'returned', 'renewed', 'found', 'mended')
             order by n.id desc limit 1) s
     where s.outcome in ('lent', 'returned') and s.at > now() - interval '10 min'
$$;
comment on function library.undoable is 'The scan that this person may undo: the last that did something, lending or taking back, of the last 10 minutes';

-- ---- scanning ----------------------------------------------------------------------------------------------------------------

create function library.act(p_visit auth.staff_visit, p_copy library.copy, p_act text, p_reader bigint, p_set library.class_set,
    out outcome text, out loan_id bigint, out pupil_id bigint, out words text) language plpgsql as $$
declare
    v_loan library.loan;
    v_set library.class_set := case when 'textbook' = (select t.kind from library.title t where t.id = (p_copy).title_id) then p_set end;
begin
    words := '';
    select l.* into v_loan from library.loan l where l.copy_id = (p_copy).id and l.returned_at is null;
    loan_id := v_loan.id;
    pupil_id := v_loan.pupil_id;
    if p_act = 'found' and (p_copy).state = 'lost' then
        outcome := 'found';
        if v_loan.id is null then
            perform library.mark((p_copy).id, 'in', (p_visit).staff_id, '');
        elsif library.find_again(v_loan.id, (p_visit).staff_id) is not null then
            perform library.note_money(p_visit, 'library-refund', v_loan.id);
        end if;
    elsif p_act = 'mend' and (p_copy).state = 'repair' then
        outcome := 'mended';
        perform library.mark((p_copy).id, 'in', (p_visit).staff_id, '');
    elsif p_act = 'renew' and (p_copy).state = 'out' then
        outcome := 'renewed';
        perform library.renew(v_loan.id, (p_visit).staff_id);
    elsif (p_copy).state = 'out' and (p_act in ('return', 'swap') or (p_act = '' and p_reader is null)) then
        outcome := 'returned';
        perform library.give_back((p_copy).id, (p_visit).staff_id);
    elsif (p_copy).state in ('in', 'kept') and p_reader is not null and p_act in ('', 'pickup') then
        outcome := 'lent';
        pupil_id := p_reader;
        loan_id := library.lend((p_copy).id, p_reader, (p_visit).staff_id, v_set.id, v_set.due_day);
    else
        outcome := case (p_copy).state when 'in' then 'shelf' when 'out' then case when v_loan.pupil_id = p_reader then 'his' else 'other' end
                        else (p_copy).state::text end;
    end if;
exception when sqlstate 'KB422' then
    outcome := 'refused';
    words := sqlerrm;
end $$;
comment on function library.act is
    'What a scanned copy, locked, does: with a reader open it is lent, without one taken back; else (its state, or p_act is for another) nothing, '
    'and the outcome tells how things are. Refusals are an outcome too';

create function staff.librarian_scan(p_token text, p_key uuid, p_find text, p_copy bigint, p_act text, p_reader bigint, p_set bigint)
returns table (outcome text, reader_id bigint, scan_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_copy library.copy;
    v_set library.class_set;
    -- What somebody else has is taken back first and lent then.
    v_acts text[] := case p_act when 'swap' then array['swap', ''] else array[p_act] end;
    v_act text;
    v_did record;
    v_pupil bigint;
begin
    reader_id := (case when p_reader is not null then library.own_reader(v_visit, p_reader) end).id;
    v_set := case when p_set is not null then library.own_set(v_visit, p_set) end;
    if p_copy is not null then
        v_copy := library.own_copy(v_visit, p_copy);
        if p_act = 'pickup' then
            reader_id := (select h.pupil_id from library.hold h where h.copy_id = p_copy and h.state = 'kept');
        end if;
    else
        select c.* into v_copy from library.copy c where c.school_id = v_visit.school_id and c.barcode = gate.typed(p_find);
    end if;
    if v_copy.id is null then
        select f.outcome, f.pupil_id into outcome, v_pupil from gate.find_pupil(v_visit, p_find) f;
        -- Thirteen digits alone: ten of them may be an account, which comes into no address.
        if outcome = 'unknown' and gate.typed(p_find) ~ '^97[89][0-9]{10}$' then
            outcome := 'isbn';
        elsif outcome = 'one' then
            reader_id := v_pupil;
            perform auth.note_staff(v_visit, 'library-reader', p.idn) from school.pupil p where p.id = v_pupil;
        end if;
        return next;
        return;
    end if;
    -- A key is spent for one copy: a page that comes back by the browser's button may still serve another.
    if not site.once(format('staff %s library-scan %s', v_visit.staff_id, v_copy.id), p_key, format('%s|%s|%s', p_act, p_reader, p_set)) then
        select s.outcome, s.id into outcome, scan_id from library.scan s
         where s.staff_id = v_visit.staff_id and s.key = p_key and s.copy_id = v_copy.id order by s.id desc limit 1;
        return next;
        return;
    end if;
    -- Only now is it certain where the copy is: whoever else has scanned it waits here, or was first and is done.
    foreach v_act in array v_acts loop
        v_copy := library.lock_copy(v_copy.id);
        select a.* into v_did from library.act(v_visit, v_copy, v_act, reader_id, v_set) a;
        insert into library.scan (staff_id, key, outcome, copy_id, loan_id, pupil_id, words)
        values (v_visit.staff_id, p_key, v_did.outcome, v_copy.id, v_did.loan_id, v_did.pupil_id, v_did.words) returning id into scan_id;
        outcome := v_did.outcome;
        exit when outcome <> 'returned';
    end loop;
    return next;
end $$;
comment on function staff.librarian_scan is
    'One Enter at the desk. p_find (or p_copy) is a copy: see library.act(); swap: taken back from whoever has it and lent to p_reader; pickup: lent to whom it is kept for. Else it is a '
    'reader: one (now open), or what gate.find_pupil() says. scan_id: the scan that staff.librarian_scanned() tells of';

create function staff.librarian_scanned(p_token text, p_scan bigint)
returns table (scan_id bigint, outcome text, words text, copy_id bigint, barcode text, title text, authors text, shelf text, condition text,
               pupil_id bigint, name text, class_name text, due_day date, days_late integer, kept_for text, kept_class text, kept_till date,
               price_kop bigint, charged_kop bigint, refunded_kop bigint, is_undone boolean, may_undo boolean, may_spoil boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select s.id, s.outcome, s.words, c.id, c.barcode::text, t.title, t.authors, t.shelf, c.condition,
           s.pupil_id, people.pupil_name(s.pupil_id), coalesce(k.name, ''), l.due_day,
           greatest(coalesce(timezone(v_visit.time_zone, l.returned_at)::date, v_day) - l.due_day, 0),
           people.pupil_name(h.pupil_id), coalesce(hk.name, ''), h.kept_till, library.price_kop(c),
           case when l.entry_id is not null and l.refund_id is null then library.charged_kop(l) end,
           case when l.refund_id is not null then library.charged_kop(l) end, s.undone_at is not null,
           s.id is not distinct from library.undoable(v_visit.staff_id), s.outcome = 'returned' and s.undone_at is null and library.settled(l)
      from library.scan s
      join library.copy c on c.id = s.copy_id
      join library.title t on t.id = c.title_id
      left join library.loan l on l.id = s.loan_id
      left join school.pupil p on p.id = s.pupil_id
      left join school.class k on k.id = p.class_id
      left join library.hold h on h.copy_id = c.id and h.state = 'kept'
      left join school.pupil hp on hp.id = h.pupil_id
      left join school.class hk on hk.id = hp.class_id
     where s.id = p_scan and s.staff_id = v_visit.staff_id;
end $$;
comment on function staff.librarian_scanned is
    'What this person scanned and what came of it, for the large words; no row for anybody else''s. name: who has or had the copy; kept_for: who '
    'it waits for now';

create function staff.librarian_scans(p_token text)
returns table (scan_id bigint, at timestamp, outcome text, copy_id bigint, barcode text, title text, name text, class_name text, is_undone boolean,
               may_undo boolean)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select s.id, timezone(v_visit.time_zone, s.at), s.outcome, c.id, c.barcode::text, t.title, people.pupil_name(s.pupil_id), coalesce(k.name, ''),
           s.undone_at is not null, s.id is not distinct from u.scan_id
      from library.scan s
      join library.copy c on c.id = s.copy_id
      join library.title t on t.id = c.title_id
      left join school.pupil p on p.id = s.pupil_id
      left join school.class k on k.id = p.class_id
      cross join library.undoable(v_visit.staff_id) u(scan_id)
     where s.staff_id = v_visit.staff_id
       and (s.id = u.scan_id or s.id in (select o.id from library.scan o where o.staff_id = v_visit.staff_id order by o.id desc limit 8))
     order by s.id desc;
end $$;
comment on function staff.librarian_scans is 'The last that this person scanned, newest first, and what may still be undone';

create function staff.librarian_undo(p_token text, p_scan bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_scan library.scan;
begin
    select s.* into v_scan from library.scan s where s.id = p_scan and s.staff_id = v_visit.staff_id for update;
    if v_scan.id is null then
        raise exception 'no such scan' using errcode = 'KB404';
    elsif v_scan.undone_at is not null then
        return;
    elsif v_scan.id is distinct from library.undoable(v_visit.staff_id) then
        raise exception 'Отменить можно только последнее действие и не позже чем через 10 минут.' using errcode = 'KB422';
    end if;
    if v_scan.outcome = 'lent' then
        perform library.undo_lend(v_scan.loan_id, v_visit.staff_id);
    else
        perform library.undo_return(v_scan.loan_id, v_scan.pupil_id, v_visit.staff_id);
    end if;
    update library.scan s set undone_at = clock_timestamp() where s.id = p_scan;
end $$;
comment on function staff.librarian_undo is 'Takes back the last thing that this person did, once: library.undo_lend, undo_return. Undone already: nothing';

create function staff.librarian_spoil(p_token text, p_scan bigint, p_note text, p_repair boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_loan bigint;
begin
    select s.loan_id into v_loan from library.scan s
     where s.id = p_scan and s.staff_id = v_visit.staff_id and s.outcome = 'returned' and s.undone_at is null;
    if v_loan is null then
        raise exception 'no such return' using errcode = 'KB404';
    end if;
    perform library.spoil(v_loan, v_visit.staff_id, p_note, p_repair);
end $$;
comment on function staff.librarian_spoil is 'What was just returned is not as it was: library.spoil()';

-- ---- readers -----------------------------------------------------------------------------------------------------------------

create function staff.librarian_named(p_token text, p_name text, p_limit integer)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text, account text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query select n.*, p.account::text from gate.pupils_named(v_visit, p_name, p_limit) n join school.pupil p on p.id = n.pupil_id;
end $$;
comment on function staff.librarian_named is 'Pupils of the school whose surname (and name) begins so';

create function staff.librarian_reader(p_token text, p_pupil bigint)
returns table (pupil_id bigint, name text, initials text, face integer, class_id bigint, class_name text, account text, idn text, books bigint,
               textbooks bigint, max_loans integer, overdue bigint, debts bigint, debt_kop bigint, renewable bigint, kept bigint, blocked text, has_left boolean,
               keeps_history boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_pupil school.pupil := library.own_reader(v_visit, p_pupil);
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select p_pupil, n.name, gate.initials(n.name), (p_pupil % 6)::integer, v_pupil.class_id, coalesce(k.name, ''), v_pupil.account::text,
           v_pupil.idn::text, l.books, l.textbooks, y.max_loans::integer, l.overdue, l.debts, l.debt_kop, l.renewable,
           (select count(*) from library.hold h where h.pupil_id = p_pupil and h.state = 'kept'),
           case when v_pupil.state <> 'active' then 'Ученик выбыл из школы: ничего не выдаётся, только принимается.'
                when l.debts > 0 then 'Утерянная книга не оплачена, не заменена и не нашлась: выдаются только учебники.'
                when l.books >= y.max_loans then format('На руках уже %s: это предел.', y.max_loans) else '' end,
           v_pupil.state <> 'active', coalesce((select r.keeps_history from library.reader r where r.pupil_id = p_pupil), true)
      from library.policy y
      cross join people.pupil_name(p_pupil) n(name)
      left join school.class k on k.id = v_pupil.class_id
      cross join lateral (
           select count(*) filter (where l.lost_at is null and t.kind <> 'textbook') as books,
                  count(*) filter (where l.lost_at is null and t.kind = 'textbook') as textbooks,
                  count(*) filter (where l.lost_at is null and l.due_day < v_day) as overdue,
                  count(*) filter (where l.lost_at is not null and l.entry_id is null) as debts,
                  coalesce(sum(library.price_kop(c)) filter (where l.lost_at is not null and l.entry_id is null), 0)::bigint as debt_kop,
                  count(*) filter (where l.lost_at is null and library.why_not_renewed(l, y) = '') as renewable
             from library.loan l join library.title t on t.id = l.title_id join library.copy c on c.id = l.copy_id
            where l.pupil_id = p_pupil and l.returned_at is null) l
     where y.school_id = v_visit.school_id;
end $$;
comment on function staff.librarian_reader is
    'A reader at the desk: what he has, owes, may have. blocked: why nothing (or only textbooks) may be lent, empty when all may';

create function staff.librarian_loans(p_token text, p_pupil bigint)
returns table (loan_id bigint, copy_id bigint, title text, authors text, barcode text, is_textbook boolean, lent_day date, due_day date,
               days_late integer, renewals integer, may_renew boolean, is_lost boolean, is_charged boolean, price_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    perform library.own_reader(v_visit, p_pupil);
    return query
    select l.id, c.id, t.title, t.authors, c.barcode::text, t.kind = 'textbook', timezone(v_visit.time_zone, l.lent_at)::date, l.due_day,
           case when l.lost_at is null then greatest(v_day - l.due_day, 0) else 0 end, l.renewals::integer,
           l.lost_at is null and library.why_not_renewed(l, y) = '',
           l.lost_at is not null, l.entry_id is not null, library.price_kop(c)
      from library.loan l
      join library.copy c on c.id = l.copy_id
      join library.title t on t.id = l.title_id
      join library.policy y on y.school_id = v_visit.school_id
     where l.pupil_id = p_pupil and l.returned_at is null
     order by l.lost_at is null, t.kind = 'textbook', l.due_day, t.title, l.id
     limit 100;
end $$;
comment on function staff.librarian_loans is 'What a reader has: what was lost first, books before textbooks, what is due first';

create function staff.librarian_holds(p_token text, p_pupil bigint)
returns table (hold_id bigint, title_id bigint, title text, authors text, state text, place bigint, asleep_till date, copy_id bigint, barcode text,
               kept_till date)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_reader(v_visit, p_pupil);
    return query
    select h.id, t.id, t.title, t.authors, h.state::text,
           (select count(*) from library.hold o where o.title_id = h.title_id and o.state = 'waiting' and o.id <= h.id), h.asleep_till,
           h.copy_id, coalesce(c.barcode::text, ''), h.kept_till
      from library.hold h
      join library.title t on t.id = h.title_id
      left join library.copy c on c.id = h.copy_id
     where h.pupil_id = p_pupil and h.state in ('waiting', 'kept')
     order by h.state desc, h.id
     limit 50;
end $$;
comment on function staff.librarian_holds is 'Where a reader stands in queues, and what waits for him';

create function staff.librarian_today(p_token text)
returns table (today date, lent_today bigint, returned_today bigint, out_now bigint, overdue bigint, kept bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
    v_from timestamptz := timezone(v_visit.time_zone, v_day::timestamp);
begin
    return query
    select v_day, s.lent, s.returned, l.out_now, l.overdue,
           (select count(*) from library.hold h where h.school_id = v_visit.school_id and h.state = 'kept')
      from (select count(*) filter (where n.outcome = 'lent') as lent, count(*) filter (where n.outcome = 'returned') as returned
              from library.scan n join auth.staff f on f.id = n.staff_id
             where n.at >= v_from and f.school_id = v_visit.school_id and n.undone_at is null) s,
           (select count(*) as out_now, count(*) filter (where o.due_day < v_day) as overdue
              from library.loan o join library.copy c on c.id = o.copy_id
             where o.returned_at is null and o.lost_at is null and c.school_id = v_visit.school_id) l;
end $$;
comment on function staff.librarian_today is 'One row of figures of the day: lent, returned, out, overdue, kept copies';

create function staff.librarian_history(p_token text, p_pupil bigint, p_before bigint, p_limit integer)
returns table (loan_id bigint, title text, authors text, lent_day date, returned_day date, days_late integer, condition_in text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_reader(v_visit, p_pupil);
    return query
    select l.id, t.title, t.authors, timezone(v_visit.time_zone, l.lent_at)::date, r.day, greatest(r.day - l.due_day, 0), l.condition_in
      from library.loan l
      join library.title t on t.id = l.title_id
      cross join lateral (select timezone(v_visit.time_zone, l.returned_at)::date as day) r
     where l.pupil_id = p_pupil and l.returned_at is not null and l.id < coalesce(p_before, 9223372036854775807)
       -- A charged loan stays with its reader for the money's sake: of who wants nothing remembered it is not shown as read.
       and (l.entry_id is null or not exists (select from library.reader r where r.pupil_id = p_pupil and not r.keeps_history))
     order by l.id desc
     limit least(p_limit, 100);
end $$;
comment on function staff.librarian_history is 'What a reader has read, as far as he lets the library remember it, newest first';

create function staff.librarian_classes(p_token text)
returns table (class_id bigint, name text, grade integer, pupils bigint, books bigint, textbooks bigint, overdue bigint, debts bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select k.id, k.name, k.grade::integer, count(distinct p.id),
           count(l.id) filter (where l.lost_at is null and t.kind <> 'textbook'), count(l.id) filter (where l.lost_at is null and t.kind = 'textbook'),
           count(l.id) filter (where l.lost_at is null and l.due_day < v_day), count(l.id) filter (where l.lost_at is not null and l.entry_id is null)
      from school.class k
      join school.year y on y.id = k.year_id and v_day between y.first_day and y.last_day
      left join school.pupil p on p.class_id = k.id and p.state = 'active'
      left join library.loan l on l.pupil_id = p.id and l.returned_at is null
      left join library.title t on t.id = l.title_id
     where k.school_id = v_visit.school_id
     group by k.id
     order by k.grade, k.letter;
end $$;
comment on function staff.librarian_classes is 'Classes of this year and what they have of the library';

create function staff.librarian_readers(p_token text, p_class bigint)
returns table (pupil_id bigint, name text, initials text, face integer, books bigint, textbooks bigint, overdue bigint, debts bigint, kept bigint)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select p.id, n.name, gate.initials(n.name), (p.id % 6)::integer, l.books, l.textbooks, l.overdue, l.debts,
           (select count(*) from library.hold h where h.pupil_id = p.id and h.state = 'kept')
      from school.pupil p
      cross join people.pupil_name(p.id) n(name)
      cross join lateral (
           select count(*) filter (where o.lost_at is null and t.kind <> 'textbook') as books,
                  count(*) filter (where o.lost_at is null and t.kind = 'textbook') as textbooks,
                  count(*) filter (where o.lost_at is null and o.due_day < v_day) as overdue,
                  count(*) filter (where o.lost_at is not null and o.entry_id is null) as debts
             from library.loan o join library.title t on t.id = o.title_id
            where o.pupil_id = p.id and o.returned_at is null) l
     where p.class_id = p_class and p.school_id = v_visit.school_id and p.state = 'active'
     order by n.name, p.id
     limit 100;
end $$;
comment on function staff.librarian_readers is 'A class as readers; no row for another school''s';

-- ---- queues ------------------------------------------------------------------------------------------------------------------

create function staff.librarian_kept(p_token text)
returns table (hold_id bigint, kept_till date, is_late boolean, pupil_id bigint, name text, class_name text, copy_id bigint, barcode text, title_id bigint,
               title text, authors text, waiting bigint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select h.id, h.kept_till, h.kept_till < library.today(v_visit.school_id), h.pupil_id, people.pupil_name(h.pupil_id), coalesce(k.name, ''),
           c.id, c.barcode::text, t.id, t.title, t.authors, (select count(*) from library.hold o where o.title_id = t.id and o.state = 'waiting')
      from library.hold h
      join library.copy c on c.id = h.copy_id
      join library.title t on t.id = h.title_id
      join school.pupil p on p.id = h.pupil_id
      left join school.class k on k.id = p.class_id
     where h.school_id = v_visit.school_id and h.state = 'kept'
     order by h.kept_till, h.id
     limit 200;
end $$;
comment on function staff.librarian_kept is 'The shelf of kept copies, who must come soonest first';

create function staff.librarian_queues(p_token text)
returns table (title_id bigint, title text, authors text, waiting bigint, copies bigint, next_due date, is_past boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select t.id, t.title, t.authors, q.waiting, (select count(*) from library.copy c where c.title_id = t.id and c.state not in ('lost', 'gone')),
           d.next_due, coalesce(d.next_due < library.today(v_visit.school_id), false)
      from (select h.title_id, count(*) as waiting from library.hold h
             where h.school_id = v_visit.school_id and h.state = 'waiting' group by h.title_id) q
      join library.title t on t.id = q.title_id
      cross join lateral (select min(l.due_day) as next_due from library.loan l
                           where l.title_id = t.id and l.returned_at is null and l.lost_at is null) d
     order by q.waiting desc, t.title, t.id
     limit 200;
end $$;
comment on function staff.librarian_queues is 'Titles that somebody waits for, the longest queues first; next_due: when a copy is to come back; is_past: or was';

create function staff.librarian_title(p_token text, p_title bigint)
returns table (title_id bigint, book text, authors text, shelf text, copies bigint, free bigint, out_now bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_title library.title := library.own_title(v_visit, p_title);
begin
    return query
    select p_title, v_title.title, v_title.authors, v_title.shelf, count(*) filter (where c.state not in ('lost', 'gone')),
           count(*) filter (where c.state = 'in'), count(*) filter (where c.state = 'out')
      from library.copy c where c.title_id = p_title;
end $$;
comment on function staff.librarian_title is 'A title of the library and where its copies are; else KB404';

create function staff.librarian_queue(p_token text, p_title bigint)
returns table (hold_id bigint, state text, pupil_id bigint, name text, class_name text, asked_day date, asleep_till date, kept_till date, barcode text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_title(v_visit, p_title);
    return query
    select h.id, h.state::text, h.pupil_id, people.pupil_name(h.pupil_id), coalesce(k.name, ''), timezone(v_visit.time_zone, h.asked_at)::date,
           case when h.asleep_till > library.today(v_visit.school_id) then h.asleep_till end, h.kept_till, coalesce(c.barcode::text, '')
      from library.hold h
      join school.pupil p on p.id = h.pupil_id
      left join school.class k on k.id = p.class_id
      left join library.copy c on c.id = h.copy_id
     where h.title_id = p_title and h.state in ('waiting', 'kept')
     order by h.state desc, h.id
     limit 200;
end $$;
comment on function staff.librarian_queue is 'Who waits for a title: for whom a copy is kept, then the queue in its order';

create function staff.librarian_drop(p_token text, p_hold bigint) returns table (title_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    select h.title_id into title_id from library.hold h where h.id = p_hold and h.school_id = v_visit.school_id;
    if title_id is null then
        raise exception 'no such place' using errcode = 'KB404';
    end if;
    if library.drop_hold(p_hold, 'dropped', library.today(v_visit.school_id)) then
        perform auth.note_staff(v_visit, 'library-drop', 'hold ' || p_hold);
    end if;
    return next;
end $$;
comment on function staff.librarian_drop is 'Takes a reader out of a queue; a copy kept for him goes to the next one. Ended already: nothing';

-- ---- copies: lost, found, mended, written off --------------------------------------------------------------------------------

create function staff.librarian_copy(p_token text, p_copy bigint)
returns table (copy_id bigint, title_id bigint, book text, authors text, is_textbook boolean, shelf text, barcode text, state text, condition text,
               price_kop bigint, acquired_on date, loan_id bigint, pupil_id bigint, name text, class_name text, lent_day date, due_day date, days_late integer,
               lost_day date, charged_kop bigint, is_payable boolean, kept_for text, kept_class text, kept_till date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_copy library.copy := library.own_copy(v_visit, p_copy);
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select v_copy.id, t.id, t.title, t.authors, t.kind = 'textbook', t.shelf, v_copy.barcode::text, v_copy.state::text, v_copy.condition,
           library.price_kop(v_copy), v_copy.acquired_on, l.id, l.pupil_id, people.pupil_name(l.pupil_id), coalesce(k.name, ''),
           timezone(v_visit.time_zone, l.lent_at)::date, l.due_day, greatest(v_day - l.due_day, 0), timezone(v_visit.time_zone, l.lost_at)::date,
           library.charged_kop(l), ledger.free_kop(ledger.pupil_account(l.pupil_id), v_day) >= library.price_kop(v_copy),
           people.pupil_name(h.pupil_id), coalesce(hk.name, ''), h.kept_till
      from library.title t
      left join library.loan l on l.copy_id = v_copy.id and l.returned_at is null
      left join school.pupil p on p.id = l.pupil_id
      left join school.class k on k.id = p.class_id
      left join library.hold h on h.copy_id = v_copy.id and h.state = 'kept'
      left join school.pupil hp on hp.id = h.pupil_id
      left join school.class hk on hk.id = hp.class_id
     where t.id = v_copy.title_id;
end $$;
comment on function staff.librarian_copy is
    'A copy, where it is and who has it. is_payable: the reader''s account holds the price now; how much there is, a librarian need not see';

create function staff.librarian_events(p_token text, p_copy bigint)
returns table (at timestamp, kind text, note text, by_name text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_copy(v_visit, p_copy);
    return query
    select timezone(v_visit.time_zone, e.at), e.kind::text, e.note, coalesce(people.staff_name(e.staff_id), '')
      from library.event e where e.copy_id = p_copy
     order by e.id desc limit 40;
end $$;
comment on function staff.librarian_events is 'What happened to a copy, newest first; never who had it';

create function library.as_shown(p_copy bigint, p_loan bigint) returns library.copy language plpgsql as $$
declare
    v_copy library.copy := library.lock_copy(p_copy);
begin
    if p_loan is distinct from (select l.id from library.loan l where l.copy_id = p_copy and l.returned_at is null) then
        perform library.refuse('again', 'Пока вы смотрели, книга сменила читателя. Проверьте ещё раз.');
    end if;
    return v_copy;
end $$;
comment on function library.as_shown is
    'The copy, its title locked, when p_loan is its loan as the page had it (NULL: nobody''s); KB422 again: it has gone to another reader since';

create function staff.librarian_lose(p_token text, p_key uuid, p_copy bigint, p_loan bigint, p_price_kop bigint, p_charge boolean)
returns table (outcome text, words text)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_copy library.copy := library.own_copy(v_visit, p_copy);
    v_hint text;
begin
    if site.once('staff ' || v_visit.staff_id || ' library-lose', p_key, format('%s|%s|%s|%s', p_copy, p_loan, p_price_kop, p_charge)) then
        v_copy := library.as_shown(p_copy, p_loan);
        if p_loan is null then
            perform library.refuse('again', 'Эта книга ни за кем не записана.');
        elsif p_charge and p_price_kop is distinct from library.price_kop(v_copy) then
            perform library.refuse('again', 'Пока вы смотрели, цена книги изменилась. Проверьте ещё раз.');
        end if;
        begin
            perform library.lose(p_loan, v_visit.staff_id, p_charge);
        exception when sqlstate 'KB422' then
            get stacked diagnostics v_hint = pg_exception_hint;
            if v_hint is distinct from 'no_money' then
                raise;
            end if;
            words := sqlerrm;
            perform library.lose(p_loan, v_visit.staff_id, false);
        end;
        perform library.note_money(v_visit, 'library-lose', p_loan);
    end if;
    select case when l.entry_id is not null then 'charged' else 'owed' end into outcome
      from library.loan l where l.id = p_loan and l.copy_id = p_copy;
    return next;
end $$;
comment on function staff.librarian_lose is
    'A reader has lost a copy: the loan and the price (kopecks, NULL: none is known) as they were shown, else KB422 again. p_charge: the price is '
    'taken from his account; where there is no money it stays a debt (owed, words: why)';

create function staff.librarian_mark(p_token text, p_key uuid, p_copy bigint, p_loan bigint, p_what text, p_note text)
returns table (refunded_kop bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_copy library.copy := library.own_copy(v_visit, p_copy);
begin
    if site.once('staff ' || v_visit.staff_id || ' library-mark', p_key, format('%s|%s|%s|%s', p_copy, p_loan, p_what, p_note)) then
        v_copy := library.as_shown(p_copy, p_loan);
        if p_what = 'found' and p_loan is not null then
            if library.find_again(p_loan, v_visit.staff_id) is not null then
                perform library.note_money(v_visit, 'library-refund', p_loan);
            end if;
        else
            if p_what = 'gone' and exists (select from library.loan l where l.id = p_loan and l.lost_at is not null and l.entry_id is null) then
                perform library.note_money(v_visit, 'library-forgive', p_loan);
            end if;
            perform library.mark(p_copy, (case p_what when 'repair' then 'repair' when 'gone' then 'gone' when 'missing' then 'lost' else 'in' end)::library.copy_state,
                v_visit.staff_id, p_note);
        end if;
        perform auth.note_staff(v_visit, 'library-' || p_what, v_copy.barcode);
    end if;
    if p_what = 'found' then
        select library.charged_kop(l) into refunded_kop from library.loan l where l.id = p_loan and l.copy_id = p_copy and l.refund_id is not null;
    end if;
    return next;
end $$;
comment on function staff.librarian_mark is
    'repair, mend, found (a charge is refunded: how much), missing (lost, by nobody), gone (written off; p_note: the act and the reason). p_loan: '
    'the copy''s loan as it was shown (NULL: nobody''s), else KB422 again';

-- ---- sets of textbooks -------------------------------------------------------------------------------------------------------

create function staff.librarian_sets(p_token text)
returns table (set_id bigint, class_name text, day date, due_day date, titles bigint, lent bigint, out_now bigint, lost bigint, is_over boolean)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select s.id, k.name, timezone(v_visit.time_zone, s.at)::date, s.due_day, l.titles, l.lent, l.out_now, l.lost, s.due_day < v_day and l.out_now > 0
      from library.class_set s
      join school.class k on k.id = s.class_id
      cross join lateral (
           select count(distinct o.title_id) as titles, count(*) as lent, count(*) filter (where o.returned_at is null and o.lost_at is null) as out_now,
                  count(*) filter (where o.returned_at is null and o.lost_at is not null) as lost
             from library.loan o where o.set_id = s.id) l
     where s.school_id = v_visit.school_id and (l.out_now > 0 or s.at > now() - interval '1 year')
     order by l.out_now = 0, k.grade, k.letter, s.id desc
     limit 100;
end $$;
comment on function staff.librarian_sets is 'Sets of textbooks that classes have, then those of the last year that are back';

create function library.is_offered(p_title library.title) returns boolean language sql stable as $$
    select (p_title).kind = 'textbook'
           and exists (select from library.copy c where c.title_id = (p_title).id and c.state not in ('lost', 'gone'))
$$;
comment on function library.is_offered is 'A textbook that the library still has';

create function staff.librarian_textbooks(p_token text, p_class bigint)
returns table (title_id bigint, title text, authors text, subject text, free bigint, need bigint, short bigint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select t.id, t.title, t.authors, t.subject, f.free, n.need, greatest(n.need - f.free, 0)
      from school.class k
      join library.title t on t.school_id = k.school_id and t.grade = k.grade
      cross join lateral (select count(*) as free from library.copy c where c.title_id = t.id and c.state = 'in') f
      cross join lateral (
           select count(*) as need from school.pupil p
            where p.class_id = k.id and p.state = 'active'
              and not exists (select from library.loan l where l.pupil_id = p.id and l.title_id = t.id and l.returned_at is null and l.lost_at is null)) n
     where k.id = p_class and k.school_id = v_visit.school_id
       and library.is_offered(t)
     order by t.subject, t.title, t.id
     limit 40;
end $$;
comment on function staff.librarian_textbooks is 'Textbooks for the grade of a class that the library has: how many are free, how many pupils are without, how many are short';

create function library.set_plan(p_class bigint, p_titles bigint[])
returns table (pupil_id bigint, name text, title_id bigint, copy_id bigint, barcode text, has_it boolean) language sql stable rows 200 as $$
    with pupil as (
        select p.id, n.name from school.pupil p cross join people.pupil_name(p.id) n(name) where p.class_id = p_class and p.state = 'active'),
    want as (
        select p.id as pupil_id, p.name, t.id as title_id, l.copy_id as has_id,
               row_number() over (partition by t.id, l.copy_id is null order by p.name, p.id) as n
          from pupil p
          cross join unnest(p_titles) t(id)
          left join library.loan l on l.pupil_id = p.id and l.title_id = t.id and l.returned_at is null and l.lost_at is null),
    free as (
        select c.id, c.title_id, row_number() over (partition by c.title_id order by c.barcode) as n
          from library.copy c where c.title_id = any (p_titles) and c.state = 'in')
    select w.pupil_id, w.name, w.title_id, coalesce(w.has_id, f.id), coalesce(c.barcode::text, ''), w.has_id is not null
      from want w
      left join free f on f.title_id = w.title_id and f.n = w.n and w.has_id is null
      left join library.copy c on c.id = coalesce(w.has_id, f.id)
     order by w.name, w.pupil_id, w.title_id
$$;
comment on function library.set_plan is
    'Who of a class gets which copy of these textbooks: free ones in the order of barcodes to those without, by name. copy_id NULL: none is left; '
    'has_it: he has that one already';

create function library.plan_stamp(p_class bigint, p_titles bigint[]) returns text language sql stable as $$
    select md5(coalesce(string_agg(p.pupil_id || ':' || p.copy_id, ',' order by p.pupil_id, p.copy_id), ''))
      from library.set_plan(p_class, p_titles) p where p.copy_id is not null and not p.has_it
$$;
comment on function library.plan_stamp is 'What a plan says, in short: what is done must be what was shown';

create function library.check_titles(p_visit auth.staff_visit, p_class bigint, p_titles bigint[]) returns bigint[] language plpgsql stable as $$
declare
    v_titles bigint[] := array(select t.id from library.title t join school.class k on k.id = p_class and t.grade = k.grade
                                where t.id = any (p_titles) and t.school_id = (p_visit).school_id and library.is_offered(t) order by t.id);
begin
    if cardinality(v_titles) <> cardinality(p_titles)
       or not exists (select from school.class k where k.id = p_class and k.school_id = (p_visit).school_id) then
        raise exception 'no such class or textbook' using errcode = 'KB404';
    end if;
    return v_titles;
end $$;
comment on function library.check_titles is
    'Textbooks that a class of the desk''s school is offered, in the order they are locked in; KB404 when one of them, or the class, is not there';

create function staff.librarian_plan(p_token text, p_class bigint, p_titles bigint[])
returns table (pupil_id bigint, name text, n integer, barcode text, has_it boolean, stamp text, due_day date)
language plpgsql stable security definer rows 200 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_titles bigint[] := library.check_titles(v_visit, p_class, p_titles);
begin
    return query
    select p.pupil_id, p.name, array_position(v_titles, p.title_id), p.barcode, p.has_it, s.stamp,
           library.year_ends(v_visit.school_id, library.today(v_visit.school_id))
      from library.set_plan(p_class, v_titles) p cross join library.plan_stamp(p_class, v_titles) s(stamp);
end $$;
comment on function staff.librarian_plan is 'library.set_plan() to be looked at; n: the textbook''s number among staff.librarian_chosen()';

create function staff.librarian_chosen(p_token text, p_class bigint, p_titles bigint[])
returns table (n bigint, title_id bigint, title text, authors text, need bigint, short bigint)
language plpgsql stable security definer rows 10 as $$
begin
    return query
    select row_number() over (order by t.title_id), t.title_id, t.title, t.authors, t.need, t.short
      from staff.librarian_textbooks(p_token, p_class) t where t.title_id = any (p_titles)
     order by 1;
end $$;
comment on function staff.librarian_chosen is 'The textbooks of a plan with their numbers';

create function library.set_new(p_visit auth.staff_visit, p_class bigint) returns bigint language plpgsql as $$
declare
    v_due date := library.year_ends((p_visit).school_id, library.today((p_visit).school_id));
    v_set bigint;
begin
    if v_due is null then
        perform library.refuse('unknown', 'Учебный год ещё не заведён: неизвестно, до какого дня выдавать.');
    end if;
    insert into library.class_set (school_id, class_id, due_day, staff_id)
    values ((p_visit).school_id, p_class, v_due, (p_visit).staff_id) returning id into v_set;
    perform auth.note_staff(p_visit, 'library-set', 'set ' || v_set);
    return v_set;
end $$;
comment on function library.set_new is 'A set for a class, empty yet, until the end of the year';

create function staff.librarian_issue(p_token text, p_key uuid, p_class bigint, p_titles bigint[], p_stamp text) returns table (set_id bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_titles bigint[] := library.check_titles(v_visit, p_class, p_titles);
    v_count integer;
begin
    if not site.once('staff ' || v_visit.staff_id || ' library-set', p_key, format('%s|%s|%s', p_class, v_titles, p_stamp)) then
        select max(s.id) into set_id from library.class_set s where s.class_id = p_class and s.staff_id = v_visit.staff_id;
        return next;
        return;
    end if;
    perform library.lock_title(t.id) from unnest(v_titles) with ordinality t(id, n) order by t.n;
    if p_stamp <> '' and p_stamp <> library.plan_stamp(p_class, v_titles) then
        perform library.refuse('again', 'Пока вы смотрели, кто-то получил или сдал учебники. Вот как теперь: проверьте ещё раз.');
    end if;
    set_id := library.set_new(v_visit, p_class);
    select count(library.lend(p.copy_id, p.pupil_id, v_visit.staff_id, set_id, (select s.due_day from library.class_set s where s.id = set_id)))
      into v_count
      from library.set_plan(p_class, v_titles) p where p.copy_id is not null and not p.has_it;
    if v_count = 0 and cardinality(v_titles) > 0 then
        perform library.refuse('unknown', 'Выдавать нечего: у всех учебники есть, или не осталось ни одного.');
    end if;
    return next;
end $$;
comment on function staff.librarian_issue is
    'Issues a set as it was shown (p_stamp). Without textbooks: an empty set, to be filled by scanning. Answers its id';

create function staff.librarian_set(p_token text, p_set bigint)
returns table (set_id bigint, class_id bigint, class_name text, day date, due_day date, by_name text, lent bigint, out_now bigint, lost bigint, is_over boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_set library.class_set := library.own_set(v_visit, p_set);
begin
    return query
    select v_set.id, k.id, k.name, timezone(v_visit.time_zone, v_set.at)::date, v_set.due_day, people.staff_name(v_set.staff_id), count(l.id),
           count(l.id) filter (where l.returned_at is null and l.lost_at is null), count(l.id) filter (where l.returned_at is null and l.lost_at is not null),
           v_set.due_day < library.today(v_visit.school_id)
      from school.class k left join library.loan l on l.set_id = v_set.id
     where k.id = v_set.class_id
     group by k.id;
end $$;
comment on function staff.librarian_set is 'A set and how much of it is back; KB404 for another school''s';

create function staff.librarian_set_titles(p_token text, p_set bigint)
returns table (n bigint, title text, authors text, lent bigint, out_now bigint, lost bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_set(v_visit, p_set);
    return query
    select row_number() over (order by t.id), t.title, t.authors, count(*), count(*) filter (where l.returned_at is null and l.lost_at is null),
           count(*) filter (where l.returned_at is null and l.lost_at is not null)
      from library.loan l join library.title t on t.id = l.title_id
     where l.set_id = p_set
     group by t.id
     order by 1;
end $$;
comment on function staff.librarian_set_titles is 'What is in a set, numbered';

create function staff.librarian_set_pupils(p_token text, p_set bigint)
returns table (pupil_id bigint, name text, lent bigint, out_now bigint, n bigint, barcode text, is_lost boolean)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_set library.class_set := library.own_set(v_visit, p_set);
begin
    return query
    with number as (
        select l.title_id, row_number() over (order by l.title_id) as n from library.loan l where l.set_id = p_set group by l.title_id),
    held as (
        select l.pupil_id, l.title_id, c.barcode::text, l.lost_at is not null as is_lost
          from library.loan l join library.copy c on c.id = l.copy_id
         where l.set_id = p_set and l.returned_at is null),
    pupil as (
        select p.id from school.pupil p where p.class_id = v_set.class_id and p.state = 'active'
        union
        select h.pupil_id from held h)
    select p.id, w.name, (select count(*) from library.loan l where l.set_id = p_set and l.pupil_id = p.id),
           count(h.title_id) filter (where not h.is_lost) over (partition by p.id), coalesce(m.n, 0), coalesce(h.barcode, ''), coalesce(h.is_lost, false)
      from pupil p
      cross join people.pupil_name(p.id) w(name)
      left join held h on h.pupil_id = p.id
      left join number m on m.title_id = h.title_id
     order by w.name, p.id, m.n;
end $$;
comment on function staff.librarian_set_pupils is
    'Who has what of a set: a row for each textbook that is not back, one without a number for who has none. Whoever left the class with a book too';

create function staff.librarian_set_back(p_token text, p_key uuid, p_set bigint, p_pupils bigint[]) returns table (returned bigint)
language plpgsql security definer set search_path = '' rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    perform library.own_set(v_visit, p_set);
    if not site.once('staff ' || v_visit.staff_id || ' library-set-back', p_key, format('%s|%s', p_set, p_pupils)) then
        returned := 0;
        return next;
        return;
    end if;
    perform library.lock_title(t.id)
       from (select distinct l.title_id as id from library.loan l where l.set_id = p_set order by 1) t;
    select count(library.give_back(l.copy_id, v_visit.staff_id)) into returned
      from (select o.copy_id from library.loan o
             where o.set_id = p_set and o.pupil_id = any (p_pupils) and o.returned_at is null and o.lost_at is null order by o.id) l;
    perform auth.note_staff(v_visit, 'library-set-back', format('set %s: %s', p_set, returned));
    return next;
end $$;
comment on function staff.librarian_set_back is 'Takes back all that these pupils have of a set, lost books aside; answers how many';

-- ---- labels ------------------------------------------------------------------------------------------------------------------

create function staff.librarian_labels(p_token text, p_title bigint, p_copies bigint[], p_since date, p_from text, p_to text, p_after bigint, p_limit integer)
returns table (copy_id bigint, barcode text, title text, authors text, shelf text, school_name text)
language plpgsql stable security definer rows 24 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select c.id, c.barcode::text, t.title, t.authors, t.shelf, s.name
      from library.copy c
      join library.title t on t.id = c.title_id
      join school.school s on s.id = c.school_id
     where c.school_id = v_visit.school_id and c.state <> 'gone' and c.id > coalesce(p_after, 0)
       and num_nonnulls(p_title, nullif(p_copies, '{}'), p_since, nullif(p_from, ''), nullif(p_to, '')) > 0
       and (p_title is null or c.title_id = p_title)
       and (p_copies is null or p_copies = '{}' or c.id = any (p_copies))
       and (p_since is null or c.acquired_on >= p_since)
       and (coalesce(p_from, '') = '' or c.barcode >= gate.typed(p_from)) and (coalesce(p_to, '') = '' or c.barcode <= gate.typed(p_to))
     order by c.id
     limit least(p_limit, 100);
end $$;
comment on function staff.librarian_labels is 'Copies to print labels for: of a title, chosen ones, those added since a day, by their barcodes; nothing asked: none';

create function staff.librarian_cards(p_token text, p_class bigint)
returns table (pupil_id bigint, name text, class_name text, account text, school_name text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query
    select p.id, people.pupil_name(p.id), k.name, p.account::text, s.name
      from school.pupil p
      join school.class k on k.id = p.class_id
      join school.school s on s.id = p.school_id
     where p.class_id = p_class and p.school_id = v_visit.school_id and p.state = 'active'
     order by 2, p.id
     limit 40;
end $$;
comment on function staff.librarian_cards is 'Readers'' cards of a class; no row for another school''s';

grant execute on function
    staff.librarian_scan(text, uuid, text, bigint, text, bigint, bigint),
    staff.librarian_scanned(text, bigint),
    staff.librarian_scans(text),
    staff.librarian_undo(text, bigint),
    staff.librarian_spoil(text, bigint, text, boolean),
    staff.librarian_named(text, text, integer),
    staff.librarian_reader(text, bigint),
    staff.librarian_loans(text, bigint),
    staff.librarian_holds(text, bigint),
    staff.librarian_today(text),
    staff.librarian_history(text, bigint, bigint, integer),
    staff.librarian_classes(text),
    staff.librarian_readers(text, bigint),
    staff.librarian_kept(text),
    staff.librarian_queues(text),
    staff.librarian_title(text, bigint),
    staff.librarian_queue(text, bigint),
    staff.librarian_drop(text, bigint),
    staff.librarian_copy(text, bigint),
    staff.librarian_events(text, bigint),
    staff.librarian_lose(text, uuid, bigint, bigint, bigint, boolean),
    staff.librarian_mark(text, uuid, bigint, bigint, text, text),
    staff.librarian_sets(text),
    staff.librarian_textbooks(text, bigint),
    staff.librarian_plan(text, bigint, bigint[]),
    staff.librarian_chosen(text, bigint, bigint[]),
    staff.librarian_issue(text, uuid, bigint, bigint[], text),
    staff.librarian_set(text, bigint),
    staff.librarian_set_titles(text, bigint),
    staff.librarian_set_pupils(text, bigint),
    staff.librarian_set_back(text, uuid, bigint, bigint[]),
    staff.librarian_labels(text, bigint, bigint[], date, text, text, bigint, integer),
    staff.librarian_cards(text, bigint) to kabinet_librarian;

commit;
