-- Revert kabinet:api/catalogue from pg

begin;

drop function
    staff.catalogue_titles(text, text, text, bigint, integer), staff.catalogue_title(text, bigint), staff.catalogue_copies(text, bigint, bigint, integer),
    staff.catalogue_save(text, uuid, bigint, text, text, text, text, integer, text, text, text, integer, integer, text, bigint),
    staff.catalogue_add_copies(text, uuid, bigint, integer, text[], bigint, text),
    staff.catalogue_export(text, integer),
    staff.catalogue_stage(text, text, text, text, integer, text), staff.catalogue_import(text, bigint),
    staff.catalogue_import_rows(text, bigint, boolean, integer), staff.catalogue_import_do(text, bigint, boolean), staff.catalogue_imports(text, integer),
    staff.catalogue_inventories(text, bigint, integer), staff.catalogue_inventory_begin(text, text), staff.catalogue_inventory(text, bigint),
    staff.catalogue_inventory_scan(text, bigint, text), staff.catalogue_inventory_seen(text, bigint, integer),
    staff.catalogue_missing(text, bigint, integer, integer), staff.catalogue_inventory_end(text, bigint, boolean),
    staff.catalogue_overdue_classes(text), staff.catalogue_overdue(text, bigint, integer, integer), staff.catalogue_popular(text, integer),
    staff.catalogue_months(text),
    library.overdue(bigint, date), library.own_inventory(auth.staff_visit, bigint), library.own_import(auth.staff_visit, bigint),
    library.add_copies(bigint, bigint, text[], bigint, text, bigint), library.state_title(library.copy_state), library.kind_title(library.kind);

commit;
