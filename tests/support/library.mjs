// library.mjs -- titles and copies made to order and a reader of the demo who has none of its books, for the tests of the library: they must pass on any
// day, whatever the demo's children have read. Titles are the tests' own and begin with «Проверка».
import { randomBytes } from 'node:crypto';
import { credentials, sql, value } from './kabinet.mjs';
import { Visitor } from './visitor.mjs';

const word = () => randomBytes(4).toString('hex');

export const librarian = (school = '039') => value(`select f.id from auth.staff f where f.login = 'librarian.${school}'`);
export const schoolOf = (number) => value(`select id from school.school where number = '${number}'`);
export const today = (school = '039') => value(`select library.today(${schoolOf(school)})`);

/** A title with so many copies on the shelf: { id, title, copies: [{ id, barcode }] }. */
export function makeTitle({ school = '039', copies = 1, price = 45000, kind = 'book', title = `Проверка ${word()}` } = {}) {
  const id = value(`insert into library.title (school_id, kind, title, authors, shelf, price_kop, added_at)
    values (${schoolOf(school)}, '${kind}', '${title}', 'Проверкин П. П.', 'Абонемент, Я1', ${price}, now() - interval '2000 days') returning id`);
  const made = sql(`insert into library.copy (school_id, title_id, barcode, acquired_on)
    select ${schoolOf(school)}, ${id}, 'T-' || upper('${word()}') || '-' || g, '2020-01-01' from generate_series(1, ${copies}) g returning id, barcode`);
  return { id, title, copies: made.map(([copy, barcode]) => ({ id: copy, barcode })) };
}

/** Lends a copy and answers the loan's id. */
export const lend = (copy, pupil, school = '039') => value(`select library.lend(${copy.id}, ${pupil}, ${librarian(school)})`);
export const giveBack = (copy, school = '039') => value(`select library.give_back(${copy.id}, ${librarian(school)})`);
/** The day of a loan, so many days from the school's today. */
export const setDue = (loan, days) => sql(`update library.loan l set due_day = library.today(c.school_id) + ${days} from library.copy c where l.id = ${loan} and c.id = l.copy_id`);

/**
 * A pupil whom no cabinet of the demo opens, without books and places in queues: { id, account, idn, parent, child } with a visitor who is its parent and
 * one who is in its own mode. Nothing of it is left after clean().
 */
export function makeReader(school = '039', nth = 0) {
  const [id, account, idn] = sql(`select p.id, p.account, p.idn from school.pupil p join school.school s on s.id = p.school_id and s.number = '${school}'
    where p.state = 'active' and p.account not in (${credentials.cabinets.map((c) => `'${c.account}'`)}) order by p.account desc offset ${nth} limit 1`)[0];
  clean(id);
  const visitor = (ordinal) => {
    const token = randomBytes(32).toString('base64url'), come = new Visitor();
    sql(`insert into auth.access (pupil_id, ordinal, may_finance) values (${id}, ${ordinal}, ${ordinal > 0}) on conflict do nothing;
      with made as (insert into auth.login default values returning id)
      update auth.access a set login_id = coalesce(a.login_id, made.id) from made where a.pupil_id = ${id} and a.ordinal = ${ordinal};
      insert into auth.session (token_hash, begun_by, login_id, access_id, address, agent)
      select sha256('${token}'), 'password', a.login_id, a.id, '127.0.0.1', 'test' from auth.access a where a.pupil_id = ${id} and a.ordinal = ${ordinal}`);
    come.cookies.set('__Host-session', token);
    return come;
  };
  return { id, account, idn, parent: visitor(1), child: visitor(0) };
}

/** Whatever that pupil has is brought back, and its places in queues are given up; the history of tests goes. */
export function clean(pupil) {
  sql(`select library.find_again(l.id, l.lent_by) from library.loan l where l.pupil_id = ${pupil} and l.returned_at is null and l.lost_at is not null;
    select library.give_back(l.copy_id, l.lent_by) from library.loan l where l.pupil_id = ${pupil} and l.returned_at is null;
    select library.drop_hold(h.id, 'dropped', library.today(h.school_id)) from library.hold h where h.pupil_id = ${pupil} and h.state in ('waiting', 'kept');
    delete from library.reader where pupil_id = ${pupil}`);
}
