/*
 * test_told.c - goal: what keptd says is taken apart where its form says, or
 * not at all, so that no name lands in a place that is not its own. Method:
 * forms and sentences by hand; translations are 29-german.t's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "cli/i18n.h"
#include "cli/told.h"

static bool match(const char *form, const char *text, char out[256])
{
	struct told_piece pieces[TOLD_PIECES_MAX] = { { NULL, 0 } };
	size_t used = 0, i;

	out[0] = '\0';
	if (!told_match(form, text, pieces))
		return false;
	for (i = 0; i < TOLD_PIECES_MAX && pieces[i].at != NULL; i++)
		used += (size_t)snprintf(out + used, 256 - used, "<%.*s>",
					 (int)pieces[i].len, pieces[i].at);
	return true;
}

static void pieces_are_what_the_conversions_stood_for(void **state)
{
	char got[256];

	(void)state;
	assert_true(match("`%s` takes up to %u words.",
			  "`tags` takes up to 32 words.", got));
	assert_string_equal(got, "<tags><32>");
	assert_true(
		match("%s takes %s.", "listen takes host:port, auto.", got));
	assert_string_equal(got, "<listen><host:port, auto>");
	assert_true(match("%llu pieces wait.", "3 pieces wait.", got));
	assert_string_equal(got, "<3>");
	assert_true(match("`%s` has no field `%.*s`.",
			  "`win` has no field `a b`.", got));
	assert_string_equal(got, "<win><a b>");
	assert_true(match("%.150s is in the way", "/a b/c is in the way", got));
	assert_string_equal(got, "</a b/c>");
	assert_true(match("-%lld to %lld", "--5 to 10", got));
	assert_string_equal(got, "<-5><10>");
	assert_true(match("100 %% of %u", "100 % of 7", got));
	assert_string_equal(got, "<7>");
	assert_true(match("nothing in it", "nothing in it", got));
	assert_string_equal(got, "");
}

static void what_is_said_otherwise_does_not_match(void **state)
{
	char got[256];

	(void)state;
	assert_false(match("`%s` takes text.", "`win` takes texts.", got));
	assert_false(match("%u words.", "two words.", got));
	assert_false(match("%u words.", "12 words", got));
	assert_false(match("%u words.", "12 words. And more.", got));
	assert_false(match("A %s b", "A c", got));
	assert_false(match("A %s b", "", got));
	assert_false(match("", "A", got));
	assert_true(match("", "", got));
	assert_true(match("%s", "", got));
	assert_string_equal(got, "<>");
	/* Seven conversions: one more than there is room for. */
	assert_false(match("%u%s%u%s%u%s%u", "1a2b3c4", got));
}

static void in_english_all_stays_as_it_came(void **state)
{
	char out[64], narrow[8];

	(void)state;
	assert_true(i18n_is_english());
	assert_true(
		told_put("There is no device of that name.", out, sizeof out));
	assert_string_equal(out, "There is no device of that name.");
	assert_true(told_put("", out, sizeof out));
	assert_string_equal(out, "");
	assert_true(told_put("12345678", narrow, sizeof narrow));
	assert_string_equal(narrow, "1234567");
	assert_true(told_put(out, out, sizeof out));
}

static void the_empty_text_is_no_catalog_head(void **state)
{
	(void)state;
	assert_string_equal(i18n_text(""), "");
	assert_string_equal(i18n_text("no such sentence"), "no such sentence");
}

static void words_of_a_list_are_found_whole(void **state)
{
	(void)state;
	assert_true(i18n_has_word("y|yes", "y"));
	assert_true(i18n_has_word("y|yes", "YES"));
	assert_false(i18n_has_word("y|yes", "ye"));
	assert_false(i18n_has_word("y|yes", "yess"));
	assert_false(i18n_has_word("y|yes", ""));
	assert_false(i18n_has_word("", "y"));
	assert_false(i18n_has_word("", ""));
	assert_true(i18n_is_yes("Yes"));
	assert_true(i18n_is_no("n"));
	assert_false(i18n_is_yes("n"));
	assert_false(i18n_is_no("j"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_what_the_conversions_stood_for),
		cmocka_unit_test(what_is_said_otherwise_does_not_match),
		cmocka_unit_test(in_english_all_stays_as_it_came),
		cmocka_unit_test(the_empty_text_is_no_catalog_head),
		cmocka_unit_test(words_of_a_list_are_found_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
