/*
 * fuzz-marc.c -- libFuzzer: bytes that call themselves ISO 2709 are refused, or every record fits
 * the catalogue; libyaz never sees what its lenience would read past the end.
 */
#include "fuzz-catalogue.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_catalogue(data, size, catalogue_read_marc);
}
