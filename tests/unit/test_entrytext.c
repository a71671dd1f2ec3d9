/*
 * Goal: an entry goes into an editor and comes back; only what a person
 * changed is changed. Method: pages written and read untouched for entries of
 * many types and hostile words, each kind of change, and what is no value.
 */
#include "cli/entrytext.h"

#include "cli/jsonform.h"
#include "cli/jsoninput.h"
#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	live_before = mem_live_count();
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	assert_int_equal(mem_live_count(), live_before);
	return 0;
}

static const struct entry_kind *kind_of(const char *name)
{
	const struct entry_kind *kind =
		entry_kind_by_name(bytes_from_str(name));

	assert_non_null(kind);
	return kind;
}

static cJSON *parsed(const char *text)
{
	cJSON *json = jsoninput_parse(text);

	if (json == NULL)
		fail_msg("the test's own JSON: %s", text);
	return json;
}

/* What reading `page` changes against fields, as JSON. */
static void assert_changes(const char *kind, const char *fields,
			   const char *page, const char *wanted)
{
	cJSON *before = parsed(fields), *changed = NULL;
	struct err err = { 0 };
	char *line;

	if (entrytext_read(page, kind_of(kind), before, &changed, &err) != 0)
		fail_msg("refused: %s", err.text);
	line = jsonform_line(changed);
	assert_string_equal(line, wanted);
	cJSON_free(line);
	cJSON_Delete(changed);
	cJSON_Delete(before);
}

static void assert_untouched(const char *kind, const char *fields)
{
	cJSON *before = parsed(fields);
	struct buf page;

	buf_init(&page, 1 << 20);
	entrytext_write(&page, kind_of(kind), before);
	buf_put_u8(&page, 0);
	assert_int_equal(page.failed, 0);
	assert_changes(kind, fields, (const char *)page.ptr, "{}");
	buf_release(&page);
	cJSON_Delete(before);
}

static void an_untouched_page_changes_nothing(void **state)
{
	(void)state;
	assert_untouched("thought",
			 "{\"situation\":\"a\\n\\n[thought]\\n\\\\[thought]  x"
			 "\\n[other]\\n# b\",\"feelings\":[{\"name\":\"a bit "
			 "low\",\"before\":75,\"after\":0},{\"name\":\"x\"}],"
			 "\"thought\":\"\\n  spaced  \\n\\n\","
			 "\"belief_before\":0,\"patterns\":[\"shoulds\"],"
			 "\"evidence_for\":[\"one\\nmore\",\"- two\",\"\"]}");
	assert_untouched("breath", "{\"pattern\":\"box\",\"phases\":[40,40,40,"
				   "40],\"completed\":true}");
	assert_untouched("goal", "{\"title\":\"t\",\"due\":\"2026-11-03\","
				 "\"can_do\":7}");
	assert_untouched("measure", "{\"instrument\":\"gad-7\",\"answers\":"
				    "[1,null,3]}");
	assert_untouched("note", "{\"text\":\"tab\\there\"}");
	assert_untouched("mood", "{}");
}

static void only_the_changed_part_comes_back(void **state)
{
	static const char before[] =
		"{\"thought\":\"old\",\"belief_before\":80,"
		"\"evidence_for\":[\"one\",\"two\"]}";

	(void)state;
	assert_changes("thought", before,
		       "words for the reader\n[thought]\nnew\nlines\n\n\n"
		       "[belief_before]  a number\n80\n",
		       "{\"thought\":\"new\\nlines\"}");
	assert_changes("thought", before, "[evidence_for]\n- one\n- 2\n  b\n3",
		       "{\"evidence_for\":[\"one\",\"2\\nb\",\"3\"]}");
	assert_changes("thought", before,
		       "[feelings]\nanxious 70 -> 40\na bit low 5\nsad → 9\n"
		       "numb\nmixed up -> 0\n",
		       "{\"feelings\":[{\"name\":\"anxious\",\"before\":70,"
		       "\"after\":40},{\"name\":\"a bit low\",\"before\":5},"
		       "{\"name\":\"sad\",\"after\":9},{\"name\":\"numb\"},"
		       "{\"name\":\"mixed up\",\"after\":0}]}");
	assert_changes("thought", before, "[patterns]\nshoulds  comparing\n",
		       "{\"patterns\":[\"shoulds\",\"comparing\"]}");
	assert_changes("breath", "{}", "[completed]\nyes\n[phases]\n1 2 3 4",
		       "{\"completed\":true,\"phases\":[1,2,3,4]}");
	assert_changes("measure", "{}", "[answers]\n1 - 3",
		       "{\"answers\":[1,null,3]}");
}

static void an_emptied_part_clears_its_field(void **state)
{
	(void)state;
	assert_changes("thought", "{\"thought\":\"x\",\"belief_before\":80}",
		       "[belief_before]\n\n[balanced]\n\n",
		       "{\"belief_before\":null}");
	/* One that is gone stays as it was. */
	assert_changes("thought", "{\"thought\":\"x\",\"belief_before\":80}",
		       "", "{}");
}

static void words_that_look_like_a_head_stay_words(void **state)
{
	(void)state;
	assert_changes("win", "{\"what\":\"x\"}",
		       "[what]\n[unknown]\n\\[took]\n[took] one blank\n",
		       "{\"what\":\"[unknown]\\n[took]\\n[took] one blank\"}");
	assert_changes("win", "{\"what\":\"x\"}", "[what]\r\nwin\r\n",
		       "{\"what\":\"win\"}");
}

static void what_can_be_no_value_is_refused_by_name(void **state)
{
	static const struct {
		const char *kind, *page;
	} rows[] = {
		{ "thought", "[belief_before]\nmany\n" },
		{ "thought", "[belief_before]\n1.5\n" },
		{ "breath", "[completed]\nmaybe\n" },
		{ "breath", "[phases]\n4 x 4 x\n" },
		{ "thought", "[belief_before]\n999999999999999999999999\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		struct err err = { 0 };
		cJSON *changed = NULL;

		assert_int_equal(entrytext_read(rows[i].page,
						kind_of(rows[i].kind), NULL,
						&changed, &err),
				 ERR_USAGE);
		assert_null(changed);
		assert_int_equal(err.text[0], '[');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_untouched_page_changes_nothing),
		cmocka_unit_test(only_the_changed_part_comes_back),
		cmocka_unit_test(an_emptied_part_clears_its_field),
		cmocka_unit_test(words_that_look_like_a_head_stay_words),
		cmocka_unit_test(what_can_be_no_value_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
