/*
 * entrytext.c - fields as parts of a text, and back.
 *
 * Must never drop a line that a person wrote inside a part. Read next:
 * cmd_edit.c.
 */
#include "cli/entrytext.h"

#include "cli/cli.h"
#include "cli/i18n.h"

#define TEXT_BYTES_MAX (LIMIT_FRAME_BYTES / 2)

static const struct entry_field *field_at(const struct entry_kind *kind,
					  size_t place)
{
	if (place < kind->field_count)
		return &kind->fields[place];
	if (place == kind->field_count)
		return entry_field_by_name(kind, bytes_from_str("text"));
	return NULL;
}

static bool is_editable(const struct entry_field *field)
{
	return field->flags == ENTRY_NONE || field->flags == ENTRY_REQUIRED;
}

static void put_str(struct buf *out, const char *text)
{
	buf_put(out, text, strlen(text));
}

/* How a value of the field is written; "" where it needs no saying. */
static void put_how(struct buf *out, const struct entry_field *field)
{
	switch (field->type) {
	case ENTRY_TYPE_TEXTS:
		put_str(out, _("  one a line, each begins with -"));
		break;
	case ENTRY_TYPE_FEELINGS:
		put_str(out, _("  one a line: anxious 70 -> 40"));
		break;
	case ENTRY_TYPE_SLUGS:
		put_str(out, _("  words with blanks between"));
		break;
	case ENTRY_TYPE_CHOICE:
		buf_printf(out, _("  one of %s"), field->choices);
		break;
	case ENTRY_TYPE_WHOLE:
		buf_printf(out, _("  a number, %lld to %lld"),
			   (long long)field->low, (long long)field->high);
		break;
	case ENTRY_TYPE_YESNO:
		put_str(out, _("  yes or no"));
		break;
	case ENTRY_TYPE_DATE:
		put_str(out, "  2026-11-03");
		break;
	case ENTRY_TYPE_INSTANT:
		put_str(out, "  2026-11-03T10:40:00-05:00");
		break;
	case ENTRY_TYPE_REF:
		put_str(out, _("  the id of an entry"));
		break;
	case ENTRY_TYPE_PHASES:
	case ENTRY_TYPE_ANSWERS:
		put_str(out, _("  numbers with blanks between"));
		break;
	case ENTRY_TYPE_TEXT:
	case ENTRY_TYPE_SLUG:
	case ENTRY_TYPE_ZONE:
	case ENTRY_TYPE_LIFE:
	case ENTRY_TYPE_IMPORTED:
	case ENTRY_TYPE_ATTACH:
		break;
	}
}

/* ---- heads of parts ---- */

/* The field whose part begins with this line, or NULL. */
static const struct entry_field *head_of(const struct entry_kind *kind,
					 struct bytes line)
{
	const uint8_t *end;
	const struct entry_field *field;
	size_t len;

	if (line.len < 3 || line.ptr[0] != '[')
		return NULL;
	end = memchr(line.ptr, ']', line.len);
	if (end == NULL)
		return NULL;
	len = (size_t)(end - line.ptr) + 1;
	if (len < line.len && line.ptr[len] != '\r' &&
	    (len + 1 >= line.len || line.ptr[len] != ' ' ||
	     line.ptr[len + 1] != ' '))
		return NULL;
	field = entry_field_by_name(kind, bytes_of(line.ptr + 1, len - 2));
	return field != NULL && is_editable(field) ? field : NULL;
}

static bool needs_mark(const struct entry_kind *kind, struct bytes line)
{
	size_t marks = 0;

	while (marks < line.len && line.ptr[marks] == '\\')
		marks++;
	return head_of(kind, bytes_of(line.ptr + marks, line.len - marks)) !=
	       NULL;
}

static struct bytes line_at(const char *text)
{
	return bytes_of(text, strcspn(text, "\n"));
}

/* first goes before the first line, others before all that follow. */
static void put_lines(struct buf *out, const struct entry_kind *kind,
		      const char *text, const char *first, const char *others)
{
	const char *before = first;

	for (;;) {
		struct bytes line = line_at(text);

		put_str(out, before);
		if (*before == '\0' && needs_mark(kind, line))
			buf_put_u8(out, '\\');
		buf_put(out, line.ptr, line.len);
		buf_put_u8(out, '\n');
		before = others;
		if (text[line.len] == '\0')
			break;
		text += line.len + 1;
	}
}

/* ---- writing ---- */

static void put_feeling(struct buf *out, const cJSON *feeling)
{
	int64_t before = json_number(feeling, "before", -1);
	int64_t after = json_number(feeling, "after", -1);

	put_str(out, json_text(feeling, "name"));
	if (before >= 0)
		buf_printf(out, " %lld", (long long)before);
	if (after >= 0)
		buf_printf(out, " -> %lld", (long long)after);
}

static void put_scalar(struct buf *out, const cJSON *value)
{
	if (cJSON_IsNumber(value))
		buf_printf(out, "%.0f", value->valuedouble);
	else if (cJSON_IsBool(value))
		put_str(out, cJSON_IsTrue(value) ? "yes" : "no");
	else if (cJSON_IsString(value))
		put_str(out, value->valuestring);
	else if (cJSON_IsObject(value))
		put_feeling(out, value);
	else
		put_str(out, "-");
}

static void put_value(struct buf *out, const struct entry_kind *kind,
		      const struct entry_field *field, const cJSON *value)
{
	const cJSON *item;
	bool in_rows = field->type == ENTRY_TYPE_FEELINGS;

	if (cJSON_IsString(value)) {
		put_lines(out, kind, value->valuestring, "", "");
		return;
	}
	if (!cJSON_IsArray(value)) {
		put_scalar(out, value);
		buf_put_u8(out, '\n');
		return;
	}
	cJSON_ArrayForEach(item, value)
	{
		if (field->type == ENTRY_TYPE_TEXTS) {
			put_lines(out, kind,
				  cJSON_IsString(item) ? item->valuestring : "",
				  "- ", "  ");
			continue;
		}
		put_scalar(out, item);
		put_str(out, in_rows || item->next == NULL ? "\n" : " ");
	}
}

static void put_part(struct buf *out, const struct entry_kind *kind,
		     const struct entry_field *field, const cJSON *fields)
{
	const cJSON *value =
		cJSON_GetObjectItemCaseSensitive(fields, field->name);

	if (value != NULL && !cJSON_IsNull(value))
		put_value(out, kind, field, value);
}

void entrytext_write(struct buf *out, const struct entry_kind *kind,
		     const cJSON *fields)
{
	const struct entry_field *field;
	size_t i;

	put_str(out, _("Change what you like, then save and close. An emptied "
		       "part is cleared.\n"));
	for (i = 0; (field = field_at(kind, i)) != NULL; i++) {
		if (!is_editable(field))
			continue;
		buf_printf(out, "\n[%s]", field->name);
		put_how(out, field);
		buf_put_u8(out, '\n');
		put_part(out, kind, field, fields);
	}
}

/* ---- reading ---- */

static int refuse(const struct entry_field *field, const char *takes,
		  struct err *err)
{
	return err_set(err, ERR_USAGE, _("[%s] takes %s."), field->name, takes);
}

static int read_number(const struct entry_field *field, const char *text,
		       size_t len, cJSON **out, struct err *err)
{
	char digits[24];
	char *end;
	double number;

	if (len == 0 || len >= sizeof digits)
		return refuse(field, _("a whole number"), err);
	memcpy(digits, text, len);
	digits[len] = '\0';
	number = (double)strtoll(digits, &end, 10);
	if (*end != '\0')
		return refuse(field, _("a whole number"), err);
	*out = cJSON_CreateNumber(number);
	return 0;
}

/* Is the word a number from 0 on? */
static bool is_number(struct bytes word)
{
	size_t i;

	for (i = 0; i < word.len; i++)
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
	return word.len > 0 && word.len < 10;
}

static double number_of(struct bytes word)
{
	double number = 0;
	size_t i;

	for (i = 0; i < word.len; i++)
		number = number * 10 + (word.ptr[i] - '0');
	return number;
}

static struct bytes trimmed(struct bytes text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = bytes_of(text.ptr + 1, text.len - 1);
	while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]) != NULL)
		text.len--;
	return text;
}

/* Cuts the last word off. */
static struct bytes last_word(struct bytes *text)
{
	struct bytes whole = trimmed(*text);
	size_t at = whole.len;

	while (at > 0 && whole.ptr[at - 1] != ' ')
		at--;
	*text = bytes_of(whole.ptr, at);
	return bytes_of(whole.ptr + at, whole.len - at);
}

static bool is_arrow(struct bytes word)
{
	return bytes_equal(word, bytes_from_str("->")) ||
	       bytes_equal(word, bytes_from_str("→"));
}

static cJSON *string_of(struct bytes text)
{
	cJSON *item;
	struct buf copy;

	buf_init(&copy, TEXT_BYTES_MAX + 1);
	buf_put(&copy, text.ptr, text.len);
	buf_put_u8(&copy, 0);
	item = copy.failed != 0 ? NULL
				: cJSON_CreateString((const char *)copy.ptr);
	buf_release(&copy);
	return item;
}

/* "a bit anxious 70 -> 40": the numbers may be missing. */
static cJSON *read_feeling(struct bytes line)
{
	cJSON *feeling = cJSON_CreateObject();
	struct bytes rest = line, before, word = last_word(&rest);
	struct bytes after = { 0 };

	if (is_number(word)) {
		before = rest;
		if (is_arrow(last_word(&before))) {
			after = word;
			rest = before;
			line = rest;
			word = last_word(&rest);
		}
	}
	cJSON_AddItemToObject(
		feeling, "name",
		string_of(trimmed(is_number(word) ? rest : line)));
	if (is_number(word))
		cJSON_AddNumberToObject(feeling, "before", number_of(word));
	if (after.len > 0)
		cJSON_AddNumberToObject(feeling, "after", number_of(after));
	return feeling;
}

/* The next line of a part, without the mark; false at its end. */
static bool next_line(struct bytes *part, struct bytes *line)
{
	const uint8_t *end;

	if (part->len == 0)
		return false;
	end = memchr(part->ptr, '\n', part->len);
	line->ptr = part->ptr;
	line->len = end == NULL ? part->len : (size_t)(end - part->ptr);
	*part = bytes_of(part->ptr + line->len, part->len - line->len);
	if (part->len > 0)
		*part = bytes_of(part->ptr + 1, part->len - 1);
	return true;
}

static int read_texts(struct bytes part, cJSON *list)
{
	struct bytes line;
	struct buf item;
	bool open = false;

	buf_init(&item, TEXT_BYTES_MAX);
	while (next_line(&part, &line)) {
		bool goes_on = open && line.len > 2 && line.ptr[0] == ' ' &&
			       line.ptr[1] == ' ';

		if (trimmed(line).len == 0)
			continue;
		if (!goes_on && open) {
			cJSON_AddItemToArray(list, string_of(buf_bytes(&item)));
			buf_clear(&item);
		}
		if (goes_on)
			buf_put_u8(&item, '\n');
		if (goes_on ||
		    (line.len > 1 && line.ptr[0] == '-' && line.ptr[1] == ' '))
			line = bytes_of(line.ptr + 2, line.len - 2);
		while (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		buf_put(&item, line.ptr, line.len);
		open = true;
	}
	if (open)
		cJSON_AddItemToArray(list, string_of(buf_bytes(&item)));
	buf_release(&item);
	return 0;
}

static void read_feelings(struct bytes part, cJSON *list)
{
	struct bytes line;

	while (next_line(&part, &line))
		if (trimmed(line).len > 0)
			cJSON_AddItemToArray(list, read_feeling(trimmed(line)));
}

/* Words or numbers, "-" for none given. */
static int read_words(struct bytes part, const struct entry_field *field,
		      cJSON *list, struct err *err)
{
	const char *text = (const char *)part.ptr;
	size_t at = 0, len;
	cJSON *item;
	int code;

	for (; at < part.len; at += len) {
		len = 1;
		if (strchr(" \t\r\n,", text[at]) != NULL)
			continue;
		while (at + len < part.len &&
		       strchr(" \t\r\n,", text[at + len]) == NULL)
			len++;
		item = NULL;
		code = 0;
		if (field->type == ENTRY_TYPE_SLUGS)
			item = string_of(bytes_of(text + at, len));
		else if (len == 1 && text[at] == '-')
			item = cJSON_CreateNull();
		else
			code = read_number(field, text + at, len, &item, err);
		if (code != 0)
			return code;
		cJSON_AddItemToArray(list, item);
	}
	return 0;
}

/* Free text: marks come off, blank lines at the end go. */
static cJSON *read_text(struct bytes part, const struct entry_kind *kind)
{
	struct bytes line;
	struct buf text;
	cJSON *item;
	bool first = true;

	while (part.len > 0 &&
	       strchr(" \t\r\n", part.ptr[part.len - 1]) != NULL)
		part.len--;
	buf_init(&text, TEXT_BYTES_MAX);
	while (next_line(&part, &line)) {
		if (!first)
			buf_put_u8(&text, '\n');
		first = false;
		if (line.len > 0 && line.ptr[0] == '\\' &&
		    needs_mark(kind, line))
			line = bytes_of(line.ptr + 1, line.len - 1);
		buf_put(&text, line.ptr, line.len);
	}
	item = string_of(buf_bytes(&text));
	buf_release(&text);
	return item;
}

static int read_value(const struct entry_field *field,
		      const struct entry_kind *kind, struct bytes part,
		      cJSON **out, struct err *err)
{
	struct bytes word = part;
	size_t end;

	while (word.len > 0 &&
	       strchr(" \t\r\n", word.ptr[word.len - 1]) != NULL)
		word.len--;
	for (end = 0; end < word.len; end++)
		if (strchr(" \t\r\n", word.ptr[end]) == NULL)
			break;
	word = bytes_of(word.ptr + end, word.len - end);
	if (word.len == 0) {
		*out = cJSON_CreateNull();
		return 0;
	}
	if (field->type == ENTRY_TYPE_WHOLE)
		return read_number(field, (const char *)word.ptr, word.len, out,
				   err);
	if (field->type == ENTRY_TYPE_YESNO) {
		bool yes = bytes_equal(word, bytes_from_str("yes"));

		if (!yes && !bytes_equal(word, bytes_from_str("no")))
			return refuse(field, _("yes or no"), err);
		*out = cJSON_CreateBool(yes);
		return 0;
	}
	if (field->type == ENTRY_TYPE_TEXT) {
		*out = read_text(part, kind);
		return *out == NULL ? ERR_LIMIT : 0;
	}
	if (field->rule == ENTRY_RULE_register &&
	    field->type != ENTRY_TYPE_PHASES &&
	    field->type != ENTRY_TYPE_ANSWERS) {
		*out = string_of(word);
		return *out == NULL ? ERR_LIMIT : 0;
	}
	*out = cJSON_CreateArray();
	if (field->type == ENTRY_TYPE_TEXTS)
		return read_texts(part, *out);
	if (field->type == ENTRY_TYPE_FEELINGS) {
		read_feelings(part, *out);
		return 0;
	}
	return read_words(part, field, *out, err);
}

/* One part against what it was. */
static int read_part(const struct entry_field *field,
		     const struct entry_kind *kind, struct bytes part,
		     const cJSON *fields, cJSON *out, struct err *err)
{
	cJSON *value = NULL;
	struct buf was;
	bool is_same;
	int code = 0;

	buf_init(&was, TEXT_BYTES_MAX);
	put_part(&was, kind, field, fields);
	while (part.len > 0 && part.ptr[part.len - 1] == '\n')
		part.len--;
	while (was.len > 0 && was.ptr[was.len - 1] == '\n')
		was.len--;
	is_same = bytes_equal(buf_bytes(&was), part);
	buf_release(&was);
	if (is_same)
		return 0;
	code = read_value(field, kind, part, &value, err);
	/* Nothing where nothing was is no change. */
	if (code != 0 ||
	    (cJSON_IsNull(value) &&
	     cJSON_GetObjectItemCaseSensitive(fields, field->name) == NULL))
		cJSON_Delete(value);
	else
		cJSON_AddItemToObject(out, field->name, value);
	return code;
}

int entrytext_read(const char *text, const struct entry_kind *kind,
		   const cJSON *fields, cJSON **out, struct err *err)
{
	const struct entry_field *field = NULL, *next;
	struct bytes part = { 0 };
	cJSON *changed;
	int code = 0;

	*out = NULL;
	if (strlen(text) > TEXT_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s", err_text(ERR_LIMIT));
	changed = cJSON_CreateObject();
	while (code == 0 && *text != '\0') {
		struct bytes line = line_at(text);

		next = head_of(kind, line);
		text += line.len + (text[line.len] == '\n');
		if (next != NULL && field != NULL)
			code = read_part(field, kind, part, fields, changed,
					 err);
		if (next != NULL) {
			field = next;
			part = bytes_of(text, 0);
		}
		part.len = field == NULL
				   ? 0
				   : (size_t)((const uint8_t *)text - part.ptr);
	}
	if (code == 0 && field != NULL)
		code = read_part(field, kind, part, fields, changed, err);
	if (code != 0)
		cJSON_Delete(changed);
	else
		*out = changed;
	return code;
}
