/*
 * insightgoals.c - how far goals and homework have come, and which session
 * was the last.
 *
 * The one rule is in insight.h. Must never count an entry twice for the same
 * thing, and never forget what was said at a check-in.
 */
#include "daemon/vault/insightinside.h"

#include "daemon/vault/change.h"
#include "proto/mp.h"

int insight_agreed(struct insight *insight, struct insight_items *out,
		   struct err *err)
{
	struct facts_wanted wanted = { FACT_KIND(goal) | FACT_KIND(homework) |
					       FACT_KIND(session),
				       CIVIL_DAYS_LEAST, CIVIL_DAYS_GREATEST };

	return insight_collect(insight, &wanted, out, err);
}

/* ---- sessions ---- */

const struct insight_item *insight_last_session(
	const struct insight_items *agreed, int64_t today)
{
	for (size_t i = agreed->count; i-- > 0;) {
		const struct insight_item *item = agreed->items[i];

		if (item->row->kind == ENTRY_KIND_session &&
		    item->row->day <= today &&
		    item->fact->numbers[FACT_SESSION_is_held] == 1)
			return item;
	}
	return NULL;
}

/* What was said since, before a session of its own, is still to come. */
uint32_t insight_brings(const struct insight_item *item,
			const struct insight_item *last)
{
	int32_t count = item->fact->numbers[FACT_SESSION_to_bring];

	if (item->row->kind != ENTRY_KIND_session || count <= 0 ||
	    (last != NULL && insight_order(item, last) < 0))
		return 0;
	return (uint32_t)count;
}

struct insight_session insight_session_of(const struct insight_item *item)
{
	int32_t number = item->fact->numbers[FACT_SESSION_number];

	return (struct insight_session){
		.id = item->row->id,
		.day = item->row->day,
		.number = number == FACT_ABSENT ? -1 : number,
	};
}

int insight_next_of(struct insight *insight, const struct insight_item *last,
		    struct insight_next *out, struct err *err)
{
	struct gathered *entry = NULL;
	struct merge_field field;
	struct mp_reader reader;
	int64_t offset = 0;
	size_t count = 0;
	int32_t number;
	int code;

	*out = (struct insight_next){ .number = -1 };
	if (last == NULL)
		return 0;
	number = last->fact->numbers[FACT_SESSION_number];
	if (number != FACT_ABSENT)
		out->number = number + 1;
	code = gather_cached(insight->vault, &last->row->id, &entry, err);
	if (code != 0)
		return code == ERR_NOT_FOUND ? 0 : code;
	code = merge_read(entry->state, ENTRY_session_next_at, &field);
	if (code == ERR_NOMEM)
		return vault_fail(err, code);
	if (code != 0 || field.count == 0 ||
	    !change_read_at(field.values[0].value, &out->at.ms))
		return 0;
	/* Of this form: change_read_at has looked. */
	reader = mp_reader(field.values[0].value);
	if (mp_read_array(&reader, &count) != 0 ||
	    mp_read_int(&reader, &out->at.ms) != 0 ||
	    mp_read_int(&reader, &offset) != 0)
		return 0;
	out->at.offset_min = (int32_t)offset;
	out->has_at = true;
	return 0;
}

/* ---- progress ---- */

/* What adds to it: every entry, or the first of a day or of seven. */
enum unit { UNIT_EACH, UNIT_ONCE, UNIT_DAY, UNIT_WEEK, UNIT_NONE };

enum { MEASURE_YES_NO, MEASURE_COUNT, MEASURE_DAYS, MEASURE_TEN }; /* .def */
enum { OFTEN_ONCE, OFTEN_DAILY, OFTEN_WEEKLY, OFTEN_N };

static enum unit unit_of(const struct insight_item *item)
{
	const int32_t *numbers = item->fact->numbers;

	if (item->row->kind == ENTRY_KIND_homework)
		return numbers[FACT_HOMEWORK_often] == OFTEN_DAILY ? UNIT_DAY
		       : numbers[FACT_HOMEWORK_often] == OFTEN_WEEKLY
			       ? UNIT_WEEK
			       : UNIT_EACH;
	switch (numbers[FACT_GOAL_measure]) {
	case MEASURE_YES_NO:
		return UNIT_ONCE;
	case MEASURE_DAYS:
		return UNIT_DAY;
	case MEASURE_TEN:
		return UNIT_NONE;
	default:
		return UNIT_EACH;
	}
}

struct walk {
	const struct insight_item *goal;
	enum unit unit;
	bool has_value;
	uint64_t value;
	int64_t counted; /* the newest unit */
};

/* What is only planned counts for nothing yet. */
static bool is_done(const struct insight_item *item)
{
	const int32_t *numbers = item->fact->numbers;

	if (item->row->kind == ENTRY_KIND_experiment)
		return numbers[FACT_EXPERIMENT_is_done] == 1;
	return item->row->kind != ENTRY_KIND_activity ||
	       numbers[FACT_ACTIVITY_is_done] == 1;
}

static bool counts_for(const struct insight_item *goal,
		       const struct insight_item *item)
{
	static const struct id16 none;
	const struct fact *fact = item->fact;

	if (item->row->day < goal->row->day ||
	    item->row->kind == ENTRY_KIND_checkin)
		return false;
	if (!id16_equal(&fact->ref, &none))
		return id16_equal(&fact->ref, &goal->row->id);
	return goal->row->kind == ENTRY_KIND_homework &&
	       goal->fact->numbers[FACT_HOMEWORK_hint] == item->row->kind &&
	       is_done(item);
}

/* Days ascend, so that a unit is new when it is later than the newest. */
static bool count_item(struct walk *walk, const struct insight_item *item)
{
	int64_t day = item->row->day;
	int64_t unit = walk->unit == UNIT_WEEK
			       ? (day - walk->goal->row->day) / 7
			       : day;

	if (!counts_for(walk->goal, item))
		return false;
	if (walk->unit == UNIT_EACH) {
		walk->value++;
	} else if (walk->unit == UNIT_ONCE) {
		walk->value = 1;
		walk->has_value = true;
	} else if (walk->unit != UNIT_NONE && unit > walk->counted) {
		walk->value++;
		walk->counted = unit;
	}
	return walk->unit != UNIT_NONE;
}

/* Was it about this one? */
static bool walk_item(struct walk *walk, const struct insight_item *item)
{
	int32_t said;

	if (item->row->kind != ENTRY_KIND_checkin)
		return count_item(walk, item);
	if (item->row->day < walk->goal->row->day ||
	    !id16_equal(&item->fact->ref, &walk->goal->row->id))
		return false;
	said = item->fact->numbers[FACT_CHECKIN_progress];
	if (said == FACT_ABSENT)
		return true;
	walk->has_value = true;
	walk->value = walk->unit == UNIT_ONCE ? said > 0 : (uint64_t)said;
	return true;
}

struct pursuit {
	struct insight *insight;
	const struct insight_targets_wanted *wanted;
	struct insight_items items; /* what may count */
};

static int progress_of(struct pursuit *pursuit, const struct insight_item *item,
		       struct insight_target *out)
{
	struct insight_span span = pursuit->wanted->span;
	struct walk walk = { .goal = item,
			     .unit = unit_of(item),
			     .counted = INT64_MIN };
	struct insight_step *steps = NULL;
	size_t room = pursuit->wanted->with_steps ? pursuit->items.count : 0;

	walk.has_value = walk.unit != UNIT_ONCE && walk.unit != UNIT_NONE;
	if (room > (size_t)(span.last - span.first) + 1)
		room = (size_t)(span.last - span.first) + 1;
	steps = arena_alloc(pursuit->insight->arena, room, sizeof *steps);
	if (steps == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < pursuit->items.count; i++) {
		const struct insight_item *about = pursuit->items.items[i];
		struct insight_step *step;

		if (!walk_item(&walk, about) || !walk.has_value || room == 0 ||
		    about->row->day < span.first || about->row->day > span.last)
			continue;
		if (out->step_count == 0 ||
		    steps[out->step_count - 1].day != about->row->day)
			steps[out->step_count++] = (struct insight_step){
				.day = about->row->day,
			};
		step = &steps[out->step_count - 1];
		step->value = walk.value;
		step->n++;
	}
	out->steps = steps;
	out->has_progress = walk.has_value;
	out->progress = walk.value;
	return 0;
}

/* ---- goals and homework ---- */

static const char *choice(uint16_t kind, uint32_t number, int32_t place)
{
	static const char *const statuses[] = { "open", "done", "changed",
						"let-go" };
	static const char *const fates[] = { "open", "done", "partly",
					     "not-this-time", "changed" };
	static const char *const measures[] = { "yes-no", "count", "days",
						"0-10" };
	static const char *const often[] = { "once", "daily", "weekly", "n" };
	bool is_goal = kind == ENTRY_KIND_goal;

	if (place < 0)
		return NULL;
	if (is_goal && number == ENTRY_goal_status)
		return statuses[place];
	if (is_goal)
		return measures[place];
	return number == ENTRY_homework_status ? fates[place] : often[place];
}

static bool is_wanted(const struct insight *insight,
		      const struct insight_targets_wanted *wanted,
		      const struct insight_item *item)
{
	const int32_t *numbers = item->fact->numbers;
	uint16_t kind = wanted->is_homework ? ENTRY_KIND_homework
					    : ENTRY_KIND_goal;
	int32_t status = numbers[wanted->is_homework ? FACT_HOMEWORK_status
						     : FACT_GOAL_status];
	int32_t due = numbers[wanted->is_homework ? FACT_HOMEWORK_due
						  : FACT_GOAL_due];

	if (item->row->kind != kind || item->row->day > insight->today)
		return false;
	if (status == FACT_ABSENT || status == 0)
		return true;
	return !wanted->open_only &&
	       (item->row->day >= wanted->span.first ||
		(due != FACT_ABSENT && due >= wanted->span.first));
}

static int describe_homework(struct insight *insight,
			     const struct insight_item *item,
			     struct insight_target *out, struct err *err)
{
	const int32_t *numbers = item->fact->numbers;
	const struct entry_kind *kind = NULL;
	struct merge_field field;
	struct gathered *entry = NULL;
	int64_t helpful = -1;
	int code;

	out->status = choice(ENTRY_KIND_homework, ENTRY_homework_status,
			     numbers[FACT_HOMEWORK_status]);
	out->measure = choice(ENTRY_KIND_homework, ENTRY_homework_how_often,
			      numbers[FACT_HOMEWORK_often]);
	if (numbers[FACT_HOMEWORK_hint] > 0)
		kind = entry_kind_by_number(
			(uint64_t)numbers[FACT_HOMEWORK_hint]);
	out->hint = kind == NULL ? NULL : kind->name;
	if (numbers[FACT_HOMEWORK_target] != FACT_ABSENT)
		out->target = numbers[FACT_HOMEWORK_target];
	else if (numbers[FACT_HOMEWORK_often] == OFTEN_ONCE)
		out->target = 1;
	if (numbers[FACT_HOMEWORK_due] != FACT_ABSENT)
		out->due = numbers[FACT_HOMEWORK_due];
	code = insight_text(insight, &out->id, ENTRY_homework_title,
			    &out->title, err);
	if (code == 0)
		code = insight_text(insight, &out->id,
				    ENTRY_homework_what_got_in_the_way,
				    &out->in_the_way, err);
	if (code == 0)
		code = gather_cached(insight->vault, &out->id, &entry, err);
	if (code != 0)
		return code == ERR_NOT_FOUND ? 0 : code;
	code = merge_read(entry->state, ENTRY_homework_how_helpful, &field);
	if (code == ERR_NOMEM)
		return vault_fail(err, code);
	if (code == 0 && field.count > 0) {
		struct mp_reader reader = mp_reader(field.values[0].value);

		if (mp_read_int(&reader, &helpful) == 0 && helpful >= 0 &&
		    helpful <= 10)
			out->helpful = (int32_t)helpful;
	}
	return 0;
}

static int describe(struct pursuit *pursuit, const struct insight_item *item,
		    struct insight_target *out, struct err *err)
{
	const int32_t *numbers = item->fact->numbers;
	int code;

	*out = (struct insight_target){
		.id = item->row->id,
		.is_homework = pursuit->wanted->is_homework,
		.day = item->row->day,
		.due = INT64_MAX,
		.target = -1,
		.helpful = -1,
	};
	if (out->is_homework) {
		code = describe_homework(pursuit->insight, item, out, err);
	} else {
		out->status = choice(ENTRY_KIND_goal, ENTRY_goal_status,
				     numbers[FACT_GOAL_status]);
		out->measure = choice(ENTRY_KIND_goal, ENTRY_goal_measure,
				      numbers[FACT_GOAL_measure]);
		if (numbers[FACT_GOAL_target] != FACT_ABSENT)
			out->target = numbers[FACT_GOAL_target];
		if (numbers[FACT_GOAL_due] != FACT_ABSENT)
			out->due = numbers[FACT_GOAL_due];
		code = insight_text(pursuit->insight, &out->id,
				    ENTRY_goal_title, &out->title, err);
	}
	if (out->status == NULL)
		out->status = "open";
	if (code != 0)
		return code;
	code = progress_of(pursuit, item, out);
	return code == 0 ? 0 : vault_fail(err, code);
}

/* The newest of those that are wanted. */
static size_t choose(const struct insight *insight,
		     const struct insight_targets_wanted *wanted,
		     const struct insight_item **chosen, uint64_t *more)
{
	const struct insight_items *agreed = wanted->agreed;
	size_t count = 0;

	*more = 0;
	for (size_t i = agreed->count; i-- > 0;) {
		if (!is_wanted(insight, wanted, agreed->items[i]))
			continue;
		if (count < INSIGHT_TARGETS)
			chosen[count++] = agreed->items[i];
		else
			*more += 1;
	}
	return count;
}

int insight_find_targets(struct insight *insight,
			 const struct insight_targets_wanted *wanted,
			 struct insight_targets *out, struct err *err)
{
	const struct insight_item *chosen[INSIGHT_TARGETS];
	struct pursuit pursuit = { .insight = insight, .wanted = wanted };
	struct facts_wanted counting = { FACT_KIND(checkin) | FACT_KIND(win) |
						 FACT_KIND(boundary),
					 insight->today, insight->today };
	struct insight_target *targets;
	size_t count = choose(insight, wanted, chosen, &out->more);
	int code;

	out->count = 0;
	for (size_t i = 0; i < count; i++) {
		int32_t hint = chosen[i]->fact->numbers[FACT_HOMEWORK_hint];

		if (chosen[i]->row->day < counting.from)
			counting.from = chosen[i]->row->day;
		if (wanted->is_homework && hint > 0 && hint < 32)
			counting.kinds |= UINT32_C(1) << hint;
	}
	if (count == 0)
		return 0;
	targets = arena_alloc(insight->arena, count, sizeof *targets);
	if (targets == NULL)
		return vault_fail(err, ERR_NOMEM);
	code = insight_collect(insight, &counting, &pursuit.items, err);
	if (*insight->more)
		return code;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = describe(&pursuit, chosen[i], &targets[i], err);
	out->items = targets;
	out->count = count;
	return code;
}
