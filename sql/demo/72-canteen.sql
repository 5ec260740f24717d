-- The canteens of both schools: meals, dishes, set meals and the plan of two weeks that goes round; what families have told and what
-- the budget pays. Menus, orders and what was eaten are told by 85-meals.sql.

set local role kabinet_owner;

insert into canteen.meal (school_id, title, serves_from, serves_to)
select s.id, m.title, m.serves_from, m.serves_to
  from school.school s,
       (values ('Завтрак', time '09:10', time '10:30'), ('Обед', time '11:00', time '13:40'), ('Полдник', time '15:00', time '16:00'))
       m(title, serves_from, serves_to)
 order by s.number, m.serves_from;

insert into canteen.complex (school_id, meal_id, title, first_grade, last_grade, price_kop, is_default)
select m.school_id, m.id, c.title, c.first_grade, c.last_grade,
       c.price_kop + case s.number when '052' then 300 else 0 end, c.is_default
  from (values
    ('Завтрак', 1, '1–4 классы', 1, 4, 9250, true),
    ('Завтрак', 2, '5–11 классы', 5, 11, 10800, true),
    ('Обед', 3, '1–4 классы', 1, 4, 14250, true),
    ('Обед', 4, '5–11 классы, домашний', 5, 11, 14900, true),
    ('Обед', 5, '5–11 классы, мясной', 5, 11, 17300, false),
    ('Обед', 6, '5–11 классы, рыбный', 5, 11, 16850, false),
    ('Полдник', 7, 'для всех классов', 1, 11, 5600, true)) c(meal, rank, title, first_grade, last_grade, price_kop, is_default)
  join canteen.meal m on m.title = c.meal
  join school.school s on s.id = m.school_id
 order by s.number, c.rank;

-- Weights in grams, proteins, fats and carbohydrates in tenths of a gram; a kilocalorie follows from these.
insert into canteen.dish (school_id, title, category, composition, weight_g, kcal, protein_dg, fat_dg, carb_dg, allergens, buffet_kop)
select s.id, d.title, d.category::canteen.category, d.composition, d.weight_g,
       round((4 * d.protein_dg + 9 * d.fat_dg + 4 * d.carb_dg) / 10.0), d.protein_dg, d.fat_dg, d.carb_dg,
       d.allergens::canteen.allergen[], d.buffet_kop
  from school.school s,
       (values
    ('Салат из капусты с морковью', 'starter', 'капуста белокочанная, морковь, масло растительное, сахар, соль', 80, 12, 40, 72, '{}', 4500),
    ('Салат из свёклы', 'starter', 'свёкла, масло растительное, соль', 80, 11, 48, 67, '{}', null),
    ('Салат из огурцов и помидоров', 'starter', 'огурцы, помидоры, лук, масло растительное, соль', 80, 8, 48, 30, '{}', null),
    ('Винегрет овощной', 'starter', 'картофель, свёкла, морковь, огурцы солёные, капуста квашеная, лук, масло растительное', 80, 11, 81, 66,
     '{}', 4800),
    ('Салат из моркови с яблоком', 'starter', 'морковь, яблоки, сахар, масло растительное', 80, 8, 42, 78, '{}', null),
    ('Икра кабачковая', 'starter', 'кабачки, морковь, лук, томатная паста, масло растительное', 80, 12, 56, 62, '{}', null),
    ('Салат витаминный', 'starter', 'капуста, морковь, перец сладкий, яблоки, масло растительное', 80, 10, 45, 60, '{}', null),
    ('Борщ со сметаной', 'soup', 'свёкла, капуста, картофель, морковь, лук, томатная паста, говядина, сметана', 250, 72, 68, 142, '{milk}', null),
    ('Щи из свежей капусты', 'soup', 'капуста, картофель, морковь, лук, говядина, сметана', 250, 69, 71, 98, '{milk}', null),
    ('Рассольник ленинградский', 'soup', 'картофель, крупа перловая, огурцы солёные, морковь, лук, говядина', 250, 68, 54, 161, '{gluten}', null),
    ('Суп гороховый', 'soup', 'горох, картофель, морковь, лук, мясо птицы', 250, 94, 52, 189, '{}', null),
    ('Суп с лапшой и курицей', 'soup', 'лапша домашняя, мясо птицы, морковь, лук, зелень', 250, 88, 58, 172, '{gluten,eggs}', null),
    ('Суп-пюре из тыквы', 'soup', 'тыква, картофель, морковь, молоко, масло сливочное, гренки', 250, 54, 83, 210, '{gluten,milk}', null),
    ('Суп картофельный с фрикадельками', 'soup', 'картофель, морковь, лук, говядина, яйцо', 250, 98, 66, 164, '{eggs}', null),
    ('Котлета мясная', 'main', 'говядина, хлеб пшеничный, молоко, яйцо, лук', 90, 138, 121, 98, '{gluten,milk,eggs}', 8500),
    ('Тефтели в томатном соусе', 'main', 'говядина, рис, лук, томатная паста, мука', 110, 121, 112, 106, '{gluten}', null),
    ('Гуляш из говядины', 'main', 'говядина, лук, морковь, томатная паста, мука', 100, 152, 138, 44, '{gluten}', null),
    ('Плов с курицей', 'main', 'рис, мясо птицы, морковь, лук, масло растительное', 220, 196, 162, 398, '{}', null),
    ('Курица, тушённая с овощами', 'main', 'мясо птицы, морковь, лук, перец сладкий', 110, 171, 102, 42, '{}', null),
    ('Биточки куриные', 'main', 'мясо птицы, хлеб пшеничный, молоко', 90, 149, 96, 88, '{gluten,milk}', null),
    ('Печень по-строгановски', 'main', 'печень говяжья, сметана, лук, мука', 100, 158, 107, 66, '{gluten,milk}', null),
    ('Запеканка картофельная с мясом', 'main', 'картофель, говядина, лук, яйцо, сметана', 230, 184, 173, 312, '{eggs,milk}', null),
    ('Рыба, тушённая с овощами', 'main', 'минтай, морковь, лук, томатная паста', 120, 148, 51, 46, '{fish}', null),
    ('Котлета рыбная', 'main', 'минтай, хлеб пшеничный, молоко, яйцо', 90, 124, 56, 92, '{fish,gluten,milk,eggs}', null),
    ('Горбуша запечённая', 'main', 'горбуша, масло растительное, соль', 100, 204, 78, 0, '{fish}', null),
    ('Каша овсяная молочная', 'main', 'хлопья овсяные, молоко, масло сливочное, сахар', 200, 68, 84, 284, '{gluten,milk}', null),
    ('Каша пшённая с тыквой', 'main', 'пшено, тыква, молоко, масло сливочное, сахар', 200, 62, 71, 302, '{milk}', null),
    ('Каша рисовая молочная', 'main', 'рис, молоко, масло сливочное, сахар', 200, 54, 66, 318, '{milk}', null),
    ('Каша гречневая с маслом', 'main', 'гречка, вода, масло сливочное', 200, 82, 74, 346, '{milk}', null),
    ('Каша «Дружба»', 'main', 'рис, пшено, молоко, масло сливочное, сахар', 200, 58, 68, 306, '{milk}', null),
    ('Омлет натуральный', 'main', 'яйцо, молоко, масло сливочное', 150, 146, 178, 32, '{eggs,milk}', null),
    ('Запеканка творожная со сгущённым молоком', 'main', 'творог, яйцо, крупа манная, сахар, молоко сгущённое', 170, 246, 112, 346,
     '{milk,eggs,gluten}', null),
    ('Сырники со сметаной', 'main', 'творог, яйцо, мука, сахар, сметана', 150, 218, 138, 268, '{milk,eggs,gluten}', null),
    ('Макароны с сыром', 'main', 'макароны, сыр, масло сливочное', 190, 128, 116, 372, '{gluten,milk}', 7800),
    ('Пюре картофельное', 'side', 'картофель, молоко, масло сливочное', 150, 32, 56, 212, '{milk}', 4200),
    ('Гречка рассыпчатая', 'side', 'гречка, масло сливочное', 150, 84, 62, 368, '{milk}', null),
    ('Макароны отварные', 'side', 'макароны, масло сливочное', 150, 56, 48, 332, '{gluten,milk}', 3900),
    ('Рис отварной', 'side', 'рис, масло сливочное', 150, 38, 52, 374, '{milk}', null),
    ('Капуста тушёная', 'side', 'капуста, морковь, лук, томатная паста, мука', 150, 32, 54, 148, '{gluten}', null),
    ('Рагу овощное', 'side', 'картофель, кабачки, морковь, капуста, лук', 150, 28, 62, 172, '{}', null),
    ('Какао с молоком', 'drink', 'какао-порошок, молоко, сахар', 200, 38, 36, 202, '{milk}', 3800),
    ('Чай с сахаром', 'drink', 'чай чёрный, сахар', 200, 1, 0, 150, '{}', 1500),
    ('Чай с лимоном', 'drink', 'чай чёрный, лимон, сахар', 200, 2, 0, 154, '{}', 1800),
    ('Напиток кофейный с молоком', 'drink', 'напиток злаковый растворимый, молоко, сахар', 200, 34, 31, 186, '{gluten,milk}', null),
    ('Компот из сухофруктов', 'drink', 'яблоки и груши сушёные, изюм, сахар', 200, 6, 0, 278, '{sulphites}', 2400),
    ('Компот из свежих яблок', 'drink', 'яблоки, сахар', 200, 2, 2, 238, '{}', null),
    ('Кисель ягодный', 'drink', 'ягоды, крахмал, сахар', 200, 2, 0, 294, '{}', null),
    ('Напиток из шиповника', 'drink', 'шиповник, сахар', 200, 7, 3, 208, '{}', null),
    ('Морс брусничный', 'drink', 'брусника, сахар', 200, 2, 1, 216, '{}', 3200),
    ('Сок яблочный', 'drink', 'сок яблочный осветлённый', 200, 10, 2, 202, '{}', 3600),
    ('Вода питьевая', 'drink', 'вода негазированная', 500, 0, 0, 0, '{}', 3500),
    ('Хлеб пшеничный', 'bakery', 'мука пшеничная, дрожжи, соль', 30, 24, 3, 147, '{gluten}', 400),
    ('Хлеб ржаной', 'bakery', 'мука ржаная, мука пшеничная, дрожжи, соль', 30, 20, 4, 118, '{gluten}', 400),
    ('Бутерброд с сыром', 'bakery', 'хлеб пшеничный, сыр, масло сливочное', 50, 68, 92, 148, '{gluten,milk}', 5500),
    ('Бутерброд с маслом', 'bakery', 'хлеб пшеничный, масло сливочное', 40, 25, 76, 148, '{gluten,milk}', null),
    ('Булочка с изюмом', 'bakery', 'мука пшеничная, молоко, яйцо, изюм, сахар, дрожжи', 60, 46, 51, 338, '{gluten,milk,eggs,sulphites}', 3500),
    ('Ватрушка с творогом', 'bakery', 'мука пшеничная, творог, яйцо, сахар, дрожжи', 75, 92, 58, 312, '{gluten,milk,eggs}', 4200),
    ('Пирожок с картофелем', 'bakery', 'мука пшеничная, картофель, лук, масло растительное, дрожжи', 75, 42, 36, 286, '{gluten}', 3800),
    ('Пирожок с капустой', 'bakery', 'мука пшеничная, капуста, яйцо, дрожжи', 75, 44, 39, 254, '{gluten,eggs}', 3800),
    ('Пицца школьная', 'bakery', 'мука пшеничная, сыр, колбаса варёная, томатная паста, дрожжи', 100, 112, 126, 284, '{gluten,milk,soy}', 8900),
    ('Сосиска в тесте', 'bakery', 'сосиска молочная, мука пшеничная, яйцо, дрожжи', 100, 96, 138, 292, '{gluten,milk,eggs,soy}', 7500),
    ('Яблоко', 'fruit', 'яблоко свежее', 120, 5, 5, 118, '{}', 2500),
    ('Груша', 'fruit', 'груша свежая', 120, 5, 4, 124, '{}', null),
    ('Банан', 'fruit', 'банан свежий', 130, 20, 6, 273, '{}', 4500),
    ('Мандарин', 'fruit', 'мандарин свежий', 100, 8, 2, 75, '{}', 3000),
    ('Йогурт питьевой', 'snack', 'молоко, закваска, сахар, фруктовый наполнитель', 200, 56, 50, 228, '{milk}', 5900),
    ('Снежок', 'snack', 'напиток кисломолочный, сахар', 200, 54, 50, 216, '{milk}', null),
    ('Печенье овсяное', 'snack', 'мука овсяная и пшеничная, масло сливочное, сахар, яйцо', 40, 26, 58, 286, '{gluten,milk,eggs}', 2800),
    ('Зефир', 'snack', 'пюре яблочное, сахар, белок яичный, пектин', 35, 3, 0, 279, '{eggs}', null),
    ('Батончик ореховый', 'snack', 'фундук, хлопья овсяные, мёд, изюм', 40, 42, 92, 214, '{nuts,gluten,sulphites}', 5200),
    ('Шоколад молочный', 'snack', 'масло какао, молоко сухое, сахар, лецитин соевый', 25, 18, 78, 142, '{milk,soy,nuts}', 6500))
       d(title, category, composition, weight_g, protein_dg, fat_dg, carb_dg, allergens, buffet_kop)
 order by s.number, d.category::canteen.category, d.title;

-- ---- the plan of two weeks --------------------------------------------------------------------------------------------------------

create table demo.menu_plan (
    week       smallint not null,
    weekday    smallint not null,
    breakfast  text[] not null,
    salad      text not null,
    soup       text not null,
    meat       text not null,
    fish       text not null,
    side       text,
    drink      text not null,
    snack      text[] not null,
    primary key (week, weekday)
);
comment on table demo.menu_plan is 'What is cooked on each day of even (0) and odd (1) weeks';
comment on column demo.menu_plan.side is 'NULL: the main dish needs none';
insert into demo.menu_plan values
    (0, 1, '{Каша овсяная молочная,Бутерброд с сыром,Какао с молоком,Яблоко}', 'Салат из капусты с морковью', 'Борщ со сметаной',
     'Котлета мясная', 'Рыба, тушённая с овощами', 'Пюре картофельное', 'Компот из сухофруктов', '{Булочка с изюмом,Снежок}'),
    (0, 2, '{Омлет натуральный,Бутерброд с маслом,Чай с сахаром}', 'Винегрет овощной', 'Суп с лапшой и курицей',
     'Плов с курицей', 'Котлета рыбная', null, 'Напиток из шиповника', '{Ватрушка с творогом,Чай с сахаром}'),
    (0, 3, '{Каша пшённая с тыквой,Бутерброд с сыром,Напиток кофейный с молоком}', 'Салат из моркови с яблоком', 'Щи из свежей капусты',
     'Тефтели в томатном соусе', 'Горбуша запечённая', 'Гречка рассыпчатая', 'Компот из свежих яблок', '{Печенье овсяное,Сок яблочный}'),
    (0, 4, '{Запеканка творожная со сгущённым молоком,Чай с лимоном,Груша}', 'Салат из свёклы', 'Суп гороховый',
     'Биточки куриные', 'Рыба, тушённая с овощами', 'Макароны отварные', 'Кисель ягодный', '{Пирожок с капустой,Чай с сахаром}'),
    (0, 5, '{Каша рисовая молочная,Бутерброд с маслом,Какао с молоком}', 'Икра кабачковая', 'Рассольник ленинградский',
     'Гуляш из говядины', 'Котлета рыбная', 'Рис отварной', 'Морс брусничный', '{Зефир,Снежок}'),
    (0, 6, '{Макароны с сыром,Чай с сахаром,Яблоко}', 'Салат витаминный', 'Суп картофельный с фрикадельками',
     'Курица, тушённая с овощами', 'Горбуша запечённая', 'Рагу овощное', 'Компот из сухофруктов', '{Печенье овсяное,Чай с сахаром}'),
    (1, 1, '{Каша «Дружба»,Бутерброд с сыром,Чай с лимоном}', 'Салат витаминный', 'Суп картофельный с фрикадельками',
     'Курица, тушённая с овощами', 'Котлета рыбная', 'Рис отварной', 'Компот из свежих яблок', '{Ватрушка с творогом,Сок яблочный}'),
    (1, 2, '{Сырники со сметаной,Чай с сахаром,Мандарин}', 'Салат из огурцов и помидоров', 'Борщ со сметаной',
     'Печень по-строгановски', 'Горбуша запечённая', 'Гречка рассыпчатая', 'Кисель ягодный', '{Печенье овсяное,Снежок}'),
    (1, 3, '{Каша гречневая с маслом,Бутерброд с сыром,Какао с молоком}', 'Салат из капусты с морковью', 'Суп-пюре из тыквы',
     'Котлета мясная', 'Рыба, тушённая с овощами', 'Капуста тушёная', 'Напиток из шиповника', '{Булочка с изюмом,Чай с сахаром}'),
    (1, 4, '{Омлет натуральный,Бутерброд с маслом,Напиток кофейный с молоком,Яблоко}', 'Винегрет овощной', 'Щи из свежей капусты',
     'Запеканка картофельная с мясом', 'Котлета рыбная', null, 'Морс брусничный', '{Пирожок с картофелем,Сок яблочный}'),
    (1, 5, '{Каша овсяная молочная,Бутерброд с маслом,Чай с сахаром}', 'Салат из свёклы', 'Суп с лапшой и курицей',
     'Тефтели в томатном соусе', 'Горбуша запечённая', 'Макароны отварные', 'Компот из сухофруктов', '{Зефир,Чай с лимоном}'),
    (1, 6, '{Каша рисовая молочная,Какао с молоком,Банан}', 'Салат из моркови с яблоком', 'Рассольник ленинградский',
     'Биточки куриные', 'Рыба, тушённая с овощами', 'Пюре картофельное', 'Компот из свежих яблок', '{Булочка с изюмом,Чай с сахаром}');

create function demo.plate(p_meal text, p_complex text, p_day date) returns text[] language sql stable as $$
    select array_remove(case
               when p_meal = 'Завтрак' then p.breakfast
               when p_meal = 'Полдник' then p.snack
               when p_complex like '%мясной' then array[p.salad, p.soup, p.meat, p.side, p.drink, 'Хлеб ржаной']
               when p_complex like '%рыбный'
                   then array[p.salad, p.soup, p.fish, coalesce(p.side, 'Пюре картофельное'), p.drink, 'Хлеб ржаной']
               else array[p.soup, p.meat, p.side, p.drink, 'Хлеб пшеничный'] end, null)
      from demo.menu_plan p
     where p.week = extract(week from p_day)::integer % 2 and p.weekday = extract(isodow from p_day)
$$;
comment on function demo.plate is 'What stands on the plate of a set meal on that day';

-- ---- what the budget pays ---------------------------------------------------------------------------------------------------------

create view demo.eater as
select p.id as pupil_id, p.account, p.school_id, s.number as school, k.grade, k.name as class, k.tutor_id, y.first_day as year_from,
       y.last_day as year_till, a.id as access_id, c.id as staff_id, timezone(s.time_zone, demo.now())::date as today
  from school.pupil p
  join school.school s on s.id = p.school_id
  join school.class k on k.id = p.class_id
  join school.year y on y.id = k.year_id
  join auth.access a on a.pupil_id = p.id and a.ordinal = 1
  join demo.staff c on c.school_id = p.school_id and c.key = 'canteen';
comment on view demo.eater is 'Pupils with what the canteen needs to know of them';

-- Breakfast of the first four grades is free; others have what their papers say. Two are chosen: half of the lunch for a cabinet of
-- 7 «Б» (…006), and all meals for a child of 5 «В» that is taught at home (…009).
insert into canteen.benefit (pupil_id, kind_id, meal_id, share, first_day, last_day, document, staff_id)
select e.pupil_id, k.id, m.id, b.share, e.year_from, e.year_till, b.document, e.staff_id
  from demo.eater e
 cross join lateral (select case e.account when '0270390006' then 1000 when '0270390009' then 1500
                            else demo.dice('benefit ' || e.account) end as die) d
 cross join lateral (values
    (e.grade <= 4, 'Завтрак', 'Начальные классы', 100, ''),
    (d.die < 500, 'Обед', 'Малоимущая семья', 100, 'справка № ' || 100 + d.die % 800),
    (d.die between 500 and 1199, 'Обед', 'Многодетная семья', 50, 'удостоверение № ' || 1000 + d.die),
    (d.die between 1200 and 1599, 'Обед', 'Ребёнок с ОВЗ', 100, 'заключение ПМПК № ' || 10 + d.die % 80),
    (d.die between 1200 and 1599 and e.grade > 4, 'Завтрак', 'Ребёнок с ОВЗ', 100, 'заключение ПМПК № ' || 10 + d.die % 80),
    (d.die between 1600 and 1899, 'Обед', 'Ребёнок участника СВО', 100, 'справка № ' || 100 + d.die % 800))
    b(is_so, meal, kind, share, document)
  join canteen.meal m on m.school_id = e.school_id and m.title = b.meal
  join canteen.benefit_kind k on k.title = b.kind
 where b.is_so
 order by e.account, m.id;

-- ---- what families have told ------------------------------------------------------------------------------------------------------

insert into canteen.allergy (pupil_id, allergen, access_id)
select e.pupil_id, x.allergen::canteen.allergen, e.access_id
  from demo.eater e
  join (values ('0270390000', 'fish'), ('0270390000', 'nuts'), ('0270520000', 'eggs'), ('0270390014', 'milk'), ('0270390021', 'nuts'),
               ('0270390050', 'fish'), ('0270390058', 'eggs')) x(account, allergen) on x.account = e.account;

insert into canteen.ban (pupil_id, dish_id, category, access_id)
select e.pupil_id, d.id, x.category::canteen.category, e.access_id
  from demo.eater e
  join (values ('0270390000', null, 'snack'), ('0270390006', 'Сосиска в тесте', null), ('0270390012', null, null),
               ('0270520001', 'Пицца школьная', null)) x(account, dish, category) on x.account = e.account
  left join canteen.dish d on d.school_id = e.school_id and d.title = x.dish;

insert into canteen.spending_limit (pupil_id, kind, daily_kop, access_id)
select e.pupil_id, x.kind::canteen.spending, x.daily_kop, e.access_id
  from demo.eater e
 cross join lateral (values ('buffet', 10000 + 5000 * (demo.dice('limit ' || e.account) % 4))) x(kind, daily_kop)
 where e.account = '0270390000' or demo.dice('limits ' || e.account) < 2500;

-- Standing orders: everybody's choice is his own, but that of the first cabinets, of a pupil of 7 «Б» who has no money (…053), and of
-- the child taught at home, who has none.
insert into canteen.standing (pupil_id, meal_id, complex_id, weekdays, first_day, access_id, made_at)
select e.pupil_id, m.id, c.id, x.weekdays, e.year_from, e.access_id, e.year_from
  from demo.eater e
 cross join lateral (select case when exists (select from school.slot t where t.class_id = (select p.class_id from school.pupil p where p.id = e.pupil_id)
                                                 and t.weekday = 6) then 63 else 31 end as week) w
 cross join lateral (values
    ('Обед', case e.account when '0270390002' then 21 else w.week end,
     case when e.account = '0270390000' then '5–11 классы, мясной' when e.grade <= 4 or e.account = '0270390006' then null
          when exists (select from canteen.allergy a where a.pupil_id = e.pupil_id and a.allergen = 'fish') then '5–11 классы, мясной'
          else demo.pick('standing ' || e.account, array[null, '5–11 классы, мясной', '5–11 классы, мясной', '5–11 классы, рыбный']) end,
     e.account in ('0270390000', '0270390001', '0270390002', '0270390006', '0270390053') or demo.dice('orders lunch ' || e.account) < 5000),
    ('Завтрак', w.week, null, e.grade > 4 and demo.dice('orders breakfast ' || e.account) < 2500),
    ('Полдник', w.week & 21, null, e.account in ('0270390001', '0270520000') or e.grade <= 4 and demo.dice('orders tea ' || e.account) < 4000))
    x(meal, weekdays, complex, is_so)
  join canteen.meal m on m.school_id = e.school_id and m.title = x.meal
  left join canteen.complex c on c.meal_id = m.id and c.title = x.complex
 where x.is_so and e.account <> '0270390009'
 order by e.account, m.id;

insert into canteen.refusal (pupil_id, first_day, last_day, body, access_id)
select e.pupil_id, e.today + 8, e.today + 10, 'Уезжаем к бабушке', e.access_id from demo.eater e where e.account = '0270390002';

insert into canteen.home_study (pupil_id, first_day, last_day)
select e.pupil_id, e.year_from, e.year_till from demo.eater e where e.account = '0270390009';


-- He has had his dry rations for all school days up to the week before last.
insert into canteen.ration (pupil_id, first_day, last_day, days, issued_at, staff_id)
select e.pupil_id, e.year_from, e.today - 11, d.days, timezone(s.time_zone, e.today - 11 + time '12:00'), e.staff_id
  from demo.eater e
  join school.school s on s.id = e.school_id
  join canteen.home_study h on h.pupil_id = e.pupil_id
 cross join lateral (select count(distinct l.day) as days
                       from school.lesson l join school.pupil p on p.id = e.pupil_id and p.class_id = l.class_id
                      where l.day between e.year_from and e.today - 11) d
 where d.days > 0;
