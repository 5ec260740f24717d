/*
 * file.h -- what a file is, by its first bytes: what people may send, and as what it is sent back.
 */
#ifndef KABINET_FILE_H
#define KABINET_FILE_H

#include <stddef.h>

/*
 * A Content-Type that may be kept and sent back, as an attachment: JPEG, PNG, PDF, and office
 * documents by their ZIP container (docx, xlsx, pptx, odt: by the name's suffix and the container's
 * own entries). NULL: refused.
 */
const char *file_type(const void *bytes, size_t len, const char *name);

#endif
