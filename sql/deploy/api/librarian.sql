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
            perform auth.note_staff(p_visit, 'library-refund', 'loan ' || v_loan.id);
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
    elsif (p_copy).state in ('in', 'kept') and p_reader is not null and p_act in ('', 'swap') then
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
    else
        select c.* into v_copy from library.copy c where c.school_id = v_visit.school_id and c.barcode = gate.typed(p_find);
    end if;
    if v_copy.id is null then
        select f.outcome, f.pupil_id into outcome, v_pupil from gate.find_pupil(v_visit, p_find) f;
        if outcome = 'one' then
            reader_id := v_pupil;
            perform auth.note_staff(v_visit, 'library-reader', p.idn) from school.pupil p where p.id = v_pupil;
        end if;
        return next;
        return;
    end if;
    if not site.once('staff ' || v_visit.staff_id || ' library-scan', p_key, format('%s|%s|%s|%s', v_copy.id, p_act, p_reader, p_set)) then
        select s.outcome, s.id into outcome, scan_id from library.scan s
         where s.staff_id = v_visit.staff_id and s.key = p_key order by s.id desc limit 1;
        return next;
        return;
    end if;
    -- Only now is it certain where the copy is: whoever else has scanned it waits here, or was first and is done.
    perform library.lock_title(v_copy.title_id);
    foreach v_act in array v_acts loop
        select c.* into strict v_copy from library.copy c where c.id = v_copy.id;
        select a.* into v_did from library.act(v_visit, v_copy, v_act, p_reader, v_set) a;
        insert into library.scan (staff_id, key, outcome, copy_id, loan_id, pupil_id, words)
        values (v_visit.staff_id, p_key, v_did.outcome, v_copy.id, v_did.loan_id, v_did.pupil_id, v_did.words) returning id into scan_id;
        outcome := v_did.outcome;
        exit when outcome <> 'returned';
    end loop;
    return next;
end $$;
comment on function staff.librarian_scan is
    'One Enter at the desk. p_find (or p_copy) is a copy: see library.act(); swap: taken back from whoever has it and lent to p_reader. Else it is a '
    'reader: one (now open), or what gate.find_pupil() says. scan_id: the scan that staff.librarian_scanned() tells of';

create function staff.librarian_scanned(p_token text, p_scan bigint)
returns table (scan_id bigint, outcome text, words text, copy_id bigint, barcode text, title text, authors text, shelf text, condition text,
               pupil_id bigint, name text, class_name text, due_day date, days_late integer, kept_pupil_id bigint, kept_for text, kept_class text, kept_till date,
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
           h.pupil_id, people.pupil_name(h.pupil_id), coalesce(hk.name, ''), h.kept_till, library.price_kop(c),
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
     order by s.id desc limit 8;
end $$;
comment on function staff.librarian_scans is 'The last that this person scanned, newest first';

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
returns table (pupil_id bigint, name text, initials text, face integer, class_name text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
begin
    return query select * from gate.pupils_named(v_visit, p_name, p_limit);
end $$;
comment on function staff.librarian_named is 'Pupils of the school whose surname (and name) begins so';

create function staff.librarian_reader(p_token text, p_pupil bigint)
returns table (pupil_id bigint, name text, initials text, face integer, class_id bigint, class_name text, account text, idn text, books bigint,
               textbooks bigint, max_loans integer, overdue bigint, debts bigint, debt_kop bigint, kept bigint, blocked text, has_left boolean,
               keeps_history boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_pupil school.pupil := library.own_reader(v_visit, p_pupil);
    v_day date := library.today(v_visit.school_id);
begin
    return query
    select p_pupil, n.name, gate.initials(n.name), (p_pupil % 6)::integer, v_pupil.class_id, coalesce(k.name, ''), v_pupil.account::text,
           v_pupil.idn::text, l.books, l.textbooks, y.max_loans::integer, l.overdue, l.debts, l.debt_kop,
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
                  coalesce(sum(library.price_kop(c)) filter (where l.lost_at is not null and l.entry_id is null), 0)::bigint as debt_kop
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
           l.lost_at is null and t.kind <> 'textbook' and l.set_id is null and l.renewals < y.renewals
               and not exists (select from library.hold h where h.title_id = l.title_id and h.state = 'waiting'),
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
    staff.librarian_today(text) to kabinet_librarian;

commit;
