-- Verify kabinet:api/catalogue on pg

begin;

rollback;
