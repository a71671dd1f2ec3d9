/*
 * options.h - one reader of the command line for every command.
 *
 * Options may stand anywhere; `--` ends them; `-` alone is an argument;
 * `--name=value` and `--name value` are the same; `-3` is --limit 3 for
 * commands that list. What nobody knows is refused with a near miss offered,
 * never guessed.
 */
#ifndef KEPT_CLI_OPTIONS_H
#define KEPT_CLI_OPTIONS_H

#include "proto/base/errors.h"

enum option_type {
	OPTION_FLAG,
	OPTION_VALUE,
	OPTION_MAYBE /* a number may follow; "" if none does */
};

struct option_spec {
	const char *name; /* "since", without dashes */
	char letter;      /* 0: none */
	enum option_type type;
	const char *arg;  /* "DAY", for help; NULL for flags */
	const char *help; /* NULL: hidden (tests) */
};

/* Every command takes these. */
struct options_common {
	bool json, ndjson, plain, no_input, yes, quiet, dry_run, verbose;
	bool help, ascii, no_color;
	const char *passphrase_file; /* --passphrase-file F */
	int passphrase_fd;           /* --passphrase-fd N; -1: none */
};

#define OPTIONS_ARGS_MAX 256u
#define OPTIONS_VALUES_MAX 32u

struct options {
	struct options_common common;
	const struct option_spec *specs; /* Borrows */
	size_t spec_count;
	/* Parallel to specs: NULL absent, "" for a flag that is there. */
	const char *values[OPTIONS_VALUES_MAX];
	const char *args[OPTIONS_ARGS_MAX]; /* Borrow from argv */
	size_t arg_count;
};

extern const struct option_spec options_shared[];
extern const size_t options_shared_count;

enum options_order {
	OPTIONS_ANYWHERE,
	OPTIONS_FIRST /* from the first argument on, all are arguments */
};

/* argv without the program's and the command's name. ERR_USAGE. */
int options_parse(struct options *options, const struct option_spec *specs,
		  size_t spec_count, enum options_order order, int argc,
		  char *const *argv, struct err *err) KEPT_MUST_USE;
/* NULL if it is not there. The name has to be one of the specs. */
const char *options_value(const struct options *options, const char *name);
bool options_has(const struct options *options, const char *name);
/* A whole number in [low, high]; fallback if absent. ERR_USAGE. */
int options_number(const struct options *options, const char *name,
		   uint64_t low, uint64_t high, uint64_t fallback,
		   uint64_t *out, struct err *err) KEPT_MUST_USE;
/* Damerau-Levenshtein distance, capped; for near misses everywhere. */
size_t options_distance(const char *a, const char *b);

#endif
