-- Deploy kabinet:tables/canteen to pg
-- requires: tables/ledger
-- requires: tables/staff
-- requires: tables/gate

-- Meals: what is cooked, who ordered it, who ate it and who pays. An order keeps the money (ledger.place_hold); serving charges
-- it, a cancellation or an absence releases it, exactly once. Everything that moves a child's money here is one of five functions:
-- canteen.place_order, end_order, serve, sell, undo. Programs reach them through functions of their own API that know who asks.
--
-- What a function refuses to do it says by KB422 with a sentence for the person, and a word for programs in the HINT: closed,
-- no_menu, not_theirs, again, ordered, no_money, allergy, banned, limit.

begin;

set local role kabinet_owner;

create schema canteen;
comment on schema canteen is 'Menus, orders, servings, льготы. No program has any right here';

-- ---- rules of a school --------------------------------------------------------------------------------------------------------

create table canteen.policy (
    school_id    bigint primary key references school.school,
    cutoff_days  smallint not null default 0 check (cutoff_days between 0 and 7),
    cutoff_at    time not null default '08:30',
    absent_at    time not null default '09:30',
    refund_days  smallint not null default 14 check (refund_days between 0 and 60),
    back_days    smallint not null default 3 check (back_days between 0 and 14)
);
comment on table canteen.policy is 'Rules of a school''s canteen; a row for each school';
comment on column canteen.policy.cutoff_days is 'How many days before the meal orders close: 0 is the same day';
comment on column canteen.policy.cutoff_at is 'The hour at which they close, local';
comment on column canteen.policy.absent_at is 'From this hour of the day on an absence that the roll or the gate shows releases the orders';
comment on column canteen.policy.refund_days is 'How many days back the tutor may refund a mistake';
comment on column canteen.policy.back_days is 'How many days back a tutor or a till may write down what was eaten';

create function canteen.open_policy() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    insert into canteen.policy (school_id) values (new.id);
    return null;
end $$;
comment on function canteen.open_policy is 'Every school has rules from the first moment';
create trigger open_policy after insert on school.school for each row execute function canteen.open_policy();
insert into canteen.policy (school_id) select s.id from school.school s;

create function canteen.deadline(p_school bigint, p_day date) returns timestamp language sql stable as $$
    select (p_day - o.cutoff_days) + o.cutoff_at from canteen.policy o where o.school_id = p_school
$$;
comment on function canteen.deadline is 'Until when, local, meals of that day are ordered and cancelled';

-- ---- what is cooked -----------------------------------------------------------------------------------------------------------

create type canteen.allergen as enum ('gluten', 'crustaceans', 'eggs', 'fish', 'peanuts', 'soy', 'milk', 'nuts', 'celery', 'mustard',
    'sesame', 'sulphites', 'lupin', 'molluscs', 'aspartame');
comment on type canteen.allergen is 'What must be named on food (ТР ТС 022/2011, 4.4.14)';

create table canteen.allergen_title (
    allergen  canteen.allergen primary key,
    title     text not null unique
);
comment on table canteen.allergen_title is 'Allergens in Russian, as a menu writes them';
insert into canteen.allergen_title (allergen, title) values
    ('gluten', 'глютен'), ('crustaceans', 'ракообразные'), ('eggs', 'яйца'), ('fish', 'рыба'), ('peanuts', 'арахис'), ('soy', 'соя'),
    ('milk', 'молоко'), ('nuts', 'орехи'), ('celery', 'сельдерей'), ('mustard', 'горчица'), ('sesame', 'кунжут'),
    ('sulphites', 'сульфиты'), ('lupin', 'люпин'), ('molluscs', 'моллюски'), ('aspartame', 'аспартам');

create function canteen.allergen_words(p_allergens canteen.allergen[]) returns text language sql stable as $$
    select coalesce(string_agg(t.title, ', ' order by t.allergen), '')
      from canteen.allergen_title t where t.allergen = any (p_allergens)
$$;
comment on function canteen.allergen_words is '«глютен, молоко»; empty for none';

create type canteen.category as enum ('starter', 'soup', 'main', 'side', 'drink', 'bakery', 'fruit', 'snack');

create table canteen.category_title (
    category  canteen.category primary key,
    title     text not null unique
);
comment on table canteen.category_title is 'Kinds of dishes in Russian';
insert into canteen.category_title (category, title) values
    ('starter', 'Закуски и салаты'), ('soup', 'Супы'), ('main', 'Горячее'), ('side', 'Гарниры'), ('drink', 'Напитки'),
    ('bakery', 'Выпечка'), ('fruit', 'Фрукты'), ('snack', 'Сладости и перекусы');

create table canteen.dish (
    id           bigint generated always as identity primary key,
    school_id    bigint not null references school.school,
    title        text not null check (char_length(title) between 1 and 80),
    category     canteen.category not null,
    composition  text not null default '' check (char_length(composition) <= 500),
    weight_g     smallint not null check (weight_g between 1 and 2000),
    kcal         smallint not null check (kcal between 0 and 3000),
    protein_dg   smallint not null default 0 check (protein_dg between 0 and 5000),
    fat_dg       smallint not null default 0 check (fat_dg between 0 and 5000),
    carb_dg      smallint not null default 0 check (carb_dg between 0 and 5000),
    allergens    canteen.allergen[] not null default '{}',
    buffet_kop   bigint check (buffet_kop between 1 and 1000000),
    is_retired   boolean not null default false,
    unique (school_id, title),
    unique (id, school_id)
);
comment on table canteen.dish is 'Dishes of a school: parts of set meals, and what the buffet sells';
comment on column canteen.dish.composition is 'Ingredients, in Russian';
comment on column canteen.dish.weight_g is 'A portion, grams; drinks: millilitres';
comment on column canteen.dish.kcal is 'Energy of a portion';
comment on column canteen.dish.protein_dg is 'Proteins of a portion, tenths of a gram; fat_dg and carb_dg likewise';
comment on column canteen.dish.buffet_kop is 'Price at the buffet; NULL: not sold there';
comment on column canteen.dish.is_retired is 'Not cooked any more; old menus keep it';

create table canteen.meal (
    id           bigint generated always as identity primary key,
    school_id    bigint not null references school.school,
    title        text not null check (char_length(title) between 1 and 40),
    serves_from  time not null,
    serves_to    time not null check (serves_to > serves_from),
    unique (school_id, title),
    unique (id, school_id)
);
comment on table canteen.meal is 'Meals of the day: Завтрак, Обед, Полдник. A child has each of them at most once a day';

create table canteen.complex (
    id           bigint generated always as identity primary key,
    school_id    bigint not null,
    meal_id      bigint not null,
    title        text not null check (char_length(title) between 1 and 60),
    first_grade  smallint not null default 1 check (first_grade between 1 and 11),
    last_grade   smallint not null default 11 check (last_grade between first_grade and 11),
    shift        smallint check (shift in (1, 2)),
    price_kop    bigint not null check (price_kop between 1 and 10000000),
    is_default   boolean not null default false,
    is_retired   boolean not null default false,
    foreign key (meal_id, school_id) references canteen.meal (id, school_id),
    unique (meal_id, title),
    unique (id, school_id)
);
comment on table canteen.complex is 'Set meals (комплексы)';
comment on column canteen.complex.first_grade is 'For these grades';
comment on column canteen.complex.shift is 'For classes of that shift; NULL: of both';
comment on column canteen.complex.price_kop is 'Price of the menus that are made from now on; a menu keeps its own';
comment on column canteen.complex.is_default is 'Cooked for a child with a льгота or a standing order whose family has chosen nothing else';
create index complex_school on canteen.complex (school_id);

create table canteen.menu (
    id          bigint generated always as identity primary key,
    school_id   bigint not null,
    complex_id  bigint not null,
    day         date not null,
    price_kop   bigint not null check (price_kop between 1 and 10000000),
    foreign key (complex_id, school_id) references canteen.complex (id, school_id),
    unique (complex_id, day)
);
comment on table canteen.menu is 'A set meal of a day: what may be ordered. Days without menus are days without meals';
comment on column canteen.menu.price_kop is 'What it costs that day before any льгота; orders made before a change keep their price';
create index menu_school on canteen.menu (school_id, day);

create table canteen.menu_dish (
    menu_id    bigint not null references canteen.menu on delete cascade,
    rank       smallint not null check (rank between 1 and 20),
    dish_id    bigint not null references canteen.dish,
    primary key (menu_id, rank)
);
comment on table canteen.menu_dish is 'What is on the plate, in the order of the menu';
create index menu_dish_dish on canteen.menu_dish (dish_id);

create function canteen.serves(p_complex canteen.complex, p_class bigint) returns boolean language sql stable as $$
    select k.grade between p_complex.first_grade and p_complex.last_grade and coalesce(p_complex.shift, k.shift) = k.shift
      from school.class k where k.id = p_class and k.school_id = p_complex.school_id
$$;
comment on function canteen.serves is 'Whether a set meal is for the pupils of a class';

-- ---- what a family has told ---------------------------------------------------------------------------------------------------

create table canteen.allergy (
    pupil_id   bigint not null references school.pupil,
    allergen   canteen.allergen not null,
    set_at     timestamptz not null default now(),
    access_id  bigint references auth.access,
    staff_id   bigint references auth.staff,
    primary key (pupil_id, allergen),
    check (num_nonnulls(access_id, staff_id) = 1)
);
comment on table canteen.allergy is
    'Allergies of a child, told by a parent or the school: they block orders and sales, and nobody at a till can override that. Seen by '
    'the child''s adults and by the canteen, by nobody else';

create table canteen.ban (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    dish_id    bigint references canteen.dish,
    category   canteen.category,
    access_id  bigint not null references auth.access,
    set_at     timestamptz not null default now(),
    lifted_at  timestamptz,
    check (num_nonnulls(dish_id, category) <= 1)
);
comment on table canteen.ban is 'What a parent forbids the till to sell: a dish, a kind of dishes, or (neither named) the whole buffet';
create unique index ban_open on canteen.ban (pupil_id, dish_id, category) nulls not distinct where lifted_at is null;

create type canteen.spending as enum ('meal', 'buffet');
comment on type canteen.spending is 'meal: set meals; buffet: what the till sells by the piece';

create table canteen.spending_limit (
    pupil_id   bigint not null references school.pupil,
    kind       canteen.spending not null,
    daily_kop  bigint not null check (daily_kop between 0 and 10000000),
    access_id  bigint not null references auth.access,
    set_at     timestamptz not null default now(),
    primary key (pupil_id, kind)
);
comment on table canteen.spending_limit is 'How much a child may spend a day; no row: as much as there is';

create table canteen.standing (
    id          bigint generated always as identity primary key,
    pupil_id    bigint not null references school.pupil,
    meal_id     bigint not null references canteen.meal,
    complex_id  bigint references canteen.complex,
    weekdays    smallint not null default 31 check (weekdays between 1 and 127),
    first_day   date not null,
    last_day    date check (last_day >= first_day),
    access_id   bigint not null references auth.access,
    made_at     timestamptz not null default now(),
    ended_at    timestamptz
);
comment on table canteen.standing is 'Абонемент: a meal is ordered by itself each day that has a menu';
comment on column canteen.standing.complex_id is 'NULL: the school''s default for the class';
comment on column canteen.standing.weekdays is 'Bits: 1 Monday, 2 Tuesday … 64 Sunday';
comment on column canteen.standing.last_day is 'NULL: until it is ended';
comment on column canteen.standing.ended_at is 'Ended by the family; orders that were made stay';
create unique index standing_open on canteen.standing (pupil_id, meal_id) where ended_at is null;

create table canteen.refusal (
    id            bigint generated always as identity primary key,
    pupil_id      bigint not null references school.pupil,
    meal_id       bigint references canteen.meal,
    first_day     date not null,
    last_day      date not null check (last_day between first_day and first_day + 366),
    body          text not null default '' check (char_length(body) <= 300),
    access_id     bigint not null references auth.access,
    sent_at       timestamptz not null default now(),
    withdrawn_at  timestamptz
);
comment on table canteen.refusal is 'A family refuses meals for some days: nothing is ordered by itself then, not even by a льгота';
comment on column canteen.refusal.meal_id is 'NULL: every meal';
create index refusal_pupil on canteen.refusal (pupil_id, first_day);

-- ---- льготы -------------------------------------------------------------------------------------------------------------------

create table canteen.benefit_kind (
    id     smallint generated always as identity primary key,
    title  text not null unique check (title <> ''),
    rank   smallint not null
);
comment on table canteen.benefit_kind is 'Categories of льготы, as reports name them';
insert into canteen.benefit_kind (title, rank) values
    ('Начальные классы', 1), ('Многодетная семья', 2), ('Малоимущая семья', 3), ('Ребёнок с ОВЗ', 4), ('Ребёнок-инвалид', 5),
    ('Ребёнок участника СВО', 6), ('Опека и попечительство', 7);

create table canteen.benefit (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    kind_id    smallint not null references canteen.benefit_kind,
    meal_id    bigint not null references canteen.meal,
    share      smallint not null check (share between 1 and 100),
    first_day  date not null,
    last_day   date not null check (last_day >= first_day),
    document   text not null default '' check (char_length(document) <= 200),
    staff_id   bigint not null references auth.staff,
    set_at     timestamptz not null default now(),
    exclude using gist (int8range(pupil_id, pupil_id, '[]') with &&, int8range(meal_id, meal_id, '[]') with &&,
                        daterange(first_day, last_day, '[]') with &&)
);
comment on table canteen.benefit is
    'Льготы: the budget pays a share of a meal for a child in these days. Seen by the child''s adults and by the canteen, by nobody else';
comment on column canteen.benefit.share is 'Per cent that the budget pays; 100: free of charge';
comment on column canteen.benefit.document is 'What it rests on: «справка № 12 от 01.09.2026»';
comment on column canteen.benefit.staff_id is 'Who wrote it down';

create function canteen.pays_kop(p_price bigint, p_share smallint) returns bigint language sql immutable as $$
    select p_price - p_price * coalesce(p_share, 0) / 100
$$;
comment on function canteen.pays_kop is 'The family''s part (доплата); a broken kopeck is the family''s';

-- ---- orders -------------------------------------------------------------------------------------------------------------------

create type canteen.order_state as enum ('ordered', 'served', 'cancelled', 'released');
comment on type canteen.order_state is
    'ordered → served (charged), cancelled (by the family, before the deadline) or released (by the school: absent, not fetched …)';
create type canteen.ordered_by as enum ('parent', 'standing', 'benefit', 'staff');

create table canteen.meal_order (
    id          bigint generated always as identity primary key,
    school_id   bigint not null references school.school,
    pupil_id    bigint not null references school.pupil,
    menu_id     bigint not null references canteen.menu,
    meal_id     bigint not null references canteen.meal,
    day         date not null,
    price_kop   bigint not null,
    pay_kop     bigint not null check (pay_kop between 0 and price_kop),
    benefit_id  bigint references canteen.benefit,
    hold_id     bigint unique references ledger.hold,
    state       canteen.order_state not null default 'ordered',
    made_by     canteen.ordered_by not null,
    access_id   bigint references auth.access,
    at          timestamptz not null default now(),
    ended_at    timestamptz,
    why         text not null default '',
    check ((pay_kop > 0) = (hold_id is not null)),
    check ((state = 'ordered') = (ended_at is null)),
    check ((made_by = 'parent') = (access_id is not null))
);
comment on table canteen.meal_order is 'Orders of set meals. meal_id and day repeat the menu''s, for the rule of one meal a day';
comment on column canteen.meal_order.pay_kop is 'What the family pays: held by hold_id until the order ends';
comment on column canteen.meal_order.why is 'Why it was cancelled or released, for the parent, Russian';
create unique index meal_order_one on canteen.meal_order (pupil_id, day, meal_id) where state = 'ordered';
create index meal_order_pupil on canteen.meal_order (pupil_id, day);
create index meal_order_school on canteen.meal_order (school_id, day);

create table canteen.skipped (
    pupil_id  bigint not null references school.pupil,
    day       date not null,
    meal_id   bigint not null references canteen.meal,
    at        timestamptz not null default now(),
    words     text not null,
    primary key (pupil_id, day, meal_id)
);
comment on table canteen.skipped is 'What should have been ordered by itself and was not, and why: the parent reads it';

-- ---- what was eaten -----------------------------------------------------------------------------------------------------------

create table canteen.serving (
    id          bigint generated by default as identity primary key,
    school_id   bigint not null references school.school,
    pupil_id    bigint not null references school.pupil,
    kind        canteen.spending not null,
    day         date not null,
    at          timestamptz not null default clock_timestamp(),
    meal_id     bigint references canteen.meal,
    menu_id     bigint references canteen.menu,
    order_id    bigint unique references canteen.meal_order,
    benefit_id  bigint references canteen.benefit,
    price_kop   bigint not null check (price_kop > 0),
    pay_kop     bigint not null check (pay_kop between 0 and price_kop),
    entry_id    bigint unique references ledger.entry,
    place       text not null check (place <> ''),
    staff_id    bigint not null references auth.staff,
    undone_at   timestamptz,
    undone_by   bigint references auth.staff,
    undo_why    text,
    undo_entry_id  bigint unique references ledger.entry,
    check ((kind = 'meal') = (menu_id is not null) and (menu_id is null) = (meal_id is null)),
    check ((pay_kop > 0) = (entry_id is not null)),
    check ((undone_at is null) = (undone_by is null) and (undone_at is null) = (undo_why is null)),
    check ((undo_entry_id is not null) = (undone_at is not null and entry_id is not null))
);
comment on table canteen.serving is 'What a child was given: a set meal or a sale of the buffet. Append-only, but that it may be undone once';
comment on column canteen.serving.day is 'The day of the meal, local';
comment on column canteen.serving.at is 'When it was written down';
comment on column canteen.serving.price_kop is 'What it costs; the budget pays price − pay by the льгота';
comment on column canteen.serving.place is 'Where, for the parent, Russian: «касса 1», «классный руководитель»';
comment on column canteen.serving.undone_at is 'A mistake, given back by undo_entry_id: nothing was eaten';
create unique index serving_one on canteen.serving (pupil_id, day, meal_id) where kind = 'meal' and undone_at is null;
create index serving_pupil on canteen.serving (pupil_id, day);
create index serving_school on canteen.serving (school_id, day);
create index serving_staff on canteen.serving (staff_id, at);

create table canteen.serving_item (
    serving_id  bigint not null references canteen.serving,
    rank        smallint not null,
    dish_id     bigint not null references canteen.dish,
    count       smallint not null check (count between 1 and 20),
    price_kop   bigint not null check (price_kop > 0),
    primary key (serving_id, rank)
);
comment on table canteen.serving_item is 'What a sale of the buffet consists of';
comment on column canteen.serving_item.price_kop is 'Of one piece, that day';
create index serving_item_dish on canteen.serving_item (dish_id);

create function canteen.keep_serving() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' or old.undone_at is not null or new.undone_at is null
       or (new.id, new.pupil_id, new.kind, new.day, new.at, new.menu_id, new.order_id, new.price_kop, new.pay_kop, new.entry_id, new.place,
           new.staff_id)
          is distinct from (old.id, old.pupil_id, old.kind, old.day, old.at, old.menu_id, old.order_id, old.price_kop, old.pay_kop,
           old.entry_id, old.place, old.staff_id) then
        raise exception 'a serving changes once, when it is undone' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
comment on function canteen.keep_serving is 'A serving is undone at most once, and nothing else of it changes';
create trigger keep_serving before update or delete on canteen.serving for each row execute function canteen.keep_serving();
create trigger append_only before update or delete or truncate on canteen.serving_item
    for each statement execute function site.refuse_change();

create table canteen.write_off (
    id         bigint generated always as identity primary key,
    school_id  bigint not null references school.school,
    class_id   bigint not null,
    menu_id    bigint not null references canteen.menu,
    meal_id    bigint not null references canteen.meal,
    day        date not null,
    staff_id   bigint not null references auth.staff,
    at         timestamptz not null default now(),
    key        uuid not null,
    foreign key (class_id, school_id) references school.class (id, school_id),
    unique (staff_id, key)
);
comment on table canteen.write_off is 'A class''s meals written off by its tutor in one form (списание на класс)';
comment on column canteen.write_off.day is 'The day of the meal, local';
comment on column canteen.write_off.key is 'The form''s key: the same form again is this one';
create index write_off_class on canteen.write_off (class_id, day);

create table canteen.write_off_line (
    write_off_id  bigint not null references canteen.write_off,
    pupil_id      bigint not null references school.pupil,
    serving_id    bigint unique references canteen.serving,
    words         text check (words <> ''),
    primary key (write_off_id, pupil_id),
    check (num_nonnulls(serving_id, words) = 1)
);
comment on table canteen.write_off_line is 'What became of each pupil of a write-off: a serving, or words why there is none';
comment on column canteen.write_off_line.words is
    'For the tutor, Russian: names no allergen and no limit of the parents';
create trigger append_only before update or delete or truncate on canteen.write_off for each statement execute function site.refuse_change();
create trigger append_only before update or delete or truncate on canteen.write_off_line
    for each statement execute function site.refuse_change();

create table canteen.list (
    staff_id  bigint not null references auth.staff,
    key       uuid not null,
    served    smallint not null check (served >= 0),
    refused   smallint not null check (refused >= 0),
    at        timestamptz not null default now(),
    primary key (staff_id, key)
);
comment on table canteen.list is 'A class served by its list in one form: what was answered, for the same form again';
comment on column canteen.list.served is 'How many were given their meal';
create trigger append_only before update or delete or truncate on canteen.list for each statement execute function site.refuse_change();

create function canteen.tutor_words(p_code text, p_words text) returns text language sql immutable as $$
    select case p_code when 'allergy' then 'Выдать нельзя: ограничение здоровья, уточните в столовой.'
               when 'banned' then 'Родители запретили блюдо этого комплекса.'
               when 'limit' then 'Не хватает дневного лимита, который поставили родители.'
               when 'no_money' then 'На лицевом счёте недостаточно денег.'
               else p_words end
$$;
comment on function canteen.tutor_words is
    'A refusal of canteen.foresee() for who may know neither allergens nor bans nor limits of a child, nor by its sum the льгота';

-- ---- home schooling -----------------------------------------------------------------------------------------------------------

create table canteen.home_study (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    first_day  date not null,
    last_day   date not null check (last_day >= first_day),
    exclude using gist (int8range(pupil_id, pupil_id, '[]') with &&, daterange(first_day, last_day, '[]') with &&)
);
comment on table canteen.home_study is 'Children taught at home get dry rations (сухой паёк) for the meals that the budget pays';

create table canteen.ration (
    id         bigint generated always as identity primary key,
    pupil_id   bigint not null references school.pupil,
    first_day  date not null,
    last_day   date not null check (last_day >= first_day),
    days       smallint not null check (days > 0),
    issued_at  timestamptz not null default now(),
    staff_id   bigint not null references auth.staff,
    exclude using gist (int8range(pupil_id, pupil_id, '[]') with &&, daterange(first_day, last_day, '[]') with &&)
);
comment on table canteen.ration is 'Dry rations that were issued, for all school days since the last time up to the day of issue: never back-dated';
comment on column canteen.ration.days is 'School days in the span: so many rations';
create trigger append_only before update or delete or truncate on canteen.ration for each statement execute function site.refuse_change();

create function canteen.benefit_on(p_pupil bigint, p_meal bigint, p_day date) returns canteen.benefit language sql stable as $$
    select b from canteen.benefit b
     where b.pupil_id = p_pupil and b.meal_id = p_meal and p_day between b.first_day and b.last_day
       -- The budget pays once: who is taught at home has the ration of that day.
       and not (b.share = 100 and exists (select from canteen.home_study h where h.pupil_id = p_pupil and p_day between h.first_day and h.last_day))
$$;
comment on function canteen.benefit_on is
    'The льгота of a child for a meal of that day; NULL without one, and where a dry ration stands for a meal that the budget pays all of';

-- ---- what stands against a dish -----------------------------------------------------------------------------------------------

create function canteen.objection(p_pupil bigint, p_dishes bigint[], p_kind canteen.spending, out code text, out words text)
language plpgsql stable as $$
begin
    select 'allergy', format('%s: %s — аллергия ребёнка.', d.title, canteen.allergen_words(array(
                select a.allergen from canteen.allergy a where a.pupil_id = p_pupil and a.allergen = any (d.allergens))))
      into code, words
      from canteen.dish d
     where d.id = any (p_dishes)
       and exists (select from canteen.allergy a where a.pupil_id = p_pupil and a.allergen = any (d.allergens))
     order by d.id limit 1;
    if found then
        return;
    end if;
    select 'banned', case when b.dish_id is null and b.category is null then 'Родители запретили буфет.'
                          else format('%s: родители запретили.', d.title) end
      into code, words
      from canteen.ban b
      join canteen.dish d on d.id = any (p_dishes)
     where b.pupil_id = p_pupil and b.lifted_at is null
       and (b.dish_id = d.id or b.category = d.category or (p_kind = 'buffet' and b.dish_id is null and b.category is null))
     order by d.id limit 1;
end $$;
comment on function canteen.objection is 'Why a child may not have these dishes: its allergy or its parents'' ban; NULLs when nothing is against them';

create function canteen.menu_dishes(p_menu bigint) returns bigint[] language sql stable as $$
    select array(select d.dish_id from canteen.menu_dish d where d.menu_id = p_menu)
$$;
comment on function canteen.menu_dishes is 'The dishes of a menu';

create function canteen.spent_kop(p_pupil bigint, p_kind canteen.spending, p_day date) returns bigint language sql stable as $$
    select coalesce((select sum(s.pay_kop) from canteen.serving s
                      where s.pupil_id = p_pupil and s.day = p_day and s.kind = p_kind and s.undone_at is null), 0)::bigint
         + case when p_kind = 'meal'
                then coalesce((select sum(o.pay_kop) from canteen.meal_order o
                                where o.pupil_id = p_pupil and o.day = p_day and o.state = 'ordered'), 0)::bigint else 0 end
$$;
comment on function canteen.spent_kop is 'What a child has spent or ordered for that day, for its daily limit';

create function canteen.refuse(p_code text, p_words text) returns void language plpgsql as $$
begin
    raise exception '%', p_words using errcode = 'KB422', hint = p_code;
end $$;
comment on function canteen.refuse is 'KB422 with words for a person and, as its HINT, a word for programs';

create function canteen.against(p_pupil bigint, p_kind canteen.spending, p_day date, p_pay bigint, p_dishes bigint[],
    p_freed bigint default 0, out code text, out words text) language plpgsql stable as $$
declare
    v_limit bigint;
begin
    select o.code, o.words into code, words from canteen.objection(p_pupil, p_dishes, p_kind) o;
    if code is not null then
        return;
    end if;
    select l.daily_kop into v_limit from canteen.spending_limit l where l.pupil_id = p_pupil and l.kind = p_kind;
    if found and p_pay > 0 and canteen.spent_kop(p_pupil, p_kind, p_day) - p_freed + p_pay > v_limit then
        code := 'limit';
        words := format('Дневной лимит родителей на %s: %s.',
            case p_kind when 'meal' then 'горячее питание' else 'буфет' end, ledger.roubles(v_limit));
    end if;
end $$;
comment on function canteen.against is
    'What stands against spending: an allergy, a ban or a daily limit; NULLs when nothing does. p_freed: kopecks of an order of that day '
    'that would end by it';

-- Locks the balance first: two orders, sales or servings of one child see each other, and its daily limit holds.
create function canteen.check_spending(p_pupil bigint, p_kind canteen.spending, p_day date, p_pay bigint, p_dishes bigint[])
returns void language plpgsql as $$
declare
    v_against record;
begin
    perform from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil) for no key update;
    v_against := canteen.against(p_pupil, p_kind, p_day, p_pay, p_dishes);
    if v_against.code is not null then
        perform canteen.refuse(v_against.code, v_against.words);
    end if;
end $$;
comment on function canteen.check_spending is 'KB422 for an allergy, a ban or a daily limit. Holds the lock of the balance from then on';

-- ---- ordering -----------------------------------------------------------------------------------------------------------------

create function canteen.end_order(p_order bigint, p_state canteen.order_state, p_actor text, p_why text)
returns boolean language plpgsql security definer set search_path = '' as $$
declare
    v_order canteen.meal_order;
begin
    select o.* into strict v_order from canteen.meal_order o where o.id = p_order;
    perform from ledger.balance b where b.account_id = ledger.pupil_account(v_order.pupil_id) for no key update;
    select o.* into strict v_order from canteen.meal_order o where o.id = p_order;
    if v_order.state <> 'ordered' then
        return false;
    end if;
    if v_order.hold_id is not null then
        perform ledger.release_hold(v_order.hold_id, p_actor, p_why);
    end if;
    update canteen.meal_order o set state = p_state, ended_at = clock_timestamp(), why = p_why where o.id = p_order;
    return true;
end $$;
comment on function canteen.end_order is 'Cancels or releases an order and frees its money. false: it had ended before';

create function canteen.place_order(p_pupil bigint, p_menu bigint, p_made_by canteen.ordered_by, p_access bigint, p_actor text,
    p_check_deadline boolean default true)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_menu record;
    v_now timestamp;
    v_before canteen.meal_order;
    v_benefit canteen.benefit;
    v_pay bigint;
    v_order bigint;
    v_hold bigint;
begin
    select m.id, m.school_id, m.day, m.price_kop, c as complex, c.title, c.meal_id, e.title as meal, s.time_zone into v_menu
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id
      join canteen.meal e on e.id = c.meal_id
      join school.school s on s.id = m.school_id
      join school.pupil p on p.id = p_pupil and p.school_id = m.school_id and p.state = 'active'
     where m.id = p_menu
       for key share of m;
    if not found then
        raise exception 'no such menu' using errcode = 'KB404';
    end if;
    v_now := timezone(v_menu.time_zone, now());
    if p_check_deadline and v_now >= canteen.deadline(v_menu.school_id, v_menu.day) then
        perform canteen.refuse('closed', format('Заказы на %s уже не принимаются.', to_char(v_menu.day, 'DD.MM')));
    elsif not coalesce(canteen.serves(v_menu.complex, school.class_on(p_pupil, v_menu.day)), false) then
        perform canteen.refuse('not_theirs', format('%s — не для этого класса.', v_menu.title));
    elsif exists (select from school.day_off f where f.school_id = v_menu.school_id and f.day = v_menu.day) then
        perform canteen.refuse('closed', format('%s — выходной день, столовая не работает.', to_char(v_menu.day, 'DD.MM')));
    end if;
    v_benefit := canteen.benefit_on(p_pupil, v_menu.meal_id, v_menu.day);
    v_pay := canteen.pays_kop(v_menu.price_kop, v_benefit.share);
    perform from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil) for no key update;
    if exists (select from canteen.serving s where s.pupil_id = p_pupil and s.day = v_menu.day and s.meal_id = v_menu.meal_id
                  and s.kind = 'meal' and s.undone_at is null) then
        perform canteen.refuse('again', format('%s за %s уже выдан.', v_menu.meal, to_char(v_menu.day, 'DD.MM')));
    end if;
    select o.* into v_before from canteen.meal_order o
     where o.pupil_id = p_pupil and o.day = v_menu.day and o.meal_id = v_menu.meal_id and o.state = 'ordered';
    if v_before.menu_id = p_menu then
        return v_before.id;
    elsif v_before.id is not null then
        perform canteen.end_order(v_before.id, 'cancelled', p_actor, 'заказан другой комплекс');
    end if;
    perform canteen.check_spending(p_pupil, 'meal', v_menu.day, v_pay, canteen.menu_dishes(p_menu));
    v_order := nextval('canteen.meal_order_id_seq');
    if v_pay > 0 then
        v_hold := ledger.place_hold('meal-order', v_order::text, ledger.pupil_account(p_pupil), v_pay, v_menu.day, p_actor,
            v_menu.meal || ', ' || v_menu.title);
    end if;
    insert into canteen.meal_order (id, school_id, pupil_id, menu_id, meal_id, day, price_kop, pay_kop, benefit_id, hold_id, made_by,
        access_id)
    overriding system value
    values (v_order, v_menu.school_id, p_pupil, p_menu, v_menu.meal_id, v_menu.day, v_menu.price_kop, v_pay, v_benefit.id, v_hold,
        p_made_by, p_access);
    delete from canteen.skipped k where k.pupil_id = p_pupil and k.day = v_menu.day and k.meal_id = v_menu.meal_id;
    return v_order;
end $$;
comment on function canteen.place_order is
    'Orders a set meal and keeps its money; answers the order''s id, the first one''s when it is there already. Another set meal of the '
    'same meal is swapped for it. p_actor as in ledger.entry';

-- ---- serving ------------------------------------------------------------------------------------------------------------------

create type canteen.prospect as (school_id bigint, menu_id bigint, reason text, order_id bigint, hold_id bigint, swapped_id bigint,
    benefit_id bigint, price_kop bigint, pay_kop bigint, code text, words text);
comment on type canteen.prospect is
    'What serving a child would do. order_id: the order that is served; swapped_id: one of another set meal that ends by it; code and words: '
    'why it is refused';

create function canteen.foresee(p_pupil bigint, p_menu bigint, p_meal bigint, p_day date)
returns canteen.prospect language plpgsql stable as $$
declare
    v_account bigint := ledger.pupil_account(p_pupil);
    v_order canteen.meal_order;
    v_menu record;
    v_benefit canteen.benefit;
    v_freed bigint := 0;
    v canteen.prospect;
begin
    select 'again', format('Уже выдано: %s, %s.', c.title, s.place) into v.code, v.words
      from canteen.serving s
      join canteen.menu m on m.id = s.menu_id
      join canteen.complex c on c.id = m.complex_id
     where s.pupil_id = p_pupil and s.day = p_day and s.meal_id = p_meal and s.kind = 'meal' and s.undone_at is null;
    if found then
        return v;
    end if;
    select o.* into v_order from canteen.meal_order o
     where o.pupil_id = p_pupil and o.day = p_day and o.meal_id = p_meal and o.state = 'ordered';
    select m.id, m.school_id, m.price_kop, c as complex, c.title, e.title as meal into v_menu
      from canteen.menu m
      join canteen.complex c on c.id = m.complex_id and c.meal_id = p_meal
      join canteen.meal e on e.id = c.meal_id
      join school.pupil p on p.id = p_pupil and p.school_id = m.school_id
     where m.id = coalesce(p_menu, v_order.menu_id) and m.day = p_day;
    if not found then
        v.code := 'no_menu';
        v.words := 'Не заказано, и комплекс не выбран.';
        return v;
    end if;
    v.school_id := v_menu.school_id;
    v.menu_id := v_menu.id;
    v.reason := v_menu.meal || ', ' || v_menu.title;
    if v_order.menu_id = v_menu.id then
        v.order_id := v_order.id;
        v.hold_id := v_order.hold_id;
        v.benefit_id := v_order.benefit_id;
        v.price_kop := v_order.price_kop;
        v.pay_kop := v_order.pay_kop;
        -- The limit was checked by the order; an allergy that was told after it counts.
        select a.code, a.words into v.code, v.words
          from canteen.against(p_pupil, 'meal', p_day, 0, canteen.menu_dishes(v_menu.id)) a;
        return v;
    elsif not coalesce(canteen.serves(v_menu.complex, school.class_on(p_pupil, p_day)), false) then
        v.code := 'not_theirs';
        v.words := format('%s — не для этого класса.', v_menu.title);
        return v;
    elsif v_order.id is not null then
        v.swapped_id := v_order.id;
        v_freed := v_order.pay_kop;
    end if;
    v_benefit := canteen.benefit_on(p_pupil, p_meal, p_day);
    v.benefit_id := v_benefit.id;
    v.price_kop := v_menu.price_kop;
    v.pay_kop := canteen.pays_kop(v_menu.price_kop, v_benefit.share);
    select a.code, a.words into v.code, v.words
      from canteen.against(p_pupil, 'meal', p_day, v.pay_kop, canteen.menu_dishes(v_menu.id), v_freed) a;
    if v.code is null and v.pay_kop > 0 and ledger.free_kop(v_account, p_day, v_freed) < v.pay_kop then
        v.code := 'no_money';
        v.words := (select ledger.short_words(v.pay_kop, b.balance_kop, b.held_kop - v_freed)
                      from ledger.balance b where b.account_id = v_account);
    end if;
    return v;
end $$;
comment on function canteen.foresee is
    'What canteen.serve() would do, or why it would refuse: to be shown before it is done, and decided by under the balance''s lock';

create function canteen.serve(p_pupil bigint, p_menu bigint, p_meal bigint, p_day date, p_staff bigint, p_place text)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_account bigint := ledger.pupil_account(p_pupil);
    v_actor text := 'staff ' || p_staff;
    v_source text := 'столовая, ' || p_place;
    v canteen.prospect;
    v_serving bigint;
    v_entry bigint;
begin
    perform ledger.write_books();
    perform from ledger.balance b where b.account_id = v_account for no key update;
    v := canteen.foresee(p_pupil, p_menu, p_meal, p_day);
    if v.code is not null then
        perform canteen.refuse(v.code, v.words);
    end if;
    v_serving := nextval('canteen.serving_id_seq');
    if v.order_id is not null then
        if v.hold_id is not null then
            v_entry := ledger.charge_hold(v.hold_id, 'meal', ledger.provider_account(v.school_id), p_day, v_actor, v_source, v.reason);
        end if;
        update canteen.meal_order o set state = 'served', ended_at = clock_timestamp() where o.id = v.order_id;
    else
        if v.swapped_id is not null then
            perform canteen.end_order(v.swapped_id, 'released', v_actor, 'выдан другой комплекс');
        end if;
        if v.pay_kop > 0 then
            v_entry := ledger.post('meal', 'serving', v_serving::text, p_day, v_actor, v_source, v.reason,
                array[v_account, ledger.provider_account(v.school_id)], array[-v.pay_kop, v.pay_kop]);
        end if;
    end if;
    insert into canteen.serving (id, school_id, pupil_id, kind, day, meal_id, menu_id, order_id, benefit_id, price_kop, pay_kop, entry_id,
        place, staff_id)
    values (v_serving, v.school_id, p_pupil, 'meal', p_day, p_meal, v.menu_id, v.order_id, v.benefit_id, v.price_kop, v.pay_kop, v_entry,
        p_place, p_staff);
    return v_serving;
end $$;
comment on function canteen.serve is
    'Gives a child its meal and answers the serving''s id: what was ordered (its held money is charged), or p_menu for money that is free. '
    'Each meal of a day once; what was undone does not count. KB422 with the words of canteen.foresee()';

create function canteen.sell(p_pupil bigint, p_dishes bigint[], p_counts integer[], p_staff bigint, p_place text)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_account bigint := ledger.pupil_account(p_pupil);
    v_school bigint;
    v_day date;
    v_prices bigint[];
    v_sum bigint;
    v_found integer;
    v_reason text;
    v_serving bigint;
    v_entry bigint;
begin
    perform ledger.write_books();
    select p.school_id, timezone(s.time_zone, now())::date into strict v_school, v_day
      from school.pupil p join school.school s on s.id = p.school_id where p.id = p_pupil;
    -- Prices are read once: what is paid is the sum of the items, whoever changes them meanwhile.
    select array_agg(d.buffet_kop order by u.nth), sum(d.buffet_kop * u.count), count(*),
           left(string_agg(d.title || case when u.count > 1 then ' × ' || u.count else '' end, ', ' order by u.nth), 200)
      into v_prices, v_sum, v_found, v_reason
      from unnest(p_dishes, p_counts) with ordinality u(dish, count, nth)
      join canteen.dish d on d.id = u.dish and d.school_id = v_school and d.buffet_kop is not null and not d.is_retired
     where u.count between 1 and 20;
    if v_found is distinct from cardinality(p_dishes) or v_found = 0 then
        raise exception 'no such dish at the buffet' using errcode = 'KB404';
    end if;
    perform canteen.check_spending(p_pupil, 'buffet', v_day, v_sum, p_dishes);
    v_serving := nextval('canteen.serving_id_seq');
    v_entry := ledger.post('meal', 'serving', v_serving::text, v_day, 'staff ' || p_staff, 'буфет, ' || p_place, v_reason,
        array[v_account, ledger.provider_account(v_school)], array[-v_sum, v_sum]);
    insert into canteen.serving (id, school_id, pupil_id, kind, day, price_kop, pay_kop, entry_id, place, staff_id)
    values (v_serving, v_school, p_pupil, 'buffet', v_day, v_sum, v_sum, v_entry, p_place, p_staff);
    insert into canteen.serving_item (serving_id, rank, dish_id, count, price_kop)
    select v_serving, u.nth, u.dish, u.count, u.price_kop
      from unnest(p_dishes, p_counts, v_prices) with ordinality u(dish, count, price_kop, nth);
    return v_serving;
end $$;
comment on function canteen.sell is 'A sale of the buffet, today: dishes and how many of each. Answers the serving''s id';

create function canteen.undo(p_serving bigint, p_staff bigint, p_why text)
returns bigint language plpgsql security definer set search_path = '' as $$
declare
    v_serving canteen.serving;
    v_entry bigint;
begin
    select s.* into strict v_serving from canteen.serving s where s.id = p_serving;
    perform ledger.write_books();
    perform from ledger.balance b where b.account_id = ledger.pupil_account(v_serving.pupil_id) for no key update;
    select s.* into strict v_serving from canteen.serving s where s.id = p_serving;
    if v_serving.undone_at is not null then
        perform canteen.refuse('again', 'Эта выдача уже отменена, деньги возвращены.');
    end if;
    if v_serving.entry_id is not null then
        v_entry := ledger.reverse(v_serving.entry_id, 'refund', 'serving ' || p_serving, 'staff ' || p_staff, p_why, 'refund');
    end if;
    update canteen.serving s set undone_at = clock_timestamp(), undone_by = p_staff, undo_why = p_why, undo_entry_id = v_entry
     where s.id = p_serving;
    return v_entry;
end $$;
comment on function canteen.undo is
    'A mistake is given back: the mirror of its entry, once. Answers the refund''s entry, NULL when nothing had been paid. Who may, and how '
    'long after, is for the caller to check';

-- ---- what it will cost --------------------------------------------------------------------------------------------------------

create function canteen.school_days(p_class bigint, p_from date, p_to date) returns table (day date) language sql stable rows 100 as $$
    select distinct l.day from school.lesson l where l.class_id = p_class and l.day between p_from and p_to and not l.is_cancelled
$$;
comment on function canteen.school_days is 'Days on which a class has lessons, in no order: those on which its pupils may eat';

create function canteen.complex_of(p_meal bigint, p_complex bigint, p_class bigint) returns canteen.complex language sql stable as $$
    select c from canteen.complex c
     where c.meal_id = p_meal and not c.is_retired and canteen.serves(c, p_class)
       and (c.id = p_complex or (p_complex is null and c.is_default))
     order by c.id limit 1
$$;
comment on function canteen.complex_of is 'The set meal that a standing order means for a class: its own, or the school''s default; NULL when there is none';

create function canteen.outlook(p_pupil bigint, p_today date, out free_kop bigint, out held_kop bigint, out day_kop bigint,
    out enough_till date, out enough_days integer, out outlasts boolean, out month_kop bigint, out top_up_kop bigint, out is_low boolean)
language plpgsql stable as $$
declare
    c_back constant integer := 14;
    c_ahead constant integer := 120;
    c_month constant integer := 30;
    v_class bigint := school.class_on(p_pupil, p_today);
    v_days bigint;
begin
    select b.balance_kop - b.held_kop, b.held_kop into free_kop, outlook.held_kop
      from ledger.balance b where b.account_id = ledger.pupil_account(p_pupil);
    select nullif(count(*), 0) into v_days from canteen.school_days(v_class, p_today - c_back, p_today - 1);
    with standing as (
        select t.*, x.complex
          from canteen.standing t
         cross join lateral (select canteen.complex_of(t.meal_id, t.complex_id, v_class) as complex) x
         where t.pupil_id = p_pupil and t.ended_at is null and coalesce(t.last_day, p_today) >= p_today
    ), habit as (
        -- What was eaten without a standing order, of a school day in the middle; a broken kopeck counts as a whole one.
        select s.kind, s.meal_id, (sum(s.pay_kop)::bigint + v_days - 1) / v_days as kop
          from canteen.serving s
         where s.pupil_id = p_pupil and s.day between p_today - c_back and p_today - 1 and s.undone_at is null
           and (s.kind = 'buffet' or not exists (select from standing t where t.meal_id = s.meal_id))
         group by s.kind, s.meal_id
    ), wish as (
        select d.day, h.meal_id, h.kop from canteen.school_days(v_class, p_today + 1, p_today + c_ahead) d cross join habit h
        union all
        select d.day, t.meal_id, canteen.pays_kop((t.complex).price_kop, (canteen.benefit_on(p_pupil, t.meal_id, d.day)).share)
          from canteen.school_days(v_class, p_today + 1, p_today + c_ahead) d
          join standing t on d.day between t.first_day and coalesce(t.last_day, d.day)
                         and t.weekdays & (1 << extract(isodow from d.day)::int - 1) <> 0
    ), cost as (
        -- What is ordered already is held; what was cancelled or refused costs nothing.
        select d.day, coalesce(sum(w.kop), 0)::bigint as kop
          from canteen.school_days(v_class, p_today + 1, p_today + c_ahead) d
          left join wish w on w.day = d.day
           and (w.meal_id is null
                or not exists (select from canteen.meal_order o where o.pupil_id = p_pupil and o.day = d.day and o.meal_id = w.meal_id)
               and not exists (select from canteen.refusal r
                                where r.pupil_id = p_pupil and r.withdrawn_at is null and d.day between r.first_day and r.last_day
                                  and (r.meal_id = w.meal_id or r.meal_id is null))
               and not exists (select from canteen.home_study y
                                where y.pupil_id = p_pupil and d.day between y.first_day and y.last_day))
         group by d.day
    ), spent as (
        select c.day, c.kop, sum(c.kop) over (order by c.day) as so_far from cost c
    )
    select max(s.day) filter (where s.so_far <= free_kop), count(*) filter (where s.so_far <= free_kop), bool_and(s.so_far <= free_kop),
           sum(s.kop) filter (where s.day <= p_today + c_month), sum(s.kop) / nullif(count(*) filter (where s.kop > 0), 0)
      into enough_till, enough_days, outlasts, month_kop, day_kop
      from spent s;
    is_low := coalesce(day_kop > 0 and enough_days < 3 and not outlasts, false);
    top_up_kop := (greatest(month_kop - free_kop, 0) + 9999) / 10000 * 10000;
end $$;
comment on function canteen.outlook is
    'How long the money lasts: of each coming school day (120 days ahead) the standing orders and, for what has none, what the last 14 days '
    'cost in the middle. enough_till: the last day that is paid for (NULL: not even the next one), enough_days: how many; outlasts: all days '
    'that are known; day_kop: a day that costs something (NULL: none does); top_up_kop: what 30 days ahead want, in whole '
    'hundreds; is_low: less than three days are paid for';

-- ---- by itself ----------------------------------------------------------------------------------------------------------------

create function canteen.absence(p_pupil bigint, p_day date, p_unseen bigint[] default null) returns text language plpgsql stable as $$
declare
    v_class bigint := school.class_on(p_pupil, p_day);
    v_rolled bigint;
    v_absent bigint;
begin
    if exists (select from school.excuse e where e.pupil_id = p_pupil and e.kind = 'absence' and e.state in ('sent', 'accepted')
                  and p_day between e.first_day and e.last_day) then
        return 'announced';
    end if;
    -- Inside by the gate is inside, whatever a roll says.
    if exists (select from gate.presence r join school.pupil p on p.id = r.pupil_id join school.school s on s.id = p.school_id
                where r.pupil_id = p_pupil and r.is_inside and timezone(s.time_zone, r.since)::date = p_day) then
        return null;
    end if;
    select count(*), count(*) filter (where c.scope = 'absent') into v_rolled, v_absent
      from school.lesson l
      left join school.attendance a on a.lesson_id = l.id and a.pupil_id = p_pupil
      left join school.attendance_code c on c.id = a.code_id
     where l.class_id = v_class and l.day = p_day and not l.is_cancelled and l.roll_at is not null
       and (l.subgroup_id is null or school.attends(p_pupil, l.subgroup_id));
    if v_rolled > 0 then
        return case when v_absent = v_rolled then 'roll' end;
    end if;
    return case when p_pupil = any (coalesce(p_unseen, array(select school.not_entered(v_class, p_day)))) then 'gate' end;
end $$;
comment on function canteen.absence is
    'Why a child counts as absent on that day: announced by the family, absent at every lesson that was rolled (roll) or, before any roll, '
    'not seen by the gate; NULL: it does not. p_unseen: school.not_entered() of the class, from who asks about all of it';

create function canteen.absent_words(p_pupil bigint, p_day date) returns text language sql stable as $$
    select case canteen.absence(p_pupil, p_day) when 'announced' then 'вы предупредили об отсутствии'
               when 'roll' then 'ребёнка не было на уроках' when 'gate' then 'ребёнок не входил в школу' end
$$;
comment on function canteen.absent_words is 'The same in the words for its parent';

create function canteen.release_absent(p_school bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_now timestamp := (select timezone(s.time_zone, now()) from school.school s where s.id = p_school);
    v_order record;
    v_count integer := 0;
begin
    for v_order in
        select o.id, w.words
          from canteen.meal_order o
          join canteen.policy y on y.school_id = o.school_id and y.absent_at <= v_now::time
         cross join lateral (select canteen.absent_words(o.pupil_id, o.day) as words) w
         where o.school_id = p_school and o.day = v_now::date and o.state = 'ordered' and w.words is not null
         order by o.pupil_id, o.id
    loop
        v_count := v_count + canteen.end_order(v_order.id, 'released', 'absence', v_order.words)::int;
    end loop;
    return v_count;
end $$;
comment on function canteen.release_absent is 'Releases today''s orders of children who are not there; answers how many. A job calls it all morning';

create function canteen.release_rest(p_school bigint) returns integer language plpgsql security definer set search_path = '' as $$
declare
    v_now timestamp := (select timezone(s.time_zone, now()) from school.school s where s.id = p_school);
    v_order record;
    v_count integer := 0;
begin
    for v_order in
        select o.id, case when f.title is not null then 'выходной день: ' || f.title
                          when x.words is not null then x.words
                          else 'не получен' end as words
          from canteen.meal_order o
          join canteen.meal e on e.id = o.meal_id
          left join school.day_off f on f.school_id = p_school and f.day = o.day
          left join lateral (select canteen.absent_words(o.pupil_id, o.day) as words where f.title is null) x on true
         where o.school_id = p_school and o.state = 'ordered'
           and (o.day + e.serves_to + interval '2 hours' < v_now or f.title is not null)
         order by o.pupil_id, o.id
    loop
        v_count := v_count + canteen.end_order(v_order.id, 'released', 'canteen', v_order.words)::int;
    end loop;
    return v_count;
end $$;
comment on function canteen.release_rest is
    'Releases orders whose meal is over since two hours and was not fetched, and those of days that have become free. Answers how many';

create function canteen.wanted(p_school bigint, p_day date)
returns table (pupil_id bigint, meal_id bigint, menu_id bigint, made_by canteen.ordered_by) language sql stable rows 100 as $$
    select distinct on (w.pupil_id, w.meal_id) w.pupil_id, w.meal_id, m.id, w.made_by
      from (select t.pupil_id, t.meal_id, t.complex_id, 'standing'::canteen.ordered_by as made_by
              from canteen.standing t
              join school.pupil p on p.id = t.pupil_id and p.school_id = p_school and p.state = 'active'
             where t.ended_at is null and p_day between t.first_day and coalesce(t.last_day, p_day)
               and t.weekdays & (1 << extract(isodow from p_day)::int - 1) <> 0
             union all
            select b.pupil_id, b.meal_id, null, 'benefit'
              from canteen.benefit b
              join school.pupil p on p.id = b.pupil_id and p.school_id = p_school and p.state = 'active'
             where b.share = 100 and p_day between b.first_day and b.last_day) w
      join canteen.complex c on c.meal_id = w.meal_id and not c.is_retired
       and (c.id = w.complex_id or (w.complex_id is null and c.is_default))
       and canteen.serves(c, school.class_on(w.pupil_id, p_day))
      join canteen.menu m on m.complex_id = c.id and m.day = p_day
     where not exists (select from canteen.refusal r where r.pupil_id = w.pupil_id and r.withdrawn_at is null
                          and (r.meal_id = w.meal_id or r.meal_id is null) and p_day between r.first_day and r.last_day)
       and not exists (select from canteen.home_study h where h.pupil_id = w.pupil_id and p_day between h.first_day and h.last_day)
       -- Whatever became of an order of that day, the family or the school has decided.
       and not exists (select from canteen.meal_order o where o.pupil_id = w.pupil_id and o.day = p_day and o.meal_id = w.meal_id)
       and not exists (select from canteen.serving s where s.pupil_id = w.pupil_id and s.day = p_day and s.meal_id = w.meal_id)
     order by w.pupil_id, w.meal_id, w.made_by, c.id
$$;
comment on function canteen.wanted is
    'What is to be ordered by itself for a day: standing orders, and the default set meal of children whose льгота pays all of it; not where '
    'the family has refused, cancelled or chosen otherwise';

create function canteen.order_by_itself(p_school bigint, p_day date) returns integer language plpgsql security definer
    set search_path = '' as $$
declare
    v_now timestamp := (select timezone(s.time_zone, now()) from school.school s where s.id = p_school);
    v_want record;
    v_count integer := 0;
begin
    if v_now >= canteen.deadline(p_school, p_day)
       or exists (select from school.day_off d where d.school_id = p_school and d.day = p_day) then
        return 0;
    end if;
    for v_want in select * from canteen.wanted(p_school, p_day) loop
        begin
            perform canteen.place_order(v_want.pupil_id, v_want.menu_id, v_want.made_by, null, v_want.made_by::text);
            v_count := v_count + 1;
        exception when sqlstate 'KB422' then
            insert into canteen.skipped as k (pupil_id, day, meal_id, words) values (v_want.pupil_id, p_day, v_want.meal_id, sqlerrm)
            on conflict (pupil_id, day, meal_id) do update set words = excluded.words, at = now() where k.words <> excluded.words;
        end;
    end loop;
    return v_count;
end $$;
comment on function canteen.order_by_itself is
    'Orders what canteen.wanted() says, before the deadline; what cannot be ordered is told in canteen.skipped and tried again by the next '
    'call. Answers how many';

create function canteen.follow_class() returns trigger language plpgsql security definer set search_path = '' as $$
declare
    v_today date := (select timezone(s.time_zone, now())::date from school.school s where s.id = new.school_id);
    v_order record;
    v_menu bigint;
begin
    for v_order in
        select o.id, o.day, o.meal_id, o.made_by, o.access_id
          from canteen.meal_order o
          join canteen.menu m on m.id = o.menu_id
          join canteen.complex c on c.id = m.complex_id
         where o.pupil_id = new.id and o.day >= v_today and o.state = 'ordered'
           and (new.state <> 'active' or not coalesce(canteen.serves(c, new.class_id), false))
         order by o.day, o.id
    loop
        perform canteen.end_order(v_order.id, 'released', 'class',
            case when new.state = 'active' then 'переход в другой класс' else 'ребёнок выбыл из школы' end);
        continue when new.state <> 'active';
        select m.id into v_menu
          from canteen.complex c join canteen.menu m on m.complex_id = c.id and m.day = v_order.day
         where c.meal_id = v_order.meal_id and canteen.serves(c, new.class_id)
         order by c.is_default desc, c.id limit 1;
        continue when not found;
        begin
            perform canteen.place_order(new.id, v_menu, v_order.made_by, v_order.access_id, 'class', false);
        exception when sqlstate 'KB422' then
            insert into canteen.skipped (pupil_id, day, meal_id, words) values (new.id, v_order.day, v_order.meal_id, sqlerrm)
            on conflict do nothing;
        end;
    end loop;
    return null;
end $$;
comment on function canteen.follow_class is
    'Orders go with a child into its new class. Where a set meal is not for that class (another shift, other grades), the order is made '
    'anew with one that is; who has left orders nothing';
-- After keep_enrolment by name, which says what the class is today.
create trigger move_orders after update of class_id, state on school.pupil for each row
    when (old.class_id is distinct from new.class_id or old.state <> new.state) execute function canteen.follow_class();

commit;
