-- Deploy kabinet:api/meals to pg
-- requires: api/login
-- requires: tables/canteen

begin;

call auth.add_program('meals', 'Meals: menu, orders, limits', 'cabinet');
set local role kabinet_owner;

commit;
