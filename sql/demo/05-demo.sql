-- What the other files of sql/demo share.

set local role kabinet_owner;

create schema demo;
comment on schema demo is 'Of the demo schools alone: what they teach, and what makes their days go by (sql/demo)';

create function demo.now() returns timestamptz language sql stable as $$
    select coalesce(nullif(current_setting('demo.now', true), '')::timestamptz, now())
$$;
comment on function demo.now is 'The moment up to which things have happened; the setting demo.now moves it, for tests';

create function demo.dice(p_words text) returns integer language sql immutable parallel safe as $$
    select abs(hashtextextended('kabinet demo ' || p_words, 0) % 10000)::integer
$$;
comment on function demo.dice is '0 … 9999, the same for the same words: every choice of the demo';
