/*
 * registry-private.h -- what registry.c (the way through a file), registry-row.c (one row's rules),
 * registry-text.c and registry-xml.c (the two readers) share.
 *
 * The readers only find the fields of a row and of the trailer; what a field may hold is decided
 * once, in registry-row.c, by the dialect's columns.
 */
#ifndef KABINET_REGISTRY_PRIVATE_H
#define KABINET_REGISTRY_PRIVATE_H

#include "money.h"
#include "registry.h"

enum registry_field {
	FIELD_DATE, FIELD_TIME,
	FIELD_MOMENT,                  /* in place of the two above: both, with a blank between */
	FIELD_BRANCH, FIELD_TERMINAL, FIELD_OPERATION, FIELD_ACCOUNT, FIELD_PAYER, FIELD_ADDRESS,
	FIELD_PERIOD,
	FIELD_AMOUNT, FIELD_TRANSFER, FIELD_COMMISSION, FIELD_CHANNEL,
	FIELD__COUNT
};
enum registry_total {
	TOTAL_COUNT, TOTAL_AMOUNT, TOTAL_TRANSFER, TOTAL_COMMISSION, TOTAL_ORDER, TOTAL_ORDER_DATE,
	TOTAL__COUNT
};
enum registry_head {               /* attributes of the element that holds the rows */
	HEAD_VERSION, HEAD_ACCOUNT, HEAD_SENDER, HEAD_NUMBER, HEAD_DATE, HEAD_BANK, HEAD_INN,
	HEAD__COUNT
};

enum registry_date { DATE_DAY_FIRST, DATE_YEAR_FIRST };

/* A row of the table of dialects. */
struct registry_dialect {
	const char *name;              /* in contracts and in the database: never renamed */

	/* How values are written. */
	enum registry_date date;
	const char *date_marks;        /* any of these stands between the parts of a date */
	const char *time_marks;
	char        point;             /* before the kopecks; '\0': sums are whole kopecks */
	bool        operation_is_text; /* letters too, else digits alone */
	int         operation_max;     /* characters */
	unsigned    required;          /* 1 << FIELD_...: must be there; the account may be empty */

	/*
	 * Text: the fields of the left end, then `extra` ones that nobody reads, then money, then
	 * perhaps the channel.
	 */
	const char *encoding;          /* of what is not valid UTF-8; NULL marks an XML dialect */
	int         extra_min, extra_max;
	bool        has_channel;
	bool        only_by_name;      /* never recognised by shape */

	/* XML: paths from the root and names of attributes; NULL where the dialect has none. */
	const char *row_path, *head_path, *total_path;
	const char *attribute[FIELD__COUNT], *head[HEAD__COUNT], *total[TOTAL__COUNT];
	const char *versions;          /* one character each */
	bool        has_schema;        /* the XSD of registry_open() */
};

extern const struct registry_dialect registry_dialects[];
extern const int registry_dialect_count;

/* The bytes of a file in pieces that never cross the end of a line. */
#define REGISTRY_SOURCE_BYTES 65536
struct registry_source {
	FILE  *file;
	char   buffer[REGISTRY_SOURCE_BYTES];
	size_t next, end;              /* what of the buffer is still to be given */
};

/* From the beginning, a UTF-8 BOM left out. */
void registry_source_open(struct registry_source *s, FILE *file);
/*
 * Up to max bytes, the last of them the '\n' when the line's end is among them. 0: the end, or an
 * error of the file.
 */
size_t registry_source_take(struct registry_source *s, char *bytes, size_t max);

/* What the first pass over the file found. */
struct registry_scan {
	bool is_utf8;                  /* all of it */
	bool is_ascii;
	bool is_xml;                   /* the first byte that is not blank is '<' */
};

struct registry_reader {
	const struct registry_dialect *dialect;   /* NULL until it is known */
	registry_row_fn *each;
	void            *context;
	struct registry_result *result;
	struct registry_scan    scan;
	struct registry_source  source;
	int64_t rows_seen;             /* good and bad */
	long    totals_line;           /* 0: not met yet */
	long    problem_line;          /* of the latest problem: one is enough for a line */
	bool    stopped;               /* no use in reading on */
};

/*
 * Notes a problem; the words are Russian. Never quote a field here that may hold a person's name:
 * see registry_shown().
 */
void registry_problem(struct registry_reader *r, long line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The value for a message: itself when it is short and has digits, Latin letters and marks alone,
 * else `…`.
 */
#define REGISTRY_SHOWN_BYTES 32
const char *registry_shown(const char *value) __attribute__((returns_nonnull));

/*
 * Reads the fields (NULL: absent) into *row by the dialect's rules. false: words says why, in
 * Russian.
 */
#define REGISTRY_WORDS_BYTES sizeof(((struct registry_problem *)NULL)->words)
bool registry_row_parse(const struct registry_dialect *d, const char *const field[FIELD__COUNT],
    struct registry_row *row, char words[REGISTRY_WORDS_BYTES]) __attribute__((warn_unused_result));

/* One row found on this line: parsed, counted, summed and delivered, or a problem. */
void registry_row(struct registry_reader *r, const char *const field[FIELD__COUNT], long line,
    const char *raw);
/* The trailer found on this line. */
void registry_totals(struct registry_reader *r, const char *const field[TOTAL__COUNT], long line);

/* The two readers: from the first byte to the last, or until r->stopped. */
void registry_text_read(struct registry_reader *r);
void registry_xml_read(struct registry_reader *r);
void registry_xml_open(const char *xsd_path);

#endif
