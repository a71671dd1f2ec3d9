/*
 * errors.c - what the rows of errors.def mean, and messages with context.
 *
 * It must never allocate: it is what runs when there is no memory. Next:
 * errors.def, the table itself.
 */
#include "proto/base/errors.h"

#include <stdarg.h>

#include "proto/base/panic.h"
#include "proto/base/utf8.h"

struct error_row {
	int code;
	enum err_class class;
	const char *name;
	const char *text;
};

static const struct error_row error_rows[] = {
#define ERROR(NAME, number, CLASS, name, text)                                 \
	{ (number), ERR_CLASS_##CLASS, name, text },
#include "proto/base/errors.def"
#undef ERROR
};

static const struct error_row *error_find(int code)
{
	for (size_t i = 0; i < KEPT_ARRAY_COUNT(error_rows); i++) {
		if (error_rows[i].code == code)
			return &error_rows[i];
	}
	return NULL;
}

enum err_class err_class(int code)
{
	const struct error_row *row = error_find(code);

	return row == NULL ? ERR_CLASS_NONE : row->class;
}

const char *err_name(int code)
{
	const struct error_row *row = error_find(code);

	return row == NULL ? "unknown" : row->name;
}

const char *err_text(int code)
{
	const struct error_row *row = error_find(code);

	return row == NULL ? "Something went wrong that this kept can't name."
			   : row->text;
}

/* Cuts text at a scalar's edge when it did not fit. */
static void err_cut(char *text, size_t cap)
{
	size_t len = strnlen(text, cap);

	if (len < cap - 1)
		return;
	text[utf8_prefix(bytes_of(text, len), len)] = '\0';
}

static void err_fill(struct err *err, int code, int os, const char *fmt,
		     va_list args) KEPT_PRINTF(4, 0);

static void err_fill(struct err *err, int code, int os, const char *fmt,
		     va_list args)
{
	int len;

	kept_assert(code < 0);
	if (err == NULL)
		return;
	err->code = code;
	err->os = os;
	len = vsnprintf(err->text, sizeof err->text, fmt, args);
	kept_assert(len >= 0);
	err_cut(err->text, sizeof err->text);
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_fill(err, code, 0, fmt, args);
	va_end(args);
	return code;
}

int err_set_os(struct err *err, int code, int os, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_fill(err, code, os, fmt, args);
	va_end(args);
	return code;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	static const char colon[] = ": ";
	char context[sizeof err->text];
	size_t inner_len;
	size_t room;
	size_t len;
	va_list args;

	if (err == NULL)
		return ERR_USAGE;
	va_start(args, fmt);
	if (vsnprintf(context, sizeof context, fmt, args) < 0)
		context[0] = '\0';
	va_end(args);
	err_cut(context, sizeof context);
	inner_len = strnlen(err->text, sizeof err->text - 1);
	room = sizeof err->text - 1 - inner_len;
	/* The innermost text says what happened: it is the context that is
	 * cut, and left out where only crumbs of it would fit. */
	if (room < sizeof colon + 4)
		return err->code;
	room -= sizeof colon - 1;
	len = utf8_prefix(bytes_from_str(context), room);
	memmove(err->text + len + sizeof colon - 1, err->text, inner_len);
	memcpy(err->text, context, len);
	memcpy(err->text + len, colon, sizeof colon - 1);
	err->text[len + sizeof colon - 1 + inner_len] = '\0';
	return err->code;
}
