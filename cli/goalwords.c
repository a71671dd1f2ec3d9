/*
 * goalwords.c - what words of a goal say: how many, of what kind, and whether
 * something written sounds like it.
 *
 * Must never be sure of anything: every guess made from here is asked about.
 * Read next: ticks.c.
 */
#include "cli/goaltext.h"

#include <ctype.h>

#include "cli/cli.h"
#include "cli/render.h"

#define WORDS_MAX 64u
#define WORD_BYTES 32u

struct word {
	char text[WORD_BYTES]; /* lower case */
	size_t begin, end;     /* bytes in what it was cut from */
};

struct words {
	struct word at[WORDS_MAX];
	size_t count;
};

static bool is_letter(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte >= 0x80 || isalnum(byte) || c == '\'';
}

static void cut_words(const char *text, struct words *words)
{
	size_t at = 0;

	words->count = 0;
	while (text[at] != '\0' && words->count < WORDS_MAX) {
		struct word *word = &words->at[words->count];
		size_t len = 0;

		if (!is_letter(text[at])) {
			at++;
			continue;
		}
		word->begin = at;
		for (; is_letter(text[at]); at++) {
			if (len < WORD_BYTES - 1)
				word->text[len++] =
					(char)tolower((unsigned char)text[at]);
		}
		word->text[len] = '\0';
		word->end = at;
		words->count++;
	}
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

/* ---- how many ---- */

static const struct {
	const char *word;
	int64_t number;
} numbers[] = {
	{ "one", 1 },    { "two", 2 },    { "three", 3 },   { "four", 4 },
	{ "five", 5 },   { "six", 6 },    { "seven", 7 },   { "eight", 8 },
	{ "nine", 9 },   { "ten", 10 },   { "eleven", 11 }, { "twelve", 12 },
	{ "ein", 1 },    { "einem", 1 },  { "einen", 1 },   { "zwei", 2 },
	{ "drei", 3 },   { "vier", 4 },   { "fünf", 5 },    { "sechs", 6 },
	{ "sieben", 7 }, { "acht", 8 },   { "neun", 9 },    { "zehn", 10 },
	{ "elf", 11 },   { "zwölf", 12 },
};

/* 0: no number. */
static int64_t number_of(const char *word)
{
	size_t i;

	if (*word >= '0' && *word <= '9') {
		char *end;
		long number = strtol(word, &end, 10);

		return *end == '\0' && number <= 1000 ? number : 0;
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(numbers); i++) {
		if (strcmp(numbers[i].word, word) == 0)
			return numbers[i].number;
	}
	return 0;
}

/* "twice", "dreimal" */
static int64_t times_of(const char *word)
{
	size_t len = strlen(word);
	char first[WORD_BYTES];

	if (strcmp(word, "once") == 0)
		return 1;
	if (strcmp(word, "twice") == 0)
		return 2;
	if (len <= 3 || strcmp(word + len - 3, "mal") != 0)
		return 0;
	(void)snprintf(first, sizeof first, "%.*s", (int)len - 3, word);
	return number_of(first);
}

struct amount {
	const char *measure;
	int64_t target;
	size_t begin, end; /* of its words in the title */
};

static bool read_amount(const struct words *words, size_t i,
			struct amount *amount)
{
	static const char *const days[] = { "day",      "days",   "mornings",
					    "evenings", "nights", "tag",
					    "tage",     "tagen",  "abende",
					    "abenden",  NULL };
	static const char *const times[] = { "time", "times", "mal", NULL };
	static const char *const daily[] = { "daily", "täglich", NULL };
	static const char *const every[] = { "every", "each", "jeden", NULL };
	const char *word = words->at[i].text;
	const char *next = i + 1 < words->count ? words->at[i + 1].text : "";

	*amount = (struct amount){ .measure = "days",
				   .begin = words->at[i].begin,
				   .end = words->at[i].end };
	if (is_one_of(word, daily)) {
		amount->target = 7;
		return true;
	}
	amount->target = times_of(word);
	amount->measure = "count";
	if (amount->target > 0)
		return true;
	if (i + 1 == words->count)
		return false;
	amount->end = words->at[i + 1].end;
	amount->target = number_of(word);
	if (is_one_of(next, times))
		return amount->target > 0;
	amount->measure = "days";
	if (is_one_of(word, every) && is_one_of(next, days))
		amount->target = 7;
	return amount->target > 0 && is_one_of(next, days);
}

/* "Read a page a day": only as the last words; a day off is another thing. */
static bool ends_daily(const struct words *words, struct amount *amount)
{
	static const char *const per[] = { "a", "per", "pro", "am", NULL };
	static const char *const day[] = { "day", "tag", NULL };
	size_t last = words->count - 1;

	if (words->count < 3 || !is_one_of(words->at[last].text, day) ||
	    !is_one_of(words->at[last - 1].text, per))
		return false;
	*amount = (struct amount){ .measure = "days",
				   .target = 7,
				   .begin = words->at[last - 1].begin,
				   .end = words->at[last].end };
	return true;
}

static bool find_amount(const char *title, struct amount *amount)
{
	static const char *const before[] = { "on", "for", "an", NULL };
	struct words words;
	size_t i;

	cut_words(title, &words);
	if (ends_daily(&words, amount))
		return true;
	for (i = 0; i < words.count; i++) {
		if (!read_amount(&words, i, amount))
			continue;
		if (i > 0 && is_one_of(words.at[i - 1].text, before))
			amount->begin = words.at[i - 1].begin;
		return true;
	}
	return false;
}

bool goaltext_derive(const char *title, const char **measure, int64_t *target)
{
	struct amount amount;

	if (!find_amount(title, &amount))
		return false;
	*measure = amount.measure;
	*target = amount.target;
	return true;
}

void goaltext_put_title(struct buf *out, const cJSON *fields)
{
	const char *title = json_text(fields, "title");
	struct amount amount;
	size_t len = strlen(title);
	char *cut;

	if (find_amount(title, &amount) && amount.begin > 0 &&
	    title[amount.end + strspn(title + amount.end, " .!")] == '\0' &&
	    strcmp(json_text(fields, "measure"), amount.measure) == 0 &&
	    json_number(fields, "target", 0) == amount.target)
		len = amount.begin;
	while (len > 0 && len < strlen(title) &&
	       strchr(" ,;:", title[len - 1]) != NULL)
		len--;
	cut = cli_copy(title, len);
	render_put_line(out, cut);
	cli_free(cut);
}

/* ---- how often ---- */

static bool has_word(const struct words *words, const char *const *list)
{
	size_t i;

	for (i = 0; i < words->count; i++) {
		if (is_one_of(words->at[i].text, list))
			return true;
	}
	return false;
}

const char *goaltext_read_often(const char *text, const char *const words[4],
				int64_t *target)
{
	static const char *const slugs[] = { "once", "daily", "weekly", "n" };
	static const char *const weeks[] = { "week",  "weekly", "weeks",
					     "woche", "wochen", "wöchentlich",
					     NULL };
	const char *found = NULL;
	struct amount amount;
	struct words said;
	size_t i;

	*target = 0;
	cut_words(text, &said);
	for (i = 0; i < KEPT_ARRAY_COUNT(slugs) && said.count == 1; i++) {
		if (strncasecmp(words[i], text, strlen(text)) == 0)
			return slugs[i];
	}
	if (find_amount(text, &amount)) {
		bool is_daily = strcmp(amount.measure, "days") == 0 &&
				amount.target == 7;

		if (is_daily)
			return "daily";
		if (amount.target == 1)
			return has_word(&said, weeks) ? "weekly" : "once";
		*target = amount.target;
		return "n";
	}
	if (has_word(&said, weeks))
		found = "weekly";
	else if (said.count == 1 && number_of(said.at[0].text) > 0) {
		*target = number_of(said.at[0].text);
		found = *target == 1 ? "once" : "n";
	}
	return found;
}

/* ---- of what kind ---- */

const char *goaltext_kind_hint(const char *title)
{
	static const struct {
		const char *begin; /* of a word */
		const char *kind;
	} hints[] = {
		{ "thought", "thought" },  { "gedanke", "thought" },
		{ "breath", "breath" },    { "atem", "breath" },
		{ "atmen", "breath" },     { "win", "win" },
		{ "wins", "win" },         { "boundar", "boundary" },
		{ "grenze", "boundary" },  { "experiment", "experiment" },
		{ "activit", "activity" }, { "aktivität", "activity" },
		{ "mood", "mood" },        { "stimmung", "mood" },
	};
	struct words words;
	size_t i, k;

	cut_words(title, &words);
	for (i = 0; i < words.count; i++) {
		for (k = 0; k < KEPT_ARRAY_COUNT(hints); k++) {
			size_t len = strlen(hints[k].begin);
			const char *word = words.at[i].text;

			/* "win" is no beginning of "window". */
			if (strncmp(word, hints[k].begin, len) == 0 &&
			    (len > 4 || word[len] == '\0'))
				return hints[k].kind;
		}
	}
	return NULL;
}

/* ---- does it sound like it ---- */

static const char *const small_words[] = {
	"the",   "and",   "for", "that", "this", "with",  "from",  "into",
	"was",   "were",  "are", "have", "had",  "has",   "did",   "does",
	"don't", "not",   "his", "her",  "him",  "them",  "they",  "our",
	"you",   "your",  "one", "day",  "days", "time",  "times", "week",
	"today", "der",   "die", "das",  "und",  "für",   "mit",   "von",
	"den",   "dem",   "des", "ich",  "mir",  "mich",  "ein",   "eine",
	"einen", "nicht", "war", "tag",  "tage", "tagen", "mal",   "woche",
	"heute", NULL
};

/* What was done, and what one set out to do. */
static const struct {
	const char *past;
	const char *word;
} pasts[] = {
	{ "left", "leave" },    { "said", "say" },      { "told", "tell" },
	{ "went", "go" },       { "gone", "go" },       { "took", "take" },
	{ "taken", "take" },    { "kept", "keep" },     { "held", "hold" },
	{ "wrote", "write" },   { "written", "write" }, { "sent", "send" },
	{ "slept", "sleep" },   { "ate", "eat" },       { "ran", "run" },
	{ "made", "make" },     { "met", "meet" },      { "spoke", "speak" },
	{ "gave", "give" },     { "got", "get" },       { "read", "read" },
	{ "swam", "swim" },     { "drew", "draw" },     { "rode", "ride" },
	{ "stood", "stand" },   { "sat", "sit" },       { "began", "begin" },
	{ "thought", "think" }, { "bought", "buy" },    { "drank", "drink" },
	{ "let", "let" },       { "chose", "choose" },  { "did", "do" },
};

/* Written over with what it counts as; "" for a small word. */
static void fold_word(char word[WORD_BYTES])
{
	static const char *const endings[] = { "ing", "ed", "es", "s", "e" };
	size_t len, i;
	int64_t number = number_of(word);

	if (number > 0) {
		(void)snprintf(word, WORD_BYTES, "%lld", (long long)number);
		return;
	}
	if (strlen(word) < 3 || is_one_of(word, small_words)) {
		word[0] = '\0';
		return;
	}
	for (i = 0; i < KEPT_ARRAY_COUNT(pasts); i++) {
		if (strcmp(word, pasts[i].past) == 0)
			(void)snprintf(word, WORD_BYTES, "%s", pasts[i].word);
	}
	len = strlen(word);
	for (i = 0; i < KEPT_ARRAY_COUNT(endings); i++) {
		size_t ending = strlen(endings[i]);

		if (len >= ending + 3 &&
		    strcmp(word + len - ending, endings[i]) == 0) {
			word[len - ending] = '\0';
			break;
		}
	}
	/* "stopped", "stopping": one p is enough. */
	len = strlen(word);
	if (len > 3 && word[len - 1] == word[len - 2])
		word[len - 1] = '\0';
}

static void fold_words(const char *text, size_t len, struct words *words)
{
	char *copy;
	size_t i, k, count = 0;

	copy = cli_copy(text, len);
	cut_words(copy, words);
	cli_free(copy);
	for (i = 0; i < words->count; i++) {
		struct word word = words->at[i];

		fold_word(word.text);
		for (k = 0; k < count; k++) {
			if (strcmp(words->at[k].text, word.text) == 0)
				break;
		}
		if (word.text[0] != '\0' && k == count)
			words->at[count++] = word;
	}
	words->count = count;
}

size_t goaltext_shared(const char *title, const char *written)
{
	struct words aims, said;
	struct amount amount;
	size_t len = strlen(title), shared = 0, i, k;

	/* "on three days" is no sign of what it is about. */
	if (find_amount(title, &amount) && amount.begin > 0)
		len = amount.begin;
	fold_words(title, len, &aims);
	fold_words(written, strlen(written), &said);
	for (i = 0; i < aims.count; i++) {
		for (k = 0; k < said.count; k++)
			shared += strcmp(aims.at[i].text, said.at[k].text) == 0;
	}
	if (shared >= 2 || (shared > 0 && shared == aims.count))
		return shared;
	return 0;
}
