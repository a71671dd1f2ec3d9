/*
 * Goal: the record of a session is understood, or refused with a reason, and
 * its words stay as they were. Method: records of our own in the layout of
 * the header, each head in its other forms, what lacks or is odd, cuts at
 * every byte, and the record of `shared` where it is there.
 */
#include "cli/sessionfile.h"

#include "cli/jsonform.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"
#include "proto/civil.h"
#include "tests/lib/harness.h"

static const char record_text[] = "Session 3/12\n"
				  "Date: March 5, 2026\n"
				  "Time: 2:30 PM\n"
				  "Client: Kim (Baker)\n"
				  "Professional: Dr. Ada Bo (Psychologist)\n"
				  "\n"
				  "**[14:30]**  \n"
				  "Dr. Bo: How was the week?  \n"
				  "\n"
				  "\n"
				  "Kim: Long. *Very* long: three fairs.  \n"
				  "[15:05]**  \n"
				  "(They breathe.)\n"
				  "**[15:20]** Kim: Better.\n"
				  "(End of session.)\n\n";

static int start(void **state)
{
	(void)state;
	jsonform_start();
	return 0;
}

static void assert_record(const char *text, struct sessionfile *record)
{
	struct err err = { 0 };

	if (sessionfile_parse(bytes_from_str(text), record, &err) != 0)
		fail_msg("refused: %s", err.text);
}

static void assert_refused(const char *text, int code)
{
	struct sessionfile record;
	struct err err = { 0 };
	int got = sessionfile_parse(bytes_from_str(text), &record, &err);

	if (got != code)
		fail_msg("%d instead of %d for: %.60s", got, code, text);
	assert_true(err.text[0] != '\0');
	sessionfile_release(&record);
}

static void a_record_is_understood(void **state)
{
	struct sessionfile record;

	(void)state;
	assert_record(record_text, &record);
	assert_int_equal(record.number, 3);
	assert_int_equal(record.of, 12);
	assert_true(record.days ==
		    civil_days_from_date((struct civil_date){ 2026, 3, 5 }));
	assert_int_equal(record.start_min, 14 * 60 + 30);
	assert_int_equal(record.minutes, 50);
	assert_string_equal(record.client, "Kim");
	assert_string_equal(record.with, "Dr. Ada Bo");
	assert_int_equal(record.marks, 3);
	assert_int_equal(record.turns, 3);
	sessionfile_release(&record);
}

static void the_words_stay_as_they_were(void **state)
{
	struct sessionfile record;

	(void)state;
	assert_record(record_text, &record);
	assert_bytes(buf_bytes(&record.text),
		     bytes_from_str("[14:30]\n"
				    "Dr. Bo: How was the week?\n"
				    "\n"
				    "\n"
				    "Kim: Long. *Very* long: three fairs.\n"
				    "[15:05]\n"
				    "(They breathe.)\n"
				    "[15:20] Kim: Better.\n"
				    "(End of session.)"));
	sessionfile_release(&record);
}

static void heads_come_in_other_forms_too(void **state)
{
	static const char *const forms[] = {
		"\xef\xbb\xbfSession 3 of 12\r\nDate: 2026-03-05\r\n"
		"Time: 14:30\r\n\r\nKim: Hi\r\n",
		"**Date:** 5 March 2026\n# Session: 3/12\n"
		"Time: 2:30pm\n\nKim: Hi",
		"session 3/12\ndate: Mar 5th, 2026\n[14:30]\nKim: Hi\n",
	};
	struct sessionfile record;
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(forms); i++) {
		assert_record(forms[i], &record);
		assert_int_equal(record.number, 3);
		assert_int_equal(record.of, 12);
		assert_true(record.days ==
			    civil_days_from_date(
				    (struct civil_date){ 2026, 3, 5 }));
		assert_int_equal(record.start_min, 870);
		assert_int_equal(record.minutes, 0);
		assert_int_equal(record.turns, 1);
		sessionfile_release(&record);
	}
}

static void clocks_are_read_both_ways(void **state)
{
	static const struct {
		const char *text;
		int32_t minutes;
	} rows[] = {
		{ "12:00 AM", 0 },      { "12:30 PM", 750 }, { "9 am", 540 },
		{ "11:59 p.m.", 1439 }, { "00:00", 0 },      { "23:59", 1439 },
	};
	static const char *const bad[] = { "24:00", "13:00 PM", "0 AM",
					   "10",    "10:60",    "soon" };
	struct sessionfile record;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(rows); i++) {
		(void)snprintf(text, sizeof text,
			       "Session 1\nDate: 2026-03-05\nTime: %s\nA: b",
			       rows[i].text);
		assert_record(text, &record);
		assert_int_equal(record.start_min, rows[i].minutes);
		assert_int_equal(record.of, 0);
		sessionfile_release(&record);
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		(void)snprintf(text, sizeof text,
			       "Session 1\nDate: 2026-03-05\nTime: %s\nA: b",
			       bad[i]);
		assert_refused(text, ERR_MALFORMED);
	}
}

static void what_is_no_record_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"Hello\n",
		"Session\nDate: 2026-03-05\nA: b",
		"Session 1/\nDate: 2026-03-05\nA: b",
		"Session 1\nA: b",
		"Date: 2026-03-05\nA: b",
		"Session 1\nDate: 2026-02-29\nA: b",
		"Session 1\nDate: March 5\nA: b",
		"Session 1\nDate: Smarch 5, 2026\nA: b",
		"Session 1\nDate: 2026-03-05\n\n",
		"Session 1\nDate: 2026-03-05\nA: \xff",
		"Session 1234567\nDate: 2026-03-05\nA: b",
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++)
		assert_refused(bad[i], ERR_MALFORMED);
}

static void a_record_at_the_limit_is_taken(void **state)
{
	static const char head[] = "Session 1\nDate: 2026-03-05\nKim: ";
	size_t room = LIMIT_ENTRY_TEXT_BYTES - strlen("Kim: \n");
	char *text = mem_alloc(1, sizeof head + room + 2);
	struct sessionfile record;

	(void)state;
	assert_non_null(text);
	memcpy(text, head, sizeof head);
	memset(text + sizeof head - 1, 'a', room);
	assert_record(text, &record);
	assert_int_equal(record.text.len, LIMIT_ENTRY_TEXT_BYTES - 1);
	sessionfile_release(&record);
	text[sizeof head - 1 + room] = 'a';
	assert_refused(text, ERR_LIMIT);
	mem_free(text);
}

static void a_cut_record_is_taken_or_refused_whole(void **state)
{
	size_t before = mem_live_count(), len;

	(void)state;
	for (len = 0; len < sizeof record_text; len++) {
		struct sessionfile record;
		int code = sessionfile_parse(bytes_of(record_text, len),
					     &record, NULL);

		assert_true(code == 0 || code == ERR_MALFORMED);
		if (code == 0)
			assert_true(utf8_is_valid(buf_bytes(&record.text)));
		sessionfile_release(&record);
	}
	assert_int_equal(mem_live_count(), before);
}

static void the_id_follows_from_date_and_number_alone(void **state)
{
	struct sessionfile one = { .number = 16, .days = 20314 };
	struct sessionfile other = one;
	char a[ULID_TEXT_BYTES + 1], b[ULID_TEXT_BYTES + 1];
	struct id16 id;

	(void)state;
	other.start_min = 600;
	other.of = 24;
	sessionfile_id(&one, a);
	sessionfile_id(&other, b);
	assert_string_equal(a, b);
	assert_int_equal(ulid_parse(bytes_from_str(a), &id), 0);
	assert_true(ulid_ms(&id) == 20314 * (uint64_t)CIVIL_DAY_MS);
	/* For ever: what was taken in with it has to be found again. */
	assert_string_equal(a, "01K2JY0P00WBY0SME8CHFZS6TM");
	other.number = 17;
	sessionfile_id(&other, b);
	assert_string_not_equal(a, b);
	other = one;
	other.days++;
	sessionfile_id(&other, b);
	assert_string_not_equal(a, b);
}

static void the_fields_are_those_of_a_session(void **state)
{
	struct sessionfile record;
	size_t before = mem_live_count();
	cJSON *fields;
	char *line;

	(void)state;
	assert_record("Session 2/9\nDate: 2026-03-05\nTherapist: Bo\n"
		      "[10:00]\nA: b\n[10:45]",
		      &record);
	fields = sessionfile_fields(&record);
	line = jsonform_line(fields);
	assert_string_equal(line, "{\"number\":2,\"of\":9,\"with\":\"Bo\","
				  "\"minutes\":45,\"text\":\"[10:00]\\nA: b\\n"
				  "[10:45]\"}");
	cJSON_free(line);
	cJSON_Delete(fields);
	sessionfile_release(&record);
	assert_int_equal(mem_live_count(), before);
}

static void the_record_of_the_story_is_understood(void **state)
{
	char path[HARNESS_PATH_BYTES];
	struct sessionfile record;
	struct bytes file;

	(void)state;
	harness_shared("data/story/session-16.txt", path);
	file = harness_read(path);
	assert_int_equal(sessionfile_parse(file, &record, NULL), 0);
	assert_int_equal(record.number, 16);
	assert_int_equal(record.of, 24);
	assert_int_equal(record.minutes, 60);
	assert_int_equal(record.start_min, 600);
	assert_string_equal(record.client, "Alex");
	assert_string_equal(record.with, "Dr. Harper Torres");
	assert_int_equal(record.marks, 7);
	assert_true(record.days ==
		    civil_days_from_date((struct civil_date){ 2025, 8, 14 }));
	assert_null(memmem(record.text.ptr, record.text.len, "*", 1));
	sessionfile_release(&record);
	mem_free((void *)(uintptr_t)file.ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_understood),
		cmocka_unit_test(the_words_stay_as_they_were),
		cmocka_unit_test(heads_come_in_other_forms_too),
		cmocka_unit_test(clocks_are_read_both_ways),
		cmocka_unit_test(what_is_no_record_is_refused),
		cmocka_unit_test(a_record_at_the_limit_is_taken),
		cmocka_unit_test(a_cut_record_is_taken_or_refused_whole),
		cmocka_unit_test(the_id_follows_from_date_and_number_alone),
		cmocka_unit_test(the_fields_are_those_of_a_session),
		cmocka_unit_test(the_record_of_the_story_is_understood),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
