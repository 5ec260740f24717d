-- How a till, a tutor and a teacher write things down in the demo: as canteen.serve(), sell(), undo() and service.write_off() do, but
-- at the moment when it happened. 85-meals.sql makes the acts.

set local role kabinet_owner;

create table demo.act (
    what         text not null,
    pupil_id     bigint not null,
    account_id   bigint not null,
    school_id    bigint not null,
    day          date not null,
    at           timestamptz not null,
    title        text not null,
    price_kop    bigint not null,
    pay_kop      bigint not null,
    staff_id     bigint not null,
    place        text not null default '',
    meal_id      bigint,
    menu_id      bigint,
    order_id     bigint,
    benefit_id   bigint,
    made_by      canteen.ordered_by,
    team_id      bigint,
    dishes       bigint[]
);
comment on table demo.act is 'What is to be played next: eat, miss, cancel, undo, buy, club. Empty when nobody plays';
comment on column demo.act.title is 'The reason of its entry';
comment on column demo.act.made_by is 'It was ordered before, by this; NULL: by nobody, or order_id is the order';

create function demo.pay(p_act demo.act, p_kind ledger.entry_kind, p_scope text, p_key bigint, p_source text) returns bigint
language sql as $$
    select ledger.post(p_kind, p_scope, p_key::text, p_act.day, 'staff ' || p_act.staff_id, p_source, p_act.title,
        array[p_act.account_id, ledger.provider_account(p_act.school_id)], array[-p_act.pay_kop, p_act.pay_kop], p_act.at)
     where p_act.pay_kop > 0
$$;
comment on function demo.pay is 'The entry of an act; NULL when it costs nothing';

-- An order of the past is told with its end.
create function demo.past_order(p_act demo.act, p_state canteen.order_state, p_ended_at timestamptz, p_by text, p_why text,
    p_hold bigint default null, p_entry bigint default null) returns bigint language plpgsql as $$
declare
    v_order bigint := nextval('canteen.meal_order_id_seq');
    v_hold bigint := case when p_act.pay_kop > 0 then coalesce(p_hold, nextval('ledger.hold_id_seq')) end;
begin
    if v_hold is not null then
        insert into ledger.hold (id, account_id, amount_kop, day, at, actor, reason, scope, key, ended_at, ended_by, why, entry_id)
        overriding system value
        values (v_hold, p_act.account_id, p_act.pay_kop, p_act.day, p_act.at - interval '4 days', p_act.made_by::text, p_act.title,
            'meal-order', v_order::text, p_ended_at, p_by, case when p_entry is null then p_why end, p_entry);
    end if;
    insert into canteen.meal_order (id, school_id, pupil_id, menu_id, meal_id, day, price_kop, pay_kop, benefit_id, hold_id, state, made_by,
        at, ended_at, why)
    overriding system value
    values (v_order, p_act.school_id, p_act.pupil_id, p_act.menu_id, p_act.meal_id, p_act.day, p_act.price_kop, p_act.pay_kop,
        p_act.benefit_id, v_hold, p_state, p_act.made_by, p_act.at - interval '4 days', p_ended_at, p_why);
    return v_order;
end $$;
comment on function demo.past_order is 'An order made some days before the act, and how it ended';

create function demo.eat(p_act demo.act) returns void language plpgsql as $$
declare
    v_serving bigint := nextval('canteen.serving_id_seq');
    v_order bigint := p_act.order_id;
    v_hold bigint := (select o.hold_id from canteen.meal_order o where o.id = p_act.order_id);
    v_entry bigint;
    v_by text := 'staff ' || p_act.staff_id;
begin
    if v_hold is not null then
        perform ledger.end_hold(v_hold);
    elsif p_act.made_by is not null and p_act.pay_kop > 0 then
        v_hold := nextval('ledger.hold_id_seq');
    end if;
    v_entry := demo.pay(p_act, 'meal', case when v_hold is null then 'serving' else 'hold' end, coalesce(v_hold, v_serving),
        'столовая, ' || p_act.place);
    if v_order is not null then
        update ledger.hold h set ended_at = p_act.at, ended_by = v_by, entry_id = v_entry where h.id = v_hold;
        update canteen.meal_order o set state = 'served', ended_at = p_act.at where o.id = v_order;
    elsif p_act.made_by is not null then
        v_order := demo.past_order(p_act, 'served', p_act.at, v_by, '', v_hold, v_entry);
    end if;
    insert into canteen.serving (id, school_id, pupil_id, kind, day, at, meal_id, menu_id, order_id, benefit_id, price_kop, pay_kop,
        entry_id, place, staff_id)
    values (v_serving, p_act.school_id, p_act.pupil_id, 'meal', p_act.day, p_act.at, p_act.meal_id, p_act.menu_id, v_order,
        p_act.benefit_id, p_act.price_kop, p_act.pay_kop, v_entry, p_act.place, p_act.staff_id);
end $$;
comment on function demo.eat is 'A meal is served: the order''s held money is charged, or money that is free';

create function demo.miss(p_act demo.act) returns void language plpgsql as $$
begin
    if p_act.order_id is not null then
        perform canteen.end_order(p_act.order_id, 'released', 'absence', 'ребёнка не было на уроках');
    else
        perform demo.past_order(p_act, 'released', p_act.at, 'absence', 'ребёнка не было на уроках');
    end if;
end $$;
comment on function demo.miss is 'Whoever ordered was not there';

create function demo.undo(p_act demo.act) returns void language plpgsql as $$
declare
    v_serving canteen.serving;
    v_entry bigint;
begin
    select s.* into v_serving from canteen.serving s
     where s.pupil_id = p_act.pupil_id and s.day = p_act.day and s.meal_id = p_act.meal_id and s.undone_at is null;
    if v_serving.entry_id is null then
        return;
    end if;
    v_entry := ledger.post('refund', 'refund', 'serving ' || v_serving.id, p_act.day, 'staff ' || p_act.staff_id,
        'столовая, ' || v_serving.place, p_act.title, array[p_act.account_id, ledger.provider_account(p_act.school_id)],
        array[v_serving.pay_kop, -v_serving.pay_kop], p_act.at, v_serving.entry_id);
    update canteen.serving s set undone_at = p_act.at, undone_by = p_act.staff_id, undo_why = p_act.title, undo_entry_id = v_entry
     where s.id = v_serving.id;
end $$;
comment on function demo.undo is 'A meal that was written down by mistake is given back';

create function demo.buy(p_act demo.act) returns void language plpgsql as $$
declare
    v_serving bigint := nextval('canteen.serving_id_seq');
    v_entry bigint := demo.pay(p_act, 'meal', 'serving', v_serving, 'буфет, ' || p_act.place);
begin
    insert into canteen.serving (id, school_id, pupil_id, kind, day, at, price_kop, pay_kop, entry_id, place, staff_id)
    values (v_serving, p_act.school_id, p_act.pupil_id, 'buffet', p_act.day, p_act.at, p_act.price_kop, p_act.pay_kop, v_entry,
        p_act.place, p_act.staff_id);
    insert into canteen.serving_item (serving_id, rank, dish_id, count, price_kop)
    select v_serving, u.rank, d.id, 1, d.buffet_kop
      from unnest(p_act.dishes) with ordinality u(dish, rank) join canteen.dish d on d.id = u.dish;
end $$;
comment on function demo.buy is 'A sale of the buffet';

create function demo.attend(p_act demo.act) returns void language plpgsql as $$
declare
    v_charge bigint := nextval('service.charge_id_seq');
    v_entry bigint := demo.pay(p_act, 'service', 'service', v_charge, 'преподаватель');
begin
    insert into service.charge (id, school_id, team_id, pupil_id, day, at, price_kop, pay_kop, entry_id, staff_id)
    values (v_charge, p_act.school_id, p_act.team_id, p_act.pupil_id, p_act.day, p_act.at, p_act.price_kop, p_act.pay_kop, v_entry,
        p_act.staff_id);
end $$;
comment on function demo.attend is 'A lesson of a paid service';

create function demo.top_up(p_act demo.act, p_since timestamptz) returns void language plpgsql as $$
declare
    v_account record;
    v_wanted bigint;
    v_at timestamptz;
    v_sum bigint;
begin
    select p.account, b.balance_kop - b.held_kop as free_kop, b.version, s.time_zone, t.id as terminal_id into v_account
      from school.pupil p
      join school.school s on s.id = p.school_id
      join ledger.account a on a.pupil_id = p.id
      join ledger.balance b on b.account_id = a.id
      join ledger.account t on t.school_id = s.id and t.kind = 'terminal_cash'
     where p.id = p_act.pupil_id;
    v_wanted := case when v_account.account = '0270390053' then case when v_account.version = 0 then 1 else -1 end
                     when v_account.account in ('0270390000', '0270390001') then 450000
                     when exists (select from canteen.standing t where t.pupil_id = p_act.pupil_id) then 200000 else 60000 end;
    v_at := timezone(v_account.time_zone, p_act.day + time '07:40' + demo.dice('cash ' || v_account.account || p_act.day) * interval '0.2 s');
    if v_account.free_kop >= v_wanted or v_at <= p_since then
        return;
    end if;
    v_sum := 100000 + 10000 * (demo.dice('sum ' || v_account.account || p_act.day) % 15);
    perform ledger.post('top_up', 'demo', v_account.account || ' cash ' || p_act.day, p_act.day, 'terminal', 'терминал в холле', 'наличными',
        array[p_act.account_id, v_account.terminal_id], array[v_sum, -v_sum], v_at);
end $$;
comment on function demo.top_up is
    'Before the first act of a day: who has little puts money in at the terminal. The first family keeps much there; one pupil of 7 «Б» '
    'paid once and never again';
