/*
 * statefile.h - small files outside the database, read and replaced whole.
 */
#ifndef KEPT_STATEFILE_H
#define KEPT_STATEFILE_H

#include "proto/base/buf.h"

/* Appends the file, up to out's maximum. ERR_NOT_FOUND, ERR_IO, ERR_LIMIT. */
int statefile_read(const char *path, struct buf *out, struct err *err)
	KEPT_MUST_USE;
/* 0600; under a temporary name, synced, renamed, folder synced. ERR_IO,
 * ERR_DISK_FULL. */
int statefile_write(const char *path, struct bytes bytes, struct err *err)
	KEPT_MUST_USE;
/* The folder and those above it, 0700 where new. */
int statefile_make_folder(const char *path, struct err *err) KEPT_MUST_USE;
/* It is a folder of ours that nobody else may enter: else ERR_IO with what
 * to do about it. */
int statefile_check_folder(const char *path, struct err *err) KEPT_MUST_USE;

#endif
