/*
 * cmd_breathe.c - a few guided breaths, and how calm before and after.
 *
 * Needs no journal: breathing comes first, and what is kept of it after. Must
 * never count a breath that wasn't whole, or hurry anybody. Read next:
 * breath.c for the arithmetic, ask.h for keys.
 */
#include <time.h>

#include "cli/aims.h"
#include "cli/ask.h"
#include "cli/breath.h"
#include "cli/command.h"
#include "cli/i18n.h"
#include "cli/keep.h"
#include "cli/render.h"
#include "cli/ticks.h"

const struct option_spec options_breathe[] = {
	{ "pattern", 0, OPTION_VALUE, N_("NAME"),
	  N_("long, box, 478, coherent, even6, own") },
	{ "phases", 0, OPTION_VALUE, "4-0-6-0",
	  N_("own seconds: in, hold, out, hold") },
	{ "rounds", 0, OPTION_VALUE, "N", N_("so many breaths") },
	{ "minutes", 0, OPTION_VALUE, "N",
	  N_("about so long, in whole breaths") },
	{ "bell", 0, OPTION_FLAG, NULL, N_("one bell for in, two for out") },
	{ "no-record", 0, OPTION_FLAG, NULL, N_("breathe, and keep nothing") },
	{ 0 },
};

#define FRAME_MS 67u /* 15 a second */
#define BELL_GAP_MS 250u
#define NOT_RATED (-1)

enum keeping { KEEPING, KEEPING_NOT_WANTED, KEEPING_NO_JOURNAL, KEEPING_ALONE };

struct breathing {
	struct cli *cli;
	struct breath_run run;
	enum keeping keeping;
	bool is_drawn; /* a bar in place; else a line for each phase */
	bool rings;
	bool is_ended;    /* by a key */
	uint64_t said;    /* phases that have had their line */
	uint64_t rung_at; /* the phase that bells were last for */
	uint32_t rung;
	uint64_t drawn_ms;
	char line[512]; /* as it stands on the screen */
	int64_t before, after;
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* ---- what was asked for ---- */

static int refuse_words(struct cli *cli, const char *sentence)
{
	return cli_say_no(cli, EXIT_USED_WRONGLY, "usage", "kept help breathe",
			  "%s", sentence);
}

static int read_pattern(struct cli *cli, struct breath_plan *plan)
{
	const char *pattern = options_value(&cli->options, "pattern");
	const char *phases = options_value(&cli->options, "phases");
	bool is_own = pattern != NULL && strcmp(pattern, "own") == 0;

	if (cli->options.arg_count > 0)
		return refuse_words(cli, _("Patterns are chosen with "
					   "--pattern NAME."));
	if (phases != NULL && pattern != NULL && !is_own)
		return refuse_words(cli, _("--phases is a pattern of your "
					   "own; --pattern isn't needed."));
	if (phases == NULL && is_own)
		return refuse_words(cli, _("Which one? For example  "
					   "--phases 4-0-6-0"));
	if (phases != NULL && !breath_plan_read(plan, phases))
		return refuse_words(cli,
				    _("--phases takes seconds for in, hold, "
				      "out, and hold, like 4-0-6-0 or "
				      "5.5-0-5.5-0; 30 at most for each."));
	if (phases == NULL &&
	    !breath_plan_find(plan, pattern == NULL ? "long" : pattern))
		return refuse_words(cli, _("Patterns are long, box, 478, "
					   "coherent, even6, and own."));
	return 0;
}

static int read_length(struct cli *cli, struct breath_plan *plan)
{
	bool has_minutes = options_has(&cli->options, "minutes");
	struct err err = { 0 };
	uint64_t rounds, minutes;

	if (has_minutes && options_has(&cli->options, "rounds"))
		return refuse_words(cli, _("--rounds or --minutes: one of "
					   "them is enough."));
	if (options_number(&cli->options, "rounds", 1, BREATH_ROUNDS_MAX,
			   plan->rounds, &rounds, &err) != 0 ||
	    options_number(&cli->options, "minutes", 1, BREATH_MINUTES_MAX, 1,
			   &minutes, &err) != 0)
		return refuse_words(cli, err.text);
	if (has_minutes)
		rounds = breath_plan_rounds(plan, (uint32_t)minutes);
	if (rounds > BREATH_ROUNDS_MAX)
		return cli_say_no(
			cli, EXIT_USED_WRONGLY, "usage", "kept help breathe",
			_("That would be %llu rounds; up to %u go "
			  "at a time."),
			(unsigned long long)rounds, BREATH_ROUNDS_MAX);
	plan->rounds = (uint32_t)rounds;
	return 0;
}

/* Is there a journal? Also learns whether redrawing is unwanted. */
static enum keeping find_keeping(struct cli *cli)
{
	struct client_refusal refusal;
	enum keeping keeping = KEEPING;
	cJSON *status = NULL;

	if (paths_find(&cli->paths, NULL) != 0 ||
	    cli_try(cli, "status", NULL, &status, &refusal) != 0)
		keeping = KEEPING_ALONE;
	else if (strcmp(json_text(status, "state"), "none") == 0)
		keeping = KEEPING_NO_JOURNAL;
	cJSON_Delete(status);
	if (options_has(&cli->options, "no-record"))
		return KEEPING_NOT_WANTED;
	return keeping;
}

/* ---- what is on the screen ---- */

static bool has_redrawing(const struct cli *cli)
{
	const char *term = getenv("TERM");

	return cli->err_is_terminal && !cli->dumb && term != NULL &&
	       *term != '\0';
}

/* A line in the place of the last one; none is sent twice. */
static void draw(struct breathing *breathing, struct buf *line)
{
	buf_put_u8(line, 0);
	if (line->failed != 0 ||
	    strcmp((char *)line->ptr, breathing->line) == 0)
		return;
	(void)snprintf(breathing->line, sizeof breathing->line, "%s",
		       (const char *)line->ptr);
	cli_say("\r%s", breathing->line);
	breathing->drawn_ms = now_ms();
}

static void draw_place(struct breathing *breathing,
		       const struct breath_place *place)
{
	struct cli *cli = breathing->cli;
	struct buf line;

	buf_init(&line, sizeof breathing->line);
	breath_put_line(&line, &breathing->run.plan, place,
			(size_t)cli->columns, !cli->utf8);
	draw(breathing, &line);
	buf_release(&line);
}

/* A line for each phase up to `until`, also where a slow machine was late. */
static void say_phases(struct breathing *breathing, uint64_t until)
{
	const struct breath_plan *plan = &breathing->run.plan;

	for (; breathing->said < until; breathing->said++) {
		unsigned phase = (unsigned)(breathing->said % BREATH_PHASES);
		unsigned round =
			(unsigned)(breathing->said / BREATH_PHASES) + 1;

		if (plan->phases[phase] == 0)
			continue;
		if (phase == BREATH_IN)
			cli_say(_("%s …  %u of %u\n"), breath_label(BREATH_IN),
				round, (unsigned)plan->rounds);
		else
			cli_say("%s …\n",
				breath_label((enum breath_phase)phase));
	}
}

static uint64_t place_number(const struct breath_place *place)
{
	return (uint64_t)(place->round - 1) * BREATH_PHASES + place->phase;
}

static uint64_t bell_gap(const struct breath_place *place)
{
	uint64_t third = place->length_ms / 3;

	return third < BELL_GAP_MS ? third : BELL_GAP_MS;
}

/* Told apart by ear: one for in, two for out. */
static void ring(struct breathing *breathing, const struct breath_place *place)
{
	uint64_t number = place_number(place) + 1;
	uint32_t due = place->phase == BREATH_IN           ? 1
		       : place->phase != BREATH_OUT        ? 0
		       : place->done_ms >= bell_gap(place) ? 2
							   : 1;

	if (breathing->rung_at != number) {
		breathing->rung_at = number;
		breathing->rung = 0;
	}
	for (; breathing->rung < due; breathing->rung++)
		cli_say("\a");
}

static void show(struct breathing *breathing, const struct breath_place *place)
{
	if (breathing->rings)
		ring(breathing, place);
	if (breathing->is_drawn)
		draw_place(breathing, place);
	else if (!breathing->rings)
		say_phases(breathing, place_number(place) + 1);
}

/* ---- the breathing itself ---- */

static void say_paused(struct breathing *breathing)
{
	struct buf line;

	if (!breathing->is_drawn) {
		cli_say(_("Paused. Space goes on, q ends.\n"));
		return;
	}
	buf_init(&line, sizeof breathing->line);
	breath_put_paused(&line, &breathing->run.plan,
			  (size_t)breathing->cli->columns);
	draw(breathing, &line);
	buf_release(&line);
}

/* q, and Ctrl-D. */
static bool ends(int key)
{
	return key == 'q' || key == 'Q' || key == 0x04;
}

static void pause_breathing(struct breathing *breathing)
{
	struct breath_run *run = &breathing->run;
	int key;

	breath_run_pause(run, now_ms());
	if (run->whole == run->plan.rounds)
		return;
	say_paused(breathing);
	do
		key = ask_key(breathing->cli, -1);
	while (key != ' ' && !ends(key) && key != ASK_KEY_STOPPED &&
	       key != ASK_KEY_CLOSED);
	breathing->is_ended = key != ' ';
	if (breathing->is_ended)
		return;
	breath_run_resume(run, now_ms());
	breathing->said = (uint64_t)run->whole * BREATH_PHASES;
	breathing->rung_at = 0;
}

/* When there is something to be done next, on the clock. */
static uint64_t next_ms(const struct breathing *breathing,
			const struct breath_place *place)
{
	uint64_t next = place->begin_ms + place->length_ms, wanted;
	uint64_t gap = place->begin_ms + bell_gap(place);

	if (breathing->is_drawn && breath_next_cell(place) < next)
		next = breath_next_cell(place);
	wanted = breathing->run.zero_ms + next;
	if (breathing->is_drawn && wanted < breathing->drawn_ms + FRAME_MS)
		wanted = breathing->drawn_ms + FRAME_MS;
	if (breathing->rings && place->phase == BREATH_OUT &&
	    place->done_ms < bell_gap(place) &&
	    breathing->run.zero_ms + gap < wanted)
		wanted = breathing->run.zero_ms + gap;
	return wanted;
}

static void wait_until(struct breathing *breathing, uint64_t wanted)
{
	struct breath_run *run = &breathing->run;
	uint64_t now = now_ms();
	int key = ask_key(breathing->cli,
			  wanted > now ? (int64_t)(wanted - now) : 0);

	if (breath_run_woke(run, wanted, now_ms())) {
		breathing->said = breath_run_whole(run, now_ms()) *
				  (uint64_t)BREATH_PHASES;
		breathing->line[0] = '\0';
	}
	if (key == ' ')
		pause_breathing(breathing);
	else
		breathing->is_ended = ends(key);
}

/* Until it is over, ended, or stopped; gives the breaths that were whole. */
static uint32_t breathe(struct breathing *breathing)
{
	struct breath_run *run = &breathing->run;
	struct breath_place place;
	uint32_t whole;

	ask_begin_keys(breathing->cli);
	breath_run_begin(run, now_ms());
	while (!ask_was_stopped() && !breathing->is_ended &&
	       breath_place_at(&run->plan, breath_run_elapsed(run, now_ms()),
			       &place)) {
		show(breathing, &place);
		wait_until(breathing, next_ms(breathing, &place));
	}
	whole = breath_run_whole(run, now_ms());
	ask_end_keys(breathing->cli);
	if (!breathing->is_drawn && !breathing->rings &&
	    whole == run->plan.rounds)
		say_phases(breathing, (uint64_t)whole * BREATH_PHASES);
	cli_say(breathing->is_drawn ? "\n\n" : "\n");
	return whole;
}

/* ---- how calm ---- */

/* Enter skips, and what was skipped once isn't asked about afterwards. 0, or
 * an exit code. */
static int ask_calm(struct breathing *breathing, const char *prompt,
		    int64_t *calm)
{
	struct cli *cli = breathing->cli;
	enum ask_answer answer;

	*calm = NOT_RATED;
	if (breathing->keeping != KEEPING || !ask_can(cli))
		return 0;
	answer = ask_number(cli, prompt, 0, 10, calm);
	return answer == ASK_STOPPED || answer == ASK_CLOSED ? EXIT_CTRL_C : 0;
}

/* "Eighteen rounds. How calm now?  ", on one line where there is room. */
static int say_rounds(struct breathing *breathing, uint32_t whole)
{
	const struct cli *cli = breathing->cli;
	bool asks = breathing->before != NOT_RATED && !ask_was_stopped() &&
		    ask_can(cli);
	const char *question = _("How calm now?  ");
	char prompt[512];
	struct buf text;
	size_t columns;

	buf_init(&text, 256);
	breath_put_rounds(&text, whole);
	buf_put_u8(&text, 0);
	if (text.failed != 0) {
		buf_release(&text);
		return 0;
	}
	columns = render_width((const char *)text.ptr) +
		  render_width(question) + 4;
	if (asks && columns < (size_t)cli->columns) {
		(void)snprintf(prompt, sizeof prompt, "%s %s",
			       (const char *)text.ptr, question);
	} else {
		cli_say("%s\n", (const char *)text.ptr);
		(void)snprintf(prompt, sizeof prompt, "%s", question);
	}
	buf_release(&text);
	return asks ? ask_calm(breathing, prompt, &breathing->after) : 0;
}

/* ---- what is kept ---- */

static cJSON *fields_of(const struct breathing *breathing, uint32_t whole)
{
	const struct breath_plan *plan = &breathing->run.plan;
	cJSON *fields = cJSON_CreateObject(), *phases;
	size_t i;

	(void)cJSON_AddStringToObject(fields, "pattern", plan->pattern);
	phases = cJSON_AddArrayToObject(fields, "phases");
	for (i = 0; i < BREATH_PHASES; i++)
		(void)cJSON_AddItemToArray(phases,
					   cJSON_CreateNumber(plan->phases[i]));
	(void)cJSON_AddNumberToObject(fields, "cycles", whole);
	(void)cJSON_AddNumberToObject(fields, "seconds",
				      (double)breath_plan_seconds(plan, whole));
	(void)cJSON_AddBoolToObject(fields, "completed", whole == plan->rounds);
	if (breathing->before != NOT_RATED)
		(void)cJSON_AddNumberToObject(fields, "calm_before",
					      (double)breathing->before);
	if (breathing->after != NOT_RATED)
		(void)cJSON_AddNumberToObject(fields, "calm_after",
					      (double)breathing->after);
	return fields;
}

/* For programs: as an entry would be, without an id. */
static int put_unkept(const struct breathing *breathing, uint32_t whole)
{
	cJSON *object = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(object, "kind", "breath");
	(void)cJSON_AddItemToObject(object, "f", fields_of(breathing, whole));
	(void)cJSON_AddBoolToObject(object, "recorded", false);
	return cli_put_json(object);
}

/* "Kept.  b4tt      Day 4 of the last 7." */
static int show_kept(struct breathing *breathing, cJSON *take_entry)
{
	struct cli *cli = breathing->cli;
	char id[RENDER_ID_BYTES];
	const cJSON *practice;
	int64_t days, of;
	cJSON *today;
	int exit_code;

	if (cli_is_program(cli) || json_flag(take_entry, "captured"))
		return keep_show(cli, take_entry);
	today = aims_ask(cli);
	practice = cJSON_GetObjectItemCaseSensitive(today, "practice");
	days = json_number(practice, "breath_days", 0);
	of = json_number(practice, "of", 7);
	render_short_id(json_text(take_entry, "id"), RENDER_ID_LETTERS, id);
	if (days > 0)
		cli_done(cli, _("Kept.  %s      Day %lld of the last %lld.\n"),
			 id, (long long)days, (long long)of);
	else
		cli_done(cli, _("Kept.  %s\n"), id);
	cJSON_Delete(today);
	exit_code = ticks_offer(cli, take_entry);
	cJSON_Delete(take_entry);
	return exit_code;
}

static int keep(struct breathing *breathing, uint32_t whole)
{
	cJSON *entry = NULL;
	int exit_code = keep_add(breathing->cli, "breath",
				 keep_params(fields_of(breathing, whole)), "",
				 &entry);

	return exit_code == 0 ? show_kept(breathing, entry) : exit_code;
}

static int end_unkept(const struct breathing *breathing, uint32_t whole)
{
	const struct cli *cli = breathing->cli;

	if (whole > 0 && breathing->keeping == KEEPING_NO_JOURNAL)
		cli_say(_("Not written down: there is no journal here yet. "
			  "`kept init` makes one.\n"));
	else if (whole > 0 && breathing->keeping == KEEPING_ALONE)
		cli_say(_("Not written down: kept's helper couldn't be "
			  "reached. `kept doctor` looks why.\n"));
	else if (whole == 0 && breathing->keeping == KEEPING)
		cli_say(_("Nothing was kept. Whenever you like.\n"));
	else if (whole == 0)
		cli_note(cli, _("Whenever you like.\n"));
	return cli_is_program(cli) ? put_unkept(breathing, whole) : EXIT_DONE;
}

/* Whole breaths are kept, whatever ended them. */
static int finish(struct breathing *breathing, uint32_t whole)
{
	int stopped = ask_was_stopped() ? EXIT_CTRL_C : 0;
	int exit_code;

	if (whole > 0 && say_rounds(breathing, whole) != 0)
		stopped = EXIT_CTRL_C;
	/* Ctrl-C is why it ends; keeping goes on. */
	ask_forget_stop();
	if (whole == 0 || breathing->keeping != KEEPING)
		exit_code = end_unkept(breathing, whole);
	else
		exit_code = keep(breathing, whole);
	return exit_code == 0 ? stopped : exit_code;
}

/* ---- the command ---- */

static void say_plan(const struct breathing *breathing)
{
	const struct cli *cli = breathing->cli;
	struct buf text;

	buf_init(&text, 1024);
	breath_put_plan(&text, &breathing->run.plan);
	if (ask_can(cli) && !cli->options.common.dry_run)
		buf_printf(&text, "%s", _(" Space pauses, q ends kindly."));
	buf_put_u8(&text, 0);
	if (text.failed == 0)
		cli_note(cli, "%s\n", (const char *)text.ptr);
	buf_release(&text);
}

int cmd_breathe(struct cli *cli)
{
	struct breathing breathing = { .cli = cli,
				       .before = NOT_RATED,
				       .after = NOT_RATED };
	int exit_code = read_pattern(cli, &breathing.run.plan);

	if (exit_code == 0)
		exit_code = read_length(cli, &breathing.run.plan);
	if (exit_code != 0)
		return exit_code;
	say_plan(&breathing);
	if (cli->options.common.dry_run) {
		cli_note(cli, _("Without -n it would begin now.\n"));
		return cli_is_program(cli)
			       ? put_unkept(&breathing,
					    breathing.run.plan.rounds)
			       : EXIT_DONE;
	}
	cli_say(_("If you feel light-headed, breathe as you normally do and "
		  "stop whenever you like.\n"));
	ask_open(cli);
	breathing.keeping = find_keeping(cli);
	breathing.is_drawn = has_redrawing(cli);
	breathing.rings = options_has(&cli->options, "bell");
	exit_code = ask_calm(&breathing, _("How calm right now, 0–10?  "),
			     &breathing.before);
	if (exit_code != 0) {
		cli_say(_("Nothing was kept.\n"));
		return exit_code;
	}
	cli_say("\n");
	return finish(&breathing, breathe(&breathing));
}
