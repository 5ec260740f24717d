-- Deploy kabinet:tables/seal to pg
-- requires: tables/ledger tables/bank

-- Sealed days (I10). docs/money.md gives every byte that is hashed here, so that a statement can be checked without this
-- database (scripts/verify-statement).
--
-- Each account's lines are a hash chain: a line's link is the SHA-256 of the link before and of all that the statement shows of
-- the line. The links of an evening are the leaves of a tree, its root goes into the day's seal, and each seal into the next
-- one. So one published seal holds every line of every account until that evening, and a statement needs two proofs, for the
-- states that it begins and ends with, however many lines lie between.

begin;

set local role kabinet_owner;

create table ledger.day_link (
    account_id   bigint not null references ledger.account,
    day          date not null,
    version      integer not null check (version > 0),
    balance_kop  bigint not null,
    hash         bytea not null check (octet_length(hash) = 32),
    primary key (account_id, day)
);
comment on table ledger.day_link is
    'What a sealed day left of an account: its last line. Days without lines have no row. Append-only';
comment on column ledger.day_link.version is 'Version of the last line of the day';
comment on column ledger.day_link.balance_kop is 'The balance that evening';
comment on column ledger.day_link.hash is 'Link of the chain of the account''s lines: ledger.chain() up to this version';
create trigger append_only before update or delete or truncate on ledger.day_link
    for each statement execute function ledger.refuse_change();
create index account_bucket on ledger.account ((id % 256)) where kind = 'pupil';

-- ---- the chain of an account ------------------------------------------------------------------------------------------------

create function ledger.no_hash() returns bytea language sql immutable as $$
    select decode(repeat('00', 32), 'hex')
$$;
comment on function ledger.no_hash is 'What stands before the first link, the first seal, and for a bucket without accounts: 32 zero bytes';

create function ledger.cell(p_text text) returns text language sql immutable as $$
    select case when left(p_text, 1) in ('=', '+', '-', '@', chr(9), chr(13)) then '''' else '' end || p_text
$$;
comment on function ledger.cell is 'A text as a cell of the statement''s CSV holds it: no spreadsheet takes it for a formula';

create view ledger.line (account_id, version, day, entry_id, at, title, source, amount_kop, balance_kop, canon) as
    select p.account_id, p.version, p.day, p.entry_id, t.at, t.title, t.source, p.amount_kop, p.balance_after_kop,
           concat_ws(';', u.account, to_char(p.day, 'YYYY-MM-DD'), p.version, p.entry_id, t.at, p.amount_kop, p.balance_after_kop,
                     octet_length(t.title), t.title, t.source)
      from ledger.posting p
      join ledger.account a on a.id = p.account_id
      join school.pupil u on u.id = a.pupil_id
      join school.school s on s.id = a.school_id
      join ledger.entry e on e.id = p.entry_id
      join ledger.kind k on k.kind = e.kind
     cross join lateral (select to_char(timezone(s.time_zone, e.at), 'YYYY-MM-DD HH24:MI:SS') as at,
                                ledger.cell(k.line_prefix || e.reason) as title, ledger.cell(e.source) as source) t
     where p.version is not null;
comment on view ledger.line is
    'Lines of pupils'' statements as they are printed. at: local, to the second. canon: the text that the chain of an account takes in';

create function ledger.next_link(p_link bytea, p_first bytea, p_line text) returns bytea
language plpgsql immutable parallel safe as $$
begin
    return sha256(coalesce(p_link, p_first) || convert_to(p_line, 'UTF8'));
end $$;
comment on function ledger.next_link is 'A link from the one before and the canonical line';

create aggregate ledger.chain(p_first bytea, p_line text) (sfunc = ledger.next_link, stype = bytea);
comment on aggregate ledger.chain(bytea, text) is 'The link that lines, in the order of their versions, lead to from p_first';

create type ledger.state as (version integer, balance_kop bigint, hash bytea);
comment on type ledger.state is 'An account in some evening: its last line and the link of that';

create function ledger.state_on(p_account bigint, p_day date) returns ledger.state language sql stable as $$
    with sealed as (
        select coalesce(l.version, 0) as version, coalesce(l.balance_kop, 0) as balance_kop, coalesce(l.hash, ledger.no_hash()) as hash
          from (values (true)) one
          left join lateral (select d.version, d.balance_kop, d.hash from ledger.day_link d
                              where d.account_id = p_account and d.day <= p_day order by d.day desc limit 1) l on true)
    select coalesce(max(n.version), s.version), coalesce((array_agg(n.balance_kop order by n.version desc))[1], s.balance_kop),
           coalesce(ledger.chain(s.hash, n.canon order by n.version) filter (where n.version is not null), s.hash)
      from sealed s
      left join ledger.line n on n.account_id = p_account and n.version > s.version and n.day <= p_day
     group by s.version, s.balance_kop, s.hash
$$;
comment on function ledger.state_on is 'The state of an account in the evening of a day, sealed or not; version 0 before its first line';

-- ---- the tree of an evening ---------------------------------------------------------------------------------------------------

create function ledger.leaf(p_account text, p_version integer, p_balance bigint, p_link bytea) returns bytea language sql immutable as $$
    select sha256('\x00' || convert_to(concat_ws(';', p_account, p_version, p_balance, encode(p_link, 'hex')), 'UTF8'))
$$;
comment on function ledger.leaf is 'The leaf of an account''s state; the zero byte keeps it from being read as a node';

create function ledger.climb(p_nodes bytea[], p_at integer, out root bytea, out path text) language plpgsql immutable as $$
declare
    v_count integer := cardinality(p_nodes);
    v_at integer := p_at;
begin
    path := '';
    while v_count > 1 loop
        if v_at % 2 = 0 then
            path := path || ' <' || encode(p_nodes[v_at - 1], 'hex');
        elsif v_at < v_count then
            path := path || ' >' || encode(p_nodes[v_at + 1], 'hex');
        end if;
        for i in 1 .. v_count / 2 loop
            p_nodes[i] := sha256('\x01'::bytea || p_nodes[2 * i - 1] || p_nodes[2 * i]);
        end loop;
        if v_count % 2 = 1 then
            p_nodes[v_count / 2 + 1] := p_nodes[v_count];
        end if;
        v_count := (v_count + 1) / 2;
        v_at := (v_at + 1) / 2;
    end loop;
    root := coalesce(p_nodes[1], ledger.no_hash());
end $$;
comment on function ledger.climb is
    'Root of the tree over the nodes, pairs from the left, an odd one going up as it is; and the way there from node p_at: the sibling '
    'on each step, < or > for its side. p_at may be NULL';

create function ledger.evening(p_day date, p_bucket integer default null)
returns table (bucket integer, account_id bigint, leaf bytea) language sql stable rows 10000 as $$
    select (a.id % 256)::integer, a.id,
           ledger.leaf(u.account::text, coalesce(d.version, 0), coalesce(d.balance_kop, 0), coalesce(d.hash, ledger.no_hash()))
      from ledger.account a
      join school.pupil u on u.id = a.pupil_id
      left join lateral (select l.version, l.balance_kop, l.hash from ledger.day_link l
                          where l.account_id = a.id and l.day <= p_day order by l.day desc limit 1) d on true
     where a.kind = 'pupil' and (p_bucket is null or a.id % 256 = p_bucket)
       and (d.version is not null or a.opened_at < timezone('UTC', p_day::timestamp))
$$;
comment on function ledger.evening is
    'Leaves of all accounts that had a line by then or were opened before that day began, or of one bucket';

create function ledger.evening_buckets(p_day date) returns bytea language sql stable as $$
    select string_agg(coalesce(t.root, ledger.no_hash()), ''::bytea order by b.bucket)
      from generate_series(0, 255) b(bucket)
      left join (select e.bucket, (ledger.climb(array_agg(e.leaf order by e.account_id), null)).root as root
                   from ledger.evening(p_day) e group by e.bucket) t on t.bucket = b.bucket
$$;
comment on function ledger.evening_buckets is 'Roots of the 256 buckets, one after the other';

create function ledger.bucket_nodes(p_buckets bytea) returns bytea[] language sql immutable as $$
    select array_agg(substr(p_buckets, 32 * b.bucket + 1, 32) order by b.bucket) from generate_series(0, 255) b(bucket)
$$;
comment on function ledger.bucket_nodes is 'ledger.seal.buckets as nodes of a tree';

create function ledger.proof(p_account bigint, p_day date) returns text language plpgsql stable as $$
declare
    v_bucket integer := p_account % 256;
    v_leaves bytea[];
    v_at integer;
begin
    select array_agg(e.leaf order by e.account_id), (count(*) filter (where e.account_id <= p_account))::integer
      into v_leaves, v_at
      from ledger.evening(p_day, v_bucket) e
    having bool_or(e.account_id = p_account);
    return (select (ledger.climb(v_leaves, v_at)).path || (ledger.climb(ledger.bucket_nodes(s.buckets), v_bucket + 1)).path
              from ledger.seal s where s.day = p_day and v_at is not null);
end $$;
comment on function ledger.proof is
    'The way from an account''s leaf to the accounts_hash of a sealed day; NULL when the day is not sealed or the account was not there';

-- ---- sealing ------------------------------------------------------------------------------------------------------------------

create function ledger.day_entries(p_from date, p_to date) returns table (day date, entries bigint, hash bytea) language sql stable as $$
    select e.day, count(*), sha256(string_agg(sha256(convert_to(jsonb_build_array(
               e.id, (extract(epoch from e.at) * 1000000)::bigint, e.kind, to_char(e.business_date, 'YYYY-MM-DD'), e.actor, e.source,
               e.reason, e.scope, e.key, encode(e.fingerprint, 'hex'), e.reverses, p.postings)::text, 'UTF8')),
               ''::bytea order by e.id))
      from ledger.entry e
     cross join lateral (
         select jsonb_agg(jsonb_build_array(p.account_id, p.amount_kop, p.balance_after_kop, p.version,
                          to_char(p.day, 'YYYY-MM-DD'), p.credit_kop) order by p.account_id) as postings
           from ledger.posting p where p.entry_id = e.id) p
     where e.day between p_from and p_to
     group by e.day
$$;
comment on function ledger.day_entries is 'How many entries each day has, and the hash over them and all their postings; no row for a day without';

create function ledger.seal_text(p_day date, p_entries bigint, p_entries_hash bytea, p_accounts_hash bytea) returns text
language sql immutable as $$
    select concat_ws(' ', to_char(p_day, 'YYYY-MM-DD'), p_entries, encode(p_entries_hash, 'hex'), encode(p_accounts_hash, 'hex'))
$$;
comment on function ledger.seal_text is 'What a seal is made of, besides the seal before';

create function ledger.seal_lines() returns setof text language sql stable as $$
    select ledger.seal_text(s.day, s.entries, s.entries_hash, s.accounts_hash) || ' ' || encode(s.hash, 'hex')
      from ledger.seal s order by s.day
$$;
comment on function ledger.seal_lines is 'The seals as they are published, one line each: day, entries, their hash, the accounts'' hash, seal';

create function ledger.day_is_over() returns date language sql stable as $$
    select min(timezone(s.time_zone, now() - interval '4 hours')::date) - 1 from school.school s
$$;
comment on function ledger.day_is_over is 'The last day that is over at every school, four hours of grace for tills without network included';

create function ledger.seal_days() returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '30s' as $$
declare
    v_to date := ledger.day_is_over();
    v_day date;
    v_seal bytea := ledger.no_hash();
    v_entries bigint;
    v_entries_hash bytea;
    v_buckets bytea;
    v_accounts_hash bytea;
    v_sealed integer := 0;
begin
    -- Alone: whoever writes entries holds the same lock, shared (ledger.write_books).
    perform pg_advisory_xact_lock(hashtext('ledger.books'));
    select s.day + 1, s.hash into v_day, v_seal from ledger.seal s order by s.day desc limit 1;
    if not found then
        v_seal := ledger.no_hash();
        v_day := (select min(e.day) from ledger.entry e);
    end if;
    if v_day is null or v_day > v_to then
        return 0;
    end if;
    -- Days of a line never go back (I5), so all days are chained at once; an account without lines since then is not touched.
    insert into ledger.day_link (account_id, day, version, balance_kop, hash)
    select c.account_id, c.day, c.version, c.balance_kop, c.link
      from (select n.account_id, n.day, n.version, n.balance_kop,
                   ledger.chain(coalesce(l.hash, ledger.no_hash()), n.canon) over w as link,
                   lead(n.day) over w is distinct from n.day as is_last
              from ledger.balance b
              left join lateral (select d.hash from ledger.day_link d where d.account_id = b.account_id
                                  order by d.day desc limit 1) l on true
              join ledger.line n on n.account_id = b.account_id and n.day >= v_day and n.day <= v_to
             where b.day >= v_day
            window w as (partition by n.account_id order by n.version)) c
     where c.is_last;
    for v_day in select d::date from generate_series(v_day, v_to, interval '1 day') d loop
        select d.entries, d.hash into v_entries, v_entries_hash from ledger.day_entries(v_day, v_day) d;
        v_entries_hash := coalesce(v_entries_hash, sha256(''));
        v_buckets := ledger.evening_buckets(v_day);
        v_accounts_hash := (ledger.climb(ledger.bucket_nodes(v_buckets), null)).root;
        v_seal := sha256(v_seal || convert_to(ledger.seal_text(v_day, coalesce(v_entries, 0), v_entries_hash, v_accounts_hash), 'UTF8'));
        insert into ledger.seal (day, entries, entries_hash, buckets, accounts_hash, hash)
        values (v_day, coalesce(v_entries, 0), v_entries_hash, v_buckets, v_accounts_hash, v_seal);
        v_sealed := v_sealed + 1;
    end loop;
    return v_sealed;
end $$;
comment on function ledger.seal_days is
    'Seals every day that is over, in order, and answers how many. Nightly; harmless at any time. Gives up when writers keep the books '
    'busy for 30 s';

-- What is hashed must not change its words under the seals.
create function ledger.keep_sealed_words() returns trigger language plpgsql as $$
begin
    if exists (select from ledger.seal) then
        raise exception '%.% belongs to sealed lines', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
comment on function ledger.keep_sealed_words is 'Refuses to change what sealed lines were printed with: prefixes, local time, account numbers';
create trigger keep_sealed_words before update of line_prefix on ledger.kind
    for each row when (old.line_prefix <> new.line_prefix) execute function ledger.keep_sealed_words();
create trigger keep_sealed_words before update of time_zone on school.school
    for each row when (old.time_zone <> new.time_zone) execute function ledger.keep_sealed_words();
create trigger keep_sealed_words before update of account on school.pupil
    for each row when (old.account <> new.account) execute function ledger.keep_sealed_words();

-- ---- everything once more ---------------------------------------------------------------------------------------------------

create function ledger.seal_violations() returns table (id text, detail text) language sql stable as $$
    with span as (select min(s.day) as first_day, max(s.day) as last_day from ledger.seal s),
    link as (
        select c.account_id, c.day, c.version, c.balance_kop, c.link
          from (select n.account_id, n.day, n.version, n.balance_kop, ledger.chain(ledger.no_hash(), n.canon) over w as link,
                       lead(n.day) over w is distinct from n.day as is_last
                  from span, ledger.line n where n.day <= span.last_day
                window w as (partition by n.account_id order by n.version)) c
         where c.is_last)
    select 'I10', format('account %s, %s: its lines are not those that were sealed', coalesce(l.account_id, d.account_id), coalesce(l.day, d.day))
      from link l full join ledger.day_link d on d.account_id = l.account_id and d.day = l.day
     where (l.version, l.balance_kop, l.link) is distinct from (d.version, d.balance_kop, d.hash)
    union all
    select 'I10', format('%s: %s entries, %s were sealed%s', coalesce(s.day, d.day), coalesce(d.entries, 0), coalesce(s.entries, 0),
                         case when d.entries = s.entries then ', not these' else '' end)
      from span, ledger.seal s full join ledger.day_entries('-infinity', (select p.last_day from span p)) d on d.day = s.day
     where (coalesce(d.entries, 0), coalesce(d.hash, sha256(''))) is distinct from (s.entries, s.entries_hash)
    union all
    select 'I10', format('%s: the accounts of that evening are not those that were sealed', s.day)
      from ledger.seal s
     where s.buckets is distinct from ledger.evening_buckets(s.day)
        or s.accounts_hash is distinct from (ledger.climb(ledger.bucket_nodes(s.buckets), null)).root
    union all
    select 'I10', format('%s: the seal does not follow from the one before', s.day)
      from (select s.*, lag(s.day) over w as day_before, lag(s.hash) over w as hash_before from ledger.seal s window w as (order by s.day)) s
     where s.day_before <> s.day - 1
        or s.hash <> sha256(coalesce(s.hash_before, ledger.no_hash())
                            || convert_to(ledger.seal_text(s.day, s.entries, s.entries_hash, s.accounts_hash), 'UTF8'))
    union all
    select 'I2', 'trigger append_only on ledger.day_link is missing or disabled'
     where not exists (select from pg_trigger t where t.tgname = 'append_only' and t.tgrelid = 'ledger.day_link'::regclass
                          and t.tgenabled in ('O', 'A'))
$$;
comment on function ledger.seal_violations is
    'I10, by computing every seal again: lines, entries and evenings that differ from what was sealed, links that are missing';

create view ledger.violations (id, detail) as
    select v.id, v.detail from ledger.book_violations v
    union all
    select v.id, v.detail from bank.violations v
    union all
    select v.id, v.detail from ledger.seal_violations() v;
comment on view ledger.violations is 'Broken invariants of the books, one per row (docs/money.md); empty on a healthy database';

do $$
declare
    v_function regprocedure;
begin
    -- Those of the ledger's functions that came with this file.
    for v_function in select p.oid::regprocedure from pg_proc p
                       where p.pronamespace = 'ledger'::regnamespace and has_function_privilege('public', p.oid, 'execute') loop
        execute format('revoke all on routine %s from public', v_function);
    end loop;
end $$;

commit;
