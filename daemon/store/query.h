/*
 * query.h - the inside of the store: its struct, and statements of stmt.def
 * run with checked bindings. For the files of daemon/store only.
 */
#ifndef KEPT_STORE_QUERY_H
#define KEPT_STORE_QUERY_H

#include <sqlite3.h>

#include "daemon/store/store.h"

/* One name per row of stmt.def. */
enum stmt_id {
#define STMT(NAME, plan, sql) STMT_##NAME,
#include "daemon/store/stmt.def"
#undef STMT
	STMT_COUNT
};

#define STORE_CURSORS 8
#define STORE_CURSOR_KINDS 3 /* STMT_SCAN_LOG, _BACK, _ETAG, in a row */

struct store_cursor {
	struct store *store; /* Borrows until closed; NULL: free */
	sqlite3_stmt *stmts[STORE_CURSOR_KINDS]; /* Owns; made when needed */
	sqlite3_stmt *stmt;                      /* Borrows: the one running */
	bool at_end;
};

struct store {
	sqlite3 *db;                     /* Owns */
	sqlite3_stmt *stmts[STMT_COUNT]; /* Owns */
	struct store_cursor cursors[STORE_CURSORS];
	int dead;           /* 0, or the code after which nothing is done */
	int broken;         /* 0, or why this transaction can't be committed */
	bool in_transaction;
	bool dirty;
	bool truncate_due;  /* a checkpoint was asked for in a transaction */
	int wal_pages;      /* in the WAL after the last commit */
	uint64_t commits;
};

/*
 * Turns a result of SQLite into one of ours, and draws the consequences: dead
 * after I/O errors and damage, broken where SQLite has rolled back by itself.
 */
int store_fail(struct store *store, int rc, struct err *err, const char *what);
/* 0, or why nothing can be asked of the store now. */
int store_usable(const struct store *store, struct err *err) KEPT_MUST_USE;

/* One run of one statement: start, bind left to right, run or rows, end. */
struct query {
	struct store *store;
	sqlite3_stmt *stmt;
	int place; /* of the next binding, from 1 */
	int rc;    /* first failure of a binding */
	const char *what; /* "reading X", for messages */
};

void query_start(struct query *query, struct store *store, enum stmt_id id,
		 const char *what);
void query_u64(struct query *query, uint64_t value);
/* ptr NULL with len 0 is an empty value, not SQL NULL. Borrows until end. */
void query_blob(struct query *query, struct bytes value);
void query_null(struct query *query);
void query_text(struct query *query, const char *value);
/* For statements without rows that write: needs a transaction. Ends it. */
int query_write(struct query *query, struct err *err) KEPT_MUST_USE;
/* 1: a row; 0: no more; negative: an error. Ends itself unless 1. */
int query_row(struct query *query, struct err *err) KEPT_MUST_USE;
void query_end(struct query *query);
/* Columns of the row, from 0. Borrow until the next row or end. */
struct bytes query_column(const struct query *query, int column);
uint64_t query_column_u64(const struct query *query, int column);
/* Copies exactly size bytes; ERR_CORRUPT if there are fewer or more. */
int query_column_fixed(const struct query *query, int column, void *out,
		       size_t size, struct err *err) KEPT_MUST_USE;

/* The first number a statement of our own answers, e.g. a PRAGMA. */
int query_number(struct store *store, const char *sql, int *out,
		 struct err *err) KEPT_MUST_USE;

#endif
