-- Revert kabinet:api/audit from pg

begin;

drop function staff.audit_export, staff.audit_people, staff.audit_frame, staff.audit_list, site.object_words, site.day_words, site.program_words,
    site.looks, site.acts;
drop function cabinet.view_counts, cabinet.views, site.period, site.views_of, site.below;
drop type site.period;
call auth.drop_program('audit');

commit;
