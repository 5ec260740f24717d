-- Deploy kabinet:api/import to pg
-- requires: api/session tables/ledger tables/bank

-- Loading a bank registry: import_begin(), COPY into pg_temp.registry_staging, import_finish(), COMMIT. One file is one
-- transaction; every refusal is KB422, whose message is the reason with the lines it is about below it, and the
-- importer
-- rolls back. The role may call these two functions and read nothing.

begin;

create schema bank_api authorization kabinet_owner;
call auth.add_program('import', 'The importer of bank registries', 'bank_api');

-- The staging table is the owner's: the importer may add rows to it, and make no table of its own.
do $$
begin
    execute format('grant temporary on database %I to kabinet_owner', current_database());
end $$;

set local role kabinet_owner;

comment on schema bank_api is 'Functions for programs of the bank''s side: the importer, later the online protocols';

create function bank.agent_of(p_name_account text, p_document_account text) returns bank.agent
language plpgsql stable as $$
declare
    v_account text := coalesce(nullif(p_document_account, ''), nullif(p_name_account, ''));
    v_agent bank.agent;
begin
    if p_document_account <> '' and p_name_account <> '' and p_document_account <> p_name_account then
        raise exception 'в имени файла счёт %, а в самом реестре %', p_name_account, p_document_account
            using errcode = 'KB422';
    end if;
    if v_account is null then
        -- Neither the name nor the document says whose the file is. With a single payee there is nothing to guess.
        select a.* into v_agent from bank.agent a where (select count(*) from bank.agent) = 1;
        if not found then
            raise exception 'ни имя файла, ни реестр не называют счёт получателя, а получателей несколько'
                using errcode = 'KB422';
        end if;
    else
        select a.* into v_agent from bank.agent a where a.account20 = v_account;
        if not found then
            raise exception 'счёт получателя % не наш', v_account using errcode = 'KB422';
        end if;
    end if;
    return v_agent;
end $$;
comment on function bank.agent_of is
    'Whose registry it is, by the 20 digits in the file''s name and in the document; KB422 in Russian';

create function bank_api.import_begin(p_file_name text, p_sha256 bytea, p_name_account text)
returns table (is_loaded boolean, dialect text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    -- Two processes with one file: the second waits here until the first has committed, and then finds it loaded.
    perform pg_advisory_xact_lock(('x' || encode(substr(p_sha256, 1, 8), 'hex'))::bit(64)::bigint);
    if exists (select from bank.registry g where g.sha256 = p_sha256) then
        return query select true, null::text;
        return;
    end if;
    -- The document may name the account later; when the file's name does, it is checked now and the contract's
    -- dialect is known.
    if p_name_account <> '' or (select count(*) from bank.agent) = 1 then
        return query select false, (bank.agent_of(p_name_account, '')).dialect;
    else
        return query select false, null::text;
    end if;
    create temp table registry_staging (
        ordinal         integer not null,
        line            integer not null,
        operation       text collate "C" not null,
        account         text collate "C" not null,
        paid_at         timestamp not null,
        amount_kop      bigint not null,
        transfer_kop    bigint not null,
        commission_kop  bigint not null,
        channel         smallint not null,
        raw             text not null
    ) on commit drop;
    grant insert on pg_temp.registry_staging to kabinet_import;
end $$;
comment on function bank_api.import_begin is
    'Opens a load: true when this very file is in already; else makes the staging table of this transaction and answers the '
    'dialect that the contract wants (NULL: any). p_name_account: the 20 digits in the file''s name, or an empty text';

create function bank.registry_number(p_file_name text) returns text language sql immutable as $$
    select coalesce(substring(p_file_name from '_([0-9]{1,9})(?:\.[^.]*)?$'), '')
$$;
comment on function bank.registry_number is
    'The running number at the end of a registry''s name: 9715357654_40703810338000004376_640.txt';

create function bank.refuse_lines(p_reason text, p_lines text[]) returns void language plpgsql immutable as $$
begin
    if array_length(p_lines, 1) > 0 then
        raise exception '%', p_reason || E'\n' || array_to_string(p_lines[1:20], E'\n')
            || case when array_length(p_lines, 1) > 20 then format(E'\n… и ещё %s', array_length(p_lines, 1) - 20) else '' end
            using errcode = 'KB422';
    end if;
end $$;
comment on function bank.refuse_lines is 'KB422 with the reason and up to 20 lines of the file, when there are any';

create function bank.shown(p_value text) returns text language sql immutable as $$
    select case when p_value ~ '^[!-~]{0,32}$' then p_value else '…' end
$$;
comment on function bank.shown is 'An account for a message: itself, unless it is long or might be a person''s name';

-- The rows of staging, each with what becomes of it. Not narrower than bank.registry_row, so that staging is joined
-- once.
create function bank.import_sort(p_agent bank.agent, p_scope text, p_key_prefix text, p_sender text, p_pads_accounts boolean)
returns void language plpgsql set search_path = pg_catalog, pg_temp set work_mem = '256MB' as $$
begin
    create temp table registry_work on commit drop as
    select s.ordinal, s.line, s.channel, s.amount_kop, s.transfer_kop, s.commission_kop, s.paid_at, s.operation,
           s.account, s.key, s.before_id, null::bigint as original_id, p.account_id,
           case when s.transfer_kop < 0 then 'reversal'::bank.row_outcome
                when s.before_id is not null or s.nth > 1 then 'duplicate'
                when p.account_id is null then 'unidentified'
                else 'posted' end as outcome,
           case when s.transfer_kop > 0 and s.before_id is null and s.nth = 1 then nextval('ledger.entry_id_seq')
                when s.transfer_kop > 0 then s.before_id end as entry_id
      from (select r.*, coalesce(e.id, o.entry_id) as before_id,
                   row_number() over (partition by r.key, r.transfer_kop < 0 order by r.ordinal) as nth
              from (select g.ordinal, g.line, g.channel, g.amount_kop, g.transfer_kop, g.commission_kop, g.paid_at,
                           g.account,
                           case when p_sender = '' then g.operation else p_sender || '/' || g.operation end as operation,
                           (case when p_key_prefix <> '' then p_key_prefix || g.ordinal
                                 when p_sender = '' then g.operation
                                 else p_sender || '/' || g.operation end) collate "C" as key
                      from pg_temp.registry_staging g) r
              left join ledger.entry e on e.scope = p_scope and e.key = r.key
              left join bank.online_payment o on o.agent_id = p_agent.id and o.confirmed_operation = r.key) s
      left join (select a.id as account_id, u.account
                   from bank.agent_school t
                   join ledger.account a on a.school_id = t.school_id and a.kind = 'pupil'
                   join school.pupil u on u.id = a.pupil_id
                  where t.agent_id = p_agent.id) p on p.account = s.account
     order by s.ordinal;
    if p_pads_accounts then
        update pg_temp.registry_work w
           set account_id = a.id, outcome = case when w.outcome = 'unidentified' then 'posted' else w.outcome end
          from school.pupil u
          join ledger.account a on a.pupil_id = u.id
          join bank.agent_school t on t.school_id = a.school_id
         where w.account_id is null and t.agent_id = p_agent.id and u.account = lpad(w.account, 10, '0')
           and w.account ~ '^[0-9]{1,9}$';
    end if;
    analyze pg_temp.registry_work;
end $$;
comment on function bank.import_sort is
    'Makes pg_temp.registry_work: each row with its idempotency key, account, outcome and entry id';

create function bank.import_confirm(p_agent bank.agent) returns void
language plpgsql set search_path = pg_catalog, pg_temp set work_mem = '256MB' as $$
begin
    if not exists (select from bank.online_payment o where o.agent_id = p_agent.id and o.registry_id is null) then
        return;
    end if;
    create temp table registry_match (ordinal integer primary key, payment_id bigint not null unique) on commit drop;
    insert into pg_temp.registry_match (ordinal, payment_id)
    select w.ordinal, o.id
      from pg_temp.registry_work w
      join bank.online_payment o on o.agent_id = p_agent.id and o.registry_id is null and o.pay_id = w.operation
     where w.outcome in ('posted', 'unidentified');
    -- Nearest in time first; ON CONFLICT keeps it one to one, for it sees the rows of this very statement.
    insert into pg_temp.registry_match (ordinal, payment_id)
    select w.ordinal, o.id
      from pg_temp.registry_work w
      join bank.online_payment o on o.agent_id = p_agent.id and o.registry_id is null
           and o.account = w.account and o.amount_kop = w.transfer_kop
           and w.paid_at::date - o.paid_at::date between -1 and 1
     where w.outcome in ('posted', 'unidentified')
     order by abs(extract(epoch from w.paid_at - o.paid_at)), w.ordinal, o.id
    on conflict do nothing;
    update pg_temp.registry_work w
       set outcome = 'confirmed', entry_id = o.entry_id
      from pg_temp.registry_match m
      join bank.online_payment o on o.id = m.payment_id
     where w.ordinal = m.ordinal;
    analyze pg_temp.registry_work;
end $$;
comment on function bank.import_confirm is
    'Rows that an online payment has brought already: by operation, else one to one by (account, amount, date ± 1 day)';

create function bank.import_post(p_agent bank.agent, p_scope text, p_source text, p_day date) returns void
language plpgsql set search_path = pg_catalog, pg_temp set work_mem = '256MB' as $$
declare
    v_bank bigint;
    v_suspense bigint;
begin
    select a.id into strict v_bank from ledger.account a where a.agent_id = p_agent.id and a.kind = 'bank';
    select a.id into strict v_suspense from ledger.account a where a.agent_id = p_agent.id and a.kind = 'suspense';
    perform from ledger.balance b
      where b.account_id in (select w.account_id from pg_temp.registry_work w where w.outcome = 'posted')
      order by b.account_id
        for no key update;
    insert into ledger.posting (entry_id, account_id, amount_kop, balance_after_kop, version, day)
    select w.entry_id, w.account_id, w.transfer_kop, b.balance_kop + sum(w.transfer_kop) over pupil,
           b.version + row_number() over pupil, greatest(b.day, p_day)
      from pg_temp.registry_work w
      join ledger.balance b on b.account_id = w.account_id
     where w.outcome = 'posted'
    window pupil as (partition by w.account_id order by w.ordinal)
     union all
    select w.entry_id, v_suspense, w.transfer_kop, null, null, null
      from pg_temp.registry_work w where w.outcome = 'unidentified'
     union all
    select w.entry_id, v_bank, -w.transfer_kop, null, null, null
      from pg_temp.registry_work w where w.outcome in ('posted', 'unidentified');
    insert into ledger.entry (id, kind, business_date, day, actor, source, reason, scope, key, fingerprint)
    select w.entry_id, k.kind, p_day, p_day, 'registry-import', p_source, c.title, p_scope, w.key,
           case when k.account_id < v_bank
                then ledger.fingerprint(k.kind, array[k.account_id, v_bank], array[w.transfer_kop, -w.transfer_kop], null)
                else ledger.fingerprint(k.kind, array[v_bank, k.account_id], array[-w.transfer_kop, w.transfer_kop], null) end
      from pg_temp.registry_work w
      join bank.channel c on c.channel = w.channel
      cross join lateral (select case when w.outcome = 'posted' then 'top_up'::ledger.entry_kind else 'unidentified' end as kind,
                                 case when w.outcome = 'posted' then w.account_id else v_suspense end as account_id) k
     where w.outcome in ('posted', 'unidentified');
    update ledger.balance b
       set balance_kop = b.balance_kop + s.sum_kop, version = b.version + s.count, day = greatest(b.day, p_day)
      from (select w.account_id, sum(w.transfer_kop) as sum_kop, count(*)::integer as count
              from pg_temp.registry_work w where w.outcome = 'posted' group by w.account_id) s
     where b.account_id = s.account_id;
end $$;
comment on function bank.import_post is
    'Posts the rows that are new, as ledger.post() would one by one: locks, postings, entries, balances';

create function bank.import_lock_originals(p_scope text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform from bank.registry_row r
       join ledger.entry e on e.id = r.entry_id
       join pg_temp.registry_work w on w.key = e.key
      where e.scope = p_scope and w.outcome = 'reversal' and r.outcome = 'unidentified'
      order by r.registry_id, r.ordinal
        for update of r;
end $$;
comment on function bank.import_lock_originals is
    'Locks the unidentified payments that are to be taken back, before any balance: the order of bank.identify()';

create function bank.import_take_back(p_agent bank.agent, p_scope text, p_key text, p_original bigint, p_kop bigint,
    p_day date, p_source text, p_title text, p_ordinal integer) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    v_identified bigint;
    v_entry bigint;
begin
    -- The row is locked already; the new version tells a desk that still shows it.
    update bank.registry_row r set version = r.version + 1
     where r.entry_id = p_original and r.outcome = 'unidentified'
    returning r.identified_by into v_identified;
    begin
        if v_identified is not null and not exists (select from ledger.entry e where e.reverses = v_identified) then
            perform ledger.reverse(v_identified, p_scope, 'identified:' || p_key, 'registry-import', p_title);
        end if;
        v_entry := ledger.reverse(p_original, p_scope, p_key, 'registry-import', p_title);
        update pg_temp.registry_work w set entry_id = v_entry where w.ordinal = p_ordinal;
    exception
        when sqlstate 'KB422' then
            -- Spent. The bank has its money all the same; the pupil owes it to the agent until bank.collect().
            v_entry := ledger.post('chargeback', p_scope, p_key, p_day, 'registry-import', p_source, p_title,
                array(select a.id from ledger.account a
                       where a.agent_id = p_agent.id and a.kind in ('bank', 'receivable') order by a.kind),
                array[p_kop, -p_kop]);
            update pg_temp.registry_work w
               set outcome = 'unreversed', entry_id = v_entry, original_id = p_original
             where w.ordinal = p_ordinal;
    end;
end $$;
comment on function bank.import_take_back is
    'One operation that the bank took back: reversed, with what identified it; or, when the pupil has spent it, charged to '
    'the agent''s receivable';

create function bank.import_reverse(p_agent bank.agent, p_scope text, p_source text, p_day date) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    -- A scope of its own: an operation may be called anything.
    v_scope text := p_scope || '/reversal';
    v_row record;
    v_problems text[] := array[]::text[];
    v_words text;
    v_original bigint;
    v_account text;
    v_kop bigint;
    v_before bigint;
begin
    for v_row in
        select w.ordinal, w.line, w.key, w.transfer_kop, w.operation, w.account, w.account_id, c.title
          from pg_temp.registry_work w join bank.channel c on c.channel = w.channel
         where w.outcome = 'reversal' order by w.ordinal
    loop
        v_words := null;
        select e.id into v_original from ledger.entry e where e.scope = p_scope and e.key = v_row.key;
        if not found then
            select o.entry_id into v_original
              from bank.online_payment o
              left join pg_temp.registry_work w on w.outcome = 'confirmed' and w.entry_id = o.entry_id
             where o.agent_id = p_agent.id and v_row.key in (o.confirmed_operation, o.pay_id, w.key)
             limit 1;
        end if;
        select -p.amount_kop into v_kop
          from ledger.posting p
          join ledger.account a on a.id = p.account_id and a.kind = 'bank' and a.agent_id = p_agent.id
         where p.entry_id = v_original;
        v_account := coalesce(
            (select r.account from bank.registry_row r
              where r.entry_id = v_original and r.outcome in ('posted', 'unidentified', 'confirmed')),
            (select w.account from pg_temp.registry_work w
              where w.entry_id = v_original and w.outcome in ('posted', 'unidentified', 'confirmed')),
            (select o.account from bank.online_payment o where o.entry_id = v_original));
        -- Taken back before: by the bank, or by an accountant who was faster.
        select e.id into v_before
          from ledger.entry e where (e.scope = v_scope and e.key = v_row.key) or e.reverses = v_original
         limit 1;
        if v_original is null or not p_agent.operation_is_key then
            v_words := format('отрицательная сумма, но операции %s, которую она отменяет, нет', v_row.operation);
        elsif v_kop <> -v_row.transfer_kop then
            v_words := format('отмена на %s, а операция %s была на %s', ledger.roubles(-v_row.transfer_kop),
                v_row.operation, ledger.roubles(v_kop));
        elsif v_account <> v_row.account and not exists (
            select from ledger.posting p where p.entry_id = v_original and p.account_id = v_row.account_id) then
            v_words := format('отмена со счёта %s, а операция %s была на счёт %s', bank.shown(v_row.account),
                v_row.operation, bank.shown(v_account));
        elsif v_before is not null then
            update pg_temp.registry_work w set outcome = 'duplicate', entry_id = v_before
             where w.ordinal = v_row.ordinal;
        else
            perform bank.import_take_back(p_agent, v_scope, v_row.key, v_original, v_kop, p_day, p_source, v_row.title,
                v_row.ordinal);
        end if;
        if v_words is not null then
            v_problems := v_problems || format('строка %s: %s', v_row.line, v_words);
        end if;
    end loop;
    perform bank.refuse_lines('отмены, которые нельзя провести', v_problems);
end $$;
comment on function bank.import_reverse is
    'Negative rows: each takes back the operation that it names, or the file is refused';

create function bank.import_warnings(p_registry bigint) returns text[]
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    return (select coalesce(array_agg(t.words order by t.line), '{}')
      from (select d.line, format('строка %s: операция %s уже была, но на счёт %s и сумму %s; теперь счёт %s и сумма %s, строка пропущена',
                                  d.line, d.operation, bank.shown(coalesce(f.account, r.account)),
                                  ledger.roubles(coalesce(f.transfer_kop, r.transfer_kop)), bank.shown(d.account),
                                  ledger.roubles(d.transfer_kop)) as words
              from pg_temp.registry_work d
              left join pg_temp.registry_work f on f.key = d.key and f.outcome in ('posted', 'unidentified', 'confirmed')
              left join bank.registry_row r on r.entry_id = d.before_id and r.outcome in ('posted', 'unidentified')
             where d.outcome = 'duplicate' and d.transfer_kop > 0
               and (coalesce(f.account, r.account), coalesce(f.transfer_kop, r.transfer_kop)) <> (d.account, d.transfer_kop)
             union all
            select w.line, format('строка %s: операция %s подтверждает онлайн-платёж на счёт %s и сумму %s, а в реестре счёт %s и сумма %s',
                                  w.line, w.operation, bank.shown(o.account), ledger.roubles(o.amount_kop), bank.shown(w.account),
                                  ledger.roubles(w.transfer_kop))
              from bank.online_payment o join pg_temp.registry_work w on w.ordinal = o.ordinal
             where o.registry_id = p_registry and (o.account, o.amount_kop) <> (w.account, w.transfer_kop)
             union all
            select w.line, format('строка %s: банк отозвал операцию %s на %s, а на лицевом счёте %s этих денег уже нет',
                                  w.line, w.operation, ledger.roubles(-w.transfer_kop), bank.shown(w.account))
              from pg_temp.registry_work w where w.outcome = 'unreversed'
             order by 1 limit 20) t);
end $$;
comment on function bank.import_warnings is 'Differences that post nothing, for the accountant; at most 20';

create function bank_api.import_finish(p_file_name text, p_sha256 bytea, p_name_account text, p_document_account text,
    p_dialect text, p_sender text, p_rows bigint, p_amount_kop bigint, p_transfer_kop bigint, p_commission_kop bigint,
    p_order_number text, p_order_date date)
returns table (posted bigint, amount_kop bigint, confirmed bigint, duplicate bigint, unidentified bigint, reversal bigint,
    unreversed bigint, warnings text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '256MB' as $$
declare
    v_agent bank.agent := bank.agent_of(p_name_account, p_document_account);
    v_scope text := 'bank:' || v_agent.account20;
    v_number text := bank.registry_number(p_file_name);
    v_id bigint := nextval('bank.registry_id_seq');
    v_source text;
    v_day date;
    v_sum record;
begin
    -- One registry of an agent at a time: operation numbers of two files must see each other.
    perform from bank.agent a where a.id = v_agent.id for no key update;
    analyze pg_temp.registry_staging;
    select count(*) as rows, sum(s.amount_kop) as amount_kop, sum(s.transfer_kop) as transfer_kop,
           sum(s.commission_kop) as commission_kop, max(s.paid_at)::date as last_day,
           count(*) filter (where s.transfer_kop > 0) as credits, count(*) filter (where s.transfer_kop < 0) as debits,
           min(s.operation) filter (where s.transfer_kop > 0) as first_operation,
           max(s.operation) filter (where s.transfer_kop > 0) as last_operation,
           (array_agg(format('строка %s: сумма к зачислению равна нулю', s.line)) filter (where s.transfer_kop = 0)) as zero_lines
      into v_sum from pg_temp.registry_staging s;
    if (v_sum.rows, v_sum.amount_kop, v_sum.transfer_kop, v_sum.commission_kop)
        is distinct from (p_rows, p_amount_kop, p_transfer_kop, p_commission_kop) then
        raise exception 'staging holds % rows for %, not % for %', v_sum.rows, v_sum.transfer_kop, p_rows, p_transfer_kop
            using errcode = 'data_exception';
    end if;
    perform bank.refuse_lines('нечего зачислить', v_sum.zero_lines);
    if v_agent.operation_is_key and v_sum.credits > 1 and v_sum.first_operation = v_sum.last_operation then
        raise exception 'номер операции % один во всех строках: по нему не отличить платежи', v_sum.first_operation
            using errcode = 'KB422', hint = 'If such are this sender''s files, set bank.agent.operation_is_key to false.';
    end if;
    select (now() at time zone s.time_zone)::date into v_day
      from bank.agent_school t join school.school s on s.id = t.school_id
     where t.agent_id = v_agent.id order by t.school_id limit 1;
    perform ledger.write_books();
    v_day := ledger.open_day(coalesce(v_day, (now() at time zone 'Europe/Moscow')::date));
    v_source := 'реестр ' || case when v_number = '' then p_file_name else '№ ' || v_number end
        || ' от ' || to_char(coalesce(p_order_date, v_sum.last_day), 'DD.MM.YYYY');

    perform bank.import_sort(v_agent, v_scope,
        case when v_agent.operation_is_key then '' else encode(p_sha256, 'hex') || ':' end, p_sender, p_dialect = 'exchange');
    if v_sum.debits > 0 then
        perform bank.import_lock_originals(v_scope);
    end if;
    perform bank.import_confirm(v_agent);
    perform bank.import_post(v_agent, v_scope, v_source, v_day);
    if v_sum.debits > 0 then
        perform bank.import_reverse(v_agent, v_scope, v_source, v_day);
    end if;

    select count(*) filter (where w.outcome = 'posted'),
           coalesce(sum(w.transfer_kop) filter (where w.outcome = 'posted'), 0),
           count(*) filter (where w.outcome = 'confirmed'), count(*) filter (where w.outcome = 'duplicate'),
           count(*) filter (where w.outcome = 'unidentified'), count(*) filter (where w.outcome = 'reversal'),
           count(*) filter (where w.outcome = 'unreversed')
      into posted, amount_kop, confirmed, duplicate, unidentified, reversal, unreversed
      from pg_temp.registry_work w;
    insert into bank.registry (id, agent_id, file_name, sha256, dialect, sender, number, source, order_number, order_date, rows,
        amount_kop, transfer_kop, commission_kop, posted, posted_kop, confirmed, duplicate, unidentified, reversal,
        unreversed)
    values (v_id, v_agent.id, p_file_name, p_sha256, p_dialect, p_sender, v_number, v_source, p_order_number, p_order_date,
        p_rows, p_amount_kop, p_transfer_kop, p_commission_kop, posted, amount_kop, confirmed, duplicate, unidentified,
        reversal, unreversed);
    insert into bank.registry_row (registry_id, ordinal, line, channel, outcome, amount_kop, transfer_kop, commission_kop, paid_at,
        entry_id, original_id, operation, account)
    select v_id, w.ordinal, w.line, w.channel, w.outcome, w.amount_kop, w.transfer_kop, w.commission_kop, w.paid_at,
           w.entry_id, w.original_id, w.operation, w.account
      from pg_temp.registry_work w;
    insert into people.registry_raw (registry_id, ordinal, raw)
    select v_id, s.ordinal, s.raw from pg_temp.registry_staging s;
    if confirmed > 0 then
        update bank.online_payment o
           set registry_id = v_id, ordinal = w.ordinal, confirmed_operation = w.operation
          from pg_temp.registry_match m join pg_temp.registry_work w on w.ordinal = m.ordinal
         where o.id = m.payment_id;
    end if;
    if duplicate + confirmed + unreversed > 0 then
        warnings := array_to_string(bank.import_warnings(v_id), E'\n');
    end if;
    return next;
end $$;
comment on function bank_api.import_finish is
    'Posts what was staged and answers what became of it: posted + confirmed + duplicate + unidentified + reversal + unreversed rows, and '
    'the sum of the posted. warnings: lines of words, or NULL. The caller commits';

revoke all on all functions in schema bank, bank_api from public;
grant execute on function bank_api.import_begin(text, bytea, text),
    bank_api.import_finish(text, bytea, text, text, text, text, bigint, bigint, bigint, bigint, text, date) to kabinet_import;

commit;
