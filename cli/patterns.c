/*
 * patterns.c - the list of patterns of thought: ours and the person's own.
 *
 * Must never lose a name that entries were written with: own ones are added
 * and hidden, and stay. Read next: cmd_patterns.c, thought.c.
 */
#include "cli/patterns.h"

#include <strings.h>

#include "cli/i18n.h"
#include "cli/render.h"
#include "proto/base/utf8.h"
#include "proto/entry.h"

#define OURS_MAX 32u
#define PATTERNS_MAX (OURS_MAX + LIMIT_LIST_ITEMS)

static struct {
	struct pattern items[PATTERNS_MAX];
	size_t count;
	cJSON *own; /* the strings that own ones point into */
	bool is_unwanted;
	bool is_begun, is_learned;
} known;

/* ---- slugs ---- */

static struct bytes trimmed(const char *text, size_t len)
{
	while (len > 0 && strchr(" \t", text[0]) != NULL) {
		text++;
		len--;
	}
	while (len > 0 && strchr(" \t", text[len - 1]) != NULL)
		len--;
	return bytes_of(text, len);
}

struct bytes patterns_name_in(const char *text)
{
	return trimmed(text, strcspn(text, ":"));
}

/* Letters and digits of ASCII; returns how many bytes, at most room. *all: is
 * nothing of the name left out? */
static size_t put_plain(struct bytes name, char *out, size_t room, bool *all)
{
	size_t used = 0, i;

	*all = true;
	for (i = 0; i < name.len; i++) {
		uint8_t c = name.ptr[i];

		if (c >= 0x80)
			*all = false;
		if (c >= 'A' && c <= 'Z')
			c = (uint8_t)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			*all = *all && used < room;
			if (used < room)
				out[used++] = (char)c;
		} else if (c != '\'' && used > 0 && used < room &&
			   out[used - 1] != '-') {
			out[used++] = '-';
		}
	}
	while (used > 0 && out[used - 1] == '-')
		used--;
	return used;
}

/* Two names are two, also in letters or at a length a slug can't hold. */
static uint32_t fingerprint(struct bytes name)
{
	uint32_t hash = 2166136261u; /* FNV-1a */
	size_t i;

	for (i = 0; i < name.len; i++)
		hash = (hash ^ name.ptr[i]) * 16777619u;
	return hash;
}

int patterns_slug(const char *text, char out[PATTERN_SLUG_BYTES],
		  struct err *err)
{
	struct bytes whole = bytes_from_str(text),
		     name = patterns_name_in(text);
	bool is_plain;
	size_t len;

	if (name.len == 0)
		return err_set(err, ERR_USAGE, "%s",
			       _("A name and what it is, like  \"What if: one "
				 "what-if after another\"."));
	if (!utf8_is_valid(whole) || strpbrk(text, "\n\r") != NULL)
		return err_set(err, ERR_USAGE, "%s", _("One line will do."));
	if (utf8_count(whole) > PATTERN_TEXT_MAX)
		return err_set(err, ERR_USAGE,
			       _("Up to %u letters fit in there."),
			       PATTERN_TEXT_MAX);
	len = put_plain(name, out, PATTERN_SLUG_BYTES - 1, &is_plain);
	if (is_plain && len > 0) {
		out[len] = '\0';
		return 0;
	}
	len = put_plain(name, out, PATTERN_SLUG_BYTES - 1 - 9, &is_plain);
	(void)snprintf(out + len, PATTERN_SLUG_BYTES - len, "%s%08x",
		       len > 0 ? "-" : "", fingerprint(name));
	return 0;
}

/* ---- the list ---- */

static void begin(void)
{
	const struct entry_pattern *ours;

	if (known.is_begun)
		return;
	known.is_begun = true;
	while (known.count < OURS_MAX &&
	       (ours = entry_pattern_at(known.count)) != NULL) {
		struct pattern *item = &known.items[known.count++];

		*item = (struct pattern){ .name = ours->name,
					  .line = ours->line };
		(void)snprintf(item->slug, sizeof item->slug, "%s", ours->slug);
	}
}

const struct pattern *patterns_at(size_t place)
{
	begin();
	return place < known.count ? &known.items[place] : NULL;
}

const struct pattern *patterns_find(const char *slug)
{
	size_t i;

	begin();
	for (i = 0; i < known.count; i++)
		if (strcmp(known.items[i].slug, slug) == 0)
			return &known.items[i];
	return NULL;
}

static bool is_called(const char *name, struct bytes said, bool is_own)
{
	const char *shown = is_own ? name : _(name);

	return (strlen(name) == said.len &&
		strncasecmp(name, (const char *)said.ptr, said.len) == 0) ||
	       (strlen(shown) == said.len &&
		strncasecmp(shown, (const char *)said.ptr, said.len) == 0);
}

const struct pattern *patterns_find_said(struct bytes said)
{
	uint64_t number = 0;
	size_t i;

	begin();
	for (i = 0; i < known.count; i++) {
		const struct pattern *item = &known.items[i];

		if (bytes_equal(bytes_from_str(item->slug), said) ||
		    is_called(item->name, said, item->is_own))
			return item;
	}
	for (i = 0; i < said.len; i++) {
		if (said.ptr[i] < '0' || said.ptr[i] > '9' || number > 9999)
			return NULL;
		number = number * 10 + said.ptr[i] - '0';
	}
	if (number < 1 || number > known.count ||
	    known.items[number - 1].is_hidden)
		return NULL;
	return &known.items[number - 1];
}

bool patterns_are_wanted(void)
{
	return !known.is_unwanted;
}

/* Ends a part of text where it ends; text goes on behind it. */
static void end_at(char *text, struct bytes part)
{
	if (part.len > 0)
		text[(size_t)((const char *)part.ptr - text) + part.len] = '\0';
}

/* Takes the text: its colon ends the name. */
static void add_own(char *text)
{
	struct pattern *item = &known.items[known.count];
	size_t colon = strcspn(text, ":");
	struct bytes name = patterns_name_in(text);
	struct bytes line = bytes_of("", 0);

	if (known.count == PATTERNS_MAX ||
	    patterns_slug(text, item->slug, NULL) != 0 ||
	    patterns_find(item->slug) != NULL)
		return;
	if (text[colon] == ':')
		line = trimmed(text + colon + 1, strlen(text + colon + 1));
	item->name = (const char *)name.ptr;
	item->line = (const char *)line.ptr;
	/* The end of the line first: it may be that of the name. */
	end_at(text, line);
	end_at(text, name);
	item->is_own = true;
	item->is_hidden = false;
	known.count++;
}

void patterns_take(const cJSON *fields)
{
	const cJSON *list;
	cJSON *item;
	size_t i;

	cJSON_Delete(known.own);
	memset(&known, 0, sizeof known);
	begin();
	known.is_unwanted = strcmp(json_text(fields, "patterns"), "off") == 0;
	known.own = cJSON_Duplicate(
		cJSON_GetObjectItemCaseSensitive(fields, "own_patterns"), true);
	cJSON_ArrayForEach(item, known.own) if (cJSON_IsString(item))
		add_own(item->valuestring);
	list = cJSON_GetObjectItemCaseSensitive(fields, "hidden_patterns");
	cJSON_ArrayForEach(item, list) for (i = 0; i < known.count; i++)
		known.items[i]
			.is_hidden |=
		cJSON_IsString(item) &&
		strcmp(item->valuestring, known.items[i].slug) == 0;
}

/* While locked only the word itself is known here. */
static bool is_off(struct cli *cli)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	bool off = false;

	(void)cJSON_AddStringToObject(params, "key", "patterns");
	if (cli_try(cli, "config_get", params, &result, &refusal) == 0)
		off = strcmp(json_text(cJSON_GetArrayItem(
					       cJSON_GetObjectItemCaseSensitive(
						       result, "settings"),
					       0),
				       "value"),
			     "off") == 0;
	cJSON_Delete(result);
	return off;
}

void patterns_learn(struct cli *cli)
{
	struct client_refusal refusal;
	cJSON *result = NULL;

	if (known.is_learned)
		return;
	if (cli_try(cli, "settings_get", NULL, &result, &refusal) == 0)
		patterns_take(cJSON_GetObjectItemCaseSensitive(
			cJSON_GetObjectItemCaseSensitive(result, "entry"),
			"f"));
	else
		patterns_take(NULL);
	cJSON_Delete(result);
	known.is_learned = true;
	known.is_unwanted = known.is_unwanted || is_off(cli);
}

void patterns_put_name(struct buf *out, const char *slug)
{
	const struct pattern *pattern = patterns_find(slug);

	render_put_line(out, pattern == NULL   ? slug
			     : pattern->is_own ? pattern->name
					       : _(pattern->name));
}
