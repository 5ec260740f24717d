-- Verify kabinet:api/gate on pg

begin;

select 1 / has_function_privilege('kabinet_gate', 'staff.gate_pass(text, uuid, bigint, text, bigint, text)', 'execute')::int;
select 1 / (not has_function_privilege('kabinet_gate', 'gate.add_device(text, text, text, text, text)', 'execute'))::int;

rollback;
