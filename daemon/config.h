/*
 * config.h - settings of one home: rows of config.def, and a file of
 * `key value` lines that a person may edit too.
 *
 * The file is read at the start; config_set checks a value, writes the file
 * anew (its comments and order stay), durably, and only then lets the value
 * count. A key nobody knows is refused with the number of its line.
 */
#ifndef KEPT_CONFIG_H
#define KEPT_CONFIG_H

#include "proto/base/buf.h"
#include "proto/base/paths.h"

#define CONFIG_VALUE_BYTES 256u
#define LIMIT_CONFIG_FILE_BYTES 65536u
#define CONFIG_NEVER UINT64_MAX

enum config_key {
#define KEY(name, type, value, low, high, choices, unit, live, travels, doc)   \
	CONFIG_##name,
#include "daemon/config.def"
#undef KEY
	CONFIG_KEY_COUNT
};

enum config_type {
	CONFIG_FLAG,
	CONFIG_CHOICE,
	CONFIG_SPAN,
	CONFIG_DAYTIME,
	CONFIG_ADDRESS,
	CONFIG_TEXT
};

struct config_row {
	const char *name;
	enum config_type type;
	const char *value; /* the default */
	int64_t low, high;
	const char *choices; /* parted by | */
	const char *unit;
	bool live;
	bool travels;
	const char *doc;
};

struct config {
	char path[PATH_BYTES]; /* "": nothing is written (simulator) */
	char values[CONFIG_KEY_COUNT][CONFIG_VALUE_BYTES + 1];
};

/* Defaults only; path may be "". ERR_USAGE: too long. */
int config_init(struct config *config, const char *path, struct err *err)
	KEPT_MUST_USE;
/* Reads the file over the defaults; no file is fine. ERR_USAGE names the
 * line; config is then as it was. */
int config_load(struct config *config, struct err *err) KEPT_MUST_USE;
/* Lines from memory, the same way. */
int config_parse(struct config *config, struct bytes text, struct err *err)
	KEPT_MUST_USE;
/* ERR_USAGE for an unknown key or a value that does not fit, ERR_IO. */
int config_set(struct config *config, struct bytes key, struct bytes value,
	       struct err *err) KEPT_MUST_USE;

/* Would config_set take it? ERR_USAGE. */
int config_check(enum config_key key, struct bytes value, struct err *err)
	KEPT_MUST_USE;

const struct config_row *config_row(enum config_key key);
/* ERR_USAGE. */
int config_find(struct bytes name, enum config_key *key, struct err *err)
	KEPT_MUST_USE;

/* Values. Borrow until the next set. */
const char *config_text(const struct config *config, enum config_key key);
bool config_flag(const struct config *config, enum config_key key);
uint64_t config_span_ms(const struct config *config, enum config_key key);
/* Minutes after midnight. */
int32_t config_daytime(const struct config *config, enum config_key key);

/* host:port, [v6]:port, or :port; port 0..65535. */
bool config_is_address(const char *text);

#endif
