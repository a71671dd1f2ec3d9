/*
 * Goal: a broken invariant stops the process, says where, and calls the hook
 * once. Method: panics in children whose stderr is read from a pipe.
 */
#include "proto/base/panic.h"

#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/harness.h"

static void say_hook(void)
{
	assert_int_equal(write(STDERR_FILENO, "hook\n", 5), 5);
}

static void panicking_hook(void)
{
	say_hook();
	kept_unreachable("the hook itself");
}

/* What a child says that panics with this hook. */
static void last_words(void (*hook)(void), char *text, size_t cap)
{
	size_t len = 0;
	int ends[2];
	int status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (dup2(ends[1], STDERR_FILENO) < 0)
			_exit(1);
		panic_set_hook(hook);
		kept_assert(child != 0);
		_exit(0);
	}
	close(ends[1]);
	for (;;) {
		ssize_t n = read(ends[0], text + len, cap - 1 - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	text[len] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

static void a_true_invariant_does_nothing(void **state)
{
	(void)state;
	kept_assert(state != NULL || state == NULL);
}

static void the_place_and_the_invariant_are_named(void **state)
{
	char text[512];

	(void)state;
	last_words(NULL, text, sizeof text);
	assert_non_null(strstr(text, "tests/unit/test_panic.c:"));
	assert_non_null(strstr(text, ": child != 0\n"));
}

static void the_hook_runs_once_even_if_it_panics(void **state)
{
	char text[512];
	const char *first;

	(void)state;
	last_words(say_hook, text, sizeof text);
	assert_non_null(strstr(text, "hook\n"));
	last_words(panicking_hook, text, sizeof text);
	first = strstr(text, "hook\n");
	assert_non_null(first);
	assert_null(strstr(first + 1, "\nhook\n"));
	assert_non_null(strstr(first, "the hook itself"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_true_invariant_does_nothing),
		cmocka_unit_test(the_place_and_the_invariant_are_named),
		cmocka_unit_test(the_hook_runs_once_even_if_it_panics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
