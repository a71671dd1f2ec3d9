/*
 * test_event.c - the list of effects.
 *
 * Goal: bytes come out as they were sent, in order, and running out of
 * memory is remembered. Method: small lists by hand.
 */
#include "daemon/core/event.h"

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

static int set_up(void **state)
{
	static struct effects effects;

	effects_init(&effects);
	*state = &effects;
	return 0;
}

static int tear_down(void **state)
{
	effects_release(*state);
	return 0;
}

static void sends_of_one_connection_are_joined(void **state)
{
	struct effects *effects = *state;

	effects_send(effects, 7, bytes_from_str("ab"));
	effects_send(effects, 7, bytes_from_str("cd"));
	effects_send(effects, 8, bytes_from_str("ef"));
	effects_send(effects, 7, bytes_from_str("gh"));
	assert_int_equal(effects->count, 3);
	assert_int_equal(effects->items[0].len, 4);
	assert_int_equal(effects->items[1].conn, 8);
	assert_int_equal(effects->items[2].offset, 6);
	assert_memory_equal(effects->bytes.ptr, "abcdefgh", 8);
}

static void nothing_is_not_sent(void **state)
{
	struct effects *effects = *state;

	effects_send(effects, 7, bytes_of(NULL, 0));
	assert_int_equal(effects->count, 0);
	assert_int_equal(effects->failed, 0);
}

static void something_between_keeps_sends_apart(void **state)
{
	struct effects *effects = *state;

	effects_send(effects, 7, bytes_from_str("ab"));
	assert_non_null(effects_add(effects, EFFECT_CLOSE));
	effects_send(effects, 7, bytes_from_str("cd"));
	assert_int_equal(effects->count, 3);
	effects_clear(effects);
	assert_int_equal(effects->count, 0);
	assert_int_equal(effects->bytes.len, 0);
}

static void a_list_without_memory_says_so(void **state)
{
	struct effects *effects = *state;

	mem_fail_at(1, true);
	assert_null(effects_add(effects, EFFECT_NOTIFY));
	mem_fail_at(0, false);
	assert_int_equal(effects->failed, ERR_NOMEM);
	effects_clear(effects);
	assert_int_equal(effects->failed, 0);
	mem_fail_at(1, true);
	effects_send(effects, 1, bytes_from_str("x"));
	mem_fail_at(0, false);
	assert_int_equal(effects->failed, ERR_NOMEM);
	assert_int_equal(effects->count, 0);
}

#define with_list(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_list(sends_of_one_connection_are_joined),
		with_list(nothing_is_not_sent),
		with_list(something_between_keeps_sends_apart),
		with_list(a_list_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
