-- Pupils with contracts, without secrets: scripts/demo-contracts gives those to the first ones. Each choice is taken from a hash
-- of the pupil's number, so the same pupils appear in every demo; the names exist nowhere else. The first sixty are spread over
-- six classes and two schools, the others make 7 «Б» a class of 28 and give it a 7 «А» to be compared with.

set local role kabinet_owner;

create function pg_temp.pick(p_from text, p_pupil int, p_purpose text) returns text language sql immutable as $$
    select w.words[1 + abs(hashtextextended('kabinet demo', p_pupil) # hashtextextended(p_purpose, 0)) % cardinality(w.words)]
      from (select string_to_array(p_from, ' ') as words) w
$$;

create function pg_temp.idn(p_pupil int) returns text language sql immutable as $$
    select 'I' || string_agg(substr('23456789ABCDEFGHJKMNPQRSTUVWXYZ', 1 + get_byte(h.hash, i) % 31, 1), '' order by i)
      from (select sha256(convert_to('kabinet demo ' || p_pupil, 'UTF8')) as hash) h, generate_series(0, 8) i
$$;

do $$
declare
    c_surnames constant text := 'Вымыслов Небывалкин Мнимаков Придумщиков Условнев Понарошкин Выдумкин Небылицын Сказочников '
        'Несбываев Воображаев Чудодеев Невсамделин Снеговеев Тридесятов Кудыкин Верстунов Лукоморьев Неведомкин Заморейкин';
    c_boys constant text := 'Аристарх Добрыня Елисей Илларион Лукьян Мирон Никифор Поликарп Савелий Тихон Фрол Ярослав';
    c_girls constant text := 'Аглая Василиса Варвара Глафира Евдокия Есения Злата Милана Пелагея Устинья Феврония Ярина';
    c_fathers constant text := 'Миронов Тихонов Савельев Лукьянов Фролов Илларионов Елисеев Поликарпов Никифоров Аристархов';
    v_family int;
    v_surname text;
    v_is_boy boolean;
    v_child text;
    v_payer text;
    v_class text;
begin
    for n in 0..91 loop
        -- The first two are children of one family.
        v_family := case when n = 1 then 0 else n end;
        v_surname := pg_temp.pick(c_surnames, v_family, 'surname');
        v_is_boy := pg_temp.pick('b g', n, 'sex') = 'b';
        v_child := concat_ws(' ', v_surname || case when v_is_boy then '' else 'а' end,
            pg_temp.pick(case when v_is_boy then c_boys else c_girls end, n, 'name'),
            pg_temp.pick(c_fathers, v_family, 'father') || case when v_is_boy then 'ич' else 'на' end);
        v_payer := concat_ws(' ', v_surname || 'а', pg_temp.pick(c_girls, v_family, 'payer'),
            pg_temp.pick(c_fathers, v_family, 'grandfather') || 'на');
        v_class := case when n < 48 then (array['7Б', '1А', '3Б', '5В', '9А', '11А'])[1 + n % 6]
                        when n < 60 then (array['4А', '8Б'])[1 + n % 2]
                        when n < 80 then '7Б' else '7А' end;
        perform people.enroll(case when n between 48 and 59 then '027052' else '027039' end, v_class,
            case n when 0 then 'I44F2EUE5W' else pg_temp.idn(n) end, v_child, v_payer, null);
    end loop;
end $$;
