/*
 * killat.h - the process dies at its k-th call that changes a file.
 *
 * The calls are write, pwrite, fsync, fdatasync, ftruncate, unlink, rename,
 * and renameat2, of whoever in the process makes them: the definitions in
 * killat.c come before those of libc, for SQLite as well.
 */
#ifndef KEPT_SWEEP_KILLAT_H
#define KEPT_SWEEP_KILLAT_H

#include <stdbool.h>

/* at 1: the next one; 0: never. torn: half of what it writes is written. */
void killat_arm(long at, bool torn);
/* Calls since killat_arm. */
long killat_count(void);

#endif
