-- Revert kabinet:api/gate from pg

begin;

drop function
    staff.gate_now(text),
    staff.gate_events(text, date, integer),
    staff.gate_doors(text),
    staff.gate_find(text, text, integer),
    staff.gate_permits(text),
    staff.gate_inside(text),
    staff.gate_pass(text, uuid, bigint, text, bigint, text),
    staff.gate_release(text, uuid, bigint, bigint),
    gate.put_by_hand(auth.staff_visit, bigint, gate.direction, bigint, text),
    gate.pupils_named(auth.staff_visit, text, integer),
    gate.find_pupil(auth.staff_visit, text),
    gate.typed(text),
    gate.initials(text),
    gate.day_begins(text, date),
    gate.add_device(text, text, text, text, text),
    gate.retire_device(text),
    gate.replace_card(text, text, text),
    gate.issue_card(text, text, text),
    gate.return_card(text),
    gate.unblock_card(text),
    gate.card_in_use(text);
call auth.drop_program('gate');

commit;
