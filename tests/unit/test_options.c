/*
 * Goal: one reader of the command line understands every command, anywhere,
 * and guesses nothing. Method: small tables of options against lines people
 * type, right and wrong, and the limits of the reader.
 */
#include "cli/options.h"

#include "tests/lib/harness.h"

static const struct option_spec specs[] = {
	{ "since", 0, OPTION_VALUE, "DAY", "" },
	{ "limit", 0, OPTION_VALUE, "N", "" },
	{ "starred", 's', OPTION_FLAG, NULL, "" },
	{ "wait", 'w', OPTION_MAYBE, "[SECONDS]", "" },
};

static int parse(struct options *options, enum options_order order,
		 const char *line, struct err *err)
{
	static char copy[4096];
	static char *argv[OPTIONS_ARGS_MAX + 8];
	char *word = copy;
	int argc = 0;

	(void)snprintf(copy, sizeof copy, "%s", line);
	while (*word != '\0') {
		argv[argc++] = word;
		word += strcspn(word, " ");
		if (*word == ' ')
			*word++ = '\0';
	}
	return options_parse(options, specs, KEPT_ARRAY_COUNT(specs), order,
			     argc, argv, err);
}

static struct options taken(const char *line)
{
	struct options options;
	struct err err = { 0 };

	if (parse(&options, OPTIONS_ANYWHERE, line, &err) != 0)
		fail_msg("%s: %s", line, err.text);
	return options;
}

static void options_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"--since mon --json a b",
		"a --since mon b --json",
		"a b --json --since=mon",
		"--json a --since mon -- b",
	};
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(lines); i++) {
		struct options options = taken(lines[i]);

		assert_int_equal(options.arg_count, 2);
		assert_string_equal(options.args[0], "a");
		assert_string_equal(options.args[1], "b");
		assert_string_equal(options_value(&options, "since"), "mon");
		assert_true(options.common.json);
		assert_false(options_has(&options, "starred"));
		assert_null(options_value(&options, "limit"));
	}
}

static void a_dash_alone_and_what_follows_two_are_arguments(void **state)
{
	struct options options = taken("- -- --json -x");

	(void)state;
	assert_int_equal(options.arg_count, 3);
	assert_string_equal(options.args[0], "-");
	assert_string_equal(options.args[1], "--json");
	assert_string_equal(options.args[2], "-x");
	assert_false(options.common.json);
}

static void a_number_with_a_dash_is_a_limit_where_there_is_one(void **state)
{
	struct options options = taken("-3");
	struct err err = { 0 };
	uint64_t number;

	(void)state;
	assert_int_equal(
		options_number(&options, "limit", 1, 10, 5, &number, NULL), 0);
	assert_int_equal(number, 3);
	/* A table without it takes -3 for letters. */
	assert_int_equal(options_parse(&options, specs, 1, OPTIONS_ANYWHERE, 1,
				       (char *[]){ (char[]){ "-3" } }, &err),
			 ERR_USAGE);
}

static void numbers_have_to_be_in_their_range(void **state)
{
	static const char *const bad[] = { "--limit 0", "--limit 11",
					   "--limit 3x", "--limit -1",
					   "--limit=" };
	struct options options = taken("a");
	uint64_t number = 0;
	size_t i;

	(void)state;
	assert_int_equal(
		options_number(&options, "limit", 1, 10, 5, &number, NULL), 0);
	assert_int_equal(number, 5);
	options = taken("--limit 10");
	assert_int_equal(
		options_number(&options, "limit", 1, 10, 5, &number, NULL), 0);
	assert_int_equal(number, 10);
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		options = taken(bad[i]);
		assert_int_equal(options_number(&options, "limit", 1, 10, 5,
						&number, NULL),
				 ERR_USAGE);
	}
}

static void a_value_that_may_be_missing_takes_only_numbers(void **state)
{
	struct options options = taken("--wait --json");

	(void)state;
	assert_string_equal(options_value(&options, "wait"), "");
	assert_true(options.common.json);
	options = taken("--wait 30 --json");
	assert_string_equal(options_value(&options, "wait"), "30");
	assert_int_equal(options.arg_count, 0);
	options = taken("--wait=7");
	assert_string_equal(options_value(&options, "wait"), "7");
	options = taken("--wait word");
	assert_string_equal(options_value(&options, "wait"), "");
	assert_int_equal(options.arg_count, 1);
}

static void after_the_first_argument_all_are_arguments_if_asked(void **state)
{
	struct options options;

	(void)state;
	assert_int_equal(
		parse(&options, OPTIONS_FIRST, "--json k7qf +work -home", NULL),
		0);
	assert_true(options.common.json);
	assert_int_equal(options.arg_count, 3);
	assert_string_equal(options.args[2], "-home");
}

static void what_nobody_knows_is_refused_with_a_near_miss(void **state)
{
	static const char *const bad[] = { "--sinse mon", "-x", "--since",
					   "--starred=yes",
					   "--passphrase-fd x" };
	struct options options;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < KEPT_ARRAY_COUNT(bad); i++) {
		err = (struct err){ 0 };
		assert_int_equal(
			parse(&options, OPTIONS_ANYWHERE, bad[i], &err),
			ERR_USAGE);
		assert_true(err.text[0] != '\0');
		if (i == 0)
			assert_non_null(strstr(err.text, "--since"));
	}
}

static void more_words_than_fit_are_refused(void **state)
{
	static char word[] = "a";
	char *argv[OPTIONS_ARGS_MAX + 1];
	struct options options;
	int i;

	(void)state;
	for (i = 0; i <= (int)OPTIONS_ARGS_MAX; i++)
		argv[i] = word;
	for (i = -1; i <= 1; i++) {
		int code = options_parse(&options, specs,
					 KEPT_ARRAY_COUNT(specs),
					 OPTIONS_ANYWHERE,
					 (int)OPTIONS_ARGS_MAX + i, argv, NULL);

		assert_int_equal(code, i <= 0 ? 0 : ERR_USAGE);
	}
}

static void distance_counts_letters_and_swaps(void **state)
{
	(void)state;
	assert_int_equal(options_distance("", ""), 0);
	assert_int_equal(options_distance("mood", "mood"), 0);
	assert_int_equal(options_distance("mood", "modo"), 1);
	assert_int_equal(options_distance("win", "wim"), 1);
	assert_int_equal(options_distance("thougt", "thought"), 1);
	assert_int_equal(options_distance("kitten", "sitting"), 3);
	assert_int_equal(options_distance("", "abc"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(
			a_dash_alone_and_what_follows_two_are_arguments),
		cmocka_unit_test(
			a_number_with_a_dash_is_a_limit_where_there_is_one),
		cmocka_unit_test(numbers_have_to_be_in_their_range),
		cmocka_unit_test(
			a_value_that_may_be_missing_takes_only_numbers),
		cmocka_unit_test(
			after_the_first_argument_all_are_arguments_if_asked),
		cmocka_unit_test(what_nobody_knows_is_refused_with_a_near_miss),
		cmocka_unit_test(more_words_than_fit_are_refused),
		cmocka_unit_test(distance_counts_letters_and_swaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
