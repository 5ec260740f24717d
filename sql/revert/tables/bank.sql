-- Revert kabinet:tables/bank from pg

begin;

alter table ledger.account drop constraint account_agent_id_fkey;
drop table people.registry_raw;
drop schema bank cascade;

commit;
