/*
 * exportfile.h - what is special about the first and the last line of an
 * export, and what stays out of the lines between (cmd_export.c).
 *
 * Pure. The SHA-256 (FIPS 180-4) is for noticing damage, not for trust.
 */
#ifndef KEPT_CLI_EXPORTFILE_H
#define KEPT_CLI_EXPORTFILE_H

#include <cjson/cJSON.h>
#include <sha2.h>

#include "proto/base/bytes.h"

#define EXPORTFILE_HEADER_BYTES 96u
#define EXPORTFILE_DIGEST_BYTES 65u /* hex and NUL */

/*
 * {"kept":1,"export":"<at>","entries":N} and a newline, always
 * EXPORTFILE_HEADER_BYTES long (blanks before the brace that ends it), so that
 * the count can be put in last.
 */
void exportfile_header(const char *at, uint64_t entries,
		       char out[EXPORTFILE_HEADER_BYTES + 1]);
/* Takes away what a device says about an entry by itself. */
void exportfile_strip(cJSON *entry);

/*
 * An entry without an id gets one that follows from what it says, so that a
 * second import knows it. False: out of memory.
 */
bool exportfile_name(cJSON *entry);

struct exportfile_sum {
	SHA2_CTX context;
};

void exportfile_sum_begin(struct exportfile_sum *sum);
void exportfile_sum_add(struct exportfile_sum *sum, struct bytes bytes);
void exportfile_sum_end(struct exportfile_sum *sum,
			char out[EXPORTFILE_DIGEST_BYTES]);

enum exportfile_kind {
	EXPORTFILE_BARE,  /* entries without first and last line */
	EXPORTFILE_WHOLE, /* is what its first and last line say */
	EXPORTFILE_TORN,  /* cut off, or changed on the way */
	EXPORTFILE_NEWER, /* of a kept that is not this one */
	EXPORTFILE_NONE   /* its first line is no JSON object */
};

/* What a file is. entries: the lines between, where it is WHOLE. */
enum exportfile_kind exportfile_judge(struct bytes file, struct bytes *entries,
				      size_t *first_line);
/*
 * The next line that is not blank; false at the end. *number counts all
 * lines, from 1 for the first of them (begin with 0).
 */
bool exportfile_next(struct bytes *rest, struct bytes *line, size_t *number);

#endif
