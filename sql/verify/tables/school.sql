-- Verify kabinet:tables/school on pg

begin;

select id, region, number, name, time_zone, next_serial from school.school where false;
select id, school_id, first_day, last_day from school.year where false;
select id, school_id, year_id, grade, letter, name from school.class where false;
select id, school_id, class_id, idn, account, state, created_at from school.pupil where false;

rollback;
