/*
 * test_statements.c - every statement of stmt.def does what its row says it
 * may do, and no more.
 *
 * Goal: no full scan slips in, and no sorting. Method: ask SQLite for its plan
 * of each row, on a file the store has made.
 */
#include "daemon/store/store.h"

#include <sqlite3.h>

#include "tests/lib/box.h"

enum plan { NONE, SEARCH, SCAN };

struct row {
	const char *name;
	enum plan plan;
	const char *sql;
};

static const struct row rows[] = {
#define STMT(NAME, plan, sql) { #NAME, (plan), (sql) },
#include "daemon/store/stmt.def"
#undef STMT
};

static enum plan plan_of(sqlite3 *db, const char *sql)
{
	enum plan worst = NONE;
	sqlite3_stmt *stmt = NULL;
	char text[1024];

	snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", sql);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *line = (const void *)sqlite3_column_text(stmt, 3);

		if (strstr(line, "SCAN") != NULL ||
		    strstr(line, "TEMP B-TREE") != NULL)
			worst = SCAN;
		else if (strstr(line, "SEARCH") != NULL && worst == NONE)
			worst = SEARCH;
	}
	sqlite3_finalize(stmt);
	return worst;
}

static void every_statement_keeps_to_its_plan(void **state)
{
	struct box *box = *state;
	sqlite3 *db = NULL;

	store_close(box->store);
	box->store = NULL;
	assert_int_equal(sqlite3_open(box->path, &db), SQLITE_OK);
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		enum plan plan = plan_of(db, rows[i].sql);

		if (plan != rows[i].plan)
			fail_msg("%s: %d instead of %d", rows[i].name, plan,
				 rows[i].plan);
	}
	/* the test can see a scan */
	assert_int_equal(plan_of(db, "SELECT no FROM block WHERE body=?1"),
			 SCAN);
	assert_int_equal(plan_of(db, "SELECT no FROM block WHERE no>?1"
				     " ORDER BY hdr"),
			 SCAN);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void more_than_one_row_comes_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		const char *sql = rows[i].sql;
		bool one_row = strstr(sql, "name=?1") != NULL ||
			       strstr(sql, "no=?1") != NULL ||
			       strstr(sql, "count(*)") != NULL ||
			       strstr(sql, "id=?2") != NULL;

		if (strncmp(sql, "SELECT", 6) == 0 && !one_row &&
		    strstr(sql, "ORDER BY") == NULL)
			fail_msg("%s: no ORDER BY", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_statement_keeps_to_its_plan, box_set_up,
			box_tear_down),
		cmocka_unit_test(more_than_one_row_comes_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
