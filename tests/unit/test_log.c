/*
 * Goal: a line is level, module, event and typed fields; a flood of one event
 * is held back and said once. Method: lines read from a pipe; time is an
 * argument.
 */
#include "proto/base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/lib/harness.h"

static int ends[2];
static char said[16384];

static int open_pipe(void **state)
{
	(void)state;
	if (pipe(ends) != 0)
		return -1;
	log_open(ends[1], LOG_LEVEL_INFO, false);
	return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static int close_pipe(void **state)
{
	(void)state;
	log_open(-1, LOG_LEVEL_BAD, false);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* All that was logged since the last call. */
static const char *heard(void)
{
	ssize_t n = read(ends[0], said, sizeof said - 1);

	said[n > 0 ? n : 0] = '\0';
	return said;
}

static size_t lines_in(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void a_line_has_level_module_event_and_fields(void **state)
{
	static const uint8_t id[16] = { 0xde, 0xad, 0xbe, 0xef, 0x55 };

	(void)state;
	log_write(LOG_LEVEL_WARN, "peer", "closed",
		  LOG_FIELDS(log_u64("count", UINT64_MAX), log_id("device", id),
			     log_code("why", ERR_CRYPTO), log_code("rc", 0),
			     log_token("phase", "greeting")));
	assert_string_equal(heard(), "warn peer closed "
				     "count=18446744073709551615 "
				     "device=deadbeef why=not_authentic rc=ok "
				     "phase=greeting\n");
	log_write(LOG_LEVEL_INFO, "loop", "bare", NULL);
	assert_string_equal(heard(), "info loop bare\n");
}

static void levels_above_the_chosen_one_are_silent(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_DEBUG, "loop", "turn", NULL);
	assert_string_equal(heard(), "");
	log_write(LOG_LEVEL_BAD, "loop", "turn", NULL);
	assert_string_equal(heard(), "bad loop turn\n");
}

static void the_journal_gets_its_prefix(void **state)
{
	(void)state;
	log_open(ends[1], LOG_LEVEL_DEBUG, true);
	log_write(LOG_LEVEL_BAD, "m", "a", NULL);
	log_write(LOG_LEVEL_DEBUG, "m", "b", NULL);
	assert_string_equal(heard(), "<3>bad m a\n<7>debug m b\n");
}

static void letters_no_token_has_are_replaced(void **state)
{
	(void)state;
	log_write(LOG_LEVEL_INFO, "m", "e",
		  LOG_FIELDS(log_token("t", "two words\n\x1b[m")));
	assert_string_equal(heard(), "info m e t=two?words???m\n");
}

static void a_flood_is_held_back_and_said_once(void **state)
{
	(void)state;
	log_tick(1000);
	for (size_t i = 0; i < LOG_BURST + 7; i++)
		log_write(LOG_LEVEL_INFO, "peer", "retry", NULL);
	assert_int_equal(lines_in(heard()), LOG_BURST);
	/* Another event has a count of its own. */
	log_write(LOG_LEVEL_INFO, "peer", "other", NULL);
	assert_int_equal(lines_in(heard()), 1);
	log_tick(2000);
	assert_string_equal(heard(), "");
	log_tick(1000 + 600000);
	assert_string_equal(heard(),
			    "warn peer held_back event=retry lines=7\n");
	log_write(LOG_LEVEL_INFO, "peer", "retry", NULL);
	assert_string_equal(heard(), "info peer retry\n");
	log_tick(1000 + 1300000);
	assert_string_equal(heard(), "");
}

static void a_line_is_cut_never_split(void **state)
{
	char token[1000];

	(void)state;
	memset(token, 'a', sizeof token);
	token[sizeof token - 1] = '\0';
	log_write(LOG_LEVEL_INFO, "m", "e", LOG_FIELDS(log_token("t", token)));
	assert_int_equal(lines_in(heard()), 1);
	assert_int_equal(strlen(said), 512);
	assert_int_equal(said[511], '\n');
}

#define logged(test)                                                           \
	cmocka_unit_test_setup_teardown(test, open_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
		logged(a_line_has_level_module_event_and_fields),
		logged(levels_above_the_chosen_one_are_silent),
		logged(the_journal_gets_its_prefix),
		logged(letters_no_token_has_are_replaced),
		logged(a_flood_is_held_back_and_said_once),
		logged(a_line_is_cut_never_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
