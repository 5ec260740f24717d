/*
 * registry-xml.c -- registries in XML, streamed by xmlTextReader with the schema applied on the
 * way. The only file that knows libxml2.
 *
 * Hostile files. The parser gets XML_PARSE_NONET and nothing else: no entities are substituted, no
 * DTD is loaded, the library's own limits stay on. Before that, feed() watches the bytes:
 * `<!DOCTYPE` ends the reading before libxml2 sees it (and with it every entity, internal or
 * external), and so does a piece of markup longer than MARKUP_BYTES, since one element without an
 * end would grow in memory. The entity loader refuses whatever is asked of it. What does not belong
 * to the dialect - another element, text, a processing instruction, XInclude - is refused by name.
 *
 * Lines. libxml2 keeps the line of a node in 16 bits, and its parser's line runs ahead of the node
 * by what was fed. feed() gives pieces that end at a line's end and are no longer than the reader
 * parses at once, so that nothing waits unparsed when it asks for more: the line of the latest
 * piece is the line where the node's tag ends, past line 65 535 too.
 */
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>
#include <strings.h>

#include "log.h"
#include "registry-private.h"
#include "text.h"

#define MARKUP_BYTES 65536           /* fed for one node */
#define PIECE_BYTES  512             /* what xmlTextReader parses at once, its CHUNK_SIZE */
#define MAX_DEPTH    8               /* elements inside one another; the deepest dialect has 5 */
#define PATH_BYTES   256
#define ROW_BYTES    (REGISTRY_MAX_LINE_BYTES * 3)
#define NAME_BYTES   64

/* Of one element: values of the known attributes, and the whole of it as text. */
struct element {
	const char *value[FIELD__COUNT];  /* FIELD, TOTAL or HEAD: the first is the largest */
	int         order[FIELD__COUNT];  /* what the n-th attribute was in the row before */
	char        bytes[ROW_BYTES];     /* where the values stand */
	size_t      used;
	struct text raw;
};

struct xml_reader {
	struct registry_reader *r;
	xmlTextReader *reader;
	long   line;                      /* of the latest piece */
	bool   line_has_ended;
	size_t fed;                       /* bytes since the last node */
	size_t matched;                   /* of doctype[], across pieces */
	size_t path_len[MAX_DEPTH + 1];
	char   path[PATH_BYTES];          /* "/registry/payment" */
	bool   head_seen;
	struct element element;
};

_Static_assert((int)TOTAL__COUNT <= (int)FIELD__COUNT && (int)HEAD__COUNT <= (int)FIELD__COUNT,
    "struct element");

static xmlSchema *schema;
static const char doctype[] = "<!DOCTYPE";

static xmlParserInput *
refuse_entity(const char *url, const char *id, xmlParserCtxt *parser)
{
	(void)url;
	(void)id;
	(void)parser;
	log_warning("registry-entity-refused", NULL);
	return NULL;
}

static void
ignore_message(void *context, xmlError *error)
{
	(void)context;
	(void)error;
}

void
registry_xml_open(const char *xsd_path)
{
	xmlSchemaParserCtxt *parser;

	if (schema != NULL)
		return;
	xmlInitParser();
	xmlSetStructuredErrorFunc(NULL, ignore_message);
	parser = xmlSchemaNewParserCtxt(xsd_path);
	schema = parser != NULL ? xmlSchemaParse(parser) : NULL;
	xmlSchemaFreeParserCtxt(parser);
	if (schema == NULL) {
		log_error("registry-schema", "unreadable=%s", xsd_path);
		exit(EXIT_FAILURE);
	}
	/* Last, for the schema itself comes through the loader. */
	xmlSetExternalEntityLoader(refuse_entity);
}

/* A problem after which reading on makes no sense; told unless this line has one already. */
#define GIVE_UP(x, ...) do { \
	if (!(x)->r->stopped && ((x)->line == 0 || (x)->r->problem_line != (x)->line)) \
		registry_problem((x)->r, (x)->line, __VA_ARGS__); \
	(x)->r->stopped = true; \
} while (0)

static bool
has_doctype(struct xml_reader *x, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	for (const char *p = bytes; p < end; p++) {
		if (x->matched == 0 && (p = memchr(p, '<', (size_t)(end - p))) == NULL)
			return false;
		if (*p == doctype[x->matched])
			x->matched++;
		else
			x->matched = *p == '<';
		if (x->matched == sizeof(doctype) - 1)
			return true;
	}
	return false;
}

/* libxml2 asks for bytes. */
static int
feed(void *context, char *bytes, int max)
{
	struct xml_reader *x = context;
	size_t len;

	if (x->r->stopped || max <= 0)
		return -1;
	if (max > PIECE_BYTES)
		max = PIECE_BYTES;
	len = registry_source_take(&x->r->source, bytes, (size_t)max);
	if (len > 0) {
		x->line += x->line_has_ended;
		x->line_has_ended = bytes[len - 1] == '\n';
	}
	x->fed += len;
	if (has_doctype(x, bytes, len)) {
		GIVE_UP(x, "DOCTYPE в реестре запрещён");
		return -1;
	}
	if (x->fed > MARKUP_BYTES) {
		GIVE_UP(x, "Элемент или текст длиннее %d байт", MARKUP_BYTES);
		return -1;
	}
	return (int)len;
}

/* The name between quotes after a phrase of libxml2's message, without its `{namespace}`. */
static const char *
quoted(const char *message, const char *phrase, char name[NAME_BYTES])
{
	const char *from = strstr(message, phrase), *end;

	name[0] = '\0';
	if (from == NULL)
		return name;
	from += strlen(phrase);
	end = strchr(from, '\'');
	if (*from == '{' && strchr(from, '}') != NULL)
		from = strchr(from, '}') + 1;
	if (end != NULL && end >= from && end - from < NAME_BYTES) {
		memcpy(name, from, (size_t)(end - from));
		name[end - from] = '\0';
	}
	return registry_shown(name);
}

/*
 * libxml2's own words are English and quote values, a payer's name among them: only names of the
 * markup are taken over.
 */
static void
note_schema_error(struct xml_reader *x, const xmlError *error)
{
	char element_name[NAME_BYTES], attribute_name[NAME_BYTES];
	const char *message = error->message != NULL ? error->message : "";
	const char *element = quoted(message, "Element '", element_name);
	const char *attribute = quoted(message, "attribute '", attribute_name);
	long line = x->line;

	if (x->r->problem_line == line)
		return;
	switch (error->code) {
	case XML_SCHEMAV_ELEMENT_CONTENT:
		registry_problem(x->r, line,
		    "Элемент «%s» здесь не ожидается, или до него чего-то не хватает", element);
		break;
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
		registry_problem(x->r, line, "У элемента «%s» нет обязательного атрибута «%s»",
		    element, attribute);
		break;
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1:
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
		registry_problem(x->r, line, "У элемента «%s» лишний атрибут «%s»", element,
		    attribute);
		break;
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1:
	case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
		registry_problem(x->r, line, "Текст внутри элемента «%s»", element);
		break;
	default:
		if (*attribute != '\0')
			registry_problem(x->r, line,
			    "Неверное значение атрибута «%s» элемента «%s»", attribute, element);
		else
			registry_problem(x->r, line, "Элемент «%s» не по схеме registry.xsd",
			    element);
	}
}

static const char *
syntax_words(const xmlError *error)
{
	if (error->domain == XML_FROM_I18N)
		return "Байты не соответствуют объявленной кодировке";
	switch (error->code) {
	case XML_ERR_INVALID_ENCODING:
	case XML_ERR_INVALID_CHAR:
	case XML_ERR_UNSUPPORTED_ENCODING:
	case XML_ERR_UNKNOWN_ENCODING:
	case XML_I18N_CONV_FAILED:
		return "Байты не соответствуют объявленной кодировке";
	case XML_ERR_UNDECLARED_ENTITY:
	case XML_WAR_UNDECLARED_ENTITY:
	case XML_ERR_ENTITY_LOOP:
		return "Сущности в реестре запрещены";
	case XML_ERR_DOCUMENT_END:
	case XML_ERR_DOCUMENT_EMPTY:
	case XML_ERR_TAG_NOT_FINISHED:
	case XML_ERR_GT_REQUIRED:
	case XML_ERR_ATTRIBUTE_NOT_FINISHED:
	case XML_ERR_LT_REQUIRED:
		return "XML обрывается или испорчен";
	case XML_ERR_TAG_NAME_MISMATCH:
		return "Закрывающий тег не соответствует открывающему";
	case XML_ERR_ATTRIBUTE_REDEFINED:
		return "Атрибут повторён";
	default:
		return "Нарушен синтаксис XML";
	}
}

static void
note_error(void *context, xmlError *error)
{
	struct xml_reader *x = context;

	if (x->r->stopped)
		return;
	if (error->domain == XML_FROM_SCHEMASV)
		note_schema_error(x, error);
	else if (error->level != XML_ERR_WARNING)
		GIVE_UP(x, "%s (libxml2: %d)", syntax_words(error), error->code);
}

/* A reader over the whole file, from its beginning; x keeps it. */
static bool
start(struct xml_reader *x, bool with_schema)
{
	registry_source_open(&x->r->source, x->r->source.file);
	x->fed = x->matched = 0;
	x->line = 0;
	x->line_has_ended = true;
	x->reader = xmlReaderForIO(feed, NULL, x, NULL, NULL, XML_PARSE_NONET);
	if (x->reader == NULL) {
		GIVE_UP(x, "Нарушен синтаксис XML");
		return false;
	}
	if (with_schema && xmlTextReaderSetSchema(x->reader, schema) != 0) {
		GIVE_UP(x, "Схему registry.xsd не удалось применить");
		return false;
	}
	return true;
}

static void
end(struct xml_reader *x)
{
	xmlFreeTextReader(x->reader);
	x->reader = NULL;
}

/* The next node; false at the end or when reading must stop. */
static bool
next_node(struct xml_reader *x)
{
	int got;

	x->fed = 0;
	got = xmlTextReaderRead(x->reader);
	if (got < 0)
		GIVE_UP(x, "XML обрывается или испорчен");
	return got == 1 && !x->r->stopped;
}

/*
 * Two encodings, declared truly. A windows-1251 text that is valid UTF-8 throughout does not happen
 * by chance.
 */
static void
check_encoding(struct xml_reader *x)
{
	const char *declared = (const char *)xmlTextReaderConstEncoding(x->reader);
	const struct registry_scan *scan = &x->r->scan;

	if (declared == NULL || strcasecmp(declared, "UTF-8") == 0) {
		if (!scan->is_utf8)
			GIVE_UP(x, "Объявлена кодировка UTF-8, а файл не в ней");
	} else if (strcasecmp(declared, "windows-1251") != 0) {
		GIVE_UP(x, "Кодировка «%s» не поддерживается: нужна windows-1251 или UTF-8",
		    registry_shown(declared));
	} else if (scan->is_utf8 && !scan->is_ascii) {
		GIVE_UP(x, "Объявлена кодировка windows-1251, а файл в UTF-8");
	}
}

/*
 * The dialect whose root element the file has; a first reader, without a schema, sees that far and
 * no farther.
 */
static void
recognise(struct xml_reader *x)
{
	const char *root = NULL;

	if (!start(x, false))
		return;
	while (root == NULL && next_node(x)) {
		check_encoding(x);
		if (xmlTextReaderNodeType(x->reader) == XML_READER_TYPE_ELEMENT)
			root = (const char *)xmlTextReaderConstName(x->reader);
	}
	for (int i = 0; root != NULL && i < registry_dialect_count; i++) {
		const struct registry_dialect *d = &registry_dialects[i];
		size_t len = strlen(root);

		if (d->encoding != NULL || strncmp(d->head_path + 1, root, len) != 0 ||
		    strchr("/", d->head_path[1 + len]) == NULL)
			continue;
		if (x->r->dialect != NULL && x->r->dialect != d)
			GIVE_UP(x, "По договору формат «%s», а в файле «%s»",
			    x->r->dialect->name, d->name);
		x->r->dialect = d;
	}
	if (x->r->dialect == NULL)
		GIVE_UP(x, "Неизвестный корневой элемент «%s»",
		    registry_shown(root != NULL ? root : ""));
	end(x);
}

/* Appends this element's name at its depth. false: too deep or too long. */
static bool
enter(struct xml_reader *x, const char *name)
{
	int depth = xmlTextReaderDepth(x->reader);
	size_t from, len = strlen(name);

	if (depth < 0 || depth >= MAX_DEPTH)
		return false;
	from = x->path_len[depth];
	if (from + 1 + len >= sizeof(x->path))
		return false;
	x->path[from] = '/';
	memcpy(x->path + from + 1, name, len + 1);
	x->path_len[depth + 1] = from + 1 + len;
	return true;
}

/* Which of the names this is, tried first where the element before had it; -1: none. */
static int
find(const char *const names[], int count, const char *name, int *guess)
{
	if (*guess < count && names[*guess] != NULL && strcmp(names[*guess], name) == 0)
		return *guess;
	for (int i = 0; i < count; i++) {
		if (names[i] != NULL && strcmp(names[i], name) == 0) {
			*guess = i;
			return i;
		}
	}
	return -1;
}

/* ` name="value"` for the row's text. */
static void
put_attribute(struct text *raw, const char *name, const char *value, size_t len)
{
	text_put(raw, " ", 1);
	text_puts(raw, name);
	text_put(raw, "=\"", 2);
	if (strcspn(value, "&<>\"'\t\n\r") == len)
		text_put(raw, value, len);
	else
		text_html(raw, value, len);
	text_put(raw, "\"", 1);
}

/* Keeps the value of the n-th attribute, whose name the dialect must know. */
static bool
take_attribute(struct xml_reader *x, const char *const names[], int count, int n)
{
	struct element *e = &x->element;
	const char *name = (const char *)xmlTextReaderConstName(x->reader);
	const char *value = (const char *)xmlTextReaderConstValue(x->reader);
	size_t len = strlen(value);
	int index = n < FIELD__COUNT ? find(names, count, name, &e->order[n]) : -1;

	if (index < 0) {
		registry_problem(x->r, x->line, "Лишний атрибут «%s»", registry_shown(name));
		return false;
	}
	if (e->used + len + 1 > sizeof(e->bytes)) {
		registry_problem(x->r, x->line, "Элемент длиннее %d байт", ROW_BYTES);
		return false;
	}
	e->value[index] = memcpy(e->bytes + e->used, value, len + 1);
	e->used += len + 1;
	put_attribute(&e->raw, name, value, len);
	return true;
}

/* The element's attributes into x->element. */
static bool
take_attributes(struct xml_reader *x, const char *element_name, const char *const names[],
    int count)
{
	struct element *e = &x->element;
	bool is_good = true;

	memset(e->value, 0, sizeof(e->value));
	e->used = 0;
	text_clear(&e->raw);
	text_put(&e->raw, "<", 1);
	text_puts(&e->raw, element_name);
	for (int n = 0; is_good && xmlTextReaderMoveToNextAttribute(x->reader) == 1; n++)
		is_good = take_attribute(x, names, count, n);
	text_put(&e->raw, "/>", 2);
	xmlTextReaderMoveToElement(x->reader);
	return is_good;
}

static bool
copy_digits(char *to, size_t size, const char *from)
{
	size_t len = from != NULL ? strlen(from) : 0;

	if (len == 0 || len >= size || strspn(from, "0123456789") != len)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

static void
read_head(struct xml_reader *x)
{
	const struct registry_dialect *d = x->r->dialect;
	struct registry_result *result = x->r->result;
	const char *const *value = x->element.value;

	if (x->head_seen) {
		GIVE_UP(x, "Второй реестр в одном файле");
		return;
	}
	x->head_seen = true;
	if (!take_attributes(x, "head", d->head, HEAD__COUNT) || x->r->problem_line == x->line)
		return;
	if (value[HEAD_VERSION] == NULL || strlen(value[HEAD_VERSION]) != 1 ||
	    strchr(d->versions, value[HEAD_VERSION][0]) == NULL)
		GIVE_UP(x, "Версия формата не поддерживается: %s",
		    value[HEAD_VERSION] != NULL ? registry_shown(value[HEAD_VERSION]) : "нет");
	else if (d->head[HEAD_ACCOUNT] != NULL &&
	    !copy_digits(result->payee_account, sizeof(result->payee_account), value[HEAD_ACCOUNT]))
		GIVE_UP(x, "Неверный счёт получателя в заголовке реестра");
	else if (d->head[HEAD_SENDER] != NULL &&
	    !copy_digits(result->sender, sizeof(result->sender), value[HEAD_SENDER]))
		GIVE_UP(x, "Неверный код отправителя в заголовке реестра");
}

/*
 * An element of the way to the rows, of the head, a row or the trailer; anything else does not
 * belong here.
 */
static void
read_element(struct xml_reader *x)
{
	const struct registry_dialect *d = x->r->dialect;
	const char *name = (const char *)xmlTextReaderConstName(x->reader);
	struct element *e = &x->element;
	size_t len;

	if (!enter(x, name)) {
		GIVE_UP(x, "Слишком глубокая вложенность элементов");
		return;
	}
	len = strlen(x->path);
	if (strcmp(x->path, d->row_path) == 0) {
		if (take_attributes(x, name, d->attribute, FIELD__COUNT))
			registry_row(x->r, e->value, x->line, e->raw.data);
		else
			x->r->rows_seen++;
	} else if (d->total_path != NULL && strcmp(x->path, d->total_path) == 0) {
		if (take_attributes(x, name, d->total, TOTAL__COUNT))
			registry_totals(x->r, e->value, x->line);
		else
			x->r->totals_line = x->line;
	} else if (strcmp(x->path, d->head_path) == 0) {
		read_head(x);
	} else if (strncmp(x->path, d->row_path, len) != 0 || d->row_path[len] != '/' ||
	    xmlTextReaderHasAttributes(x->reader) == 1) {
		GIVE_UP(x, "Элемент «%s» не относится к формату «%s»", registry_shown(name),
		    d->name);
	}
}

static void
read_node(struct xml_reader *x)
{
	switch (xmlTextReaderNodeType(x->reader)) {
	case XML_READER_TYPE_ELEMENT:
		read_element(x);
		break;
	case XML_READER_TYPE_END_ELEMENT:
	case XML_READER_TYPE_WHITESPACE:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
	case XML_READER_TYPE_COMMENT:
		break;
	case XML_READER_TYPE_DOCUMENT_TYPE:
		GIVE_UP(x, "DOCTYPE в реестре запрещён");
		break;
	case XML_READER_TYPE_ENTITY_REFERENCE:
	case XML_READER_TYPE_ENTITY:
		GIVE_UP(x, "Сущности в реестре запрещены");
		break;
	case XML_READER_TYPE_PROCESSING_INSTRUCTION:
		GIVE_UP(x, "Инструкция обработки в реестре запрещена");
		break;
	default:
		GIVE_UP(x, "Текст внутри элемента");
	}
}

void
registry_xml_read(struct registry_reader *r)
{
	struct xml_reader x = { .r = r };

	/*
	 * Not the reader's own handler: the schema puts its callbacks before the parser's, and with
	 * them comes a wrong context.
	 */
	xmlSetStructuredErrorFunc(&x, note_error);
	text_init(&x.element.raw, ROW_BYTES * 6 + 1024);   /* escaped, and the names */
	recognise(&x);
	if (!r->stopped && start(&x, r->dialect->has_schema)) {
		while (next_node(&x))
			read_node(&x);
		/* An invalid file still ends like a good one. */
		if (!r->stopped && r->result->problem_count == 0 && r->dialect->has_schema &&
		    xmlTextReaderIsValid(x.reader) != 1)
			GIVE_UP(&x, "Файл не соответствует схеме registry.xsd");
	}
	end(&x);
	text_release(&x.element.raw);
	xmlSetStructuredErrorFunc(NULL, ignore_message);
}
