-- Deploy kabinet:api/audit to pg
-- requires: api/staff
-- requires: api/settings
-- requires: tables/viewing

-- Who did and saw what: for a child's family without names, for the administrator of a school with them.

begin;

call auth.add_program('audit', 'What the administrator reads of acts and views', 'staff');
set local role kabinet_owner;

-- ---- the family ---------------------------------------------------------------------------------------------------------------

create function site.below(p_to timestamptz, p_at timestamptz, p_id bigint, out at timestamptz, out id bigint) language sql immutable as $$
    select least(p_to, p_at), case when p_at <= p_to then p_id else 0 end
$$;
comment on function site.below is
    'The place below which a list begins: the end of its period, or the row that a page ended with. One bound, for an index is entered at one place';

-- Each branch is one index, read from its newest end; the first p_limit of their union are the answer.
create function site.views_of(p_pupil bigint, p_lists boolean, p_from timestamptz, p_to timestamptz, p_at timestamptz, p_id bigint, p_limit integer,
    p_login bigint default null) returns setof site.viewing language plpgsql stable rows 50 as $$
declare
    v_zone text := (select s.time_zone from school.pupil p join school.school s on s.id = p.school_id where p.id = p_pupil);
begin
    if p_lists then
        return query
        select v.* from site.below(p_to, p_at, p_id) b cross join lateral (
            select v.* from site.viewing v
             where v.school_id = (select p.school_id from school.pupil p where p.id = p_pupil)
               and num_nonnulls(v.pupil_id, v.class_id, v.team_id) = 0
               and v.at >= greatest(p_from, timezone(v_zone, (select min(e.first_day) from school.enrolment e where e.pupil_id = p_pupil)::timestamp))
               and (v.at, v.id) < (b.at, b.id)
             order by v.at desc, v.id desc limit p_limit) v;
        return;
    end if;
    return query
    select a.* from (
        select v.* from site.below(p_to, p_at, p_id) b cross join lateral (
            select v.* from site.viewing v
             where v.pupil_id = p_pupil and v.at >= p_from and (v.at, v.id) < (b.at, b.id)
               and (p_login is null or v.appeal_id is null or exists (
                   select from appeal.appeal a join auth.access x on x.id = a.access_id where a.id = v.appeal_id and x.login_id = p_login))
             order by v.at desc, v.id desc limit p_limit) v
        union all
        select v.* from school.enrolment e
         cross join site.below(least(p_to, timezone(v_zone, (e.last_day + 1)::timestamp)), p_at, p_id) b
         cross join lateral (
            select v.* from site.viewing v
             where v.class_id = e.class_id and v.at >= greatest(p_from, timezone(v_zone, e.first_day::timestamp)) and (v.at, v.id) < (b.at, b.id)
             order by v.at desc, v.id desc limit p_limit) v
         where e.pupil_id = p_pupil
        union all
        select v.* from service.member m
         cross join site.below(least(p_to, timezone(v_zone, (m.last_day + 1)::timestamp)), p_at, p_id) b
         cross join lateral (
            select v.* from site.viewing v
             where v.team_id = m.team_id and v.at >= greatest(p_from, timezone(v_zone, m.first_day::timestamp)) and (v.at, v.id) < (b.at, b.id)
             order by v.at desc, v.id desc limit p_limit) v
         where m.pupil_id = p_pupil) a
     order by a.at desc, a.id desc limit p_limit;
end $$;
comment on function site.views_of is
    'Views of a child, of its class while it was in that, of its groups likewise (p_lists: of lists of the whole school instead), the newest first, '
    'from below the view (p_at, p_id); p_limit NULL: all. p_login: without appeals that another adult wrote, who are nobody else''s to know of';

create type site.period as (zone text, first_day date, last_day date, starts timestamptz, ends timestamptz);
comment on type site.period is 'Days of a school, as moments: from starts to before ends';

create function site.period(p_zone text, p_from date, p_to date, p_days integer) returns site.period language plpgsql stable as $$
declare
    v_period site.period;
begin
    v_period.zone := p_zone;
    v_period.last_day := least(coalesce(p_to, 'infinity'), timezone(p_zone, now())::date);
    v_period.first_day := greatest(coalesce(p_from, v_period.last_day - p_days + 1), v_period.last_day - 366);
    v_period.starts := timezone(p_zone, v_period.first_day::timestamp);
    v_period.ends := timezone(p_zone, (v_period.last_day + 1)::timestamp);
    return v_period;
end $$;
comment on function site.period is 'What was asked for, or the last p_days days; a year at most, nothing of the future';

create function cabinet.views(p_token text, p_lists boolean, p_from date, p_to date, p_before bigint, p_limit integer)
returns table (id bigint, at timestamp, day date, role text, purpose text, whose text, class_name text)
language plpgsql stable security definer rows 50 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_period site.period := site.period(v_visit.time_zone, p_from, p_to, 30);
    v_at timestamptz := coalesce((select v.at from site.viewing v where v.id = p_before), 'infinity');
begin
    return query
    select v.id, timezone(v_visit.time_zone, v.at), timezone(v_visit.time_zone, v.at)::date, r.title, u.title,
           case when v.pupil_id is not null then 'child' when v.class_id is not null then 'class' when v.team_id is not null then 'team' else 'school' end,
           coalesce(k.name, '')
      from site.views_of(v_visit.pupil_id, p_lists, v_period.starts, v_period.ends, v_at, coalesce(p_before, 0), least(p_limit, 200), v_visit.login_id) v
      join site.view_role r on r.role = v.role
      join site.view_purpose u on u.purpose = v.purpose
      left join school.class k on k.id = v.class_id
     order by v.at desc, v.id desc;
end $$;
comment on function cabinet.views is
    'Who looked at the data of the child on show, by role, never by name; whose: child, class, team (a group of a paid service), school. '
    'p_lists: lists of the whole school alone, else all but these';

create function cabinet.view_counts(p_token text, p_lists boolean, p_from date, p_to date)
returns table (role text, views bigint, first_day date, last_day date)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_period site.period := site.period(v_visit.time_zone, p_from, p_to, 30);
begin
    return query
    select r.title, c.n, v_period.first_day, v_period.last_day
      from (select v.role, count(*) as n
              from site.views_of(v_visit.pupil_id, p_lists, v_period.starts, v_period.ends, 'infinity', 0, null, v_visit.login_id) v group by v.role) c
      full join site.view_role r on r.role = c.role
     order by r.rank;
end $$;
comment on function cabinet.view_counts is 'The same by roles, one row for each role there is (views NULL: none), with the period that was meant';

grant execute on function
    cabinet.views(text, boolean, date, date, bigint, integer),
    cabinet.view_counts(text, boolean, date, date) to kabinet_settings;

-- ---- the administrator --------------------------------------------------------------------------------------------------------

create function site.acts(p_school bigint, p_from timestamptz, p_to timestamptz, p_staff bigint, p_idn text, p_area site.action_area,
    p_at timestamptz, p_id bigint, p_limit integer)
returns setof site.audit language plpgsql stable rows 100 as $$
declare
    v_below record := site.below(p_to, p_at, p_id);
    v_actions text[] := (select array_agg(a.action) from site.action a where a.area = p_area);
begin
    if p_idn is not null then
        return query
        select a.* from site.audit a
         where left(a.object, 10) = p_idn and a.object ~ '^I[2-9A-HJKMNP-Z]{9}' and a.school_id = p_school
           and a.at >= p_from and (a.at, a.id) < (v_below.at, v_below.id)
           and (p_staff is null or a.staff_id = p_staff) and (p_area is null or a.action = any (v_actions))
         order by a.at desc, a.id desc limit p_limit;
    elsif p_staff is not null then
        return query
        select a.* from site.audit a
         where a.staff_id = p_staff and a.school_id = p_school and a.at >= p_from and (a.at, a.id) < (v_below.at, v_below.id)
           and (p_area is null or a.action = any (v_actions))
         order by a.at desc, a.id desc limit p_limit;
    elsif p_area is not null then   -- each action has its place in the index: a rare one is found without reading the others
        return query
        select o.* from unnest(v_actions) w(action) cross join lateral (
            select a.* from site.audit a
             where a.school_id = p_school and a.action = w.action and a.at >= p_from and (a.at, a.id) < (v_below.at, v_below.id)
             order by a.at desc, a.id desc limit p_limit) o
         order by o.at desc, o.id desc limit p_limit;
    else
        return query
        select a.* from site.audit a
         where a.school_id = p_school and a.at >= p_from and (a.at, a.id) < (v_below.at, v_below.id)
         order by a.at desc, a.id desc limit p_limit;
    end if;
end $$;
comment on function site.acts is 'Acts of a school, the newest first, from below (p_at, p_id): one index for each way to ask, so that millions of others cost nothing';

create function site.looks(p_school bigint, p_from timestamptz, p_to timestamptz, p_staff bigint, p_pupil bigint,
    p_at timestamptz, p_id bigint, p_limit integer)
returns setof site.viewing language plpgsql stable rows 100 as $$
declare
    v_below record := site.below(p_to, p_at, p_id);
begin
    if p_pupil is not null and p_staff is null then
        return query
        select v.* from site.views_of(p_pupil, false, p_from, p_to, p_at, p_id, p_limit) v;
    elsif p_pupil is not null then
        return query
        select v.* from site.views_of(p_pupil, false, p_from, p_to, p_at, p_id, null) v
         where v.staff_id = p_staff order by v.at desc, v.id desc limit p_limit;
    elsif p_staff is not null then
        return query
        select v.* from site.viewing v
         where v.staff_id = p_staff and v.school_id = p_school and v.at >= p_from and (v.at, v.id) < (v_below.at, v_below.id)
         order by v.at desc, v.id desc limit p_limit;
    else
        return query
        select v.* from site.viewing v
         where v.school_id = p_school and v.at >= p_from and (v.at, v.id) < (v_below.at, v_below.id)
         order by v.at desc, v.id desc limit p_limit;
    end if;
end $$;
comment on function site.looks is 'Views of a school, as site.acts() has acts';

create function site.day_words(p_text text) returns text language sql immutable as $$
    select regexp_replace(p_text, '^([0-9]{4})-([0-9]{2})-([0-9]{2})$', '\3.\2.\1')
$$;
comment on function site.day_words is 'A day as people write it; any other text as it is';

create function site.object_words(p_action text, p_object text) returns text language sql stable as $$
    -- What families do, and what desks do to a child, begins with an ИДН; the rest is of the act.
    select concat_ws(', ', nullif(o.idn, ''), nullif(case
        when o.rest = '' then ''
        when o.rest ~ '^[0-9]{6}-[0-9]{4}/[0-9]+$' then '№ ' || o.rest
        when o.rest ~ '^loan [0-9]+$' then 'выдача № ' || o.word[2]
        when o.rest ~ '^hold [0-9]+$' then 'место в очереди № ' || o.word[2]
        when o.rest ~ '^set [0-9]+$' then 'комплект № ' || o.word[2]
        when o.rest ~ '^set [0-9]+: [0-9]+$' then 'комплект № ' || rtrim(o.word[2], ':') || ', возвращено: ' || o.word[3]
        when o.rest ~ '^[0-9]+ price ([0-9]{1,15}|-) ([0-9]{1,15}|-)$' then
            format('№ %s, цена: была %s, стала %s', o.word[1], case o.word[3] when '-' then 'не указана' else ledger.roubles(o.word[3]::bigint) end,
                   case o.word[4] when '-' then 'не указана' else ledger.roubles(o.word[4]::bigint) end)
        when p_action = 'service-price' and o.rest ~ '^[0-9]+ [0-9]{1,15}( retired)?$' then
            format('№ %s, цена: %s', o.word[1], ledger.roubles(o.word[2]::bigint)) || case when o.word[3] = 'retired' then ', больше не оказывается' else '' end
        when p_action = 'service-members' and o.rest ~ '^[0-9]+ [0-9]+$' then format('№ %s, записано: %s', o.word[1], o.word[2])
        when p_action = 'gate-pass' and o.rest in ('in', 'out') then case o.rest when 'in' then 'вход' else 'выход' end
        when p_action = 'gate-release' and o.rest ~ '^[0-9]+$' then 'разрешение № ' || o.rest
        when p_action = 'school-change' and o.rest ~ '^[0-9]{1,3}% (no )?ranks$' then
            format('порог посещаемости %s, места %s', o.word[1], case o.word[2] when 'no' then 'не показаны' else 'показаны' end)
        when p_action = 'ration-issue' and o.rest ~ '^[0-9]+$' then 'дней: ' || o.rest
        when p_action = 'audit-export' and cardinality(o.word) = 5 then coalesce(nullif(concat_ws(', ',
            case when o.word[1] <> '-' then 'с ' || site.day_words(o.word[1]) end, case when o.word[2] <> '-' then 'по ' || site.day_words(o.word[2]) end,
            case o.word[3] when 'entry' then 'входы и доступ' when 'views' then 'просмотры' when 'money' then 'деньги' when 'settings' then 'настройки'
                           when 'work' then 'работа' end,
            case when o.word[4] <> '-' then 'сотрудник № ' || o.word[4] end, case when o.word[5] <> '-' then o.word[5] end), ''), 'без отбора')
        when o.rest ~ '^[0-9]+$' then '№ ' || o.rest
        else site.day_words(o.rest) end, ''))
      from (select i.idn, i.rest, string_to_array(i.rest, ' ') as word
              from (select coalesce(substring(p_object from '^I[2-9A-HJKMNP-Z]{9}(?= |$)'), '') as idn,
                           regexp_replace(p_object, '^I[2-9A-HJKMNP-Z]{9}( |$)', '') as rest) i) o
$$;
comment on function site.object_words is 'What an act was done to, as people read it; what it has no words for stays as it is';

create function site.program_words(p_role name) returns text language sql immutable as $$
    select coalesce(w.words, case when p_role like 'kabinet\_%' then p_role::text else 'команда на сервере' end)
      from (values (p_role)) r(role)
      left join (values
          ('home', 'главная'), ('login', 'вход'), ('settings', 'настройки'), ('diary', 'дневник'), ('attendance', 'посещаемость'),
          ('timetable', 'расписание'), ('meals', 'питание'), ('finance', 'лицевой счёт'), ('security', 'безопасность'),
          ('library', 'библиотека'), ('appeals', 'обращения'), ('staff', 'вход сотрудников'), ('journal', 'журнал'),
          ('class', 'мой класс'), ('tutor', 'питание класса'), ('services', 'платные услуги'), ('head', 'учебная часть'),
          ('gate', 'вход в школу'), ('canteen', 'столовая'), ('librarian', 'библиотекарь'), ('support', 'ответы на обращения'),
          ('admin', 'система'), ('audit', 'журнал действий'), ('reader', 'считыватели карт'), ('import', 'загрузка реестров'),
          ('jobs', 'задания по расписанию')) w(program, words) on 'kabinet_' || w.program = r.role
$$;
comment on function site.program_words is 'The program that a role of the database is, in words; a role that is none came by a command on the server';

create function staff.audit_list(p_token text, p_from date, p_to date, p_area text, p_staff bigint, p_idn text, p_before text, p_limit integer)
returns table (place text, at timestamp, day date, who text, role text, what text, area text, object text, program text)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
    v_period site.period := site.period(v_visit.time_zone, p_from, p_to, 7);
    v_area site.action_area := case when p_area <> 'views' then p_area::site.action_area end;
    v_idn text := nullif(upper(p_idn), '');
    v_pupil bigint := (select p.id from school.pupil p where p.idn = v_idn and p.school_id = v_visit.school_id);
    -- The place below which the page begins: moment, list, id. Of the same moment views come first, then acts.
    v_at timestamptz := timestamptz 'infinity';
    v_id bigint := bigint '0';
    v_of_views boolean := false;
begin
    if p_before !~ '^[0-9]{1,17}-[av]-[0-9]{1,18}$' then
        raise exception 'no such place' using errcode = 'KB404';
    elsif p_before is not null then
        v_at := timestamptz 'epoch' + split_part(p_before, '-', 1)::bigint * interval '1 microsecond';
        v_of_views := split_part(p_before, '-', 2) = 'v';
        v_id := split_part(p_before, '-', 3)::bigint;
    end if;
    if v_idn is not null and v_pupil is null then
        return;
    end if;
    return query
    select l.place, date_trunc('second', timezone(v_visit.time_zone, l.at)), timezone(v_visit.time_zone, l.at)::date,
           case when l.staff_id is not null then coalesce(people.staff_name(l.staff_id), 'сотрудник № ' || l.staff_id) else l.who end,
           l.role, l.what, l.area, l.object, l.program
      from (select a.at, 0 as rank, a.id, (extract(epoch from a.at) * 1000000)::bigint || '-a-' || a.id as place, a.staff_id,
                   case a.actor when 'visitor' then 'семья' else 'контора школы' end as who, '' as role, coalesce(w.title, a.action) as what,
                   coalesce(w.area::text, 'work') as area, site.object_words(a.action, a.object) as object,
                   site.program_words(a.role) as program
              from site.acts(v_visit.school_id, v_period.starts, v_period.ends, p_staff, v_idn, v_area, v_at,
                       case when v_of_views then 9223372036854775807 else v_id end, p_limit) a
              left join site.action w on w.action = a.action
             where p_area is distinct from 'views'
            union all
            select v.at, 1, v.id, (extract(epoch from v.at) * 1000000)::bigint || '-v-' || v.id, v.staff_id, '', r.title, u.title, 'views',
                   coalesce(people.pupil_name(v.pupil_id) || ', ' || p.idn, 'класс ' || k.name, 'группа ' || t.title, 'вся школа'), ''
              from site.looks(v_visit.school_id, v_period.starts, v_period.ends, p_staff, v_pupil, v_at,
                       case when v_of_views then v_id else 0 end, p_limit) v
              left join site.view_role r on r.role = v.role
              left join site.view_purpose u on u.purpose = v.purpose
              left join school.pupil p on p.id = v.pupil_id
              left join school.class k on k.id = v.class_id
              left join service.team t on t.id = v.team_id
             where coalesce(p_area, 'views') = 'views') l
     order by l.at desc, l.rank desc, l.id desc limit p_limit;
end $$;
comment on function staff.audit_list is
    'Acts and views of the own school in one list, the newest first. p_area: entry, money, settings, work, views; NULL: all. p_idn: about one '
    'child, views of its class among them. place: what p_before of the next page says';

create function staff.audit_frame(p_token text, p_from date, p_to date, p_idn text)
returns table (first_day date, last_day date, is_known boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
    v_period site.period := site.period(v_visit.time_zone, p_from, p_to, 7);
begin
    return query
    select v_period.first_day, v_period.last_day, p_idn = ''
        or exists (select from school.pupil p where p.idn = upper(p_idn) and p.school_id = v_visit.school_id);
end $$;
comment on function staff.audit_frame is 'The period that is meant: the last week unless asked for, a year at most. is_known: the ИДН is of a child of this school';

create function staff.audit_people(p_token text) returns table (staff_id bigint, name text)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
begin
    return query
    select f.id, people.staff_name(f.id) || case when f.left_at is null then '' else ' (доступ закрыт)' end
      from auth.staff f where f.school_id = v_visit.school_id
     order by 2 limit 500;
end $$;
comment on function staff.audit_people is 'Whom the list may be narrowed to: everybody who works or worked at the desks of the school';

create function staff.audit_export(p_token text, p_words text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'admin');
begin
    perform auth.note_staff(v_visit, 'audit-export', p_words);
end $$;
comment on function staff.audit_export is 'Notes that the list was taken out, and which part of it';

grant execute on function
    staff.audit_list(text, date, date, text, bigint, text, text, integer),
    staff.audit_frame(text, date, date, text),
    staff.audit_people(text),
    staff.audit_export(text, text) to kabinet_audit;

commit;
