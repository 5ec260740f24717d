-- Revert kabinet:api/services from pg

begin;

drop function staff.services_teams, staff.services_team, staff.services_members, staff.services_batches, staff.services_lesson,
    staff.services_foresee, staff.services_write_off, staff.services_batch, staff.services_batch_lines, staff.services_charge,
    staff.services_undo, staff.services_month, staff.services_days, staff.services_pupils, staff.services_export, staff.services_prices,
    staff.services_price_save, staff.services_teachers, staff.services_team_save, staff.services_classes,
    staff.services_candidates, staff.services_members_add, staff.services_member_end;
drop function service.month_of, service.own_charge, service.visible_batch, service.team_pupils, service.writable_day,
    service.today, service.visible_team, service.staff_visit, service.team_max, service.back_days;
call auth.drop_program('services');

commit;
