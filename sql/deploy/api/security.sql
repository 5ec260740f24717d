-- Deploy kabinet:api/security to pg
-- requires: api/login
-- requires: tables/gate

-- Entries and exits of the child on show, its cards, what the guard is told of it, and who tried to come into the cabinet.
-- Who passed whom, and what the guard is called, is not among it.

begin;

call auth.add_program('security', 'Entries and exits, cards, permits');
set local role kabinet_owner;

create function gate.late_after() returns interval language sql immutable as $$
    select interval '15 min'
$$;
comment on function gate.late_after is 'So long after the first bell a child that has not come in is worth a word to the parent';

create function gate.evening() returns time language sql immutable as $$
    select time '19:00'
$$;
comment on function gate.evening is 'From this hour on a child that is still inside is worth a word';

-- ---- entries and exits ------------------------------------------------------------------------------------------------------

create function cabinet.security_now(p_token text)
returns table (has_gate boolean, is_inside boolean, is_stale boolean, since timestamp, is_absent boolean, first_lesson timestamp,
               is_evening boolean, escapes bigint, refusals bigint, has_card boolean, order_sent timestamp, as_of timestamp)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_day timestamptz := timezone(v_visit.time_zone, v_now::date::timestamp);
    v_class bigint := school.class_on(v_visit.pupil_id, v_now::date);
    v_from timestamp;
    v_till timestamp;
begin
    select v_now::date + min(b.starts), v_now::date + max(b.ends) into v_from, v_till
      from school.lesson l
      join school.bell b on b.bells_id = school.bells_on(v_visit.school_id, l.day) and b.number = l.number
     where l.class_id = v_class and l.day = v_now::date and not l.is_cancelled
       and school.attends(v_visit.pupil_id, l.subgroup_id);
    return query
    select exists (select from gate.device d where d.school_id = v_visit.school_id and d.retired_at is null),
           coalesce(r.is_inside, false), coalesce(r.is_inside and r.since < v_day, false), r.since at time zone v_visit.time_zone,
           -- A gate that saw nobody today tells nothing about anybody: school.not_entered() knows.
           coalesce(v_now >= v_from + gate.late_after() and v_now < v_till, false)
               and exists (select from school.not_entered(v_class, v_now::date) n(pupil_id) where n.pupil_id = v_visit.pupil_id)
               and not exists (select from school.excuse x where x.pupil_id = v_visit.pupil_id and x.kind <> 'early'
                                  and x.state in ('sent', 'accepted') and v_now::date between x.first_day and x.last_day)
               and not exists (select from gate.permit m where m.pupil_id = v_visit.pupil_id and m.day = v_now::date
                                  and m.kind = 'late' and m.state = 'asked' and m.at > v_now::time),
           v_from, coalesce(r.is_inside and r.since >= v_day and v_now::time >= gate.evening(), false), t.escapes, t.refusals,
           exists (select from gate.card c where c.pupil_id = v_visit.pupil_id and c.ended_at is null and c.blocked_at is null),
           (select o.at at time zone v_visit.time_zone from gate.card_order o where o.pupil_id = v_visit.pupil_id and o.done_at is null),
           (select max(d.last_seen_at) at time zone v_visit.time_zone from gate.device d
             where d.school_id = v_visit.school_id and d.retired_at is null)
      from (select count(*) filter (where e.why = 'no_permit') as escapes, count(*) filter (where e.is_refused) as refusals
              from gate.event e where e.pupil_id = v_visit.pupil_id and e.at >= v_day) t
      left join gate.presence r on r.pupil_id = v_visit.pupil_id and r.school_id = v_visit.school_id;
end $$;
comment on function cabinet.security_now is
    'One row: where the child is by its latest tap, and what a parent should hear of today. is_stale: inside since another day, it went '
    'out without a tap; is_absent: the first lesson has begun and it has not come in, nor was excused';

create function cabinet.security_period(p_token text, p_from date, p_to date)
returns table (from_day date, to_day date, visits bigint, days bigint, warnings bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_to date := coalesce(p_to, (now() at time zone v_visit.time_zone)::date);
    v_from date := coalesce(p_from, v_to - 13);
begin
    return query
    select v_from, v_to, count(*) filter (where e.direction = 'in' and not e.is_refused),
           count(distinct (e.at at time zone v_visit.time_zone)::date) filter (where not e.is_refused),
           count(*) filter (where e.is_warning)
      from gate.event e
     where e.pupil_id = v_visit.pupil_id and e.at >= timezone(v_visit.time_zone, v_from::timestamp)
       and e.at < timezone(v_visit.time_zone, v_to + interval '1 day');
end $$;
comment on function cabinet.security_period is 'The period on show, without dates the last 14 days, and what it holds';

create function cabinet.security_visits(p_token text, p_from date, p_to date, p_before date, p_days integer)
returns table (day date, day_minutes integer, day_warns boolean, entered timestamp, went timestamp, minutes integer,
               in_door text, in_address text, out_door text, out_address text, in_by text, out_by text,
               in_why text, out_why text, in_note text, out_note text, is_refused boolean, tail text, is_open boolean, has_more boolean)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
    v_to date := coalesce(p_to, v_today);
    v_from date := coalesce(p_from, v_to - 13);
    v_days date[];
begin
    -- The days of this page: one more than it holds tells whether another follows.
    v_days := array(select distinct (e.at at time zone v_visit.time_zone)::date as d
                      from gate.event e
                     where e.pupil_id = v_visit.pupil_id and e.at >= timezone(v_visit.time_zone, v_from::timestamp)
                       and e.at < timezone(v_visit.time_zone, least(v_to + 1, p_before)::timestamp)
                     order by d desc limit p_days + 1);
    return query
    with told as (
        select e.id, e.at at time zone v_visit.time_zone as at, (e.at at time zone v_visit.time_zone)::date as day,
               e.direction, e.source::text as by, coalesce(e.why::text, '') as why, e.note, e.is_refused, e.is_warning,
               o.title as door, o.address, coalesce(c.tail, '') as tail
          from gate.event e
          join gate.door o on o.id = e.door_id
          left join gate.card c on c.id = e.card_id
         where e.pupil_id = v_visit.pupil_id and e.at >= timezone(v_visit.time_zone, v_days[least(p_days, cardinality(v_days))]::timestamp)
           and e.at < timezone(v_visit.time_zone, v_days[1] + interval '1 day')
    ), passed as (
        select t.*, lead(t.id) over near as next_id, lead(t.direction) over near as next_direction,
               lag(t.direction) over near as last_direction
          from told t where not t.is_refused
        window near as (partition by t.day order by t.at, t.id)
    ), visit as (
        -- An entry with the exit that follows it; an exit that no entry stands before.
        select i.day, i.at as entered, o.at as went, i.id as in_id, o.id as out_id, i.at as sort_at
          from passed i left join passed o on o.id = i.next_id and i.next_direction = 'out'
         where i.direction = 'in'
        union all
        select o.day, null, o.at, null, o.id, o.at
          from passed o where o.direction = 'out' and o.last_direction is distinct from 'in'
        union all
        select r.day, r.at, null, r.id, null, r.at from told r where r.is_refused
    )
    select v.day,
           sum(extract(epoch from v.went - v.entered) / 60) over (partition by v.day)::integer,
           bool_or(coalesce(i.is_warning, false) or coalesce(o.is_warning, false)) over (partition by v.day),
           v.entered, v.went, (extract(epoch from v.went - v.entered) / 60)::integer,
           coalesce(i.door, ''), coalesce(i.address, ''), coalesce(o.door, ''), coalesce(o.address, ''),
           coalesce(i.by, ''), coalesce(o.by, ''), coalesce(i.why, ''), coalesce(o.why, ''), coalesce(i.note, ''), coalesce(o.note, ''),
           coalesce(i.is_refused, false), coalesce(i.tail, o.tail, ''),
           v.went is null and v.day = v_today and not coalesce(i.is_refused, false)
               and v.sort_at = max(v.sort_at) filter (where not coalesce(i.is_refused, false)) over (partition by v.day),
           cardinality(v_days) > p_days
      from visit v
      left join told i on i.id = v.in_id
      left join told o on o.id = v.out_id
     order by v.day desc, v.sort_at desc, v.in_id desc;
end $$;
comment on function cabinet.security_visits is
    'Entries each with the exit that followed, by days, the latest first: up to p_days days of the period below p_before (NULL: from '
    'its end). in_by, out_by: card or guard; an entry that was refused stands alone; is_open: the child is inside now';

-- ---- cards ------------------------------------------------------------------------------------------------------------------

create function cabinet.security_cards(p_token text)
returns table (card_id bigint, kind text, tail text, issued date, state text, blocked timestamp, is_by_us boolean)
language plpgsql stable security definer rows 2 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select c.id, c.kind::text, c.tail, (c.issued_at at time zone v_visit.time_zone)::date,
           case when c.blocked_at is null then 'good' else 'blocked' end, c.blocked_at at time zone v_visit.time_zone,
           coalesce(a.login_id = v_visit.login_id, false)
      from gate.card c
      left join auth.access a on a.id = c.blocked_by
     where c.pupil_id = v_visit.pupil_id and c.ended_at is null
     order by c.blocked_at is not null, c.issued_at desc, c.id;
end $$;
comment on function cabinet.security_cards is 'Cards and bracelets that the child has; those replaced or given back are not among them';

create function cabinet.security_card_block(p_token text, p_card bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_card gate.card;
begin
    select c.* into v_card from gate.card c
     where c.id = p_card and c.pupil_id = v_visit.pupil_id and c.ended_at is null for update;
    if v_card.id is null then
        raise exception 'no such card' using errcode = 'KB404';
    elsif v_card.blocked_at is null then
        update gate.card c set blocked_at = now(), blocked_by = v_visit.access_id where c.id = p_card;
        perform auth.note(v_visit.login_id, v_visit.access_id, 'card-block');
    end if;
end $$;
comment on function cabinet.security_card_block is
    'The card is lost: no door opens to it from now on. Harmless twice; only the office unblocks (gate.unblock_card)';

create function cabinet.security_card_order(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    insert into gate.card_order (pupil_id, access_id) values (v_visit.pupil_id, v_visit.access_id)
        on conflict (pupil_id) where done_at is null do nothing;
    if found then
        perform auth.note(v_visit.login_id, v_visit.access_id, 'card-order');
    end if;
end $$;
comment on function cabinet.security_card_order is 'A new card, please. One order at a time: a second one is the first';

-- ---- permits ----------------------------------------------------------------------------------------------------------------

create function gate.permit_days() returns integer language sql immutable as $$
    select 30
$$;
comment on function gate.permit_days is 'So many days ahead the guard is told of';

create function cabinet.security_permits(p_token text)
returns table (permit_id bigint, kind text, day date, at text, body text, state text, sent timestamp, used timestamp,
               may_withdraw boolean, is_over boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query
    select m.id, m.kind::text, m.day, to_char(m.at, 'HH24:MI'), m.body, m.state::text, m.sent_at at time zone v_visit.time_zone,
           e.at at time zone v_visit.time_zone, v_visit.is_parent and m.state = 'asked' and m.day >= v_today, m.day < v_today
      from gate.permit m
      left join gate.event e on e.id = m.event_id
     where m.pupil_id = v_visit.pupil_id and m.day >= v_today - 30
     order by m.day < v_today, case when m.day >= v_today then m.day - v_today else v_today - m.day end, m.id desc
     limit 10;
end $$;
comment on function cabinet.security_permits is 'What the guard was told of: the coming days first, then the last 30; ten at most';

create function cabinet.security_permit_window(p_token text) returns table (first_day date, last_day date, may_ask boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_today date := (now() at time zone v_visit.time_zone)::date;
begin
    return query select v_today, v_today + gate.permit_days(), v_visit.is_parent;
end $$;
comment on function cabinet.security_permit_window is 'Days that the form may name';

create function cabinet.security_permit_ask(p_token text, p_key uuid, p_kind text, p_day date, p_at time, p_body text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
begin
    if not site.once('login ' || v_visit.login_id || ' permit', p_key,
                     concat_ws('|', v_visit.pupil_id, p_kind, p_day, p_at, p_body)) then
        return;
    end if;
    if p_day < v_now::date then
        raise exception 'Этот день уже прошёл.' using errcode = 'KB422';
    elsif p_day > v_now::date + gate.permit_days() then
        raise exception 'Сообщить можно не больше чем на % дней вперёд.', gate.permit_days() using errcode = 'KB422';
    elsif extract(isodow from p_day) = 7 then
        raise exception 'Это воскресенье: школа закрыта.' using errcode = 'KB422';
    end if;
    -- Two of one family at once: the second one waits and sees the first. Who is being barred meanwhile has no say any more.
    perform from school.pupil p where p.id = v_visit.pupil_id for no key update;
    perform from auth.access a where a.id = v_visit.access_id and a.barred_at is null for share;
    if not found then
        raise exception 'barred meanwhile' using errcode = 'KB401';
    end if;
    -- Told and taken back over and over, it is no message but noise at the guard's desk.
    if (select count(*) from gate.permit m where m.pupil_id = v_visit.pupil_id and m.sent_at > now() - interval '1 day') >= 20 then
        raise exception 'За сутки можно отправить 20 сообщений охране. Остальное — по телефону школы.' using errcode = 'KB422';
    end if;
    if exists (select from gate.permit m where m.pupil_id = v_visit.pupil_id and m.day = p_day and m.kind = p_kind::gate.permit_kind
                  and m.state = 'asked') then
        raise exception 'На этот день такое сообщение уже есть: сначала отзовите его.' using errcode = 'KB422';
    end if;
    insert into gate.permit (pupil_id, access_id, kind, day, at, body)
    values (v_visit.pupil_id, v_visit.access_id, p_kind::gate.permit_kind, p_day, p_at, p_body);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'permit-ask');
end $$;
comment on function cabinet.security_permit_ask is 'The guard is told: may leave from that hour on (early), will come at that hour (late)';

create function cabinet.security_permit_withdraw(p_token text, p_permit bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_permit gate.permit;
begin
    select m.* into v_permit from gate.permit m where m.id = p_permit and m.pupil_id = v_visit.pupil_id for update;
    if v_permit.id is null then
        raise exception 'no such permit' using errcode = 'KB404';
    elsif v_permit.state = 'used' then
        raise exception 'Отозвать уже нельзя: по этому сообщению ребёнок прошёл.' using errcode = 'KB422';
    elsif v_permit.day < (now() at time zone v_visit.time_zone)::date then
        raise exception 'Этот день уже прошёл.' using errcode = 'KB422';
    elsif v_permit.state = 'asked' then
        update gate.permit m set state = 'withdrawn' where m.id = p_permit;
        perform auth.note(v_visit.login_id, v_visit.access_id, 'permit-withdraw');
    end if;
end $$;
comment on function cabinet.security_permit_withdraw is 'Not any more. Harmless twice; too late when it was used';

-- ---- who came into the cabinet ----------------------------------------------------------------------------------------------

create function cabinet.security_attempts(p_token text)
returns table (at timestamp, name text, address text, succeeded boolean, kind text, failures bigint)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select t.at, t.name, t.address, t.succeeded, t.kind,
           count(*) filter (where not t.succeeded and t.at > (now() at time zone v_visit.time_zone) - interval '30 days') over ()
      from auth.attempts_of(v_visit.login_id, v_visit.time_zone, 100) t
     order by t.at desc
     limit 5;
end $$;
comment on function cabinet.security_attempts is 'The last five attempts at the names of this login; failures: of 30 days, as far as the last hundred go';

grant execute on function
    cabinet.security_now(text),
    cabinet.security_period(text, date, date),
    cabinet.security_visits(text, date, date, date, integer),
    cabinet.security_cards(text),
    cabinet.security_card_block(text, bigint),
    cabinet.security_card_order(text),
    cabinet.security_permits(text),
    cabinet.security_permit_window(text),
    cabinet.security_permit_ask(text, uuid, text, date, time, text),
    cabinet.security_permit_withdraw(text, bigint),
    cabinet.security_attempts(text) to kabinet_security;

commit;
