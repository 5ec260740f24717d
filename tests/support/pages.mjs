// pages.mjs -- every page there is, from what the programs say of their routes: a new section is tested without being asked.
//
// A GET route without an entry in `examples` is opened as it is. One that needs parameters, or has faces that should be seen
// too, gets its paths there, each beginning with the route; a function gets a visitor who may open it and finds what the demo has.
// An empty list leaves a route out, with the reason beside it.
import { cabinet, credentials, routes } from './kabinet.mjs';
import { loggedIn, loggedInStaff, unescape } from './visitor.mjs';

/** The first link on `page` that begins with `start`; a page without one is a failure of the demo's data. */
const linkOn = (page, start) => async (visitor) => {
  const answer = await visitor.get(page);
  const found = [...answer.text.matchAll(/href="([^"]+)"/g)].map((m) => unescape(m[1])).find((href) => href.startsWith(start));
  if (!found) throw new Error(`no link to ${start} on ${page} (status ${answer.status})`);
  return [found];
};

/** What `pick` finds in the diary's nearest week that has it, from this week back: lessons may be far away in summer. */
const inDiary = (pick) => async (visitor) => {
  for (let back = 0; back < 30; back++) {
    const day = new Date(Date.now() - back * 7 * 86400000).toISOString().slice(0, 10);
    const found = pick((await visitor.get(`/diary?week=${day}`)).text, day);
    if (found) return [found].flat();
  }
  throw new Error('half a year of the diary is empty');
};

const examples = {
  '/health': [],                                       // for monitoring, plain text: pages.test.mjs asks it by itself
  '/login': ['/login', '/login?done=logout'],
  '/finance': ['/finance', '/finance?from=2020-01-01&to=2030-12-31', '/finance?from=2020-01-01&to=2020-01-02', '/finance?print=1'],
  '/finance/slip': ['/finance/slip', '/finance/slip?amount=1500,50'],
  '/finance/entry': linkOn('/finance?print=1', '/finance/entry?id='),
  '/diary': inDiary((text, day) => (/name="u?n?tick"/.test(text) ? ['/diary', `/diary?week=${day}`, `/diary?day=${day}`, `/diary?week=${day}&print=1`,
    '/diary?week=1999-01-01'] : null)),
  '/diary/answer': inDiary((text) => /name="(?:un)?tick" value="(\d+)"/.exec(text)?.[1].replace(/^/, '/diary/answer?homework=')),
  '/diary/ask': inDiary((text) => /\/diary\/ask\?lesson=\d+/.exec(text)?.[0]),
  '/diary/file': [],                                   // an attachment: diary.test.mjs sends and fetches some
  '/diary/marks': ['/diary/marks', '/diary/marks?sort=average', '/diary/marks?by=date'],
  '/diary/subject': inDiary((text) => {
    const id = /\/diary\/subject\?id=(\d+)/.exec(text)?.[1];
    return id && [`/diary/subject?id=${id}`, `/diary/subject?id=${id}&goal=4,9&weight=1&m1=5&w1=2`, `/diary/subject?id=${id}&topics=all`];
  }),
  '/timetable': ['/timetable', '/timetable?day=2026-11-24', '/timetable?week=2026-01-05', '/timetable?week=1900-01-01', '/timetable?print=1'],
  '/timetable/calendar': ['/timetable/calendar', '/timetable/calendar?month=2026-12', '/timetable/calendar?month=2199-12'],
  '/calendar/feed.ics': [],                            // no page: calendar.test.mjs has a token for it
  '/attendance': ['/attendance', '/attendance?print=1'],
  '/attendance/excuse': ['/attendance/excuse', '/attendance/excuse?kind=late'],
  '/staff/class/week': ['/staff/class/week', '/staff/class/week?print=1'],
  '/staff/class/file': [],                             // an attachment, as '/attendance/file'
  '/staff/class/reason': [],                           // class.test.mjs makes the absence that it needs
  '/attendance/file': [],                              // an attachment, of an excuse that attendance.test.mjs sends
  '/security': ['/security', '/security?month=2026-10', '/security?from=2026-01-01&to=2026-11-30'],
  '/security/card': linkOn('/security', '/security/card?id='),
  '/staff/gate': ['/staff/gate', '/staff/gate?find=7%D0%91', '/staff/gate?find=nobody'],
  '/staff/gate/live': [],                              // a part of that page: gate.test.mjs asks for it
};

/** Routes whose answer is no page. */
const files = ['/finance/statement.csv', '/attendance.csv', '/staff/class.csv', '/staff/gate/events.csv'];

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
};

const visitors = new Map();
/** A visitor of that role, logged in once per test file. */
export function visitorOf(role) {
  if (!visitors.has(role)) visitors.set(role, doors[role]());
  return visitors.get(role);
}

/** Is it a document for programs, or a file, which a browser would only save? */
export const isFile = (path) => files.includes(path.split('?')[0]);

/** Every page: { path, program, role } with role one of `doors`, or null for who has no session. */
export async function allPages() {
  const list = [];
  for (const { method, path, access, program } of routes) {
    if (method !== 'GET' || access.includes('device')) continue;
    const role = Object.keys(doors).find((name) => access.includes(name)) ?? null;
    const wanted = examples[path] ?? [path];
    const paths = typeof wanted === 'function' ? await wanted(await visitorOf(role)) : wanted;
    for (const one of paths) {
      if (role !== null) list.push({ path: one, program, role });
      if (access.includes('anyone')) list.push({ path: one, program, role: null });
    }
  }
  return list;
}
