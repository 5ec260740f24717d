-- Deploy kabinet:api/home to pg
-- requires: api/session
-- requires: tables/ledger

-- What «Главная» asks.

begin;

call auth.add_program('home', 'Главная, announcements, rules');
set local role kabinet_owner;

create function cabinet.home(p_token text, out account text, out balance_kop bigint, out as_of timestamp)
language plpgsql stable security definer as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    select p.account, case when v_visit.may_finance then b.balance_kop end, now() at time zone v_visit.time_zone
      into strict account, balance_kop, as_of
      from school.pupil p
      join ledger.account a on a.pupil_id = p.id
      join ledger.balance b on b.account_id = a.id
     where p.id = v_visit.pupil_id;
end $$;
comment on function cabinet.home is 'One row about the child on show. The balance is that of this moment; NULL for those who may not see money';

create function cabinet.home_statistics(p_token text)
returns table (title text, value text, as_of timestamp)
language plpgsql stable security definer rows 6 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select k.title, s.value, s.as_of at time zone v_visit.time_zone
      from school.statistic_kind k
      left join school.statistic s on s.kind_id = k.id and s.pupil_id = v_visit.pupil_id
     order by k.rank;
end $$;
comment on function cabinet.home_statistics is 'Every line of the block; value NULL: no data';

create function cabinet.home_announcements(p_token text, p_limit integer, p_before bigint)
returns table (id bigint, published timestamp, title text, body text, is_pinned boolean)
language plpgsql stable security definer rows 20 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select a.id, a.published_at at time zone v_visit.time_zone, a.title, a.body, a.is_pinned
      from site.announcement a
     where a.school_id = v_visit.school_id and (a.class_id is null or a.class_id = v_visit.class_id)
       and a.published_at <= now() and (a.visible_until is null or a.visible_until > now())
       and (p_before is null
            or (a.is_pinned, a.published_at, a.id) < (select b.is_pinned, b.published_at, b.id
                                                        from site.announcement b
                                                       where b.id = p_before and b.school_id = v_visit.school_id
                                                         and (b.class_id is null or b.class_id = v_visit.class_id)
                                                         and b.published_at <= now()))
     order by a.is_pinned desc, a.published_at desc, a.id desc
     limit least(p_limit, 100);
end $$;
comment on function cabinet.home_announcements is 'Of the child''s school and class: pinned ones first, then new to old; those that follow p_before, unless it is NULL; none when it was never theirs';

create function cabinet.home_contacts(p_token text)
returns table (subject text, phone text, email text, hours text)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
begin
    return query
    select c.subject, c.phone, c.email, c.hours
      from site.contact c
     where c.school_id = v_visit.school_id or c.school_id is null
     order by c.school_id is null, c.rank;
end $$;
comment on function cabinet.home_contacts is 'Whom to call about what: the school''s own first';

grant execute on function
    cabinet.home(text),
    cabinet.home_statistics(text),
    cabinet.home_announcements(text, integer, bigint),
    cabinet.home_contacts(text) to kabinet_home;

commit;
