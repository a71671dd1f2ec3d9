/*
 * Goal: only allowed moves happen, and the ring tells the last of them in
 * order. Method: a lamp with three states; the ring dumped into a file.
 */
#include "proto/base/sm.h"

#include <fcntl.h>
#include <unistd.h>

#include "proto/base/mem.h"
#include "tests/lib/harness.h"

enum { LAMP_OFF, LAMP_ON, LAMP_BROKEN };

static const struct sm_state lamp_states[] = {
	[LAMP_OFF] = { "off", SM_BIT(LAMP_ON), 0 },
	[LAMP_ON] = { "on", SM_BIT(LAMP_OFF) | SM_BIT(LAMP_BROKEN), 0 },
	[LAMP_BROKEN] = { "broken", 0, 0 },
};

static void lamp_init(struct sm *lamp, uint32_t id)
{
	sm_init(lamp, "lamp", lamp_states, KEPT_ARRAY_COUNT(lamp_states), id);
}

static void a_machine_starts_in_its_first_state(void **state)
{
	struct sm lamp;

	(void)state;
	lamp_init(&lamp, 1);
	assert_int_equal(lamp.state, LAMP_OFF);
	assert_string_equal(sm_name(&lamp), "off");
}

static void only_the_table_says_what_can_follow(void **state)
{
	struct sm lamp;

	(void)state;
	lamp_init(&lamp, 1);
	assert_true(sm_can(&lamp, LAMP_ON));
	assert_false(sm_can(&lamp, LAMP_OFF));
	assert_false(sm_can(&lamp, LAMP_BROKEN));
	assert_false(sm_can(&lamp, 3));
	assert_false(sm_can(&lamp, 40));
	sm_move(&lamp, LAMP_ON);
	sm_move(&lamp, LAMP_BROKEN);
	assert_string_equal(sm_name(&lamp), "broken");
	assert_false(sm_can(&lamp, LAMP_OFF));
}

static void move_badly(void *context)
{
	sm_move(context, LAMP_BROKEN);
}

static void move_nowhere(void *context)
{
	sm_move(context, 33);
}

static void a_move_that_is_not_allowed_panics(void **state)
{
	struct sm lamp;

	(void)state;
	lamp_init(&lamp, 1);
	assert_true(harness_panics(move_badly, &lamp));
	assert_true(harness_panics(move_nowhere, &lamp));
}

/* The dump as text. Owns: mem_free. */
static char *ring_text(void)
{
	char *dir = harness_temp_dir();
	char path[HARNESS_PATH_BYTES];
	struct bytes text;
	int fd;

	assert_true(snprintf(path, sizeof path, "%s/ring", dir) > 0);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	sm_ring_dump(fd);
	close(fd);
	text = harness_read(path);
	harness_temp_remove(dir);
	return (char *)(uintptr_t)text.ptr;
}

static void the_ring_tells_moves_oldest_first(void **state)
{
	struct sm lamp;
	char *text;
	const char *on;
	const char *off;

	(void)state;
	lamp_init(&lamp, 0xabcd1234);
	sm_move(&lamp, LAMP_ON);
	sm_move(&lamp, LAMP_OFF);
	text = ring_text();
	on = strstr(text, "lamp abcd1234 off -> on\n");
	off = strstr(text, "lamp abcd1234 on -> off\n");
	assert_non_null(on);
	assert_non_null(off);
	assert_true(on < off);
	mem_free(text);
}

static void the_ring_forgets_the_oldest(void **state)
{
	struct sm lamp;
	char *text;
	size_t lines = 0;

	(void)state;
	lamp_init(&lamp, 0x01d);
	sm_move(&lamp, LAMP_ON);
	lamp_init(&lamp, 0x0e3);
	for (size_t i = 0; i < SM_RING_COUNT; i++)
		sm_move(&lamp, i % 2 == 0 ? LAMP_ON : LAMP_OFF);
	text = ring_text();
	assert_null(strstr(text, "0000001d"));
	for (const char *at = text; *at != '\0'; at++)
		lines += *at == '\n';
	assert_int_equal(lines, SM_RING_COUNT);
	mem_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_starts_in_its_first_state),
		cmocka_unit_test(only_the_table_says_what_can_follow),
		cmocka_unit_test(a_move_that_is_not_allowed_panics),
		cmocka_unit_test(the_ring_tells_moves_oldest_first),
		cmocka_unit_test(the_ring_forgets_the_oldest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
