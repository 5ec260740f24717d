-- Revert kabinet:api/services from pg

begin;

call auth.drop_program('services');

commit;
