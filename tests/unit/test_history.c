/*
 * Goal: every change of an entry is listed, newest first, with who and what;
 * every earlier state can be shown.
 * Method: entries with a known past, one of them written on two devices.
 */
#include "tests/unit/vaultbed.h"

static const char *history(struct bed *bed, const struct id16 *id)
{
	static char text[1 << 16];
	struct buf revs, json;

	buf_init(&revs, 1 << 20);
	buf_init(&json, sizeof text - 1);
	assert_ok(journal_put_history(bed->vault, id, &revs, &bed_err));
	assert_ok(codec_print_element(buf_bytes(&revs), &json));
	memcpy(text, json.ptr, json.len);
	text[json.len] = '\0';
	buf_release(&revs);
	buf_release(&json);
	return text;
}

static void changes_are_named_newest_first(void **state)
{
	const char *first, *second, *third;
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "win", "what", "Spoke up.");
	bed_set(&bed, &id, "shows", "I can.");
	bed_live(&bed, &id, 1);
	third = strstr(history(&bed, &id), "\"rev\": 3");
	second = strstr(history(&bed, &id), "\"rev\": 2");
	first = strstr(history(&bed, &id), "\"rev\": 1");
	assert_true(third != NULL && second > third && first > second);
	assert_non_null(strstr(third, "\"changed\": [\"deleted\"]"));
	assert_non_null(strstr(second, "\"changed\": [\"shows\"]"));
	assert_non_null(strstr(first, "\"what\""));
	assert_non_null(strstr(first, "\"device\": \"laptop\""));
	bed_free(&bed);
}

static void every_earlier_state_can_be_shown(void **state)
{
	struct bed bed;
	struct id16 id;
	char text[32];

	(void)state;
	bed_init(&bed, "laptop");
	id = bed_add(&bed, "note", "text", "state 1");
	for (int i = 2; i <= 9; i++) {
		snprintf(text, sizeof text, "state %d", i);
		bed_set(&bed, &id, "text", text);
	}
	for (uint64_t i = 1; i <= 9; i++) {
		snprintf(text, sizeof text, "\"state %d\"", (int)i);
		assert_non_null(strstr(bed_json(&bed, &id, i), text));
	}
	assert_int_equal(journal_put_entry(bed.vault, &id, 10, NULL, &bed_err),
			 ERR_NOT_FOUND);
	assert_non_null(strstr(bed_err.text, "9"));
	bed_free(&bed);
}

static void both_devices_stand_in_one_history(void **state)
{
	char mine[1 << 13];
	struct bed a, b;
	struct id16 id;

	(void)state;
	bed_init(&a, "laptop");
	bed_join(&b, &a, "phone");
	id = bed_add(&a, "note", "text", "here");
	bed_sync(&a, &b);
	b.time.wall_ms += 60000;
	bed_set(&b, &id, "text", "there");
	bed_sync(&a, &b);
	snprintf(mine, sizeof mine, "%s", history(&a, &id));
	assert_string_equal(mine, history(&b, &id));
	assert_non_null(strstr(mine, "\"phone\""));
	assert_non_null(strstr(mine, "\"laptop\""));
	bed_free(&b);
	bed_free(&a);
}

static void a_journal_of_nothing_has_a_digest_too(void **state)
{
	uint64_t entries = 7;
	char hex[65];
	struct bed bed;
	struct id16 id;

	(void)state;
	bed_init(&bed, "laptop");
	assert_ok(journal_digest(bed.vault, hex, &entries, &bed_err));
	assert_int_equal(entries, 0);
	assert_int_equal(strspn(hex, "0"), 64);
	id = bed_add(&bed, "note", "text", "x");
	bed_live(&bed, &id, 1);
	assert_ok(journal_digest(bed.vault, hex, &entries, &bed_err));
	assert_int_equal(entries, 1);
	assert_int_not_equal(strspn(hex, "0"), 64);
	bed_free(&bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_named_newest_first),
		cmocka_unit_test(every_earlier_state_can_be_shown),
		cmocka_unit_test(both_devices_stand_in_one_history),
		cmocka_unit_test(a_journal_of_nothing_has_a_digest_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
