-- Revert kabinet:tables/viewing from pg

begin;

drop function site.viewed, site.thin_views, site.keep_views;
drop table site.viewing, site.view_purpose, site.view_role;
drop function site.keep_viewing;
drop type site.view_kind;

commit;
