-- Revert kabinet:api/session from pg

begin;

drop procedure auth.add_program, auth.drop_program;
drop schema cabinet cascade;
drop function auth.stay, auth.by_password, auth.parent, auth.resolve;
drop type auth.visit;

commit;
