/*
 * askkey.c - single keys, while something goes on.
 *
 * Must never wait longer than it was told to. Read next: ask.c, which waits.
 */
#include "cli/askterminal.h"

static bool is_over; /* the end of input came instead of a key */

static bool has_keys(const struct cli *cli)
{
	return ask_can(cli) && !is_over;
}

void ask_begin_keys(const struct cli *cli)
{
	if (!has_keys(cli))
		return;
	askterminal_enter();
	ask_begin_reading();
}

void ask_end_keys(const struct cli *cli)
{
	if (!ask_can(cli))
		return;
	(void)ask_end_reading(0);
	askterminal_leave();
}

int ask_key(const struct cli *cli, int64_t wait_ms)
{
	struct timespec limit = { .tv_sec = wait_ms / 1000,
				  .tv_nsec = wait_ms % 1000 * 1000000 };
	bool reads = has_keys(cli);
	int byte;

	if (wait_ms < 0 && !reads)
		return ask_was_stopped() ? ASK_KEY_STOPPED : ASK_KEY_CLOSED;
	switch (askterminal_wait(wait_ms < 0 ? NULL : &limit, reads)) {
	case ASK_WAIT_READY:
		break;
	case ASK_WAIT_STOPPED:
		return ASK_KEY_STOPPED;
	case ASK_WAIT_OVER:
	case ASK_WAIT_PAUSED:
		return ASK_KEY_NONE;
	}
	if (ask_was_stopped())
		return ASK_KEY_STOPPED;
	byte = ask_read_byte();
	is_over = byte == ASK_BYTE_CLOSED;
	if (byte == ASK_BYTE_STOPPED)
		return ASK_KEY_STOPPED;
	return is_over ? ASK_KEY_CLOSED : byte;
}
