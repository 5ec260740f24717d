-- Revert kabinet:api/session from pg

begin;

drop schema cabinet cascade;
drop function auth.resolve(text);
drop type auth.visit;

commit;
