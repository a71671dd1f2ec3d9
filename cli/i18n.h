/*
 * i18n.h - the words of people's languages, by GNU gettext.
 *
 * Everything a person reads is English in the source and goes through _() on
 * its way out; a string in a table is marked with N_() there, or stands in a
 * .def file that packaging/po/tables.in reads, and goes through _() where it
 * is printed. `make po` collects them; translations are
 * packaging/po/LANGUAGE.po. What programs read (--json, --plain's columns,
 * exports, exit codes, names of commands and fields) is never translated.
 */
#ifndef KEPT_CLI_I18N_H
#define KEPT_CLI_I18N_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>

#define _(text) i18n_text(text)
#define N_(text) text
/* One or many of `count`; both forms have the same conversions. */
#define P_(one, many, count) ngettext(one, many, (unsigned long)(count))

/* In main, after setlocale: catalogs lie in `locale/` beside the program when
 * it runs where it was built, else where `make install` puts them. */
void i18n_begin(void);
/* From here on all is English: what follows is for a program. */
void i18n_keep_english(void);

/* In the person's language; text itself where there is none, or no text. */
const char *i18n_text(const char *text) __attribute__((format_arg(1)));
/* Is what people read English just now? */
bool i18n_is_english(void);

/* Is this how a yes (a no) begins in the person's language? y and n are
 * understood in every language. */
bool i18n_is_yes(const char *word);
bool i18n_is_no(const char *word);

/*
 * Does word stand in `words`, "today|heute"? Small and large letters are the
 * same, as far as they are ASCII. For what people type.
 */
bool i18n_has_word(const char *words, const char *word);

#endif
