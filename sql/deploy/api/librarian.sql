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

create function staff.librarian_today(p_token text)
returns table (today date, lent_today bigint, returned_today bigint, out_now bigint, overdue bigint, kept bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'librarian');
    v_day date := library.today(v_visit.school_id);
    v_from timestamptz := timezone(v_visit.time_zone, v_day::timestamp);
begin
    return query
    select v_day,
           (select count(*) from library.loan l join library.copy c on c.id = l.copy_id
             where c.school_id = v_visit.school_id and l.lent_at >= v_from),
           (select count(*) from library.loan l join library.copy c on c.id = l.copy_id
             where c.school_id = v_visit.school_id and l.returned_at >= v_from),
           (select count(*) from library.loan l join library.copy c on c.id = l.copy_id
             where c.school_id = v_visit.school_id and l.returned_at is null and l.lost_at is null),
           (select count(*) from library.loan l join library.copy c on c.id = l.copy_id
             where c.school_id = v_visit.school_id and l.returned_at is null and l.lost_at is null and l.due_day < v_day),
           (select count(*) from library.hold h where h.school_id = v_visit.school_id and h.state = 'kept');
end $$;
comment on function staff.librarian_today is 'One row of figures of the day: lent, returned, out, overdue, kept copies';

grant execute on function
    staff.librarian_today(text) to kabinet_librarian;

commit;
