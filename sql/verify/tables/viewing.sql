-- Verify kabinet:tables/viewing on pg

begin;

select role, rank, title from site.view_role where false;
select purpose, roles, kind, or_all, title from site.view_purpose where false;
select id, at, school_id, staff_id, role, purpose, pupil_id, class_id, team_id from site.viewing where false;

rollback;
