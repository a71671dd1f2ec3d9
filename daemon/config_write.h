/*
 * config_write.h - the settings file itself; for config.c only.
 */
#ifndef KEPT_CONFIG_WRITE_H
#define KEPT_CONFIG_WRITE_H

#include "proto/base/buf.h"

/* Appends the file; no file: nothing. ERR_IO, ERR_LIMIT. */
int config_file_read(const char *path, struct buf *out, struct err *err)
	KEPT_MUST_USE;
/* Puts `key value` in place of the line of that key, or at the end; written
 * under a temporary name, synced, renamed, folder synced. */
int config_file_change(const char *path, const char *key, const char *value,
		       struct err *err) KEPT_MUST_USE;

/* The next line without its end; text moves on. */
struct bytes config_line_next(struct bytes *text);
/* false: blank or a comment. */
bool config_line_split(struct bytes line, struct bytes *key,
		       struct bytes *value);

#endif
