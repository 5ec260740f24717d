-- Deploy kabinet:api/finance to pg
-- requires: api/session tables/bank tables/seal

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
returns table (account text, balance_kop bigint, as_of timestamp, first_day date)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select p.account::text, b.balance_kop, pg_catalog.timezone(v_payer.time_zone, pg_catalog.now()),
           coalesce((select f.day from ledger.posting f where f.account_id = b.account_id and f.version = 1), v_payer.today)
      from ledger.balance b join school.pupil p on p.id = v_payer.pupil_id
     where b.account_id = v_payer.account_id;
end $$;
comment on function cabinet.finance_balance(text) is 'One row; first_day: of the first operation';

create function cabinet.finance_statement(p_token text, p_from date, p_to date, p_kind text, p_limit integer, p_before bigint)
returns table (version bigint, entry_id bigint, at timestamp, day date, kind text, title text, source text,
    amount_kop bigint, balance_kop bigint, has_details boolean)
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
           k.line_prefix || e.reason, e.source, p.amount_kop, p.balance_after_kop, e.kind = 'top_up'
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

create function cabinet.finance_entry(p_token text, p_entry bigint)
returns table (entry_id bigint, at timestamp, day date, title text, source text, amount_kop bigint, balance_kop bigint,
    bank text, registry_file text, registry_date date, operation text, channel text, paid_at timestamp, paid_kop bigint,
    commission_kop bigint, order_number text)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select e.id, pg_catalog.timezone(v_payer.time_zone, e.at), p.day, k.line_prefix || e.reason, e.source, p.amount_kop,
           p.balance_after_kop, a.bank_name, g.file_name,
           coalesce(g.order_date, pg_catalog.timezone(v_payer.time_zone, g.loaded_at)::date),
           coalesce(r.operation, o.pay_id), c.title, coalesce(r.paid_at, o.paid_at), coalesce(r.amount_kop, o.amount_kop),
           coalesce(r.commission_kop, 0), g.order_number
      from ledger.posting p
      join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind
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
    'Where a line came from; KB404 when it is not this child''s. paid_at by the bank''s clock';

create function cabinet.finance_payee(p_token text)
returns table (payee text, account20 text, bank_name text, bik text, corr_account text, inn text, kpp text,
    account text, class_name text, school_name text)
language plpgsql stable security definer as $$
declare
    v_payer ledger.payer := ledger.payer(p_token);
begin
    return query
    select a.payee, a.account20, a.bank_name, a.bik, a.corr_account, a.inn, a.kpp, p.account::text, c.name::text, s.name::text
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

revoke all on function ledger.payer(text), ledger.period(date, date, date),
    cabinet.finance_balance(text), cabinet.finance_statement(text, date, date, text, integer, bigint),
    cabinet.finance_totals(text, date, date, text), cabinet.finance_kinds(text), cabinet.finance_entry(text, bigint),
    cabinet.finance_payee(text), cabinet.finance_proof(text, date, date),
    cabinet.finance_export(text, date, date, text, integer) from public;
grant execute on function
    cabinet.finance_balance(text), cabinet.finance_statement(text, date, date, text, integer, bigint),
    cabinet.finance_totals(text, date, date, text), cabinet.finance_kinds(text), cabinet.finance_entry(text, bigint),
    cabinet.finance_payee(text), cabinet.finance_proof(text, date, date),
    cabinet.finance_export(text, date, date, text, integer) to kabinet_finance;

commit;
