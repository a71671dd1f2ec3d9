/*
 * config.c - the settings table, its checks, and reading `key value` lines.
 *
 * Never lets a value count that config.def does not allow. Writing the file
 * is in config_write.c. Read next: config.def.
 */
#include "daemon/config.h"

#include "daemon/config_write.h"
#include "proto/base/panic.h"
#include "proto/base/utf8.h"

#define LIVE true
#define RESTART false
#define TRAVELS true
#define STAYS false
static const struct config_row rows[CONFIG_KEY_COUNT] = {
#define KEY(name, type, value, low, high, choices, unit, live, travels, doc)   \
	{ #name,   CONFIG_##type, value, low,     high,                        \
	  choices, unit,          live,  travels, doc },
#include "daemon/config.def"
#undef KEY
};
#undef LIVE
#undef RESTART
#undef TRAVELS
#undef STAYS

const struct config_row *config_row(enum config_key key)
{
	kept_assert(key < CONFIG_KEY_COUNT);
	return &rows[key];
}

int config_find(struct bytes name, enum config_key *key, struct err *err)
{
	size_t i;

	for (i = 0; i < CONFIG_KEY_COUNT; i++) {
		if (bytes_equal(name, bytes_from_str(rows[i].name))) {
			*key = (enum config_key)i;
			return 0;
		}
	}
	return err_set(err, ERR_USAGE,
		       "There is no setting of that name; `kept config` shows "
		       "them all.");
}

static bool is_choice(const char *choices, const char *value)
{
	size_t len = strlen(value);
	const char *at = choices;

	while (len > 0 && *at != '\0') {
		const char *end = strchrnul(at, '|');

		if ((size_t)(end - at) == len && memcmp(at, value, len) == 0)
			return true;
		at = *end == '|' ? end + 1 : end;
	}
	return false;
}

static bool number_read(const char **at, uint64_t *out)
{
	uint64_t number = 0;
	const char *p = *at;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (number > 99999999)
			return false;
		number = number * 10 + (uint64_t)(*p - '0');
	}
	*at = p;
	*out = number;
	return true;
}

/* 90s, 10m, 10 min, 2h, 10 (minutes), never. */
static bool span_read(const char *text, uint64_t *ms)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {
		{ "ms", 1 },       { "s", 1000 },    { "", 60000 },
		{ "m", 60000 },    { "min", 60000 }, { "h", 3600000 },
		{ "d", 86400000 },
	};
	uint64_t number;
	size_t i;

	if (strcmp(text, "never") == 0) {
		*ms = CONFIG_NEVER;
		return true;
	}
	if (!number_read(&text, &number))
		return false;
	while (*text == ' ')
		text++;
	for (i = 0; i < KEPT_ARRAY_COUNT(units); i++) {
		if (strcmp(text, units[i].unit) == 0) {
			*ms = number * units[i].ms;
			return true;
		}
	}
	return false;
}

static bool daytime_read(const char *text, int32_t *minutes)
{
	uint64_t hour, minute;

	if (strlen(text) != 5 || text[2] != ':')
		return false;
	if (!number_read(&text, &hour) || *text != ':')
		return false;
	text++;
	if (!number_read(&text, &minute) || *text != '\0')
		return false;
	if (hour > 23 || minute > 59)
		return false;
	*minutes = (int32_t)(hour * 60 + minute);
	return true;
}

bool config_is_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	uint64_t port;

	if (colon == NULL || colon - text > 100)
		return false;
	if (text[0] == '[' ? colon[-1] != ']'
			   : memchr(text, ':', (size_t)(colon - text)) != NULL)
		return false;
	text = colon + 1;
	return number_read(&text, &port) && *text == '\0' && port <= 65535;
}

static bool value_fits(const struct config_row *row, const char *value)
{
	uint64_t ms;
	int32_t minutes;

	switch (row->type) {
	case CONFIG_FLAG:
		return is_choice("on|off", value);
	case CONFIG_CHOICE:
		return is_choice(row->choices, value);
	case CONFIG_SPAN:
		if (is_choice(row->choices, value))
			return true;
		return span_read(value, &ms) && ms >= (uint64_t)row->low &&
		       ms <= (uint64_t)row->high;
	case CONFIG_DAYTIME:
		return daytime_read(value, &minutes) && minutes >= row->low &&
		       minutes <= row->high;
	case CONFIG_ADDRESS:
		return is_choice(row->choices, value) ||
		       config_is_address(value);
	case CONFIG_TEXT:
		return strlen(value) <= (size_t)row->high;
	}
	return false;
}

static const char *type_example(const struct config_row *row)
{
	switch (row->type) {
	case CONFIG_FLAG:
		return KEPT_SAID("on or off");
	case CONFIG_CHOICE:
		return row->choices;
	case CONFIG_SPAN:
		return KEPT_SAID("a time like 10m, 1h, or never");
	case CONFIG_DAYTIME:
		return KEPT_SAID("a time of day before noon, like 04:00");
	case CONFIG_ADDRESS:
		return KEPT_SAID("host:port, auto, or none");
	case CONFIG_TEXT:
		return KEPT_SAID("a short text");
	}
	return "";
}

static int value_check(enum config_key key, struct bytes value,
		       char out[CONFIG_VALUE_BYTES + 1], struct err *err)
{
	const struct config_row *row = &rows[key];
	size_t i;

	if (value.len > CONFIG_VALUE_BYTES || !utf8_is_valid(value))
		return err_set(err, ERR_USAGE, "%s takes %s.", row->name,
			       type_example(row));
	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
			return err_set(err, ERR_USAGE,
				       "%s takes one plain line.", row->name);
	}
	if (value.len > 0)
		memcpy(out, value.ptr, value.len);
	out[value.len] = '\0';
	if (!value_fits(row, out))
		return err_set(err, ERR_USAGE, "%s takes %s.", row->name,
			       type_example(row));
	return 0;
}

int config_check(enum config_key key, struct bytes value, struct err *err)
{
	char text[CONFIG_VALUE_BYTES + 1];

	return value_check(key, value, text, err);
}

int config_init(struct config *config, const char *path, struct err *err)
{
	size_t i;

	memset(config, 0, sizeof *config);
	if (strlen(path) >= sizeof config->path)
		return err_set(err, ERR_USAGE,
			       "The settings' path is too long.");
	memcpy(config->path, path, strlen(path) + 1);
	for (i = 0; i < CONFIG_KEY_COUNT; i++)
		memcpy(config->values[i], rows[i].value,
		       strlen(rows[i].value) + 1);
	return 0;
}

bool config_line_split(struct bytes line, struct bytes *key,
		       struct bytes *value)
{
	size_t at = 0;

	while (line.len > 0 && (line.ptr[line.len - 1] == ' ' ||
				line.ptr[line.len - 1] == '\t' ||
				line.ptr[line.len - 1] == '\r'))
		line.len--;
	while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
		at++;
	if (at == line.len || line.ptr[at] == '#')
		return false;
	key->ptr = line.ptr + at;
	while (at < line.len && line.ptr[at] != ' ' && line.ptr[at] != '\t')
		at++;
	key->len = (size_t)(line.ptr + at - key->ptr);
	while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
		at++;
	*value = bytes_of(line.ptr + at, line.len - at);
	return true;
}

struct bytes config_line_next(struct bytes *text)
{
	const uint8_t *end = memchr(text->ptr, '\n', text->len);
	size_t len = end == NULL ? text->len : (size_t)(end - text->ptr);
	struct bytes line = bytes_of(text->ptr, len);

	len += end != NULL;
	text->ptr += len;
	text->len -= len;
	return line;
}

int config_parse(struct config *config, struct bytes text, struct err *err)
{
	struct config read = *config;
	unsigned line_no = 0;

	while (text.len > 0) {
		struct bytes line = config_line_next(&text);
		struct bytes key, value;
		enum config_key which;
		int status;

		line_no++;
		if (!config_line_split(line, &key, &value))
			continue;
		status = config_find(key, &which, err);
		if (status == 0)
			status = value_check(which, value, read.values[which],
					     err);
		if (status != 0)
			return err_wrap(err, "settings, line %u", line_no);
	}
	*config = read;
	return 0;
}

int config_load(struct config *config, struct err *err)
{
	struct buf text;
	int status;

	if (config->path[0] == '\0')
		return 0;
	buf_init(&text, LIMIT_CONFIG_FILE_BYTES);
	status = config_file_read(config->path, &text, err);
	if (status == 0)
		status = config_parse(config, buf_bytes(&text), err);
	buf_release(&text);
	return status;
}

int config_set(struct config *config, struct bytes key, struct bytes value,
	       struct err *err)
{
	char text[CONFIG_VALUE_BYTES + 1];
	enum config_key which;
	int status;

	status = config_find(key, &which, err);
	if (status == 0)
		status = value_check(which, value, text, err);
	if (status == 0 && config->path[0] != '\0')
		status = config_file_change(config->path, rows[which].name,
					    text, err);
	if (status == 0)
		memcpy(config->values[which], text, sizeof text);
	return status;
}

const char *config_text(const struct config *config, enum config_key key)
{
	kept_assert(key < CONFIG_KEY_COUNT);
	return config->values[key];
}

bool config_flag(const struct config *config, enum config_key key)
{
	return strcmp(config_text(config, key), "on") == 0;
}

uint64_t config_span_ms(const struct config *config, enum config_key key)
{
	uint64_t ms = CONFIG_NEVER;
	bool fits = span_read(config_text(config, key), &ms);

	kept_assert(fits && "values were checked when they came in");
	return ms;
}

int32_t config_daytime(const struct config *config, enum config_key key)
{
	int32_t minutes = 0;
	bool fits = daytime_read(config_text(config, key), &minutes);

	kept_assert(fits && "values were checked when they came in");
	return minutes;
}
