/*
 * benchbare.c - SQLite alone with the bytes of a block.
 *
 * Must never be made faster or slower than a program that only wants its row
 * on the disk. Read next: bench_floor.c, bench_kept.c.
 */
#include "tests/bench/benchbare.h"

#include "proto/base/panic.h"

void benchbare_run(struct benchbare *bare, const char *sql)
{
	kept_assert(sqlite3_exec(bare->db, sql, NULL, NULL, NULL) == SQLITE_OK);
}

void benchbare_open(struct benchbare *bare, const char *path, int page_bytes)
{
	char sql[200];

	bare->rows = 0;
	sample_block(&bare->sample, 1, 1, SAMPLE_BODY_BYTES_MAX);
	kept_assert(sqlite3_open(path, &bare->db) == SQLITE_OK);
	snprintf(sql, sizeof sql,
		 "PRAGMA page_size=%d; PRAGMA locking_mode=EXCLUSIVE;"
		 "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		 "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY",
		 page_bytes);
	benchbare_run(bare, sql);
	benchbare_run(bare,
		      "CREATE TABLE row(no INTEGER PRIMARY KEY, body BLOB)");
	kept_assert(sqlite3_prepare_v2(bare->db,
				       "INSERT INTO row VALUES(?1, ?2)", -1,
				       &bare->insert, NULL) == SQLITE_OK);
}

void benchbare_put(struct benchbare *bare)
{
	int no = ++bare->rows;

	sqlite3_bind_int(bare->insert, 1, no);
	sqlite3_bind_blob(bare->insert, 2, bare->sample.body,
			  (int)(BLOCK_HEADER_BYTES + BENCHBARE_BODY_BYTES(no)),
			  SQLITE_STATIC);
	kept_assert(sqlite3_step(bare->insert) == SQLITE_DONE);
	sqlite3_reset(bare->insert);
}

void benchbare_close(struct benchbare *bare)
{
	sqlite3_finalize(bare->insert);
	sqlite3_close(bare->db);
	*bare = (struct benchbare){ .rows = 0 };
}
