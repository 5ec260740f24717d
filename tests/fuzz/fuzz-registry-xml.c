/*
 * fuzz-registry-xml.c -- libFuzzer: an XML registry from anywhere, the schema applied. Runs from
 * the top of the repository.
 */
#include "fuzz-registry.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	registry_open("lib/registry.xsd");
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 0)
		check_file(data, size, NULL);
	return 0;
}
