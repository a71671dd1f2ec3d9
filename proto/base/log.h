/*
 * log.h - one line per event: `level module event key=value...`.
 *
 * event is a fixed token so that it can be counted. There is no way to log a
 * string of a person's: keys take numbers, 8 hex digits of an id, error names
 * and tokens that the code itself spells. At most LOG_BURST lines a minute
 * per event token; the rest is counted and said once.
 */
#ifndef KEPT_BASE_LOG_H
#define KEPT_BASE_LOG_H

#include "proto/base/errors.h"

#define LOG_BURST 20

enum log_level { LOG_LEVEL_BAD,
	LOG_LEVEL_WARN,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

struct log_field {
	const char *key;
	enum { LOG_END, LOG_U64, LOG_ID, LOG_CODE, LOG_TOKEN } type;
	union {
		uint64_t u64;
		struct bytes id; /* prints its first 4 bytes as hex */
		int code;
		const char *token; /* a literal of ours */
	} as;
};

/* Where lines go: fd (journald understands the <N> prefix when prefixed). */
void log_open(int fd, enum log_level level, bool journald_prefix);
/* The shell of the process tells the time for the rate limit (ms). */
void log_tick(uint64_t now_ms);
void log_write(enum log_level level, const char *module, const char *event,
	       const struct log_field *fields);

#define LOG_FIELDS(...)                                                        \
	(const struct log_field[])                                             \
	{                                                                      \
		__VA_ARGS__,                                                   \
		{                                                              \
			NULL, LOG_END,                                         \
			{                                                      \
				0                                              \
			}                                                      \
		}                                                              \
	}
#define log_u64(k, v) { (k), LOG_U64, { .u64 = (v) } }
#define log_id(k, p) { (k), LOG_ID, { .id = { (const uint8_t *)(p), 4 } } }
#define log_code(k, c) { (k), LOG_CODE, { .code = (c) } }
#define log_token(k, t) { (k), LOG_TOKEN, { .token = (t) } }

#endif
