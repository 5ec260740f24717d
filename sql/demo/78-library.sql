-- The libraries of both schools: what stands on their shelves, and what a visit there is like. Books are by authors whose works belong
-- to everybody; textbooks, periodicals, publishers and numbers are made up. Who read what is told by 87-reading.sql.

set local role kabinet_owner;

create table demo.book (
    id         integer generated always as identity primary key,
    kind       library.kind not null,
    authors    text not null,
    title      text not null,
    subject    text not null,
    level      smallint,
    grade      smallint,
    is_small   boolean not null,
    unique (title, authors)
);
comment on table demo.book is 'The catalogue of the demo';
comment on column demo.book.level is '1: for grades 1 to 4, 2: 5 to 8, 3: 9 to 11; NULL: nobody takes it home';
comment on column demo.book.is_small is 'The smaller library of school 052 has it too';

-- Lines of «author|titles with semicolons between»; ! before a title: the smaller library has it too.
insert into demo.book (kind, authors, title, subject, level, is_small)
select 'book', split_part(v.line, '|', 1), ltrim(t.title, '! '), v.subject, v.level, t.title like '%!%'
  from (values
    ('Русская классика', 2, 'Пушкин А. С.|!Капитанская дочка; !Дубровский; !Повести Белкина; Руслан и Людмила; Медный всадник'),
    ('Русская классика', 3, 'Пушкин А. С.|!Евгений Онегин; Борис Годунов; Маленькие трагедии; Пиковая дама'),
    ('Сказки', 1, 'Пушкин А. С.|!Сказка о царе Салтане; !Сказка о рыбаке и рыбке; Сказка о мёртвой царевне и о семи богатырях'),
    ('Русская классика', 2, 'Лермонтов М. Ю.|!Мцыри; Песня про купца Калашникова; Бородино'),
    ('Русская классика', 3, 'Лермонтов М. Ю.|!Герой нашего времени; Демон; Маскарад'),
    ('Русская классика', 2, 'Гоголь Н. В.|!Тарас Бульба; !Ревизор; Вечера на хуторе близ Диканьки; Ночь перед Рождеством; Шинель'),
    ('Русская классика', 3, 'Гоголь Н. В.|!Мёртвые души; Женитьба'),
    ('Русская классика', 2, 'Тургенев И. С.|!Муму; Бежин луг; Записки охотника; Ася; Первая любовь'),
    ('Русская классика', 3, 'Тургенев И. С.|!Отцы и дети; Дворянское гнездо; Рудин'),
    ('Русская классика', 1, 'Толстой Л. Н.|!Филипок и другие рассказы; Лев и собачка; Косточка'),
    ('Русская классика', 2, 'Толстой Л. Н.|!Кавказский пленник; Детство. Отрочество. Юность; После бала; Хаджи-Мурат'),
    ('Русская классика', 3, 'Толстой Л. Н.|!Война и мир. Том 1; !Война и мир. Том 2; Анна Каренина; Севастопольские рассказы'),
    ('Русская классика', 3, 'Достоевский Ф. М.|!Преступление и наказание; Белые ночи; Идиот; Бедные люди; Братья Карамазовы'),
    ('Русская классика', 2, 'Чехов А. П.|!Каштанка; Хамелеон и другие рассказы; Лошадиная фамилия; Степь'),
    ('Русская классика', 3, 'Чехов А. П.|!Вишнёвый сад; Чайка; Палата № 6; Дама с собачкой'),
    ('Русская классика', 2, 'Лесков Н. С.|!Левша; Очарованный странник; Человек на часах'),
    ('Русская классика', 3, 'Островский А. Н.|!Гроза; Бесприданница; Снегурочка'),
    ('Русская классика', 3, 'Гончаров И. А.|!Обломов; Обыкновенная история; Фрегат «Паллада»'),
    ('Русская классика', 3, 'Салтыков-Щедрин М. Е.|История одного города; Господа Головлёвы'),
    ('Русская классика', 2, 'Салтыков-Щедрин М. Е.|Сказки для детей изрядного возраста'),
    ('Русская классика', 3, 'Грибоедов А. С.|!Горе от ума'), ('Русская классика', 2, 'Фонвизин Д. И.|!Недоросль; Бригадир'),
    ('Русская классика', 2, 'Карамзин Н. М.|Бедная Лиза'), ('Русская классика', 2, 'Короленко В. Г.|!Дети подземелья; Слепой музыкант'),
    ('Русская классика', 2, 'Куприн А. И.|Белый пудель; !Чудесный доктор; Слон'), ('Русская классика', 3, 'Куприн А. И.|Гранатовый браслет; Олеся; Поединок'),
    ('Русская классика', 3, 'Бунин И. А.|Господин из Сан-Франциско; Тёмные аллеи; Жизнь Арсеньева'), ('Русская классика', 2, 'Бунин И. А.|Косцы; Цифры'),
    ('Русская классика', 3, 'Горький М.|На дне; Старуха Изергиль'), ('Русская классика', 2, 'Горький М.|Детство; Макар Чудра'),
    ('Русская классика', 2, 'Грин А. С.|!Алые паруса; Бегущая по волнам; Золотая цепь'),
    ('Фантастика и приключения', 2, 'Беляев А. Р.|!Человек-амфибия; Голова профессора Доуэля; Ариэль; Остров погибших кораблей'),
    ('Русская классика', 2, 'Гаршин В. М.|Attalea princeps; Сигнал'), ('Сказки', 1, 'Гаршин В. М.|!Лягушка-путешественница'),
    ('Сказки', 1, 'Мамин-Сибиряк Д. Н.|!Алёнушкины сказки; Серая Шейка; Зимовье на Студёной'),
    ('Сказки', 1, 'Ершов П. П.|!Конёк-Горбунок'), ('Сказки', 1, 'Аксаков С. Т.|!Аленький цветочек'),
    ('Русская классика', 2, 'Аксаков С. Т.|Детские годы Багрова-внука'), ('Сказки', 1, 'Одоевский В. Ф.|!Городок в табакерке; Мороз Иванович'),
    ('Сказки', 1, 'Погорельский А.|!Чёрная курица, или Подземные жители'), ('Сказки', 1, 'Бажов П. П.|Малахитовая шкатулка; Серебряное копытце'),
    ('Русская классика', 1, 'Житков Б. С.|Что я видел; Морские истории; Рассказы о животных'),
    ('Русская классика', 1, 'Ушинский К. Д.|Рассказы и сказки'), ('Русская классика', 2, 'Гайдар А. П.|!Тимур и его команда; Судьба барабанщика'),
    ('Русская классика', 1, 'Гайдар А. П.|!Чук и Гек; Голубая чашка'),
    ('Поэзия', 1, 'Крылов И. А.|!Басни'), ('Поэзия', 2, 'Жуковский В. А.|Баллады'), ('Поэзия', 2, 'Некрасов Н. А.|!Мороз, Красный нос; Русские женщины'),
    ('Поэзия', 3, 'Некрасов Н. А.|Кому на Руси жить хорошо'), ('Поэзия', 3, 'Тютчев Ф. И.|Лирика'), ('Поэзия', 3, 'Фет А. А.|Вечерние огни'),
    ('Поэзия', 3, 'Блок А. А.|!Двенадцать; Стихотворения'), ('Поэзия', 3, 'Есенин С. А.|!Анна Снегина; Персидские мотивы'),
    ('Поэзия', 3, 'Гумилёв Н. С.|Огненный столп'), ('Поэзия', 3, 'Маяковский В. В.|Облако в штанах'), ('Поэзия', 2, 'Кольцов А. В.|Русская песня'),
    ('Древнерусская литература', 3, '|!Слово о полку Игореве'), ('Древнерусская литература', 2, '|Повесть временных лет; !Былины'),
    ('Сказки', 1, '|!Русские народные сказки; Сказки народов Приамурья; Загадки и пословицы'), ('Сказки', 1, 'Афанасьев А. Н.|Народные русские сказки'),
    ('Фантастика и приключения', 2, 'Верн Ж.|!Дети капитана Гранта; Таинственный остров; !Пятнадцатилетний капитан; Двадцать тысяч льё под водой; Вокруг света за восемьдесят дней'),
    ('Фантастика и приключения', 2, 'Дефо Д.|!Робинзон Крузо'), ('Фантастика и приключения', 2, 'Свифт Дж.|!Путешествия Гулливера'),
    ('Зарубежная классика', 2, 'Твен М.|!Приключения Тома Сойера; Приключения Гекльберри Финна; Принц и нищий'),
    ('Фантастика и приключения', 2, 'Дойл А. К.|!Приключения Шерлока Холмса; Собака Баскервилей; Затерянный мир'),
    ('Фантастика и приключения', 2, 'Стивенсон Р. Л.|!Остров сокровищ; Чёрная стрела'), ('Фантастика и приключения', 2, 'Скотт В.|!Айвенго; Квентин Дорвард'),
    ('Фантастика и приключения', 3, 'Дюма А.|!Три мушкетёра; Граф Монте-Кристо; Двадцать лет спустя'), ('Зарубежная классика', 3, 'Гюго В.|Собор Парижской Богоматери; Отверженные'),
    ('Зарубежная классика', 2, 'Гюго В.|Гаврош'), ('Зарубежная классика', 2, 'Диккенс Ч.|!Приключения Оливера Твиста; Рождественская песнь'),
    ('Зарубежная классика', 3, 'Шекспир У.|!Ромео и Джульетта; Гамлет; Сонеты; Король Лир'), ('Зарубежная классика', 2, 'Мольер Ж.-Б.|Мещанин во дворянстве'),
    ('Зарубежная классика', 2, 'Сервантес М. де|Дон Кихот'), ('Сказки', 1, 'Андерсен Х. К.|!Снежная королева; !Гадкий утёнок; Стойкий оловянный солдатик; Дикие лебеди'),
    ('Сказки', 1, 'Гримм Я., Гримм В.|!Бременские музыканты; Горшочек каши'), ('Сказки', 1, 'Перро Ш.|!Кот в сапогах; Золушка; Красная Шапочка'),
    ('Сказки', 1, 'Гофман Э. Т. А.|!Щелкунчик и Мышиный король'), ('Сказки', 1, 'Киплинг Р.|!Маугли; Рикки-Тикки-Тави; Сказки просто так'),
    ('Зарубежная классика', 2, 'Лондон Дж.|!Белый Клык; Зов предков; Сказание о Кише; Мексиканец'), ('Зарубежная классика', 3, 'Лондон Дж.|Мартин Иден'),
    ('Зарубежная классика', 2, 'Генри О.|Дары волхвов; Вождь краснокожих'), ('Зарубежная классика', 3, 'По Э. А.|Золотой жук'),
    ('Фантастика и приключения', 3, 'Уэллс Г.|Война миров; Человек-невидимка; !Машина времени'), ('Зарубежная классика', 2, 'Бичер-Стоу Г.|Хижина дяди Тома'),
    ('Зарубежная классика', 3, 'Гёте И. В.|Фауст'), ('Зарубежная классика', 3, 'Шиллер Ф.|Вильгельм Телль'), ('Зарубежная классика', 3, 'Данте А.|Божественная комедия'),
    ('Зарубежная классика', 3, 'Гомер|!Одиссея; Илиада'), ('Сказки', 1, 'Сент-Экзюпери А. де|!Маленький принц'), ('Зарубежная классика', 3, 'Сент-Экзюпери А. де|Планета людей'),
    ('Сказки', 1, 'Кэрролл Л.|!Алиса в Стране чудес; Алиса в Зазеркалье'), ('Зарубежная классика', 1, 'Сетон-Томпсон Э.|!Рассказы о животных; Рольф в лесах'),
    ('Зарубежная классика', 2, 'Бёрнетт Ф. Х.|Таинственный сад; Маленький лорд Фаунтлерой'), ('Сказки', 1, 'Барри Дж. М.|Питер Пэн'),
    ('Фантастика и приключения', 2, 'Рид М.|Всадник без головы; Оцеола, вождь семинолов'), ('Фантастика и приключения', 2, 'Купер Дж. Ф.|Последний из могикан; Зверобой'),
    ('Фантастика и приключения', 2, 'Хаггард Г. Р.|Копи царя Соломона'), ('Сказки', 1, 'Гауф В.|Маленький Мук; Калиф-аист'), ('Сказки', 1, 'Уайльд О.|Мальчик-звезда'),
    ('Сказки', 1, 'Коллоди К.|Приключения Пиноккио'), ('Зарубежная классика', 3, 'Бальзак О. де|Гобсек; Отец Горио'), ('Зарубежная классика', 3, 'Мопассан Г. де|Ожерелье'),
    ('Зарубежная классика', 2, 'Мериме П.|Маттео Фальконе'), ('Зарубежная классика', 3, 'Остен Дж.|Гордость и предубеждение'),
    ('Наука и техника', 2, 'Перельман Я. И.|!Занимательная физика. Книга 1; Занимательная физика. Книга 2; Живая математика; Занимательная алгебра; Занимательная астрономия'),
    ('Наука и техника', 2, 'Ферсман А. Е.|Занимательная минералогия'), ('Наука и техника', 2, 'Фарадей М.|История свечи'),
    ('Наука и техника', 1, 'Фабр Ж. А.|Жизнь насекомых'), ('География и путешествия', 2, 'Арсеньев В. К.|!Дерсу Узала; По Уссурийскому краю; Сквозь тайгу'),
    ('География и путешествия', 2, 'Миклухо-Маклай Н. Н.|Путешествия на берег Маклая'), ('География и путешествия', 3, 'Пржевальский Н. М.|Путешествие в Уссурийском крае'),
    ('История', 3, 'Ключевский В. О.|Исторические портреты'), ('История', 3, 'Карамзин Н. М.|История государства Российского. Избранное')) v(subject, level, line)
 cross join lateral regexp_split_to_table(split_part(v.line, '|', 2), ';\s*') t(title);

insert into demo.book (kind, authors, title, subject, grade, is_small)
select 'textbook', v.authors, format('%s. %s класс', v.title, g.grade), v.title, g.grade, g.grade in (4, 8)
  from (values
    ('Математика', 'Числов П. Р., Множина А. К.', 1, 6), ('Русский язык', 'Суффиксова Н. Ю.', 1, 11), ('Литературное чтение', 'Строчкина Л. В.', 2, 4),
    ('Окружающий мир', 'Травников Е. С.', 1, 4), ('Литература', 'Эпиграфова О. Д.', 5, 11), ('Алгебра', 'Иксов Г. М., Игреков С. Т.', 7, 9),
    ('Геометрия', 'Катетова З. И.', 7, 9), ('Физика', 'Импульсов В. Н.', 7, 9), ('Химия', 'Валентова Р. Ф.', 8, 9), ('Биология', 'Клеточкин Б. Я.', 5, 9),
    ('География', 'Меридианов И. Л.', 5, 9), ('История России', 'Свитковская Т. А.', 6, 9), ('Английский язык', 'Артиклева М. Э., Глаголин Д. О.', 2, 9)) v(title, authors, first, last)
 cross join lateral generate_series(v.first, v.last) g(grade)
 order by g.grade, v.title;

insert into demo.book (kind, authors, title, subject, is_small)
select v.kind::library.kind, '', v.title, v.subject, v.is_small
  from (values
    ('reference', 'Орфографический словарь школьника', 'Словари', true), ('reference', 'Толковый словарь школьника', 'Словари', true),
    ('reference', 'Словарь синонимов и антонимов', 'Словари', false), ('reference', 'Фразеологический словарь школьника', 'Словари', false),
    ('reference', 'Англо-русский и русско-английский словарь', 'Словари', true), ('reference', 'Словарь иностранных слов', 'Словари', false),
    ('reference', 'Атлас мира', 'Атласы', true), ('reference', 'Атлас истории России', 'Атласы', false), ('reference', 'Атлас звёздного неба', 'Атласы', false),
    ('reference', 'Определитель растений Приамурья', 'Справочники', false), ('reference', 'Справочник по математике, 5–11 классы', 'Справочники', true),
    ('reference', 'Справочник по физике и химии', 'Справочники', false), ('reference', 'Энциклопедия для детей. Космос', 'Энциклопедии', true),
    ('reference', 'Энциклопедия для детей. Животные', 'Энциклопедии', false), ('reference', 'Энциклопедия для детей. История', 'Энциклопедии', false),
    ('reference', 'Красная книга Хабаровского края', 'Справочники', false),
    ('periodical', 'Большая перемена. № 9', 'Журналы', true), ('periodical', 'Большая перемена. № 10', 'Журналы', true),
    ('periodical', 'Большая перемена. № 11', 'Журналы', false), ('periodical', 'Юный следопыт Амура. Весна', 'Журналы', false),
    ('periodical', 'Юный следопыт Амура. Осень', 'Журналы', false), ('periodical', 'Задачи и загадки. Выпуск 1', 'Журналы', true),
    ('periodical', 'Задачи и загадки. Выпуск 2', 'Журналы', false), ('periodical', 'Читаем вместе. Выпуск 3', 'Журналы', false),
    ('periodical', 'Читаем вместе. Выпуск 4', 'Журналы', false)) v(kind, title, subject, is_small);

create function demo.isbn(p_words text) returns text language sql immutable as $$
    select d.digits || (10 - (select sum(substr(d.digits, i, 1)::integer * case i % 2 when 1 then 1 else 3 end) from generate_series(1, 12) i) % 10) % 10
      from (select '9785' || lpad(demo.dice('isbn a' || p_words)::text, 4, '0') || lpad(demo.dice('isbn b' || p_words)::text, 4, '0') as digits) d
$$;
comment on function demo.isbn is 'A made-up number with its check digit';

insert into library.title (school_id, kind, title, authors, publisher, year, isbn, shelf, subject, grade, pages, annotation, price_kop, added_at)
select s.id, b.kind, b.title, b.authors,
       case b.kind when 'periodical' then 'Редакция «Перемена»' when 'textbook' then 'Учебная книга'
            else demo.pick('publisher ' || b.title, '{Школьная полка,Классика и мы,Добрый читатель,Амурский букварь}') end,
       extract(year from s.today) - case b.kind when 'periodical' then 0 when 'textbook' then 1 + demo.dice('year ' || b.title) % 4
            else 2 + demo.dice('year ' || b.title) % 22 end,
       case when b.kind <> 'periodical' and demo.dice('has isbn ' || b.title) < 9300 then demo.isbn(b.title || b.authors) else '' end,
       format('%s, %s%s', case b.kind when 'book' then 'Абонемент' when 'textbook' then 'Хранилище учебников' else 'Читальный зал' end,
              case when b.kind = 'textbook' then 'ряд ' || b.grade when b.kind = 'periodical' then 'стойка журналов'
                   else case b.subject when 'Русская классика' then 'Ш5(2=411.2)' when 'Зарубежная классика' then 'Ш5(4)' when 'Поэзия' then 'Ш5(2)-5'
                       when 'Сказки' then 'Ш5-6' when 'Фантастика и приключения' then 'Ш5-44' when 'Древнерусская литература' then 'Ш5(2)3'
                       when 'Наука и техника' then 'Б1' when 'История' then 'Т3(2)' when 'География и путешествия' then 'Д89'
                       when 'Словари' then 'Ш14' when 'Атласы' then 'Д8' else 'Я2' end end,
              case when b.kind in ('book', 'reference') then ' ' || left(ltrim(b.authors || b.title, '«'), 1) || (10 + demo.dice('mark ' || b.authors || b.title) % 90) else '' end),
       b.subject, b.grade, case b.kind when 'periodical' then 48 else 64 + demo.dice('pages ' || b.title) % 420 end,
       coalesce(a.annotation, ''),
       case b.kind when 'periodical' then 12000 when 'textbook' then 65000 else 18000 end + demo.dice('price ' || b.title) % 45 * 1000,
       -- Twelve of them came this autumn.
       timezone(s.time_zone, case when demo.dice('new ' || b.title || b.authors) < 500 then s.today - 3 - demo.dice('came ' || b.title) % 40
            else s.year_from - 90 - demo.dice('came ' || b.title) % 2400 end + time '12:00')
  from demo.book b
  join (select s.id, s.number, s.time_zone, timezone(s.time_zone, demo.now())::date as today, min(y.first_day) as year_from
          from school.school s join school.year y on y.school_id = s.id group by s.id) s on s.number = '039' or b.is_small
  left join (values
    ('Капитанская дочка', 'Повесть о чести и верности: молодой офицер Пётр Гринёв в годы пугачёвского восстания.'),
    ('Дубровский', 'История благородного разбойника, который вступился за отца и полюбил дочь врага.'),
    ('Тарас Бульба', 'Старый казак и два его сына в Запорожской Сечи.'), ('Ревизор', 'Комедия о том, как в уездном городе ждали важного чиновника.'),
    ('Остров сокровищ', 'Карта пирата, шхуна «Испаньола» и одноногий кок Джон Сильвер.'),
    ('Алые паруса', 'Повесть-феерия о девочке, которая ждала корабль, и о капитане, который сделал чудо своими руками.'),
    ('Робинзон Крузо', 'Двадцать восемь лет на необитаемом острове.'), ('Дерсу Узала', 'Путешествие по Уссурийской тайге и дружба с её мудрым охотником.'),
    ('Белый Клык', 'История волка, которого люди сделали сперва злым, а потом верным.'),
    ('Маленький принц', 'Сказка для детей и взрослых о дружбе и ответственности.')) a(title, annotation) on a.title = b.title
 order by s.number, b.id;

-- Copies; the number on the label is the school's and the copy's.
insert into library.copy (school_id, title_id, barcode, condition, acquired_on)
select c.school_id, c.title_id, format('%s-%s', c.school, lpad((row_number() over (partition by c.school_id order by c.title_id, c.n))::text, 5, '0')),
       case when c.kind <> 'periodical' and demo.dice('worn ' || c.title || c.n) < 900
            then demo.pick('how ' || c.title || c.n, '{потёрт переплёт,подклеены страницы,пометки карандашом}') else '' end, c.added_at::date
  from (select t.school_id, s.number as school, t.id as title_id, t.kind, t.title, t.added_at, g.n
          from library.title t
          join school.school s on s.id = t.school_id
          join demo.book b on b.title = t.title and b.authors = t.authors
         cross join lateral generate_series(1, case t.kind when 'textbook' then case t.grade when 7 then 44 else 30 + demo.dice('copies ' || t.title) % 6 end
               when 'periodical' then 1 when 'reference' then 1 + demo.dice('copies ' || t.title) % 2
               else case when t.title = 'Капитанская дочка' then 6 when t.title = 'Остров сокровищ' then 1
                         when b.is_small then 3 + demo.dice('copies ' || t.title) % 4 else 1 + demo.dice('copies ' || t.title || t.authors) % 5 end end) g(n)) c
 order by c.school_id, c.title_id, c.n;

insert into library.event (copy_id, at, kind)
select c.id, c.acquired_on + time '12:00', 'add' from library.copy c order by c.id;

-- ---- visits -------------------------------------------------------------------------------------------------------------------

create table demo.reading (
    school_id  bigint primary key references school.school,
    till       timestamptz not null
);
comment on table demo.reading is 'How far the days of a school''s library have been played';
insert into demo.reading (school_id, till)
select y.school_id, timezone(s.time_zone, min(y.first_day)::timestamp) from school.year y join school.school s on s.id = y.school_id group by y.school_id, s.time_zone;

create table demo.reads as
select t.id as title_id, t.school_id, b.id as book_id, b.level, 1 + demo.dice('loved ' || b.id) / 3000 as dislike,
       (select count(*) from library.copy c where c.title_id = t.id) as copies
  from demo.book b
  join library.title t on t.title = b.title and t.authors = b.authors
 -- The only copy of this one has a queue of its own.
 where b.level is not null and b.title <> 'Остров сокровищ';
alter table demo.reads add primary key (title_id);
comment on table demo.reads is 'What children take home';

create function demo.took(p_copy bigint, p_pupil bigint, p_staff bigint, p_at timestamptz, p_due date, p_renewals integer default 0,
    p_set bigint default null) returns bigint language plpgsql as $$
declare
    v_loan bigint;
begin
    insert into library.loan (copy_id, title_id, pupil_id, set_id, lent_at, lent_by, due_day, renewals, condition_out)
    select c.id, c.title_id, p_pupil, p_set, p_at, p_staff, p_due, p_renewals, c.condition from library.copy c where c.id = p_copy and c.state = 'in'
    returning id into strict v_loan;
    update library.copy c set state = 'out' where c.id = p_copy;
    update library.title t set lent_times = t.lent_times + 1 where t.id = (select c.title_id from library.copy c where c.id = p_copy);
    insert into library.event (copy_id, at, kind, staff_id) values (p_copy, p_at, 'lend', p_staff);
    return v_loan;
end $$;
comment on function demo.took is 'As library.lend() does, at a moment of the past';

create function demo.brought(p_loan bigint, p_staff bigint, p_at timestamptz) returns void language plpgsql as $$
declare
    v_loan library.loan;
begin
    update library.loan l
       set returned_at = p_at, returned_by = p_staff, condition_in = l.condition_out,
           pupil_id = case when exists (select from library.reader r where r.pupil_id = l.pupil_id and not r.keeps_history) then null else l.pupil_id end
     where l.id = p_loan
    returning * into strict v_loan;
    update library.copy c set state = 'in' where c.id = v_loan.copy_id;
    insert into library.event (copy_id, at, kind, staff_id) values (v_loan.copy_id, p_at, 'return', p_staff);
    perform library.serve_queue(v_loan.title_id, p_at::date);
end $$;
comment on function demo.brought is 'As library.give_back() does, at a moment of the past';

create function demo.visit_library(p_pupil bigint, p_key text, p_level integer, p_at timestamptz, p_day date, p_staff bigint, p_may_take boolean)
returns void language plpgsql as $$
declare
    v_school bigint := (select p.school_id from school.pupil p where p.id = p_pupil);
    v_copy bigint;
begin
    -- What is read comes back, what is not may be prolonged; before summer everything comes back.
    perform demo.brought(l.id, p_staff, p_at)
       from library.loan l
      where l.pupil_id = p_pupil and l.returned_at is null and l.lost_at is null and l.set_id is null and l.lent_at < p_at - interval '6 days'
        and (not p_may_take or demo.dice('read ' || p_key || l.copy_id) < 8500);
    if not p_may_take then
        return;
    end if;
    update library.loan l set due_day = greatest(l.due_day, p_day) + 14, renewals = l.renewals + 1
     where l.pupil_id = p_pupil and l.returned_at is null and l.lost_at is null and l.set_id is null and l.due_day < p_day + 7 and l.renewals < 2
       and not exists (select from library.hold h where h.title_id = l.title_id and h.state = 'waiting');
    for i in 1 .. (1 + demo.dice('how many ' || p_key) % 5) / 2 loop
        exit when (select count(*) from library.loan l where l.pupil_id = p_pupil and l.returned_at is null and l.set_id is null) >= 4;
        -- The last one of several stays for who needs it today.
        select f.id into v_copy
          from (select r.title_id, r.copies from demo.reads r
                 where r.school_id = v_school and r.level = p_level
                 order by sqrt(demo.dice('takes ' || p_key || i || r.book_id)) * r.dislike, r.book_id) r
         cross join lateral (select min(c.id) as id, count(*) as n from library.copy c where c.title_id = r.title_id and c.state = 'in') f
         where f.n > (r.copies > 2)::integer
           and not exists (select from library.hold h where h.title_id = r.title_id and h.state = 'waiting')
           and not exists (select from library.loan l where l.title_id = r.title_id and l.pupil_id = p_pupil)
         limit 1;
        exit when v_copy is null;
        perform demo.took(v_copy, p_pupil, p_staff, p_at, p_day + 21);
    end loop;
end $$;
comment on function demo.visit_library is 'A reader comes: brings back, prolongs, takes two books at most';
