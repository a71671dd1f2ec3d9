/*
 * askterminal.h - inside of ask: the terminal's modes, bytes, and the parts
 * of questions that can be tested without a terminal. Only ask*.c and tests
 * include it.
 */
#ifndef KEPT_CLI_ASKTERMINAL_H
#define KEPT_CLI_ASKTERMINAL_H

#include <time.h>

#include "cli/ask.h"

#define ASK_BYTE_STOPPED (-1)
#define ASK_BYTE_CLOSED (-2)

/* Keeps the modes of stdin's terminal, and puts them back at exit. */
void askterminal_remember(void);
/* No echo, byte by byte; leave puts back what was. */
void askterminal_enter(void);
void askterminal_leave(void);
/* on: enters, and leave does nothing until it is off again. */
void askterminal_stay(bool on);
bool askterminal_stays(void);
/* Around a Ctrl-Z: puts back what was, and enters again if it was entered. */
void askterminal_pause(void);
void askterminal_enter_again(void);

/* Around any number of ask_read_byte: Ctrl-Z is ours in between. last: the
 * last byte, 0 after a whole line. */
void ask_begin_reading(void);
enum ask_answer ask_end_reading(int last);
/* 0..255, or ASK_BYTE_*. */
int ask_read_byte(void);

enum ask_wait {
	ASK_WAIT_READY,  /* a byte, or the end of input */
	ASK_WAIT_OVER,   /* the limit */
	ASK_WAIT_PAUSED, /* a signal, or back from Ctrl-Z */
	ASK_WAIT_STOPPED
};
/* limit: NULL for none. reads: false waits for signals and the limit only. */
enum ask_wait askterminal_wait(const struct timespec *limit, bool reads);

bool ask_parse_number(const char *text, int64_t low, int64_t high,
		      int64_t *out);
bool ask_find_choice(const char *text, const char *const *words, size_t count,
		     size_t *place);
/* The first line of a passphrase file without its end; ERR_USAGE, with a
 * sentence: none, too long, or no text. out has PASSPHRASE_BYTES + 1. */
#define PASSPHRASE_BYTES 1024u
int ask_read_passphrase(int fd, char out[PASSPHRASE_BYTES + 1],
			struct err *err) KEPT_MUST_USE;

#endif
