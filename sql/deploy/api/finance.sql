-- Deploy kabinet:api/finance to pg
-- requires: api/login
-- requires: tables/canteen
-- requires: tables/withdrawal
-- requires: tables/seal

-- What /finance asks. Every function answers for the child on show of the token's login, and only to an adult who may
-- see
-- the money (KB403).

begin;

call auth.add_program('finance', 'Balance, statement, slip');
set local role kabinet_owner;

create type ledger.payer as (account_id bigint, pupil_id bigint, school_id bigint, class_id bigint, time_zone text, today date);
comment on type ledger.payer is 'Whose money a token may see, and what day it is there';

create function ledger.payer(p_token text) returns ledger.payer language plpgsql stable security definer as $$
declare
    v_visit auth.visit := auth.resolve(p_token);
    v_account bigint;
begin
    if not (v_visit.is_parent and v_visit.may_finance) then
        raise exception 'Финансы видит только взрослый с правом на них.' using errcode = 'KB403';
    end if;
    select a.id into strict v_account from ledger.account a where a.pupil_id = v_visit.pupil_id;
    return (v_account, v_visit.pupil_id, v_visit.school_id, v_visit.class_id, v_visit.time_zone,
            pg_catalog.timezone(v_visit.time_zone, pg_catalog.now())::date);
end $$;
comment on function ledger.payer(text) is 'KB401 without a session, KB403 for a pupil or an adult without the right';

create function ledger.period(p_from date, p_to date, p_today date, out from_day date, out to_day date)
language sql immutable as $$
    select least(greatest(coalesce(p_from, t.day - 29), '1900-01-01'), '2199-12-31'), t.day
      from (select least(greatest(coalesce(p_to, p_today), '1900-01-01'), '2199-12-31') as day) t
$$;
comment on function ledger.period is
    'Completes the period of a statement: 30 days that end today; neither day leaves 1900-01-01 … 2199-12-31';

create function cabinet.finance_balance(p_token text)
returns table (account text, balance_kop bigint, held_kop bigint, free_kop bigint, by_pin boolean, as_of timestamp, first_day date)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select p.account::text, b.balance_kop, b.held_kop, greatest(b.balance_kop - b.held_kop, 0), (auth.resolve(p_token)).by_pin,
           pg_catalog.timezone(v_payer.time_zone, pg_catalog.now()),
           coalesce((select f.day from ledger.posting f where f.account_id = b.account_id and f.version = 1), v_payer.today)
      from ledger.balance b join school.pupil p on p.id = v_payer.pupil_id
     where b.account_id = v_payer.account_id;
end $$;
comment on function cabinet.finance_balance(text) is
    'One row; free_kop: what is not held for orders and requests; by_pin: the session may not move money; first_day: of the first operation';

create function cabinet.finance_holds(p_token text, p_limit integer)
returns table (hold_id bigint, day date, reason text, amount_kop bigint, at timestamp)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select h.id, h.day, h.reason, h.amount_kop, pg_catalog.timezone(v_payer.time_zone, h.at)
      from ledger.hold h
     where h.account_id = v_payer.account_id and h.ended_at is null
     order by h.day, h.id
     limit greatest(least(p_limit, 100), 1);
end $$;
comment on function cabinet.finance_holds is 'What money is kept for now, the nearest day first';

create function cabinet.finance_limits(p_token text) returns table (kind text, daily_kop bigint)
language plpgsql stable security definer rows 2 as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select l.kind::text, l.daily_kop from canteen.spending_limit l where l.pupil_id = v_payer.pupil_id order by l.kind;
end $$;
comment on function cabinet.finance_limits is 'Daily limits of the child; they are set in /meals';

create function cabinet.finance_statement(p_token text, p_from date, p_to date, p_kind text, p_limit integer, p_before bigint)
returns table (version bigint, entry_id bigint, at timestamp, day date, kind text, title text, source text,
    amount_kop bigint, balance_kop bigint)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_from date;
    v_to date;
    v_newest integer;
    v_kind ledger.entry_kind;
begin
    select d.from_day, d.to_day into v_from, v_to from ledger.period(p_from, p_to, v_payer.today) d;
    select k.kind into v_kind from ledger.kind k where k.kind::text = p_kind;
    -- The newest version of the period by posting_day, then downwards by posting_version: days never go back (I5).
    select p.version into v_newest
      from ledger.posting p
     where p.account_id = v_payer.account_id and p.day <= v_to and p.version is not null
     order by p.day desc, p.version desc
     limit 1;
    return query
    select p.version::bigint, p.entry_id, pg_catalog.timezone(v_payer.time_zone, e.at), p.day, e.kind::text,
           k.line_prefix || e.reason, e.source, p.amount_kop, p.balance_after_kop
      from ledger.posting p
      join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind
     where p.account_id = v_payer.account_id
       and p.version <= v_newest and p.version < coalesce(p_before, 2147483647)
       and p.day >= v_from
       and (p_kind is null or e.kind = v_kind)
     order by p.version desc
     limit greatest(least(p_limit, 20000), 1);
end $$;
comment on function cabinet.finance_statement is
    'One page, newest first: lines below version p_before. Without dates the last 30 days; an unknown kind has no lines';

create function cabinet.finance_totals(p_token text, p_from date, p_to date, p_kind text)
returns table (from_day date, to_day date, opening_kop bigint, in_kop bigint, out_kop bigint, closing_kop bigint,
    entries bigint)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    select d.from_day, d.to_day into from_day, to_day from ledger.period(p_from, p_to, v_payer.today) d;
    opening_kop := coalesce((select p.balance_after_kop from ledger.posting p
        where p.account_id = v_payer.account_id and p.day < finance_totals.from_day and p.version is not null
        order by p.day desc, p.version desc limit 1), 0);
    closing_kop := coalesce((select p.balance_after_kop from ledger.posting p
        where p.account_id = v_payer.account_id and p.day <= finance_totals.to_day and p.version is not null
        order by p.day desc, p.version desc limit 1), 0);
    if p_kind is null then
        select coalesce(sum(p.amount_kop) filter (where p.amount_kop > 0), 0),
               coalesce(sum(p.amount_kop) filter (where p.amount_kop < 0), 0), count(*)
          into in_kop, out_kop, entries
          from ledger.posting p
         where p.account_id = v_payer.account_id and p.version is not null
           and p.day between finance_totals.from_day and finance_totals.to_day;
    else
        select coalesce(sum(p.amount_kop) filter (where p.amount_kop > 0), 0),
               coalesce(sum(p.amount_kop) filter (where p.amount_kop < 0), 0), count(*)
          into in_kop, out_kop, entries
          from ledger.posting p join ledger.entry e on e.id = p.entry_id
         where p.account_id = v_payer.account_id and p.version is not null
           and p.day between finance_totals.from_day and finance_totals.to_day and e.kind::text = p_kind;
    end if;
    return next;
end $$;
comment on function cabinet.finance_totals is
    'One row. opening and closing are the account''s; in, out (zero or below) and entries are of the kind asked for';

create function cabinet.finance_proof(p_token text, p_from date, p_to date)
returns table (account text, from_day date, to_day date, opening_version integer, opening_kop bigint, opening_link text,
    opening_day date, opening_proof text, sealed_day date, sealed_version integer, sealed_kop bigint, sealed_link text,
    sealed_proof text, open_from date, closing_version integer, closing_kop bigint, closing_link text)
language plpgsql stable security definer rows 1 as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_account bigint := v_payer.account_id;
    v_from date;
    v_to date;
    v_sealed date;
begin
    select d.from_day, d.to_day into v_from, v_to from ledger.period(p_from, p_to, v_payer.today) d;
    v_sealed := (select max(s.day) from ledger.seal s where s.day <= v_to);
    if v_sealed < v_from then
        v_sealed := null;
    end if;
    return query
    select p.account::text, v_from, v_to, o.version, o.balance_kop, encode(o.hash, 'hex'), v_from - 1, ledger.proof(v_account, v_from - 1),
           v_sealed, e.version, e.balance_kop, encode(e.hash, 'hex'), ledger.proof(v_account, v_sealed),
           case when v_sealed = v_to then null else coalesce(v_sealed + 1, v_from) end, c.version, c.balance_kop, encode(c.hash, 'hex')
      from school.pupil p
     cross join lateral ledger.state_on(v_account, v_from - 1) o
     cross join lateral ledger.state_on(v_account, v_sealed) e
     cross join lateral ledger.state_on(v_account, v_to) c
     where p.id = v_payer.pupil_id;
end $$;
comment on function cabinet.finance_proof is
    'What a statement carries besides its lines: the account''s states before the period, on its last sealed day and at its end, with the '
    'ways to the seals of opening_day and sealed_day; NULL where a day is not sealed. open_from: from here on nothing is';

create function cabinet.finance_export(p_token text, p_from date, p_to date, p_kind text, p_limit integer)
returns table (version integer, entry_id bigint, at text, day date, title text, source text, amount_kop bigint, balance_kop bigint,
    link text)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_from date;
    v_to date;
    v_first ledger.state;
begin
    select d.from_day, d.to_day into v_from, v_to from ledger.period(p_from, p_to, v_payer.today) d;
    v_first := ledger.state_on(v_payer.account_id, v_from - 1);
    return query
    select n.version, n.entry_id, n.at, n.day, n.title, n.source, n.amount_kop, n.balance_kop, n.link
      from (select l.version, l.entry_id, l.at, l.day, l.title, l.source, l.amount_kop, l.balance_kop,
                   encode(ledger.chain(v_first.hash, l.canon) over (order by l.version), 'hex') as link
              from ledger.line l
             where l.account_id = v_payer.account_id and l.day between v_from and v_to) n
     where p_kind is null or exists (select from ledger.entry e where e.id = n.entry_id and e.kind::text = p_kind)
     order by n.version
     limit greatest(least(p_limit, 20001), 1);
end $$;
comment on function cabinet.finance_export is
    'Lines of the statement as a file has them, oldest first, each with its link of the account''s chain';

create function cabinet.finance_kinds(p_token text) returns table (kind text, title text)
language plpgsql stable security definer as $$
begin
    perform ledger.payer(p_token);
    return query select k.kind::text, k.title from ledger.kind k where k.for_parents order by k.rank;
end $$;
comment on function cabinet.finance_kinds(text) is 'Kinds to filter a statement by';

create function ledger.who(p_actor text, p_kind ledger.entry_kind, p_login bigint, p_pupil bigint) returns text language plpgsql stable as $$
declare
    v_id bigint := substring(p_actor from '^(?:login|staff) (-?[0-9]{1,18})$')::bigint;
begin
    if p_actor like 'login %' then
        return case when v_id = p_login then 'вы'
                    when exists (select from auth.access a where a.login_id = v_id and a.pupil_id = p_pupil and a.mode = 'pupil') then 'ребёнок'
                    else 'другой взрослый ребёнка' end;
    elsif p_actor like 'staff %' then
        return case when exists (select from auth.staff f where f.id = v_id and 'canteen' = any (f.roles)) then 'столовая'
                    when p_kind = 'service' then 'преподаватель'
                    when exists (select from school.pupil p join school.class c on c.id = p.class_id
                                  where p.id = p_pupil and c.tutor_id = v_id) then 'классный руководитель'
                    when exists (select from auth.staff f where f.id = v_id and 'admin' = any (f.roles)) then 'администратор'
                    else 'сотрудник школы' end;
    end if;
    return case p_actor when 'registry-import' then 'программа: по реестру банка' when 'terminal' then 'терминал'
                        when 'canteen' then 'столовая' when 'tutor' then 'классный руководитель' when 'teacher' then 'преподаватель'
                        when 'office' then 'платёжный агент' else 'бухгалтерия' end;
end $$;
comment on function ledger.who is 'Who made an entry, in words for the parent: a role or a program, never a name. p_login: who asks';

create function cabinet.finance_entry(p_token text, p_entry bigint)
returns table (entry_id bigint, at timestamp, day date, business_date date, kind text, kind_title text, what text, source text, who text,
    amount_kop bigint, balance_kop bigint, version integer, reverses bigint, reversed_by bigint, reversed_at timestamp, reversed_who text,
    account text, idn text, school_name text, payee text, inn text, is_sealed boolean,
    bank text, registry_file text, registry_date date, operation text, channel text, paid_at timestamp, paid_kop bigint,
    commission_kop bigint, order_number text, sibling text)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_visit auth.visit := auth.resolve(p_token);
    v_login bigint := v_visit.login_id;
begin
    return query
    select e.id, pg_catalog.timezone(v_payer.time_zone, e.at), p.day, e.business_date, e.kind::text, k.title, k.line_prefix || e.reason, e.source,
           ledger.who(e.actor, e.kind, v_login, v_payer.pupil_id), p.amount_kop, p.balance_after_kop, p.version,
           e.reverses, u.id, pg_catalog.timezone(v_payer.time_zone, u.at), ledger.who(u.actor, u.kind, v_login, v_payer.pupil_id),
           l.account::text, l.idn::text, s.name, coalesce(y.payee, ''), coalesce(y.inn, ''),
           exists (select from ledger.seal q where q.day >= p.day),
           a.bank_name, g.file_name,
           coalesce(g.order_date, pg_catalog.timezone(v_payer.time_zone, g.loaded_at)::date),
           coalesce(r.operation, o.pay_id), c.title, coalesce(r.paid_at, o.paid_at), coalesce(r.amount_kop, o.amount_kop),
           coalesce(r.commission_kop, 0), g.order_number,
           coalesce((select b.idn from ledger.siblings(v_visit) b join ledger.posting q on q.entry_id = e.id and q.account_id = b.account_id), '')
      from ledger.posting p
      join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind
      join school.pupil l on l.id = v_payer.pupil_id
      join school.school s on s.id = v_payer.school_id
      left join bank.agent_school t on t.school_id = s.id and t.on_slip
      left join bank.agent y on y.id = t.agent_id
      left join ledger.entry u on u.reverses = e.id
      left join bank.online_payment o on o.entry_id = e.id
      left join lateral (
          select w.* from bank.registry_row w where w.entry_id = e.id and w.outcome in ('posted', 'unidentified', 'reversal')
          union all
          select w.* from bank.registry_row w where w.identified_by = e.id
          union all
          select w.* from bank.registry_row w where w.registry_id = o.registry_id and w.ordinal = o.ordinal
          limit 1) r on true
      left join bank.registry g on g.id = r.registry_id
      left join bank.channel c on c.channel = r.channel
      left join bank.agent a on a.id = coalesce(g.agent_id, o.agent_id)
     where p.account_id = v_payer.account_id and p.entry_id = p_entry;
    if not found then
        raise exception 'Такой операции нет.' using errcode = 'KB404';
    end if;
end $$;
comment on function cabinet.finance_entry is
    'All about a line: who made it, what it undoes and what undid it, where a top-up came from; KB404 when it is not this child''s. '
    'paid_at by the bank''s clock; payee and inn, for the receipt, may be ""; sibling: the other child of a transfer, "" to whom it is a stranger';

-- ---- money that moves ---------------------------------------------------------------------------------------------------------

create function ledger.siblings(p_visit auth.visit) returns table (pupil_id bigint, account_id bigint, idn text, class_name text)
language sql stable as $$
    select p.id, c.id, p.idn::text, coalesce(k.name, '')
      from auth.access a
      join school.pupil p on p.id = a.pupil_id
      join ledger.account c on c.pupil_id = p.id
      join bank.agent_school t on t.school_id = p.school_id and t.on_slip
      left join school.class k on k.id = p.class_id
     where a.login_id = (p_visit).login_id and a.mode = 'parent' and a.may_finance and a.barred_at is null
       and a.pupil_id <> (p_visit).pupil_id
       and t.agent_id = (select o.agent_id from bank.agent_school o where o.school_id = (p_visit).school_id and o.on_slip)
     order by p.idn
     limit 20
$$;
comment on function ledger.siblings is
    'Other children of the login whose money it may see, and whose money lies with the same agent: a transfer moves nothing between banks';

create function cabinet.finance_siblings(p_token text) returns table (idn text, class_name text)
language plpgsql stable security definer rows 3 as $$
begin
    perform ledger.payer(p_token);
    return query select s.idn, s.class_name from ledger.siblings(auth.resolve(p_token)) s;
end $$;
comment on function cabinet.finance_siblings is 'To whom money of this child may be moved';

create function cabinet.finance_transfer(p_token text, p_key uuid, p_idn text, p_amount bigint) returns table (entry_id bigint)
language plpgsql security definer rows 1 set search_path = pg_catalog, pg_temp as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_visit auth.visit := auth.resolve(p_token);
    v_scope text := 'transfer of login ' || v_visit.login_id;
    v_to bigint;
    v_balance ledger.balance;
begin
    perform auth.by_password(v_visit);
    perform auth.stay(v_visit);
    if coalesce(p_amount, 0) <= 0 then
        raise exception 'Сумма перевода — больше нуля.' using errcode = 'KB422';
    end if;
    if not site.once('login ' || v_visit.login_id || ' transfer', p_key, concat_ws('|', v_payer.pupil_id, p_idn, p_amount)) then
        return query select e.id from ledger.entry e where e.scope = v_scope and e.key = p_key::text;
        return;
    end if;
    select s.account_id into v_to from ledger.siblings(v_visit) s where s.idn = p_idn;
    if v_to is null then
        raise exception 'Этому ребёнку перевести нельзя.' using errcode = 'KB422';
    end if;
    -- In the order of ledger.post(): the books, then the balances. What a one-day credit would allow is not given away.
    perform ledger.write_books();
    perform from ledger.balance b where b.account_id in (v_payer.account_id, v_to) order by b.account_id for no key update;
    select b.* into v_balance from ledger.balance b where b.account_id = v_payer.account_id;
    if v_balance.balance_kop - v_balance.held_kop < p_amount then
        raise exception '%', ledger.short_words(p_amount, v_balance.balance_kop, v_balance.held_kop) using errcode = 'KB422';
    end if;
    entry_id := ledger.post('transfer', v_scope, p_key::text, v_payer.today, 'login ' || v_visit.login_id, 'кабинет',
        'между детьми семьи', array[v_payer.account_id, v_to], array[-p_amount, p_amount]);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'money-transfer');
    return next;
end $$;
comment on function cabinet.finance_transfer is
    'Moves free money to another child of the same login and answers the entry; the same form again, the same entry. KB422 in words';

create function cabinet.finance_withdrawals(p_token text)
returns table (withdrawal_id bigint, amount_kop bigint, state text, tail text, asked_at timestamp, decided_at timestamp, words text,
    entry_id bigint, is_open boolean)
language plpgsql stable security definer rows 5 as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select w.id, w.amount_kop, w.state::text, w.tail, pg_catalog.timezone(v_payer.time_zone, w.asked_at),
           pg_catalog.timezone(v_payer.time_zone, w.decided_at), w.words, h.entry_id, w.state = 'asked'
      from ledger.withdrawal w join ledger.hold h on h.id = w.hold_id
     where w.account_id = v_payer.account_id
     order by w.id desc
     limit 10;
end $$;
comment on function cabinet.finance_withdrawals is 'The last ten requests for money back, the newest first';

create function cabinet.finance_withdraw(p_token text, p_key uuid, p_amount bigint, p_bik text, p_account20 text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_visit auth.visit := auth.resolve(p_token);
begin
    perform auth.by_password(v_visit);
    perform auth.stay(v_visit);
    if not site.once('login ' || v_visit.login_id || ' withdraw', p_key,
                     concat_ws('|', v_payer.pupil_id, p_amount, p_bik, p_account20)) then
        return;
    end if;
    perform ledger.ask_withdrawal(v_payer.account_id, v_visit.access_id, 'login ' || v_visit.login_id, v_payer.today, p_amount, p_bik,
        p_account20);
    perform auth.note(v_visit.login_id, v_visit.access_id, 'money-withdraw');
end $$;
comment on function cabinet.finance_withdraw is 'Asks for money back on a bank account and holds it meanwhile. KB422 in words';

create function cabinet.finance_withdraw_back(p_token text, p_id bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_visit auth.visit := auth.resolve(p_token);
    v_withdrawal ledger.withdrawal;
begin
    perform auth.stay(v_visit);
    if not exists (select from ledger.withdrawal w where w.id = p_id and w.account_id = v_payer.account_id) then
        raise exception 'Такой заявки нет.' using errcode = 'KB404';
    end if;
    v_withdrawal := ledger.take_withdrawal(p_id, 'withdrawn');
    if v_withdrawal.state = 'asked' then
        perform ledger.release_hold(v_withdrawal.hold_id, 'login ' || v_visit.login_id, 'заявка отозвана семьёй');
        update ledger.withdrawal w set state = 'withdrawn', decided_at = now() where w.id = p_id;
        perform auth.note(v_visit.login_id, v_visit.access_id, 'money-withdraw-back');
    end if;
end $$;
comment on function cabinet.finance_withdraw_back is 'Takes a request back; harmless twice, KB422 when it was decided already';

create function cabinet.finance_year_totals(p_token text, p_year integer)
returns table (year integer, account text, number text, today date, first_year integer, opening_kop bigint, in_kop bigint, out_kop bigint,
    closing_kop bigint, entries bigint)
language plpgsql stable security definer rows 1 as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_year integer := coalesce(p_year, extract(year from v_payer.today)::integer);
begin
    return query
    select v_year, p.account::text, format('%s/%s-%s', p.account, v_year, pg_catalog.to_char(v_payer.today, 'MMDD')), v_payer.today,
           extract(year from coalesce((select f.day from ledger.posting f where f.account_id = v_payer.account_id and f.version = 1),
                                      v_payer.today))::integer,
           t.opening_kop, t.in_kop, t.out_kop, t.closing_kop, t.entries
      from school.pupil p
     cross join cabinet.finance_totals(p_token, pg_catalog.make_date(v_year, 1, 1), pg_catalog.make_date(v_year, 12, 31), null) t
     where p.id = v_payer.pupil_id;
end $$;
comment on function cabinet.finance_year_totals is
    'One row: a calendar year of the account, this one without p_year, and the number that a certificate of today has';

create function cabinet.finance_year(p_token text, p_year integer, p_by_month boolean)
returns table (month date, kind text, title text, entries bigint, in_kop bigint, out_kop bigint)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
    v_year integer := coalesce(p_year, extract(year from v_payer.today)::integer);
begin
    return query
    select case when p_by_month then pg_catalog.date_trunc('month', p.day::timestamp)::date end, k.kind::text, k.title, count(*),
           coalesce(sum(p.amount_kop) filter (where p.amount_kop > 0), 0)::bigint,
           coalesce(sum(p.amount_kop) filter (where p.amount_kop < 0), 0)::bigint
      from ledger.posting p
      join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind
     where p.account_id = v_payer.account_id and p.version is not null
       and p.day between pg_catalog.make_date(v_year, 1, 1) and pg_catalog.make_date(v_year, 12, 31)
     group by 1, k.kind, k.title, k.rank
     order by 1, k.rank;
end $$;
comment on function cabinet.finance_year is 'Sums of a calendar year by kind, or by month and kind; out_kop is zero or below';

create function cabinet.finance_payee(p_token text)
returns table (payee text, account20 text, bank_name text, bik text, corr_account text, inn text, kpp text,
    account text, class_name text, school_name text, idn text)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select a.payee, a.account20, a.bank_name, a.bik, a.corr_account, a.inn, a.kpp, p.account::text, c.name::text, s.name::text, p.idn::text
      from bank.agent_school t
      join bank.agent a on a.id = t.agent_id
      join school.school s on s.id = t.school_id
      join school.pupil p on p.id = v_payer.pupil_id
      left join school.class c on c.id = v_payer.class_id
     where t.school_id = v_payer.school_id and t.on_slip;
    if not found then
        raise exception 'Для школы не указан получатель платежей.' using errcode = 'KB422';
    end if;
end $$;
comment on function cabinet.finance_payee(text) is 'What a payment slip of this child carries';

revoke all on function ledger.payer(text), ledger.period(date, date, date), ledger.who(text, ledger.entry_kind, bigint, bigint),
    ledger.siblings(auth.visit),
    cabinet.finance_balance(text), cabinet.finance_statement(text, date, date, text, integer, bigint),
    cabinet.finance_holds(text, integer), cabinet.finance_limits(text), cabinet.finance_totals(text, date, date, text),
    cabinet.finance_kinds(text), cabinet.finance_proof(text, date, date), cabinet.finance_export(text, date, date, text, integer),
    cabinet.finance_entry(text, bigint), cabinet.finance_siblings(text), cabinet.finance_transfer(text, uuid, text, bigint),
    cabinet.finance_withdrawals(text), cabinet.finance_withdraw(text, uuid, bigint, text, text),
    cabinet.finance_withdraw_back(text, bigint), cabinet.finance_year(text, integer, boolean), cabinet.finance_year_totals(text, integer), cabinet.finance_payee(text) from public;
grant execute on function
    cabinet.finance_balance(text), cabinet.finance_statement(text, date, date, text, integer, bigint),
    cabinet.finance_holds(text, integer), cabinet.finance_limits(text), cabinet.finance_totals(text, date, date, text),
    cabinet.finance_kinds(text), cabinet.finance_proof(text, date, date), cabinet.finance_export(text, date, date, text, integer),
    cabinet.finance_entry(text, bigint), cabinet.finance_siblings(text), cabinet.finance_transfer(text, uuid, text, bigint),
    cabinet.finance_withdrawals(text), cabinet.finance_withdraw(text, uuid, bigint, text, text),
    cabinet.finance_withdraw_back(text, bigint), cabinet.finance_year(text, integer, boolean), cabinet.finance_year_totals(text, integer), cabinet.finance_payee(text) to kabinet_finance;

commit;
