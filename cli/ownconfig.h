/*
 * ownconfig.h - files of this person's own, read without keptd: the settings
 * of this device, and what else has to be there at once.
 */
#ifndef KEPT_CLI_OWNCONFIG_H
#define KEPT_CLI_OWNCONFIG_H

#include "cli/cli.h"
#include "proto/base/buf.h"

#define OWNCONFIG_FILE_BYTES ((size_t)256 << 10)

/* Appends a regular file that belongs to this person; nothing of any other,
 * and never waits for one. */
void ownconfig_file(const char *path, struct buf *out);
/* The value of the last line `key value`; "" if there is none, or it does not
 * fit into room bytes with its NUL. */
void ownconfig_find(struct bytes text, const char *key, char *out, size_t room);
/* The same of this device's settings file. What keptd would refuse is not
 * judged here. */
void ownconfig_read(const struct cli *cli, const char *key, char *out,
		    size_t room);

#endif
