/*
 * sessionfile.c - reading the written record of a session.
 *
 * Must never guess a number or a date that isn't there, and never change the
 * words of the dialogue. Read next: cmd_session.c.
 */
#include "cli/sessionfile.h"

#include <ctype.h>
#include <strings.h>

#include <sha2.h>

#include "cli/i18n.h"
#include "proto/base/utf8.h"
#include "proto/bounds.h"
#include "proto/civil.h"

#define LINE_BYTES 1024u
#define SPEAKER_BYTES_MAX 80u

static const char *const months[] = { "January", "February", "March",
				      "April",   "May",      "June",
				      "July",    "August",   "September",
				      "October", "November", "December" };

/* ---- pieces of a line ---- */

/* The next line without blanks at its end; false after the last. */
static bool next_line(struct bytes *rest, struct bytes *line)
{
	const uint8_t *end;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	line->ptr = rest->ptr;
	line->len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
	rest->ptr += line->len + (end != NULL);
	rest->len -= line->len + (end != NULL);
	while (line->len > 0 &&
	       strchr(" \t\r", line->ptr[line->len - 1]) != NULL)
		line->len--;
	return true;
}

/* Without blanks, asterisks, and number signs around it. */
static struct bytes bare(struct bytes line)
{
	while (line.len > 0 && strchr(" \t*#", line.ptr[0]) != NULL)
		line = bytes_of(line.ptr + 1, line.len - 1);
	while (line.len > 0 && strchr(" \t*", line.ptr[line.len - 1]) != NULL)
		line.len--;
	return line;
}

/* A whole number below 100000 at *text, which moves behind it. */
static bool take_number(const char **text, int64_t *out)
{
	int digits = 0;

	*out = 0;
	for (; **text >= '0' && **text <= '9' && digits < 6; digits++)
		*out = *out * 10 + (*(*text)++ - '0');
	return digits > 0 && digits < 6;
}

static void skip_blanks(const char **text)
{
	*text += strspn(*text, " \t,.");
}

/* "10:00", "2:30 pm", "9 am": minutes after midnight, or -1. */
static int32_t read_clock(const char *text)
{
	int64_t hour, minute = 0;
	bool has_colon, is_pm, has_half;

	if (!take_number(&text, &hour))
		return -1;
	has_colon = *text == ':';
	if (has_colon) {
		text++;
		if (!take_number(&text, &minute))
			return -1;
	}
	skip_blanks(&text);
	is_pm = strncasecmp(text, "p", 1) == 0;
	has_half = is_pm || strncasecmp(text, "a", 1) == 0;
	if ((!has_half && (!has_colon || *text != '\0')) || minute > 59 ||
	    hour > (has_half ? 12 : 23) || (has_half && hour == 0))
		return -1;
	if (has_half)
		hour = hour % 12 + (is_pm ? 12 : 0);
	return (int32_t)(hour * 60 + minute);
}

static int32_t take_month(const char **text)
{
	size_t len = strspn(*text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz");
	int32_t month;

	for (month = 0; month < 12; month++)
		if (len >= 3 && len <= strlen(months[month]) &&
		    strncasecmp(*text, months[month], len) == 0)
			break;
	*text += len;
	return month == 12 ? 0 : month + 1;
}

/* "August 14, 2025", "14 August 2025", "2025-08-14". */
static bool read_date(const char *text, int64_t *days)
{
	struct civil_date date = { 0 };
	int64_t day, year;

	if (civil_parse_day(bytes_from_str(text), days) == 0)
		return true;
	if (*text >= '0' && *text <= '9') {
		if (!take_number(&text, &day))
			return false;
		skip_blanks(&text);
		date.month = take_month(&text);
	} else {
		date.month = take_month(&text);
		skip_blanks(&text);
		if (!take_number(&text, &day))
			return false;
		text += strspn(text, "sthndr");
	}
	skip_blanks(&text);
	if (date.month == 0 || !take_number(&text, &year) || *text != '\0')
		return false;
	date.day = (int32_t)day;
	date.year = (int32_t)year;
	if (!civil_is_date(date))
		return false;
	*days = civil_days_from_date(date);
	return true;
}

/* "Dr. Harper Torres (Licensed ...)" without what is in brackets. */
static void copy_name(const char *text, char out[SESSIONFILE_NAME_BYTES])
{
	size_t len = strcspn(text, "(");

	while (len > 0 && text[len - 1] == ' ')
		len--;
	len = utf8_prefix(bytes_of(text, len), SESSIONFILE_NAME_BYTES - 1);
	memcpy(out, text, len);
	out[len] = '\0';
}

/* ---- heads ---- */

/* Text behind "Date:" if the line begins so. */
static const char *value_of(const char *line, const char *head)
{
	size_t len = strlen(head);

	if (strncasecmp(line, head, len) != 0)
		return NULL;
	line += len;
	line += strspn(line, " \t*");
	if (*line != ':')
		return NULL;
	line++;
	return line + strspn(line, " \t*");
}

/* "Session 16/24", "Session 16 of 24", "Session 16". */
static bool read_number(const char *line, struct sessionfile *out)
{
	if (strncasecmp(line, "session", 7) != 0)
		return false;
	line += 7 + strspn(line + 7, " \t:#");
	if (!take_number(&line, &out->number))
		return false;
	line += strspn(line, " \t");
	if (strncasecmp(line, "of ", 3) == 0)
		line += 3;
	else if (*line == '/')
		line++;
	else
		return *line == '\0';
	line += strspn(line, " \t");
	return take_number(&line, &out->of) && *line == '\0';
}

/* False: the line is no head, so the text begins. */
static bool read_head(const char *line, struct sessionfile *out, bool *bad)
{
	const char *value;

	*bad = false;
	if (read_number(line, out))
		return true;
	if ((value = value_of(line, "date")) != NULL)
		*bad = !read_date(value, &out->days);
	else if ((value = value_of(line, "time")) != NULL)
		*bad = (out->start_min = read_clock(value)) < 0;
	else if ((value = value_of(line, "client")) != NULL)
		copy_name(value, out->client);
	else if ((value = value_of(line, "professional")) != NULL ||
		 (value = value_of(line, "therapist")) != NULL)
		copy_name(value, out->with);
	else
		return false;
	return true;
}

/* ---- the dialogue ---- */

/* "[10:40]" at the beginning: minutes after midnight, or -1. rest: behind. */
static int32_t read_mark(struct bytes line, struct bytes *rest)
{
	const uint8_t *p = line.ptr;
	int32_t hour, minute;

	if (line.len < 7 || p[0] != '[' || p[3] != ':' || p[6] != ']' ||
	    isdigit(p[1]) == 0 || isdigit(p[2]) == 0 || isdigit(p[4]) == 0 ||
	    isdigit(p[5]) == 0)
		return -1;
	hour = (p[1] - '0') * 10 + (p[2] - '0');
	minute = (p[4] - '0') * 10 + (p[5] - '0');
	*rest = bytes_of(p + 7, line.len - 7);
	return hour > 23 || minute > 59 ? -1 : hour * 60 + minute;
}

static bool is_turn(struct bytes line)
{
	size_t i;

	if (line.len == 0 || (line.ptr[0] < 0x80 && !isalpha(line.ptr[0])))
		return false;
	for (i = 1; i < line.len && i < SPEAKER_BYTES_MAX; i++)
		if (line.ptr[i] == ':')
			return i + 1 == line.len || line.ptr[i + 1] == ' ';
	return false;
}

struct dialogue {
	int32_t first, last; /* marks; -1: none yet */
	size_t blanks;       /* lines owed */
};

static void put_line(struct dialogue *dialogue, struct bytes line,
		     struct sessionfile *out)
{
	struct bytes rest;
	int32_t mark;

	/* Asterisks go only where they dress a mark of time. */
	mark = read_mark(bare(line), &rest);
	if (mark >= 0) {
		rest = bare(rest);
		out->marks++;
		dialogue->first = dialogue->first < 0 ? mark : dialogue->first;
		dialogue->last = mark;
	} else {
		rest = line;
	}
	if (mark < 0 && line.len == 0) {
		dialogue->blanks += out->text.len > 0;
		return;
	}
	for (; dialogue->blanks > 0; dialogue->blanks--)
		buf_put_u8(&out->text, '\n');
	if (mark >= 0)
		buf_printf(&out->text, "[%02d:%02d]%s", mark / 60, mark % 60,
			   rest.len > 0 ? " " : "");
	buf_put(&out->text, rest.ptr, rest.len);
	buf_put_u8(&out->text, '\n');
	out->turns += is_turn(rest);
}

/* What the marks say about when and how long. */
static void take_times(const struct dialogue *dialogue, struct sessionfile *out)
{
	int32_t span = dialogue->last - dialogue->first;

	if (out->start_min < 0)
		out->start_min = dialogue->first;
	if (out->marks >= 2)
		out->minutes = span < 0 ? span + 1440 : span;
}

static int read_body(struct bytes rest, struct sessionfile *out,
		     struct err *err)
{
	struct dialogue dialogue = { -1, -1, 0 };
	struct bytes line;

	while (next_line(&rest, &line))
		put_line(&dialogue, line, out);
	if (out->text.len > 0 && out->text.failed == 0)
		out->text.len--; /* the last line's end */
	if (out->text.failed != 0)
		return err_set(err, ERR_LIMIT,
			       _("The record is longer than kept takes in one "
				 "entry (64 KiB). Nothing was changed."));
	take_times(&dialogue, out);
	if (out->text.len == 0)
		return err_set(err, ERR_MALFORMED,
			       _("There are no words of a session in it."));
	return 0;
}

/* Is the line one of the heads (or blank)? text: a copy, for refusals. */
static bool take_head(struct bytes line, struct sessionfile *out,
		      char text[LINE_BYTES], bool *bad)
{
	struct bytes inner = bare(line), behind;

	*bad = false;
	if (inner.len == 0)
		return true;
	if (inner.len >= LINE_BYTES || read_mark(inner, &behind) >= 0)
		return false;
	memcpy(text, inner.ptr, inner.len);
	text[inner.len] = '\0';
	return read_head(text, out, bad);
}

static int read_heads(struct bytes *rest, struct sessionfile *out,
		      struct err *err)
{
	struct bytes before = *rest, line;
	char text[LINE_BYTES];
	bool bad;

	while (next_line(rest, &line) && take_head(line, out, text, &bad)) {
		if (bad)
			return err_set(err, ERR_MALFORMED,
				       _("“%.60s” isn't a date or a time kept "
					 "can read."),
				       text);
		before = *rest;
	}
	*rest = before;
	return 0;
}

int sessionfile_parse(struct bytes input, struct sessionfile *out,
		      struct err *err)
{
	int code;

	*out = (struct sessionfile){ .days = INT64_MIN, .start_min = -1 };
	buf_init(&out->text, LIMIT_ENTRY_TEXT_BYTES);
	if (!utf8_is_valid(input))
		return err_set(err, ERR_MALFORMED, _("That isn't UTF-8 text."));
	/* Some editors put a mark before the first letter. */
	if (input.len >= 3 && memcmp(input.ptr, "\xef\xbb\xbf", 3) == 0)
		input = bytes_of(input.ptr + 3, input.len - 3);
	code = read_heads(&input, out, err);
	if (code == 0 && (out->number == 0 || out->days == INT64_MIN))
		code = err_set(
			err, ERR_MALFORMED,
			_("That isn't the record of a session: it begins "
			  "with “Session 16/24” and has a line “Date:”."));
	return code != 0 ? code : read_body(input, out, err);
}

void sessionfile_release(struct sessionfile *record)
{
	buf_release(&record->text);
	*record = (struct sessionfile){ 0 };
}

void sessionfile_id(const struct sessionfile *record,
		    char out[ULID_TEXT_BYTES + 1])
{
	/* Days before 1970 have no ULID of their own; 0 will do there. */
	uint64_t ms =
		record->days < 0 ? 0 : (uint64_t)(record->days * CIVIL_DAY_MS);
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char day[CIVIL_DAY_TEXT_BYTES], text[64];
	struct id16 id;
	SHA2_CTX context;
	int len;

	civil_format_day(record->days, day);
	len = snprintf(text, sizeof text, "kept session %s %lld", day,
		       (long long)record->number);
	SHA256Init(&context);
	SHA256Update(&context, (const uint8_t *)text, (size_t)len);
	SHA256Final(digest, &context);
	id = ulid_make(ms, digest);
	ulid_format(&id, out);
}

cJSON *sessionfile_fields(const struct sessionfile *record)
{
	cJSON *fields = cJSON_CreateObject();
	struct buf text;

	(void)cJSON_AddNumberToObject(fields, "number", (double)record->number);
	if (record->of > 0)
		(void)cJSON_AddNumberToObject(fields, "of", (double)record->of);
	if (record->with[0] != '\0')
		(void)cJSON_AddStringToObject(fields, "with", record->with);
	if (record->minutes > 0)
		(void)cJSON_AddNumberToObject(fields, "minutes",
					      (double)record->minutes);
	buf_init(&text, LIMIT_ENTRY_TEXT_BYTES + 1);
	buf_put(&text, record->text.ptr, record->text.len);
	buf_put_u8(&text, 0);
	if (text.failed == 0)
		(void)cJSON_AddStringToObject(fields, "text",
					      (const char *)text.ptr);
	buf_release(&text);
	return fields;
}
