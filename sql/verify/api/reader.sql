-- Verify kabinet:api/reader on pg

begin;

select 1 / has_function_privilege('kabinet_reader',
    'device.gate_message(text, bigint, text, timestamptz, bytea, bytea, bigint[], text[], timestamptz[], text[], integer)',
    'execute')::int;

rollback;
