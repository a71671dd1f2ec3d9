/*
 * breath.c - guided breathing as arithmetic.
 *
 * Must never look at a clock, or count a breath that wasn't whole. Read next:
 * cmd_breathe.c, which has the clock and the terminal.
 */
#include "cli/breath.h"

#include "cli/i18n.h"
#include "cli/render.h"

#define DEFAULT_MINUTES 3u

static const struct {
	const char *name;
	uint32_t phases[BREATH_PHASES];
	uint32_t rounds; /* 0: as many as DEFAULT_MINUTES hold */
} patterns[] = {
	{ "long", { 40, 0, 60, 0 }, 0 },  { "box", { 40, 40, 40, 40 }, 0 },
	{ "478", { 40, 70, 80, 0 }, 4 },  { "coherent", { 55, 0, 55, 0 }, 0 },
	{ "even6", { 50, 0, 50, 0 }, 0 },
};

static uint64_t cycle_ms(const struct breath_plan *plan)
{
	uint64_t tenths = 0;
	size_t i;

	for (i = 0; i < BREATH_PHASES; i++)
		tenths += plan->phases[i];
	return tenths * 100;
}

uint32_t breath_plan_rounds(const struct breath_plan *plan, uint32_t minutes)
{
	uint64_t cycle = cycle_ms(plan), all = (uint64_t)minutes * 60000;
	uint64_t rounds = (all + cycle / 2) / cycle;

	return rounds == 0 ? 1 : (uint32_t)rounds;
}

static uint32_t default_rounds(const struct breath_plan *plan)
{
	uint32_t rounds = breath_plan_rounds(plan, DEFAULT_MINUTES);

	return rounds > BREATH_ROUNDS_MAX ? BREATH_ROUNDS_MAX : rounds;
}

bool breath_plan_find(struct breath_plan *plan, const char *pattern)
{
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(patterns); i++) {
		if (strcmp(patterns[i].name, pattern) != 0)
			continue;
		plan->pattern = patterns[i].name;
		memcpy(plan->phases, patterns[i].phases, sizeof plan->phases);
		plan->rounds = patterns[i].rounds != 0 ? patterns[i].rounds
						       : default_rounds(plan);
		return true;
	}
	return false;
}

/* "5.5" at *text, in tenths; *text goes behind it. */
static bool read_tenths(const char **text, uint32_t *tenths)
{
	const char *at = *text;
	uint32_t number = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		number = number * 10 + (uint32_t)(*at - '0');
		if (number > BREATH_PHASE_MAX)
			return false;
	}
	number *= 10;
	if (*at == '.' || *at == ',') {
		at++;
		if (*at < '0' || *at > '9')
			return false;
		number += (uint32_t)(*at++ - '0');
	}
	*text = at;
	*tenths = number;
	return number <= BREATH_PHASE_MAX;
}

bool breath_plan_read(struct breath_plan *plan, const char *text)
{
	struct breath_plan read = { .pattern = "own" };
	size_t count = 0;

	for (;;) {
		if (!read_tenths(&text, &read.phases[count]))
			return false;
		count++;
		if (*text == '\0')
			break;
		if (*text++ != '-' || count == BREATH_PHASES)
			return false;
	}
	if (count < BREATH_PHASES - 1 || read.phases[BREATH_IN] == 0 ||
	    read.phases[BREATH_OUT] == 0)
		return false;
	read.rounds = default_rounds(&read);
	*plan = read;
	return true;
}

uint64_t breath_plan_seconds(const struct breath_plan *plan, uint32_t rounds)
{
	return (cycle_ms(plan) * rounds + 500) / 1000;
}

/* ---- where one is ---- */

bool breath_place_at(const struct breath_plan *plan, uint64_t ms,
		     struct breath_place *place)
{
	uint64_t cycle = cycle_ms(plan), round = ms / cycle;
	uint64_t begin = round * cycle;
	unsigned phase = 0;

	if (round >= plan->rounds)
		return false;
	while (ms - begin >= (uint64_t)plan->phases[phase] * 100) {
		begin += (uint64_t)plan->phases[phase] * 100;
		phase++;
	}
	*place = (struct breath_place){
		.round = (uint32_t)round + 1,
		.phase = (enum breath_phase)phase,
		.begin_ms = begin,
		.done_ms = ms - begin,
		.length_ms = (uint64_t)plan->phases[phase] * 100,
	};
	return true;
}

uint32_t breath_whole_at(const struct breath_plan *plan, uint64_t ms)
{
	uint64_t cycle = cycle_ms(plan);
	uint64_t rest = (uint64_t)plan->phases[BREATH_REST] * 100;
	uint64_t whole = (ms + rest) / cycle;

	return whole > plan->rounds ? plan->rounds : (uint32_t)whole;
}

uint32_t breath_cells(const struct breath_place *place)
{
	if (place->phase == BREATH_HOLD || place->phase == BREATH_REST)
		return BREATH_CELLS;
	return (uint32_t)(place->done_ms * BREATH_CELLS / place->length_ms) + 1;
}

uint64_t breath_next_cell(const struct breath_place *place)
{
	uint64_t cells = breath_cells(place);

	return place->begin_ms +
	       (cells * place->length_ms + BREATH_CELLS - 1) / BREATH_CELLS;
}

void breath_run_begin(struct breath_run *run, uint64_t now_ms)
{
	run->zero_ms = now_ms;
	run->whole = 0;
	run->is_paused = false;
}

uint64_t breath_run_elapsed(const struct breath_run *run, uint64_t now_ms)
{
	if (run->is_paused)
		return run->whole * cycle_ms(&run->plan);
	return now_ms - run->zero_ms;
}

uint32_t breath_run_whole(const struct breath_run *run, uint64_t now_ms)
{
	return run->is_paused
		       ? run->whole
		       : breath_whole_at(&run->plan, now_ms - run->zero_ms);
}

void breath_run_pause(struct breath_run *run, uint64_t now_ms)
{
	run->whole = breath_run_whole(run, now_ms);
	run->is_paused = true;
}

void breath_run_resume(struct breath_run *run, uint64_t now_ms)
{
	/* May lie before 0 of the clock; the difference is what counts. */
	run->zero_ms = now_ms - run->whole * cycle_ms(&run->plan);
	run->is_paused = false;
}

bool breath_run_woke(struct breath_run *run, uint64_t wanted_ms,
		     uint64_t now_ms)
{
	if (run->is_paused || now_ms <= wanted_ms + BREATH_LATE_MS)
		return false;
	breath_run_pause(run, wanted_ms);
	breath_run_resume(run, now_ms);
	return true;
}

/* ---- numbers in words ---- */

#define WORDS_MAX 20u

static const char *const words[WORDS_MAX + 1] = {
	"",
	N_("one"),
	N_("two"),
	N_("three"),
	N_("four"),
	N_("five"),
	N_("six"),
	N_("seven"),
	N_("eight"),
	N_("nine"),
	N_("ten"),
	N_("eleven"),
	N_("twelve"),
	N_("thirteen"),
	N_("fourteen"),
	N_("fifteen"),
	N_("sixteen"),
	N_("seventeen"),
	N_("eighteen"),
	N_("nineteen"),
	N_("twenty"),
};

/* As a sentence begins. */
static const char *const first_words[WORDS_MAX + 1] = {
	"",
	N_("One"),
	N_("Two"),
	N_("Three"),
	N_("Four"),
	N_("Five"),
	N_("Six"),
	N_("Seven"),
	N_("Eight"),
	N_("Nine"),
	N_("Ten"),
	N_("Eleven"),
	N_("Twelve"),
	N_("Thirteen"),
	N_("Fourteen"),
	N_("Fifteen"),
	N_("Sixteen"),
	N_("Seventeen"),
	N_("Eighteen"),
	N_("Nineteen"),
	N_("Twenty"),
};

#define NUMBER_BYTES 64u

static void number_word(uint64_t number, const char *const *table,
			char out[NUMBER_BYTES])
{
	if (number >= 1 && number <= WORDS_MAX)
		(void)snprintf(out, NUMBER_BYTES, "%s", _(table[number]));
	else
		(void)snprintf(out, NUMBER_BYTES, "%llu",
			       (unsigned long long)number);
}

void breath_put_rounds(struct buf *out, uint32_t rounds)
{
	char word[NUMBER_BYTES];

	number_word(rounds, first_words, word);
	buf_printf(out, P_("%s round.", "%s rounds.", rounds), word);
}

/* ---- the plan in a sentence ---- */

/* "4", "5.5" */
static void put_seconds(uint32_t tenths, char out[NUMBER_BYTES])
{
	if (tenths % 10 == 0)
		(void)snprintf(out, NUMBER_BYTES, "%u", (unsigned)tenths / 10);
	else
		(void)snprintf(out, NUMBER_BYTES, "%u.%u",
			       (unsigned)tenths / 10, (unsigned)tenths % 10);
}

static void put_shape(struct buf *out, const struct breath_plan *plan)
{
	char seconds[BREATH_PHASES][NUMBER_BYTES];
	bool holds = plan->phases[BREATH_HOLD] > 0;
	bool rests = plan->phases[BREATH_REST] > 0;
	size_t i;

	for (i = 0; i < BREATH_PHASES; i++)
		put_seconds(plan->phases[i], seconds[i]);
	if (holds && rests)
		buf_printf(out, _("In %s · hold %s · out %s · hold %s"),
			   seconds[BREATH_IN], seconds[BREATH_HOLD],
			   seconds[BREATH_OUT], seconds[BREATH_REST]);
	else if (holds)
		buf_printf(out, _("In %s · hold %s · out %s"),
			   seconds[BREATH_IN], seconds[BREATH_HOLD],
			   seconds[BREATH_OUT]);
	else if (rests)
		buf_printf(out, _("In %s · out %s · hold %s"),
			   seconds[BREATH_IN], seconds[BREATH_OUT],
			   seconds[BREATH_REST]);
	else
		buf_printf(out, _("In %s · out %s"), seconds[BREATH_IN],
			   seconds[BREATH_OUT]);
}

static void put_about(struct buf *out, const struct breath_plan *plan)
{
	uint64_t seconds = breath_plan_seconds(plan, plan->rounds);
	uint64_t minutes = (seconds + 30) / 60;
	char word[NUMBER_BYTES];

	if (seconds < 50) {
		seconds = seconds == 0 ? 1 : seconds;
		number_word(seconds, words, word);
		buf_printf(out,
			   P_("about %s second", "about %s seconds", seconds),
			   word);
		return;
	}
	number_word(minutes, words, word);
	buf_printf(out, P_("about %s minute", "about %s minutes", minutes),
		   word);
}

void breath_put_plan(struct buf *out, const struct breath_plan *plan)
{
	char word[NUMBER_BYTES];

	number_word(plan->rounds, words, word);
	put_shape(out, plan);
	buf_printf(out, ", ");
	buf_printf(out, P_("%s round", "%s rounds", plan->rounds), word);
	buf_printf(out, ", ");
	put_about(out, plan);
	buf_printf(out, ".");
}

/* ---- the bar ---- */

const char *breath_label(enum breath_phase phase)
{
	switch (phase) {
	case BREATH_IN:
		return _("in");
	case BREATH_OUT:
		return _("out");
	case BREATH_HOLD:
	case BREATH_REST:
	case BREATH_PHASES:
		break;
	}
	return _("hold");
}

static void put_blanks(struct buf *out, size_t count)
{
	for (; count > 0; count--)
		buf_put_u8(out, ' ');
}

static size_t label_columns(void)
{
	size_t widest = 0, i;

	for (i = 0; i < BREATH_PHASES; i++) {
		size_t wide = render_width(breath_label((enum breath_phase)i));

		widest = wide > widest ? wide : widest;
	}
	return widest;
}

/* Rises with the in, falls with the out; a hold leaves it as it is. */
static void put_bar(struct buf *out, const struct breath_place *place,
		    bool ascii)
{
	static const char *const steps[BREATH_CELLS] = { "▁", "▂", "▃", "▄",
							 "▅", "▆", "▇", "█" };
	bool falls = place->phase == BREATH_OUT || place->phase == BREATH_REST;
	size_t cells = breath_cells(place), i;

	if (ascii && falls)
		cells = place->phase == BREATH_REST ? 1
						    : BREATH_CELLS + 1 - cells;
	for (i = 0; i < cells; i++) {
		if (ascii)
			buf_put_u8(out, '#');
		else
			buf_printf(out, "%s",
				   steps[falls ? BREATH_CELLS - 1 - i : i]);
	}
	put_blanks(out, BREATH_CELLS - cells);
}

static int digits_of(uint32_t number)
{
	return number >= 100 ? 3 : number >= 10 ? 2 : 1;
}

/* "round  3 of 18" */
static void put_count(struct buf *out, const struct breath_plan *plan,
		      uint32_t round)
{
	buf_printf(out, _("round %*u of %u"), digits_of(plan->rounds),
		   (unsigned)round, (unsigned)plan->rounds);
	buf_put_u8(out, 0);
}

/* How a line of the plan is laid out in so many columns. */
struct layout {
	size_t indent, label, between, count_between;
	bool has_count;
	size_t all;
};

static struct layout lay_out(const struct breath_plan *plan, size_t columns)
{
	struct layout wide = { 3, label_columns(), 2, 10, true, 0 };
	struct layout tight = { 0, wide.label, 1, 2, true, 0 };
	struct layout least = { 0, wide.label, 1, 0, false, 0 };
	struct buf count;
	size_t count_columns;

	buf_init(&count, 512);
	put_count(&count, plan, plan->rounds);
	count_columns = count.failed == 0 ? render_width((char *)count.ptr)
					  : columns;
	buf_release(&count);
	wide.all = wide.indent + wide.label + wide.between + BREATH_CELLS;
	tight.all = least.all = wide.label + tight.between + BREATH_CELLS;
	wide.all += wide.count_between + count_columns;
	tight.all += tight.count_between + count_columns;
	if (wide.all < columns)
		return wide;
	return tight.all < columns ? tight : least;
}

void breath_put_line(struct buf *out, const struct breath_plan *plan,
		     const struct breath_place *place, size_t columns,
		     bool ascii)
{
	struct layout layout = lay_out(plan, columns);
	const char *label = breath_label(place->phase);
	struct buf count;

	put_blanks(out, layout.indent);
	buf_printf(out, "%s", label);
	put_blanks(out, layout.label - render_width(label) + layout.between);
	put_bar(out, place, ascii);
	if (!layout.has_count)
		return;
	put_blanks(out, layout.count_between);
	buf_init(&count, 512);
	put_count(&count, plan, place->round);
	if (count.failed == 0)
		buf_printf(out, "%s", (const char *)count.ptr);
	buf_release(&count);
}

void breath_put_paused(struct buf *out, const struct breath_plan *plan,
		       size_t columns)
{
	const char *texts[] = { _("Paused. Space goes on, q ends."),
				_("Paused.") };
	struct layout layout = lay_out(plan, columns);
	size_t i = 0, wide;

	if (layout.indent + render_width(texts[0]) > layout.all)
		i = 1;
	wide = layout.indent + render_width(texts[i]);
	put_blanks(out, layout.indent);
	buf_printf(out, "%s", texts[i]);
	put_blanks(out, wide < layout.all ? layout.all - wide : 0);
}
