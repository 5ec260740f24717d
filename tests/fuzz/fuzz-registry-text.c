/*
 * fuzz-registry-text.c -- libFuzzer: a text registry from anywhere, by its shape and by a dialect
 * that only a contract names.
 */
#include "fuzz-registry.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	check_file(data, size, NULL);
	check_file(data, size, "vtb13");
	return 0;
}
