/*
 * guide.h - a row of questions for one kind of entry, from a table.
 *
 * Every answer is kept as a draft at once, so that Ctrl-C, a closed terminal,
 * or a power cut costs one line; the next time the draft is offered. Nothing
 * that was skipped is asked about again, but for the one field that has to be
 * there: that is asked once more, in gentler words, and then let go.
 *
 *	static const struct guide_step steps[] = {
 *		{ .field = "title", .question = N_("What would ...?") },
 *		{ .field = "can_do", .question = N_("How sure ...?  "),
 *		  .how = GUIDE_INLINE },
 *	};
 *	struct guide guide = { .cli = cli, .kind = "goal", .steps = steps,
 *			       .count = KEPT_ARRAY_COUNT(steps),
 *			       .resume = "kept goal add" };
 *	int exit_code = guide_begin(&guide, "kept add goal --from -");
 *
 *	if (exit_code == 0)
 *		exit_code = guide_ask(&guide);
 *	if (exit_code == 0)
 *		exit_code = guide_keep(&guide, &entry);
 *	guide_end(&guide);
 *
 * What comes back is 0, or an exit code with everything said.
 */
#ifndef KEPT_CLI_GUIDE_H
#define KEPT_CLI_GUIDE_H

#include "cli/ask.h"
#include "cli/dates.h"
#include "cli/i18n.h"
#include "cli/keep.h"
#include "proto/entry.h"

struct guide;
struct guide_step;

/* Asks, and puts what it got by guide_put. ASK_STOPPED and ASK_CLOSED end the
 * row; what was typed until then has to be put before. */
typedef enum ask_answer guide_asks(struct guide *guide,
				   const struct guide_step *step);

enum guide_how {
	GUIDE_INLINE = 1, /* question and answer share a line; without it the
			     answer has a line of its own behind "> " */
	GUIDE_SIGHT = 2,  /* before it, what stays in sight is shown again */
	GUIDE_REQUIRED = 4, /* asked once more, then let go; the kind's
			       REQUIRED fields are that without being told */
	GUIDE_BACK = 8    /* a day or an instant that was; without it, one
			     that is to come */
};

struct guide_step {
	const char *field;    /* of the kind, or text; an own `asks` may have
				 any word here that is none of a field */
	const char *question; /* N_(); NULL: the prompt of entry.def */
	/* NULL: guide_ask_field. TEXT is a line, TEXTS (and `text`) lines
	 * until an empty one, WHOLE a number in its range, CHOICE a numbered
	 * list in entry.def's order, DATE and INSTANT as dates.h reads them
	 * and read back in full, FEELINGS "anxious 75, tense 60", YESNO. */
	guide_asks *asks;
	unsigned how;         /* GUIDE_* */
	const char *again;    /* N_(): the second, gentler line where it is
				 required; NULL: a general one */
	const char *hint;     /* N_(): said after a while of silence */
	const char *const *words; /* N_(): what a person sees for each choice,
				     in order; NULL: the choices themselves */
	/* NULL: always. False leaves the question out. */
	bool (*wanted)(const struct guide *guide);
};

struct guide {
	struct cli *cli;
	const char *kind;
	const struct guide_step *steps;
	size_t count;
	const char *resume;  /* "kept goal add": goes on with the draft */
	const char *sight;   /* field that stays in sight; NULL: none */
	/*
	 * Answers go into this entry, not into a new one (`kept experiment
	 * result`): its id; NULL for a new one. The draft remembers it.
	 */
	const char *changes;
	/* Whichever entry a draft was to go into, or none: it goes on here,
	 * with the lines that it was to add. */
	bool draft_moves;
	/* A draft belongs to these questions only if it says the same here as
	 * `fields` does ("goal" for a check-in); NULL: any of the kind. */
	const char *same;
	/* Owns. What is known beforehand may be put in before guide_begin;
	 * answers are added. Names that are none of the kind's fields stay in
	 * the draft and don't get into the entry. */
	cJSON *fields;
	/* May be NULL: adds what follows from the answers before it is kept. */
	void (*complete)(struct guide *guide);
	char draft[KEEP_DRAFT_BYTES];
	size_t from;         /* the step a draft was left at */
	const cJSON *entry;  /* for `changes`: what it holds now, so that texts
				can be changed; may be NULL. Borrows */
};

/*
 * Refuses where there is nobody to ask (exit 2, naming `instead`, which may be
 * NULL), and offers a draft that was left ("On Tuesday you were writing
 * something. Carry on? [Y/n]"). Before it: keep_begin, unless something was
 * read already.
 */
int guide_begin(struct guide *guide, const char *instead) KEPT_MUST_USE;
/* A draft left at these questions; a copy, NULL if there is none. Silent. */
cJSON *guide_find_draft(const struct guide *guide);
/* Goes on from it; borrows. */
void guide_take_draft(struct guide *guide, const cJSON *draft);

/*
 * All questions in order. EXIT_STOPPED after a kind word when the required
 * one was left empty; EXIT_CTRL_C after "Kept as a draft. ...".
 */
int guide_ask(struct guide *guide) KEPT_MUST_USE;
/* One question by its field's type: for an own `asks` that only adds to it. */
enum ask_answer guide_ask_field(struct guide *guide,
				const struct guide_step *step) KEPT_MUST_USE;
/* What guide_ask does when a question was stopped: keeps the draft and says
 * so. EXIT_CTRL_C. */
int guide_stop(struct guide *guide, enum ask_answer answer);

/*
 * Adds the entry, or changes the one of `changes`, and lets the draft go.
 * *entry gives ownership; nothing is said yet (keep_show, ticks_show). After
 * a refusal the draft is still there.
 */
int guide_keep(struct guide *guide, cJSON **entry) KEPT_MUST_USE;
void guide_end(struct guide *guide);

/* ---- for steps of one's own ---- */

/* Puts a field (takes the value; NULL takes it away), and all into the
 * draft. */
void guide_put(struct guide *guide, const char *name, cJSON *take_value);
/* All there is into the draft, after `fields` was changed directly. */
void guide_save(struct guide *guide);
/* Puts what was typed. Where it is longer than the field holds, its first
 * words go there and all of it into the entry's text, saying so. */
void guide_put_line(struct guide *guide, const struct entry_field *field,
		    const char *text);
/* Adds what was typed to the entry's text, behind what stands there. */
void guide_add_text(struct guide *guide, const char *text);
/* Has anything been answered, now or in the draft? What was put beforehand
 * doesn't count, unless a step asks for it. */
bool guide_has_answers(const struct guide *guide);
const cJSON *guide_field(const struct guide *guide, const char *name);
/* Text that is there: from an answer, else from the entry that is being
 * changed; "" if there is none. */
const char *guide_text(const struct guide *guide, const char *name);
/* “What stays in sight”, on a line of its own, cut to the terminal. */
void guide_show_sight(const struct guide *guide);
/* Adds what was typed to a list of texts; more than `high` scalars go into
 * several items. Returns what a full list has no room for, "" where all of it
 * went in; borrows from text. */
const char *guide_add_lines(cJSON *lines, const char *text, int64_t high);
/* A day or an instant as dates.h reads them, asked until it is one. It is for
 * the caller to read it back in full, as steps by type do. A day without a
 * time is asked for its time; Enter: noon. */
enum ask_answer guide_ask_day(struct cli *cli, const char *prompt,
			      enum dates_toward toward, int64_t *days)
	KEPT_MUST_USE;
enum ask_answer guide_ask_instant(struct cli *cli, const char *prompt,
				  enum dates_toward toward,
				  struct civil_instant *at) KEPT_MUST_USE;
/* A whole question with its answer: a list of words, or N_() choices of a
 * field. The place goes into *place. */
enum ask_answer guide_ask_words(struct cli *cli, const char *question,
				const char *const *words, size_t count,
				size_t *place) KEPT_MUST_USE;

/* ---- what can be told without a terminal; for tests too ---- */

/* The step to go on from: the last answered one if words may be added to it,
 * else the one after it. */
size_t guide_find_step(const struct guide *guide, const cJSON *fields);
/* How many bytes of text fit into `scalars`, cut between words. */
size_t guide_fitting(const char *text, size_t scalars);

#endif
