-- Deploy kabinet:api/gate to pg
-- requires: api/staff
-- requires: tables/gate

-- The guard's desk: what happens at the doors now, who is let pass without a card, who may leave early, who is in the building.
-- And what the office does with readers and cards.

begin;

call auth.add_program('gate', 'The guard: who comes and goes', 'staff');
set local role kabinet_owner;

-- ---- readers and cards, for scripts/readers alone: it runs as the owner -----------------------------------------------------

create function gate.add_device(p_id text, p_school text, p_door text, p_key text, p_address text default '') returns void
language plpgsql as $$
declare
    v_school bigint := people.school_of(p_school);
    v_door bigint;
begin
    if char_length(p_key) not between 16 and 200 then
        raise exception 'Ключ считывателя: от 16 до 200 знаков.' using errcode = 'KB422';
    end if;
    if p_id !~ '^[a-z0-9-]{3,40}$' then
        raise exception 'Имя считывателя «%»: строчные латинские буквы, цифры и дефис, от 3 до 40 знаков.', p_id using errcode = 'KB422';
    end if;
    if exists (select from gate.device d where d.id = p_id) then
        raise exception 'Считыватель «%» уже есть: у нового пусть будет другое имя.', p_id using errcode = 'KB422';
    end if;
    insert into gate.door (school_id, title, address) values (v_school, p_door, p_address) on conflict (school_id, title) do nothing;
    v_door := (select d.id from gate.door d where d.school_id = v_school and d.title = p_door);
    insert into gate.device (id, school_id, door_id, inner_pad, outer_pad)
    values (p_id, v_school, v_door, gate.pad(convert_to(p_key, 'UTF8'), 54), gate.pad(convert_to(p_key, 'UTF8'), 92));
end $$;
comment on function gate.add_device is
    'A reader at a door (made when the school has none of that title); the school by the first six digits of its accounts. '
    'The key is kept as its pads';

create function gate.retire_device(p_id text) returns void language plpgsql as $$
begin
    update gate.device d set retired_at = now() where d.id = p_id and d.retired_at is null;
    if not found then
        raise exception 'Нет действующего считывателя «%».', p_id using errcode = 'KB422';
    end if;
end $$;
comment on function gate.retire_device is 'Nothing is taken from this reader any more; what it told stays';

create function gate.card_in_use(p_uid text) returns gate.card language plpgsql stable as $$
declare
    v_card gate.card;
begin
    if p_uid !~ '^([0-9A-Fa-f]{2}){4,10}$' then
        raise exception 'Номер карты «%»: от 4 до 10 байтов шестнадцатеричными цифрами, например 04A1B2C3.', p_uid
            using errcode = 'KB422';
    end if;
    select c.* into v_card from gate.card c where c.uid_hash = gate.card_hash(p_uid) and c.ended_at is null;
    return v_card;
end $$;
comment on function gate.card_in_use is 'The card of that number which somebody has; NULLs: nobody';

create function gate.issue_card(p_idn text, p_uid text, p_kind text default 'card') returns bigint language plpgsql as $$
declare
    v_card gate.card := gate.card_in_use(p_uid);
    v_pupil school.pupil;
    v_id bigint;
begin
    select p.* into v_pupil from school.pupil p where p.idn = upper(p_idn collate "C") and p.state = 'active';
    if not found then
        raise exception 'Нет ученика с ИДН «%».', p_idn using errcode = 'KB422';
    end if;
    if v_card.pupil_id = v_pupil.id then
        return v_card.id;   -- asked twice
    elsif v_card.id is not null then
        raise exception 'Эта карта выдана другому ученику.' using errcode = 'KB422';
    end if;
    insert into gate.card (school_id, pupil_id, kind, uid_hash, tail)
    values (v_pupil.school_id, v_pupil.id, p_kind::gate.card_kind, gate.card_hash(p_uid), upper(right(p_uid, 4)))
    returning id into v_id;
    update gate.card_order o set done_at = now() where o.pupil_id = v_pupil.id and o.done_at is null;
    return v_id;
end $$;
comment on function gate.issue_card is
    'A card, bracelet or fob by its UID (hex) for the pupil of that ИДН; answers its id. It joins those that the pupil has';

create function gate.replace_card(p_idn text, p_uid text, p_kind text default 'card') returns bigint language plpgsql as $$
declare
    v_id bigint := gate.issue_card(p_idn, p_uid, p_kind);
begin
    update gate.card c set ended_at = now()
      from gate.card n
     where n.id = v_id and c.pupil_id = n.pupil_id and c.kind = n.kind and c.id <> n.id and c.ended_at is null;
    return v_id;
end $$;
comment on function gate.replace_card is 'The same, and the pupil''s other ones of this kind are good no more';

create function gate.return_card(p_uid text) returns void language plpgsql as $$
declare
    v_card gate.card := gate.card_in_use(p_uid);
begin
    if v_card.id is null then
        raise exception 'Этой карты ни у кого нет.' using errcode = 'KB422';
    end if;
    update gate.card c set ended_at = now() where c.id = v_card.id;
end $$;
comment on function gate.return_card is 'A card was given back; it may be issued to somebody else';

create function gate.unblock_card(p_uid text) returns void language plpgsql as $$
declare
    v_card gate.card := gate.card_in_use(p_uid);
begin
    if v_card.blocked_at is null then
        raise exception 'Эта карта не заблокирована.' using errcode = 'KB422';
    end if;
    update gate.card c set blocked_at = null, blocked_by = null where c.id = v_card.id;
end $$;
comment on function gate.unblock_card is 'A card that was lost is found: the office says so, not the cabinet';

-- ---- the desk ---------------------------------------------------------------------------------------------------------------

create function gate.day_begins(p_zone text, p_day date) returns timestamptz language sql stable as $$
    select timezone(p_zone, p_day::timestamp)
$$;
comment on function gate.day_begins is 'Midnight of a day in a time zone';

create function gate.initials(p_name text) returns text language sql immutable as $$
    select upper(left(p_name, 1) || coalesce(left(split_part(p_name, ' ', 2), 1), ''))
$$;
comment on function gate.initials is 'In place of a photo: first letters of surname and name';

create function gate.typed(p_text text) returns text language sql immutable as $$
    select translate(upper(btrim(p_text)), 'ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ', 'QWERTYUIOPASDFGHJKLZXCVBNM')
$$;
comment on function gate.typed is
    'What a reader of cards or a scanner sent: it types as a keyboard does, and with the Russian layout on its letters come as others';

create function gate.find_pupil(p_visit auth.staff_visit, p_find text, out outcome text, out pupil_id bigint)
language plpgsql stable as $$
declare
    v_code text := gate.typed(p_find);
    v_name text := translate(lower(btrim(p_find)), 'ё', 'е');
    v_card gate.card;
    v_count integer;
begin
    -- A printed reader's card: EAN-13 for own use, 20 and the account.
    if v_code ~ '^20[0-9]{11}$' then
        v_code := substr(v_code, 3, 10);
    end if;
    if v_code ~ '^([0-9]{10}|I[2-9A-HJKMNP-Z]{9})$' then
        select 'one', p.id into outcome, pupil_id from school.pupil p
         where (p.account = v_code or p.idn = v_code) and p.school_id = (p_visit).school_id and p.state = 'active';
        if found then
            return;
        end if;
    end if;
    if v_code ~ '[0-9]' or p_find ~ '[A-Fa-f]{8}' then
        if v_code ~ '^([0-9A-F]{2}){4,10}$' then
            select c.* into v_card
              from gate.card c
              join school.pupil p on p.id = c.pupil_id and p.state = 'active'
             where c.uid_hash = gate.card_hash(v_code) and c.school_id = (p_visit).school_id
             order by c.ended_at desc nulls first
             limit 1;
        end if;
        outcome := case when v_card.id is null then 'unknown' when v_card.ended_at is not null then 'ended'
                        when v_card.blocked_at is not null then 'blocked' else 'one' end;
        pupil_id := case outcome when 'one' then v_card.pupil_id end;
        return;
    end if;
    select count(*), min(p.id) into v_count, pupil_id
      from school.pupil p
      join people.pupil u on u.pupil_id = p.id
      join people.person n on n.id = u.person_id
     where p.school_id = (p_visit).school_id and p.state = 'active' and v_name <> ''
       and starts_with(translate(lower(n.last_name || ' ' || n.first_name), 'ё', 'е'), v_name);
    outcome := case v_count when 0 then 'nobody' when 1 then 'one' else 'many' end;
    if v_count <> 1 then
        pupil_id := null;
    end if;
end $$;
comment on function gate.find_pupil is
    'Whom a card''s UID, an account number, an ИДН or the beginning of a name means: one; many, nobody (by name); unknown, blocked, ended (by card)';

create function gate.pupils_named(p_visit auth.staff_visit, p_name text, p_limit integer)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text) language plpgsql stable rows 10 as $$
declare
    v_name text := translate(lower(btrim(p_name)), 'ё', 'е');
begin
    return query
    select p.id, n.last_name || ' ' || n.first_name, gate.initials(n.last_name || ' ' || n.first_name), (p.id % 6)::integer, k.name
      from school.pupil p
      join school.class k on k.id = p.class_id
      join people.pupil u on u.pupil_id = p.id
      join people.person n on n.id = u.person_id
     where p.school_id = (p_visit).school_id and p.state = 'active' and v_name <> ''
       and starts_with(translate(lower(n.last_name || ' ' || n.first_name), 'ё', 'е'), v_name)
     order by n.last_name, n.first_name, p.id
     limit least(p_limit, 100);
end $$;
comment on function gate.pupils_named is 'Pupils of the desk''s school whose surname (and name) begins so';

create function staff.gate_now(p_token text)
returns table (inside bigint, stale bigint, entered bigint, warnings bigint, last_id bigint, as_of timestamp)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_now timestamp := now() at time zone v_visit.time_zone;
    v_from timestamptz := gate.day_begins(v_visit.time_zone, v_now::date);
begin
    return query
    select p.inside, p.stale, e.entered, e.warnings, e.last_id, v_now
      from (select count(*) filter (where r.since >= v_from) as inside, count(*) filter (where r.since < v_from) as stale
              from gate.presence r where r.school_id = v_visit.school_id and r.is_inside) p,
           (select count(distinct g.pupil_id) filter (where g.direction = 'in' and not g.is_refused) as entered,
                   count(*) filter (where g.is_refused or g.why = 'no_permit') as warnings, coalesce(max(g.id), 0) as last_id
              from gate.event g where g.school_id = v_visit.school_id and g.at >= v_from) e;
end $$;
comment on function staff.gate_now is
    'One row of figures of today. warnings: refused, or out in lesson time without a permit; what the guard did himself is none. '
    'stale: inside by their latest event, but since another day - they went out without a tap';

create function staff.gate_events(p_token text, p_day date, p_limit integer)
returns table (id bigint, at timestamp, pupil_id bigint, name text, initials text, face integer, class_name text, direction text,
               door text, source text, why text, is_refused boolean, is_warning boolean, by_name text, note text, lag_min integer)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_day date := coalesce(p_day, (now() at time zone v_visit.time_zone)::date);
begin
    return query
    select e.id, e.at at time zone v_visit.time_zone, e.pupil_id, coalesce(n.name, ''), coalesce(gate.initials(n.name), '?'),
           (e.pupil_id % 6)::integer, coalesce(k.name, ''), e.direction::text, d.title, e.source::text, coalesce(e.why::text, ''),
           e.is_refused, e.is_warning, coalesce(people.staff_name(e.staff_id), ''), e.note,
           (extract(epoch from e.received_at - e.at) / 60)::integer
      from (select g.id, g.at, g.pupil_id, g.direction, g.door_id, g.source, g.why, g.is_refused, g.is_warning, g.staff_id, g.note,
                   g.received_at
              from gate.event g
             where g.school_id = v_visit.school_id and g.at >= gate.day_begins(v_visit.time_zone, v_day)
               and g.at < gate.day_begins(v_visit.time_zone, v_day + 1)
             order by g.at desc, g.id desc limit least(p_limit, 20000)) e
      join gate.door d on d.id = e.door_id
      left join school.pupil p on p.id = e.pupil_id
      left join school.class k on k.id = p.class_id
      left join lateral people.pupil_name(e.pupil_id) n(name) on true
     order by e.at desc, e.id desc;
end $$;
comment on function staff.gate_events is
    'Entries and exits of a day (NULL: today), the latest first. face: one of six colours of a pupil; lag_min: how late it was told';

create function staff.gate_doors(p_token text)
returns table (id bigint, title text, device_count bigint, last_seen_at timestamp, is_silent boolean, skew_s integer)
language plpgsql stable security definer rows 3 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
begin
    return query
    select d.id, d.title, count(r.id), max(r.last_seen_at) at time zone v_visit.time_zone,
           coalesce(bool_or(coalesce(r.last_seen_at, '-infinity') < now() - interval '15 min'), true),
           coalesce((array_agg(r.skew_s order by abs(r.skew_s) desc nulls last))[1], 0)
      from gate.door d
      left join gate.device r on r.door_id = d.id and r.retired_at is null
     where d.school_id = v_visit.school_id
       and (r.id is not null or not exists (select from gate.device o where o.door_id = d.id))
     group by d.id, d.title
     order by count(r.id) desc, d.title, d.id;
end $$;
comment on function staff.gate_doors is
    'Doors of the school that have a reader at work or never had one, the busiest first. is_silent: some reader said nothing for a quarter of an hour';

create function staff.gate_find(p_token text, p_query text, p_limit integer)
returns table (pupil_id bigint, name text, initials text, face integer, class_name text, is_inside boolean, since timestamp, card text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_class text[] := regexp_match(p_query, '^\s*([0-9]{1,2})\s*[«"-]?\s*([А-Яа-я]?)\s*[»"]?\s*$');
    v_name text := translate(lower(btrim(p_query)), 'ё', 'е');
begin
    return query
    select p.id, n.last_name || ' ' || n.first_name, gate.initials(n.last_name || ' ' || n.first_name), (p.id % 6)::integer, k.name,
           coalesce(r.is_inside, false), r.since at time zone v_visit.time_zone,
           coalesce((select case when bool_or(c.blocked_at is null) then 'good' else 'blocked' end
                       from gate.card c where c.pupil_id = p.id and c.ended_at is null), 'none')
      from school.pupil p
      join school.class k on k.id = p.class_id
      join people.pupil u on u.pupil_id = p.id
      join people.person n on n.id = u.person_id
      left join gate.presence r on r.pupil_id = p.id
     where p.school_id = v_visit.school_id and p.state = 'active'
       and case when v_class is not null then k.grade = v_class[1]::smallint and (v_class[2] = '' or k.letter = upper(v_class[2]))
                else v_name <> '' and starts_with(translate(lower(n.last_name || ' ' || n.first_name), 'ё', 'е'), v_name) end
     order by n.last_name, n.first_name, p.id
     limit least(p_limit, 100);
end $$;
comment on function staff.gate_find is
    'Pupils of the school by the beginning of the surname or by class (7, 7Б). card: good, blocked or none';

create function staff.gate_permits(p_token text)
returns table (id bigint, kind text, at text, body text, state text, name text, initials text, face integer, class_name text,
               sent_at timestamp, used_at timestamp, is_due boolean)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_now timestamp := now() at time zone v_visit.time_zone;
begin
    return query
    select m.id, m.kind::text, to_char(m.at, 'HH24:MI'), m.body, m.state::text, n.name, gate.initials(n.name), (p.id % 6)::integer, k.name,
           m.sent_at at time zone v_visit.time_zone, e.at at time zone v_visit.time_zone, m.state = 'asked' and m.at <= v_now::time
      from school.pupil p
      join gate.permit m on m.pupil_id = p.id and m.day = v_now::date
      join school.class k on k.id = p.class_id
      cross join lateral people.pupil_name(p.id) n(name)
      left join gate.event e on e.id = m.event_id
     where p.school_id = v_visit.school_id
     order by m.state <> 'asked', m.at, m.id
     limit 100;
end $$;
comment on function staff.gate_permits is 'What parents said for today: who may leave early, who comes late; those still open first';

create function staff.gate_inside(p_token text)
returns table (class_id bigint, class_name text, name text, since timestamp, is_stale boolean)
language plpgsql stable security definer rows 500 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_from timestamptz := gate.day_begins(v_visit.time_zone, (now() at time zone v_visit.time_zone)::date);
begin
    return query
    select case when r.since < v_from then 0 else k.id end, k.name, n.last_name || ' ' || n.first_name,
           r.since at time zone v_visit.time_zone, r.since < v_from
      from gate.presence r
      join school.pupil p on p.id = r.pupil_id
      join school.class k on k.id = p.class_id
      join people.pupil u on u.pupil_id = p.id
      join people.person n on n.id = u.person_id
     where r.school_id = v_visit.school_id and r.is_inside
     order by r.since < v_from, k.grade, k.letter, n.last_name, n.first_name, p.id
     limit 5000;
end $$;
comment on function staff.gate_inside is
    'Who is in the building, by class; in the end (class_id 0) those who came in another day and never tapped on their way out';

create function gate.put_by_hand(p_visit auth.staff_visit, p_pupil bigint, p_direction gate.direction, p_door bigint, p_note text)
returns bigint language plpgsql as $$
declare
    v_local timestamp := now() at time zone (p_visit).time_zone;
    v_door bigint := (select d.id from gate.door d where d.id = p_door and d.school_id = (p_visit).school_id);
    v_permits bigint[];
    v_escapes boolean;
    v_event bigint;
begin
    if v_door is null then
        raise exception 'no such door' using errcode = 'KB404';
    end if;
    if not exists (select from school.pupil p where p.id = p_pupil and p.school_id = (p_visit).school_id and p.state = 'active') then
        raise exception 'no such pupil' using errcode = 'KB404';
    end if;
    -- Permits first, then presence: the order in which readers take them (gate.take_events).
    perform from gate.permit m where m.pupil_id = p_pupil and m.day = v_local::date and m.state = 'asked' order by m.id for update;
    v_permits := array(select m.id from gate.permit m
                        where m.pupil_id = p_pupil and m.day = v_local::date and m.state = 'asked'
                          and case m.kind when 'early' then p_direction = 'out' and m.at <= (v_local + interval '10 min')::time
                                          else p_direction = 'in' end);
    v_escapes := p_direction = 'out' and v_permits = '{}' and coalesce(gate.in_lessons(p_pupil, v_local), false)
        and not exists (select from school.excuse x where x.pupil_id = p_pupil and x.kind = 'early' and x.state = 'accepted'
                           and v_local::date between x.first_day and x.last_day);
    insert into gate.event (school_id, pupil_id, direction, at, source, door_id, is_warning, why, staff_id, note)
    values ((p_visit).school_id, p_pupil, p_direction, now(), 'guard', v_door, v_permits = '{}',
            case when v_escapes then 'no_permit' else 'no_card' end::gate.why, (p_visit).staff_id, p_note)
    returning id into v_event;
    update gate.permit m set state = 'used', event_id = v_event where m.id = any (v_permits);
    insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
    values (p_pupil, (p_visit).school_id, p_direction = 'in', now(), v_event)
        on conflict (pupil_id) do update
       set school_id = excluded.school_id, is_inside = excluded.is_inside, since = excluded.since, event_id = excluded.event_id
     where excluded.since >= presence.since;
    return v_event;
end $$;
comment on function gate.put_by_hand is 'A pupil of the guard''s school passes without a card. A permit that covers it is used, else it is a warning for the parent';

create function staff.gate_pass(p_token text, p_key uuid, p_pupil bigint, p_direction text, p_door bigint, p_note text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
begin
    if not site.once('staff ' || v_visit.staff_id || ' gate-pass', p_key, concat_ws('|', p_pupil, p_direction, p_door, p_note)) then
        return;
    end if;
    perform gate.put_by_hand(v_visit, p_pupil, p_direction::gate.direction, p_door, p_note);
    perform auth.note_staff(v_visit, 'gate-pass', p.idn || ' ' || p_direction) from school.pupil p where p.id = p_pupil;
end $$;
comment on function staff.gate_pass is 'The guard lets a pupil in or out without a card; the note says why, the parent reads it';

create function staff.gate_release(p_token text, p_key uuid, p_permit bigint, p_door bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'guard');
    v_permit gate.permit;
    v_idn text;
begin
    if not site.once('staff ' || v_visit.staff_id || ' gate-release', p_key, concat_ws('|', p_permit, p_door)) then
        return;
    end if;
    select m.* into v_permit from gate.permit m join school.pupil p on p.id = m.pupil_id
     where m.id = p_permit and p.school_id = v_visit.school_id and m.kind = 'early'
       and m.day = (now() at time zone v_visit.time_zone)::date for update of m;
    if v_permit.id is null then
        raise exception 'no such permit' using errcode = 'KB404';
    elsif v_permit.state = 'withdrawn' then
        raise exception 'Родитель отозвал разрешение: выпускать по нему нельзя.' using errcode = 'KB422';
    elsif v_permit.state = 'used' then
        raise exception 'По этому разрешению ученик уже вышел.' using errcode = 'KB422';
    elsif v_permit.at > ((now() at time zone v_visit.time_zone) + interval '10 min')::time then
        raise exception 'Родитель разрешил уйти с %: ещё рано.', to_char(v_permit.at, 'HH24:MI') using errcode = 'KB422';
    end if;
    perform gate.put_by_hand(v_visit, v_permit.pupil_id, 'out', p_door, 'по разрешению родителя');
    v_idn := (select p.idn from school.pupil p where p.id = v_permit.pupil_id);
    perform auth.note_staff(v_visit, 'gate-release', v_idn || ' ' || p_permit);
end $$;
comment on function staff.gate_release is 'The guard lets a pupil out by the parent''s permit; it is used by that';

grant execute on function
    staff.gate_now(text),
    staff.gate_events(text, date, integer),
    staff.gate_doors(text),
    staff.gate_find(text, text, integer),
    staff.gate_permits(text),
    staff.gate_inside(text),
    staff.gate_pass(text, uuid, bigint, text, bigint, text),
    staff.gate_release(text, uuid, bigint, bigint) to kabinet_gate;

commit;
