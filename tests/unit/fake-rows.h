/*
 * fake-rows.h -- results without PostgreSQL: the calls of db.h that view.c makes, answered from a
 * table in memory. Included by the one file of a test program, whose definitions then stand in for
 * those of libkabinet.a.
 */
#ifndef KABINET_FAKE_ROWS_H
#define KABINET_FAKE_ROWS_H

#include <assert.h>
#include <string.h>

#include "db.h"

#define FAKE_MAX_COLUMNS 64

/* cells[row * column_count + column]; NULL is SQL NULL. */
struct db_rows {
	int row_count, column_count;
	const char *names[FAKE_MAX_COLUMNS];
	enum db_kind kinds[FAKE_MAX_COLUMNS];
	const char *const *cells;
};

int
db_row_count(const struct db_rows *rows)
{
	return rows->row_count;
}

int
db_column_count(const struct db_rows *rows)
{
	return rows->column_count;
}

const char *
db_column_name(const struct db_rows *rows, int column)
{
	assert(column >= 0 && column < rows->column_count);
	return rows->names[column];
}

int
db_column(const struct db_rows *rows, const char *name)
{
	for (int i = 0; i < rows->column_count; i++)
		if (strcmp(rows->names[i], name) == 0)
			return i;
	return -1;
}

enum db_kind
db_column_kind(const struct db_rows *rows, int column)
{
	assert(column >= 0 && column < rows->column_count);
	return rows->kinds[column];
}

bool
db_is_null(const struct db_rows *rows, int row, int column)
{
	assert(row >= 0 && row < rows->row_count && column >= 0 && column < rows->column_count);
	return rows->cells[row * rows->column_count + column] == NULL;
}

const char *
db_cell(const struct db_rows *rows, int row, int column, size_t *len)
{
	const char *cell =
	    db_is_null(rows, row, column) ? "" : rows->cells[row * rows->column_count + column];

	if (len != NULL)
		*len = strlen(cell);
	return cell;
}

#endif
