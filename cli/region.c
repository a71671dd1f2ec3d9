/*
 * region.c - countries, as settings and locales name them.
 *
 * Must never guess: what is no country here is none. Read next:
 * cmd_help_now.c.
 */
#include "cli/region.h"

#include <string.h>

/* Where 112 is answered: the European Union, and its neighbors with it. */
static const char european[] =
	"at|be|bg|ch|cy|cz|de|dk|ee|es|eu|fi|fr|gr|hr|hu|ie|is|it|li|lt|lu|lv|"
	"mt|nl|no|pl|pt|ro|se|si|sk";

static bool has_word(const char *words, const char *word, size_t len)
{
	while (*words != '\0') {
		size_t here = strcspn(words, "|");

		if (here == len && memcmp(words, word, len) == 0)
			return true;
		words += here + (words[here] == '|');
	}
	return false;
}

static void take(const char *from, size_t len, char out[REGION_BYTES])
{
	size_t i;

	out[0] = '\0';
	if (len >= REGION_BYTES)
		return;
	for (i = 0; i < len; i++) {
		char c = from[i];

		out[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	out[len] = '\0';
	if (strcmp(out, "uk") == 0)
		memcpy(out, "gb", 3);
}

void region_from_setting(const char *value, char out[REGION_BYTES])
{
	take(value, strlen(value), out);
}

void region_from_locale(const char *locale, char out[REGION_BYTES])
{
	const char *country = strchr(locale, '_');

	out[0] = '\0';
	if (country == NULL || strcspn(country + 1, ".@") != 2)
		return;
	take(country + 1, 2, out);
}

bool region_is_in(const char *region, const char *regions)
{
	return has_word(regions, region, strlen(region)) ||
	       (has_word(regions, "eu", 2) &&
		has_word(european, region, strlen(region)));
}
