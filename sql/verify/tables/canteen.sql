-- Verify kabinet:tables/canteen on pg

begin;

select 1 / (to_regclass('canteen.' || t) is not null)::int
  from unnest('{policy,dish,meal,complex,menu,menu_dish,allergy,ban,spending_limit,standing,refusal,benefit,meal_order,skipped,serving,serving_item,write_off,write_off_line,home_study,ration}'::text[]) t;

rollback;
