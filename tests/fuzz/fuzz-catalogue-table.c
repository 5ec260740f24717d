/* fuzz-catalogue-table.c -- libFuzzer: a table is refused, or every record fits the catalogue. */
#include "fuzz-catalogue.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_catalogue(data, size, catalogue_read_table);
}
