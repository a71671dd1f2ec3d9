/*
 * editsave.c - what is written in an editor, as a draft.
 *
 * Must never remove a working file whose words are not sealed yet. Read next:
 * editor.c, workfile.c.
 */
#include "cli/editsave.h"

#include "cli/ask.h"
#include "cli/i18n.h"
#include "proto/base/mem.h"
#include "proto/base/utf8.h"

#define KEY_CHANGES "changes"
#define KEY_PAGE "page"
#define KEY_TEXT "text"

static bool keep_piece(const struct editsave *save, const char *text,
		       char draft[KEEP_DRAFT_BYTES])
{
	cJSON *fields = cJSON_CreateObject();
	bool is_kept;

	if (save->changes != NULL)
		(void)cJSON_AddStringToObject(fields, KEY_CHANGES,
					      save->changes);
	(void)cJSON_AddStringToObject(
		fields, save->changes != NULL ? KEY_PAGE : KEY_TEXT, text);
	is_kept = keep_draft(save->cli, save->kind, fields, draft);
	cJSON_Delete(fields);
	return is_kept;
}

bool editsave_keep(const struct editsave *save, const char *text)
{
	struct bytes left = bytes_from_str(text);
	char more[KEEP_DRAFT_BYTES] = "";
	bool is_first = true, is_kept = true;

	if (left.len <= EDITSAVE_BYTES)
		return keep_piece(save, text, save->draft);
	while (left.len > 0 && is_kept) {
		size_t len = utf8_prefix(left, EDITSAVE_BYTES);
		char *piece = cli_copy((const char *)left.ptr, len);

		more[0] = '\0';
		is_kept =
			piece != NULL &&
			keep_piece(save, piece, is_first ? save->draft : more);
		cli_free(piece);
		is_first = false;
		left = bytes_of(left.ptr + len, left.len - len);
	}
	return is_kept;
}

void editsave_drop(const struct editsave *save)
{
	struct client_refusal refusal;
	cJSON *params;

	if (save->draft[0] == '\0')
		return;
	params = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(params, "id", save->draft);
	err_ignore(cli_try(save->cli, "draft_drop", params, NULL, &refusal),
		   "it is offered again, then");
	save->draft[0] = '\0';
}

/* ---- going on ---- */

static const char *words_of(const struct editsave *save, const cJSON *draft)
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(draft, "fields");
	const char *changes = save->changes == NULL ? "" : save->changes;

	if (strcmp(json_text(draft, "kind"), save->kind) != 0 ||
	    strcmp(json_text(fields, KEY_CHANGES), changes) != 0)
		return "";
	return json_text(fields, save->changes != NULL ? KEY_PAGE : KEY_TEXT);
}

int editsave_offer(const struct editsave *save, char **text)
{
	struct client_refusal refusal;
	const cJSON *draft, *found = NULL;
	enum ask_answer answer = ASK_ANSWERED;
	char day[KEEP_DAY_BYTES], question[160];
	cJSON *result = NULL;
	bool yes = false;

	if (cli_try(save->cli, "drafts", NULL, &result, &refusal) != 0)
		return 0;
	cJSON_ArrayForEach(draft,
			   cJSON_GetObjectItemCaseSensitive(result, "drafts"))
	{
		if (found == NULL && *words_of(save, draft) != '\0')
			found = draft;
	}
	if (found != NULL) {
		keep_draft_day(found, day);
		(void)snprintf(question, sizeof question,
			       _("%s you were writing something. Carry on?"),
			       day);
		answer = ask_yes_no(save->cli, question, true, &yes);
	}
	if (yes && answer != ASK_STOPPED) {
		cli_free(*text);
		*text = cli_copy(words_of(save, found),
				 strlen(words_of(save, found)));
		(void)snprintf(save->draft, KEEP_DRAFT_BYTES, "%s",
			       json_text(found, "id"));
	}
	cJSON_Delete(result);
	return answer == ASK_STOPPED ? EXIT_CTRL_C : 0;
}

/* ---- after a crash ---- */

cJSON *editsave_about(const struct editsave *save)
{
	cJSON *about = cJSON_CreateObject();

	(void)cJSON_AddStringToObject(about, "home", save->cli->paths.data);
	(void)cJSON_AddStringToObject(about, "kind", save->kind);
	if (save->changes != NULL)
		(void)cJSON_AddStringToObject(about, KEY_CHANGES,
					      save->changes);
	(void)cJSON_AddStringToObject(about, "draft", save->draft);
	return about;
}

struct recovery {
	struct cli *cli;
	size_t count;
};

static bool take_in(void *context, const struct workfile *work,
		    const cJSON *about, const char *begun)
{
	struct recovery *recovery = context;
	char draft[KEEP_DRAFT_BYTES], path[PATH_BYTES], *text = NULL;
	const char *changes = json_text(about, KEY_CHANGES);
	struct editsave save = { recovery->cli, json_text(about, "kind"),
				 *changes == '\0' ? NULL : changes, draft };
	struct timespec when;
	bool mended, is_safe;

	(void)snprintf(draft, sizeof draft, "%s", json_text(about, "draft"));
	if (!workfile_newest(work, path, &when))
		return true;
	if (workfile_read(path, &text, &mended) != 0)
		return false;
	is_safe = begun != NULL && strcmp(begun, text) == 0;
	if (!is_safe) {
		is_safe = editsave_keep(&save, text);
		recovery->count += is_safe;
	}
	mem_free(text);
	return is_safe;
}

void editsave_recover(struct cli *cli)
{
	struct recovery recovery = { .cli = cli };

	workfile_each_left(&cli->paths, take_in, &recovery);
	if (recovery.count > 0 && cli->err_is_terminal && !cli_is_program(cli))
		cli_note(cli, _("What was in the editor is kept as a draft:  "
				"kept drafts\n"));
}
