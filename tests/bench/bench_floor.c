/*
 * bench_floor.c - what SQLite alone takes for a durable commit, a batch, and a
 * scan, and what the store takes for the same.
 *
 * bench_floor [DIR [ROWS [PAGE_BYTES]]] prints microseconds for each and one
 * line of JSON. DIR has to be on the disk that is meant. It must never decide
 * anything: no test reads it. Read next: tests/bench/bench.sh.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/store/sqlmem.h"
#include "daemon/store/store.h"
#include "proto/base/panic.h"
#include "tests/bench/benchbare.h"

#define COMMITS 400

struct floor_times {
	double commit_us, commit_p99_us, insert_us, scan_us;
	double bytes_per_row;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int by_time(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void note_commits(double times[COMMITS], struct floor_times *out)
{
	qsort(times, COMMITS, sizeof times[0], by_time);
	out->commit_us = times[COMMITS / 2];
	out->commit_p99_us = times[COMMITS * 99 / 100];
}

/* ---- SQLite alone ---- */

static void measure_sqlite(const char *path, int rows, int page_bytes,
			   struct floor_times *out)
{
	double times[COMMITS], start;
	struct benchbare bare;
	sqlite3_stmt *stmt = NULL;
	struct stat st;

	benchbare_open(&bare, path, page_bytes);
	for (int i = 0; i < COMMITS; i++) {
		start = now_us();
		benchbare_put(&bare);
		times[i] = now_us() - start;
	}
	note_commits(times, out);
	start = now_us();
	benchbare_run(&bare, "BEGIN");
	for (int i = 0; i < rows; i++)
		benchbare_put(&bare);
	benchbare_run(&bare, "COMMIT");
	out->insert_us = (now_us() - start) / rows;
	kept_assert(sqlite3_prepare_v2(bare.db, "SELECT no, body FROM row", -1,
				       &stmt, NULL) == SQLITE_OK);
	start = now_us();
	while (sqlite3_step(stmt) == SQLITE_ROW)
		kept_assert(sqlite3_column_blob(stmt, 1) != NULL);
	out->scan_us = (now_us() - start) / (rows + COMMITS);
	sqlite3_finalize(stmt);
	benchbare_close(&bare);
	kept_assert(stat(path, &st) == 0);
	out->bytes_per_row = (double)st.st_size / (rows + COMMITS);
}

/* ---- the store ---- */

static void put(struct store *store, struct sample *sample, uint64_t seq)
{
	seq++; /* the first of a log has no block before it; these have */
	sample->block.header.seq = seq;
	sample->block.body.len = BENCHBARE_BODY_BYTES(seq);
	sample->block.header.body_len = BENCHBARE_BODY_BYTES(seq);
	memcpy(sample->block.header.etag.b, &seq, sizeof seq);
	/* tags are spread as hashes are */
	sample->block.header.etag.b[0] = (uint8_t)(seq * 167 >> 3);
	sample->block.is_signed = seq % 64 == 0;
	kept_assert(store_block_put(store, 1, &sample->block, NULL) == 0);
}

static void scan(struct store *store, uint64_t last)
{
	struct store_cursor *cursor = NULL;
	struct store_item item;
	uint64_t count = 0;

	kept_assert(store_scan_log(store, 1, 1, last + 1, &cursor, NULL) == 0);
	while (store_cursor_next(cursor, &item, NULL) == 1)
		count++;
	store_cursor_close(cursor);
	kept_assert(count == last);
}

static void measure_store(const char *path, int rows, struct floor_times *out)
{
	struct store_options options = { .path = path, .create = true };
	double times[COMMITS], start;
	struct store *store = NULL;
	struct sample sample;
	struct stat st;

	sample_block(&sample, 1, 2, SAMPLE_BODY_BYTES_MAX);
	kept_assert(store_open(&store, &options, NULL) == 0);
	for (int i = 0; i < COMMITS; i++) {
		start = now_us();
		kept_assert(store_begin(store, NULL) == 0);
		put(store, &sample, (uint64_t)i + 1);
		kept_assert(store_commit(store, NULL) == 0);
		times[i] = now_us() - start;
	}
	note_commits(times, out);
	start = now_us();
	kept_assert(store_begin(store, NULL) == 0);
	for (int i = 0; i < rows; i++)
		put(store, &sample, (uint64_t)(COMMITS + i + 1));
	kept_assert(store_commit(store, NULL) == 0);
	out->insert_us = (now_us() - start) / rows;
	start = now_us();
	scan(store, (uint64_t)(COMMITS + rows));
	out->scan_us = (now_us() - start) / (rows + COMMITS);
	store_close(store);
	kept_assert(stat(path, &st) == 0);
	out->bytes_per_row = (double)st.st_size / (rows + COMMITS);
}

static void show(const char *name, const struct floor_times *times)
{
	printf("%-7s commit %7.1f us (p99 %7.1f)  batch row %5.2f us"
	       "  scan row %5.2f us  %5.0f bytes a row\n",
	       name, times->commit_us, times->commit_p99_us, times->insert_us,
	       times->scan_us, times->bytes_per_row);
}

static void show_json(const char *name, const struct floor_times *times,
		      const char *after)
{
	printf("\"%s\":{\"commit_us\":%.1f,\"commit_p99_us\":%.1f,"
	       "\"insert_us\":%.2f,\"scan_us\":%.2f,\"row_bytes\":%.0f}%s",
	       name, times->commit_us, times->commit_p99_us, times->insert_us,
	       times->scan_us, times->bytes_per_row, after);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : ".";
	int rows = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 10000;
	int page_bytes = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 8192;
	struct floor_times bare, kept;
	char path[2][512];

	sqlmem_start();
	snprintf(path[0], sizeof path[0], "%s/floor-%d.db", dir, getpid());
	snprintf(path[1], sizeof path[1], "%s/store-%d.db", dir, getpid());
	measure_sqlite(path[0], rows, page_bytes, &bare);
	measure_store(path[1], rows, &kept);
	unlink(path[0]);
	unlink(path[1]);
	show("sqlite", &bare);
	show("store", &kept);
	printf("{\"bench\":\"floor\",\"rows\":%d,", rows);
	show_json("sqlite", &bare, ",");
	show_json("store", &kept, "}\n");
	return 0;
}
