-- Verify kabinet:tables/notice on pg

begin;

select id, at, pupil_id, kind, object_id, once from notice.event where false;

rollback;
