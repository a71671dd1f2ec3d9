/*
 * sqlmem.h - SQLite's memory comes from mem.h.
 */
#ifndef KEPT_STORE_SQLMEM_H
#define KEPT_STORE_SQLMEM_H

/*
 * Once per process, before SQLite is used for anything; further calls do
 * nothing. store_open calls it; whoever registers a VFS calls it first.
 */
void sqlmem_start(void);

#endif
