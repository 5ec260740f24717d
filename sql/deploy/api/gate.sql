-- Deploy kabinet:api/gate to pg
-- requires: api/staff
-- requires: tables/gate

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

commit;
