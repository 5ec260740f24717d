-- Verify kabinet:tables/staff on pg

begin;

select id, school_id, login, roles, created_at, left_at from auth.staff where false;
select staff_id, person_id from people.staff where false;
select id, token_hash, staff_id, address, agent, started_at, last_used_at from auth.staff_session where false;
select c.staff_id, a.staff_id, k.tutor_id from auth.credential c, auth.attempt a, school.class k where false;

rollback;
