-- Deploy kabinet:api/appeals to pg
-- requires: api/login
-- requires: tables/appeal

-- The journal of appeals, for families. An appeal belongs to the access that wrote it: another adult of the same child has journals of
-- his own and does not see it (they may be at odds), and a login sees those about all of its children, whichever is on show. What is
-- written stays in the register, in an adult's name; so a session that a PIN began reads, but does not write (auth.by_password).

begin;

call auth.add_program('appeals', 'The journal of appeals, for families');
set local role kabinet_owner;

create function appeal.own(p_visit auth.visit, p_appeal bigint) returns bigint language plpgsql stable as $$
declare
    v_id bigint := (select a.id from appeal.appeal a join auth.access x on x.id = a.access_id
                     where a.id = p_appeal and x.login_id = (p_visit).login_id and x.barred_at is null and x.mode = 'parent');
begin
    if v_id is null then
        raise exception 'no such appeal of this login' using errcode = 'KB404';
    end if;
    return v_id;
end $$;
comment on function appeal.own is 'An appeal that this login wrote, else KB404: another''s is as one that is not there';

create function appeal.term(p_appeal appeal.appeal, p_today date) returns text language sql immutable as $$
    select case when (p_appeal).state not in ('sent', 'registered', 'in_work', 'reopened') then ''
                when (p_appeal).answer_by < p_today then 'late'
                when (p_appeal).state = 'sent' and (p_appeal).register_by < p_today then 'unregistered'
                when (p_appeal).state = 'sent' then 'register' else 'answer' end
$$;
comment on function appeal.term is
    'Which term is running: register, answer; late: that of answering passed, unregistered: that of registering; '''' when nothing is owed';

-- ---- the list -----------------------------------------------------------------------------------------------------------------

create function cabinet.appeals_list(p_token text, p_is_open boolean, p_find text, p_limit integer, p_before bigint)
returns table (appeal_id bigint, number text, subject text, category text, desk text, state text, term text, register_by date,
    answer_by date, is_escalated boolean, sent_at timestamp, answered_at timestamp, is_unread boolean, idn text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_find tsquery := case when pg_catalog.btrim(p_find) <> '' then pg_catalog.websearch_to_tsquery('russian', p_find) end;
    v_number text := appeal.number_end(p_find);
begin
    return query
    select a.id, a.number, a.subject, c.title, a.desk::text, a.state::text,
           appeal.term(a, pg_catalog.timezone(s.time_zone, pg_catalog.now())::date), a.register_by, a.answer_by,
           a.escalated_at is not null, pg_catalog.timezone(s.time_zone, a.sent_at),
           pg_catalog.timezone(s.time_zone, a.answered_at), a.is_unread, p.idn
      from auth.access x
      join appeal.appeal a on a.access_id = x.id
      join appeal.category c on c.code = a.category
      join school.pupil p on p.id = a.pupil_id
      join school.school s on s.id = a.school_id
     where x.login_id = v_visit.login_id and x.mode = 'parent' and x.barred_at is null
       and (p_before is null or a.id < p_before) and (not p_is_open or a.state not in ('closed', 'withdrawn') or a.is_unread)
       and (v_find is null or a.words @@ v_find or a.number like '%' || v_number)
     order by a.id desc
     limit least(p_limit, 101);
end $$;
comment on function cabinet.appeals_list is
    'Appeals of the login about any of its children, newest first, below p_before. Open: what somebody owes something, or has not read. '
    'p_find: words of subject and thread, or a number, as appeal.number_end() knows one';

create function cabinet.appeals_frame(p_token text)
returns table (all_count bigint, open_count bigint, unread_count bigint, by_pin boolean, reception text, reception_url text)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    return query
    select count(a.id), count(a.id) filter (where a.state not in ('closed', 'withdrawn') or a.is_unread), count(a.id) filter (where a.is_unread),
           v_visit.by_pin, s.reception, s.reception_url
      from school.school s
      left join (select b.id, b.state, b.is_unread from auth.access x join appeal.appeal b on b.access_id = x.id
                  where x.login_id = v_visit.login_id and x.mode = 'parent' and x.barred_at is null) a on true
     where s.id = v_visit.school_id
     group by s.id;
end $$;
comment on function cabinet.appeals_frame is 'One row: how many appeals there are, and where official ones go. by_pin: this session reads only';

-- ---- writing one --------------------------------------------------------------------------------------------------------------

create function cabinet.appeals_categories(p_token text)
returns table (code text, category text, desk text, register_by date, answer_by date)
language plpgsql stable security definer rows 8 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_today date := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date;
begin
    return query
    select c.code, c.title, c.desk::text, t.register_by, t.answer_by
      from appeal.category c
     cross join (select appeal.working_days_on(v_visit.school_id, v_today, 3) as register_by,
                        appeal.working_days_on(v_visit.school_id, v_today, 30) as answer_by) t
     order by c.rank;
end $$;
comment on function cabinet.appeals_categories is 'What an appeal may be about, who answers it and until when if it is sent today';

create function appeal.check_new(p_visit auth.visit, p_bytes bigint) returns void language plpgsql as $$
declare
    v_sent bigint;
begin
    perform auth.by_password(p_visit);
    perform from auth.login l where l.id = (p_visit).login_id for no key update;
    if (select count(*) from appeal.message m join auth.access x on x.id = m.access_id
         where x.login_id = (p_visit).login_id and m.at > now() - interval '1 day') >= 30 then
        raise exception 'За сутки можно отправить 30 сообщений. Остальные — завтра.' using errcode = 'KB422';
    end if;
    select coalesce(sum(f.size), 0) into v_sent
      from auth.access x join appeal.message m on m.access_id = x.id
      join appeal.message_file u on u.message_id = m.id join site.file f on f.id = u.file_id
     where x.login_id = (p_visit).login_id and m.at > now() - interval '1 day';
    perform site.check_files(v_sent, p_bytes);
end $$;
comment on function appeal.check_new is
    'May this visit write, with files of that many bytes? One at a time for a login; KB422 when it began with a PIN, or wrote or attached too much today';

create function appeal.keep_files(p_school bigint, p_name1 text, p_type1 text, p_bytes1 bytea, p_name2 text, p_type2 text,
    p_bytes2 bytea, p_name3 text, p_type3 text, p_bytes3 bytea) returns uuid[] language sql as $$
    select array(select site.keep_file(p_school, f.name, f.type, f.bytes)
                   from (values (1, p_name1, p_type1, p_bytes1), (2, p_name2, p_type2, p_bytes2), (3, p_name3, p_type3, p_bytes3))
                            f(nth, name, type, bytes)
                  where f.bytes is not null order by f.nth)
$$;
comment on function appeal.keep_files is 'Keeps up to three files of a message';

create function cabinet.appeals_send(p_token text, p_key uuid, p_category text, p_subject text, p_body text,
    p_name1 text, p_type1 text, p_bytes1 bytea, p_name2 text, p_type2 text, p_bytes2 bytea,
    p_name3 text, p_type3 text, p_bytes3 bytea, out appeal_id bigint)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_number text;
begin
    if not site.once('login ' || v_visit.login_id || ' appeal', p_key, concat_ws('|', v_visit.access_id, p_category, p_subject, p_body,
                     p_name1, sha256(p_bytes1), p_name2, sha256(p_bytes2), p_name3, sha256(p_bytes3))) then
        appeal_id := (select max(a.id) from appeal.appeal a where a.access_id = v_visit.access_id and a.subject = p_subject);
        return;
    end if;
    perform appeal.check_new(v_visit, site.bytes_of(p_bytes1, p_bytes2, p_bytes3));
    if (select count(*) from auth.access x join appeal.appeal a on a.access_id = x.id
         where x.login_id = v_visit.login_id and a.sent_at > now() - interval '1 day') >= 10 then
        raise exception 'За сутки можно написать 10 обращений. Остальные — завтра, или дополните одно из сегодняшних.'
            using errcode = 'KB422';
    end if;
    -- A browser that goes back asks for the form anew and gets another key.
    select a.number into v_number from appeal.appeal a
     where a.access_id = v_visit.access_id and a.category = p_category and a.subject = p_subject and a.state <> 'withdrawn'
       and a.sent_at > now() - interval '10 minutes'
       and p_body = (select m.body from appeal.message m where m.appeal_id = a.id order by m.id limit 1)
     order by a.id desc limit 1;
    if found then
        raise exception 'Такое обращение вы только что отправили: № %.', v_number using errcode = 'KB422';
    end if;
    appeal_id := appeal.send(v_visit.access_id, p_category, p_subject, p_body, appeal.keep_files(v_visit.school_id,
        p_name1, p_type1, p_bytes1, p_name2, p_type2, p_bytes2, p_name3, p_type3, p_bytes3));
    perform auth.note(v_visit.login_id, v_visit.access_id, 'appeal-send');
end $$;
comment on function cabinet.appeals_send is
    'A new appeal about the child on show; the same form again changes nothing and answers the same id. KB422: the eleventh of a day, '
    'and what was sent within the last ten minutes, with the same words about the same child';

-- ---- one appeal ---------------------------------------------------------------------------------------------------------------

create function appeal.reopen_until(p_appeal appeal.appeal) returns timestamptz language sql immutable as $$
    select case when (p_appeal).state = 'closed' then (p_appeal).closed_at + interval '14 days' end
$$;
comment on function appeal.reopen_until is 'How long a closed appeal can be opened again; NULL when it is not closed';

create function cabinet.appeals_appeal(p_token text, p_appeal bigint)
returns table (appeal_id bigint, number text, subject text, category text, desk text, state text, term text, register_by date,
    answer_by date, days_left integer, is_escalated boolean, sent_at timestamp, answered_at timestamp, closed_at timestamp, rating smallint,
    rating_words text, idn text, school_name text, is_unread boolean, seen bigint, messages bigint, reopen_until timestamp,
    may_rate boolean, may_add boolean, may_withdraw boolean, by_pin boolean)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_id bigint := appeal.own(v_visit, p_appeal);
begin
    return query
    select a.id, a.number, a.subject, c.title, a.desk::text, a.state::text, appeal.term(a, t.today), a.register_by, a.answer_by,
           case when a.state in ('sent', 'registered', 'in_work', 'reopened')
                then appeal.working_days_left(a.school_id, t.today, a.answer_by) end,
           a.escalated_at is not null, pg_catalog.timezone(s.time_zone, a.sent_at), pg_catalog.timezone(s.time_zone, a.answered_at),
           pg_catalog.timezone(s.time_zone, a.closed_at), a.rating, a.rating_words, p.idn, s.name, a.is_unread, m.seen, m.messages,
           pg_catalog.timezone(s.time_zone, appeal.reopen_until(a)),
           a.state = 'answered' or a.state = 'closed' and a.rating is null,
           a.state not in ('closed', 'withdrawn') or coalesce(appeal.reopen_until(a) > pg_catalog.now(), false),
           a.state in ('sent', 'registered', 'in_work', 'reopened'), v_visit.by_pin
      from appeal.appeal a
      join appeal.category c on c.code = a.category
      join school.pupil p on p.id = a.pupil_id
      join school.school s on s.id = a.school_id
     cross join lateral (select pg_catalog.timezone(s.time_zone, pg_catalog.now())::date as today) t
     cross join lateral (select max(x.id) as seen, count(*) as messages from appeal.message x
                          where x.appeal_id = a.id and x.author <> 'note') m
     where a.id = v_id;
end $$;
comment on function cabinet.appeals_appeal is
    'One row. seen: the last message that the family can see; who writes says up to which one was read. KB404 for another login''s';

create function cabinet.appeals_messages(p_token text, p_appeal bigint, p_limit integer, p_before bigint)
returns table (message_id bigint, author text, desk text, at timestamp, body text)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_id bigint := appeal.own(v_visit, p_appeal);
begin
    return query
    select m.id, m.author::text, m.desk::text, m.at, m.body
      from (select x.id, x.author, e.desk, pg_catalog.timezone(s.time_zone, x.at) as at, x.body
              from appeal.message x
              join appeal.appeal a on a.id = x.appeal_id
              join school.school s on s.id = a.school_id
              -- It was at a desk by then.
             cross join lateral (select coalesce((select v.desk from appeal.event v where v.appeal_id = x.appeal_id and v.at <= x.at
                                                   order by v.at desc, v.id desc limit 1), a.desk) as desk) e
             where x.appeal_id = v_id and x.author <> 'note' and (p_before is null or x.id < p_before)
             order by x.id desc
             limit least(p_limit, 401)) m
     order by m.id;
end $$;
comment on function cabinet.appeals_messages is
    'The last p_limit messages below p_before, oldest first: of the family and of desks, who are told by their role alone; never notes';

create function cabinet.appeals_files(p_token text, p_appeal bigint)
returns table (message_id bigint, file_id uuid, name text, kilobytes integer)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_id bigint := appeal.own(v_visit, p_appeal);
begin
    return query
    select m.id, f.id, f.name, (f.size + 1023) / 1024
      from appeal.message m join appeal.message_file x on x.message_id = m.id join site.file f on f.id = x.file_id
     where m.appeal_id = v_id and m.author <> 'note'
     order by m.id, x.rank;
end $$;
comment on function cabinet.appeals_files is 'Files of the messages that a family sees';

create function cabinet.appeals_steps(p_token text, p_appeal bigint)
returns table (at timestamp, step text, desk text, words text)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_id bigint := appeal.own(v_visit, p_appeal);
begin
    return query
    select s.at, s.step, s.desk::text, case when s.step in ('moved', 'late', 'closed') then s.words else '' end
      from (select e.id, pg_catalog.timezone(c.time_zone, e.at) as at, e.desk, e.words,
                   case when e.access_id is null and e.staff_id is null and e.state <> 'closed' then 'late'
                        when e.desk <> lag(e.desk) over w then 'moved'
                        -- Handed to a colleague, or given back to the queue: nothing that a family waits for.
                        when e.state = lag(e.state) over w and e.state <> 'answered' then ''
                        when e.state = 'registered' and lag(e.state) over w <> 'sent' then ''
                        else e.state::text end as step
              from appeal.event e join appeal.appeal a on a.id = e.appeal_id join school.school c on c.id = a.school_id
             where e.appeal_id = v_id
            window w as (order by e.id)) s
     where s.step <> ''
     order by s.id
     limit 100;
end $$;
comment on function cabinet.appeals_steps is
    'What became of an appeal. step: a state, moved (to another desk, with the reason), late (a term passed, the head sees it)';

create function cabinet.appeals_file(p_token text, p_file uuid) returns table (name text, type text, bytes bytea)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    return query
    select f.name, f.type, f.bytes
      from appeal.message_file x
      join appeal.message m on m.id = x.message_id and m.author <> 'note'
      join appeal.appeal a on a.id = m.appeal_id
      join auth.access o on o.id = a.access_id and o.login_id = v_visit.login_id and o.mode = 'parent' and o.barred_at is null
      join site.file f on f.id = x.file_id
     where x.file_id = p_file;
    if not found then
        raise exception 'no such file of this login' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.appeals_file is 'A file of an appeal of this login; KB404 for any other';

create function appeal.locked_own(p_visit auth.visit, p_appeal bigint, p_seen bigint) returns appeal.appeal language plpgsql as $$
declare
    v_appeal appeal.appeal := appeal.lock(appeal.own(p_visit, p_appeal));
begin
    -- Notes and hands at a desk change the revision too, but are nothing that a family could read anew.
    if exists (select from appeal.message m where m.appeal_id = p_appeal and m.author = 'desk' and m.id > p_seen) then
        raise exception 'Пока вы писали, пришёл ответ: прочитайте его и отправьте ещё раз, если нужно. Ваш текст сохранён.'
            using errcode = 'KB422', hint = 'changed';
    end if;
    return v_appeal;
end $$;
comment on function appeal.locked_own is
    'An appeal of this login, locked. KB422 changed: a desk has answered since the message p_seen, the last one that the writer saw';

create function cabinet.appeals_add(p_token text, p_key uuid, p_appeal bigint, p_seen bigint, p_body text,
    p_name1 text, p_type1 text, p_bytes1 bytea, p_name2 text, p_type2 text, p_bytes2 bytea,
    p_name3 text, p_type3 text, p_bytes3 bytea, out is_reopened boolean)
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_appeal appeal.appeal;
begin
    if not site.once('login ' || v_visit.login_id || ' appeal-add', p_key, concat_ws('|', p_appeal, p_body,
                     p_name1, sha256(p_bytes1), p_name2, sha256(p_bytes2), p_name3, sha256(p_bytes3))) then
        is_reopened := exists (select from appeal.appeal a where a.id = appeal.own(v_visit, p_appeal) and a.state = 'reopened');
        return;
    end if;
    perform appeal.check_new(v_visit, site.bytes_of(p_bytes1, p_bytes2, p_bytes3));
    v_appeal := appeal.locked_own(v_visit, p_appeal, p_seen);
    is_reopened := v_appeal.state in ('answered', 'closed');
    if v_appeal.state = 'withdrawn' or appeal.reopen_until(v_appeal) <= now() then
        raise exception 'Это обращение больше не открыть. Напишите новое и назовите в нём номер %.', v_appeal.number
            using errcode = 'KB422';
    elsif (select count(*) from appeal.message m where m.appeal_id = p_appeal and m.author <> 'note') >= 200 then
        raise exception 'В обращении уже 200 сообщений. Напишите новое и назовите в нём номер %.', v_appeal.number
            using errcode = 'KB422';
    end if;
    perform appeal.write(p_appeal, 'family', v_appeal.access_id, null, p_body, appeal.keep_files(v_appeal.school_id,
        p_name1, p_type1, p_bytes1, p_name2, p_type2, p_bytes2, p_name3, p_type3, p_bytes3));
    if is_reopened then
        perform appeal.move(v_appeal, 'reopened', v_appeal.desk, v_appeal.access_id, null, '');
    end if;
    perform auth.note(v_visit.login_id, v_visit.access_id, case when is_reopened then 'appeal-reopen' else 'appeal-add' end);
end $$;
comment on function cabinet.appeals_add is
    'One more message. After an answer, or within 14 days of closing, it opens the appeal again: the answer was none, its term begins anew';

create function cabinet.appeals_close(p_token text, p_appeal bigint, p_seen bigint, p_rating integer, p_words text) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_appeal appeal.appeal;
begin
    perform auth.by_password(v_visit);
    v_appeal := appeal.locked_own(v_visit, p_appeal, p_seen);
    if v_appeal.state = 'closed' then
        -- By the clock, or by the desk: the mark still counts.
        update appeal.appeal a set rating = p_rating, rating_words = p_words where a.id = p_appeal and a.rating is null;
        return;
    elsif v_appeal.state <> 'answered' then
        raise exception 'Закрыть можно обращение, на которое ответили. Если ответ больше не нужен, отзовите его.' using errcode = 'KB422';
    end if;
    perform appeal.move(v_appeal, 'closed', v_appeal.desk, v_appeal.access_id, null, '');
    update appeal.appeal a set rating = p_rating, rating_words = p_words where a.id = p_appeal;
    perform auth.note(v_visit.login_id, v_visit.access_id, 'appeal-close');
end $$;
comment on function cabinet.appeals_close is 'The family is content, or not, and says so: p_rating 1 … 5 or NULL. One that is closed already keeps its first mark';

create function cabinet.appeals_withdraw(p_token text, p_appeal bigint, p_seen bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_appeal appeal.appeal;
begin
    perform auth.by_password(v_visit);
    v_appeal := appeal.locked_own(v_visit, p_appeal, p_seen);
    if v_appeal.state = 'withdrawn' then
        return;
    elsif v_appeal.state in ('answered', 'closed') then
        raise exception 'На обращение уже ответили: отзывать нечего.' using errcode = 'KB422';
    end if;
    perform appeal.move(v_appeal, 'withdrawn', v_appeal.desk, v_appeal.access_id, null, '');
    perform auth.note(v_visit.login_id, v_visit.access_id, 'appeal-withdraw');
end $$;
comment on function cabinet.appeals_withdraw is 'No answer is wanted any more; the appeal stays in the register';

create function cabinet.appeals_read(p_token text, p_appeal bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    update appeal.appeal a set is_unread = false where a.id = appeal.own(v_visit, p_appeal) and a.is_unread;
end $$;
comment on function cabinet.appeals_read is 'The family opens what is unread';

-- ---- answers for everyone -----------------------------------------------------------------------------------------------------

create function cabinet.appeals_hints(p_token text, p_category text)
returns table (faq_id bigint, question text, answer text, useful integer, is_helped boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    if p_category is not null and not exists (select from appeal.category c where c.code = p_category) then
        raise exception 'no such category' using errcode = 'KB404';
    end if;
    return query
    select q.id, q.question, q.answer, q.useful,
           exists (select from appeal.faq_helped h where h.faq_id = q.id and h.login_id = v_visit.login_id)
      from appeal.faq q
     where q.school_id = v_visit.school_id and q.category = p_category and q.withdrawn_at is null
     order by q.useful desc, q.id
     limit 5;
end $$;
comment on function cabinet.appeals_hints is 'The most useful public answers of a category, to be read before writing';

create function cabinet.appeals_faq(p_token text, p_category text, p_find text, p_limit integer, p_before bigint)
returns table (faq_id bigint, category text, question text, answer text, useful integer, is_helped boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.parent(p_token);
    v_find tsquery := case when pg_catalog.btrim(p_find) <> '' then pg_catalog.websearch_to_tsquery('russian', p_find) end;
begin
    return query
    select q.id, c.title, q.question, q.answer, q.useful,
           exists (select from appeal.faq_helped h where h.faq_id = q.id and h.login_id = v_visit.login_id)
      from appeal.faq q join appeal.category c on c.code = q.category
     where q.school_id = v_visit.school_id and q.withdrawn_at is null and (p_category is null or q.category = p_category)
       and (v_find is null or q.words @@ v_find) and (p_before is null or q.id < p_before)
     order by q.id desc
     limit least(p_limit, 101);
end $$;
comment on function cabinet.appeals_faq is 'Public answers of the school, newest first, below p_before; of one category, by words, or all';

create function cabinet.appeals_helped(p_token text, p_faq bigint) returns void
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.visit := auth.parent(p_token);
begin
    perform from appeal.faq q where q.id = p_faq and q.school_id = v_visit.school_id and q.withdrawn_at is null;
    if not found then
        raise exception 'no such answer' using errcode = 'KB404';
    end if;
    insert into appeal.faq_helped (faq_id, login_id) values (p_faq, v_visit.login_id) on conflict do nothing;
    if found then
        update appeal.faq q set useful = q.useful + 1 where q.id = p_faq;
    end if;
end $$;
comment on function cabinet.appeals_helped is 'A public answer helped; a login says so once';

grant execute on function
    cabinet.appeals_list(text, boolean, text, integer, bigint), cabinet.appeals_frame(text), cabinet.appeals_categories(text),
    cabinet.appeals_send(text, uuid, text, text, text, text, text, bytea, text, text, bytea, text, text, bytea),
    cabinet.appeals_appeal(text, bigint), cabinet.appeals_messages(text, bigint, integer, bigint),
    cabinet.appeals_files(text, bigint), cabinet.appeals_steps(text, bigint), cabinet.appeals_file(text, uuid),
    cabinet.appeals_add(text, uuid, bigint, bigint, text, text, text, bytea, text, text, bytea, text, text, bytea),
    cabinet.appeals_close(text, bigint, bigint, integer, text), cabinet.appeals_withdraw(text, bigint, bigint),
    cabinet.appeals_read(text, bigint), cabinet.appeals_hints(text, text),
    cabinet.appeals_faq(text, text, text, integer, bigint), cabinet.appeals_helped(text, bigint) to kabinet_appeals;

commit;
