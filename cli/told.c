/*
 * told.c - sentences of keptd, taken apart and said in another language.
 *
 * Must never show a conversion, or a name in another place than it was meant
 * for. Read next: told.def, which `make po` writes from the sources.
 */
#include "cli/told.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/i18n.h"

static const char *const forms[] = {
#define TOLD(form) form,
#include "cli/told.def"
#undef TOLD
};

/* Behind the conversion that begins at `at` ("%2$.60s"); *place is set where
 * it says one. The last byte is what it converts. */
static const char *skip_conversion(const char *at, size_t *place)
{
	char *end;
	unsigned long number = strtoul(at + 1, &end, 10);

	if (at[1] >= '1' && at[1] <= '9' && *end == '$') {
		*place = number - 1;
		at = end;
	}
	at++;
	at += strspn(at, "-+ #0123456789.*hlzjt");
	return *at == '\0' ? at : at + 1;
}

/* Where the piece before `rest` of the form ends in text, NULL if nowhere. */
static const char *find_end(const char *rest, const char *text)
{
	size_t len = strcspn(rest, "%");
	const char *at;

	if (rest[len] == '\0') {
		size_t whole = strlen(text);

		return whole >= len && strcmp(text + whole - len, rest) == 0
			       ? text + whole - len
			       : NULL;
	}
	for (at = text; len > 0 && *at != '\0'; at++)
		if (strncmp(at, rest, len) == 0)
			return at;
	return NULL;
}

static const char *end_of_number(const char *text)
{
	const char *at = text + (*text == '-' ? 1 : 0);
	size_t digits = strspn(at, "0123456789");

	return digits == 0 ? NULL : at + digits;
}

bool told_match(const char *form, const char *text,
		struct told_piece pieces[TOLD_PIECES_MAX])
{
	size_t count = 0, place = 0;

	while (*form != '\0') {
		const char *end;

		if (*form != '%' || form[1] == '%') {
			if (*form != *text)
				return false;
			form += *form == '%' ? 2 : 1;
			text++;
			continue;
		}
		if (count == TOLD_PIECES_MAX)
			return false;
		form = skip_conversion(form, &place);
		end = form[-1] == 's' ? find_end(form, text)
				      : end_of_number(text);
		if (end == NULL)
			return false;
		pieces[count].at = text;
		pieces[count++].len = (size_t)(end - text);
		text = end;
	}
	return *text == '\0';
}

struct line {
	char *at;
	size_t room; /* with the NUL */
};

static void put(struct line *line, const char *text, size_t len)
{
	if (len >= line->room)
		len = line->room - 1;
	memcpy(line->at, text, len);
	line->at += len;
	line->room -= len;
	*line->at = '\0';
}

/* What has blanks in it is a sentence too ("on or off"); else it is a name. */
static void put_piece(struct line *line, const struct told_piece *piece)
{
	char text[512];
	const char *said;

	if (piece->len >= sizeof text ||
	    memchr(piece->at, ' ', piece->len) == NULL) {
		put(line, piece->at, piece->len);
		return;
	}
	memcpy(text, piece->at, piece->len);
	text[piece->len] = '\0';
	said = i18n_text(text);
	put(line, said, strlen(said));
}

static void put_pieces(struct line *line, const char *form,
		       const struct told_piece pieces[TOLD_PIECES_MAX])
{
	size_t next = 0;

	while (*form != '\0') {
		size_t len = strcspn(form, "%"), place;

		put(line, form, len);
		form += len;
		if (*form == '\0')
			break;
		if (form[1] == '%') {
			put(line, "%", 1);
			form += 2;
			continue;
		}
		place = next++;
		form = skip_conversion(form, &place);
		if (place < TOLD_PIECES_MAX && pieces[place].at != NULL)
			put_piece(line, &pieces[place]);
	}
}

/* How much of a form is words of its own. */
static size_t count_words(const char *form)
{
	size_t count = 0, place;

	while (*form != '\0') {
		if (*form == '%') {
			form = skip_conversion(form, &place);
			continue;
		}
		count++;
		form++;
	}
	return count;
}

/* The one that says most of text itself: "`%s` takes text." rather than
 * "%s takes %s."; NULL: none. */
static const char *find_form(const char *text)
{
	struct told_piece pieces[TOLD_PIECES_MAX];
	const char *best = NULL;
	size_t most = 0, i;

	for (i = 0; i < KEPT_ARRAY_COUNT(forms); i++) {
		size_t count = count_words(forms[i]);

		if (count > most && told_match(forms[i], text, pieces)) {
			most = count;
			best = forms[i];
		}
	}
	return best;
}

/* One sentence; false: as it came. */
static bool put_one(struct line *line, const char *text)
{
	struct told_piece pieces[TOLD_PIECES_MAX] = { { NULL, 0 } };
	const char *said = i18n_text(text), *form;

	if (said != text) {
		put(line, said, strlen(said));
		return true;
	}
	form = find_form(text);
	if (form != NULL && i18n_text(form) != form &&
	    told_match(form, text, pieces)) {
		put_pieces(line, i18n_text(form), pieces);
		return true;
	}
	put(line, text, strlen(text));
	return false;
}

bool told_put(const char *text, char *out, size_t size)
{
	char copy[1024];
	struct line line = { out, size };
	char *at = copy, *end;
	bool is_said;

	(void)snprintf(copy, sizeof copy, "%s", text);
	if (i18n_is_english() || *copy == '\0') {
		put(&line, copy, strlen(copy));
		return true;
	}
	is_said = put_one(&line, copy);
	if (is_said || strchr(copy, '\n') == NULL)
		return is_said;
	line = (struct line){ out, size };
	do {
		end = strchr(at, '\n');
		if (end != NULL)
			*end = '\0';
		is_said = put_one(&line, at) || is_said;
		if (end != NULL)
			put(&line, "\n", 1);
		at = end == NULL ? at : end + 1;
	} while (end != NULL);
	return is_said;
}
