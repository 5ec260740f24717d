-- Revert kabinet:tables/rating from pg

begin;

drop trigger sum_exam on school.mark;
drop trigger sum_exam on school.work;
drop function school.exam_mark_changed, school.exam_work_changed, school.add_exam_marks, school.sum_exams, school.results,
    school.quality, school.rate, school.rate_classes, school.keep_places, school.recall_places, school.thin_places, school.places,
    school.begun_term, school.hundredths, school.mean;
drop type school.quality;
drop table school.exam_score, school.rated, school.class_rating, school.place, school.rating;
alter table school.school drop has_ranks;

commit;
