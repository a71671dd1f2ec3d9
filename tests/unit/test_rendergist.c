/*
 * Goal: each of the fifteen kinds reads well, in the log as one line and by
 * itself as a page, and a half-written one too. Method: entries as JSON in,
 * the whole line or the page out.
 */
#include "cli/render.h"

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

/* 2026-11-08 */
static struct render whole_lines(void)
{
	return (struct render){ .today = civil_days_from_date(
					(struct civil_date){ 2026, 11, 8 }) };
}

static cJSON *entry_of(const char *kind, const char *fields)
{
	cJSON *entry = cJSON_CreateObject(), *f = cJSON_Parse(fields);

	if (f == NULL)
		fail_msg("the test's own JSON: %s", fields);
	(void)cJSON_AddStringToObject(entry, "id", ID);
	(void)cJSON_AddStringToObject(entry, "kind", kind);
	(void)cJSON_AddStringToObject(entry, "at", "2026-11-03T10:40:00-05:00");
	(void)cJSON_AddStringToObject(entry, "day", "2026-11-03");
	(void)cJSON_AddStringToObject(entry, "device", "laptop");
	(void)cJSON_AddItemToObject(entry, "f", f);
	return entry;
}

static const struct line {
	const char *kind, *fields, *wanted;
} lines[] = {
	{ "thought", "{\"thought\":\"I'm not good enough.\"}",
	  "“I'm not good enough.”" },
	{ "thought",
	  "{\"thought\":\"Not enough\",\"belief_before\":80,"
	  "\"belief_after\":35}",
	  "“Not enough”  80 → 35" },
	{ "win", "{\"what\":\"Left at six\",\"took\":\"Courage\"}",
	  "Left at six" },
	{ "breath",
	  "{\"pattern\":\"long\",\"cycles\":18,\"calm_before\":4,"
	  "\"calm_after\":6}",
	  "long · 18 rounds · calm 4 → 6" },
	{ "mood", "{\"mood\":0,\"confidence\":5,\"note\":\"Tired\"}",
	  "0 · confidence 5 · Tired" },
	{ "boundary", "{\"what\":\"Leave at six\"}", "Leave at six" },
	{ "boundary", "{\"what\":\"Leave at six\",\"held\":\"yes\"}",
	  "Leave at six · held" },
	{ "boundary", "{\"what\":\"Leave at six\",\"held\":\"partly\"}",
	  "Leave at six · partly" },
	{ "boundary", "{\"what\":\"Leave at six\",\"held\":\"no\"}",
	  "Leave at six · not this time" },
	{ "goal", "{\"title\":\"Leave at six\",\"status\":\"open\"}",
	  "Leave at six" },
	{ "goal", "{\"title\":\"Leave at six\",\"status\":\"let-go\"}",
	  "Leave at six · let go" },
	{ "checkin", "{\"goal\":\"" ID "\",\"progress\":2}", "2 so far" },
	{ "session", "{\"number\":16,\"of\":24,\"takeaways\":[\"Enough\"]}",
	  "16 of 24 · Enough" },
	{ "session", "{\"to_bring\":[\"Is it odd?\"]}",
	  "to bring: Is it odd?" },
	{ "session", "{\"next_at\":\"2026-11-09T17:00:00-05:00\"}",
	  "next: Mon 9 Nov 17:00" },
	{ "homework", "{\"title\":\"Catch one\"}", "Catch one" },
	{ "homework", "{\"title\":\"Catch one\",\"status\":\"not-this-time\"}",
	  "Catch one · not this time" },
	{ "experiment",
	  "{\"belief\":\"They will mind\",\"belief_before\":70,"
	  "\"belief_after\":45}",
	  "“They will mind”  70 → 45" },
	{ "experiment", "{\"belief\":\"They will mind\"}", "“They will mind”" },
	{ "activity",
	  "{\"what\":\"Walk\",\"planned_at\":\"2026-11-14T10:00:00-05:00\"}",
	  "Walk · Sat 14 Nov 10:00" },
	{ "activity",
	  "{\"what\":\"Walk\",\"planned_at\":\"2026-11-14T10:00:00-05:00\","
	  "\"done_at\":\"2026-11-14T10:30:00-05:00\",\"pleasure\":0,"
	  "\"achievement\":7}",
	  "Walk · pleasure 0 · achievement 7" },
	{ "measure", "{\"instrument\":\"gad-7\",\"score\":9}",
	  "GAD-7 · 9 (0–21)" },
	{ "measure", "{\"instrument\":\"gad-7\",\"answers\":[1,null]}",
	  "GAD-7 · 1 of 7 answered" },
	{ "measure",
	  "{\"instrument\":\"a\",\"name\":\"Shame\",\"version\":\"0-10\","
	  "\"answers\":[0],\"score\":0}",
	  "Shame · 0 (0–10)" },
	{ "note", "{\"text\":\"One.\\nTwo.\"}", "One." },
	{ "plan", "{\"signs\":[\"Skipping lunch\",\"b\"]}", "Skipping lunch" },
	{ "plan", "{}", "When it gets hard" },
	{ "comment", "{\"on\":\"" ID "\",\"text\":\"A strong one.\"}",
	  "A strong one." },
};

static void each_kind_says_what_it_is_about_in_one_line(void **state)
{
	struct render render = whole_lines();
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(lines); i++) {
		cJSON *entry = entry_of(lines[i].kind, lines[i].fields);
		struct buf out;

		buf_init(&out, 4096);
		render_put_gist(&out, &render, entry);
		buf_put_u8(&out, 0);
		assert_string_equal((const char *)out.ptr, lines[i].wanted);
		buf_release(&out);
		cJSON_Delete(entry);
	}
}

/* Half-written, or of a newer kept: nothing of it is an id or an instant, and
 * the line is never empty. */
static void a_kind_without_its_fields_still_has_a_line(void **state)
{
	static const char notes[] = "{\"draft_of\":\"" ID "\",\"changes\":\"" ID
				    "\"}";
	struct render render = whole_lines();
	const struct entry_kind *kind;
	size_t i;

	(void)state;
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++) {
		cJSON *entry = entry_of(kind->name, notes);
		struct buf out;

		buf_init(&out, 4096);
		render_put_gist(&out, &render, entry);
		buf_put_u8(&out, 0);
		if (kind->number != ENTRY_KIND_measure)
			assert_true(out.len > 1);
		assert_null(strstr((const char *)out.ptr, ID));
		buf_release(&out);
		cJSON_Delete(entry);
	}
}

static void assert_page(const char *kind, const char *fields,
			const char *wanted)
{
	struct render render = whole_lines();
	cJSON *entry = entry_of(kind, fields);
	struct buf out;

	buf_init(&out, 4096);
	render_put_entry(&out, &render, entry, NULL);
	buf_put_u8(&out, 0);
	assert_int_equal(out.failed, 0);
	assert_string_equal(strchr((const char *)out.ptr, '\n') + 1, wanted);
	buf_release(&out);
	cJSON_Delete(entry);
}

static void a_page_says_what_each_part_is(void **state)
{
	(void)state;
	assert_page("boundary",
		    "{\"what\":\"Leave at six\",\"held\":\"partly\"}",
		    "\n  The boundary\n    Leave at six\n\n  Held: partly\n");
	assert_page("win", "{\"what\":\"Left at six\"}",
		    "\n  What went right\n    Left at six\n");
	assert_page("activity",
		    "{\"what\":\"Walk\",\"done_at\":"
		    "\"2026-11-14T10:30:00-05:00\",\"pleasure\":6}",
		    "\n  What\n    Walk\n\n  Done: Sat 14 Nov 10:30\n"
		    "  Pleasure: 6\n");
	assert_page("experiment",
		    "{\"belief\":\"They will mind\",\"prediction\":\"Two "
		    "will\",\"came_true\":\"partly\",\"learned\":\"Rough is "
		    "fine\"}",
		    "\n  Belief\n    They will mind\n\n  What you expected\n"
		    "    Two will\n\n  Came true: partly\n\n  What you "
		    "learned\n    Rough is fine\n");
}

static void a_page_of_a_measure_is_its_number_and_its_range(void **state)
{
	(void)state;
	assert_page("measure",
		    "{\"instrument\":\"gad-7\",\"version\":\"1\","
		    "\"answers\":[1,0,2,3,0,1,1],\"score\":8}",
		    "\n  Which one: GAD-7\n\n  Answers\n    1 · 0 · 2 · 3 · 0 "
		    "· 1 · 1\n\n  Score: 8 (0–21)\n");
	assert_page("measure",
		    "{\"instrument\":\"gad-7\",\"answers\":[0,null]}",
		    "\n  Which one: GAD-7\n\n  Answers\n    0 · -\n");
	assert_page("measure",
		    "{\"instrument\":\"a\",\"version\":\"0-10\","
		    "\"answers\":[4],\"score\":4,\"name\":\"Shame\"}",
		    "\n  Which one: Shame\n  Score: 4 (0–10)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_says_what_it_is_about_in_one_line),
		cmocka_unit_test(a_kind_without_its_fields_still_has_a_line),
		cmocka_unit_test(a_page_says_what_each_part_is),
		cmocka_unit_test(
			a_page_of_a_measure_is_its_number_and_its_range),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
