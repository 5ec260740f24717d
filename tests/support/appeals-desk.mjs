// appeals-desk.mjs -- appeals made to order, for the tests of the desk: a family's words by the register's own function.
import { randomBytes } from 'node:crypto';
import { sql, value } from './kabinet.mjs';

export const word = () => [...randomBytes(6)].map((byte) => 'абвгдежз'[byte % 8]).join('');

/** The school of a login of staff. */
export const schoolOf = (login) => value(`select school_id from auth.staff where login = '${login}'`);

/** A child of that school with an adult who can log in: { pupil, access, idn, account }. */
export function familyOf(school, nth = 0) {
  const [[pupil, access, idn, account]] = sql(`select p.id, a.id, p.idn, p.account from school.pupil p join auth.access a on a.pupil_id = p.id and a.ordinal = 1
    where p.school_id = ${school} and p.state = 'active' order by p.id desc offset ${nth} limit 1`);
  return { pupil, access, idn, account };
}

/** An appeal of that access; answers its id. Its file, when there is one, is a text that calls itself a picture. */
export function makeAppeal(access, { category = 'cabinet', subject = `Вопрос ${word()}`, body = 'Не открывается страница.', file = false } = {}) {
  const quoted = (text) => `'${text.replaceAll('\'', '\'\'')}'`;
  const files = file ? `array[site.keep_file((select p.school_id from auth.access a join school.pupil p on p.id = a.pupil_id where a.id = ${access}), 'Снимок.png', 'image/png', '\\x89504e470d0a1a0a')]` : '\'{}\'';
  return value(`select appeal.send(${access}, '${category}', ${quoted(subject)}, ${quoted(body)}, ${files})`);
}

export const fileOf = (appeal) => value(`select u.file_id from appeal.message_file u join appeal.message m on m.id = u.message_id where m.appeal_id = ${appeal} order by m.id limit 1`);
export const numberOf = (appeal) => value(`select number from appeal.appeal where id = ${appeal}`);
export const stateOf = (appeal) => value(`select state from appeal.appeal where id = ${appeal}`);
