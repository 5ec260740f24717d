-- Verify kabinet:tables/site on pg

begin;

select id, school_id, class_id, published_at, visible_until, is_pinned, title, body from site.announcement where false;
select id, school_id, rank, subject, phone, email, hours from site.contact where false;
select id, at, actor, login_id, role, action, object, school_id from site.audit where false;
select action, area, title from site.action where false;

rollback;
