/*
 * pick.c - which entry is meant.
 *
 * Must never choose for a person between two. Read next: guide.h.
 */
#include "cli/pick.h"

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/render.h"

#define PAGE_ENTRIES 200
/* More than fit a screen are no choice; their ids are. */
#define CHOICES_MAX 20

const cJSON *pick_fields(const cJSON *entry)
{
	return cJSON_GetObjectItemCaseSensitive(entry, "f");
}

static cJSON *page_params(const char *kind, const char *since,
			  const char *cursor)
{
	cJSON *params = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(params, "kind", kind);
	(void)cJSON_AddNumberToObject(params, "limit", PAGE_ENTRIES);
	if (*since != '\0')
		(void)cJSON_AddStringToObject(params, "since", since);
	if (*cursor != '\0')
		(void)cJSON_AddStringToObject(params, "cursor", cursor);
	return params;
}

int pick_each(struct cli *cli, const char *kind, const char *since,
	      bool (*each)(void *context, const cJSON *entry), void *context)
{
	struct client_refusal refusal;
	char cursor[65] = "";
	bool wants_more = true;
	int code = 0, seen = 0;

	while (code == 0 && wants_more && seen < PICK_LOOKED_AT) {
		cJSON *page = NULL;
		const cJSON *entry;

		code = cli_try(cli, "log", page_params(kind, since, cursor),
			       &page, &refusal);
		cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(
						  page, "entries"))
		{
			wants_more = wants_more && each(context, entry);
			seen++;
		}
		(void)snprintf(cursor, sizeof cursor, "%s",
			       json_text(page, "next"));
		cJSON_Delete(page);
		if (cursor[0] == '\0')
			break;
	}
	return code;
}

struct picking {
	const struct pick *pick;
	cJSON *entries;
};

static bool take_open(void *context, const cJSON *entry)
{
	struct picking *picking = context;

	if (picking->pick->is_open(pick_fields(entry)))
		(void)cJSON_AddItemToArray(picking->entries,
					   cJSON_Duplicate(entry, true));
	return true;
}

int pick_open(struct cli *cli, const struct pick *pick, cJSON **entries)
{
	struct picking picking = { pick, cJSON_CreateArray() };
	/* Locked, on a terminal: this is what asks for the passphrase. */
	int exit_code =
		cli_call(cli, "log", page_params(pick->kind, "", ""), NULL);

	*entries = picking.entries;
	if (exit_code == 0 &&
	    pick_each(cli, pick->kind, "", take_open, &picking) != 0)
		exit_code = cli_call(cli, "log",
				     page_params(pick->kind, "", ""), NULL);
	return exit_code;
}

static int by_id(struct cli *cli, const struct pick *pick, const char *id,
		 cJSON **entry)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int exit_code;

	if (strlen(id) > 26) {
		cJSON_Delete(params);
		return cli_say_no(cli, EXIT_NOT_THERE, "not_found", NULL,
				  _("There is no entry with that id."));
	}
	(void)cJSON_AddStringToObject(params, "id", id);
	exit_code = cli_call(cli, "show", params, &result);
	if (exit_code != 0)
		return exit_code;
	*entry = cJSON_DetachItemFromObject(result, "entry");
	cJSON_Delete(result);
	if (strcmp(json_text(*entry, "kind"), pick->kind) == 0)
		return 0;
	exit_code = cli_say_no(cli, EXIT_NOT_THERE, "not_found", NULL,
			       _("That is another kind of entry: %s."),
			       json_text(*entry, "kind"));
	cJSON_Delete(*entry);
	*entry = NULL;
	return exit_code;
}

static int choose(struct cli *cli, const struct pick *pick,
		  const cJSON *entries, cJSON **entry)
{
	int count = cJSON_GetArraySize(entries), i;
	const char *words[CHOICES_MAX];
	struct buf lines[CHOICES_MAX];
	enum ask_answer answer;
	size_t place = 0;

	if (count > CHOICES_MAX)
		count = CHOICES_MAX;
	for (i = 0; i < count; i++) {
		const cJSON *here = cJSON_GetArrayItem(entries, i);

		buf_init(&lines[i], RENDER_BYTES_MAX);
		render_put_line(&lines[i],
				json_text(pick_fields(here), pick->field));
		buf_put_u8(&lines[i], 0);
		words[i] = lines[i].failed == 0 ? (const char *)lines[i].ptr
						: json_text(here, "id");
	}
	cli_say("%s\n", _(pick->question));
	if (count < cJSON_GetArraySize(entries))
		cli_say(_("The newest %d of %d; for another one:  kept %s "
			  "ID\n"),
			count, cJSON_GetArraySize(entries), cli->command->name);
	answer = ask_choice(cli, "> ", words, (size_t)count, &place);
	for (i = 0; i < count; i++)
		buf_release(&lines[i]);
	if (answer == ASK_SKIPPED)
		return EXIT_STOPPED;
	if (answer != ASK_ANSWERED)
		return ask_exit(cli, answer, NULL);
	*entry = cJSON_Duplicate(cJSON_GetArrayItem(entries, (int)place), true);
	return 0;
}

int pick_from(struct cli *cli, const struct pick *pick, const cJSON *entries,
	      cJSON **entry)
{
	int count = cJSON_GetArraySize(entries);

	*entry = NULL;
	if (count == 0)
		return cli_say_no(cli, EXIT_NOT_THERE, "not_found", pick->hint,
				  "%s", _(pick->none));
	if (count == 1) {
		*entry = cJSON_Duplicate(cJSON_GetArrayItem(entries, 0), true);
		return 0;
	}
	if (!ask_can(cli)) {
		char instead[80];

		(void)snprintf(instead, sizeof instead, "kept %s ID",
			       cli->command->name);
		return ask_exit(cli, ASK_CLOSED, instead);
	}
	return choose(cli, pick, entries, entry);
}

int pick_entry(struct cli *cli, const struct pick *pick, const char *id,
	       cJSON **entry)
{
	cJSON *entries = NULL;
	int exit_code;

	*entry = NULL;
	if (id != NULL)
		return by_id(cli, pick, id, entry);
	exit_code = pick_open(cli, pick, &entries);
	if (exit_code == 0)
		exit_code = pick_from(cli, pick, entries, entry);
	cJSON_Delete(entries);
	return exit_code;
}
