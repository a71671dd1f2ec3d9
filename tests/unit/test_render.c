/*
 * Goal: what people see fits their terminal, says what the entry says, and
 * carries nothing that a terminal would obey. Method: entries as JSON, known
 * lines of output, every width from nothing to wide, hostile text.
 */
#include "cli/render.h"

#include <locale.h>

#include "cli/jsonform.h"
#include "cli/jsoninput.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/entry.h"
#include "tests/lib/harness.h"

static size_t live_before;

static int start(void **state)
{
	(void)state;
	jsonform_start();
	/* Widths of signs need a locale that knows them. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "en_US.UTF-8");
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
static struct render narrow(size_t columns)
{
	return (struct render){
		.columns = columns,
		.today = civil_days_from_date(
			(struct civil_date){ 2026, 11, 8 }),
	};
}

static void assert_text(struct buf *out, const char *wanted)
{
	buf_put_u8(out, 0);
	assert_int_equal(out->failed, 0);
	assert_string_equal((const char *)out->ptr, wanted);
	buf_release(out);
}

static cJSON *parsed(const char *text)
{
	cJSON *json = jsoninput_parse(text);

	if (json == NULL)
		fail_msg("the test's own JSON: %s", text);
	return json;
}

#define ID "01JC00000000000000000000"

static void widths_are_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(render_width(""), 0);
	assert_int_equal(render_width("plain"), 5);
	assert_int_equal(render_width("“é”"), 3);
	assert_int_equal(render_width("e\u0301"), 1);
	assert_int_equal(render_width("日本"), 4);
	assert_int_equal(render_gap("日本", 6), 2);
	assert_int_equal(render_gap("日本", 4), 0);
	assert_int_equal(render_gap("日本", 3), 0);
}

static void a_cut_text_never_gets_wider_than_asked(void **state)
{
	static const char text[] = "Told Sam 日本 I wasn't sure";
	size_t columns;

	(void)state;
	for (columns = 1; columns <= render_width(text) + 1; columns++) {
		struct buf out;

		buf_init(&out, 256);
		render_put_cut(&out, text, columns, columns % 2 == 0);
		buf_put_u8(&out, 0);
		assert_true(render_width((const char *)out.ptr) <= columns);
		assert_true(
			utf8_is_valid(bytes_from_str((const char *)out.ptr)));
		if (columns >= render_width(text))
			assert_string_equal((const char *)out.ptr, text);
		buf_release(&out);
	}
}

static void a_line_is_the_first_one_without_controls(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	render_put_line(&out, "\n  one \t two\x1b[31m\nthree");
	assert_text(&out, "one two␛[31m");
	buf_init(&out, 256);
	render_put_line(&out, "   ");
	assert_text(&out, "");
}

static void text_wraps_between_words(void **state)
{
	struct render render = narrow(24);
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	render_put_wrapped(&out, &render,
			   "A review is how work gets better.\n\nEnd\n\n", 4);
	assert_text(&out, "    A review is how work\n    gets better.\n\n"
			  "    End\n");
	/* A word wider than the line is broken, never lost. */
	buf_init(&out, 1024);
	render_put_wrapped(&out, &render, "abcdefghijklmnopqrstuvwxyz", 4);
	assert_text(&out, "    abcdefghijklmnopqrst\n    uvwxyz\n");
	render.columns = 0;
	buf_init(&out, 1024);
	render_put_wrapped(&out, &render, "A review is how work gets better.",
			   2);
	assert_text(&out, "  A review is how work gets better.\n");
}

static void folded(const char *text, size_t columns, const char *wanted)
{
	struct buf out;

	buf_init(&out, 1024);
	render_put_folded(&out, text, columns);
	assert_text(&out, wanted);
}

static void sentences_fold_between_words_and_stay_otherwise(void **state)
{
	static const char sentence[] =
		"That isn't it. Nothing is lost; try again.\n  kept log\n\n";
	size_t columns;

	(void)state;
	/* 42 columns fit into 42, and not into 41. */
	folded(sentence, 42, sentence);
	folded(sentence, 41,
	       "That isn't it. Nothing is lost; try\nagain.\n"
	       "  kept log\n\n");
	/* A paragraph stays below its own first word. */
	folded("  one two three", 9, "  one two\n  three");
	folded("  one two three", 8, "  one\n  two\n  three");
	/* A word too wide alone is nobody's to break: it may be a path. */
	folded("at /a/long/path here", 6, "at\n/a/long/path\nhere");
	/* The gap before an answer isn't words. */
	folded("How are you?   ", 12, "How are you?   ");
	/* Controls are drawing; half a scalar is one typed byte. */
	folded("\rWaiting for it\033[K", 8, "\rWaiting for it\033[K");
	folded("\xc3", 20, "\xc3");
	folded("", 20, "");
	folded("日本 日本 日本", 9, "日本 日本\n日本");
	for (columns = 1; columns < 60; columns++) {
		struct buf out;
		size_t i, words = 0;

		buf_init(&out, 1024);
		render_put_folded(&out, sentence, columns);
		for (i = 0; i < out.len; i++)
			words += out.ptr[i] != ' ' && out.ptr[i] != '\n';
		assert_int_equal(words, 42);
		buf_release(&out);
	}
}

static void a_table_gives_way_in_one_column(void **state)
{
	struct render render = narrow(40);
	struct render_table table;
	struct buf out, cell;
	size_t columns;

	(void)state;
	for (columns = 30; columns <= 90; columns++) {
		render.columns = columns;
		render_table_begin(&table, 3, 1);
		buf_init(&cell, 256);
		render_table_cell(&table, "mood");
		buf_printf(&cell, "six and a half words of a longer "
				  "line" RENDER_KEEP " !");
		render_table_take(&table, &cell);
		render_table_cell(&table, "k7qf");
		render_table_cell(&table, "");
		render_table_cell(&table, "short");
		render_table_cell(&table, "");
		buf_init(&out, 4096);
		render_table_end(&table, &render, 0, &out);
		buf_release(&cell);
		buf_put_u8(&out, 0);
		/* The line's end, then the second row without blanks after
		 * it. */
		assert_non_null(strstr((char *)out.ptr, " !"));
		assert_non_null(strstr((char *)out.ptr, "k7qf\n"));
		assert_non_null(strstr((char *)out.ptr, "      short\n"));
		*strchr((char *)out.ptr, '\n') = '\0';
		assert_true(render_width((char *)out.ptr) <= columns);
		buf_release(&out);
	}
}

static void the_log_says_a_day_once(void **state)
{
	struct render render = narrow(80);
	char last_day[CIVIL_DAY_TEXT_BYTES] = "";
	cJSON *list = parsed(
		"[{\"id\":\"" ID "0M\",\"kind\":\"mood\",\"day\":"
		"\"2026-11-08\",\"at\":\"2026-11-08T21:40:00-05:00\",\"f\":"
		"{\"mood\":6,\"confidence\":6}},"
		"{\"id\":\"" ID "0C\",\"kind\":\"checkin\",\"day\":"
		"\"2026-11-08\",\"at\":\"2026-11-08T18:20:00-05:00\",\"f\":"
		"{\"progress\":3}},"
		"{\"id\":\"" ID "0W\",\"kind\":\"win\",\"day\":"
		"\"2025-11-07\",\"at\":\"2025-11-07T11:15:00-05:00\","
		"\"marks\":[\"shared\",\"two-versions\"],\"starred\":true,"
		"\"f\":{\"what\":\"Told Sam.\\nMore\"}}]");
	bool marks = false;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	render_put_log(&out, &render, list, last_day, &marks);
	assert_text(&out, "Sun 8 Nov       21:40  mood      6 · confidence 6  "
			  "000m\n"
			  "                18:20  check-in  3 so far          "
			  "000c\n"
			  "Fri 7 Nov 2025  11:15  win       ★ Told Sam. ↗ ≈   "
			  "000w\n");
	assert_true(marks);
	assert_string_equal(last_day, "2025-11-07");
	/* The next page goes on where this one ended. */
	buf_init(&out, 4096);
	render.ascii = true;
	cJSON_DeleteItemFromArray(list, 0);
	cJSON_DeleteItemFromArray(list, 0);
	render_put_log(&out, &render, list, last_day, &marks);
	assert_text(&out, "11:15  win  * Told Sam. ^ ~  000w\n");
	cJSON_Delete(list);
}

static void where_it_is_narrow_a_day_stands_above(void **state)
{
	static const char entries[] =
		"[{\"id\":\"" ID "0W\",\"kind\":\"win\",\"day\":"
		"\"2026-11-08\",\"at\":\"2026-11-08T11:15:00-05:00\","
		"\"f\":{\"what\":\"Told Sam I wasn't sure about it.\"}},"
		"{\"id\":\"" ID "0C\",\"kind\":\"checkin\",\"day\":"
		"\"2026-11-07\",\"at\":\"2026-11-07T18:20:00-05:00\","
		"\"f\":{\"progress\":3}}]";
	size_t columns;

	(void)state;
	for (columns = 20; columns < 120; columns++) {
		struct render render = narrow(columns);
		char last_day[CIVIL_DAY_TEXT_BYTES] = "";
		cJSON *list = parsed(entries);
		bool marks = false;
		struct buf out;
		char *line;

		buf_init(&out, 4096);
		render_put_log(&out, &render, list, last_day, &marks);
		cJSON_Delete(list);
		if (columns == 40) {
			assert_text(&out, "Sun 8 Nov\n 11:15  win  Told Sam I "
					  "wasn't su…  000w\nSat 7 Nov\n "
					  "18:20  check-in  3 so far  000c\n");
			continue;
		}
		if (columns == 20) {
			assert_text(&out, "Sun 8 Nov\n 11:15  win\n  Told Sam "
					  "I…   000w\nSat 7 Nov\n 18:20  "
					  "check-in\n  3 so far  000c\n");
			continue;
		}
		buf_put_u8(&out, 0);
		for (line = (char *)out.ptr; *line != '\0';) {
			size_t len = strcspn(line, "\n");

			line[len] = '\0';
			assert_true(render_width(line) <= columns);
			line += len + 1;
		}
		buf_release(&out);
	}
}

static void endings_get_long_enough_to_differ(void **state)
{
	cJSON *list = parsed("[{\"id\":\"" ID "AA\"},{\"id\":\"" ID "AB\"}]");
	char id[RENDER_ID_BYTES];

	(void)state;
	assert_int_equal(render_id_letters(list), RENDER_ID_LETTERS);
	cJSON_Delete(list);
	list = parsed("[{\"id\":\"01JC000000000000000XAAAAAA\"},"
		      "{\"id\":\"01JC000000000000000YAAAAAA\"},"
		      "{\"id\":\"01JC000000000000000ZBBBBBB\"}]");
	assert_int_equal(render_id_letters(list), 7);
	cJSON_Delete(list);
	render_short_id(ID "W7", 4, id);
	assert_string_equal(id, "00w7");
	render_short_id("AB", 4, id);
	assert_string_equal(id, "ab");
}

static void assert_gist(const char *entry, const char *wanted)
{
	struct render render = narrow(0);
	cJSON *json = parsed(entry);
	struct buf out;

	buf_init(&out, 1024);
	render_put_gist(&out, &render, json);
	assert_text(&out, wanted);
	cJSON_Delete(json);
}

static void one_line_says_what_it_is_about(void **state)
{
	(void)state;
	assert_gist("{\"kind\":\"thought\",\"f\":{\"thought\":\"I'm not good "
		    "enough.\",\"belief_before\":80,\"belief_after\":35}}",
		    "“I'm not good enough.”  80 → 35");
	assert_gist("{\"kind\":\"thought\",\"f\":{\"thought\":\"x\","
		    "\"belief_after\":0}}",
		    "“x”");
	assert_gist("{\"kind\":\"breath\",\"f\":{\"pattern\":\"box\","
		    "\"cycles\":1,\"calm_before\":0,\"calm_after\":6}}",
		    "box · 1 round · calm 0 → 6");
	assert_gist("{\"kind\":\"session\",\"f\":{\"number\":16,\"of\":24}}",
		    "16 of 24");
	assert_gist("{\"kind\":\"note\",\"f\":{\"text\":\"a\\nb\"}}", "a");
	assert_gist("{\"kind\":\"plan\",\"f\":{\"signs\":[\"short\"]}}",
		    "short");
	assert_gist("{\"kind\":\"mood\",\"f\":{}}", "How are you");
	assert_gist("{\"kind\":\"from-later\",\"f\":{\"x\":\"y\"}}", "y");
	assert_gist("{\"kind\":\"mood\",\"f\":{\"mood\":\"six\"}}", "six");
	assert_gist("{}", "");
}

/* Every kind, with every field there as text: nothing may come undone. */
static void every_field_of_every_kind_has_a_form(void **state)
{
	struct render render = narrow(40);
	const struct entry_kind *kind;
	size_t i, j;

	(void)state;
	for (i = 0; (kind = entry_kind_at(i)) != NULL; i++) {
		cJSON *entry = cJSON_CreateObject(), *fields;
		struct buf out;

		cJSON_AddStringToObject(entry, "kind", kind->name);
		cJSON_AddStringToObject(entry, "id", ID "0A");
		fields = cJSON_AddObjectToObject(entry, "f");
		for (j = 0; j < kind->field_count; j++)
			cJSON_AddNumberToObject(fields, kind->fields[j].name,
						7);
		buf_init(&out, 65536);
		render_put_entry(&out, &render, entry, NULL);
		render_put_gist(&out, &render, entry);
		assert_int_equal(out.failed, 0);
		buf_put_u8(&out, 0);
		assert_true(
			utf8_is_valid(bytes_from_str((const char *)out.ptr)));
		if (kind->field_count > 0)
			assert_non_null(strchr((char *)out.ptr, '7'));
		buf_release(&out);
		cJSON_Delete(entry);
	}
}

static void a_page_holds_the_words_of_the_entry(void **state)
{
	struct render render = narrow(60);
	cJSON *entry = parsed(
		"{\"id\":\"" ID "5Q\",\"kind\":\"thought\",\"device\":"
		"\"laptop\",\"day\":\"2026-11-03\",\"tags\":[\"work\"],"
		"\"at\":\"2026-11-03T10:40:00-05:00\",\"more\":1,\"f\":{"
		"\"feelings\":[{\"name\":\"anxious\",\"before\":75,"
		"\"after\":40},{\"name\":\"sad\"}],\"thought\":\"No.\","
		"\"belief_before\":80,\"patterns\":[\"shoulds\",\"own\"],"
		"\"evidence_for\":[\"One.\",\"Two.\"]}}");
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	render_put_entry(&out, &render, entry, NULL);
	assert_text(&out, "005q  thought  Tue 3 Nov, 10:40  laptop  #work\n"
			  "\n  Feelings\n    anxious 75 → 40 · sad\n"
			  "\n  The thought\n    No.\n"
			  "\n  Belief before: 80\n"
			  "\n  Patterns\n    Shoulds and musts · own\n"
			  "\n  What backs it up\n    · One.\n    · Two.\n"
			  "\n  There is more here from a newer kept.\n");
	cJSON_Delete(entry);
}

static void both_versions_can_be_read(void **state)
{
	struct render render = narrow(60);
	cJSON *entry = parsed("{\"id\":\"" ID "5Q\",\"kind\":\"win\","
			      "\"f\":{\"what\":\"A\"}}");
	cJSON *versions =
		parsed("[{\"name\":\"what\",\"values\":[{\"value\":\"A\","
		       "\"device\":\"phone\"},{\"value\":\"B\",\"device\":"
		       "\"laptop\"}]}]");
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	render_put_entry(&out, &render, entry, versions);
	buf_put_u8(&out, 0);
	assert_non_null(strstr((char *)out.ptr,
			       "  Written apart: the words\n   phone, \n"
			       "    A\n   laptop, \n    B\n"));
	assert_non_null(strstr((char *)out.ptr, "Both are kept"));
	buf_release(&out);
	cJSON_Delete(entry);
	cJSON_Delete(versions);
}

static void hostile_text_reaches_no_terminal(void **state)
{
	static const char evil[] =
		"{\"id\":\"\\u001b[2J\",\"kind\":\"\\u001b[31m\",\"device\":"
		"\"\\u001b]0;x\\u0007\",\"day\":\"2026-11-03\",\"tags\":"
		"[\"\\u202e\"],\"f\":{\"\\u001b[1m\":\"\\u001b[31mred"
		"\\u001b[0m\",\"text\":\"a\\u009b31m\\u202eb\\rc\"}}";
	struct render render = narrow(40);
	char last_day[CIVIL_DAY_TEXT_BYTES] = "";
	cJSON *list = cJSON_CreateArray(), *entry = parsed(evil);
	bool marks = false;
	struct buf out;
	size_t i;

	(void)state;
	cJSON_AddItemToArray(list, entry);
	buf_init(&out, 65536);
	render_put_entry(&out, &render, entry, list);
	render_put_log(&out, &render, list, last_day, &marks);
	render_put_plain(&out, &render, list);
	render_put_changed(&out, list);
	assert_int_equal(out.failed, 0);
	for (i = 0; i < out.len; i++)
		if ((out.ptr[i] < ' ' && out.ptr[i] != '\n' &&
		     out.ptr[i] != '\t') ||
		    out.ptr[i] == 0x7f)
			fail_msg("byte %#x at %zu", out.ptr[i], i);
	buf_put_u8(&out, 0);
	assert_null(strstr((char *)out.ptr, "\xc2\x9b"));
	assert_null(strstr((char *)out.ptr, "\u202e"));
	buf_release(&out);
	cJSON_Delete(list);
}

static void changes_are_said_in_words(void **state)
{
	static const struct {
		const char *names, *said;
	} rows[] = {
		{ "[\"balanced\"]", "fairer thought changed" },
		{ "[\"balanced\",\"tags\"]",
		  "fairer thought and tags changed" },
		{ "[\"a_b\",\"text\",\"size\"]",
		  "a b, text, and size changed" },
		{ "[\"deleted\"]", "hidden" },
		{ "[\"brought back\",\"text\"]", "text changed, brought back" },
		{ "[]", "nothing that shows" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		cJSON *names = parsed(rows[i].names);
		struct buf out;

		buf_init(&out, 256);
		render_put_changed(&out, names);
		assert_text(&out, rows[i].said);
		cJSON_Delete(names);
	}
}

static void plain_lines_have_the_same_five_columns(void **state)
{
	struct render render = narrow(20);
	cJSON *list = parsed("[{\"id\":\"" ID "0W\",\"kind\":\"win\",\"day\":"
			     "\"2025-11-07\",\"at\":"
			     "\"2025-11-07T11:15:00-05:00\",\"f\":{\"what\":"
			     "\"One\\ttwo, longer than the terminal\"}}]");
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	render_put_plain(&out, &render, list);
	assert_text(&out, ID "0W\t2025-11-07\t11:15\twin\t"
			     "One two, longer than the terminal\n");
	cJSON_Delete(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_are_columns_not_bytes),
		cmocka_unit_test(a_cut_text_never_gets_wider_than_asked),
		cmocka_unit_test(a_line_is_the_first_one_without_controls),
		cmocka_unit_test(text_wraps_between_words),
		cmocka_unit_test(
			sentences_fold_between_words_and_stay_otherwise),
		cmocka_unit_test(a_table_gives_way_in_one_column),
		cmocka_unit_test(the_log_says_a_day_once),
		cmocka_unit_test(where_it_is_narrow_a_day_stands_above),
		cmocka_unit_test(endings_get_long_enough_to_differ),
		cmocka_unit_test(one_line_says_what_it_is_about),
		cmocka_unit_test(every_field_of_every_kind_has_a_form),
		cmocka_unit_test(a_page_holds_the_words_of_the_entry),
		cmocka_unit_test(both_versions_can_be_read),
		cmocka_unit_test(hostile_text_reaches_no_terminal),
		cmocka_unit_test(changes_are_said_in_words),
		cmocka_unit_test(plain_lines_have_the_same_five_columns),
	};

	return cmocka_run_group_tests(tests, start, nothing_left);
}
