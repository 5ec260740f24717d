// librarian.mjs -- books and readers made to order for the tests of the library's desk: nothing of the demo's shelves is touched.
import { randomBytes } from 'node:crypto';
import { credentials, sql, value } from './kabinet.mjs';

export const librarian = (number = '039') => credentials.staff.find((s) => s.role === 'librarian' && s.login.endsWith(number));
export const school = value(`select id from school.school where region || number = '027039'`);
const word = () => randomBytes(4).toString('hex').toUpperCase();

/** A title of school 039 with that many copies on the shelf: { id, title, copies: [{ id, barcode }] }; price null: nobody knows it. */
export function makeBook({ kind = 'book', copies = 1, price = 45000, grade = null, shelf = '84Р6 П91' } = {}) {
  const title = `Проба ${word()}`, code = `T-${word()}`;
  const id = value(`insert into library.title (school_id, kind, title, authors, price_kop, grade, shelf)
    values (${school}, '${kind}', '${title}', 'Сочинителев А. А.', ${price}, ${grade}, '${shelf}') returning id`);
  const rows = sql(`insert into library.copy (school_id, title_id, barcode, acquired_on)
    select ${school}, ${id}, '${code}' || n, current_date from generate_series(1, ${copies}) n returning id, barcode`);
  return { id, title, copies: rows.map(([copy, barcode]) => ({ id: copy, barcode })) };
}

/** Pupils whom nobody's cabinet shows, with room for more books, no debt and no place in a queue: [{ id, idn, name, account, className, classId }]. */
export const makeReaders = (count) => sql(`select p.id, p.idn, people.pupil_name(p.id), p.account, k.name, k.id from school.pupil p join school.class k on k.id = p.class_id
    cross join lateral (select count(*) filter (where t.kind <> 'textbook') as books, count(*) filter (where l.lost_at is not null) as lost
      from library.loan l join library.title t on t.id = l.title_id where l.pupil_id = p.id and l.returned_at is null) l
    where p.school_id = ${school} and p.state = 'active' and l.books <= 2 and l.lost = 0
      and not exists (select from auth.access a where a.pupil_id = p.id and a.login_id is not null)
      and not exists (select from library.hold h where h.pupil_id = p.id and h.state in ('waiting', 'kept'))
    order by p.account desc limit ${count}`).map(([id, idn, name, account, className, classId]) => ({ id, idn, name, account, className, classId }));

export const stateOf = ({ id }) => value(`select state from library.copy where id = ${id}`);
/** Who has the copy: the pupil's id, or undefined. */
export const holderOf = ({ id }) => value(`select pupil_id from library.loan where copy_id = ${id} and returned_at is null`);
export const loansOf = ({ id }) => Number(value(`select count(*) from library.loan where copy_id = ${id}`));
export const lend = ({ id }, reader) => value(`select library.lend(${id}, ${reader.id}, (select id from auth.staff where login = 'librarian.039'))`);

/** Takes back whatever these books are lent as, so that readers are as they were; the books go for ever. */
export function clear(books) {
  for (const { id } of books)
    sql(`do $$ declare v_one record; v_staff bigint := (select id from auth.staff where login = 'librarian.039'); begin
      for v_one in select h.id from library.hold h where h.title_id = ${id} and h.state in ('waiting', 'kept') loop
        perform library.drop_hold(v_one.id, 'dropped', current_date);
      end loop;
      for v_one in select l.id, l.copy_id, l.lost_at from library.loan l where l.title_id = ${id} and l.returned_at is null loop
        if v_one.lost_at is null then perform library.give_back(v_one.copy_id, v_staff); else perform library.find_again(v_one.id, v_staff); end if;
      end loop;
      for v_one in select c.id from library.copy c where c.title_id = ${id} and c.state in ('in', 'repair', 'lost') loop
        perform library.mark(v_one.id, 'gone', v_staff, 'проба');
      end loop;
    end $$`);
}
