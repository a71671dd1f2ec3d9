/*
 * test_command.c - the table of commands, and what is said about them.
 *
 * Goal: every row can be helped with, a near miss is offered and never run,
 * and the words people are never told stay out. Method: the table itself,
 * walked; the topics as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <ctype.h>

#include "cli/help.h"

static void every_row_has_a_function_a_line_of_help_and_a_name(void **state)
{
	const struct command *command;
	size_t i, j;

	(void)state;
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		assert_non_null(command->run);
		assert_true(command->help[0] != '\0');
		assert_true(islower((unsigned char)command->help[0]));
		assert_ptr_equal(command_find(command->name), command);
		for (j = 0; j < i; j++)
			assert_string_not_equal(command_at(j)->name,
						command->name);
	}
	assert_true(i > 20);
	assert_null(command_at(i));
}

static size_t count_specs(const struct option_spec *specs)
{
	size_t count = 0;

	while (specs != NULL && specs[count].name != NULL)
		count++;
	return count;
}

static void no_option_of_a_command_hides_a_shared_one(void **state)
{
	const struct command *command;
	size_t i, j, k;

	(void)state;
	for (i = 0; (command = command_at(i)) != NULL; i++) {
		assert_in_range(count_specs(command->specs), 0,
				OPTIONS_VALUES_MAX);
		for (j = 0; j < count_specs(command->specs); j++) {
			const struct option_spec *spec = &command->specs[j];

			assert_int_equal(spec->type != OPTION_FLAG,
					 spec->arg != NULL);
			for (k = 0; k < options_shared_count; k++)
				assert_string_not_equal(spec->name,
							options_shared[k].name);
		}
	}
}

static void a_near_miss_is_offered(void **state)
{
	(void)state;
	assert_string_equal(command_near("thougt")->name, "thought");
	assert_string_equal(command_near("thuoght")->name, "thought");
	assert_string_equal(command_near("bringback")->name, "bring-back");
	assert_string_equal(command_near("logs")->name, "log");
	assert_null(command_near("elephant"));
	assert_null(command_near(""));
	assert_null(command_near("xx"));
}

static void no_beginning_of_a_command_is_a_command(void **state)
{
	(void)state;
	assert_null(command_find("thou"));
	assert_null(command_find(""));
	assert_null(command_find("Thought"));
}

static void every_topic_is_whole_lines_within_a_terminal(void **state)
{
	const struct help_topic *topic;
	size_t i;

	(void)state;
	for (i = 0; (topic = help_topic_at(i)) != NULL; i++) {
		const char *line = topic->text;

		assert_null(command_find(topic->name));
		while (*line != '\0') {
			const char *end = strchr(line, '\n');

			assert_non_null(end);
			assert_true(end - line < 80);
			line = end + 1;
		}
	}
	assert_true(i > 3);
}

static void nobody_is_told_words_that_blame(void **state)
{
	static const char *const words[] = { "streak", "missed",    "failed",
					     "broke",  "lost your", "come back",
					     "error",  "invalid",   "fatal" };
	const struct help_topic *topic;
	const struct command *command;
	size_t i, j;

	(void)state;
	for (j = 0; j < KEPT_ARRAY_COUNT(words); j++) {
		for (i = 0; (topic = help_topic_at(i)) != NULL; i++)
			assert_null(strstr(topic->text, words[j]));
		for (i = 0; (command = command_at(i)) != NULL; i++)
			assert_null(strstr(command->help, words[j]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			every_row_has_a_function_a_line_of_help_and_a_name),
		cmocka_unit_test(no_option_of_a_command_hides_a_shared_one),
		cmocka_unit_test(a_near_miss_is_offered),
		cmocka_unit_test(no_beginning_of_a_command_is_a_command),
		cmocka_unit_test(every_topic_is_whole_lines_within_a_terminal),
		cmocka_unit_test(nobody_is_told_words_that_blame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
