/* fuzz-registry.h -- what both targets of registries ask of a delivered row and of the answer. */
#ifndef KABINET_FUZZ_REGISTRY_H
#define KABINET_FUZZ_REGISTRY_H

#include "registry.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen_rows { int64_t rows, transfer_kop; long line; };

static void
check_text(const char *s)
{
	if (s == NULL || !text_is_utf8(s, strlen(s)))
		abort();
}

static bool
check_row(void *context, const struct registry_row *row)
{
	struct seen_rows *seen = context;

	check_text(row->operation);
	check_text(row->account);
	check_text(row->branch);
	check_text(row->terminal);
	check_text(row->payer);
	check_text(row->address);
	check_text(row->period);
	check_text(row->raw);
	if (row->amount_kop != row->transfer_kop + row->commission_kop || *row->operation == '\0' ||
	    row->channel < 0 || row->channel > 6 || row->line < seen->line || row->line < 1 ||
	    !date_exists(row->at.date.year, row->at.date.month, row->at.date.day))
		abort();
	seen->line = row->line;
	seen->rows++;
	seen->transfer_kop += row->transfer_kop;
	return true;
}

/* A file that is called good has rows, totals that agree, and no words; a bad one says why. */
static void
check_file(const uint8_t *data, size_t size, const char *dialect)
{
	FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
	struct registry_result result;
	struct seen_rows seen = { 0 };
	bool is_good;

	if (file == NULL)
		abort();
	is_good = registry_read(file, dialect, check_row, &seen, &result);
	fclose(file);
	if (is_good != (result.problem_count == 0) || seen.rows != result.rows)
		abort();
	for (int i = 0; i < result.problem_count && i < REGISTRY_MAX_PROBLEMS; i++)
		check_text(result.problem[i].words);
	if (is_good && (seen.rows == 0 || seen.transfer_kop != result.transfer_kop ||
	    (result.totals.has_totals && (result.totals.count != seen.rows ||
	    result.totals.transfer_kop != seen.transfer_kop))))
		abort();
}

#endif
