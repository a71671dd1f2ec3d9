/*
 * Goal: every code has a class, a name of its own and a sentence; messages
 * keep what happened when they get too long. Method: the table walked, long
 * contexts, a NULL err.
 */
#include "proto/base/errors.h"

#include "proto/base/utf8.h"
#include "tests/lib/harness.h"

static const int codes[] = {
#define ERROR(NAME, number, CLASS, name, text) ERR_##NAME,
#include "proto/base/errors.def"
#undef ERROR
};

static void every_row_is_complete_and_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(codes); i++) {
		const char *text = err_text(codes[i]);

		assert_true(codes[i] < 0);
		assert_int_not_equal(err_class(codes[i]), ERR_CLASS_NONE);
		assert_true(utf8_is_valid(bytes_from_str(text)));
		assert_true(strlen(text) > 10);
		for (size_t j = 0; j < i; j++) {
			assert_int_not_equal(codes[i], codes[j]);
			assert_string_not_equal(err_name(codes[i]),
						err_name(codes[j]));
		}
	}
}

static void codes_of_nobody_are_unknown(void **state)
{
	(void)state;
	assert_int_equal(err_class(0), ERR_CLASS_NONE);
	assert_int_equal(err_class(-9999), ERR_CLASS_NONE);
	assert_string_equal(err_name(-9999), "unknown");
	assert_string_equal(err_name(ERR_LOCKED), "locked");
	assert_int_equal(err_class(ERR_NOMEM), ERR_CLASS_FULL);
	assert_int_equal(err_class(ERR_CRYPTO), ERR_CLASS_PEER);
}

static void setting_returns_the_code_and_null_is_fine(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set(&err, ERR_IO, "page %d", 7), ERR_IO);
	assert_int_equal(err.code, ERR_IO);
	assert_int_equal(err.os, 0);
	assert_string_equal(err.text, "page 7");
	assert_int_equal(err_set_os(&err, ERR_DISK_FULL, 28, "full"),
			 ERR_DISK_FULL);
	assert_int_equal(err.os, 28);
	assert_int_equal(err_set(NULL, ERR_GAP, "x"), ERR_GAP);
	assert_true(err_wrap(NULL, "x") < 0);
}

static void wrapping_prefixes_and_keeps_the_code(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(err_set_os(&err, ERR_IO, 5, "read failed"), ERR_IO);
	assert_int_equal(err_wrap(&err, "opening %s", "journal.db"), ERR_IO);
	assert_int_equal(err_wrap(&err, "start"), ERR_IO);
	assert_string_equal(err.text, "start: opening journal.db: read failed");
	assert_int_equal(err.os, 5);
}

static void the_innermost_text_survives(void **state)
{
	struct err err = { 0 };
	char path[400];
	size_t len;

	(void)state;
	memset(path, 'p', sizeof path);
	path[sizeof path - 1] = '\0';
	assert_int_equal(err_set(&err, ERR_IO, "the cause"), ERR_IO);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(err_wrap(&err, "%s", path), ERR_IO);
		len = strnlen(err.text, sizeof err.text);
		assert_true(len < sizeof err.text);
		assert_string_equal(err.text + len - 11, ": the cause");
	}
	assert_int_equal(err_set(&err, ERR_IO, "%s", path), ERR_IO);
	assert_int_equal(strlen(err.text), sizeof err.text - 1);
	assert_int_equal(err_wrap(&err, "context"), ERR_IO);
	assert_int_equal(err.text[0], 'p');
}

static void a_cut_message_is_still_text(void **state)
{
	struct err err = { 0 };
	char accents[401];

	(void)state;
	for (size_t i = 0; i < 400; i += 2)
		memcpy(accents + i, "\xc3\xa9", 2);
	accents[400] = '\0';
	for (int shift = 0; shift < 2; shift++) {
		assert_int_equal(
			err_set(&err, ERR_IO, "%.*s%s", shift, "x", accents),
			ERR_IO);
		assert_true(utf8_is_valid(bytes_from_str(err.text)));
		assert_int_equal(err_set(&err, ERR_IO, "y"), ERR_IO);
		assert_int_equal(err_wrap(&err, "%.*s%s", shift, "x", accents),
				 ERR_IO);
		assert_true(utf8_is_valid(bytes_from_str(err.text)));
		assert_true(strlen(err.text) > 230);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete_and_its_own),
		cmocka_unit_test(codes_of_nobody_are_unknown),
		cmocka_unit_test(setting_returns_the_code_and_null_is_fine),
		cmocka_unit_test(wrapping_prefixes_and_keeps_the_code),
		cmocka_unit_test(the_innermost_text_survives),
		cmocka_unit_test(a_cut_message_is_still_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
