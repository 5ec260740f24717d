-- Deploy kabinet:api/reader to pg
-- requires: api/session
-- requires: tables/gate

begin;

set local role kabinet_owner;
create schema device;
comment on schema device is 'What devices may ask: card readers. Functions only';
reset role;

call auth.add_program('reader', 'Card readers', 'device');
set local role kabinet_owner;

commit;
