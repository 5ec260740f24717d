// appeals.mjs -- writing to the journal of appeals, for its tests. The register keeps everything, so what a test wrote is taken out behind
// its back: a test must be able to run again on the same day, and ten appeals a day is all that a login may write.
import { keyOf, upload } from './attendance.mjs';
import { sql, value } from './kabinet.mjs';
import { csrfOf } from './visitor.mjs';

/** Everything that comes into the register from now on goes when the answer is called. */
export function registerSince() {
  const last = value('select coalesce(max(id), 0) from appeal.appeal'), message = value('select coalesce(max(id), 0) from appeal.message');
  return () => sql(`set session_replication_role = replica;
    delete from site.file f using appeal.message_file x where x.file_id = f.id and x.message_id > ${message};
    delete from appeal.message_file where message_id > ${message};
    delete from appeal.message where id > ${message};
    delete from appeal.event where appeal_id > ${last};
    delete from appeal.appeal where id > ${last};`);
}

/** Opens the form of a new appeal and sends it; `fields` change or add to a plain one. */
export async function sendAppeal(visitor, fields = {}, files = {}) {
  const page = await visitor.get('/appeals/new?category=meals');
  const body = { csrf: csrfOf(page), key: keyOf(page), category: 'meals', subject: 'Не пришёл обед', body: 'Ребёнок остался\nбез обеда.', ...fields };
  const answer = await upload(visitor, '/appeals/new', body, files);
  return { sent: body, answer, id: /id=(\d+)/.exec(answer.headers.location ?? '')?.[1] };
}

/** What the forms of an appeal's page hold. */
export const hidden = (page, id) => ({ csrf: csrfOf(page), id, seen: /name="seen" value="(\d+)"/.exec(page.text)[1] });

/** One more message, from the page as it is now, or as it was. */
export async function addMessage(visitor, id, body, files = {}, page = null) {
  page ??= await visitor.get(`/appeals/appeal?id=${id}`);
  return upload(visitor, '/appeals/add', { ...hidden(page, id), key: keyOf(page), body }, files);
}

/** What a desk does, through the core: a message (and `answered`, when it is the answer). */
export const answer = (id, words, state = 'answered') => sql(`select appeal.write(a.id, 'desk', null, f.id, :'words', '{}') from appeal.appeal a
    cross join lateral (select f.id from auth.staff f where f.school_id = a.school_id order by f.id limit 1) f where a.id = ${id};
  select appeal.move(appeal.lock(a.id), '${state}', a.desk, null, (select min(f.id) from auth.staff f where f.school_id = a.school_id), '')
    from appeal.appeal a where a.id = ${id}`, { variables: { words } });
