/*
 * errors.h - error codes and the message that travels with them.
 *
 * Functions return 0 or a negative code of errors.def. Functions that touch
 * the OS, SQLite, crypto files or text typed by a person also take a
 * `struct err *` as their last parameter: untouched on success, NULL is
 * accepted, the innermost text survives truncation. Texts are sentences for
 * people and never hold plaintext or key bytes.
 */
#ifndef KEPT_BASE_ERRORS_H
#define KEPT_BASE_ERRORS_H

#include "proto/base/bytes.h"

enum {
#define ERROR(NAME, number, CLASS, name, text) ERR_##NAME = (number),
#include "proto/base/errors.def"
#undef ERROR
};

/* What a caller does about it, decided in one place per folder. */
enum err_class {
	ERR_CLASS_NONE,    /* 0 or a code this build does not know */
	ERR_CLASS_RETRY,   /* later, unchanged */
	ERR_CLASS_PEER,    /* the other side broke the rules: close, say why */
	ERR_CLASS_CALLER,  /* the request was wrong: an RPC error */
	ERR_CLASS_FULL,    /* memory or disk: refuse, stay up */
	ERR_CLASS_CORRUPT, /* stop acknowledging and leave */
};

struct err {
	int code;
	int os;         /* errno where there was one, else 0 */
	char text[240]; /* NUL-terminated UTF-8 */
};

enum err_class err_class(int code);
const char *err_name(int code); /* "locked"; "unknown" if none */
const char *err_text(int code); /* the row's sentence */

/* Set at the point of detection; returns code so that it can be returned. */
int err_set(struct err *err, int code, const char *fmt, ...) KEPT_PRINTF(3, 4);
/* The same with errno's value kept. */
int err_set_os(struct err *err, int code, int os, const char *fmt, ...)
	KEPT_PRINTF(4, 5);
/*
 * Prefix "context: " on the way up. Returns the code that err holds; with
 * NULL there is none to return and ERR_USAGE stands in, so a caller that has
 * the code returns that.
 */
int err_wrap(struct err *err, const char *fmt, ...) KEPT_PRINTF(2, 3);

/* Marks what a person is told though it is no error: clients translate it as
 * they do the sentences of err_set (`make po` finds both). */
#define KEPT_SAID(text) text

/* The one spelling for a result nobody acts on. why is for the reader. */
#define err_ignore(call, why)                                                  \
	do {                                                                   \
		if ((call) != 0) {                                             \
			/* ignored: why */                                     \
		}                                                              \
	} while (0)

#endif
