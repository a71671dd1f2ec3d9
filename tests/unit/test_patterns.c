/*
 * test_patterns.c - patterns of thought as a person has them, and the country
 * whose help lines they see.
 *
 * Goal: a number and a name always mean the same pattern, own ones get slugs
 * that any kept takes, and no setting or locale is read as a country it isn't.
 * Method: fields of the entry of settings in, the list out, at its limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/ownconfig.h"
#include "cli/patterns.h"
#include "cli/region.h"
#include "cli/thought.h"

static void take(const char *json)
{
	cJSON *fields = cJSON_Parse(json);

	assert_non_null(fields);
	patterns_take(fields);
	cJSON_Delete(fields);
}

static void expect_slug(const char *text, const char *slug)
{
	char out[PATTERN_SLUG_BYTES];
	struct err err = { 0 };

	assert_int_equal(patterns_slug(text, out, &err), 0);
	assert_string_equal(out, slug);
}

static void refuse(const char *text)
{
	char out[PATTERN_SLUG_BYTES];
	struct err err = { 0 };

	assert_int_equal(patterns_slug(text, out, &err), ERR_USAGE);
	assert_true(err.text[0] != '\0');
}

static void a_name_gives_its_slug(void **state)
{
	char text[PATTERN_TEXT_MAX + 2], out[PATTERN_SLUG_BYTES];

	(void)state;
	expect_slug("What if: one what-if after another", "what-if");
	expect_slug("  What   IF ", "what-if");
	expect_slug("It's mine: all of it", "its-mine");
	expect_slug("24/7: always on", "24-7");
	expect_slug("- a -: b", "a");
	refuse("");
	refuse("  : nothing");
	refuse("two\nlines: x");
	refuse("\xff\xfe: x");
	memset(text, 'a', sizeof text);
	text[PATTERN_TEXT_MAX] = '\0';
	assert_int_equal(patterns_slug(text, out, NULL), 0);
	assert_int_equal(strlen(out), 40);
	text[PATTERN_TEXT_MAX] = 'a';
	text[PATTERN_TEXT_MAX + 1] = '\0';
	refuse(text);
}

/* Names that a slug can't spell still differ, and stay what they are. */
static void letters_a_slug_lacks_make_another_one(void **state)
{
	char one[PATTERN_SLUG_BYTES], two[PATTERN_SLUG_BYTES];
	char again[PATTERN_SLUG_BYTES];

	(void)state;
	assert_int_equal(patterns_slug("Grübeln: im Kreis", one, NULL), 0);
	assert_int_equal(patterns_slug("Gröbeln", two, NULL), 0);
	assert_int_equal(patterns_slug("Grübeln", again, NULL), 0);
	assert_memory_equal(one, "gr-beln-", 8);
	assert_memory_equal(two, "gr-beln-", 8);
	assert_string_not_equal(one, two);
	assert_string_equal(one, again);
	assert_int_equal(patterns_slug("思い込み", one, NULL), 0);
	assert_int_equal(patterns_slug("読心", two, NULL), 0);
	assert_int_equal(strlen(one), 8);
	assert_string_not_equal(one, two);
	assert_int_equal(strspn(one, "0123456789abcdef"), 8);
}

static void own_ones_stand_behind_ours(void **state)
{
	const struct pattern *own;

	(void)state;
	patterns_take(NULL);
	assert_null(patterns_at(15));
	take("{\"own_patterns\":[\"What if:  one after another \",\"Bare\","
	     "\"what-if: again\",\"Shoulds and musts: x\",\":\",7]}");
	own = patterns_at(15);
	assert_non_null(own);
	assert_string_equal(own->slug, "what-if");
	assert_string_equal(own->name, "What if");
	assert_string_equal(own->line, "one after another");
	assert_true(own->is_own);
	assert_string_equal(patterns_at(16)->name, "Bare");
	assert_string_equal(patterns_at(16)->line, "");
	/* The same name again is the same pattern; a slug of ours is ours. */
	assert_string_equal(patterns_at(17)->slug, "shoulds-and-musts");
	assert_null(patterns_at(18));
	assert_ptr_equal(patterns_find("what-if"), own);
	assert_null(patterns_find("what"));
	patterns_take(NULL);
	assert_null(patterns_at(15));
}

static const struct pattern *said(const char *text)
{
	return patterns_find_said(bytes_from_str(text));
}

static void what_is_hidden_keeps_its_number(void **state)
{
	size_t places[THOUGHT_SUGGESTED];
	struct err err = { 0 };

	(void)state;
	take("{\"hidden_patterns\":[\"mind-reading\",\"nobody-knows\"],"
	     "\"own_patterns\":[\"What if: x\"]}");
	assert_true(patterns_at(2)->is_hidden);
	assert_string_equal(said("4")->slug, "fortune-telling");
	assert_null(said("3"));
	assert_string_equal(said("mind reading")->slug, "mind-reading");
	assert_string_equal(said("16")->slug, "what-if");
	assert_null(said("17"));
	assert_null(said("0"));
	assert_null(said(""));
	assert_null(said("99999999999999999999"));
	assert_string_equal(said("WHAT IF")->slug, "what-if");
	assert_int_equal(thought_suggest("they think", places), 3);
	assert_int_not_equal(places[0], 2);
	assert_int_not_equal(places[1], 2);
	assert_int_not_equal(places[2], 2);
	assert_null(thought_parse_patterns("3", &err));
	assert_int_equal(err.code, ERR_USAGE);
	patterns_take(NULL);
}

/* With two left, two are suggested; with none, none. */
static void so_many_are_suggested_as_there_are(void **state)
{
	size_t places[THOUGHT_SUGGESTED], i;
	cJSON *fields = cJSON_CreateObject();
	cJSON *hidden = cJSON_AddArrayToObject(fields, "hidden_patterns");

	(void)state;
	for (i = 0; i < 13; i++)
		cJSON_AddItemToArray(hidden,
				     cJSON_CreateString(patterns_at(i)->slug));
	patterns_take(fields);
	assert_int_equal(thought_suggest("x", places), 2);
	assert_int_equal(places[0], 13);
	assert_int_equal(places[1], 14);
	for (; i < 15; i++)
		cJSON_AddItemToArray(hidden,
				     cJSON_CreateString(patterns_at(i)->slug));
	patterns_take(fields);
	assert_int_equal(thought_suggest("x", places), 0);
	cJSON_Delete(fields);
	patterns_take(NULL);
}

static void expect_setting(const char *text, const char *region)
{
	char value[REGION_BYTES], out[REGION_BYTES];

	ownconfig_find(bytes_from_str(text), "region", value, sizeof value);
	region_from_setting(value, out);
	assert_string_equal(out, region);
}

static void expect_locale(const char *locale, const char *region)
{
	char out[REGION_BYTES];

	region_from_locale(locale, out);
	assert_string_equal(out, region);
}

static void a_region_is_read_where_it_stands(void **state)
{
	(void)state;
	expect_setting("", "");
	expect_setting("region us", "us");
	expect_setting("# region us\nlisten none\n\tregion \t UK \r\n", "gb");
	expect_setting("region us\nregion nz\n", "nz");
	expect_setting("regions us\n", "");
	expect_setting("region\n", "");
	expect_setting("region 1234567890123456", "1234567890123456");
	expect_setting("region 12345678901234567", "");
	expect_locale("en_US.UTF-8", "us");
	expect_locale("de_AT@euro", "at");
	expect_locale("en_GB", "gb");
	expect_locale("C.UTF-8", "");
	expect_locale("POSIX", "");
	expect_locale("en_USA", "");
	expect_locale("_", "");
}

static void regions_hold_countries(void **state)
{
	(void)state;
	assert_true(region_is_in("us", "us|ca"));
	assert_true(region_is_in("ca", "us|ca"));
	assert_false(region_is_in("u", "us|ca"));
	assert_false(region_is_in("", "us|ca"));
	assert_false(region_is_in("", ""));
	assert_true(region_is_in("de", "eu|gb"));
	assert_true(region_is_in("gb", "eu|gb"));
	assert_true(region_is_in("eu", "eu"));
	assert_false(region_is_in("us", "eu|gb"));
	assert_false(region_is_in("de", "europe"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_gives_its_slug),
		cmocka_unit_test(letters_a_slug_lacks_make_another_one),
		cmocka_unit_test(own_ones_stand_behind_ours),
		cmocka_unit_test(what_is_hidden_keeps_its_number),
		cmocka_unit_test(so_many_are_suggested_as_there_are),
		cmocka_unit_test(a_region_is_read_where_it_stands),
		cmocka_unit_test(regions_hold_countries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
