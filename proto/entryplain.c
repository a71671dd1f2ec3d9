/*
 * entryplain.c - text that was piped to a kind, as its fields.
 *
 * Nothing of it is left out: what doesn't fit into a field is in `text`.
 * Never looks for a syntax in what people write. Read next: entryform.c.
 */
#include "proto/entryform.h"

#include "proto/base/utf8.h"

static struct bytes trim_ends(struct bytes text)
{
	while (text.len > 0 && (text.ptr[text.len - 1] == '\n' ||
				text.ptr[text.len - 1] == '\r'))
		text.len--;
	while (text.len > 0 && (text.ptr[0] == '\n' || text.ptr[0] == '\r')) {
		text.ptr++;
		text.len--;
	}
	return text;
}

static struct bytes first_line(struct bytes text)
{
	const uint8_t *end = memchr(text.ptr, '\n', text.len);

	return bytes_of(text.ptr,
			end == NULL ? text.len : (size_t)(end - text.ptr));
}

/* The longest prefix of so many scalars, back to a blank if there is one. */
static struct bytes cut_line(struct bytes line, uint64_t scalars)
{
	size_t blank = 0;
	size_t at = 0;

	for (; scalars > 0; scalars--) {
		if (line.ptr[at] == ' ')
			blank = at;
		if (utf8_next(line, &at) == 0)
			break;
	}
	return bytes_of(line.ptr, blank > 0 ? blank : at);
}

int entryform_set_plain(struct entryform *form, struct bytes text,
			struct err *err)
{
	const struct entry_field *field = entry_field_first(form->kind);
	const struct entry_field *body;
	struct bytes rest = trim_ends(text);
	struct bytes line;
	int rc = 0;

	if (!utf8_is_valid(text))
		return err_set(err, ERR_USAGE,
			       "That isn't UTF-8 text, so nothing was taken.");
	if (rest.len == 0)
		return 0;
	body = entry_field_by_number(form->kind, ENTRY_base_text);
	if (field == NULL)
		return entryform_set_text(form, body->number, rest, err);
	line = trim_ends(first_line(rest));
	if (utf8_count(line) <= (uint64_t)field->high) {
		rc = entryform_set_text(form, field->number, line, err);
		rest = trim_ends(
			bytes_of(rest.ptr + line.len, rest.len - line.len));
	} else {
		line = cut_line(line, (uint64_t)field->high);
		rc = entryform_set_text(form, field->number, line, err);
	}
	if (rc != 0 || rest.len == 0)
		return rc;
	return entryform_set_text(form, body->number, rest, err);
}
