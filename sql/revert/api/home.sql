-- Revert kabinet:api/home from pg

begin;

drop function cabinet.home,
    cabinet.home_books,
    cabinet.home_figures,
    cabinet.home_places,
    cabinet.home_subjects,
    cabinet.home_history,
    cabinet.home_exams,
    cabinet.home_ahead,
    cabinet.home_marks,
    cabinet.home_week,
    cabinet.home_children,
    cabinet.home_now, cabinet.home_appeals,
    cabinet.home_announcements,
    cabinet.home_contacts,
    school.ahead, school.standing;
drop type school.standing;
call auth.drop_program('home');

commit;
