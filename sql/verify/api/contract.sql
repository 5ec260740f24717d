-- Verify kabinet:api/contract on pg

begin;

select 'people.contract_issue(text,text,text,text,text,text,bytea,bytea,bytea,bytea,integer)'::regprocedure,
       'people.code_again(text,bytea,bytea,integer)'::regprocedure,
       'people.adult_add(text,text,boolean,bytea,bytea,integer)'::regprocedure,
       'people.pin_again(text,bytea,bytea,integer)'::regprocedure,
       'people.access_bar(text,boolean)'::regprocedure,
       'people.slip(bigint)'::regprocedure;

rollback;
