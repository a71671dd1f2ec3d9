/*
 * panic.c - the last words of the process.
 *
 * Runs when an invariant of ours is broken, so it trusts nothing: no heap, no
 * stdio, no locks. It must never return. Next: sm.c, whose ring the hook of
 * the daemon dumps.
 */
#include "proto/base/panic.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static _Atomic(void (*)(void)) panic_hook;
static atomic_flag panic_under_way = ATOMIC_FLAG_INIT;

static void panic_say(const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t n = write(STDERR_FILENO, text, left);

		if (n <= 0)
			return;
		text += n;
		left -= (size_t)n;
	}
}

static void panic_say_line(int line)
{
	char digits[16];
	size_t at = sizeof digits - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + line % 10);
		line /= 10;
	} while (line > 0);
	panic_say(digits + at);
}

void panic_set_hook(void (*hook)(void))
{
	atomic_store(&panic_hook, hook);
}

void panic_at(const char *file, int line, const char *what)
{
	void (*hook)(void) = atomic_load(&panic_hook);

	panic_say("kept stopped at ");
	panic_say(file);
	panic_say(":");
	panic_say_line(line);
	panic_say(": ");
	panic_say(what);
	panic_say("\n");
	/* A hook that panics itself gets no second go. */
	if (hook != NULL && !atomic_flag_test_and_set(&panic_under_way))
		hook();
	abort();
}
