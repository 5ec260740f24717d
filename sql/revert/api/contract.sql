-- Revert kabinet:api/contract from pg

begin;

drop function people.contract_issue, people.code_again, people.adult_add, people.pin_again, people.access_bar, people.slip,
    people.set_pin, people.access_named, people.enroll, people.class_of, people.school_of, people.person_new;
drop type people.secret;

commit;
