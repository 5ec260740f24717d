-- Deploy kabinet:api/support to pg
-- requires: api/staff
-- requires: tables/appeal

-- The desk that answers appeals: queues, the thread, answers and notes, ready answers, public ones, figures. Who works here is told by the
-- role: support answers for the payment agent and for technical support, the head for the school and for all that is escalated, the
-- canteen for itself. Nobody's name is shown here: a child is an ИДН and a class, a colleague the name that he logs in with.

begin;

call auth.add_program('support', 'The desk that answers appeals', 'staff');
set local role kabinet_owner;

create function appeal.desks(p_visit auth.staff_visit) returns appeal.desk[] language sql immutable as $$
    select array_remove(array[case when 'head' = any ((p_visit).roles) then 'school' end,
                              case when 'canteen' = any ((p_visit).roles) then 'canteen' end,
                              case when 'support' = any ((p_visit).roles) then 'agent' end,
                              case when 'support' = any ((p_visit).roles) then 'support' end]::appeal.desk[], null)
$$;
comment on function appeal.desks is 'The desks of somebody, by the roles';

create function appeal.role_of(p_desk appeal.desk) returns auth.staff_role language sql immutable as $$
    select case p_desk when 'school' then 'head' when 'canteen' then 'canteen' else 'support' end::auth.staff_role
$$;
comment on function appeal.role_of is 'The role that works at a desk';

create function appeal.staff_visit(p_token text) returns auth.staff_visit language plpgsql stable as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
begin
    if appeal.desks(v_visit) = '{}' then
        raise exception 'no desk of appeals' using errcode = 'KB403';
    end if;
    return v_visit;
end $$;
comment on function appeal.staff_visit is 'The visit of somebody who works at a desk of appeals, else KB403';

create function appeal.sees(p_visit auth.staff_visit, p_school bigint, p_desk appeal.desk, p_escalated timestamptz) returns boolean
language sql immutable as $$
    select p_school = (p_visit).school_id
       and (p_desk = any (appeal.desks(p_visit)) or p_escalated is not null and 'head' = any ((p_visit).roles))
$$;
comment on function appeal.sees is 'May that one see an appeal of this school, desk and moment of escalation?';

create function appeal.visible(p_visit auth.staff_visit, p_appeal bigint) returns appeal.appeal language plpgsql stable as $$
declare
    v_appeal appeal.appeal;
begin
    select a.* into v_appeal from appeal.appeal a
     where a.id = p_appeal and appeal.sees(p_visit, a.school_id, a.desk, a.escalated_at);
    if not found then
        raise exception 'no such appeal' using errcode = 'KB404';
    end if;
    return v_appeal;
end $$;
comment on function appeal.visible is 'An appeal that is on a desk of this visit, else KB404: another school''s and another desk''s are none';

create function appeal.note_staff(p_visit auth.staff_visit, p_action text, p_appeal appeal.appeal) returns void language sql as $$
    select auth.note_staff(p_visit, p_action, p.idn || ' ' || (p_appeal).number) from school.pupil p where p.id = (p_appeal).pupil_id
$$;
comment on function appeal.note_staff is 'A line of the audit about what a desk did with an appeal, found by the ИДН of its child';

create function appeal.is_open(p_state appeal.state) returns boolean language sql immutable as $$
    select p_state in ('sent', 'registered', 'in_work', 'reopened')
$$;
comment on function appeal.is_open is 'The desk owes something';

create function appeal.place(p_state appeal.state, p_priority smallint, p_due date, p_sent date, p_id bigint, p_today date) returns bigint
language sql immutable as $$
    select case when appeal.is_open(p_state)
                then case when p_due < p_today then 1 else 2 end * 10000000000000000 + p_priority * 1000000000000000
                     + (p_due - date '2000-01-01') * 10000000000 + p_id
                else 90000000000000000 + (99999 - (p_sent - date '2000-01-01')) * 10000000000 + (9999999999 - p_id) end
$$;
comment on function appeal.place is
    'Where an appeal stands in a queue, smallest first: overdue, then by priority and term; what is done comes after, newest first. No two '
    'have the same';

-- ---- queues -------------------------------------------------------------------------------------------------------------------

create function staff.support_summary(p_token text)
returns table (open bigint, overdue bigint, mine bigint, nobodys bigint, reopened bigint, escalated bigint, is_head boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_today date := timezone(v_visit.time_zone, now())::date;
begin
    return query
    select count(*), count(*) filter (where case a.state when 'sent' then a.register_by else a.answer_by end < v_today),
           count(*) filter (where a.staff_id = v_visit.staff_id), count(*) filter (where a.staff_id is null),
           count(*) filter (where a.state = 'reopened'), count(*) filter (where a.escalated_at is not null), 'head' = any (v_visit.roles)
      from appeal.appeal a
     where a.school_id = v_visit.school_id and appeal.sees(v_visit, a.school_id, a.desk, a.escalated_at)
       and a.state in ('sent', 'registered', 'in_work', 'reopened');
end $$;
comment on function staff.support_summary is 'One row: the open appeals of these desks in figures';

create function staff.support_queues(p_token text)
returns table (desk text, category text, title text, open bigint, overdue bigint, nobodys bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_today date := timezone(v_visit.time_zone, now())::date;
begin
    return query
    select q.desk::text, c.code, c.title, count(a.id),
           count(a.id) filter (where case a.state when 'sent' then a.register_by else a.answer_by end < v_today),
           count(a.id) filter (where a.staff_id is null)
      from unnest(enum_range(null::appeal.desk)) q(desk)
     cross join appeal.category c
      left join appeal.appeal a on a.school_id = v_visit.school_id and a.desk = q.desk and a.category = c.code
                               and appeal.sees(v_visit, a.school_id, a.desk, a.escalated_at)
                               and a.state in ('sent', 'registered', 'in_work', 'reopened')
     group by q.desk, c.code, c.title, c.desk, c.rank
    having count(a.id) > 0 or c.desk = q.desk and q.desk = any (appeal.desks(v_visit))
     order by q.desk, c.rank;
end $$;
comment on function staff.support_queues is 'Open appeals by desk and category: all categories of one''s own desks, and what else lies there';

create function staff.support_categories(p_token text) returns table (code text, title text, desk text)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    return query
    select c.code, c.title, c.desk::text from appeal.category c
     where c.desk = any (appeal.desks(v_visit)) or 'head' = any (v_visit.roles) order by c.rank;
end $$;
comment on function staff.support_categories is 'The categories of one''s own desks; all of them for the head';

create function appeal.found(p_visit auth.staff_visit, p_find text) returns bigint[] language plpgsql stable as $$
declare
    v_find text := btrim(p_find);
    v_number text := appeal.number_end(p_find);
begin
    return array(
        select a.id from appeal.appeal a
         where a.school_id = (p_visit).school_id and a.words @@ websearch_to_tsquery('russian', v_find)
        union
        select a.id from appeal.appeal a
         where a.school_id = (p_visit).school_id and a.number like '%' || v_number
        union
        select a.id from appeal.appeal a join school.pupil p on p.id = a.pupil_id
         where a.school_id = (p_visit).school_id and p.idn = upper(v_find));
end $$;
comment on function appeal.found is
    'Appeals of the school by words of subject and thread, by number (appeal.number_end()) or by ИДН. Who may see them is for the caller';

create function appeal.filtered(p_visit auth.staff_visit, p_state text, p_desk text, p_category text, p_who text, p_from date, p_to date,
    p_priority integer, p_escalated boolean, p_find text) returns setof appeal.appeal language plpgsql stable rows 100 as $$
declare
    v_found bigint[] := case when btrim(p_find) <> '' then appeal.found(p_visit, p_find) end;
begin
    return query
    select a.* from appeal.appeal a
     where a.school_id = (p_visit).school_id and appeal.sees(p_visit, a.school_id, a.desk, a.escalated_at)
       and (p_state = 'all' or p_state = 'open' and a.state in ('sent', 'registered', 'in_work', 'reopened')
            or p_state = 'done' and a.state in ('closed', 'withdrawn') or a.state::text = p_state)
       and (p_desk = '' or a.desk::text = p_desk) and (p_category = '' or a.category = p_category)
       and (p_who = 'all' or p_who = 'mine' and a.staff_id = (p_visit).staff_id or p_who = 'nobody' and a.staff_id is null)
       and (p_from is null or timezone((p_visit).time_zone, a.sent_at)::date >= p_from)
       and (p_to is null or timezone((p_visit).time_zone, a.sent_at)::date <= p_to)
       and (p_priority is null or a.priority = p_priority) and (not p_escalated or a.escalated_at is not null)
       and (v_found is null or a.id = any (v_found));
end $$;
comment on function appeal.filtered is
    'The appeals that a list shows. p_state: open, all, done (closed or withdrawn) or one state; p_desk, p_category '''': any; p_who: all, mine, '
    'nobody; days are those of sending';

create function staff.support_list(p_token text, p_state text, p_desk text, p_category text, p_who text, p_from date, p_to date,
    p_priority integer, p_escalated boolean, p_find text, p_after bigint, p_limit integer)
returns table (appeal_id bigint, number text, subject text, category text, desk text, state text, priority smallint, sent_at timestamp,
    due date, days_left integer, is_open boolean, is_overdue boolean, is_escalated boolean, holder text, is_mine boolean, idn text,
    class_name text, place bigint)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_today date := timezone(v_visit.time_zone, now())::date;
begin
    return query
    select l.id, l.number, l.subject, c.title, l.desk::text, l.state::text, l.priority, l.sent, l.due,
           case when l.is_open then abs(appeal.working_days_left(v_visit.school_id, v_today, l.due)) end, l.is_open,
           l.is_open and l.due < v_today, l.escalated_at is not null, coalesce(f.login, ''), coalesce(l.staff_id = v_visit.staff_id, false),
           p.idn, coalesce(k.name, ''), l.place
      from (select a.*, timezone(v_visit.time_zone, a.sent_at) as sent, d.due, appeal.is_open(a.state) as is_open,
                   appeal.place(a.state, a.priority, d.due, timezone(v_visit.time_zone, a.sent_at)::date, a.id, v_today) as place
              from appeal.filtered(v_visit, p_state, p_desk, p_category, p_who, p_from, p_to, p_priority, p_escalated, p_find) a
             cross join lateral (select case a.state when 'sent' then a.register_by else a.answer_by end as due) d) l
      join appeal.category c on c.code = l.category
      join school.pupil p on p.id = l.pupil_id
      left join school.class k on k.id = p.class_id
      left join auth.staff f on f.id = l.staff_id
     where p_after is null or l.place > p_after
     order by l.place
     limit least(p_limit, 101);
end $$;
comment on function staff.support_list is
    'A page of a queue, overdue first, then by priority and term, what is done after it. p_after: the place of the last row seen before. '
    'days_left: working days to the last day of the term or, when it is overdue, since then';

create function staff.support_export(p_token text, p_state text, p_desk text, p_category text, p_who text, p_from date, p_to date,
    p_priority integer, p_escalated boolean, p_find text)
returns table (number text, sent_at timestamp, category text, desk text, state text, priority smallint, registered_at timestamp,
    answer_by date, answered_at timestamp, closed_at timestamp, is_late boolean, is_escalated boolean, holder text, idn text, class_name text,
    subject text, rating smallint)
language plpgsql stable security definer rows 100 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    return query
    select a.number, date_trunc('second', timezone(v_visit.time_zone, a.sent_at)), c.title, a.desk::text, a.state::text, a.priority,
           date_trunc('second', timezone(v_visit.time_zone, a.registered_at)), a.answer_by,
           date_trunc('second', timezone(v_visit.time_zone, a.answered_at)), date_trunc('second', timezone(v_visit.time_zone, a.closed_at)), a.is_late, a.escalated_at is not null, coalesce(f.login, ''), p.idn,
           coalesce(k.name, ''), a.subject, a.rating
      from appeal.filtered(v_visit, p_state, p_desk, p_category, p_who, p_from, p_to, p_priority, p_escalated, p_find) a
      join appeal.category c on c.code = a.category
      join school.pupil p on p.id = a.pupil_id
      left join school.class k on k.id = p.class_id
      left join auth.staff f on f.id = a.staff_id
     order by a.id
     limit 5001;
end $$;
comment on function staff.support_export is 'The appeals of a list as a table, oldest first, without a word of the thread; 5001 rows: there are more';

-- ---- one appeal ---------------------------------------------------------------------------------------------------------------

create function staff.support_appeal(p_token text, p_appeal bigint)
returns table (appeal_id bigint, number text, subject text, category_code text, category text, desk text, state text, priority smallint,
    sent_at timestamp, registered_at timestamp, answered_at timestamp, closed_at timestamp, escalated_at timestamp, register_by date,
    answer_by date, due date, days_left integer, is_open boolean, is_overdue boolean, is_late boolean, holder text, is_mine boolean,
    revision integer, rating smallint, rating_words text, idn text, class_name text, has_left boolean, is_barred boolean,
    shows_account boolean, balance_kop bigint, held_kop bigint, last_top_up date, last_message bigint, published bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
    v_today date := timezone(v_visit.time_zone, now())::date;
    v_due date := case v_appeal.state when 'sent' then v_appeal.register_by else v_appeal.answer_by end;
    v_open boolean := appeal.is_open(v_appeal.state);
    v_shows boolean := 'support' = any (v_visit.roles) and v_appeal.desk in ('agent', 'support');
    v_account bigint := ledger.pupil_account(v_appeal.pupil_id);
begin
    return query
    select v_appeal.id, v_appeal.number, v_appeal.subject, c.code, c.title, v_appeal.desk::text, v_appeal.state::text, v_appeal.priority,
           timezone(v_visit.time_zone, v_appeal.sent_at), timezone(v_visit.time_zone, v_appeal.registered_at),
           timezone(v_visit.time_zone, v_appeal.answered_at), timezone(v_visit.time_zone, v_appeal.closed_at),
           timezone(v_visit.time_zone, v_appeal.escalated_at), v_appeal.register_by, v_appeal.answer_by, v_due,
           case when v_open then abs(appeal.working_days_left(v_visit.school_id, v_today, v_due)) end, v_open, v_open and v_due < v_today,
           v_appeal.is_late, coalesce(f.login, ''), coalesce(f.id = v_visit.staff_id, false), v_appeal.revision, v_appeal.rating,
           v_appeal.rating_words, p.idn, coalesce(k.name, ''), p.state = 'left', x.barred_at is not null, v_shows,
           case when v_shows then b.balance_kop end, case when v_shows then b.held_kop end,
           case when v_shows then (select e.business_date from ledger.posting g join ledger.entry e on e.id = g.entry_id
                                    where g.account_id = v_account and g.version is not null and e.kind = 'top_up'
                                    order by g.version desc limit 1) end,
           (select max(m.id) from appeal.message m where m.appeal_id = v_appeal.id),
           (select count(*) from appeal.faq q where q.appeal_id = v_appeal.id and q.withdrawn_at is null)
      from appeal.category c
      join school.pupil p on p.id = v_appeal.pupil_id
      join auth.access x on x.id = v_appeal.access_id
      left join school.class k on k.id = p.class_id
      left join auth.staff f on f.id = v_appeal.staff_id
      left join ledger.balance b on b.account_id = v_account
     where c.code = v_appeal.category;
end $$;
comment on function staff.support_appeal is
    'One row: an appeal with its term, whose it is and, for support at a desk that needs it, the state of the account. is_barred: the school '
    'has closed the sender''s access';

create function staff.support_messages(p_token text, p_appeal bigint, p_seen bigint)
returns table (message_id bigint, author text, at timestamp, who text, body text, is_question boolean, is_new boolean, file_id uuid, file_name text,
    size integer)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
begin
    return query
    select m.id, m.author::text, timezone(v_visit.time_zone, m.at), coalesce(f.login, ''), m.body, m.is_question,
           coalesce(m.id > p_seen, false), i.id, i.name, i.size
      from (select o.* from appeal.message o where o.appeal_id = v_appeal.id order by o.id desc limit 100) m
      left join auth.staff f on f.id = m.staff_id
      left join appeal.message_file u on u.message_id = m.id
      left join site.file i on i.id = u.file_id
     order by m.id, u.rank;
end $$;
comment on function staff.support_messages is
    'The thread with notes and files, oldest first, the last hundred. is_new: written after the message p_seen, the last that a writer had seen';

create function staff.support_steps(p_token text, p_appeal bigint)
returns table (at timestamp, state text, desk text, who text, words text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
begin
    return query
    select timezone(v_visit.time_zone, e.at), e.state::text, e.desk::text,
           case when e.access_id is not null then 'family' else coalesce(f.login, '') end, e.words
      from (select o.* from appeal.event o where o.appeal_id = v_appeal.id order by o.id desc limit 50) e
      left join auth.staff f on f.id = e.staff_id
     order by e.id;
end $$;
comment on function staff.support_steps is 'What became of it, the last fifty steps. who: family, a login, or '''' for the clock';

create function staff.support_others(p_token text, p_appeal bigint)
returns table (appeal_id bigint, number text, subject text, state text, sent_at timestamp)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
begin
    return query
    select a.id, a.number, a.subject, a.state::text, timezone(v_visit.time_zone, a.sent_at)
      from appeal.appeal a
     where a.pupil_id = v_appeal.pupil_id and a.id <> v_appeal.id and appeal.sees(v_visit, a.school_id, a.desk, a.escalated_at)
     order by a.id desc limit 5;
end $$;
comment on function staff.support_others is 'Other appeals about the same child that this one may see, newest first';

create function staff.support_colleagues(p_token text, p_appeal bigint) returns table (staff_id bigint, login text)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
begin
    return query
    select f.id, f.login from auth.staff f
     where f.school_id = v_visit.school_id and f.left_at is null and appeal.role_of(v_appeal.desk) = any (f.roles)
       and f.id <> v_visit.staff_id and f.id is distinct from v_appeal.staff_id
     order by f.login limit 50;
end $$;
comment on function staff.support_colleagues is 'Whom an appeal may be handed to: who works at its desk, but for oneself and who has it';

create function staff.support_file(p_token text, p_file uuid) returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    return query
    select i.name, i.type, i.bytes
      from appeal.message_file u
      join appeal.message m on m.id = u.message_id
      join appeal.appeal a on a.id = m.appeal_id and appeal.sees(v_visit, a.school_id, a.desk, a.escalated_at)
      join site.file i on i.id = u.file_id
     where u.file_id = p_file;
    if not found then
        raise exception 'no such file' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.support_file is 'A file of an appeal that is on a desk of this visit, else KB404';

-- ---- steps --------------------------------------------------------------------------------------------------------------------

create function appeal.locked(p_visit auth.staff_visit, p_appeal bigint, p_revision integer) returns appeal.appeal language plpgsql as $$
declare
    v_appeal appeal.appeal;
begin
    perform appeal.visible(p_visit, p_appeal);
    v_appeal := appeal.lock(p_appeal, p_revision);
    if not appeal.sees(p_visit, v_appeal.school_id, v_appeal.desk, v_appeal.escalated_at) then
        raise exception 'sent on meanwhile' using errcode = 'KB404';
    end if;
    return v_appeal;
end $$;
comment on function appeal.locked is 'appeal.lock() for a desk: KB404 for what it may not see, also when that changed while it waited';

create function appeal.registered(p_appeal appeal.appeal, p_staff bigint) returns appeal.appeal language plpgsql as $$
begin
    if p_appeal.state = 'sent' then
        perform appeal.move(p_appeal, 'registered', p_appeal.desk, null, p_staff, '');
        return appeal.lock(p_appeal.id);
    end if;
    return p_appeal;
end $$;
comment on function appeal.registered is 'Registers what is not yet: whoever takes or answers an appeal has read it';

create function staff.support_step(p_token text, p_appeal bigint, p_revision integer, p_step text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.locked(v_visit, p_appeal, p_revision);
begin
    case p_step
    when 'register' then
        if v_appeal.state <> 'sent' then
            raise exception 'Обращение уже зарегистрировано.' using errcode = 'KB422';
        end if;
        perform appeal.registered(v_appeal, v_visit.staff_id);
    when 'take' then
        if not appeal.is_open(v_appeal.state) then
            raise exception 'Брать в работу нечего: на обращение уже ответили или оно закрыто.' using errcode = 'KB422';
        elsif v_appeal.state = 'in_work' and v_appeal.staff_id = v_visit.staff_id then
            return;
        end if;
        perform appeal.move(appeal.registered(v_appeal, v_visit.staff_id), 'in_work', v_appeal.desk, null, v_visit.staff_id, '');
    when 'give-back' then
        if v_appeal.state <> 'in_work' then
            raise exception 'Обращение ни у кого не в работе.' using errcode = 'KB422';
        end if;
        perform appeal.move(v_appeal, 'registered', v_appeal.desk, null, v_visit.staff_id, '');
    when 'close' then
        if v_appeal.state <> 'answered' then
            raise exception 'Закрыть можно то, на что ответили. Ответьте, хотя бы ссылкой на другое обращение.' using errcode = 'KB422';
        end if;
        perform appeal.move(v_appeal, 'closed', v_appeal.desk, null, v_visit.staff_id, '');
    end case;
    perform appeal.note_staff(v_visit, 'appeal-' || p_step, v_appeal);
end $$;
comment on function staff.support_step is
    'register, take, give-back or close. Taking registers too; back it is nobody''s; only what was answered is closed. p_revision: what one saw';

create function staff.support_assign(p_token text, p_appeal bigint, p_revision integer, p_staff bigint, p_words text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.locked(v_visit, p_appeal, p_revision);
    v_login text := (select f.login from auth.staff f
                      where f.id = p_staff and f.school_id = v_visit.school_id and f.left_at is null
                        and appeal.role_of(v_appeal.desk) = any (f.roles));
begin
    if v_login is null then
        raise exception 'nobody of that desk' using errcode = 'KB404';
    elsif not appeal.is_open(v_appeal.state) then
        raise exception 'Передавать нечего: на обращение уже ответили или оно закрыто.' using errcode = 'KB422';
    end if;
    perform appeal.move(appeal.registered(v_appeal, v_visit.staff_id), 'in_work', v_appeal.desk, null, v_visit.staff_id, '', p_staff);
    perform appeal.write(v_appeal.id, 'note', null, v_visit.staff_id, concat_ws(E'\n', 'Поручено: ' || v_login, nullif(p_words, '')), '{}');
    perform appeal.note_staff(v_visit, 'appeal-assign', v_appeal);
end $$;
comment on function staff.support_assign is 'Hands an appeal to somebody of its desk; a note says to whom, and what was asked';

create function staff.support_priority(p_token text, p_appeal bigint, p_priority integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.locked(v_visit, p_appeal, null);
begin
    update appeal.appeal a set priority = p_priority where a.id = v_appeal.id and a.priority <> p_priority;
    if found then
        perform appeal.note_staff(v_visit, 'appeal-priority', v_appeal);
    end if;
end $$;
comment on function staff.support_priority is 'How urgent it is: where it stands in the queue, nothing that a writer must read again';

create function staff.support_send_on(p_token text, p_appeal bigint, p_revision integer, p_desk text, p_why text) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.locked(v_visit, p_appeal, p_revision);
begin
    if not appeal.is_open(v_appeal.state) then
        raise exception 'Передавать нечего: на обращение уже ответили или оно закрыто.' using errcode = 'KB422';
    elsif v_appeal.desk::text = p_desk then
        raise exception 'Обращение и так здесь: выберите другой отдел.' using errcode = 'KB422';
    end if;
    perform appeal.move(v_appeal, case v_appeal.state when 'in_work' then 'registered' else v_appeal.state end, p_desk::appeal.desk, null,
        v_visit.staff_id, p_why);
    perform appeal.note_staff(v_visit, 'appeal-move', v_appeal);
    return appeal.sees(v_visit, v_appeal.school_id, p_desk::appeal.desk, v_appeal.escalated_at);
end $$;
comment on function staff.support_send_on is
    'To another desk, with a reason that the family reads too; its terms go on. Answers whether the visitor still sees it';

-- ---- answers and notes --------------------------------------------------------------------------------------------------------

create function staff.support_answer(p_token text, p_key uuid, p_appeal bigint, p_revision integer, p_question boolean, p_body text,
    p_name_1 text, p_type_1 text, p_bytes_1 bytea, p_name_2 text, p_type_2 text, p_bytes_2 bytea,
    p_name_3 text, p_type_3 text, p_bytes_3 bytea) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal;
begin
    if not site.once(format('staff %s appeal-answer', v_visit.staff_id), p_key, concat_ws('|', p_appeal, p_question, p_body, p_name_1,
            md5(p_bytes_1), p_name_2, md5(p_bytes_2), p_name_3, md5(p_bytes_3))) then
        return;
    end if;
    v_appeal := appeal.locked(v_visit, p_appeal, p_revision);
    if v_appeal.state in ('closed', 'withdrawn') then
        raise exception 'Обращение закрыто. Семья может открыть его снова, тогда и отвечайте.' using errcode = 'KB422';
    elsif p_question and not appeal.is_open(v_appeal.state) then
        raise exception 'На обращение уже ответили: дополните ответ.' using errcode = 'KB422';
    end if;
    v_appeal := appeal.registered(v_appeal, v_visit.staff_id);
    perform appeal.write(v_appeal.id, 'desk', null, v_visit.staff_id, p_body,
        array(select site.keep_file(v_appeal.school_id, f.name, f.type, f.bytes)
                from (values (1, p_name_1, p_type_1, p_bytes_1), (2, p_name_2, p_type_2, p_bytes_2), (3, p_name_3, p_type_3, p_bytes_3))
                         f(nth, name, type, bytes)
               where f.bytes is not null order by f.nth), p_question);
    if p_question then
        perform notice.emit(v_appeal.pupil_id, 'appeal-asked', v_appeal.id);
    else
        perform appeal.move(v_appeal, 'answered', v_appeal.desk, null, v_visit.staff_id, '');
    end if;
    perform appeal.note_staff(v_visit, case when p_question then 'appeal-ask' else 'appeal-answer' end, v_appeal);
end $$;
comment on function staff.support_answer is
    'An answer to what was seen at p_revision, with up to three files: KB422 when something came meanwhile, and nothing is kept. Also after an '
    'answer, to add to it. p_question: something is asked, the term goes on';

create function staff.support_note(p_token text, p_key uuid, p_appeal bigint, p_body text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal;
begin
    if not site.once(format('staff %s appeal-note', v_visit.staff_id), p_key, concat_ws('|', p_appeal, p_body)) then
        return;
    end if;
    v_appeal := appeal.locked(v_visit, p_appeal, null);
    perform appeal.write(v_appeal.id, 'note', null, v_visit.staff_id, p_body, '{}');
    perform appeal.note_staff(v_visit, 'appeal-note', v_appeal);
end $$;
comment on function staff.support_note is 'A note for colleagues. It takes nothing from others'' words, so it asks for no revision';

-- ---- ready answers ------------------------------------------------------------------------------------------------------------

create function staff.support_templates(p_token text, p_appeal bigint)
returns table (template_id bigint, title text, body text, category text, is_retired boolean, may_edit boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal;
begin
    if p_appeal is not null then
        v_appeal := appeal.visible(v_visit, p_appeal);
    end if;
    return query
    select t.id, t.title, t.body, coalesce(c.title, ''), t.is_retired, t.school_id is not null
      from appeal.template t
      left join appeal.category c on c.code = t.category
     where (t.school_id = v_visit.school_id or t.school_id is null)
       and case when p_appeal is null then c.desk is null or c.desk = any (appeal.desks(v_visit))
                else not t.is_retired and (t.category is null or t.category = v_appeal.category) end
     order by t.is_retired, c.rank nulls last, t.title
     limit 200;
end $$;
comment on function staff.support_templates is
    'Ready answers for an appeal: of its category and of every one; NULL: all of one''s desks, also retired ones. may_edit: the school''s own';

create function staff.support_filled(p_token text, p_appeal bigint, p_template bigint) returns table (body text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
    v_word record;
begin
    select t.body into body from appeal.template t
     where t.id = p_template and not t.is_retired and (t.school_id = v_visit.school_id or t.school_id is null)
       and (t.category is null or t.category = v_appeal.category);
    if not found then
        raise exception 'no such template' using errcode = 'KB404';
    end if;
    for v_word in
        select w.word, w.means from school.pupil p, appeal.category c, lateral (values
            ('номер', v_appeal.number), ('дата', to_char(timezone(v_visit.time_zone, v_appeal.sent_at), 'DD.MM.YYYY')),
            ('срок', to_char(v_appeal.answer_by, 'DD.MM.YYYY')), ('раздел', c.title), ('ИДН', p.idn),
            -- The last one: what a family wrote is not looked through for words again.
            ('тема', v_appeal.subject)) w(word, means)
         where p.id = v_appeal.pupil_id and c.code = v_appeal.category
    loop
        body := replace(body, '[' || v_word.word || ']', v_word.means);
    end loop;
    body := left(body, 5000);
    return next;
end $$;
comment on function staff.support_filled is 'A ready answer with its words filled in: [номер] [дата] [срок] [раздел] [ИДН] [тема]';

create function staff.support_template(p_token text, p_template bigint)
returns table (template_id bigint, title text, body text, category text, is_retired boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    return query
    select t.id, t.title, t.body, coalesce(t.category, ''), t.is_retired
      from appeal.template t
      left join appeal.category c on c.code = t.category
     where t.id = p_template and t.school_id = v_visit.school_id and (c.desk is null or c.desk = any (appeal.desks(v_visit)));
    if not found then
        raise exception 'no such template' using errcode = 'KB404';
    end if;
end $$;
comment on function staff.support_template is 'A ready answer of the school, of one''s own desks or of every one, to be changed';

create function staff.support_template_save(p_token text, p_key uuid, p_template bigint, p_category text, p_title text, p_body text,
    p_retired boolean) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    if not site.once(format('staff %s appeal-template', v_visit.staff_id), p_key,
            concat_ws('|', p_template, p_category, p_title, p_body, p_retired)) then
        return;
    end if;
    if p_category is not null and not exists (select from appeal.category c
                                               where c.code = p_category and c.desk = any (appeal.desks(v_visit))) then
        raise exception 'not a category of this desk' using errcode = 'KB404';
    elsif exists (select from appeal.template t
                   where (t.school_id = v_visit.school_id or t.school_id is null) and t.title = p_title
                     and t.id is distinct from p_template) then
        raise exception 'Шаблон с таким названием уже есть: назовите иначе.' using errcode = 'KB422';
    end if;
    if p_template is null then
        insert into appeal.template (school_id, category, title, body, is_retired)
        values (v_visit.school_id, p_category, p_title, p_body, p_retired);
    else
        perform staff.support_template(p_token, p_template);
        update appeal.template t set category = p_category, title = p_title, body = p_body, is_retired = p_retired where t.id = p_template;
    end if;
    perform auth.note_staff(v_visit, 'appeal-template', p_title);
end $$;
comment on function staff.support_template_save is 'Keeps a ready answer of the school, a new one when p_template is NULL. p_category NULL: for every one';

-- ---- public answers -----------------------------------------------------------------------------------------------------------

create function appeal.leak(p_pupil bigint, p_text text) returns text language plpgsql stable as $$
declare
    v_pupil school.pupil;
    v_plain text := ' ' || regexp_replace(lower(p_text), '[^а-яёa-z-]+', ' ', 'g') || ' ';
    v_dense text := regexp_replace(p_text, '[\s\u00a0()]', '', 'g');
begin
    select p.* into v_pupil from school.pupil p where p.id = p_pupil;
    return case
        when p_text ~* '\mI[2-9A-HJKMNP-Z]{9}\M' or position(v_pupil.idn in upper(p_text)) > 0 then 'ИДН ученика'
        when position(v_pupil.account in v_dense) > 0 then 'номер лицевого счёта'
        when p_text ~ '\S@\S+\.\S' then 'адрес электронной почты'
        when v_dense ~ '(\+7|8)-?[0-9]{3}-?[0-9]{3}-?[0-9]{2}-?[0-9]{2}' then 'номер телефона'
        when v_dense ~ '[0-9]{6,}' then 'длинный номер: шесть цифр подряд или больше'
        when exists (select from people.person n
                      where char_length(n.last_name) > 3
                        and v_plain like '% ' || left(lower(n.last_name), greatest(4, char_length(n.last_name) - 2)) || '%'
                        and n.id in (select u.person_id from people.pupil u where u.pupil_id = p_pupil
                                     union
                                     select d.person_id from people.adult d where d.pupil_id = p_pupil)) then 'фамилия из этого обращения'
    end;
end $$;
comment on function appeal.leak is
    'What in a text would tell whose appeal it was: ИДН, account, phone, e-mail, a long number, a surname of the family; NULL: nothing';

create function staff.support_faq(p_token text)
returns table (faq_id bigint, category text, question text, answer text, published_at timestamp, useful integer, is_withdrawn boolean,
    may_withdraw boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    return query
    select q.id, c.title, q.question, q.answer, timezone(v_visit.time_zone, q.published_at), q.useful, q.withdrawn_at is not null,
           q.withdrawn_at is null and c.desk = any (appeal.desks(v_visit))
      from appeal.faq q join appeal.category c on c.code = q.category
     where q.school_id = v_visit.school_id
     order by q.withdrawn_at is not null, c.rank, q.id desc
     limit 100;
end $$;
comment on function staff.support_faq is 'The public answers of the school, withdrawn ones last';

create function staff.support_draft(p_token text, p_appeal bigint)
returns table (appeal_id bigint, number text, subject text, category text, answer text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
begin
    return query
    select v_appeal.id, v_appeal.number, v_appeal.subject, c.title,
           coalesce((select left(m.body, 3000) from appeal.message m
                      where m.appeal_id = v_appeal.id and m.author = 'desk' order by m.id desc limit 1), '')
      from appeal.category c where c.code = v_appeal.category;
end $$;
comment on function staff.support_draft is 'One row: what a public answer may begin from, the subject and the last answer';

create function staff.support_publish(p_token text, p_key uuid, p_appeal bigint, p_question text, p_answer text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_appeal appeal.appeal := appeal.visible(v_visit, p_appeal);
    v_leak text := appeal.leak(v_appeal.pupil_id, p_question || E'\n' || p_answer);
begin
    if not site.once(format('staff %s appeal-publish', v_visit.staff_id), p_key, concat_ws('|', p_appeal, p_question, p_answer)) then
        return;
    elsif v_leak is not null then
        raise exception 'Так публиковать нельзя: в тексте есть %. Напишите без личных данных, чтобы никого нельзя было узнать.', v_leak
            using errcode = 'KB422';
    elsif not exists (select from appeal.message m where m.appeal_id = v_appeal.id and m.author = 'desk') then
        raise exception 'Публиковать нечего: на обращение ещё не ответили.' using errcode = 'KB422';
    end if;
    insert into appeal.faq (school_id, category, question, answer, appeal_id, published_by)
    values (v_appeal.school_id, v_appeal.category, p_question, p_answer, v_appeal.id, v_visit.staff_id);
    perform appeal.note_staff(v_visit, 'faq-publish', v_appeal);
end $$;
comment on function staff.support_publish is 'Makes a question and an answer public, written anew; refused when somebody could be known from it';

create function staff.support_withdraw(p_token text, p_faq bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
begin
    update appeal.faq q set withdrawn_at = coalesce(q.withdrawn_at, now())
      from appeal.category c
     where q.id = p_faq and q.school_id = v_visit.school_id and c.code = q.category and c.desk = any (appeal.desks(v_visit));
    if not found then
        raise exception 'no such answer' using errcode = 'KB404';
    end if;
    perform auth.note_staff(v_visit, 'faq-withdraw', p_faq::text);
end $$;
comment on function staff.support_withdraw is 'A public answer of one''s own desks is public no more';

-- ---- figures ------------------------------------------------------------------------------------------------------------------

create function appeal.figures(p_visit auth.staff_visit, p_from date, p_to date)
returns table (appeal_id bigint, category text, is_open boolean, is_late boolean, first_answer timestamptz, answered_by bigint, days numeric,
    rating smallint, was_reopened boolean) language sql stable rows 100 as $$
    select a.id, a.category, appeal.is_open(a.state), a.is_late or appeal.is_open(a.state) and a.answer_by < timezone((p_visit).time_zone, now())::date,
           e.at, e.staff_id, extract(epoch from e.at - a.sent_at) / 86400, a.rating,
           exists (select from appeal.event r where r.appeal_id = a.id and r.state = 'reopened' and r.access_id is not null)
      from appeal.appeal a
      left join lateral (select v.at, v.staff_id from appeal.event v
                          where v.appeal_id = a.id and v.state = 'answered' order by v.id limit 1) e on true
     where a.school_id = (p_visit).school_id and a.desk = any (appeal.desks(p_visit)) and a.state <> 'withdrawn'
       and a.sent_at >= timezone((p_visit).time_zone, p_from::timestamp)
       and a.sent_at < timezone((p_visit).time_zone, (p_to + 1)::timestamp)
$$;
comment on function appeal.figures is 'What is counted of each appeal that was sent in a period and lies on one''s own desks';

create function appeal.decimal(p_value numeric) returns text language sql immutable as $$
    select replace(to_char(p_value, 'FM9999990.0'), '.', ',')
$$;
comment on function appeal.decimal is 'A figure with one decimal, as people here write it; NULL stays NULL';

create function staff.support_period(p_token text, p_from date, p_to date)
returns table (first_day date, last_day date, total bigint, open bigint, answered bigint, in_time_percent text, median_days text,
    rating text, rated bigint, reopened bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_to date := coalesce(p_to, timezone(v_visit.time_zone, now())::date);
    v_from date := coalesce(p_from, v_to - 89);
begin
    return query
    select v_from, v_to, count(*), count(*) filter (where f.is_open), count(f.first_answer),
           round(100.0 * count(*) filter (where f.first_answer is not null and not f.is_late)
               / nullif(count(*) filter (where f.first_answer is not null or f.is_late), 0))::text,
           appeal.decimal((percentile_cont(0.5) within group (order by f.days))::numeric), appeal.decimal(avg(f.rating)), count(f.rating),
           count(*) filter (where f.was_reopened)
      from appeal.figures(v_visit, v_from, v_to) f;
end $$;
comment on function staff.support_period is
    'One row: the period (the last 90 days by default) and its figures. in_time_percent: of those that were answered or are late';

create function staff.support_by_category(p_token text, p_from date, p_to date)
returns table (title text, total bigint, late bigint, answered bigint, in_time_percent text, median_days text, rating text, reopened bigint)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_to date := coalesce(p_to, timezone(v_visit.time_zone, now())::date);
begin
    return query
    select c.title, count(*), count(*) filter (where f.is_late), count(f.first_answer),
           round(100.0 * count(*) filter (where f.first_answer is not null and not f.is_late)
               / nullif(count(*) filter (where f.first_answer is not null or f.is_late), 0))::text,
           appeal.decimal((percentile_cont(0.5) within group (order by f.days))::numeric), appeal.decimal(avg(f.rating)),
           count(*) filter (where f.was_reopened)
      from appeal.figures(v_visit, coalesce(p_from, v_to - 89), v_to) f
      join appeal.category c on c.code = f.category
     group by c.code, c.title, c.rank
     order by c.rank;
end $$;
comment on function staff.support_by_category is 'The same figures by category, of those that had any';

create function staff.support_by_person(p_token text, p_from date, p_to date)
returns table (login text, answered bigint, in_time_percent text, median_days text, rating text, reopened bigint)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.staff_visit := appeal.staff_visit(p_token);
    v_to date := coalesce(p_to, timezone(v_visit.time_zone, now())::date);
begin
    return query
    select s.login, count(*), round(100.0 * count(*) filter (where not f.is_late) / count(*))::text,
           appeal.decimal((percentile_cont(0.5) within group (order by f.days))::numeric), appeal.decimal(avg(f.rating)),
           count(*) filter (where f.was_reopened)
      from appeal.figures(v_visit, coalesce(p_from, v_to - 89), v_to) f
      join auth.staff s on s.id = f.answered_by
     group by s.id, s.login
     order by count(*) desc, s.login
     limit 50;
end $$;
comment on function staff.support_by_person is 'The same by who gave the first answer';

grant execute on function
    staff.support_summary(text), staff.support_queues(text), staff.support_categories(text),
    staff.support_list(text, text, text, text, text, date, date, integer, boolean, text, bigint, integer),
    staff.support_export(text, text, text, text, text, date, date, integer, boolean, text), staff.support_appeal(text, bigint),
    staff.support_messages(text, bigint, bigint), staff.support_steps(text, bigint), staff.support_others(text, bigint),
    staff.support_colleagues(text, bigint), staff.support_file(text, uuid), staff.support_step(text, bigint, integer, text),
    staff.support_assign(text, bigint, integer, bigint, text), staff.support_priority(text, bigint, integer),
    staff.support_send_on(text, bigint, integer, text, text),
    staff.support_answer(text, uuid, bigint, integer, boolean, text, text, text, bytea, text, text, bytea, text, text, bytea),
    staff.support_note(text, uuid, bigint, text), staff.support_templates(text, bigint), staff.support_filled(text, bigint, bigint),
    staff.support_template(text, bigint), staff.support_template_save(text, uuid, bigint, text, text, text, boolean),
    staff.support_faq(text), staff.support_draft(text, bigint), staff.support_publish(text, uuid, bigint, text, text),
    staff.support_withdraw(text, bigint), staff.support_period(text, date, date), staff.support_by_category(text, date, date),
    staff.support_by_person(text, date, date)
    to kabinet_support;

commit;
