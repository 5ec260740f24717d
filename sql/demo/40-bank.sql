-- The payment agent of both schools, with requisites that belong to nobody.

set local role kabinet_owner;

insert into bank.agent (payee, inn, kpp, account20, bank_name, bik, corr_account) values
    ('ООО «Школьный счёт»', '2799000013', '279901001', '40703810327990000018', 'Дальневосточный учебный банк', '040813999',
     '30101810000000000999');

insert into bank.agent_school (school_id, agent_id)
select s.id, a.id from school.school s, bank.agent a;
