-- The journal of appeals of both schools: what families asked, what became of it, ready answers and the FAQ. An appeal is a little play:
-- it is sent so many days ago, and each step is «working day since then, time, what». Steps that are still to come have not happened, and
-- steps are taken by the functions of the journal itself; what they wrote down as of now is then given its own time.

set local role kabinet_owner;

create function pg_temp.step(p_appeal bigint, p_what text, p_words text) returns void language plpgsql as $$
declare
    v_appeal appeal.appeal := appeal.lock(p_appeal);
    v_staff bigint := (select f.id from demo.staff f where f.school_id = v_appeal.school_id
                          and f.key = case v_appeal.desk when 'school' then 'head' when 'canteen' then 'canteen' else 'support' end);
begin
    if p_what = 'note' then
        perform appeal.write(p_appeal, 'note', null, v_staff, p_words, '{}');
    elsif p_what = 'ask' then
        perform appeal.write(p_appeal, 'desk', null, v_staff, p_words, '{}', true);
    elsif p_what = 'add' then
        perform appeal.write(p_appeal, 'family', v_appeal.access_id, null, p_words, '{}');
    elsif p_what = 'answer' then
        perform appeal.write(p_appeal, 'desk', null, v_staff, p_words, '{}');
        perform appeal.move(appeal.lock(p_appeal), 'answered', v_appeal.desk, null, v_staff, '');
    elsif p_what in ('registered', 'in_work') then
        perform appeal.move(v_appeal, p_what::appeal.state, v_appeal.desk, null, v_staff, '');
    elsif p_what in ('school', 'canteen', 'agent', 'support') then
        perform appeal.move(v_appeal, 'registered', p_what::appeal.desk, null, v_staff, p_words);
    elsif p_what = 'reopened' then
        perform appeal.write(p_appeal, 'family', v_appeal.access_id, null, p_words, '{}');
        perform appeal.move(v_appeal, 'reopened', v_appeal.desk, v_appeal.access_id, null, '');
    elsif p_what = 'withdrawn' then
        perform appeal.move(v_appeal, p_what::appeal.state, v_appeal.desk, v_appeal.access_id, null, p_words);
    elsif p_what like 'closed_' then
        perform appeal.move(v_appeal, 'closed', v_appeal.desk, v_appeal.access_id, null, '');
        update appeal.appeal a set rating = right(p_what, 1)::smallint, rating_words = p_words where a.id = p_appeal;
    else
        raise exception 'no such step: %', p_what;
    end if;
end $$;

-- Texts and steps have times of their own in the past.
alter table appeal.message disable trigger append_only;
alter table appeal.event disable trigger append_only;
alter table appeal.appeal disable trigger registered_once;

do $$
declare
    v record;
    v_step text[];
    v_id bigint;
    v_file uuid;
    v_at timestamptz;
    v_last_event bigint;
    v_last_message bigint;
begin
    for v in
        select p.account, p.school_id, s.time_zone, a.id as access_id, x.*, d.day,
               least(timezone(s.time_zone, d.day + x.at), demo.now() - interval '5 min') as sent_at
          from (values
('0270390000', 0, '07:50'::time, 'cabinet', 'Не приходит код для второго устройства', E'Добавляю телефон ребёнка, код из кабинета не принимается: «код уже использован». Пробовали дважды.',
 null, ''),
('0270390000', 6, '20:14', 'meals', 'Списали обед в день, когда ребёнок болел', E'В понедельник ребёнок был дома с температурой, о болезни сообщили накануне вечером. Обед всё равно списан со счёта.\n\nПросим вернуть деньги за этот день.',
 null, '1 10:20 registered
1 10:40 in_work
1 10:45 note Отказ пришёл в 8:20, после отсечки. Посмотреть, была ли отметка тьютора.
2 12:10 answer Проверили: вы сообщили о болезни вовремя, а заявка была снята только утром. Обед отменён, деньги вернулись на лицевой счёт — это видно в разделе «Финансы».'),
('0270390000', 13, '19:02', 'study', 'Оценка за контрольную не та, что в тетради', E'В дневнике за контрольную по алгебре стоит 3, в тетради 4. Тетрадь прикладываем.',
 'Тетрадь.png', '1 09:15 registered
2 14:30 in_work
2 14:32 note Спросить учителя: могла быть ошибка при переносе в журнал.'),
('0270390000', 20, '12:35', 'library', 'Книга числится за нами, хотя её вернули', E'«Дети капитана Гранта» сдали две недели назад, а в кабинете она всё ещё на руках, и пишут о просрочке.',
 null, '1 11:00 registered
2 10:05 in_work
3 15:20 answer Книгу нашли на полке возврата: её не отсканировали при приёме. Сейчас она снята с вашего ребёнка. Приносим извинения.
4 18:40 closed5 Спасибо, разобрались быстро.'),
('0270390000', 34, '08:12', 'attendance', 'Вход в школу не отмечен', E'Вчера ребёнок вошёл по карте, турникет открылся, а в разделе «Безопасность» входа нет, и на уроках стоит «опоздал». Просим проверить.',
 null, '1 09:40 registered
2 11:30 in_work
4 16:05 answer Турникет в то утро работал без связи, события дошли только к вечеру. Сейчас вход виден, отметка об опоздании снята.
5 19:30 reopened Вход появился, но отметка «опоздал» на первом уроке осталась.
6 10:10 in_work
7 13:45 answer Отметка снята учителем сегодня. Проверьте, пожалуйста, ещё раз.
8 20:15 closed4 Со второго раза получилось.'),
('0270390000', 48, '21:20', 'money', 'Платёж по квитанции не пришёл', E'Оплатили 1 500 рублей по квитанции через приложение банка в пятницу. Прошло три рабочих дня, на счёте их нет. Чек прикладываем.',
 'Чек.pdf', '1 10:00 registered
1 12:25 in_work
1 12:30 ask Видим чек. Уточните, пожалуйста, какой номер лицевого счёта был в квитанции: первые шесть цифр.
1 19:05 add Первые шесть цифр — 027039, последние — как в кабинете.
2 15:10 note Реестр банка за пятницу пришёл с опозданием, платёж в следующем.
3 11:00 answer Банк прислал платёж с опозданием, сегодня он зачислен. Дата в выписке — день, когда вы платили.
3 20:40 closed5 '),
('0270390000', 61, '17:48', 'other', 'Просим поставить скамейки у главного входа', E'Родители первой смены ждут детей у входа стоя. Можно ли поставить две-три скамейки?',
 null, '1 09:30 registered
1 09:35 school Вопрос о дворе школы
3 14:00 in_work
12 16:20 answer Две скамейки заказаны, поставим их до конца месяца у главного входа, слева от крыльца.'),
('0270390000', 75, '13:05', 'refund', 'Вернуть остаток за шахматный клуб', E'Ребёнок перестал ходить в шахматный клуб, за месяц оплачено вперёд. Как вернуть остаток?',
 null, '1 10:15 registered
1 10:30 in_work
1 14:00 answer Занятия списываются по факту посещения, вперёд ничего не списано: остаток лежит на лицевом счёте и доступен для питания и других услуг.
2 08:20 closed5 Понятно, спасибо.'),
('0270390000', 82, '22:10', 'study', 'Два домашних задания на один день', E'На вторник задано по трём предметам сразу, каждое больше часа.',
 null, '0 22:45 withdrawn Поговорили с классным руководителем.'),
('0270390001', 6, '21:15', 'money', 'Пополнили не тот счёт', E'Ошиблись в последней цифре лицевого счёта и отправили 900 рублей чужому ребёнку. Чек есть.\n\nМожно ли перевести их на наш счёт?',
 'Чек.pdf', '1 09:40 registered
1 09:55 in_work
1 10:05 note Платёж лежит на счёте другой семьи: нужно её согласие или исправление от банка.
1 10:20 ask Чек видим. Если банк подтвердит ошибку, перевод исправим мы. Напишите, пожалуйста, в банк и приложите его ответ.
3 20:10 add Банк обещал ответить за три дня.'),
('0270390002', 52, '20:20', 'refund', 'Возврат за экскурсию, которой не было', E'Экскурсию отменили, а деньги не вернулись. Ждём уже давно.',
 null, '1 10:30 registered
2 11:15 in_work
2 11:20 note Запросить у школы приказ об отмене.'),
('0270390006', 9, '22:05', 'cabinet', 'Не видно второго ребёнка', E'Договор на младшего подписан неделю назад, а переключателя детей в кабинете нет.',
 null, '1 09:15 registered
1 09:30 in_work
1 09:45 answer В разделе «Настройки» выберите «Добавить ребёнка» и введите код из памятки к договору.
2 20:40 reopened Код из памятки не подходит: «код не найден».'),
('0270390001', 9, '18:25', 'meals', 'Заменить рыбу другим блюдом', E'Ребёнок не ест рыбу совсем. Можно ли в дни с рыбой выбирать другое горячее?',
 null, '1 10:50 registered
1 11:05 in_work
2 13:30 answer Да: в разделе «Питание» на каждый день есть два горячих на выбор. Выбор можно менять до 9:00 того же дня.'),
('0270390001', 2, '20:50', 'attendance', 'Как отметить отъезд на соревнования', E'Уезжаем на три дня в следующем месяце. Куда прикладывать письмо от тренера?',
 null, '1 09:20 registered'),
('0270390002', 11, '19:40', 'cabinet', 'Дневник не открывается на старом телефоне', E'На телефоне с браузером пятилетней давности страница дневника пустая. На компьютере всё видно.',
 'Экран.png', '1 09:50 registered
1 10:10 in_work
1 10:15 note Проверить, открывается ли без сценариев.
3 12:40 answer Нашли причину и исправили: страница открывается и в старых браузерах. Обновите её один раз.
4 20:05 closed5 Работает!'),
('0270390002', 3, '08:05', 'attendance', 'Второй день нет входа и выхода', E'Карта срабатывает, турникет открывается, а в кабинете с вторника ничего нет. Новая карта не выдавалась.',
 null, '1 10:30 registered
1 11:20 in_work'),
('0270390006', 50, '16:20', 'study', 'Расписание консультаций перед пробным экзаменом', E'Просим вывесить расписание консультаций по математике: дети узнают о них в последний день.',
 null, '2 12:00 registered
2 12:05 note У завуча, ждём расписание кабинетов.'),
('0270390006', 27, '21:30', 'money', 'Откуда списание 250 рублей', E'В выписке списание 250 рублей с пометкой «занятие». Ребёнок в этот день болел.',
 null, '1 10:00 registered
1 10:20 in_work
2 11:15 answer Отметку поставили по ошибке: в группе двое учеников с одинаковой фамилией. Списание отменено, деньги на счёте.
2 21:00 closed5 Спасибо.'),
('0270390012', 8, '09:10', 'study', 'Нет доступа к заданию по ссылке', E'Ссылка в домашнем задании по истории ведёт на страницу с ошибкой.', null, ''),
('0270390018', 15, '11:45', 'library', 'Не хватило учебника по английскому', E'Учебник второй части выдали не всем, у ребёнка его нет с сентября.',
 null, '1 12:30 registered
3 10:00 in_work
3 10:05 note Заказаны два экземпляра, ждём поставку.
4 14:10 ask Учебники заказаны, ждём поставку. Пока можно взять экземпляр читального зала на выходные.'),
('0270390024', 4, '07:30', 'meals', 'Холодный завтрак', E'Ребёнок третий раз говорит, что завтрак на второй перемене холодный.',
 null, '1 09:05 registered
1 09:10 in_work
1 09:20 note Мармит у второй линии на ремонте с пятницы.'),
('0270390030', 22, '15:55', 'attendance', 'Охрана не пускает без карты', E'Карта забыта дома, ребёнка не пускали 20 минут, он опоздал на урок. Есть ли порядок на такой случай?',
 null, '1 10:10 registered
2 09:30 in_work
3 15:00 answer Порядок есть: охранник находит ребёнка в списке и пропускает по имени. С охраной проведён разбор, опоздание за этот день снято.
5 19:00 closed3 Ответ есть, но извинений ребёнок не услышал.'),
('0270390036', 16, '20:00', 'refund', 'Возврат при переводе в другую школу', E'Переезжаем, ребёнок уходит в другую школу в конце месяца. Как получить остаток с лицевого счёта?',
 null, '1 11:00 registered
1 11:20 in_work
2 12:00 answer Напишите заявление в школе с реквизитами счёта в банке: остаток переводят в течение десяти рабочих дней после отчисления.'),
('0270390042', 30, '18:00', 'other', 'Парковка у второго входа', E'Машины стоят вплотную к калитке, детям приходится выходить на дорогу.',
 null, '1 10:00 registered
1 10:02 school Вопрос о безопасности двора
4 15:15 answer Обратились в администрацию города за знаком. До его установки у калитки стоят ограждения.
6 20:20 closed4 '),
('0270390047', 66, '19:30', 'study', 'Пересдать пропущенную работу', E'Ребёнок болел две недели и пропустил две контрольные. Когда их можно написать?',
 null, '1 09:00 registered
2 10:00 in_work
2 13:20 answer Обе работы можно написать в субботу на консультации, срок «точек» продлён на две недели.'),
('0270390060', 5, '10:15', 'cabinet', 'Не помню пароль второго родителя', E'Второй вход заведён летом, пароль не помним. Как завести новый?',
 null, '1 09:30 registered
1 09:40 in_work
1 09:45 answer На странице входа есть «Не могу войти». Новый код выдаёт и секретарь школы по документу.
3 08:30 closed5 '),
('0270390061', 1, '21:05', 'meals', 'Аллергия на орехи в меню', E'В меню на следующую неделю печенье с орехом, в карточке ребёнка орехи указаны. Чем его заменят?', null, ''),
('0270390062', 12, '17:10', 'money', 'Двойное пополнение', E'Дважды нажали «оплатить» в приложении банка, пришло два платежа по 700 рублей. Второй нужно вернуть.',
 'Чек.pdf', '1 10:05 registered
1 10:25 in_work
1 10:40 ask Оба платежа на счёте. Вернуть второй в банк или оставить на питание?
2 19:50 add Пусть остаётся на питание, спасибо.
3 09:30 answer Оставили. Обращение можно закрыть.'),
('0270390064', 40, '20:20', 'study', 'Оценки в четверти и средний балл', E'Почему средний балл 4,38, а в четверти 4? Хотим понять правило.',
 null, '1 09:20 registered
3 10:10 in_work
3 10:40 answer Вес работ разный: контрольные считаются дважды. Правило и все веса видны в разделе «Дневник», под средним баллом.
4 21:10 reopened Весов под средним баллом не видно, только число.'),
('0270390066', 18, '12:00', 'other', 'Потеряна куртка', E'Синяя куртка осталась в гардеробе в среду. В четверг её уже не было.',
 null, '0 13:00 withdrawn Куртка нашлась у одноклассника.'),
('0270390068', 55, '22:00', 'attendance', 'Посещаемость за прошлый месяц', E'В кабинете пропусков вдвое больше, чем по нашим записям. Просим сверить.',
 null, '1 09:10 registered
3 15:00 in_work
3 15:05 note Жду выгрузку от тьютора.'),
('0270390070', 10, '08:40', 'library', 'Нет рабочей тетради в библиотеке', E'Тетрадь числится в комплекте, а на руки не выдана.',
 null, '1 11:10 registered
2 12:00 in_work
3 12:30 answer Тетради пришли, выдаём на большой перемене.'),
('0270520000', 7, '19:15', 'meals', 'Абонемент: можно ли только обеды по вторникам', E'По вторникам занятия до вечера, обед нужен только в этот день. Как заказать так, чтобы не отменять остальные?',
 null, '1 10:10 registered
1 10:30 in_work
2 12:15 answer В разделе «Питание» есть «Заказывать всегда»: отметьте там только вторник.'),
('0270520000', 1, '18:45', 'study', 'Ссылка на запись урока', E'Обещали выложить запись открытого урока по биологии, в дневнике её нет.', null, '1 09:30 registered'),
('0270520000', 39, '20:30', 'cabinet', 'Тёмная тема мигает при переходе', E'При переходе между страницами экран на мгновение белый, вечером это неприятно.',
 'Экран.png', '1 10:00 registered
2 11:00 in_work
6 16:00 answer Исправлено: тема запоминается и действует с первого мгновения.
7 19:20 closed5 Спасибо, теперь хорошо.'),
('0270520000', 52, '16:00', 'other', 'Просим второй звонок перед уроком', E'Звонок слышно не во всех кабинетах третьего этажа.',
 null, '3 12:00 registered
3 12:05 school Вопрос о здании
9 15:30 answer Динамик на третьем этаже заменён.
30 10:00 closed2 Ждали почти месяц.'),
('0270520001', 14, '13:20', 'attendance', 'Отметка «ранний уход» вместо музыкальной школы', E'По средам уходим в музыкальную школу по заявлению, стоит «ранний уход» без причины.',
 null, '1 09:50 registered
1 10:15 in_work
3 14:45 answer Заявление найдено, до конца года по средам стоит уважительная причина.'),
('0270520002', 9, '21:40', 'money', 'Квитанция без номера счёта', E'В распечатанной квитанции пустая строка «лицевой счёт».',
 null, '1 10:20 registered
1 10:50 in_work
1 10:55 note Печать из старой версии страницы, проверить масштаб.'),
('0270520003', 58, '09:40', 'study', 'Замены не видны заранее', E'О замене узнаём утром, хотя учителя знают накануне. Просим показывать раньше.',
 null, '2 11:30 registered'),
('0270520004', 25, '17:35', 'library', 'Продлить книгу на каникулы', E'Книгу хотим дочитать на каникулах, кнопки продления нет.',
 null, '1 12:00 registered
2 12:30 in_work
2 12:45 answer Книгу ждёт другой читатель, поэтому продлить нельзя. Её можно взять снова: вы уже в очереди.
4 20:00 closed4 '),
('0270520005', 2, '07:15', 'meals', 'Не работает терминал в столовой', E'Ребёнок второй день получает обед по списку: терминал не видит браслет.', null, '1 09:15 registered
1 09:30 in_work'),
('0270520006', 11, '19:55', 'refund', 'Возврат за отменённую экскурсию', E'Экскурсию отменили, деньги списаны. Когда вернутся?',
 null, '1 10:30 registered
1 10:45 in_work
2 14:20 answer Возврат сделан сегодня на лицевой счёт, это видно в выписке.'),
('0270520007', 33, '20:10', 'other', 'Школьная форма: где заказать', E'Подскажите, где заказывают жилеты и можно ли подобрать размер на месте.',
 null, '0 21:00 withdrawn Узнали в чате класса.')
            ) x(account, ago, at, category, subject, body, file, steps)
          join school.pupil p on p.account = x.account
          join school.school s on s.id = p.school_id
          join auth.access a on a.pupil_id = p.id and a.ordinal = 1
         cross join lateral (select timezone(s.time_zone, demo.now())::date - x.ago as day) d
         order by x.ago desc, x.at, p.account
    loop
        v_file := case when v.file like '%.pdf' then site.keep_file(v.school_id, v.file, 'application/pdf', demo.sheet())
                       when v.file is not null then site.keep_file(v.school_id, v.file, 'image/png', demo.picture()) end;
        v_id := appeal.send(v.access_id, v.category, v.subject, v.body, array_remove(array[v_file], null));
        update appeal.appeal a
           set sent_at = v.sent_at, register_by = appeal.working_days_on(v.school_id, v.day, 3),
               answer_by = appeal.working_days_on(v.school_id, v.day, 30)
         where a.id = v_id;
        update appeal.event e set at = v.sent_at where e.appeal_id = v_id;
        update appeal.message m set at = v.sent_at where m.appeal_id = v_id;
        for v_step in
            select regexp_match(l.line, '^(\d+) (\d\d:\d\d) (\w+) ?(.*)$')
              from regexp_split_to_table(v.steps, E'\n') with ordinality l(line, nth) where l.line <> '' order by l.nth
        loop
            v_at := timezone(v.time_zone, case v_step[1] when '0' then v.day else appeal.working_days_on(v.school_id, v.day, v_step[1]::integer) end
                                          + v_step[2]::time);
            exit when v_at > demo.now();
            select max(e.id) into v_last_event from appeal.event e;
            select max(m.id) into v_last_message from appeal.message m;
            perform pg_temp.step(v_id, v_step[3], v_step[4]);
            update appeal.event e set at = v_at where e.id > v_last_event;
            update appeal.message m set at = v_at where m.id > v_last_message;
            update appeal.appeal a
               set registered_at = case when a.registered_at = now() then v_at else a.registered_at end,
                   answered_at = case when a.answered_at = now() then v_at else a.answered_at end,
                   closed_at = case when a.closed_at = now() then v_at else a.closed_at end,
                   answer_by = case v_step[3] when 'reopened'
                       then appeal.working_days_on(v.school_id, timezone(v.time_zone, v_at)::date, 30) else a.answer_by end
             where a.id = v_id;
        end loop;
    end loop;
end $$;

-- What nobody hurried to answer is late since the morning after its term; what was answered long ago is closed.
select appeal.escalate(s.id) from school.school s order by s.number \g /dev/null
update appeal.event e
   set at = case when e.state = 'closed' then a.answered_at + interval '14 days'
                 else timezone(s.time_zone, case e.words when 'срок ответа прошёл' then a.answer_by else a.register_by end + 1 + time '06:00') end
  from appeal.appeal a join school.school s on s.id = a.school_id
 where e.appeal_id = a.id and e.access_id is null and e.staff_id is null;
update appeal.appeal a set escalated_at = (select min(e.at) from appeal.event e
                                            where e.appeal_id = a.id and e.access_id is null and e.staff_id is null and e.state <> 'closed')
 where a.escalated_at is not null;
update appeal.appeal a set is_late = timezone(s.time_zone, a.answered_at)::date > a.answer_by
  from school.school s where s.id = a.school_id and a.answered_at is not null;
update appeal.appeal a set closed_at = (select max(e.at) from appeal.event e where e.appeal_id = a.id and e.state = 'closed')
 where a.state = 'closed';

-- Numbers begin anew with each year.
update appeal.appeal a set number = n.school || '-1000/' || a.id
  from (select s.id, s.region || s.number as school from school.school s) n where n.id = a.school_id;
update appeal.appeal a set number = format('%s-%s/%s', n.school, n.year, n.serial)
  from (select a.id, s.region || s.number as school, y.year, row_number() over (partition by s.id, y.year order by a.sent_at, a.id) as serial
          from appeal.appeal a join school.school s on s.id = a.school_id
         cross join lateral (select extract(year from timezone(s.time_zone, a.sent_at))::integer as year) y) n
 where n.id = a.id;
delete from appeal.counter;
insert into appeal.counter (school_id, year, last)
select a.school_id, extract(year from timezone(s.time_zone, a.sent_at)), count(*)
  from appeal.appeal a join school.school s on s.id = a.school_id group by 1, 2;

alter table appeal.message enable trigger append_only;
alter table appeal.event enable trigger append_only;
alter table appeal.appeal enable trigger registered_once;

-- Answers of the last ten days wait to be read.
update appeal.appeal a set is_unread = false where a.is_unread and a.answered_at < demo.now() - interval '10 days';

-- Families were told of each step when it happened.
update notice.event n
   set at = coalesce((select max(e.at) from appeal.event e where e.appeal_id = n.object_id and 'appeal-' || e.state = n.kind),
                     (select max(e.at) from appeal.event e where e.appeal_id = n.object_id))
 where n.kind like 'appeal-%';

insert into appeal.template (school_id, category, title, body) values
    (null, null, 'Взяли в работу', E'Здравствуйте!\n\nОбращение [номер] «[тема]» у нас в работе. Ответим не позже [срок].'),
    (null, null, 'Нужны подробности', E'Здравствуйте!\n\nЧтобы разобраться, нужны подробности: день, время и что именно вы видели. Если есть снимок экрана, приложите его.'),
    (null, 'money', 'Платёж ещё в пути', E'Здравствуйте!\n\nДеньги из банка приходят на лицевой счёт на следующий рабочий день. Если прошло больше трёх рабочих дней, приложите чек: мы запросим банк.'),
    (null, 'refund', 'Остаток при уходе из школы', E'Здравствуйте!\n\nОстаток с лицевого счёта переводят по заявлению с реквизитами в течение десяти рабочих дней после отчисления.'),
    (null, 'meals', 'Обед отменён, деньги вернулись', E'Здравствуйте!\n\nПроверили обращение от [дата]: вы предупредили вовремя. Обед отменён, деньги вернулись на лицевой счёт.'),
    (null, 'cabinet', 'Обновите страницу', E'Здравствуйте!\n\nОшибка исправлена. Обновите страницу один раз; если она повторится, приложите снимок экрана.');
insert into appeal.template (school_id, category, title, body)
select s.id, 'attendance', 'Турникет работал без связи', E'Здравствуйте!\n\nТурникет в это время работал без связи, события дошли позже. Сейчас они видны в разделе «Безопасность».'
  from school.school s where s.number = '039';

insert into appeal.faq (school_id, category, question, answer, published_at, published_by, useful)
select s.id, v.category, v.question, v.answer, demo.now() - v.age * interval '1 day', f.id, v.useful
  from (values
    (null, 'money', 'Когда деньги придут на лицевой счёт?', E'Из банка — на следующий рабочий день, через терминал в школе — сразу. В выписке стоит день, когда вы платили.\nЕсли прошло больше трёх рабочих дней, напишите нам и приложите чек.', 70, 41),
    (null, 'meals', 'До какого часа можно отменить обед?', E'До часа, который стоит на странице «Питание» у этого дня. После него обед готовят, и деньги не возвращаются, кроме болезни, о которой вы сообщили накануне.', 60, 33),
    (null, 'meals', 'Ребёнок получил обед по списку, а не по карте. Это ошибка?', E'Нет. Если карта забыта или терминал не работает, обед выдают по списку. В кабинете он виден так же.', 35, 9),
    (null, 'attendance', 'Почему входа в школу не видно сразу?', E'Обычно он виден через минуту. Если турникет остался без связи, события приходят позже, все вместе.', 48, 17),
    ('039', 'study', 'Почему средний балл и оценка в четверти разные?', E'Работы имеют разный вес: контрольная считается дважды. Оценку в четверти ставит учитель, средний балл — подсказка.', 30, 12),
    (null, 'library', 'Как продлить книгу?', E'В разделе «Библиотека», кнопкой «Продлить» у книги. Если её ждёт другой читатель, продлить нельзя.', 20, 6),
    (null, 'refund', 'Что будет с остатком, когда ребёнок окончит школу?', E'Его переведут в банк по заявлению с реквизитами или на счёт брата или сестры в той же школе.', 64, 8),
    (null, 'cabinet', 'Забыли пароль. Что делать?', E'На странице входа нажмите «Не могу войти». Новый код выдаёт секретарь школы тому, кто записан в договоре.', 75, 22)
       ) v(school, category, question, answer, age, useful)
  join school.school s on v.school is null or s.number = v.school
  join demo.staff f on f.school_id = s.id and f.key = 'support'
 order by s.number, v.age desc;
