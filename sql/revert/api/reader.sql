-- Revert kabinet:api/reader from pg

begin;

drop schema device cascade;
drop function gate.take_events(gate.device, interval, bigint[], text[], timestamptz[], text[]);
call auth.drop_program('reader');

commit;
