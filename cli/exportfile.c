/*
 * exportfile.c - the frame around the lines of an export.
 *
 * Must never call a file whole that lacks a byte. Read next: cmd_import.c.
 */
#include "cli/exportfile.h"

#include "cli/cli.h"
#include "cli/jsoninput.h"
#include "proto/civil.h"
#include "proto/ulid.h"

/* A first or last line is short; what is longer is an entry. */
#define FRAME_LINE_BYTES 1024u

void exportfile_header(const char *at, uint64_t entries,
		       char out[EXPORTFILE_HEADER_BYTES + 1])
{
	int len = snprintf(out, EXPORTFILE_HEADER_BYTES + 1,
			   "{\"kept\":1,\"export\":\"%.40s\",\"entries\":%llu",
			   at, (unsigned long long)entries);

	memset(out + len, ' ', EXPORTFILE_HEADER_BYTES - (size_t)len);
	out[EXPORTFILE_HEADER_BYTES - 2] = '}';
	out[EXPORTFILE_HEADER_BYTES - 1] = '\n';
	out[EXPORTFILE_HEADER_BYTES] = '\0';
}

void exportfile_strip(cJSON *entry)
{
	static const char *const names[] = { "marks", "more", "snippet" };
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(names); i++)
		cJSON_DeleteItemFromObjectCaseSensitive(entry, names[i]);
}

bool exportfile_name(cJSON *entry)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	char text[ULID_TEXT_BYTES + 1];
	struct civil_instant at;
	SHA2_CTX context;
	struct id16 id;
	uint64_t ms = 0;
	char *line;

	if (cJSON_GetObjectItemCaseSensitive(entry, "id") != NULL)
		return true;
	line = cJSON_PrintUnformatted(entry);
	if (line == NULL)
		return false;
	SHA256Init(&context);
	SHA256Update(&context, (const uint8_t *)line, strlen(line));
	SHA256Final(digest, &context);
	cJSON_free(line);
	if (civil_parse_instant(bytes_from_str(json_text(entry, "at")), &at) ==
		    0 &&
	    at.ms > 0)
		ms = (uint64_t)at.ms;
	id = ulid_make(ms, digest);
	ulid_format(&id, text);
	return cJSON_AddStringToObject(entry, "id", text) != NULL;
}

void exportfile_sum_begin(struct exportfile_sum *sum)
{
	SHA256Init(&sum->context);
}

void exportfile_sum_add(struct exportfile_sum *sum, struct bytes bytes)
{
	SHA256Update(&sum->context, bytes.ptr, bytes.len);
}

void exportfile_sum_end(struct exportfile_sum *sum,
			char out[EXPORTFILE_DIGEST_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t i;

	SHA256Final(digest, &sum->context);
	for (i = 0; i < sizeof digest; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[2 * i] = '\0';
}

bool exportfile_next(struct bytes *rest, struct bytes *line, size_t *number)
{
	while (rest->len > 0) {
		const uint8_t *end = memchr(rest->ptr, '\n', rest->len);
		size_t i;

		line->ptr = rest->ptr;
		line->len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
		rest->ptr += line->len + (end != NULL);
		rest->len -= line->len + (end != NULL);
		*number += 1;
		for (i = 0; i < line->len; i++)
			if (strchr(" \t\r", line->ptr[i]) == NULL ||
			    line->ptr[i] == 0)
				return true;
	}
	return false;
}

/* An object, or NULL: longer than a frame line, or no JSON. */
static cJSON *parse_line(struct bytes line)
{
	char text[FRAME_LINE_BYTES + 1];

	if (line.len > FRAME_LINE_BYTES ||
	    memchr(line.ptr, 0, line.len) != NULL)
		return NULL;
	memcpy(text, line.ptr, line.len);
	text[line.len] = '\0';
	return jsoninput_parse(text);
}

/* Where the last line begins. */
static struct bytes last_line(struct bytes file)
{
	size_t end = file.len, at;

	while (end > 0 && strchr("\r\n", file.ptr[end - 1]) != NULL &&
	       file.ptr[end - 1] != 0)
		end--;
	at = end;
	while (at > 0 && file.ptr[at - 1] != '\n')
		at--;
	return bytes_of(file.ptr + at, end - at);
}

static bool digest_is_right(struct bytes file, struct bytes last)
{
	char digest[EXPORTFILE_DIGEST_BYTES];
	cJSON *object = parse_line(last);
	struct exportfile_sum sum;
	bool right;

	exportfile_sum_begin(&sum);
	exportfile_sum_add(&sum,
			   bytes_of(file.ptr, (size_t)(last.ptr - file.ptr)));
	exportfile_sum_end(&sum, digest);
	right = strcmp(json_text(object, "sha256"), digest) == 0;
	cJSON_Delete(object);
	return right;
}

static enum exportfile_kind judge_frame(struct bytes file, struct bytes rest,
					int64_t said, struct bytes *entries)
{
	struct bytes last = last_line(file), line;
	size_t number = 0;
	int64_t count = 0;

	if (last.ptr < rest.ptr || !digest_is_right(file, last))
		return EXPORTFILE_TORN;
	*entries = bytes_of(rest.ptr, (size_t)(last.ptr - rest.ptr));
	rest = *entries;
	while (exportfile_next(&rest, &line, &number))
		count++;
	return count == said ? EXPORTFILE_WHOLE : EXPORTFILE_TORN;
}

enum exportfile_kind exportfile_judge(struct bytes file, struct bytes *entries,
				      size_t *first_line)
{
	struct bytes rest = file, line;
	enum exportfile_kind kind = EXPORTFILE_BARE;
	cJSON *header;

	*entries = file;
	*first_line = 0;
	if (!exportfile_next(&rest, &line, first_line))
		return EXPORTFILE_BARE; /* nothing is in it */
	if (memchr(line.ptr, '{', line.len) == NULL ||
	    memchr(line.ptr, 0, line.len) != NULL)
		return EXPORTFILE_NONE;
	header = parse_line(line);
	if (cJSON_GetObjectItemCaseSensitive(header, "export") == NULL) {
		*first_line = 0;
		kind = header == NULL && line.len <= FRAME_LINE_BYTES
			       ? EXPORTFILE_NONE
			       : EXPORTFILE_BARE;
	} else if (json_number(header, "kept", 0) != 1) {
		kind = EXPORTFILE_NEWER;
	} else {
		kind = judge_frame(file, rest,
				   json_number(header, "entries", -1), entries);
	}
	cJSON_Delete(header);
	return kind;
}
