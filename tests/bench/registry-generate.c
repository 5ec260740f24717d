/*
 * registry-generate -- writes a bank registry of any size to standard output: for the demo, the
 * tests and the benchmark.
 *
 *   registry-generate --dialect registry1 --rows 1000000 --accounts accounts.txt \
 *       --payee 40703810338000004376 > big.xml
 *
 * The same options give the same bytes. Names and addresses are drawn from short lists and belong
 * to nobody. With --spoil the file is wrong in exactly one place, which the importer must find.
 */
#include <getopt.h>
#include <iconv.h>
#include <stdarg.h>
#include <stdbool.h>

#include "date.h"
#include "money.h"
#include "text.h"

#define LINE_BYTES 2048
#define MAX_ROWS INT64_C(50000000)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

enum dialect { EPS13, EPS12, EPS13_METER, EPS12_METER, REGISTRY1, EXCHANGE, DIALECT__COUNT };
static const char *const dialect_names[DIALECT__COUNT] = {
	"eps13",
	"eps12",
	"eps13-meter",
	"eps12-meter",
	"registry1",
	"exchange",
};

enum spoil {
	NOTHING,
	TOTAL_COUNT,
	TOTAL_AMOUNT,
	TOTAL_TRANSFER,
	TOTAL_COMMISSION,
	NO_TRAILER,
	ROW_SUM,
	SPOIL__COUNT
};
static const char *const spoil_names[SPOIL__COUNT] = {
	"nothing",
	"count",
	"amount",
	"transfer",
	"commission",
	"no-trailer",
	"row",
};

static const char *const surnames[] = {
	"ИВАНОВ",
	"ПЕТРОВ",
	"СИДОРОВ",
	"КУЗНЕЦОВ",
	"СМИРНОВ",
	"ВОЛКОВ",
	"ЗАЙЦЕВ",
	"ОРЛОВ",
	"МОРОЗОВ",
	"ЛЕБЕДЕВ",
};
static const char *const names[] = { "ИВАН", "ПЁТР", "СЕРГЕЙ", "АНДРЕЙ", "ПАВЕЛ", "ОЛЕГ",
	"МАКСИМ" };
static const char *const fathers[] = { "ИВАНОВИЧ", "ПЕТРОВИЧ", "СЕРГЕЕВИЧ", "АНДРЕЕВИЧ",
	"ПАВЛОВИЧ" };
static const char *const streets[] = { "ЛЕНИНА УЛ", "МИРА ПР-КТ", "САДОВАЯ УЛ", "ШКОЛЬНАЯ УЛ",
	"НОВАЯ УЛ" };

struct options {
	enum dialect dialect;
	enum spoil spoil;
	int64_t rows, number, seed, first_operation;
	struct date date;
	const char *payee, *inn;
	char **accounts;
	size_t account_count;
};

struct payment {
	int64_t operation, amount_kop, transfer_kop, commission_kop;
	const char *account, *surname, *name, *father, *street;
	int hour, minute, second, channel, house, flat;
};

struct sums {
	int64_t count, amount_kop, transfer_kop, commission_kop;
};

static uint64_t random_state;
static iconv_t encoder;

/* splitmix64: any seed is a good one. */
static uint64_t
random_below(uint64_t limit)
{
	uint64_t z = random_state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (z ^ (z >> 31)) % limit;
}

static void
fail(const char *what, const char *which)
{
	fprintf(stderr, "registry-generate: %s%s%s\n", what, which != NULL ? ": " : "",
	    which != NULL ? which : "");
	exit(2);
}

/* One line in windows-1251, as the bank writes. */
static void __attribute__((format(printf, 1, 2)))
put(const char *format, ...)
{
	char line[LINE_BYTES], encoded[LINE_BYTES], *from = line, *to = encoded;
	size_t from_left, to_left = sizeof(encoded);
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	from_left = (size_t)len;
	if (len < 0 || len >= LINE_BYTES ||
	    iconv(encoder, &from, &from_left, &to, &to_left) == (size_t)-1)
		fail("a line does not fit windows-1251", NULL);
	if (fwrite(encoded, 1, sizeof(encoded) - to_left, stdout) != sizeof(encoded) - to_left)
		fail("cannot write", NULL);
}

static struct payment
next_payment(const struct options *o, int64_t row)
{
	struct payment p = {
		.operation = o->first_operation + row,
		.transfer_kop = 10000 + (int64_t)random_below(900000),
		.account = o->accounts[random_below(o->account_count)],
		.surname = surnames[random_below(COUNT(surnames))],
		.name = names[random_below(COUNT(names))],
		.father = fathers[random_below(COUNT(fathers))],
		.street = streets[random_below(COUNT(streets))],
		.house = 1 + (int)random_below(120),
		.flat = 1 + (int)random_below(300),
		.hour = (int)random_below(24),
		.minute = (int)random_below(60),
		.second = (int)random_below(60),
		.channel = 1 + (int)random_below(6),
	};

	/* At a desk the payer pays the bank for its work. */
	if (p.channel <= 2)
		p.commission_kop = p.transfer_kop * 14 / 1000;
	p.amount_kop = p.transfer_kop + p.commission_kop;
	return p;
}

static void
put_text_row(const struct options *o, const struct payment *p)
{
	char amount[MONEY_BUF], transfer[MONEY_BUF], commission[MONEY_BUF];
	bool has_meter = o->dialect == EPS13_METER || o->dialect == EPS12_METER;
	bool has_channel = o->dialect == EPS13 || o->dialect == EPS13_METER;

	put("%02d-%02d-%04d;%02d-%02d-%02d;8617;8617999V;%012lld;%s;%s %s %s;Г ХАБАРОВСК, %s, "
	    "Д.%d, КВ.%d;%02d%02d;"
	    "%s%s;%s;%s",
	    o->date.day, o->date.month, o->date.year, p->hour, p->minute, p->second,
	    (long long)p->operation, p->account, p->surname, p->name, p->father, p->street,
	    p->house, p->flat, o->date.month, o->date.year % 100,
	    has_meter ? "ХВС;1041;1056;ГВС;77,5;81;" : "", money_plain(amount, p->amount_kop, ','),
	    money_plain(transfer, p->transfer_kop, ','),
	    money_plain(commission, p->commission_kop, ','));
	if (has_channel)
		put(";%d", p->channel);
	put("\r\n");
}

static void
put_xml_row(const struct options *o, const struct payment *p)
{
	char amount[MONEY_BUF], transfer[MONEY_BUF], commission[MONEY_BUF];

	put("  <payment operation=\"%012lld\" date=\"%04d-%02d-%02d\" time=\"%02d:%02d:%02d\" "
	    "branch=\"8617\""
	    " terminal=\"8617999V\" account=\"%s\" payer=\"%s %s %s\" address=\"Г ХАБАРОВСК, %s, "
	    "Д.%d, КВ.%d\""
	    " period=\"%02d%02d\" amount=\"%s\" transfer=\"%s\" commission=\"%s\" "
	    "channel=\"%d\"/>\n",
	    (long long)p->operation, o->date.year, o->date.month, o->date.day, p->hour, p->minute,
	    p->second, p->account, p->surname, p->name, p->father, p->street, p->house, p->flat,
	    o->date.month, o->date.year % 100, money_plain(amount, p->amount_kop, '.'),
	    money_plain(transfer, p->transfer_kop, '.'),
	    money_plain(commission, p->commission_kop, '.'), p->channel);
}

static void
put_exchange_row(const struct options *o, const struct payment *p)
{
	put("  <PT ContractId=\"%s\" IdOfPayment=\"%lld\" PayTime=\"%02d.%02d.%04d "
	    "%02d:%02d:%02d\" Sum=\"%lld\"/>\n",
	    p->account, (long long)p->operation, o->date.day, o->date.month, o->date.year, p->hour,
	    p->minute, p->second, (long long)p->transfer_kop);
}

static void
put_beginning(const struct options *o)
{
	if (o->dialect == REGISTRY1)
		put("<?xml version=\"1.0\" encoding=\"windows-1251\"?>\n<registry version=\"1\" "
		    "bank=\"sberbank\" "
		    "inn=\"%s\" account=\"%s\" number=\"%lld\" date=\"%04d-%02d-%02d\">\n",
		    o->inn, o->payee, (long long)o->number, o->date.year, o->date.month,
		    o->date.day);
	if (o->dialect == EXCHANGE)
		put("<Data><Body><PaymentExchange IdOfContragent=\"1\" IdOfPacket=\"%lld\" "
		    "SyncTime=\"%02d.%02d.%04d 23:59:59\" Version=\"3\"><PaymentRegistry>\n",
		    (long long)o->number, o->date.day, o->date.month, o->date.year);
}

static void
put_row(const struct options *o, const struct payment *p)
{
	if (o->dialect == REGISTRY1)
		put_xml_row(o, p);
	else if (o->dialect == EXCHANGE)
		put_exchange_row(o, p);
	else
		put_text_row(o, p);
}

static void
put_end(const struct options *o, const struct sums *s)
{
	char amount[MONEY_BUF], transfer[MONEY_BUF], commission[MONEY_BUF];
	bool is_xml = o->dialect == REGISTRY1;
	char point = is_xml ? '.' : ',';

	money_plain(amount, s->amount_kop + (o->spoil == TOTAL_AMOUNT), point);
	money_plain(transfer, s->transfer_kop + (o->spoil == TOTAL_TRANSFER), point);
	money_plain(commission, s->commission_kop + (o->spoil == TOTAL_COMMISSION), point);
	if (o->dialect == EXCHANGE)
		put("</PaymentRegistry></PaymentExchange></Body></Data>\n");
	else if (is_xml && o->spoil != NO_TRAILER)
		put("  <total count=\"%lld\" amount=\"%s\" transfer=\"%s\" commission=\"%s\" "
		    "order=\"%lld\" "
		    "orderDate=\"%04d-%02d-%02d\"/>\n",
		    (long long)(s->count + (o->spoil == TOTAL_COUNT)), amount, transfer, commission,
		    (long long)(600000 + o->number), o->date.year, o->date.month, o->date.day);
	else if (o->spoil != NO_TRAILER)
		put("=%lld;%s;%s;%s;%lld;%02d-%02d-%04d\r\n",
		    (long long)(s->count + (o->spoil == TOTAL_COUNT)), amount, transfer, commission,
		    (long long)(600000 + o->number), o->date.day, o->date.month, o->date.year);
	if (is_xml)
		put("</registry>\n");
}

static void
generate(const struct options *o)
{
	struct sums s = { 0 };

	put_beginning(o);
	for (int64_t row = 0; row < o->rows; row++) {
		struct payment p = next_payment(o, row);

		s.count++;
		s.amount_kop += p.amount_kop;
		s.transfer_kop += p.transfer_kop;
		s.commission_kop += p.commission_kop;
		if (o->spoil == ROW_SUM && row == o->rows / 2)
			p.amount_kop++;
		put_row(o, &p);
	}
	put_end(o, &s);
	if (fflush(stdout) != 0)
		fail("cannot write", NULL);
}

/* One account a line. */
static void
read_accounts(struct options *o, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (file == NULL)
		fail("cannot open", path);
	while ((len = getline(&line, &cap, file)) > 0) {
		if (line[len - 1] == '\n')
			line[--len] = '\0';
		if (len == 0)
			continue;
		o->accounts =
		    reallocarray(o->accounts, o->account_count + 1, sizeof(o->accounts[0]));
		if (o->accounts == NULL || (o->accounts[o->account_count++] = strdup(line)) == NULL)
			fail("out of memory", NULL);
	}
	free(line);
	fclose(file);
	if (o->account_count == 0)
		fail("no accounts in", path);
}

static int
choose(const char *what, const char *const list[], int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(list[i], what) == 0)
			return i;
	fail("unknown word", what);
	return 0;
}

static int64_t
number(const char *s, int64_t max)
{
	int64_t n = 0;

	if (!int_parse(s, 0, max, &n))
		fail("not a number in range", s);
	return n;
}

static void
usage(void)
{
	fputs("usage: registry-generate --dialect NAME --rows N --accounts FILE --payee ACCOUNT20\n"
	      "    [--inn INN] [--number N] [--date YYYY-MM-DD] [--first-operation N] [--seed N] "
	      "[--spoil WHAT]\n"
	      "dialects: eps13 eps12 eps13-meter eps12-meter registry1 exchange\n"
	      "spoil:    count amount transfer commission no-trailer row\n",
	    stderr);
	exit(2);
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "dialect", required_argument, NULL, 'd' },
		{ "rows", required_argument, NULL, 'r' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "payee", required_argument, NULL, 'p' },
		{ "inn", required_argument, NULL, 'i' },
		{ "number", required_argument, NULL, 'n' },
		{ "date", required_argument, NULL, 't' },
		{ "first-operation", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "spoil", required_argument, NULL, 'x' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->dialect = (enum dialect)choose(optarg, dialect_names, DIALECT__COUNT);
			break;
		case 'r': o->rows = number(optarg, MAX_ROWS); break;
		case 'a': read_accounts(o, optarg); break;
		case 'p': o->payee = optarg; break;
		case 'i': o->inn = optarg; break;
		case 'n': o->number = number(optarg, 799999); break;
		case 'f': o->first_operation = number(optarg, INT64_C(899999999999)); break;
		case 's': o->seed = number(optarg, INT64_MAX); break;
		case 'x': o->spoil = (enum spoil)choose(optarg, spoil_names, SPOIL__COUNT); break;
		case 't':
			if (!date_parse(optarg, &o->date))
				fail("not a date", optarg);
			break;
		default: usage();
		}
	}
	if (optind != argc || o->accounts == NULL || o->rows == 0 || o->payee == NULL ||
	    strspn(o->payee, "0123456789") != 20 || o->payee[20] != '\0')
		usage();
}

int
main(int argc, char **argv)
{
	struct options o = { .number = 1, .seed = 1, .date = { 2026, 1, 6 }, .inn = "9715357654" };

	read_options(&o, argc, argv);
	if (o.first_operation ==
	    0) /* no two registries share a number of an operation, up to a million rows each */
		o.first_operation = INT64_C(100000000000) + o.number * INT64_C(1000000);
	encoder = iconv_open("WINDOWS-1251", "UTF-8");
	if (encoder == (iconv_t)-1)
		fail("the system does not know windows-1251", NULL);
	random_state = (uint64_t)o.seed;
	generate(&o);
	iconv_close(encoder);
	for (size_t i = 0; i < o.account_count; i++)
		free(o.accounts[i]);
	free(o.accounts);
	return 0;
}
