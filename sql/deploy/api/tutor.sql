-- Deploy kabinet:api/tutor to pg
-- requires: api/class
-- requires: tables/canteen
-- requires: tables/service

-- The class tutor's desk for money: what the class eats, its meals written off in one form, mistakes given back, days that nobody wrote
-- down. For the classes that school.tutored() allows. A tutor sees what a child pays and what is on its account, never a льгота, an
-- allergen, a ban or a limit. The head sees which classes have not told what they eat.

begin;

call auth.add_program('tutor', 'The class tutor: meals of the class, refunds', 'staff');
set local role kabinet_owner;

-- ---- the class today ----------------------------------------------------------------------------------------------------------

create function canteen.tutored_menu(p_class school.tutored, p_menu bigint) returns canteen.menu language plpgsql stable as $$
declare
    v_menu canteen.menu;
    v_back integer := (select o.back_days from canteen.policy o where o.school_id = (p_class).school_id);
begin
    select m.* into v_menu
      from canteen.menu m join canteen.complex c on c.id = m.complex_id
     where m.id = p_menu and m.school_id = (p_class).school_id and canteen.serves(c, (p_class).class_id);
    if not found then
        raise exception 'no such menu for this class' using errcode = 'KB404';
    elsif v_menu.day > (p_class).today then
        raise exception 'Списать можно за сегодня и прошедшие дни, не вперёд.' using errcode = 'KB422';
    elsif v_menu.day < (p_class).today - v_back then
        raise exception 'За % списать уже нельзя: не позже чем через % дн.', to_char(v_menu.day, 'DD.MM'), v_back using errcode = 'KB422';
    end if;
    return v_menu;
end $$;
comment on function canteen.tutored_menu is
    'A menu that is cooked for a tutor''s class. KB404: for somebody else; KB422: of a day that cannot be written off any more, or yet';

create function canteen.tutored_choice(p_class school.tutored, p_day date, p_menu bigint) returns bigint language sql stable as $$
    select m.id
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id and canteen.serves(c, (p_class).class_id)
      join canteen.meal e on e.id = c.meal_id
      join school.school s on s.id = m.school_id
     where m.school_id = (p_class).school_id and m.day = p_day
     order by m.id is distinct from p_menu, p_day + e.serves_to < timezone(s.time_zone, now()), e.serves_from, e.id, c.is_default desc, c.title
     limit 1
$$;
comment on function canteen.tutored_choice is
    'That menu, if the class has it on that day, or else the first one whose meal is not over; NULL: there is none';

create function canteen.tutored_pupils(p_class school.tutored, p_day date, p_pupils bigint[]) returns bigint[] language plpgsql stable as $$
declare
    v_pupils bigint[] := array(select distinct u.id from unnest(p_pupils) u(id) order by 1);
begin
    if cardinality(v_pupils) = 0 then
        raise exception 'Отметьте хотя бы одного ученика.' using errcode = 'KB422';
    elsif not v_pupils <@ array(select m.pupil_id from school.class_members((p_class).class_id, p_day, p_day) m) then
        raise exception 'not of this class' using errcode = 'KB404';
    end if;
    return v_pupils;
end $$;
comment on function canteen.tutored_pupils is 'These pupils, each once; KB404 when one was not in the class that day';

create function staff.tutor_head(p_token text, p_class bigint, p_day date, p_menu bigint)
returns table (class_id bigint, class_title text, day date, today date, previous_day date, next_day date, may_write boolean,
    menu_id bigint, meal text, complex text, price_kop bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_day date := coalesce(p_day, v_class.today);
begin
    return query
    select v_class.class_id, v_class.name, v_day, v_class.today,
           (select max(m.day) from canteen.menu m
             where m.school_id = v_class.school_id and m.day < v_day and m.day >= v_class.today - o.back_days),
           (select min(m.day) from canteen.menu m where m.school_id = v_class.school_id and m.day > v_day and m.day <= v_class.today),
           v_day between v_class.today - o.back_days and v_class.today, m.id, coalesce(e.title, ''), coalesce(c.title, ''), m.price_kop
      from canteen.policy o
      left join canteen.menu m on m.id = canteen.tutored_choice(v_class, v_day, p_menu)
      left join canteen.complex c on c.id = m.complex_id
      left join canteen.meal e on e.id = c.meal_id
     where o.school_id = v_class.school_id;
end $$;
comment on function staff.tutor_head is
    'One row: the class, the day, its neighbours that can still be written off, and the set meal that is chosen or offered';

create function staff.tutor_menus(p_token text, p_class bigint, p_day date)
returns table (menu_id bigint, meal text, complex text, price_kop bigint, ordered bigint, served bigint)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_day date := coalesce(p_day, v_class.today);
begin
    return query
    with member as (select m.pupil_id from school.class_members(v_class.class_id, v_day, v_day) m)
    select m.id, e.title, c.title, m.price_kop,
           (select count(*) from canteen.meal_order o join member u on u.pupil_id = o.pupil_id
             where o.menu_id = m.id and o.day = v_day and o.state = 'ordered'),
           (select count(*) from canteen.serving s join member u on u.pupil_id = s.pupil_id
             where s.menu_id = m.id and s.day = v_day and s.undone_at is null)
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = c.meal_id
     where m.school_id = v_class.school_id and m.day = v_day and canteen.serves(c, v_class.class_id)
     order by e.serves_from, e.id, c.is_default desc, c.title
     limit 40;
end $$;
comment on function staff.tutor_menus is 'Set meals that the class could have that day, how many ordered and were given each';

create function canteen.day_words(p_pupil bigint, p_day date) returns text language sql stable as $$
    select string_agg(format('%s: %s%s', e.title, c.title, x.state), '; ' order by e.serves_from, e.id)
      from (select o.menu_id, '' as state from canteen.meal_order o
             where o.pupil_id = p_pupil and o.day = p_day and o.state = 'ordered'
             union all
            select s.menu_id, ' — выдано' from canteen.serving s
             where s.pupil_id = p_pupil and s.day = p_day and s.kind = 'meal' and s.undone_at is null) x
      join canteen.menu m on m.id = x.menu_id
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = c.meal_id
$$;
comment on function canteen.day_words is 'What a child ordered and was given on a day: «Завтрак: Комплекс № 1 — выдано; Обед: Комплекс № 2»; NULL for nothing';

create function staff.tutor_pupils(p_token text, p_class bigint, p_day date, p_menu bigint)
returns table (pupil_id bigint, name text, free_kop bigint, held_kop bigint, meals text, is_served boolean, is_ordered boolean,
    absence text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_day date := coalesce(p_day, v_class.today);
    v_menu bigint := canteen.tutored_choice(v_class, v_day, p_menu);
    v_meal bigint := (select c.meal_id from canteen.menu m join canteen.complex c on c.id = m.complex_id where m.id = v_menu);
    v_unseen bigint[] := array(select school.not_entered(v_class.class_id, v_day));
begin
    return query
    select m.pupil_id, people.pupil_name(m.pupil_id), ledger.free_kop(a.id, v_day), b.held_kop, coalesce(canteen.day_words(m.pupil_id, v_day), ''),
           exists (select from canteen.serving s where s.pupil_id = m.pupil_id and s.day = v_day and s.meal_id = v_meal
                      and s.kind = 'meal' and s.undone_at is null),
           exists (select from canteen.meal_order o where o.pupil_id = m.pupil_id and o.day = v_day and o.menu_id = v_menu
                      and o.state = 'ordered'),
           coalesce(canteen.absence(m.pupil_id, v_day, v_unseen), '')
      from school.class_members(v_class.class_id, v_day, v_day) m
      join ledger.account a on a.pupil_id = m.pupil_id
      join ledger.balance b on b.account_id = a.id
     order by 2, 1
     limit 100;
end $$;
comment on function staff.tutor_pupils is
    'The class of a day: what is free and held on each account, what was ordered and given, who counts as absent and why. is_served: the meal '
    'that is chosen; is_ordered: that very set meal';

-- ---- writing meals off --------------------------------------------------------------------------------------------------------

create function staff.tutor_foresee(p_token text, p_class bigint, p_menu bigint, p_pupils bigint[])
returns table (class_id bigint, class_title text, day date, meal text, complex text, pupil_id bigint, name text, price_kop bigint,
    is_ordered boolean, words text, passes bigint, refused bigint, sum_kop bigint)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_menu canteen.menu := canteen.tutored_menu(v_class, p_menu);
    v_pupils bigint[] := canteen.tutored_pupils(v_class, v_menu.day, p_pupils);
begin
    return query
    select v_class.class_id, v_class.name, v_menu.day, e.title, c.title, u.id, people.pupil_name(u.id), v_menu.price_kop,
           f.order_id is not null, coalesce(canteen.tutor_words(f.code, f.words), ''), count(*) filter (where f.code is null) over (),
           count(f.code) over (), v_menu.price_kop * count(*) filter (where f.code is null) over ()
      from canteen.complex c
      join canteen.meal e on e.id = c.meal_id
     cross join unnest(v_pupils) u(id)
     cross join lateral canteen.foresee(u.id, v_menu.id, c.meal_id, v_menu.day) f
     where c.id = v_menu.complex_id
     order by 7, 6;
end $$;
comment on function staff.tutor_foresee is 'What writing a meal off would do to each of these pupils: nothing against it, or in words why not; and how many, how much in all. Sums are by the '
    'menu: what a family pays would tell its льгота';

create function staff.tutor_write_off(p_token text, p_key uuid, p_class bigint, p_menu bigint, p_pupils bigint[]) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_menu canteen.menu;
    v_meal bigint;
    v_pupils bigint[];
    v_pupil bigint;
    v_id bigint;
    v_serving bigint;
    v_code text;
    v_words text;
begin
    if not site.once(format('staff %s meal-write-off', v_visit.staff_id), p_key, concat_ws('|', v_class.class_id, p_menu,
            array(select distinct u.id from unnest(p_pupils) u(id) order by 1))) then
        return (select w.id from canteen.write_off w where w.staff_id = v_visit.staff_id and w.key = p_key);
    end if;
    v_menu := canteen.tutored_menu(v_class, p_menu);
    v_pupils := canteen.tutored_pupils(v_class, v_menu.day, p_pupils);
    v_meal := (select c.meal_id from canteen.complex c where c.id = v_menu.complex_id);
    insert into canteen.write_off (school_id, class_id, menu_id, meal_id, day, staff_id, key)
    values (v_class.school_id, v_class.class_id, v_menu.id, v_meal, v_menu.day, v_visit.staff_id, p_key)
    returning id into v_id;
    perform ledger.write_books();
    perform ledger.lock_pupils(v_pupils);
    foreach v_pupil in array v_pupils loop
        begin
            v_serving := canteen.serve(v_pupil, v_menu.id, v_meal, v_menu.day, v_visit.staff_id, 'классный руководитель');
            v_words := null;
        exception when sqlstate 'KB422' then
            get stacked diagnostics v_code = pg_exception_hint, v_words = message_text;
            v_serving := null;
            v_words := canteen.tutor_words(v_code, v_words);
        end;
        insert into canteen.write_off_line (write_off_id, pupil_id, serving_id, words) values (v_id, v_pupil, v_serving, v_words);
    end loop;
    perform auth.note_staff(v_visit, 'meal-write-off', v_id::text);
    return v_id;
end $$;
comment on function staff.tutor_write_off is
    'Writes a meal off for these pupils of a class, each by an entry of its own, and answers the batch''s id. Who cannot be served is '
    'refused in its line, the others go through. The same form again answers the same batch';

create function staff.tutor_batches(p_token text, p_class bigint)
returns table (batch_id bigint, day date, at timestamp, meal text, complex text, served bigint, refused bigint, sum_kop bigint)
language plpgsql stable security definer rows 10 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
begin
    return query
    select w.id, w.day, pg_catalog.timezone(v_visit.time_zone, w.at), e.title, c.title, count(l.serving_id), count(l.words),
           coalesce(sum(s.price_kop), 0)::bigint
      from (select o.id, o.day, o.at, o.menu_id, o.meal_id from canteen.write_off o
             where o.class_id = v_class.class_id order by o.day desc, o.id desc limit 10) w
      join canteen.menu m on m.id = w.menu_id
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = w.meal_id
      join canteen.write_off_line l on l.write_off_id = w.id
      left join canteen.serving s on s.id = l.serving_id
     group by w.id, w.day, w.at, e.title, c.title
     order by w.day desc, w.id desc;
end $$;
comment on function staff.tutor_batches is 'The last ten write-offs of a class, with what was charged then';

create function canteen.tutored_batch(p_visit auth.staff_visit, p_batch bigint) returns canteen.write_off language plpgsql stable as $$
declare
    v_batch canteen.write_off;
    v_class school.tutored;
begin
    select w.* into v_batch from canteen.write_off w where w.id = p_batch and w.school_id = (p_visit).school_id;
    -- KB404 for a class that is not this tutor's; -1 is nobody's.
    v_class := school.tutored(p_visit, coalesce(v_batch.class_id, -1));
    v_batch.class_id := v_class.class_id;
    return v_batch;
end $$;
comment on function canteen.tutored_batch is 'A write-off of a class of this tutor, else KB404';

create function staff.tutor_batch(p_token text, p_batch bigint)
returns table (batch_id bigint, class_id bigint, class_title text, day date, at timestamp, meal text, complex text, who text,
    served bigint, refused bigint, undone bigint, sum_kop bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_batch canteen.write_off := canteen.tutored_batch(v_visit, p_batch);
begin
    return query
    select v_batch.id, v_batch.class_id, k.name, v_batch.day, pg_catalog.timezone(v_visit.time_zone, v_batch.at), e.title, c.title,
           people.staff_name(v_batch.staff_id), count(l.serving_id), count(l.words), count(s.undone_at),
           coalesce(sum(s.price_kop) filter (where s.undone_at is null), 0)::bigint
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = v_batch.meal_id
      join school.class k on k.id = v_batch.class_id
      join canteen.write_off_line l on l.write_off_id = v_batch.id
      left join canteen.serving s on s.id = l.serving_id
     where m.id = v_batch.menu_id
     group by k.name, e.title, c.title;
end $$;
comment on function staff.tutor_batch is 'One row: a write-off as it stands now; sum_kop: by the menu, without what was given back since';

create function staff.tutor_batch_lines(p_token text, p_batch bigint)
returns table (pupil_id bigint, name text, serving_id bigint, price_kop bigint, is_undone boolean, words text)
language plpgsql stable security definer rows 30 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_batch canteen.write_off := canteen.tutored_batch(v_visit, p_batch);
begin
    return query
    select l.pupil_id, people.pupil_name(l.pupil_id), l.serving_id, s.price_kop, s.undone_at is not null, coalesce(l.words, '')
      from canteen.write_off_line l left join canteen.serving s on s.id = l.serving_id
     where l.write_off_id = v_batch.id
     order by 2, 1;
end $$;
comment on function staff.tutor_batch_lines is 'What became of each pupil of a write-off';

-- ---- giving back --------------------------------------------------------------------------------------------------------------

create function canteen.paid(p_pupils bigint[], p_from date)
returns table (kind text, id bigint, pupil_id bigint, day date, at timestamptz, title text, place text, price_kop bigint,
    undone_at timestamptz, undone_by bigint, undo_why text) language sql stable rows 500 as $$
    select case s.kind when 'meal' then 'meal' else 'buffet' end, s.id, s.pupil_id, s.day, s.at,
           coalesce(e.title || ', ' || c.title,
               (select string_agg(d.title, ', ' order by i.rank) from canteen.serving_item i join canteen.dish d on d.id = i.dish_id
                 where i.serving_id = s.id)),
           s.place, s.price_kop, s.undone_at, s.undone_by, s.undo_why
      from canteen.serving s
      left join canteen.menu m on m.id = s.menu_id
      left join canteen.complex c on c.id = m.complex_id
      left join canteen.meal e on e.id = s.meal_id
     where s.pupil_id = any (p_pupils) and s.day >= p_from
     union all
    select 'service', g.id, g.pupil_id, g.day, g.at, v.title || ', ' || t.title, 'преподаватель', g.pay_kop, g.undone_at, g.undone_by,
           g.undo_why
      from service.charge g
      join service.team t on t.id = g.team_id
      join service.service v on v.id = t.service_id
     where g.pupil_id = any (p_pupils) and g.day >= p_from
$$;
comment on function canteen.paid is 'What these pupils were given and charged since a day: set meals, sales of the buffet, paid services';

create function staff.tutor_paid(p_token text, p_class bigint, p_pupil bigint, p_before bigint, p_limit integer)
returns table (kind text, id bigint, name text, day date, at timestamp, title text, place text, price_kop bigint, is_undone boolean,
    undone_at timestamp, undone_by text, undo_why text, at_us bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_from date := v_class.today - (select o.refund_days from canteen.policy o where o.school_id = v_class.school_id);
begin
    return query
    select p.kind, p.id, people.pupil_name(p.pupil_id), p.day, pg_catalog.timezone(v_visit.time_zone, p.at), p.title, p.place, p.price_kop,
           p.undone_at is not null, pg_catalog.timezone(v_visit.time_zone, p.undone_at), people.staff_name(p.undone_by),
           coalesce(p.undo_why, ''), (extract(epoch from p.at) * 1000000)::bigint
      from canteen.paid(array(select m.pupil_id from school.class_members(v_class.class_id, v_class.today, v_class.today) m
                               where p_pupil is null or m.pupil_id = p_pupil), v_from) p
     where p_before is null or (extract(epoch from p.at) * 1000000)::bigint < p_before
     order by p.at desc, p.id desc
     limit least(p_limit, 200);
end $$;
comment on function staff.tutor_paid is
    'What the class, or one of it, was given and charged within the days of a refund, the latest first; at_us: the place in the list, '
    'microseconds of at';

create function canteen.tutored_paid(p_visit auth.staff_visit, p_kind text, p_id bigint, out class_id bigint, out pupil_id bigint,
    out day date, out refund_days smallint, out today date) language plpgsql stable as $$
declare
    v_class school.tutored;
begin
    if p_kind = 'service' then
        select c.pupil_id, c.day into pupil_id, day from service.charge c where c.id = p_id and c.school_id = (p_visit).school_id;
    else
        select s.pupil_id, s.day into pupil_id, day from canteen.serving s where s.id = p_id and s.school_id = (p_visit).school_id;
    end if;
    -- Whose class it is in now gives back: -1 is nobody's class.
    v_class := school.tutored(p_visit, coalesce(
        (select school.class_on(p.id, pg_catalog.timezone((p_visit).time_zone, pg_catalog.now())::date)
           from school.pupil p where p.id = tutored_paid.pupil_id), -1));
    class_id := v_class.class_id;
    today := v_class.today;
    refund_days := (select o.refund_days from canteen.policy o where o.school_id = v_class.school_id);
end $$;
comment on function canteen.tutored_paid is 'Whose a serving or charge is, if it is of a class of this tutor, else KB404';

create function staff.tutor_refundable(p_token text, p_kind text, p_id bigint)
returns table (kind text, id bigint, class_id bigint, pupil_id bigint, name text, day date, at timestamp, what text, place text,
    price_kop bigint, is_undone boolean, is_late boolean, refund_days smallint)
language plpgsql stable security definer rows 1 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_whose record := canteen.tutored_paid(v_visit, p_kind, p_id);
begin
    return query
    select p.kind, p.id, v_whose.class_id, v_whose.pupil_id, people.pupil_name(v_whose.pupil_id), p.day,
           pg_catalog.timezone(v_visit.time_zone, p.at), p.title, p.place, p.price_kop, p.undone_at is not null,
           p.day < v_whose.today - v_whose.refund_days, v_whose.refund_days
      from canteen.paid(array[v_whose.pupil_id], v_whose.day) p
     where p.id = p_id and (p.kind = 'service') = (p_kind = 'service');
end $$;
comment on function staff.tutor_refundable is 'One row: what would be given back; is_late: the days for that are over';

create function staff.tutor_refund(p_token text, p_key uuid, p_kind text, p_id bigint, p_why text)
returns table (class_id bigint, pupil_id bigint)
language plpgsql security definer rows 1 set search_path = '' as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_whose record := canteen.tutored_paid(v_visit, p_kind, p_id);
begin
    class_id := v_whose.class_id;
    pupil_id := v_whose.pupil_id;
    return next;
    if not site.once(format('staff %s refund', v_visit.staff_id), p_key, concat_ws('|', p_kind, p_id, p_why)) then
        return;
    elsif v_whose.day < v_whose.today - v_whose.refund_days then
        raise exception 'Вернуть можно в течение % дн.: срок прошёл. Обратитесь к администратору школы.', v_whose.refund_days
            using errcode = 'KB422';
    elsif p_kind = 'service' then
        perform service.undo(p_id, v_visit.staff_id, p_why);
        perform auth.note_staff(v_visit, 'service-refund', p_id::text);
    else
        perform canteen.undo(p_id, v_visit.staff_id, p_why);
        perform auth.note_staff(v_visit, 'meal-refund', p_id::text);
    end if;
end $$;
comment on function staff.tutor_refund is
    'Gives a serving or a charge back, once, within the days of the school, with a reason that the family reads; answers whose it was';

-- ---- who has not told ---------------------------------------------------------------------------------------------------------

create function staff.tutor_gaps(p_token text, p_class bigint)
returns table (day date, lessons bigint, ordered bigint, is_today boolean, may_write boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_visit auth.staff_visit := auth.resolve_staff(p_token);
    v_class school.tutored := school.tutored(v_visit, p_class);
    v_back integer := (select o.back_days from canteen.policy o where o.school_id = v_class.school_id);
begin
    return query
    select d.day, d.lessons,
           (select count(*) from school.class_members(v_class.class_id, d.day, d.day) m
              join canteen.meal_order o on o.pupil_id = m.pupil_id and o.day = d.day and o.state <> 'cancelled'),
           d.day = v_class.today, d.day >= v_class.today - v_back
      from (select l.day, count(distinct l.number) as lessons from school.lesson l
             where l.class_id = v_class.class_id and l.day between v_class.today - 13 and v_class.today and not l.is_cancelled
             group by l.day) d
     where exists (select from canteen.menu m join canteen.complex c on c.id = m.complex_id
                    where m.school_id = v_class.school_id and m.day = d.day and canteen.serves(c, v_class.class_id))
       and not exists (select from school.class_members(v_class.class_id, d.day, d.day) m
                         join canteen.serving s on s.pupil_id = m.pupil_id and s.day = d.day and s.kind = 'meal' and s.undone_at is null)
     order by d.day desc;
end $$;
comment on function staff.tutor_gaps is
    'Days of the last two weeks with lessons and a menu on which nobody of the class was given or written off a meal';

create function staff.tutor_counts(p_token text, p_day date)
returns table (day date, today date, class_title text, tutor text, pupils bigint, ordered bigint, served bigint, sent_at timestamp,
    is_sent boolean, classes bigint, unsent bigint)
language plpgsql stable security definer rows 40 as $$
declare
    v_visit auth.staff_visit := auth.staff_with(p_token, 'head');
    v_today date := pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date;
    v_day date := coalesce(p_day, v_today);
begin
    return query
    select v_day, v_today, x.name, coalesce(people.staff_name(x.tutor_id), ''), x.pupils, x.ordered, x.served,
           pg_catalog.timezone(v_visit.time_zone, x.sent_at), x.served > 0, count(*) over (),
           count(*) filter (where x.served = 0) over ()
      from (select k.name, k.grade, k.letter, k.tutor_id, count(m.pupil_id) as pupils,
                   coalesce(sum((select count(*) from canteen.meal_order o
                                  where o.pupil_id = m.pupil_id and o.day = v_day and o.state in ('ordered', 'served'))), 0)::bigint as ordered,
                   coalesce(sum((select count(*) from canteen.serving s
                                  where s.pupil_id = m.pupil_id and s.day = v_day and s.kind = 'meal' and s.undone_at is null)), 0)::bigint
                       as served,
                   (select max(w.at) from canteen.write_off w where w.class_id = k.id and w.day = v_day) as sent_at
              from school.class k
              left join school.class_members(k.id, v_day, v_day) m on true
             where k.school_id = v_visit.school_id
               and exists (select from school.lesson l where l.class_id = k.id and l.day = v_day and not l.is_cancelled)
               and exists (select from canteen.menu n join canteen.complex c on c.id = n.complex_id
                            where n.school_id = k.school_id and n.day = v_day and canteen.serves(c, k.id))
             group by k.id) x
     order by x.served > 0, x.grade, x.letter
     limit 200;
end $$;
comment on function staff.tutor_counts is
    'For the head: classes that have lessons and a menu on a day, those first that have told nothing of their meals; sent_at: the last '
    'write-off by the tutor';

grant execute on function staff.class_list(text), staff.tutor_head(text, bigint, date, bigint), staff.tutor_menus(text, bigint, date),
    staff.tutor_pupils(text, bigint, date, bigint), staff.tutor_foresee(text, bigint, bigint, bigint[]),
    staff.tutor_write_off(text, uuid, bigint, bigint, bigint[]), staff.tutor_batches(text, bigint), staff.tutor_batch(text, bigint),
    staff.tutor_batch_lines(text, bigint), staff.tutor_paid(text, bigint, bigint, bigint, integer),
    staff.tutor_refundable(text, text, bigint), staff.tutor_refund(text, uuid, text, bigint, text), staff.tutor_gaps(text, bigint),
    staff.tutor_counts(text, date) to kabinet_tutor;

commit;
