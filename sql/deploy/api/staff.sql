-- Deploy kabinet:api/staff to pg
-- requires: api/login
-- requires: tables/staff
-- requires: tables/viewing
-- requires: api/contract

-- The door of the desks, and who a staff token is. The other half of the token wall: every function of schema staff begins with
-- auth.resolve_staff() or one of those that ask for a role, and answers for that school alone.

begin;

set local role kabinet_owner;

create schema staff;
comment on schema staff is 'What the programs of the desks may ask. Functions only; the first parameter is the staff session token';

create type auth.staff_visit as (
    session_id  uuid,
    staff_id    bigint,
    school_id   bigint,
    time_zone   text,
    roles       auth.staff_role[]
);
comment on type auth.staff_visit is 'What a staff token stands for';

create function auth.resolve_staff(p_token text) returns auth.staff_visit language plpgsql stable as $$
declare
    v_visit auth.staff_visit;
begin
    select s.id, f.id, f.school_id, c.time_zone, f.roles
      into v_visit
      from auth.staff_session s
      join auth.staff f on f.id = s.staff_id
      join school.school c on c.id = f.school_id
     where s.token_hash = sha256(convert_to(p_token, 'UTF8'))
       and s.last_used_at > now() - interval '60 min' and s.started_at > now() - interval '12 h'
       and f.left_at is null;
    if not found then
        raise exception 'no session' using errcode = 'KB401';
    end if;
    return v_visit;
end $$;
comment on function auth.resolve_staff is 'The one place where a staff token becomes somebody. KB401 when it is not good. Granted to no program';

create function auth.staff_with(p_token text, p_role auth.staff_role) returns auth.staff_visit language plpgsql stable as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    if not p_role = any (v_visit.roles) then
        raise exception 'not a %', p_role using errcode = 'KB403';
    end if;
    return v_visit;
end $$;
comment on function auth.staff_with is 'The visit of somebody who has that role, else KB403';

create function auth.note_staff(p_visit auth.staff_visit, p_action text, p_object text) returns void language sql as $$
    insert into site.audit (actor, staff_id, action, object, school_id)
    values ('staff', (p_visit).staff_id, p_action, p_object, (p_visit).school_id)
$$;
comment on function auth.note_staff is 'A line of site.audit about what somebody did at a desk';

create function people.staff_name(p_staff bigint) returns text language sql stable as $$
    select concat_ws(' ', p.last_name, p.first_name, nullif(p.middle_name, ''))
      from people.staff s join people.person p on p.id = s.person_id
     where s.staff_id = p_staff
$$;
comment on function people.staff_name is 'Full name of a member of staff, for desks alone';

create function people.pupil_name(p_pupil bigint) returns text language sql stable as $$
    select concat_ws(' ', p.last_name, p.first_name)
      from people.pupil u join people.person p on p.id = u.person_id
     where u.pupil_id = p_pupil
$$;
comment on function people.pupil_name is 'Surname and first name of a pupil, for desks alone: never in a function of schema cabinet';

create function staff.visitor(p_token text)
returns table (name text, school_name text, is_teacher boolean, is_tutor boolean, is_head boolean, is_guard boolean,
               is_canteen boolean, is_admin boolean, is_librarian boolean, is_support boolean, today date, now timestamp, touch_due boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_now timestamp := now() at time zone v_visit.time_zone;
begin
    return query
    select people.staff_name(v_visit.staff_id), c.name, 'teacher' = any (v_visit.roles),
           exists (select from school.class k join school.year y on y.id = k.year_id
                    where k.tutor_id = v_visit.staff_id and v_now::date between y.first_day and y.last_day),
           'head' = any (v_visit.roles), 'guard' = any (v_visit.roles), 'canteen' = any (v_visit.roles),
           'admin' = any (v_visit.roles), 'librarian' = any (v_visit.roles), 'support' = any (v_visit.roles), v_now::date, v_now,
           s.last_used_at < now() - interval '5 min'
      from school.school c, auth.staff_session s
     where c.id = v_visit.school_id and s.id = v_visit.session_id;
end $$;
comment on function staff.visitor is 'Who is at the desk: one row. today and now are local to the school; is_tutor: has a class of this year';

create function staff.session_touch(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    update auth.staff_session s set last_used_at = now()
     where s.id = v_visit.session_id and s.last_used_at < now() - interval '1 min';
end $$;
comment on function staff.session_touch is 'The session is in use: called when staff.visitor() says touch_due';

create function staff.note_view(p_token text, p_purpose text, p_object text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_today date := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date;
    v_object text := nullif(nullif(p_object, ''), '0');
    v_purpose site.view_purpose;
    v_role text;
    v_appeal bigint;
    v_seen record;
    v_count integer := 0;
begin
    select p.* into strict v_purpose from site.view_purpose p where p.purpose = p_purpose;
    if v_object is null and v_purpose.kind not in ('school', 'tutored', 'questions') then
        if not v_purpose.or_all then
            return;
        end if;
        v_purpose.kind := 'school';
    end if;
    v_role := (select r.role from pg_catalog.unnest(v_purpose.roles) with ordinality r(role, place)
                where r.role = any (v_visit.roles::text[]) or v_purpose.roles = '{tutor}' order by r.place limit 1);
    if v_role is null then
        raise exception 'nobody who looks for that' using errcode = 'KB403';
    end if;
    v_appeal := case v_purpose.kind
        when 'appeal' then v_object::bigint
        when 'file' then (select m.appeal_id from appeal.message_file f join appeal.message m on m.id = f.message_id where f.file_id = v_object::uuid) end;
    for v_seen in select v.* from site.viewed(v_visit.school_id, v_visit.staff_id, v_today, v_purpose.kind, v_object) v loop
        v_count := v_count + 1;
        insert into site.viewing (school_id, staff_id, role, purpose, pupil_id, class_id, team_id, appeal_id)
        select v_visit.school_id, v_visit.staff_id, case when 'tutor' = any (v_purpose.roles) and exists (
                   select from school.class k
                    where k.tutor_id = v_visit.staff_id
                      and k.id = coalesce(v_seen.class_id, school.class_on(v_seen.pupil_id, v_today))) then 'tutor' else v_role end,
               p_purpose, v_seen.pupil_id, v_seen.class_id, v_seen.team_id, v_appeal
         where not exists (
                   select from site.viewing o
                    where o.staff_id = v_visit.staff_id and o.at > pg_catalog.now() - interval '15 min' and o.purpose = p_purpose
                      and (o.pupil_id, o.class_id, o.team_id, o.appeal_id) is not distinct from (v_seen.pupil_id, v_seen.class_id, v_seen.team_id, v_appeal));
    end loop;
    if v_count = 0 and v_purpose.kind not in ('questions', 'file', 'grade', 'book-copy', 'book-scan', 'book-queue', 'idn') then
        raise exception 'nothing of this school' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.note_view is
    'The last question of a page that shows children''s data: who looks, why, at whom. The same again within 15 minutes is the same view. '
    'No object where the purpose wants one: the page shows nobody yet, or (or_all) the whole school';

reset role;   -- the owner makes no roles
call auth.add_program('staff', 'The door of the desks', 'staff');
set local role kabinet_owner;

-- ---- the door -----------------------------------------------------------------------------------------------------------

create function staff.login_begin(p_name text, p_address text,
    out attempt uuid, out salt bytea, out cost_log2 integer, out wait_s integer)
language plpgsql security definer set search_path = '' as $$
declare
    v_name text := lower(p_name collate "C");
    v_attempt auth.attempt;
begin
    v_attempt.kind := 'staff';
    v_attempt.address := p_address::inet;
    v_attempt.staff_id := (select f.id from auth.staff f where f.login = v_name and f.left_at is null);
    v_attempt.name_hash := auth.keyed('staff', v_name);
    select b.attempt, b.salt, b.cost_log2, b.wait_s into attempt, salt, cost_log2, wait_s
      from auth.begin_attempt(v_attempt) b;
end $$;
comment on function staff.login_begin is 'One row, as cabinet.login_begin() has it. wait_s above 0: a budget is used up, nothing else was done';

create function staff.login_finish(p_attempt uuid, p_hash bytea, p_token text, p_agent text, p_old_token text,
    out outcome text)
language plpgsql security definer set search_path = '' as $$
declare
    v_attempt auth.attempt := auth.finish_attempt(p_attempt, '{staff}', p_hash);
begin
    outcome := 'wrong';
    if v_attempt.succeeded is not true then
        return;
    end if;
    delete from auth.staff_session s where s.token_hash = sha256(convert_to(p_old_token, 'UTF8'));
    delete from auth.staff_session s
     where s.id in (select o.id from auth.staff_session o where o.staff_id = v_attempt.staff_id
                     order by o.last_used_at desc offset 9);
    insert into auth.staff_session (token_hash, staff_id, address, agent)
    values (sha256(convert_to(p_token, 'UTF8')), v_attempt.staff_id, v_attempt.address, left(coalesce(p_agent, ''), 300));
    perform auth.note_staff(auth.resolve_staff(p_token), 'log-in', f.login) from auth.staff f where f.id = v_attempt.staff_id;
    outcome := 'ok';
end $$;
comment on function staff.login_finish is 'ok: the token is a staff session from now on, and p_old_token is none. The ten sessions used last stay';

create function staff.logout(p_token text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    delete from auth.staff_session s where s.id = v_visit.session_id;
end $$;
comment on function staff.logout is 'Ends this session';

grant execute on function
    staff.login_begin(text, text),
    staff.login_finish(uuid, bytea, text, text, text),
    staff.logout(text) to kabinet_staff;

-- ---- accounts, for scripts/staff alone: it runs as the owner --------------------------------------------------------------

create function people.note_staff(p_staff bigint, p_action text) returns void language sql as $$
    insert into site.audit (actor, action, object, school_id)
    select 'office', p_action, f.login, f.school_id from auth.staff f where f.id = p_staff
$$;
comment on function people.note_staff is 'A line of site.audit about somebody''s account';

create function people.staff_of(p_login text) returns bigint language plpgsql stable as $$
declare
    v_id bigint := (select f.id from auth.staff f where f.login = p_login);
begin
    if v_id is null then
        raise exception 'Нет сотрудника с именем входа «%».', p_login using errcode = 'KB422';
    end if;
    return v_id;
end $$;
comment on function people.staff_of is 'The member of staff by login name';

create function people.staff_roles(p_roles text[]) returns auth.staff_role[] language plpgsql immutable as $$
begin
    if cardinality(p_roles) = 0 or not p_roles <@ enum_range(null::auth.staff_role)::text[] then
        raise exception 'Роли — слова %.', array_to_string(enum_range(null::auth.staff_role), ', ') using errcode = 'KB422';
    end if;
    return array(select distinct r.role::auth.staff_role from unnest(p_roles) r(role) order by 1);
end $$;
comment on function people.staff_roles is 'Role words as roles, each once';

create function people.set_staff_secret(p_login text, p_secret people.secret) returns void language plpgsql as $$
declare
    v_id bigint := people.staff_of(p_login);
begin
    insert into auth.credential (kind, staff_id, salt, cost_log2, hash)
    values ('staff', v_id, (p_secret).salt, (p_secret).cost_log2, (p_secret).hash)
        on conflict (staff_id) do update
       set salt = excluded.salt, cost_log2 = excluded.cost_log2, hash = excluded.hash, made_at = now();
    delete from auth.staff_session s where s.staff_id = v_id;
    perform people.note_staff(v_id, 'staff-password');
end $$;
comment on function people.set_staff_secret is 'A password from now on; whoever was in by the old one is out';

create function people.hire(p_school text, p_login text, p_name text, p_roles text[], p_secret people.secret) returns bigint
language plpgsql as $$
declare
    v_id bigint;
begin
    if p_login !~ '^[a-z][a-z0-9.-]{2,31}$' then
        raise exception 'Имя входа — от 3 до 32 латинских строчных букв, цифр, точек и дефисов, первой буква.' using errcode = 'KB422';
    elsif exists (select from auth.staff f where f.login = p_login) then
        raise exception 'Имя входа «%» занято.', p_login using errcode = 'KB422';
    end if;
    insert into auth.staff (school_id, login, roles)
    values (people.school_of(p_school), p_login, people.staff_roles(p_roles)) returning id into v_id;
    insert into people.staff (staff_id, person_id) values (v_id, people.person_new(p_name));
    perform people.note_staff(v_id, 'staff-hire');
    perform people.set_staff_secret(p_login, p_secret);
    return v_id;
end $$;
comment on function people.hire is 'A new member of staff, with the password''s hash';

create function people.set_staff_roles(p_login text, p_roles text[]) returns void language plpgsql as $$
declare
    v_id bigint := people.staff_of(p_login);
begin
    update auth.staff f set roles = people.staff_roles(p_roles) where f.id = v_id;
    perform people.note_staff(v_id, 'staff-roles');
end $$;
comment on function people.set_staff_roles is 'Other roles, from the next page on';

create function people.staff_leave(p_login text) returns void language plpgsql as $$
declare
    v_id bigint := people.staff_of(p_login);
begin
    update auth.staff f set left_at = now() where f.id = v_id and f.left_at is null;
    delete from auth.staff_session s where s.staff_id = v_id;
    delete from auth.credential c where c.staff_id = v_id;
    perform people.note_staff(v_id, 'staff-leave');
end $$;
comment on function people.staff_leave is 'Cannot log in any more, and is out at once; what was done stays with the name';

create function people.staff_list(p_school text)
returns table (login text, school text, name text, roles text, state text) language sql stable as $$
    select f.login, c.region || c.number, people.staff_name(f.id), array_to_string(f.roles, ','),
           case when f.left_at is not null then 'left'
                when exists (select from auth.credential r where r.staff_id = f.id) then 'active'
                else 'no password' end
      from auth.staff f join school.school c on c.id = f.school_id
     where p_school is null or f.school_id = people.school_of(p_school)
     order by c.region, c.number, f.login
$$;
comment on function people.staff_list is 'Accounts of a school, or of all';

commit;
