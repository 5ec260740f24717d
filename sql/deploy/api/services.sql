-- Deploy kabinet:api/services to pg
-- requires: api/class
-- requires: tables/service

-- Paid services: a teacher writes lessons of one's own groups off and may take a write-off of the same day back; the head keeps the price
-- list, the groups and who is in them. A teacher sees what a child pays, never its balance.

begin;

call auth.add_program('services', 'Paid services: prices, groups, write-off', 'staff');
set local role kabinet_owner;

create function service.back_days() returns integer language sql immutable as $$
    -- So many days back a lesson may be written off. The one place of this number.
    select 14
$$;
comment on function service.back_days is 'How many days back a lesson may be written off';

create function service.team_max() returns integer language sql immutable as $$
    -- So many pupils may be in a group: they are ticked in one form. The one place of this number.
    select 100
$$;
comment on function service.team_max is 'How many pupils a group may have';

create function service.staff_visit(p_token text) returns auth.staff_visit language plpgsql stable as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    if not v_visit.roles && '{teacher,head}' then
        raise exception 'neither teacher nor head' using errcode = 'KB403';
    end if;
    return v_visit;
end $$;
comment on function service.staff_visit is 'The visit of a teacher or a head, else KB403';

create function service.visible_team(p_visit auth.staff_visit, p_team bigint) returns service.team language plpgsql stable as $$
declare
    v_team service.team;
begin
    select t.* into v_team from service.team t
     where t.id = p_team and t.school_id = (p_visit).school_id
       and ('head' = any ((p_visit).roles) or t.staff_id = (p_visit).staff_id);
    if not found then
        raise exception 'no such group' using errcode = 'KB404';
    end if;
    return v_team;
end $$;
comment on function service.visible_team is 'A group of this teacher, or of this head''s school, else KB404';

create function service.today(p_visit auth.staff_visit) returns date language sql stable as $$
    select pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date
$$;
comment on function service.today is 'The school''s local date';

-- ---- groups -------------------------------------------------------------------------------------------------------------------

create function staff.services_teams(p_token text)
returns table (team_id bigint, title text, service text, unit text, price_kop bigint, teacher text, is_closed boolean, members bigint,
    last_day date, month_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_today date := service.today(v_visit);
begin
    return query
    select t.id, t.title, s.title, s.unit, s.price_kop, people.staff_name(t.staff_id), t.closed_at is not null or s.is_retired,
           (select count(*) from service.member m where m.team_id = t.id and v_today between m.first_day and coalesce(m.last_day, v_today)),
           (select max(c.day) from service.charge c where c.team_id = t.id and c.undone_at is null),
           coalesce((select sum(c.pay_kop) from service.charge c
                      where c.team_id = t.id and c.undone_at is null and c.day >= date_trunc('month', v_today)::date), 0)::bigint
      from service.team t
      join service.service s on s.id = t.service_id
     where t.school_id = v_visit.school_id and ('head' = any (v_visit.roles) or t.staff_id = v_visit.staff_id)
     order by t.closed_at is not null or s.is_retired, s.title, t.title
     limit 100;
end $$;
comment on function staff.services_teams is
    'The groups of a teacher, or of the school for its head: who is in them today, the last lesson, what was written off this month';

create function staff.services_team(p_token text, p_team bigint)
returns table (team_id bigint, team text, service text, service_id bigint, unit text, price_kop bigint, teacher_id bigint, teacher text,
    is_closed boolean, is_retired boolean, members bigint, today date, first_day date)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_today date := service.today(v_visit);
begin
    return query
    select v_team.id, v_team.title, s.title, s.id, s.unit, s.price_kop, v_team.staff_id, people.staff_name(v_team.staff_id),
           v_team.closed_at is not null, s.is_retired,
           (select count(*) from service.member m
             where m.team_id = v_team.id and v_today between m.first_day and coalesce(m.last_day, v_today)),
           v_today, v_today - service.back_days()
      from service.service s where s.id = v_team.service_id;
end $$;
comment on function staff.services_team is 'One row: a group; first_day: from when on lessons can still be written off';

create function staff.services_members(p_token text, p_team bigint)
returns table (member_id bigint, pupil_id bigint, name text, class_name text, first_day date, last_day date, waiver smallint,
    is_over boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_today date := service.today(v_visit);
begin
    return query
    select m.id, m.pupil_id, people.pupil_name(m.pupil_id), coalesce(k.name, ''), m.first_day, m.last_day, m.waiver,
           coalesce(m.last_day < v_today, false)
      from service.member m
      left join school.class k on k.id = school.class_on(m.pupil_id, v_today)
     where m.team_id = v_team.id
     order by coalesce(m.last_day < v_today, false), 3, m.id
     limit 150;
end $$;
comment on function staff.services_members is 'Who is in a group, and after them who was';

create function staff.services_batches(p_token text, p_team bigint)
returns table (batch_id bigint, day date, at timestamp, who text, charged bigint, refused bigint, sum_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
begin
    return query
    select b.id, b.day, pg_catalog.timezone(v_visit.time_zone, b.at), people.staff_name(b.staff_id), count(l.charge_id), count(l.words),
           coalesce(sum(c.pay_kop), 0)::bigint
      from (select o.id, o.day, o.at, o.staff_id from service.batch o where o.team_id = v_team.id order by o.day desc, o.id desc limit 10) b
      join service.batch_line l on l.batch_id = b.id
      left join service.charge c on c.id = l.charge_id
     group by b.id, b.day, b.at, b.staff_id
     order by b.day desc, b.id desc;
end $$;
comment on function staff.services_batches is 'The last ten write-offs of a group, with what was charged then';

-- ---- writing a lesson off -----------------------------------------------------------------------------------------------------

create function service.writable_day(p_visit auth.staff_visit, p_day date) returns date language plpgsql stable as $$
declare
    v_today date := service.today(p_visit);
begin
    if coalesce(p_day, v_today) > v_today then
        raise exception 'Списать можно за сегодня и прошедшие дни, не вперёд.' using errcode = 'KB422';
    elsif coalesce(p_day, v_today) < v_today - service.back_days() then
        raise exception 'За % списать уже нельзя: не позже чем через % дн.', to_char(p_day, 'DD.MM'), service.back_days()
            using errcode = 'KB422';
    end if;
    return coalesce(p_day, v_today);
end $$;
comment on function service.writable_day is 'That day, or today; KB422 when its lessons cannot be written off any more, or yet';

create function service.team_pupils(p_team bigint, p_pupils bigint[]) returns bigint[] language plpgsql stable as $$
declare
    v_pupils bigint[] := array(select distinct u.id from unnest(p_pupils) u(id) order by 1);
begin
    if cardinality(v_pupils) = 0 then
        raise exception 'Отметьте хотя бы одного ученика.' using errcode = 'KB422';
    elsif not v_pupils <@ array(select m.pupil_id from service.member m where m.team_id = p_team) then
        raise exception 'not of this group' using errcode = 'KB404';
    end if;
    return v_pupils;
end $$;
comment on function service.team_pupils is 'These pupils, each once; KB404 when one never was in the group';

create function staff.services_lesson(p_token text, p_team bigint, p_day date)
returns table (day date, pupil_id bigint, name text, class_id bigint, class_name text, pay_kop bigint, is_written boolean, words text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_day date := service.writable_day(v_visit, p_day);
begin
    return query
    select v_day, m.pupil_id, people.pupil_name(m.pupil_id), k.id, coalesce(k.name, ''), f.pay_kop, coalesce(f.code = 'again', false),
           coalesce(service.teacher_words(f.code, f.words), '')
      from service.member m
      left join school.class k on k.id = school.class_on(m.pupil_id, v_day)
     cross join lateral service.foresee(v_team.id, m.pupil_id, v_day) f
     where m.team_id = v_team.id and v_day between m.first_day and coalesce(m.last_day, v_day)
     order by 3, 2
     limit 150;
end $$;
comment on function staff.services_lesson is 'Who is in a group on a day and what one lesson costs each, or in words why it cannot be written off';

create function staff.services_foresee(p_token text, p_team bigint, p_day date, p_pupils bigint[])
returns table (day date, pupil_id bigint, name text, class_name text, pay_kop bigint, words text, passes bigint, refused bigint,
    sum_kop bigint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_day date := service.writable_day(v_visit, p_day);
    v_pupils bigint[] := service.team_pupils(v_team.id, p_pupils);
begin
    return query
    select v_day, u.id, people.pupil_name(u.id), coalesce(k.name, ''), f.pay_kop, coalesce(service.teacher_words(f.code, f.words), ''),
           count(*) filter (where f.code is null) over (), count(f.code) over (),
           coalesce(sum(f.pay_kop) filter (where f.code is null) over (), 0)::bigint
      from unnest(v_pupils) u(id)
      left join school.class k on k.id = school.class_on(u.id, v_day)
     cross join lateral service.foresee(v_team.id, u.id, v_day) f
     order by 3, 2;
end $$;
comment on function staff.services_foresee is 'What writing a lesson off would do to each of these pupils: the sum, or in words why not; and how many, how much in all';

create function staff.services_write_off(p_token text, p_key uuid, p_team bigint, p_day date, p_pupils bigint[]) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_day date;
    v_pupils bigint[];
    v_pupil bigint;
    v_id bigint;
    v_charge bigint;
    v_code text;
    v_words text;
begin
    if not site.once(format('staff %s service-write-off', v_visit.staff_id), p_key, concat_ws('|', v_team.id, p_day,
            array(select distinct u.id from unnest(p_pupils) u(id) order by 1))) then
        return (select b.id from service.batch b where b.staff_id = v_visit.staff_id and b.key = p_key);
    end if;
    v_day := service.writable_day(v_visit, p_day);
    v_pupils := service.team_pupils(v_team.id, p_pupils);
    insert into service.batch (school_id, team_id, day, staff_id, key) values (v_team.school_id, v_team.id, v_day, v_visit.staff_id, p_key)
    returning id into v_id;
    perform ledger.write_books();
    perform ledger.lock_pupils(v_pupils);
    foreach v_pupil in array v_pupils loop
        begin
            v_charge := service.write_off(v_team.id, v_pupil, v_day, v_visit.staff_id);
            v_words := null;
        exception when sqlstate 'KB422' then
            get stacked diagnostics v_code = pg_exception_hint, v_words = message_text;
            v_charge := null;
            v_words := service.teacher_words(v_code, v_words);
        end;
        insert into service.batch_line (batch_id, pupil_id, charge_id, words) values (v_id, v_pupil, v_charge, v_words);
    end loop;
    perform auth.note_staff(v_visit, 'service-write-off', v_id::text);
    return v_id;
end $$;
comment on function staff.services_write_off is
    'Writes a lesson off for these pupils of a group, each by an entry of its own, and answers the batch''s id. Who has no money is refused '
    'in its line, the others go through. The same form again answers the same batch';

create function service.visible_batch(p_visit auth.staff_visit, p_batch bigint) returns service.batch language plpgsql stable as $$
declare
    v_batch service.batch;
    v_team service.team;
begin
    select b.* into v_batch from service.batch b where b.id = p_batch;
    v_team := service.visible_team(p_visit, v_batch.team_id);
    v_batch.team_id := v_team.id;
    return v_batch;
end $$;
comment on function service.visible_batch is 'A write-off of a group of this teacher, or of this head''s school, else KB404';

create function staff.services_batch(p_token text, p_batch bigint)
returns table (batch_id bigint, team_id bigint, team text, service text, day date, at timestamp, who text, charged bigint, refused bigint,
    undone bigint, sum_kop bigint, may_undo boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_batch service.batch := service.visible_batch(v_visit, p_batch);
begin
    return query
    select v_batch.id, t.id, t.title, s.title, v_batch.day, pg_catalog.timezone(v_visit.time_zone, v_batch.at),
           people.staff_name(v_batch.staff_id), count(l.charge_id), count(l.words), count(c.undone_at),
           coalesce(sum(c.pay_kop) filter (where c.undone_at is null), 0)::bigint,
           v_batch.staff_id = v_visit.staff_id
               and pg_catalog.timezone(v_visit.time_zone, v_batch.at)::date = service.today(v_visit)
      from service.team t
      join service.service s on s.id = t.service_id
      join service.batch_line l on l.batch_id = v_batch.id
      left join service.charge c on c.id = l.charge_id
     where t.id = v_batch.team_id
     group by t.id, s.title;
end $$;
comment on function staff.services_batch is
    'One row: a write-off as it stands now; sum_kop: without what was given back; may_undo: one''s own, of today';

create function staff.services_batch_lines(p_token text, p_batch bigint)
returns table (pupil_id bigint, name text, class_name text, charge_id bigint, pay_kop bigint, is_undone boolean, words text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_batch service.batch := service.visible_batch(v_visit, p_batch);
begin
    return query
    select l.pupil_id, people.pupil_name(l.pupil_id), coalesce(k.name, ''), l.charge_id, c.pay_kop, c.undone_at is not null,
           coalesce(l.words, '')
      from service.batch_line l
      left join service.charge c on c.id = l.charge_id
      left join school.class k on k.id = school.class_on(l.pupil_id, v_batch.day)
     where l.batch_id = v_batch.id
     order by 2, 1;
end $$;
comment on function staff.services_batch_lines is 'What became of each pupil of a write-off';

-- ---- taking it back -----------------------------------------------------------------------------------------------------------

create function service.own_charge(p_visit auth.staff_visit, p_charge bigint) returns service.charge language plpgsql stable as $$
declare
    v_charge service.charge;
begin
    select c.* into v_charge from service.charge c
     where c.id = p_charge and c.school_id = (p_visit).school_id and c.staff_id = (p_visit).staff_id;
    if not found then
        raise exception 'no such charge' using errcode = 'KB404';
    end if;
    return v_charge;
end $$;
comment on function service.own_charge is 'A charge that this member of staff wrote off, else KB404';

create function staff.services_charge(p_token text, p_charge bigint)
returns table (charge_id bigint, team_id bigint, name text, team text, service text, day date, at timestamp, pay_kop bigint,
    is_undone boolean, is_late boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_charge service.charge := service.own_charge(v_visit, p_charge);
begin
    return query
    select v_charge.id, t.id, people.pupil_name(v_charge.pupil_id), t.title, s.title, v_charge.day,
           pg_catalog.timezone(v_visit.time_zone, v_charge.at), v_charge.pay_kop, v_charge.undone_at is not null,
           pg_catalog.timezone(v_visit.time_zone, v_charge.at)::date < service.today(v_visit)
      from service.team t join service.service s on s.id = t.service_id where t.id = v_charge.team_id;
end $$;
comment on function staff.services_charge is 'One row: what would be taken back; is_late: not of today, only the tutor may';

create function staff.services_undo(p_token text, p_key uuid, p_charge bigint, p_why text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_charge service.charge := service.own_charge(v_visit, p_charge);
begin
    if site.once(format('staff %s service-undo', v_visit.staff_id), p_key, concat_ws('|', v_charge.id, p_why)) then
        if pg_catalog.timezone(v_visit.time_zone, v_charge.at)::date < service.today(v_visit) then
            raise exception 'Отменить можно в день списания. Позже деньги возвращает классный руководитель.' using errcode = 'KB422';
        end if;
        perform service.undo(v_charge.id, v_visit.staff_id, p_why);
        perform auth.note_staff(v_visit, 'service-undo', v_charge.id::text);
    end if;
    return v_charge.team_id;
end $$;
comment on function staff.services_undo is 'Takes a write-off of one''s own back on its day, once; answers the group';

-- ---- the history --------------------------------------------------------------------------------------------------------------

create function service.month_of(p_visit auth.staff_visit, p_month date, out first_day date, out last_day date) language sql stable as $$
    select m.day, (m.day + interval '1 month')::date - 1
      from (select date_trunc('month', coalesce(p_month, service.today(p_visit)))::date as day) m
$$;
comment on function service.month_of is 'The month that holds a day, this one by default';

create function staff.services_month(p_token text, p_team bigint, p_month date)
returns table (team_id bigint, team text, service text, month date, previous_month date, next_month date, charged bigint, undone bigint,
    sum_kop bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_month record := service.month_of(v_visit, p_month);
begin
    return query
    select v_team.id, v_team.title, s.title, v_month.first_day, v_month.first_day - 1,
           case when v_month.last_day < service.today(v_visit) then v_month.last_day + 1 end,
           count(c.id) filter (where c.undone_at is null), count(c.undone_at),
           coalesce(sum(c.pay_kop) filter (where c.undone_at is null), 0)::bigint
      from service.service s
      left join service.charge c on c.team_id = v_team.id and c.day between v_month.first_day and v_month.last_day
     where s.id = v_team.service_id
     group by s.title;
end $$;
comment on function staff.services_month is
    'One row: a month of a group with its totals and days of its neighbours; undone: taken back or refunded, not in the sum';

create function staff.services_days(p_token text, p_team bigint, p_month date)
returns table (day date, charged bigint, undone bigint, sum_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_month record := service.month_of(v_visit, p_month);
begin
    return query
    select c.day, count(*) filter (where c.undone_at is null), count(c.undone_at),
           coalesce(sum(c.pay_kop) filter (where c.undone_at is null), 0)::bigint
      from service.charge c
     where c.team_id = v_team.id and c.day between v_month.first_day and v_month.last_day
     group by c.day
     order by c.day desc;
end $$;
comment on function staff.services_days is 'A month of a group by day';

create function staff.services_pupils(p_token text, p_team bigint, p_month date)
returns table (pupil_id bigint, name text, class_name text, charged bigint, sum_kop bigint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_month record := service.month_of(v_visit, p_month);
begin
    return query
    select c.pupil_id, people.pupil_name(c.pupil_id), coalesce(k.name, ''), count(*), sum(c.pay_kop)::bigint
      from service.charge c
      left join school.class k on k.id = school.class_on(c.pupil_id, v_month.last_day)
     where c.team_id = v_team.id and c.day between v_month.first_day and v_month.last_day and c.undone_at is null
     group by c.pupil_id, k.name
     order by 2, 1
     limit 200;
end $$;
comment on function staff.services_pupils is 'A month of a group by pupil';

create function staff.services_export(p_token text, p_team bigint, p_month date)
returns table (day date, service text, title text, name text, class_name text, pay_kop bigint, at timestamp, who text, state text,
    undo_why text)
language plpgsql stable security definer rows 200 as $$
declare
    v_visit auth.staff_visit := service.staff_visit(p_token);
    v_team service.team := service.visible_team(v_visit, p_team);
    v_month record := service.month_of(v_visit, p_month);
begin
    return query
    select c.day, s.title, v_team.title, people.pupil_name(c.pupil_id), coalesce(k.name, ''), c.pay_kop,
           pg_catalog.date_trunc('second', pg_catalog.timezone(v_visit.time_zone, c.at)), people.staff_name(c.staff_id),
           case when c.undone_at is null then 'списано' else 'возвращено' end, coalesce(c.undo_why, '')
      from service.charge c
      join service.service s on s.id = v_team.service_id
      left join school.class k on k.id = school.class_on(c.pupil_id, c.day)
     where c.team_id = v_team.id and c.day between v_month.first_day and v_month.last_day
     order by c.day, 4, c.id
     limit 10000;
end $$;
comment on function staff.services_export is 'Each charge of a month of a group, for a table';

-- ---- the head: prices, groups, members ----------------------------------------------------------------------------------------

create function staff.services_prices(p_token text)
returns table (service_id bigint, title text, unit text, price_kop bigint, is_retired boolean, teams bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
begin
    return query
    select s.id, s.title, s.unit, s.price_kop, s.is_retired,
           (select count(*) from service.team t where t.service_id = s.id and t.closed_at is null)
      from service.service s where s.school_id = v_visit.school_id
     order by s.is_retired, s.title
     limit 100;
end $$;
comment on function staff.services_prices is 'The price list of the school, what is offered no more at the end; teams: open groups';

create function staff.services_price_save(p_token text, p_key uuid, p_service bigint, p_title text, p_unit text, p_price_kop bigint,
    p_is_retired boolean) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_id bigint := p_service;
begin
    if not site.once(format('staff %s service-price', v_visit.staff_id), p_key,
            concat_ws('|', p_service, p_title, p_unit, p_price_kop, p_is_retired)) then
        return v_id;
    elsif p_service is not null and not exists (select from service.service s where s.id = p_service and s.school_id = v_visit.school_id) then
        raise exception 'no such service' using errcode = 'KB404';
    elsif exists (select from service.service s where s.school_id = v_visit.school_id and s.title = p_title
                     and s.id is distinct from p_service) then
        raise exception 'Услуга «%» уже есть.', p_title using errcode = 'KB422';
    elsif p_service is null then
        insert into service.service (school_id, title, unit, price_kop) values (v_visit.school_id, p_title, p_unit, p_price_kop)
        returning id into v_id;
    else
        update service.service s set title = p_title, unit = p_unit, price_kop = p_price_kop, is_retired = p_is_retired where s.id = p_service;
    end if;
    perform auth.note_staff(v_visit, 'service-price', concat_ws(' ', v_id, p_price_kop, case when p_is_retired then 'retired' end));
    return v_id;
end $$;
comment on function staff.services_price_save is
    'A new service (p_service NULL), or another title, unit and price of one from now on. Retired: nothing of it can be written off';

create function staff.services_teachers(p_token text) returns table (staff_id bigint, name text)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
begin
    return query
    select f.id, people.staff_name(f.id) from auth.staff f
     where f.school_id = v_visit.school_id and f.left_at is null and 'teacher' = any (f.roles)
     order by 2
     limit 200;
end $$;
comment on function staff.services_teachers is 'Who may have a group';

create function staff.services_team_save(p_token text, p_key uuid, p_team bigint, p_service bigint, p_title text, p_staff bigint,
    p_is_closed boolean) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_id bigint := p_team;
    v_service bigint := coalesce((select t.service_id from service.team t where t.id = p_team), p_service);
begin
    if not site.once(format('staff %s service-team', v_visit.staff_id), p_key,
            concat_ws('|', p_team, p_service, p_title, p_staff, p_is_closed)) then
        return coalesce(p_team, (select t.id from service.team t where t.service_id = p_service and t.title = p_title));
    elsif p_team is not null and (service.visible_team(v_visit, p_team)).id is null
       or not exists (select from service.service s where s.id = v_service and s.school_id = v_visit.school_id)
       or not exists (select from auth.staff f where f.id = p_staff and f.school_id = v_visit.school_id and 'teacher' = any (f.roles)) then
        raise exception 'no such service or teacher' using errcode = 'KB404';
    elsif exists (select from service.team t where t.service_id = v_service and t.title = p_title and t.id is distinct from p_team) then
        raise exception 'Группа «%» у этой услуги уже есть.', p_title using errcode = 'KB422';
    elsif p_team is null then
        insert into service.team (school_id, service_id, title, staff_id) values (v_visit.school_id, p_service, p_title, p_staff)
        returning id into v_id;
    else
        update service.team t
           set title = p_title, staff_id = p_staff, closed_at = case when p_is_closed then coalesce(t.closed_at, now()) end
         where t.id = p_team;
    end if;
    perform auth.note_staff(v_visit, 'service-team', v_id::text);
    return v_id;
end $$;
comment on function staff.services_team_save is
    'A new group of a service (p_team NULL), or another title and teacher of one, or its end; answers its id';

create function staff.services_classes(p_token text) returns table (class_id bigint, name text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_today date := service.today(v_visit);
begin
    return query
    select k.id, k.name from school.class k
      join school.year y on y.id = k.year_id and v_today between y.first_day and y.last_day
     where k.school_id = v_visit.school_id
     order by k.grade, k.letter
     limit 200;
end $$;
comment on function staff.services_classes is 'The classes of this year';

create function staff.services_candidates(p_token text, p_team bigint, p_class bigint)
returns table (pupil_id bigint, name text, is_member boolean)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_team service.team := service.visible_team(v_visit, p_team);
    v_today date := service.today(v_visit);
begin
    if not exists (select from school.class k where k.id = p_class and k.school_id = v_visit.school_id) then
        raise exception 'no such class' using errcode = 'KB404';
    end if;
    return query
    select c.pupil_id, people.pupil_name(c.pupil_id),
           exists (select from service.member m where m.team_id = v_team.id and m.pupil_id = c.pupil_id
                      and coalesce(m.last_day, v_today) >= v_today)
      from school.class_members(p_class, v_today, v_today) c
     order by 2, 1
     limit 100;
end $$;
comment on function staff.services_candidates is 'The pupils of a class; is_member: in the group already, or from a later day on';

create function staff.services_members_add(p_token text, p_key uuid, p_team bigint, p_pupils bigint[], p_first date, p_last date,
    p_waiver integer) returns integer
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_team service.team := service.visible_team(v_visit, p_team);
    v_pupils bigint[] := array(select distinct u.id from unnest(p_pupils) u(id) order by 1);
    v_added integer;
begin
    if not site.once(format('staff %s service-members', v_visit.staff_id), p_key,
            concat_ws('|', v_team.id, v_pupils, p_first, p_last, p_waiver)) then
        return 0;
    elsif cardinality(v_pupils) = 0 then
        raise exception 'Отметьте хотя бы одного ученика.' using errcode = 'KB422';
    elsif (select count(*) from school.pupil p where p.id = any (v_pupils) and p.school_id = v_visit.school_id and p.state = 'active')
          <> cardinality(v_pupils) then
        raise exception 'not of this school' using errcode = 'KB404';
    elsif p_last < p_first then
        raise exception 'Последний день раньше первого.' using errcode = 'KB422';
    end if;
    perform from service.team t where t.id = v_team.id for no key update;
    insert into service.member (team_id, pupil_id, first_day, last_day, waiver)
    select v_team.id, u.id, p_first, p_last, p_waiver from unnest(v_pupils) u(id)
     where not exists (select from service.member m where m.team_id = v_team.id and m.pupil_id = u.id
                          and daterange(m.first_day, m.last_day, '[]') && daterange(p_first, p_last, '[]'));
    get diagnostics v_added = row_count;
    if (select count(distinct m.pupil_id) from service.member m where m.team_id = v_team.id and coalesce(m.last_day, p_first) >= p_first)
       > service.team_max() then
        raise exception 'В группе не больше % учеников: заведите вторую.', service.team_max() using errcode = 'KB422';
    end if;
    perform auth.note_staff(v_visit, 'service-members', v_team.id || ' ' || v_added);
    return v_added;
end $$;
comment on function staff.services_members_add is
    'Pupils of the school come into a group from a day on; who is in it already in those days stays as he is. Answers how many came';

create function staff.services_member_end(p_token text, p_member bigint, p_last date) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_member service.member;
    v_team service.team;
begin
    select m.* into v_member from service.member m where m.id = p_member for update;
    v_team := service.visible_team(v_visit, v_member.team_id);
    if v_member.last_day is not distinct from p_last then
        return v_team.id;
    elsif v_member.last_day < service.today(v_visit) then
        raise exception 'Ученик уже выбыл из группы.' using errcode = 'KB422';
    elsif exists (select from service.charge c where c.team_id = v_team.id and c.pupil_id = v_member.pupil_id and c.undone_at is null
                     and c.day > p_last and c.day >= v_member.first_day) then
        raise exception 'После % занятия уже списаны: укажите день не раньше последнего из них.', to_char(p_last, 'DD.MM.YYYY')
            using errcode = 'KB422';
    elsif p_last < v_member.first_day then
        delete from service.member m where m.id = p_member;
    else
        update service.member m set last_day = p_last where m.id = p_member;
    end if;
    perform auth.note_staff(v_visit, 'service-member-end', p_member::text);
    return v_team.id;
end $$;
comment on function staff.services_member_end is
    'The last day of a pupil in a group; before the first one: it never was there. Answers the group';

grant execute on function staff.services_teams(text), staff.services_team(text, bigint), staff.services_members(text, bigint),
    staff.services_batches(text, bigint), staff.services_lesson(text, bigint, date), staff.services_foresee(text, bigint, date, bigint[]),
    staff.services_write_off(text, uuid, bigint, date, bigint[]), staff.services_batch(text, bigint),
    staff.services_batch_lines(text, bigint), staff.services_charge(text, bigint), staff.services_undo(text, uuid, bigint, text),
    staff.services_month(text, bigint, date), staff.services_days(text, bigint, date), staff.services_pupils(text, bigint, date),
    staff.services_export(text, bigint, date),
    staff.services_prices(text), staff.services_price_save(text, uuid, bigint, text, text, bigint, boolean),
    staff.services_teachers(text), staff.services_team_save(text, uuid, bigint, bigint, text, bigint, boolean),
    staff.services_classes(text), staff.services_candidates(text, bigint, bigint),
    staff.services_members_add(text, uuid, bigint, bigint[], date, date, integer), staff.services_member_end(text, bigint, date)
    to kabinet_services;

commit;
