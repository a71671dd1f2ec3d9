/*
 * test_ask.c - questions where nobody is there to answer, and what is taken
 * for an answer.
 *
 * Goal: nothing is asked without a terminal, a No is never turned into a Yes,
 * and a passphrase comes out of a file exactly. Method: a struct cli that says
 * there is no terminal; pipes for descriptors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <unistd.h>

#include "cli/askterminal.h"

static struct cli alone(void)
{
	struct cli cli = { .utf8 = true, .columns = 80 };

	cli.options.common.passphrase_fd = -1;
	cli.options.common.quiet = true;
	/* What a refusal would say is not looked at here. */
	cli.options.common.json = true;
	return cli;
}

/* A descriptor to read those bytes from. */
static int pipe_of(const char *bytes, size_t len)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], bytes, len), len);
	assert_int_equal(close(ends[1]), 0);
	return ends[0];
}

static void without_a_terminal_nothing_is_asked(void **state)
{
	struct cli cli = alone();
	int64_t number = 7;
	size_t place = 3;
	char *text = (char *)&cli;

	(void)state;
	assert_false(ask_can(&cli));
	assert_int_equal(ask_line(&cli, "> ", "x", &text), ASK_CLOSED);
	assert_null(text);
	assert_int_equal(ask_number(&cli, "> ", 0, 10, &number), ASK_CLOSED);
	assert_int_equal(number, 7);
	assert_int_equal(ask_choice(&cli, "> ", NULL, 0, &place), ASK_CLOSED);
	assert_int_equal(ask_passphrase(&cli, "> ", &text), ASK_CLOSED);
	assert_null(text);
}

static void no_input_asks_nothing_on_a_terminal_either(void **state)
{
	struct cli cli = alone();

	(void)state;
	cli.in_is_terminal = true;
	cli.err_is_terminal = true;
	assert_true(ask_can(&cli));
	cli.options.common.no_input = true;
	assert_false(ask_can(&cli));
}

static void yes_or_no_falls_back_to_the_safe_answer(void **state)
{
	struct cli cli = alone();
	bool yes = true;

	(void)state;
	assert_int_equal(ask_yes_no(&cli, "Go on?", false, &yes), ASK_CLOSED);
	assert_false(yes);
	(void)ask_yes_no(&cli, "Go on?", true, &yes);
	assert_true(yes);
	cli.options.common.yes = true;
	yes = false;
	assert_int_equal(ask_yes_no(&cli, "Go on?", false, &yes), ASK_ANSWERED);
	assert_true(yes);
}

static void a_stop_ends_every_later_question_until_it_is_forgotten(void **state)
{
	struct cli cli = alone();
	char *text;

	(void)state;
	cli.in_is_terminal = true;
	cli.err_is_terminal = true;
	ask_stop();
	assert_int_equal(ask_line(&cli, "> ", NULL, &text), ASK_STOPPED);
	assert_null(text);
	assert_int_equal(ask_exit(&cli, ASK_STOPPED, NULL), EXIT_CTRL_C);
	ask_forget_stop();
	assert_false(ask_was_stopped());
}

static void without_a_terminal_keys_only_wait(void **state)
{
	struct cli cli = alone();

	(void)state;
	ask_begin_keys(&cli);
	assert_int_equal(ask_key(&cli, 0), ASK_KEY_NONE);
	assert_int_equal(ask_key(&cli, 1), ASK_KEY_NONE);
	assert_int_equal(ask_key(&cli, -1), ASK_KEY_CLOSED);
	ask_stop();
	assert_int_equal(ask_key(&cli, 600000), ASK_KEY_STOPPED);
	assert_int_equal(ask_key(&cli, -1), ASK_KEY_STOPPED);
	ask_forget_stop();
	assert_int_equal(ask_key(&cli, 0), ASK_KEY_NONE);
	ask_end_keys(&cli);
}

static void numbers_are_whole_and_within_their_range(void **state)
{
	int64_t number = -1;

	(void)state;
	assert_true(ask_parse_number("0", 0, 10, &number));
	assert_int_equal(number, 0);
	assert_true(ask_parse_number("10", 0, 10, &number));
	assert_int_equal(number, 10);
	assert_false(ask_parse_number("11", 0, 10, &number));
	assert_false(ask_parse_number("-1", 0, 10, &number));
	assert_false(ask_parse_number("5.5", 0, 10, &number));
	assert_false(ask_parse_number("", 0, 10, &number));
	assert_false(ask_parse_number("5 ", 0, 10, &number));
	assert_false(ask_parse_number("99999999999999999999", 0, INT64_MAX,
				      &number));
	assert_int_equal(number, 10);
}

static void a_choice_is_a_number_a_word_or_its_beginning(void **state)
{
	static const char *const words[] = { "long", "box", "478", "bold" };
	size_t place = 99;

	(void)state;
	assert_true(ask_find_choice("2", words, 4, &place));
	assert_int_equal(place, 1);
	assert_true(ask_find_choice("BOX", words, 4, &place));
	assert_int_equal(place, 1);
	assert_true(ask_find_choice("l", words, 4, &place));
	assert_int_equal(place, 0);
	assert_true(ask_find_choice("478", words, 4, &place));
	assert_int_equal(place, 2);
	assert_false(ask_find_choice("bo", words, 4, &place));
	assert_false(ask_find_choice("0", words, 4, &place));
	assert_false(ask_find_choice("5", words, 4, &place));
	assert_false(ask_find_choice("", words, 4, &place));
}

static int read_from(const char *bytes, size_t len, char *out)
{
	int fd = pipe_of(bytes, len);
	int code = ask_read_passphrase(fd, out, NULL);

	assert_int_equal(close(fd), 0);
	return code;
}

static void a_passphrase_is_the_first_line_without_its_end(void **state)
{
	char out[PASSPHRASE_BYTES + 1];

	(void)state;
	assert_int_equal(read_from("two words", 9, out), 0);
	assert_string_equal(out, "two words");
	assert_int_equal(read_from(" two words \nmore\n", 17, out), 0);
	assert_string_equal(out, " two words ");
	assert_int_equal(read_from("two\r\n", 5, out), 0);
	assert_string_equal(out, "two");
	assert_int_equal(read_from("", 0, out), ERR_USAGE);
	assert_int_equal(read_from("\nx", 2, out), ERR_USAGE);
	assert_int_equal(read_from("a\xff", 2, out), ERR_USAGE);
	assert_int_equal(read_from("a\0b", 3, out), ERR_USAGE);
}

static void a_passphrase_has_a_greatest_length(void **state)
{
	char out[PASSPHRASE_BYTES + 1];
	char bytes[PASSPHRASE_BYTES + 2];

	(void)state;
	memset(bytes, 'a', sizeof bytes);
	assert_int_equal(read_from(bytes, PASSPHRASE_BYTES - 1, out), 0);
	assert_int_equal(read_from(bytes, PASSPHRASE_BYTES, out), 0);
	assert_int_equal(strlen(out), PASSPHRASE_BYTES);
	assert_int_equal(read_from(bytes, PASSPHRASE_BYTES + 1, out),
			 ERR_USAGE);
	bytes[PASSPHRASE_BYTES] = '\n';
	assert_int_equal(read_from(bytes, PASSPHRASE_BYTES + 2, out), 0);
	assert_int_equal(strlen(out), PASSPHRASE_BYTES);
}

static void a_given_passphrase_is_read_once_and_stays(void **state)
{
	struct cli cli = alone();
	char *text = NULL;
	int fd = pipe_of("maple harbor\n", 13);

	(void)state;
	cli.options.common.passphrase_fd = fd;
	assert_false(ask_passphrase_is_typed(&cli));
	assert_int_equal(ask_passphrase(&cli, "> ", &text), ASK_ANSWERED);
	assert_string_equal(text, "maple harbor");
	cli_free(text);
	assert_int_equal(close(fd), 0);
	assert_int_equal(ask_passphrase(&cli, "> ", &text), ASK_ANSWERED);
	assert_string_equal(text, "maple harbor");
	cli_free(text);
	assert_int_equal(ask_new_passphrase(&cli, &text), ASK_ANSWERED);
	assert_string_equal(text, "maple harbor");
	cli_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_terminal_nothing_is_asked),
		cmocka_unit_test(no_input_asks_nothing_on_a_terminal_either),
		cmocka_unit_test(yes_or_no_falls_back_to_the_safe_answer),
		cmocka_unit_test(
			a_stop_ends_every_later_question_until_it_is_forgotten),
		cmocka_unit_test(without_a_terminal_keys_only_wait),
		cmocka_unit_test(numbers_are_whole_and_within_their_range),
		cmocka_unit_test(a_choice_is_a_number_a_word_or_its_beginning),
		cmocka_unit_test(
			a_passphrase_is_the_first_line_without_its_end),
		cmocka_unit_test(a_passphrase_has_a_greatest_length),
		cmocka_unit_test(a_given_passphrase_is_read_once_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
