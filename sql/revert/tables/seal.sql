-- Revert kabinet:tables/seal from pg

begin;

drop view ledger.violations;
drop trigger keep_sealed_words on ledger.kind;
drop trigger keep_sealed_words on school.school;
drop trigger keep_sealed_words on school.pupil;
drop function ledger.seal_violations(), ledger.keep_sealed_words(), ledger.seal_days(), ledger.day_is_over(), ledger.seal_lines(),
    ledger.seal_text(date, bigint, bytea, bytea), ledger.day_entries(date, date), ledger.proof(bigint, date),
    ledger.bucket_nodes(bytea), ledger.evening_buckets(date), ledger.evening(date, integer), ledger.climb(bytea[], integer),
    ledger.leaf(text, integer, bigint, bytea), ledger.state_on(bigint, date);
drop aggregate ledger.chain(bytea, text);
drop type ledger.state;
drop function ledger.next_link(bytea, bytea, text);
drop view ledger.line;
drop function ledger.cell(text), ledger.no_hash();
drop index ledger.account_bucket;
drop table ledger.day_link;

commit;
