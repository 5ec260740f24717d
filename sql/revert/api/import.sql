-- Revert kabinet:api/import from pg

begin;

drop schema bank_api cascade;
drop function bank.import_warnings(bigint);
drop function bank.import_reverse(bank.agent, text, text, date);
drop function bank.import_take_back(bank.agent, text, text, bigint, bigint, date, text, text, integer);
drop function bank.import_lock_originals(text);
drop function bank.import_post(bank.agent, text, text, date);
drop function bank.import_confirm(bank.agent);
drop function bank.import_sort(bank.agent, text, text, text, boolean);
drop function bank.shown(text);
drop function bank.refuse_lines(text, text[]);
drop function bank.registry_number(text);
drop function bank.agent_of(text, text);

do $$
begin
    execute format('revoke temporary on database %I from kabinet_owner', current_database());
end $$;
call auth.drop_program('import');

commit;
