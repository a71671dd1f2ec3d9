/*
 * benchbare.h - SQLite alone with the bytes of a block: the floor of a durable
 * write. Settings are those of daemon/store/store.c, so that the two differ in
 * nothing but what kept adds. Everything fails aloud (kept_assert).
 */
#ifndef KEPT_TESTS_BENCHBARE_H
#define KEPT_TESTS_BENCHBARE_H

#include <sqlite3.h>

#include "tests/lib/sample.h"

/* Sealed bodies as entries of 200 to 1,200 letters have them: words padded to
 * 512, 768, ... 1,536, and 73 more; 1,097 on average. */
#define BENCHBARE_BODY_BYTES(no) (585u + (unsigned)(no)*7u % 5u * 256u)

struct benchbare {
	sqlite3 *db;          /* Owns */
	sqlite3_stmt *insert; /* Owns */
	struct sample sample;
	int rows;
};

void benchbare_open(struct benchbare *bare, const char *path, int page_bytes);
void benchbare_run(struct benchbare *bare, const char *sql);
/* One row; durable on return, unless in a transaction of benchbare_run. */
void benchbare_put(struct benchbare *bare);
void benchbare_close(struct benchbare *bare);

#endif
