/*
 * log.c - lines of fixed tokens and numbers, a few a minute of each.
 *
 * Written by the loop's thread alone. It must never print a string that came
 * from outside the code: fields are typed, and letters that no token of ours
 * has are replaced even so. Next: errors.c for the names of codes.
 */
#include "proto/base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#define LOG_LINE_BYTES 512
#define LOG_EVENTS_MAX 128
#define LOG_WINDOW_MS 60000

/* What one event token did in this minute. */
struct log_event {
	const char *module; /* Borrows for ever: literals */
	const char *event;
	uint64_t written;
	uint64_t held_back;
};

struct log_line {
	char text[LOG_LINE_BYTES];
	size_t len;
};

static struct {
	int fd;
	enum log_level level;
	bool has_prefix;
	uint64_t window_start_ms;
	size_t event_count;
	/* The last slot is shared by all that find no other. */
	struct log_event events[LOG_EVENTS_MAX];
} the_log = { .fd = -1 };

static const struct {
	const char *name;
	const char *prefix;
} log_levels[] = {
	[LOG_LEVEL_BAD] = { "bad", "<3>" },
	[LOG_LEVEL_WARN] = { "warn", "<4>" },
	[LOG_LEVEL_INFO] = { "info", "<6>" },
	[LOG_LEVEL_DEBUG] = { "debug", "<7>" },
};

/* One byte is kept free for the newline. */
static void log_put(struct log_line *line, const char *text)
{
	for (; *text != '\0' && line->len < sizeof line->text - 1; text++)
		line->text[line->len++] = *text;
}

static bool log_is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

static void log_put_token(struct log_line *line, const char *token)
{
	char one[2] = { 0 };

	for (size_t i = 0; token[i] != '\0'; i++) {
		one[0] = token[i];
		if (!log_is_plain(one[0]))
			one[0] = '?';
		log_put(line, one);
	}
}

static void log_put_u64(struct log_line *line, uint64_t v)
{
	char digits[24];

	if (snprintf(digits, sizeof digits, "%" PRIu64, v) > 0)
		log_put(line, digits);
}

static void log_put_id(struct log_line *line, struct bytes id)
{
	for (size_t i = 0; i < id.len && i < 4; i++) {
		const char *hex = "0123456789abcdef";
		char digits[3] = { hex[id.ptr[i] >> 4], hex[id.ptr[i] & 15],
				   '\0' };

		log_put(line, digits);
	}
}

static void log_put_field(struct log_line *line, const struct log_field *field)
{
	log_put(line, " ");
	log_put_token(line, field->key);
	log_put(line, "=");
	switch (field->type) {
	case LOG_U64:
		log_put_u64(line, field->as.u64);
		break;
	case LOG_ID:
		log_put_id(line, field->as.id);
		break;
	case LOG_CODE:
		log_put_token(line, field->as.code == 0
					    ? "ok"
					    : err_name(field->as.code));
		break;
	case LOG_TOKEN:
		log_put_token(line, field->as.token);
		break;
	case LOG_END:
		break;
	}
}

static void log_send(struct log_line *line)
{
	size_t at = 0;

	line->text[line->len++] = '\n';
	while (at < line->len) {
		ssize_t n = write(the_log.fd, line->text + at, line->len - at);

		if (n < 0 && errno == EINTR)
			continue;
		/* A log that can't be written is no reason to stop. */
		if (n <= 0)
			return;
		at += (size_t)n;
	}
}

static void log_emit(enum log_level level, const char *module,
		     const char *event, const struct log_field *fields)
{
	struct log_line line = { .len = 0 };

	if (the_log.has_prefix)
		log_put(&line, log_levels[level].prefix);
	log_put(&line, log_levels[level].name);
	log_put(&line, " ");
	log_put_token(&line, module);
	log_put(&line, " ");
	log_put_token(&line, event);
	for (; fields != NULL && fields->type != LOG_END; fields++)
		log_put_field(&line, fields);
	log_send(&line);
}

static struct log_event *log_event_find(const char *module, const char *event)
{
	struct log_event *found;

	for (size_t i = 0; i < the_log.event_count; i++) {
		found = &the_log.events[i];
		if (strcmp(found->event, event) == 0 &&
		    strcmp(found->module, module) == 0)
			return found;
	}
	if (the_log.event_count == LOG_EVENTS_MAX)
		return &the_log.events[LOG_EVENTS_MAX - 1];
	found = &the_log.events[the_log.event_count++];
	*found = (struct log_event){ .module = module, .event = event };
	return found;
}

/* Says what the minute that ends held back, and starts another. */
static void log_turn(uint64_t now_ms)
{
	for (size_t i = 0; i < the_log.event_count; i++) {
		const struct log_event *event = &the_log.events[i];

		if (event->held_back == 0)
			continue;
		log_emit(LOG_LEVEL_WARN, event->module, "held_back",
			 LOG_FIELDS(log_token("event", event->event),
				    log_u64("lines", event->held_back)));
	}
	the_log.event_count = 0;
	the_log.window_start_ms = now_ms;
}

void log_open(int fd, enum log_level level, bool journald_prefix)
{
	the_log.fd = fd;
	the_log.level = level;
	the_log.has_prefix = journald_prefix;
	the_log.event_count = 0;
}

void log_tick(uint64_t now_ms)
{
	if (now_ms - the_log.window_start_ms >= LOG_WINDOW_MS)
		log_turn(now_ms);
}

void log_write(enum log_level level, const char *module, const char *event,
	       const struct log_field *fields)
{
	struct log_event *seen;

	if (the_log.fd < 0 || level > the_log.level)
		return;
	seen = log_event_find(module, event);
	if (seen->written >= LOG_BURST) {
		seen->held_back++;
		return;
	}
	seen->written++;
	log_emit(level, module, event, fields);
}
