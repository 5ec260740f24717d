-- Verify kabinet:tables/rating on pg

begin;

select has_ranks from school.school where false;
select pupil_id, class_id, term_id, subjects, average, weighted, class_place, class_of, parallel_place, parallel_of, school_place,
       school_of, region_place, region_of from school.rating where false;
select pupil_id, day, weighted, class_place, class_of, parallel_place, parallel_of, school_place, school_of, region_place, region_of
  from school.place where false;
select class_id, term_id, pupils, n5, n4, n3, n2, n1, na, ranked, weighted from school.class_rating where false;
select school_id, at, marks_at from school.rated where false;
select pupil_id, exam_task_id, n, points from school.exam_score where false;
select 1 / (to_regprocedure('school.rate(bigint)') is not null)::int;

rollback;
