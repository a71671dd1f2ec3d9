/*
 * options.c - the command line, read once and in one way.
 *
 * Must never print: what is wrong goes back in err, kept.c says it. Read
 * next: kept.c.
 */
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/i18n.h"
#include "proto/base/panic.h"

const struct option_spec options_shared[] = {
	{ "json", 0, OPTION_FLAG, NULL, N_("one JSON object on stdout") },
	{ "ndjson", 0, OPTION_FLAG, NULL, N_("lists as one object a line") },
	{ "plain", 0, OPTION_FLAG, NULL, N_("no colors, no redrawing") },
	{ "no-input", 0, OPTION_FLAG, NULL, N_("never ask anything") },
	{ "yes", 'y', OPTION_FLAG, NULL, N_("yes to what would be asked") },
	{ "quiet", 'q', OPTION_FLAG, NULL, N_("only what was asked for") },
	{ "dry-run", 'n', OPTION_FLAG, NULL, N_("say what would change") },
	{ "verbose", 'v', OPTION_FLAG, NULL, N_("codes and details too") },
	{ "help", 'h', OPTION_FLAG, NULL, N_("help for this command") },
	{ "ascii", 0, OPTION_FLAG, NULL, N_("only ASCII signs") },
	{ "no-color", 0, OPTION_FLAG, NULL, N_("no colors") },
	{ "passphrase-file", 0, OPTION_VALUE, N_("FILE"),
	  N_("read the passphrase from FILE") },
	{ "passphrase-fd", 0, OPTION_VALUE, "N",
	  N_("read the passphrase from descriptor N") },
};
const size_t options_shared_count = KEPT_ARRAY_COUNT(options_shared);

static const struct option_spec *find_name(const struct option_spec *specs,
					   size_t count, const char *name,
					   size_t len)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(specs[i].name) == len &&
		    memcmp(specs[i].name, name, len) == 0)
			return &specs[i];
	return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *specs,
					     size_t count, char letter)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (specs[i].letter == letter)
			return &specs[i];
	return NULL;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t options_distance(const char *a, const char *b)
{
	enum { MOST = 32 };
	size_t rows[3][MOST + 1];
	size_t a_len = strlen(a), b_len = strlen(b), i, j;

	if (a_len > MOST || b_len > MOST)
		return MOST;
	for (j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3];
		const size_t *older = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= b_len; j++) {
			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j],
				       above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], older[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

static int refuse_unknown(const struct options *options, const char *word,
			  struct err *err)
{
	const char *near = NULL, *plain = word + strspn(word, "-");
	size_t best = 3, i;

	for (i = 0; i < options->spec_count + options_shared_count; i++) {
		const struct option_spec *spec =
			i < options->spec_count
				? &options->specs[i]
				: &options_shared[i - options->spec_count];
		size_t distance = options_distance(plain, spec->name);

		if (spec->help != NULL && distance < best) {
			best = distance;
			near = spec->name;
		}
	}
	if (near != NULL)
		return err_set(err, ERR_USAGE,
			       _("kept doesn't know the option %s. "
				 "Did you mean --%s?"),
			       word, near);
	return err_set(err, ERR_USAGE, _("kept doesn't know the option %s."),
		       word);
}

static int take_descriptor(struct options *options, const char *value,
			   struct err *err)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (*value == '\0' || *end != '\0' || n < 0 || n > 1 << 20)
		return err_set(err, ERR_USAGE,
			       _("--passphrase-fd takes the number of an open "
				 "descriptor."));
	options->common.passphrase_fd = (int)n;
	return 0;
}

static int set_shared(struct options *options, const struct option_spec *spec,
		      const char *value, struct err *err)
{
	struct options_common *common = &options->common;
	bool *const flags[] = {
		&common->json,     &common->ndjson,   &common->plain,
		&common->no_input, &common->yes,      &common->quiet,
		&common->dry_run,  &common->verbose,  &common->help,
		&common->ascii,    &common->no_color,
	};
	size_t place = (size_t)(spec - options_shared);

	if (place < KEPT_ARRAY_COUNT(flags)) {
		*flags[place] = true;
		return 0;
	}
	if (strcmp(spec->name, "passphrase-file") == 0) {
		common->passphrase_file = value;
		return 0;
	}
	return take_descriptor(options, value, err);
}

static int set_value(struct options *options, const struct option_spec *spec,
		     const char *value, struct err *err)
{
	if (spec >= options_shared &&
	    spec < options_shared + options_shared_count)
		return set_shared(options, spec, value, err);
	options->values[spec - options->specs] = value;
	return 0;
}

/* One option at argv[*at], which moves over its value if it took one. */
static int take_option(struct options *options, int argc, char *const *argv,
		       int *at, struct err *err)
{
	const char *word = argv[*at], *value = NULL;
	const struct option_spec *spec;
	size_t len;

	if (word[1] == '-') {
		len = strcspn(word + 2, "=");
		spec = find_name(options->specs, options->spec_count, word + 2,
				 len);
		if (spec == NULL)
			spec = find_name(options_shared, options_shared_count,
					 word + 2, len);
		if (word[2 + len] == '=')
			value = word + 3 + len;
	} else {
		spec = find_letter(options->specs, options->spec_count,
				   word[1]);
		if (spec == NULL)
			spec = find_letter(options_shared, options_shared_count,
					   word[1]);
		if (word[2] != '\0')
			value = word + 2;
	}
	if (spec == NULL)
		return refuse_unknown(options, word, err);
	if (spec->type == OPTION_FLAG) {
		if (value != NULL)
			return err_set(err, ERR_USAGE,
				       _("--%s stands alone, without a value."),
				       spec->name);
		return set_value(options, spec, "", err);
	}
	if (value == NULL && spec->type == OPTION_MAYBE) {
		bool follows = *at + 1 < argc && argv[*at + 1][0] >= '0' &&
			       argv[*at + 1][0] <= '9';

		value = follows ? argv[++*at] : "";
	}
	if (value == NULL) {
		if (*at + 1 >= argc)
			return err_set(err, ERR_USAGE,
				       _("--%s needs a value: --%s %s"),
				       spec->name, spec->name, _(spec->arg));
		value = argv[++*at];
	}
	return set_value(options, spec, value, err);
}

/* "-3" means --limit 3 where there is such an option. */
static bool take_number(struct options *options, const char *word)
{
	const struct option_spec *limit =
		find_name(options->specs, options->spec_count, "limit", 5);

	if (limit == NULL || word[1] == '\0' ||
	    word[1 + strspn(word + 1, "0123456789")] != '\0')
		return false;
	options->values[limit - options->specs] = word + 1;
	return true;
}

int options_parse(struct options *options, const struct option_spec *specs,
		  size_t spec_count, enum options_order order, int argc,
		  char *const *argv, struct err *err)
{
	bool only_args = false;
	int i, code;

	kept_assert(spec_count <= OPTIONS_VALUES_MAX);
	*options = (struct options){ .specs = specs, .spec_count = spec_count };
	options->common.passphrase_fd = -1;
	for (i = 0; i < argc; i++) {
		bool is_option = !only_args && argv[i][0] == '-' &&
				 argv[i][1] != '\0';

		if (is_option && strcmp(argv[i], "--") == 0) {
			only_args = true;
			continue;
		}
		if (is_option && !take_number(options, argv[i])) {
			code = take_option(options, argc, argv, &i, err);
			if (code != 0)
				return code;
		}
		if (is_option)
			continue;
		if (options->arg_count == OPTIONS_ARGS_MAX)
			return err_set(
				err, ERR_USAGE,
				_("That is more than %u words; nothing "
				  "was done. Long text goes in with - or "
				  "--file."),
				OPTIONS_ARGS_MAX);
		options->args[options->arg_count++] = argv[i];
		only_args = only_args || order == OPTIONS_FIRST;
	}
	return 0;
}

const char *options_value(const struct options *options, const char *name)
{
	const struct option_spec *spec = find_name(
		options->specs, options->spec_count, name, strlen(name));

	kept_assert(spec != NULL);
	return options->values[spec - options->specs];
}

bool options_has(const struct options *options, const char *name)
{
	return options_value(options, name) != NULL;
}

int options_number(const struct options *options, const char *name,
		   uint64_t low, uint64_t high, uint64_t fallback,
		   uint64_t *out, struct err *err)
{
	const char *text = options_value(options, name);
	char *end;

	*out = fallback;
	if (text == NULL)
		return 0;
	*out = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || *out < low ||
	    *out > high)
		return err_set(
			err, ERR_USAGE,
			_("--%s takes a whole number from %llu to %llu."), name,
			(unsigned long long)low, (unsigned long long)high);
	return 0;
}
