/* screenshots.mjs FOLDER [PAGE...] -- pictures of the pages for the documentation; scripts/screenshots starts it. */
import { launchBrowser, newContext, newPage, stateOf } from '../support/browser.mjs';
import { value } from '../support/kabinet.mjs';
import { allPages, anImport, atTheTill, inLibrary, visitorOf } from '../support/pages.mjs';

const [folder, ...wanted] = process.argv.slice(2);
const desktop = { viewport: { width: 1280, height: 860 }, look: 'light.m.normal' };
const phone = { viewport: { width: 360, height: 740 }, look: 'light.m.normal', hasTouch: true };
const dark = { viewport: { width: 1280, height: 860 }, look: 'dark.m.normal' };
const darkPhone = { ...phone, look: 'dark.m.normal' };
const tablet = { viewport: { width: 820, height: 1180 }, look: 'light.m.normal', hasTouch: true };
const narrow = { ...desktop, viewport: { width: 1024, height: 768 } };
const desks = { '': desktop, '-tablet': tablet, '-dark': dark };
const everywhere = { '': desktop, '-phone': phone, '-dark': dark, '-phone-dark': darkPhone };

const canteen = atTheTill(({ meal, klass, serving, pupil, dish, barred, day }) => ({
  day: `/staff/canteen?day=${day}`,
  result: `/staff/canteen/serve?meal=${meal}&till=1&serving=${serving}`, refused: `/staff/canteen/serve?meal=${meal}&till=1&pupil=${barred ?? pupil}`,
  list: `/staff/canteen/list?meal=${meal}&class=${klass}`, buffet: `/staff/canteen/buffet?pupil=${pupil}&n_${dish}=2`,
}))();
const library = inLibrary((known) => known)();
/* A class of the same grade that has no textbooks yet. */
const bare = value(`select k.id from school.class k join school.class o on o.year_id = k.year_id and o.grade = k.grade and o.id <> k.id where o.id = ${library.klass}
  and not exists (select from library.class_set s where s.class_id = k.id) order by k.letter limit 1`) ?? library.klass;
/* A book lent at the desk and, once the pictures are taken, lent no more: the address that tells of it. */
let lent;
async function lending() {
  if (lent) return lent;
  const librarian = await visitorOf('librarian'), page = await librarian.get('/staff/library');
  const [csrf, key] = ['csrf', 'key'].map((name) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)[1]);
  lent = (await librarian.submit('/staff/library/scan', { csrf, key, reader: library.reader, find: value(`select barcode from library.copy where id = ${library.onShelf}`) })).headers.location;
  return lent;
}
/* An inventory that goes on, with a shelf counted; a file that was looked at. */
function stocktaking() {
  const open = `from library.inventory where school_id = ${library.school} and ended_at is null`;
  value(`insert into library.inventory (school_id, title, staff_id) select ${library.school}, 'Осень', min(id) from auth.staff where school_id = ${library.school} and 'librarian' = any (roles)
    on conflict do nothing`);
  const id = value(`select id ${open}`);
  value(`insert into library.inventory_seen (inventory_id, copy_id, staff_id, state) select i.id, c.id, i.staff_id, c.state from library.inventory i, library.copy c where i.id = ${id}
    and c.school_id = i.school_id and c.state in ('in', 'kept') and c.id % 3 <> 0 on conflict do nothing`);
  return { count: `/staff/library/inventory/count?id=${id}`, missing: `/staff/library/inventory/missing?id=${id}`, end: `/staff/library/inventory/end?id=${id}`,
    preview: `/staff/library/import?id=${anImport(library.school)}`, code: value(`select barcode from library.copy where id = ${library.onShelf}`) };
}
const stock = !wanted.length || wanted.some((name) => name.startsWith('librarian')) ? stocktaking() : {};
const undoLending = () => lent && value(`select library.undo_lend(s.loan_id, s.staff_id) from library.scan s where s.id = ${/scan=(\d+)/.exec(lent)[1]} and s.outcome = 'lent'`);
const both = { '': desktop, '-phone': phone };
const onDesk = { '': desktop, '-tablet': tablet };
const inHand = { '-phone': phone };

/* Lessons are shown on a day that had some, whatever the day of the pictures is. */
const schoolDay = value(`select max(day) from school.lesson where roll_at is not null and day < current_date`);

/* The address of a page that wants parameters, as the tests of all pages open it. */
let every;
const example = (route) => async () => {
  every ??= await allPages();
  return every.find(({ path }) => path.startsWith(`${route}?`)).path;
};

/* `role` is one of tests/support/pages.mjs, a parent's by default; null for who has no session. */
const pages = {
  login: { path: '/login', role: null, forms: everywhere },
  first: { path: '/login/first', role: null },
  home: { path: '/', forms: everywhere },
  announcements: { path: '/announcements' },
  rating: { path: '/rating', forms: everywhere },
  diary: { path: `/diary?week=${schoolDay}`, forms: everywhere },
  'diary-day': { path: `/diary?day=${schoolDay}`, forms: inHand },
  'diary-print': { path: `/diary?week=${schoolDay}&print=1` },
  'diary-homework': { path: '/diary/homework', forms: both },
  'diary-answer': { path: example('/diary/answer'), forms: inHand },
  'diary-ask': { path: example('/diary/ask'), forms: inHand },
  'diary-marks': { path: '/diary/marks', forms: everywhere },
  'diary-subject': { path: example('/diary/subject'), forms: both },
  'diary-topics': { path: '/diary/topics', forms: inHand },
  'diary-finals': { path: '/diary/finals', forms: both },
  attendance: { path: '/attendance', forms: everywhere },
  'attendance-excuse': { path: '/attendance/excuse', forms: inHand },
  appeals: { path: '/appeals', forms: everywhere },
  'appeals-category': { path: '/appeals/new', forms: inHand },
  'appeals-new': { path: '/appeals/new?category=meals', forms: both },
  'appeals-appeal': { path: `/appeals?find=${encodeURIComponent('списали обед')}`, follow: '.appeals a', forms: everywhere },
  'appeals-print': { path: `/appeals/appeal?id=${value(`select id from appeal.appeal where subject = 'Вход в школу не отмечен'`)}&print=1` },
  'appeals-faq': { path: `/appeals/faq?find=${encodeURIComponent('обед')}`, forms: both },
  finance: { path: '/finance', forms: everywhere },
  entry: { path: '/finance?print=1', follow: '.statement .what a' },
  'finance-receipt': { path: async () => `${await example('/finance/entry')()}&print=1` },
  'finance-transfer': { path: '/finance/transfer', forms: { '': desktop, '-phone': phone } },
  'finance-withdraw': { path: '/finance/withdraw', forms: { '': desktop, '-phone': phone } },
  'finance-certificate': { path: '/finance/certificate', forms: { '': { ...desktop, viewport: { width: 1280, height: 1250 } }, '-phone': phone } },
  slip: { path: '/finance/slip?amount=1500', forms: { '': { ...desktop, viewport: { width: 1280, height: 1250 } }, '-phone': phone } },
  meals: { path: '/meals', forms: everywhere },
  'meals-day': { path: '/meals', follow: '.m-day h3 a', forms: { '': desktop, '-phone': phone } },
  'meals-eaten': { path: '/meals/eaten', forms: { '': desktop, '-phone': phone } },
  'meals-plan': { path: '/meals/plan', forms: { '': desktop, '-phone': phone } },
  'meals-limits': { path: '/meals/limits', forms: { '': desktop, '-phone': phone } },
  'meals-buffet': { path: '/meals/buffet', forms: { '-phone': phone } },
  library: { path: '/library', forms: everywhere },
  'library-search': { path: `/library/search?q=${encodeURIComponent('капитнская')}`, forms: everywhere },
  'library-title': { path: example('/library/title'), forms: both },
  'library-history': { path: '/library/history', forms: both },
  'library-forget': { path: '/library/forget', forms: inHand },
  'library-discharge': { path: '/library/discharge', forms: both },
  'library-card': { path: '/library/card', forms: inHand },
  security: { path: '/security', forms: everywhere },
  'security-card': { path: example('/security/card'), forms: inHand },
  'security-permit': { path: '/security/permit', forms: inHand },
  timetable: { path: '/timetable', forms: everywhere },
  'timetable-calendar': { path: '/timetable/calendar', forms: both },
  'timetable-subscriptions': { path: '/timetable/subscriptions', forms: inHand },
  journal: { path: `/staff/journal?day=${schoolDay}`, role: 'teacher', forms: everywhere },
  'journal-lesson': { path: example('/staff/journal/lesson'), role: 'teacher', forms: everywhere },
  'journal-marks': { path: example('/staff/journal/marks'), role: 'teacher', forms: both },
  'journal-mark': { path: example('/staff/journal/mark'), role: 'teacher', forms: inHand },
  'journal-homework': { path: example('/staff/journal/homework'), role: 'teacher', forms: inHand },
  'journal-class': { path: example('/staff/journal/class'), role: 'teacher', forms: both },
  'journal-finals': { path: example('/staff/journal/finals'), role: 'teacher', forms: inHand },
  class: { path: `/staff/class?day=${schoolDay}`, role: 'tutor', forms: everywhere },
  'class-week': { path: '/staff/class/week', role: 'tutor' },
  head: { path: '/staff/head', role: 'head', forms: everywhere },
  'head-timetable': { path: '/staff/head/timetable?class=1', role: 'head' },
  'head-substitutions': { path: '/staff/head/substitutions', role: 'head' },
  'head-year': { path: '/staff/head/year', role: 'head' },
  'head-announcements': { path: '/staff/head/announcements', role: 'head', forms: everywhere },
  'head-school': { path: '/staff/head/school', role: 'head', forms: both },
  'head-completion': { path: '/staff/head/completion', role: 'head', forms: both },
  tutor: { path: '/staff/tutor', role: 'tutor', follow: '.j-day a[rel=prev]', forms: everywhere },
  'tutor-paid': { path: '/staff/tutor/paid', role: 'tutor', forms: { '': desktop, '-phone': phone } },
  'tutor-refund': { path: '/staff/tutor/paid', role: 'tutor', follow: '.d-act', forms: { '-phone': phone } },
  'tutor-confirm': { path: example('/staff/tutor/confirm'), role: 'tutor', forms: both },
  'tutor-batch': { path: example('/staff/tutor/batch'), role: 'tutor', forms: both },
  'tutor-counts': { path: '/staff/tutor/counts', role: 'head', forms: { '': desktop, '-phone': phone } },
  services: { path: '/staff/services', role: 'teacher', forms: everywhere },
  'services-lesson': { path: '/staff/services', role: 'teacher', follow: '.things .button', forms: { '-phone': phone } },
  'services-history': { path: '/staff/services/history?team=1', role: 'head' },
  'services-team': { path: example('/staff/services/team'), role: 'teacher', forms: both },
  'services-confirm': { path: example('/staff/services/confirm'), role: 'teacher', forms: both },
  'services-undo': { path: example('/staff/services/undo'), role: 'teacher', forms: inHand },
  'services-members': { path: example('/staff/services/members'), role: 'head', forms: both },
  'services-prices': { path: '/staff/services/prices', role: 'head', forms: { '': desktop, '-phone': phone } },
  support: { path: '/staff/appeals', role: 'support', forms: { ...desks, '-phone': phone, '-1024': narrow } },
  'support-appeal': { path: '/staff/appeals', role: 'support', follow: '.s-list a', forms: { ...desks, '-phone': phone } },
  'support-figures': { path: '/staff/appeals/figures', role: 'support', forms: { '': desktop, '-phone': phone } },
  'support-publish': { path: example('/staff/appeals/publish'), role: 'head', forms: { '': desktop } },
  'staff-login': { path: '/staff/login', role: null },
  staff: { path: '/staff', role: 'head', forms: both },
  audit: { path: '/staff/audit', role: 'admin', forms: everywhere },
  admin: { path: '/staff/admin', role: 'admin', forms: everywhere },
  'admin-job': { path: '/staff/admin/job?name=order-by-itself', role: 'admin', forms: both },
  gate: { path: '/staff/gate', role: 'guard', forms: everywhere },
  'gate-inside': { path: '/staff/gate/inside', role: 'guard', forms: both },
  canteen: { path: canteen.day, role: 'canteen', forms: desks },
  'canteen-serve': { path: canteen.result, role: 'canteen', forms: desks },
  'canteen-refused': { path: canteen.refused, role: 'canteen', forms: { '': desktop, '-tablet': tablet } },
  'canteen-list': { path: canteen.list, role: 'canteen', forms: { '': desktop, '-tablet': tablet } },
  'canteen-buffet': { path: canteen.buffet, role: 'canteen', forms: desks },
  'canteen-menu': { path: '/staff/canteen/menu', role: 'canteen', forms: desks },
  'canteen-sheet': { path: example('/staff/canteen/sheet'), role: 'canteen', forms: onDesk },
  'canteen-menu-day': { path: example('/staff/canteen/menu/day'), role: 'canteen', forms: onDesk },
  'canteen-dishes': { path: '/staff/canteen/dishes', role: 'canteen', forms: onDesk },
  'canteen-dish': { path: example('/staff/canteen/dish'), role: 'canteen', forms: onDesk },
  'canteen-undo': { path: example('/staff/canteen/undo'), role: 'canteen', forms: onDesk },
  'canteen-benefits': { path: '/staff/canteen/benefits', role: 'canteen', forms: onDesk },
  'canteen-child': { path: example('/staff/canteen/child'), role: 'canteen', forms: onDesk },
  'canteen-report': { path: '/staff/canteen/report', role: 'canteen', forms: onDesk },
  'canteen-rations': { path: '/staff/canteen/rations', role: 'canteen', forms: onDesk },
  'canteen-rules': { path: '/staff/canteen/rules', role: 'canteen', forms: onDesk },
  librarian: { path: '/staff/library', role: 'librarian', forms: { '-1024': narrow, '-phone': phone } },
  'librarian-lent': { path: lending, role: 'librarian', forms: { '-1024': narrow, '-tablet': tablet, '-phone': phone, '-dark': dark } },
  'librarian-readers': { path: `/staff/library/readers?class=${library.klass}`, role: 'librarian', forms: both },
  'librarian-person': { path: `/staff/library/reader?id=${library.reader}`, role: 'librarian', forms: onDesk },
  'librarian-discharge': { path: `/staff/library/discharge?reader=${library.reader}`, role: 'librarian' },
  'librarian-kept': { path: '/staff/library/kept', role: 'librarian', forms: both },
  'librarian-queue': { path: `/staff/library/queue?title=${library.hold.title}&hold=${library.hold.id}`, role: 'librarian', forms: both },
  'librarian-copy': { path: `/staff/library/copy?id=${library.out}`, role: 'librarian', forms: both },
  'librarian-act': { path: `/staff/library/act?copy=${library.out}&what=lose`, role: 'librarian', forms: both },
  'librarian-sets': { path: `/staff/library/sets?class=${library.klass}`, role: 'librarian', forms: both },
  'librarian-plan': { path: `/staff/library/sets/plan?class=${bare}&${library.textbooks.map((id) => `title_${id}=1`).join('&')}`, role: 'librarian' },
  'librarian-set': { path: `/staff/library/set?id=${library.set}`, role: 'librarian', forms: { '': desktop, '-phone': phone, '-dark': dark } },
  'librarian-catalogue': { path: '/staff/library/catalogue', role: 'librarian', forms: { '': desktop, '-phone': phone, '-dark': dark } },
  'librarian-title': { path: `/staff/library/title?id=${library.hold.title}`, role: 'librarian', forms: both },
  'librarian-edit': { path: `/staff/library/title/edit?id=${library.hold.title}`, role: 'librarian' },
  'librarian-import': { path: '/staff/library/import', role: 'librarian' },
  'librarian-preview': { path: stock.preview, role: 'librarian', forms: both },
  'librarian-inventories': { path: '/staff/library/inventory', role: 'librarian' },
  'librarian-count': { path: `${stock.count}&outcome=found&code=${stock.code}`, role: 'librarian', forms: { '': desktop, '-phone': phone, '-dark': dark } },
  'librarian-missing': { path: stock.missing, role: 'librarian', forms: both },
  'librarian-end': { path: stock.end, role: 'librarian' },
  'librarian-overdue': { path: '/staff/library/overdue', role: 'librarian', forms: { '': desktop, '-phone': phone, '-dark': dark } },
  'librarian-popular': { path: '/staff/library/popular', role: 'librarian', forms: both },
  'librarian-labels': { path: `/staff/library/labels?since=2020-01-01`, role: 'librarian', forms: { '': desktop, '-phone': phone } },
  'librarian-cards': { path: `/staff/library/cards?class=${library.klass}`, role: 'librarian' },
  'canteen-complex': { path: example('/staff/canteen/complex'), role: 'canteen', forms: onDesk },
  devices: { path: '/devices' },
  settings: { path: '/settings', forms: { '': { ...desktop, viewport: { width: 1280, height: 1150 } }, '-phone': phone } },
  views: { path: '/views', forms: everywhere },
  child: { path: '/settings/child' },
  password: { path: '/settings/password' },
  rules: { path: '/rules' },
  error: { path: '/nothing-here' },
};

const browser = await launchBrowser();
for (const [name, { path, role = 'parent', follow, forms = { '': desktop } }] of Object.entries(pages)) {
  if (wanted.length && !wanted.includes(name))
    continue;
  for (const [suffix, options] of Object.entries(forms)) {
    const context = await newContext(browser, { ...options, storageState: role === null ? undefined : stateOf(await visitorOf(role)) });
    const page = await newPage(context);
    await page.goto(typeof path === 'function' ? await path() : path, { waitUntil: 'networkidle' });
    if (follow) {
      await page.locator(follow).first().click();
      await page.waitForLoadState('networkidle');
    }
    await page.screenshot({ path: `${folder}/${name}${suffix}.png` });
    await context.close();
  }
}
await browser.close();
undoLending();
