-- Verify kabinet:tables/auth on pg

begin;

select id, created_at from auth.login where false;
select id, pupil_id, ordinal, mode, login_id, may_finance, barred_at, created_at from auth.access where false;
select id, kind, login_id, pupil_id, access_id, salt, cost_log2, hash, made_at, expires_at from auth.credential where false;
select id, login_id, token_hash, agent, confirmed_at, last_seen_at, pin_failures, revoked_at from auth.device where false;
select id, token_hash, begun_by, login_id, access_id, device_id, address, agent, started_at, last_used_at from auth.session where false;
select id, kind, name_hash, access_id, login_id, device_id, address, is_spared, begun_at, expires_at,
       finished_at, succeeded
  from auth.attempt where false;
select kind, key, level, at, blocked_until from auth.budget where false;
select 1 / (count(*) = 1)::int from auth.secret;
select 1 / (count(*) = 10)::int from auth.policy;

rollback;
