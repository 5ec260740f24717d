-- Seven weeks of school life in money: the hall's terminal, lunches, a club, a refund now and then. Everything goes through
-- ledger.post(), day by day, so the books are as good as real ones; the sample registries bring the bank's payments on top.
-- Choices come from a hash of the pupil's account, so each demo looks the same, moved to its own date.

set local role kabinet_owner;

insert into ledger.account (kind, school_id) select k.kind, s.id
  from school.school s, unnest('{terminal_cash,provider}'::ledger.account_kind[]) k(kind);

-- 0 … 99, the same for the same words.
create function pg_temp.dice(p_words text) returns int language sql immutable as $$
    select abs(hashtextextended('kabinet demo ' || p_words, 0) % 100)::int
$$;

do $$
declare
    c_lunches constant text[] := array['Обед, комплекс № 1', 'Обед, комплекс № 2', 'Завтрак', 'Обед, комплекс № 3'];
    c_prices constant bigint[] := array[13500, 14250, 8900, 15800];
    c_clubs constant text[] := array['Кружок робототехники', 'Шахматный клуб', 'Бассейн', 'Английский театр'];
    v_pupil record;
    v_today date;
    v_day date;
    v_lunch int;
    v_skipped date;
    v_balance bigint;
    v_sum bigint;
    v_lost bigint;
begin
    for v_pupil in
        select p.account, a.id, s.time_zone, t.id as terminal, r.id as provider
          from school.pupil p
          join school.school s on s.id = p.school_id
          join ledger.account a on a.pupil_id = p.id
          join ledger.account t on t.school_id = s.id and t.kind = 'terminal_cash'
          join ledger.account r on r.school_id = s.id and r.kind = 'provider'
         order by p.account
    loop
        v_today := (now() at time zone v_pupil.time_zone)::date;
        v_skipped := null;
        for v_day in select d::date from generate_series(v_today - 49, v_today - 1, interval '1 day') d loop
            continue when extract(isodow from v_day) > 5;
            select b.balance_kop into v_balance from ledger.balance b where b.account_id = v_pupil.id;
            if v_balance < 60000 then
                v_sum := 100000 + 10000 * (pg_temp.dice(v_pupil.account || v_day) % 15);
                perform ledger.post('top_up', 'demo', v_pupil.account || ' cash ' || v_day, v_day, 'terminal',
                    'терминал в холле', 'наличными',
                    array[v_pupil.id, v_pupil.terminal], array[v_sum, -v_sum],
                    (v_day + time '07:40' + pg_temp.dice('cash' || v_pupil.account || v_day) * interval '23 sec') at time zone v_pupil.time_zone);
            end if;
            if pg_temp.dice('lunch' || v_pupil.account || v_day) < 88 then
                v_lunch := 1 + pg_temp.dice('menu' || v_pupil.account || v_day) % 4;
                perform ledger.post('meal', 'demo', v_pupil.account || ' lunch ' || v_day, v_day, 'canteen', 'столовая, касса 1', c_lunches[v_lunch],
                    array[v_pupil.id, v_pupil.provider], array[-c_prices[v_lunch], c_prices[v_lunch]],
                    (v_day + time '11:50' + pg_temp.dice('queue' || v_pupil.account || v_day) * interval '31 sec') at time zone v_pupil.time_zone);
                if pg_temp.dice('ill' || v_pupil.account || v_day) < 6 then
                    v_skipped := v_day;
                end if;
            end if;
            if v_skipped < v_day then
                select e.id, p.amount_kop into v_lost, v_sum
                  from ledger.entry e join ledger.posting p on p.entry_id = e.id and p.account_id = v_pupil.provider
                 where e.scope = 'demo' and e.key = v_pupil.account || ' lunch ' || v_skipped;
                perform ledger.post('refund', 'demo', v_pupil.account || ' refund ' || v_skipped, v_day, 'tutor', 'тьютор, отсутствие',
                    'обед ' || to_char(v_skipped, 'DD.MM'), array[v_pupil.id, v_pupil.provider], array[v_sum, -v_sum],
                    (v_day + time '15:20') at time zone v_pupil.time_zone, v_lost);
                v_skipped := null;
            end if;
            if extract(isodow from v_day) = 1 + pg_temp.dice('club' || v_pupil.account) % 5 and pg_temp.dice('goes' || v_pupil.account) < 60 then
                perform ledger.post('service', 'demo', v_pupil.account || ' club ' || v_day, v_day, 'teacher', 'преподаватель',
                    c_clubs[1 + pg_temp.dice('which' || v_pupil.account) % 4], array[v_pupil.id, v_pupil.provider], array[-35000, 35000],
                    (v_day + time '16:05') at time zone v_pupil.time_zone);
            end if;
        end loop;
    end loop;
end $$;
