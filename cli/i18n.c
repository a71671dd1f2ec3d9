/*
 * i18n.c - where the catalogs are, and what people may answer in.
 *
 * Must never let a language change what programs read. Read next:
 * packaging/po/, told.c for what keptd says.
 */
#include "cli/i18n.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef KEPT_LOCALE_DIR
#define KEPT_LOCALE_DIR "/usr/local/share/locale"
#endif

/* "<folder of the program>/locale", if it is there. */
static const char *find_beside(char path[PATH_MAX])
{
	static const char room[] = "locale";
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - sizeof room);
	char *slash;

	if (len <= 0)
		return NULL;
	path[len] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return NULL;
	memcpy(slash + 1, room, sizeof room);
	return access(path, X_OK) == 0 ? path : NULL;
}

void i18n_begin(void)
{
	char path[PATH_MAX];
	const char *beside = find_beside(path);

	(void)bindtextdomain("kept", beside != NULL ? beside : KEPT_LOCALE_DIR);
	(void)bind_textdomain_codeset("kept", "UTF-8");
	(void)textdomain("kept");
}

void i18n_keep_english(void)
{
	/* No catalog can lie below what is no folder. */
	(void)bindtextdomain("kept", "/dev/null");
}

const char *i18n_text(const char *text)
{
	/* The empty text is where a catalog says things about itself. */
	return *text == '\0' ? "" : gettext(text);
}

bool i18n_is_english(void)
{
	/* For translators: the two letters of your language ("de"). */
	return strcmp(_("en"), "en") == 0;
}

bool i18n_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; len > 0; words++) {
		size_t here = strcspn(words, "|");

		if (here == len && strncasecmp(words, word, len) == 0)
			return true;
		words += here;
		if (*words == '\0')
			break;
	}
	return false;
}

bool i18n_is_yes(const char *word)
{
	/* For translators: the words of a yes, parted by |; the first is what
	 * the question shows. y and yes are understood as well. */
	return i18n_has_word("y|yes", word) || i18n_has_word(_("y|yes"), word);
}

bool i18n_is_no(const char *word)
{
	/* For translators: the words of a no, as with y|yes. A no in one
	 * language is never a yes in another. */
	return i18n_has_word("n|no", word) || i18n_has_word(_("n|no"), word);
}
