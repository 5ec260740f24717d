-- Revert kabinet:api/contract from pg

begin;

drop function people.school_open, people.year_open, people.class_open, people.tutor_set, people.subject_open, people.agent_open;
drop function people.contract_issue, people.code_again, people.adult_add, people.pin_again, people.access_bar, people.slip,
    people.set_pin, people.access_named, people.enroll, people.class_of, people.class_words, people.school_of, people.person_new;
drop type people.secret;

commit;
