// pages.mjs -- every page there is, from what the programs say of their routes: a new section is tested without being asked.
//
// A GET route without an entry in `examples` is opened as it is or, when it needs parameters, by the first link to it that the
// role's pages have. One that has more faces gets its paths there, each beginning with the route; a function gets a visitor who
// may open it. An empty list leaves a route out, with the reason beside it.
import { formOf, makeMeal, makeTeam, move, plainPupils, tutors } from './desk.mjs';
import { cabinet, credentials, routes, sql, value } from './kabinet.mjs';
import { Visitor, loggedIn, loggedInStaff, unescape } from './visitor.mjs';

/** The first link on `page` that begins with `start`; a page without one is a failure of the demo's data. */
const linkOn = (page, start) => async (visitor) => {
  const answer = await visitor.get(page);
  const found = [...answer.text.matchAll(/href="([^"]+)"/g)].map((m) => unescape(m[1])).find((href) => href.startsWith(start));
  if (!found) throw new Error(`no link to ${start} on ${page} (status ${answer.status})`);
  return [found.split('#')[0]];
};

/** What `pick` finds in the diary's nearest week that has it, from this week back: lessons may be far away in summer. */
const inDiary = (pick) => async (visitor) => {
  for (let back = 0; back < 30; back++) {
    const day = new Date(Date.now() - back * 7 * 86400000).toISOString().slice(0, 10);
    const found = await pick((await visitor.get(`/diary?week=${day}`)).text, day, visitor);
    if (found) return [found].flat();
  }
  throw new Error('half a year of the diary is empty');
};

/** A page of the latest lesson that the demo's teacher gave; `query` makes the rest of its address. */
const ofLesson = (path, query = (l) => `id=${l.id}`) => () => {
  const login = credentials.staff.find((s) => s.role === 'teacher').login;
  const [[id, klass, subject]] = sql(`select l.id, l.class_id, l.subject_id from school.lesson l join auth.staff f on f.id = l.staff_id
    where f.login = '${login}' and l.day <= current_date and not l.is_cancelled and l.subgroup_id is null order by l.day desc, l.number, l.id limit 1`);
  const [[work, pupil] = []] = sql(`select m.work_id, m.pupil_id from school.mark m join school.work w on w.id = m.work_id
    join school.lesson l on l.id = w.lesson_id join auth.staff f on f.id = l.staff_id
    where f.login = '${login}' and m.value is not null and l.day > current_date - 60 order by m.day desc, m.work_id, m.pupil_id limit 1`);
  return [`${path}?${query({ id, class: klass, subject, work, pupil })}`];
};

/** What the head chooses from: a class, and a teacher who has lessons within two weeks, with the page of them. */
const firstClass = async (head) => /<option value="(\d+)"/.exec((await head.get('/staff/head/timetable')).text)[1];
async function aTeacher(head) {
  for (const [, id] of (await head.get('/staff/head/substitutions')).text.matchAll(/<option value="(\d+)"/g)) {
    for (const days of [1, 15, 29]) {
      const day = new Date(Date.now() + days * 86400e3).toISOString().slice(0, 10);
      const page = `/staff/head/substitutions?teacher=${id}&from=${day}&to=${new Date(Date.parse(day) + 13 * 86400e3).toISOString().slice(0, 10)}`;
      if (/\/staff\/head\/lesson\?id=/.test((await head.get(page)).text)) return page;
    }
  }
  return '/staff/head/substitutions?from=2026-11-24';       // the summer holidays
}

/** Addresses at the canteen's till, by what its school has: a meal, a class, a serving, a child, something that the buffet sells. */
export const atTheTill = (paths) => () => {
  const login = credentials.staff.find((s) => s.role === 'canteen').login;
  const [[meal, klass, pupil, dish, serving, barred, day]] = sql(`select (select max(m.id) from canteen.meal m where m.school_id = f.school_id and m.title = 'Обед'), k.id,
    (select min(p.id) from school.pupil p where p.class_id = k.id and p.state = 'active'),
    (select min(d.id) from canteen.dish d where d.school_id = f.school_id and d.buffet_kop is not null and not d.is_retired),
    (select max(s.id) from canteen.serving s where s.school_id = f.school_id and s.kind = 'meal' and s.undone_at is null),
    (select min(a.pupil_id) from canteen.allergy a join school.pupil p on p.id = a.pupil_id and p.school_id = f.school_id),
    (select max(s.day) from canteen.serving s where s.school_id = f.school_id and s.kind = 'meal' and s.undone_at is null)
    from auth.staff f join school.class k on k.school_id = f.school_id join school.year y on y.id = k.year_id and current_date between y.first_day and y.last_day
    where f.login = '${login}' order by k.grade = 5 desc, k.letter limit 1`);
  return paths({ meal, klass, pupil, dish, serving, barred, day });
};
/** The same after the льготы, all and that child's, were opened as they must be. */
const opened = (paths) => async (cook) => atTheTill(async (known) => {
  const csrf = /name="csrf" value="([^"]*)"/.exec((await cook.get('/staff/canteen/buffet')).text)[1];
  for (const pupil of ['', known.pupil]) await cook.submit('/staff/canteen/benefits/open', { csrf, pupil });
  return paths(known);
})();

/** A meal that the tutor of the tests has written off today, made when it is asked for: its menu, a child, the batch, a serving. */
const tutorsMeal = (path) => async (tutor) => {
  const [mine] = tutors(), [child] = plainPupils(mine.class, 1), { menu } = makeMeal(mine.class, 100);
  move(child.id, 100);
  const said = await tutor.get(`/staff/tutor/confirm?class=${mine.class}&menu=${menu}&p_${child.id}=1`);
  await tutor.submit('/staff/tutor/write-off', { ...formOf(said), class: mine.class, menu, [`p_${child.id}`]: '1' });
  const [[batch, serving]] = sql(`select w.id, l.serving_id from canteen.write_off w join canteen.write_off_line l on l.write_off_id = w.id where w.menu_id = ${menu}`);
  return [path({ menu: makeMeal(mine.class, 100).menu, child: child.id, batch, serving })];
};

/** The same of a lesson of a group of its own that the teacher has written off. */
const teachersLesson = (path) => async (teacher) => {
  const { login } = credentials.staff.find((s) => s.role === 'teacher');
  const mine = tutors().find((t) => t.school === value(`select school_id from auth.staff where login = '${login}'`));
  const [child] = plainPupils(mine.class, 1), { team } = makeTeam(login, 100, [child]);
  move(child.id, 100);
  const said = await teacher.get(`/staff/services/confirm?team=${team}&day=${mine.today}&p_${child.id}=1`);
  await teacher.submit('/staff/services/write-off', { ...formOf(said), team, day: mine.today, [`p_${child.id}`]: '1' });
  const [[batch, charge]] = sql(`select b.id, l.charge_id from service.batch b join service.batch_line l on l.batch_id = b.id where b.team_id = ${team}`);
  return [path({ batch, charge })];
};

/** What the demo's library has at school 039: a reader with the most books, copies in three states, a place in a queue, a set and its class. */
export const inLibrary = (paths) => () => {
  const school = value(`select id from school.school where region || number = '027039'`);
  const copy = (state) => value(`select min(id) from library.copy where school_id = ${school} and state = '${state}'`);
  const [[set, klass]] = sql(`select id, class_id from library.class_set where school_id = ${school} order by id limit 1`);
  const [[id, title]] = sql(`select id, title_id from library.hold where school_id = ${school} and state in ('waiting', 'kept') order by id limit 1`);
  const reader = value(`select l.pupil_id from library.loan l join library.copy c on c.id = l.copy_id where c.school_id = ${school} and l.returned_at is null
    group by 1 order by count(*) desc limit 1`);
  const textbooks = sql(`select t.id from library.title t join school.class k on k.grade = t.grade and k.id = ${klass} where t.school_id = ${school} and t.kind = 'textbook'
    and exists (select from library.copy c where c.title_id = t.id and c.state not in ('lost', 'gone')) order by 1 limit 15`).flat();
  return paths({ school, reader, set, klass, textbooks, hold: { id, title }, out: copy('out'), lost: copy('lost'), onShelf: copy('in') });
};

/** The latest inventory of a school, and the latest file that was looked at; made where there is none. */
export const anInventory = (school) => value(`select max(id) from library.inventory where school_id = ${school}`)
  ?? value(`insert into library.inventory (school_id, title, staff_id) select ${school}, 'Проверка страниц', min(id) from auth.staff where school_id = ${school} returning id`);
export const anImport = (school) => value(`select max(i.id) from library.import i join library.import_row r on r.import_id = i.id where i.school_id = ${school} and i.done_at is null`)
  ?? value(`with i as (insert into library.import (school_id, staff_id, name, format, encoding, skipped)
    select ${school}, min(id), 'каталог.mrc', 'RUSMARC', 'windows-1251', 1 from auth.staff where school_id = ${school} returning id)
    insert into library.import_row (import_id, number, kind, title, authors, publisher, year, isbn, shelf, subject, annotation, copies, barcodes, note, first, is_new, fresh, drawn, problem)
    select i.id, n, 'book', 'Сказки, часть ' || n, 'Пушкин А. С.', 'Дрофа', 1995, '', '84', '', '', 1, '{}', case when n = 2 then 'год «в печати» не читается' else '' end, n, true, '{}', 1, ''
      from i, generate_series(1, 3) n returning import_id`);

const examples = {
  '/health': [],                                       // for monitoring, plain text: pages.test.mjs asks it by itself
  '/login': ['/login', '/login?done=logout'],
  '/finance': ['/finance', '/finance?from=2020-01-01&to=2030-12-31', '/finance?from=2020-01-01&to=2020-01-02', '/finance?print=1'],
  '/finance/slip': ['/finance/slip', '/finance/slip?amount=1500,50'],
  '/finance/statement.csv': [],                        // no page: finance-statement.test.mjs proves it
  '/finance/entry': async (visitor) => { const [link] = await linkOn('/finance?print=1', '/finance/entry?id=')(visitor); return [link, `${link}&print=1`]; },
  '/finance/certificate': ['/finance/certificate', '/finance/certificate?year=2001'],
  '/diary': inDiary((text, day) => (/name="u?n?tick"/.test(text) ? ['/diary', `/diary?week=${day}`, `/diary?day=${day}`, `/diary?week=${day}&print=1`,
    '/diary?week=1999-01-01'] : null)),
  '/diary/answer': inDiary((text) => /name="(?:un)?tick" value="(\d+)"/.exec(text)?.[1].replace(/^/, '/diary/answer?homework=')),
  '/diary/ask': inDiary(async (text, day, visitor) => {
    const id = /name="(?:un)?tick" value="(\d+)"/.exec(text)?.[1];
    return id && /\/diary\/ask\?lesson=\d+/.exec((await visitor.get(`/diary/answer?homework=${id}`)).text)[0];
  }),
  '/diary/file': [],                                   // an attachment: diary.test.mjs sends and fetches some
  '/diary/marks': ['/diary/marks', '/diary/marks?sort=average', '/diary/marks?by=date'],
  '/diary/subject': inDiary((text) => {
    const id = /\/diary\/subject\?id=(\d+)/.exec(text)?.[1];
    return id && [`/diary/subject?id=${id}`, `/diary/subject?id=${id}&goal=4,9&weight=1&m1=5&w1=2`, `/diary/subject?id=${id}&topics=all`];
  }),
  '/timetable': ['/timetable', '/timetable?day=2026-11-24', '/timetable?week=2026-01-05', '/timetable?week=1900-01-01', '/timetable?print=1'],
  '/timetable/calendar': ['/timetable/calendar', '/timetable/calendar?month=2026-12', '/timetable/calendar?month=2199-12'],
  '/staff/head/timetable': async (head) => ['/staff/head/timetable', `/staff/head/timetable?class=${await firstClass(head)}`],
  '/staff/head/slot': async (head) => {
    const id = await firstClass(head);
    const [line] = await linkOn(`/staff/head/timetable?class=${id}`, '/staff/head/slot?class=')(head);
    return [`/staff/head/slot?class=${id}&weekday=2`, line];
  },
  '/staff/head/substitutions': async (head) => ['/staff/head/substitutions', await aTeacher(head)],
  '/staff/head/lesson': async (head) => {
    const page = await aTeacher(head);
    return page.includes('teacher=') ? linkOn(page, '/staff/head/lesson?id=')(head) : [];
  },
  '/staff/head/announcements': async (head) => ['/staff/head/announcements',
    ...await linkOn('/staff/head/announcements', '/staff/head/announcements?announcement=')(head)],
  '/staff/head/school': async (head) => ['/staff/head/school', ...await linkOn('/staff/head/school', '/staff/head/school?contact=')(head)],
  '/staff/head/completion': ['/staff/head/completion', '/staff/head/completion?from=2020-01-01&to=2020-01-02'],
  '/calendar/feed.ics': [],                            // no page: calendar.test.mjs has a token for it
  '/attendance': ['/attendance', '/attendance?print=1'],
  '/attendance/excuse': ['/attendance/excuse', '/attendance/excuse?kind=late'],
  '/staff/class/week': ['/staff/class/week', '/staff/class/week?print=1'],
  '/staff/class/file': [],                             // an attachment, as '/attendance/file'
  '/appeals': ['/appeals', '/appeals?all=1', '/appeals?find=%D0%BE%D0%B1%D0%B5%D0%B4', '/appeals?find=zzz'],
  '/appeals/new': ['/appeals/new', '/appeals/new?category=meals', '/appeals/new?category=other'],
  '/appeals/appeal': async (visitor) => [...new Set((await visitor.get('/appeals?all=1')).text.match(/\/appeals\/appeal\?id=\d+/g))]
    .flatMap((link) => [link, `${link}&print=1`]),
  '/appeals/faq': ['/appeals/faq', '/appeals/faq?find=%D0%BE%D0%B1%D0%B5%D0%B4%D0%BE%D0%B2', '/appeals/faq?category=other'],
  '/appeals/file': [],                                 // an attachment: appeals.test.mjs sends one and gets it
  '/attendance/file': [],                              // an attachment, of an excuse that attendance.test.mjs sends
  '/diary/file': [],                                   // an attachment: diary.test.mjs sends one and gets it
  '/meals': async (visitor) => ['/meals', '/meals?month=2026-12', '/meals?month=2199-12', '/meals?week=1900-01-01', '/meals?week=2199-12-30',
    ...await linkOn('/meals', '/meals?day=')(visitor)],
  '/meals/order': async (visitor) => {
    const [, field, id] = /name="(o\d+)" value="(\d+)"/.exec((await visitor.get('/meals')).text) ?? [];
    return ['/meals/order', ...(id ? [`/meals/order?${field}=${id}`] : [])];
  },
  '/meals/cancel': async (visitor) => [...(await visitor.get('/meals')).text.matchAll(/\/meals\/cancel\?o1=\d+/g)].slice(0, 1).map(([link]) => link),
  '/meals/standing': async (visitor) => {
    const choice = /name="choice" value="([^"]+)"/.exec((await visitor.get('/meals/standing')).text)?.[1];
    const first = new Date(Date.now() + 2 * 86400e3).toISOString().slice(0, 10);
    return ['/meals/standing', ...(choice ? [`/meals/standing?choice=${choice}&w1=1&w3=1&first=${first}`] : [])];
  },
  '/meals/refuse': () => {
    const day = new Date(Date.now() + 2 * 86400e3).toISOString().slice(0, 10);
    return ['/meals/refuse', `/meals/refuse?first=${day}&last=${day}`];
  },
  '/library': ['/library', '/library?done=library-renewed'],
  '/library/search': ['/library/search', '/library/search?q=%D0%BA%D0%B0%D0%BF%D0%B8%D1%82%D0%BD%D1%81%D0%BA%D0%B0%D1%8F', '/library/search?kind=textbook&page=2',
    '/library/search?q=%D1%8A%D1%8A%D1%8A%D1%8A&available=1'],
  '/security': ['/security', '/security?month=2026-10', '/security?from=2026-01-01&to=2026-11-30'],
  '/security/card': linkOn('/security', '/security/card?id='),
  '/staff/journal': ['/staff/journal', '/staff/journal?day=2026-07-01'],
  '/staff/journal/lesson': ofLesson('/staff/journal/lesson'),
  '/staff/journal/marks': ofLesson('/staff/journal/marks'),
  '/staff/journal/mark': ofLesson('/staff/journal/mark', (l) => `work=${l.work}&pupil=${l.pupil}`),
  '/staff/journal/homework': ofLesson('/staff/journal/homework'),
  '/staff/journal/class': ofLesson('/staff/journal/class', (l) => `class=${l.class}&subject=${l.subject}`),
  '/staff/journal/finals': ofLesson('/staff/journal/finals', (l) => `class=${l.class}&subject=${l.subject}`),
  '/staff/journal/file': [],                           // an attachment: journal.test.mjs asks for one
  '/staff/tutor': ['/staff/tutor', '/staff/tutor?all=1'],
  '/staff/tutor/confirm': tutorsMeal(({ menu, child }) => `/staff/tutor/confirm?menu=${menu}&p_${child}=1`),
  '/staff/tutor/batch': tutorsMeal(({ batch }) => `/staff/tutor/batch?id=${batch}`),
  '/staff/tutor/refund': tutorsMeal(({ serving }) => `/staff/tutor/refund?kind=meal&id=${serving}`),
  '/staff/tutor/counts': ['/staff/tutor/counts', '/staff/tutor/counts?day=2020-01-01'],
  '/staff/services/confirm': async (teacher) => {
    const [lesson] = await linkOn('/staff/services', '/staff/services/lesson?team=')(teacher);
    const [, child] = /name="p_(\d+)"/.exec((await teacher.get(lesson)).text);
    return [`${lesson.replace('lesson', 'confirm')}&p_${child}=1`];
  },
  '/staff/services/batch': teachersLesson(({ batch }) => `/staff/services/batch?id=${batch}`),
  '/staff/services/undo': teachersLesson(({ charge }) => `/staff/services/undo?id=${charge}`),
  '/staff/services.csv': [],                           // a table: services.test.mjs asks for it
  '/staff/services/price': ['/staff/services/price'],
  '/staff/services/group': ['/staff/services/group'],
  '/staff/services/members': async (head) => {
    const [team] = await linkOn('/staff/services', '/staff/services/team?id=')(head), path = team.replace('team?id', 'members?team');
    return [path, `${path}&class=${await firstClass(head)}&all=1`];
  },
  '/staff/services/member': async (head) => {
    for (const [, team] of (await head.get('/staff/services')).text.matchAll(/\/staff\/services\/team\?id=(\d+)/g)) {
      const found = await linkOn(`/staff/services/team?id=${team}`, '/staff/services/member?')(head).catch(() => null);
      if (found) return found;
    }
    throw new Error('no group has a member');
  },
  '/staff/gate': ['/staff/gate', '/staff/gate?find=7%D0%91', '/staff/gate?find=nobody'],
  '/staff/canteen': ['/staff/canteen', '/staff/canteen?day=2020-01-05'],
  '/staff/canteen/live': [],                           // a part of that page: canteen.test.mjs asks for it
  '/staff/canteen/serve': atTheTill(({ meal, serving, pupil }) => ['', `?meal=${meal}&till=2`, `?meal=${meal}&serving=${serving}`, `?meal=${meal}&pupil=${pupil}`,
    `?meal=${meal}&why=unknown`, `?meal=${meal}&why=many&find=%D0%90`].map((query) => `/staff/canteen/serve${query}`)),
  '/staff/canteen/undo': atTheTill(({ serving }) => [`/staff/canteen/undo?serving=${serving}`]),
  '/staff/canteen/list': atTheTill(({ meal, klass }) => ['/staff/canteen/list', `/staff/canteen/list?meal=${meal}&class=${klass}`]),
  '/staff/canteen/sheet': atTheTill(({ meal }) => ['/staff/canteen/sheet', `/staff/canteen/sheet?meal=${meal}&grade=5`]),
  '/staff/canteen/buffet': atTheTill(({ pupil, dish }) => ['/staff/canteen/buffet', `/staff/canteen/buffet?pupil=${pupil}`, `/staff/canteen/buffet?pupil=${pupil}&n_${dish}=2`]),
  '/staff/canteen/menu': ['/staff/canteen/menu', '/staff/canteen/menu?week=2020-01-05'],
  '/staff/canteen/menu/day': linkOn('/staff/canteen/menu?week=2027-01-13', '/staff/canteen/menu/day?'),
  '/staff/canteen/dishes': ['/staff/canteen/dishes', '/staff/canteen/dishes?retired=1'],
  '/staff/canteen/dish': async (cook) => ['/staff/canteen/dish', ...await linkOn('/staff/canteen/dishes', '/staff/canteen/dish?id=')(cook)],
  '/staff/canteen/complex': async (cook) => ['/staff/canteen/complex', ...await linkOn('/staff/canteen/rules', '/staff/canteen/complex?id=')(cook)],
  '/staff/canteen/benefits': opened(() => ['/staff/canteen/benefits', '/staff/canteen/benefits?find=%D0%90']),
  '/staff/canteen/child': opened(({ pupil }) => [`/staff/canteen/child?pupil=${pupil}`]),
  '/staff/canteen/report': opened(() => ['/staff/canteen/report', '/staff/canteen/report?by=class&from=2026-01-01&to=2026-12-31']),
  '/staff/canteen/report.csv': opened(() => ['/staff/canteen/report.csv']),
  '/staff/canteen/rations': opened(() => ['/staff/canteen/rations']),
  '/staff/library': inLibrary(({ reader, set }) => ['', `?reader=${reader}`, `?set=${set}`, '?why=unknown', '?why=many&find=%D0%90'].map((query) => `/staff/library${query}`)),
  '/staff/library/readers': inLibrary(({ klass }) => ['', `?class=${klass}`, '?find=%D0%90', '?find=nobody'].map((query) => `/staff/library/readers${query}`)),
  '/staff/library/reader': inLibrary(({ reader }) => [`/staff/library/reader?id=${reader}`]),
  '/staff/library/discharge': inLibrary(({ reader }) => [`/staff/library/discharge?reader=${reader}`]),
  '/staff/library/kept': ['/staff/library/kept'],
  '/staff/library/queue': inLibrary(({ hold }) => [`/staff/library/queue?title=${hold.title}`, `/staff/library/queue?title=${hold.title}&hold=${hold.id}`]),
  '/staff/library/copy': inLibrary(({ out, lost, onShelf }) => [out, lost, onShelf].map((id) => `/staff/library/copy?id=${id}`)),
  '/staff/library/act': inLibrary(({ out, lost, onShelf }) => [`${out}&what=lose`, `${lost}&what=found`, `${lost}&what=gone`, `${onShelf}&what=repair`, `${onShelf}&what=missing`]
    .map((query) => `/staff/library/act?copy=${query}`)),
  '/staff/library/labels': inLibrary(({ onShelf }) => ['', '?since=2020-01-01', `?copy_${onShelf}=1`, '?from=ZZZZ'].map((query) => `/staff/library/labels${query}`)),
  '/staff/library/catalogue': ['', '?q=%D0%BA%D0%B0%D0%BF%D0%B8%D1%82%D0%BD%D1%81%D0%BA%D0%B0%D1%8F', '?kind=textbook', '?q=nothing-of-the-kind'].map((query) => `/staff/library/catalogue${query}`),
  '/staff/library/catalogue.csv': [],                       // a table: catalogue.test.mjs
  '/staff/library/title': inLibrary(({ hold }) => [`/staff/library/title?id=${hold.title}`]),
  '/staff/library/title/edit': inLibrary(({ hold }) => ['/staff/library/title/edit', `/staff/library/title/edit?id=${hold.title}`]),
  '/staff/library/import': inLibrary(({ school }) => ['/staff/library/import', `/staff/library/import?id=${anImport(school)}`]),
  '/staff/library/inventory/count': inLibrary(({ school }) => ['', '&outcome=found&code=039-00001', '&outcome=unknown&code=ZZZZ'].map((more) => `/staff/library/inventory/count?id=${anInventory(school)}${more}`)),
  '/staff/library/inventory/missing': inLibrary(({ school }) => [`/staff/library/inventory/missing?id=${anInventory(school)}`]),
  '/staff/library/inventory/missing.csv': [],               // a table: catalogue.test.mjs
  '/staff/library/inventory/end': inLibrary(({ school }) => [`/staff/library/inventory/end?id=${anInventory(school)}`]),
  '/staff/library/overdue': ['/staff/library/overdue'],
  '/staff/library/overdue.csv': [],                         // a table: catalogue.test.mjs
  '/staff/library/cards': inLibrary(({ klass }) => [`/staff/library/cards?class=${klass}`]),
  '/staff/library/sets': inLibrary(({ klass }) => ['/staff/library/sets', `/staff/library/sets?class=${klass}`]),
  '/staff/library/sets/plan': inLibrary(({ klass, textbooks }) => [`/staff/library/sets/plan?class=${klass}&${textbooks.map((id) => `title_${id}=1`).join('&')}`]),
  '/staff/library/set': inLibrary(({ set }) => [`/staff/library/set?id=${set}`]),
  '/staff/appeals': ['/staff/appeals', '/staff/appeals?state=all&find=I2', '/staff/appeals?state=all&who=mine&priority=1&escalated=1&from=2020-01-01&to=2020-01-02'],
  '/staff/appeals/appeal': async (desk) => {
    const [open] = await linkOn('/staff/appeals', '/staff/appeals/appeal?id=')(desk), id = /id=(\d+)/.exec(open)[1];
    const template = value(`select t.id from appeal.template t where t.category is null and not t.is_retired order by t.id limit 1`);
    return [open, `/staff/appeals/appeal?id=${id}&template=${template}`, ...await linkOn('/staff/appeals?state=done', '/staff/appeals/appeal?id=')(desk)];
  },
  '/staff/appeals/file': [],                           // an attachment: support.test.mjs asks for one
  '/staff/appeals/template': ['/staff/appeals/template'],
  '/staff/appeals/publish': async (desk) => {
    const [answered] = await linkOn('/staff/appeals?state=done', '/staff/appeals/appeal?id=')(desk);
    return [answered.replace('/appeal?', '/publish?')];
  },
  '/staff/appeals/figures': ['/staff/appeals/figures', '/staff/appeals/figures?from=2020-01-01&to=2020-01-02'],
  '/views': ['/views', '/views?lists=1', '/views?from=2020-01-01&to=2020-01-02'],
  '/staff/audit': ['/staff/audit', '/staff/audit?area=money', '/staff/audit?area=views', '/staff/audit?from=2020-01-01&to=2020-01-02'],
  '/staff/audit.csv': [],                              // a table: audit.test.mjs asks for it
  '/staff/admin/job': ['/staff/admin/job?name=books', '/staff/admin/job?name=order-by-itself'],
  '/staff/gate/live': [],                              // a part of that page: gate.test.mjs asks for it
};

/** The roles that visitors are tested in, and how one gets in. A route is opened by the first of them that it lets in. */
const staff = (role) => () => {
  const member = credentials.staff.find((s) => s.role === role);
  if (!member) throw new Error(`the demo has no ${role}: credentials.json, staff[]`);
  return loggedInStaff(member);
};
const doors = {
  parent: () => loggedIn(cabinet()),
  pupil: () => loggedIn(credentials.cabinets.flatMap((c) => c.others ?? []).find((c) => c.mode === 'pupil')),
  teacher: staff('teacher'), tutor: staff('tutor'), head: staff('head'), guard: staff('guard'),
  canteen: staff('canteen'), admin: staff('admin'), librarian: staff('librarian'), support: staff('support'),
};

const visitors = new Map();
/** A visitor of that role, logged in once per test file. */
export function visitorOf(role) {
  if (!visitors.has(role)) visitors.set(role, doors[role]());
  return visitors.get(role);
}

const getRoutes = routes.filter(({ method, access }) => method === 'GET' && !access.includes('device'));
const roleOf = ({ path, access }) => {
  const role = Object.keys(doors).find((name) => access.includes(name)) ?? null;
  if (role === null && !access.includes('anyone')) throw new Error(`${path}: none of ${Object.keys(doors)} may open it`);
  return role;
};
const isHtml = (answer) => /^text\/html/.test(answer.headers['content-type']);

/** Follows links from these pages, the nearest first, until every route of `wanted` has one that leads to it: { route: link }. */
const CRAWL_MAX = 150;
async function crawl(visitor, paths, wanted) {
  const found = new Map(), known = new Set(getRoutes.map(({ path }) => path)), seen = new Set(paths), queue = [...paths];
  for (let i = 0; i < queue.length && i < CRAWL_MAX && found.size < wanted.size; i++) {
    const answer = await visitor.get(queue[i]);
    if (answer.status !== 200 || !isHtml(answer)) continue;
    for (const [, href] of answer.text.matchAll(/href="([^"#]+)/g)) {
      const link = unescape(href), [path] = link.split('?');
      if (!known.has(path) || seen.has(link)) continue;
      seen.add(link);
      queue.push(link);
      if (wanted.has(path) && link !== path && !found.has(path)) found.set(path, link);
    }
  }
  return found;
}

/** Links to the routes without examples that refuse to be opened as they are, from the pages that each role can see. */
async function findLinks() {
  const links = new Map();
  for (const role of Object.keys(doors)) {
    const own = getRoutes.filter((route) => roleOf(route) === role && !examples[route.path]);
    const wanted = new Set(), plain = [];
    for (const { path } of own)
      if ((await (await visitorOf(role)).get(path)).status === 200) plain.push(path);
      else wanted.add(path);
    const entrances = getRoutes.filter((route) => roleOf(route) === role && Array.isArray(examples[route.path])).flatMap(({ path }) => examples[path]);
    if (wanted.size)
      for (const [path, link] of await crawl(await visitorOf(role), [...plain, ...entrances], wanted)) links.set(path, link);
  }
  return links;
}

/** Every page: { path, program, role, isFile } with role one of `doors`, or null for who has no session. */
export async function allPages() {
  const links = await findLinks(), list = [];
  for (const route of getRoutes) {
    const { path, access, program } = route, role = roleOf(route);
    const wanted = examples[path] ?? [links.get(path) ?? path];
    const paths = typeof wanted === 'function' ? await wanted(await visitorOf(role)) : wanted;
    for (const one of paths) {
      const isFile = !isHtml(await (role === null ? new Visitor() : await visitorOf(role)).get(one));
      if (role !== null) list.push({ path: one, program, role, isFile });
      if (access.includes('anyone')) list.push({ path: one, program, role: null, isFile });
    }
  }
  return list;
}
