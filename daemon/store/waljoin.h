/*
 * waljoin.h - a disk under SQLite's disk: what it writes to the log in pieces
 * reaches the file in one. For the files of daemon/store only.
 */
#ifndef KEPT_STORE_WALJOIN_H
#define KEPT_STORE_WALJOIN_H

/*
 * The name of a VFS that is the one called base (NULL: SQLite's own), but for
 * the write-ahead log. NULL: no such VFS, or no room for another. What it
 * makes stands as long as the process. One thread at a time.
 */
const char *waljoin_over(const char *base);

#endif
