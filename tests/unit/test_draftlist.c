/*
 * Goal: a draft of any kind is read as people read it, and names the command
 * that goes on with it. Method: drafts as JSON in; commands and lines out.
 */
#include "cli/draftlist.h"

#include <locale.h>

#include "cli/cli.h"
#include "cli/jsonform.h"
#include "proto/base/mem.h"
#include "proto/entry.h"
#include "tests/lib/harness.h"

#define ID "01JC000000000000000000K7QF"

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

static cJSON *draft_of(const char *kind, const char *fields)
{
	cJSON *draft = cJSON_CreateObject(), *f = cJSON_Parse(fields);

	assert_non_null(f);
	(void)cJSON_AddStringToObject(draft, "id", ID);
	(void)cJSON_AddStringToObject(draft, "kind", kind);
	(void)cJSON_AddStringToObject(draft, "at", "2026-11-03T10:40:00Z");
	(void)cJSON_AddItemToObject(draft, "fields", f);
	return draft;
}

static void expect_command(const char *kind, const char *fields,
			   const char *wanted)
{
	char command[DRAFTLIST_COMMAND_BYTES];
	cJSON *draft = draft_of(kind, fields);

	draftlist_command(draft, command);
	assert_string_equal(command, wanted);
	cJSON_Delete(draft);
}

static void each_draft_names_its_own_command(void **state)
{
	static const char changes[] = "{\"changes\":\"" ID "\"}";

	(void)state;
	expect_command("thought", "{}", "kept thought --resume");
	expect_command("win", "{}", "kept win");
	expect_command("breath", "{}", "kept breathe");
	expect_command("mood", "{}", "kept mood");
	expect_command("boundary", "{}", "kept boundary");
	expect_command("note", "{}", "kept note");
	expect_command("goal", "{}", "kept goal add");
	expect_command("goal", changes, "kept goal change k7qf");
	expect_command("checkin", "{\"goal\":\"" ID "\"}",
		       "kept goal check k7qf");
	expect_command("homework", "{}", "kept homework add");
	expect_command("homework", "{\"how_helpful\":0,\"changes\":\"" ID "\"}",
		       "kept homework done k7qf");
	expect_command("homework", changes, "kept homework partly k7qf");
	expect_command("session", "{}", "kept session add");
	expect_command("session", changes, "kept session add");
	expect_command("session", "{\"draft_of\":\"bring\"}",
		       "kept session bring");
	expect_command("experiment", "{}", "kept experiment plan");
	expect_command("experiment", changes, "kept experiment result k7qf");
	expect_command("activity", "{}", "kept activity plan");
	expect_command("activity", "{\"draft_of\":\"done\"}",
		       "kept activity done");
	expect_command("activity", changes, "kept activity done k7qf");
	expect_command("measure", "{\"instrument\":\"gad-7\"}",
		       "kept measure take gad-7");
	expect_command("measure", "{\"instrument\":\"a\",\"draft_of\":\"new\"}",
		       "kept measure take");
	expect_command("plan", changes, "kept plan write");
	expect_command("comment", "{}", "");
	expect_command("unheard-of", "{}", "");
}

static void every_kind_that_is_asked_for_has_one(void **state)
{
	const struct entry_kind *kind;
	char command[DRAFTLIST_COMMAND_BYTES];
	size_t i;

	(void)state;
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++) {
		cJSON *draft = draft_of(kind->name, "{}");

		draftlist_command(draft, command);
		if (entry_kind_is_hidden(kind->number) ||
		    kind->number == ENTRY_KIND_comment)
			assert_string_equal(command, "");
		else
			assert_true(strncmp(command, "kept ", 5) == 0);
		cJSON_Delete(draft);
	}
}

/* How many bytes the widest line has. */
static size_t widest(const struct buf *out)
{
	size_t most = 0, at = 0, i;

	for (i = 0; i < out->len; i++) {
		if (out->ptr[i] != '\n')
			continue;
		if (i - at > most)
			most = i - at;
		at = i + 1;
	}
	return most;
}

static void a_list_has_a_line_and_a_command_for_each(void **state)
{
	struct render render = {
		.ascii = true,
		.today = civil_days_from_date(
			(struct civil_date){ 2026, 11, 8 }),
	};
	cJSON *drafts = cJSON_CreateArray();
	struct buf out;

	(void)state;
	(void)cJSON_AddItemToArray(
		drafts, draft_of("win", "{\"what\":\"Left at six\"}"));
	(void)cJSON_AddItemToArray(
		drafts, draft_of("session", "{\"draft_of\":\"bring\","
					    "\"to_bring\":[\"Is it odd?\"]}"));
	buf_init(&out, 4096);
	draftlist_put(&out, &render, drafts);
	buf_put_u8(&out, 0);
	assert_int_equal(out.failed, 0);
	assert_non_null(strstr((const char *)out.ptr,
			       "win      Left at six\n      kept win\nk7qf"));
	assert_non_null(strstr((const char *)out.ptr,
			       "session  to bring: Is it odd?\n"
			       "      kept session bring\n"));
	for (render.columns = 20; render.columns < 90; render.columns++) {
		buf_clear(&out);
		draftlist_put(&out, &render, drafts);
		assert_true(widest(&out) <= render.columns);
	}
	buf_release(&out);
	cJSON_Delete(drafts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_draft_names_its_own_command),
		cmocka_unit_test(every_kind_that_is_asked_for_has_one),
		cmocka_unit_test(a_list_has_a_line_and_a_command_for_each),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
