/*
 * walfile.c - the write-ahead log: taken over after a crash, emptied in time,
 * and the sizes of both files.
 *
 * Must never put into the file what has not been found to belong to it, and
 * never make a commit that stands look as if it had failed. Read next:
 * https://www.sqlite.org/wal.html.
 */
#include "daemon/store/walfile.h"

#include "proto/base/mem.h"
#include "proto/base/panic.h"

/* Checkpoint when the WAL holds this much: 4 MB, a few milliseconds. Rather a
 * commit earlier, when nobody waits for it. */
#define WAL_PAGES_MAX 500
#define WAL_PAGES_DUE (WAL_PAGES_MAX - 20)

static int on_wal(void *context, sqlite3 *db, const char *name, int pages)
{
	struct store *store = context;

	(void)db;
	(void)name;
	store->wal_pages = pages;
	return SQLITE_OK;
}

void wal_watch(struct store *store)
{
	sqlite3_wal_hook(store->db, on_wal, store);
}

/* The file or its WAL as SQLite holds it open; NULL: not open. */
static sqlite3_file *open_file_of(sqlite3 *db, int opcode)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(db, "main", opcode, &file) != SQLITE_OK ||
	    file == NULL || file->pMethods == NULL)
		return NULL;
	return file;
}

static uint64_t file_size(sqlite3 *db, int opcode)
{
	sqlite3_file *file = open_file_of(db, opcode);
	sqlite3_int64 size = 0;

	if (file == NULL || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
		return 0;
	return (uint64_t)size;
}

/* SQLite leaves a truncated WAL to the next sync; until then a power cut
 * brings back what was in it, erased bodies among it. */
static int sync_wal(struct store *store)
{
	sqlite3_file *wal =
		open_file_of(store->db, SQLITE_FCNTL_JOURNAL_POINTER);

	return wal == NULL ? SQLITE_OK
			   : wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
}

/*
 * Writes the WAL over itself. After a failed fsync Linux holds its pages for
 * clean, and no later fsync writes them: read from memory they would go into
 * the file, and a power cut would then replay a shorter WAL over it.
 */
static int rewrite_wal(struct store *store)
{
	sqlite3_file *wal =
		open_file_of(store->db, SQLITE_FCNTL_JOURNAL_POINTER);
	uint64_t size = file_size(store->db, SQLITE_FCNTL_JOURNAL_POINTER);
	const int chunk = 65536;
	uint8_t *bytes = mem_alloc((size_t)chunk, 1);
	int rc = bytes == NULL ? SQLITE_NOMEM : SQLITE_OK;

	for (uint64_t at = 0; at < size && rc == SQLITE_OK;
	     at += (uint64_t)chunk) {
		uint64_t left = size - at;
		int amount = left < (uint64_t)chunk ? (int)left : chunk;

		rc = wal->pMethods->xRead(wal, bytes, amount,
					  (sqlite3_int64)at);
		if (rc == SQLITE_OK)
			rc = wal->pMethods->xWrite(wal, bytes, amount,
						   (sqlite3_int64)at);
	}
	mem_free(bytes);
	return rc == SQLITE_OK ? sync_wal(store) : rc;
}

/* SQLite reads zeros where the last page is cut off. */
static int check_length(struct store *store, struct err *err)
{
	uint64_t size = file_size(store->db, SQLITE_FCNTL_FILE_POINTER);
	int pages = 0;
	int page_bytes = 0;
	int code = query_number(store, "PRAGMA page_count", &pages, err);

	if (code == 0)
		code = query_number(store, "PRAGMA page_size", &page_bytes,
				    err);
	if (code == 0 && size < (uint64_t)pages * (uint64_t)page_bytes)
		code = err_set(err, ERR_CORRUPT,
			       "The journal's file has been cut short.");
	return code;
}

int wal_take(struct store *store, struct err *err)
{
	struct buf findings;
	int code, rc;

	if (file_size(store->db, SQLITE_FCNTL_JOURNAL_POINTER) == 0)
		return check_length(store, err);
	buf_init(&findings, 4096);
	code = store_check(store, &findings, err);
	if (code == 0 && findings.len != 0)
		code = err_set(err, ERR_CORRUPT,
			       "The journal and its log do not fit together. "
			       "Nothing was changed.");
	buf_release(&findings);
	if (code != 0)
		return code;
	rc = rewrite_wal(store);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err, "Opening the journal");
	code = store_checkpoint(store, err);
	/* With a full disk it can still be read, and rows be taken away. */
	return code == ERR_DISK_FULL ? 0 : code;
}

static void checkpoint_from(struct store *store, int pages)
{
	int mode = store->truncate_due ? SQLITE_CHECKPOINT_TRUNCATE
				       : SQLITE_CHECKPOINT_PASSIVE;
	int rc;

	if (!store->truncate_due && store->wal_pages < pages)
		return;
	rc = sqlite3_wal_checkpoint_v2(store->db, "main", mode, NULL, NULL);
	if (rc == SQLITE_OK && store->truncate_due)
		rc = sync_wal(store);
	if (rc == SQLITE_OK) {
		store->wal_pages = 0;
		store->truncate_due = false;
		return;
	}
	/* A full disk or a cursor in the way: again at the next commit. I/O
	 * errors end it, as anywhere. */
	err_ignore(store_fail(store, rc, NULL, ""), "the commit is good");
}

void wal_after_commit(struct store *store)
{
	checkpoint_from(store, WAL_PAGES_MAX);
}

void store_tidy(struct store *store)
{
	kept_assert(!store->in_transaction);
	if (store->dead == 0)
		checkpoint_from(store, WAL_PAGES_DUE);
}

int store_checkpoint(struct store *store, struct err *err)
{
	int code = store_usable(store, err);
	int rc;

	if (code != 0)
		return code;
	if (store->in_transaction) {
		store->truncate_due = true;
		return 0;
	}
	rc = sqlite3_wal_checkpoint_v2(store->db, "main",
				       SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sync_wal(store);
	if (rc != SQLITE_OK)
		return store_fail(store, rc, err, "Tidying the journal");
	store->wal_pages = 0;
	store->truncate_due = false;
	return 0;
}

int store_check(struct store *store, struct buf *findings, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int code = store_usable(store, err);
	int rc;

	if (code != 0)
		return code;
	rc = sqlite3_prepare_v2(store->db, "PRAGMA quick_check(20)", -1, &stmt,
				NULL);
	while (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const void *text = sqlite3_column_text(stmt, 0);
		const char *line = text == NULL ? "unreadable" : text;

		rc = SQLITE_OK;
		if (strcmp(line, "ok") != 0)
			buf_printf(findings, "%s\n", line);
	}
	sqlite3_finalize(stmt);
	if (rc != SQLITE_DONE)
		return store_fail(store, rc, err, "Checking the journal");
	return 0;
}

struct store_stats store_stats(const struct store *store)
{
	return (struct store_stats){
		.commits = store->commits,
		.file_bytes =
			file_size(store->db, SQLITE_FCNTL_FILE_POINTER) +
			file_size(store->db, SQLITE_FCNTL_JOURNAL_POINTER),
	};
}
