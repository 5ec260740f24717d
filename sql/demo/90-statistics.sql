-- What the job of «Статистика» would have left behind by now: a history of places, and those of today.

select school.recall_places(current_date - 75, current_date - 1) \g /dev/null
select school.rate() \g /dev/null
