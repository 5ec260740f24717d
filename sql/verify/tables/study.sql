-- Verify kabinet:tables/study on pg

begin;

select 1 / (to_regclass('school.' || t) is not null)::int
  from unnest('{enrolment,term,day_off,bells,bell,bell_day,event,subject,subgroup,subgroup_pupil,teaching,slot,lesson,homework,
                homework_file,homework_done,homework_answer,answer_file,lesson_message,week_signature,work_kind,exam_task,work,
                mark,mark_change,final_mark,attendance_code,attendance,excuse,average,journal_act}'::text[]) t;

rollback;
