/*
 * guide.c - a row of questions for one kind of entry: the row itself, and
 * what becomes of the answers.
 *
 * Must never lose an answer: each is in a draft before the next question is
 * on the screen. Read next: guideasks.c for the questions by type.
 */
#include "cli/guide.h"

#include "cli/i18n.h"
#include "cli/render.h"
#include "proto/base/utf8.h"

/* The key a draft remembers the entry by that it changes; no field's name. */
#define CHANGES_KEY "changes"

static const struct entry_kind *kind_of(const struct guide *guide)
{
	return entry_kind_by_name(bytes_from_str(guide->kind));
}

static const struct entry_field *field_of(const struct guide *guide,
					  const char *name)
{
	return entry_field_by_name(kind_of(guide), bytes_from_str(name));
}

const cJSON *guide_field(const struct guide *guide, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(guide->fields, name);
}

/* ---- drafts ---- */

static bool is_ours(const struct guide *guide, const cJSON *draft)
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(draft, "fields");
	const char *changes = guide->changes == NULL ? "" : guide->changes;

	if (strcmp(json_text(draft, "kind"), guide->kind) != 0 ||
	    (!guide->draft_moves &&
	     strcmp(json_text(fields, CHANGES_KEY), changes) != 0))
		return false;
	return guide->same == NULL ||
	       strcmp(json_text(fields, guide->same),
		      json_text(guide->fields, guide->same)) == 0;
}

cJSON *guide_find_draft(const struct guide *guide)
{
	struct client_refusal refusal;
	cJSON *result = NULL, *found = NULL;
	const cJSON *draft;

	if (cli_try(guide->cli, "drafts", NULL, &result, &refusal) != 0)
		return NULL;
	cJSON_ArrayForEach(draft,
			   cJSON_GetObjectItemCaseSensitive(result, "drafts"))
	{
		if (found == NULL && is_ours(guide, draft))
			found = cJSON_Duplicate(draft, true);
	}
	cJSON_Delete(result);
	return found;
}

static bool has_item(const cJSON *list, const cJSON *item)
{
	const cJSON *each;

	cJSON_ArrayForEach(each, list)
	{
		if (cJSON_Compare(each, item, true))
			return true;
	}
	return false;
}

/* Of our lists what isn't in the entry's; behind those, or alone. */
static void sift_lists(struct guide *guide, const cJSON *entry, bool alone)
{
	const cJSON *there, *item;

	cJSON_ArrayForEach(there, entry)
	{
		const cJSON *ours = guide_field(guide, there->string);
		const struct entry_field *field =
			field_of(guide, there->string);
		cJSON *list;

		if (!cJSON_IsArray(there) || !cJSON_IsArray(ours) ||
		    field == NULL || field->type != ENTRY_TYPE_TEXTS)
			continue;
		list = alone ? cJSON_CreateArray()
			     : cJSON_Duplicate(there, true);
		cJSON_ArrayForEach(item, ours)
		{
			if (!has_item(there, item))
				(void)cJSON_AddItemToArray(
					list, cJSON_Duplicate(item, true));
		}
		(void)cJSON_ReplaceItemInObjectCaseSensitive(
			guide->fields, there->string, list);
	}
}

/* From the entry that a draft was left at to the one that is meant now: lines
 * that stand in the former were only shown again. */
static void move_draft(struct guide *guide)
{
	const char *was = json_text(guide->fields, CHANGES_KEY);
	cJSON *params, *result = NULL;
	struct client_refusal refusal;
	const cJSON *entry;

	if (guide->changes != NULL && strcmp(was, guide->changes) == 0)
		return;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "id", was);
	if (*was == '\0')
		cJSON_Delete(params);
	else
		err_ignore(
			cli_try(guide->cli, "show", params, &result, &refusal),
			"then every line is taken for new");
	entry = cJSON_GetObjectItemCaseSensitive(result, "entry");
	sift_lists(guide, cJSON_GetObjectItemCaseSensitive(entry, "f"), true);
	cJSON_Delete(result);
	cJSON_DeleteItemFromObjectCaseSensitive(guide->fields, CHANGES_KEY);
}

void guide_take_draft(struct guide *guide, const cJSON *draft)
{
	cJSON_Delete(guide->fields);
	guide->fields = cJSON_Duplicate(
		cJSON_GetObjectItemCaseSensitive(draft, "fields"), true);
	if (guide->fields == NULL)
		guide->fields = cJSON_CreateObject();
	(void)snprintf(guide->draft, sizeof guide->draft, "%s",
		       json_text(draft, "id"));
	if (guide->draft_moves)
		move_draft(guide);
	/* Lists are only added to: what came into the entry since stays. */
	if (guide->changes != NULL)
		sift_lists(guide, guide->entry, false);
	guide->from = guide_find_step(guide, guide->fields);
}

static bool save(struct guide *guide)
{
	if (guide->changes != NULL && guide_field(guide, CHANGES_KEY) == NULL)
		(void)cJSON_AddStringToObject(guide->fields, CHANGES_KEY,
					      guide->changes);
	return keep_draft(guide->cli, guide->kind, guide->fields, guide->draft);
}

void guide_save(struct guide *guide)
{
	(void)save(guide);
}

void guide_put(struct guide *guide, const char *name, cJSON *take_value)
{
	cJSON_DeleteItemFromObjectCaseSensitive(guide->fields, name);
	if (take_value != NULL)
		(void)cJSON_AddItemToObject(guide->fields, name, take_value);
	(void)save(guide);
}

/* ---- words that are too many for one field ---- */

size_t guide_fitting(const char *text, size_t scalars)
{
	struct bytes all = bytes_from_str(text);
	size_t pos = 0, blank = 0, count = 0;

	while (count < scalars && pos < all.len) {
		uint32_t scalar;

		if (all.ptr[pos] == ' ')
			blank = pos;
		scalar = utf8_next(all, &pos);
		count++;
		if (scalar == 0)
			break;
	}
	if (pos == all.len || all.ptr[pos] == ' ' || blank == 0)
		return pos;
	return blank;
}

const char *guide_text(const struct guide *guide, const char *name)
{
	if (guide->changes != NULL && guide_field(guide, name) == NULL)
		return json_text(guide->entry, name);
	return json_text(guide->fields, name);
}

void guide_add_text(struct guide *guide, const char *text)
{
	struct buf all;

	buf_init(&all, 4 * LIMIT_ENTRY_TEXT_BYTES);
	buf_printf(&all, "%s", guide_text(guide, "text"));
	buf_printf(&all, "%s%s", all.len > 0 ? "\n" : "", text);
	buf_put_u8(&all, 0);
	if (all.failed == 0)
		guide_put(guide, "text",
			  cJSON_CreateString((const char *)all.ptr));
	buf_release(&all);
}

void guide_put_line(struct guide *guide, const struct entry_field *field,
		    const char *text)
{
	size_t fits = guide_fitting(text, (size_t)field->high);
	char *line;

	if (text[fits] != '\0') {
		guide_add_text(guide, text);
		cli_say(_("That is more than fits into one line here: its "
			  "beginning stands there, and all of it in the "
			  "entry's text.\n"));
	}
	line = cli_copy(text, fits);
	guide_put(guide, field->name, cJSON_CreateString(line));
	cli_free(line);
}

/* ---- what stays in sight ---- */

void guide_show_sight(const struct guide *guide)
{
	const char *text = guide->sight == NULL
				   ? ""
				   : json_text(guide->fields, guide->sight);
	size_t columns = (size_t)guide->cli->columns;
	struct buf line, cut;

	if (guide->sight != NULL && *text == '\0')
		text = json_text(guide->entry, guide->sight);
	if (*text == '\0')
		return;
	buf_init(&line, RENDER_BYTES_MAX);
	buf_init(&cut, RENDER_BYTES_MAX);
	render_put_line(&line, text);
	buf_put_u8(&line, 0);
	if (line.failed == 0)
		render_put_cut(&cut, (const char *)line.ptr,
			       columns > 12 ? columns - 4 : 8,
			       !guide->cli->utf8);
	if (cut.failed == 0)
		cli_say(_("\n  “%.*s”\n"), (int)cut.len, (const char *)cut.ptr);
	buf_release(&cut);
	buf_release(&line);
}

/* ---- the row ---- */

/* A field that two steps share is begun at the first of them. */
static bool is_first(const struct guide *guide, size_t place)
{
	size_t i;

	for (i = 0; i < place; i++) {
		if (strcmp(guide->steps[i].field, guide->steps[place].field) ==
		    0)
			return false;
	}
	return true;
}

size_t guide_find_step(const struct guide *guide, const cJSON *fields)
{
	const struct entry_field *field;
	size_t at = guide->count, i;

	for (i = 0; i < guide->count; i++) {
		if (is_first(guide, i) &&
		    cJSON_HasObjectItem(fields, guide->steps[i].field))
			at = i;
	}
	if (at == guide->count)
		return 0;
	field = field_of(guide, guide->steps[at].field);
	/* Words may go on; a number, a day, or a choice is whole. */
	if (field != NULL && (field->type == ENTRY_TYPE_TEXT ||
			      field->type == ENTRY_TYPE_TEXTS ||
			      field->type == ENTRY_TYPE_FEELINGS))
		return at;
	return at + 1;
}

int guide_begin(struct guide *guide, const char *instead)
{
	enum ask_answer answer = ASK_SKIPPED;
	char day[KEEP_DAY_BYTES], question[160];
	bool yes = false;
	cJSON *found;
	int exit_code;

	if (guide->fields == NULL)
		guide->fields = cJSON_CreateObject();
	if (!ask_can(guide->cli))
		return ask_exit(guide->cli, ASK_CLOSED, instead);
	exit_code = keep_refuse_dry(guide->cli);
	if (exit_code != 0)
		return exit_code;
	ask_open(guide->cli);
	found = guide_find_draft(guide);
	if (found != NULL) {
		keep_draft_day(found, day);
		(void)snprintf(question, sizeof question,
			       _("%s you were writing something. Carry on?"),
			       day);
		answer = ask_yes_no(guide->cli, question, true, &yes);
	}
	if (yes && answer != ASK_STOPPED && answer != ASK_CLOSED)
		guide_take_draft(guide, found);
	cJSON_Delete(found);
	return answer == ASK_STOPPED || answer == ASK_CLOSED ? EXIT_CTRL_C : 0;
}

bool guide_has_answers(const struct guide *guide)
{
	size_t i;

	if (guide->draft[0] != '\0' || guide_field(guide, "text") != NULL)
		return true;
	for (i = 0; i < guide->count; i++) {
		if (guide_field(guide, guide->steps[i].field) != NULL)
			return true;
	}
	return false;
}

int guide_stop(struct guide *guide, enum ask_answer answer)
{
	(void)answer;
	if (!guide_has_answers(guide))
		cli_say(_("Nothing was kept.\n"));
	else if (save(guide))
		cli_say(_("Kept as a draft. `%s` whenever.\n"), guide->resume);
	else
		cli_say(_("This couldn't be kept as a draft; it is still on "
			  "your screen.\n"));
	return EXIT_CTRL_C;
}

static bool is_required(const struct guide *guide,
			const struct guide_step *step)
{
	const struct entry_field *field = field_of(guide, step->field);

	if (guide->changes != NULL)
		return (step->how & GUIDE_REQUIRED) != 0;
	return (step->how & GUIDE_REQUIRED) != 0 ||
	       (field != NULL && field->flags == ENTRY_REQUIRED);
}

static enum ask_answer ask_step(struct guide *guide,
				const struct guide_step *step)
{
	if ((step->how & GUIDE_SIGHT) != 0)
		guide_show_sight(guide);
	if (step->hint != NULL && guide_field(guide, step->field) == NULL)
		ask_set_hint(_(step->hint));
	return step->asks != NULL ? step->asks(guide, step)
				  : guide_ask_field(guide, step);
}

/* The one that has to be there: asked once more, and then let go. */
static enum ask_answer ask_again(struct guide *guide,
				 const struct guide_step *step)
{
	struct guide_step second = *step;

	second.question = step->again != NULL
				  ? step->again
				  : N_("A few words are enough; Enter leaves "
				       "it for another time.");
	second.hint = NULL;
	second.how &= ~(unsigned)(GUIDE_SIGHT | GUIDE_INLINE);
	return ask_step(guide, &second);
}

int guide_ask(struct guide *guide)
{
	size_t i;

	for (i = guide->from; i < guide->count; i++) {
		const struct guide_step *step = &guide->steps[i];
		bool is_needed = is_required(guide, step);
		enum ask_answer answer;

		if (step->wanted != NULL && !step->wanted(guide))
			continue;
		answer = ask_step(guide, step);
		if (answer == ASK_SKIPPED && is_needed &&
		    guide_field(guide, step->field) == NULL)
			answer = ask_again(guide, step);
		if (answer == ASK_STOPPED || answer == ASK_CLOSED)
			return guide_stop(guide, answer);
		if (!is_needed || guide_field(guide, step->field) != NULL)
			continue;
		if (guide->draft[0] != '\0')
			return guide_stop(guide, ASK_STOPPED);
		cli_say(_("Nothing was kept. Whenever you like.\n"));
		return EXIT_STOPPED;
	}
	return 0;
}

/* ---- what becomes of it ---- */

/* Without what only the draft has to remember. */
static cJSON *fields_of_kind(const struct guide *guide)
{
	cJSON *fields = cJSON_CreateObject();
	const cJSON *item;

	cJSON_ArrayForEach(item, guide->fields)
	{
		if (field_of(guide, item->string) != NULL)
			(void)cJSON_AddItemToObject(
				fields, item->string,
				cJSON_Duplicate(item, true));
	}
	return fields;
}

static int change_entry(struct guide *guide, cJSON **entry)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	struct client_refusal refusal;
	int exit_code;

	(void)cJSON_AddStringToObject(params, "id", guide->changes);
	(void)cJSON_AddItemToObject(params, "fields", fields_of_kind(guide));
	exit_code = cli_call(guide->cli, "edit", params, &result);
	if (exit_code != 0)
		return exit_code;
	*entry = cJSON_DetachItemFromObject(result, "entry");
	cJSON_Delete(result);
	if (guide->draft[0] == '\0')
		return 0;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "id", guide->draft);
	err_ignore(cli_try(guide->cli, "draft_drop", params, NULL, &refusal),
		   "it is offered again, then");
	return 0;
}

int guide_keep(struct guide *guide, cJSON **entry)
{
	*entry = NULL;
	if (guide->complete != NULL)
		guide->complete(guide);
	if (guide->changes != NULL)
		return change_entry(guide, entry);
	return keep_add(guide->cli, guide->kind,
			keep_params(fields_of_kind(guide)), guide->draft,
			entry);
}

void guide_end(struct guide *guide)
{
	cJSON_Delete(guide->fields);
	guide->fields = NULL;
}
