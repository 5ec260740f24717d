-- Deploy kabinet:api/reader to pg
-- requires: api/session
-- requires: tables/gate

-- What readers at the doors say. A message is signed with the reader's key, which only this database has; what it tells is put
-- down once, whatever comes twice, late or from several doors at once. docs/readers.md is the protocol.

begin;

set local role kabinet_owner;
create schema device;
comment on schema device is 'What devices may ask: card readers. Functions only';
reset role;

call auth.add_program('reader', 'Card readers', 'device');
set local role kabinet_owner;

create function gate.take_events(p_device gate.device, p_shift interval, p_n bigint[], p_uid text[], p_at timestamptz[],
    p_direction text[], out accepted integer, out duplicate integer, out unknown integer, out differing integer)
language plpgsql as $$
declare
    v_zone text := (select s.time_zone from school.school s where s.id = p_device.school_id);
    v_total integer := coalesce(cardinality(p_n), 0);
begin
    -- Whoever else wants these permits - the parent who withdraws one, the guard, another reader - waits, and all in one order.
    perform from gate.permit p
      where p.state = 'asked' and p.day between (now() - interval '32 days')::date and (now() + interval '1 day')::date
        and p.pupil_id in (select c.pupil_id from gate.card c, unnest(p_uid) u(uid) where c.uid_hash = gate.card_hash(u.uid))
      order by p.id for update;

    -- The same number for something else: the reader has lost count. It is taken for the old event, and told to the log.
    differing := (select count(*) from unnest(p_n, p_at, p_direction) u(n, at, direction)
                    join gate.event e on e.device_id = p_device.id and e.number = u.n
                   where e.said_at <> u.at or e.direction <> u.direction::gate.direction);

    with line as (
        -- The device's row is locked: nobody else adds events of this reader now.
        select distinct on (u.n) u.n, u.uid, u.said, u.direction::gate.direction as direction,
               greatest(least(u.said - p_shift, now()), now() - interval '30 days') as at,
               u.said - p_shift > now() + interval '1 min' or u.said - p_shift < now() - interval '30 days' as is_impossible
          from unnest(p_n, p_uid, p_at, p_direction) with ordinality u(n, uid, said, direction, line)
         where not exists (select from gate.event e where e.device_id = p_device.id and e.number = u.n)
         order by u.n, u.line
    ), told as (
        -- A card of another school is nobody's card here. What the card was worth counts at the moment of the tap.
        select l.n, l.uid, l.said, l.direction, l.at, l.at at time zone v_zone as local, l.is_impossible,
               c.id as card_id, c.pupil_id,
               case when c.id is null then 'unknown'
                    when c.blocked_at <= l.at then 'blocked'
                    when c.ended_at <= l.at then 'replaced'
                    when p.state = 'left' then 'left' end::gate.why as refusal
          from line l
          left join lateral (select k.id, k.pupil_id, k.blocked_at, k.ended_at from gate.card k
                              where k.uid_hash = gate.card_hash(l.uid) and k.school_id = p_device.school_id
                              order by coalesce(k.ended_at > l.at, true) desc, k.issued_at desc limit 1) c on true
          left join school.pupil p on p.id = c.pupil_id
    ), permitted as (
        -- A permit is used by the first exit that it covers (one of coming late: by the first entry of its day).
        select distinct on (m.id) m.id as permit_id, t.n
          from told t
          join gate.permit m on m.pupil_id = t.pupil_id and m.state = 'asked' and m.day = t.local::date
           and ((m.kind = 'early' and t.direction = 'out' and m.at <= (t.local + interval '10 min')::time)
                or (m.kind = 'late' and t.direction = 'in'))
         where t.refusal is null
         order by m.id, t.at, t.n
    ), judged as materialized (
        select t.*, t.refusal is null and t.direction = 'out' and not exists (select from permitted x where x.n = t.n)
                    and not exists (select from school.excuse x where x.pupil_id = t.pupil_id and x.kind = 'early' and x.state = 'accepted'
                                       and t.local::date between x.first_day and x.last_day)
                    and coalesce(gate.in_lessons(t.pupil_id, t.local), false) as is_escape
          from told t
    ), made as (
        insert into gate.event (school_id, pupil_id, direction, at, source, door_id, device_id, number, said_at, card_id,
                                is_refused, is_warning, why, note)
        select p_device.school_id, j.pupil_id, j.direction, j.at, 'card', p_device.door_id, p_device.id, j.n, j.said, j.card_id,
               j.refusal is not null, j.refusal is not null or j.is_escape,
               coalesce(j.refusal, case when j.is_escape then 'no_permit'::gate.why when j.is_impossible then 'clock'::gate.why end),
               case when j.card_id is null then '…' || upper(right(j.uid, 4)) else '' end
          from judged j
         order by j.n
        returning id, pupil_id, direction, at, number, is_refused
    ), used as (
        update gate.permit m set state = 'used', event_id = e.id
          from permitted x join made e on e.number = x.n
         where m.id = x.permit_id
    ), present as (
        -- In the order of pupils, rows that are new too: readers that meet wait for each other and never in a circle.
        insert into gate.presence (pupil_id, school_id, is_inside, since, event_id)
        select distinct on (e.pupil_id) e.pupil_id, p_device.school_id, e.direction = 'in', e.at, e.id
          from made e
         where not e.is_refused
         order by e.pupil_id, e.at desc, e.number desc
            on conflict (pupil_id) do update
           set school_id = excluded.school_id, is_inside = excluded.is_inside, since = excluded.since, event_id = excluded.event_id
         where excluded.since >= presence.since
    )
    select count(e.pupil_id), count(*) - count(e.pupil_id) into accepted, unknown from made e;
    duplicate := v_total - accepted - unknown;
end $$;
comment on function gate.take_events is
    'Puts down what a reader tells, its clock being ahead of ours by p_shift. The device''s row is locked by the caller; then come '
    'permits by id, then presence by pupil, here and wherever else. differing: duplicates that say something else than before';

create function device.gate_message(p_device text, p_sequence bigint, p_time text, p_moment timestamptz, p_signature bytea, p_body bytea,
    p_n bigint[], p_uid text[], p_at timestamptz[], p_direction text[], p_bad_line integer,
    out outcome text, out accepted integer, out duplicate integer, out unknown integer, out missed bigint, out differing integer,
    out last_sequence bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_device gate.device;
    v_message gate.message;
    v_skew_s bigint := extract(epoch from p_moment - now());
    v_mac bytea;
begin
    select d.* into v_device from gate.device d where d.id = p_device and d.retired_at is null;
    -- A reader that is not there costs the same work.
    v_mac := gate.hmac(coalesce(v_device.inner_pad, sha256('') || sha256('')), coalesce(v_device.outer_pad, sha256('') || sha256('')),
        convert_to(concat_ws(E'\n', p_device, p_sequence::text, p_time, ''), 'UTF8') || p_body);
    outcome := case
        when v_device.id is null then 'device'
        -- Hashed once more, so that the time of comparing tells nothing about the right one.
        when sha256(v_mac) <> sha256(p_signature) then 'signature'
        when abs(v_skew_s) > 86400 then 'time'
        when p_bad_line is not null then 'line' end;
    if outcome is not null then
        return;
    end if;
    select d.* into v_device from gate.device d where d.id = p_device and d.retired_at is null for update;
    last_sequence := v_device.last_sequence;
    select m.* into v_message from gate.message m where m.device_id = p_device and m.sequence = p_sequence;
    if found then
        outcome := case when v_message.digest = sha256(p_body) then 'again' else 'other' end;
        accepted := v_message.accepted;
        duplicate := v_message.duplicate;
        unknown := v_message.unknown;
        return;
    elsif p_sequence <= v_device.last_sequence then
        outcome := 'old';
        return;
    end if;
    select t.accepted, t.duplicate, t.unknown, t.differing into accepted, duplicate, unknown, differing
      from gate.take_events(v_device, case when abs(v_skew_s) > 60 then p_moment - now() else interval '0' end,
                            p_n, p_uid, p_at, p_direction) t;
    missed := p_sequence - v_device.last_sequence - 1;
    insert into gate.message (device_id, sequence, digest, accepted, duplicate, unknown, missed)
    values (p_device, p_sequence, sha256(p_body), accepted, duplicate, unknown, missed);
    update gate.device d set last_sequence = p_sequence, last_seen_at = now(), skew_s = v_skew_s where d.id = p_device;
    outcome := 'ok';
end $$;
comment on function device.gate_message is
    'A message of a reader. ok: its events are put down; again: they were, here is the same answer; device, signature, time: it is '
    'not the reader''s, or too old, and nobody is told which; line: p_bad_line is not as it must be, nothing was kept; other: this '
    'sequence came with another body; old: it is below the last one and never came. missed: sequences that were left out before it';

grant execute on function device.gate_message(text, bigint, text, timestamptz, bytea, bytea, bigint[], text[], timestamptz[], text[], integer)
    to kabinet_reader;

commit;
