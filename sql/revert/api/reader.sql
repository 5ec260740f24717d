-- Revert kabinet:api/reader from pg

begin;

drop schema device cascade;
call auth.drop_program('reader');

commit;
